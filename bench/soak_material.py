"""What a soak is about: chats of all kinds, what each is to get, and what the outbox says of it in the end."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from sqlalchemy import func, select, update

from bot.console.markup import parse
from handlers.views.message import View, parts_as_json
from news import pace
from news.feed import complete_all
from news.feed import parse as parse_feed
from news.intake import Intake, Reading
from news.worker import Worker
from storage import articles, chats, feeds, outbox
from storage.database import Database, Transaction, open_database
from storage.records import Chat, ChatId, Dispatch, Kind, Layout, State, Visit
from storage.schema import outbox as table
from tests.bot.botapi import supergroup_of

FEED = "https://press.example/feed"
FIRST_PERSON, FIRST_GROUP, FIRST_FORUM = 1, -1, -100_001
THREAD = 7
"""The topic of each forum that digests go to."""

STORIES = 24
"""Enough for a digest of several parts."""

SETTLED = (State.SENT, State.GIVEN_UP)

_SYLLABLES = ("ba", "do", "fi", "gu", "ke", "la", "mo", "ni", "pu", "re", "so", "ta", "vi", "zu")


def kinds(count: int) -> tuple[tuple[int, int, str], ...]:
    """First id, how many, and the type: nine in ten are people, the others groups and forums."""
    tenth = max(2, count // 10)
    groups, forums = tenth // 2, tenth - tenth // 2
    return (
        (FIRST_PERSON, count - groups - forums, "private"),
        (FIRST_GROUP, groups, "group"),
        (FIRST_FORUM, forums, "supergroup"),
    )


def ids(count: int) -> list[int]:
    """The ids of so many chats. Those of groups and forums are negative, and go down."""
    return [
        first + (number if first > 0 else -number)
        for first, some, _ in kinds(count)
        for number in range(some)
    ]


async def fill(database: Database, count: int) -> None:
    """Chats that follow a topic and are due, with notices in the outbox, and news of the topic."""
    now = datetime.now(UTC)
    async with database.write() as tx:
        topic = await chats.intern_topic(tx, "north korea", "North Korea", now)
        newest = await articles.newest(tx)
        for number, chat_id in enumerate(map(ChatId, ids(count))):
            thread = THREAD if chat_id <= FIRST_FORUM else None
            kept = Chat(
                id=chat_id,
                timezone="UTC",
                language="en",
                schedule="weekly mon 09:00",
                next_digest_at=now,
                last_digest_at=now,
                digested_to=newest,
                paused=False,
                paused_until=None,
                unreachable_since=None,
                thread_id=thread,
                layout=Layout.NEWSPAPER if number % 4 == 0 else Layout.CLASSIC,
            )
            await chats.add(tx, kept, now)
            name = "North Korea"
            await chats.subscribe(tx, chat_id, Kind.TOPIC, topic.id, name, newest, now)
            await _put_notices(tx, chat_id, number, thread, now)
    await _publish(database, now)


async def _put_notices(
    tx: Transaction, chat_id: ChatId, number: int, thread: int | None, now: datetime
) -> None:
    dispatch = Dispatch(thread_id=thread)
    parts = _notice(chat_id, "first")
    await outbox.put(tx, chat_id, [(part, "") for part in parts], now, dispatch)
    if number % 2:
        instead = parts_as_json([View(Markup(part)) for part in _notice(chat_id, "rich")])  # noqa: S704 - ours
        await outbox.put_rich(tx, chat_id, _rich(chat_id), "", instead, now, dispatch)


def _notice(chat_id: int, name: str) -> list[str]:
    return [
        f"<b>{name}</b> notice for {chat_id}, part {part} of 2 &amp; no more" for part in (1, 2)
    ]


def _rich(chat_id: int) -> str:
    return f"<h1>rich notice for {chat_id}</h1><p>in one part</p>"


async def _publish(database: Database, now: datetime) -> None:
    chance = random.Random(1)  # noqa: S311 - words only
    items = "".join(
        f"<item><guid>{number}</guid><link>https://press.example/{number}</link>"
        f"<title>North Korea and the {_words(chance, 4)}</title>"
        f"<description>The {_words(chance, 14)} and the {_words(chance, 14)}.</description></item>"
        for number in range(STORIES)
    )
    document = f"<rss><channel><title>Press</title>{items}</channel></rss>"
    parsed = parse_feed(document.encode(), FEED)
    said = pace.said(parsed, now)
    async with Worker() as worker, database.write() as tx:
        intake = Intake(database, worker)
        # What a feed holds at its first visit is old news, so there is nothing yet.
        for entries in ((), complete_all(parsed.entries)):
            feed = await feeds.add(tx, FEED, now)
            await intake.take_in(tx, [(feed, Reading(parsed, said, entries, ()))], now)
            await feeds.record(tx, [(feed.id, Visit(now, now, said=said))])


def _words(chance: random.Random, count: int) -> str:
    """Words that no two stories share."""
    return " ".join("".join(chance.choices(_SYLLABLES, k=4)) for _ in range(count))


async def found_in(url: str, count: int) -> tuple[dict[int, list[str]], int]:
    """What each chat was to get, as Telegram shows it and in order; and how much of it is not `sent`."""
    home = {supergroup_of(chat): chat for chat in ids(count) if chat < 0}
    wanted: defaultdict[int, list[str]] = defaultdict(list)
    database = await open_database(url)
    try:
        async with database.read() as tx:
            rows = await tx.execute(
                select(table.c.chat_id, table.c.text, table.c.rich).order_by(table.c.id)
            )
            for row in rows:
                content = row.text if row.rich else parse(row.text)[0]
                wanted[home.get(row.chat_id, row.chat_id)].append(content)
            other = table.c.state != State.SENT.value
            unsent = await tx.scalar(select(func.count()).select_from(table).where(other))
    finally:
        await database.close()
    return dict(wanted), int(unsent or 0)


async def let_a_day_pass(url: str) -> int:
    """Whatever waits in the outbox has waited a day longer; how much waits.

    Where the bot may not write it tries once a day, and a bench has no such time.
    """
    day = timedelta(days=1)
    database = await open_database(url)
    try:
        async with database.write() as tx:
            waits = table.c.state.in_([state.value for state in State if state not in SETTLED])
            columns = table.c.id, table.c.next_try_at, table.c.leased_until
            found = (await tx.execute(select(*columns).where(waits))).all()
            for row in found:
                lease = row.leased_until and row.leased_until - day
                earlier = {"next_try_at": row.next_try_at - day, "leased_until": lease}
                await tx.execute(update(table).where(table.c.id == row.id).values(earlier))
    finally:
        await database.close()
    return len(found)


def incomplete(wanted: dict[int, list[str]], count: int) -> int:
    """How many chats miss a notice or their digest in what they were to get."""
    return sum(
        not _is_complete(chat, number, wanted.get(chat, []))
        for number, chat in enumerate(ids(count))
    )


def _is_complete(chat: int, number: int, has: Sequence[str]) -> bool:
    rest = set(has)
    for name in ("first", "rich"):
        parts = {parse(part)[0] for part in _notice(chat, name)}
        if name == "rich" and (not number % 2 or _rich(chat) in rest):
            parts = {_rich(chat)} & rest
        if not parts <= rest:
            return False
        rest -= parts
    return sum(content.count("North Korea and the") for content in rest) >= STORIES // 2
