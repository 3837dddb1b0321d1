"""Composing and rendering many chats' weekly digests, beside doing it with nothing shared between chats.

    python -m bench.digest [--chats 10000] [--articles 50000] [--topics 5000]

The archive is made up: a week of articles of 500 feeds in stories of one to thirty, each belonging to a
few topics; every chat follows five topics and two feeds, and none the same as another. One pass is what
the bot does when all of them are due at once (`bot.composer.compose_due`, a transaction for each chat,
up to the outbox), the other one, over a sample, forgets what it knows of stories after each chat. Prints
processor and wall-clock time a chat, and the ratio. Exit code 1 if a chat takes 10 ms or more of
processor time.
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bench import invented
from bot.composer import compose_due
from storage import chats, matches, outbox
from storage.database import Database, open_database
from storage.records import ArticleId, Chat, ChatId, Kind, TopicId

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
TOPICS_OF_A_CHAT, FEEDS_OF_A_CHAT = 5, 2
TOPICS_OF_AN_ARTICLE = 6
BATCH = 1000
SAMPLE = 100
BAR = 10
"""Milliseconds of processor time a chat."""


_STEEPNESS, _LENGTH = 8, 300
"""See `bench.invented`."""


async def fill(database: Database, count: int, topics: int, chance: random.Random) -> None:
    """Keep a week of articles with their stories and topics."""
    outlets = invented.Outlets(chance, _STEEPNESS, _LENGTH, NOW, WEEK)
    async with database.write() as tx:
        await outlets.open(tx)
        ids = [
            (await chats.intern_topic(tx, f"topic{n}", f"topic {n}", NOW)).id for n in range(topics)
        ]
        await chats.add(tx, _chat(0), NOW)
        for id in ids:
            await chats.subscribe(tx, ChatId(0), Kind.TOPIC, id, f"topic {id}", ArticleId(0), NOW)
    for _ in range(0, count, BATCH):
        async with database.write() as tx:
            added = await outlets.publish(tx, BATCH)
            await matches.match(
                tx,
                {
                    id: {
                        TopicId(topic): chance.uniform(0.5, 1)
                        for topic in chance.sample(ids, TOPICS_OF_AN_ARTICLE)
                    }
                    for id in added
                },
            )


def _chat(number: int) -> Chat:
    return Chat(
        id=ChatId(number),
        timezone="UTC",
        language="en",
        schedule="weekly mon 09:00",
        next_digest_at=NOW if number else None,
        last_digest_at=NOW - WEEK,
        digested_to=ArticleId(0),
        paused=False,
        paused_until=None,
        unreachable_since=None,
    )


async def follow(database: Database, numbers: range, topics: int, chance: random.Random) -> None:
    """Make chats with these numbers, whose digest is due."""
    async with database.write() as tx:
        for number in numbers:
            await chats.add(tx, _chat(number), NOW)
            for topic in chance.sample(range(1, topics + 1), TOPICS_OF_A_CHAT):
                await chats.subscribe(
                    tx, ChatId(number), Kind.TOPIC, topic, f"topic {topic}", ArticleId(0), NOW
                )
            for feed in chance.sample(range(1, invented.FEEDS + 1), FEEDS_OF_A_CHAT):
                await chats.subscribe(
                    tx, ChatId(number), Kind.FEED, feed, f"feed {feed}", ArticleId(0), NOW
                )


async def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chats", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--topics", type=int, default=5_000)
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chance = random.Random(1)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:///{Path(folder) / 'digest.db'}")
        try:
            await fill(database, chosen.articles, chosen.topics, chance)
            await follow(database, range(1, chosen.chats + 1), chosen.topics, chance)
            together, wall = await _timed(database, chosen.chats)
            async with database.read() as tx:
                messages = await outbox.waiting(tx)
            print(f"{messages / chosen.chats:.1f} messages a chat")
            first = chosen.chats + 1
            alone = 0.0
            for number in range(first, first + min(SAMPLE, chosen.chats)):
                await follow(database, range(number, number + 1), chosen.topics, chance)
                alone += (await _timed(database, 1))[0]
            alone /= min(SAMPLE, chosen.chats)
        finally:
            await database.close()
    print(f"a chat: {together:.2f} ms of processor time, {wall:.2f} ms by the clock")
    print(f"with nothing shared: {alone:.2f} ms, ratio {alone / together:.1f}")
    return int(together >= BAR)


async def _timed(database: Database, count: int) -> tuple[float, float]:
    """Milliseconds a chat for what is due: of processor time, and by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    composed = await compose_due(database, NOW)
    if composed != count:
        raise AssertionError(f"{composed} digests of {count}")
    return (
        1000 * (time.process_time() - cpu) / count,
        1000 * (time.perf_counter() - wall) / count,
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
