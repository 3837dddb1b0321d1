"""Nothing that people say is lost: kept before it is confirmed, dealt with once, in order in each chat."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from telegram import Update
from telegram.ext import Application, MessageHandler, filters

from bot.console.server import ConsoleTelegram
from bot.long_polling import ask_for_updates
from bot.observer import Observer
from bot.settings import load
from bot.updates import LEASE, Inbox, PerChat, incoming
from bot.web import listening
from bot.webhook import HEADER, MOST_BYTES, PATH, Webhook, secret_of
from handlers.order import giving_way
from handlers.signs import Signs
from storage import updates as kept
from storage.database import Database, open_database
from storage.schema import updates as table
from tests.bot.botapi import BotApi

TOKEN = "1:test"
SECRET = "secret-of-the-test"
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Handler = Callable[[Update], Awaitable[None]]


def observer() -> Observer:
    return Observer({}, asyncio.get_running_loop().time)


@asynccontextmanager
async def answering(
    api: BotApi, database: Database, clock: Any, handler: Handler
) -> AsyncIterator[Inbox]:
    """A bot that hands every message to `handler`."""

    async def handle(update: Update, _context: object) -> None:
        await handler(update)

    builder: Any = Application.builder().token(TOKEN).base_url(f"{api.url}/bot")
    builder = builder.concurrent_updates(PerChat(8, Signs(()))).updater(None).job_queue(None)
    application: AnyApplication = builder.build()
    application.add_handler(MessageHandler(filters.ALL, handle))
    async with application, Inbox(database, application, clock, observer()) as inbox:
        await inbox.begin()
        yield inbox


@asynccontextmanager
async def polling(inbox: Inbox, may_ask: Callable[[], bool] = lambda: True) -> AsyncIterator[None]:
    def fail(error: BaseException) -> None:
        raise error

    async with asyncio.TaskGroup() as group:
        bot = inbox._application.bot
        task = group.create_task(ask_for_updates(bot, inbox, may_ask, fail, observer()))
        yield
        task.cancel()


@pytest.fixture
async def api(telegram: ConsoleTelegram) -> AsyncIterator[BotApi]:
    async with BotApi(telegram, TOKEN) as api:
        yield api


class Heard:
    """A handler that notes what it heard, and can be held up."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.begun: list[str] = []

    async def __call__(self, update: Update) -> None:
        assert update.message is not None
        self.begun.append(str(update.message.text))
        await self.go.wait()
        self.texts.append(str(update.message.text))


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110 - a server works meanwhile
            await asyncio.sleep(0.01)


async def contents(database: Database) -> list[str]:
    async with database.read() as tx:
        return list(await tx.scalars(select(table.c.content).order_by(table.c.id)))


async def test_what_is_said_is_dealt_with_and_its_content_is_forgotten(
    api: BotApi, telegram: ConsoleTelegram, any_database: Database, clock: Any
) -> None:
    heard = Heard()
    async with answering(api, any_database, clock, heard) as inbox, polling(inbox):
        await api.put(telegram.type(7, "one"), telegram.type(7, "two"), telegram.type(8, "three"))
        await until(lambda: len(heard.texts) == 3)
        await inbox.close(5)
    assert sorted(heard.texts) == ["one", "three", "two"]
    assert await contents(any_database) == ["", "", ""]
    # The next question confirmed them.
    assert len(api.updates) == 0


async def test_it_is_kept_before_it_is_confirmed_and_what_a_stop_breaks_off_is_dealt_with_later(
    api: BotApi, telegram: ConsoleTelegram, any_database: Database, clock: Any
) -> None:
    heard = Heard()
    heard.go.clear()
    async with answering(api, any_database, clock, heard) as inbox, polling(inbox):
        await api.put(telegram.type(7, "one"), telegram.type(7, "two"))
        await until(lambda: heard.begun == ["one"] and len(api.updates) == 0)
    assert heard.texts == []
    heard.go.set()
    async with answering(api, any_database, clock, heard) as inbox:
        await inbox.close(5)
    assert heard.texts == ["one", "two"]


