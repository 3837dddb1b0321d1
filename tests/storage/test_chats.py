"""Chats, what they follow, and when they hear."""

from datetime import timedelta
from typing import Any

from storage import articles, chats, due, opinions, outbox, telling
from storage.database import Database
from storage.records import ArticleId, ChatId, Kind, SubscriptionId, Told
from tests.digests import last_told

Seed = Any


async def test_a_chat_is_made_once_and_left_as_it_is(any_database: Database, seed: Seed) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await chats.change(tx, ChatId(1), timezone="Asia/Tokyo")
        assert (await seed.chat(tx)).timezone == "Asia/Tokyo"


async def test_nothing_is_followed_twice(any_database: Database, clock: Any, seed: Seed) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        topic = await chats.intern_topic(tx, "rice", "Rice", clock())
        again = await chats.intern_topic(tx, "rice", "RICE", clock())
        assert topic == again
        arguments = (Kind.TOPIC, topic.id, "Rice", ArticleId(0), clock())
        assert await chats.subscribe(tx, ChatId(1), *arguments)
        assert not await chats.subscribe(tx, ChatId(1), *arguments)
        [item] = await chats.subscriptions_of(tx, ChatId(1))
        assert (item.kind, item.target, item.name, item.last_story_at) == (
            Kind.TOPIC,
            topic.id,
            "Rice",
            None,
        )
        assert not await chats.unsubscribe(tx, ChatId(2), item.id)
        assert await chats.unsubscribe(tx, ChatId(1), item.id)
        assert await chats.followed_topics(tx) == ()


async def test_what_is_put_back_gets_its_own_place_and_never_that_of_another(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2):
            await seed.chat(tx, chat_id)
        await seed.topic(tx, 2, "theirs")
        topics = [await seed.topic(tx, 1, name) for name in ("rice", "tea", "salt")]
        [theirs] = await chats.followed(tx, ChatId(2))
        before = await chats.followed(tx, ChatId(1))
        assert await chats.unsubscribe(tx, ChatId(1), before[1].id)
        again = (Kind.TOPIC, topics[1], "tea", before[1].after_article, before[1].followed_at)
        assert await chats.subscribe(tx, ChatId(1), *again)
        [*_, last] = await chats.followed(tx, ChatId(1))
        for place in (theirs.id, before[0].id, SubscriptionId(last.id + 1)):
            await chats.put_back(tx, ChatId(1), Kind.TOPIC, topics[1], place)
            assert (await chats.followed(tx, ChatId(1)))[-1].id == last.id
        await chats.put_back(tx, ChatId(1), Kind.TOPIC, topics[1], before[1].id)
        assert await chats.followed(tx, ChatId(1)) == before
        assert await seed.topic(tx, 1, "next")
        assert (await chats.followed(tx, ChatId(1)))[-1].id > last.id


async def test_only_due_chats_that_can_and_want_to_hear_are_claimed(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(1, 7):
            await seed.chat(tx, number)
        soon = clock() + timedelta(seconds=1)
        await chats.change(tx, ChatId(2), next_digest_at=soon)
        await chats.change(tx, ChatId(3), next_digest_at=None)
        await chats.change(tx, ChatId(4), paused=True)
        await chats.change(tx, ChatId(5), unreachable_since=clock())
        await chats.change(tx, ChatId(6), next_digest_at=clock() - timedelta(hours=1))
        claimed = await due.claim_due_digests(tx, clock(), 10)
        assert [chat.id for chat in claimed] == [6, 1]
        assert len(await due.claim_due_digests(tx, clock(), 1)) == 1


async def test_pauses_end_by_the_clock(any_database: Database, clock: Any, seed: Seed) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, 1)
        await seed.chat(tx, 2)
        await chats.change(tx, ChatId(1), paused=True, paused_until=clock())
        await chats.change(tx, ChatId(2), paused=True)
        assert [chat.id for chat in await due.ended_pauses(tx, clock(), 9)] == [1]


async def test_a_group_keeps_everything_when_its_id_changes(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, -1)
        topic = await chats.intern_topic(tx, "rice", "Rice", clock())
        await chats.subscribe(tx, ChatId(-1), Kind.TOPIC, topic.id, "Rice", ArticleId(0), clock())
        await outbox.put(tx, ChatId(-1), [("x", "")], clock())
        await chats.migrate(tx, ChatId(-1), ChatId(-1001))
        assert await chats.get(tx, ChatId(-1)) is None
        assert len(await chats.subscriptions_of(tx, ChatId(-1001))) == 1
        [message] = await outbox.claim(tx, clock(), timedelta(minutes=1), 9)
        assert message.chat_id == -1001


