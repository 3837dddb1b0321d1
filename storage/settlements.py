"""What became of messages of the outbox that were claimed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import WAITING
from storage.records import ChatId, OutboxId, State
from storage.schema import Moment, outbox

_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"))
    .values(
        state=State.SENT.value,
        settled_at=bindparam("now"),
        message_id=bindparam("message"),
        leased_until=None,
        reason="",
    )
)


async def sent(tx: AsyncConnection, taken: Sequence[tuple[OutboxId, int]], now: datetime) -> None:
    """Telegram took these and gave them these message ids."""
    rows = [{"this": id, "message": message, "now": now} for id, message in sorted(taken)]
    if rows:
        await tx.execute(_SENT, rows)


async def give_up(tx: AsyncConnection, id: OutboxId, reason: str, now: datetime) -> None:
    """Telegram will never take it; the reason is kept for the operator."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(
            state=State.GIVEN_UP.value,
            settled_at=now,
            leased_until=None,
            message_id=None,
            reason=reason,
        )
    )


async def later(
    tx: AsyncConnection, id: OutboxId, at: datetime, reason: str, doubtful: bool = False
) -> None:
    """Try again from `at` on; `doubtful` if it may have arrived all the same."""
    state = State.DOUBTFUL if doubtful else State.PENDING
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(
            state=state.value,
            next_try_at=at,
            leased_until=None,
            reason=reason,
            doubts=outbox.c.doubts + int(doubtful),
        )
    )


async def put_back(tx: AsyncConnection, id: OutboxId, at: datetime) -> None:
    """It was claimed and not handed to Telegram: as if it had not been claimed, to be sent from `at` on."""
    waits = case((outbox.c.doubts > 0, State.DOUBTFUL.value), else_=State.PENDING.value)
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(
            state=waits,
            attempts=outbox.c.attempts - 1,
            next_try_at=at,
            leased_until=None,
        )
    )


_SPACED = (
    update(outbox)
    .where(
        outbox.c.chat_id == bindparam("chat"),
        or_(
            *(outbox.c.state == state for state in WAITING)
        ),  # one statement for many rows has no IN
        outbox.c.next_try_at < bindparam("at", type_=Moment),
    )
    .values(next_try_at=bindparam("at", type_=Moment))
)


async def space(tx: AsyncConnection, times: Mapping[ChatId, datetime]) -> None:
    """Let nothing of these chats leave before these times."""
    if times:
        await tx.execute(_SPACED, [{"chat": id, "at": times[id]} for id in sorted(times)])


async def take_back_expired(tx: AsyncConnection, now: datetime, all: bool = False) -> int:
    """What was in flight when its sender died is doubtful now; how many.

    That is known when its lease is over, or at once, of `all`, where there can be no other sender.
    """
    lost = [outbox.c.state == State.SENDING.value]
    if not all:
        lost.append(outbox.c.leased_until <= now)
    result = await tx.execute(
        update(outbox)
        .where(*lost)
        .values(
            state=State.DOUBTFUL.value,
            next_try_at=now,
            leased_until=None,
            reason="lease expired",
            doubts=outbox.c.doubts + 1,
        )
    )
    return int(result.rowcount)
