"""Articles and the stories they tell."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    FeedId,
    Headline,
    KnownEntry,
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
    articles.c.text,
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


_HEADLINE = ("id", "story_id", "feed_id", "canonical_url", "title", "published_at")
_EDITED = (*("title", "summary", "words", "text", "url", "canonical_url", "fingerprint", "twin"),)
"""What an outlet may change about an article."""


_RECALL = select(
    articles.c.identity,
    articles.c.twin,
    articles.c.id,
    articles.c.fingerprint,
    articles.c.changes,
).where(
    articles.c.feed_id == bindparam("feed"),
    articles.c.identity.in_(bindparam("some", expanding=True)),
)
"""Asked at most visits: it is put together once."""


async def recall(
    tx: AsyncConnection, feed_id: FeedId, identities: Collection[str]
) -> dict[str, KnownEntry]:
    """What is remembered of these entries of a feed, by identity: kept, or kept once and dropped since."""
    found: dict[str, KnownEntry] = {}
    for some in batches(identities):
        kept = await tx.execute(_RECALL, {"feed": feed_id, "some": some})
        found.update((row.identity, KnownEntry(*row)) for row in kept)
    for some in batches(identity for identity in identities if identity not in found):
        gone = select(dropped.c.identity, dropped.c.twin).where(
            dropped.c.feed_id == feed_id, dropped.c.identity.in_(some)
        )
        for identity, twin in await tx.execute(gone):
            found[identity] = KnownEntry(identity, twin, None, "", 0)
    return found


async def with_memories(tx: AsyncConnection, ids: Collection[FeedId]) -> frozenset[FeedId]:
    """Which of these feeds have any article, kept or dropped."""
    found: set[FeedId] = set()
    for some in batches(ids):
        for table in (articles, dropped):
            feed_ids = select(table.c.feed_id).where(table.c.feed_id.in_(some)).distinct()
            found.update(FeedId(id) for id in await tx.scalars(feed_ids))
    return frozenset(found)


async def known_twins(
    tx: AsyncConnection, feed_id: FeedId, twins: Collection[str]
) -> frozenset[str]:
    """Which of these twins of entries a feed has shown before."""
    found: set[str] = set()
    for some in batches(twins):
        for table in (articles, dropped):
            found.update(
                await tx.scalars(
                    select(table.c.twin).where(table.c.feed_id == feed_id, table.c.twin.in_(some))
                )
            )
    return frozenset(found)


async def untwinned(tx: AsyncConnection, feed_id: FeedId, urls: Collection[str]) -> frozenset[str]:
    """Which of these addresses a feed's articles have that were kept before twins were."""
    found: set[str] = set()
    for some in batches(filter(None, urls)):
        found.update(
            await tx.scalars(
                select(articles.c.url).where(
                    articles.c.feed_id == feed_id, articles.c.twin == "", articles.c.url.in_(some)
                )
            )
        )
    return frozenset(found)


async def add(
    tx: AsyncConnection, new: Sequence[tuple[FeedId, NewArticle]], now: datetime
) -> tuple[ArticleId, ...]:
    """Keep articles that are not known yet; their ids in the same order, each larger than any before."""
    if not new:
        return ()
    before = await newest(tx)
    await tx.execute(
        articles.insert(),
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
                "text": article.text,
                "fingerprint": article.fingerprint,
                "twin": article.twin,
                "published_at": article.published_at,
                "seen_at": now,
                "archived": article.archived,
            }
            for feed_id, article in new
        ],
    )
    # RETURNING in the order of the rows would insert them one by one; one writer at a time inserts
    # them in their order.
    ids = await tx.scalars(
        select(articles.c.id).where(articles.c.id > before).order_by(articles.c.id)
    )
    return tuple(ArticleId(id) for id in ids)


async def remember(
    tx: AsyncConnection, feed_id: FeedId, identities: Collection[str], now: datetime
) -> None:
    """Go on remembering dropped articles that their feed still lists; noted once a month at most."""
    for some in batches(identities):
        await tx.execute(
            update(dropped)
            .where(
                dropped.c.feed_id == feed_id,
                dropped.c.identity.in_(some),
                dropped.c.dropped_at < now - timedelta(days=30),
            )
            .values(dropped_at=now)
        )


async def edit(tx: AsyncConnection, edits: Sequence[tuple[ArticleId, int, NewArticle]]) -> None:
    """Put what an outlet made of its articles in place of what is kept, with the number of changes so far."""
    if not edits:
        return
    await tx.execute(
        update(articles)
        .where(articles.c.id == bindparam("article"))
        .values(
            {name: bindparam(f"new_{name}") for name in _EDITED}
            | {"changes": bindparam("so_far")}
            # A text that the feed does not give may have come from the article's page.
            | {
                "text": case(
                    (bindparam("new_text") == "", articles.c.text), else_=bindparam("new_text")
                )
            }
        ),
        [
            {
                "article": id,
                "so_far": changes,
                **{f"new_{name}": getattr(article, name) for name in _EDITED},
            }
            for id, changes, article in edits
        ],
    )


async def add_stories(tx: AsyncConnection, count: int, now: datetime) -> tuple[StoryId, ...]:
    """Begin `count` stories without articles."""
    if not count:
        return ()
    rows = await tx.scalars(
        stories.insert().returning(stories.c.id), [{"first_seen_at": now}] * count
    )
    return tuple(StoryId(row) for row in rows)


async def headlines(
    tx: AsyncConnection, after: ArticleId, since: datetime, limit: int
) -> tuple[Headline, ...]:
    """The newest articles with larger ids than `after` that were published since then, oldest id first."""
    rows = await tx.execute(
        select(*(articles.c[name] for name in _HEADLINE))
        .where(articles.c.id > after, articles.c.published_at >= since)
        .order_by(articles.c.id.desc())
        .limit(limit)
    )
    return tuple(reversed([Headline(*row) for row in rows]))


async def stories_of_pages(
    tx: AsyncConnection, canonical_urls: Collection[str], since: datetime
) -> tuple[tuple[str, StoryId, FeedId], ...]:
    """The stories that articles on these pages tell already, with the page and the feed of each article.

    Articles that were published before `since` are left out: a page may serve for many a story.
    """
    found: set[tuple[str, StoryId, FeedId]] = set()
    for some in batches(filter(None, canonical_urls)):
        rows = await tx.execute(
            select(articles.c.canonical_url, articles.c.story_id, articles.c.feed_id).where(
                articles.c.canonical_url.in_(some), articles.c.published_at >= since
            )
        )
        found.update((url, StoryId(story), FeedId(feed)) for url, story, feed in rows)
    return tuple(sorted(found))


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
            ["feed_id", "identity", "twin", "dropped_at"],
            select(
                articles.c.feed_id, articles.c.identity, articles.c.twin, literal(now, Moment)
            ).where(old),
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
