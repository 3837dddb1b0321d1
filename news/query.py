"""The query language of topics and searches: text → a value that says what is looked for.

One phrase: words side by side. Case, accents, width and possessives do not matter; a phrase does
not reach across punctuation. Operators are recognised so that they can be explained.
"""

import re
from dataclasses import dataclass

from news.errors import BadQuery
from news.text import BREAK, squeeze, tokens

MAX_CHARACTERS = 256

_OPERATOR = re.compile(r"(?<!\S)(?:AND|OR|NOT)(?!\S)|[|,()+]|(?<!\S)-(?=\S)|(?<!\S)\w+:(?=\S)")
_QUOTES = '"“”„«»「」'


@dataclass(frozen=True, slots=True)
class Query:
    """A phrase that is looked for."""

    phrase: str
    """Its normalised tokens with single spaces: equal for equal queries."""
    text: str
    """As it was typed, on one line."""

    def matches(self, words: str) -> bool:
        """Whether the phrase occurs in a text, given as `news.text.words` keeps it."""
        return f" {self.phrase} " in words


def parse(typed: str) -> Query:
    """Understand what a person typed. Raises BadQuery, with the reason and the position of the trouble."""
    text = squeeze(typed)
    if len(text) > MAX_CHARACTERS:
        raise BadQuery("long", MAX_CHARACTERS)
    if (markup := re.search("[<>]", text)) is not None:
        raise BadQuery("markup", markup.start())
    bare = text.strip(_QUOTES + " ")
    if not bare:
        raise BadQuery("empty")
    if (operator := _OPERATOR.search(bare)) is not None:
        raise BadQuery("operator", text.index(bare) + operator.start())
    found = tokens(bare)
    if not found:
        raise BadQuery("symbols")
    if BREAK in found:
        raise BadQuery("operator", _first_punctuation(text))
    return Query(" ".join(found), text)


def _first_punctuation(text: str) -> int:
    """Where the first token ends that a BREAK follows."""
    for end in range(1, len(text) + 1):
        # A trailing BREAK is not told, so one more letter is needed to see it.
        if BREAK in tokens(text[:end] + " x"):
            return end - 1
    return 0
