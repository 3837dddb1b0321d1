"""A bot on the Telegram of this process and the sample newsroom, with somebody in a chat."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import Parts, assemble
from bot.console.door import Person
from bot.console.server import ConsoleTelegram
from bot.sample.newsroom import Newsroom
from bot.settings import load
from handlers.buttons import Action, encode
from news.worker import Worker
from storage import articles, chats
from storage.records import Chat, ChatId, Subscription
from tests.conftest import Clock

FAR = 10.0


@pytest.fixture(scope="session")
def newsroom_port() -> int:
    """Where the sample newsroom is, in every conversation: what one has read of it, others find there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def _read_here(_: Worker, function: Callable[..., Any], *args: Any, **more: Any) -> Any:
    return function(*args, **more)


def _prepare(patch: pytest.MonkeyPatch, port: int, in_a_process: bool = False) -> None:
    # A slow machine gets as long for the first visits as it needs: what is asked afterwards is answered from them.
    patch.setattr("bot.assembly._FIRST_VISIT_SECONDS", 120.0)
    patch.setattr("bot.sample.stage.Newsroom", partial(Newsroom, port=port))
    if not in_a_process:
        patch.setattr(Worker, "run", _read_here)


@pytest.fixture(autouse=True)
def _prepared(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, newsroom_port: int
) -> None:
    """Documents are read here, since a fresh process for each test takes longer than most of them.

    The process has tests of its own; those marked `in_a_process` have it here, too.
    """
    in_a_process = request.node.get_closest_marker("in_a_process") is not None
    _prepare(monkeypatch, newsroom_port, in_a_process)


@dataclass
class Talk:
    """A chat with a bot, seen from both ends."""

    parts: Parts
    telegram: ConsoleTelegram
    me: Person
    newsroom: str
    """Where the sample outlets are, without a slash at the end."""

    async def ask(self, text: str) -> str:
        """Send a text; the one answer."""
        answers = await self.me.type(text)
        assert len(answers) == 1, [answer["text"] for answer in answers]
        return str(answers[0]["text"])

    async def ask_message(self, text: str) -> dict[str, Any]:
        """Send a text; the one answer with its buttons."""
        answers = await self.me.type(text)
        assert len(answers) == 1
        return answers[0]

    async def chat(self) -> Chat:
        """What is kept of the chat."""
        async with self.parts.services.database.read() as tx:
            kept = await chats.get(tx, ChatId(self.me.chat_id))
        assert kept is not None
        return kept

    async def sealed(self, action: Action, by: Person | None = None) -> str:
        """What a button of this chat sends, or of somebody else's."""
        async with self.parts.services.database.read() as tx:
            kept = await chats.get(tx, ChatId((by or self.me).chat_id))
        assert kept is not None
        return encode(action, kept.key)

    async def follows(self) -> tuple[Subscription, ...]:
        """What the chat follows."""
        async with self.parts.services.database.read() as tx:
            return await chats.subscriptions_of(tx, ChatId(self.me.chat_id))

    async def newest(self) -> int:
        """The newest article's id."""
        async with self.parts.services.database.read() as tx:
            return await articles.newest(tx)


def labels(message: dict[str, Any]) -> list[str]:
    """What the buttons of a message say."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


@pytest.fixture
def buttons_of() -> Callable[[dict[str, Any]], list[str]]:
    return labels


@asynccontextmanager
async def conversation(
    url: str, clock: Callable[[], datetime], **chosen: Any
) -> AsyncIterator[Talk]:
    """A chat with a bot that was started with these settings."""
    telegram = ConsoleTelegram(clock)
    # One feed after the other, so that stories come about alike each time.
    settings = load(_env_file=None, database_url=url, **{"fetch_concurrency": 1, **chosen})
    failures: list[BaseException] = []
    async with assemble(settings, clock, telegram, failures.append) as parts, parts.application:
        await parts.application.start()
        me = Person(parts.application, telegram, 1)
        address = parts.services.sources.pace.quick_prefix.rstrip("/")
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        try:
            yield Talk(parts, telegram, me, address)
        finally:
            await parts.application.stop()
    assert failures == []


@pytest.fixture(scope="session")
def visited(tmp_path_factory: pytest.TempPathFactory, newsroom_port: int) -> Path:
    """A SQLite file with all that the newsroom has at first, to be copied: to read it takes longer than most tests."""
    file = tmp_path_factory.mktemp("visited") / "visited.db"

    async def visit() -> None:
        async with conversation(f"sqlite:///{file}", Clock()):
            pass

    with pytest.MonkeyPatch.context() as patch:
        _prepare(patch, newsroom_port)
        asyncio.run(visit())
    return file


@pytest.fixture
async def talk(
    sqlite_url: str, visited: Path, clock: Callable[[], datetime]
) -> AsyncIterator[Talk]:
    shutil.copy(visited, sqlite_url.removeprefix("sqlite:///"))
    async with conversation(sqlite_url, clock) as begun:
        yield begun


@pytest.fixture
def talk_with(
    sqlite_url: str, clock: Callable[[], datetime]
) -> Callable[..., AbstractAsyncContextManager[Talk]]:
    """Begins a conversation with a bot that was started with the settings that are given."""
    return partial(conversation, sqlite_url, clock)
