"""Buttons that do what one might have typed: a command with words, addresses or a list behind it.

What they do is kept in the database, since a button has no room for it, and only for the chat that it was offered to.
"""

from handlers.context import Ask
from handlers.offer_buttons import Accept
from handlers.views.message import Button, button
from storage import offers
from storage.records import Offer


async def offer(ask: Ask, label: str, command: str, argument: str) -> Button:
    """A button that does what `command` does with this behind it."""
    async with ask.services.database.write() as tx:
        id = await offers.put(tx, ask.chat.id, Offer(command, argument), ask.now)
    return button(label, Accept(id))
