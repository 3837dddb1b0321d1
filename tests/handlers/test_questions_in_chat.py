"""What a command with nothing behind it asks, and what is taken for the answer."""

from typing import Any

import pytest

from bot.console.door import Person
from handlers.links import topic_payload
from handlers.questions import WAITS
from storage import chats
from storage.records import ChatId
from storage.schema import questions

Talk = Any
GROUP = -100500
ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


@pytest.fixture
def group(talk: Talk) -> Any:
    chat = talk.telegram.chat(GROUP, "supergroup")
    chat.administrators.add(7)
    return chat


@pytest.fixture
def admin(talk: Talk, group: Any) -> Person:
    return Person(talk.parts.application, talk.telegram, GROUP, 7)


@pytest.fixture
def member(talk: Talk, group: Any) -> Person:
    return Person(talk.parts.application, talk.telegram, GROUP, 8)


async def names(talk: Talk, chat_id: int = 1) -> list[str]:
    async with talk.parts.services.database.read() as tx:
        return [one.name for one in await chats.subscriptions_of(tx, ChatId(chat_id))]


async def waiting(talk: Talk) -> int:
    async with talk.parts.services.database.read() as tx:
        return len((await tx.execute(questions.select())).all())


@pytest.mark.parametrize(
    ("command", "answer", "said"),
    [
        ("/subscribe", "rice", "You now follow “rice”"),
        ("/follow", "rice", "You now follow “rice”"),
        ("/search", "rice", "Best matches for “rice”"),
        ("/trend", "rice", "“rice”"),
        ("/schedule", "daily 08:00", "every day at 08:00"),
        ("/timezone", "Asia/Tokyo", "Your time zone is now Tokyo"),
        ("/quiet", "22:00-07:00", "22:00 – 07:00"),
        ("/mute", "horoscope", "horoscope"),
        ("/language", "日本語", "日本語"),
    ],
)
async def test_the_next_message_is_what_was_missing_of_a_command(
    talk: Talk, command: str, answer: str, said: str
) -> None:
    await talk.ask(command)
    [got] = await talk.me.type(answer)
    assert said in got.get("text", got.get("caption"))
    assert await waiting(talk) == 0


async def test_a_number_of_the_list_is_an_answer_to_what_shall_be_unfollowed(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    await talk.ask("/unsubscribe")
    assert "no longer follow “rice”" in await talk.ask("1")
    await talk.ask("/mute horoscope")
    await talk.ask("/unmute")
    assert "is shown again" in await talk.ask("horoscope")


async def test_a_list_of_nothing_is_no_question_and_words_are_looked_for(talk: Talk) -> None:
    for command in ("/unsubscribe", "/unmute"):
        await talk.ask(command)
        assert await waiting(talk) == 0
        assert (await talk.ask("rice")).startswith("Newest about “rice”")
    await talk.ask("/mute")
    assert await waiting(talk) == 1


async def test_a_file_or_an_address_is_an_answer_to_which_list(talk: Talk) -> None:
    await talk.ask("/import")
    assert "only public" in await talk.ask("http://127.0.0.1:1/list.opml")
    assert await waiting(talk) == 1
    opml = b'<opml><body><outline xmlUrl="https://a.example/feed" text="A"/></body></opml>'
    [answer] = await talk.me.send_file("list.opml", opml)
    assert "1 feed" in answer["text"]
    assert await waiting(talk) == 0


async def test_what_is_not_understood_is_asked_again_with_the_ways_out(
    talk: Talk, buttons_of: Any
) -> None:
    await talk.ask("/schedule")
    refused = await talk.ask_message("rice")
    assert "can’t read “rice” as a time" in refused["text"]
    assert "/cancel" in refused["text"]
    assert buttons_of(refused) == ["Search: rice"]
    [found] = await talk.me.press(refused, "Search: rice")
    assert found["text"].startswith("Newest about “rice”")
    assert "every day at 08:00" in await talk.ask("daily 08:00")


async def test_an_address_that_is_no_answer_is_offered(talk: Talk) -> None:
    await talk.ask("/schedule")
    assert "Shall I follow" in await talk.ask("https://a.example/feed")
    assert "every day at 08:00" in await talk.ask("daily 08:00")


@pytest.mark.parametrize("command", ["subscribe", "mute", "timezone", "schedule", "quiet"])
@pytest.mark.parametrize(
    "typed",
    ["no", "No thanks!", "nothing", "stop", "やめる", "いらない", "やめて", "아니요", "그만"],
)
async def test_a_no_ends_the_question_and_is_never_its_answer(
    talk: Talk, command: str, typed: str
) -> None:
    await talk.ask("/quiet 22-7")
    await talk.ask(f"/{command}")
    assert await talk.ask(typed) == f"All right, I no longer wait for an answer to /{command}."
    assert await names(talk) == []
    chat = await talk.chat()
    assert (chat.schedule, chat.quiet) == ("weekly mon 09:00", "22:00-07:00")
    assert await waiting(talk) == 0


@pytest.mark.parametrize(
    ("command", "typed", "said"),
    [
        ("/schedule", "off", "Digests are off"),
        ("/schedule", "オフ", "Digests are off"),
        ("/schedule", "끄기", "Digests are off"),
        ("/quiet", "off", "no quiet hours any more"),
        ("/quiet", "none", "no quiet hours any more"),
        ("/quiet", "なし", "no quiet hours any more"),
        ("/quiet", "없음", "no quiet hours any more"),
    ],
)
async def test_a_word_that_means_off_is_the_answer_where_something_can_be_off(
    talk: Talk, command: str, typed: str, said: str
) -> None:
    await talk.ask(command)
    assert said in await talk.ask(typed)


@pytest.mark.parametrize("typed", ["/schedule stop", "/schedule やめる", "/schedule 그만"])
async def test_stop_behind_the_command_itself_turns_digests_off(talk: Talk, typed: str) -> None:
    assert "Digests are off" in await talk.ask(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "毎日8時に届けて",
            "毎朝8時に送ってください",
            "매일 8시에 보내 줘",
            "매일 8시에 보내 주세요",
        ),
        *("send me digests daily 8", "schedule daily 8:00"),
    ],
)
async def test_a_question_about_the_time_takes_what_sets_it_without_one(
    talk: Talk, admin: Person, typed: str
) -> None:
    await talk.ask("/schedule")
    assert "every day at 08:00" in await talk.ask(typed)
    [asked] = await admin.type("/schedule")
    [answer] = await admin.type(typed, reply_to_message=asked)
    assert "every day at 08:00" in answer["text"]


