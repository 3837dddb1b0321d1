"""What a document brings in: from its bytes to articles, stories and topics.

bytes ─▶ worker: parse ─▶ known? ─▶ worker: text of what is not ─▶ Reading
Readings ─▶ one transaction: articles, their stories, their topics ─▶ Taken
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from news import archive, arrivals, pace, sites
from news import feed as feed_reader
from news.addresses import host_of, is_front_page
from news.dates import EARLIEST
from news.errors import FetchFailed
from news.fetch import Fetched
from news.followed_topics import FollowedTopics
from news.indexing import indexed, row_of
from news.languages import language_of
from news.matching import Source, Subject, source_of
from news.stories import WINDOW
from news.story_board import HORIZON, Arrival, Board
from news.story_shelf import CAPACITY
from news.story_vectors import story_words
from news.text import read
from news.worker import Worker, WorkerKilled, WorkerLost
from storage import articles, due, feeds, pages, search
from storage import joins as joined
from storage.database import Database, Transaction
from storage.records import (
    Article,
    ArticleId,
    Failure,
    Feed,
    FeedId,
    Headline,
    NewArticle,
    Said,
    StoryId,
)

LEARN = 60
"""Headlines that are learnt in one go; each takes a fifth of a millisecond, and other tasks wait meanwhile."""

_READ_AGAIN = 20
"""Headlines without words for which they are made in one go; each takes a third of a millisecond."""

_READABLE = 400
"""Characters of text below which an article's page is worth reading."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was understood, with the text of what is not known of it."""

    parsed: feed_reader.ParsedFeed
    said: Said
    unknown: tuple[feed_reader.Entry, ...]
    edited: tuple[tuple[ArticleId, int, feed_reader.Entry], ...]
    """With the article, and how often it was changed, this time included."""
    dropped: tuple[str, ...] = ()
    """Identities of entries that it still lists though their articles were dropped."""
    announced: bool = False
    """True if a hub sent it: then it holds only what is new, and tells nothing of what is missing in it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was kept of some readings."""

    fresh: Mapping[FeedId, int]
    """How many new articles of each feed are news."""
    headlines: tuple[Headline, ...]
    matched: Mapping[FeedId, int]
    """How many new articles of each feed belong to a topic that somebody follows."""
    joins: tuple[tuple[StoryId, StoryId], ...] = ()
    """Stories that turned out to be one, or that go on under another name: the one that is gone, its heir."""


async def parse(
    worker: Worker, fetched: Fetched, seen: str | None = None
) -> feed_reader.ParsedFeed:
    """The feed that was fetched. Raises FetchFailed; whatever a document does to its parser is that feed's trouble.

    Raises WorkerLost if there is no parser.
    """
    try:
        return await worker.run(
            feed_reader.parse, fetched.body, fetched.url, fetched.content_type, seen
        )
    except FetchFailed as error:
        raise FetchFailed(error.failure, error.detail, fetched.answer) from error
    except WorkerKilled as error:
        raise FetchFailed(Failure.NOT_A_FEED, "too hard to read", fetched.answer) from error
    except WorkerLost:
        raise
    except Exception as error:
        raise FetchFailed(Failure.NOT_A_FEED, type(error).__name__, fetched.answer) from error


def with_hub(said: Said, fetched: Fetched) -> Said:
    """What a document says, with the hub that its server names in `Link:` headers, which come first (WebSub, 4)."""
    hub, topic = sites.hub_links(fetched.answer.headers.get("link", ""), fetched.url)
    if not hub and not said.hub_url:
        return said
    # Without a word on it, the hub will know the feed by the address that it was read from.
    topic = topic or said.hub_topic or fetched.url
    return replace(said, hub_url=hub or said.hub_url, hub_topic=topic)


