"""Rows to begin with."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import articles, chats, feeds, matches
from storage.database import Transaction
from storage.records import (
    ArticleId,
    Chat,
    ChatId,
    Feed,
    Kind,
    NewArticle,
    StoryId,
    TopicId,
)


class Seed:
    """Puts rows in, with as little said as possible."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.number = 0

    async def feed(
        self, tx: Transaction, url: str = "https://a.example/feed", listed: bool = True
    ) -> Feed:
        return await feeds.add(tx, url, self.clock(), pinned=listed)

    async def article(
        self,
        tx: Transaction,
        title: str = "news",
        *,
        feed: Feed | None = None,
        story: StoryId | None = None,
        archived: bool = False,
        hours: float = 0,
        topics: tuple[TopicId, ...] = (),
    ) -> ArticleId:
        self.number += 1
        if feed is None:
            feed = await self.feed(tx)
        if story is None:
            [story] = await articles.add_stories(tx, 1, self.clock())
        new = NewArticle(
            identity=f"id-{self.number}",
            url=f"https://a.example/{self.number}",
            canonical_url=f"https://a.example/{self.number}",
            title=title,
            summary="",
            published_at=self.clock() - timedelta(hours=hours),
            story_id=story,
            archived=archived,
        )
        [id] = await articles.add(tx, [(feed.id, new)], self.clock())
        for topic_id in topics:
            await matches.match_topic(tx, topic_id, {id: 0.5})
        return id

    async def topic(self, tx: Transaction, chat_id: int, normal: str) -> TopicId:
        """A topic that a known chat follows."""
        topic = await chats.intern_topic(tx, normal, normal, self.clock())
        await chats.subscribe(
            tx, ChatId(chat_id), Kind.TOPIC, topic.id, normal, ArticleId(0), self.clock()
        )
        return topic.id

    async def chat(self, tx: Transaction, chat_id: int = 1) -> Chat:
        now = self.clock()
        chat = Chat(
            ChatId(chat_id), "UTC", "en", "daily 08:00", now, now, ArticleId(0), False, None, None
        )
        return await chats.add(tx, chat, now)


@pytest.fixture
def seed(clock: Callable[[], datetime]) -> Seed:
    return Seed(clock)
