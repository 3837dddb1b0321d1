"""Whom the bot is for, where it is not for everybody."""

from handlers.context import Services
from storage import people
from storage.database import Transaction


async def is_admitted(
    tx: Transaction, services: Services, user_id: int | None, chat_id: int
) -> bool:
    """Whether somebody may use the bot in a chat: they were let in, or the group was.

    `user_id` is None for whoever writes in the name of a group.
    """
    if services.access == "open" or user_id in services.admin_ids:
        return True
    # Ids of groups are negative; those of private chats are the person's.
    ids = [chat_id] if chat_id < 0 else []
    if services.access == "invite" and user_id is not None:
        ids.append(user_id)
    return bool(ids) and await people.admitted(tx, ids)