class Intake:
    """Takes documents in. One for a process, since it remembers what is told already."""

    def __init__(self, database: Database, worker: Worker, read_pages: bool = False) -> None:
        """With `read_pages`, the pages of articles that say little are put down to be read."""
        self._database = database
        self._worker = worker
        self._read_pages = read_pages
        self._board = Board()
        self._topics = FollowedTopics()

    async def read(
        self, feed: Feed | None, fetched: Fetched, now: datetime, thoroughly: bool = True
    ) -> Reading:
        """Parse what was fetched, and take the text out of what a feed did not have before. Raises FetchFailed.

        Unless `thoroughly`, nothing is looked up if no entry came, went or changed since the last document.
        """
        # Here, since nobody may wait long in the transaction that asks for them.
        await self._topics.prepare(self._database)
        seen = None if feed is None or thoroughly else feed.outline
        reading = await self._sort_out(feed, await parse(self._worker, fetched, seen), now)
        return replace(reading, said=with_hub(reading.said, fetched))

    async def _sort_out(
        self, feed: Feed | None, parsed: feed_reader.ParsedFeed, now: datetime
    ) -> Reading:
        """Take the text out of the entries that a feed did not have before; None for a feed that is new itself."""
        known = {}
        if feed is not None and parsed.entries:
            async with self._database.read() as tx:
                known = await articles.recall(
                    tx, feed.id, [entry.identity for entry in parsed.entries]
                )
        found = arrivals.sort_out(parsed.entries, known)
        dropped = tuple(id for id, entry in known.items() if entry.article_id is None)
        raws = [*found.unknown, *(raw for _, _, raw in found.edited)]
        entries: tuple[feed_reader.Entry, ...] = ()
        if raws:
            declared = parsed.language or (feed.language if feed else None)
            try:
                entries = await self._worker.run(feed_reader.complete_all, raws, declared)
            except WorkerKilled as error:
                raise FetchFailed(Failure.NOT_A_FEED, "too hard to read") from error
        count = len(found.unknown)
        edited = zip(found.edited, entries[count:], strict=True)
        return Reading(
            parsed,
            pace.said(parsed, now),
            entries[:count],
            tuple((id, changes, entry) for (id, changes, _), entry in edited),
            dropped,
        )

    async def take_in(
        self, tx: Transaction, readings: Sequence[tuple[Feed, Reading]], now: datetime
    ) -> Taken:
        """Keep what is new in some feeds, with its stories and topics. Tell `learn` once it is committed.

        What a feed holds at its first visit becomes known and searchable, and is never pushed.
        """
        await self._catch_up(tx, now)
        new: list[tuple[FeedId, feed_reader.Entry, bool]] = []
        edits: list[tuple[ArticleId, int, NewArticle]] = []
        blank = await _blank(tx, [feed for feed, _ in readings])
        for feed, reading in readings:
            new += await _new_entries(tx, feed, reading, feed.id in blank)
            edits += [
                (id, changes, _article(entry, StoryId(0), False, now))
                for id, changes, entry in reading.edited
            ]
        story_ids, joins = await self._stories_of(tx, new, now)
        kept = [
            (feed_id, _article(entry, story_id, archived, now))
            for (feed_id, entry, archived), story_id in zip(new, story_ids, strict=True)
        ]
        ids = await articles.add(tx, kept, now)
        await search.index(
            tx,
            [
                row_of(id, article.published_at, entry.index)
                for id, (_, article), (_, entry, _) in zip(ids, kept, new, strict=True)
            ],
        )
        arrived = [*zip(ids, kept, strict=True)]
        matched = await self._match(tx, readings, arrived, now)
        of_feeds = Counter(feed_id for id, (feed_id, _) in arrived if id in matched)
        if edits:
            before = await articles.get_articles(tx, [id for id, _, _ in edits])
            await articles.edit(tx, edits)
            matched |= await self.renew(tx, before, now)
        for feed, reading in readings:
            await articles.remember(tx, feed.id, reading.dropped, now)
        if self._read_pages:
            await _put_pages(tx, arrived, matched, now)
        fresh = Counter(feed_id for feed_id, article in kept if not article.archived)
        await due.alert(tx, (), fresh, now)
        return Taken(fresh, _headlines(arrived, now), of_feeds, joins)

    async def _match(
        self,
        tx: Transaction,
        readings: Sequence[tuple[Feed, Reading]],
        kept: Sequence[tuple[ArticleId, tuple[FeedId, NewArticle]]],
        now: datetime,
    ) -> frozenset[ArticleId]:
        """Note which topics hold these new articles; those that any topic holds."""
        if not kept or not await self._topics.index(tx):
            return frozenset()
        known = {feed.id: _source(feed, reading.said) for feed, reading in readings}
        subjects = (
            (id, archive.subject_of_article(article, known[feed_id]))
            for id, (feed_id, article) in kept
        )
        return await archive.match(tx, self._topics, subjects, now)

    async def renew(
        self, tx: Transaction, before: Sequence[Article], now: datetime
    ) -> frozenset[ArticleId]:
        """Take note of what became of some articles, given as they were; those that belong to any topic."""
        return await archive.renew(tx, self._topics, before, now)

    def learn(self, taken: Taken) -> None:
        """Remember what was kept, now that it is committed."""
        self._board.learn(taken.headlines, taken.joins)

    async def _catch_up(self, tx: Transaction, now: datetime) -> None:
        """Learn what was kept before this process began, or by another one."""
        newest = await articles.newest(tx)
        if newest <= self._board.newest:
            return
        # What is gone by joins that are known before anything is learnt comes under its new name.
        joins = await joined.joins_after(tx, self._board.newest_join)
        self._board.learn((), [(gone, into) for _, gone, into in joins])
        self._board.newest_join = joins[-1][0] if joins else self._board.newest_join
        missed = await articles.headlines(tx, self._board.newest, now - HORIZON, CAPACITY)
        for first in range(0, len(missed), LEARN):
            self._board.learn(await _with_words(missed[first : first + LEARN]))
            await asyncio.sleep(0)
        # What is too old to be learnt need not be looked through again.
        self._board.newest = newest

    async def _stories_of(
        self, tx: Transaction, new: Sequence[tuple[FeedId, feed_reader.Entry, bool]], now: datetime
    ) -> tuple[list[StoryId], tuple[tuple[StoryId, StoryId], ...]]:
        if not new:
            return [], ()
        found = [
            Arrival(
                feed_id, entry.canonical_url, entry.story_words, min(entry.published_at or now, now)
            )
            for feed_id, entry, _ in new
        ]
        since = min(arrival.published_at for arrival in found) - WINDOW
        told = await articles.stories_of_pages(
            tx, [arrival.canonical_url for arrival in found], max(since, now - 2 * HORIZON)
        )
        assigned = self._board.assign(found, told, now)
        # The board may remember what was pruned since.
        named = {StoryId(one) for one in assigned.stories if one > 0}
        there = await joined.existing(tx, named.union(*assigned.joins))
        joins = [(gone, into) for gone, into in assigned.joins if into in there]
        for gone, into in joins:
            await joined.join_stories(tx, gone, into)
        pruned = sorted(named - there)
        new_ones = len({one for one in assigned.stories if one <= 0})
        begun = await articles.add_stories(tx, new_ones + len(pruned), now)
        heirs = dict(zip(pruned, begun[new_ones:], strict=True))
        ids = [
            heirs.get(StoryId(one), StoryId(one)) if one > 0 else begun[-one]
            for one in assigned.stories
        ]
        return ids, (*joins, *heirs.items())


