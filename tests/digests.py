"""What a chat was told last, for tests to look at."""

from storage import telling
from storage.database import Transaction
from storage.records import ChatId, StoryId


async def last_told(tx: Transaction, chat_id: ChatId, limit: int) -> tuple[StoryId, ...]:
    """The stories that a chat was told last, all at one time, in the order of that digest."""
    latest = await telling.last_told_at(tx, chat_id)
    if latest is None:
        return ()
    return tuple(id for _, id in await telling.places_at(tx, chat_id, latest, limit))
