"""A chat that follows a topic, a feed that grows, and a Telegram to deliver to."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.console.door import ConsoleRequest
from bot.console.server import ConsoleTelegram
from news import pace
from news.feed import complete_all, parse
from news.intake import Intake, Reading
from news.worker import Worker
from storage import articles, chats, feeds
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId, Kind, Visit


class Press:
    """A feed that brings entries when told to."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._number = 0

    async def publish(self, database: Database, *titles: str) -> None:
        """Take in a document with these headlines, as a visit would."""
        items = ""
        for title in titles:
            self._number += 1
            items += (
                f"<item><guid>{self._number}</guid><link>https://example.org/{self._number}</link>"
                f"<title>{title}</title><description>A summary.</description></item>"
            )
        document = f"<rss><channel><title>Example</title>{items}</channel></rss>"
        parsed = parse(document.encode(), "https://example.org/feed")
        now = self._clock()
        reading = Reading(parsed, pace.said(parsed, now), complete_all(parsed.entries), ())
        async with Worker() as worker, database.write() as tx:
            feed = await feeds.add(tx, "https://example.org/feed", now)
            intake = Intake(database, worker)
            await intake.take_in(tx, [(feed, reading)], now)
            await feeds.record(tx, [(feed.id, Visit(now, now, said=reading.said))])


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
