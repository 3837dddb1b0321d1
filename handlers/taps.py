"""Two fast taps on one button, which Telegram sends as two presses and a person means as one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cachetools import LRUCache

SAME = timedelta(seconds=1)
"""A press of the same button within this time after the last one was dealt with belongs to that one."""

_REMEMBERED = 10_000


class Taps:
    """Remembers what each person pressed last on each message, for as long as this process runs."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._last: LRUCache[tuple[int, int, int], tuple[str, datetime | None]]
        self._last = LRUCache(_REMEMBERED)

    @contextmanager
    def first(self, chat_id: int, message_id: int, user_id: int, data: str) -> Iterator[bool]:
        """Whether a press is the first of two fast taps; inside, what it does is done.

        `message_id` is negative for messages that one person sees alone, which have numbers of their own.
        """
        key = (chat_id, message_id, user_id)
        pressed, done_at = self._last.get(key, ("", None))
        now = self._clock()
        if pressed == data and (done_at is None or now - done_at < SAME):
            yield False
            return
        self._last[key] = (data, None)
        try:
            yield True
        finally:
            # Another button may have been pressed meanwhile, and counts from its own end.
            if self._last.get(key, ("", None))[0] == data:
                self._last[key] = (data, self._clock())
