"""What a chat's digest is chosen from: the articles that it follows, a row for each subscription."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import FOREVER, LARGEST_ID, ArticleId, Candidate, ChatId, SubscriptionId
from storage.schema import Second, articles, matches, subscriptions


def _noted(after: Sequence[ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    """Behind each of these, and no later than the digest: what matched late is one beyond the newest article."""
    if not after:
        return []
    return [*(matches.c.noted > one for one in after), matches.c.noted <= bindparam("up_to") + 1]


def _candidates(
    *conditions: ColumnElement[bool], after: Sequence[ColumnElement[Any]] = ()
) -> Select[Any]:
    """Articles that chat `:chat` follows, the newest `:most`, put together once: it is asked for every digest.

    Those of its feeds have ids after each of `after`, those of its topics belong to them since then.
    """
    columns = (
        subscriptions.c.id.label("subscription_id"),
        articles.c.id.label("article_id"),
        articles.c.story_id,
        articles.c.feed_id,
        articles.c.published_at,
    )
    mine = subscriptions.c.chat_id == bindparam("chat")
    # Two questions, since one with "or" would look at every article.
    of_feeds = (
        select(*columns, literal(1.0).label("score"))
        .join(articles, articles.c.feed_id == subscriptions.c.feed_id)
        .where(mine, *conditions, *[articles.c.id > one for one in after])
    )
    of_topics = (
        select(*columns, matches.c.score)
        .join(matches, matches.c.topic_id == subscriptions.c.topic_id)
        .join(articles, articles.c.id == matches.c.article_id)
        .where(mine, *conditions, *_noted(after))
    )
    found = union_all(of_feeds, of_topics).subquery()
    return (
        select(found)
        .order_by(found.c.published_at.desc(), found.c.article_id.desc(), found.c.subscription_id)
        .limit(bindparam("most"))
    )


_NEWS = _candidates(
    articles.c.id <= bindparam("up_to"),
    subscriptions.c.schedule == "",
    ~articles.c.archived,
    after=(bindparam("after"), subscriptions.c.after_article),
)
_NEWS_OF_OWN = _candidates(
    articles.c.id <= bindparam("up_to"),
    subscriptions.c.id.in_(bindparam("own", expanding=True)),
    ~articles.c.archived,
    after=(subscriptions.c.after_article,),
)
_PUBLISHED = _candidates(
    articles.c.published_at >= bindparam("since", type_=Second),
    articles.c.published_at < bindparam("until", type_=Second),
    articles.c.id <= bindparam("up_to"),
)


async def news_for(
    tx: AsyncConnection,
    chat_id: ChatId,
    after: ArticleId,
    up_to: ArticleId,
    limit: int,
) -> tuple[Candidate, ...]:
    """The newest articles with ids after `after` and up to `up_to` that a chat follows, one row for each subscription.

    One that came before is among them if it belongs to a topic only since then. Left out is what was there before the
    chat followed the subscription, what was old when it was first seen, and what belongs to subscriptions with
    schedules of their own.
    """
    asked = {"chat": chat_id, "after": after, "up_to": up_to, "most": limit}
    return tuple(Candidate(*row) for row in await tx.execute(_NEWS, asked))


async def own_news_for(
    tx: AsyncConnection,
    chat_id: ChatId,
    ids: Collection[SubscriptionId],
    up_to: ArticleId,
    limit: int,
) -> tuple[Candidate, ...]:
    """Likewise for some subscriptions of a chat, each from where it was told to, whatever its schedule."""
    asked = {"chat": chat_id, "own": list(ids), "up_to": up_to, "most": limit}
    return tuple(Candidate(*row) for row in await tx.execute(_NEWS_OF_OWN, asked))


async def published_for(
    tx: AsyncConnection,
    chat_id: ChatId,
    since: datetime,
    limit: int,
    until: datetime | None = None,
    up_to: ArticleId | None = None,
) -> tuple[Candidate, ...]:
    """The newest of all articles published since then that a chat follows, one row for each subscription.

    Left out are those published `until` then or later, and those with ids after `up_to`.
    """
    asked = {
        "chat": chat_id,
        "since": since,
        "until": until or FOREVER,
        "up_to": LARGEST_ID if up_to is None else up_to,
        "most": limit,
    }
    return tuple(Candidate(*row) for row in await tx.execute(_PUBLISHED, asked))
