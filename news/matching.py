"""A query held against an article: whether it is about that, how much, and which of its words say so.

    article ─▶ Subject ─┐
    query ─▶ Program ───┴▶ score 0 … 1, at least ENOUGH if the article belongs to the query

A word counts where the article is about it: in the headline, in the opening, or more than once. A
place counts by the attention that it gets (`news.aboutness`). With `any:`, and behind NOT, every
mention counts: whoever excludes a word wants to see nothing of it.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import chain, islice
from typing import Any, Protocol

from news import query
from news.aboutness import ABOUT, attention
from news.places import Mention, mentions
from news.text import BREAK, CAPITALS, GAP, Text, read, spans, squeeze, stems, tokens

ENOUGH = 0.5
"""The score from which on an article belongs to a query."""

_HEADLINE, _OPENING, _OFTEN, _PASSING = 1.0, 0.8, 0.65, 0.3

_PHRASE, _PLACE, _ALL, _ANY, _NOT, _FROM, _LANGUAGE, _SINCE, _BEFORE = range(9)
_ABOUT, _TITLE, _ANYWHERE = range(3)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article came from, as far as `from:` asks for it."""

    hosts: tuple[str, ...] = ()
    """Of the feed and of its site, in lower case."""
    title: tuple[str, ...] = ()
    """Tokens of the feed's title."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An article as a query sees it."""

    text: Text
    found: tuple[Mention, ...]
    attention: Mapping[str, float]
    """Place → how likely the article is about it, for every place that it names."""
    source: Source
    published_at: datetime


class Where(StrEnum):
    """Where in an article something was found."""

    HEADLINE = "headline"
    OPENING = "opening"
    TEXT = "text"
    DATELINE = "dateline"
    """The town that it was sent from."""
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that makes an article belong to a query."""

    name: str
    """As the article writes it; of a source, the title; of a place that only the dateline tells, its code."""
    where: Where


@dataclass(frozen=True, slots=True)
class Term:
    """Words that are looked for in texts."""

    words: tuple[str, ...]
    literal: bool
    """True if endings matter."""
    capitals: bool
    """True if only capitals count."""


Program = tuple[Any, ...]
"""A query's tree, flat and small, with its terms as numbers. Only this room looks into it."""


Hit = tuple[int, bool]
"""The first token at which a term begins, and whether it is there more than once."""


class Found(Protocol):
    """The terms that were found, by their numbers."""

    def get(self, term: int, /) -> Hit | None:
        """Where a term is; None if it is not there."""


@dataclass(frozen=True, slots=True)
class Look:
    """A subject with what was found in it."""

    subject: Subject
    hits: Found
    at: datetime
    """What `since:` and `before:` count back from."""


def source_of(hosts: Iterable[str], title: str) -> Source:
    """The source with these hosts and this title."""
    words = tuple(word for word in tokens(title) if word not in (BREAK, GAP))
    return Source(tuple(dict.fromkeys(host.lower() for host in hosts if host)), words)


def subject_of(
    title: str,
    body: str,
    language: str,
    source: Source,
    published_at: datetime,
    places: bool = True,
) -> Subject:
    """An article, given as plain text, made ready to be held against queries; without `places`, those that ask for none."""
    text = read(title, body, language)
    if not places:
        return Subject(text, (), {}, source, published_at)
    found = mentions(text)
    return Subject(text, found, attention(text, found), source, published_at)


def compiled(tree: query.Node, number: Callable[[Term], int]) -> Program:
    """The program of a tree; `number` gives each term its number, the same for equal terms."""
    match tree:
        case query.Phrase(words, literal, capitals, title, anywhere):
            mode = _TITLE if title else _ANYWHERE if anywhere else _ABOUT
            return (_PHRASE, number(Term(words, literal, capitals)), mode)
        case query.Place(place, title, anywhere):
            return (_PLACE, place, _TITLE if title else _ANYWHERE if anywhere else _ABOUT)
        case query.And(parts):
            return (_ALL, tuple(compiled(part, number) for part in parts))
        case query.Or(parts):
            return (_ANY, tuple(compiled(part, number) for part in parts))
        case query.Not(part):
            return (_NOT, compiled(part, number))
        case query.From():
            return (_FROM, tree)
        case query.Language(code):
            return (_LANGUAGE, code)
        case query.Since():
            return (_SINCE, tree)
        case query.Before():
            return (_BEFORE, tree)


