"""Due digests → outbox, in the transaction that moves the schedule on.

    claim a due chat ─▶ what is new ─▶ decide ─▶ lay out ─▶ outbox + told + schedule ─▶ commit

Killed before the commit, nothing has happened and the digest is still due; after it, everything has.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from handlers.views import digests, subscriptions
from handlers.views.message import keyboard_as_json, parts_as_json, parts_of
from handlers.views.newspaper import newspaper
from handlers.views.reader import Reader
from news import schedule
from news.digest import Digest
from news.gather import Desk, gather, in_full
from news.learning import learnt
from news.writing import Writer
from storage import chats, feeds, outbox
from storage.database import Database, Transaction
from storage.records import Chat, ChatId, Layout, Story, StoryId

log = structlog.get_logger()

LATEST = timedelta(days=1)
"""A digest that is later than this waits for the next turn; nothing in it is lost."""

LASTING = timedelta(days=7)
"""A feed in trouble for this long is worth a word."""

_TOGETHER = 10
"""Digests of one transaction: the others that want to write wait for less than a second."""

_TROUBLED_AT_ONCE = 20
_AFTER_TROUBLE = timedelta(hours=1)


async def compose_due(database: Database, now: datetime, writer: Writer | None = None) -> int:
    """Compose every digest that is due; how many have something to say.

    Without `writer`, every summary is made here.
    """
    await _end_pauses(database, now)
    async with database.read() as tx:
        if not await chats.due_digests(tx, now, 1):
            return 0
        desk = Desk(await learnt(tx), for_many=True)
    composed = 0
    together = _TOGETHER
    while True:
        written = {} if writer is None else await _written(database, writer, desk, now, together)
        chat: Chat | None = None
        try:
            async with database.write() as tx:
                done = 0
                for chat in await chats.claim_due_digests(tx, now, together):
                    done += await compose(tx, chat, now, desk, written.get(chat.id))
            composed += done
        except Exception:
            if chat is None:
                raise
            if together > 1:
                # Nothing of it has happened. One at a time, to see whose trouble it is.
                together = 1
                continue
            # One chat's trouble is ours to mend, and must not keep the others waiting.
            log.exception("digest failed", chat=chat.id)
            async with database.write() as tx:
                await chats.change(tx, chat.id, next_digest_at=now + _AFTER_TROUBLE)
        if chat is None:
            return composed


async def _written(
    database: Database, writer: Writer, desk: Desk, now: datetime, count: int
) -> dict[ChatId, dict[StoryId, str]]:
    """What the writer makes of the next digests, before the transaction that nothing may hold up."""
    wanted: list[tuple[Chat, tuple[Story, ...]]] = []
    async with database.read() as tx:
        for chat in await chats.due_digests(tx, now, count):
            if _too_late(chat, now):
                continue
            try:
                wanted.append((chat, await in_full(tx, await gather(tx, chat, now, desk))))
            except Exception:
                # It fails again where its digest is made, and is dealt with there.
                log.exception("nothing to write summaries of", chat=chat.id)
    return {
        chat.id: await writer.written(stories, chat.language, chat.summary_length, now)
        for chat, stories in wanted
    }


def _too_late(chat: Chat, now: datetime) -> bool:
    return chat.next_digest_at is not None and now - chat.next_digest_at > LATEST


async def compose(
    tx: Transaction,
    chat: Chat,
    now: datetime,
    desk: Desk,
    written: Mapping[StoryId, str] | None = None,
) -> bool:
    """Decide one chat's digest and accept it for delivery; False if there is nothing to say."""
    upcoming = schedule.next_after(schedule.parse(chat.schedule), now, chat.timezone)
    if _too_late(chat, now):
        await chats.change(tx, chat.id, next_digest_at=upcoming)
        return False
    digest = await gather(tx, chat, now, desk, written)
    if digest.sections:
        await _put(tx, chat, digest, now)
        told = [(item.story.id, item.newest) for item in digest.items]
        await chats.tell(tx, chat.id, told, now)
    await chats.change(
        tx,
        chat.id,
        next_digest_at=upcoming,
        last_digest_at=now,
        digested_to=chat.digested_to if digest.span is None else digest.span.up_to,
    )
    return bool(digest.sections)


async def _put(tx: Transaction, chat: Chat, digest: Digest, now: datetime) -> None:
    reader = Reader.of(chat, now)
    classic = digests.digest(digest, reader, keyboard=digests.keyboard(digest, reader, now))
    if chat.layout is Layout.NEWSPAPER and await outbox.rich_is_known(tx, now):
        # Its stories have buttons of their own.
        paper = newspaper(digest, reader, keyboard=digests.keyboard(digest, reader))
        await outbox.put_rich(
            tx,
            chat.id,
            str(paper.html),
            keyboard_as_json(paper.keyboard),
            parts_as_json(classic),
            now,
        )
    else:
        await outbox.put(tx, chat.id, parts_of(classic), now)


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
                    await outbox.put(tx, chat_id, parts_of([view]), now)
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
