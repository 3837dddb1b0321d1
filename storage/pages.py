"""Pages of articles that are to be read, since their feeds say too little of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ArticleId
from storage.schema import articles, hosts, page_visits
from storage.upsert import insert_for


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A page that is to be read now."""

    article_id: ArticleId
    url: str
    attempt: int
    """From 1."""


async def put(tx: AsyncConnection, ids: Collection[ArticleId], now: datetime) -> None:
    """Note that the pages of these articles are to be read."""
    if ids:
        await tx.execute(
            insert_for(tx)(page_visits).on_conflict_do_nothing(),
            [{"article_id": id, "next_try_at": now, "attempts": 0} for id in ids],
        )


async def any_due(tx: AsyncConnection, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return bool(
        await tx.scalar(
            select(page_visits.c.article_id).where(page_visits.c.next_try_at <= now).limit(1)
        )
    )


async def claim_due(
    tx: AsyncConnection, now: datetime, again: datetime, limit: int
) -> tuple[PageVisit, ...]:
    """Take up to `limit` pages whose turn it is, newest articles first; what is not settled is due at `again`."""
    rows = await tx.execute(
        select(articles.c.id, articles.c.url, page_visits.c.attempts)
        .join(page_visits, page_visits.c.article_id == articles.c.id)
        .where(page_visits.c.next_try_at <= now)
        .order_by(articles.c.id.desc())
        .limit(limit)
        .with_for_update(skip_locked=True, of=page_visits)
    )
    found = tuple(PageVisit(ArticleId(id), url, attempts + 1) for id, url, attempts in rows)
    await tx.execute(
        update(page_visits)
        .where(page_visits.c.article_id.in_([visit.article_id for visit in found]))
        .values(next_try_at=again, attempts=page_visits.c.attempts + 1)
    )
    return found


async def grant(
    tx: AsyncConnection, host: str, now: datetime, hour: timedelta, most: int
) -> datetime | None:
    """Take one of the `most` pages that a host gives in an `hour`; if there is none left, until when to wait.

    A pause that the host asked for is waited for as well.
    """
    row = (
        await tx.execute(
            select(hosts.c.paused_until, hosts.c.pages_since, hosts.c.pages).where(
                hosts.c.host == host[:255]
            )
        )
    ).one_or_none()
    since, count = now, 0
    if row is not None:
        if row.paused_until is not None and row.paused_until > now:
            paused: datetime = row.paused_until
            return paused
        if row.pages_since is not None and row.pages_since + hour > now:
            since, count = row.pages_since, row.pages
    if count >= most:
        return since + hour
    taken = {"pages_since": since, "pages": count + 1}
    await tx.execute(
        insert_for(tx)(hosts)
        .values(host=host[:255], next_request_at=now, **taken)
        .on_conflict_do_update(index_elements=[hosts.c.host], set_=taken)
    )
    return None


async def later(tx: AsyncConnection, id: ArticleId, at: datetime) -> None:
    """Put a page off without counting the attempt."""
    await tx.execute(
        update(page_visits)
        .where(page_visits.c.article_id == id)
        .values(next_try_at=at, attempts=page_visits.c.attempts - 1)
    )


async def retry(tx: AsyncConnection, id: ArticleId, at: datetime) -> None:
    """Let a page be asked for again at `at`."""
    await tx.execute(
        update(page_visits).where(page_visits.c.article_id == id).values(next_try_at=at)
    )


async def settle(
    tx: AsyncConnection,
    id: ArticleId,
    text: str = "",
    image_url: str = "",
    language: str = "",
    published_at: datetime | None = None,
) -> None:
    """Keep what a page says, if it says anything, and do not read it again.

    Its date counts where the feed gave none: then the article is dated by when it was seen.
    """
    values = {"text": text, "image_url": image_url, "language": language}
    told = {name: value for name, value in values.items() if value}
    if told:
        await tx.execute(update(articles).where(articles.c.id == id).values(**told))
    if published_at is not None:
        await tx.execute(
            update(articles)
            .where(
                articles.c.id == id,
                articles.c.published_at >= articles.c.seen_at,
                articles.c.published_at > published_at,
            )
            .values(published_at=published_at)
        )
    await tx.execute(delete(page_visits).where(page_visits.c.article_id == id))