def score(program: Program, look: Look, every: bool = False) -> float:
    """How much a subject belongs to a query, 0 … 1. With `every`, any mention is enough."""
    kind = program[0]
    if kind == _PHRASE:
        return _of_term(look, program[1], _mode(program[2], every))
    if kind == _ALL:
        return _of_all(program[1], look, every)
    if kind == _ANY:
        return max([score(part, look, every) for part in program[1]])
    if kind == _PLACE:
        return _of_place(look.subject, program[1], _mode(program[2], every))
    if kind == _NOT:
        # What a double NOT brings back has to be there, no more.
        return 0.0 if score(program[1], look, every=True) >= ENOUGH else 1.0
    return 1.0 if _fits(kind, program[1], look) else 0.0


def _mode(mode: int, every: bool) -> int:
    return _ANYWHERE if every and mode == _ABOUT else mode


def _of_all(parts: Sequence[Program], look: Look, every: bool) -> float:
    least = 1.0
    for part in parts:
        reached = score(part, look, every)
        if reached < ENOUGH:
            return reached
        least = min(least, reached)
    return least


def _of_term(look: Look, term: int, mode: int) -> float:
    hit = look.hits.get(term)
    if hit is None:
        return 0.0
    if mode == _ANYWHERE:
        return 1.0
    text = look.subject.text
    start, again = hit
    if start < text.title_end:
        return _HEADLINE
    if mode == _TITLE:
        return 0.0
    if start < text.opening_end:
        return _OPENING
    return _OFTEN if again else _PASSING


def prominent(
    text: Text, first: Mapping[int, int], again: Container[int]
) -> Iterable[tuple[int, float]]:
    """Of the terms that a text has those that it is about, and how much: as `score` tells, but of all at once.

    `first` tells the first token of each, `again` which of them are there more than once.
    """
    title, opening = text.title_end, text.opening_end
    return [
        (term, _HEADLINE if start < title else _OPENING if start < opening else _OFTEN)
        for term, start in first.items()
        if start < opening or term in again
    ]


def _of_place(subject: Subject, place: str, mode: int) -> float:
    if mode == _ABOUT:
        found = subject.attention.get(place, 0.0)
        # On the scale on which ENOUGH is the threshold.
        return (
            ENOUGH + (1 - ENOUGH) * (found - ABOUT) / (1 - ABOUT)
            if found >= ABOUT
            else ENOUGH * found / ABOUT * 0.999
        )
    end = subject.text.title_end if mode == _TITLE else len(subject.text.words)
    named = any(one.place == place and one.start < end for one in subject.found)
    return 1.0 if named else 0.0


def _fits(kind: int, what: Any, look: Look) -> bool:
    if kind == _LANGUAGE:
        return bool(look.subject.text.language == what)
    if kind == _FROM:
        return is_from(what, look.subject.source)
    moment = moment_of(what, look.at)
    published = look.subject.published_at
    return published >= moment if kind == _SINCE else published < moment


def is_from(wanted: query.From, source: Source) -> bool:
    """Whether a source is the one that `from:` asks for: by its host, or by words of its title side by side."""
    if wanted.host:
        return any(host == wanted.host or host.endswith(f".{wanted.host}") for host in source.hosts)
    return any(True for _ in _places_of(wanted.name, source.title))


def moment_of(bound: query.Since | query.Before, now: datetime) -> datetime:
    """The moment that a bound means: the beginning of a day in UTC, or so long ago."""
    if bound.ago is not None:
        return now - bound.ago
    assert bound.at is not None  # noqa: S101 - a bound has one or the other
    return datetime.combine(bound.at, time(), UTC)


def is_past(wanted: query.Node, now: datetime) -> bool:
    """Whether nothing that is published from now on can belong to a query."""
    match wanted:
        case query.And(parts):
            return any(is_past(part, now) for part in parts)
        case query.Or(parts):
            return all(is_past(part, now) for part in parts)
        case query.Before():
            return moment_of(wanted, now) <= now
    return False


