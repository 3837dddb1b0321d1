"""Stories that turned out to be one: what belongs to one of them goes over to the other."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, case, delete, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.records import StoryId
from storage.schema import articles, saved, stories, story_joins, told, votes
from storage.upsert import insert_for


async def join_stories(tx: AsyncConnection, gone: StoryId, into: StoryId) -> None:
    """Make two stories one: articles, and what chats were told of it or did with it, go over from `gone`, which ends.

    A chat that was told either was told the one, at the later time and up to the newer article, so that nobody
    is told it again. Does nothing if either is not there any more.
    """
    both = (await tx.scalars(select(stories.c.id).where(stories.c.id.in_((gone, into))))).all()
    if len(set(both)) < 2:
        return
    await tx.execute(update(articles).where(articles.c.story_id == gone).values(story_id=into))
    for table, dated in ((told, "told_at"), (votes, "voted_at"), (saved, "saved_at")):
        await _hand_over(tx, table, dated, gone, into)
    first = select(func.min(stories.c.first_seen_at)).where(stories.c.id.in_((gone, into)))
    await tx.execute(
        update(stories).where(stories.c.id == into).values(first_seen_at=first.scalar_subquery())
    )
    await tx.execute(delete(stories).where(stories.c.id == gone))
    # What went over before has gone further now.
    await tx.execute(update(story_joins).where(story_joins.c.into_id == gone).values(into_id=into))
    await tx.execute(story_joins.insert().values(story_id=gone, into_id=into))


async def _hand_over(
    tx: AsyncConnection, table: Table, dated: str, gone: StoryId, into: StoryId
) -> None:
    """Of two rows that a chat has, the later one counts, and the newest article of both."""
    kept = [column.name for column in table.columns if column.name not in ("chat_id", "story_id")]
    rows = select(table.c.chat_id, literal(into), *(table.c[name] for name in kept))
    insert = insert_for(tx)(table).from_select(
        ["chat_id", "story_id", *kept], rows.where(table.c.story_id == gone)
    )
    later = insert.excluded[dated] > table.c[dated]
    renewed: dict[str, Any] = {
        name: case((later, insert.excluded[name]), else_=table.c[name]) for name in kept
    }
    if "up_to" in renewed:
        newer = insert.excluded.up_to > table.c.up_to
        renewed["up_to"] = case((newer, insert.excluded.up_to), else_=table.c.up_to)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[table.c.chat_id, table.c.story_id], set_=renewed
        )
    )


async def joins_after(tx: AsyncConnection, after: int) -> tuple[tuple[int, StoryId, StoryId], ...]:
    """The joins with larger numbers than `after`, in their order: number, story that is gone, its heir."""
    rows = await tx.execute(
        select(story_joins.c.id, story_joins.c.story_id, story_joins.c.into_id)
        .where(story_joins.c.id > after)
        .order_by(story_joins.c.id)
    )
    return tuple((number, StoryId(gone), StoryId(into)) for number, gone, into in rows)


async def heirs(tx: AsyncConnection, ids: Collection[StoryId]) -> dict[StoryId, StoryId]:
    """What became of those of these stories that went over to others: a button may name one that is gone."""
    found: dict[StoryId, StoryId] = {}
    for some in batches(ids):
        rows = await tx.execute(
            select(story_joins.c.story_id, story_joins.c.into_id).where(
                story_joins.c.story_id.in_(some)
            )
        )
        found.update((StoryId(gone), StoryId(into)) for gone, into in rows)
    return found


async def forget_joins(tx: AsyncConnection) -> None:
    """Drop what is known of stories whose heirs are gone, too."""
    await tx.execute(
        delete(story_joins).where(~exists().where(stories.c.id == story_joins.c.into_id))
    )
