"""Which language the bot speaks in a chat."""

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
    code = _code_of(typed.casefold(), ask)
    if code is None:
        return ask.say("language.bad", typed=shorten(typed, 40), known=", ".join(languages()))
    return await _set(ask, code, Via.COMMAND)


async def press_speak(ask: Ask, pressed: Speak) -> View:
    """Show the languages, or choose one."""
    if not pressed.code:
        return views.choose(ask.reader, pressed.via)
    if pressed.code not in languages():
        return out_of_date(views.choose(ask.reader, pressed.via), ask.reader)
    return await _set(ask, pressed.code, pressed.via)


def _code_of(typed: str, ask: Ask) -> str | None:
    code = typed.partition("-")[0].partition("_")[0]
    for known in languages():
        names = (views.own_name(known), views.name_in(known, ask.reader))
        if code == known or typed in {name.casefold() for name in names}:
            return known
    return None


async def _set(ask: Ask, code: str, via: Via) -> View:
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, language=code)
    ask = await ask.again()
    return views.choose(ask.reader, via)
