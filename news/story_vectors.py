"""Articles as vectors: what is compared to tell which story an article belongs to.

    in the parser's process:  tokens ─▶ story_words: one line that is kept with the article
    here:                     line ─▶ Counted ─▶ weighed by rarity ─▶ Vector

A vector has two halves of length 1, the headline's and the one of all that is known of the article, and the
names in it. Words of two languages never meet, but names and numbers do.
"""

import math
import re
from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import repeat
from zlib import crc32

from news.text import BREAK, LOWER, Text

_BODY = 900
"""Characters of a body's stems that are kept: the beginning tells what an article is about."""

_NAMED = 100
"""Tokens among which names are looked for."""

_MOST_NAMES = 16

_FEWEST = 8
"""Words below a headline that make a body."""

_BEGINNING = 4
"""Letters of a word that count beside the whole: "taper" and "tapering", and what no stemmer knows."""

_HEAVIEST = 64
"""Words of a body that are weighed against others; the rest says little."""

_HEADLINE = 2.0
"""How often a word of the body would have to stand there to count as one of the headline."""

_TELLING = 1.5
"""How often a name or a number counts for each time that it is there."""

_SHORT, _FOUR, _KANA = 0.2, 0.03, 0.1
"""The share of all articles that a word of less than four letters is supposed to be in, one of four, one of kana."""

_OWN = 0.5
"""Share of all articles with a word that make it a word of their story."""

_SPACE = 1 << 20
"""Numbers that words are mapped to. Two words with one number are seldom in one story."""

_SUPPOSED = 200
"""Articles that are taken as read in the beginning, when the archive can't tell yet which words are common."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")


def story_words(text: Text, index: tuple[str, str, str]) -> str:
    """What tells an article's story, in one line: language, headline's stems, body's stems, names.

    `index` is what the full-text index is given of it (`news.indexing.indexed`), whose tokens are used again.
    """
    title, body, _ = index
    if len(body) > _BODY:
        body = body[:_BODY].rpartition(" ")[0]
    return BREAK.join((text.language, title, body, " ".join(_names(text))))


def _names(text: Text) -> Iterable[str]:
    """Words with a capital that no sentence or headline gave them, and numbers."""
    found: dict[str, None] = {}
    end = text.title_end
    titled = 2 * sum(case != LOWER for case in text.cases[:end]) > end
    start = end if titled else 0
    before = BREAK
    for word, case in zip(
        text.words[start : end + _NAMED], text.cases[start : end + _NAMED], strict=True
    ):
        if (case != LOWER and before != BREAK and len(word) > 1) or word[0].isdigit():
            found[word] = None
        before = word
    return list(found)[:_MOST_NAMES]


def figure(word: str) -> str:
    """A number without its unit, as others write it: "2,300m" is "2300", "6,3" is "6.3"."""
    found = _FIGURE.match(word)
    return _THOUSANDS.sub("", found[0]).replace(",", ".") if found else word


@dataclass(frozen=True, slots=True)
class Counted:
    """An article's words as numbers, with how often each is there. Numbers that are odd stand for figures."""

    language: str
    title: Mapping[int, float]
    body: Mapping[int, float]
    """Of the headline and what is below it; empty if there is too little below it."""
    names: frozenset[int]
    common: Mapping[int, float]
    """The share of all articles that probably have a word, for words that look like common ones."""
    words: int
    """In the headline."""


def count(line: str) -> Counted:
    """Read what `story_words` wrote."""
    language, title, body, names = (line.split(BREAK) + [""] * 3)[:4]
    salt = crc32(language.encode())
    common: dict[int, float] = {}
    headline, below, named = title.split(), body.split(), names.split()
    # Their stems are what is to be found: as long, or one or two letters shorter.
    telling = {name[: len(name) - cut] for name in named for cut in range(3) if len(name) - cut > 2}
    of_title = _times(headline, salt, telling, common)
    for word in set(headline):
        # Letters of a language are no words: only those of alphabets begin a word that tells something.
        if len(word) > 2 and not word[0].isdigit():
            beginning = crc32(word[:_BEGINNING].encode(), ~salt & 0xFFFFFFFF) % _SPACE & ~1
            of_title[beginning] = of_title.get(beginning, 0.0) + (
                _TELLING if word in telling else 1.0
            )
            if len(word) <= _BEGINNING and word[0] < "\u0e00":
                common[beginning] = _SHORT if len(word) < _BEGINNING else _FOUR
    of_body: dict[int, float] = {}
    if len(below) >= _FEWEST:
        of_body = _times(below, salt, telling, common)
        for id, times in _times(headline, salt, telling, common).items():
            of_body[id] = of_body.get(id, 0.0) + _HEADLINE * times
    return Counted(
        language,
        of_title,
        of_body,
        frozenset(_numbered(word, 0, {}) for word in named),
        common,
        len(set(headline)),
    )


def _times(
    words: Iterable[str], salt: int, telling: Collection[str], common: dict[int, float]
) -> dict[int, float]:
    """How often words are there, names and numbers more often than they are."""
    found: dict[int, float] = {}
    for word in words:
        id = _numbered(word, salt, common)
        more = _TELLING if id & 1 or word in telling else 1.0
        found[id] = found.get(id, 0.0) + more
    return found