async def _put_pages(
    tx: Transaction,
    arrived: Sequence[tuple[ArticleId, tuple[FeedId, NewArticle]]],
    matched: Collection[ArticleId],
    now: datetime,
) -> None:
    """Note which pages of these new articles are to be read; `matched` are those that some topic holds."""
    followed = await feeds.followers(tx, {feed_id for _, (feed_id, _) in arrived})
    wanting = [
        id
        for id, (feed_id, article) in arrived
        if not article.archived
        and article.url
        and len(article.summary) + len(article.text) < _READABLE
        # Pages that nobody is going to read are no business of ours.
        and (feed_id in followed or id in matched)
    ]
    await pages.put(tx, wanting, now)


def _headlines(
    arrived: Sequence[tuple[ArticleId, tuple[FeedId, NewArticle]]], now: datetime
) -> tuple[Headline, ...]:
    """What the board learns of new articles, as far as they are new enough."""
    return tuple(
        Headline(
            id,
            article.story_id,
            feed_id,
            article.canonical_url,
            article.title,
            article.published_at,
            article.story_words,
        )
        for id, (feed_id, article) in arrived
        if now - article.published_at <= HORIZON
    )


async def _with_words(headlines: Sequence[Headline]) -> list[Headline]:
    """With what the parser's process gives new articles, for those that were kept before it did."""
    found: list[Headline] = []
    for number, one in enumerate(headlines, start=1):
        found.append(one if one.words else _read_again(one))
        if not one.words and number % _READ_AGAIN == 0:
            await asyncio.sleep(0)
    return found


