"""All that is kept of one chat: as rows to be shown, and the end of it.

The tables are walked, not listed: what a later version keeps of chats is shown and erased without a word here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.records import BEFORE_ALL, ChatId, TopicId
from storage.schema import (
    articles,
    broadcasts,
    chats,
    feeds,
    metadata,
    people,
    subscriptions,
    topic_changes,
    topics,
    updates,
)

Rows = tuple[Mapping[str, Any], ...]
"""Each by the names of its columns."""

_HOUSEKEEPING = (
    "leased_until",
    "next_try_at",
    "attempts",
    "doubts",
    "keyboard",
    "fallback",
    "rich",
    "key",
)
"""What says nothing of a chat, but how the work goes, or is nobody's to know."""

_MOST_ROWS = 50_000
"""Of one table: a file of them can still be sent."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone with a chat."""

    chat: bool
    """False if nothing was kept of it."""
    topics: frozenset[TopicId]
    """The topics that were searched for or followed, and that nobody follows now."""


async def everything_of(tx: AsyncConnection, chat_id: ChatId) -> Mapping[str, Rows]:
    """What is kept of a chat, by table, newest rows of very long tables; tables without any are left out.

    Beside the id of a feed, topic or story stands what it is: `feed`, `topic`, `headline`, `link`; and `feed_url`
    where the chat follows the feed: an address may be a secret of others.
    """
    found = {}
    for table, mine in _of_chat(chat_id):
        columns: list[Any] = [column for column in table.c if column.name not in _HOUSEKEEPING]
        source: Any = table
        if "feed_id" in table.c:
            source = source.outerjoin(feeds, feeds.c.id == table.c.feed_id)
            columns.append(feeds.c.title.label("feed"))
        if table is subscriptions:
            columns.append(feeds.c.url.label("feed_url"))
        if "topic_id" in table.c:
            source = source.outerjoin(topics, topics.c.id == table.c.topic_id)
            columns.append(topics.c.text.label("topic"))
        if "story_id" in table.c:
            columns += [
                _first_report(table, articles.c.title).label("headline"),
                _first_report(table, articles.c.url).label("link"),
            ]
        newest_first = [column.desc() for column in table.primary_key.columns]
        rows = await tx.execute(
            select(*columns)
            .select_from(source)
            .where(mine)
            .order_by(*newest_first)
            .limit(_MOST_ROWS)
        )
        if kept := tuple(dict(row) for row in rows.mappings()):
            found[table.name] = tuple(reversed(kept))
    return found


def _first_report(table: Table, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of the oldest article that tells the story of a row."""
    return (
        select(column)
        .where(articles.c.story_id == table.c.story_id)
        .order_by(articles.c.published_at, articles.c.id)
        .limit(1)
        .scalar_subquery()
    )


async def erase(tx: AsyncConnection, chat_id: ChatId) -> Erased:
    """Delete every row of a chat, whatever names it elsewhere, and the topics that nobody follows any more.

    Nobody knows who searched for what, so all topics go that nobody follows: others search anew. What is banned
    stays banned. What the rows leave behind in a SQLite file is a matter of `Database.scrub`.
    """
    await _erase_what_was_said(tx, chat_id)
    followed = subscriptions.c.chat_id == chat_id, subscriptions.c.topic_id.is_not(None)
    changed = [
        {"topic_id": id}
        for id in await tx.scalars(select(subscriptions.c.topic_id).where(*followed))
    ]
    if changed:
        await tx.execute(topic_changes.insert(), changed)
    await tx.execute(update(chats).where(chats.c.manages == chat_id).values(manages=None))
    await tx.execute(delete(people).where(people.c.id == chat_id, people.c.banned_at.is_(None)))
    await _erase_from_broadcasts(tx, chat_id)
    known = False
    for table, mine_there in reversed(_of_chat(chat_id)):
        if table not in (people, updates):
            gone = (await tx.execute(delete(table).where(mine_there))).rowcount
            known = known or bool(gone)
    return Erased(known, await _erase_topics(tx))


def _of_chat(chat_id: ChatId) -> list[tuple[Table, ColumnElement[bool]]]:
    """The tables with rows of chats, each with the condition for those of this one; parents first."""
    found: list[tuple[Table, ColumnElement[bool]]] = []
    for table in metadata.sorted_tables:
        if table in (chats, people):
            found.append((table, table.c.id == chat_id))
        elif "chat_id" in table.c:
            found.append((table, table.c.chat_id == chat_id))
    return found


async def _erase_what_was_said(tx: AsyncConnection, chat_id: ChatId) -> None:
    """Empty the updates of a chat; those of no chat that name the person, such as inline queries, as well.

    Their numbers stay: Telegram may repeat what it is not sure was taken.
    """
    named = (updates.c.content.contains(f'"id":{chat_id}{end}') for end in (",", "}"))
    of_person = updates.c.chat_id.is_(None) & or_(*named)
    await tx.execute(
        update(updates)
        .where(or_(updates.c.chat_id == chat_id, of_person))
        .values(chat_id=None, content="", leased_until=None, done_at=updates.c.received_at)
    )


async def _erase_from_broadcasts(tx: AsyncConnection, chat_id: ChatId) -> None:
    """Forget who wrote a message to all chats, and that this chat was the last one that it was put for."""
    mine = broadcasts.c.made_by == chat_id
    await tx.execute(update(broadcasts).where(mine).values(made_by=0))
    # It goes on with the same chats after the one before.
    before = select(func.max(chats.c.id)).where(chats.c.id < chat_id).scalar_subquery()
    last = broadcasts.c.put_to == chat_id
    put_to = func.coalesce(before, BEFORE_ALL)
    await tx.execute(update(broadcasts).where(last).values(put_to=put_to))


async def _erase_topics(tx: AsyncConnection) -> frozenset[TopicId]:
    orphans = ~exists().where(subscriptions.c.topic_id == topics.c.id)
    ids = [TopicId(id) for id in await tx.scalars(select(topics.c.id).where(orphans))]
    for some in batches(ids):
        await tx.execute(delete(topics).where(topics.c.id.in_(some)))
    return frozenset(ids)
