"""Articles and the stories they tell."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import (
    Article,
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    FeedId,
    Headline,
    NewArticle,
    Story,
    StoryId,
    SubscriptionId,
)
from storage.schema import (
    Moment,
    articles,
    dropped,
    feeds,
    matches,
    stories,
    subscriptions,
    told,
)
from storage.upsert import insert_for

_ARTICLE = (
    articles.c.id,
    articles.c.feed_id,
    articles.c.story_id,
    feeds.c.title.label("outlet"),
    articles.c.url,
    articles.c.title,
    articles.c.summary,
    articles.c.published_at,
    articles.c.seen_at,
)


def _article(row: Any) -> Article:
    return Article(*row[: len(_ARTICLE)])


def _select_articles() -> Select[Any]:
    return select(*_ARTICLE).join(feeds, feeds.c.id == articles.c.feed_id)


def contains(phrase: str) -> ColumnElement[bool]:
    """The condition that an article holds the phrase, given as normalised tokens with single spaces.

    The one place that knows how text is searched. Tokens hold no character that LIKE knows.
    """
    return articles.c.words.like(f"% {phrase} %")


async def known(
    tx: AsyncConnection, feed_id: FeedId, identities: Collection[str]
) -> frozenset[str]:
    """Which of these entries of a feed are no news: kept, or kept once and dropped since."""
    rows = await tx.scalars(
        union_all(
            *(
                select(table.c.identity).where(
                    table.c.feed_id == feed_id, table.c.identity.in_(identities)
                )
                for table in (articles, dropped)
            )
        )
    )
    return frozenset(rows)


async def add(
    tx: AsyncConnection, feed_id: FeedId, new: Sequence[NewArticle], now: datetime
) -> tuple[ArticleId, ...]:
    """Keep articles that are not known yet; their ids in the same order, each larger than any before."""
    if not new:
        return ()
    rows = await tx.scalars(
        articles.insert().returning(articles.c.id, sort_by_parameter_order=True),
        [
            {
                "feed_id": feed_id,
                "story_id": article.story_id,
                "identity": article.identity,
                "url": article.url,
                "canonical_url": article.canonical_url,
                "title": article.title,
                "summary": article.summary,
                "words": article.words,
                "published_at": article.published_at,
                "seen_at": now,
                "archived": article.archived,
            }
            for article in new
        ],
    )
    return tuple(ArticleId(row) for row in rows)


async def add_stories(tx: AsyncConnection, count: int, now: datetime) -> tuple[StoryId, ...]:
    """Begin `count` stories without articles."""
    if not count:
        return ()
    rows = await tx.scalars(
        stories.insert().returning(stories.c.id), [{"first_seen_at": now}] * count
    )
    return tuple(StoryId(row) for row in rows)


async def headlines(tx: AsyncConnection, since: datetime, limit: int) -> tuple[Headline, ...]:
    """What was published since then, newest first: the stories that a new article may join."""
    rows = await tx.execute(
        select(*(articles.c[field.name] for field in fields(Headline)))
        .where(articles.c.published_at >= since)
        .order_by(articles.c.published_at.desc())
        .limit(limit)
    )
    return tuple(Headline(*row) for row in rows)


async def newest(tx: AsyncConnection) -> ArticleId:
    """The largest id given out; 0 while there is none."""
    return ArticleId(await tx.scalar(select(func.coalesce(func.max(articles.c.id), 0))) or 0)


async def with_phrase(tx: AsyncConnection, phrase: str, limit: int) -> tuple[ArticleId, ...]:
    """The newest articles that hold a phrase."""
    rows = await tx.scalars(
        select(articles.c.id)
        .where(contains(phrase))
        .order_by(articles.c.published_at.desc())
        .limit(limit)
    )
    return tuple(ArticleId(row) for row in rows)


def _followed_by(chat_id: ChatId) -> ColumnElement[bool]:
    mine = subscriptions.c.chat_id == chat_id
    return or_(
        articles.c.feed_id.in_(select(subscriptions.c.feed_id).where(mine)),
        exists().where(
            matches.c.article_id == articles.c.id,
            matches.c.topic_id == subscriptions.c.topic_id,
            mine,
        ),
    )


async def latest(
    tx: AsyncConnection,
    *,
    limit: int,
    offset: int = 0,
    up_to: ArticleId | None = None,
    phrase: str | None = None,
    followed_by: ChatId | None = None,
    feed_id: FeedId | None = None,
) -> tuple[Story, ...]:
    """The stories with the newest articles, newest first.

    `phrase`, `followed_by` and `feed_id` narrow the choice; a chosen story comes with all its
    articles. With `up_to`, articles that came later do not shift the pages.
    """
    conditions: list[ColumnElement[bool]] = []
    if up_to is not None:
        conditions.append(articles.c.id <= up_to)
    if phrase is not None:
        conditions.append(contains(phrase))
    if followed_by is not None:
        conditions.append(_followed_by(followed_by))
    if feed_id is not None:
        conditions.append(articles.c.feed_id == feed_id)
    newest_first = func.max(articles.c.published_at).desc(), articles.c.story_id.desc()
    chosen = tuple(
        await tx.scalars(
            select(articles.c.story_id)
            .where(*conditions)
            .group_by(articles.c.story_id)
            .order_by(*newest_first)
            .limit(limit)
            .offset(offset)
        )
    )
    return await get_stories(tx, chosen)


async def get_stories(tx: AsyncConnection, ids: Sequence[StoryId]) -> tuple[Story, ...]:
    """These stories with all their articles, in the order asked for."""
    rows = await tx.execute(
        _select_articles()
        .where(articles.c.story_id.in_(ids))
        .order_by(articles.c.published_at.desc(), articles.c.id.desc())
    )
    of_story: dict[StoryId, list[Article]] = defaultdict(list)
    for row in rows:
        article = _article(row)
        of_story[article.story_id].append(article)
    return tuple(Story(id, tuple(of_story[id])) for id in ids if id in of_story)


async def news_for(
    tx: AsyncConnection, chat: Chat, since: datetime | None, limit: int
) -> tuple[Candidate, ...]:
    """What a digest may hold, newest first: one row for each subscription that wants an article.

    Without `since`: what arrived after the chat's last digest, was not there before it followed the
    subscription, and belongs to no story it was told. With `since`: everything it follows that was
    published from then on.
    """
    wanted = or_(
        subscriptions.c.feed_id == articles.c.feed_id,
        subscriptions.c.topic_id.in_(
            select(matches.c.topic_id).where(matches.c.article_id == articles.c.id)
        ),
    )
    query = (
        select(*_ARTICLE, subscriptions.c.id.label("subscription_id"))
        .join(feeds, feeds.c.id == articles.c.feed_id)
        .join(subscriptions, wanted)
        .where(subscriptions.c.chat_id == chat.id)
        .order_by(articles.c.published_at.desc(), articles.c.id.desc(), subscriptions.c.id)
        .limit(limit)
    )
    if since is None:
        query = query.where(
            articles.c.id > chat.digested_to,
            articles.c.id > subscriptions.c.after_article,
            ~articles.c.archived,
            articles.c.story_id.not_in(select(told.c.story_id).where(told.c.chat_id == chat.id)),
        )
    else:
        query = query.where(articles.c.published_at >= since)
    rows = await tx.execute(query)
    return tuple(Candidate(SubscriptionId(row.subscription_id), _article(row)) for row in rows)


async def prune(tx: AsyncConnection, before: datetime, now: datetime) -> int:
    """Drop the articles seen before then, and stories left without any; the number of articles.

    Their identities are remembered for a year more, lest a feed that still lists them makes them news.
    """
    old = articles.c.seen_at < before
    await tx.execute(
        insert_for(tx)(dropped)
        .from_select(
            ["feed_id", "identity", "dropped_at"],
            select(articles.c.feed_id, articles.c.identity, literal(now, Moment)).where(old),
        )
        .on_conflict_do_nothing()
    )
    result = await tx.execute(delete(articles).where(old))
    await tx.execute(delete(dropped).where(dropped.c.dropped_at < now - timedelta(days=365)))
    await tx.execute(
        delete(stories).where(
            stories.c.first_seen_at < before,
            ~exists().where(articles.c.story_id == stories.c.id),
        )
    )
    return int(result.rowcount)
