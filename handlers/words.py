"""Key + arguments + language → sentence, from the gettext catalogues in `locales/`.

A sentence is Telegram HTML; what is put into it is escaped unless it is Markup itself.
"""

from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup

FALLBACK = "en"


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that there is a catalogue for."""
    folder = files("handlers") / "locales"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))


def choose(wanted: str | None) -> str:
    """The language to speak to somebody who asks for `wanted` (BCP 47), as well as we can."""
    code = (wanted or FALLBACK).split("-")[0].lower()
    return code if code in languages() else FALLBACK


def say(key: str, language: str, /, **arguments: object) -> Markup:
    """The sentence for a key. Raises KeyError if no catalogue has it: that is our bug."""
    for code in (choose(language), FALLBACK):
        sentence = _catalogue(code).gettext(key)
        if sentence != key:
            return Markup(sentence).format(**arguments)  # noqa: S704 - our own sentence
    raise KeyError(key)


def say_count(key: str, count: int, language: str, /, **arguments: object) -> Markup:
    """The sentence for a key in the plural form of `count`, which it may name as {count}."""
    for code in (choose(language), FALLBACK):
        sentence = _catalogue(code).ngettext(key, key, count)
        if sentence != key:
            return Markup(sentence).format(count=count, **arguments)  # noqa: S704 - as above
    raise KeyError(key)


@cache
def _catalogue(language: str) -> GNUTranslations:
    path = files("handlers") / "locales" / language / "LC_MESSAGES" / "kawaraban.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