async def test_an_answer_with_a_choice_of_its_own_is_no_failure(
    talk: Talk, buttons_of: Any
) -> None:
    await talk.ask("/timezone")
    choice = await talk.ask_message("america")
    assert "try again" not in choice["text"]
    assert not any("america" in one for one in buttons_of(choice))
    assert "Los Angeles" in await talk.ask("Los Angeles")


async def test_a_time_answers_the_question_which_of_several_zones_is_meant(talk: Talk) -> None:
    assert "What time is it where you are?" in await talk.ask("/timezone america")
    assert "Los Angeles" in await talk.ask("Los Angeles")
    assert (await talk.chat()).timezone == "America/Los_Angeles"


async def test_a_list_that_became_empty_asks_for_no_number_any_more(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    message = await talk.ask_message("/unsubscribe")
    await talk.me.press(message, "✕ 1. rice")
    answer = await talk.ask("2")
    assert "You follow nothing yet" in answer
    assert "try again" not in answer
    assert await waiting(talk) == 0


async def test_a_reply_that_says_no_ends_the_question_in_a_group(talk: Talk, admin: Person) -> None:
    [asked] = await admin.type("/subscribe")
    [ended] = await admin.type("no", reply_to_message=asked)
    assert "/subscribe" in ended["text"]
    assert await names(talk, GROUP) == []


async def test_a_reply_that_asks_for_a_screen_is_no_topic_in_a_group(
    talk: Talk, admin: Person
) -> None:
    [asked] = await admin.type("/subscribe")
    [shown] = await admin.type("settings", reply_to_message=asked)
    assert "Settings" in shown["text"]
    assert await names(talk, GROUP) == []


@pytest.mark.parametrize("ending", ["/latest", "/help", "/cancel", "/nothing", "cancel", "취소"])
async def test_any_other_command_ends_the_question(talk: Talk, ending: str) -> None:
    await talk.ask("/subscribe")
    await talk.ask(ending)
    await talk.ask("rice")
    assert await names(talk) == []


@pytest.mark.parametrize(
    "typed", ["later", "not now", "skip", "ok", "いいです", "大丈夫です", "後で", "나중에"]
)
async def test_whoever_puts_the_first_question_off_follows_nothing(talk: Talk, typed: str) -> None:
    await talk.ask("/subscribe")
    assert "no longer wait" in await talk.ask(typed)
    assert await names(talk) == []


@pytest.mark.parametrize(("typed", "said"), [("settings", "Settings"), ("news", "newest stories")])
async def test_a_word_for_a_screen_shows_it_whatever_was_asked_and_ends_the_question(
    talk: Talk, typed: str, said: str
) -> None:
    await talk.ask("/subscribe")
    assert said in await talk.ask(typed)
    assert await names(talk) == []
    assert await waiting(talk) == 0


async def test_help_is_help_and_the_question_stays(talk: Talk) -> None:
    await talk.ask("/subscribe")
    assert "What I can do" in await talk.ask("help")
    assert "You now follow" in await talk.ask("rice")


async def test_cancel_says_what_it_ended_or_that_there_was_nothing(talk: Talk) -> None:
    await talk.ask("/subscribe")
    assert "/subscribe" in await talk.ask("/cancel")
    assert "nothing to cancel" in await talk.ask("/cancel")


async def test_a_question_is_over_after_a_while(talk: Talk, clock: Any) -> None:
    await talk.ask("/subscribe")
    clock.forward(seconds=WAITS.total_seconds() + 1)
    assert "Newest about" in await talk.ask("rice")
    assert await names(talk) == []


async def test_the_answer_may_come_to_another_process(talk: Talk, sqlite_url: str) -> None:
    await talk.ask("/subscribe")
    async with talk.parts.services.database.read() as tx:
        [row] = await tx.execute(questions.select())
    assert (row.chat_id, row.asker_id, row.command) == (1, 1, "subscribe")


async def test_a_picture_with_an_answer_below_it_is_one(talk: Talk) -> None:
    await talk.ask("/subscribe")
    update = talk.telegram.type(1, "")
    update["message"] |= {"text": None, "caption": f"Look: {talk.newsroom}/naru-sinmun"}
    [answer] = await talk.me.deliver(update)
    assert "You now follow" in answer["text"]


async def test_in_a_group_a_reply_to_the_question_is_the_answer_and_other_talk_is_not(
    talk: Talk, admin: Person, member: Person
) -> None:
    [help_] = await admin.type("/help")
    [asked] = await admin.type("/subscribe")
    sent = [given for method, given in talk.telegram.calls if method == "sendMessage"][-1]
    assert sent["reply_markup"] == {"force_reply": True, "selective": True}
    assert sent["reply_parameters"]["message_id"] < asked["message_id"]
    assert await admin.type("rice") == []
    assert await admin.type("rice", reply_to_message=help_) == []
    assert await member.type("wheat", reply_to_message=asked) == []
    assert await names(talk, GROUP) == []
    [followed] = await admin.type("rice", reply_to_message=asked)
    assert "You now follow “rice”" in followed["text"]
    assert await admin.type("barley", reply_to_message=asked) == []
    assert await names(talk, GROUP) == ["rice"]
    for name, typed in (
        ("wheat", "@kawaraban_bot\nwheat"),
        ("barley", "@Kawaraban_Bot, barley"),
        ("oats", "oats @kawaraban_bot"),
    ):
        [asked] = await admin.type("/subscribe")
        [followed] = await admin.type(typed, reply_to_message=asked)
        assert f"You now follow “{name}”" in followed["text"]


async def test_whoever_may_not_change_anything_is_refused_and_not_asked(
    talk: Talk, member: Person
) -> None:
    for command in ("/subscribe", "/import"):
        [refused] = await member.type(command)
        assert "Only administrators" in refused["text"]
    assert await waiting(talk) == 0
    # What only reads is asked of everybody.
    [asked] = await member.type("/search")
    [found] = await member.type("rice", reply_to_message=asked)
    assert "Best matches for “rice”" in found["text"]


async def test_what_a_member_is_shown_takes_no_answer_and_an_administrators_does(
    talk: Talk, admin: Person, member: Person, group: Any
) -> None:
    talk.telegram.knows_whispers = False
    [shown] = await member.type("/schedule")
    assert await member.type("daily 08:00", reply_to_message=shown) == []
    [shown] = await admin.type("/schedule")
    [changed] = await admin.type("daily 08:00", reply_to_message=shown)
    assert "every day at 08:00" in changed["text"]


async def test_what_is_whispered_takes_no_answer(talk: Talk, admin: Person, group: Any) -> None:
    group.standing = "administrator"
    [shown] = await admin.type("/schedule")
    assert shown["ephemeral_message_id"]
    assert await waiting(talk) == 0
    # A question has to be seen to be replied to.
    [asked] = await admin.type("/subscribe")
    assert "ephemeral_message_id" not in asked


async def test_a_question_that_was_asked_unseen_is_answered_unseen_and_waits_for_nothing(
    talk: Talk, admin: Person
) -> None:
    [told] = await admin.deliver(talk.telegram.type_unseen(GROUP, "/search", 7))
    assert told["ephemeral_message_id"]
    assert await waiting(talk) == 0


async def test_an_anonymous_administrator_answers_too(talk: Talk, admin: Person) -> None:
    def masked(text: str, **extra: Any) -> dict[str, Any]:
        update: dict[str, Any] = talk.telegram.type(GROUP, text, 7, **extra)
        chat = {"id": GROUP, "type": "supergroup", "title": "Group"}
        update["message"] |= {"from": ANONYMOUS, "sender_chat": chat}
        return update

    [asked] = await admin.deliver(masked("/subscribe"))
    [followed] = await admin.deliver(masked("rice", reply_to_message=asked))
    assert "You now follow “rice”" in followed["text"]


async def test_in_a_forum_each_topic_has_its_own_question(talk: Talk, admin: Person) -> None:
    here = {"message_thread_id": 5, "is_topic_message": True}
    there = {"message_thread_id": 6, "is_topic_message": True}
    [first] = await admin.type("/subscribe", **here)
    [second] = await admin.type("/search", **there)
    [found] = await admin.type("rice", reply_to_message=second, **there)
    assert "Best matches for “rice”" in found["text"]
    [followed] = await admin.type("rice", reply_to_message=first, **here)
    assert "You now follow “rice”" in followed["text"]


async def test_a_list_or_a_place_may_be_the_reply(talk: Talk, admin: Person) -> None:
    talk.telegram.knows_whispers = False
    [asked] = await admin.type("/import")
    opml = b'<opml><body><outline xmlUrl="https://a.example/feed" text="A"/></body></opml>'
    update = talk.telegram.send_file(GROUP, "list.opml", opml, "", 7)
    update["message"]["reply_to_message"] = asked
    [answer] = await admin.deliver(update)
    assert "1 feed" in answer["text"]
    await admin.type("/help")
    [asked] = await admin.type("/timezone")
    update = talk.telegram.type(GROUP, "", 7, reply_to_message=asked)
    update["message"] |= {"text": None, "location": {"latitude": 35.68, "longitude": 139.69}}
    [answer] = await admin.deliver(update)
    assert "Tokyo" in answer["text"]


async def test_a_channel_that_is_run_from_here_gets_the_answer(talk: Talk) -> None:
    channel = talk.telegram.chat(-1001234567890, "channel")
    channel.title, channel.username, channel.standing = "Lantern", "lantern", "administrator"
    channel.administrators.add(1)
    await talk.ask("/channel @lantern")
    await talk.ask("/subscribe")
    assert (await talk.ask("rice")).startswith("📣")
    assert (await names(talk), await names(talk, -1001234567890)) == ([], ["rice"])


async def test_another_channel_is_not_given_the_answer_for_the_one_before(talk: Talk) -> None:
    channel = talk.telegram.chat(-1001234567890, "channel")
    channel.title, channel.username, channel.standing = "Lantern", "lantern", "administrator"
    channel.administrators.add(1)
    shown = await talk.ask_message("/channel @lantern")
    await talk.ask("/subscribe")
    await talk.me.press(shown, "Commands for this chat again")
    await talk.ask("rice")
    assert (await names(talk), await names(talk, -1001234567890)) == ([], [])


YES = ["yes", "ok", "はい", "お願いします", "네"]
NO = ["no", "not now", "いいえ", "아니요", "/cancel"]


async def offer_address(talk: Talk) -> None:
    await talk.ask(f"{talk.newsroom}/naru-sinmun/feed")


@pytest.mark.parametrize("typed", YES)
async def test_a_yes_takes_what_was_offered(talk: Talk, typed: str) -> None:
    await offer_address(talk)
    assert (await talk.ask(typed)).startswith("You now follow 나루신문.")
    # It is said once.
    assert "You now follow" not in await talk.ask(typed)
    await talk.me.type(f"/start {topic_payload('rice')}")
    assert (await talk.ask(typed)).startswith("You now follow “rice”.")


@pytest.mark.parametrize("typed", NO)
async def test_a_no_leaves_what_was_offered(talk: Talk, typed: str) -> None:
    await offer_address(talk)
    assert await talk.ask(typed) == "All right, I leave it."
    assert await waiting(talk) == 0
    assert await names(talk) == []


async def test_a_yes_takes_the_clock_of_a_place_that_was_shown(talk: Talk) -> None:
    update = talk.telegram.type(1, "")
    del update["message"]["text"]
    update["message"]["location"] = {"latitude": 35.68, "longitude": 139.69}
    await talk.me.deliver(update)
    await talk.ask("yes")
    assert (await talk.chat()).timezone == "Asia/Tokyo"


async def test_whatever_else_comes_ends_an_offer(talk: Talk) -> None:
    for between in ("rice", "/help"):
        await offer_address(talk)
        await talk.me.type(between)
        await talk.me.type("yes")
    assert await names(talk) == []


async def test_only_the_button_deletes_everything(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    for typed in YES:
        await talk.ask("/forget")
        assert "press “Delete everything” above" in await talk.ask(typed)
    assert await talk.ask("no") == "Nothing was deleted."
    assert await names(talk) == ["rice"]
    await talk.ask("/forget")
    assert (await talk.ask("rice")).startswith("Newest about “rice”")
