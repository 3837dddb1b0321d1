"""What the parts of a process tell of their work as they do it → its numbers, and whether its loops move."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.metrics import Metrics
from bot.pulse import Loop, Pulse
from bot.roles import Role
from bot.settlement import Result
from bot.verdicts import Outcome
from news.poller import PollResult

REFUSALS = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.SENT)
"""Kinds of what Telegram says instead of taking a message."""


def loops_of(roles: frozenset[Role], *, webhook: bool) -> Mapping[str, Loop]:
    """The ticks by which one sees that the loops of these roles move.

    With a webhook nobody asks for updates: what was kept of them is swept up all the same.
    """
    loops: dict[str, Loop] = {}
    if Role.POLL in roles:
        loops["poll"] = Loop.POLL
    if Role.DELIVER in roles:
        loops["deliver"] = Loop.DELIVER
    if Role.CHAT in roles:
        loops["sweep" if webhook else ASKING] = Loop.UPDATES
    return loops


ASKING = "ask_for_updates"
"""What goes round without ticks: long polling."""


class Observer:
    """Hears of everything, and changes nothing."""

    def __init__(self, loops: Mapping[str, Loop], seconds: Callable[[], float]) -> None:
        """`loops` are the ticks that show that a loop moves; `seconds` is a clock that only goes forward."""
        self.metrics = Metrics(REFUSALS)
        self.pulse = Pulse(tuple(loops.values()))
        self.seconds = seconds
        self._loops = loops

    def visited(self, result: PollResult | Exception) -> None:
        """A visit to a feed is over, or could not be kept."""
        if not isinstance(result, Exception):
            self.metrics.visited(result.seconds, result.new_articles, result.failure)
            self.metrics.matched(result.matched)

    def settled(self, result: Result, at: datetime) -> None:
        """Telegram took a message at that time, or did not, or nobody knows; and that is kept."""
        if result.verdict is None:
            return
        self.moved("deliver")
        outcome = result.verdict.outcome
        if outcome is Outcome.SENT:
            self.metrics.sent()
            if result.message.due_at is not None:
                self.metrics.delivered(at - result.message.due_at)
            return
        self.metrics.refused(outcome.value)
        if outcome is Outcome.DOUBTFUL:
            self.metrics.doubted()

    def dealt_with(self, kind: str, began: float) -> None:
        """An update was dealt with that came in at `began`; `kind` is the name of its content."""
        self.metrics.told(kind)
        self.metrics.answered(self.seconds() - began)

    def ticked(self, name: str, began: float, *, failed: bool = False) -> None:
        """A tick is over that began then."""
        self.metrics.ticked(name, self.seconds() - began, failed=failed)
        if not failed:
            self.moved(name)

    def moved(self, name: str) -> None:
        """A tick went well, or a step of a long one."""
        if name in self._loops:
            self.pulse.moved(self._loops[name], self.seconds())

    def waits(self, name: str) -> None:
        """A tick is another process's at the moment."""
        if name in self._loops:
            self.pulse.waits(self._loops[name], self.seconds())
