"""How alike an article and a story are, or two stories, and whether that is enough to be one."""

import math
from collections.abc import Collection, Iterable, Mapping, Sized
from datetime import timedelta

from news.stories import WINDOW
from news.story_shelf import Seen, Told
from news.story_vectors import Rarity, Sum, cosine, own_share

_FEWEST_WORDS = 4
"""Shorter headlines ("Weather", "In brief") are equal by chance."""

_SAID_IN_TITLE = 0.2
"""What likeness of headlines counts where there are bodies to compare, too."""

_BY_TITLE = (0.10, 0.20, 0.22)
"""Likeness that is enough: of an article to a very large story; more, to a single article; of two stories.

Of a story of n articles, the second is divided by √n: the sum of many is like each of them for what they have
in common, a single article may be like another for a word or two.
"""

_BY_TEXT = (0.16, 0.10, 0.30)
"""The same where there are bodies to compare."""

_SHORT = 0.53
"""More likeness that nothing but a word to compare would need, …"""

_LONG = 36
"""… and the number of words from which on none is needed: in a line or two, a name makes half of the likeness."""

_DECAY = 0.1
"""Likeness that is lost for each day between an article and the latest one of a story."""

_REPEATED = 0.6
"""Likeness of headlines that are the same but for a word: then other numbers are other news."""

_THEIRS = 0.5
"""Share of a likeness that has to come from words which are in few other articles."""

_NAMES_DIFFER = 0.1
"""More likeness that two headlines need which both have names, and none in common."""

_RETOLD = 0.4
"""Likeness below the headlines that tells an outlet's second article on something from another one in the same column."""

_NAMED, _NAMES_AGREE = 3, 0.5
"""Names and numbers that articles in two languages have in common, and their share, to tell one story."""

_SOON = timedelta(hours=24)
"""Time between articles in two languages that tell one story."""


def above(seen: Seen, told: Told) -> float:
    """By how much an article is more like a story than it has to be; not above 0 if it tells another one."""
    if abs(seen.published - told.last) > WINDOW.total_seconds():
        return 0.0
    counted = seen.counted
    if counted.language not in told.languages:
        return _abroad(seen, told)
    title = cosine(told.title.dot(seen.title), 1.0, told.title.square)
    lone = told.feeds == (seen.feed_id,)
    if title >= _REPEATED and _other_figures(seen.title, told.title.ids):
        return 0.0
    if told.body is None or not seen.body:
        if lone or counted.words < _FEWEST_WORDS:
            return 0.0
        likeness, (least, more, _) = title, _BY_TITLE
        if told.size == 1 and _other_names(counted.names, told.names):
            least += _NAMES_DIFFER
    else:
        body = cosine(told.body.dot(seen.body), 1.0, told.body.square)
        if lone and title >= _REPEATED and _below(seen.body, told.body, seen.title) < _RETOLD:
            return 0.0
        likeness = _SAID_IN_TITLE * title + (1 - _SAID_IN_TITLE) * body
        least, more, _ = _BY_TEXT
        more += _shortness(seen.body, told.body.ids)
    days = abs(seen.published - told.last) / 86_400
    return likeness * (1 - _DECAY * days) - least - more / math.sqrt(told.size)


def _shortness(these: Sized, those: Sized) -> float:
    """What more likeness has to be if there are few words to compare: names make a large part of them."""
    return _SHORT * max(0.0, 1 - min(len(these), len(those)) / _LONG)


def _below(these: Mapping[int, float], those: Sum, title: Collection[int]) -> float:
    """How alike two bodies are apart from the headline that they have in common."""
    mine = {id: weight for id, weight in these.items() if id not in title}
    others = {id: weight for id, weight in those.by_word().items() if id not in title}
    squares = [sum(weight * weight for weight in words.values()) for words in (mine, others)]
    product = sum(weight * others.get(id, 0.0) for id, weight in mine.items())
    return cosine(product, *squares)


def _other_names(these: Iterable[int], those: Iterable[int]) -> bool:
    """Whether both have names, and none in common."""
    mine, others = {id for id in these if not id & 1}, {id for id in those if not id & 1}
    return bool(mine) and bool(others) and mine.isdisjoint(others)


def are_theirs(one: Told, other: Told, rarity: Rarity) -> bool:
    """Whether what two stories have in common is theirs, and not common to all reports of a kind."""
    if one.body is not None and other.body is not None:
        return own_share(one.body, other.body, rarity) >= _THEIRS
    return own_share(one.title, other.title, rarity) >= _THEIRS


def _other_figures(these: Iterable[int], those: Iterable[int]) -> bool:
    """Whether both have numbers, and none in common."""
    mine, others = {id for id in these if id & 1}, {id for id in those if id & 1}
    return bool(mine) and bool(others) and mine.isdisjoint(others)


def _abroad(seen: Seen, told: Told) -> float:
    """The same for an article in a language in which the story was not told: by names and numbers."""
    mine, others = seen.counted.names, frozenset(told.names)
    shared = mine & others
    enough = max(_NAMED, _NAMES_AGREE * min(len(mine), len(others)))
    soon = abs(seen.published - told.last) <= _SOON.total_seconds()
    # Numbers alone agree by chance.
    if soon and len(shared) >= enough and sum(not id & 1 for id in shared) >= _NAMED - 1:
        return 0.001 * len(shared)
    return 0.0


def above_as_one(told: Told, other: Told) -> float:
    """By how much two stories are more alike than two have to be that are one; not above 0 if they are two."""
    if abs(told.last - other.last) > WINDOW.total_seconds():
        return 0.0
    title = told.title.by_word()
    likeness = cosine(other.title.dot(title), told.title.square, other.title.square)
    lone = len(told.feeds) == 1 and told.feeds == other.feeds
    least, more, alike = _BY_TITLE
    if told.body is not None and other.body is not None:
        body = told.body.by_word()
        if lone and likeness >= _REPEATED and _below(body, other.body, title) < _RETOLD:
            return 0.0
        below = cosine(other.body.dot(body), told.body.square, other.body.square)
        likeness = _SAID_IN_TITLE * likeness + (1 - _SAID_IN_TITLE) * below
        least, more, alike = _BY_TEXT
        more += _shortness(told.body.ids, other.body.ids)
    elif lone:
        return 0.0
    return likeness - max(alike, least + more / math.sqrt(min(told.size, other.size)))
