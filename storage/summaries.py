"""Summaries that an endpoint wrote, and how often it was asked today.

A key begins with the articles that the summary was made of, lest it outlives them where they are to leave no trace.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches, present
from storage.database import mark, set_mark
from storage.records import ArticleId
from storage.schema import articles, summaries
from storage.summary_keys import made_of
from storage.upsert import insert_for

_ASKED = "summaries asked"
"""The mark that counts: a day and how many requests were granted on it, as "2026-11-20 17"."""


async def get(tx: AsyncConnection, keys: Collection[str]) -> dict[str, str]:
    """What is kept under these keys; an empty text where nothing fit for readers was written."""
    found: dict[str, str] = {}
    for some in batches(keys):
        rows = await tx.execute(
            select(summaries.c.key, summaries.c.text).where(summaries.c.key.in_(some))
        )
        found.update((key, text) for key, text in rows)
    return found


async def put(tx: AsyncConnection, texts: Mapping[str, str], now: datetime) -> None:
    """Keep texts under their keys, in place of what stood there; none that is made of an article that is gone."""
    named = frozenset().union(*map(made_of, texts))
    there = await present(tx, articles.c.id, named)
    texts = {key: text for key, text in texts.items() if made_of(key) <= there}
    if not texts:
        return
    statement = insert_for(tx)(summaries)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[summaries.c.key],
            set_={"text": statement.excluded.text, "made_at": statement.excluded.made_at},
        ),
        [{"key": key, "text": text, "made_at": now} for key, text in texts.items()],
    )


async def drop_made_of(tx: AsyncConnection, ids: Collection[ArticleId]) -> None:
    """Drop what was made of any of these articles, and what an earlier version kept without saying of which."""
    gone = frozenset(ids)
    keys = (await tx.scalars(select(summaries.c.key))).all() if gone else ()
    for some in batches(key for key in keys if not made_of(key) or made_of(key) & gone):
        await tx.execute(delete(summaries).where(summaries.c.key.in_(some)))


async def prune(tx: AsyncConnection, before: datetime) -> None:
    """Drop what was written before then."""
    await tx.execute(delete(summaries).where(summaries.c.made_at < before))


async def take(tx: AsyncConnection, day: date, wanted: int, most: int) -> int:
    """Take requests of a day that has at most `most` of them; how many of the `wanted` are granted."""
    asked = await _asked(tx, day)
    granted = max(0, min(wanted, most - asked))
    if granted:
        await set_mark(tx, _ASKED, f"{day.isoformat()} {asked + granted}")
    return granted


async def give_back(tx: AsyncConnection, day: date, count: int) -> None:
    """Give back requests of that day which were taken and not made; nothing if the day is over."""
    asked = await _asked(tx, day)
    if count and asked:
        await set_mark(tx, _ASKED, f"{day.isoformat()} {max(0, asked - count)}")


async def _asked(tx: AsyncConnection, day: date) -> int:
    noted, _, count = (await mark(tx, _ASKED) or "").partition(" ")
    return int(count) if noted == day.isoformat() else 0
