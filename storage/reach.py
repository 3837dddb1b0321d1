"""Whether chats can be written to, since when not, and what becomes of those that never come back."""

from datetime import datetime

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.bells import Bell
from storage.database import ring
from storage.records import ChatId, Refusal
from storage.schema import Moment, subscriptions
from storage.schema import chats as table
from storage.schema import topic_changes as changes


async def note_unreachable(
    tx: AsyncConnection, chat_id: ChatId, refusal: Refusal, now: datetime
) -> None:
    """Push nothing to a chat that Telegram refuses; since when it does so is kept from the first time."""
    since = func.coalesce(table.c.unreachable_since, literal(now, Moment))
    await tx.execute(
        update(table)
        .where(table.c.id == chat_id)
        .values(unreachable_since=since, refusal=refusal.value)
    )


async def note_reachable(tx: AsyncConnection, chat_id: ChatId, now: datetime) -> bool:
    """A chat can be written to again, and is owed what it missed: its digest is due. False if it always could."""
    back = await tx.execute(
        update(table)
        .where(table.c.id == chat_id, table.c.unreachable_since.is_not(None))
        .values(
            unreachable_since=None,
            refusal="",
            write_refusals=0,
            # Whoever has digests turned off is sent none.
            next_digest_at=case(
                (table.c.next_digest_at.is_(None), None), else_=literal(now, Moment)
            ),
        )
    )
    if back.rowcount:
        ring(tx, Bell.DIGESTS)
    return bool(back.rowcount)


async def forget_unreachable(tx: AsyncConnection, before: datetime, limit: int) -> int:
    """Drop chats that could not be written to since then, with what they follow, up to `limit`; how many."""
    ids = (
        await tx.scalars(select(table.c.id).where(table.c.unreachable_since < before).limit(limit))
    ).all()
    for some in batches(ids):
        mine = subscriptions.c.chat_id.in_(some)
        gone = select(subscriptions.c.topic_id).where(mine, subscriptions.c.topic_id.is_not(None))
        # Whoever remembers who follows what must hear of it.
        await tx.execute(changes.insert().from_select(["topic_id"], gone))
        await tx.execute(delete(table).where(table.c.id.in_(some)))
    return len(ids)
