"""What a clock on the wall shows: times of day as people type them, and the moments at which it shows one."""

import re
from bisect import bisect_left
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from news.text import normalise, squeeze

_MINUTE = timedelta(minutes=1)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*(am|pm|a\.m\.|p\.m\.)?(?: ?o'?clock)?")
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_SPAN = re.compile(r"\s*(?:[-\u2010-\u2015−~〜]+|\b(?:to|through|thru|till|until)\b)\s*")


def plain(typed: str) -> str:
    """What was typed, in one line and lower case, with a bare hyphen for whatever means "from … to …"."""
    return _SPAN.sub("-", normalise(squeeze(typed)))


def time_of_day(typed: str) -> time | None:
    """The time that is meant by "9", "09:00", "9.30 pm" or "noon", given in lower case; None if none is."""
    if typed in _NAMED:
        return _NAMED[typed]
    if (match := _TIME.fullmatch(typed)) is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ZoneInfoNotFoundError.

    zoneinfo itself keeps eight zones at hand and reads the file of any other again.
    """
    return ZoneInfo(name)


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows at a moment: a date and time without zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def first_moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the clock shows `wall` or has jumped over it.

    `wall` is a whole minute without zone. Where the clock is set forward over it, that is the moment of the
    jump, be it over a whole day. Where it is set back and shows `wall` twice, it is the earlier one.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if shown(moment, zone) == wall:
        return moment
    # In a gap. Read with the offset from after it, `wall` lies before the jump, and else behind it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    minutes = bisect_left(
        range((moment - before) // _MINUTE), wall, key=lambda n: shown(before + n * _MINUTE, zone)
    )
    return before + minutes * _MINUTE


def moments_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """All moments at which the clock shows `wall`, earlier first: two where it is set back, else `first_moment`."""
    earlier = first_moment(wall, zone)
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return (earlier, later) if later > earlier else (earlier,)
