"""Digests that chats were shown when they asked for one, as far as their buttons need them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.joins import heirs
from storage.records import FOREVER, ArticleId, ChatId, Shown, StoryId
from storage.schema import shown
from storage.telling import last_told_at

KEPT = 20
"""Digests of one chat; the buttons of older ones are out of date."""


_MINE = shown.c.chat_id == bindparam("chat")
_DROP_OLDER = delete(shown).where(
    _MINE,
    shown.c.shown_at.not_in(
        select(shown.c.shown_at).where(_MINE).order_by(shown.c.shown_at.desc()).limit(KEPT)
    ),
)


async def free_second(tx: AsyncConnection, chat_id: ChatId, now: datetime) -> datetime:
    """A time from now on by which a digest may be called, as its buttons do: to the second, and no other one's of the chat."""
    latest = (await last_shown_at(tx, chat_id), await last_told_at(tx, chat_id))
    taken = [at + timedelta(seconds=1) for at in latest if at is not None]
    return max([now.replace(microsecond=0), *taken])


async def show(tx: AsyncConnection, chat_id: ChatId, digest: Shown, now: datetime) -> datetime:
    """Remember that a chat is shown a digest; the time by which it is called from now on, see `free_second`."""
    at = await free_second(tx, chat_id, now)
    await tx.execute(
        insert(shown).values(
            chat_id=chat_id,
            shown_at=_seconds(at),
            since=digest.since,
            until=digest.until,
            after=digest.after,
            up_to=digest.up_to,
            stories=" ".join(map(str, digest.stories)),
        )
    )
    await tx.execute(_DROP_OLDER, {"chat": chat_id})
    return at


async def shown_at(tx: AsyncConnection, chat_id: ChatId, at: datetime) -> Shown | None:
    """The digest that a chat was shown at that time; None if it is not remembered.

    In place of a story that turned out to be one with another, that one is given.
    """
    asked = select(shown).where(shown.c.chat_id == chat_id, shown.c.shown_at == _seconds(at))
    row = (await tx.execute(asked)).first()
    if row is None:
        return None
    ids = [StoryId(int(id)) for id in row.stories.split()]
    now_in = await heirs(tx, ids)
    after = None if row.after is None else ArticleId(row.after)
    stories = tuple(now_in.get(id, id) for id in ids)
    return Shown(row.since, row.until, after, ArticleId(row.up_to), stories)


_LAST = select(func.max(shown.c.shown_at)).where(_MINE, shown.c.shown_at <= bindparam("until"))


async def last_shown_at(
    tx: AsyncConnection, chat_id: ChatId, until: datetime | None = None
) -> datetime | None:
    """When a chat was shown its last digest, until then if that is given; None if it was shown none."""
    asked = {"chat": chat_id, "until": _seconds(until or FOREVER)}
    seconds = await tx.scalar(_LAST, asked)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


async def hand_over_shown(tx: AsyncConnection, old: ChatId, new: ChatId) -> None:
    """Give a chat the digests that another one was shown, but for those of the same second."""
    here = select(shown.c.shown_at).where(shown.c.chat_id == new).scalar_subquery()
    await tx.execute(
        update(shown)
        .where(shown.c.chat_id == old, shown.c.shown_at.not_in(here))
        .values(chat_id=new)
    )


async def prune(tx: AsyncConnection, before: datetime) -> int:
    """Drop the digests that were shown before then; how many there were."""
    gone = await tx.execute(delete(shown).where(shown.c.shown_at < _seconds(before)))
    return int(gone.rowcount)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
