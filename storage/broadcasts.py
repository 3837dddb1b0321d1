"""The operator's words to all chats: written, agreed to, put into the outbox piece by piece, counted.

    draft ──begin──▶ going ──▶ finished
                       └─stop──▶ stopped

Chats get it in the order of their ids; the last one that it was put for is remembered with each piece. Channels get
none: it is for those who use the bot, and a channel's readers did not ask.
"""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import chats
from storage.counts import Audience, Progress
from storage.outbox import WAITING
from storage.records import BEFORE_ALL, ON_THE_WAY, Broadcast, BroadcastId, Chat, ChatId, State
from storage.schema import broadcasts, outbox, takes_pushes
from storage.schema import chats as table

STOPPED = "stopped by an administrator"
CLOSED = "takes no messages any more"
"""Why a message of a broadcast was given up, where it was not Telegram that refused it."""

_COLUMNS = [broadcasts.c[field.name] for field in fields(Broadcast)]
_GOING = and_(
    broadcasts.c.put_to.is_not(None),
    broadcasts.c.stopped_at.is_(None),
    broadcasts.c.finished_at.is_(None),
)


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(**row._mapping)


async def draft(tx: AsyncConnection, text: str, made_by: int, now: datetime) -> Broadcast:
    """Keep a text that is not to go out before somebody has said so."""
    row = await tx.execute(
        broadcasts.insert()
        .values(text=text, made_by=made_by, made_at=now, stopped_at=now)
        .returning(*_COLUMNS)
    )
    return _broadcast(row.one())


async def get(tx: AsyncConnection, id: BroadcastId) -> Broadcast | None:
    """The broadcast with this id."""
    row = (await tx.execute(select(*_COLUMNS).where(broadcasts.c.id == id))).one_or_none()
    return None if row is None else _broadcast(row)


async def latest(tx: AsyncConnection) -> Broadcast | None:
    """The last one that anybody agreed to."""
    begun = select(*_COLUMNS).where(broadcasts.c.put_to.is_not(None))
    row = (await tx.execute(begun.order_by(broadcasts.c.id.desc()).limit(1))).one_or_none()
    return None if row is None else _broadcast(row)


async def going(tx: AsyncConnection) -> Broadcast | None:
    """The one that goes out now; there is never more than one."""
    query = select(*_COLUMNS).where(_GOING).order_by(broadcasts.c.id).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else _broadcast(row)


async def shown(tx: AsyncConnection) -> Broadcast | None:
    """One of which a message says how far it is, and does not say yet how it ended."""
    query = select(*_COLUMNS).where(broadcasts.c.shown_in.is_not(None)).order_by(broadcasts.c.id)
    row = (await tx.execute(query.limit(1))).one_or_none()
    return None if row is None else _broadcast(row)


async def show_in(tx: AsyncConnection, id: BroadcastId, message_id: int | None) -> None:
    """Let a message to whoever wrote it say how far it is from now on; None if that is told to its end."""
    await tx.execute(update(broadcasts).where(broadcasts.c.id == id).values(shown_in=message_id))


async def begin(tx: AsyncConnection, id: BroadcastId) -> bool:
    """Let a draft go out from the next piece on; False if it is none any more, or another one goes out."""
    others = broadcasts.alias()
    busy = exists().where(
        others.c.put_to.is_not(None), others.c.stopped_at.is_(None), others.c.finished_at.is_(None)
    )
    result = await tx.execute(
        update(broadcasts)
        .where(broadcasts.c.id == id, broadcasts.c.put_to.is_(None), ~busy)
        .values(put_to=BEFORE_ALL, stopped_at=None)
    )
    return bool(result.rowcount)


async def discard(tx: AsyncConnection, id: BroadcastId) -> bool:
    """Forget a draft; False if it is none any more."""
    mine = broadcasts.c.id == id, broadcasts.c.put_to.is_(None)
    return bool((await tx.execute(delete(broadcasts).where(*mine))).rowcount)


async def stop(tx: AsyncConnection, id: BroadcastId, now: datetime) -> bool:
    """Let nothing more of it go out, except what is handed to Telegram already; False if it does not go out."""
    result = await tx.execute(
        update(broadcasts).where(broadcasts.c.id == id, _GOING).values(stopped_at=now)
    )
    if not result.rowcount:
        return False
    await _give_up(tx, STOPPED, now, outbox.c.broadcast_id == id)
    return True


async def finish(tx: AsyncConnection, id: BroadcastId, now: datetime) -> None:
    """Note that all of it is settled."""
    await tx.execute(update(broadcasts).where(broadcasts.c.id == id).values(finished_at=now))


async def prune(tx: AsyncConnection, before: datetime) -> int:
    """Forget those that were written before then and don't go out; how many."""
    result = await tx.execute(delete(broadcasts).where(broadcasts.c.made_at < before, ~_is_going()))
    return int(result.rowcount)


def _is_going() -> ColumnElement[bool]:
    # NULL-safe, so that it can be negated.
    return case((_GOING, True), else_=False)


_is_channel = table.c.kind == "channel"


def _ahead(broadcast: Broadcast) -> ColumnElement[bool]:
    """The condition for a chat that its turn is still to come, whether it takes any messages or not."""
    after = BEFORE_ALL if broadcast.put_to is None else broadcast.put_to
    return and_(
        table.c.id > after,
        table.c.created_at <= broadcast.made_at,
        ~exists().where(outbox.c.chat_id == table.c.id, outbox.c.broadcast_id == broadcast.id),
    )


