"""Keeping the full-text index, and which topics articles belong to, in step with the articles that are kept."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from news.addresses import host_of
from news.followed_topics import FollowedTopics
from news.indexing import VERSION, body_of, indexed, row_of
from news.matching import Matcher, Source, Subject, source_of, subject_of
from storage import articles, due, feeds, matches, search
from storage.database import Database, Transaction, mark, set_mark
from storage.records import Article, ArticleId, FeedId, IndexRow, NewArticle, TopicId

_BATCH = 50
"""Articles that are read again in one go, some tenths of a millisecond each."""

_TURN = 20
"""Articles after which others get their turn."""

_LATE = timedelta(days=3)
"""How old an article may be that is news to a topic though it has been known for a while."""

_BUILT = "search.version"
_BUILDING = "search.building"


def subject_of_article(article: Article | NewArticle, source: Source) -> Subject:
    """An article as queries see it."""
    body = body_of(article.summary, article.text)
    return subject_of(article.title, body, article.language, source, article.published_at)


def readings(article: Article, source: Source, matcher: Matcher) -> Iterator[tuple[Subject, str]]:
    """An article as a query sees it that reads the headline first, and all of it if it must.

    Each comes with the body as far as it is read: texts are twenty times as long as the headlines that mostly tell.
    Where a text may take back what its headline shows, there is but the last.
    """
    body = body_of(article.summary, article.text)
    for read in ("", body) if matcher.only_gains else (body,):
        subject = subject_of(
            *(article.title, read, article.language, source, article.published_at),
            places=matcher.asks_places,
        )
        yield subject, read


async def sources(tx: Transaction, among: Collection[FeedId] | None = None) -> dict[FeedId, Source]:
    """These feeds, or all, as `from:` sees them."""
    return {
        id: source_of((host_of(url), host_of(site or "")), title)
        for id, url, site, title in await feeds.names(tx, among)
    }


async def match(
    tx: Transaction,
    topics: FollowedTopics,
    subjects: Iterable[tuple[ArticleId, Subject]],
    now: datetime,
) -> frozenset[ArticleId]:
    """Note which topics these new articles belong to; those that belong to any.

    Who wants to hear of such a topic at once is due. `subjects` may be made while they are asked for: others get their turn in between.
    """
    found = await _scores(tx, topics, subjects, now)
    await matches.match(tx, found)
    return await _alert(tx, found, now)


async def _scores(
    tx: Transaction,
    topics: FollowedTopics,
    subjects: Iterable[tuple[ArticleId, Subject]],
    now: datetime,
) -> dict[ArticleId, dict[TopicId, float]]:
    index = await topics.index(tx)
    found: dict[ArticleId, dict[TopicId, float]] = {}
    for number, (id, subject) in enumerate(subjects, start=1):
        scores = index.match(subject, now).items()
        found[id] = {TopicId(topic): score for topic, score in scores}
        if number % _TURN == 0:
            await asyncio.sleep(0)
    return found


async def _alert(
    tx: Transaction, found: Mapping[ArticleId, Mapping[TopicId, float]], now: datetime
) -> frozenset[ArticleId]:
    await due.alert(tx, {topic for belongs in found.values() for topic in belongs}, (), now)
    return frozenset(id for id, belongs in found.items() if belongs)


async def renew(
    tx: Transaction, topics: FollowedTopics, before: Sequence[Article], now: datetime
) -> frozenset[ArticleId]:
    """Take note of what became of some articles, given as they were; those that belong to any topic.

    A topic that one of them belongs to only now has it as news, unless it is old.
    """
    after = await articles.get_articles(tx, [article.id for article in before])
    known = await sources(tx, {article.feed_id for article in after})
    subjects = {
        article.id: subject_of_article(article, known.get(article.feed_id, Source()))
        for article in after
    }
    await unindex(tx, before)
    await search.index(
        tx,
        [row_of(one.id, one.published_at, indexed(subjects[one.id])) for one in after],
    )
    found = await _scores(tx, topics, subjects.items(), now)
    await matches.match_again(
        tx, found, [one.id for one in after if now - one.published_at < _LATE]
    )
    return await _alert(tx, found, now)


async def prune(database: Database, before: datetime, now: datetime) -> int:
    """Drop the articles seen before then, some at a time; how many."""
    dropped = 0
    while True:
        async with database.write() as tx:
            old = await articles.old_articles(tx, before, _BATCH)
            await unindex(tx, old)
            dropped += await articles.drop(tx, [article.id for article in old], now)
        if len(old) < _BATCH:
            break
    async with database.write() as tx:
        return dropped + await articles.prune(tx, before, now)


async def build_index(database: Database) -> int:
    """Build the full-text index anew, if an earlier version built it, some articles further; how many were left.

    0 once it is whole. What arrives meanwhile is indexed as ever.
    """
    async with database.read() as tx:
        if await mark(tx, _BUILT) == VERSION:
            return 0
    async with database.write() as tx:
        if await mark(tx, _BUILT) == VERSION:
            return 0
        begun = await mark(tx, _BUILDING)
        version, _, rest = (begun or "").partition(":")
        if version != VERSION:
            await search.clear(tx)
            rest = f"0-{await articles.newest(tx)}"
        done, _, last = rest.partition("-")
        some = await articles.articles_after(tx, ArticleId(int(done)), _BATCH)
        # Those that arrived since are in it already.
        some = tuple(one for one in some if one.id <= int(last))
        await search.index(tx, _rows(some))
        if len(some) < _BATCH:
            await set_mark(tx, _BUILT, VERSION)
        else:
            await set_mark(tx, _BUILDING, f"{VERSION}:{some[-1].id}-{last}")
    return len(some)


async def unindex(tx: Transaction, gone: Iterable[Article]) -> None:
    """Take articles out of the index, given as they are kept; if it does not know them so, it is built anew."""
    if not await search.unindex(tx, _rows(gone)):
        await set_mark(tx, _BUILDING, "")
        await set_mark(tx, _BUILT, "")


def _rows(kept: Iterable[Article]) -> list[IndexRow]:
    # Facts say nothing of the source.
    nowhere = Source()
    return [
        row_of(one.id, one.published_at, indexed(subject_of_article(one, nowhere))) for one in kept
    ]
