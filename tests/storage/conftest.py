"""Rows to begin with."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import articles, chats, feeds
from storage.database import Transaction
from storage.records import (
    ArticleId,
    Chat,
    ChatId,
    Feed,
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
        words: str = "news",
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
            title=words,
            summary="",
            words=f" {words} ",
            published_at=self.clock() - timedelta(hours=hours),
            story_id=story,
            archived=archived,
        )
        [id] = await articles.add(tx, [(feed.id, new)], self.clock())
        await chats.match(tx, {id: topics})
        return id

    async def chat(self, tx: Transaction, chat_id: int = 1) -> Chat:
        now = self.clock()
        chat = Chat(
            ChatId(chat_id), "UTC", "en", "daily 08:00", now, now, ArticleId(0), False, None, None
        )
        return await chats.add(tx, chat, now)


@pytest.fixture
def seed(clock: Callable[[], datetime]) -> Seed:
    return Seed(clock)
