"""All that a chat can choose, in one place."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from handlers.context import Answer, Ask
from handlers.menu_buttons import Choose, Screen
from handlers.views import settings as views
from handlers.views.menus import out_of_date
from handlers.views.message import View
from news import quiet, rescheduling
from news.wanted import with_language
from news.zone_names import find_zone
from storage import chats, opinions
from storage.database import Transaction
from storage.records import Layout


async def settings(ask: Ask) -> Answer:
    """Every setting, with a button that leads to each."""
    return await _everything(ask)


async def press_screen(ask: Ask, pressed: Screen) -> View:
    """Show one setting, or all of them."""
    return await (_screen(ask, pressed.name) if pressed.name else _everything(ask))


async def press_choose(ask: Ask, pressed: Choose) -> View:
    """Set what a button names; the screen stays, with what is chosen now."""
    change = _CHANGES.get(pressed.name)
    async with ask.services.database.write() as tx:
        done = change is not None and await change(tx, ask, pressed.value)
    if not done:
        return out_of_date(await _everything(ask), ask.reader)
    return await _screen(await ask.again(), pressed.name)


async def _everything(ask: Ask) -> View:
    async with ask.services.database.read() as tx:
        muted = await opinions.mutes(tx, ask.chat.id)
    return views.everything(ask.chat, muted, ask.reader)


async def _screen(ask: Ask, name: str) -> View:
    async with ask.services.database.read() as tx:
        muted = await opinions.mutes(tx, ask.chat.id)
    shown = views.screen(name, ask.chat, muted, ask.reader)
    if shown is None:
        return out_of_date(views.everything(ask.chat, muted, ask.reader), ask.reader)
    return shown


# Each sets one thing and says whether the value was one of those that buttons offer.


async def _zone(tx: Transaction, ask: Ask, value: str) -> bool:
    if value not in views.ZONES:
        return False
    zone = find_zone(value)
    if zone is not None and zone != ask.chat.timezone:
        await rescheduling.set_zone(tx, ask.chat, zone, ask.now)
    return zone is not None


async def _quiet(tx: Transaction, ask: Ask, value: str) -> bool:
    if value not in views.QUIET:
        return False
    hours = quiet.parse(value)
    return await _set(tx, ask, True, quiet="" if hours is None else str(hours))


async def _layout(tx: Transaction, ask: Ask, value: str) -> bool:
    return await _set(tx, ask, value == Layout.CLASSIC.value, layout=Layout.CLASSIC)


async def _stories(tx: Transaction, ask: Ask, value: str) -> bool:
    known = value in views.STORIES
    return await _set(tx, ask, known, most_stories=int(value) if known else 0)


async def _summary(tx: Transaction, ask: Ask, value: str) -> bool:
    known = value in views.SUMMARIES
    return await _set(tx, ask, known, summary_length=int(value) if known else 0)


async def _previews(tx: Transaction, ask: Ask, value: str) -> bool:
    return await _set(tx, ask, value in (views.YES, views.NO), previews=value == views.YES)


async def _empty(tx: Transaction, ask: Ask, value: str) -> bool:
    return await _set(tx, ask, value in (views.YES, views.NO), tells_empty=value == views.YES)


async def _languages(tx: Transaction, ask: Ask, value: str) -> bool:
    if value == views.ALL:
        return await _set(tx, ask, True, wanted_languages="")
    sign, tag, had = value[:1], value[1:], ask.chat.wanted_languages
    known = sign in ("+", "-") and tag in (*views.LANGUAGES, *had.split())
    return await _set(tx, ask, known, wanted_languages=with_language(had, tag, sign == "+"))


async def _pause(tx: Transaction, ask: Ask, value: str) -> bool:
    if value == views.RESUME:
        await rescheduling.end_pause(tx, ask.chat, ask.now)
    elif value == views.ENDLESS:
        await rescheduling.begin_pause(tx, ask.chat, None)
    elif value in views.PAUSES:
        until = ask.now + timedelta(days=int(value))
        await rescheduling.begin_pause(tx, ask.chat, until)
    else:
        return False
    return True


async def _set(tx: Transaction, ask: Ask, known: bool, **values: Any) -> bool:
    if known:
        await chats.change(tx, ask.chat.id, **values)
    return known


_CHANGES: dict[str, Callable[[Transaction, Ask, str], Awaitable[bool]]] = {
    "zone": _zone,
    "quiet": _quiet,
    "layout": _layout,
    "stories": _stories,
    "summary": _summary,
    "previews": _previews,
    "empty": _empty,
    "languages": _languages,
    "pause": _pause,
}
