"""Articles of one event → story: by the same page, or by nearly the same headline elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from news.text import BREAK, GAP, tokens
from storage.records import Article, FeedId, Headline, Story, StoryId

WINDOW = timedelta(days=4)
"""Headlines further apart than this tell different stories, however alike."""

NEAR = 0.7
"""Share of all their words that two headlines have in common when they tell the same story."""

_FEWEST_WORDS = 4
"""Shorter headlines ("Weather", "In brief") are equal by chance."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What decides which story a new article joins."""

    feed_id: FeedId
    canonical_url: str
    title: str
    published_at: datetime


def assign(arrivals: Sequence[Arrival], known: Iterable[Headline]) -> tuple[StoryId | int, ...]:
    """The story of each new article, in their order.

    A StoryId is positive: a story of `known` that it joins. 0, -1, -2 … stand for new stories, the
    same number for articles that tell the same new one. A headline is compared with those of other
    outlets only: one outlet gives many of its columns the same name.
    """
    board = _Board()
    for headline in known:
        board.put(
            headline.story_id,
            Arrival(
                headline.feed_id, headline.canonical_url, headline.title, headline.published_at
            ),
        )
    stories: list[StoryId | int] = []
    begun = 0
    for arrival in arrivals:
        story = board.find(arrival)
        if story is None:
            story = -begun
            begun += 1
        board.put(story, arrival)
        stories.append(story)
    return tuple(stories)


class _Board:
    """Headlines pinned up, found again by page and by word."""

    def __init__(self) -> None:
        self._by_url: dict[str, int] = {}
        self._pinned: list[tuple[int, Arrival, frozenset[str]]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)

    def put(self, story: int, arrival: Arrival) -> None:
        if arrival.canonical_url:
            self._by_url.setdefault(arrival.canonical_url, story)
        vocabulary = _vocabulary(arrival.title)
        for word in vocabulary:
            self._by_word[word].append(len(self._pinned))
        self._pinned.append((story, arrival, vocabulary))

    def find(self, arrival: Arrival) -> int | None:
        if arrival.canonical_url in self._by_url:
            return self._by_url[arrival.canonical_url]
        vocabulary = _vocabulary(arrival.title)
        if len(vocabulary) < _FEWEST_WORDS:
            return None
        # Headlines alike enough share at least one of any (1 - NEAR) · n + 1 of their words: the rarest.
        rarest = sorted(vocabulary, key=lambda word: (len(self._by_word.get(word, ())), word))
        enough = int(len(vocabulary) * (1 - NEAR)) + 1
        candidates = {place for word in rarest[:enough] for place in self._by_word.get(word, ())}
        best: tuple[float, int] | None = None
        for place in candidates:
            _, twin, other = self._pinned[place]
            if (
                twin.feed_id == arrival.feed_id
                or abs(twin.published_at - arrival.published_at) > WINDOW
                or _numbers(other) != _numbers(vocabulary)
            ):
                continue
            likeness = len(vocabulary & other) / len(vocabulary | other)
            if likeness >= NEAR and (best is None or (likeness, -place) > best):
                best = (likeness, -place)
        return None if best is None else self._pinned[-best[1]][0]


def _vocabulary(title: str) -> frozenset[str]:
    return frozenset(tokens(title)) - {BREAK, GAP}


def _numbers(vocabulary: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in vocabulary if word[0].isdigit())


def lead(story: Story) -> Article:
    """The article that speaks for a story: the one that says most, the earliest of equals."""
    return min(
        story.articles,
        key=lambda article: (-len(article.summary), article.published_at, article.id),
    )


def outlets(story: Story) -> tuple[str, ...]:
    """Who reported a story, the lead's outlet first, then in the order in which they did."""
    ordered = [lead(story), *sorted(story.articles, key=lambda article: article.published_at)]
    return tuple(dict.fromkeys(article.outlet for article in ordered))
