"""WebSub: the hubs that were asked to announce feeds, and what they answered (https://www.w3.org/TR/websub/)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import FeedId, HubSubscription
from storage.schema import Moment, feeds, hub_subscriptions, is_wanted
from storage.upsert import insert_for

_COLUMNS = (
    hub_subscriptions.c.feed_id,
    hub_subscriptions.c.token,
    hub_subscriptions.c.hub_url,
    hub_subscriptions.c.topic_url,
    hub_subscriptions.c.secret,
)


async def announced(
    tx: AsyncConnection, ids: Collection[FeedId], now: datetime
) -> dict[FeedId, datetime]:
    """Which of these feeds a hub announces at present, and since when it does."""
    rows = await tx.execute(
        select(hub_subscriptions.c.feed_id, hub_subscriptions.c.announcing_since).where(
            hub_subscriptions.c.feed_id.in_(ids),
            hub_subscriptions.c.verified_until > now,
            hub_subscriptions.c.announcing_since.is_not(None),
        )
    )
    return {FeedId(row.feed_id): row.announcing_since for row in rows}


async def by_token(tx: AsyncConnection, token: str) -> HubSubscription | None:
    """The one whose callback address holds this token."""
    rows = await tx.execute(select(*_COLUMNS).where(hub_subscriptions.c.token == token))
    row = rows.one_or_none()
    return None if row is None else HubSubscription(*row)


async def wanting(tx: AsyncConnection, limit: int) -> tuple[tuple[FeedId, str, str], ...]:
    """Feeds that are polled and name a hub (feed, hub, topic) which was not asked yet, or another one."""
    rows = await tx.execute(
        select(feeds.c.id, feeds.c.hub_url, feeds.c.hub_topic)
        .outerjoin(hub_subscriptions, hub_subscriptions.c.feed_id == feeds.c.id)
        .where(
            feeds.c.hub_url != "",
            feeds.c.hub_topic != "",
            feeds.c.stopped_at.is_(None),
            is_wanted,
            or_(
                hub_subscriptions.c.feed_id.is_(None),
                hub_subscriptions.c.hub_url != feeds.c.hub_url,
                hub_subscriptions.c.topic_url != feeds.c.hub_topic,
            ),
        )
        .order_by(feeds.c.id)
        .limit(limit)
    )
    return tuple((FeedId(id), hub, topic) for id, hub, topic in rows)


async def unwanted(tx: AsyncConnection, limit: int) -> tuple[HubSubscription, ...]:
    """Those of feeds that are not polled any more, or name no hub any more."""
    rows = await tx.execute(
        select(*_COLUMNS)
        .join(feeds, feeds.c.id == hub_subscriptions.c.feed_id)
        .where(or_(~is_wanted, feeds.c.stopped_at.is_not(None), feeds.c.hub_url == ""))
        .order_by(hub_subscriptions.c.feed_id)
        .limit(limit)
    )
    return tuple(HubSubscription(*row) for row in rows)


async def put(
    tx: AsyncConnection,
    feed_id: FeedId,
    hub_url: str,
    topic_url: str,
    token: str,
    secret: str,
    now: datetime,
) -> None:
    """Note that a hub is to be asked, with the token of its callback and the secret that it signs with."""
    values = {
        "hub_url": hub_url,
        "topic_url": topic_url,
        "token": token,
        "secret": secret,
        "verified_until": None,
        "announcing_since": None,
        "next_try_at": now,
    }
    await tx.execute(
        insert_for(tx)(hub_subscriptions)
        .values(feed_id=feed_id, **values)
        .on_conflict_do_update(index_elements=[hub_subscriptions.c.feed_id], set_=values)
    )


async def claim_due(
    tx: AsyncConnection, now: datetime, again: datetime, limit: int
) -> tuple[HubSubscription, ...]:
    """Take those that are to be asked (again) now; if nothing comes of it, they are due at `again`."""
    due = (
        select(hub_subscriptions.c.feed_id)
        .where(hub_subscriptions.c.next_try_at <= now)
        .order_by(hub_subscriptions.c.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.execute(
        update(hub_subscriptions)
        .where(hub_subscriptions.c.feed_id.in_(due))
        .values(next_try_at=again)
        .returning(*_COLUMNS)
    )
    return tuple(HubSubscription(*row) for row in rows)


async def verified(
    tx: AsyncConnection, feed_id: FeedId, now: datetime, until: datetime, renew_at: datetime
) -> None:
    """Note that the hub has taken it on, or goes on with it, until then."""
    await tx.execute(
        update(hub_subscriptions)
        .where(hub_subscriptions.c.feed_id == feed_id)
        .values(
            verified_until=until,
            next_try_at=renew_at,
            announcing_since=func.coalesce(
                hub_subscriptions.c.announcing_since, literal(now, Moment)
            ),
        )
    )


async def put_off(tx: AsyncConnection, feed_id: FeedId, again: datetime) -> None:
    """Ask the hub again at `again`; what it has promised holds until then."""
    await tx.execute(
        update(hub_subscriptions)
        .where(hub_subscriptions.c.feed_id == feed_id)
        .values(next_try_at=again)
    )


async def refused(tx: AsyncConnection, feed_id: FeedId, again: datetime) -> None:
    """Note that the hub announces it no longer; it is asked again at `again`."""
    await tx.execute(
        update(hub_subscriptions)
        .where(hub_subscriptions.c.feed_id == feed_id)
        .values(verified_until=None, announcing_since=None, next_try_at=again)
    )


async def drop(tx: AsyncConnection, ids: Collection[FeedId]) -> None:
    """Forget those of these feeds."""
    await tx.execute(delete(hub_subscriptions).where(hub_subscriptions.c.feed_id.in_(ids)))


async def drop_all(tx: AsyncConnection) -> None:
    """Forget all of them: their callbacks lead here no longer."""
    await tx.execute(delete(hub_subscriptions))
