"""The feeds that the operator adds by hand: polled whoever follows them. For the command line."""

from collections.abc import Callable
from datetime import datetime

from news.discover import Found, FoundFeed, discover, find_known
from news.follow import keep_new_feed
from news.sources import Sources
from storage import feeds
from storage.batches import batches
from storage.database import Database
from storage.records import Feed, FeedId, ListedFeed

_BATCH = 500
"""Feeds of a list that share a transaction."""


async def add(sources: Sources, address: str) -> Feed | Found:
    """Pin the feed at an address, with one request if it is new; what is there instead, if it is no feed.

    Raises FetchFailed, or NoFeedFound with what was tried.
    """
    async with sources.database.read() as tx:
        known = await find_known(tx, address)
    now = sources.clock()
    if known is not None and known.visited_at is not None:
        async with sources.database.write() as tx:
            await feeds.reawaken(tx, [known.id], now)
            return await feeds.add(tx, known.url, now, pinned=True)
    found = await discover(sources, address)
    if not isinstance(found, FoundFeed):
        return found
    async with sources.database.write() as tx:
        feed, taken = await keep_new_feed(tx, sources, found, now)
        feed = await feeds.add(tx, feed.url, now, pinned=True)
    if taken is not None:
        sources.intake.learn(taken)
    return feed


async def remove(database: Database, named: str) -> Feed | None:
    """Unpin the feed with this address or number; the feed as it is then, None if there is no such feed."""
    async with database.write() as tx:
        feed = await feeds.find(tx, named)
        if feed is None and named.isascii() and named.isdecimal() and len(named) < 16:
            feed = await feeds.get(tx, FeedId(int(named)))
        if feed is None:
            return None
        await feeds.unpin(tx, feed.id)
        return await feeds.get(tx, feed.id)


async def import_list(
    database: Database,
    outlines: tuple[ListedFeed, ...],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Pin every feed of a list, in its folders; each is visited when its turn comes. How many are new.

    `progress` hears how many are done, from time to time.
    """
    new = done = 0
    for batch in batches(outlines, _BATCH):
        async with database.write() as tx:
            known = await feeds.ids_of(tx, [outline.url for outline in batch])
            await feeds.pin_all(tx, batch, now)
        new += len(batch) - len(known)
        done += len(batch)
        progress(done)
    return new


async def listed(database: Database, failing: bool = False) -> tuple[Feed, ...]:
    """All feeds that are polled, by folder and title, or those of them that are in trouble."""
    async with database.read() as tx:
        return await feeds.every(tx, failing=failing)


def as_outlines(listed: tuple[Feed, ...]) -> tuple[ListedFeed, ...]:
    """Feeds as a list that can be exported."""
    return tuple(ListedFeed(feed.url, feed.title, feed.folder) for feed in listed)
