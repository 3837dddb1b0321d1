"""Fair use: how much one person, and one chat, may ask for before the others would feel it.

Each has a bucket that fills up steadily. Who empties it is told so once, and then nothing until it has filled up.
What is remembered is bounded: whoever was quiet for longest is forgotten first, and has a full bucket again.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cachetools import LRUCache

PRESS = 1 / 3
"""What the press of a button takes, compared with a command: a menu is worked through with three taps a second."""

_REMEMBERED = 20_000
"""Buckets of one kind, some 300 bytes each."""


class Turn(Enum):
    """What becomes of somebody who asks."""

    GRANTED = "granted"
    WARNED = "warned"
    """Too much, for the first time: worth a word."""
    IGNORED = "ignored"
    """Too much, as was said already."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    warned: bool = False


class Buckets:
    """A bucket for each of many, all alike."""

    def __init__(self, burst: int, a_second: float) -> None:
        self._burst = burst
        self._a_second = a_second
        self._buckets: LRUCache[Hashable, _Bucket] = LRUCache(_REMEMBERED)

    def take(self, whose: Hashable, now: datetime, count: float = 1) -> Turn:
        """Take something out of somebody's bucket.

        One that is not empty gives more than it holds, and has to fill up from as far below as it is deep, at most.
        """
        bucket = self._buckets.get(whose)
        if bucket is None:
            bucket = self._buckets[whose] = _Bucket(self._burst, now)
        # A clock that is set back fills nothing.
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(float(self._burst), bucket.left + passed * self._a_second)
        bucket.at = now
        if bucket.left >= self._burst - 1:
            bucket.warned = False
        if bucket.left >= min(1, count):
            bucket.left = max(bucket.left - count, -float(self._burst))
            return Turn.GRANTED
        if bucket.warned:
            return Turn.IGNORED
        bucket.warned = True
        return Turn.WARNED


class FairUse:
    """The shares of everybody in one process."""

    def __init__(self) -> None:
        self._people = Buckets(burst=10, a_second=1)
        # Telegram takes 20 messages a minute for a group; a crowd in there may turn some pages besides.
        self._groups = Buckets(burst=20, a_second=1)
        # An inline query comes with every letter that somebody types.
        self._typing = Buckets(burst=30, a_second=5)
        self._new_feeds = Buckets(burst=30, a_second=30 / 3600)

    def turn(self, person: int, chat_id: int, now: datetime, count: float = 1) -> Turn:
        """Whether somebody may ask for something in a chat now; whoever is ignored takes nothing from the chat.

        `count` is what it takes, compared with a command.
        """
        turn = self._people.take(person, now, count)
        if turn is Turn.IGNORED or chat_id == person:
            return turn
        of_group = self._groups.take(chat_id, now, count)
        # A crowd that floods a group is not warned one by one.
        return turn if of_group is Turn.GRANTED else of_group

    def may_type(self, person: int, now: datetime) -> bool:
        """Whether somebody's inline query is answered."""
        return self._typing.take(person, now) is Turn.GRANTED

    def may_add_feeds(self, chat_id: int, now: datetime, count: int = 1) -> bool:
        """Whether a chat may have so many more feeds visited that nobody else follows; if so, they count.

        A list of them comes in one piece: where one of them may come, all may, and the next one waits for an hour at most.
        """
        return self._new_feeds.take(chat_id, now, count) is Turn.GRANTED
