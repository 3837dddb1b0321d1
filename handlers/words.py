"""Key + arguments + language → sentence, from the gettext catalogues in `locales/`.

A sentence is Telegram HTML; what is put into it is escaped unless it is Markup itself.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from string import Formatter

from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

FALLBACK = "en"

_NESTED = {"“": (("“", "‘"), ("”", "’")), "「": (("「", "『"), ("」", "』"))}
"""By the mark that opens a quotation, what becomes of such marks within it."""


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that there is a catalogue for."""
    folder = files("handlers") / "locales"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))


def choose(wanted: str | None, otherwise: str = FALLBACK) -> str:
    """The language to speak to somebody who asks for `wanted`: "ja-JP", "ko_KR"; `otherwise` if we don't speak it."""
    code = (wanted or "").replace("_", "-").partition("-")[0].strip().lower()
    return code if code in languages() else otherwise


def say(key: str, language: str, /, **arguments: object) -> Markup:
    """The sentence for a key. Raises KeyError if no catalogue has it: that is our bug."""
    return _filled(_template(key, language, None), arguments)


def say_count(key: str, count: int, language: str, /, **arguments: object) -> Markup:
    """The sentence for a key in the plural form of `count`, which it may name as {count}: "12,345"."""
    shown = number(count, choose(language))
    return _filled(_template(key, language, count), {"count": shown, **arguments})


_Template = tuple[tuple[str, str | None], ...]
"""Pieces of a sentence, each with the name of what follows it."""


def _filled(template: _Template, arguments: Mapping[str, object]) -> Markup:
    text = "".join(
        [
            literal if name is None else f"{literal}{_within(literal, arguments[name])}"
            for literal, name in template
        ]
    )
    return Markup(text)  # noqa: S704 - our own sentence, and what was escaped


def _within(before: str, value: object) -> Markup:
    """What is put in, with other quotation marks where it stands in quotation marks of the same kind."""
    text = escape(value)
    for mark, nested in _NESTED.get(before[-1:], ()):
        text = text.replace(mark, nested)
    return text


def listed(key: str, language: str, /, **arguments: object) -> tuple[str, ...]:
    """The words that the catalogue lists for a key, with commas between them: what people may type, and no sentence."""
    text = say(key, language, **arguments).unescape()
    return tuple(word.strip() for word in text.split(","))


def joined(names: Iterable[object], language: str) -> Markup:
    """Names one after the other, as the language lists them: "a, b, and c". Escaped unless they are Markup."""
    escaped = [str(escape(name)) for name in names]
    return Markup(format_list(escaped, locale=language))  # noqa: S704 - escaped above


@lru_cache(maxsize=1_000)
def number(count: int, language: str) -> str:
    """A number as the language writes it: "12,345"."""
    return str(format_decimal(count, locale=language))


@lru_cache(maxsize=10_000)
def _template(key: str, language: str, count: int | None) -> _Template:
    """A sentence cut where something is put in: a digest has a hundred of them."""
    for code in (choose(language), FALLBACK):
        catalogue = _catalogue(code)
        plain = count is None
        sentence = catalogue.gettext(key) if plain else catalogue.ngettext(key, key, count or 0)
        if sentence != key:
            return tuple((literal, name) for literal, name, _, _ in Formatter().parse(sentence))
    raise KeyError(key)


@cache
def _catalogue(language: str) -> GNUTranslations:
    path = files("handlers") / "locales" / language / "LC_MESSAGES" / "kawaraban.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
