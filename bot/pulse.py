"""Whether the loops of this process go round: noted by them, asked by `/readyz`.

Times are seconds of a clock that only goes forward: a clock that is set must not look like a stand-still.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class Loop(StrEnum):
    """What goes round in a process for as long as it lives."""

    POLL = "poll"
    """Visits to feeds."""
    DELIVER = "deliver"
    """Outbox → Telegram."""
    UPDATES = "updates"
    """What people say → answers."""


PATIENCE = {Loop.POLL: 60.0, Loop.DELIVER: 60.0, Loop.UPDATES: 120.0}
"""Seconds without a move after which a loop is taken for stuck; each is many times what a round takes."""


@dataclass(slots=True)
class Pulse:
    """When each loop of this process moved last."""

    loops: Collection[Loop]
    """Those that this process has."""
    _moved: dict[Loop, float] = field(default_factory=dict)
    _waits: set[Loop] = field(default_factory=set)

    def moved(self, loop: Loop, at: float) -> None:
        """A round went well, or a step of a long one."""
        self._waits.discard(loop)
        self._moved[loop] = at

    def waits(self, loop: Loop, at: float) -> None:
        """Another process does this work; this one asked whether it is its turn."""
        self._waits.add(loop)
        self._moved[loop] = at

    def stuck(self, at: float) -> dict[Loop, float | None]:
        """The loops that don't move, with the seconds since they last did; None if they never did."""
        found: dict[Loop, float | None] = {}
        for loop in self.loops:
            moved = self._moved.get(loop)
            if moved is None:
                found[loop] = None
            elif at - moved > PATIENCE[loop]:
                found[loop] = at - moved
        return found

    def standby(self) -> tuple[Loop, ...]:
        """The loops that wait for another process to let go of their work."""
        return tuple(loop for loop in self.loops if loop in self._waits)
