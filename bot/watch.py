"""What is told about this process to whoever watches it: is it ready, what are its numbers, does its loop lag."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.metrics import Metrics
from bot.pulse import Pulse
from storage.database import Database
from storage.figures import gauges

log = structlog.get_logger()

DATABASE_SECONDS = 2.0
"""What the database may take to answer a watcher."""

COUNT_SECONDS = 60.0
"""Between two counts of what is in the database."""

COUNTING_SECONDS = 5.0
"""What one may take: Prometheus waits for ten seconds."""

LAG_SECONDS = 0.5
"""Between two looks at how late the event loop is."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process does its work."""

    reasons: tuple[str, ...]
    """Why it does not, a line each; empty if it does."""
    standby: tuple[str, ...]
    """The work that it would do if another process let go of it."""

    @property
    def ready(self) -> bool:
        """True if it works, or waits as it should."""
        return not self.reasons


class Watch:
    """Answers the questions of watchers."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        pulse: Pulse,
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
    ) -> None:
        """`seconds` is the clock that `pulse` is noted by, and only goes forward."""
        self._database = database
        self._metrics = metrics
        self._pulse = pulse
        self._clock = clock
        self._seconds = seconds
        self._floods: Callable[[], int] | None = None
        self._counted_at: float | None = None
        self._counting = asyncio.Lock()

    def ask_for_floods(self, floods: Callable[[], int]) -> None:
        """From now on `floods` tells how often Telegram said since the start that it was too much at once."""
        self._floods = floods

    async def readiness(self) -> Readiness:
        """Whether the database answers, and the loops of this process move."""
        reasons = []
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self._database.ping()
        except TimeoutError:
            reasons.append(f"database: no answer within {DATABASE_SECONDS:.0f} s")
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is the same; texts may hold addresses
            reasons.append(f"database: {type(error).__name__}")
        for loop, seconds in self._pulse.stuck(self._seconds()).items():
            since = "has not begun" if seconds is None else f"has not moved for {seconds:.0f} s"
            reasons.append(f"{loop.value}: {since}")
        return Readiness(tuple(reasons), tuple(loop.value for loop in self._pulse.standby()))

    async def numbers(self) -> bytes:
        """All metrics; what is in the database was counted a minute ago at most, if it answers."""
        await self._count()
        if self._floods is not None:
            self._metrics.flooded(self._floods())
        return self._metrics.text()

    async def _count(self) -> None:
        async with self._counting:
            now = self._seconds()
            if self._counted_at is not None and now - self._counted_at < COUNT_SECONDS:
                return
            # Also if it fails: a database in trouble must not be asked by every scrape.
            self._counted_at = now
            at = self._clock()
            try:
                async with asyncio.timeout(COUNTING_SECONDS), self._database.read() as tx:
                    counted = await gauges(tx, at)
            except Exception as error:  # noqa: BLE001 - the other numbers are wanted now more than ever
                log.warning("nothing was counted for metrics", error=type(error).__name__)
                return
            self._metrics.show(counted, at.timestamp())

    async def measure_lag(self) -> None:
        """Look, until cancelled, how much later than asked for the event loop goes on."""
        while True:
            asked = self._seconds()
            await asyncio.sleep(LAG_SECONDS)
            self._metrics.lagged(self._seconds() - asked - LAG_SECONDS)
