"""What the courier knows of a message that it was given → what is kept of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from markupsafe import Markup, escape

from bot.verdicts import Outcome, Verdict
from handlers.to_all import move
from handlers.views.forum import topic_lost
from handlers.views.message import MAX_TEXT, parts_from_json, parts_of, plain_text, split
from handlers.words import FALLBACK
from storage import chats, detours, outbox, reach, settlements
from storage.database import Transaction
from storage.records import ChatId, Outgoing, Refusal

log = structlog.get_logger()

DAYS_WITHOUT_RIGHT = 3
"""Daily tries in a chat where the bot may not write, before it counts as unreachable."""

_PIECE = MAX_TEXT - 96
"""Characters of a part of what is too long: some letters count as two."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message that was claimed."""

    message: Outgoing
    verdict: Verdict | None
    """None if it was not handed to Telegram."""
    reason: str = ""
    message_id: int = 0
    wait: timedelta = timedelta(0)
    """Until it may be tried again, if it was not handed over."""

    @property
    def is_sent(self) -> bool:
        """Whether Telegram took it."""
        return self.verdict is not None and self.verdict.outcome is Outcome.SENT


async def settle(
    tx: Transaction,
    results: Sequence[Result],
    now: datetime,
    spacing: Callable[[ChatId], timedelta],
) -> None:
    """Keep what became of these messages. `spacing` is how long their chats are left alone afterwards."""
    sent = [one for one in results if one.is_sent]
    await settlements.sent(tx, [(one.message.id, one.message_id) for one in sent], now)
    tried = [one.message.chat_id for one in sent if one.message.attempts > 1]
    if tried:
        await detours.forget_write_refusals(tx, tried)
    spaces = {one.message.chat_id: spacing(one.message.chat_id) for one in sent}
    await settlements.space(tx, {chat: now + wait for chat, wait in spaces.items() if wait})
    for one in results:
        if one.verdict is None:
            await settlements.put_back(tx, one.message.id, now + one.wait)
            await settlements.space(tx, {one.message.chat_id: now + one.wait})
        elif not one.is_sent:
            await _act(tx, one, one.verdict, now)


async def _act(tx: Transaction, one: Result, verdict: Verdict, now: datetime) -> None:
    message, outcome = one.message, verdict.outcome
    log.info("not delivered", message=message.id, outcome=outcome.value, reason=one.reason)
    if outcome is Outcome.GIVEN_UP:
        log.error("given up", message=message.id, reason=one.reason)
        await settlements.give_up(tx, message.id, one.reason, now)
        return
    if outcome is Outcome.TOO_LONG:
        await _replace(tx, one, pieces(message.text, message.keyboard), now)
        return
    if outcome in (Outcome.UNKNOWN, Outcome.MALFORMED):
        await _fall_back(tx, one, outcome, now)
        return
    wait = timedelta(days=1) if outcome is Outcome.NO_RIGHT else _spread(message, verdict.wait)
    doubtful = outcome is Outcome.DOUBTFUL
    await settlements.later(tx, message.id, now + wait, one.reason, doubtful=doubtful)
    await settlements.space(tx, {message.chat_id: now + wait})
    if outcome is Outcome.UNREACHABLE and verdict.refusal is not None:
        await _close(tx, message.chat_id, verdict.refusal, now)
    elif outcome is Outcome.NO_RIGHT:
        if await detours.count_write_refusal(tx, message.chat_id) >= DAYS_WITHOUT_RIGHT:
            await _close(tx, message.chat_id, Refusal.NO_RIGHT, now)
    elif outcome is Outcome.MIGRATED and verdict.new_chat_id is not None:
        await move(tx, message.chat_id, verdict.new_chat_id, now)
    elif outcome is Outcome.NO_TOPIC:
        await _leave_topic(tx, message, now)


def _spread(message: Outgoing, wait: timedelta) -> timedelta:
    """Up to a quarter longer, another for each message: what failed together is not tried again together."""
    return wait * (1 + message.id * 37 % 100 / 400)


async def _close(tx: Transaction, chat_id: ChatId, refusal: Refusal, now: datetime) -> None:
    log.info("chat can't be written to", refusal=refusal.value)
    await reach.note_unreachable(tx, chat_id, refusal, now)
    await outbox.hold(tx, chat_id)


async def _leave_topic(tx: Transaction, message: Outgoing, now: datetime) -> None:
    """To the general topic, with a word about it behind what waits already."""
    await detours.leave_topic(tx, message.chat_id)
    chat = await chats.get(tx, message.chat_id)
    notice = topic_lost(FALLBACK if chat is None else chat.language)
    await outbox.put(tx, message.chat_id, parts_of([notice]), now)


async def _fall_back(tx: Transaction, one: Result, outcome: Outcome, now: datetime) -> None:
    """Let the classic messages go out in place of a rich one."""
    if outcome is Outcome.UNKNOWN:
        log.warning("Telegram does not know rich messages, sent as classic ones")
        await outbox.note_rich_unknown(tx, now)
    else:
        log.error("our rich message was refused, sent as classic ones", reason=one.reason)
    await _replace(tx, one, parts_from_json(one.message.fallback), now)


async def _replace(
    tx: Transaction, one: Result, parts: Sequence[tuple[str, str]], now: datetime
) -> None:
    if parts:
        await detours.fall_back(tx, one.message.id, parts, now)
    else:
        await settlements.give_up(tx, one.message.id, one.reason, now)


def pieces(text: str, keyboard: str) -> tuple[tuple[str, str], ...]:
    """A message that is too long in several parts, the last one with its buttons; none if it can't be cut.

    It is cut at empty lines; where that is not enough the formatting goes, and the text is cut anywhere.
    """
    parts = split([Markup(block) for block in text.split("\n\n")])  # noqa: S704 - Telegram HTML already
    plain = [plain_text(part) for part in parts]
    if len(parts) == 1 or any(len(part) > MAX_TEXT for part in plain):
        whole = plain_text(text)
        parts = tuple(
            escape(whole[start : start + _PIECE]) for start in range(0, len(whole), _PIECE)
        )
    if [str(part) for part in parts] == [text]:
        return ()
    *before, last = (str(part) for part in parts)
    return (*((part, "") for part in before), (last, keyboard))
