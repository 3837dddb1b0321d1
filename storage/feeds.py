"""Feeds, the visits to them and how those went."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Failure, Feed, FeedId, Visit
from storage.schema import feeds, subscriptions
from storage.upsert import insert_for

_COLUMNS = [feeds.c[field.name] for field in fields(Feed)]

_WANTED = or_(feeds.c.in_catalogue, exists().where(subscriptions.c.feed_id == feeds.c.id))
"""A feed that nobody follows and no catalogue lists is not polled."""


def _feed(row: Row[Any]) -> Feed:
    values = dict(row._mapping)
    values["failure"] = None if row.failure is None else Failure(row.failure)
    return Feed(**values)


async def find(tx: AsyncConnection, url: str) -> Feed | None:
    """The feed at exactly this address."""
    row = (await tx.execute(select(*_COLUMNS).where(feeds.c.url == url))).one_or_none()
    return None if row is None else _feed(row)


async def get(tx: AsyncConnection, feed_id: FeedId) -> Feed | None:
    """The feed with this id."""
    row = (await tx.execute(select(*_COLUMNS).where(feeds.c.id == feed_id))).one_or_none()
    return None if row is None else _feed(row)


async def add(
    tx: AsyncConnection, url: str, now: datetime, title: str = "", in_catalogue: bool = False
) -> Feed:
    """Keep a feed's address, due at once; an address that is known is left as it is."""
    await tx.execute(
        insert_for(tx)(feeds)
        .values(
            url=url,
            host=(urlsplit(url).hostname or "")[:255],
            title=title or urlsplit(url).hostname or url,
            in_catalogue=in_catalogue,
            next_visit_at=now,
            failures=0,
            failure_detail="",
        )
        .on_conflict_do_nothing(index_elements=[feeds.c.url])
    )
    feed = await find(tx, url)
    assert feed is not None
    return feed


async def set_catalogue(
    tx: AsyncConnection, outlines: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Make the catalogue exactly these feeds, given as (address, title).

    Feeds that fell out of it stay, with their articles, and are polled as long as somebody follows them.
    """
    listed: Collection[str] = {url for url, _ in outlines}
    await tx.execute(
        update(feeds)
        .where(feeds.c.in_catalogue, feeds.c.url.not_in(listed))
        .values(in_catalogue=False)
    )
    for url, title in outlines:
        await add(tx, url, now, title)
    await tx.execute(update(feeds).where(feeds.c.url.in_(listed)).values(in_catalogue=True))


async def claim_due(
    tx: AsyncConnection, now: datetime, owner: str, lease: timedelta, limit: int, per_host: int
) -> tuple[Feed, ...]:
    """Take up to `limit` due feeds, at most `per_host` of one host, for `lease` from `now`.

    A claimed feed is nobody else's until it is recorded or the lease is over.
    """
    waiting = and_(
        feeds.c.next_visit_at <= now,
        or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now),
        _WANTED,
    )
    order = func.row_number().over(partition_by=feeds.c.host, order_by=feeds.c.next_visit_at)
    ranked = (
        select(feeds.c.id, feeds.c.next_visit_at, order.label("place")).where(waiting).subquery()
    )
    # The outer query asks again what is due: another process may have claimed since the inner one.
    chosen = (
        select(feeds.c.id)
        .join(ranked, ranked.c.id == feeds.c.id)
        .where(ranked.c.place <= per_host, waiting)
        .order_by(feeds.c.next_visit_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=feeds)
    )
    rows = await tx.execute(
        update(feeds)
        .where(feeds.c.id.in_(chosen))
        .values(lease_owner=owner, leased_until=now + lease)
        .returning(*_COLUMNS)
    )
    return tuple(_feed(row) for row in rows)


async def record(tx: AsyncConnection, feed_id: FeedId, visit: Visit) -> None:
    """Write down how a visit went, and give the feed back."""
    values: dict[str, Any] = {
        "next_visit_at": visit.next_visit_at,
        "lease_owner": None,
        "leased_until": None,
    }
    if visit.failure is None:
        values |= {
            "visited_at": visit.at,
            "etag": visit.etag,
            "last_modified": visit.last_modified,
            "failures": 0,
            "failing_since": None,
            "failure": None,
            "failure_detail": "",
        }
        said = {"title": visit.title, "site_url": visit.site_url, "language": visit.language}
        values |= {name: value for name, value in said.items() if value is not None}
    else:
        values |= {
            "failures": feeds.c.failures + 1,
            "failing_since": func.coalesce(feeds.c.failing_since, visit.at),
            "failure": visit.failure.value,
            "failure_detail": visit.failure_detail,
        }
    await tx.execute(update(feeds).where(feeds.c.id == feed_id).values(values))
