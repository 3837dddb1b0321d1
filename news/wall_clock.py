"""What a clock on the wall shows: times of day as people type them, and the moments at which it shows one."""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from news.text import normalise, squeeze

_MINUTE = timedelta(minutes=1)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*(am|pm|a\.m\.|p\.m\.)?(?: ?o'?clock)?")
_HALF_FIRST = re.compile(r"(?<!\d)(?<!\d )\b([ap]m) ?(\d{1,2}(?:[:.]\d\d)?)(?![\d:.])")
"""Half of the day before the hour, as several languages say it: "pm 10:00"."""
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_SPAN = re.compile(r"\s*(?:[-\u2010-\u2015−~〜]+|\b(?:to|through|thru|till|until)\b)\s*")

_PARTS = {
    "dawn": time(5),
    "morning": time(8),
    "afternoon": time(15),
    "evening": time(18),
    "night": time(21),
}
"""When parts of a day are meant to be, if nothing else is said."""

_ANY_PART = "|".join(_PARTS)
_PART = rf"(?:in the |at |the )?(?P<part>{_ANY_PART})s?\b"
_CLOCK = r"(?<![\d:.])(?<!monthly )(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?P<half> ?[ap]\.?m\b\.?)?(?: ?o'?clock)?(?![\d:.])"
_EVERY_PART = re.compile(rf"\b(?:every|each) (?=(?:{_ANY_PART})s?\b)")
_CLOCK_AND_PART = re.compile(rf"{_CLOCK} (?P<daily>daily )?{_PART}")
_PART_AND_CLOCK = re.compile(rf"{_PART} (?:at )?{_CLOCK}")
_PART_ALONE = re.compile(rf"\b{_PART}")


_FOUR_DIGITS = re.compile(r"(?<![\d:./])([01]\d|2[0-3])([0-5]\d)(?![\d:./])")
"""A time without a colon: "0830"."""


def plain(typed: str) -> str:
    """What was typed, in one line and lower case, with a bare hyphen for whatever means "from … to …".

    Parts of a day are times of it: "18:00" for "evening", "21:30" for "9:30 in the evening".
    """
    text = _FOUR_DIGITS.sub(r"\1:\2", normalise(squeeze(typed)))
    text = _SPAN.sub("-", text)
    if not text.isascii() or not any(part in text for part in (*_PARTS, "am", "pm")):
        return text
    text = _EVERY_PART.sub("daily ", _HALF_FIRST.sub(r"\2\1", text))
    for pattern in (_CLOCK_AND_PART, _PART_AND_CLOCK):
        text = pattern.sub(_in_part, text)
    return _PART_ALONE.sub(lambda found: f"{_PARTS[found['part']]:%H:%M}", text)


def _in_part(found: re.Match[str]) -> str:
    """A time of day that is given with the part of the day that it is in."""
    behind = " daily" if found.groupdict().get("daily") else ""
    hour, minute = int(found["hour"]), found["minute"] or "00"
    if found["half"]:
        return f"{hour}:{minute}{found['half'].strip()}{behind}"
    if hour == 12:
        hour = 12 if found["part"] == "afternoon" else 0
    elif (
        found["part"] not in ("morning", "dawn")
        and 0 < hour < 12
        and not (
            # One in the night comes after midnight.
            found["part"] == "night" and hour < 6
        )
    ):
        hour += 12
    return f"{hour:02}:{minute}{behind}"


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


def beginning(day: date, zone: str) -> datetime:
    """When a day begins in a zone (IANA name), in UTC; where clocks skip midnight, when they do."""
    return first_moment(datetime.combine(day, time()), zone_of(zone))


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
