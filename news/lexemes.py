"""The pieces of what a person typed as a query: operators, prefixes, literals, words.

Full-width signs and the quotes of every keyboard count like the plain ones.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from news.errors import BadQuery

PREFIXES = ("title", "any", "from", "lang", "since", "before")
"""What may stand before a colon."""

SYNONYMS = {"source": "from", "about": "about"}
"""What else may; `about` says what holds without a prefix."""


class Kind(Enum):
    """What a lexeme is for."""

    AND = auto()
    OR = auto()
    NOT = auto()
    PLUS = auto()
    """Before a word that has to be there, as all have to."""
    PREFIX = auto()
    OPEN = auto()
    CLOSE = auto()
    QUOTED = auto()
    WORD = auto()


BEGINS = (Kind.NOT, Kind.PLUS, Kind.PREFIX, Kind.OPEN, Kind.QUOTED, Kind.WORD)
"""What something that is looked for may begin with."""

ENDS = (Kind.CLOSE, Kind.QUOTED, Kind.WORD)
"""What it may end with."""

OPERATORS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query that is taken as a whole."""

    kind: Kind
    text: str
    """As it was typed; a literal with its quotes, a prefix with its colon."""
    start: int
    """Where it begins in the text, counted in characters from 0."""
    end: int
    tight: bool
    """True if neither space nor an end of the text is beside it."""


QUOTES = '"“”„‟＂«»「」『』'
_APART = r"()（）,，،、|｜+＋"
_LEXEME = re.compile(
    rf"""
      (?P<quoted> ["“”„‟＂][^"“”„‟＂]*["“”„‟＂] | «[^»]*» | »[^«]*« | 「[^」]*」 | 『[^』]*』)
    | (?P<quote>  [{QUOTES}])
    | (?P<open>   [(（])
    | (?P<close>  [)）])
    | (?P<or>     [,，،、|｜]+)
    | (?P<and>    [+＋])
    | (?P<not>    (?<![^\s(（,，،、|｜+＋:：])[-‐‑–−－]++(?=[^\s)）,，،、|｜+＋]))
    | (?P<prefix> [^\W\d_]+[:：])
    | (?P<word>   (?: [^\s{QUOTES}{_APART}]          # a comma in a number, a plus that ends a word
                    | (?<=\d),(?=\d)
                    | (?<=[\w+＋])[+＋](?=[\s)）,，،、|｜+＋]|$) )+)
    | (?P<space>  \s+)
    """,
    re.VERBOSE,
)
_COMMAS = frozenset(",，،、")


def lexemes(text: str) -> list[Lexeme]:
    """The lexemes of a text, in time linear in its length.

    Raises BadQuery: `open_quote` for a quote without its other end, `prefix` for one that is not known.
    """
    found: list[Lexeme] = []
    place = 0
    while (match := _LEXEME.match(text, place)) is not None:
        kind = _kind(match)
        place = match.end()
        if kind is not None:
            found.append(Lexeme(kind, match[0], match.start(), place, _is_tight(text, match)))
    around = [None, *found, None]
    return [
        one
        for before, one, after in zip(around, found, around[2:], strict=False)
        if one.kind is not Kind.OR
        or not _COMMAS.issuperset(one.text)
        # Where a list begins or ends with a comma, nothing is missing.
        or (
            (before is not None and before.kind in ENDS)
            and (after is not None and after.kind in BEGINS)
        )
    ]


def _is_tight(text: str, match: re.Match[str]) -> bool:
    around = text[max(match.start() - 1, 0) : match.end() + 1]
    return len(around) == len(match[0]) + 2 and not around[0].isspace() and not around[-1].isspace()


def _kind(match: re.Match[str]) -> Kind | None:
    """The kind of a lexeme; None for space."""
    name, lexeme = match.lastgroup or "", match[0]
    if name == "quote":
        raise BadQuery("open_quote", match.start(), lexeme)
    if name == "prefix":
        return Kind.PREFIX if _is_prefix(match) else Kind.WORD
    if name == "and":
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        is_sign = (not before.strip() or before in _APART) and after.strip() not in ("", *_APART)
        return Kind.PLUS if is_sign else Kind.AND
    if name == "word":
        return OPERATORS.get(unicodedata.normalize("NFKC", lexeme), Kind.WORD)
    return None if name == "space" else Kind[name.upper()]


def _is_prefix(match: re.Match[str]) -> bool:
    """Whether a word with a colon is a prefix, as against text; one that is neither is refused."""
    word = unicodedata.normalize("NFKC", match[0][:-1])
    if word.casefold() in (*PREFIXES, *SYNONYMS):
        return True
    after = match.string[match.end() :][:1]
    # "Re: rice", "https://…", "a::b" and "速報：北朝鮮" are text.
    if match[0].isascii() and len(word) > 1 and after.strip() not in ("", "/", ":"):
        raise BadQuery("prefix", match.start(), match[0])
    return False
