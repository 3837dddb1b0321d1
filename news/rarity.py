"""How much a word tells: rare ones more than those that most articles have.

It is learnt from the articles that arrive, each language by itself, so that "die" is common in German and
rare in English. What was never seen counts as the rarest; before anything was learnt, short words are
taken for common ones.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import exp, log

from news.text import BREAK, GAP, is_character

LARGEST = 300_000
"""Bytes of what was learnt, written down (UTF-8)."""

_VERSION = "rarity 1"
_LANGUAGE = "language "

_REMEMBERED = 20_000
"""Articles of a language above which all of its counts are halved: what is old is forgotten."""

_TAKEN_FOR_GRANTED = 2.0
"""Articles that are thought to have been seen before the first one, with words as short ones are common."""

_WEIGHED = 30_000
"""Terms of a language whose weights are kept at hand."""

_LONGEST = 64
"""Characters of a stem that is kept; longer ones are no words."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many articles of each language have each term."""

    articles: Mapping[str, int] = field(default_factory=dict)
    """Language → articles that were read."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Language → term → those of them that have it."""
    _weights: dict[str, dict[str, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Language → term → its weight, of those that were asked for last."""

    def weight(self, stem: str, language: str = "") -> float:
        """How much a term tells: the logarithm of one over the share of articles that have it.

        About 0 for "the" and 10 for a name that was never heard of.
        """
        known = self._weights.get(language)
        if known is None:
            known = self._weights[language] = {}
        found = known.get(stem)
        if found is None:
            if len(known) >= _WEIGHED:
                known.clear()
            found = known[stem] = self._weigh(stem, language)
        return found

    def _weigh(self, stem: str, language: str) -> float:
        articles = self.articles.get(language, 0)
        count = self.counts[language].get(stem, 0) if articles else 0
        guessed = _TAKEN_FOR_GRANTED * exp(-_guess(stem))
        return -log((count + guessed) / (articles + _TAKEN_FOR_GRANTED))

    def to_text(self) -> str:
        """What was learnt in at most LARGEST bytes: the terms that most articles have, in each language."""
        shares = [
            (-count / self.articles[language], language, term, count)
            for language, counts in self.counts.items()
            for term, count in counts.items()
        ]
        # Of equally common ones the shorter are kept, of which more fit.
        shares.sort(key=lambda one: (one[0], len(one[2]), one[1], one[2]))
        room = LARGEST - sum(len(language) + 40 for language in self.articles) - len(_VERSION)
        kept: dict[str, dict[int, list[str]]] = {language: {} for language in self.articles}
        for _, language, term, count in shares:
            group = kept[language].get(count)
            room -= len(term.encode()) + 1 + (0 if group else len(str(count)) + 1)
            if room < 0:
                break
            kept[language].setdefault(count, []).append(term)
        lines = [_VERSION]
        for language in sorted(self.articles):
            lines.append(f"{_LANGUAGE}{language}\t{self.articles[language]}")
            lines += [
                f"{count}\t{' '.join(terms)}" for count, terms in sorted(kept[language].items())
            ]
        return "\n".join(lines)

    @staticmethod
    def of_text(text: str) -> "Rarity":
        """What `to_text` wrote down. Raises ValueError if it did not write that."""
        version, _, rest = text.partition("\n")
        if version != _VERSION:
            raise ValueError("written by another version")
        articles: dict[str, int] = {}
        counts: dict[str, dict[str, int]] = {}
        language = "none yet"
        for line in filter(None, rest.split("\n")):
            first, _, then = line.partition("\t")
            if first.startswith(_LANGUAGE):
                language = first.removeprefix(_LANGUAGE)
                articles[language] = int(then)
                counts[language] = {}
            elif language not in counts:
                raise ValueError("counts of no language")
            else:
                counts[language].update(dict.fromkeys(then.split(" "), int(first)))
        return Rarity(articles, counts)


def learn(known: Rarity, some: Iterable[tuple[str, Collection[str]]]) -> Rarity:
    """What is known after reading some articles more, each given as its language and its terms."""
    articles = dict(known.articles)
    new: dict[str, Counter[str]] = {}
    for language, terms in some:
        articles[language] = articles.get(language, 0) + 1
        new.setdefault(language, Counter()).update({term for term in terms if _is_term(term)})
    counts = dict(known.counts)
    for language, more in new.items():
        more.update(counts.get(language, {}))
        counts[language] = more
        if articles[language] > _REMEMBERED:
            articles[language] //= 2
            counts[language] = {term: half for term, count in more.items() if (half := count // 2)}
    return Rarity(articles, counts)


def without(known: Rarity, gone: Rarity) -> Rarity:
    """What is known without what was learnt of some articles, given as what these alone teach."""
    articles = {
        language: max(0, count - gone.articles.get(language, 0))
        for language, count in known.articles.items()
    }
    counts: dict[str, dict[str, int]] = {}
    for language, terms in known.counts.items():
        less = gone.counts.get(language, {})
        counts[language] = {
            term: left for term, count in terms.items() if (left := count - less.get(term, 0)) > 0
        }
    return Rarity(articles, counts)


def _is_term(term: str) -> bool:
    return 0 < len(term) <= _LONGEST and not any(map(str.isspace, term))


def terms(stems: Iterable[str]) -> tuple[str, ...]:
    """What of a text is counted: the stems of its words, and characters of scripts without spaces in pairs.

    `stems` as `news.text.read` gives them. A character that stands alone is a term as well.
    """
    found: list[str] = []
    for characters, run in groupby(stems, _kind):
        if characters is None:
            continue
        pieces = tuple(run)
        if characters and len(pieces) > 1:
            found += [first + second for first, second in pairwise(pieces)]
        else:
            found += pieces
    return tuple(found)


def _kind(stem: str) -> bool | None:
    """True for a character, False for a word, None for what separates them."""
    return None if stem in (BREAK, GAP) else is_character(stem)


def _guess(stem: str) -> float:
    """The weight of a term of which nothing is known yet, from its length alone."""
    if is_character(stem[:1]) or stem[:1].isdigit():
        return 4.0
    return max(0.2, 5.0 * (min(len(stem), 7) / 7) ** 2)
