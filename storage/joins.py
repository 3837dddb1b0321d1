"""Stories that turned out to be one: what belongs to one of them goes over to the other."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches, present
from storage.hand_over import OF_STORIES, hand_over
from storage.records import StoryId
from storage.schema import articles, stories, story_joins, told

_NEWEST_JOIN = select(func.max(story_joins.c.id))


async def existing(tx: AsyncConnection, ids: Collection[StoryId]) -> frozenset[StoryId]:
    """Which of these stories are there; others went over to another one, or were pruned."""
    return await present(tx, stories.c.id, ids)


async def join_stories(tx: AsyncConnection, gone: StoryId, into: StoryId) -> None:
    """Make two stories one: articles, and what chats were told of it or did with it, go over from `gone`, which ends.

    A chat that was told either was told the one, at the later time and with all articles that it has, so that
    nobody is told it again. Does nothing if either is not there any more.
    """
    if len(await existing(tx, (gone, into))) < 2:
        return
    await tx.execute(update(articles).where(articles.c.story_id == gone).values(story_id=into))
    for table, dated in OF_STORIES:
        await hand_over(tx, table, dated, table.c.story_id, gone, into)
    # What the other story had is no news to who was told one of them.
    newest = select(func.max(articles.c.id)).where(articles.c.story_id == into).scalar_subquery()
    await tx.execute(
        update(told).where(told.c.story_id == into, told.c.up_to < newest).values(up_to=newest)
    )
    first = select(func.min(stories.c.first_seen_at)).where(stories.c.id.in_((gone, into)))
    await tx.execute(
        update(stories).where(stories.c.id == into).values(first_seen_at=first.scalar_subquery())
    )
    await tx.execute(delete(stories).where(stories.c.id == gone))
    # What went over before has gone further now.
    await tx.execute(update(story_joins).where(story_joins.c.into_id == gone).values(into_id=into))
    await tx.execute(story_joins.insert().values(story_id=gone, into_id=into))


async def newest_join(tx: AsyncConnection) -> int:
    """The number of the last time that two stories turned out to be one, as far as that is remembered; else 0."""
    return int(await tx.scalar(_NEWEST_JOIN) or 0)


async def joins_after(tx: AsyncConnection, after: int) -> tuple[tuple[int, StoryId, StoryId], ...]:
    """The joins with larger numbers than `after`, in their order: number, story that is gone, its heir."""
    rows = await tx.execute(
        select(story_joins.c.id, story_joins.c.story_id, story_joins.c.into_id)
        .where(story_joins.c.id > after)
        .order_by(story_joins.c.id)
    )
    return tuple((number, StoryId(gone), StoryId(into)) for number, gone, into in rows)


_HEIRS = select(story_joins.c.story_id, story_joins.c.into_id).where(
    story_joins.c.story_id.in_(bindparam("some", expanding=True))
)


async def heirs(tx: AsyncConnection, ids: Collection[StoryId]) -> dict[StoryId, StoryId]:
    """What became of those of these stories that went over to others: a button may name one that is gone."""
    found: dict[StoryId, StoryId] = {}
    for some in batches(ids):
        rows = await tx.execute(_HEIRS, {"some": some})
        found.update((StoryId(gone), StoryId(into)) for gone, into in rows)
    return found


async def forget_joins(tx: AsyncConnection) -> None:
    """Drop what is known of stories whose heirs are gone, too."""
    await tx.execute(
        delete(story_joins).where(~exists().where(stories.c.id == story_joins.c.into_id))
    )