def _numbered(word: str, salt: int, common: dict[int, float]) -> int:
    if word[0].isdigit():
        return crc32(figure(word).encode()) % _SPACE | 1
    id = crc32(word.encode(), salt) % _SPACE & ~1
    # Before an archive is there to tell, short words are the common ones, and what is written in hiragana.
    if len(word) <= _BEGINNING:
        if word[0] < "\u0e00":
            common[id] = _SHORT if len(word) < _BEGINNING else _FOUR
        elif "\u3040" <= word[0] <= "\u309f":
            common[id] = _KANA
    return id


class Rarity:
    """How rare words are in the archive: in how many of the latest articles of a language each stands."""

    def __init__(self, capacity: int) -> None:
        """The latest articles are between `capacity` and half as many."""
        self._half = capacity // 2
        self._now, self._before = array("I", bytes(4 * _SPACE)), array("I", bytes(4 * _SPACE))
        self._articles: dict[str, int] = {}
        self._articles_before: dict[str, int] = {}
        self._count = 0

    def note(self, article: Counted) -> None:
        """Take one more article into account."""
        if self._count >= self._half:
            self._before, self._now = self._now, array("I", bytes(4 * _SPACE))
            self._articles_before, self._articles = self._articles, {}
            self._count = 0
        self._count += 1
        self._articles[article.language] = self._articles.get(article.language, 0) + 1
        for id in article.title.keys() | article.body.keys():
            self._now[id] += 1

    def of(
        self, article: Counted, others: Mapping[int, int], beside: int
    ) -> "tuple[dict[int, float], dict[int, float]]":
        """The weights of an article's headline and of all its words, each of length 1.

        `others` counts the words of `beside` more articles, which are not noted yet.
        """
        language = article.language
        articles = self._articles.get(language, 0) + self._articles_before.get(language, 0)
        total = articles + beside + _SUPPOSED
        now, before, common = self._now, self._before, article.common

        def weight(id: int, times: float) -> float:
            share = common.get(id)
            supposed = 0.5 if share is None else share * _SUPPOSED
            seen = now[id] + before[id] + others.get(id, 0) + supposed
            return (1 + math.log(times)) * max(0.01, math.log(total / seen))

        return (
            _unit({id: weight(id, times) for id, times in article.title.items()}),
            _unit(_heaviest({id: weight(id, times) for id, times in article.body.items()})),
        )

    def articles_with(self, id: int) -> int:
        """How many of the latest articles have a word."""
        return self._now[id] + self._before[id]


def _heaviest(weights: dict[int, float]) -> dict[int, float]:
    if len(weights) <= _HEAVIEST:
        return weights
    return dict(nlargest(_HEAVIEST, weights.items(), key=lambda one: (one[1], one[0])))


def _unit(weights: dict[int, float]) -> dict[int, float]:
    length = math.sqrt(sum([weight * weight for weight in weights.values()]))
    return {id: weight / length for id, weight in weights.items()} if length else {}


_ONCE = array("H")


class Sum:
    """The sum of vectors, small since there are many: the heaviest words, with weights and numbers of articles."""

    __slots__ = ("counts", "ids", "square", "weights")

    def __init__(
        self,
        weights: Mapping[int, float],
        square: float = 1.0,
        counts: Mapping[int, int] | None = None,
    ) -> None:
        """`square` is the square of the length, of what is left out, too; without `counts` it is one article."""
        self.ids = array("I", weights)
        self.weights = array("f", weights.values())
        self.square = square
        self.counts = array("H", map(counts.__getitem__, weights)) if counts else _ONCE

    def dot(self, weights: Mapping[int, float]) -> float:
        """The scalar product with a vector, which is looked into for each word of the sum."""
        get = weights.get
        return sum(
            [weight * get(id, 0.0) for id, weight in zip(self.ids, self.weights, strict=True)]
        )

    def plus(self, other: "Sum", most: int) -> "Sum":
        """The sum of both, of the `most` heaviest words."""
        weights, counts = self.by_word(), self.count_by_word()
        square = self.square + other.square + 2 * other.dot(weights)
        for id, weight in other.by_word().items():
            weights[id] = weights.get(id, 0.0) + weight
        for id, count in other.count_by_word().items():
            counts[id] = min(counts.get(id, 0) + count, 0xFFFF)
        if len(weights) > most:
            weights = dict(nlargest(most, weights.items(), key=lambda one: (one[1], one[0])))
        return Sum(weights, square, counts)

    def by_word(self) -> dict[int, float]:
        """The weights."""
        return dict(zip(self.ids, self.weights, strict=True))

    def count_by_word(self) -> dict[int, int]:
        """How many articles of the sum have each word."""
        return (
            dict(zip(self.ids, self.counts, strict=True))
            if self.counts
            else dict.fromkeys(self.ids, 1)
        )


def own_share(one: Sum, other: Sum, rarity: Rarity) -> float:
    """How much of the product of two sums comes from words that are theirs: stand in few other articles, 0 … 1.

    What all reports of a kind have in common ("quarter", "net", "shares") makes them alike, but no story.
    """
    weights, counts = other.by_word(), other.count_by_word()
    theirs = every = 0.0
    for id, weight, count in zip(one.ids, one.weights, one.counts or repeat(1), strict=False):
        if id in weights:
            product = weight * weights[id]
            every += product
            if count + counts[id] >= _OWN * rarity.articles_with(id):
                theirs += product
    return theirs / every if every else 0.0


def cosine(product: float, square: float, other: float) -> float:
    """How alike two vectors are, 0 … 1, by their scalar product and the squares of their lengths."""
    return product / math.sqrt(square * other) if product > 0 else 0.0
