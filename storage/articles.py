"""Articles and the stories they tell."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.joins import forget_joins, heirs
from storage.records import (
    EPOCH,
    FOREVER,
    Article,
    ArticleId,
    ChatId,
    FeedId,
    Headline,
    KnownEntry,
    NewArticle,
    Position,
    Story,
    StoryId,
    TopicId,
    placed,
    position,
)
from storage.schema import (
    Moment,
    articles,
    dropped,
    feeds,
    matches,
    saved,
    stories,
    subscriptions,
)
from storage.upsert import insert_for

ARTICLE = (
    articles.c.id,
    articles.c.feed_id,
    articles.c.story_id,
    feeds.c.title.label("outlet"),
    articles.c.url,
    articles.c.title,
    articles.c.summary,
    articles.c.published_at,
    articles.c.text,
    func.coalesce(articles.c.language, "").label("language"),
    articles.c.image_url,
    articles.c.archived,
)
"""What a row holds first that `article_of` is to understand."""


def article_of(row: Any) -> Article:
    """The article that a row begins with."""
    return Article(*row[: len(ARTICLE)])


def select_articles() -> Select[Any]:
    """All articles, as `article_of` reads them."""
    return select(*ARTICLE).join(feeds, feeds.c.id == articles.c.feed_id)


_HEADLINE = (
    *("id", "story_id", "feed_id", "canonical_url", "title", "published_at", "story_words"),
)
_BEGINNING = 1500
"""Characters of a summary that are enough to tell an article's story."""
_EDITED = (
    *("title", "summary", "text", "url", "canonical_url", "fingerprint", "twin", "language"),
    "story_words",
)
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
                "text": article.text,
                "fingerprint": article.fingerprint,
                "twin": article.twin,
                "published_at": article.published_at,
                "seen_at": now,
                "archived": article.archived,
                "language": article.language or None,
                "image_url": article.image_url,
                "story_words": article.story_words,
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
            # A text or language that the feed does not give may have come from the article's page.
            | {
                name: case(
                    (bindparam(f"new_{name}") == "", articles.c[name]),
                    else_=bindparam(f"new_{name}"),
                )
                for name in ("text", "language")
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
    """The newest articles with larger ids than `after` that were published since then, oldest id first.

    Those that have no `story_words` come with language and summary.
    """
    unread = articles.c.story_words == ""
    beginning = func.substr(articles.c.summary, 1, _BEGINNING)
    more = (func.coalesce(articles.c.language, ""), beginning)
    rows = await tx.execute(
        select(
            *(articles.c[name] for name in _HEADLINE),
            *(case((unread, column), else_="") for column in more),
        )
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


_NEWEST = select(func.coalesce(func.max(articles.c.id), 0))


async def newest(tx: AsyncConnection) -> ArticleId:
    """The largest id given out; 0 while there is none."""
    return ArticleId(await tx.scalar(_NEWEST) or 0)


async def count_between(tx: AsyncConnection, after: ArticleId, up_to: ArticleId) -> int:
    """How many articles there are with larger ids than `after`, up to and including `up_to`."""
    between = articles.c.id > after, articles.c.id <= up_to
    return int(await tx.scalar(select(func.count()).select_from(articles).where(*between)) or 0)


async def _some_articles(
    tx: AsyncConnection, query: Select[Any], asked: dict[str, Any] | None = None
) -> tuple[Article, ...]:
    return tuple(article_of(row) for row in await tx.execute(query, asked))


_SOME = (
    select_articles()
    .where(articles.c.id.in_(bindparam("some", expanding=True)))
    .order_by(articles.c.id)
)


async def get_articles(tx: AsyncConnection, ids: Collection[ArticleId]) -> tuple[Article, ...]:
    """These articles, as far as they are kept, in the order of their ids."""
    found: list[Article] = []
    for some in batches(sorted(set(ids))):
        found += await _some_articles(tx, _SOME, {"some": some})
    return tuple(found)


async def articles_after(tx: AsyncConnection, after: ArticleId, limit: int) -> tuple[Article, ...]:
    """The articles whose ids follow `after`: a way to walk through all of them."""
    query = select_articles().where(articles.c.id > after)
    return await _some_articles(tx, query.order_by(articles.c.id).limit(limit))


IS_FREE = ~exists().where(saved.c.story_id == articles.c.story_id)
"""The condition for an article to belong to no story that a chat saved."""


async def old_articles(tx: AsyncConnection, before: datetime, limit: int) -> tuple[Article, ...]:
    """Articles of stories that nobody saved, seen before then, those seen first at first."""
    query = select_articles().where(articles.c.seen_at < before, IS_FREE)
    return await _some_articles(tx, query.order_by(articles.c.seen_at, articles.c.id).limit(limit))


async def recent(tx: AsyncConnection, since: datetime, limit: int) -> tuple[Article, ...]:
    """The newest articles published since then, newest first."""
    query = select_articles().where(articles.c.published_at >= since)
    return await _some_articles(tx, query.order_by(*in_order(True)).limit(limit))


async def of_topic(
    tx: AsyncConnection, topic_id: TopicId, since: datetime, limit: int
) -> tuple[Article, ...]:
    """The newest articles that belong to a topic and were published since then, newest first."""
    query = (
        select_articles()
        .join(matches, matches.c.article_id == articles.c.id)
        .where(matches.c.topic_id == topic_id, articles.c.published_at >= since)
    )
    return await _some_articles(tx, query.order_by(*in_order(True)).limit(limit))


async def of_feed(
    tx: AsyncConnection, feed_id: FeedId, since: datetime, limit: int
) -> tuple[Article, ...]:
    """The newest articles of a feed that were published since then, newest first."""
    query = select_articles().where(articles.c.feed_id == feed_id, articles.c.published_at >= since)
    return await _some_articles(tx, query.order_by(*in_order(True)).limit(limit))


_WALK = 2000
"""Articles of all feeds that are looked through before those that a chat follows are gathered."""


_newer = articles.alias()


def beyond_position(at: Position, newest_first: bool) -> ColumnElement[bool]:
    """The condition for an article to be older than a position, or newer unless `newest_first`."""
    moment, id = placed(at)
    date = articles.c.published_at
    # Said twice: the first half is what an index is asked for.
    if newest_first:
        return (date <= moment) & or_(date < moment, articles.c.id < id)
    return (date >= moment) & or_(date > moment, articles.c.id > id)


def in_order(newest_first: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What articles are ordered by to stand in the order of their positions."""
    date, id = articles.c.published_at, articles.c.id
    return (date.desc(), id.desc()) if newest_first else (date.asc(), id.asc())


def _followed_feeds(chat_id: ChatId) -> Select[Any]:
    return select(subscriptions.c.feed_id).where(
        subscriptions.c.chat_id == chat_id, subscriptions.c.feed_id.is_not(None)
    )


def _qualifies(
    row: FromClause, up_to: ArticleId | None, followed_by: ChatId | None, feed_id: FeedId | None
) -> list[ColumnElement[bool]]:
    """The conditions that `latest` puts on an article."""
    conditions: list[ColumnElement[bool]] = []
    if up_to is not None:
        conditions.append(row.c.id <= up_to)
    if feed_id is not None:
        conditions.append(row.c.feed_id == feed_id)
    if followed_by is not None:
        of_topic = exists().where(
            matches.c.article_id == row.c.id,
            matches.c.topic_id == subscriptions.c.topic_id,
            subscriptions.c.chat_id == followed_by,
        )
        conditions.append(or_(row.c.feed_id.in_(_followed_feeds(followed_by)), of_topic))
    return conditions


async def latest(
    tx: AsyncConnection,
    *,
    limit: int,
    beyond: Position | None = None,
    newest_first: bool = True,
    up_to: ArticleId | None = None,
    followed_by: ChatId | None = None,
    feed_id: FeedId | None = None,
) -> tuple[tuple[Position, Story], ...]:
    """The stories with the newest articles, newest first, each with its place in this list.

    `followed_by` and `feed_id` narrow the choice of articles; a story stands at the newest of those,
    and comes with all it has. `beyond` begins after a place in the list; unless `newest_first`, the
    stories just before it come, the nearest first. With `up_to`, articles that came later do not
    shift the list.
    """
    date, id = articles.c.published_at, articles.c.id
    superseded = exists().where(
        _newer.c.story_id == articles.c.story_id,
        _newer.c.published_at >= date,
        or_(_newer.c.published_at > date, _newer.c.id > id),
        *_qualifies(_newer, up_to, followed_by, feed_id),
    )
    asked = [] if beyond is None else [beyond_position(beyond, newest_first)]
    order = in_order(newest_first)
    heads = (
        select(id, date, articles.c.story_id)
        .where(*asked, *_qualifies(articles, up_to, followed_by, feed_id), ~superseded)
        .order_by(*order)
        .limit(limit)
    )
    if followed_by is None:
        found = (await tx.execute(heads)).all()
    else:
        # A bound by date lets the database stop at the last that it needs, where one by ids is made first.
        edge = select(date).where(*asked).order_by(*order).limit(1).offset(_WALK).scalar_subquery()
        end = func.coalesce(edge, literal(EPOCH if newest_first else FOREVER, Moment))
        near = date >= end if newest_first else date <= end
        found = (await tx.execute(heads.where(near))).all()
        if len(found) < limit:
            # A chat that follows so little has few articles: then all of them are looked at.
            mine = union(
                select(id).where(articles.c.feed_id.in_(_followed_feeds(followed_by)), *asked),
                select(matches.c.article_id)
                .join(subscriptions, subscriptions.c.topic_id == matches.c.topic_id)
                .where(subscriptions.c.chat_id == followed_by),
            )
            found = (await tx.execute(heads.where(id.in_(mine)))).all()
    stories_in_order = await get_stories(tx, [row.story_id for row in found])
    places = (position(row.published_at, row.id) for row in found)
    return tuple(zip(places, stories_in_order, strict=True))


async def get_stories(tx: AsyncConnection, ids: Sequence[StoryId]) -> tuple[Story, ...]:
    """These stories with all their articles, in the order asked for; one that went over to another is that one."""
    of_story = await _of_stories(tx, ids)
    if missing := [id for id in ids if id not in of_story]:
        # What went over to another story left no articles behind.
        gone = await heirs(tx, missing)
        ids = tuple(gone.get(id, id) for id in ids)
        of_story |= await _of_stories(tx, set(gone.values()) - of_story.keys())
    return tuple(Story(id, tuple(of_story[id])) for id in dict.fromkeys(ids) if id in of_story)


_OF_STORIES = (
    select_articles()
    .where(articles.c.story_id.in_(bindparam("stories", expanding=True)))
    .order_by(*in_order(True))
)


async def _of_stories(
    tx: AsyncConnection, ids: Collection[StoryId]
) -> dict[StoryId, list[Article]]:
    """The articles of each of these stories that has any, newest first."""
    found: defaultdict[StoryId, list[Article]] = defaultdict(list)
    for some in batches(ids):
        for row in await tx.execute(_OF_STORIES, {"stories": some}):
            article = article_of(row)
            found[article.story_id].append(article)
    return dict(found)


async def _drop(tx: AsyncConnection, these: ColumnElement[bool], now: datetime) -> int:
    remembered = select(
        articles.c.feed_id, articles.c.identity, articles.c.twin, literal(now, Moment)
    ).where(these)
    await tx.execute(
        insert_for(tx)(dropped)
        .from_select(["feed_id", "identity", "twin", "dropped_at"], remembered)
        .on_conflict_do_nothing()
    )
    return int((await tx.execute(delete(articles).where(these))).rowcount)


async def drop(tx: AsyncConnection, ids: Collection[ArticleId], now: datetime) -> int:
    """Drop these articles, whose identities are remembered as by `prune`; how many there were."""
    return sum([await _drop(tx, articles.c.id.in_(some), now) for some in batches(ids)])


async def prune(tx: AsyncConnection, before: datetime, now: datetime) -> int:
    """Drop the articles seen before then, and stories left without any; the number of articles.

    Stories that chats saved stay whole. The identities of the others are remembered for a year more, lest a feed that still lists them makes them news.
    """
    count = await _drop(tx, (articles.c.seen_at < before) & IS_FREE, now)
    await tx.execute(delete(dropped).where(dropped.c.dropped_at < now - timedelta(days=365)))
    await tx.execute(
        delete(stories).where(
            stories.c.first_seen_at < before,
            ~exists().where(articles.c.story_id == stories.c.id),
        )
    )
    await forget_joins(tx)
    return count
