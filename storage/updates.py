"""What Telegram told the bot: kept before it is confirmed, so that nothing said is lost with a process.

    keep ─▶ confirm ─▶ deal with it ─▶ done (the content goes, the number stays for a while)

Telegram repeats what it is not sure was taken: a number that is known is not kept again. Whoever keeps an update
has it on lease, and prolongs the lease as long as it lives; what a dead process left is claimed by another one.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.records import ChatId, Incoming
from storage.schema import updates
from storage.upsert import insert_for

MOST_ATTEMPTS = 3
"""Tries to deal with one update: what kills a process each time must not do so for ever."""

_ROWS = 100
"""Rows of one statement."""

_DONE = {"content": "", "leased_until": None}


async def keep(
    tx: AsyncConnection, came: Sequence[Incoming], now: datetime, leased_until: datetime
) -> frozenset[int]:
    """Keep updates, on lease until then; the numbers of those that were not known."""
    new: set[int] = set()
    for some in batches(came, _ROWS):
        rows = [
            {
                "id": one.id,
                "chat_id": one.chat_id,
                "content": one.content,
                "received_at": now,
                "attempts": 1,
                "leased_until": leased_until,
            }
            for one in some
        ]
        insert = insert_for(tx)(updates).values(rows).on_conflict_do_nothing()
        new.update(await tx.scalars(insert.returning(updates.c.id)))
    return frozenset(new)


async def under_way(
    tx: AsyncConnection, chat_ids: Collection[ChatId], now: datetime
) -> dict[ChatId, frozenset[int]]:
    """What some living process deals with at present of these chats; chats with nothing are left out."""
    found: dict[ChatId, set[int]] = {}
    for some in batches(chat_ids):
        rows = await tx.execute(
            select(updates.c.chat_id, updates.c.id).where(
                updates.c.chat_id.in_(some), updates.c.leased_until > now
            )
        )
        for chat_id, id in rows:
            found.setdefault(ChatId(chat_id), set()).add(id)
    return {chat_id: frozenset(ids) for chat_id, ids in found.items()}


async def prolong(tx: AsyncConnection, ids: Collection[int], until: datetime) -> None:
    """Keep these on lease until then, as far as they are not done."""
    for some in batches(sorted(ids)):
        mine = updates.c.id.in_(some), updates.c.done_at.is_(None)
        await tx.execute(update(updates).where(*mine).values(leased_until=until))


async def done(tx: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Note that these were dealt with. What they said is forgotten, their numbers are not yet."""
    for some in batches(sorted(ids)):
        await tx.execute(update(updates).where(updates.c.id.in_(some)).values(done_at=now, **_DONE))


async def note_begun(tx: AsyncConnection, id: int, command: str) -> None:
    """Note that a command is begun for an update."""
    await tx.execute(update(updates).where(updates.c.id == id).values(begun=command))


async def begun(tx: AsyncConnection, id: int) -> str:
    """The command that was begun for an update, and was broken off if that is dealt with again; empty for none."""
    return await tx.scalar(select(updates.c.begun).where(updates.c.id == id)) or ""


async def put_back(tx: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Leave these to whoever comes next: this process ends. The try does not count."""
    for some in batches(sorted(ids)):
        mine = updates.c.id.in_(some), updates.c.done_at.is_(None)
        values = {"leased_until": now, "attempts": updates.c.attempts - 1}
        await tx.execute(update(updates).where(*mine).values(**values))


async def end_leases(tx: AsyncConnection, now: datetime) -> None:
    """End all leases: for a process that is alone, and begins."""
    await tx.execute(update(updates).where(updates.c.leased_until > now).values(leased_until=now))


async def claim_left(
    tx: AsyncConnection, now: datetime, leased_until: datetime, limit: int
) -> tuple[Incoming, ...]:
    """Take up to `limit` updates that nobody deals with any more, the oldest first."""
    chosen = (
        select(updates.c.id)
        .where(updates.c.leased_until <= now, updates.c.attempts < MOST_ATTEMPTS)
        .order_by(updates.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.execute(
        update(updates)
        .where(updates.c.id.in_(chosen))
        .values(leased_until=leased_until, attempts=updates.c.attempts + 1)
        .returning(updates.c.id, updates.c.chat_id, updates.c.content)
    )
    return tuple(sorted((Incoming(*row) for row in rows), key=lambda one: one.id))


async def give_up(tx: AsyncConnection, now: datetime) -> tuple[int, ...]:
    """Give up what was tried often enough and is left again; its numbers."""
    hopeless = updates.c.leased_until <= now, updates.c.attempts >= MOST_ATTEMPTS
    rows = await tx.scalars(
        update(updates).where(*hopeless).values(done_at=now, **_DONE).returning(updates.c.id)
    )
    return tuple(sorted(rows))


async def prune(tx: AsyncConnection, before: datetime) -> None:
    """Forget the numbers of what was dealt with before then."""
    await tx.execute(delete(updates).where(updates.c.done_at < before))
