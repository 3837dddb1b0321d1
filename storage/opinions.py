"""What chats think of stories and sources: thumbs, stories that they keep, and what they never want to see."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.joins import heirs
from storage.records import ChatId, FeedId, Mute, MuteId, Saved, StoryId, Vote
from storage.schema import articles, feeds
from storage.schema import mutes as _mutes
from storage.schema import saved as _saved
from storage.schema import votes as _votes
from storage.upsert import insert_for


async def vote(
    tx: AsyncConnection, chat_id: ChatId, story_id: StoryId, value: int, now: datetime
) -> bool | None:
    """Give a story a thumb, 1 or -1, in place of the one before; False if it has that one, None if it is gone."""
    kept = await _kept(tx, story_id)
    if kept is None:
        return None
    if await thumbs_among(tx, chat_id, value, [kept]):
        return False
    insert = insert_for(tx)(_votes)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[_votes.c.chat_id, _votes.c.story_id],
            set_={"value": insert.excluded.value, "voted_at": insert.excluded.voted_at},
        ),
        {"chat_id": chat_id, "story_id": kept, "value": value, "voted_at": now},
    )
    return True


async def take_back(
    tx: AsyncConnection, chat_id: ChatId, story_id: StoryId, value: int
) -> bool | None:
    """Take this thumb back; False if the story does not have it, None if it is gone."""
    kept = await _kept(tx, story_id)
    if kept is None:
        return None
    mine = (_votes.c.chat_id == chat_id, _votes.c.story_id == kept, _votes.c.value == value)
    return bool((await tx.execute(delete(_votes).where(*mine))).rowcount)


async def thumbs_among(
    tx: AsyncConnection, chat_id: ChatId, value: int, ids: Collection[StoryId]
) -> frozenset[StoryId]:
    """Which of these stories have this thumb of a chat."""
    mine = (_votes.c.chat_id == chat_id, _votes.c.value == value, _votes.c.story_id.in_(ids))
    return frozenset(StoryId(id) for id in await tx.scalars(select(_votes.c.story_id).where(*mine)))


async def saved_among(
    tx: AsyncConnection, chat_id: ChatId, ids: Collection[StoryId]
) -> frozenset[StoryId]:
    """Which of these stories a chat keeps."""
    mine = (_saved.c.chat_id == chat_id, _saved.c.story_id.in_(ids))
    return frozenset(StoryId(id) for id in await tx.scalars(select(_saved.c.story_id).where(*mine)))


async def chats_with_any(tx: AsyncConnection) -> frozenset[ChatId]:
    """The chats that gave a thumb or muted something."""
    some = union(select(_votes.c.chat_id), select(_mutes.c.chat_id))
    return frozenset(ChatId(id) for id in await tx.scalars(some))


_VOTES = (
    select(_votes.c.story_id, _votes.c.value, _votes.c.voted_at)
    .where(_votes.c.chat_id == bindparam("chat"))
    .order_by(_votes.c.voted_at.desc(), _votes.c.story_id.desc())
    .limit(bindparam("most"))
)
"""Asked for every digest, like `_MUTES`: they are put together once."""


async def votes(tx: AsyncConnection, chat_id: ChatId, limit: int) -> tuple[Vote, ...]:
    """A chat's thumbs, newest first."""
    rows = await tx.execute(_VOTES, {"chat": chat_id, "most": limit})
    return tuple(Vote(*row) for row in rows)


async def reset_votes(tx: AsyncConnection, chat_id: ChatId) -> int:
    """Forget a chat's thumbs; how many there were."""
    return int((await tx.execute(delete(_votes).where(_votes.c.chat_id == chat_id))).rowcount)


async def save(
    tx: AsyncConnection, chat_id: ChatId, story_id: StoryId, at: datetime
) -> bool | None:
    """Keep a story for a chat, however old it gets; False if it was kept already, None if it is gone."""
    kept = await _kept(tx, story_id)
    if kept is None:
        return None
    result = await tx.execute(
        insert_for(tx)(_saved)
        .values(chat_id=chat_id, story_id=kept, saved_at=at)
        .on_conflict_do_nothing()
    )
    return bool(result.rowcount)


