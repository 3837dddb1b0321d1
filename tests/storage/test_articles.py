"""Articles and stories: kept once, found again, dropped in time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage import articles, chats, telling
from storage.candidates import news_for, published_for
from storage.database import Database, Transaction
from storage.records import (
    EPOCH,
    LARGEST_ID,
    Article,
    ArticleId,
    ChatId,
    FeedId,
    Kind,
    NewArticle,
    Position,
    Story,
    first_position,
    placed,
    position,
)
from storage.schema import stories, told

Seed = Any


def titles(found: tuple[tuple[Position, Story], ...]) -> list[str]:
    return [story.articles[0].title for _, story in found]


async def news(tx: Transaction, after: int = 0, since: Any = None) -> list[str]:
    """The titles of what is new to chat 1, or of what was published since then."""
    if since is None:
        newest = await articles.newest(tx)
        found = await news_for(tx, ChatId(1), ArticleId(after), newest, 100)
    else:
        found = await published_for(tx, ChatId(1), since, 100)
    kept = await articles.get_articles(tx, [one.article_id for one in found])
    titles = {article.id: article.title for article in kept}
    return [titles[one.article_id] for one in found]


async def test_ids_grow_and_are_never_given_out_twice(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        first = await seed.article(tx)
        assert await articles.drop(tx, [first], clock()) == 1
        assert await seed.article(tx) > first
        assert await articles.newest(tx) > first


async def test_the_newest_stories_are_those_of_a_feed_or_of_what_a_chat_follows(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        topic = await seed.topic(tx, 1, "rice")
        other = await seed.feed(tx, "https://b.example/feed")
        await seed.article(tx, "talks", hours=3)
        await seed.article(tx, "rice in spring", feed=other, hours=1, topics=(topic,))
        await seed.article(tx, "ferries", hours=2)
        assert titles(await articles.latest(tx, limit=9)) == ["rice in spring", "ferries", "talks"]
        assert titles(await articles.latest(tx, limit=9, feed_id=other.id)) == ["rice in spring"]
        assert titles(await articles.latest(tx, limit=9, followed_by=ChatId(1))) == [
            "rice in spring"
        ]
        assert titles(await articles.latest(tx, limit=9, followed_by=ChatId(2))) == []
        first = (await seed.feed(tx)).id
        await chats.subscribe(tx, ChatId(1), Kind.FEED, first, "x", ArticleId(0), clock())
        assert titles(await articles.latest(tx, limit=2, followed_by=ChatId(1))) == [
            "rice in spring",
            "ferries",
        ]


async def test_a_chat_that_follows_little_finds_it_however_much_else_is_newer(
    any_database: Database, clock: Any, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_WALK", 3)
    async with any_database.write() as tx:
        await seed.chat(tx)
        topic = await seed.topic(tx, 1, "rice")
        quiet = await seed.feed(tx, "https://b.example/feed")
        await chats.subscribe(tx, ChatId(1), Kind.FEED, quiet.id, "x", ArticleId(0), clock())
        await seed.article(tx, "of a topic", hours=9, topics=(topic,))
        await seed.article(tx, "of a feed", feed=quiet, hours=8)
        for number in range(9):
            await seed.article(tx, f"n{number}", hours=number / 2)
        await seed.article(tx, "just now", feed=quiet)
        assert titles(await articles.latest(tx, limit=9, followed_by=ChatId(1))) == [
            "just now",
            "of a feed",
            "of a topic",
        ]


async def test_a_chosen_story_comes_with_all_its_articles_newest_first(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        feed = await seed.feed(tx, "https://b.example/feed")
        [story] = await articles.add_stories(tx, 1, clock())
        old = await seed.article(tx, "old", story=story, hours=5, feed=feed)
        await seed.article(tx, "new", story=story)
        [(place, found)] = await articles.latest(tx, limit=9, feed_id=feed.id)
    assert [article.title for article in found.articles] == ["new", "old"]
    assert place == position(clock() - timedelta(hours=5), old)


async def test_pages_do_not_shift_while_articles_come_and_go_both_ways(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for number in range(25):
            await seed.article(tx, f"n{number}", hours=number)
        up_to = await articles.newest(tx)
        pages = [await articles.latest(tx, limit=10, up_to=up_to)]
        for _ in range(2):
            [(_, story)] = await articles.latest(tx, limit=1, beyond=pages[-1][4][0], up_to=up_to)
            await seed.article(tx, "later")
            await seed.article(tx, "the same elsewhere", story=story.id, hours=99)
            beyond = pages[-1][-1][0]
            pages.append(await articles.latest(tx, limit=10, beyond=beyond, up_to=up_to))
        back = await articles.latest(
            tx, limit=10, beyond=pages[1][0][0], newest_first=False, up_to=up_to
        )
    assert [title for page in pages for title in titles(page)] == [f"n{n}" for n in range(25)]
    assert titles(back) == [f"n{number}" for number in reversed(range(10))]


@dataclass(frozen=True)
class Kept:
    """An article of a drawn archive."""

    story: int
    seconds: int
    feed: int
    topic: bool


def expected(
    archive: list[tuple[ArticleId, Kept]], now: datetime, up_to: int, chosen: str
) -> list[tuple[Position, int]]:
    """Where the stories of an archive stand, newest first, found in the plainest way."""
    places: dict[int, Position] = {}
    for id, one in archive:
        qualifies = {"all": True, "feed": one.feed == 1, "chat": one.feed == 1 or one.topic}
        if id <= up_to and qualifies[chosen]:
            place = position(now - timedelta(seconds=one.seconds), id)
            places[one.story] = max(place, places.get(one.story, place))
    return sorted(((place, story) for story, place in places.items()), reverse=True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=st.lists(
        st.builds(Kept, st.integers(0, 4), st.integers(0, 3), st.integers(0, 1), st.booleans()),
        max_size=12,
    ),
    left_out=st.integers(0, 2),
    chosen=st.sampled_from(["all", "feed", "chat"]),
    size=st.integers(1, 3),
    walk=st.integers(1, 4),
)
async def test_every_story_stands_once_at_its_newest_article_whichever_way_one_turns_pages(
    any_database: Database,
    clock: Any,
    seed: Seed,
    drawn: list[Kept],
    left_out: int,
    chosen: str,
    size: int,
    walk: int,
) -> None:
    async with any_database.read() as tx:
        # Never committed.
        await seed.chat(tx)
        topic = await seed.topic(tx, 1, "rice")
        feeds = [await seed.feed(tx, f"https://{name}.example/") for name in "ab"]
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feeds[1].id, "x", ArticleId(0), clock())
        story_ids = await articles.add_stories(tx, 5, clock())
        archive = [
            (
                await seed.article(
                    tx,
                    feed=feeds[one.feed],
                    story=story_ids[one.story],
                    hours=one.seconds / 3600,
                    topics=(topic,) if one.topic else (),
                ),
                one,
            )
            for one in drawn
        ]
        up_to = ArticleId(await articles.newest(tx) - left_out)
        narrowed: dict[str, dict[str, Any]] = {
            "all": {},
            "feed": {"feed_id": feeds[1].id},
            "chat": {"followed_by": ChatId(1)},
        }
        wanted = [
            (place, story_ids[story]) for place, story in expected(archive, clock(), up_to, chosen)
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(articles, "_WALK", walk)
            for newest_first in (True, False):
                ordered = wanted if newest_first else wanted[::-1]
                found: list[tuple[Position, int]] = []
                beyond = None if newest_first or not wanted else Position(0)
                while True:
                    page = await articles.latest(
                        tx,
                        limit=size,
                        beyond=beyond,
                        newest_first=newest_first,
                        up_to=up_to,
                        **narrowed[chosen],
                    )
                    found += [(place, story.id) for place, story in page]
                    if len(page) < size:
                        break
                    beyond = page[-1][0]
                assert found == ordered
        await tx.rollback()


async def test_articles_are_had_by_their_ids_by_topic_and_by_time(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        topic = await seed.topic(tx, 1, "rice")
        one = await seed.article(tx, "one", hours=1, topics=(topic,))
        two = await seed.article(tx, "two", hours=9, topics=(topic,))
        clock.forward(days=1)
        three = await seed.article(tx, "three", hours=25.5)
        since = clock() - timedelta(hours=26)

        def ids(found: tuple[Article, ...]) -> list[ArticleId]:
            return [article.id for article in found]

        assert ids(await articles.get_articles(tx, [three, one, ArticleId(99), one])) == [
            one,
            three,
        ]
        assert ids(await articles.articles_after(tx, ArticleId(0), 2)) == [one, two]
        assert ids(await articles.articles_after(tx, one, 9)) == [two, three]
        assert ids(await articles.recent(tx, since, 9)) == [one, three]
        assert ids(await articles.of_topic(tx, topic, since, 9)) == [one]
        assert ids(await articles.of_topic(tx, topic, since - timedelta(days=1), 9)) == [one, two]
        assert ids(await articles.old_articles(tx, clock(), 9)) == [one, two]
        assert ids(await articles.old_articles(tx, clock(), 1)) == [one]


async def test_a_date_is_kept_to_the_second_and_a_language_till_a_better_one_comes(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        feed = await seed.feed(tx)
        [story] = await articles.add_stories(tx, 1, clock())
        at = clock() + timedelta(milliseconds=900)
        new = NewArticle("i", "u", "u", "t", "", at, story, False, language="ja")
        old = replace(new, identity="old", published_at=at - timedelta(days=36500), language="")
        ids = await articles.add(tx, [(feed.id, new), (feed.id, old)], at)
        first, second = await articles.get_articles(tx, ids)
        assert (first.published_at, first.language) == (clock(), "ja")
        assert (second.published_at, second.language) == (EPOCH, "")
        await articles.edit(
            tx, [(ids[0], 1, replace(new, language="")), (ids[1], 1, replace(old, language="ko"))]
        )
        assert [one.language for one in await articles.get_articles(tx, ids)] == ["ja", "ko"]


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, LARGEST_ID))
def test_a_position_tells_its_date_and_its_article(moment: datetime, id: int) -> None:
    last = datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC)
    kept = min(max(moment, EPOCH), last).replace(microsecond=0)
    assert placed(position(moment, ArticleId(id))) == (kept, id)
    assert first_position(moment) <= position(moment, ArticleId(id)) < 2**63


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
        so_far = await articles.newest(tx)
        assert await news(tx, so_far) == []
        await seed.article(tx, "next")
        assert await news(tx, so_far) == ["next"]
        assert await news_for(tx, ChatId(1), ArticleId(0), ArticleId(1), 100) == ()


async def test_an_article_wanted_twice_comes_once_for_each_subscription(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        feed = await seed.feed(tx)
        await chats.subscribe(tx, ChatId(1), Kind.FEED, feed.id, "x", ArticleId(0), clock())
        topic = await seed.topic(tx, 1, "rice")
        await seed.article(tx, "rice", topics=(topic,))
        assert await news(tx) == ["rice", "rice"]
        newest = await articles.newest(tx)
        by_feed, by_topic = await news_for(tx, ChatId(1), ArticleId(0), newest, 9)
        assert (by_feed.score, by_topic.score) == (1.0, 0.5)


async def test_old_articles_go_and_stay_known(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await seed.article(tx, "old")
        [(_, story)] = await articles.latest(tx, limit=1)
        await telling.tell(tx, ChatId(1), [(story.id, ArticleId(1))], clock())
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
        assert set(await articles.recall(tx, FeedId(1), ["id-1", "id-2"])) == {"id-2"}


async def test_articles_that_are_dropped_one_by_one_stay_known_as_well(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, two = await seed.article(tx, "one"), await seed.article(tx, "two")
        assert await articles.drop(tx, [two, ArticleId(99)], clock()) == 1
        assert titles(await articles.latest(tx, limit=9)) == ["one"]
        known = await articles.recall(tx, FeedId(1), ["id-1", "id-2"])
        assert {entry.article_id for entry in known.values()} == {one, None}
