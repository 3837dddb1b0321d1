"""When the clocks of the world are changed, and what a reader of such a clock sees, minute by minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
EARLIEST, LATEST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ClockChange:
    zone: str
    at: datetime
    """The first minute after it, in UTC."""
    before: timedelta
    """What the zone is ahead of UTC before it."""
    after: timedelta

    def walls(self) -> tuple[datetime, datetime]:
        """What the clock shows when it is touched and when it is let go, the smaller one first."""
        touched = self.at.replace(tzinfo=None)
        return min(touched + self.before, touched + self.after), max(
            touched + self.before, touched + self.after
        )


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _changes(name: str) -> Iterator[ClockChange]:
    zone, start = ZoneInfo(name), EARLIEST
    while start < LATEST:
        early, late = start, start + WEEK
        before, after = _offset(early, zone), _offset(late, zone)
        while before != after and late - early > MINUTE:
            middle = early + (late - early) // MINUTE // 2 * MINUTE
            if _offset(middle, zone) == before:
                early = middle
            else:
                late = middle
        if before != after:
            yield ClockChange(name, late, before, after)
        start += WEEK


@cache
def clock_changes() -> tuple[ClockChange, ...]:
    """All of 2024–2037 in all zones. None of them is taken back within a week."""
    return tuple(change for name in ZONES for change in _changes(name))


@cache
def kinds_of_clock_changes() -> tuple[ClockChange, ...]:
    """One for each way in which clocks are changed: from what to what, and at which time of day."""
    kinds = {
        (change.before, change.after, change.walls()[0].time()): change
        for change in clock_changes()
    }
    return tuple(kinds.values())


def minutes(start: datetime, end: datetime, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Each whole minute later than `start` and up to `end`, in UTC and as the clock shows it."""
    local = ZoneInfo(zone)
    minute = start.replace(second=0, microsecond=0)
    while (minute := minute + MINUTE) <= end:
        yield minute, minute.astimezone(local).replace(tzinfo=None)
