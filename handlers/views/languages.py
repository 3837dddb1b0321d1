"""The languages that the bot speaks, in their own names."""

from babel import Locale

from handlers.menu_buttons import Speak, Via
from handlers.views.menus import choice, way_back
from handlers.views.message import View
from handlers.views.reader import Reader
from handlers.words import languages, say


def own_name(code: str) -> str:
    """What a language calls itself: "日本語"."""
    return str(Locale.parse(code).get_display_name(code) or code).capitalize()


def name_in(code: str, reader: Reader) -> str:
    """What the reader's language calls a language: "Japanese"."""
    return str(Locale.parse(reader.language).languages.get(code, code))


def choose(reader: Reader, via: Via) -> View:
    """The language that is spoken, with a button for each."""
    buttons = tuple(
        (choice(own_name(code), Speak(via, code), code == reader.language),) for code in languages()
    )
    text = say("language.shown", reader.language, language=own_name(reader.language))
    return View(text, (*buttons, (way_back(via, reader),)))
