"""How much the bot is used, and the feeds that are polled: for whoever runs it."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.counts import ACTIVE_WITHIN, Activity, DayCount, Delays, PolledFeed
from storage.records import Failure, FeedId, State
from storage.schema import articles, chats, feeds, is_wanted, outbox, subscriptions

_DAYS = 30
_DAY = timedelta(days=1)
_DIGESTS = 10_000
"""The newest digests that their delays are taken from."""


async def activity(tx: AsyncConnection, now: datetime) -> Activity:
    """What the last days were like."""
    return Activity(await _active(tx, now), await _days(tx, now), await _delays(tx, now))


async def _active(tx: AsyncConnection, now: datetime) -> int:
    since = now - ACTIVE_WITHIN
    # Where a digest was due and there was something to follow, something was sent, as a rule.
    heard = and_(
        chats.c.last_digest_at >= since,
        chats.c.unreachable_since.is_(None),
        exists().where(subscriptions.c.chat_id == chats.c.id),
    )
    query = select(func.count()).select_from(chats)
    return int(await tx.scalar(query.where(or_(chats.c.asked_at >= since, heard))) or 0)


async def _days(tx: AsyncConnection, now: datetime) -> tuple[DayCount, ...]:
    today = datetime.combine(now.astimezone(UTC).date(), time(0), UTC)
    found = []
    for back in range(_DAYS - 1, -1, -1):
        begin = today - back * _DAY
        # A range of the index each.
        dated = articles.c.published_at >= begin, articles.c.published_at < begin + _DAY
        there = select(func.count()).select_from(articles).where(*dated)
        joined = select(func.count()).select_from(chats).where(chats.c.created_at < begin + _DAY)
        found.append(
            DayCount(
                begin.date(), int(await tx.scalar(there) or 0), int(await tx.scalar(joined) or 0)
            )
        )
    return tuple(found)


async def _delays(tx: AsyncConnection, now: datetime) -> Delays | None:
    rows = await tx.execute(
        select(outbox.c.due_at, outbox.c.settled_at)
        .where(
            outbox.c.settled_at >= now - _DAY,
            outbox.c.state == State.SENT.value,
            outbox.c.due_at.is_not(None),
            outbox.c.part == 1,
        )
        .order_by(outbox.c.settled_at.desc())
        .limit(_DIGESTS)
    )
    late = sorted(max(timedelta(0), row.settled_at - row.due_at) for row in rows)
    if not late:
        return None
    return Delays(len(late), late[(len(late) - 1) // 2], late[(len(late) - 1) * 19 // 20])


def _which(failing: bool) -> tuple[ColumnElement[bool], ...]:
    in_trouble = (or_(feeds.c.failures > 0, feeds.c.stopped_at.is_not(None)),)
    return in_trouble if failing else ()


async def count_polled(tx: AsyncConnection, *, failing: bool) -> int:
    """How many feeds are polled, or were until they were given up; with `failing`, only those in trouble."""
    query = select(func.count()).select_from(feeds).where(is_wanted, *_which(failing))
    return int(await tx.scalar(query) or 0)


async def polled(
    tx: AsyncConnection, *, failing: bool, first: int, limit: int
) -> tuple[PolledFeed, ...]:
    """Such feeds from the place `first` on, counted from 0: those that most chats follow first."""
    followers = (
        select(func.count())
        .where(subscriptions.c.feed_id == feeds.c.id)
        .correlate(feeds)
        .scalar_subquery()
        .label("followers")
    )
    rows = await tx.execute(
        select(
            *(feeds.c.id, feeds.c.title, feeds.c.url, feeds.c.failure, feeds.c.failure_detail),
            *(feeds.c.failing_since, feeds.c.next_visit_at, feeds.c.visited_at),
            *(feeds.c.stopped_at, followers),
        )
        .where(is_wanted, *_which(failing))
        .order_by(followers.desc(), feeds.c.title, feeds.c.id)
        .offset(first)
        .limit(limit)
    )
    return tuple(
        PolledFeed(
            id=FeedId(row.id),
            title=row.title,
            url=row.url,
            failure=None if row.failure is None else Failure(row.failure),
            failure_detail=row.failure_detail,
            failing_since=row.failing_since,
            next_visit_at=row.next_visit_at,
            visited_at=row.visited_at,
            stopped_at=row.stopped_at,
            followers=row.followers,
        )
        for row in rows
    )
