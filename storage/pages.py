"""Pages of articles that are to be read, since their feeds say too little of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ArticleId
from storage.schema import articles, page_visits
from storage.upsert import insert_for


async def put(tx: AsyncConnection, ids: Sequence[ArticleId], now: datetime) -> None:
    """Note that the pages of these articles are to be read."""
    if ids:
        await tx.execute(
            insert_for(tx)(page_visits).on_conflict_do_nothing(),
            [{"article_id": id, "next_try_at": now, "attempts": 0} for id in ids],
        )


async def claim_due(
    tx: AsyncConnection, now: datetime, again: datetime, limit: int
) -> tuple[tuple[ArticleId, str, int], ...]:
    """Take up to `limit` pages whose turn it is, newest articles first: article, address, earlier attempts.

    What is not settled meanwhile is due at `again`.
    """
    rows = tuple(
        (ArticleId(id), url, attempts)
        for id, url, attempts in await tx.execute(
            select(articles.c.id, articles.c.url, page_visits.c.attempts)
            .join(page_visits, page_visits.c.article_id == articles.c.id)
            .where(page_visits.c.next_try_at <= now)
            .order_by(articles.c.id.desc())
            .limit(limit)
            .with_for_update(skip_locked=True, of=page_visits)
        )
    )
    await tx.execute(
        update(page_visits)
        .where(page_visits.c.article_id.in_([id for id, _, _ in rows]))
        .values(next_try_at=again, attempts=page_visits.c.attempts + 1)
    )
    return rows


async def later(tx: AsyncConnection, id: ArticleId, at: datetime) -> None:
    """Put a page off without counting the attempt."""
    await tx.execute(
        update(page_visits)
        .where(page_visits.c.article_id == id)
        .values(next_try_at=at, attempts=page_visits.c.attempts - 1)
    )


async def settle(
    tx: AsyncConnection,
    id: ArticleId,
    text: str = "",
    image_url: str = "",
    language: str | None = None,
) -> None:
    """Keep what a page says, if it says anything, and do not read it again."""
    if text or image_url or language:
        values = {"text": text, "image_url": image_url, "language": language}
        await tx.execute(
            update(articles)
            .where(articles.c.id == id)
            .values(**{name: value for name, value in values.items() if value})
        )
    await tx.execute(delete(page_visits).where(page_visits.c.article_id == id))
