"""What a person types and presses, and what comes back."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.console.door import Person
from bot.console.server import ApiError
from bot.sample.edition import load as load_edition
from handlers import commands
from handlers.buttons import Unfollow, encode
from handlers.commands import PUBLIC
from handlers.menu_buttons import SetTimes, Via
from handlers.views.message import plain_text
from handlers.words import languages, say
from storage import chats
from storage.records import ArticleId, ChatId, Kind

Buttons = Callable[[dict[str, Any]], list[str]]
Talk = Any


@pytest.mark.parametrize(
    "typed",
    [
        "/start",
        "/help",
        "/help schedule",
        "/latest",
        "/latest North Korea",
        "/news",
        "/subscribe North Korea",
        "/follow rice",
        "/subscriptions",
        "/list",
        "/digest",
        "/digest 7d",
        "/schedule",
        "/schedule weekly mon 09:00",
        "/schedule daily 08:00",
        "/timezone",
        "/timezone Asia/Tokyo",
        "/unsubscribe",
        "/unsubscribe 1",
        "/pause",
        "/pause 3",
        "/resume",
        "North Korea",
    ],
)
async def test_every_command_answers_at_once(talk: Talk, typed: str) -> None:
    answer = await talk.ask(typed)
    assert len(answer) > 10
    assert "went wrong" not in answer


async def test_start_says_what_it_is_and_when_it_comes(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/start")
    assert "every Monday at 09:00 (UTC)" in message["text"]
    assert buttons_of(message) == [
        *("Topics and places", "Sources", "When I hear", "Language"),
        *("Done: show me the news", "All commands"),
    ]
    pressed = await talk.me.press(message, "All commands")
    assert "/subscribe" in pressed[0]["text"]


async def test_help_for_a_command_with_something_behind_it_is_that_of_the_command(
    talk: Talk,
) -> None:
    assert await talk.ask("/help subscribe rice") == await talk.ask("/help subscribe")


@pytest.mark.parametrize("language", languages())
async def test_help_ends_with_what_fits_under_no_other_heading(talk: Talk, language: str) -> None:
    await talk.ask(f"/language {language}")
    answer = await talk.ask("/help")
    headings = ("read", "follow", "when", "also_help")
    places = [answer.index(plain_text(say(f"help.{one}", language))) for one in headings]
    assert places == sorted(places)


async def test_help_lists_every_command(talk: Talk) -> None:
    answer = await talk.ask("/help")
    assert [c.name for c in PUBLIC if f"/{c.name}" not in answer] == []


async def test_latest_about_north_korea_shows_its_stories_and_no_decoy(talk: Talk) -> None:
    answer = await talk.ask("/latest North Korea")
    pieces = [piece for outlet in load_edition(datetime.now(UTC)) for piece in outlet.pieces]
    decoys = [piece for piece in pieces if piece.decoy is not None]
    assert len(decoys) >= 8
    assert [piece.title for piece in decoys if piece.title in answer] == []
    assert len(re.findall(r"^\d+\. ", answer, re.MULTILINE)) == 10
    assert "Singapore" in answer


@pytest.mark.parametrize("typed", ["北朝鮮", "북한"])
async def test_other_scripts_are_found_without_spaces_and_their_decoys_are_not(
    talk: Talk, typed: str
) -> None:
    answer = await talk.ask(f"/latest {typed}")
    assert typed in answer.split("\n", 2)[2]
    assert "강북 한식당" not in answer
    assert "通信使" not in answer


async def test_the_same_headline_in_two_outlets_is_one_story(talk: Talk) -> None:
    answer = await talk.ask("/latest told no summit")
    assert len(re.findall(r"^\d+\. ", answer, re.MULTILINE)) == 1
    assert " +3 · " in answer


async def test_pages_are_turned_in_place_and_do_not_shift_while_news_comes(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await talk.ask_message("/latest")
    first = message["text"]
    # Both are there on each page: nothing moves under a finger.
    assert buttons_of(message) == ["◀ Newer", "Older ▶"]
    assert await talk.me.press(message, "◀ Newer") == []
    before = await talk.newest()
    clock.forward(seconds=120)
    await talk.parts.poller.poll_due()
    assert await talk.newest() > before
    older = await talk.me.press(message, "Older ▶")
    assert [m["message_id"] for m in older] == [message["message_id"]]
    assert older[0]["text"].startswith("The newest stories · Page 2\n\n11. ")
    assert buttons_of(older[0]) == ["◀ Newer", "Older ▶"]
    back = await talk.me.press(message, "◀ Newer")
    ages = re.compile(r"\d+ (second|minute|hour|day)s? ago")
    assert ages.sub("", back[0]["text"]) == ages.sub("", first)


async def test_two_fast_taps_do_one_thing(talk: Talk) -> None:
    message = await talk.ask_message("/latest")
    data = message["reply_markup"]["inline_keyboard"][0][1]["callback_data"]
    assert len(await talk.me.press_data(message, data)) == 1
    assert await talk.me.press_data(message, data) == []


async def test_a_press_too_old_to_be_acknowledged_is_done_all_the_same(talk: Talk) -> None:
    message = await talk.ask_message("/latest")

    async def too_old(method: str, _parameters: dict[str, Any]) -> None:
        if method == "answerCallbackQuery":
            raise ApiError(400, "Bad Request: query is too old and response timeout expired")

    talk.telegram.before = too_old
    turned = await talk.me.press(message, "Older ▶")
    assert "Page 2" in turned[0]["text"]


async def test_a_search_can_be_followed_with_its_button(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/latest lunar lander")
    answers = await talk.me.press(message, "Follow “lunar lander”")
    assert "You now follow “lunar lander”" in answers[0]["text"]
    assert [item.name for item in await talk.follows()] == ["lunar lander"]
    assert "Follow “lunar lander”" not in buttons_of(await talk.ask_message("/latest lunar lander"))


async def test_following_a_topic_shows_up_to_three_stories_and_when_the_digest_comes(
    talk: Talk,
) -> None:
    answer = await talk.ask("/subscribe North Korea")
    assert "Mon, Nov 23, 09:00" in answer
    assert len(re.findall(r"^\d\. ", answer, re.MULTILINE)) == 3
    assert "already" in await talk.ask("/subscribe  north   KOREA")
    assert len(await talk.follows()) == 1


async def test_following_a_feed_by_its_address(talk: Talk) -> None:
    answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun/feed")
    assert "나루신문" in answer
    assert "1. 나루신문" in await talk.ask("/subscriptions")


async def test_what_was_there_before_does_not_count_as_new(talk: Talk, clock: Any) -> None:
    await talk.ask("/subscribe North Korea")
    answers = await talk.me.type("/digest")
    assert "Nothing new since" in answers[0]["text"]
    assert answers[1]["text"].startswith("What came in")
    clock.forward(seconds=120)
    await talk.parts.poller.poll_due()
    answers = await talk.me.type("/digest")
    assert answers[0]["text"].startswith("Your digest as it is now")
    assert (await talk.me.type("/digest"))[0]["text"] == answers[0]["text"]
    assert (await talk.chat()).digested_to < await talk.newest()


async def test_unsubscribing_by_number_name_or_button_can_be_undone(
    talk: Talk, buttons_of: Buttons
) -> None:
    for topic in ("rice", "typhoon", "chips"):
        await talk.ask(f"/subscribe {topic}")
    before = await talk.follows()
    message = await talk.ask_message("/unsubscribe 1")
    assert message["text"] == "You no longer follow “rice”."
    assert [item.name for item in await talk.follows()] == ["typhoon", "chips"]
    undone = await talk.me.press(message, "Undo")
    assert undone[0]["text"] == "You follow “rice” again."
    restored = await talk.follows()
    assert {(item.name, item.after_article) for item in restored} == {
        (item.name, item.after_article) for item in before
    }
    assert "no longer follow “chips”" in await talk.ask("/unsubscribe CHIPS")
    listed = await talk.ask_message("/unsubscribe")
    # What was brought back stands where it stood.
    assert buttons_of(listed) == ["✕ 1. rice", "✕ 2. typhoon", "◀ All settings"]
    data = listed["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
    [dropped] = await talk.me.press_data(listed, data)
    assert dropped["message_id"] == listed["message_id"]
    assert [item.name for item in await talk.follows()] == ["rice"]
    # A second fast tap changes nothing, and takes no way back away.
    assert await talk.me.press_data(listed, data) == []
    assert buttons_of(listed) == ["✕ 1. rice", "↩ typhoon", "◀ All settings"]


async def test_a_long_list_is_paged_in_place(talk: Talk, buttons_of: Buttons) -> None:
    for number in range(12):
        await talk.ask(f"/subscribe topic {number}")
    message = await talk.ask_message("/subscriptions")
    numbers = [str(number) for number in range(1, 11)]
    assert buttons_of(message) == [*numbers, "◀ Before", "More ▶", "◀ All settings"]
    turned = await talk.me.press(message, "More ▶")
    assert "11. “topic 10”" in turned[0]["text"]
    assert turned[0]["message_id"] == message["message_id"]
    assert buttons_of(turned[0]) == ["11", "12", "◀ Before", "More ▶", "◀ All settings"]
    assert await talk.me.press(message, "More ▶") == []


async def test_the_schedule_is_kept_in_the_chats_own_zone(talk: Talk, clock: Any) -> None:
    await talk.ask("/schedule daily 08:00")
    assert (await talk.chat()).next_digest_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    answer = await talk.ask("/timezone tokyo")
    assert "Asia/Tokyo" in answer
    assert "Fri 21:00" in answer
    assert (await talk.chat()).next_digest_at == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


async def test_the_schedule_is_chosen_with_a_button(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/schedule")
    assert "✓ Every Monday at 09:00" in buttons_of(message)
    await talk.me.press(message, "Every day at 08:00")
    assert (await talk.chat()).schedule == "daily 08:00"
    await talk.me.press(message, "Off")
    assert (await talk.chat()).next_digest_at is None
    assert "off" in await talk.ask("/schedule")


async def test_a_pause_ends_by_word_or_by_itself(talk: Talk, clock: Any) -> None:
    await talk.ask("/pause 2")
    assert (await talk.chat()).paused
    assert "on again" in await talk.ask("/resume")
    assert not (await talk.chat()).paused
    await talk.ask("/pause 2")
    clock.forward(days=2, minutes=1)
    await talk.parts.delivery.compose()
    assert not (await talk.chat()).paused


async def test_topics_in_any_script_are_followed_and_shown_as_typed(talk: Talk) -> None:
    for topic in ("كوريا الشمالية", "Côte d’Ivoire", "rocket 🚀", "R&D"):
        assert topic in await talk.ask(f"/subscribe {topic}")
    assert len(await talk.follows()) == 4


async def test_a_button_of_one_chat_does_nothing_to_another(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    mine = (await talk.follows())[0]
    other = Person(talk.parts.application, talk.telegram, 2)
    message = (await other.type("/schedule"))[0]
    answers = await other.press_data(message, encode(Unfollow(mine.id)))
    assert "any more" in answers[0]["text"]
    assert await talk.follows() == (mine,)


async def test_in_a_group_only_administrators_change_settings_and_anyone_reads(talk: Talk) -> None:
    group = talk.telegram.chat(-5, "supergroup")
    group.administrators.add(11)
    member = Person(talk.parts.application, talk.telegram, -5, 12)
    admin = Person(talk.parts.application, talk.telegram, -5, 11)
    assert "Only administrators" in (await member.type("/subscribe rice"))[0]["text"]
    assert "Only administrators" in (await member.type("/pause"))[0]["text"]
    assert "The newest" in (await member.type("/latest"))[0]["text"]
    assert "comes every Monday" in (await member.type("/schedule"))[0]["text"]
    assert "You now follow" in (await admin.type("/subscribe rice"))[0]["text"]
    message = (await member.type("/schedule"))[0]
    assert await member.press_data(message, encode(SetTimes(Via.COMMAND, None, "off"))) == []
    assert "Only administrators" in talk.telegram.answers[-1]["text"]
    assert (
        "Your digests are off"
        in (await admin.press_data(message, encode(SetTimes(Via.COMMAND, None, "off"))))[0]["text"]
    )


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(talk: Talk) -> None:
    talk.telegram.chat(-6, "group")
    member = Person(talk.parts.application, talk.telegram, -6, 12)
    assert await member.type("good morning") == []
    assert await member.type("/latest@another_bot") == []
    assert await member.type("/frobnicate") == []
    assert len(await member.type("/latest@kawaraban_bot")) == 1


async def test_edited_messages_and_other_bots_are_ignored(talk: Talk) -> None:
    update = talk.telegram.type(1, "/latest")
    edited = {"update_id": update["update_id"], "edited_message": update["message"]}
    assert await talk.me.deliver(edited) == []
    update = talk.telegram.type(1, "/latest")
    update["message"]["from"]["is_bot"] = True
    assert await talk.me.deliver(update) == []


async def test_free_text_is_searched_and_an_address_is_offered(talk: Talk) -> None:
    assert "Newest about “North Korea”" in await talk.ask("North Korea")
    assert "Shall I follow what is at https://example.org/feed?" in await talk.ask(
        "example.org/feed"
    )


async def test_no_chat_can_follow_more_than_it_may(talk: Talk) -> None:
    now = talk.parts.services.clock()
    await talk.ask("/start")
    async with talk.parts.services.database.write() as tx:
        for number in range(200):
            topic = await chats.intern_topic(tx, f"seed {number}", f"seed {number}", now)
            await chats.subscribe(
                tx, ChatId(1), Kind.TOPIC, topic.id, topic.text, ArticleId(0), now
            )
    assert "can follow 200 things" in await talk.ask("/subscribe one more")
    assert len(await talk.follows()) == 200


async def test_a_slow_answer_to_one_chat_delays_no_other(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(ask: Any) -> Any:
        begun.set()
        await go_on.wait()
        return ask.say("list.empty")

    monkeypatch.setitem(commands.BY_NAME, "digest", commands.Command("digest", slow, "help.read"))
    other = Person(talk.parts.application, talk.telegram, 2)
    seen: list[int] = []
    answered = asyncio.Event()

    def listen(_what: str, message: dict[str, Any]) -> None:
        seen.append(message["chat"]["id"])
        answered.set()

    talk.telegram.listeners.append(listen)
    async with asyncio.TaskGroup() as group:
        group.create_task(talk.me.type("/digest"))
        await begun.wait()
        group.create_task(talk.me.type("/help"))
        group.create_task(other.type("/help"))
        await answered.wait()
        assert seen == [2]
        go_on.set()
    assert seen == [2, 1, 1]
