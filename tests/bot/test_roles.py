"""Several processes on one PostgreSQL database, started as an operator starts them."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.console.server import ConsoleTelegram
from bot.roles import EVERY_ROLE, Role, courier_of, listener_to, parse_roles
from bot.settings import BadSetting, load
from storage.database import Database, open_database
from tests.bot.botapi import BotApi

ROOT = Path(__file__).parent.parent.parent
TOKEN = "123456:secret-of-the-test"
POSTGRES = "postgresql://somebody@127.0.0.1/news"


@pytest.mark.parametrize(
    ("written", "roles"),
    [
        ("all", EVERY_ROLE),
        ("poll", {Role.POLL}),
        (" Poll, chat ", {Role.POLL, Role.CHAT}),
        ("deliver,chat,poll", EVERY_ROLE),
    ],
)
def test_roles_are_read_as_they_are_written(written: str, roles: frozenset[Role]) -> None:
    assert parse_roles(written) == roles
    settings = load(_env_file=None, roles=written, database_url=POSTGRES, telegram_token="1:abc")
    assert settings.roles == roles


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"roles": "everything"}, "ROLES: 'everything' is not right: write all, or of poll"),
        ({"roles": "all,poll"}, "ROLES: 'all,poll' is not right"),
        ({"roles": ","}, "ROLES: ',' is not right"),
        ({"roles": "poll"}, "ROLES: several processes need PostgreSQL"),
        ({"roles": "deliver", "database_url": POSTGRES}, "ROLES: deliver and chat need TELEGRAM"),
        ({"roles": "poll,chat", "database_url": POSTGRES}, "ROLES: deliver and chat need TELEGRAM"),
        ({"webhook_secret": "two words"}, "WEBHOOK_SECRET: write at most 256"),
        (
            {
                "webhook_url": "http://bot.example.org",
                "listen": "127.0.0.1:8080",
                "telegram_token": "1:abc",
            },
            "WEBHOOK_URL: Telegram wants https",
        ),
        (
            {
                "webhook_url": "https://bot.example.org:9000",
                "listen": "127.0.0.1:8080",
                "telegram_token": "1:abc",
            },
            "WEBHOOK_URL: Telegram wants https",
        ),
    ],
)
def test_what_does_not_fit_together_is_one_line(settings: dict[str, Any], hint: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load(_env_file=None, **settings)
    assert str(caught.value).startswith(hint)
    assert "\n" not in str(caught.value)


def test_only_who_is_called_has_to_listen() -> None:
    usual = {"webhook_url": "https://bot.example.org", "database_url": POSTGRES}
    assert load(_env_file=None, roles="poll", **usual).listen is None
    with pytest.raises(BadSetting, match="needs LISTEN"):
        load(_env_file=None, roles="chat", telegram_token="1:abc", **usual)
    # A server of one's own is asked in any way one likes.
    load(
        _env_file=None,
        roles="chat",
        telegram_token="1:abc",
        listen="127.0.0.1:8080",
        telegram_api_url="http://127.0.0.1:8081",
        database_url=POSTGRES,
        webhook_url="http://127.0.0.1:8080",
    )


def test_a_single_role_belongs_to_one_bot_and_does_not_tell_its_token() -> None:
    for role in (courier_of, listener_to):
        assert role(TOKEN) == role("123456:another")
        assert role(TOKEN) != role("123457:secret-of-the-test")
        assert "secret" not in role(TOKEN)


# ── processes ────────────────────────────────────────────────────────────────────────────────────


class Process:
    """The program with some roles, and what it logs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""

    async def read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.log += line.decode()

    async def says(self, words: str, seconds: float = 30) -> None:
        try:
            async with asyncio.timeout(seconds):
                while words not in self.log:  # noqa: ASYNC110 - another process works meanwhile
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"{words!r} was not said: {self.log}")

    async def stop(self) -> float:
        """End it in order; the seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), 10) == 0, self.log
        return time.monotonic() - begun


Start = Callable[..., Any]


@pytest.fixture
def shared_url(database_url: str) -> str:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file belongs to one process")
    return database_url


@pytest.fixture
async def shared(shared_url: str) -> AsyncIterator[Database]:
    database = await open_database(shared_url)
    yield database
    await database.close()


@pytest.fixture
def telegram() -> ConsoleTelegram:
    return ConsoleTelegram(lambda: datetime.now(UTC))


@pytest.fixture
async def api(telegram: ConsoleTelegram) -> AsyncIterator[BotApi]:
    async with BotApi(telegram, TOKEN) as api:
        yield api


@pytest.fixture
async def start(tmp_path: Path, shared_url: str, api: BotApi) -> AsyncIterator[Start]:
    (tmp_path / "empty.opml").write_text("<opml version='2.0'><body/></opml>")
    started: list[Process] = []
    async with asyncio.TaskGroup() as group:

        async def begin(roles: str, **environment: str) -> Process:
            kept = {name: os.environ[name] for name in ("PATH", "PGUSER") if name in os.environ}
            usual = {
                "PYTHONPATH": str(ROOT),
                "HOME": str(tmp_path),
                "DATABASE_URL": shared_url,
                "TELEGRAM_API_URL": api.url,
                "CATALOGUE": "empty.opml",
                "ROLES": roles,
            }
            if roles != "poll":
                usual["TELEGRAM_TOKEN"] = TOKEN
            process = Process(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bot", "run"),
                    cwd=tmp_path,
                    env=kept | usual | environment,
                    stderr=asyncio.subprocess.PIPE,
                )
            )
            started.append(process)
            group.create_task(process.read())
            return process

        yield begin
        for one in started:
            if one.process.returncode is None:
                one.process.kill()
                await one.process.wait()


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not found():  # noqa: ASYNC110 - other processes work meanwhile
            await asyncio.sleep(0.02)


@pytest.fixture
async def newspaper(shared: Database, press: Any, clock: Any) -> Any:
    """A feed that was visited before."""
    clock.now = datetime.now(UTC)
    await press.publish(shared)
    return press


@asynccontextmanager
async def due_digest(
    database: Database, newspaper: Any, settle_chat: Any, chat_id: int, headline: str
) -> AsyncIterator[None]:
    """A chat whose digest falls due once this is left."""
    await settle_chat(database, chat_id, lambda: datetime.now(UTC))
    await newspaper.publish(database, headline)
    yield
    async with database.write() as tx:
        at = datetime.now(UTC) - timedelta(minutes=1)
        await tx.execute(
            text("UPDATE chats SET next_digest_at = :at WHERE id = :id"),
            {"at": at, "id": chat_id},
        )


async def test_each_role_does_its_part_and_no_other_and_ends_in_time(
    start: Start,
    shared: Database,
    api: BotApi,
    telegram: ConsoleTelegram,
    newspaper: Any,
    settle_chat: Any,
) -> None:
    chat = telegram.chat(7)
    poll, talk = await start("poll"), await start("chat")
    await poll.says("running")
    await talk.says("running")
    assert api.counts["getMe"] == 1
    await api.put(telegram.type(7, "/subscribe North Korea"))
    await until(lambda: len(chat.messages) == 2)
    async with due_digest(shared, newspaper, settle_chat, 8, "North Korea reopens a bridge"):
        telegram.chat(8)
    await asyncio.sleep(1)
    assert telegram.chat(8).messages == {}
    deliver = await start("deliver")
    await until(lambda: len(telegram.chat(8).messages) == 1)
    for process in (poll, talk, deliver):
        assert await process.stop() < 5
        assert "Traceback" not in process.log
        assert "secret-of-the-test" not in process.log


async def test_a_deliverer_that_is_killed_is_taken_over_within_fifteen_seconds(
    start: Start,
    shared: Database,
    telegram: ConsoleTelegram,
    newspaper: Any,
    settle_chat: Any,
) -> None:
    first = await start("deliver")
    await first.says("role taken")
    second = await start("deliver")
    await second.says("running")
    async with due_digest(shared, newspaper, settle_chat, 7, "North Korea reopens a bridge"):
        telegram.chat(7)
    await until(lambda: len(telegram.chat(7).messages) == 1)
    assert "role taken" not in second.log
    async with due_digest(shared, newspaper, settle_chat, 8, "North Korea closes a bridge"):
        telegram.chat(8)
        first.process.kill()
        await first.process.wait()
        killed = time.monotonic()
    await until(lambda: len(telegram.chat(8).messages) == 1)
    assert time.monotonic() - killed < 15
    assert len(telegram.chat(7).messages) == 1


async def test_with_long_polling_a_second_process_waits_instead_of_fighting(
    start: Start, api: BotApi, telegram: ConsoleTelegram
) -> None:
    first = await start("chat")
    await first.says("role='updates of 123456'")
    second = await start("chat")
    await second.says("running")
    chat = telegram.chat(7)
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 2)
    await first.stop()
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 4)
    await second.stop()
    for log in (first.log, second.log):
        assert "another instance" not in log


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_behind_a_webhook_what_a_killed_process_was_told_is_answered_by_another(
    start: Start, shared: Database, api: BotApi, telegram: ConsoleTelegram
) -> None:
    address = f"127.0.0.1:{free_port()}"
    called = {"LISTEN": address, "WEBHOOK_URL": f"http://{address}"}
    first = await start("chat", **called)
    await first.says("running")
    chat = telegram.chat(7)
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 2)
    assert api.counts["getUpdates"] == 0
    first.process.kill()
    await first.process.wait()
    # As if it had been killed between its "200" and its answer.
    async with shared.write() as tx:
        content = (
            '{"update_id":999999,"message":{"message_id":77,"date":1795900000,"text":"/help",'
            '"chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":false,"first_name":"A"},'
            '"entities":[{"type":"bot_command","offset":0,"length":5}]}}'
        )
        await tx.execute(
            text(
                "INSERT INTO updates (id, chat_id, content, received_at, attempts, leased_until)"
                " VALUES (999999, 7, :content, now(), 1, now())"
            ),
            {"content": content},
        )
    second = await start("chat", **called)
    await until(lambda: len(chat.messages) == 3)
    # Telegram goes on where the address leads to.
    await second.says("running")
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 5)
    assert await second.stop() < 5


async def test_when_the_server_drops_all_connections_the_bot_goes_on_by_itself(
    start: Start, shared: Database, api: BotApi, telegram: ConsoleTelegram
) -> None:
    process = await start("all")
    await process.says("role='updates of 123456'")
    chat = telegram.chat(7)
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 2)
    async with shared.read() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await process.says("role lost")
    await api.put(telegram.type(7, "/help"))
    await until(lambda: len(chat.messages) == 4)
    assert await process.stop() < 5
    assert "Traceback" not in process.log
