"""Which language the bot speaks in a chat."""

from dataclasses import replace

from handlers.context import Answer, Ask
from handlers.menu_buttons import Speak, Via
from handlers.views import languages as views
from handlers.views.menus import out_of_date
from handlers.views.message import View
from handlers.words import languages
from news.text import shorten, squeeze
from storage import chats


async def language(ask: Ask) -> Answer:
    """Show the language, or set it by its code or name."""
    typed = squeeze(ask.argument)
    if not typed:
        return views.choose(ask.reader, Via.COMMAND)
    code = views.code_of(typed)
    if code is None:
        return replace(views.unknown(shorten(typed, 40), ask.reader), aside=True)
    return await _set(ask, code, Via.COMMAND)


async def press_speak(ask: Ask, pressed: Speak) -> View:
    """Show the languages, or choose one."""
    if not pressed.code:
        return views.choose(ask.reader, pressed.via)
    if pressed.code not in languages():
        return out_of_date(views.choose(ask.reader, pressed.via), ask.reader)
    return await _set(ask, pressed.code, pressed.via)


async def _set(ask: Ask, code: str, via: Via) -> View:
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, language=code)
    ask = await ask.again()
    return views.choose(ask.reader, via)
