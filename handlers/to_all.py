"""The operator's words to all chats → the outbox of one; and of a group that gets another id while they go out."""

from collections.abc import Iterable
from datetime import datetime

from handlers.views import admin as views
from handlers.views.message import parts_of
from news.turns import end_of_quiet
from storage import broadcasts, chats, outbox, people
from storage.database import Transaction
from storage.records import Broadcast, Chat, ChatId, Dispatch


async def put_for(tx: Transaction, going: Broadcast, some: Iterable[Chat], now: datetime) -> None:
    """Put them for these chats; without a sound in quiet hours."""
    parts = parts_of([views.as_sent(going)])
    for chat in some:
        silent = end_of_quiet(chat, now) is not None
        dispatch = Dispatch(silent=silent, thread_id=chat.thread_id, broadcast_id=going.id)
        await outbox.put(tx, chat.id, parts, now, dispatch)


async def move(tx: Transaction, old: ChatId, new: ChatId, now: datetime) -> None:
    """Move everything of a group to the id of the supergroup that it became; what goes out to all comes once."""
    if await chats.get(tx, old) is not None:
        owed = await broadcasts.owed_by_move(tx, old, new)
        await chats.migrate(tx, old, new)
        moved = await chats.get(tx, new)
        if owed is not None and moved is not None:
            await put_for(tx, owed, (moved,), now)
    await people.migrate(tx, old, new)
