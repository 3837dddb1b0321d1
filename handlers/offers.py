"""Buttons that do what one might have typed: a command with words, addresses or a list behind it.

What they do is kept in the database, since a button has no room for it, and only for the chat that it was offered to.
"""

from collections.abc import Sequence

from handlers.context import Ask
from handlers.offer_buttons import Accept
from handlers.questions import wait_for_yes
from handlers.views.message import Button, button
from storage import offers
from storage.records import Offer, OfferId


async def offer(ask: Ask, label: str, command: str, argument: str) -> Button:
    """A button that does what `command` does with this behind it."""
    [one] = await offer_each(ask, command, [(label, argument)])
    return one


async def offer_or_yes(ask: Ask, label: str, command: str, argument: str) -> Button:
    """Likewise; a "yes" that is typed next does the same."""
    return button(label, Accept(await take_yes(ask, command, argument)))


async def take_yes(ask: Ask, command: str, argument: str) -> OfferId:
    """Let a "yes" that is typed next do what `command` does with this behind it; what a button for it names."""
    async with ask.services.database.write() as tx:
        id = await offers.put(tx, ask.chat.id, Offer(command, argument), ask.now)
        await wait_for_yes(tx, ask, id)
    return id


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
