"""Counts what there is of everything, and what of it is due: for the operator's eyes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.checking import size
from storage.counts import (
    CROWD_AHEAD,
    ChatState,
    Crowd,
    FeedState,
    Figures,
    Gauges,
    Sent,
    Waiting,
)
from storage.records import ON_THE_WAY, State
from storage.schema import (
    articles,
    chats,
    feeds,
    is_wanted,
    outbox,
    stories,
    subscriptions,
    takes_pushes,
    topics,
)

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


_PLANNED = or_(
    chats.c.next_digest_at.is_not(None),
    exists().where(
        subscriptions.c.chat_id == chats.c.id, subscriptions.c.next_digest_at.is_not(None)
    ),
)

_CHAT_STATE = case(
    (chats.c.unreachable_since.is_not(None), ChatState.UNREACHABLE.value),
    (chats.c.paused, ChatState.PAUSED.value),
    (_PLANNED, ChatState.ACTIVE.value),
    else_=ChatState.IDLE.value,
)

_FEED_STATE = case(
    (feeds.c.stopped_at.is_not(None), FeedState.GONE.value),
    (feeds.c.failures > 0, FeedState.FAILING.value),
    (feeds.c.visited_at.is_(None), FeedState.NEW.value),
    else_=FeedState.WORKING.value,
)


async def gauges(tx: AsyncConnection, now: datetime) -> Gauges:
    """What is cheap to count: half a second with 100,000 chats and 50,000 messages that wait."""
    chat_state, feed_state = _CHAT_STATE.label("state"), _FEED_STATE.label("state")
    by_chat = await tx.execute(select(chat_state, func.count()).group_by(chat_state))
    by_feed = await tx.execute(
        select(feed_state, func.count()).where(is_wanted).group_by(feed_state)
    )
    counted_chats = {ChatState(state): int(count) for state, count in by_chat}
    counted_feeds = {FeedState(state): int(count) for state, count in by_feed}
    followed = select(func.count(subscriptions.c.topic_id), func.count(subscriptions.c.feed_id))
    on_topics, on_feeds = (await tx.execute(followed)).one()
    return Gauges(
        chats={state: counted_chats.get(state, 0) for state in ChatState},
        feeds={state: counted_feeds.get(state, 0) for state in FeedState},
        topic_subscriptions=int(on_topics),
        feed_subscriptions=int(on_feeds),
        waiting=await _waiting(tx, now),
        database_bytes=await size(tx),
    )


def _count_if(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def _waiting(tx: AsyncConnection, now: datetime) -> Waiting:
    since = func.coalesce(outbox.c.due_at, outbox.c.created_at)
    may_go = (outbox.c.next_try_at <= now) & takes_pushes
    # A later try of a message makes it no younger, and one that is only due tomorrow is not late.
    row = (
        await tx.execute(
            select(
                func.count(),
                _count_if(outbox.c.state == State.DOUBTFUL.value),
                _count_if(may_go),
                func.min(case((may_go, since))),
            )
            .select_from(outbox.join(chats, chats.c.id == outbox.c.chat_id))
            .where(outbox.c.state.in_(ON_THE_WAY))
        )
    ).one()
    count, doubtful, due, oldest = row
    age = max(timedelta(0), now - oldest) if oldest is not None else timedelta(0)
    return Waiting(int(count), int(doubtful), int(due), age)


async def figures(tx: AsyncConnection, now: datetime) -> Figures:
    """Everything: reads an index of all articles, so not every minute."""
    return Figures(
        at=now,
        gauges=await gauges(tx, now),
        topics=await _count(tx, topics),
        articles=await _count(tx, articles),
        stories=await _count(tx, stories),
        sent=await _sent(tx, now),
        coming=await _coming(tx, now + CROWD_AHEAD),
        largest=await _largest(tx),
    )


async def _count(tx: AsyncConnection, table: Any) -> int:
    return int(await tx.scalar(select(func.count()).select_from(table)) or 0)


async def _sent(tx: AsyncConnection, now: datetime) -> Sent:
    # Only digests have a moment at which their readers expect them.
    of_digest = (outbox.c.state == State.SENT.value) & outbox.c.due_at.is_not(None)
    first = of_digest & (outbox.c.part == 1)
    row = (
        await tx.execute(
            select(
                _count_if(first & (outbox.c.settled_at >= now - _DAY)),
                _count_if(first),
                _count_if(of_digest),
                _count_if(outbox.c.state == State.GIVEN_UP.value),
            ).where(outbox.c.settled_at >= now - _WEEK)
        )
    ).one()
    day, week, messages, given_up = (int(value) for value in row)
    return Sent(day, week, messages / week if week else 1.0, given_up)


def _planned() -> Any:
    """The moments at which digests are due, one row for each: of whole chats, and of single subscriptions.

    Several subscriptions of a chat that are due at the same time are one digest.
    """
    whole = select(chats.c.id, chats.c.next_digest_at.label("at")).where(
        chats.c.next_digest_at.is_not(None), takes_pushes
    )
    single = (
        select(chats.c.id, subscriptions.c.next_digest_at.label("at"))
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(subscriptions.c.next_digest_at.is_not(None), takes_pushes)
        .distinct()
    )
    return union_all(whole, single).subquery()


async def _coming(tx: AsyncConnection, until: datetime) -> tuple[Crowd, ...]:
    planned = _planned()
    rows = await tx.execute(
        select(planned.c.at, func.count())
        .where(planned.c.at <= until)
        .group_by(planned.c.at)
        .order_by(planned.c.at)
    )
    return tuple(Crowd(at, int(count)) for at, count in rows)


async def _largest(tx: AsyncConnection) -> Crowd | None:
    planned = _planned()
    row = (
        await tx.execute(
            select(planned.c.at, func.count().label("digests"))
            .group_by(planned.c.at)
            .order_by(func.count().desc(), planned.c.at)
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else Crowd(row.at, int(row.digests))
