"""Due digests → outbox, in the transaction that moves the schedule on.

    claim a due chat ─▶ what is new ─▶ decide ─▶ lay out ─▶ outbox + told + schedule ─▶ commit

Killed before the commit, nothing has happened and the digest is still due; after it, everything has.
"""

from datetime import datetime, timedelta

import structlog

from handlers.views import digests, subscriptions
from handlers.views.message import keyboard_as_json
from handlers.views.reader import Reader
from news import schedule
from news.gather import gather
from storage import articles, chats, feeds, outbox
from storage.database import Database, Transaction
from storage.records import Chat

log = structlog.get_logger()

LATEST = timedelta(days=1)
"""A digest that is later than this waits for the next turn; nothing in it is lost."""

LASTING = timedelta(days=7)
"""A feed in trouble for this long is worth a word."""

_TROUBLED_AT_ONCE = 20
_AFTER_TROUBLE = timedelta(hours=1)


async def compose_due(database: Database, now: datetime) -> int:
    """Compose every digest that is due; how many have something to say."""
    await _end_pauses(database, now)
    composed = 0
    while True:
        chat: Chat | None = None
        try:
            async with database.write() as tx:
                for chat in await chats.claim_due_digests(tx, now, 1):
                    composed += await compose(tx, chat, now)
        except Exception:
            if chat is None:
                raise
            # One chat's trouble is ours to mend, and must not keep the others waiting.
            log.exception("digest failed", chat=chat.id)
            async with database.write() as tx:
                await chats.change(tx, chat.id, next_digest_at=now + _AFTER_TROUBLE)
        if chat is None:
            return composed


async def compose(tx: Transaction, chat: Chat, now: datetime) -> bool:
    """Decide one chat's digest and accept it for delivery; False if there is nothing to say."""
    upcoming = schedule.next_after(schedule.parse(chat.schedule), now, chat.timezone)
    if chat.next_digest_at is not None and now - chat.next_digest_at > LATEST:
        await chats.change(tx, chat.id, next_digest_at=upcoming)
        return False
    digest = await gather(tx, chat, now)
    if digest.sections:
        views = digests.digest(digest, Reader.of(chat, now))
        parts = [(str(view.text), keyboard_as_json(view.keyboard)) for view in views]
        await outbox.put(tx, chat.id, parts, now)
        await chats.tell(tx, chat.id, [story.id for story in digest.stories], now)
    await chats.change(
        tx,
        chat.id,
        next_digest_at=upcoming,
        last_digest_at=now,
        digested_to=await articles.newest(tx),
    )
    return bool(digest.sections)


async def tell_trouble(database: Database, now: datetime) -> int:
    """Tell the followers of feeds that bring nothing for a week, or that are gone, once; how many feeds."""
    async with database.read() as tx:
        troubled = await feeds.in_lasting_trouble(tx, now - LASTING, _TROUBLED_AT_ONCE)
    told = 0
    for feed in troubled:
        async with database.write() as tx:
            if not await feeds.tell_trouble(tx, feed.id, now):
                # Another process was faster, or all is well again.
                continue
            told += 1
            for chat_id, subscription_id in await chats.followers_of_feed(tx, feed.id):
                chat = await chats.get(tx, chat_id)
                if chat is not None:
                    reader = Reader.of(chat, now)
                    view = subscriptions.lasting_trouble(feed, subscription_id, reader)
                    message = (str(view.text), keyboard_as_json(view.keyboard))
                    await outbox.put(tx, chat_id, [message], now)
    return told


async def _end_pauses(database: Database, now: datetime) -> None:
    async with database.read() as tx:
        ended = await chats.ended_pauses(tx, now, 1000)
    for chat in ended:
        upcoming = schedule.next_after(schedule.parse(chat.schedule), now, chat.timezone)
        async with database.write() as tx:
            await chats.change(
                tx, chat.id, paused=False, paused_until=None, next_digest_at=upcoming
            )
