"""Bells: what one part did rings where another part would otherwise find it at its next tick.

A bell that nobody heard costs that wait and nothing else: what is due stands in the tables.
"""

from collections.abc import Callable
from enum import StrEnum


class Bell(StrEnum):
    """What there may be to do."""

    OUTBOX = "outbox"
    """A message waits to be sent."""
    DIGESTS = "digests"
    """A digest is due at once."""
    FEEDS = "feeds"
    """A feed is due at once."""


class Bells:
    """Who listens in this process."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Bell], None]] = []

    def listen(self, listener: Callable[[Bell], None]) -> None:
        """Call this at every ring from now on; it must not wait for anything."""
        self._listeners.append(listener)

    def ring(self, bell: Bell) -> None:
        """Tell everybody who listens."""
        for listener in self._listeners:
            listener(bell)
