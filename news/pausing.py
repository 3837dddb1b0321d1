"""When a pause ends: "7", "2 weeks", "until monday" or "until 2026-12-24" → a moment."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from news.schedule import DAYS
from news.text import normalise, squeeze
from news.wall_clock import beginning, first_moment, shown, zone_of

LONGEST = timedelta(days=366)

_ENDLESS = re.compile(
    r"(?:for )?(?:a while|now|the time being|ever)|until (?:i resume|further notice)|indefinitely"
)

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTED = re.compile(
    r"(?:for |the )?(?:next )?(?P<count>\d{1,3}|an?|one|two|three|four|five|six) ?"
    r"(?:(?P<hours>h(?:ours?|rs?)?)|(?P<days>d(?:ays?)?)|(?P<weeks>w(?:ee)?k?s?)|(?P<months>mo(?:nth)?s?)"
    r"|(?P<years>y(?:ea)?rs?|y))"
)
_DAYS_ALONE = re.compile(r"\d{1,3}")
_UNTIL = re.compile(r"(?:until|till|til|to|before) ")
_DAY = re.compile(
    r"(?:(?:on|next|this) )?(?:(mon|fri|sun)(?:day)?|(tue)(?:s|sday)?|(wed)(?:nesday)?|(thu)(?:r|rs|rsday)?"
    r"|(sat)(?:urday)?)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<named>" + "|".join(_MONTHS) + r")[a-z]*\.?"
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?:(?P<year>\d{4}) years? )?(?P<month>\d{1,2}) months? (?P<day>\d{1,2}) days?"),
    re.compile(
        rf"(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?: (?P<year>\d{{4}}))?"
    ),
    re.compile(rf"{_MONTH} (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?(?: (?P<year>\d{{4}}))?"),
)


def parse(typed: str, now: datetime, zone: str) -> datetime | None:
    """When a pause ends that begins now; None for what can't be read, or is no time within LONGEST.

    A number alone counts days. A day or date is meant from its first minute on in `zone`, an IANA name; months end on
    the day of the month that it is today, or on their last one.
    """
    text = normalise(squeeze(typed))
    until = _ends(text, now, zone)
    return until if until is not None and now < until <= now + LONGEST else None


def is_endless(typed: str) -> bool:
    """Whether a pause is meant that somebody will end: "for a while"."""
    return _ENDLESS.fullmatch(normalise(squeeze(typed))) is not None


def says_when(typed: str) -> bool:
    """Whether this can be read as the length of a pause, whenever it began."""
    return (
        is_endless(typed)
        or _ends(normalise(squeeze(typed)), datetime(2000, 1, 1, tzinfo=UTC), "UTC") is not None
    )


def _ends(text: str, now: datetime, zone: str) -> datetime | None:
    if _DAYS_ALONE.fullmatch(text):
        return now + timedelta(days=int(text))
    if (counted := _COUNTED.fullmatch(text)) is not None:
        count = int(_NUMBERS.get(counted["count"], counted["count"]))
        return _after(count, str(counted.lastgroup), now, zone)
    day = _day(_UNTIL.sub("", text, count=1), shown(now, zone_of(zone)).date())
    return None if day is None else beginning(day, zone)


def _after(count: int, unit: str, now: datetime, zone: str) -> datetime:
    if unit in ("hours", "days", "weeks"):
        return now + timedelta(**{unit: count})
    here = zone_of(zone)
    wall = shown(now, here).replace(second=0, microsecond=0)
    months = wall.year * 12 + wall.month - 1 + count * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    day = min(wall.day, monthrange(year, month)[1])
    return first_moment(wall.replace(year=year, month=month, day=day), here)


def _day(text: str, today: date) -> date | None:
    if text == "tomorrow":
        return today + timedelta(days=1)
    if text == "next week":
        return today + timedelta(days=7 - today.weekday())
    if (named := _DAY.fullmatch(text)) is not None:
        wanted = DAYS.index(named[named.lastindex or 0])
        return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    for pattern in _DATES:
        if (found := pattern.fullmatch(text)) is not None:
            return _date(found, today)
    return None


def _date(found: re.Match[str], today: date) -> date | None:
    """The date that is written; without a year, the next one."""
    parts = found.groupdict()
    month = _MONTHS.index(parts["named"]) + 1 if parts.get("named") else int(parts["month"])
    try:
        if parts["year"]:
            return date(int(parts["year"]), month, int(parts["day"]))
        this_year = date(today.year, month, int(parts["day"]))
        return this_year if this_year > today else this_year.replace(year=today.year + 1)
    except ValueError:
        return None
