"""Articles of one event → story: what one process remembers of the latest stories, to find the one to join.

article ─▶ stories that share its rarest words ─▶ likeness to the sum of each story ─▶ joins or begins
story that grew ─▶ stories that share its heaviest words ─▶ likeness of the sums ─▶ two that are one
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from news.addresses import is_front_page
from news.story_likeness import above, above_as_one, are_theirs
from news.story_shelf import CAPACITY, Seen, Shelf, Told, begun, tell
from news.story_vectors import Counted, Rarity, count
from storage.records import ArticleId, FeedId, Headline, StoryId

HORIZON = timedelta(days=10)
"""Articles older than this when they arrive are joined by their page alone."""

_MUCH_LARGER = 4
"""How many times as many articles a story has that takes an older one in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What decides which story a new article joins."""

    feed_id: FeedId
    canonical_url: str
    words: str
    """As `news.story_vectors.story_words` gives them."""
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Assigned:
    """Which stories some new articles tell."""

    stories: tuple[StoryId | int, ...]
    """A StoryId is positive. 0, -1, -2 … stand for new stories, the same number for the same new one."""
    joins: tuple[tuple[StoryId, StoryId], ...] = ()
    """Known stories that turned out to be one: the one that is gone by it, and the one that stays."""


_NONE: Mapping[int, int] = {}


class Board:
    """The latest stories pinned up, to find which of them a new article tells."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.newest = ArticleId(0)
        """The newest article that it knows of."""
        self.newest_join = 0
        """The last of `storage.articles.joins_after` that it knows of."""
        self._shelf = Shelf(capacity=capacity)
        self._rarity = Rarity(capacity)
        # What was assigned last is most likely what is learnt next.
        self._ready: dict[tuple[str, FeedId, datetime], Seen] = {}

    def learn(
        self, headlines: Iterable[Headline], joins: Iterable[tuple[StoryId, StoryId]] = ()
    ) -> None:
        """Pin up articles that are kept, in the order of their ids, and join stories: the one that is gone, its heir.

        Articles are found again by their `words` alone.
        """
        for gone, into in joins:
            if self._shelf.get(gone) is not None:
                self._shelf.join(gone, into)
        for headline in headlines:
            self.newest = max(self.newest, headline.id)
            seen = self._ready.pop((headline.words, headline.feed_id, headline.published_at), None)
            if seen is None:
                seen = self._seen(count(headline.words), headline.feed_id, headline.published_at)
            self._rarity.note(seen.counted)
            tell(self._shelf, self._shelf.resolve(headline.story_id), seen)

    def _seen(
        self,
        counted: Counted,
        feed_id: FeedId,
        published_at: datetime,
        others: Mapping[int, int] = _NONE,
        beside: int = 0,
    ) -> Seen:
        title, body = self._rarity.of(counted, others, beside)
        return Seen(counted, title, body, feed_id, published_at.timestamp())

    def assign(
        self,
        arrivals: Sequence[Arrival],
        pages: Iterable[tuple[str, StoryId, FeedId]],
        now: datetime,
    ) -> Assigned:
        """The story of each new article, in their order, and which known ones are one; the board stays as it is.

        A story is found by an article's page in `pages` (canonical address, story, feed) or by its words here.
        Articles that one outlet has on one page are told apart: it gives many of its notices one address.
        """
        known: dict[str, list[tuple[int, FeedId]]] = defaultdict(list)
        for url, told, feed_id in pages:
            known[url].append((told, feed_id))
        counted = [count(arrival.words) for arrival in arrivals]
        others = Counter(id for one in counted for id in one.title.keys() | one.body.keys())
        draft = Shelf(self._shelf)
        self._ready.clear()
        joins: list[tuple[StoryId, StoryId]] = []
        stories: list[int] = []
        for arrival, words in zip(arrivals, counted, strict=True):
            seen = None
            if now - arrival.published_at <= HORIZON:
                seen = self._seen(
                    words, arrival.feed_id, arrival.published_at, others, len(arrivals)
                )
                self._ready[arrival.words, arrival.feed_id, arrival.published_at] = seen
            story = _by_page(arrival, known.get(arrival.canonical_url, ()))
            if story is None and seen is not None:
                story = _likest(seen, draft, self._rarity)
            story = -len(stories) if story is None else draft.resolve(story)
            if arrival.canonical_url:
                known[arrival.canonical_url].append((story, arrival.feed_id))
            stories.append(story)
            if seen is not None:
                tell(draft, story, seen)
                joins += _repair(draft, story, self._rarity)
        return Assigned(_numbered([draft.resolve(story) for story in stories]), tuple(joins))


def _by_page(arrival: Arrival, told: Iterable[tuple[int, FeedId]]) -> int | None:
    if is_front_page(arrival.canonical_url):
        return None
    return next((story for story, feed_id in told if feed_id != arrival.feed_id), None)


def _numbered(stories: Sequence[int]) -> tuple[StoryId | int, ...]:
    """The same stories, the new ones counted down from 0 without gaps."""
    numbers: dict[int, int] = {}
    return tuple(
        story if story > 0 else numbers.setdefault(story, -len(numbers)) for story in stories
    )


def _likest(seen: Seen, shelf: Shelf, rarity: Rarity) -> int | None:
    """The story that an article tells; None for one of its own."""
    best, found = 0.0, None
    for id in shelf.candidates(seen.keys()):
        told = shelf.get(id)
        if told is None:
            continue
        over = above(seen, told)
        if over > best and are_theirs(begun(seen), told, rarity):
            best, found = over, id
    return found


def _repair(shelf: Shelf, id: int, rarity: Rarity) -> list[tuple[StoryId, StoryId]]:
    """Join a story that grew with those that it turns out to be one with; the known ones: what is gone, its heir."""
    joins: list[tuple[StoryId, StoryId]] = []
    told = shelf.get(id)
    while told is not None and told.size > 1:
        twin = _twin(id, told, shelf, rarity)
        if twin is None:
            break
        other = shelf.get(twin)
        assert other is not None  # noqa: S101 - it was just compared
        gone, into = _heir(id, told, twin, other)
        shelf.join(gone, into)
        if gone > 0:
            joins.append((StoryId(gone), StoryId(into)))
        id, told = into, shelf.get(into)
    return joins


def _heir(id: int, told: Told, twin: int, other: Told) -> tuple[int, int]:
    """Which of two stories is gone, and which stays: the older one, unless the other is much larger."""
    if min(id, twin) <= 0:
        # One that is known stays; of two new ones, the one that came first.
        return (id, twin) if id < twin else (twin, id)
    (old, old_size), (young, young_size) = sorted(((id, told.size), (twin, other.size)))
    return (old, young) if young_size >= _MUCH_LARGER * old_size else (young, old)


def _twin(id: int, told: Told, shelf: Shelf, rarity: Rarity) -> int | None:
    """The story that turns out to be one with another, if there is any."""
    best, found = 0.0, None
    for one in shelf.candidates(told.keys()):
        other = shelf.get(one)
        if other is None or one == id:
            continue
        over = above_as_one(told, other)
        if over > best and are_theirs(told, other, rarity):
            best, found = over, one
    return found
