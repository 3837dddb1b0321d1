"""What chats were told, and when."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import FOREVER, ArticleId, ChatId, StoryId, Told
from storage.schema import told
from storage.upsert import insert_for


async def tell(
    tx: AsyncConnection,
    chat_id: ChatId,
    stories: Iterable[tuple[StoryId, ArticleId]],
    now: datetime,
) -> None:
    """Remember that a chat was told these stories, in this order, each up to an article: later ones may make an update.

    An update takes the place of what was told before.
    """
    # A button names this time in whole seconds.
    now = now.replace(microsecond=0)
    rows = [
        {
            "chat_id": chat_id,
            "story_id": story_id,
            "told_at": now,
            "up_to": up_to,
            "place": place,
        }
        for place, (story_id, up_to) in enumerate(stories, start=1)
    ]
    if rows:
        await tx.execute(_telling(insert_for(tx)), rows)


@cache
def _telling(insert_of: Any) -> Any:
    """Put together once for each database: every digest needs it."""
    insert = insert_of(told)
    renewed = {name: insert.excluded[name] for name in ("told_at", "up_to", "place")}
    keys = [told.c.chat_id, told.c.story_id]
    return insert.on_conflict_do_update(index_elements=keys, set_=renewed)


_PLACES = (
    select(told.c.place, told.c.story_id)
    .where(told.c.chat_id == bindparam("chat"), told.c.told_at == bindparam("at"))
    .order_by(told.c.place)
    .limit(bindparam("most"))
)


async def places_at(
    tx: AsyncConnection, chat_id: ChatId, at: datetime, limit: int
) -> tuple[tuple[int, StoryId], ...]:
    """The stories that a chat was told at that time and not again since, each with its number in that digest, from 1."""
    rows = await tx.execute(_PLACES, {"chat": chat_id, "at": at, "most": limit})
    return tuple((row.place, StoryId(row.story_id)) for row in rows)


_LAST_TOLD = select(func.max(told.c.told_at)).where(
    told.c.chat_id == bindparam("chat"), told.c.told_at <= bindparam("until")
)


async def last_told_at(
    tx: AsyncConnection, chat_id: ChatId, until: datetime | None = None
) -> datetime | None:
    """When a chat was told its last stories, to the second, until then if that is given; None if it was told none."""
    asked = {"chat": chat_id, "until": until or FOREVER}
    at: datetime | None = await tx.scalar(_LAST_TOLD, asked)
    return at


_TOLD = select(told.c.story_id, told.c.told_at, told.c.up_to).where(
    told.c.chat_id == bindparam("chat"),
    told.c.story_id.between(bindparam("first"), bindparam("last")),
)


async def told_of(
    tx: AsyncConnection, chat_id: ChatId, among: Collection[StoryId]
) -> dict[StoryId, Told]:
    """Which of these stories a chat was told."""
    if not among:
        return {}
    # Those between them are few, and stay behind here: a long list would have to be sent.
    asked = {"chat": chat_id, "first": min(among), "last": max(among)}
    rows = await tx.execute(_TOLD, asked)
    wanted = set(among)
    return {StoryId(row.story_id): Told(*row) for row in rows if row.story_id in wanted}
