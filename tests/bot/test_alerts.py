"""Subscriptions with schedules of their own: alerts, quiet hours, other times."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.composer import compose_due
from bot.console.server import ConsoleTelegram
from bot.courier import deliver
from news import rescheduling, schedule
from news.intake import Intake
from news.worker import Worker
from storage import articles, chats, due, matches, outbox, pages
from storage.database import Database
from storage.records import ArticleId, ChatId, Kind

Press = Any
Settle = Callable[..., Any]
ME = ChatId(1)
FAR = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = "North Korea fired a missile in the night. North Korea says that it was a test. " * 4


@pytest.fixture
async def chat(
    any_database: Database, clock: Any, press: Press, settle_chat: Settle, telegram: ConsoleTelegram
) -> Database:
    """A chat that follows "north korea" in a database of either kind, with its digest far away."""
    telegram.chat(1)
    await press.publish(any_database, "Old news of North Korea")
    await settle_chat(any_database, 1, clock, next_digest_at=FAR)
    return any_database


@pytest.fixture
def push(chat: Database, bot: ExtBot[None], clock: Any) -> Callable[[], Awaitable[None]]:
    async def once() -> None:
        await compose_due(chat, clock())
        await deliver(chat, bot, clock, asyncio.Event())

    return once


@pytest.fixture
def texts(telegram: ConsoleTelegram) -> Callable[[], list[str]]:
    return lambda: [str(message["text"]) for message in telegram.chat(1).messages.values()]


async def own(database: Database, clock: Any, typed: str) -> None:
    """Give the chat's subscription a schedule of its own."""
    async with database.write() as tx:
        chat = await chats.get(tx, ME)
        assert chat is not None
        [item] = await chats.followed(tx, ME)
        await rescheduling.set_own(tx, chat, item, schedule.parse_for_one(typed), clock())