async def test_what_a_killed_process_left_is_dealt_with_by_the_next_one(
    api: BotApi, telegram: ConsoleTelegram, any_database: Database, clock: Any
) -> None:
    update = incoming(telegram.type(7, "help"))
    assert update is not None
    async with any_database.write() as tx:
        await kept.keep(tx, [update], clock(), clock() + LEASE)
    heard = Heard()
    async with answering(api, any_database, clock, heard) as inbox:
        if any_database.is_shared:
            # Others may live, so its lease must be over.
            assert heard.begun == []
            clock.forward(seconds=61)
            await inbox.sweep()
        await inbox.close(5)
    assert heard.texts == ["help"]
    assert await contents(any_database) == [""]


async def test_what_telegram_repeats_is_dealt_with_once(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard = Heard()
    update = incoming(telegram.type(7, "once"))
    assert update is not None
    async with answering(api, database, clock, heard) as inbox:
        await inbox.take([update, update])
        await inbox.take([update])
        await until(lambda: bool(heard.texts))
        await inbox.take([update])
        await inbox.close(5)
    assert heard.texts == ["once"]


async def test_a_number_that_nobody_can_keep_makes_the_bot_deaf_to_nothing_else(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard = Heard()
    async with answering(api, database, clock, heard) as inbox, polling(inbox):
        await api.put({**telegram.type(7, "huge"), "update_id": 1 << 70})
        await api.put(telegram.type(7, "one"))
        await until(lambda: heard.texts == ["one"])
        await inbox.close(5)


async def test_a_chat_is_answered_in_order_and_does_not_keep_others_waiting(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard: list[str] = []
    slow = asyncio.Event()

    async def handler(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "slow":
            await slow.wait()
        heard.append(str(update.message.text))

    async with answering(api, database, clock, handler) as inbox, polling(inbox):
        await api.put(
            telegram.type(7, "slow"), telegram.type(7, "after"), telegram.type(8, "other")
        )
        await until(lambda: heard == ["other"])
        slow.set()
        await until(lambda: heard == ["other", "slow", "after"])


async def test_who_waits_for_the_web_lets_the_next_of_the_chat_go_first_and_waits_for_a_turn_then(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard: list[str] = []
    web, slow = asyncio.Event(), asyncio.Event()

    async def handler(update: Update) -> None:
        assert update.message is not None
        text = str(update.message.text)
        heard.append(f"{text} begins")
        if text == "fetch":
            async with giving_way():
                await web.wait()
        if text == "next":
            await slow.wait()
        heard.append(f"{text} ends")

    async with answering(api, database, clock, handler) as inbox, polling(inbox):
        await api.put(telegram.type(7, "fetch"), telegram.type(7, "next"))
        await until(lambda: heard == ["fetch begins", "next begins"])
        web.set()
        await asyncio.sleep(0.05)
        assert heard == ["fetch begins", "next begins"]
        slow.set()
        await until(lambda: len(heard) == 4)
    assert heard == ["fetch begins", "next begins", "next ends", "fetch ends"]


async def test_what_waits_for_the_web_when_the_bot_stops_is_dealt_with_by_the_next_one(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    begun, heard, web = [], [], asyncio.Event()

    async def handler(update: Update) -> None:
        assert update.message is not None
        begun.append(update.message.text)
        if update.message.text == "fetch":
            async with giving_way():
                await web.wait()
        heard.append(update.message.text)

    async with answering(api, database, clock, handler) as inbox, polling(inbox):
        await api.put(telegram.type(7, "fetch"), telegram.type(7, "next"))
        await until(lambda: heard == ["next"])
        async with asyncio.timeout(5):
            await inbox.close(0)
    web.set()
    async with answering(api, database, clock, handler) as inbox:
        await inbox.close(5)
    assert (begun, heard) == (["fetch", "next", "fetch"], ["next", "fetch"])


async def test_those_who_wait_for_their_chat_or_the_web_take_nobody_elses_place(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard: list[str] = []
    web, slow = asyncio.Event(), asyncio.Event()

    async def handler(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "fetch":
            async with giving_way():
                await web.wait()
        elif update.message.text == "slow":
            await slow.wait()
        heard.append(str(update.message.text))

    waiting = [telegram.type(chat, "fetch") for chat in range(10, 30)]
    queued = [telegram.type(7, "slow") for _ in range(20)]
    async with answering(api, database, clock, handler) as inbox, polling(inbox):
        await api.put(*waiting, *queued, telegram.type(8, "other"))
        await until(lambda: heard == ["other"])
        web.set()
        slow.set()
        await until(lambda: len(heard) == 41)


async def test_of_people_who_come_and_go_only_what_concerns_administrators_is_kept(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    def change(old: object, new: object) -> dict[str, Any]:
        chat = {"id": -5, "type": "supergroup"}
        content = {"chat": chat, "old_chat_member": old, "new_chat_member": new}
        return telegram.update("chat_member", content)

    joins = change({"status": "left"}, {"status": "member"})
    falls = change({"status": "administrator"}, {"status": "member"})
    rises = change({"status": "member"}, {"status": "administrator"})
    strange = change(["administrator"], {"status": ["creator"]})
    assert [incoming(one) is not None for one in (joins, falls, rises, strange)] == [
        *(False, True, True, False)
    ]
    async with answering(api, database, clock, Heard()) as inbox, called(inbox) as post:
        with capture_logs() as logs:
            assert await post(joins) == 200
    assert logs == []
    assert await contents(database) == []


async def test_an_update_waits_for_the_one_before_that_another_process_has(
    api: BotApi,
    telegram: ConsoleTelegram,
    database_url: str,
    any_database: Database,
    clock: Any,
) -> None:
    if not any_database.is_shared:
        pytest.skip("a SQLite file belongs to one process")
    one, two = (incoming(telegram.type(7, word)) for word in ("one", "two"))
    assert one is not None
    assert two is not None
    second = await open_database(database_url)
    slow, quick = Heard(), Heard()
    slow.go.clear()
    async with (
        answering(api, any_database, clock, slow) as first_inbox,
        answering(api, second, clock, quick) as second_inbox,
    ):
        await first_inbox.take([one])
        await until(lambda: slow.begun == ["one"])
        await second_inbox.take([two])
        await asyncio.sleep(0.3)
        assert quick.begun == []
        slow.go.set()
        await until(lambda: quick.texts == ["two"])
    assert slow.texts == ["one"]
    await second.close()


async def test_what_can_not_be_kept_is_not_confirmed(
    api: BotApi,
    telegram: ConsoleTelegram,
    database: Database,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = Heard()
    broken = 0
    monkeypatch.setattr("bot.long_polling._FIRST_WAIT", 0.01)
    async with answering(api, database, clock, heard) as inbox:
        keep = inbox.take

        async def take(came: Any) -> None:
            nonlocal broken
            if came and broken < 3:
                broken += 1
                raise OperationalError("INSERT", {}, Exception("the disk is full"))
            await keep(came)

        monkeypatch.setattr(inbox, "take", take)
        async with polling(inbox):
            await api.put(telegram.type(7, "hello"))
            await until(lambda: heard.texts == ["hello"])
    assert broken == 3


async def test_a_standby_does_not_ask(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard = Heard()
    leads = False
    async with (
        answering(api, database, clock, heard) as inbox,
        polling(inbox, lambda: leads),
    ):
        await api.put(telegram.type(7, "hello"))
        await asyncio.sleep(0.3)
        assert api.counts["getUpdates"] == 0
        leads = True
        await until(lambda: heard.texts == ["hello"])


async def test_a_token_that_telegram_refuses_is_told_and_ends_the_asking(
    api: BotApi, database: Database, clock: Any
) -> None:
    failures: list[BaseException] = []
    async with answering(api, database, clock, Heard()) as inbox:
        api.token = "2:other"
        async with asyncio.timeout(5):
            bot = inbox._application.bot
            await ask_for_updates(bot, inbox, lambda: True, failures.append, observer())
    assert [type(error).__name__ for error in failures] == ["InvalidToken"]


# ── webhook ──────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def called(inbox: Inbox) -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """The webhook, and a way to call it."""
    hook = Webhook(inbox, SECRET)
    async with (
        listening(("127.0.0.1", 0), None, 1000, webhook=hook) as (host, port),
        aiohttp.ClientSession() as session,
    ):

        async def post(content: Any, secret: str = SECRET, **how: Any) -> int:
            given = {"json": content} | how
            url = f"http://{host}:{port}{PATH}"
            async with session.post(url, headers={HEADER: secret}, **given) as answer:
                return answer.status

        yield post


async def test_a_call_of_telegram_is_kept_then_confirmed_then_dealt_with(
    api: BotApi, telegram: ConsoleTelegram, any_database: Database, clock: Any
) -> None:
    heard = Heard()
    heard.go.clear()
    async with answering(api, any_database, clock, heard) as inbox, called(inbox) as post:
        update = telegram.type(7, "hello")
        assert await post(update) == 200
        assert "hello" in (await contents(any_database))[0]
        # Telegram did not hear the answer.
        assert await post(update) == 200
        heard.go.set()
        await until(lambda: heard.texts == ["hello"])
        await inbox.close(5)
        assert await post(telegram.type(7, "too late")) == 503
    assert heard.texts == ["hello"]
    assert await contents(any_database) == [""]


async def test_a_stranger_who_calls_is_refused_before_his_text_is_read(
    api: BotApi, telegram: ConsoleTelegram, database: Database, clock: Any
) -> None:
    heard = Heard()
    async with answering(api, database, clock, heard) as inbox, called(inbox) as post:
        for secret in ("", "other", "secret-of-the-tes", "sécret"):
            assert await post(telegram.type(7, "hello"), secret) == 403
    assert heard.begun == []
    assert await contents(database) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b"\xff",
        b"[" * 200_000,
    ],
)
async def test_a_call_that_holds_no_update_is_dropped_lest_it_come_for_ever(
    api: BotApi, database: Database, clock: Any, body: bytes
) -> None:
    async with answering(api, database, clock, Heard()) as inbox, called(inbox) as post:
        assert await post(None, json=None, data=body) == 200
    assert await contents(database) == []


async def test_a_call_that_is_too_long_is_refused(
    api: BotApi, database: Database, clock: Any
) -> None:
    async with answering(api, database, clock, Heard()) as inbox, called(inbox) as post:
        assert await post(None, json=None, data=b" " * (MOST_BYTES + 1)) == 413


async def test_an_update_that_can_not_be_read_is_dealt_with_by_forgetting_it(
    api: BotApi, telegram: ConsoleTelegram, any_database: Database, clock: Any
) -> None:
    heard = Heard()
    async with answering(api, any_database, clock, heard) as inbox, called(inbox) as post:
        assert await post({"update_id": 5, "message": {"chat": {"id": 7}}}) == 200
        assert await post({"update_id": 6, "message": 7}) == 200
        odd = telegram.type(7, "a\x00b\ud800c")
        assert await post(None, json=None, data=json.dumps(odd)) == 200
        await until(lambda: len(heard.texts) == 1)
        await inbox.close(5)
    assert set(await contents(any_database)) == {""}


def test_the_secret_is_the_same_in_every_process_and_does_not_tell_the_token() -> None:
    settings = load(_env_file=None, telegram_token="1:abc")
    assert secret_of(settings) == secret_of(load(_env_file=None, telegram_token="1:abc"))
    assert secret_of(settings) != secret_of(load(_env_file=None, telegram_token="1:abd"))
    assert "abc" not in secret_of(settings)
    chosen = load(_env_file=None, telegram_token="1:abc", webhook_secret="my-own")
    assert secret_of(chosen) == "my-own"
