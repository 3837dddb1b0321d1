"""What is asked for many chats at once, when their digests are made."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ArticleId, ChatId, FeedId, Kind, StoryId, Told
from storage.schema import articles, matches, told

Target = tuple[Kind, int]
"""A feed or a topic."""

Arrival = tuple[ArticleId, StoryId, FeedId, datetime]
"""An article with its story, its feed and its date."""


_ARTICLE = (articles.c.id, articles.c.story_id, articles.c.feed_id, articles.c.published_at)
_WITHIN = (articles.c.id <= bindparam("up_to"), ~articles.c.archived)
_NEWS: Select[Any] = select(
    union_all(
        select(
            literal(Kind.FEED.value).label("kind"),
            articles.c.feed_id.label("target"),
            *_ARTICLE,
            articles.c.id.label("noted"),
            literal(1.0).label("score"),
        ).where(
            articles.c.feed_id.in_(bindparam("feeds", expanding=True)),
            articles.c.id > bindparam("after"),
            *_WITHIN,
        ),
        select(
            literal(Kind.TOPIC.value),
            matches.c.topic_id,
            *_ARTICLE,
            matches.c.noted,
            matches.c.score,
        )
        .join(articles, articles.c.id == matches.c.article_id)
        .where(
            matches.c.topic_id.in_(bindparam("topics", expanding=True)),
            matches.c.noted > bindparam("after"),
            # What matched late is one beyond the newest article.
            matches.c.noted <= bindparam("up_to") + 1,
            *_WITHIN,
        ),
    ).subquery()
).limit(bindparam("most"))


async def news_of(
    tx: AsyncConnection, targets: Collection[Target], after: ArticleId, up_to: ArticleId, limit: int
) -> dict[Target, list[tuple[Arrival, ArticleId, float]]] | None:
    """The articles of these feeds and topics that are new behind `after`, with ids up to `up_to`, in no order.

    Each comes with the article behind which it is new, its own id but for one that belongs to its topic only since,
    and with how much it is about its topic, 0 … 1; 1 where it is a feed's. Left out is what was old when it was first
    seen. None if there are `limit` or more of all of them together.
    """
    asked = {
        "topics": [id for kind, id in targets if kind is Kind.TOPIC],
        "feeds": [id for kind, id in targets if kind is Kind.FEED],
        "after": after,
        "up_to": up_to,
        "most": limit,
    }
    rows = (await tx.execute(_NEWS, asked)).all()
    if len(rows) == limit:
        return None
    found: dict[Target, list[tuple[Arrival, ArticleId, float]]] = {target: [] for target in targets}
    for kind, target, article, story, feed, published_at, noted, score in rows:
        arrival = (ArticleId(article), StoryId(story), FeedId(feed), published_at)
        # As text it is the same key.
        found[kind, target].append((arrival, ArticleId(noted), score))
    return found


_TOLD = select(told.c.chat_id, told.c.story_id, told.c.told_at, told.c.up_to).where(
    told.c.chat_id.in_(bindparam("chats", expanding=True)),
    told.c.story_id.between(bindparam("first"), bindparam("last")),
)


async def told_of(
    tx: AsyncConnection, chat_ids: Collection[ChatId], first: StoryId, last: StoryId
) -> dict[ChatId, dict[StoryId, Told]]:
    """Which stories from the first to the last of these each of these chats was told."""
    found: dict[ChatId, dict[StoryId, Told]] = {id: {} for id in chat_ids}
    asked = {"chats": list(chat_ids), "first": first, "last": last}
    for chat_id, story_id, *rest in await tx.execute(_TOLD, asked):
        found[ChatId(chat_id)][StoryId(story_id)] = Told(StoryId(story_id), *rest)
    return found