def variants(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The forms in which a phrase stands in texts: a space typed between characters may be there or not."""
    if GAP not in words:
        return (words,)
    return (words, tuple(word for word in words if word != GAP))


def _places_of(wanted: tuple[str, ...], words: tuple[str, ...]) -> Iterable[int]:
    place = -1
    length = len(wanted)
    while True:
        try:
            place = words.index(wanted[0], place + 1)
        except ValueError:
            return
        if words[place : place + length] == wanted:
            yield place


def counts(term: Term, words: tuple[str, ...], text: Text, place: int) -> bool:
    """Whether a term that was found by its stems at a token is written there as it has to be."""
    end = place + len(words)
    if term.literal and text.words[place:end] != words:
        return False
    return not term.capitals or all(case == CAPITALS for case in text.cases[place:end])


def occurrences(term: Term, text: Text) -> list[tuple[int, int]]:
    """Where a term stands, in the order of the text: its first token, and the one behind its last."""
    return sorted(
        (place, place + len(words))
        for words in variants(term.words)
        for place in _places_of(stems(words, text.language), text.stems)
        if counts(term, words, text, place)
    )


class Matcher:
    """One query, ready to be held against many articles."""

    def __init__(self, wanted: query.Node) -> None:
        nodes = tuple(query.parts_of(wanted))
        self.asks_places = any(isinstance(node, query.Place) for node in nodes)
        """Whether it is to be held against subjects with places."""
        self.asks_sources = any(isinstance(node, query.From) for node in nodes)
        """Likewise, to subjects that say where they come from."""
        self.only_gains = not (
            self.asks_places or any(isinstance(node, query.Not) for node in nodes)
        )
        """Whether an article belongs to it for certain to which it belongs by its headline alone."""
        self._numbers: dict[Term, int] = {}
        self._program = compiled(
            wanted, lambda term: self._numbers.setdefault(term, len(self._numbers))
        )

    def score(self, subject: Subject, now: datetime) -> float:
        """How much an article belongs to the query, 0 … 1; at least ENOUGH if it does."""
        hits = {
            number: (found[0][0], len(found) > 1)
            for term, number in self._numbers.items()
            if (found := occurrences(term, subject.text))
        }
        return score(self._program, Look(subject, hits, now))

    def matches(self, subject: Subject, now: datetime) -> bool:
        """Whether an article belongs to the query."""
        return self.score(subject, now) >= ENOUGH


def evidence(wanted: query.Node, subject: Subject, title: str, body: str) -> tuple[Evidence, ...]:
    """What of an article speaks for a query, the strongest first; `title` and `body` are those it was made of."""
    text = subject.text
    marked: list[tuple[int, int]] = []
    others: list[Evidence] = []
    for node in positive(wanted):
        match node:
            case query.Phrase(words, literal, capitals):
                marked += occurrences(Term(words, literal, capitals), text)[:1]
            case query.Place(place):
                named = [(one.start, one.end) for one in subject.found if one.place == place]
                marked += named[:2]
                if not named and place in subject.attention:
                    others.append(Evidence(place, Where.DATELINE))
            case query.From() if is_from(node, subject.source):
                others.append(Evidence(" ".join(node.name) or node.host, Where.SOURCE))
    written = _Written(text, title, body)
    return (*(written.evidence(*span) for span in sorted(marked)), *others)


def positive(node: query.Node) -> Iterable[query.Node]:
    """What a query asks for, without what it leaves out."""
    match node:
        case query.And(parts) | query.Or(parts):
            for part in parts:
                yield from positive(part)
        case query.Not():
            return
        case _:
            yield node


class _Written:
    """The tokens of a text as they are written."""

    def __init__(self, text: Text, title: str, body: str) -> None:
        self._text = text
        self._written = f"{title}\n{body}"
        self._left = chain(
            ((start, end) for _, start, end in spans(title)),
            ((len(title) + 1 + start, len(title) + 1 + end) for _, start, end in spans(body)),
        )
        self._places: list[tuple[int, int]] = []

    def evidence(self, start: int, end: int) -> Evidence:
        """What stands between two tokens."""
        words = self._text.words
        before = sum(word not in (BREAK, GAP) for word in words[:start])
        length = sum(word not in (BREAK, GAP) for word in words[start:end])
        self._places += islice(self._left, max(0, before + length - len(self._places)))
        places = self._places[before : before + length]
        name = self._written[places[0][0] : places[-1][1]] if places else ""
        where = (
            Where.HEADLINE
            if start < self._text.title_end
            else Where.OPENING
            if start < self._text.opening_end
            else Where.TEXT
        )
        return Evidence(squeeze(name), where)
