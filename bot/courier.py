"""Outbox → Telegram. It delivers and decides nothing about content.

take back what was in flight when a courier died ─▶ claim the oldest part of each chat
─▶ Telegram ─▶ sent, later or given up, each in a transaction of its own
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import httpx
import structlog
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from handlers.reply import NO_PREVIEW, markup, send_rich
from handlers.views.message import keyboard_from_json, parts_from_json, plain_text
from storage import chats, outbox
from storage.database import Database
from storage.records import ChatId, Outgoing

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Longer than any call to Telegram takes: what is `sending` for longer lost its sender."""

BATCH = 25
"""Messages in one go, each to another chat: Telegram allows about 30 a second."""

_LONGEST_WAIT = timedelta(hours=1)


class Outcome(Enum):
    """What a refusal means for a message."""

    SENT = "sent"
    LATER = "later"
    """It certainly did not arrive, and will be tried again."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether it arrived; tried again, so that none is lost."""
    UNREACHABLE = "unreachable"
    """The chat does not take messages; this one waits until it does."""
    MIGRATED = "migrated"
    """The group has another id now; everything of it moves there."""
    MALFORMED = "malformed"
    """Our HTML is wrong; the text goes out plain."""
    UNKNOWN = "unknown"
    """Telegram does not know rich messages; the classic ones go out instead."""
    GIVEN_UP = "given up"
    """Telegram will never take it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, with what is needed to act on it."""

    outcome: Outcome
    wait: timedelta = timedelta(0)
    new_chat_id: ChatId | None = None


def judge(error: TelegramError, attempts: int) -> Verdict:
    """What a failed call means. `attempts` counts the tries so far, from 1.

    The one place that holds the policy: Telegram has no key to recognise a repeated message by, so
    what is in doubt is sent again, and at most the one message in flight to a chat can appear twice.
    """
    back_off = min(_LONGEST_WAIT, timedelta(seconds=2.0 ** min(attempts, 12)))
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
            return Verdict(Outcome.LATER, seconds + timedelta(seconds=1))
        case ChatMigrated():
            return Verdict(Outcome.MIGRATED, new_chat_id=ChatId(error.new_chat_id))
        case Forbidden():
            return Verdict(Outcome.UNREACHABLE)
        case EndPointNotFound():
            return Verdict(Outcome.UNKNOWN)
        case BadRequest():
            return _judge_bad_request(str(error).casefold())
        case TimedOut() if not isinstance(
            error.__cause__, httpx.ConnectTimeout | httpx.PoolTimeout
        ):
            return Verdict(Outcome.DOUBTFUL, back_off)
        case NetworkError():
            # A line that dropped after the question was asked leaves the same doubt as a time-out.
            certain = isinstance(
                error.__cause__, httpx.TimeoutException | httpx.ConnectError | None
            )
            return Verdict(Outcome.LATER if certain else Outcome.DOUBTFUL, back_off)
    return Verdict(Outcome.LATER, back_off)


def _judge_bad_request(words: str) -> Verdict:
    if "chat not found" in words or "not enough rights" in words or "not a member" in words:
        return Verdict(Outcome.UNREACHABLE)
    if "can't parse entities" in words or "entities_too_long" in words:
        return Verdict(Outcome.MALFORMED)
    return Verdict(Outcome.GIVEN_UP)


