"""Searching in the archive: pages that fit together, and an index in step with what is kept."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from news import archive, query, search
from news.followed_topics import FollowedTopics
from news.indexing import body_of, indexed, row_of
from news.matching import Source, subject_of
from news.topics import TopicIndex
from storage import articles, chats, feeds
from storage import search as index
from storage.database import Database, Transaction, mark, set_mark
from storage.records import Article, ArticleId, Chat, ChatId, Kind, NewArticle, StoryId, Topic

RICE = query.parse("rice")


class Desk:
    """Keeps articles, as the intake does."""

    def __init__(self, tx: Transaction, clock: Any) -> None:
        self.tx = tx
        self.clock = clock
        self.number = 0

    async def keep(
        self, title: str, hours: float = 0, story: StoryId | None = None, text: str = ""
    ) -> Article:
        self.number += 1
        now = self.clock()
        feed = await feeds.add(self.tx, "https://a.example/feed", now, "Outlet")
        if story is None:
            [story] = await articles.add_stories(self.tx, 1, now)
        new = NewArticle(
            identity=title,
            url="",
            canonical_url="",
            title=title,
            summary="",
            language="en",
            published_at=now - timedelta(hours=hours),
            story_id=story,
            archived=False,
            text=text,
        )
        [id] = await articles.add(self.tx, [(feed.id, new)], now)
        subject = subject_of(title, text, "en", Source(), new.published_at)
        await index.index(self.tx, [row_of(id, new.published_at, indexed(subject))])
        [kept] = await articles.get_articles(self.tx, [id])
        return kept


def titles(found: tuple[search.Placed, ...]) -> list[str]:
    return [one.story.articles[0].title for one in found]


async def test_pages_fit_together_forwards_and_backwards_while_news_arrive(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        desk = Desk(tx, clock)
        for number in range(25):
            await desk.keep(f"rice {number:02}", hours=number)
            await desk.keep(f"tea {number:02}", hours=number)
        up_to = await articles.newest(tx)
        first = await search.newest(tx, RICE, clock(), limit=10, up_to=up_to)
        for number in range(9):
            await desk.keep(f"late rice {number}", hours=number * 3)
        second = await search.newest(
            tx, RICE, clock(), limit=10, up_to=up_to, beyond=first[-1].position
        )
        third = await search.newest(
            tx, RICE, clock(), limit=10, up_to=up_to, beyond=second[-1].position
        )
        assert titles(first + second + third) == [f"rice {number:02}" for number in range(25)]
        back = await search.newest(
            tx, RICE, clock(), limit=10, up_to=up_to, beyond=second[0].position, newest_first=False
        )
        assert back == first[::-1]
        assert len(await search.newest(tx, RICE, clock(), limit=100)) == 34


async def test_a_story_stands_once_at_its_newest_article_that_belongs_to_the_query(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        desk = Desk(tx, clock)
        old = await desk.keep("rice again", hours=9)
        await desk.keep("rice once more", hours=1, story=old.story_id)
        await desk.keep("tea, of the same story", hours=0, story=old.story_id)
        other = await desk.keep("rice alone", hours=5)
        found = await search.newest(tx, RICE, clock(), limit=9)
        assert [one.story.id for one in found] == [old.story_id, other.story_id]
        assert len(found[0].story.articles) == 3
        behind = await search.newest(tx, RICE, clock(), limit=9, beyond=found[0].position)
        assert [one.story.id for one in behind] == [other.story_id]
        towards = await search.newest(
            tx, RICE, clock(), limit=9, beyond=found[1].position, newest_first=False
        )
        assert towards == found[:1]


async def test_the_best_come_first_each_story_once(any_database: Database, clock: Any) -> None:
    async with any_database.write() as tx:
        desk = Desk(tx, clock)
        passing = await desk.keep("trade", text="Rice, " + "and other goods " * 30)
        best = await desk.keep("rice and rice", hours=5, text="rice")
        again = await desk.keep("rice", hours=6, story=best.story_id)
        assert again.story_id == best.story_id
        assert await search.best(tx, RICE, clock()) == (best.story_id, passing.story_id)
        assert await search.best(tx, RICE, clock(), limit=1) == (best.story_id,)
        assert await search.best(tx, query.parse("wheat"), clock()) == ()


async def test_an_edited_article_is_found_by_what_it_says_now(
    any_database: Database, clock: Any
) -> None:
    topics = FollowedTopics()
    async with any_database.write() as tx:
        desk = Desk(tx, clock)
        before = await desk.keep("rice")
        now = clock()
        chat = Chat(ChatId(1), "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
        await chats.add(tx, chat, now)
        wheat = await chats.intern_topic(tx, "wheat", "wheat", now)
        await chats.subscribe(tx, chat.id, Kind.TOPIC, wheat.id, "wheat", ArticleId(0), now)
        new = NewArticle(*("1", "", "", "wheat", "", now, before.story_id, False), language="en")
        await articles.edit(tx, [(before.id, 1, new)])
        assert await archive.renew(tx, topics, [before], now) == {before.id}
        assert await search.matching(tx, RICE, now, 9) == {}
        assert await search.matching(tx, query.parse("wheat"), now, 9) == {before.id: 1.0}
        assert len(await articles.of_topic(tx, wheat.id, now - timedelta(days=9), 9)) == 1


async def test_an_index_that_holds_other_words_than_it_should_is_built_anew(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        before = await Desk(tx, clock).keep("rice")
        other = replace(before, title="rice and many other words that were never put in")
        await archive.renew(tx, FollowedTopics(), [other], clock())
    while await archive.build_index(any_database):
        continue
    async with any_database.read() as tx:
        assert len(await search.matching(tx, RICE, clock(), 9)) == 1


async def follow_many(tx: Transaction, count: int, now: datetime) -> None:
    """Let a chat follow so many topics."""
    chat = Chat(ChatId(1), "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
    await chats.add(tx, chat, now)
    for name in (f"topic{number}" for number in range(count)):
        topic = await chats.intern_topic(tx, name, name, now)
        await chats.subscribe(tx, chat.id, Kind.TOPIC, topic.id, name, ArticleId(0), now)


async def test_topics_that_other_processes_begin_or_end_to_follow_are_matched_at_once(
    any_database: Database, clock: Any
) -> None:
    topics = FollowedTopics()
    now = clock()
    async with any_database.write() as tx:
        assert len(await topics.index(tx)) == 0
        chat = Chat(ChatId(1), "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
        await chats.add(tx, chat, now)
        rice = await chats.intern_topic(tx, "rice", "Rice", now)
        await chats.subscribe(tx, chat.id, Kind.TOPIC, rice.id, "Rice", ArticleId(0), now)
    async with any_database.write() as tx:
        assert rice.id in await topics.index(tx)
        [item] = await chats.subscriptions_of(tx, chat.id)
        await chats.unsubscribe(tx, chat.id, item.id)
        assert rice.id not in await topics.index(tx)


async def test_topics_that_many_begin_to_follow_are_read_before_anybody_waits_for_them(
    any_database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("news.followed_topics.CHANGES_KEPT", 40)
    topics = FollowedTopics()
    await topics.prepare(any_database)
    async with any_database.write() as tx:
        await follow_many(tx, 50, clock())
    await topics.prepare(any_database)

    async def nothing_new(_: Any, among: Any = None) -> tuple[Topic, ...]:
        assert among == ()
        return ()

    monkeypatch.setattr(chats, "followed_topics", nothing_new)
    async with any_database.write() as tx:
        assert len(await topics.index(tx)) == 50


@pytest.mark.parametrize("kept", [10_000, 40])
async def test_others_get_their_turn_while_topics_are_read(
    database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr("news.followed_topics.CHANGES_KEPT", kept)
    added = 0
    add = TopicIndex.add

    def count(index: TopicIndex, topic: int, tree: query.Node) -> None:
        nonlocal added
        added += 1
        add(index, topic, tree)

    monkeypatch.setattr(TopicIndex, "add", count)
    seen: set[int] = set()

    async def look() -> None:
        while added < 50:
            seen.add(added)
            await asyncio.sleep(0)

    topics = FollowedTopics()
    await topics.prepare(database)
    async with database.write() as tx:
        await follow_many(tx, 50, clock())
        async with asyncio.TaskGroup() as group:
            group.create_task(look())
            assert len(await topics.index(tx)) == 50
    assert len(seen) > 3


async def test_dropped_articles_leave_the_index(any_database: Database, clock: Any) -> None:
    async with any_database.write() as tx:
        await Desk(tx, clock).keep("rice")
    later = clock.forward(days=100)
    assert await archive.prune(any_database, later - timedelta(days=90), later) == 1
    async with any_database.read() as tx:
        assert await search.matching(tx, RICE, later, 9) == {}
        assert await index.find(tx, None, limit=9) == ()


async def test_an_index_of_an_earlier_version_is_built_anew_from_what_is_kept(
    any_database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_BATCH", 2)
    async with any_database.write() as tx:
        desk = Desk(tx, clock)
        for number in range(5):
            await desk.keep(f"rice {number}")
        await index.clear(tx)
        await set_mark(tx, "search.version", "0")
        assert await search.matching(tx, RICE, clock(), 9) == {}
    assert await archive.build_index(any_database) == 2
    async with any_database.write() as tx:
        await Desk(tx, clock).keep("rice that came meanwhile")
    while await archive.build_index(any_database):
        continue
    async with any_database.read() as tx:
        assert len(await search.matching(tx, RICE, clock(), 9)) == 6
        assert await mark(tx, "search.version") is not None
    assert await archive.build_index(any_database) == 0


@pytest.mark.parametrize(
    ("summary", "text", "body"),
    [
        ("Short.", "", "Short."),
        ("", "Long text.", "Long text."),
        ("Long", "Long text.", "Long text."),
        ("An editor’s word.", "Other text.", "An editor’s word. — Other text."),
    ],
)
def test_the_body_says_nothing_twice(summary: str, text: str, body: str) -> None:
    assert body_of(summary, text) == body
