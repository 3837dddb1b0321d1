"""Articles of one event → story: by the same page, or by nearly the same headline elsewhere."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from news.addresses import is_front_page
from news.text import BREAK, GAP, words
from storage.records import Article, ArticleId, FeedId, Headline, Story, StoryId

WINDOW = timedelta(days=4)
"""Headlines further apart than this tell different stories, however alike."""

NEAR = 0.7
"""Share of all their words that two headlines have in common when they tell the same story."""

_FEWEST_WORDS = 4
"""Shorter headlines ("Weather", "In brief") are equal by chance."""


HORIZON = timedelta(days=10)
"""Articles older than this when they arrive are joined by their page alone."""

_LOOKS = 100
"""Headlines with a word that are compared, the latest first; a column of one name may have thousands."""

CAPACITY = 60_000
"""Headlines that a board remembers; about 300 bytes each."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What decides which story a new article joins."""

    feed_id: FeedId
    canonical_url: str
    words: str
    """Of its headline, as `news.text.words` gives them."""
    published_at: datetime


@dataclass(frozen=True, slots=True)
class _Pinned:
    """A headline on the board, small since there are many."""

    story: int
    feed_id: FeedId
    published: float
    vocabulary: "array[int]"


class _Sheet:
    """Headlines, found again by their words."""

    def __init__(self) -> None:
        self.pinned: list[_Pinned] = []
        self._by_word: dict[int, array[int]] = {}

    def put(self, pinned: _Pinned) -> None:
        place = len(self.pinned)
        for word in pinned.vocabulary:
            places = self._by_word.get(word)
            if places is None:
                self._by_word[word] = array("I", (place,))
            else:
                places.append(place)
        self.pinned.append(pinned)

    def with_word(self, word: int) -> "array[int] | tuple[()]":
        return self._by_word.get(word, ())


class Board:
    """The latest headlines pinned up, to find which of them a new article repeats."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.newest = ArticleId(0)
        """The newest article that it knows of."""
        self._capacity = capacity
        # The older sheet is thrown away as a whole: nothing has to be taken down one by one.
        self._sheets = [_Sheet(), _Sheet()]

    def learn(self, headlines: Iterable[Headline]) -> None:
        """Pin up articles that are kept, in the order of their ids."""
        for headline in headlines:
            self.newest = max(self.newest, headline.id)
            self._put(
                _Pinned(
                    headline.story_id,
                    headline.feed_id,
                    headline.published_at.timestamp(),
                    _vocabulary(headline.words or words([headline.title])),
                )
            )

    def _put(self, pinned: _Pinned) -> None:
        if len(self._sheets[-1].pinned) >= self._capacity // 2:
            self._sheets = [self._sheets[-1], _Sheet()]
        self._sheets[-1].put(pinned)

    def assign(
        self,
        arrivals: Sequence[Arrival],
        pages: Iterable[tuple[str, StoryId, FeedId]],
        now: datetime,
    ) -> tuple[StoryId | int, ...]:
        """The story of each new article, in their order; the board stays as it is.

        A StoryId is positive: a known story that it joins, found by its page in `pages` (canonical
        address, story, feed) or by its headline here. 0, -1, -2 … stand for new stories, the same
        number for articles that tell the same new one. Articles of one outlet are told apart: it gives
        many of its columns one name, and many of its notices one address.
        """
        known: dict[str, list[tuple[int, FeedId]]] = defaultdict(list)
        for url, told, feed_id in pages:
            known[url].append((told, feed_id))
        sheet = _Sheet()
        stories: list[StoryId | int] = []
        begun = 0
        for arrival in arrivals:
            recent = now - arrival.published_at <= HORIZON
            pinned = _Pinned(
                0,
                arrival.feed_id,
                arrival.published_at.timestamp(),
                _vocabulary(arrival.words) if recent else array("q"),
            )
            story = next(
                (
                    told
                    for told, feed_id in known.get(arrival.canonical_url, ())
                    if feed_id != arrival.feed_id and not is_front_page(arrival.canonical_url)
                ),
                None,
            )
            if story is None and recent:
                story = _likest(pinned, [*self._sheets, sheet])
            if story is None:
                story = -begun
                begun += 1
            if arrival.canonical_url:
                known[arrival.canonical_url].append((story, arrival.feed_id))
            if recent:
                sheet.put(replace(pinned, story=story))
            stories.append(story)
        return tuple(stories)


def _likest(arrival: _Pinned, sheets: Sequence[_Sheet]) -> int | None:
    """The story of the headline that has most words in common with this one, if it is enough."""
    vocabulary = set(arrival.vocabulary)
    if len(vocabulary) < _FEWEST_WORDS:
        return None
    best: tuple[float, float] | None = None
    story = None
    for sheet in sheets:
        # Headlines alike enough share at least one of any (1 - NEAR) · n + 1 of their words: the rarest.
        rarest = sorted(vocabulary, key=lambda word: (len(sheet.with_word(word)), word))
        enough = int(len(vocabulary) * (1 - NEAR)) + 1
        for place in {
            place for word in rarest[:enough] for place in sheet.with_word(word)[-_LOOKS:]
        }:
            twin = sheet.pinned[place]
            if (
                twin.feed_id == arrival.feed_id
                or abs(twin.published - arrival.published) > WINDOW.total_seconds()
            ):
                continue
            common = len(vocabulary.intersection(twin.vocabulary))
            likeness = common / (len(vocabulary) + len(twin.vocabulary) - common)
            # Numbers are stored as odd hashes: other numbers, other news.
            if likeness < NEAR or _numbers(twin.vocabulary) != _numbers(vocabulary):
                continue
            if best is None or (likeness, -twin.published) > best:
                best, story = (likeness, -twin.published), twin.story
    return story


def _vocabulary(headline: str) -> "array[int]":
    """The words of a headline as numbers: odd ones for those that begin with a digit."""
    found = set(headline.split()) - {BREAK, GAP}
    return array("q", sorted((hash(word) & ~1) | word[0].isdigit() for word in found))


def _numbers(vocabulary: Iterable[int]) -> set[int]:
    return {word for word in vocabulary if word & 1}


def lead(story: Story) -> Article:
    """The article that speaks for a story: the one that says most, the earliest of equals."""
    return min(
        story.articles,
        key=lambda article: (
            -len(article.summary),
            -len(article.text),
            article.published_at,
            article.id,
        ),
    )


def outlets(story: Story) -> tuple[str, ...]:
    """Who reported a story, the lead's outlet first, then in the order in which they did."""
    ordered = [lead(story), *sorted(story.articles, key=lambda article: article.published_at)]
    return tuple(dict.fromkeys(article.outlet for article in ordered))
