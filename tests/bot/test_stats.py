"""`kawaraban stats`, beside a bot that runs."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import stats
from bot.settings import load
from handlers.views.figures import figures as view
from handlers.views.message import plain_text
from handlers.views.reader import Reader
from storage import chats, outbox
from storage.counts import ChatState, Crowd, FeedState, Figures, Gauges, Sent, Waiting
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

FOUND = Figures(
    at=NOW,
    gauges=Gauges(
        chats=dict.fromkeys(ChatState, 25_000),
        feeds=dict.fromkeys(FeedState, 2),
        topic_subscriptions=200_000,
        feed_subscriptions=100_000,
        waiting=Waiting(900, 2, 600, timedelta(minutes=5)),
        database_bytes=1_234_567_890,
    ),
    topics=5_000,
    articles=1_000_000,
    stories=400_000,
    sent=Sent(20_000, 90_000, 2.0, 3),
    coming=(Crowd(NOW + timedelta(minutes=30), 900),),
    largest=Crowd(MONDAY, 90_000),
)


def shown(per_second: float) -> str:
    return plain_text(str(view(FOUND, per_second, Reader("en", "UTC", NOW)).text))


def test_an_operator_reads_everything_and_when_the_largest_crowd_will_have_its_digests() -> None:
    text = shown(30.0)
    assert "Chats: 100,000 (25,000 active, 25,000 without digests" in text
    assert "Outbox: 900 waiting, 600 of them due, the oldest for 5 minutes; 2 doubtful" in text
    assert "Database: 1,234.6 MB" in text
    # 600 messages are gone long before; 900 digests of two messages take a minute.
    assert "due within an hour: 900; the last has gone by Fri, Nov 27, 12:31" in text
    # 180,000 messages at 30 a second are 100 minutes.
    assert "90,000 digests on Mon, Nov 30, 09:00; the last has gone by Mon, Nov 30, 10:40" in text


def test_with_paid_broadcasts_the_crowd_is_through_in_three_minutes() -> None:
    gone = "the last has gone by Mon, Nov 30, 09:03 (messages a second: 1,000)"
    assert gone in shown(1000.0)


def test_one_digest_of_one_message_is_no_plural() -> None:
    sent = replace(FOUND.sent, digests_day=1, parts=1.0)
    few = replace(FOUND, articles=1, stories=1, largest=Crowd(MONDAY, 1), sent=sent)
    text = plain_text(str(view(few, 1.0, Reader("en", "UTC", NOW)).text))
    assert "Largest crowd ahead: 1 digest on Mon, Nov 30, 09:00; it has gone by" in text
    for plural in ("1 digests", "1 messages", "1 stories", "1 articles"):
        assert plural not in text


@pytest.fixture
async def used(database: Database, clock: Any) -> None:
    """A database that a running bot has open, with a chat and a message in it."""
    async with database.write() as tx:
        chat = Chat(
            *(ChatId(1), "UTC", "en", "off", None, clock(), ArticleId(0)), False, None, None
        )
        await chats.add(tx, chat, clock())
        await outbox.put(tx, ChatId(1), [("secret text", "")], clock())


async def run(capsys: Any, url: str, *arguments: str, **chosen: Any) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    stats.add_arguments(parser)
    settings = load(_env_file=None, database_url=url, **chosen)
    code = await stats.run(parser.parse_args(arguments), settings)
    return code, capsys.readouterr().out


async def test_it_works_beside_a_running_bot_and_shows_no_text_of_messages(
    used: None, sqlite_url: str, capsys: Any
) -> None:
    code, out = await run(capsys, sqlite_url)
    assert code == 0
    assert "Chats: 1 (0 active, 1 without digests" in out
    assert "Outbox: 1 waiting, 1 of them due" in out
    assert "secret" not in out


async def test_a_script_reads_json(used: None, sqlite_url: str, capsys: Any) -> None:
    code, out = await run(capsys, sqlite_url, "--json", paid_broadcast=True)
    found = json.loads(out)
    assert code == 0
    assert found["gauges"]["chats"] == {"active": 0, "idle": 1, "paused": 0, "unreachable": 0}
    assert found["gauges"]["waiting"]["count"] == 1
    assert found["gauges"]["waiting"]["oldest"] > 0
    assert found["messages_a_second"] == 1000
    assert datetime.fromisoformat(found["all_gone_at"]) > datetime.fromisoformat(found["at"])
