"""Who may use a bot that is not open to all, who may not use any, and the links that let people in.

A group that was let in stands here by its id, like a person: Telegram's ids of groups are negative.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Invite
from storage.schema import invites, people
from storage.upsert import insert_for


async def admitted(tx: AsyncConnection, ids: Collection[int]) -> bool:
    """Whether one of these was let in."""
    mine = people.c.id.in_(list(ids)), people.c.admitted_at.is_not(None)
    return bool(await tx.scalar(select(func.count()).where(*mine)))


async def admit(tx: AsyncConnection, id: int, now: datetime) -> None:
    """Let somebody in; since when is kept from the first time."""
    insert = insert_for(tx)(people).values(id=id, admitted_at=now)
    since = func.coalesce(people.c.admitted_at, insert.excluded.admitted_at)
    await tx.execute(
        insert.on_conflict_do_update(index_elements=[people.c.id], set_={"admitted_at": since})
    )


async def migrate(tx: AsyncConnection, old: int, new: int) -> None:
    """A group has another id: it is let in under that as well, if it was."""
    since = await tx.scalar(select(people.c.admitted_at).where(people.c.id == old))
    if since is not None:
        await admit(tx, new, since)
        await tx.execute(delete(people).where(people.c.id == old))


_BANNED = select(func.count()).where(
    people.c.id.in_(bindparam("some", expanding=True)), people.c.banned_at.is_not(None)
)
"""Asked at every update: it is put together once."""


async def is_banned(tx: AsyncConnection, ids: Collection[int]) -> bool:
    """Whether one of these may not use the bot at all."""
    return bool(await tx.scalar(_BANNED, {"some": list(ids)}))


async def ban(tx: AsyncConnection, id: int, now: datetime) -> bool:
    """Let somebody use the bot no more; False if they were banned already."""
    if await is_banned(tx, [id]):
        return False
    insert = insert_for(tx)(people).values(id=id, banned_at=now)
    await tx.execute(
        insert.on_conflict_do_update(index_elements=[people.c.id], set_={"banned_at": now})
    )
    return True


async def unban(tx: AsyncConnection, id: int) -> bool:
    """Let somebody use the bot again, as far as they might before; False if they were not banned."""
    mine = people.c.id == id, people.c.banned_at.is_not(None)
    ended = await tx.execute(update(people).where(*mine).values(banned_at=None))
    # Whoever was never let in needs no row.
    await tx.execute(delete(people).where(people.c.id == id, people.c.admitted_at.is_(None)))
    return bool(ended.rowcount)


async def banned(tx: AsyncConnection, limit: int) -> tuple[int, ...]:
    """Who is banned, the latest first."""
    query = (
        select(people.c.id)
        .where(people.c.banned_at.is_not(None))
        .order_by(people.c.banned_at.desc(), people.c.id)
        .limit(limit)
    )
    return tuple(await tx.scalars(query))


async def invite(tx: AsyncConnection, made: Invite, now: datetime) -> None:
    """Keep a link; those that let nobody in any more are dropped."""
    await tx.execute(delete(invites).where(_is_over(now)))
    await tx.execute(
        invites.insert().values(
            token=made.token, made_at=now, expires_at=made.expires_at, uses_left=made.uses_left
        )
    )


async def open_invites(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Invite, ...]:
    """The links that still let somebody in, the latest first."""
    query = (
        select(invites.c.token, invites.c.expires_at, invites.c.uses_left)
        .where(~_is_over(now))
        .order_by(invites.c.made_at.desc(), invites.c.token)
        .limit(limit)
    )
    return tuple(Invite(*row) for row in await tx.execute(query))


async def redeem(tx: AsyncConnection, token: str, id: int, now: datetime) -> bool:
    """Let somebody in by a link; False if it lets nobody in. Who was let in before takes no use of it."""
    if await admitted(tx, [id]):
        return True
    mine = invites.c.token == token, ~_is_over(now)
    used = await tx.execute(update(invites).where(*mine).values(uses_left=invites.c.uses_left - 1))
    if not used.rowcount:
        return False
    await admit(tx, id, now)
    return True


async def revoke(tx: AsyncConnection, token: str) -> Invite | None:
    """Let a link let nobody in any more; what it was, or None if there is no such link."""
    gone = delete(invites).where(invites.c.token == token)
    returned = gone.returning(invites.c.token, invites.c.expires_at, invites.c.uses_left)
    row = (await tx.execute(returned)).one_or_none()
    return None if row is None else Invite(*row)


def _is_over(now: datetime) -> ColumnElement[bool]:
    return (invites.c.expires_at <= now) | (invites.c.uses_left < 1)
