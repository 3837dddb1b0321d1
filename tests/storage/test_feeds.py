"""Feeds and the visits to them."""

import asyncio
from datetime import timedelta
from typing import Any

from storage import chats, feeds
from storage.database import Database, Transaction
from storage.records import ArticleId, ChatId, Failure, Feed, Kind, Visit

Seed = Any
LEASE = timedelta(minutes=5)


async def claim(tx: Transaction, clock: Any, limit: int = 100, per_host: int = 100) -> list[str]:
    due = await feeds.claim_due(tx, clock(), "me", LEASE, limit, per_host)
    return sorted(feed.url for feed in due)


async def test_a_claimed_feed_is_nobody_elses_until_its_lease_is_over(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.feed(tx)
        assert await claim(tx, clock) == ["https://a.example/feed"]
        assert await claim(tx, clock) == []
        clock.forward(minutes=5)
        assert await claim(tx, clock) == ["https://a.example/feed"]


async def test_only_due_feeds_that_somebody_wants_are_claimed(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.feed(tx, "https://a.example/listed")
        followed = await seed.feed(tx, "https://a.example/followed", listed=False)
        await seed.feed(tx, "https://a.example/nobodys", listed=False)
        later = await seed.feed(tx, "https://a.example/later")
        visit = Visit(clock(), clock() + timedelta(hours=1))
        await feeds.record(tx, later.id, visit)
        await seed.chat(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, followed.id, "x", ArticleId(0), clock())
        assert await claim(tx, clock) == ["https://a.example/followed", "https://a.example/listed"]


async def test_no_host_gets_more_than_its_share_at_once(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(5):
            await seed.feed(tx, f"https://a.example/{number}")
            await seed.feed(tx, f"https://b.example/{number}")
        assert len(await claim(tx, clock, per_host=2)) == 4
        assert len(await claim(tx, clock, limit=3)) == 3


async def test_eight_claimers_at_once_claim_each_feed_exactly_once(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(200):
            await seed.feed(tx, f"https://{number}.example/")
    claimed: list[Feed] = []

    async def work(owner: str) -> None:
        while True:
            async with any_database.write() as tx:
                due = await feeds.claim_due(tx, clock(), owner, LEASE, 7, 9)
            if not due:
                return
            claimed.extend(due)

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(work(f"worker {number}"))
    assert sorted(feed.id for feed in claimed) == sorted({feed.id for feed in claimed})
    assert len(claimed) == 200


async def test_failures_are_counted_until_a_success(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        feed = await seed.feed(tx)
        first = clock()
        failed = Visit(clock(), clock(), failure=Failure.STATUS, failure_detail="500")
        await feeds.record(tx, feed.id, Visit(clock(), clock(), etag='W/"x"', title="Title"))
        await feeds.record(tx, feed.id, failed)
        clock.forward(hours=1)
        failed = Visit(clock(), clock(), failure=Failure.TIMEOUT)
        await feeds.record(tx, feed.id, failed)
        seen = await feeds.get(tx, feed.id)
        assert seen is not None
        assert (seen.failures, seen.failing_since, seen.failure) == (2, first, Failure.TIMEOUT)
        assert (seen.etag, seen.title) == ('W/"x"', "Title")
        await feeds.record(tx, feed.id, Visit(clock(), clock()))
        seen = await feeds.get(tx, feed.id)
        assert seen is not None
        assert (seen.failures, seen.failing_since, seen.failure) == (0, None, None)
        assert (seen.etag, seen.title) == (None, "Title")


async def test_the_catalogue_is_exactly_what_was_listed_last(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        await feeds.set_catalogue(
            tx, [("https://a.example/", "A"), ("https://b.example/", "")], clock()
        )
        await feeds.set_catalogue(
            tx, [("https://b.example/", ""), ("https://c.example/", "C")], clock()
        )
        assert await claim(tx, clock) == ["https://b.example/", "https://c.example/"]
        a = await feeds.find(tx, "https://a.example/")
        assert a is not None
        assert (a.title, a.in_catalogue) == ("A", False)
        await feeds.set_catalogue(tx, [], clock())
        assert await claim(tx, clock) == []
