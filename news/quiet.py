"""Quiet hours: "22:00-07:00" ↔ value, and when they end."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from news.errors import BadQuiet
from news.text import normalise, squeeze
from news.wall_clock import moments_of, plain, shown, time_of_day, zone_of


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours of every local day in which no alert comes, across midnight if the end is the earlier one."""

    start: time
    """The first quiet minute."""
    end: time
    """The first minute that is not quiet any more; never the start."""

    def __str__(self) -> str:
        """The normal form: what `parse` reads, what is kept, what people are shown."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


_OFF = frozenset({"off", "never", "none", "no"})
_NIGHT = frozenset({"on", "night", "nights", "at night", "every night", "daily night", "overnight"})
_USUAL_NIGHT = Quiet(time(22), time(7))
_FROM_TO = re.compile(r"(?:from |between )?(?:(.+?)(?:-| and )(.+)|(\S+) (\S+))")


def parse(typed: str) -> Quiet | None:
    """Understand what a person typed; None if no hours shall be quiet. Raises BadQuiet."""
    if normalise(squeeze(typed)) in _NIGHT:
        return _USUAL_NIGHT
    text = plain(typed)
    if text in _OFF:
        return None
    if (match := _FROM_TO.fullmatch(text)) is None:
        raise BadQuiet
    start, end = _time(match[1] or match[3]), _time(match[2] or match[4])
    if start == end:
        raise BadQuiet
    return Quiet(start, end)


def _time(text: str) -> time:
    at = time(0) if text in ("24", "24:00") else time_of_day(text)
    if at is None:
        raise BadQuiet
    return at


def ends_at(quiet: Quiet, now: datetime, zone: str) -> datetime | None:
    """When the quiet hours end that `now` is in, in UTC; None if it is in none. `zone` is an IANA name.

    What counts is what the clock shows. The end is the next moment at which it shows the end, or has jumped
    over it: later than `now`, and within a day and whatever the clock is set back meanwhile.
    """
    local = zone_of(zone)
    wall = shown(now, local)
    if not _holds(quiet, wall.time()):
        return None
    # A clock that is set back can show an end again that lies before what it shows now, even by date.
    ends = [datetime.combine(wall.date() + timedelta(days=n), quiet.end) for n in (-1, 0, 1)]
    return min(moment for end in ends for moment in moments_of(end, local) if moment > now)


def _holds(quiet: Quiet, at: time) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end
