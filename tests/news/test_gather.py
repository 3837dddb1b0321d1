"""From the archive to a digest: what is new to a chat, in one piece with its summaries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from news.desk import Desk
from news.digest import Digest, Span
from news.gather import gather, gather_rest, gather_since, preview
from news.indexing import indexed, row_of
from news.matching import Source, subject_of
from news.query import parse
from storage import articles, chats, feeds, matches, opinions, search, telling
from storage.database import Database, Transaction
from storage.records import ArticleId, Chat, ChatId, FeedId, Kind, NewArticle, StoryId, TopicId


class Archive:
    """Puts chats and articles in, with as little said as possible."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock

    async def chat(self, tx: Transaction, *topics: str) -> Chat:
        now = self.clock()
        new = Chat(ChatId(1), "UTC", "en", "daily 08:00", now, now, ArticleId(0), False, None, None)
        chat = await chats.add(tx, new, now)
        for topic in topics:
            await self.topic(tx, topic)
        return chat

    async def topic(self, tx: Transaction, name: str) -> TopicId:
        topic = await chats.intern_topic(tx, name, name, self.clock())
        await chats.subscribe(tx, ChatId(1), Kind.TOPIC, topic.id, name, ArticleId(0), self.clock())
        return topic.id

    async def article(
        self,
        tx: Transaction,
        title: str,
        *topics: int,
        outlet: str = "a",
        story: StoryId | None = None,
        summary: str = "",
        text: str = "",
        language: str = "en",
        hours: float = 0,
    ) -> tuple[ArticleId, StoryId]:
        feed = await feeds.add(tx, f"https://{outlet}.example/feed", self.clock())
        if story is None:
            [story] = await articles.add_stories(tx, 1, self.clock())
        url = f"https://{outlet}.example/{title.replace(' ', '-')}"
        published_at = self.clock() - timedelta(hours=hours)
        new = NewArticle(
            *(url, url, url, title, summary, published_at, story, False), text, language=language
        )
        [id] = await articles.add(tx, [(feed.id, new)], self.clock())
        for topic in topics:
            await matches.match_topic(tx, TopicId(topic), {id: 0.8})
        subject = subject_of(title, summary, "en", Source(), published_at)
        await search.index(tx, [row_of(id, published_at, indexed(subject))])
        return id, story


@pytest.fixture
def archive(clock: Callable[[], datetime]) -> Archive:
    return Archive(clock)


def titles(digest: Digest) -> list[str]:
    return [item.story.articles[0].title for item in digest.items]


