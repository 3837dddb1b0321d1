"""How digests look: a sample of the other layout, and the choice."""

from datetime import timedelta

from handlers.buttons import SetLayout
from handlers.context import Answer, Ask
from handlers.plain_words import layout_called, says_yes
from handlers.views import layout as views
from handlers.views.message import View
from news.desk import desk_for
from news.gather import gather_since
from news.text import squeeze
from storage import chats, outbox
from storage.records import Layout

SAMPLED = timedelta(days=7)
"""The period whose stories make the sample."""


async def layout(ask: Ask) -> Answer:
    """Show a sample of the other layout, or of the one that is asked for, and ask whether it is wanted.

    Whoever asks for the classic layout by name gets it at once: they may not be able to read the other one.
    """
    typed = squeeze(ask.argument)
    current = ask.chat.layout
    wanted = layout_called(typed)
    if ask.answers and wanted is None and (yes := says_yes(typed)) is not None:
        # What is asked is whether the newspaper can be read.
        wanted = Layout.NEWSPAPER if yes else Layout.CLASSIC
    if typed and wanted is None:
        return ask.refuse("layout.bad")
    if wanted is current:
        return ask.say(f"layout.kept.{current.value}")
    if wanted is Layout.CLASSIC:
        return await _set(ask, Layout.CLASSIC)
    if current is Layout.CLASSIC and not await _can_be_sent(ask):
        # Nothing that one could answer makes it known.
        return ask.say("layout.unknown") if ask.answers else ask.refuse("layout.unknown")
    if wanted is not None and ask.answers:
        return await _set(ask, wanted)
    async with ask.services.database.read() as tx:
        desk = await desk_for(tx, ask.services.findings)
        found = await gather_since(tx, ask.chat, ask.now, ask.now - SAMPLED, desk)
    told = views.sample(found, ask.reader)
    if current is Layout.CLASSIC:
        return views.offer_newspaper(told, ask.reader, marked=ask.chat.kind != "channel")
    return views.offer_classic(told, ask.reader)


async def _can_be_sent(ask: Ask) -> bool:
    """Whether newspapers are, as far as is known, messages that Telegram takes."""
    async with ask.services.database.read() as tx:
        return await outbox.rich_is_known(tx, ask.now)


async def press_layout(ask: Ask, pressed: SetLayout) -> View:
    """The answer to whether a sample is wanted."""
    if pressed.layout is ask.chat.layout:
        return ask.say(f"layout.kept.{pressed.layout.value}")
    return await _set(ask, pressed.layout)


async def _set(ask: Ask, wanted: Layout) -> View:
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, layout=wanted)
    return ask.say(f"layout.set.{wanted.value}")
