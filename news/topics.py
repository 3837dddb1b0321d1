"""The index of all topics of all chats: article → the topics it belongs to, and how much.

    words ─▶ one letter a word ─▶ Aho–Corasick over all phrases of all topics ─▶ hits
    hits, places, source, language ─▶ the topics one of whose needs is met ─▶ their programs ─▶ scores

The cost of an article grows with its length and with the topics that have something in common with
it, not with the number of topics. A topic is added without building the automaton of all anew: new
phrases go into a small one, which is merged into larger ones as it grows.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import repeat

from ahocorasick_rs import AhoCorasick, Implementation

from news import query
from news.matching import (
    ENOUGH,
    Look,
    Program,
    Subject,
    Term,
    compiled,
    counts,
    score,
    term_score,
    variants,
)
from news.text import GAP, STEMMED, Text, stems

_TIERS = (300, 8_000)
"""Phrases that the two smaller automata of a language hold before they are merged into the next larger one."""

_OTHER = "\0"
"""The letter of a word that occurs in no phrase."""

_SURROGATES = range(0xD800, 0xE000)

Key = tuple[str, object]
"""Something an article must have for a topic to be worth a look: a term, a place, a source, a language."""


class TopicIndex:
    """All followed topics."""

    def __init__(self) -> None:
        self._programs: dict[int, Program] = {}
        self._needs: dict[int, frozenset[Key]] = {}
        self._wanting: dict[str, dict[object, set[int]]] = {kind: {} for kind in _COMMON}
        """Kind of key → key → the topics that are worth a look for it."""
        self._always: set[int] = set()
        self._numbers: dict[Term, int] = {}
        self._terms: list[Term] = []
        self._languages: dict[str, _Automata] = {}
        self._removed = 0

    @property
    def is_worn(self) -> bool:
        """Whether it remembers more phrases of topics that are gone than it is worth: then build it anew."""
        return self._removed > 1000 + len(self._programs)

    def __len__(self) -> int:
        return len(self._programs)

    def __contains__(self, topic: int) -> bool:
        return topic in self._programs

    def add(self, topic: int, tree: query.Node) -> None:
        """Look for a topic from now on; one that is known is replaced."""
        self.remove(topic)
        self._programs[topic] = compiled(tree, self._number)
        needs = self._sufficient(tree) or self._needed(tree)
        if needs is None:
            self._always.add(topic)
            return
        self._needs[topic] = needs
        for kind, what in needs:
            self._wanting[kind].setdefault(what, set()).add(topic)

    def remove(self, topic: int) -> None:
        """Look for a topic no more; its phrases are still found, and mean nothing."""
        self._removed += self._programs.pop(topic, None) is not None
        self._always.discard(topic)
        for kind, what in self._needs.pop(topic, ()):
            wanting = self._wanting[kind]
            wanting[what].discard(topic)
            if not wanting[what]:
                del wanting[what]

    def match(self, subject: Subject, now: datetime) -> dict[int, float]:
        """The topics that an article belongs to, with its score for each."""
        hits = self._automata(subject.text.language).hits(subject.text)
        look = Look(subject, hits, now)
        found = self._settled(look)
        for topic in self._worth_a_look(subject, hits):
            reached = score(self._programs[topic], look)
            if reached >= ENOUGH:
                found[topic] = reached
        return found

    def _settled(self, look: Look) -> dict[int, float]:
        """The topics that ask for one of some phrases, and no more: most of all topics."""
        found: dict[int, float] = {}
        enough = self._wanting["enough"]
        for term in look.hits:
            topics = enough.get(term)
            if topics is not None:
                reached = term_score(look, term)
                if reached >= ENOUGH:
                    for topic in topics:
                        if reached > found.get(topic, 0.0):
                            found[topic] = reached
        return found

    def _worth_a_look(self, subject: Subject, hits: Mapping[int, list[int]]) -> set[int]:
        topics = set(self._always)
        wanting = self._wanting["term"]
        for term in hits:
            if term in wanting:
                topics |= wanting[term]
        wanting = self._wanting["place"]
        for place in {*subject.attention, *(one.place for one in subject.found)}:
            topics |= wanting.get(place, _NONE)
        topics |= self._wanting["language"].get(subject.text.language, _NONE)
        wanting = self._wanting["from"]
        if wanting:
            for name in _names_of(subject):
                topics |= wanting.get(name, _NONE)
        return topics

    def _number(self, term: Term) -> int:
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self._terms)
            self._terms.append(term)
            for automata in self._languages.values():
                automata.add(term, number)
        return number

    def _automata(self, language: str) -> "_Automata":
        # Languages without a stemmer share one.
        language = language if language in STEMMED else ""
        automata = self._languages.get(language)
        if automata is None:
            automata = self._languages[language] = _Automata(language)
            for number, term in enumerate(self._terms):
                automata.add(term, number)
        return automata

    def _sufficient(self, tree: query.Node) -> frozenset[Key] | None:
        """Any of these is enough for a topic; None if its tree has to be looked at."""
        keys: set[Key] = set()
        for part in tree.parts if isinstance(tree, query.Or) else (tree,):
            if not isinstance(part, query.Phrase) or part.title or part.anywhere:
                return None
            keys.add(("enough", self._number(Term(part.words, part.literal, part.capitals))))
        return frozenset(keys)

    def _needed(self, tree: query.Node) -> frozenset[Key] | None:
        """Of these an article must have one; None if it need not have any."""
        match tree:
            case query.Phrase(words, literal, capitals):
                return frozenset([("term", self._number(Term(words, literal, capitals)))])
            case query.Place(place):
                return frozenset([("place", place)])
            case query.From(name, host):
                return frozenset([("from", host or name)])
            case query.Language(code):
                return frozenset([("language", code)])
            case query.Or(parts):
                return self._any_needed(parts)
            case query.And(parts):
                needs = [need for part in parts if (need := self._needed(part)) is not None]
                return min(needs, key=self._commonness) if needs else None
        return None

    def _any_needed(self, parts: Iterable[query.Node]) -> frozenset[Key] | None:
        keys: set[Key] = set()
        for part in parts:
            needs = self._needed(part)
            if needs is None:
                return None
            keys |= needs
        return frozenset(keys)

    def _commonness(self, needs: frozenset[Key]) -> int:
        """The larger, the more articles are likely to meet one of these needs."""
        return sum(
            _COMMON[kind] // len(self._terms[what].words)
            if kind == "term" and isinstance(what, int)
            else _COMMON[kind]
            for kind, what in needs
        )


_NONE: frozenset[int] = frozenset()
_COMMON = {"enough": 0, "term": 6, "place": 12, "from": 12, "language": 1000}


def _names_of(subject: Subject) -> Iterator[object]:
    """Everything that `from:` may call the source of an article."""
    for host in subject.source.hosts:
        labels = host.split(".")
        yield from (".".join(labels[start:]) for start in range(len(labels)))
    title = subject.source.title
    for start in range(len(title)):
        yield from (title[start:end] for end in range(start + 1, len(title) + 1))


_Sought = tuple[int, tuple[Term, tuple[str, ...]] | None]
"""A term by its number; with its words if its stems alone don't tell whether it counts."""


