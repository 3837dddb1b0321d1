"""What a chat's thumbs say of outlets and names: a small preference that can be explained, and fades.

votes ─▶ halved every two months, shared out among a story's outlets and the names in its headline ─▶ log odds
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import log

from news.places import Kind, mentions
from news.related import names_in
from news.stories import lead
from news.text import BREAK, GAP, read, tokens
from storage.records import FeedId, Story, StoryId, Vote

HALF_LIFE = timedelta(days=60)
"""After this a thumb counts half."""

_PRIOR = 10.0
"""Thumbs up and as many down that everything is taken to have before the first one."""

_REASONS = 3
"""Outlets and names that explain a story's place well enough."""

_LEAST = 0.01
"""A leaning that is too small to be spoken of."""

# What a place is called, by whatever name; its towns and parts stay names of their own.
_NAMES_OF_PLACES = (Kind.NAME, Kind.DEMONYM, Kind.ABBREVIATION, Kind.CAPITAL)


class What(StrEnum):
    """What a leaning is towards."""

    OUTLET = "outlet"
    NAME = "name"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a chat feels about one outlet or name."""

    what: What
    name: str
    """The outlet's title, the name as a headline wrote it, or the code of a place, see `news.places.name_of`."""
    value: float
    """Log odds: above 0 if the chat likes it, below if not."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What a chat was found to like, from its thumbs."""

    outlets: Mapping[FeedId, float] = field(default_factory=dict)
    """Feed → log odds of a thumb up."""
    names: Mapping[str, float] = field(default_factory=dict)
    """Name in normal form, or code of a place → likewise."""
    written: Mapping[FeedId | str, str] = field(default_factory=dict)
    """What these are called: the feed's title, or the name as a headline wrote it."""

    def of(self, story: Story) -> float:
        """How much the chat is likely to like a story, -1 … 1; 0 if nothing is known of it."""
        if not self.outlets:
            return 0.0
        outlets = {article.feed_id for article in story.articles}
        known = sum([self.outlets.get(id, 0.0) for id in outlets])
        names = sum([self.names.get(name, 0.0) for name in _names_of(story)])
        return max(-1.0, min(1.0, known / len(outlets) + names))

    def because(self, story: Story) -> tuple[Leaning, ...]:
        """The outlets and names that speak for or against a story, at most three, the strongest first."""
        if not self.outlets:
            return ()
        outlets = {article.feed_id for article in story.articles}
        return self._leanings(outlets, _names_of(story))[:_REASONS]

    def leanings(self) -> tuple[Leaning, ...]:
        """Everything that was learnt, the strongest first."""
        return self._leanings(self.outlets, self.names)

    def _leanings(self, outlets: Iterable[FeedId], names: Iterable[str]) -> tuple[Leaning, ...]:
        found = [
            Leaning(What.OUTLET, self.written.get(id, ""), self.outlets.get(id, 0.0))
            for id in outlets
        ]
        found += [
            Leaning(
                What.PLACE if _is_code(name) else What.NAME,
                name if _is_code(name) else self.written.get(name, name),
                self.names.get(name, 0.0),
            )
            for name in names
        ]
        told = [one for one in found if abs(one.value) >= _LEAST]
        return tuple(sorted(told, key=lambda one: (-abs(one.value), one.what, one.name)))


def learn(votes: Sequence[Vote], stories: Mapping[StoryId, Story], now: datetime) -> Taste:
    """What votes, newest first, say of the outlets and names of their stories; those without story are passed over.

    One thumb is shared out evenly among the outlets of its story, and among the names in its headline.
    """
    up: defaultdict[FeedId | str, float] = defaultdict(float)
    down: defaultdict[FeedId | str, float] = defaultdict(float)
    written: dict[FeedId | str, str] = {}
    outlets: set[FeedId] = set()
    names: set[str] = set()
    for vote in votes:
        story = stories.get(vote.story_id)
        if story is None:
            continue
        weight = 0.5 ** (max(now - vote.at, timedelta(0)) / HALF_LIFE)
        thumbs = up if vote.value > 0 else down
        reporters = {article.feed_id: article.outlet for article in story.articles}
        named = _names_of(story)
        outlets.update(reporters)
        names.update(named)
        for told in (reporters, named):
            for key, form in told.items():
                written.setdefault(key, form)
                thumbs[key] += weight / len(told)

    def odds(key: FeedId | str) -> float:
        return log((up[key] + _PRIOR) / (down[key] + _PRIOR))

    return Taste({id: odds(id) for id in outlets}, {name: odds(name) for name in names}, written)


def _names_of(story: Story) -> Mapping[str, str]:
    article = lead(story)
    return _names(article.title, article.language)


@lru_cache(maxsize=5_000)
def _names(headline: str, language: str) -> Mapping[str, str]:
    """The names in a headline, in normal form, with how it writes them; places by their codes."""
    text = read(headline, "", language)
    found = mentions(text)
    named = {
        text.words[mention.start : mention.end]
        for mention in found
        if mention.kind in _NAMES_OF_PLACES
    }
    keys = {mention.place: mention.place for mention in found}
    for name in sorted(names_in(headline, "", language)):
        words = tuple(word for word in tokens(name) if word not in (BREAK, GAP))
        if words and words not in named:
            keys.setdefault(" ".join(words), name)
    return keys


def _is_code(name: str) -> bool:
    # What is in normal form has no capitals.
    return name.isascii() and name.isupper()
