"""Messages on their way: decided and stored whole, not yet all delivered.

    pending ──claim──▶ sending ──▶ sent
       ▲                  │  └───▶ given up   (Telegram will never take it)
       │                  ├──────▶ doubtful   (no answer came, or its sender died) ──claim──▶ sending
       └──── later ◀──────┘

Each arrow is committed before the next; `storage.settlements` has those that come after a claim, and
`storage.detours` what becomes of messages that can't go as they are. Parts to one chat leave in the order in
which they were put, one at a time.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import (
    Integer,
    Row,
    Select,
    Update,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bells import Bell
from storage.database import mark, ring, set_mark
from storage.records import ON_THE_WAY, ChatId, Dispatch, Outgoing, State
from storage.schema import Moment, chats, outbox

_COLUMNS = [outbox.c[field.name] for field in fields(Outgoing)]

WAITING = (State.PENDING.value, State.DOUBTFUL.value)
"""States of what may be claimed."""

_NOT_WAITING = (State.SENDING.value, State.SENT.value, State.GIVEN_UP.value)

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

_RICH_UNKNOWN = "rich.unknown"
_WHISPERS_UNKNOWN = "whispers.unknown"
"""Mark with the time at which Telegram last did not know how to send rich messages."""

_UNKNOWN_FOR = timedelta(days=7)
"""After this long it may have learnt it."""


def _outgoing(row: Row[Any]) -> Outgoing:
    values = dict(row._mapping)
    values["state"] = State(row.state)
    return Outgoing(**values)


USUAL = Dispatch()
"""At once, with a sound, after what is urgent."""


async def put(
    tx: AsyncConnection,
    chat_id: ChatId,
    parts: Sequence[tuple[str, str]],
    now: datetime,
    dispatch: Dispatch = USUAL,
) -> None:
    """Accept a message in parts, each (Telegram HTML, keyboard as JSON or "")."""
    rows = [
        row_of(chat_id, text, keyboard, now, number, len(parts))
        | _dispatched(chat_id, now, dispatch)
        for number, (text, keyboard) in enumerate(parts, start=1)
    ]
    if rows:
        await _make_way(tx, chat_id, dispatch)
        await tx.execute(outbox.insert(), rows)
        ring(tx, Bell.OUTBOX)


async def put_rich(
    tx: AsyncConnection,
    chat_id: ChatId,
    html: str,
    keyboard: str,
    fallback: str,
    now: datetime,
    dispatch: Dispatch = USUAL,
) -> None:
    """Accept a rich message in one part: Rich HTML, keyboard as JSON or "".

    `fallback` is what goes out instead where rich messages are unknown, as `handlers.views.message`
    writes it; it must hold at least one part.
    """
    row = row_of(chat_id, html, keyboard, now) | _dispatched(chat_id, now, dispatch)
    await _make_way(tx, chat_id, dispatch)
    await tx.execute(outbox.insert().values(row | {"rich": True, "fallback": fallback}))
    ring(tx, Bell.OUTBOX)


def _dispatched(chat_id: ChatId, now: datetime, dispatch: Dispatch) -> dict[str, Any]:
    at = now
    if dispatch.due_at is not None and dispatch.due_at > now:
        # Of many that wait for one moment, others go first each time.
        place = crc32(f"{chat_id} {dispatch.due_at.isoformat()}".encode())
        at = dispatch.due_at + timedelta(microseconds=place % 1_000_000)
    return {
        "next_try_at": at,
        "silent": dispatch.silent,
        "thread_id": dispatch.thread_id,
        "urgent": dispatch.urgent,
        "due_at": dispatch.due_at,
        "broadcast_id": dispatch.broadcast_id,
        "previews": dispatch.previews,
    }


async def _make_way(tx: AsyncConnection, chat_id: ChatId, dispatch: Dispatch) -> None:
    """What is urgent can't overtake what waits for the same chat: that must hurry, too."""
    if dispatch.urgent:
        mine = outbox.c.chat_id == chat_id, outbox.c.state.in_(ON_THE_WAY)
        await tx.execute(update(outbox).where(*mine).values(urgent=True))


def row_of(
    chat_id: ChatId, text: str, keyboard: str, now: datetime, part: int = 1, parts: int = 1
) -> dict[str, Any]:
    """A classic message as the table takes it."""
    return {
        "chat_id": chat_id,
        "part": part,
        "parts": parts,
        "text": text,
        "keyboard": keyboard,
        "rich": False,
        "fallback": "",
        "silent": False,
        "thread_id": None,
        "urgent": False,
        "due_at": None,
        "broadcast_id": None,
        "previews": False,
        "state": State.PENDING.value,
        "attempts": 0,
        "doubts": 0,
        "next_try_at": now,
        "created_at": now,
        "reason": "",
    }


async def note_rich_unknown(tx: AsyncConnection, now: datetime) -> None:
    """Remember that Telegram does not know rich messages: its server is older than they are."""
    await set_mark(tx, _RICH_UNKNOWN, now.isoformat())


