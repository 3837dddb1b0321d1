"""The end of feeds that nobody follows and no list of the operator names: their addresses may be somebody's secret.

    hide ─▶ left, some at a time ─▶ drop ─▶ … ─▶ end

A hidden feed is found by nobody and visited no more; what was being fetched of it finds no place to be kept in. It stays
as a name without an address as long as a chat has saved a story with an article of it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.articles import IS_FREE, article_of, select_articles
from storage.batches import batches
from storage.joins import forget_joins
from storage.records import Article, ArticleId
from storage.schema import (
    HIDDEN,
    aliases,
    articles,
    dropped,
    feeds,
    hosts,
    hub_subscriptions,
    is_hidden,
    is_wanted,
    stories,
)

_BLANK = (
    *("site_url", "language", "etag", "last_modified", "body_hash", "outline", "in_full_at"),
    *("visited_at", "newest_entry_at", "failing_since", "failure", "moved_to", "moved_since"),
    *("lease_owner", "leased_until"),
)
"""What a hidden feed has no more of."""


async def hide(
    tx: AsyncConnection, now: datetime, *, visited_before: datetime | None = None
) -> int:
    """Take the addresses of all such feeds, and all that was known of them but their names; how many there were.

    If a time is given, only of those that nobody has wanted to be visited since. A host that has no other feed is
    forgotten as well, unless it asked for a pause that is not over.
    """
    these = select(feeds.c.id, feeds.c.host).where(~is_wanted, ~is_hidden)
    if visited_before is not None:
        # One that fails is visited again and again while it is wanted, and none of that counts as a visit.
        these = these.where(
            feeds.c.visited_at < visited_before, feeds.c.next_visit_at < visited_before
        )
    rows = (await tx.execute(these)).all()
    for some in batches(row.id for row in rows):
        for table in (aliases, hub_subscriptions, dropped):
            await tx.execute(delete(table).where(table.c.feed_id.in_(some)))
        await tx.execute(
            update(feeds)
            .where(feeds.c.id.in_(some))
            .values(
                **dict.fromkeys(_BLANK),
                url=literal_column(f"'{HIDDEN}'") + feeds.c.id.cast(feeds.c.url.type),
                host="",
                folder="",
                failure_detail="",
                hub_url="",
                hub_topic="",
                failures=0,
                stopped_at=now,
            )
        )
    others = exists().where(feeds.c.host == hosts.c.host)
    in_pause = hosts.c.paused_until.is_not(None) & (hosts.c.paused_until > now)
    for names in batches({row.host for row in rows}):
        await tx.execute(delete(hosts).where(hosts.c.host.in_(names), ~others, ~in_pause))
    return len(rows)


async def left(tx: AsyncConnection, limit: int) -> tuple[Article, ...]:
    """Articles of hidden feeds that belong to no saved story, up to `limit`."""
    found: list[Article] = []
    for some in batches(await tx.scalars(select(feeds.c.id).where(is_hidden).order_by(feeds.c.id))):
        query = select_articles().where(articles.c.feed_id.in_(some), IS_FREE)
        rows = await tx.execute(query.order_by(articles.c.feed_id, articles.c.id).limit(limit))
        found += (article_of(row) for row in rows)
        if len(found) >= limit:
            break
    return tuple(found[:limit])


async def drop(tx: AsyncConnection, ids: Collection[ArticleId]) -> None:
    """Delete these articles, and the stories that nothing is left of. Nobody remembers them, as `articles.drop` does."""
    for some in batches(ids):
        theirs = select(articles.c.story_id).where(articles.c.id.in_(some)).distinct()
        touched = list(await tx.scalars(theirs))
        await tx.execute(delete(articles).where(articles.c.id.in_(some)))
        empty = ~exists().where(articles.c.story_id == stories.c.id)
        await tx.execute(delete(stories).where(stories.c.id.in_(touched), empty))
    await forget_joins(tx)


async def end(tx: AsyncConnection) -> None:
    """Delete the hidden feeds that no article is left of."""
    await tx.execute(
        delete(feeds).where(is_hidden, ~exists().where(articles.c.feed_id == feeds.c.id))
    )
