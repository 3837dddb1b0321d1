"""Whose updates are listened to, and that an answer or a sign of one comes soon."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram.error import TimedOut

from bot.console.door import Person
from handlers.buttons import encode
from handlers.commands import BY_NAME
from handlers.menu_buttons import SetTimes, Via
from storage import chats
from storage.records import ChatId

GROUP = -100500


@pytest.fixture
def member(talk: Any) -> Person:
    talk.telegram.chat(GROUP, "supergroup")
    return Person(talk.parts.application, talk.telegram, GROUP, 7)


def bot(name: str) -> dict[str, Any]:
    return {"id": 2000, "is_bot": True, "first_name": "Other", "username": name}


async def rows(talk: Any) -> int:
    async with talk.parts.services.database.read() as tx:
        return sum([await chats.get(tx, ChatId(id)) is not None for id in (1, GROUP)])


@pytest.mark.parametrize("text", ["/subscribe rice", "rice", "/pause"])
@pytest.mark.parametrize(
    "mark",
    [
        {"forward_origin": {"type": "user", "date": 1, "sender_user": bot("x")}},
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}},
        {"forward_origin": {"type": "user", "date": 1, "sender_user": bot("kawaraban_bot")}},
        {"via_bot": bot("another_bot")},
        {"via_bot": bot("kawaraban_bot")},
        {"from": bot("another_bot")},
    ],
    ids=[
        *("forwarded", "forwarded from somebody hidden", "forwarded from the bot itself"),
        *("by way of a bot", "by way of the bot itself", "by a bot"),
    ],
)
async def test_what_nobody_said_to_the_bot_is_not_heard(
    talk: Any, member: Person, mark: dict[str, Any], text: str
) -> None:
    for whose in (talk.me, member):
        update = talk.telegram.type(whose.chat_id, text, whose.user_id)
        update["message"] |= mark
        assert await whose.deliver(update) == []
    assert await rows(talk) == 0


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post"])
async def test_edits_and_posts_are_not_heard(talk: Any, kind: str) -> None:
    message = talk.telegram.type(1, "/subscribe rice")["message"]
    assert await talk.me.deliver(talk.telegram.update(kind, message)) == []
    assert await rows(talk) == 0


async def test_a_post_of_the_linked_channel_is_no_person(talk: Any, member: Person) -> None:
    update = talk.telegram.type(GROUP, "/subscribe rice", 777000)
    channel = {"id": -100900, "type": "channel", "title": "News"}
    update["message"] |= {"sender_chat": channel, "is_automatic_forward": True}
    assert await member.deliver(update) == []


async def test_somebody_who_speaks_as_a_channel_may_read_and_change_nothing(
    talk: Any, member: Person
) -> None:
    channel = {"id": -100900, "type": "channel", "title": "News"}
    mask = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    for text, expected in (("/latest", "—"), ("/subscribe rice", "administrators")):
        update = talk.telegram.type(GROUP, text, 7)
        update["message"] |= {"from": mask, "sender_chat": channel}
        [answer] = await member.deliver(update)
        assert (expected in answer["text"]) or expected == "—"
    async with talk.parts.services.database.read() as tx:
        assert await chats.subscriptions_of(tx, ChatId(GROUP)) == ()


def anonymous(talk: Any, text: str, chat_id: int = GROUP) -> dict[str, Any]:
    """An administrator of the group writes in the name of a group: of this one, unless told otherwise."""
    mask = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    group = {"id": chat_id, "type": "supergroup", "title": "Group"}
    update: dict[str, Any] = talk.telegram.type(GROUP, text, 7)
    update["message"] |= {"from": mask, "sender_chat": group}
    return update


async def test_an_anonymous_administrator_reads_and_changes_without_telegram_being_asked(
    talk: Any, member: Person
) -> None:
    [followed] = await member.deliver(anonymous(talk, "/subscribe rice"))
    assert "rice" in followed["text"]
    assert len(await member.deliver(anonymous(talk, "/latest"))) == 1
    async with talk.parts.services.database.read() as tx:
        assert len(await chats.subscriptions_of(tx, ChatId(GROUP))) == 1
    assert "getChatMember" not in [method for method, _ in talk.telegram.calls]


async def test_an_anonymous_administrator_of_another_group_changes_nothing(
    talk: Any, member: Person
) -> None:
    [refused] = await member.deliver(anonymous(talk, "/subscribe rice", -100999))
    assert "Only administrators" in refused["text"]
    async with talk.parts.services.database.read() as tx:
        assert await chats.subscriptions_of(tx, ChatId(GROUP)) == ()


@pytest.mark.parametrize("text", ["/latest@another_bot", "/subscribe@another_bot rice"])
async def test_in_a_private_chat_commands_for_other_bots_are_theirs_too(
    talk: Any, text: str
) -> None:
    assert await talk.me.type(text) == []
    assert await rows(talk) == 0


async def test_an_edit_in_a_group_changes_nothing(talk: Any, member: Person) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    message = talk.telegram.type(GROUP, "/subscribe rice", 7)["message"]
    assert await member.deliver(talk.telegram.update("edited_message", message)) == []
    assert await rows(talk) == 0


async def test_the_talk_of_a_group_is_not_heard_even_as_a_reply_to_the_bot(
    talk: Any, member: Person
) -> None:
    [answer] = await member.type("/help")
    assert await member.type("north korea") == []
    assert await member.type("north korea", reply_to_message=answer) == []


@pytest.mark.parametrize("text", ["/latest@another_bot", "/subscribe@another_bot rice", "/nothing"])
async def test_in_a_group_commands_for_other_bots_are_theirs(member: Person, text: str) -> None:
    assert await member.type(text) == []


async def test_in_a_group_the_bot_is_called_by_its_name_or_by_none(member: Person) -> None:
    assert len(await member.type("/latest@Kawaraban_Bot")) == 1
    assert len(await member.type("/latest")) == 1


async def test_a_command_below_a_picture_is_one_in_whatever_case(talk: Any, member: Person) -> None:
    for caption in ("/latest@kawaraban_bot rice", "/LATEST rice"):
        update = talk.telegram.send_file(GROUP, "rice.jpg", b"rice", caption, 7)
        picture = update["message"].pop("document")
        update["message"]["photo"] = [{**picture, "width": 1, "height": 1}]
        [answer] = await member.deliver(update)
        assert "rice" in answer["text"]
    asked = await member.type("/import")
    update = talk.telegram.send_file(GROUP, "list.opml", b"no list", "/IMPORT", 7)
    [refused] = await member.deliver(update)
    assert refused["text"] == asked[0]["text"]


async def test_somebody_who_was_demoted_changes_nothing_after_a_minute(
    talk: Any, member: Person, clock: Any
) -> None:
    admins = talk.telegram.chat(GROUP).administrators
    admins.add(7)
    assert "administrators" not in (await member.type("/subscribe rice"))[0]["text"]
    admins.clear()
    clock.forward(seconds=61)
    assert "Only administrators" in (await member.type("/subscribe wheat"))[0]["text"]


async def test_telegram_is_asked_once_a_minute_who_is_an_administrator(
    talk: Any, member: Person, clock: Any
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    for topic in ("rice", "wheat", "barley"):
        await member.type(f"/subscribe {topic}")
    assert [method for method, _ in talk.telegram.calls].count("getChatMember") == 1


async def test_what_telegram_tells_of_members_is_believed_at_once(
    talk: Any, member: Person
) -> None:
    await member.type("/subscribe rice")
    talk.telegram.chat(GROUP).administrators.add(7)
    await member.deliver(talk.telegram.added(GROUP, 7, administrator=True))
    assert "Only administrators" not in (await member.type("/subscribe rice"))[0]["text"]


async def test_a_group_is_greeted_with_two_lines(talk: Any, clock: Any) -> None:
    talk.telegram.chat(-100600, "supergroup").standing = "left"
    await talk.me.deliver(talk.telegram.added(-100600))
    async with talk.parts.services.database.read() as tx:
        chat = await chats.get(tx, ChatId(-100600))
    assert chat is not None
    assert chat.kind == "supergroup"


async def test_a_new_private_chat_speaks_the_language_that_telegram_says(talk: Any) -> None:
    update = talk.telegram.type(1, "/help")
    update["message"]["from"]["language_code"] = "ja-JP"
    await talk.me.deliver(update)
    assert (await talk.chat()).language == "ja"


async def test_it_is_noted_that_a_chat_asks_and_what_kind_it_is(talk: Any, member: Person) -> None:
    await talk.ask("/help")
    await member.type("/help")
    async with talk.parts.services.database.read() as tx:
        kept = [await chats.get(tx, ChatId(id)) for id in (1, GROUP)]
    assert [chat and chat.kind for chat in kept] == ["private", "supergroup"]


@pytest.fixture
def slow(talk: Any, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """A command that answers when the event is set."""
    gate = asyncio.Event()

    async def answer(ask: Any) -> Any:
        await gate.wait()
        return ask.say("help.head")

    command = BY_NAME["latest"]
    object.__setattr__(command, "answer", answer)
    processor = talk.parts.application.update_processor
    monkeypatch.setattr(processor._signs, "_seconds", 0.01)
    return gate


@pytest.fixture(autouse=True)
def same_commands() -> Any:
    before = BY_NAME["latest"].answer
    yield
    object.__setattr__(BY_NAME["latest"], "answer", before)


async def signs(talk: Any) -> list[dict[str, Any]]:
    return [sent for method, sent in talk.telegram.calls if method == "sendChatAction"]


async def test_an_answer_that_takes_longer_is_announced_where_it_will_come(
    talk: Any, slow: asyncio.Event
) -> None:
    talk.telegram.open_topic(GROUP, 9)
    member = Person(talk.parts.application, talk.telegram, GROUP, 7)

    async def announced(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendChatAction":
            slow.set()

    talk.telegram.after = announced
    assert len(await member.type("/latest", message_thread_id=9, is_topic_message=True)) == 1
    [sign] = await signs(talk)
    assert (sign["chat_id"], sign["message_thread_id"]) == (GROUP, 9)


async def test_an_answer_at_once_is_not_announced(talk: Any) -> None:
    await talk.ask("/help")
    assert await signs(talk) == []


async def test_without_a_sign_of_life_the_answer_comes_all_the_same(
    talk: Any, slow: asyncio.Event
) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendChatAction":
            slow.set()
            raise TimedOut

    talk.telegram.before = refuse
    assert len(await talk.me.type("/latest")) == 1


async def test_while_telegram_can_not_be_asked_it_is_said_that_it_is_unknown_and_nothing_is_remembered(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)

    async def fail(method: str, _parameters: dict[str, Any]) -> None:
        if method == "getChatMember":
            raise TimedOut

    talk.telegram.before = fail
    unknown = "I could not ask Telegram who the administrators are. Please try again in a minute."
    [answer] = await member.type("/subscribe rice")
    assert answer["text"] == unknown
    [menu] = await member.type("/subscriptions")
    await member.press_data(menu, encode(SetTimes(Via.COMMAND, None, "daily 08:00")))
    assert talk.telegram.answers[-1]["text"] == unknown
    talk.telegram.before = None
    assert "You now follow" in (await member.type("/subscribe rice"))[0]["text"]


async def test_an_answer_that_a_chat_takes_no_more_is_no_failure_of_ours(
    talk: Any, member: Person
) -> None:
    update = talk.telegram.type(GROUP, "/latest", 7)
    talk.telegram.kicked(GROUP)
    with capture_logs() as logs:
        assert await member.deliver(update) == []
    assert [one["event"] for one in logs if one["log_level"] == "error"] == []
