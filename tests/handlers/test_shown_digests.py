"""A digest that somebody asked for has the same buttons as one that comes by itself, and can be asked about."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Message

from bot.console.door import Person, buttons_of
from handlers.buttons import Mark, Marks, decode, encode
from handlers.page_buttons import ReadOn, ReadOnShown, ShownPage
from handlers.shown_message import data_of, first_line
from handlers.views.message import plain_text
from handlers.words import say
from storage import chats, opinions
from storage.records import ChatId, Layout
from storage.schema import shown, topics
from storage.shown import last_shown_at

Talk = Any
ME = ChatId(1)
ROW = ["⭐", "👍", "👎", "🔇", "↗", "❔"]
SETTINGS = "⚙ Settings"


def labels(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def headlines(text: str) -> list[str]:
    return re.findall(r"^\d+\. (?:↻ Update: )?(.+)$", text, re.MULTILINE)


async def week(talk: Talk, topic: str = "North Korea OR Japan", room: int = 4) -> dict[str, Any]:
    """The digest of a week, shown to a chat that follows something."""
    await talk.ask(f"/subscribe {topic}")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ME, most_stories=room)
    return dict((await talk.me.type("/digest 7d"))[-1])


async def told(talk: Talk, clock: Any) -> dict[str, Any]:
    """The last message of a digest that came by itself."""
    await talk.ask("/schedule daily 08:00")
    await talk.me.type("/subscribe japan, korea, north korea, rice, seoul, tokyo")
    clock.forward(hours=10)
    await talk.parts.poller.poll_due()
    clock.forward(hours=11)
    await talk.parts.delivery.compose()
    await talk.parts.delivery.deliver()
    messages = talk.telegram.chat(ME).messages
    return dict(messages[max(messages)])


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_story_of_a_digest_that_was_asked_for_is_saved_by_its_number(talk: Talk) -> None:
    digest = await week(talk)
    assert labels(digest)[-6:] == ROW
    [chosen] = await talk.me.press(digest, "⭐")
    assert labels(chosen)[-5:-1] == ["1", "2", "3", "4"]
    await talk.me.press(chosen, "2")
    assert talk.telegram.answers[-1]["text"] == "Saved. /saved shows it."
    assert labels(chosen)[-5:-1] == ["1", "✓ 2", "3", "4"]
    assert headlines(digest["text"])[1] in await talk.ask("/saved")
    [back] = await talk.me.press(chosen, labels(chosen)[-1])
    assert labels(back) == labels(digest)


async def test_thumbs_why_share_and_mute_work_below_it_as_well(talk: Talk) -> None:
    digest = await week(talk)
    [chosen] = await talk.me.press(digest, "👍")
    await talk.me.press(chosen, "1")
    async with talk.parts.services.database.read() as tx:
        assert len(await opinions.votes(tx, ME, 9)) == 1
    [chosen] = await talk.me.press(digest, "❔")
    await talk.me.press(chosen, "3")
    assert "Topic “North Korea OR Japan”" in talk.telegram.answers[-1]["text"]
    [chosen] = await talk.me.press(digest, "↗")
    [shared] = await talk.me.press(chosen, "4")
    assert headlines(digest["text"])[3] in shared["text"]
    [chosen] = await talk.me.press(digest, "🔇")
    await talk.me.press(chosen, labels(chosen)[-2])
    async with talk.parts.services.database.read() as tx:
        assert len(await opinions.mutes(tx, ME)) == 1


async def test_a_digest_that_came_by_itself_leads_to_the_settings_and_stays(
    talk: Talk, clock: Any
) -> None:
    digest = await told(talk, clock)
    [shown] = await talk.me.press(digest, SETTINGS)
    assert shown["message_id"] != digest["message_id"]
    assert shown["text"] == (await talk.ask("/settings"))
    assert talk.telegram.chat(ME).messages[digest["message_id"]]["text"] == digest["text"]


async def test_in_a_group_the_settings_behind_a_digest_are_whispered_to_who_presses(
    talk: Talk,
) -> None:
    chat = talk.telegram.chat(-7, "supergroup")
    group = Person(talk.parts.application, talk.telegram, -7, 1)
    chat.standing = "administrator"
    chat.administrators.add(1)
    await group.type("/subscribe North Korea")
    digest = (await group.type("/digest 7d"))[-1]
    member = Person(talk.parts.application, talk.telegram, -7, 2)
    await member.press(digest, SETTINGS)
    [whisper] = [one for one in chat.whispers.values() if one["receiver_user"]["id"] == 2]
    assert "settings" in whisper["text"].casefold()


async def test_in_the_newspaper_layout_it_leads_there_too(talk: Talk) -> None:
    await talk.ask("/subscribe North Korea")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ME, layout=Layout.NEWSPAPER)
    [paper] = await talk.me.type("/digest 30d")
    [shown] = await talk.me.press(paper, SETTINGS)
    assert shown["text"] == await talk.ask("/settings")


# ── reading on ───────────────────────────────────────────────────────────────────────────────────


async def test_what_the_digest_of_a_period_left_out_is_read_on_and_nothing_twice(
    talk: Talk,
) -> None:
    digest = await week(talk)
    [count] = re.findall(r"And (\d+) more stories\.", digest["text"])
    page = dict((await talk.me.press(digest, "Read on"))[0])
    assert page["message_id"] != digest["message_id"]
    assert "What else was new" in page["text"]
    seen = headlines(digest["text"]) + headlines(page["text"])
    while True:
        [following] = await talk.me.press(page, "More ▶") or [page]
        if headlines(following["text"])[-1] == seen[-1]:
            break
        page = dict(following)
        seen += headlines(page["text"])
    assert len(seen) == 4 + int(count)
    assert len(set(seen)) == len(seen)


async def test_the_first_digest_goes_on_with_what_it_left_out(talk: Talk) -> None:
    await talk.ask("/subscribe North Korea OR Japan OR rice")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ME, most_stories=2)
    digest = (await talk.me.press_data(await talk.ask_message("/start"), "1:a:w:d"))[-1]
    assert "What came in" in digest["text"]
    [page] = await talk.me.press(digest, "Read on")
    assert not set(headlines(digest["text"])) & set(headlines(page["text"]))


async def test_what_is_not_remembered_any_more_is_out_of_date_and_the_page_stays(
    talk: Talk,
) -> None:
    digest = await week(talk)
    page = dict((await talk.me.press(digest, "Read on"))[0])
    async with talk.parts.services.database.write() as tx:
        await tx.execute(shown.delete())
    [fresh] = await talk.me.press(page, "More ▶")
    assert fresh["message_id"] != page["message_id"]
    assert fresh["text"].startswith("The newest of what you follow")
    assert talk.telegram.answers[-1]["text"] == plain_text(say("menu.old", "en"))
    assert talk.telegram.chat(ME).messages[page["message_id"]]["text"] == page["text"]


async def test_nobody_reads_on_in_what_another_chat_was_shown(talk: Talk) -> None:
    digest = await week(talk)
    [data] = [data for _, data in buttons_of(digest) if isinstance(decode(data), ReadOnShown)]
    other = Person(talk.parts.application, talk.telegram, 2)
    [mine] = await other.type("/latest")
    for stolen in (data, encode(ShownPage(int(decode(data).shown_at), 1))):  # type: ignore[union-attr]
        [fresh] = await other.press_data(mine, stolen)
        assert "North Korea OR Japan" not in fresh["text"]
        assert talk.telegram.answers[-1]["text"] == plain_text(say("menu.old", "en"))


async def test_a_button_of_an_older_digest_on_request_still_reads_on(talk: Talk) -> None:
    await talk.ask("/subscribe North Korea")
    [message] = await talk.me.type("/latest")
    [answer] = await talk.me.press_data(message, encode(ReadOn(0, await talk.newest())))  # type: ignore[arg-type]
    assert "more that was new" in answer["text"] or "What else was new" in answer["text"]


# ── /why ─────────────────────────────────────────────────────────────────────────────────────────


async def test_why_explains_what_was_shown_last_where_no_digest_was_sent(talk: Talk) -> None:
    assert "no digest yet" in await talk.ask("/why")
    digest = await week(talk)
    why = await talk.ask("/why")
    assert headlines(why) == headlines(digest["text"])
    assert why.count("Topic “North Korea OR Japan”") == 4


async def test_why_with_a_number_explains_that_story(talk: Talk) -> None:
    digest = await week(talk)
    for typed in ("3", "３", "#3", "3."):
        answer = await talk.ask(f"/why {typed}")
        assert re.findall(r"^3\. (.+)$", answer, re.MULTILINE) == [headlines(digest["text"])[2]]
        assert len(headlines(answer)) == 1
    assert "no story “5”; its last one has the number 4" in await talk.ask("/why 5")
    assert "/why 3" in await talk.ask("/why rice")
    for typed in ("5番", "5번", "number 5"):
        assert "no story “5”" in await talk.ask(f"/why {typed}")


async def test_a_reply_to_an_older_digest_is_about_that_one(talk: Talk, clock: Any) -> None:
    older = await week(talk, "North Korea", 3)
    clock.forward(minutes=1)
    await talk.ask("/unsubscribe North Korea")
    newer = await week(talk, "Japan", 2)
    assert headlines(await talk.ask("/why")) == headlines(newer["text"])
    [answer] = await talk.me.type("/why", reply_to_message=older)
    assert headlines(answer["text"]) == headlines(older["text"])
    [answer] = await talk.me.type("/why 3", reply_to_message=older)
    assert headlines(answer["text"]) == headlines(older["text"])[2:]
    assert "You no longer follow what brought it" in answer["text"]


async def test_a_reply_to_a_digest_that_came_by_itself_is_about_that_one(
    talk: Talk, clock: Any
) -> None:
    digest = await told(talk, clock)
    first = dict(talk.telegram.chat(ME).messages[min(talk.telegram.chat(ME).messages)])
    clock.forward(minutes=1)
    shown = await week(talk, "rice", 2)
    [answer] = await talk.me.type("/why", reply_to_message=digest)
    assert headlines(answer["text"])[0] == headlines(digest["text"])[0]
    # What has no marks below it is about the digest that was the last one then.
    plain = {**digest, "reply_markup": {"inline_keyboard": []}}
    [same] = await talk.me.type("/why", reply_to_message=plain)
    assert same["text"] == answer["text"]
    [none] = await talk.me.type("/why", reply_to_message={**first, "date": digest["date"] - 10**6})
    assert "no digest yet" in none["text"]
    assert headlines(await talk.ask("/why")) == headlines(shown["text"])


async def test_a_reply_to_a_newspaper_is_about_its_stories(talk: Talk) -> None:
    await talk.ask("/subscribe North Korea")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ME, layout=Layout.NEWSPAPER, most_stories=3)
    [paper] = await talk.me.type("/digest 30d")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ME, layout=Layout.CLASSIC)
    await talk.me.type("/digest 7d")
    [answer] = await talk.me.type("/why", reply_to_message=paper)
    assert len(headlines(answer["text"])) == 3
    assert all(one in paper["rich_message"]["html"] for one in headlines(answer["text"]))


async def test_in_a_topic_of_a_forum_nothing_is_a_reply_that_is_none(talk: Talk) -> None:
    digest = await week(talk)
    began = {
        "message_id": 1,
        "date": digest["date"] - 10**6,
        "chat": digest["chat"],
        "forum_topic_created": {"name": "News", "icon_color": 0},
    }
    [answer] = await talk.me.type("/why", reply_to_message=began)
    assert headlines(answer["text"]) == headlines(digest["text"])


@pytest.mark.parametrize(
    "data",
    [
        encode(Marks(Mark.WHY, 0)),
        encode(Marks(None, 2**32 - 1)),
        "1:x:y:zzzzzzzzzzzzz",
        "1:e:w:99999999999999999999",
        "1:e:w:2147483647",
        "\u202e",
    ],
)
async def test_forged_buttons_under_what_is_replied_to_do_no_harm(talk: Talk, data: str) -> None:
    digest = await week(talk)
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
    [answer] = await talk.me.type("/why", reply_to_message={**digest, "reply_markup": keyboard})
    assert "don’t have that digest" in answer["text"] or "Why this was" in answer["text"]


def message(**content: Any) -> Message:
    chat = {"id": 1, "type": "private"}
    found = Message.de_json({"message_id": 1, "date": 0, "chat": chat, **content}, None)
    assert found is not None
    return found


def test_a_rich_message_says_its_first_line_and_what_its_buttons_send() -> None:
    button = {"text": "⭐", "callback_data": "1:v:1"}
    bold = {"type": "bold", "text": ["The ", {"type": "italic", "text": "Lantern"}]}
    blocks = [
        {"type": "paragraph", "text": ["📣 For ", bold]},
        {"type": "details", "summary": "x", "blocks": [{"type": "buttons", "buttons": [button]}]},
    ]
    below = {"inline_keyboard": [[{"text": "Read on", "callback_data": "1:O:1"}]]}
    rich = message(rich_message={"blocks": blocks}, reply_markup=below)
    assert first_line(rich) == "📣 For The Lantern"
    assert data_of(rich) == ("1:v:1", "1:O:1")
    assert first_line(message(text="a\nb")) == "a"
    assert first_line(message(caption="c")) == "c"


@pytest.mark.parametrize(
    "rich",
    [
        *(None, 7, "x", [], {}, {"blocks": 7}, {"blocks": []}, {"blocks": [7]}),
        {"blocks": [{"text": {"text": [None, 7]}}]},
        {"blocks": [{"callback_data": 7}, {"callback_data": None}]},
    ],
)
def test_what_is_no_rich_message_says_nothing(rich: Any) -> None:
    assert first_line(message(rich_message=rich)) == ""
    assert data_of(message(rich_message=rich)) == ()


def test_a_rich_message_without_end_is_looked_at_for_a_while_only() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    wide = [["x"]] * 200_000
    for rich in ({"blocks": [{"text": deep}]}, {"blocks": [{"text": wide}]}):
        given = message()
        with given._unfrozen():
            given.api_kwargs = {"rich_message": rich}
        assert len(first_line(given)) <= 20_000
        assert data_of(given) == ()


# ── periods ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["today", "this week", "今日", "今週", "오늘", "이번 주", "7日"])
async def test_a_digest_of_a_day_or_week_by_its_name_in_any_language(
    talk: Talk, typed: str
) -> None:
    await talk.ask("/subscribe North Korea OR Japan OR rice OR tokyo OR seoul")
    answer = (await talk.me.type(f"/digest {typed}"))[0]["text"]
    assert answer.startswith(("What came in", "Nothing in what you follow"))


async def test_yesterday_ends_where_today_begins(talk: Talk, clock: Any) -> None:
    await talk.ask("/timezone Asia/Tokyo")
    await talk.ask("/subscribe North Korea OR Japan OR rice OR tokyo OR seoul")
    heading = (await talk.me.type("/digest yesterday"))[0]["text"].split("\n")[0]
    assert heading.count("00:00") == 2
    await talk.ask("/unsubscribe 1")
    await talk.ask("/subscribe zebra")
    assert "between " in await talk.ask("/digest 昨日")
    refused = await talk.ask("/digest tomorrow")
    assert "/digest yesterday" in refused


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_of_everything_stays_one_after_something_is_followed(talk: Talk) -> None:
    first = dict((await talk.me.type("/latest"))[0])
    title = first["text"].split("\n")[0].split(" · ")[0]
    await talk.ask("/subscribe rice")
    second = dict((await talk.me.press(first, "Older ▶"))[0])
    assert second["text"].startswith(title)
    assert not set(headlines(first["text"])) & set(headlines(second["text"]))
    [back] = await talk.me.press(second, "◀ Newer")
    assert headlines(back["text"]) == headlines(first["text"])


async def test_a_list_of_what_is_followed_does_not_become_one_of_everything_when_nothing_is_followed_any_more(
    talk: Talk,
) -> None:
    await talk.ask("/subscribe North Korea OR Japan OR rice OR tokyo OR seoul")
    first = dict((await talk.me.type("/latest"))[0])
    await talk.ask("/unsubscribe 1")
    [second] = await talk.me.press(first, "Older ▶")
    assert second["text"] == "That is all I have. /latest begins again."


async def forget_topics(talk: Talk) -> None:
    async with talk.parts.services.database.write() as tx:
        await tx.execute(topics.delete())


@pytest.mark.parametrize("command", ["/latest japan OR korea", "/search japan OR korea"])
async def test_the_page_of_a_topic_that_is_gone_is_a_word_and_leaves_the_list(
    talk: Talk, command: str
) -> None:
    listed = dict((await talk.me.type(command))[0])
    turn = next(data for label, data in buttons_of(listed) if label.endswith("▶"))
    await forget_topics(talk)
    [fresh] = await talk.me.press_data(listed, turn)
    assert fresh["message_id"] != listed["message_id"]
    assert talk.telegram.chat(ME).messages[listed["message_id"]]["text"] == listed["text"]
    assert talk.telegram.answers[-1]["text"] == plain_text(say("menu.old", "en"))


async def test_in_a_group_a_fresh_list_is_whispered_in_its_place(talk: Talk) -> None:
    chat = talk.telegram.chat(-7, "supergroup")
    group = Person(talk.parts.application, talk.telegram, -7, 2)
    listed = dict((await group.type("/latest japan OR korea"))[0])
    turn = next(data for label, data in buttons_of(listed) if label.endswith("▶"))
    chat.standing = "administrator"
    await forget_topics(talk)
    before = len(chat.messages)
    await group.press_data(listed, turn)
    assert len(chat.messages) == before
    [whisper] = chat.whispers.values()
    assert whisper["receiver_user"]["id"] == 2
    assert chat.messages[listed["message_id"]]["text"] == listed["text"]


async def test_shown_times_are_whole_seconds_that_buttons_can_name(talk: Talk, clock: Any) -> None:
    await week(talk)
    async with talk.parts.services.database.read() as tx:
        at = await last_shown_at(tx, ME)
    assert at is not None
    assert at == datetime.fromtimestamp(int(at.timestamp()), UTC)
    assert abs(at - clock()) < timedelta(seconds=2)