async def unsave(tx: AsyncConnection, chat_id: ChatId, story_id: StoryId) -> datetime | None:
    """Keep a story no longer; when it was saved, or None if it was not."""
    kept = await _kept(tx, story_id)
    at: datetime | None = await tx.scalar(
        delete(_saved)
        .where(_saved.c.chat_id == chat_id, _saved.c.story_id == kept)
        .returning(_saved.c.saved_at)
    )
    return at


_SAVED = (
    select(_saved.c.story_id, _saved.c.saved_at)
    .where(_saved.c.chat_id == bindparam("chat"))
    .order_by(_saved.c.saved_at.desc(), _saved.c.story_id.desc())
    .limit(bindparam("most"))
)


async def saved(tx: AsyncConnection, chat_id: ChatId, limit: int) -> tuple[Saved, ...]:
    """The stories that a chat keeps, those saved last first."""
    rows = await tx.execute(_SAVED, {"chat": chat_id, "most": limit})
    return tuple(Saved(*row) for row in rows)


async def count_saved(tx: AsyncConnection, chat_id: ChatId) -> int:
    """How many stories a chat keeps."""
    mine = select(func.count()).select_from(_saved).where(_saved.c.chat_id == chat_id)
    return int(await tx.scalar(mine) or 0)


async def mute_feed(tx: AsyncConnection, chat_id: ChatId, feed_id: FeedId, now: datetime) -> bool:
    """Never show a chat this feed; False if it was muted already, or is gone."""
    if await tx.scalar(select(feeds.c.id).where(feeds.c.id == feed_id)) is None:
        return False
    return await _mute(tx, chat_id=chat_id, feed_id=feed_id, muted_at=now)


async def mute_words(tx: AsyncConnection, chat_id: ChatId, words: str, now: datetime) -> bool:
    """Never show a chat what has these words; False if they were muted already."""
    return await _mute(tx, chat_id=chat_id, words=words, muted_at=now)


async def _mute(tx: AsyncConnection, **values: Any) -> bool:
    result = await tx.execute(insert_for(tx)(_mutes).values(values).on_conflict_do_nothing())
    return bool(result.rowcount)


async def put_back(tx: AsyncConnection, chat_id: ChatId, id: MuteId, place: MuteId) -> None:
    """Give what was muted again its old place in the chat's list, which is that of its old id, unless another has it."""
    others = _mutes.alias()
    await tx.execute(
        update(_mutes)
        .where(_mutes.c.chat_id == chat_id, _mutes.c.id == id, _mutes.c.id > place)
        .where(~exists().where(others.c.id == place))
        .values(id=place)
    )


_MUTES = (
    select(
        *(_mutes.c.id, _mutes.c.feed_id, _mutes.c.words),
        func.coalesce(feeds.c.title, _mutes.c.words),
    )
    .outerjoin(feeds, feeds.c.id == _mutes.c.feed_id)
    .where(_mutes.c.chat_id == bindparam("chat"))
    .order_by(_mutes.c.id)
)


async def unmute(tx: AsyncConnection, chat_id: ChatId, mute_id: MuteId) -> Mute | None:
    """Show something again; what it was, or None if it was not this chat's, or is shown already."""
    this = _MUTES.where(_mutes.c.id == mute_id)
    row = (await tx.execute(this, {"chat": chat_id})).one_or_none()
    if row is None:
        return None
    await tx.execute(delete(_mutes).where(_mutes.c.id == mute_id))
    return Mute(*row)


async def mutes(tx: AsyncConnection, chat_id: ChatId) -> tuple[Mute, ...]:
    """What a chat never wants to be shown, in the order in which it said so."""
    return tuple(Mute(*row) for row in await tx.execute(_MUTES, {"chat": chat_id}))


async def _kept(tx: AsyncConnection, story_id: StoryId) -> StoryId | None:
    """The story that a button means, which may have gone over to another one; None if it has no articles any more."""
    story_id = (await heirs(tx, [story_id])).get(story_id, story_id)
    kept = await tx.scalar(select(articles.c.id).where(articles.c.story_id == story_id).limit(1))
    return None if kept is None else story_id
