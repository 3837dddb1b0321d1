"""The weekly push: decided once, sent once, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.ext import ExtBot

from bot.composer import compose_due
from bot.console.server import ConsoleTelegram
from bot.courier import deliver
from news.gather import gather
from storage import chats, due, outbox
from storage.database import Database, open_database
from storage.records import ChatId

Press = Any
Settle = Callable[..., Any]
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def push(database: Database, bot: ExtBot[None], clock: Callable[[], datetime]) -> None:
    """One round of the ticks."""
    await compose_due(database, clock())
    await deliver(database, bot, clock, asyncio.Event())


def texts(telegram: ConsoleTelegram, chat_id: int = 1) -> list[str]:
    return [message["text"] for message in telegram.chat(chat_id).messages.values()]


async def test_a_digest_comes_when_it_is_due_and_the_next_one_a_week_later(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await press.publish(database, "Old news of North Korea")
    await settle_chat(database, 1, clock, next_digest_at=MONDAY)
    await press.publish(database, "North Korea reopens a bridge to traffic", "Rice gets cheaper")
    await push(database, bot, clock)
    assert texts(telegram) == []
    clock.now = MONDAY
    await push(database, bot, clock)
    [text] = texts(telegram)
    assert "Your digest · Fri, Nov 20, 12:00 – Mon, Nov 23, 09:00" in text
    assert "1. North Korea reopens a bridge" in text
    assert "Old news" not in text
    assert "Rice" not in text
    async with database.read() as tx:
        chat = await chats.get(tx, ChatId(1))
    assert chat is not None
    assert chat.next_digest_at == MONDAY + timedelta(days=7)
    assert chat.last_digest_at == MONDAY


async def test_nothing_new_sends_nothing_and_moves_the_schedule_on(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock, next_digest_at=MONDAY)
    clock.now = MONDAY
    await push(database, bot, clock)
    assert texts(telegram) == []
    async with database.read() as tx:
        assert await due.claim_due_digests(tx, clock(), 9) == ()


async def test_a_chat_that_wants_a_line_when_nothing_is_new_gets_one(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock, next_digest_at=MONDAY, tells_empty=True)
    clock.now = MONDAY
    await push(database, bot, clock)
    [text] = texts(telegram)
    assert "Nothing new since Fri, Nov 20, 12:00" in text
    assert "Mon, Nov 30, 09:00" in text


async def test_the_same_story_is_never_told_twice(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await press.publish(database)
    await settle_chat(database, 1, clock, next_digest_at=clock())
    await press.publish(database, "North Korea reopens a bridge to traffic")
    await push(database, bot, clock)
    clock.forward(hours=1)
    async with database.write() as tx:
        await chats.change(tx, ChatId(1), next_digest_at=clock())
    await press.publish(database, "A second story about North Korea")
    await push(database, bot, clock)
    first, second = texts(telegram)
    assert "bridge" in first
    assert "bridge" not in second
    assert "A second story" in second


async def test_what_came_while_the_digests_were_paused_is_in_the_next_one(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await press.publish(database)
    await settle_chat(
        database,
        1,
        clock,
        next_digest_at=clock(),
        paused=True,
        paused_until=clock() + timedelta(days=10),
    )
    await press.publish(database, "North Korea reopens a bridge to traffic")
    await push(database, bot, clock)
    assert texts(telegram) == []
    clock.forward(days=11)
    await push(database, bot, clock)
    async with database.read() as tx:
        chat = await chats.get(tx, ChatId(1))
    assert chat is not None
    assert chat.next_digest_at is not None
    clock.now = chat.next_digest_at
    await push(database, bot, clock)
    assert "bridge" in texts(telegram)[0]


@pytest.mark.parametrize(("late", "sent"), [(timedelta(hours=23), 1), (timedelta(hours=25), 0)])
async def test_a_digest_due_while_the_bot_was_down_is_sent_once_if_less_than_a_day_late(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
    late: timedelta,
    sent: int,
) -> None:
    telegram.chat(1)
    await press.publish(database)
    await settle_chat(database, 1, clock, next_digest_at=MONDAY)
    await press.publish(database, "North Korea reopens a bridge to traffic")
    clock.now = MONDAY + late
    await push(database, bot, clock)
    await push(database, bot, clock)
    assert len(texts(telegram)) == sent
    # What was too late is not lost: the next digest has it.
    clock.now = MONDAY + timedelta(days=7)
    await push(database, bot, clock)
    assert len(texts(telegram)) == 1
    assert "bridge" in texts(telegram)[0]


async def test_one_chat_whose_digest_fails_keeps_no_other_waiting(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
) -> None:
    telegram.chat(2)
    await press.publish(database)
    await settle_chat(database, 1, clock, next_digest_at=clock(), timezone="Nowhere/AtAll")
    await settle_chat(database, 2, clock, next_digest_at=clock())
    await press.publish(database, "North Korea reopens a bridge to traffic")
    await push(database, bot, clock)
    assert len(texts(telegram, 2)) == 1
    async with database.read() as tx:
        broken = await chats.get(tx, ChatId(1))
    assert broken is not None
    assert broken.next_digest_at == clock() + timedelta(hours=1)


@pytest.mark.parametrize("away", [False, True])
async def test_trouble_of_the_database_with_one_chat_is_that_chats_unless_it_answers_nobody(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,
) -> None:
    telegram.chat(2)
    await press.publish(database)
    for number in (1, 2):
        await settle_chat(database, number, clock, next_digest_at=clock())
    await press.publish(database, "North Korea reopens a bridge to traffic")
    trouble = OperationalError("SELECT", {}, Exception("too large"))

    async def troubled(tx: Any, chat: Any, *rest: Any) -> Any:
        if chat.id == 1:
            raise trouble
        return await gather(tx, chat, *rest)

    async def no_answer(_: Database) -> None:
        raise trouble

    monkeypatch.setattr("bot.composer.gather", troubled)
    if away:
        monkeypatch.setattr(Database, "ping", no_answer)
        with pytest.raises(OperationalError):
            await push(database, bot, clock)
    else:
        await push(database, bot, clock)
        assert len(texts(telegram, 2)) == 1
    async with database.read() as tx:
        kept = await chats.get(tx, ChatId(1))
    assert kept is not None
    assert kept.next_digest_at == clock() + timedelta(hours=0 if away else 1)


class Killed(BaseException):
    """The process ends here, without a chance to tidy up."""


class Axe:
    """Kills at the given one of all steps: before or after a commit, before or after a call."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.passed = 0
        self.in_doubt = False
        """True between Telegram's taking a message and the commit that says so."""

    def fall(self) -> None:
        self.passed += 1
        if self.passed == self.step:
            raise Killed

    @asynccontextmanager
    async def write(self, database: Database) -> AsyncIterator[AsyncConnection]:
        async with Database.write(database) as tx:
            yield tx
            self.fall()
        self.in_doubt = False
        self.fall()

    async def before_call(self, method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            self.fall()

    async def after_call(self, method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            self.in_doubt = True
            self.fall()


async def life(
    url: str,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    axe: Axe,
    monkeypatch: pytest.MonkeyPatch,
) -> bool:
    """One life of the process, from start to kill; True if it came through."""
    database = await open_database(url)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(database, "write", lambda **_: axe.write(database), raising=True)
            telegram.before, telegram.after = axe.before_call, axe.after_call
            await push(database, bot, clock)
            return True
    except Killed:
        return False
    finally:
        telegram.before = telegram.after = None
        await database.close()


async def test_killed_between_any_two_steps_no_digest_is_lost_and_only_one_in_flight_can_repeat(
    sqlite_url: str,
    tmp_path: Any,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    press: Press,
    settle_chat: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every step is killed at once: before and after each commit and each call to Telegram."""
    start = clock.now
    steps = 0
    for step in range(1, 100):
        clock.now = start
        telegram.chats.clear()
        telegram.chat(1)
        url = f"sqlite:///{tmp_path / f'{step}.db'}"
        database = await open_database(url)
        await press.publish(database)
        await settle_chat(database, 1, clock, next_digest_at=clock())
        # Long enough for several parts.
        await press.publish(
            database, *(f"North Korea {'w' * 280} {number}" for number in range(20))
        )
        await database.close()
        axe = Axe(step)
        came_through = await life(url, bot, telegram, clock, axe, monkeypatch)
        clock.forward(minutes=5)
        assert await life(url, bot, telegram, clock, Axe(0), monkeypatch)
        clock.forward(minutes=5)
        assert await life(url, bot, telegram, clock, Axe(0), monkeypatch)
        sent = texts(telegram)
        distinct = list(dict.fromkeys(sent))
        assert len(distinct) >= 2
        assert "Your digest" in distinct[0]
        assert sum(text.count("North Korea w") for text in distinct) == 20
        assert len(sent) - len(distinct) == int(not came_through and axe.in_doubt)
        # Parts stand in order, a repeated one right after itself.
        assert sorted(sent, key=distinct.index) == sent
        database = await open_database(url)
        async with database.read() as tx:
            assert await outbox.waiting(tx) == 0
        await database.close()
        steps = step
        if came_through:
            break
    assert steps > 12
