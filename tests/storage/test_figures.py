"""What is counted for operators, on both databases."""

from datetime import datetime, timedelta
from typing import Any

from storage import chats, feeds, outbox
from storage.counts import ChatState, Crowd, FeedState
from storage.database import Database
from storage.figures import figures, gauges
from storage.records import ArticleId, Chat, ChatId, Dispatch, Failure, Kind, State, Visit
from storage.schema import outbox as messages
from storage.schema import subscriptions


async def add_chat(tx: Any, id: int, clock: Any, **chosen: Any) -> None:
    now = clock()
    due = chosen.pop("next_digest_at", None)
    chat = Chat(
        *(ChatId(id), "UTC", "en", "weekly mon 09:00", due, now, ArticleId(0)), False, None, None
    )
    await chats.add(tx, chat, now)
    if chosen:
        await chats.change(tx, chat.id, **chosen)


async def settle(tx: Any, id: int, state: State, now: datetime) -> None:
    change = messages.update().where(messages.c.id == id)
    await tx.execute(change.values(state=state.value, settled_at=now))


async def test_nothing_is_counted_as_nothing(any_database: Database, clock: Any) -> None:
    async with any_database.read() as tx:
        found = await figures(tx, clock())
    assert set(found.gauges.chats.values()) == {0}
    assert set(found.gauges.feeds.values()) == {0}
    assert (found.topics, found.articles, found.stories) == (0, 0, 0)
    assert found.gauges.waiting.oldest == timedelta(0)
    assert (found.coming, found.largest, found.sent.parts) == ((), None, 1.0)
    assert found.gauges.database_bytes > 10_000


async def test_chats_are_counted_by_whether_they_hear_from_us(
    any_database: Database, clock: Any
) -> None:
    soon = clock() + timedelta(hours=2)
    async with any_database.write() as tx:
        await add_chat(tx, 1, clock, next_digest_at=soon)
        await add_chat(tx, 2, clock)
        await add_chat(tx, 3, clock, next_digest_at=soon, paused=True)
        await add_chat(tx, 4, clock, next_digest_at=soon, unreachable_since=clock(), paused=True)
        # No digest of its own, but one subscription that is due by itself.
        await add_chat(tx, 5, clock)
        topic = await chats.intern_topic(tx, "rice", "rice", clock())
        await chats.subscribe(*(tx, ChatId(5), Kind.TOPIC, topic.id, "rice", ArticleId(0), clock()))
        await tx.execute(subscriptions.update().values(next_digest_at=soon))
        found = await gauges(tx, clock())
    assert found.chats == {
        ChatState.ACTIVE: 2,
        ChatState.IDLE: 1,
        ChatState.PAUSED: 1,
        ChatState.UNREACHABLE: 1,
    }
    assert (found.topic_subscriptions, found.feed_subscriptions) == (1, 0)


async def test_feeds_that_somebody_wants_are_counted_by_how_they_do(
    any_database: Database, clock: Any
) -> None:
    now = clock()
    async with any_database.write() as tx:
        await add_chat(tx, 1, clock)
        visits = {
            "new": None,
            "working": Visit(now, now),
            "failing": Visit(now, now, failure=Failure.TIMEOUT),
            "gone": Visit(now, now, failure=Failure.GONE, stop=True),
            "unwanted": Visit(now, now),
        }
        for name, visit in visits.items():
            feed = await feeds.add(tx, f"https://{name}.example/feed", now)
            if name != "unwanted":
                await chats.subscribe(*(tx, ChatId(1), Kind.FEED, feed.id, name, ArticleId(0), now))
            if visit is not None:
                await feeds.record(tx, [(feed.id, visit)])
        found = await gauges(tx, now)
    assert found.feeds == dict.fromkeys(FeedState, 1)
    assert found.feed_subscriptions == 4


async def test_the_age_of_what_is_due_counts_from_when_it_was_expected(
    any_database: Database, clock: Any
) -> None:
    composed_at, due = clock(), clock() + timedelta(minutes=10)
    async with any_database.write() as tx:
        for id in (1, 2, 3, 4):
            await add_chat(tx, id, clock)
        await chats.change(tx, ChatId(3), unreachable_since=composed_at)
        await outbox.put(tx, ChatId(1), [("a", "")], composed_at, Dispatch(due_at=due))
        await outbox.put(tx, ChatId(2), [("a", "")], composed_at + timedelta(minutes=15))
        await outbox.put(tx, ChatId(3), [("a", "")], composed_at)
        later = Dispatch(due_at=composed_at + timedelta(hours=9))
        await outbox.put(tx, ChatId(4), [("a", ""), ("b", "")], composed_at, later)
        found = (await gauges(tx, clock.forward(minutes=30))).waiting
    # That of an unreachable chat, and what is due in the evening, could not go now.
    assert (found.count, found.due, found.doubtful) == (5, 2, 0)
    assert found.oldest == timedelta(minutes=20)


async def test_digests_that_went_out_are_counted_and_what_was_given_up(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        await add_chat(tx, 1, clock)
        due = Dispatch(due_at=clock())
        await outbox.put(tx, ChatId(1), [("a", ""), ("b", ""), ("c", "")], clock(), due)
        await outbox.put(tx, ChatId(1), [("d", "")], clock(), due)
        await outbox.put(tx, ChatId(1), [("notice", "")], clock())
        await outbox.put(tx, ChatId(1), [("hopeless", "")], clock())
        for id in (1, 2, 3):
            await settle(tx, id, State.SENT, clock())
        clock.forward(days=3)
        for id in (4, 5):
            await settle(tx, id, State.SENT, clock())
        await settle(tx, 6, State.GIVEN_UP, clock())
        found = (await figures(tx, clock.forward(minutes=1))).sent
    assert (found.digests_day, found.digests_week, found.given_up_week) == (1, 2, 1)
    assert found.parts == 2.0


async def test_what_comes_within_the_hour_is_counted_by_moments_and_the_largest_crowd_found(
    any_database: Database, clock: Any
) -> None:
    now = clock()
    half, monday = now + timedelta(minutes=30), now + timedelta(days=3)
    async with any_database.write() as tx:
        await add_chat(tx, 1, clock, next_digest_at=now - timedelta(minutes=1))
        for id in (2, 3):
            await add_chat(tx, id, clock, next_digest_at=half)
        for id in (4, 5, 6):
            await add_chat(tx, id, clock, next_digest_at=monday)
        await add_chat(tx, 7, clock, next_digest_at=half, paused=True)
        # Two subscriptions that are due at the same time are one digest.
        for words in ("rice", "wheat"):
            topic = await chats.intern_topic(tx, words, words, now)
            await chats.subscribe(*(tx, ChatId(4), Kind.TOPIC, topic.id, words, ArticleId(0), now))
        await tx.execute(subscriptions.update().values(next_digest_at=half))
        found = await figures(tx, now)
    assert found.coming == (Crowd(now - timedelta(minutes=1), 1), Crowd(half, 3))
    # On a tie, the sooner one.
    assert found.largest == Crowd(half, 3)
