"""What is due, and what becomes of it."""

from datetime import timedelta
from typing import Any

from storage import chats, due
from storage.database import Database
from storage.records import ArticleId, ChatId, FeedId, Kind, SubscriptionId, TopicId

Seed = Any


async def of(database: Database, chat_id: int) -> Any:
    """The one subscription of a chat."""
    async with database.read() as tx:
        [item] = await chats.followed(tx, ChatId(chat_id))
    return item


async def test_only_who_wants_to_hear_at_once_is_due_when_something_comes(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        ids = {}
        for number, schedule in ((1, "instant"), (2, ""), (3, "daily 08:00"), (4, "instant")):
            await seed.chat(tx, number)
            name = "korea" if number < 4 else "rice"
            topic = await seed.topic(tx, number, name)
            ids[number] = topic
            [item] = await chats.followed(tx, ChatId(number))
            await due.set_schedule(tx, [item.id], schedule, None)
        await due.alert(tx, [ids[1]], [], clock())
        assert [chat.id for chat in await due.due_alone(tx, clock(), 9)] == [1]
        assert [chat.id for chat in await due.claim_due_alone(tx, clock(), 9)] == [1]
    assert (await of(any_database, 1)).next_digest_at == clock()


async def test_feeds_ring_as_topics_do(any_database: Database, clock: Any, seed: Seed) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, 1)
        feed = await seed.feed(tx)
        after = ArticleId(0)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feed.id, "A", after, clock())
        [item] = await chats.followed(tx, ChatId(1))
        await due.set_schedule(tx, [item.id], "instant", None)
        await due.alert(tx, [], [FeedId(feed.id + 1)], clock())
        assert await due.due_alone(tx, clock(), 9) == ()
        await due.alert(tx, [], [feed.id], clock())
        assert len(await due.due_alone(tx, clock(), 9)) == 1


async def test_a_second_article_does_not_put_an_alert_off(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, 1)
        topic = await seed.topic(tx, 1, "korea")
        [item] = await chats.followed(tx, ChatId(1))
        await due.set_schedule(tx, [item.id], "instant", None)
        began = clock()
        await due.alert(tx, [topic], [], began)
        await due.alert(tx, [topic, TopicId(99)], [], clock.forward(minutes=1))
    assert (await of(any_database, 1)).next_digest_at == began


async def test_who_pauses_or_can_not_be_reached_is_not_due(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in (1, 2):
            await seed.chat(tx, number)
            await seed.topic(tx, number, "korea")
            [item] = await chats.followed(tx, ChatId(number))
            await due.set_schedule(tx, [item.id], "instant", clock())
        await chats.change(tx, ChatId(1), paused=True)
        await chats.change(tx, ChatId(2), unreachable_since=clock())
        assert await due.due_alone(tx, clock(), 9) == ()
        assert await due.count_due(tx, clock(), 9) == 0


async def test_what_was_told_of_a_subscription_moves_its_mark_and_its_next_turn(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, 1)
        await seed.topic(tx, 1, "korea")
        [item] = await chats.followed(tx, ChatId(1))
        await due.set_schedule(tx, [item.id], "daily 08:00", clock())
        at = clock() + timedelta(days=1)
        await due.digested(tx, {item.id: at, SubscriptionId(99): None}, ArticleId(7))
    item = await of(any_database, 1)
    assert (item.schedule, item.next_digest_at, item.after_article) == ("daily 08:00", at, 7)


async def test_the_crowd_of_a_moment_is_counted_up_to_a_bound(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(1, 6):
            await seed.chat(tx, number)
        assert await due.count_due(tx, clock(), 9) == 5
        assert await due.count_due(tx, clock(), 3) == 3
        assert await due.count_due(tx, clock() - timedelta(seconds=1), 9) == 0


async def test_all_chats_are_gone_through_page_by_page_with_their_own_schedules(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in (1, 2, 3):
            await seed.chat(tx, number)
        await seed.topic(tx, 2, "korea")
        await seed.topic(tx, 2, "rice")
        first, _ = await chats.followed(tx, ChatId(2))
        await due.set_schedule(tx, [first.id], "daily 08:00", clock())
        page = await due.planned(tx, None, 2)
        assert [(chat.id, len(own)) for chat, own in page] == [(1, 0), (2, 1)]
        assert [chat.id for chat, _ in await due.planned(tx, ChatId(2), 2)] == [3]
