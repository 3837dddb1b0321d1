"""Buttons that do what one might have typed: a command with words, addresses or a list behind it.

What they do is kept in the database, since a button has no room for it, and only for the chat that it was offered to.
"""

from collections.abc import Sequence

from handlers.context import Ask
from handlers.offer_buttons import Accept
from handlers.views.message import Button, button
from storage import offers
from storage.records import Offer


async def offer(ask: Ask, label: str, command: str, argument: str) -> Button:
    """A button that does what `command` does with this behind it."""
    [one] = await offer_each(ask, command, [(label, argument)])
    return one


async def offer_each(
    ask: Ask, command: str, offered: Sequence[tuple[str, str]]
) -> tuple[Button, ...]:
    """Such buttons, each given as its label and what stands behind the command."""
    async with ask.services.database.write() as tx:
        ids = [
            await offers.put(tx, ask.chat.id, Offer(command, argument), ask.now)
            for _, argument in offered
        ]
    return tuple(button(label, Accept(id)) for (label, _), id in zip(offered, ids, strict=True))
