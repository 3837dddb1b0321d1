"""Whoever asks for something sees soon that it is heard, whatever keeps the answer, and others need not wait for it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs
from telegram import Update
from telegram.error import TimedOut

from bot.console.door import Person, buttons_of
from bot.console.server import ApiError
from bot.updates import incoming
from handlers.buttons import encode
from handlers.commands import BY_NAME
from handlers.menu_buttons import SetTimes, Via
from handlers.signs import SIGN_SECONDS, Signs
from news.worker import WorkerLost
from storage import chats, feeds, people
from storage import schema as tables
from storage.records import ChatId

Talk = Any
TalkWith = Callable[..., AbstractAsyncContextManager[Any]]

GROUP = -100500
NEWCOMER = 70
PATIENCE = 10.0
"""Seconds after which something does not come any more; nothing below waits for so long."""

SIGN = "sendChatAction"
SHOWN = ("sendMessage", "sendDocument", "sendPhoto", "editMessageText")

FEED = (
    b'<rss version="2.0"><channel><title>Slow</title><item><title>One</title>'
    b"<link>http://127.0.0.1/a</link><guid>1</guid></item></channel></rss>"
)


class Gate:
    """What an answer waits for: a call of Telegram, the database, the web. It opens with the first sign of life."""

    def __init__(self, talk: Talk, method: str = "") -> None:
        self.opened = asyncio.Event()
        self.calls: list[str] = []
        self._method = method
        talk.telegram.before = self._before

    async def _before(self, method: str, _parameters: dict[str, Any]) -> None:
        self.calls.append(method)
        if method == self._method:
            await self.wait()
        if method == SIGN:
            self.opened.set()

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.opened.wait()

    def first(self) -> str:
        """The first thing that somebody saw."""
        return next(one for one in self.calls if one == SIGN or one in SHOWN)


@asynccontextmanager
async def busy(talk: Talk, gate: Gate) -> AsyncIterator[None]:
    """A database whose writer is busy until the gate opens."""
    begun = asyncio.Event()

    async def write() -> None:
        async with talk.parts.services.database.write():
            begun.set()
            await gate.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        await begun.wait()
        yield


@asynccontextmanager
async def web() -> AsyncIterator[tuple[str, asyncio.Event, asyncio.Event]]:
    """A site whose feeds come when the second event is set; its address, and an event for the first visitor."""
    asked, go = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await go.wait()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(FEED)}\r\n\r\n".encode() + FEED)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.3", 0) as server:
        yield f"http://127.0.0.3:{server.sockets[0].getsockname()[1]}", asked, go
        go.set()


def administrator(talk: Talk) -> Person:
    talk.telegram.chat(GROUP, "supergroup").administrators.add(7)
    return Person(talk.parts.application, talk.telegram, GROUP, 7)


def place(talk: Talk, chat_id: int) -> dict[str, Any]:
    """Somebody sends where they are."""
    update: dict[str, Any] = talk.telegram.type(chat_id, "")
    del update["message"]["text"]
    update["message"]["location"] = {"latitude": 48.85, "longitude": 2.35}
    return update


def test_a_sign_comes_within_300_milliseconds() -> None:
    assert SIGN_SECONDS <= 0.25


async def test_a_command_shows_one_while_telegram_is_asked_who_runs_the_group(talk: Talk) -> None:
    person, gate = administrator(talk), Gate(talk, "getChatMember")
    assert "You now follow" in (await person.type("/subscribe rice"))[-1]["text"]
    assert gate.first() == SIGN


async def test_a_press_shows_one_while_telegram_is_asked_who_runs_the_group(talk: Talk) -> None:
    person = administrator(talk)
    [menu] = await person.type("/settings")
    gate = Gate(talk, "getChatMember")
    assert (
        len(await person.press_data(menu, encode(SetTimes(Via.COMMAND, None, "daily 08:00")))) == 1
    )
    assert gate.first() == SIGN
    assert "answerCallbackQuery" in gate.calls


@pytest.mark.parametrize("text", ["/help", "/start", "/latest", "north korea"])
async def test_the_first_words_of_a_chat_show_one_while_the_database_is_busy(
    talk: Talk, text: str
) -> None:
    newcomer, gate = Person(talk.parts.application, talk.telegram, NEWCOMER), Gate(talk)
    async with busy(talk, gate):
        assert len(await newcomer.type(text)) >= 1
    assert gate.first() == SIGN


async def test_a_place_and_a_file_show_one_while_the_database_is_busy(talk: Talk) -> None:
    newcomer, gate = Person(talk.parts.application, talk.telegram, NEWCOMER), Gate(talk)
    async with busy(talk, gate):
        assert len(await newcomer.deliver(place(talk, NEWCOMER))) >= 1
    assert gate.first() == SIGN
    other, gate = Person(talk.parts.application, talk.telegram, NEWCOMER + 1), Gate(talk)
    async with busy(talk, gate):
        assert len(await other.send_file("a.opml", b"<opml/>")) >= 1
    assert gate.first() == SIGN


async def test_a_file_that_telegram_gives_out_slowly_shows_one(talk: Talk) -> None:
    gate = Gate(talk, "getFile")
    assert len(await talk.me.send_file("a.opml", b"<opml/>")) >= 1
    assert gate.first() == SIGN


async def test_no_sign_follows_an_answer_whatever_is_noted_after_it(talk: Talk, clock: Any) -> None:
    [menu] = await talk.me.type("/settings")
    data = buttons_of(menu)[0][1]
    for pressed in (False, True):
        clock.forward(days=1)
        gate = Gate(talk)
        async with busy(talk, gate), asyncio.TaskGroup() as group:
            ask = talk.me.press_data(menu, data) if pressed else talk.me.type("/help")
            asked = group.create_task(ask)
            await asyncio.sleep(SIGN_SECONDS * 2)
            assert not asked.done()
            gate.opened.set()
        assert SIGN not in gate.calls


async def test_what_nobody_asks_the_bot_and_who_is_banned_see_none(talk: Talk, clock: Any) -> None:
    person = administrator(talk)
    async with talk.parts.services.database.write() as tx:
        await people.ban(tx, 7, clock())
    gate = Gate(talk)
    await person.type("/latest")
    await talk.me.deliver(talk.telegram.type(GROUP, "good morning", 8))
    assert gate.calls == []


async def test_of_many_who_wait_in_a_chat_one_shows_a_sign_and_then_the_next(talk: Talk) -> None:
    signs, gate = Signs(BY_NAME, seconds=0), Gate(talk)
    update = Update.de_json(talk.telegram.type(1, "/help"), talk.parts.application.bot)
    answers = [asyncio.Event() for _ in range(20)]

    async def wait(answer: asyncio.Event) -> None:
        async with signs.of(update):
            await answer.wait()

    async with asyncio.TaskGroup() as group:
        for answer in answers:
            group.create_task(wait(answer))
        await gate.wait()
        await asyncio.sleep(0.05)
        assert gate.calls == [SIGN]
        answers[0].set()
        await asyncio.sleep(0.05)
        assert gate.calls == [SIGN, SIGN]
        for answer in answers:
            answer.set()


async def test_while_a_feed_is_fetched_others_of_the_chat_are_answered(talk_with: TalkWith) -> None:
    async with talk_with(fetch_allowed_networks="127.0.0.0/8") as talk, web() as (site, asked, go):
        person = administrator(talk)
        [menu] = await person.type("/latest")
        await talk.parts.inbox.begin()
        gate = Gate(talk)
        said = (
            talk.telegram.type(GROUP, f"/subscribe {site}/a", 7),
            talk.telegram.press(GROUP, menu["message_id"], buttons_of(menu)[0][1], 8),
            talk.telegram.type(GROUP, "/help", 9),
        )
        await talk.parts.inbox.take([incoming(one) for one in said])
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
            while not {"answerCallbackQuery", "sendMessage"} <= set(gate.calls):  # noqa: ASYNC110 - a bot works
                await asyncio.sleep(0.01)
        texts = [one["text"] for one in talk.telegram.chat(GROUP).messages.values()]
        assert not any("You now follow" in text for text in texts)
        go.set()
        await talk.parts.inbox.close(PATIENCE)
        assert "You now follow" in list(talk.telegram.chat(GROUP).messages.values())[-1]["text"]


async def test_two_addresses_in_a_row_are_both_followed(talk_with: TalkWith) -> None:
    async with talk_with(fetch_allowed_networks="127.0.0.0/8") as talk, web() as (site, asked, go):
        async with asyncio.TaskGroup() as group:
            group.create_task(talk.me.type(f"/subscribe {site}/a"))
            await asked.wait()
            group.create_task(talk.me.type(f"/subscribe {site}/b"))
            go.set()
        assert len(await talk.follows()) == 2


async def test_what_is_forgotten_while_a_feed_is_fetched_stays_forgotten(
    talk_with: TalkWith,
) -> None:
    async with talk_with(fetch_allowed_networks="127.0.0.0/8") as talk, web() as (site, asked, go):
        database = talk.parts.services.database
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(talk.me.type(f"/subscribe {site}/a"))
            await asked.wait()
            async with database.write() as tx:
                await tx.execute(delete(tables.chats))
            go.set()
        [answer] = asking.result()
        assert answer["text"].startswith("Nothing is followed")
        async with database.read() as tx:
            assert await chats.get(tx, ChatId(1)) is None
            assert await feeds.find(tx, f"{site}/a") is None


async def test_who_runs_a_group_no_more_changes_nothing_there_from_then_on(talk: Talk) -> None:
    person = administrator(talk)
    assert "You now follow" in (await person.type("/subscribe rice"))[-1]["text"]
    chat = talk.telegram.chat(GROUP)
    chat.administrators.discard(7)
    content = {
        "chat": chat.as_json(),
        "from": {"id": 9, "is_bot": False, "first_name": "Owner"},
        "date": 1,
        "old_chat_member": member_of(7, "administrator"),
        "new_chat_member": member_of(7, "member"),
    }
    update = talk.telegram.update("chat_member", content)
    assert incoming(update) is not None
    await person.deliver(update)
    assert "Only administrators" in (await person.type("/subscribe wheat"))[-1]["text"]


def member_of(id: int, status: str) -> dict[str, Any]:
    """Somebody of a group, as Telegram describes them."""
    rights = dict.fromkeys(ADMINISTRATOR_RIGHTS, False) if status == "administrator" else {}
    person = {"id": id, "is_bot": False, "first_name": "You"}
    return {"user": person, "status": status, **rights}


ADMINISTRATOR_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
    *("can_manage_video_chats", "can_restrict_members", "can_promote_members"),
    *("can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories"),
    "can_delete_stories",
)


async def test_an_answer_that_telegram_refuses_is_followed_by_an_apology(talk: Talk) -> None:
    refused = 0

    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        nonlocal refused
        if method == "sendMessage" and not refused:
            refused += 1
            raise ApiError(400, "Bad Request: can't parse entities: unsupported start tag")

    talk.telegram.before = refuse
    with capture_logs() as logs:
        [answer] = await talk.me.type("/help")
    [logged] = [one for one in logs if one["log_level"] == "error"]
    assert logged["reference"] in answer["text"]


@pytest.mark.parametrize(
    "error",
    [ApiError(403, "Forbidden: bot was blocked by the user"), TimedOut()],
    ids=["blocked", "network"],
)
async def test_whom_nothing_reaches_is_not_sent_an_apology(talk: Talk, error: Exception) -> None:
    tried = 0

    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        nonlocal tried
        if method == "sendMessage":
            tried += 1
            raise error

    talk.telegram.before = refuse
    assert await talk.me.type("/help") == []
    assert tried == 1


@pytest.mark.in_a_process
async def test_without_the_process_that_reads_documents_nobody_is_told_that_it_is_no_feed(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.parts.services.sources.worker.rest()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with capture_logs() as logs:
        answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun")
    found = [one for one in logs if isinstance(one.get("exc_info"), WorkerLost)]
    assert found[0]["reference"] in answer
