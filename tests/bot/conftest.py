"""A chat that follows a topic, a feed that grows, and a Telegram to deliver to."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.console.door import ConsoleRequest
from bot.console.server import ConsoleTelegram
from news.feed import Entry, ParsedFeed
from news.fetch import Fetched
from news.poller import Pace, Reading, take_in
from storage import articles, chats, feeds
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId, Kind


class Press:
    """A feed that brings entries when told to."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._number = 0

    async def publish(self, database: Database, *titles: str) -> None:
        """Take in a document with these headlines, as a visit would."""
        entries = []
        for title in titles:
            self._number += 1
            url = f"https://example.org/{self._number}"
            entries.append(
                Entry(f"{self._number:064}", url, url, title, "A summary.", self._clock())
            )
        fetched = Fetched("https://example.org/feed", False, b"", "", None, None)
        reading = Reading(fetched, ParsedFeed("Example", None, "en", tuple(entries)))
        async with database.write() as tx:
            feed = await feeds.add(tx, "https://example.org/feed", self._clock())
            await take_in(tx, feed, reading, self._clock(), Pace())


async def settle(
    database: Database, chat_id: int, clock: Callable[[], datetime], **chosen: Any
) -> None:
    """A chat that follows "north korea" and is due in an hour."""
    now = clock()
    chat = Chat(
        ChatId(chat_id),
        "UTC",
        "en",
        "weekly mon 09:00",
        now + timedelta(hours=1),
        now,
        ArticleId(0),
        False,
        None,
        None,
    )
    async with database.write() as tx:
        await chats.add(tx, chat, now)
        topic = await chats.intern_topic(tx, "north korea", "North Korea", now)
        newest = await articles.newest(tx)
        await chats.subscribe(tx, chat.id, Kind.TOPIC, topic.id, "North Korea", newest, now)
        if chosen:
            await chats.change(tx, chat.id, **chosen)


@pytest.fixture
def press(clock: Callable[[], datetime]) -> Press:
    return Press(clock)


@pytest.fixture
def settle_chat() -> Callable[..., Any]:
    return settle


@pytest.fixture
def telegram(clock: Callable[[], datetime]) -> ConsoleTelegram:
    return ConsoleTelegram(clock)


@pytest.fixture
async def bot(telegram: ConsoleTelegram) -> AsyncIterator[ExtBot[None]]:
    bot: ExtBot[None] = ExtBot("1:test", request=ConsoleRequest(telegram))
    async with bot:
        yield bot