async def test_a_digest_holds_what_arrived_since_the_last_one_and_says_up_to_where(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        await archive.article(tx, "Rice is cheap", 1)
        before = await articles.newest(tx)
        newest, _ = await archive.article(tx, "Rice is dear", 1)
        await archive.article(tx, "Tea is dear")
        await chats.change(tx, chat.id, digested_to=before)
        again = await chats.get(tx, chat.id)
        assert again is not None
        digest = await gather(tx, again, clock(), Desk())
        assert titles(digest) == ["Rice is dear"]
        assert digest.span == Span(before, ArticleId(newest + 1))


async def test_the_same_desk_serves_many_chats(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        summary = "The price of rice rose by a tenth in October, the ministry of farming said."
        await archive.article(tx, "Rice is dear", 1, summary=summary)
        desk = Desk()
        first = await gather(tx, chat, clock(), desk)
        assert [item.summary for item in first.items] == [summary]
        assert await gather(tx, chat, clock(), desk) == first


async def test_a_summary_that_was_written_takes_the_place_of_ours(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        _, story = await archive.article(tx, "Rice is dear", 1)
        digest = await gather(tx, chat, clock(), Desk(), {story: "It costs more."})
        assert [item.summary for item in digest.items] == ["It costs more."]


async def test_what_a_digest_left_out_can_be_read_on(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        for number in range(5):
            name = ("harvest", "price", "cake", "wine", "field")[number]
            await archive.article(tx, f"Rice {name} news", 1, outlet=name, hours=number)
        await chats.change(tx, chat.id, most_stories=2)
        again = await chats.get(tx, chat.id)
        assert again is not None
        digest = await gather(tx, again, clock(), Desk())
        assert len(digest.items) == 2
        assert digest.left_out == 3
        told = [(item.story.id, item.newest) for item in digest.items]
        assert digest.span is not None
        await telling.tell(tx, chat.id, told, clock())
        await chats.change(tx, chat.id, digested_to=digest.span.up_to)
        later = await chats.get(tx, chat.id)
        assert later is not None
        await archive.article(tx, "Rice strike", 1)
        left = await gather_rest(tx, later, digest.span, clock(), Desk())
        assert sorted(titles(digest) + titles(left)) == sorted(
            f"Rice {name} news" for name in ("harvest", "price", "cake", "wine", "field")
        )


async def test_a_period_shows_what_was_told_as_well(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        id, story = await archive.article(tx, "Rice is dear", 1)
        await archive.article(tx, "Rice was cheap", 1, hours=50)
        await telling.tell(tx, chat.id, [(story, id)], clock())
        day = await gather_since(tx, chat, clock(), clock() - timedelta(days=1), Desk())
        assert titles(day) == ["Rice is dear"]
        assert day.span is None


async def test_an_update_is_told_with_what_is_new_of_it(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "ferry")
        first, story = await archive.article(
            tx, "Ferry aground off Jeju", 1, summary="A ferry with 90 people ran aground off Jeju."
        )
        await telling.tell(tx, chat.id, [(story, first)], clock())
        clock.forward(hours=20)
        for outlet, title, summary in (
            (
                "b",
                "Captain arrested after shipwreck",
                "Police arrested the captain in Busan on Friday.",
            ),
            ("c", "Drunk captain faces trial", "Prosecutors say that the captain had drunk soju."),
        ):
            await archive.article(tx, title, 1, outlet=outlet, story=story, summary=summary)
        [item] = (await gather(tx, chat, clock(), Desk())).items
        assert item.update
        assert "captain" in item.summary
        assert "ran aground" not in item.summary
        assert {one.outlet for one in item.story.articles} == {"b.example", "c.example"}


async def test_what_is_hidden_from_a_chat_makes_no_update_of_what_it_was_told(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    news = (
        ("Captain arrested after shipwreck", "Police arrested the captain in Busan on Friday."),
        ("Drunk skipper faces trial", "Prosecutors say that he had drunk soju all night."),
        ("Owner flees abroad", "A judge wants the head of the shipping company back."),
    )
    async with any_database.write() as tx:
        await archive.chat(tx, "ferry")
        await chats.change(tx, ChatId(1), wanted_languages="en")
        chat = await chats.get(tx, ChatId(1))
        assert chat is not None
        _, story = await archive.article(tx, "Ferry aground off Jeju", 1)
        hidden, _ = await archive.article(
            tx, "フェリーが座礁、船長を逮捕", 1, outlet="ja", story=story, language="ja"
        )
        digest = await gather(tx, chat, clock(), Desk())
        assert digest.told == ((story, hidden),)
        await telling.tell(tx, chat.id, digest.told, clock())
        clock.forward(hours=20)
        await opinions.mute_words(tx, chat.id, "police", clock())
        for outlet, (title, summary) in zip("bc", news, strict=False):
            await archive.article(tx, title, 1, outlet=outlet, story=story, summary=summary)
        assert (await gather(tx, chat, clock(), Desk())).items == ()
        await archive.article(tx, news[2][0], 1, outlet="d", story=story, summary=news[2][1])
        [item] = (await gather(tx, chat, clock(), Desk())).items
        assert {one.outlet for one in item.story.articles} == {"c.example", "d.example"}


async def test_what_is_muted_is_neither_told_nor_counted(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        await archive.article(tx, "Rice is dear", 1, outlet="loud")
        await archive.article(tx, "Rice and football", 1)
        await archive.article(tx, "Rice is cheap", 1)
        loud = await feeds.find(tx, "https://loud.example/feed")
        assert loud is not None
        await opinions.mute_feed(tx, chat.id, loud.id, clock())
        await opinions.mute_words(tx, chat.id, "football", clock())
        digest = await gather(tx, chat, clock(), Desk())
        assert titles(digest) == ["Rice is cheap"]
        assert digest.left_out == 0


@pytest.mark.parametrize("for_many", [False, True])
async def test_muted_words_deep_in_a_text_are_not_told_either(
    any_database: Database, clock: Any, archive: Archive, for_many: bool
) -> None:
    council = "The council met again on Tuesday and talked about the price of rice for many hours. "
    stars = "The horoscope of the mayor was read aloud in the council, and nobody laughed at it. "
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        await chats.change(tx, chat.id, most_stories=3)
        chat = await chats.get(tx, chat.id) or chat
        # Too far behind to be quoted.
        told = council * 8 + "Nobody mentioned any horoscope."
        await archive.article(tx, "Council on rice", 1, summary=told)
        await archive.article(tx, "Mayor on rice", 1, summary="In brief.", text=stars + council)
        for title in ("Rice is dear", "Tea with rice", "Farmers plant rice"):
            await archive.article(tx, title, 1, hours=40)
        assert len((await gather(tx, chat, clock(), Desk(for_many=for_many))).items) == 3
        await opinions.mute_words(tx, chat.id, "horoscopes", clock())
        digest = await gather(tx, chat, clock(), Desk(for_many=for_many))
        assert set(titles(digest)) == {"Rice is dear", "Tea with rice", "Farmers plant rice"}
        assert digest.left_out == 0


async def test_a_preview_needs_neither_a_chat_nor_its_subscriptions(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = Chat(ChatId(0), "UTC", "en", "off", None, clock(), ArticleId(0), False, None, None)
        await archive.article(tx, "North Korea reopens a bridge")
        await archive.article(tx, "North Korea closes a school", hours=30)
        await archive.article(tx, "Tea is dear", outlet="b")
        feed = await feeds.find(tx, "https://b.example/feed")
        assert feed is not None
        since = clock() - timedelta(days=1)
        wanted = [parse("North Korea")]
        digest = await preview(tx, wanted, [FeedId(feed.id)], chat, clock(), since)
        assert [
            (s.subscription.name, [i.story.articles[0].title for i in s.items])
            for s in digest.sections
        ] == [
            ("North Korea", ["North Korea reopens a bridge"]),
            ("b.example", ["Tea is dear"]),
        ]


async def test_stories_that_are_hidden_keep_no_place_from_others(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        await chats.change(tx, chat.id, most_stories=3)
        again = await chats.get(tx, chat.id)
        assert again is not None
        for number in range(10):
            await archive.article(tx, f"Football and rice {number}", 1)
        for word in ("harvest", "price", "cake", "wine", "field"):
            await archive.article(tx, f"Rice {word} news", 1, hours=20)
        await opinions.mute_words(tx, chat.id, "football", clock())
        digest = await gather(tx, again, clock(), Desk(for_many=True))
        assert len(digest.items) == 3
        assert digest.left_out == 2


async def test_a_told_story_whose_outlet_was_muted_since_is_not_told_as_new(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    text = "Rice costs twice what it did a year ago, says the ministry of farming in its report."
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        first, story = await archive.article(tx, "Rice is dear", 1, summary=text)
        await telling.tell(tx, chat.id, [(story, first)], clock())
        feed = await feeds.find(tx, "https://a.example/feed")
        assert feed is not None
        await opinions.mute_feed(tx, chat.id, feed.id, clock())
        await archive.article(tx, "Rice is dear", 1, outlet="b", story=story, summary=text)
        assert (await gather(tx, chat, clock(), Desk())).items == ()


async def test_two_chats_that_are_shown_other_articles_of_a_story_get_other_summaries(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        one = (
            "The price of rice rose by a tenth in October, the ministry of farming said on Monday."
        )
        two = (
            "Farmers want a higher price for their rice, or they are going to grow flowers instead."
        )
        _, story = await archive.article(tx, "Rice is dear", 1, outlet="a", summary=one)
        await archive.article(tx, "Rice is dear", 1, outlet="b", story=story, summary=two)
        desk = Desk()
        summaries = []
        for outlet in ("a", "b"):
            feed = await feeds.find(tx, f"https://{outlet}.example/feed")
            assert feed is not None
            await opinions.mute_feed(tx, chat.id, feed.id, clock())
            [item] = (await gather(tx, chat, clock(), desk)).items
            summaries.append(item.summary)
            for mute in await opinions.mutes(tx, chat.id):
                await opinions.unmute(tx, chat.id, mute.id)
        assert summaries == [two, one]


async def test_a_preview_is_read_on_behind_what_it_showed_though_some_was_told(
    any_database: Database, clock: Any, archive: Archive
) -> None:
    async with any_database.write() as tx:
        chat = await archive.chat(tx, "rice")
        await chats.change(tx, chat.id, most_stories=2)
        again = await chats.get(tx, chat.id)
        assert again is not None
        for word in ("harvest", "price", "cake", "wine", "field"):
            id, story = await archive.article(tx, f"Rice {word} news", 1)
            if word in ("harvest", "price"):
                await telling.tell(tx, chat.id, [(story, id)], clock())
        digest = await gather(tx, again, clock(), Desk())
        assert digest.span is not None
        left = await gather_rest(tx, again, digest.span, clock(), Desk())
        shown = titles(digest) + titles(left)
        assert sorted(shown) == ["Rice cake news", "Rice field news", "Rice wine news"]
