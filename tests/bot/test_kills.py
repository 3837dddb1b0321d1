"""The process ends between any two steps of composing and delivering: each point is tried, none is sampled."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import select
from telegram.ext import ExtBot

from bot.composer import compose_due
from bot.console.door import ConsoleRequest
from bot.console.limits import UNLIMITED, Meter
from bot.console.server import ConsoleTelegram
from bot.courier import deliver
from handlers.views.message import View, parts_as_json
from storage import outbox
from storage.database import Database, open_database
from storage.records import ChatId, Dispatch, Layout, State
from storage.schema import outbox as table
from tests.conftest import Clock

Settle = Callable[..., Any]

PERSON, PAPER, GROUP, FORUM = 1, 2, -3, -4
SUPERGROUP = -1003
TOPIC = 7
MOST_POINTS = 400
"""A life has some hundred; more would mean that it never ends."""

MOST_MINUTES = 10
"""What all tries together may take: the clock is moved by hand."""


class Killed(BaseException):
    """The process is gone."""


class Scythe:
    """Ends everything at one point of all: around each transaction, before its commit, around each call."""

    def __init__(self, point: int) -> None:
        """Points count from 1; 0 spares the process."""
        self.point = point
        self.passed = 0

    def pass_by(self) -> None:
        self.passed += 1
        # The dead do nothing more, whatever else they had begun.
        if self.point and self.passed >= self.point:
            raise Killed

    @property
    def struck(self) -> bool:
        return bool(self.point) and self.passed >= self.point

    @asynccontextmanager
    async def write(self, begin: Any) -> AsyncIterator[Any]:
        self.pass_by()
        async with begin as tx:
            yield tx
            self.pass_by()
        self.pass_by()

    async def at_call(self, method: str, _parameters: dict[str, Any]) -> None:
        if method.startswith("send"):
            self.pass_by()


def new_telegram(clock: Clock) -> ConsoleTelegram:
    """A person, a reader of newspapers on an old server, a group that moved, a forum whose topic is closed."""
    telegram = ConsoleTelegram(clock)
    telegram.meter = Meter(UNLIMITED, lambda: 0.0)
    telegram.knows_rich = False
    telegram.chat(PERSON)
    telegram.chat(PAPER)
    telegram.chat(GROUP, "group")
    telegram.migrate(GROUP, SUPERGROUP)
    telegram.close_topic(FORUM, TOPIC)
    return telegram


async def live(
    url: str, telegram: ConsoleTelegram, clock: Clock, scythe: Scythe
) -> list[tuple[int, str]] | None:
    """One life: compose and deliver until all is settled; the outbox then, or None if it was cut short."""
    database = await open_database(url)
    telegram.before = telegram.after = scythe.at_call
    way = ConsoleRequest(telegram)
    bot: ExtBot[None] = ExtBot("1:test", request=way, get_updates_request=way)
    original = database.write
    try:
        async with bot:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(database, "write", lambda **how: scythe.write(original(**how)))
                for _ in range(MOST_MINUTES):
                    await compose_due(database, clock())
                    await deliver(database, bot, clock, asyncio.Event())
                    kept = await rows(database)
                    if {state for _, _, state in kept} == {State.SENT.value}:
                        break
                    clock.forward(minutes=1)
    except (Killed, BaseExceptionGroup) as death:
        if isinstance(death, BaseExceptionGroup) and death.split(Killed)[1] is not None:
            raise
        return None
    finally:
        telegram.before = telegram.after = None
        await database.close()
    assert {state for _, _, state in kept} == {State.SENT.value}
    return None if scythe.struck else [(chat, text) for chat, text, _ in kept]


async def rows(database: Database) -> list[tuple[int, str, str]]:
    """Chat, text and state of everything in the outbox, in order."""
    columns = table.c.chat_id, table.c.text, table.c.state
    async with database.read() as tx:
        found = await tx.execute(select(*columns).order_by(table.c.id))
        return [(row.chat_id, row.text, row.state) for row in found]


@pytest.fixture
async def prepared(tmp_path: Path, clock: Clock, press: Any, settle_chat: Settle) -> Path:
    """A database in which four chats are due and have notices waiting."""
    path = tmp_path / "prepared.db"
    database = await open_database(f"sqlite:///{path}")
    await press.publish(database)
    layout = {PAPER: Layout.NEWSPAPER}
    for chat_id in (PERSON, PAPER, GROUP, FORUM):
        chosen: dict[str, Any] = {"layout": layout.get(chat_id, Layout.CLASSIC)}
        if chat_id == FORUM:
            chosen["thread_id"] = TOPIC
        await settle_chat(database, chat_id, clock, next_digest_at=clock(), **chosen)
        await _put_notices(database, chat_id, clock)
    # Long enough for several parts.
    await press.publish(database, *(f"North Korea {'w' * 280} {number}" for number in range(16)))
    await database.close()
    return path


async def _put_notices(database: Database, chat_id: int, clock: Clock) -> None:
    to = Dispatch(thread_id=TOPIC if chat_id == FORUM else None)
    instead = parts_as_json([View(escape(f"rich {number} for {chat_id}")) for number in (1, 2)])
    async with database.write() as tx:
        await outbox.put(tx, ChatId(chat_id), [("notice 1", ""), ("notice 2", "")], clock(), to)
        if chat_id == PAPER:
            await outbox.put_rich(tx, ChatId(chat_id), "<p>rich</p>", "", instead, clock(), to)
            await outbox.put(tx, ChatId(chat_id), [("notice 3", "")], clock(), to)


def arrived(telegram: ConsoleTelegram) -> dict[int, list[str]]:
    """What came to each chat."""
    assert telegram.meter is not None
    told: dict[int, list[str]] = {}
    for message in telegram.meter.accepted:
        told.setdefault(message.chat_id, []).append(message.content)
    return told


@pytest.mark.timeout(180)
async def test_killed_at_any_point_nothing_is_lost_or_mixed_up_and_one_message_of_a_chat_repeats_at_most(
    prepared: Path, tmp_path: Path, clock: Clock
) -> None:
    start = clock.now
    undisturbed = new_telegram(clock)
    outbox_of_it = await live(copied(prepared, tmp_path / "0.db"), undisturbed, clock, Scythe(0))
    whole = arrived(undisturbed)
    assert set(whole) == {PERSON, PAPER, SUPERGROUP, FORUM}
    assert all(len(set(told)) == len(told) >= 4 for told in whole.values())
    for point in range(1, MOST_POINTS):
        clock.now = start
        telegram = new_telegram(clock)
        url = copied(prepared, tmp_path / f"{point}.db")
        if await live(url, telegram, clock, Scythe(point)) is not None:
            break
        assert await live(url, telegram, clock, Scythe(0)) == outbox_of_it, point
        judge(whole, arrived(telegram), point)
    assert 50 < point < MOST_POINTS - 1


def copied(prepared: Path, path: Path) -> str:
    shutil.copy(prepared, path)
    return f"sqlite:///{path}"


def judge(whole: dict[int, list[str]], told: dict[int, list[str]], point: int) -> None:
    """Compare what came with what comes when nobody dies."""
    for chat, wanted in whole.items():
        found = told[chat]
        times = Counter(found)
        assert set(times) == set(wanted), point
        assert len(found) - len(times) <= 1, point
        places = [wanted.index(content) for content in found]
        assert all(before <= after for before, after in pairwise(places)), point
