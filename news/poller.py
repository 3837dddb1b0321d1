"""The visits to feeds, and what they bring in.

claim due ─▶ fetch ─▶ parse ─▶ only what is new ─▶ topics, stories ─▶ one transaction
              │304                                                      ▲
              └────────────────────────── visit recorded ───────────────┘
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from news import feed as feed_reader
from news import stories
from news.errors import FetchFailed
from news.fetch import Fetched, Fetcher
from news.text import words
from news.topics import TopicIndex
from storage import articles, chats, feeds
from storage.database import Database, Transaction
from storage.records import ArticleId, Failure, Feed, NewArticle, StoryId, Visit

LEASE = timedelta(minutes=5)
"""For how long a claimed feed is nobody else's; longer than any visit."""

PER_HOST = 2
"""Feeds of one host that are visited in one go."""

_HEADLINES = 5000
"""The newest headlines that a new article is compared with."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a feed is visited."""

    minimum: timedelta = timedelta(minutes=15)
    maximum: timedelta = timedelta(hours=24)
    quick_prefix: str = ""
    """Addresses that begin with this are visited every `quick`; empty for none."""
    quick: timedelta = timedelta(minutes=15)

    def after_success(self, url: str) -> timedelta:
        """Once an hour, within the bounds."""
        if self.quick_prefix and url.startswith(self.quick_prefix):
            return self.quick
        return max(self.minimum, min(timedelta(hours=1), self.maximum))

    def after_failure(self, url: str, failures: int) -> timedelta:
        """Twice as long after each failure in a row, counted from 1, up to the maximum."""
        return min(self.maximum, self.after_success(url) * float(2 ** min(failures, 16)))


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one visit went."""

    feed: Feed
    new_articles: int
    failure: Failure | None
    """None: it went well."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was fetched and understood."""

    fetched: Fetched
    parsed: feed_reader.ParsedFeed


async def read(fetcher: Fetcher, url: str) -> Reading:
    """Fetch and parse an address. Raises FetchFailed."""
    return await _parse(await fetcher.get(url))


async def _parse(fetched: Fetched) -> Reading:
    parsed = await asyncio.to_thread(
        feed_reader.parse, fetched.body, fetched.url, fetched.content_type
    )
    return Reading(fetched, parsed)


async def poll_due(
    database: Database,
    fetcher: Fetcher,
    clock: Callable[[], datetime],
    owner: str,
    pace: Pace,
    limit: int,
) -> tuple[PollResult, ...]:
    """Visit up to `limit` feeds that are due, at once; a result for each."""
    async with database.write() as tx:
        due = await feeds.claim_due(tx, clock(), owner, LEASE, limit, PER_HOST)
    async with asyncio.TaskGroup() as group:
        visits = [group.create_task(visit(database, fetcher, feed, clock, pace)) for feed in due]
    return tuple(task.result() for task in visits)


async def visit(
    database: Database, fetcher: Fetcher, feed: Feed, clock: Callable[[], datetime], pace: Pace
) -> PollResult:
    """Visit one claimed feed. What its publisher does wrong ends up in the result, not as an exception."""
    reading: Reading | None = None
    try:
        fetched = await fetcher.get(feed.url, feed.etag, feed.last_modified)
        if not fetched.not_modified:
            reading = await _parse(fetched)
    except FetchFailed as error:
        return await _record_failure(database, feed, error, clock(), pace)
    except Exception as error:  # noqa: BLE001 - whatever a document does to its parser is that feed's trouble
        wrapped = FetchFailed(Failure.NOT_A_FEED, type(error).__name__)
        return await _record_failure(database, feed, wrapped, clock(), pace)
    now = clock()
    new: tuple[ArticleId, ...] = ()
    async with database.write() as tx:
        if reading is None:
            await feeds.record(
                tx,
                feed.id,
                Visit(
                    at=now,
                    next_visit_at=now + pace.after_success(feed.url),
                    etag=fetched.etag,
                    last_modified=fetched.last_modified,
                ),
            )
        else:
            new = await take_in(tx, feed, reading, now, pace)
    return PollResult(feed, len(new), None)


async def _record_failure(
    database: Database, feed: Feed, error: FetchFailed, now: datetime, pace: Pace
) -> PollResult:
    async with database.write() as tx:
        await feeds.record(
            tx,
            feed.id,
            Visit(
                at=now,
                next_visit_at=now + pace.after_failure(feed.url, feed.failures + 1),
                failure=error.failure,
                failure_detail=error.detail,
            ),
        )
    return PollResult(feed, 0, error.failure)


async def take_in(
    tx: Transaction, feed: Feed, reading: Reading, now: datetime, pace: Pace
) -> tuple[ArticleId, ...]:
    """Keep what is new in a feed, with its stories and topics, and record the visit.

    What a feed holds at its first visit becomes known and searchable, and is never pushed.
    The new articles, in the order of their dates.
    """
    fetched, parsed = reading.fetched, reading.parsed
    known = await articles.known(tx, feed.id, [entry.identity for entry in parsed.entries])
    fresh = sorted(
        (entry for entry in parsed.entries if entry.identity not in known),
        key=lambda entry: entry.published_at or now,
    )
    story_ids = await _stories_of(tx, feed, fresh, now)
    new = [
        NewArticle(
            identity=entry.identity,
            url=entry.url,
            canonical_url=entry.canonical_url,
            title=entry.title,
            summary=entry.summary,
            words=words([entry.title, entry.summary]),
            published_at=min(entry.published_at or now, now),
            story_id=story_id,
            archived=feed.visited_at is None,
        )
        for entry, story_id in zip(fresh, story_ids, strict=True)
    ]
    ids = await articles.add(tx, feed.id, new, now)
    if new:
        index = TopicIndex(await chats.followed_topics(tx))
        await chats.match(
            tx, {id: index.match(article.words) for id, article in zip(ids, new, strict=True)}
        )
    await feeds.record(
        tx,
        feed.id,
        Visit(
            at=now,
            next_visit_at=now + pace.after_success(feed.url),
            title=parsed.title or None,
            site_url=parsed.site_url,
            language=parsed.language,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        ),
    )
    return ids


async def _stories_of(
    tx: Transaction, feed: Feed, fresh: list[feed_reader.Entry], now: datetime
) -> list[StoryId]:
    if not fresh:
        return []
    dates = [min(entry.published_at or now, now) for entry in fresh]
    known = await articles.headlines(tx, min(dates) - stories.WINDOW, _HEADLINES)
    arrivals = [
        stories.Arrival(feed.id, entry.canonical_url, entry.title, date)
        for entry, date in zip(fresh, dates, strict=True)
    ]
    assigned = stories.assign(arrivals, known)
    begun = await articles.add_stories(tx, len({place for place in assigned if place <= 0}), now)
    return [StoryId(place) if place > 0 else begun[-place] for place in assigned]