class _Automata:
    """The phrases of all terms as texts of one language have them: without their endings, a letter a word."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._letters = _Letters()
        self._terms: dict[str, list[_Sought]] = {}
        self._tiers: list[_Tier] = [_Tier() for _ in range(len(_TIERS) + 1)]
        self._new: list[str] = []

    def add(self, term: Term, number: int) -> None:
        """Look for a term from now on."""
        for words in variants(term.words):
            pattern = "".join(map(self._letters.new, stems(words, self._language)))
            known = self._terms.get(pattern)
            if known is None:
                known = self._terms[pattern] = []
                self._new.append(pattern)
            plain = not (term.literal or term.capitals or GAP in term.words)
            known.append((number, None if plain else (term, words)))

    def hits(self, text: Text) -> dict[int, list[int]]:
        """Number of a term → the tokens at which it begins in a text, in their order."""
        self._build()
        line = "".join(map(self._letters.get, text.stems, repeat(_OTHER)))
        found: dict[int, list[int]] = {}
        # Those that stand in texts in two forms, which two automata may find.
        spaced: set[int] = set()
        for tier in self._tiers:
            for sought, start in tier.find(line):
                for number, special in sought:
                    if special is not None:
                        if not counts(*special, text, start):
                            continue
                        spaced.add(number)
                    starts = found.get(number)
                    if starts is None:
                        found[number] = [start]
                    else:
                        starts.append(start)
        for number in spaced:
            found[number].sort()
        return found

    def _build(self) -> None:
        if not self._new:
            return
        patterns, self._new = self._new, []
        for tier, most in zip(self._tiers, (*_TIERS, None), strict=True):
            patterns = [*tier.patterns, *patterns]
            if most is None or len(patterns) <= most:
                tier.put(patterns, self._terms)
                return
            tier.put([], {})


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
    """Some patterns, and the automaton that finds them."""

    def __init__(self) -> None:
        self.patterns: list[str] = []
        self._sought: list[list[_Sought]] = []
        self._automaton: AhoCorasick | None = None

    def put(self, patterns: list[str], sought: Mapping[str, list[_Sought]]) -> None:
        """Look for these from now on, and for no others; `sought` are the terms that each stands for."""
        self.patterns = patterns
        self._sought = [sought[pattern] for pattern in patterns]
        self._automaton = (
            AhoCorasick(patterns, store_patterns=False, implementation=Implementation.ContiguousNFA)
            if patterns
            else None
        )

    def find(self, line: str) -> Iterable[tuple[list[_Sought], int]]:
        """What is found in a line, each with the place at which it begins."""
        if self._automaton is None:
            return ()
        sought = self._sought
        found = self._automaton.find_matches_as_indexes(line, overlapping=True)
        return [(sought[number], start) for number, start, _ in found]