async def note_whispers_unknown(tx: AsyncConnection, now: datetime) -> None:
    """Remember that Telegram knows no messages of groups that only one person sees."""
    await set_mark(tx, _WHISPERS_UNKNOWN, now.isoformat())


async def whispers_are_known(tx: AsyncConnection, now: datetime) -> bool:
    """Whether such messages are worth trying; for some days after they were unknown, they are not."""
    return await _is_worth_trying(tx, _WHISPERS_UNKNOWN, now)


async def rich_is_known(tx: AsyncConnection, now: datetime) -> bool:
    """Whether rich messages are worth trying; for some days after they were unknown, they are not."""
    return await _is_worth_trying(tx, _RICH_UNKNOWN, now)


async def _is_worth_trying(tx: AsyncConnection, unknown: str, now: datetime) -> bool:
    since = await mark(tx, unknown)
    return since is None or now - datetime.fromisoformat(since) >= _UNKNOWN_FOR


def _claiming() -> tuple[Select[Any], Update]:
    """The statements that find what may go, and that take it."""
    now, limit = bindparam("now", type_=Moment), bindparam("most", type_=Integer)
    earlier = outbox.alias()
    first = ~exists().where(
        earlier.c.chat_id == outbox.c.chat_id,
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(ON_THE_WAY),
    )
    # What somebody waits for at this moment comes in a pause, too.
    open_to = exists().where(
        chats.c.id == outbox.c.chat_id,
        chats.c.unreachable_since.is_(None),
        or_(~chats.c.paused, outbox.c.urgent),
    )
    # One range of the index each, in its order: nothing is sorted but what was found.
    ranges = [
        select(outbox.c.id, outbox.c.urgent, outbox.c.next_try_at)
        .where(
            outbox.c.state == state,
            outbox.c.urgent == urgent,
            outbox.c.next_try_at <= now,
            first,
            open_to,
        )
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(limit)
        .subquery()
        for urgent in (true(), false())
        for state in WAITING
    ]
    found = union_all(*(select(one) for one in ranges)).subquery()
    best = (
        select(found.c.id)
        .order_by(found.c.urgent.desc(), found.c.next_try_at, found.c.id)
        .limit(limit)
    )
    # Said as what it must not be, since SQLite would rather look through all that wait than for these few.
    still_waits = outbox.c.state.not_in(_NOT_WAITING)
    mine = outbox.c.id.in_(bindparam("ids", expanding=True)), still_waits
    taken = (
        update(outbox)
        .where(*mine)
        .values(
            state=State.SENDING.value,
            attempts=outbox.c.attempts + 1,
            leased_until=bindparam("until", type_=Moment),
        )
        .returning(*_COLUMNS)
    )
    return best, taken


_FIND, _TAKE = _claiming()


async def claim(
    tx: AsyncConnection, now: datetime, lease: timedelta, limit: int
) -> tuple[Outgoing, ...]:
    """Mark as `sending` the oldest waiting part of up to `limit` chats that can be written to.

    What is urgent comes first, then what has been due for longest.
    """
    ids = (await tx.scalars(_FIND, {"now": now, "most": limit})).all()
    if not ids:
        return ()
    place = {id: number for number, id in enumerate(ids)}
    rows = await tx.execute(_TAKE, {"ids": ids, "until": now + lease})
    return tuple(sorted((_outgoing(row) for row in rows), key=lambda message: place[message.id]))


async def hold(tx: AsyncConnection, chat_id: ChatId) -> None:
    """Let what waits for a chat that can't be written to wait without end: it costs the others no time."""
    mine = outbox.c.chat_id == chat_id, outbox.c.state.in_(WAITING)
    await tx.execute(update(outbox).where(*mine).values(next_try_at=_NEVER))


async def release(tx: AsyncConnection, chat_id: ChatId, now: datetime) -> None:
    """Let what was held go out from `now` on, or when it is due if that is later."""
    mine = outbox.c.chat_id == chat_id, outbox.c.state.in_(WAITING)
    due = case((outbox.c.due_at > now, outbox.c.due_at), else_=literal(now, Moment))
    await tx.execute(
        update(outbox).where(*mine, outbox.c.next_try_at > now).values(next_try_at=due)
    )
    ring(tx, Bell.OUTBOX)


async def is_due(tx: AsyncConnection, now: datetime) -> bool:
    """Whether there may be something for the courier to do."""
    due = [
        exists().where(
            outbox.c.state == state, outbox.c.urgent == urgent, outbox.c.next_try_at <= now
        )
        for urgent in (true(), false())
        for state in WAITING
    ]
    lost = exists().where(outbox.c.state == State.SENDING.value)
    return bool(await tx.scalar(select(or_(*due, lost))))


async def waiting(tx: AsyncConnection) -> int:
    """How many messages are not settled yet."""
    query = select(func.count()).select_from(outbox).where(outbox.c.state.in_(ON_THE_WAY))
    return int(await tx.scalar(query) or 0)


async def prune(tx: AsyncConnection, before: datetime) -> int:
    """Drop what was settled before then; how many."""
    result = await tx.execute(delete(outbox).where(outbox.c.settled_at < before))
    return int(result.rowcount)
