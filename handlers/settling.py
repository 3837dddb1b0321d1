"""In which topic of a forum digests come: where somebody said when, or followed the first thing; typed or pressed."""

from handlers.context import Ask
from storage import chats
from storage.database import Transaction


async def settle(tx: Transaction, ask: Ask) -> None:
    """Let digests come where this is asked from now on; outside of forums, nothing changes."""
    if _elsewhere(ask):
        await chats.change(tx, ask.chat.id, thread_id=ask.thread_id)


async def settle_first(ask: Ask) -> None:
    """Likewise, as long as the chat follows nothing."""
    if not _elsewhere(ask):
        return
    async with ask.services.database.write() as tx:
        if not await chats.count_subscriptions(tx, ask.chat.id):
            await settle(tx, ask)


def _elsewhere(ask: Ask) -> bool:
    return ask.in_forum and ask.chat.thread_id != ask.thread_id
