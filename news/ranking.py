"""Which sentences of a text tell most of it: by what they are about, where they stand, and what the headline says.

A sentence is worth what its terms are worth, each by its rarity and by how often the text comes back to it
(tf·idf, as in Luhn, The Automatic Creation of Literature Abstracts, 1958), more at the beginning of the text
and for what the headline promises, less for what was said already (maximal marginal relevance; Carbonell and
Goldstein, 1998). The beginning and the headline count most for the first sentence that is chosen: the
others are to tell what it leaves out.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from news.openings import can_open, points_back
from news.rarity import Rarity, terms
from news.text import read, stems, tokens

MOST = 80
"""Sentences of a text that are looked at; news say first what matters."""

# Means of the best of some hundred settings by bench.summary_quality, whose scores hardly differ: a plateau.
_CENTRAL = 1.6
_POSITION = 0.75
_HEADLINE = 1.25
_REDUNDANT = 0.8
_NEXT = 0.06
"""What a sentence gains whose predecessor was chosen."""
_DANGLING = 0.15
"""What one loses that points back at one that was not."""

_POSITION_LEFT = 0.35
"""What is left of the worth of standing early after each sentence that is chosen."""
_HEADLINE_LEFT = 0.55
"""What is left of the worth of a headline's term each time it is said."""

_REPEATED = 0.72
"""Exponent of the times that a term comes back."""
_LENGTH, _SHORTEST = 0.47, 5
"""Exponent of a sentence's length, and the terms by which every sentence counts as longer."""

_SAME = 0.8
"""Likeness of two sentences of which one is enough."""

_LEAST, _LEAST_BACK = 0.15, 0.3
"""Share of the first sentence's score below which nothing is added; below which nothing is that points back."""

Fits = Callable[[Sequence[int], int], bool]
"""Whether a sentence may join those that are chosen; each is its place in the text."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence as it is compared."""

    terms: Mapping[str, float]
    """Each with its weight."""
    norm: float
    central: float
    opens: bool
    """Whether it can stand first."""
    points_back: bool


def choose(
    headline: str, told: Sequence[str], language: str, rarity: Rarity, fits: Fits
) -> tuple[int, ...]:
    """The sentences of a text that tell most of it, as places, in the order of the choice.

    One that points back at something, or quotes nobody, never stands before all others that are chosen.
    Empty if none may be chosen.
    """
    pieces = _pieces(told[:MOST], language, rarity)
    promised = _promised(headline, language, rarity)
    left = {place for place, piece in enumerate(pieces) if piece.terms}
    said = [0.0] * len(pieces)
    early = _POSITION
    chosen: list[int] = []
    best = 0.0
    while True:
        first = min(chosen, default=len(pieces))
        scores = {
            place: _CENTRAL * pieces[place].central
            + early * max(0.0, 1 - 2 * place / len(pieces)) ** 2
            + sum(promised[term] for term in promised.keys() & pieces[place].terms.keys())
            + _coherence(place, pieces[place], chosen)
            - _REDUNDANT * said[place]
            for place in left
            if fits(chosen, place) and (pieces[place].opens or place > first)
        }
        enough = [one for one in scores if scores[one] >= best * _least(one, pieces[one], chosen)]
        if not enough:
            return tuple(chosen)
        place = max(enough, key=lambda one: (scores[one], -one))
        best = best or scores[place]
        chosen.append(place)
        left.remove(place)
        early *= _POSITION_LEFT
        for term in promised.keys() & pieces[place].terms.keys():
            promised[term] *= _HEADLINE_LEFT
        for other in left:
            said[other] = max(said[other], _likeness(pieces[place], pieces[other]))
        left = {other for other in left if said[other] < _SAME}


def _coherence(place: int, piece: _Piece, chosen: Sequence[int]) -> float:
    """What a sentence gains by what stands before it, or loses by what doesn't."""
    if place - 1 in chosen:
        return _NEXT
    return -_DANGLING if piece.points_back else 0.0


def _least(place: int, piece: _Piece, chosen: Sequence[int]) -> float:
    """Share of the first sentence's score that another one must have."""
    return _LEAST_BACK if piece.points_back and place - 1 not in chosen else _LEAST


def _pieces(told: Sequence[str], language: str, rarity: Rarity) -> list[_Piece]:
    found = [terms(read("", sentence, language).stems) for sentence in told]
    counts = Counter(term for some in found for term in some)
    worth = {
        term: (count - 1) ** _REPEATED * rarity.weight(term, language)
        for term, count in counts.items()
    }
    central = [
        sum(worth[term] for term in set(some)) / (len(some) + _SHORTEST) ** _LENGTH
        for some in found
    ]
    most = max(central, default=0.0) or 1.0
    pieces = []
    for sentence, some, share in zip(told, found, central, strict=True):
        weights = {term: rarity.weight(term, language) for term in dict.fromkeys(some)}
        norm = sqrt(sum(weight * weight for weight in weights.values()))
        pieces.append(
            _Piece(
                weights,
                norm,
                share / most,
                can_open(sentence, language),
                points_back(sentence, language),
            )
        )
    return pieces


def _promised(headline: str, language: str, rarity: Rarity) -> dict[str, float]:
    """The terms of a headline with their share of what it says."""
    found = {
        term: rarity.weight(term, language)
        for term in dict.fromkeys(terms(stems(tokens(headline), language)))
    }
    total = sum(found.values()) or 1.0
    return {term: _HEADLINE * weight / total for term, weight in found.items()}


def _likeness(one: _Piece, other: _Piece) -> float:
    """The cosine of two sentences' terms."""
    common = one.terms.keys() & other.terms.keys()
    if not common:
        return 0.0
    return sum(one.terms[term] ** 2 for term in common) / (one.norm * other.norm)
