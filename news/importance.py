"""What makes a story important, each a share that can be shown: who reports it, how fresh it is, what it is like."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, pairwise

from news.addresses import host_of
from news.stories import independent
from news.text import BREAK, GAP, is_character, tokens
from storage.records import Article, Story

_HALF_LIVES = 7 / 3
"""Half-lives of freshness in the period of a digest: three days in a week."""

_SHORTEST, _LONGEST = timedelta(hours=6), timedelta(days=3)

_FIREHOSE = 16
"""Articles a day from which on an outlet counts a quarter of one that writes one a day."""


_SHARED = frozenset(
    [
        "news.google.com",
        "feedproxy.google.com",
        "feeds.feedburner.com",
        "news.yahoo.com",
        "msn.com",
        "medium.com",
        "t.me",
        "youtube.com",
        "reddit.com",
        "x.com",
        "facebook.com",
        "apple.news",
        "flipboard.com",
    ]
)
"""Hosts under which many outlets publish."""

_NUMBERS = re.compile(r"[\d.]+|\[?[0-9a-f:]+\]?")
"""An address without a name says nothing of whose it is."""


def reports_of(story: Story) -> tuple[Article, ...]:
    """One report of each house that has its own, the lead first: a site may have many feeds."""
    houses: dict[str, Article] = {}
    for article in independent(story):
        houses.setdefault(_house(article), article)
    return tuple(houses.values())


def _house(article: Article) -> str:
    """The site of an article; its outlet where many share one."""
    host = host_of(article.url).removeprefix("www.")
    if not host or host in _SHARED or _NUMBERS.fullmatch(host):
        return article.outlet
    return host


def outlet_weight(per_day: float) -> float:
    """How much it means that an outlet of so many articles a day reports something, 0.25 … 1: less if it reports everything."""
    return 1 / math.sqrt(min(max(per_day, 1.0), _FIREHOSE))


def share(amount: float, most: float) -> float:
    """An amount beside the largest one, 0 … 1; the first few count more than those after them."""
    return math.log1p(amount) / math.log1p(most) if most > 0 else 0.0


def half_life_of(period: timedelta) -> timedelta:
    """After which something is half as fresh in a digest of this period: three days in a week."""
    return min(max(period / _HALF_LIVES, _SHORTEST), _LONGEST)


def freshness(newest: datetime, until: datetime, half_life: timedelta) -> float:
    """1 for what is new at the end of a period, 0.5 a half-life before."""
    return 1.0 if newest >= until else float(0.5 ** ((until - newest) / half_life))


@lru_cache(maxsize=20_000)
def vocabulary(text: str) -> frozenset[str]:
    """The words of a text; in scripts without spaces, pairs of characters."""
    found = tokens(text)
    pairs = frozenset(
        first + second
        for first, second in pairwise(found)
        if is_character(first) and is_character(second)
    )
    separate = (BREAK, GAP)
    return pairs.union(word for word in found if not is_character(word) and word not in separate)


def as_vectors(words: Sequence[frozenset[str]]) -> list[dict[str, float]]:
    """Words weighted by their rarity among these headlines, each vector of length 1."""
    spread = Counter(chain.from_iterable(words))
    rarity = {count: math.log1p(len(words) / count) for count in set(spread.values())}
    vectors = []
    for some in words:
        weights = [rarity[spread[word]] for word in some]
        length = math.sqrt(math.fsum([weight * weight for weight in weights])) or 1.0
        vectors.append({word: weight / length for word, weight in zip(some, weights, strict=True)})
    return vectors


def length_of(vector: Mapping[str, float]) -> float:
    """Of a vector, in the Euclidean sense."""
    return math.sqrt(math.fsum([weight * weight for weight in vector.values()]))


def likeness(vector: Mapping[str, float], other: Mapping[str, float], length: float = 1.0) -> float:
    """The cosine of a vector of length 1 and another one of `length`, to the last digit whatever order words are in."""
    dot = math.fsum([weight * other[word] for word, weight in vector.items() if word in other])
    return min(dot / length, 1.0) if length else 0.0


def overlap(words: frozenset[str], others: frozenset[str]) -> float:
    """Share of the shorter headline's words that the other one has as well, 0 … 1."""
    fewest = min(len(words), len(others))
    return len(words & others) / fewest if fewest else 0.0