async def test_a_group_that_became_a_known_one_adds_what_it_had(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (-1, -1001):
            await seed.chat(tx, chat_id)
        rice = await chats.intern_topic(tx, "rice", "Rice", clock())
        tea = await chats.intern_topic(tx, "tea", "Tea", clock())
        for chat_id, topic in ((-1, rice), (-1, tea), (-1001, rice)):
            await chats.subscribe(
                tx, ChatId(chat_id), Kind.TOPIC, topic.id, topic.text, ArticleId(0), clock()
            )
        one, two = await articles.add_stories(tx, 2, clock())
        await telling.tell(tx, ChatId(-1), [(one, ArticleId(1)), (two, ArticleId(2))], clock())
        await telling.tell(tx, ChatId(-1001), [(one, ArticleId(1))], clock())
        await outbox.put(tx, ChatId(-1), [("owed", "")], clock())
        await chats.migrate(tx, ChatId(-1), ChatId(-1001))
        followed = await chats.subscriptions_of(tx, ChatId(-1001))
        assert sorted(item.name for item in followed) == ["Rice", "Tea"]
        [message] = await outbox.claim(tx, clock(), timedelta(minutes=1), 9)
        assert (message.chat_id, message.text) == (-1001, "owed")
        await seed.article(tx, "again", story=two)


async def test_of_what_both_groups_were_told_or_think_the_later_counts_and_the_newest_article(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    old, new = ChatId(-1), ChatId(-1001)
    async with any_database.write() as tx:
        for chat_id in (old, new):
            await seed.chat(tx, chat_id)
        one, two, three = await articles.add_stories(tx, 3, clock())
        for story in (one, two):
            await seed.article(tx, story=story)
        early, late = clock(), clock.forward(hours=1)
        await telling.tell(tx, old, [(one, ArticleId(9)), (two, ArticleId(3))], late)
        await telling.tell(tx, new, [(two, ArticleId(5)), (one, ArticleId(4))], early)
        await telling.tell(tx, old, [(three, ArticleId(8))], early)
        await telling.tell(tx, new, [(three, ArticleId(7))], late)
        for chat_id, story, value, at in (
            *((old, one, -1, late), (new, one, 1, early)),
            *((old, two, -1, early), (new, two, 1, late)),
        ):
            await opinions.vote(tx, chat_id, story, value, at)
        await chats.migrate(tx, old, new)
        assert await telling.told_of(tx, new, [one, two, three]) == {
            one: Told(one, late, ArticleId(9)),
            two: Told(two, late, ArticleId(5)),
            three: Told(three, late, ArticleId(8)),
        }
        assert {vote.story_id: vote.value for vote in await opinions.votes(tx, new, 9)} == {
            one: -1,
            two: 1,
        }
        assert await telling.told_of(tx, old, [one, two, three]) == {}


async def test_what_a_chat_was_told_is_remembered_in_order_with_the_newest_article_it_had(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        one, two, three = await articles.add_stories(tx, 3, clock())
        first = clock()
        await telling.tell(tx, ChatId(1), [(two, ArticleId(5)), (one, ArticleId(3))], first)
        assert await last_told(tx, ChatId(1), 9) == (two, one)
        clock.forward(days=1)
        await telling.tell(tx, ChatId(1), [(three, ArticleId(8)), (two, ArticleId(9))], clock())
        assert await last_told(tx, ChatId(1), 9) == (three, two)
        assert await last_told(tx, ChatId(1), 1) == (three,)
        assert await telling.places_at(tx, ChatId(1), first, 9) == ((2, one),)
        assert await last_told(tx, ChatId(2), 9) == ()
        found = await telling.told_of(tx, ChatId(1), [one, two])
        assert {id: told.up_to for id, told in found.items()} == {one: 3, two: 9}
        assert found[two].at == clock()


async def test_topics_that_nobody_follows_or_asks_for_go(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        followed = await chats.intern_topic(tx, "rice", "Rice", clock())
        await chats.subscribe(tx, ChatId(1), Kind.TOPIC, followed.id, "x", ArticleId(0), clock())
        searched = await chats.intern_topic(tx, "tea", "Tea", clock())
        clock.forward(days=31)
        fresh = await chats.intern_topic(tx, "coffee", "Coffee", clock())
        assert await chats.prune_topics(tx, clock() - timedelta(days=30)) == 1
        assert await chats.topic(tx, searched.id) is None
        assert await chats.topic(tx, followed.id) == followed
        assert await chats.topic(tx, fresh.id) == fresh


async def test_every_process_can_tell_which_topics_chats_began_or_ended_to_follow(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        assert await chats.newest_topic_change(tx) == 0
        assert await chats.topic_changes(tx, 0) == (0, ())
        await seed.chat(tx, 1)
        await seed.chat(tx, 2)
        rice = await seed.topic(tx, 1, "rice")
        begun = await chats.newest_topic_change(tx)
        assert await chats.topic_changes(tx, 0) == (begun, (rice,))
        assert await chats.topic_changes(tx, begun) == (begun, ())
        await seed.topic(tx, 1, "rice")
        feed = await seed.feed(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feed.id, "x", ArticleId(0), clock())
        assert await chats.newest_topic_change(tx) == begun
        tea = await seed.topic(tx, 2, "tea")
        for item in await chats.subscriptions_of(tx, ChatId(1)):
            assert await chats.unsubscribe(tx, ChatId(1), item.id)
        newest, touched = await chats.topic_changes(tx, begun)
        assert touched == (rice, tea)
        assert newest == await chats.newest_topic_change(tx)
        assert [topic.id for topic in await chats.followed_topics(tx, touched)] == [tea]
        assert await chats.followed_topics(tx, []) == ()


async def test_changes_of_topics_are_forgotten_but_for_the_newest(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        topics = [await seed.topic(tx, 1, name) for name in ("rice", "tea", "salt")]
        newest = await chats.newest_topic_change(tx)
        assert await chats.prune_topic_changes(tx, 2) == 1
        assert await chats.topic_changes(tx, 0) == (newest, tuple(topics[1:]))
        assert await chats.prune_topic_changes(tx, 0) == 1
        assert await chats.topic_changes(tx, 0) == (newest, tuple(topics[2:]))
        await seed.topic(tx, 1, "next")
        assert await chats.newest_topic_change(tx) > newest
