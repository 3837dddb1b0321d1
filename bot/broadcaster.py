"""The operator's words to all chats → outbox, a piece at a time.

Messages leave the outbox in the order in which they became due, so a whole crowd of these would stand before
every digest that is due later. The next piece is therefore put only when little else waits: a digest waits for
two pieces at most, some ten seconds.
"""

from datetime import datetime

import structlog
from telegram import Bot
from telegram.error import TelegramError

from handlers.reply import edit
from handlers.to_all import put_for
from handlers.views import admin as views
from handlers.views.message import parts_of
from handlers.views.reader import Reader
from news.crowd import USUAL_RATE
from storage import broadcasts, chats, outbox
from storage.database import Database, Transaction
from storage.records import Broadcast, Chat, ChatId

log = structlog.get_logger()

SECONDS = 5.0
"""What a piece takes to go out, and how often one is put."""


async def broadcast_due(database: Database, now: datetime, per_second: float = USUAL_RATE) -> int:
    """Put the next piece of what goes out to all chats, or note that all of it is settled; messages put.

    `per_second` is how many messages Telegram takes.
    """
    async with database.read() as tx:
        if await broadcasts.going(tx) is None:
            return 0
    piece = max(1, int(per_second * SECONDS))
    async with database.write() as tx:
        going = await broadcasts.going(tx)
        if going is None:
            return 0
        upcoming = await broadcasts.next_chats(tx, going, piece)
        if not upcoming:
            await _end(tx, going, now)
        elif await broadcasts.ahead(tx, now, piece) < piece:
            return await _put(tx, going, upcoming, now)
    return 0


async def show_progress(database: Database, bot: Bot, now: datetime) -> None:
    """Let the message from which it was begun say how far it is, and at last how it ended."""
    async with database.read() as tx:
        shown = await broadcasts.shown(tx)
        if shown is None:
            return
        done = await broadcasts.progress(tx, shown)
        author = await chats.get(tx, ChatId(shown.made_by))
    if author is not None and shown.shown_in is not None:
        try:
            view = views.progress(shown, done, Reader.of(author, now))
            await edit(bot, author.id, shown.shown_in, view)
        except TelegramError as error:
            # It has a button that asks, and another message says how it ended.
            log.debug("progress of a broadcast not shown", error=type(error).__name__)
    if not shown.is_going:
        async with database.write() as tx:
            await broadcasts.show_in(tx, shown.id, None)


async def _put(tx: Transaction, going: Broadcast, upcoming: tuple[Chat, ...], now: datetime) -> int:
    if not await broadcasts.note_put(tx, going, upcoming[-1].id):
        return 0
    await put_for(tx, going, upcoming, now)
    return len(upcoming)


async def _end(tx: Transaction, going: Broadcast, now: datetime) -> None:
    """Once nothing of it waits any more, tell whoever wrote it how it ended."""
    await broadcasts.give_up_closed(tx, going.id, now)
    if not await broadcasts.is_settled(tx, going.id):
        return
    await broadcasts.finish(tx, going.id, now)
    done = await broadcasts.progress(tx, going)
    log.info("message to all chats sent", sent=done.sent, unreachable=done.unreachable)
    finished = await broadcasts.get(tx, going.id)
    author = await chats.get(tx, ChatId(going.made_by))
    if finished is not None and author is not None:
        told = views.progress(finished, done, Reader.of(author, now))
        await outbox.put(tx, author.id, parts_of([told]), now)
