"""Messages on their way: decided and stored whole, not yet all delivered.

    pending ──claim──▶ sending ──▶ sent
       ▲                  │  └───▶ given up   (Telegram will never take it)
       ├──── later ◀──────┤ doubtful: the lease ran out, or no answer came
       └── fall back ◀────┘ a rich message that was not taken becomes its classic parts

Each arrow is a transaction of its own. Parts to one chat leave in the order in which they were put.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import mark, set_mark
from storage.records import ChatId, OutboxId, Outgoing, State
from storage.schema import chats, outbox

_COLUMNS = [outbox.c[field.name] for field in fields(Outgoing)]

_ON_THE_WAY = (State.PENDING.value, State.SENDING.value)

_RICH_UNKNOWN = "rich.unknown"
"""Mark with the time at which Telegram last did not know how to send rich messages."""

_UNKNOWN_FOR = timedelta(days=7)
"""After this long it may have learnt it."""


def _outgoing(row: Row[Any]) -> Outgoing:
    values = dict(row._mapping)
    values["state"] = State(row.state)
    return Outgoing(**values)


async def put(
    tx: AsyncConnection, chat_id: ChatId, parts: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Accept a message in parts, each (Telegram HTML, keyboard as JSON or ""), to be sent from `now` on."""
    rows = [
        _row(chat_id, text, keyboard, now, number, len(parts))
        for number, (text, keyboard) in enumerate(parts, start=1)
    ]
    if rows:
        await tx.execute(outbox.insert(), rows)


async def put_rich(
    tx: AsyncConnection, chat_id: ChatId, html: str, keyboard: str, fallback: str, now: datetime
) -> None:
    """Accept a rich message in one part: Rich HTML, keyboard as JSON or "".

    `fallback` is what goes out instead where rich messages are unknown, as `handlers.views.message`
    writes it; it must hold at least one part.
    """
    row = _row(chat_id, html, keyboard, now)
    await tx.execute(outbox.insert().values(row | {"rich": True, "fallback": fallback}))


def _row(
    chat_id: ChatId, text: str, keyboard: str, now: datetime, part: int = 1, parts: int = 1
) -> dict[str, Any]:
    return {
        "chat_id": chat_id,
        "part": part,
        "parts": parts,
        "text": text,
        "keyboard": keyboard,
        "rich": False,
        "fallback": "",
        "state": State.PENDING.value,
        "attempts": 0,
        "doubts": 0,
        "next_try_at": now,
        "created_at": now,
        "reason": "",
    }


async def fall_back(
    tx: AsyncConnection, id: OutboxId, parts: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Let a rich message that was claimed go out as these parts instead, from `now` on; at least one.

    They take its place among the chat's messages: what was put after it leaves after all of them.
    """
    row = (await tx.execute(select(outbox).where(outbox.c.id == id))).one()
    (text, keyboard), *others = parts
    first = _row(row.chat_id, text, keyboard, now, 1, len(parts))
    first |= {"created_at": row.created_at, "leased_until": None}
    await tx.execute(update(outbox).where(outbox.c.id == id).values(first))
    if not others:
        return
    # Order is that of ids: what waits behind it gets new ones, larger than those of the parts.
    waits = (
        outbox.c.chat_id == row.chat_id,
        outbox.c.id > id,
        outbox.c.state == State.PENDING.value,
    )
    behind = (await tx.execute(select(outbox).where(*waits).order_by(outbox.c.id))).all()
    await tx.execute(delete(outbox).where(*waits))
    rows = [
        _row(row.chat_id, text, keyboard, now, number, len(parts)) | {"created_at": row.created_at}
        for number, (text, keyboard) in enumerate(others, start=2)
    ]
    for values in [*rows, *(dict(one._mapping) for one in behind)]:
        values.pop("id", None)
        await tx.execute(outbox.insert().values(values))


async def note_rich_unknown(tx: AsyncConnection, now: datetime) -> None:
    """Remember that Telegram does not know rich messages: its server is older than they are."""
    await set_mark(tx, _RICH_UNKNOWN, now.isoformat())


async def rich_is_known(tx: AsyncConnection, now: datetime) -> bool:
    """Whether rich messages are worth trying; for some days after they were unknown, they are not."""
    since = await mark(tx, _RICH_UNKNOWN)
    return since is None or now - datetime.fromisoformat(since) >= _UNKNOWN_FOR


async def claim(
    tx: AsyncConnection, now: datetime, lease: timedelta, limit: int
) -> tuple[Outgoing, ...]:
    """Mark as `sending` the oldest waiting part of up to `limit` chats that can be written to."""
    earlier = outbox.alias()
    first = ~exists().where(
        earlier.c.chat_id == outbox.c.chat_id,
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(_ON_THE_WAY),
    )
    reachable = exists().where(chats.c.id == outbox.c.chat_id, chats.c.unreachable_since.is_(None))
    chosen = (
        select(outbox.c.id)
        .where(outbox.c.state == State.PENDING.value, outbox.c.next_try_at <= now, first, reachable)
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(chosen))
        .values(
            state=State.SENDING.value,
            attempts=outbox.c.attempts + 1,
            leased_until=now + lease,
        )
        .returning(*_COLUMNS)
    )
    return tuple(sorted((_outgoing(row) for row in rows), key=lambda message: message.id))


async def sent(tx: AsyncConnection, id: OutboxId, message_id: int, now: datetime) -> None:
    """Telegram took it and gave it this message id."""
    await _settle(tx, id, State.SENT, now, message_id=message_id)


async def give_up(tx: AsyncConnection, id: OutboxId, reason: str, now: datetime) -> None:
    """Telegram will never take it; the reason is kept for the operator."""
    await _settle(tx, id, State.GIVEN_UP, now, reason=reason)


async def _settle(
    tx: AsyncConnection,
    id: OutboxId,
    state: State,
    now: datetime,
    message_id: int | None = None,
    reason: str = "",
) -> None:
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(
            state=state.value,
            settled_at=now,
            leased_until=None,
            message_id=message_id,
            reason=reason,
        )
    )


async def later(
    tx: AsyncConnection, id: OutboxId, at: datetime, reason: str, doubtful: bool = False
) -> None:
    """Try again from `at` on; `doubtful` if it may have arrived all the same."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(
            state=State.PENDING.value,
            next_try_at=at,
            leased_until=None,
            reason=reason,
            doubts=outbox.c.doubts + int(doubtful),
        )
    )


async def take_back_expired(tx: AsyncConnection, now: datetime) -> int:
    """Put what was in flight when its sender died back in line, as doubtful; how many."""
    result = await tx.execute(
        update(outbox)
        .where(outbox.c.state == State.SENDING.value, outbox.c.leased_until <= now)
        .values(
            state=State.PENDING.value,
            next_try_at=now,
            leased_until=None,
            reason="lease expired",
            doubts=outbox.c.doubts + 1,
        )
    )
    return int(result.rowcount)


async def waiting(tx: AsyncConnection) -> int:
    """How many messages are not settled yet."""
    query = select(func.count()).select_from(outbox).where(outbox.c.state.in_(_ON_THE_WAY))
    return int(await tx.scalar(query) or 0)


async def prune(tx: AsyncConnection, before: datetime) -> int:
    """Drop what was settled before then; how many."""
    result = await tx.execute(delete(outbox).where(outbox.c.settled_at < before))
    return int(result.rowcount)
