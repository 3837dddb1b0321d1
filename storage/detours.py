"""Messages of the outbox that can't go as they are: later, in other parts, elsewhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import WAITING, row_of
from storage.records import ON_THE_WAY, ChatId, OutboxId, State
from storage.schema import chats, outbox

_KEPT = ("created_at", "silent", "thread_id", "urgent", "due_at", "broadcast_id", "previews")
"""What parts have from the message whose place they take."""


async def set_aside(tx: AsyncConnection, now: datetime, until: datetime, limit: int) -> int:
    """Hold up to `limit` messages that are due to chats that can't be written to or are paused; how many."""
    closed = or_(chats.c.unreachable_since.is_not(None), chats.c.paused & ~outbox.c.urgent)
    found = (
        select(outbox.c.id)
        .join(chats, chats.c.id == outbox.c.chat_id)
        .where(outbox.c.state.in_(WAITING), outbox.c.next_try_at <= now, closed)
        .limit(limit)
    )
    result = await tx.execute(
        update(outbox).where(outbox.c.id.in_(found.scalar_subquery())).values(next_try_at=until)
    )
    return int(result.rowcount)


async def leave_topic(tx: AsyncConnection, chat_id: ChatId) -> None:
    """The topic of a forum is closed or gone: what waits for this chat goes to the general one."""
    mine = outbox.c.chat_id == chat_id, outbox.c.state.in_(ON_THE_WAY)
    await tx.execute(update(outbox).where(*mine).values(thread_id=None))
    await tx.execute(update(chats).where(chats.c.id == chat_id).values(thread_id=None))


async def count_write_refusal(tx: AsyncConnection, chat_id: ChatId) -> int:
    """The bot was in this chat and had no right to write, once more; how often in a row."""
    row = await tx.scalar(
        update(chats)
        .where(chats.c.id == chat_id)
        .values(write_refusals=chats.c.write_refusals + 1)
        .returning(chats.c.write_refusals)
    )
    return int(row or 0)


async def forget_write_refusals(tx: AsyncConnection, chat_ids: Sequence[ChatId]) -> None:
    """These chats took a message."""
    counted = chats.c.id.in_(chat_ids), chats.c.write_refusals > 0
    await tx.execute(update(chats).where(*counted).values(write_refusals=0))


async def recent(
    tx: AsyncConnection, now: datetime, span: timedelta
) -> list[tuple[ChatId, datetime]]:
    """What was sent within `span` before now, or may have been: to whom and when at the latest; oldest first."""
    sent = await tx.execute(
        select(outbox.c.chat_id, outbox.c.settled_at)
        .where(outbox.c.settled_at > now - span, outbox.c.state == State.SENT.value)
        .order_by(outbox.c.settled_at)
    )
    open_states = (State.SENDING.value, State.DOUBTFUL.value)
    unknown = await tx.execute(select(outbox.c.chat_id).where(outbox.c.state.in_(open_states)))
    known = [(ChatId(row.chat_id), row.settled_at) for row in sent]
    return [*known, *((ChatId(row.chat_id), now) for row in unknown)]


async def fall_back(
    tx: AsyncConnection, id: OutboxId, parts: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Let a message that was claimed go out as these parts instead, from `now` on; at least one.

    They take its place among the chat's messages: what was put after it leaves after all of them.
    """
    row = (await tx.execute(select(outbox).where(outbox.c.id == id))).one()
    (text, keyboard), *others = parts
    kept = {name: row._mapping[name] for name in _KEPT}
    first = row_of(row.chat_id, text, keyboard, now, 1, len(parts)) | kept | {"leased_until": None}
    await tx.execute(update(outbox).where(outbox.c.id == id).values(first))
    if not others:
        return
    # Order is that of ids: what waits behind it gets new ones, larger than those of the parts.
    waits = (
        outbox.c.chat_id == row.chat_id,
        outbox.c.id > id,
        outbox.c.state.in_(WAITING),
    )
    behind = (await tx.execute(select(outbox).where(*waits).order_by(outbox.c.id))).all()
    await tx.execute(delete(outbox).where(*waits))
    rows = [
        row_of(row.chat_id, text, keyboard, now, number, len(parts)) | kept
        for number, (text, keyboard) in enumerate(others, start=2)
    ]
    for values in [*rows, *(dict(one._mapping) for one in behind)]:
        values.pop("id", None)
        await tx.execute(outbox.insert().values(values))
