"""The phrases of very many queries, all found in a text at once.

    words ─▶ one letter a word ─▶ Aho–Corasick over the phrases, in three automata ─▶ Hits

A phrase is added without building the automaton of all anew: new ones go into a small one, which is
merged into larger ones as it grows.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from ahocorasick_rs import AhoCorasick, Implementation

from news.matching import Hit, Term, counts, prominent, variants
from news.text import GAP, Text, stems

_TIERS = (300, 8_000)
"""Phrases that the two smaller automata hold before they are merged into the next larger one."""

_OTHER = "\0"
"""The letter of a word that occurs in no phrase."""

_SURROGATES = range(0xD800, 0xE000)

_Found = tuple[int, int, int]
"""A pattern or key, the token at which it begins, and the first one behind it."""

_Delicate = tuple[int, Term, tuple[str, ...]]
"""A term that its stems alone don't tell: its number, and its words in the form of the pattern."""


class Phrases:
    """Terms, by their numbers, as texts of one language have them: without their endings."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._letters = _Letters()
        self._patterns: dict[str, int] = {}
        """Letters → the number of the pattern; they are numbered as they come."""
        self._plain: list[tuple[int, ...]] = []
        """Of each pattern, the terms that it tells by itself."""
        self._delicate: dict[int, tuple[_Delicate, ...]] = {}
        """Of some patterns, the others."""
        self._keys: list[int] = []
        """Of each term its pattern or, if that alone doesn't tell it, a number of its own below 0."""
        self._tiers: list[_Tier] = [_Tier() for _ in range(len(_TIERS) + 1)]
        self._new: list[str] = []

    def add(self, term: Term) -> None:
        """Look for one more term from now on; its number is how many there were before."""
        number = len(self._keys)
        delicate = term.literal or term.capitals or GAP in term.words
        self._keys.append(~number)
        for words in variants(term.words):
            pattern = self._pattern("".join(map(self._letters.new, stems(words, self._language))))
            if delicate:
                known = self._delicate.get(pattern, ())
                self._delicate[pattern] = (*known, (number, term, words))
            else:
                self._plain[pattern] += (number,)
                self._keys[number] = pattern

    def _pattern(self, letters: str) -> int:
        pattern = self._patterns.get(letters)
        if pattern is None:
            pattern = self._patterns[letters] = len(self._plain)
            self._plain.append(())
            self._new.append(letters)
        return pattern

    def find(self, text: Text) -> "Hits":
        """What a text has of all terms."""
        self._build()
        line = "".join(map(self._letters.get, text.stems, repeat(_OTHER)))
        first: dict[int, int] = {}
        again: set[int] = set()
        examined: list[_Found] = []
        for tier in self._tiers:
            found = tier.find(line)
            begun, repeated = _begun(found)
            if tier.first:
                begun = {tier.first + pattern: start for pattern, start in begun.items()}
                repeated = {tier.first + pattern for pattern in repeated}
            first.update(begun)
            again |= repeated
            examined += self._examined(begun, found, tier.first, text)
        if examined:
            # Of a term in two forms, which two automata may find.
            begun, repeated = _begun(sorted(examined))
            first.update(begun)
            again |= repeated
        return Hits(text, first, again, self._plain, self._keys)

    def _examined(
        self, begun: Mapping[int, int], found: Iterable[_Found], offset: int, text: Text
    ) -> list[_Found]:
        """The keys of delicate terms among what a tier found, each with a token at which it begins."""
        sought = begun.keys() & self._delicate.keys()
        if not sought:
            return []
        return [
            (~number, start, end)
            for pattern, start, end in found
            if offset + pattern in sought
            for number, term, words in self._delicate[offset + pattern]
            if counts(term, words, text, start)
        ]

    def _build(self) -> None:
        if not self._new:
            return
        first, patterns = len(self._plain) - len(self._new), self._new
        self._new = []
        for tier, most in zip(self._tiers, (*_TIERS, None), strict=True):
            if tier.patterns:
                first, patterns = tier.first, [*tier.patterns, *patterns]
            if most is None or len(patterns) <= most:
                tier.put(first, patterns)
                return
            tier.put(0, [])


class Hits:
    """What a text has of the terms that were looked for."""

    def __init__(
        self,
        text: Text,
        first: Mapping[int, int],
        again: Container[int],
        plain: Sequence[tuple[int, ...]],
        keys: Sequence[int],
    ) -> None:
        """`first` tells for each key the first token, `again` which of them are there more than once."""
        self._text = text
        self._first = first
        self._again = again
        self._plain = plain
        self._keys = keys

    def get(self, term: int) -> Hit | None:
        """Where a term is, by its number."""
        key = self._keys[term]
        start = self._first.get(key)
        return None if start is None else (start, key in self._again)

    def __iter__(self) -> Iterator[int]:
        """The terms that are there."""
        for key in self._first:
            yield from self._terms(key)

    def prominent(self) -> list[tuple[int, float]]:
        """The terms that the text is about, and how much (`news.matching`)."""
        return [
            (term, reached)
            for key, reached in prominent(self._text, self._first, self._again)
            for term in self._terms(key)
        ]

    def _terms(self, key: int) -> tuple[int, ...]:
        return self._plain[key] if key >= 0 else (~key,)


class _Letters(dict[str, str]):
    """Word → the letter that stands for it, for every word of a phrase."""

    def new(self, word: str) -> str:
        """The letter of a word, given out if need be."""
        letter = self.get(word)
        if letter is None:
            point = len(self) + 1
            letter = self[word] = chr(
                point if point < _SURROGATES.start else point + len(_SURROGATES)
            )
        return letter


class _Tier:
    """Some patterns with consecutive numbers, and the automaton that finds them."""

    def __init__(self) -> None:
        self.first = 0
        """The number of the first one."""
        self.patterns: list[str] = []
        self._automaton: AhoCorasick | None = None

    def put(self, first: int, patterns: list[str]) -> None:
        """Look for these from now on, and for no others."""
        self.first = first
        self.patterns = patterns
        self._automaton = (
            AhoCorasick(patterns, store_patterns=False, implementation=Implementation.ContiguousNFA)
            if patterns
            else None
        )

    def find(self, line: str) -> list[_Found]:
        """What is found in a line, in the order of its ends, with numbers that count from `first`."""
        if self._automaton is None:
            return []
        return self._automaton.find_matches_as_indexes(line, overlapping=True)


def _begun(found: Iterable[_Found]) -> tuple[dict[int, int], set[int]]:
    """The first token of each pattern, and the patterns that are there more than once."""
    first: dict[int, int] = {}
    again: set[int] = set()
    for pattern, start, _ in found:
        if pattern in first:
            again.add(pattern)
        else:
            first[pattern] = start
    return first, again
