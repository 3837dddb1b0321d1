"""Thumbs, saved stories and mutes, on both databases."""

from datetime import timedelta
from typing import Any

from storage import articles, chats, feeds, joins, opinions, telling
from storage.database import Database, Transaction
from storage.records import ArticleId, ChatId, FeedId, Mute, MuteId, Saved, StoryId, Vote

Seed = Any
ME, OTHER = ChatId(1), ChatId(2)


async def story(tx: Transaction, seed: Seed, title: str = "news", **more: Any) -> StoryId:
    [article] = await articles.get_articles(tx, [await seed.article(tx, title, **more)])
    return article.story_id


async def test_a_chat_has_one_thumb_a_story_and_takes_back_the_one_that_is_said(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        one = await story(tx, seed)
        assert await opinions.vote(tx, ME, one, 1, clock()) is True
        assert await opinions.vote(tx, ME, one, 1, clock()) is False
        assert await opinions.vote(tx, OTHER, one, 1, clock()) is True
        assert await opinions.vote(tx, ME, one, -1, clock.forward(hours=1)) is True
        assert await opinions.thumbs_among(tx, ME, -1, [one, StoryId(99)]) == {one}
        assert await opinions.thumbs_among(tx, ME, 1, [one]) == frozenset()
        assert await opinions.votes(tx, ME, 9) == (Vote(one, -1, clock()),)
        assert await opinions.take_back(tx, ME, one, 1) is False
        assert await opinions.take_back(tx, ME, one, -1) is True
        assert await opinions.take_back(tx, ME, one, -1) is False
        assert await opinions.votes(tx, ME, 9) == ()
        assert len(await opinions.votes(tx, OTHER, 9)) == 1
        assert await opinions.vote(tx, ME, StoryId(99), 1, clock()) is None
        assert await opinions.take_back(tx, ME, StoryId(99), 1) is None


async def test_the_newest_thumbs_come_first_and_can_be_forgotten(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        told = [await story(tx, seed) for _ in range(3)]
        for one in told:
            await opinions.vote(tx, ME, one, 1, clock.forward(minutes=1))
        await opinions.vote(tx, OTHER, told[0], 1, clock())
        newest = await opinions.votes(tx, ME, 2)
        assert [vote.story_id for vote in newest] == [told[2], told[1]]
        assert await opinions.reset_votes(tx, ME) == 3
        assert await opinions.reset_votes(tx, ME) == 0
        assert await opinions.votes(tx, ME, 9) == ()
        assert len(await opinions.votes(tx, OTHER, 9)) == 1


async def test_stories_are_saved_once_and_listed_those_saved_last_first(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        told = [await story(tx, seed) for _ in range(3)]
        for one in told:
            assert await opinions.save(tx, ME, one, clock.forward(minutes=1)) is True
        assert await opinions.save(tx, ME, told[0], clock.forward(minutes=1)) is False
        assert await opinions.save(tx, ME, StoryId(99), clock()) is None
        listed = await opinions.saved(tx, ME, 9)
        assert [one.story_id for one in listed] == list(reversed(told))
        assert await opinions.saved(tx, ME, 1) == listed[:1]
        assert await opinions.count_saved(tx, ME) == 3
        assert await opinions.unsave(tx, OTHER, told[1]) is None
        assert await opinions.unsave(tx, ME, told[1]) == listed[1].at
        assert await opinions.unsave(tx, ME, told[1]) is None
        # Saved again as it was, it is back in its place.
        await opinions.save(tx, ME, told[1], listed[1].at)
        assert await opinions.saved(tx, ME, 9) == listed
        assert await opinions.saved(tx, OTHER, 9) == ()


async def test_a_saved_story_survives_the_retention_until_nobody_keeps_it(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        kept = await story(tx, seed, "kept")
        second = await story(tx, seed, "kept as well", story=kept)
        gone = await story(tx, seed, "gone")
        for chat_id in (ME, OTHER):
            await opinions.save(tx, chat_id, kept, clock())
        await opinions.vote(tx, ME, gone, 1, clock())
        assert second == kept
        later = clock.forward(days=100)
        before = later - timedelta(days=90)
        assert [one.title for one in await articles.old_articles(tx, before, 9)] == ["gone"]
        assert await articles.prune(tx, before, later) == 1
        [left] = await articles.get_stories(tx, [kept, gone])
        assert {one.title for one in left.articles} == {"kept", "kept as well"}
        assert await opinions.votes(tx, ME, 9) == ()
        await opinions.unsave(tx, ME, kept)
        assert await articles.prune(tx, before, later) == 0
        await opinions.unsave(tx, OTHER, kept)
        assert len(await articles.old_articles(tx, before, 9)) == 2
        assert await articles.prune(tx, before, later) == 2
        assert await articles.get_stories(tx, [kept]) == ()


async def test_feeds_and_words_are_muted_once_for_each_chat(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        feed = await seed.feed(tx)
        assert await opinions.mute_feed(tx, ME, feed.id, clock()) is True
        assert await opinions.mute_feed(tx, ME, feed.id, clock()) is False
        assert await opinions.mute_feed(tx, ME, FeedId(99), clock()) is False
        assert await opinions.mute_words(tx, ME, "rice", clock()) is True
        assert await opinions.mute_words(tx, ME, "rice", clock()) is False
        assert await opinions.mute_words(tx, OTHER, "rice", clock()) is True
        first, second = await opinions.mutes(tx, ME)
        assert first == Mute(first.id, feed.id, None, feed.title)
        assert second == Mute(second.id, None, "rice", "rice")
        assert await opinions.unmute(tx, OTHER, first.id) is None
        assert await opinions.unmute(tx, ME, first.id) == first
        assert await opinions.unmute(tx, ME, first.id) is None
        assert await opinions.unmute(tx, ME, MuteId(99)) is None
        assert await opinions.mutes(tx, ME) == (second,)
        assert len(await opinions.mutes(tx, OTHER)) == 1


async def test_a_muted_feed_that_moves_to_a_known_one_stays_muted(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (ME, OTHER):
            await seed.chat(tx, chat_id)
        old = await seed.feed(tx, "https://a.example/old")
        new = await seed.feed(tx, "https://a.example/new")
        for chat_id, feed in ((ME, old), (OTHER, old), (OTHER, new)):
            await opinions.mute_feed(tx, chat_id, feed.id, clock())
        await feeds.move(tx, old, new.url)
        for chat_id in (ME, OTHER):
            [mute] = await opinions.mutes(tx, chat_id)
            assert mute.feed_id == new.id


async def test_a_group_that_moves_takes_its_opinions_along(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    old, new = ChatId(-1), ChatId(-1001)
    async with any_database.write() as tx:
        for chat_id in (old, new):
            await seed.chat(tx, chat_id)
        feed = await seed.feed(tx)
        one, two = [await story(tx, seed) for _ in range(2)]
        await telling.tell(tx, old, [(one, ArticleId(5)), (two, ArticleId(6))], clock())
        for told in (one, two):
            await opinions.vote(tx, old, told, 1, clock())
            await opinions.save(tx, old, told, clock())
        await opinions.vote(tx, new, one, -1, clock())
        await opinions.save(tx, new, two, clock.forward(hours=1))
        await opinions.mute_words(tx, new, "rice", clock())
        await opinions.mute_words(tx, old, "rice", clock())
        await opinions.mute_feed(tx, old, feed.id, clock())
        told_at = clock.now - timedelta(hours=1)
        await chats.migrate(tx, old, new)
        votes = await opinions.votes(tx, new, 9)
        assert {vote.story_id: vote.value for vote in votes} == {one: -1, two: 1}
        assert await opinions.saved(tx, new, 9) == (
            Saved(two, clock()),
            Saved(one, told_at),
        )
        assert [mute.name for mute in await opinions.mutes(tx, new)] == ["rice", feed.title]
        found = await telling.told_of(tx, new, [one, two])
        assert {id: told.up_to for id, told in found.items()} == {one: 5, two: 6}
        assert await telling.places_at(tx, new, told_at, 9) == ((1, one), (2, two))
        assert await opinions.votes(tx, old, 9) == ()


async def test_a_story_keeps_its_number_when_others_of_its_digest_are_told_again(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, ME)
        told = [await story(tx, seed) for _ in range(3)]
        first = clock()
        await telling.tell(tx, ME, [(one, ArticleId(9)) for one in told], first)
        await telling.tell(tx, ME, [(told[1], ArticleId(9))], clock.forward(days=1))
        assert await telling.places_at(tx, ME, first, 9) == ((1, told[0]), (3, told[2]))
        assert await telling.places_at(tx, OTHER, first, 9) == ()


async def test_what_is_done_to_a_story_that_went_over_to_another_is_done_to_that_one(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx, ME)
        gone, heir = [await story(tx, seed) for _ in range(2)]
        await opinions.save(tx, ME, gone, clock())
        await joins.join_stories(tx, gone, heir)
        assert await opinions.vote(tx, ME, gone, 1, clock()) is True
        assert [vote.story_id for vote in await opinions.votes(tx, ME, 9)] == [heir]
        assert await opinions.vote(tx, ME, heir, 1, clock()) is False
        assert await opinions.take_back(tx, ME, gone, 1) is True
        assert await opinions.save(tx, ME, gone, clock()) is False
        assert await opinions.saved_among(tx, ME, [gone, heir]) == {heir}
        assert await opinions.saved_among(tx, OTHER, [heir]) == frozenset()
        assert await opinions.unsave(tx, ME, gone) == clock()
        assert await opinions.save(tx, ME, gone, clock()) is True
        assert await opinions.saved(tx, ME, 9) == (Saved(heir, clock()),)
