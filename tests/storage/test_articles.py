"""Articles and stories: kept once, found again, dropped in time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from storage import articles, chats
from storage.database import Database, Transaction
from storage.records import ArticleId, ChatId, FeedId, Kind, Story
from storage.schema import stories, told

Seed = Any


def titles(found: tuple[Story, ...]) -> list[str]:
    return [story.articles[0].title for story in found]


async def news(tx: Transaction, chat_id: int = 1, since: Any = None) -> list[str]:
    chat = await chats.get(tx, ChatId(chat_id))
    assert chat is not None
    return [row.article.title for row in await articles.news_for(tx, chat, since, 100)]


async def test_ids_grow_and_are_never_given_out_twice(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        first = await seed.article(tx)
        await articles.prune(tx, clock() + timedelta(1), clock())
        assert await seed.article(tx) > first
        assert await articles.newest(tx) > first


async def test_stories_are_found_by_phrase_feed_and_follower(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        other = await seed.feed(tx, "https://b.example/feed")
        topic = await chats.intern_topic(tx, "rice", "Rice", clock())
        await seed.article(tx, "north korea talks", hours=3)
        await seed.article(tx, "north | korea ferries", hours=2)
        await seed.article(tx, "rice in spring", feed=other, hours=1, topics=(topic.id,))
        await seed.article(tx, "korea north", hours=0)
        assert titles(await articles.latest(tx, limit=9)) == [
            "korea north",
            "rice in spring",
            "north | korea ferries",
            "north korea talks",
        ]
        assert titles(await articles.latest(tx, limit=9, phrase="north korea")) == [
            "north korea talks"
        ]
        assert titles(await articles.latest(tx, limit=9, feed_id=other.id)) == ["rice in spring"]
        assert titles(await articles.latest(tx, limit=9, followed_by=ChatId(1))) == []
        await chats.subscribe(tx, ChatId(1), Kind.TOPIC, topic.id, "Rice", ArticleId(0), clock())
        assert titles(await articles.latest(tx, limit=9, followed_by=ChatId(1))) == [
            "rice in spring"
        ]


async def test_a_chosen_story_comes_with_all_its_articles_newest_first(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        [story] = await articles.add_stories(tx, 1, clock())
        await seed.article(tx, "old", story=story, hours=5)
        await seed.article(tx, "new", story=story)
        [found] = await articles.latest(tx, limit=9, phrase="old")
    assert [article.title for article in found.articles] == ["new", "old"]


async def test_pages_do_not_shift_while_articles_come(any_database: Database, seed: Seed) -> None:
    async with any_database.write() as tx:
        for number in range(25):
            await seed.article(tx, f"n{number}", hours=number)
        up_to = await articles.newest(tx)
        await seed.article(tx, "later")
        pages = [
            titles(await articles.latest(tx, limit=10, offset=offset, up_to=up_to))
            for offset in (0, 10, 20)
        ]
    assert [title for page in pages for title in page] == [f"n{number}" for number in range(25)]


async def test_news_is_what_came_after_following_and_after_the_last_digest_and_was_not_told(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        feed = await seed.feed(tx)
        await seed.article(tx, "before")
        after = await articles.newest(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feed.id, "x", after, clock())
        await seed.article(tx, "archived", archived=True)
        await seed.article(tx, "fresh")
        assert await news(tx) == ["fresh"]
        assert sorted(await news(tx, since=clock() - timedelta(days=1))) == [
            "archived",
            "before",
            "fresh",
        ]
        [told_story] = await articles.latest(tx, limit=1, phrase="fresh")
        await chats.tell(tx, ChatId(1), [told_story.id, told_story.id], clock())
        await seed.article(tx, "the same story elsewhere", story=told_story.id)
        assert await news(tx) == []
        await seed.article(tx, "next")
        assert await news(tx) == ["next"]
        await chats.change(tx, ChatId(1), digested_to=await articles.newest(tx))
        assert await news(tx) == []


async def test_an_article_wanted_twice_comes_once_for_each_subscription(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        feed = await seed.feed(tx)
        topic = await chats.intern_topic(tx, "rice", "Rice", clock())
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feed.id, "x", ArticleId(0), clock())
        await chats.subscribe(tx, ChatId(1), Kind.TOPIC, topic.id, "x", ArticleId(0), clock())
        await seed.article(tx, "rice", topics=(topic.id,))
        assert await news(tx) == ["rice", "rice"]


async def test_old_articles_go_and_stay_known(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await seed.article(tx, "old")
        [story] = await articles.latest(tx, limit=1)
        await chats.tell(tx, ChatId(1), [story.id], clock())
        clock.forward(days=91)
        await seed.article(tx, "new")
        assert await articles.prune(tx, clock() - timedelta(days=90), clock()) == 1
        assert titles(await articles.latest(tx, limit=9)) == ["new"]
        assert set(await articles.recall(tx, FeedId(1), ["id-1", "id-2", "id-3"])) == {
            "id-1",
            "id-2",
        }
        assert await tx.scalar(select(func.count()).select_from(told)) == 0
        assert await tx.scalar(select(func.count()).select_from(stories)) == 1
        clock.forward(days=366)
        await articles.prune(tx, clock() - timedelta(days=90), clock())
        clock.forward(days=366)
        await articles.prune(tx, clock() - timedelta(days=90), clock())
        assert await articles.recall(tx, FeedId(1), ["id-1", "id-2"]) == {}
