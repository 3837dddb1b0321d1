"""The languages that the bot speaks, in their own names."""

from babel import Locale

from handlers.menu_buttons import Speak, Via
from handlers.views.menus import choice, way_back
from handlers.views.message import View
from handlers.views.reader import Reader
from handlers.words import joined, languages, listed, say


def own_name(code: str) -> str:
    """What a language calls itself: "日本語"."""
    return str(Locale.parse(code).get_display_name(code) or code).capitalize()


def name_in(code: str, reader: Reader) -> str:
    """What the reader's language calls a language: "Japanese"."""
    return str(Locale.parse(reader.language).languages.get(code, code))


def code_of(typed: str) -> str | None:
    """The language that somebody means by its code or by its name, in itself or in any other that we speak."""
    wanted = typed.casefold()
    code = wanted.replace("_", "-").partition("-")[0].strip()
    if code in languages():
        return code
    return next((one for one in languages() if wanted in _names(one)), None)


def names_in(spoken: str) -> dict[str, tuple[str, ...]]:
    """What a language calls those that we speak, by their codes; of itself, all that people call it."""
    known = Locale.parse(spoken).languages
    named = {code: (str(known.get(code, code)),) for code in languages()}
    return named | {spoken: (*named[spoken], *listed("words.own_language", spoken))}


def _names(code: str) -> set[str]:
    named = (name for spoken in languages() for name in names_in(spoken)[code])
    return {name.casefold() for name in (own_name(code), *named)}


def unknown(typed: str, reader: Reader) -> View:
    """That a language is not spoken, and which are, with a button for each."""
    known = joined((own_name(code) for code in languages()), reader.language)
    text = say("language.bad", reader.language, typed=typed, known=known)
    return View(text, choose(reader, Via.COMMAND).keyboard)


def choose(reader: Reader, via: Via) -> View:
    """The language that is spoken, with a button for each."""
    buttons = tuple(
        (choice(own_name(code), Speak(via, code), code == reader.language),) for code in languages()
    )
    text = say("language.shown", reader.language, language=own_name(reader.language))
    return View(text, (*buttons, (way_back(via, reader),)))