def _read_again(headline: Headline) -> Headline:
    language = headline.language or language_of(f"{headline.title}\n{headline.summary}")
    text = read(headline.title, headline.summary, language)
    # No place counts among the words that tell a story.
    seen = Subject(text, (), {}, Source(), headline.published_at)
    return replace(headline, words=story_words(text, indexed(seen)))


async def _blank(tx: Transaction, visited: Sequence[Feed]) -> frozenset[FeedId]:
    """Feeds of which nothing can be known yet."""
    first = {feed.id for feed in visited if feed.visited_at is None}
    return frozenset(first - await articles.with_memories(tx, first)) if first else frozenset()


async def _new_entries(
    tx: Transaction, feed: Feed, reading: Reading, blank: bool
) -> list[tuple[FeedId, feed_reader.Entry, bool]]:
    """What is still unknown, oldest first, with whether it is archived."""
    unknown = reading.unknown
    known: Collection[str] = ()
    twins: Collection[str] = ()
    before: Collection[str] = ()
    if not blank:
        # Somebody else may have read the same feed meanwhile; and some come back under other names.
        known = await articles.recall(tx, feed.id, [entry.identity for entry in unknown])
        twins = await articles.known_twins(tx, feed.id, [entry.twin for entry in unknown])
        before = await articles.untwinned(tx, feed.id, _own_pages(unknown))
    listed = 0 if reading.announced else len(reading.parsed.entries)
    old = arrivals.are_archive(unknown, listed, feed.visited_at, feed.newest_entry_at)
    found = [
        (feed.id, entry, archived)
        for entry, archived in zip(unknown, old, strict=True)
        if entry.identity not in known and entry.twin not in twins and entry.url not in before
    ]
    # Sorting is stable: entries without a date are taken as listed, newest first.
    found.reverse()
    dated = [entry.published_at for _, entry, _ in found if entry.published_at]
    latest = max(dated, default=EARLIEST)
    return sorted(found, key=lambda one: one[1].published_at or latest)


def _own_pages(entries: Sequence[feed_reader.Entry]) -> list[str]:
    """The addresses that tell an entry from others: not those that several have, nor a site's front page."""
    times = Counter(entry.url for entry in entries)
    return [url for url, count in times.items() if count == 1 and not is_front_page(url)]


def _article(
    entry: feed_reader.Entry, story_id: StoryId, archived: bool, now: datetime
) -> NewArticle:
    return NewArticle(
        identity=entry.identity,
        url=entry.url,
        canonical_url=entry.canonical_url,
        title=entry.title,
        summary=entry.summary,
        language=entry.language,
        published_at=min(entry.published_at or now, now),
        story_id=story_id,
        archived=archived,
        text=entry.text,
        fingerprint=entry.fingerprint,
        twin=entry.twin,
        image_url=entry.image_url,
        story_words=entry.story_words,
    )


def _source(feed: Feed, said: Said) -> Source:
    hosts = (host_of(feed.url), host_of(said.site_url or feed.site_url or ""))
    return source_of(hosts, said.title or feed.title)