def _left(broadcast: Broadcast) -> ColumnElement[bool]:
    """The condition for a chat that it has still to be put for."""
    return and_(_ahead(broadcast), takes_pushes, ~_is_channel)


async def next_chats(tx: AsyncConnection, broadcast: Broadcast, limit: int) -> tuple[Chat, ...]:
    """The next chats that it is put for: none that can't be written to, or that is paused, and no channel."""
    query = select(*chats.CHAT).where(_left(broadcast)).order_by(table.c.id).limit(limit)
    return tuple(chats.chat_of(row) for row in await tx.execute(query))


async def owed_by_move(tx: AsyncConnection, old: ChatId, new: ChatId) -> Broadcast | None:
    """What goes out now and would pass by a group that gets another id; to be asked before anything of it moves.

    A supergroup's id comes before all others, so the turn of a group that becomes one is over at once. What waits
    for both ids is given up for the old one: nobody is to get it twice.
    """
    broadcast = await going(tx)
    if broadcast is None:
        return None
    put = outbox.c.broadcast_id == broadcast.id
    theirs = select(func.count()).select_from(outbox).where(put, outbox.c.chat_id == new)
    if await tx.scalar(theirs):
        waits = put, outbox.c.chat_id == old, outbox.c.state.in_(WAITING)
        await tx.execute(delete(outbox).where(*waits))
        return None
    left = select(table.c.id).where(_left(broadcast), table.c.id.in_((old, new)))
    ids = set((await tx.scalars(left)).all())
    if old not in ids or new in ids:
        return None
    is_known = await chats.get(tx, new) is not None
    comes_later = broadcast.put_to is None or new > broadcast.put_to
    return None if comes_later and not is_known else broadcast


async def note_put(tx: AsyncConnection, broadcast: Broadcast, put_to: int) -> bool:
    """Remember the last chat of a piece; False if it was stopped meanwhile, or somebody else put this piece."""
    mine = broadcasts.c.id == broadcast.id, broadcasts.c.put_to == broadcast.put_to
    result = await tx.execute(update(broadcasts).where(*mine, _GOING).values(put_to=put_to))
    return bool(result.rowcount)


async def audience(tx: AsyncConnection, broadcast: Broadcast) -> Audience:
    """How many chats it has still to be put for, and how many are left out."""
    channels = case((_is_channel, 1), else_=0)
    goes_to = case((and_(takes_pushes, ~_is_channel), 1), else_=0)
    sums = (func.coalesce(func.sum(one), 0) for one in (goes_to, channels))
    row = (await tx.execute(select(*sums, func.count()).where(_ahead(broadcast)))).one()
    return Audience(int(row[0]), int(row[2] - row[0] - row[1]), int(row[1]))


async def give_up_closed(tx: AsyncConnection, id: BroadcastId, now: datetime) -> int:
    """Give up what waits for chats that turned out to take no messages, or paused meanwhile; how many."""
    closed = exists().where(
        table.c.id == outbox.c.chat_id, or_(table.c.unreachable_since.is_not(None), table.c.paused)
    )
    return await _give_up(tx, CLOSED, now, outbox.c.broadcast_id == id, closed)


async def _give_up(
    tx: AsyncConnection, reason: str, now: datetime, *which: ColumnElement[bool]
) -> int:
    result = await tx.execute(
        update(outbox)
        .where(outbox.c.state.in_(WAITING), *which)
        .values(state=State.GIVEN_UP.value, settled_at=now, leased_until=None, reason=reason)
    )
    return int(result.rowcount)


async def ahead(tx: AsyncConnection, now: datetime, most: int) -> int:
    """How many messages of any kind could go now or are on their way; not counted beyond `most`."""
    due = or_(
        and_(outbox.c.state.in_(WAITING), outbox.c.next_try_at <= now),
        outbox.c.state == State.SENDING.value,
    )
    found = select(outbox.c.id).where(due).limit(most).subquery()
    return int(await tx.scalar(select(func.count()).select_from(found)) or 0)


async def is_settled(tx: AsyncConnection, id: BroadcastId) -> bool:
    """Whether none of its messages is on its way."""
    return not await _count(tx, id, ON_THE_WAY)


async def progress(tx: AsyncConnection, broadcast: Broadcast) -> Progress:
    """How far it has come. What was settled is counted for as long as the outbox keeps it."""
    id = broadcast.id
    waiting = await _count(tx, id, ON_THE_WAY)
    if broadcast.is_going:
        waiting += (await audience(tx, broadcast)).goes_to
    given_up = await _count(tx, id, (State.GIVEN_UP.value,))
    stopped = await _count(tx, id, (State.GIVEN_UP.value,), outbox.c.reason == STOPPED)
    sent = await _count(tx, id, (State.SENT.value,))
    return Progress(sent, waiting, given_up - stopped, stopped)


async def _count(
    tx: AsyncConnection, id: BroadcastId, states: Collection[str], *more: ColumnElement[bool]
) -> int:
    mine = outbox.c.broadcast_id == id, outbox.c.state.in_(states)
    return int(await tx.scalar(select(func.count()).select_from(outbox).where(*mine, *more)) or 0)