async def test_an_alert_comes_with_the_next_tick_after_the_article(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await own(chat, clock, "instant")
    await push()
    assert texts() == []
    await press.publish(chat, "North Korea fires a missile", "Rice gets cheaper")
    await push()
    [text] = texts()
    assert text.startswith("🔔 New: North Korea")
    assert "fires a missile" in text
    assert "Rice" not in text
    await push()
    assert len(texts()) == 1


async def test_what_an_alert_told_is_not_told_again_by_the_digest(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await own(chat, clock, "instant")
    await press.publish(chat, "North Korea fires a missile")
    await push()
    await own(chat, clock, "chat")
    await press.publish(chat, "North Korea reopens a bridge to traffic")
    clock.now = FAR
    await push()
    alert, digest = texts()
    assert "missile" in alert
    assert "missile" not in digest
    assert "bridge" in digest


async def read_page(database: Database, clock: Any, title: str, text: str) -> None:
    """The page of an article is read, after later articles came."""
    async with Worker() as worker, database.write() as tx:
        [known] = [one for one in await articles.recent(tx, LONG_AGO, 99) if one.title == title]
        await pages.settle(tx, known.id, text)
        await Intake(database, worker).renew(tx, [known], clock())


async def test_an_article_whose_page_shows_late_what_it_is_about_is_told_all_the_same(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await own(chat, clock, "instant")
    await press.publish(chat, "Live: the night in the harbour", "A quiet day in the mountains")
    await press.publish(chat, "North Korea fires a missile")
    await push()
    [first] = texts()
    assert "harbour" not in first
    await read_page(chat, clock, "Live: the night in the harbour", ABOUT)
    await push()
    assert "harbour" in texts()[1]
    await push()
    assert len(texts()) == 2


async def test_a_digest_takes_up_what_matched_only_after_the_last_one(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    clock.now = FAR - timedelta(hours=1)
    await press.publish(chat, "Live: the night in the harbour", "North Korea fires a missile")
    clock.now = FAR
    await push()
    await read_page(chat, clock, "Live: the night in the harbour", ABOUT)
    await read_page(chat, clock, "North Korea fires a missile", ABOUT)
    clock.forward(days=4)
    await push()
    first, second = texts()
    assert "harbour" not in first
    assert "harbour" in second
    assert "fires a missile" not in second


async def test_an_old_article_that_comes_to_match_is_no_news(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    clock.now = FAR - timedelta(hours=1)
    await press.publish(chat, "Live: the night in the harbour", "North Korea fires a missile")
    clock.now = FAR
    await push()
    clock.forward(days=4)
    await read_page(chat, clock, "Live: the night in the harbour", ABOUT)
    await push()
    assert len(texts()) == 1


async def test_an_alert_and_a_digest_of_one_moment_have_buttons_of_their_own(
    chat: Database, clock: Any, press: Press, push: Any, telegram: ConsoleTelegram
) -> None:
    await own(chat, clock, "instant")
    await press.publish(chat, "North Korea fires a missile", "Rice gets cheaper")
    async with chat.write() as tx:
        rice = await chats.intern_topic(tx, "rice", "rice", clock())
        await chats.subscribe(tx, ME, Kind.TOPIC, rice.id, "rice", ArticleId(0), clock())
        [story] = [one for one in await articles.recent(tx, LONG_AGO, 99) if "Rice" in one.title]
        await matches.match(tx, {story.id: {rice.id: 1.0}})
        await chats.change(tx, ME, next_digest_at=clock() + timedelta(milliseconds=1))
    await push()
    clock.forward(seconds=1)
    await push()
    stars = [
        button["callback_data"]
        for message in telegram.chat(1).messages.values()
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"] == "⭐"
    ]
    assert len(stars) == 2
    assert len(set(stars)) == 2


async def test_nothing_that_came_before_the_schedule_changed_is_lost(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await press.publish(chat, "North Korea fires a missile")
    await own(chat, clock, "daily 18:00")
    clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    await push()
    [text] = texts()
    assert "missile" in text
    await press.publish(chat, "North Korea reopens a bridge to traffic")
    # The chat's own digest passes in between, and does not take it.
    async with chat.write() as tx:
        await chats.change(tx, ME, next_digest_at=clock())
    await push()
    assert len(texts()) == 1
    await own(chat, clock, "chat")
    async with chat.write() as tx:
        kept = await chats.get(tx, ME)
    assert kept is not None
    assert kept.next_digest_at is not None
    clock.now = kept.next_digest_at
    await push()
    assert "bridge" in texts()[1]


async def test_in_quiet_hours_alerts_wait_and_come_as_one_message(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await own(chat, clock, "instant")
    async with chat.write() as tx:
        await chats.change(tx, ME, quiet="12:00-14:00")
    await press.publish(chat, "North Korea fires a missile")
    await push()
    clock.forward(minutes=30)
    await press.publish(chat, "North Korea reopens a bridge to traffic")
    await push()
    assert texts() == []
    clock.now = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    await push()
    [text] = texts()
    assert "missile" in text
    assert "bridge" in text


async def test_while_the_chat_pauses_alerts_wait(
    chat: Database, clock: Any, press: Press, push: Any, texts: Any
) -> None:
    await own(chat, clock, "instant")
    async with chat.write() as tx:
        await chats.change(tx, ME, paused=True)
    await press.publish(chat, "North Korea fires a missile")
    await push()
    assert texts() == []
    async with chat.write() as tx:
        await chats.change(tx, ME, paused=False)
    await push()
    assert len(texts()) == 1


async def test_an_alert_goes_before_the_digests_of_a_crowd(
    chat: Database, clock: Any, press: Press, settle_chat: Settle, telegram: ConsoleTelegram
) -> None:
    for number in range(2, 6):
        telegram.chat(number)
        await settle_chat(chat, number, clock, next_digest_at=clock())
    await own(chat, clock, "instant")
    await press.publish(chat, "North Korea fires a missile")
    await compose_due(chat, clock())
    async with chat.write() as tx:
        [first] = await outbox.claim(tx, clock(), timedelta(seconds=60), 1)
    assert first.chat_id == ME
    assert first.urgent


async def test_a_crowd_is_composed_ahead_and_sent_in_time(
    chat: Database,
    clock: Any,
    press: Press,
    push: Any,
    settle_chat: Settle,
    telegram: ConsoleTelegram,
    texts: Any,
) -> None:
    moment = clock() + timedelta(seconds=0.5)
    for number in range(2, 60):
        await settle_chat(chat, number, clock, next_digest_at=moment)
        telegram.chat(number)
    await press.publish(chat, "North Korea fires a missile")
    await push()
    async with chat.read() as tx:
        assert await outbox.waiting(tx) == 58
        kept = await chats.get(tx, ChatId(2))
    assert all(not telegram.chat(number).messages for number in range(2, 60))
    assert kept is not None
    assert kept.next_digest_at is not None
    assert kept.next_digest_at > moment
    clock.forward(seconds=2)
    await push()
    assert all(len(telegram.chat(number).messages) == 1 for number in range(2, 60))


async def test_a_digest_in_quiet_hours_makes_no_sound(
    chat: Database, clock: Any, press: Press, push: Any, telegram: ConsoleTelegram
) -> None:
    async with chat.write() as tx:
        await chats.change(tx, ME, quiet="12:00-14:00", next_digest_at=clock())
    await press.publish(chat, "North Korea fires a missile")
    await push()
    [(_, parameters)] = [call for call in telegram.calls if call[0] == "sendMessage"]
    assert parameters["disable_notification"] is True


async def test_a_digest_in_a_channel_has_no_buttons_that_its_readers_may_not_press(
    chat: Database, clock: Any, press: Press, push: Any, telegram: ConsoleTelegram
) -> None:
    async with chat.write() as tx:
        await chats.change(tx, ME, kind="channel", next_digest_at=clock())
    await press.publish(chat, "North Korea fires a missile")
    await push()
    [message] = telegram.chat(1).messages.values()
    assert "missile" in message["text"]
    assert "reply_markup" not in message


@pytest.mark.parametrize("wanted", [True, False])
async def test_links_of_a_digest_have_previews_only_where_a_chat_wants_them(
    chat: Database, clock: Any, press: Press, push: Any, telegram: ConsoleTelegram, wanted: bool
) -> None:
    async with chat.write() as tx:
        await chats.change(tx, ME, previews=wanted, next_digest_at=clock())
    await press.publish(chat, "North Korea fires a missile")
    await push()
    [(_, parameters)] = [call for call in telegram.calls if call[0] == "sendMessage"]
    assert ("link_preview_options" in parameters) is not wanted


async def test_digests_go_to_the_topic_of_a_forum_in_which_they_were_set_up(
    chat: Database, clock: Any, press: Press, push: Any, telegram: ConsoleTelegram
) -> None:
    async with chat.write() as tx:
        await chats.change(tx, ME, thread_id=77, next_digest_at=clock())
    await press.publish(chat, "North Korea fires a missile")
    await push()
    [(_, parameters)] = [call for call in telegram.calls if call[0] == "sendMessage"]
    assert parameters["message_thread_id"] == 77


async def test_new_rules_of_a_zone_move_what_is_to_come(chat: Database, clock: Any) -> None:
    await own(chat, clock, "daily 18:00")
    assert await rescheduling.keep_plans(chat, "one", clock()) == 0
    async with chat.write() as tx:
        # As if the zone had been an hour off when this was planned.
        await chats.change(
            tx, ME, schedule="daily 09:00", next_digest_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
        )
        [item] = await chats.followed(tx, ME)
        await due.put_off(tx, [item.id], datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert await rescheduling.keep_plans(chat, "one", clock()) == 0
    assert await rescheduling.keep_plans(chat, "two", clock()) == 1
    async with chat.read() as tx:
        kept = await chats.get(tx, ME)
        [item] = await chats.followed(tx, ME)
    assert kept is not None
    assert kept.next_digest_at == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert item.next_digest_at == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert await rescheduling.keep_plans(chat, "two", clock()) == 0


async def test_a_clock_that_was_weeks_ahead_silences_nobody_when_it_is_right_again(
    chat: Database, clock: Any
) -> None:
    right = clock()
    await rescheduling.keep_plans(chat, "one", clock.forward(days=35))
    async with chat.write() as tx:
        await chats.change(
            tx, ME, schedule="daily 09:00", next_digest_at=clock() + timedelta(hours=21)
        )
    clock.now = right
    assert await rescheduling.keep_plans(chat, "one", clock()) == 1
    async with chat.read() as tx:
        kept = await chats.get(tx, ME)
    assert kept is not None
    assert kept.next_digest_at == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert await rescheduling.keep_plans(chat, "one", clock()) == 0
