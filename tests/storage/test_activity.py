"""How much the bot is used, and the list of feeds for whoever runs it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from storage import chats, feeds, outbox, settlements
from storage.activity import activity, count_polled, polled
from storage.database import Database
from storage.records import ArticleId, ChatId, Dispatch, Failure, FeedId, Kind, Visit

Clock = Callable[[], datetime]


async def fail(tx: Any, id: FeedId, clock: Clock, **more: Any) -> None:
    later = clock() + timedelta(hours=1)
    failed = Visit(clock(), later, failure=Failure.STATUS, failure_detail="503", **more)
    await feeds.record(tx, [(id, failed)])


async def test_a_chat_is_active_if_it_asked_or_was_due_a_digest_of_something(
    any_database: Database, seed: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        for id in range(1, 6):
            await seed.chat(tx, id)
        # Everybody of these was last due long ago …
        clock.forward(days=40)
        await chats.change(tx, ChatId(2), asked_at=clock() - timedelta(days=29))
        # … except for one that follows something, one that follows nothing, and one that blocked the bot.
        for id in (3, 4, 5):
            await chats.change(tx, ChatId(id), last_digest_at=clock() - timedelta(days=1))
        await seed.topic(tx, 3, "rice")
        await seed.topic(tx, 5, "rice")
        await chats.change(tx, ChatId(5), unreachable_since=clock())
        assert (await activity(tx, clock())).active == 2


async def test_days_count_the_articles_dated_on_them_and_the_chats_that_there_were(
    any_database: Database, seed: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, 1)
        await seed.article(tx, "today")
        await seed.article(tx, "yesterday", hours=24)
        await seed.article(tx, "yesterday, too", hours=25)
        await seed.article(tx, "long ago", hours=24 * 40)
        days = (await activity(tx, clock())).days
    assert [day.date for day in days] == [
        clock().date() - timedelta(days=back) for back in range(29, -1, -1)
    ]
    assert [day.articles for day in days] == [0] * 28 + [2, 1]
    assert [day.chats for day in days] == [0] * 29 + [1]


async def test_delays_are_those_of_digests_of_the_last_day(
    any_database: Database, seed: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        assert (await activity(tx, clock())).delays is None
        due = Dispatch(due_at=clock())
        for id in range(1, 21):
            chat = await seed.chat(tx, id)
            await outbox.put(tx, chat.id, [("first", ""), ("second", "")], clock(), due)
            await outbox.put(tx, chat.id, [("an answer", "")], clock())
        clock.forward(seconds=1)
        for _ in range(20):
            clock.forward(seconds=1)
            [one] = await outbox.claim(tx, clock(), timedelta(minutes=1), 1)
            await settlements.sent(tx, [(one.id, 1)], clock())
            await settlements.space(tx, {one.chat_id: clock() + timedelta(hours=1)})
        delays = (await activity(tx, clock())).delays
    assert delays is not None
    assert delays.digests == 20
    assert (delays.half, delays.most) == (timedelta(seconds=11), timedelta(seconds=20))


async def test_the_feeds_in_trouble_are_listed_by_how_many_follow_them(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        works, fails, gone, unwanted = [
            await seed.feed(tx, f"https://{name}.example/feed", listed=name != "unwanted")
            for name in ("works", "fails", "gone", "unwanted")
        ]
        await seed.chat(tx, 1)
        await chats.subscribe(*(tx, ChatId(1), Kind.FEED, gone.id, "gone", ArticleId(0), clock()))
        for feed in (fails, gone, unwanted):
            await fail(tx, feed.id, clock, stop=feed is gone)
        assert await count_polled(tx, failing=True) == 2
        assert await count_polled(tx, failing=False) == 3
        listed = await polled(tx, failing=True, first=0, limit=10)
        assert [(one.title, one.followers) for one in listed] == [
            ("gone.example", 1),
            ("fails.example", 0),
        ]
        assert listed[0].stopped_at == clock()
        assert (listed[1].failure, listed[1].failure_detail) == (Failure.STATUS, "503")
        everything = await polled(tx, failing=False, first=1, limit=10)
        assert [one.id for one in everything] == [fails.id, works.id]
