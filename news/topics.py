"""The index of all topics of all chats: article → the topics it belongs to, and how much.

    words ─▶ phrases of all topics ─▶ hits
    hits, places, source, language ─▶ the topics one of whose needs is met ─▶ their programs ─▶ scores

The cost of an article grows with its length and with the topics that have something in common with
it, not with the number of topics.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from news import query
from news.aboutness import ABOUT
from news.matching import ENOUGH, Look, Program, Subject, Term, compiled, score
from news.phrases import Hits, Phrases
from news.text import STEMMED

Key = tuple[str, object]
"""Something an article must have for a topic to be worth a look, by its kind.

A term or a place that it is about, `about` and `place`; one that it has anywhere, `term` and `named`; a source, a language.
"""


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
        self._languages: dict[str, Phrases] = {}
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
        hits = self._phrases(subject.text.language).find(subject.text)
        about = hits.prominent()
        found = self._settled(about)
        look = Look(subject, hits, now)
        for topic in self._worth_a_look(subject, hits, about):
            reached = score(self._programs[topic], look)
            if reached >= ENOUGH:
                found[topic] = reached
        return found

    def _settled(self, about: Iterable[tuple[int, float]]) -> dict[int, float]:
        """The topics that ask for one of some phrases, and no more: most of all topics."""
        found: dict[int, float] = {}
        enough = self._wanting["enough"]
        for term, reached in about:
            topics = enough.get(term)
            if topics is not None:
                for topic in topics:
                    if reached > found.get(topic, 0.0):
                        found[topic] = reached
        return found

    def _worth_a_look(
        self, subject: Subject, hits: Hits, about: Iterable[tuple[int, float]]
    ) -> set[int]:
        """The topics one of whose needs is met, and those that have none.

        `about` are the terms that the article is about.
        """
        topics = set(self._always)
        met: Iterable[tuple[str, Iterable[object]]] = (
            ("about", (term for term, _ in about)),
            ("term", hits),
            ("place", (place for place, much in subject.attention.items() if much >= ABOUT)),
            ("named", (one.place for one in subject.found)),
            ("language", (subject.text.language,)),
            ("from", _names_of(subject)),
        )
        for kind, keys in met:
            wanting = self._wanting[kind]
            if wanting:
                for key in keys:
                    if key in wanting:
                        topics |= wanting[key]
        return topics

    def _number(self, term: Term) -> int:
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self._terms)
            self._terms.append(term)
            for phrases in self._languages.values():
                phrases.add(term)
        return number

    def _phrases(self, language: str) -> Phrases:
        # Languages without a stemmer share one.
        language = language if language in STEMMED else ""
        phrases = self._languages.get(language)
        if phrases is None:
            phrases = self._languages[language] = Phrases(language)
            for term in self._terms:
                phrases.add(term)
        return phrases

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
            case query.Phrase(words, literal, capitals, _, anywhere):
                kind = "term" if anywhere else "about"
                return frozenset([(kind, self._number(Term(words, literal, capitals)))])
            case query.Place(place, title, anywhere):
                return frozenset([("named" if title or anywhere else "place", place)])
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
            if isinstance(what, int)
            else _COMMON[kind]
            for kind, what in needs
        )


_NONE: frozenset[int] = frozenset()
_COMMON = {
    "enough": 0,
    "about": 6,
    "term": 6,
    "place": 12,
    "named": 12,
    "from": 12,
    "language": 1000,
}


def _names_of(subject: Subject) -> Iterator[object]:
    """Everything that `from:` may call the source of an article."""
    for host in subject.source.hosts:
        labels = host.split(".")
        yield from (".".join(labels[start:]) for start in range(len(labels)))
    title = subject.source.title
    for start in range(len(title)):
        yield from (title[start:end] for end in range(start + 1, len(title) + 1))
