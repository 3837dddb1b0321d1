"""Digests of chats that are served together: the same as if each were served by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from news.desk import Desk
from news.gather import gather
from storage import articles, chats, feeds, joins, matches, telling
from storage.database import Database, Transaction
from storage.records import (
    ArticleId,
    Chat,
    ChatId,
    FeedId,
    Kind,
    NewArticle,
    StoryId,
    Subscription,
    TopicId,
)


class Town:
    """Chats that follow the same topics and feeds, each from another article on."""

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self.tx = tx
        self.now = now
        self.count = 0

    async def chat(self, number: int, *followed: tuple[Kind, int, int], upto: int = 0) -> Chat:
        """`followed` says from which article on."""
        before = self.now - timedelta(days=7)
        id, digested_to = ChatId(number), ArticleId(upto)
        new = Chat(
            id, "UTC", "en", "weekly mon 09:00", self.now, before, digested_to, False, None, None
        )
        chat = await chats.add(self.tx, new, self.now)
        for kind, target, after in followed:
            name = f"{kind} {target}"
            await chats.subscribe(self.tx, id, kind, target, name, ArticleId(after), self.now)
        return chat

    async def topic(self, name: str) -> int:
        return (await chats.intern_topic(self.tx, name, name, self.now)).id

    async def feed(self, name: str) -> int:
        return (await feeds.add(self.tx, f"https://{name}.example/feed", self.now)).id

    async def article(
        self, feed: int, *topics: int, story: StoryId | None = None, archived: bool = False
    ) -> tuple[ArticleId, StoryId]:
        self.count += 1
        if story is None:
            [story] = await articles.add_stories(self.tx, 1, self.now)
        url = f"https://outlet{feed}.example/{self.count}"
        title = f"Event {self.count} of {feed * 'x'} in {self.count * 'y'}"
        at = self.now - timedelta(hours=self.count)
        new = NewArticle(url, url, url, title, "", at, story, archived, language="en")
        [id] = await articles.add(self.tx, [(FeedId(feed), new)], self.now)
        await matches.match(self.tx, {id: {TopicId(topic): 0.8 for topic in topics}})
        return id, story

    async def listed(self, *some: Chat) -> list[tuple[Chat, tuple[Subscription, ...]]]:
        return [(chat, await chats.followed(self.tx, chat.id)) for chat in some]


@pytest.fixture
def now(clock: Callable[[], datetime]) -> datetime:
    return clock()


async def test_a_chat_that_is_served_with_others_gets_the_digest_that_it_would_get_alone(
    any_database: Database, now: datetime
) -> None:
    async with any_database.write() as tx:
        town = Town(tx, now)
        rice, tea, news = await town.topic("rice"), await town.topic("tea"), await town.feed("a")
        everything = ((Kind.TOPIC, rice, 0), (Kind.TOPIC, tea, 0), (Kind.FEED, news, 0))
        some = [
            await town.chat(1, *everything),
            await town.chat(2, *everything[1:], upto=3),
            await town.chat(3, (Kind.TOPIC, rice, 4), (Kind.FEED, news, 0), upto=2),
            await town.chat(4),
            await town.chat(5, *everything, upto=100),
            await town.chat(6, *everything, upto=10),
        ]
        other = await town.feed("b")
        for number in range(8):
            feed = news if number % 3 else other
            belongs = [topic for topic, every in ((rice, 2), (tea, 3)) if number % every == 0]
            await town.article(feed, *belongs, archived=number == 6)
        late, _ = await town.article(other)
        _, told = await town.article(other, rice)
        await matches.match_again(tx, {late: {TopicId(rice): 0.7}}, [late])
        await telling.tell(tx, ChatId(1), [(told, ArticleId(100))], now)
        together = Desk(for_many=True)
        await together.prepare(tx, await town.listed(*some))
        digests = [await gather(tx, chat, now, together) for chat in some]
        assert digests == [await gather(tx, chat, now, Desk()) for chat in some]
        assert [len(digest.items) for digest in digests] == [8, 4, 6, 0, 0, 1]


async def test_what_goes_by_a_schedule_of_its_own_is_not_in_the_digest_of_its_chat(
    any_database: Database, now: datetime
) -> None:
    async with any_database.write() as tx:
        town = Town(tx, now)
        rice, tea = await town.topic("rice"), await town.topic("tea")
        chat = await town.chat(1, (Kind.TOPIC, rice, 0), (Kind.TOPIC, tea, 0))
        await town.article(await town.feed("a"), rice)
        [(chat, (own, by_chat))] = await town.listed(chat)
        desk = Desk()
        await desk.prepare(tx, [(chat, (replace(own, schedule="instant"), by_chat))])
        span = (await gather(tx, chat, now, Desk())).span
        assert span is not None
        listed = (replace(own, schedule="instant"), by_chat)
        assert await desk.candidates(tx, chat, listed, span) == []


async def test_a_chat_that_was_told_meanwhile_is_not_told_the_same_again(
    any_database: Database, now: datetime
) -> None:
    async with any_database.write() as tx:
        town = Town(tx, now)
        rice = await town.topic("rice")
        chat = await town.chat(1, (Kind.TOPIC, rice, 0))
        id, story = await town.article(await town.feed("a"), rice)
        desk = Desk()
        await desk.prepare(tx, await town.listed(chat))
        assert len((await gather(tx, chat, now, desk)).items) == 1
        await telling.tell(tx, chat.id, [(story, id)], now)
        assert (await gather(tx, chat, now, desk)).items == ()


async def test_stories_that_turn_out_to_be_one_between_two_chats_are_one_for_the_second(
    any_database: Database, now: datetime
) -> None:
    async with any_database.write() as tx:
        town = Town(tx, now)
        rice = await town.topic("rice")
        first = await town.chat(1, (Kind.TOPIC, rice, 0))
        second = await town.chat(2, (Kind.TOPIC, rice, 0))
        _, kept = await town.article(await town.feed("a"), rice)
        _, gone = await town.article(await town.feed("b"), rice)
        desk = Desk()
        await desk.prepare(tx, await town.listed(first))
        assert len((await gather(tx, first, now, desk)).items) == 2
        await joins.join_stories(tx, gone, kept)
        await desk.prepare(tx, await town.listed(second))
        [item] = (await gather(tx, second, now, desk)).items
        assert item.story.id == kept
        assert len(item.story.articles) == 2


async def test_a_topic_that_is_too_large_to_be_kept_is_asked_for_by_each_chat(
    any_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with any_database.write() as tx:
        town = Town(tx, now)
        rice, tea = await town.topic("rice"), await town.topic("tea")
        chat = await town.chat(1, (Kind.TOPIC, rice, 0), (Kind.TOPIC, tea, 0))
        for _ in range(3):
            await town.article(await town.feed("a"), rice, tea)
        monkeypatch.setattr("news.newsstand.MOST", 5)
        desk = Desk()
        await desk.prepare(tx, await town.listed(chat))
        assert await gather(tx, chat, now, desk) == await gather(tx, chat, now, Desk())