async def deliver(
    database: Database,
    bot: Bot,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    batch_seconds: float = 1.0,
) -> int:
    """Send what is waiting and may go now, until nothing is left or `stop` is set; how many were sent.

    A batch takes `batch_seconds` at least: that keeps the whole bot and each chat below Telegram's limits.

    Raises InvalidToken if Telegram does not know the bot (any more).
    """
    async with database.read() as tx:
        if await outbox.waiting(tx) == 0:
            return 0
    async with database.write() as tx:
        doubtful = await outbox.take_back_expired(tx, clock())
    if doubtful:
        log.warning("messages in doubt are sent again", count=doubtful)
    sent = 0
    while not stop.is_set():
        async with database.write() as tx:
            batch = await outbox.claim(tx, clock(), LEASE, BATCH)
        if not batch:
            break
        started = asyncio.get_running_loop().time()
        for message in batch:
            if stop.is_set():
                await _put_back(database, message, clock(), "stopped before it was sent")
                continue
            sent += await _deliver_one(database, bot, clock, message)
        left = batch_seconds - (asyncio.get_running_loop().time() - started)
        async with database.read() as tx:
            if await outbox.waiting(tx) == 0:
                break
        if left > 0:
            await _sleep(left, stop)
    return sent


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def _deliver_one(
    database: Database, bot: Bot, clock: Callable[[], datetime], message: Outgoing
) -> bool:
    try:
        if message.rich:
            return await _deliver_rich(database, bot, clock, message)
        message_id = await _send(bot, message, plain=False)
    except InvalidToken:
        await _put_back(database, message, clock(), "the token was refused")
        raise
    except TelegramError as error:
        verdict = judge(error, message.attempts)
        if verdict.outcome is not Outcome.MALFORMED:
            await _act(database, message, verdict, error, clock())
            return False
        log.error("our HTML was refused, sent as plain text", message=message.id, reason=str(error))
        try:
            message_id = await _send(bot, message, plain=True)
        except TelegramError as again:
            verdict = judge(again, message.attempts)
            if verdict.outcome is Outcome.MALFORMED:
                verdict = Verdict(Outcome.GIVEN_UP)
            await _act(database, message, verdict, again, clock())
            return False
    async with database.write() as tx:
        await outbox.sent(tx, message.id, message_id, clock())
    return True


async def _deliver_rich(
    database: Database, bot: Bot, clock: Callable[[], datetime], message: Outgoing
) -> bool:
    try:
        keyboard = keyboard_from_json(message.keyboard)
        message_id = await send_rich(bot, message.chat_id, message.text, keyboard)
    except InvalidToken:
        raise
    except TelegramError as error:
        verdict = judge(error, message.attempts)
        if isinstance(error, BadRequest) and "chat not found" not in str(error).casefold():
            # Whether the chat takes any message is for the classic ones to find out.
            verdict = Verdict(Outcome.MALFORMED)
        if verdict.outcome not in (Outcome.MALFORMED, Outcome.UNKNOWN):
            await _act(database, message, verdict, error, clock())
            return False
        await _fall_back(database, message, verdict, error, clock())
        return False
    async with database.write() as tx:
        await outbox.sent(tx, message.id, message_id, clock())
    return True


async def _fall_back(
    database: Database, message: Outgoing, verdict: Verdict, error: TelegramError, now: datetime
) -> None:
    """Let the classic messages go out instead, as the next ones to the chat."""
    if verdict.outcome is Outcome.UNKNOWN:
        log.warning(
            "Telegram does not know rich messages, sent as classic ones", message=message.id
        )
    else:
        log.error(
            "our rich message was refused, sent as classic ones",
            message=message.id,
            reason=str(error),
        )
    async with database.write() as tx:
        if verdict.outcome is Outcome.UNKNOWN:
            await outbox.note_rich_unknown(tx, now)
        if parts := parts_from_json(message.fallback):
            await outbox.fall_back(tx, message.id, parts, now)
        else:
            await outbox.give_up(tx, message.id, f"{type(error).__name__}: {error}", now)


async def _send(bot: Bot, message: Outgoing, *, plain: bool) -> int:
    sent = await bot.send_message(
        message.chat_id,
        plain_text(message.text) if plain else message.text,
        parse_mode=None if plain else ParseMode.HTML,
        reply_markup=markup(keyboard_from_json(message.keyboard)),
        link_preview_options=NO_PREVIEW,
    )
    return sent.message_id


async def _put_back(database: Database, message: Outgoing, now: datetime, reason: str) -> None:
    async with database.write() as tx:
        await outbox.later(tx, message.id, now, reason)


async def _act(
    database: Database, message: Outgoing, verdict: Verdict, error: TelegramError, now: datetime
) -> None:
    outcome = verdict.outcome
    log.info("not delivered", message=message.id, outcome=outcome.value, error=type(error).__name__)
    reason = f"{type(error).__name__}: {error}"
    async with database.write() as tx:
        if outcome is Outcome.GIVEN_UP:
            log.error("given up", message=message.id, reason=reason)
            await outbox.give_up(tx, message.id, reason, now)
            return
        doubtful = outcome is Outcome.DOUBTFUL
        await outbox.later(tx, message.id, now + verdict.wait, reason, doubtful=doubtful)
        if outcome is Outcome.UNREACHABLE:
            await chats.change(tx, message.chat_id, unreachable_since=now)
        elif outcome is Outcome.MIGRATED and verdict.new_chat_id is not None:
            await chats.migrate(tx, message.chat_id, verdict.new_chat_id)
