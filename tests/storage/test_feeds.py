"""Feeds and the visits to them."""

import asyncio
from datetime import timedelta
from typing import Any

from storage import candidates, chats, due, feeds
from storage.database import Database, Transaction
from storage.records import (
    ArticleId,
    ChatId,
    Failure,
    Feed,
    Kind,
    ListedFeed,
    Said,
    Visit,
)

Seed = Any
LEASE = timedelta(minutes=5)


DELAY = timedelta(seconds=2)


async def claim(
    tx: Transaction, clock: Any, limit: int = 100, delay: timedelta = timedelta(0)
) -> list[str]:
    due = await feeds.claim_due(tx, clock(), "me", LEASE, limit, delay)
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
        await feeds.record(tx, [(later.id, visit)])
        await seed.chat(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, followed.id, "x", ArticleId(0), clock())
        assert await claim(tx, clock) == ["https://a.example/followed", "https://a.example/listed"]


async def test_a_host_is_visited_once_at_a_time_and_not_before_its_pause_is_over(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(3):
            await seed.feed(tx, f"https://a.example/{number}")
            await seed.feed(tx, f"https://b.example/{number}")
        assert await claim(tx, clock, delay=DELAY) == ["https://a.example/0", "https://b.example/0"]
        clock.forward(seconds=3)
        assert await claim(tx, clock, delay=DELAY) == []
        first = await feeds.find(tx, "https://a.example/0")
        assert first is not None
        await feeds.record(tx, [(first.id, Visit(clock(), clock() + timedelta(hours=1)))])
        assert await claim(tx, clock, delay=DELAY) == ["https://a.example/1"]
        second = await feeds.find(tx, "https://a.example/1")
        assert second is not None
        await feeds.record(tx, [(second.id, Visit(clock(), clock() + timedelta(hours=1)))])
        assert await claim(tx, clock, delay=DELAY) == []
        clock.forward(seconds=2)
        assert await claim(tx, clock, delay=DELAY) == ["https://a.example/2"]


async def test_a_paused_host_is_left_alone_and_a_longer_pause_stays(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.feed(tx, "https://a.example/1")
        await seed.feed(tx, "https://b.example/1")
        long = clock() + timedelta(hours=2)
        await feeds.pause_host(tx, "a.example", long)
        await feeds.pause_host(tx, "a.example", clock() + timedelta(hours=1))
        assert await feeds.paused_hosts(tx, clock()) == {"a.example": long}
        assert await feeds.any_due(tx, clock())
        assert await claim(tx, clock) == ["https://b.example/1"]
        clock.forward(hours=1, minutes=59)
        assert await claim(tx, clock, delay=DELAY) == ["https://b.example/1"]
        clock.forward(minutes=2)
        assert await claim(tx, clock, delay=DELAY) == ["https://a.example/1"]
        await feeds.prune_hosts(tx, clock() + timedelta(days=1))
        assert await feeds.paused_hosts(tx, clock()) == {}


async def test_what_was_claimed_and_not_visited_is_given_back(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.feed(tx, "https://a.example/1")
        assert await claim(tx, clock)
        await feeds.release(tx, "somebody else")
        assert not await feeds.any_due(tx, clock())
        await feeds.release(tx, "me")
        assert await claim(tx, clock) == ["https://a.example/1"]


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
                due = await feeds.claim_due(tx, clock(), owner, LEASE, 7, DELAY)
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
        await feeds.record(
            tx, [(feed.id, Visit(clock(), clock(), etag='W/"x"', said=Said("Title")))]
        )
        await feeds.record(tx, [(feed.id, failed)])
        clock.forward(hours=1)
        failed = Visit(clock(), clock(), failure=Failure.TIMEOUT)
        await feeds.record(tx, [(feed.id, failed)])
        seen = await feeds.get(tx, feed.id)
        assert seen is not None
        assert (seen.failures, seen.failing_since, seen.failure) == (2, first, Failure.TIMEOUT)
        assert (seen.etag, seen.title) == ('W/"x"', "Title")
        await feeds.record(tx, [(feed.id, Visit(clock(), clock()))])
        seen = await feeds.get(tx, feed.id)
        assert seen is not None
        assert (seen.failures, seen.failing_since, seen.failure) == (0, None, None)
        assert (seen.etag, seen.title) == (None, "Title")


async def test_a_feed_with_articles_is_never_forgotten_as_an_offer(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        offer = await seed.feed(tx, "https://a.example/", listed=False)
        asleep = await seed.feed(tx, "https://b.example/", listed=False)
        await seed.article(tx, feed=asleep)
        clock.forward(days=9)
        await feeds.prune_unwanted(tx, clock())
        assert await feeds.get(tx, offer.id) is None
        assert await feeds.get(tx, asleep.id) is not None


async def test_only_ones_own_leases_are_given_back(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        feed = await seed.feed(tx)
        assert await claim(tx, clock) == [feed.url]
        await feeds.give_back(tx, [feed.id], "somebody else")
        assert await claim(tx, clock) == []
        await feeds.give_back(tx, [feed.id], "me")
        assert await claim(tx, clock) == [feed.url]


async def test_the_catalogue_is_exactly_what_was_listed_last(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        a_, b_, c_ = (
            ListedFeed("https://a.example/", "A"),
            ListedFeed("https://b.example/"),
            ListedFeed("https://c.example/", "C", "Asia/Japan"),
        )
        await feeds.set_catalogue(tx, [a_, b_], clock())
        await feeds.set_catalogue(tx, [b_, c_], clock())
        assert await claim(tx, clock) == ["https://b.example/", "https://c.example/"]
        a = await feeds.find(tx, "https://a.example/")
        assert a is not None
        assert (a.title, a.in_catalogue) == ("A", False)
        assert [feed.folder for feed in await feeds.every(tx)] == ["", "Asia/Japan"]
        await feeds.set_catalogue(tx, [], clock())
        assert await claim(tx, clock) == []


async def test_a_feed_that_the_operator_added_is_polled_whoever_follows_it(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        feed = await feeds.add(tx, "https://a.example/", clock(), pinned=True)
        assert await claim(tx, clock) == ["https://a.example/"]
        await feeds.release(tx, "me")
        await feeds.unpin(tx, feed.id)
        assert await claim(tx, clock) == []


async def test_a_feed_that_moved_is_found_under_both_addresses(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        feed = await seed.feed(tx, "https://a.example/old")
        await feeds.record(tx, [(feed.id, Visit(clock(), clock(), etag="x"))])
        moved = await feeds.move(tx, feed, "https://b.example/new")
        assert (moved.id, moved.url, moved.etag) == (feed.id, "https://b.example/new", None)
        old = await feeds.find(tx, "https://a.example/old")
        assert old == await feeds.find(tx, "https://b.example/new") == moved
        assert await claim(tx, clock) == ["https://b.example/new"]
        back = await feeds.move(tx, moved, "https://a.example/old")
        assert back.url == "https://a.example/old"
        assert (await feeds.add(tx, "https://b.example/new", clock())).id == feed.id


async def test_who_follows_a_feed_and_the_one_that_it_moves_to_misses_nothing_of_either(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        old = await seed.feed(tx, "https://a.example/")
        new = await seed.feed(tx, "https://b.example/")
        await seed.chat(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, old.id, "a", ArticleId(0), clock())
        [first] = await chats.followed(tx, ChatId(1))
        await due.set_schedule(tx, [first.id], "daily 18:00", clock())
        missed = await seed.article(tx, feed=old)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, new.id, "b", missed, clock())
        await feeds.move(tx, old, new.url)
        [left] = await chats.followed(tx, ChatId(1))
        assert (left.target, left.after_article) == (new.id, ArticleId(0))
        assert (left.schedule, left.next_digest_at) == ("daily 18:00", clock())
        found = await candidates.own_news_for(tx, ChatId(1), [left.id], missed, 9)
        assert [one.article_id for one in found] == [missed]


async def test_lasting_trouble_is_found_once_and_only_if_somebody_follows(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        followed = await seed.feed(tx, "https://a.example/1")
        await seed.feed(tx, "https://a.example/2")
        await seed.chat(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, followed.id, "x", ArticleId(0), clock())
        for feed in await feeds.every(tx):
            failed = Visit(clock(), clock(), failure=Failure.TIMEOUT)
            await feeds.record(tx, [(feed.id, failed)])

        async def lasting() -> list[str]:
            week = clock() - timedelta(days=7)
            return [feed.url for feed in await feeds.in_lasting_trouble(tx, week, 10)]

        assert await lasting() == []
        clock.forward(days=7)
        assert await lasting() == ["https://a.example/1"]
        assert await feeds.tell_trouble(tx, followed.id, clock())
        assert not await feeds.tell_trouble(tx, followed.id, clock())
        assert await lasting() == []
        await feeds.record(tx, [(followed.id, Visit(clock(), clock()))])
        gone = Visit(clock(), clock(), failure=Failure.GONE, stop=True)
        await feeds.record(tx, [(followed.id, gone)])
        assert await lasting() == ["https://a.example/1"]
        assert [feed.url for feed in await feeds.every(tx, failing=True)] == [
            "https://a.example/1",
            "https://a.example/2",
        ]
        assert await claim(tx, clock) == ["https://a.example/2"]
        await feeds.revive(tx, [followed.id], clock())
        assert await claim(tx, clock) == ["https://a.example/1"]
