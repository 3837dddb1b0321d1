"""The dates of feeds, in the many ways in which they are written."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from dateutil import parser as dateutil_parser
from dateutil.tz import tzoffset

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""An older date is a mistake: there was no web yet."""

_LONGEST = 64

_HOURS = {
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "SAST": 2,
    "IST": 5.5,
    "PKT": 5,
    "NPT": 5.75,
    "ICT": 7,
    "WIB": 7,
    "HKT": 8,
    "SGT": 8,
    "PHT": 8,
    "AWST": 8,
    "KST": 9,
    "JST": 9,
    "ACST": 9.5,
    "ACDT": 10.5,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "NST": -3.5,
    "NDT": -2.5,
    "AST": -4,
    "ADT": -3,
    "BRT": -3,
}
"""Offsets in hours of the names that occur in feeds; where a name is used twice, the usual one there."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_RFC822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? "
    r"(?:([+-])(\d{2}):?(\d{2})|([A-Z]{1,4}))"
)

_ZONES = {name: tzoffset(name, int(hours * 3600)) for name, hours in _HOURS.items()}
_ZONE_NAME = re.compile(r"\b([A-Za-z]{2,5}|Z)\b")
_OFFSET = re.compile(rf"\b(?:{'|'.join(_HOURS)})\s?([+-])(\d{{1,2}}):?(\d{{2}})?(?!\d)")
_PLAIN_OFFSET = re.compile(r"(?:\s|\d:\d{2})([+-])(\d{2}):?(\d{2})?(?=$|\s)")
_BEHIND_OFFSET = re.compile(r"((?:\s|:\d{2})[+-]\d{2}:?\d{2})\s*(?:\[[\w/+-]+\]|\(?[A-Z]{2,5}\)?)$")
_IN_BRACKETS = re.compile(r"\(([A-Z]{2,5})\)$")
_HALF_DAY = re.compile(r"(?i)\d\s*[ap]\.?m\b")
_CJK_DATE = re.compile(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_CJK_TIME = re.compile(r"(\d{1,2})\s*[時时시]\s*(?:(\d{1,2})\s*[分분])?(?:\s*(\d{1,2})\s*[秒초])?")
_HALVES = {"오전": "AM", "午前": "AM", "上午": "AM", "오후": "PM", "午後": "PM", "下午": "PM"}
_HALF = re.compile("(" + "|".join(_HALVES) + r")\s*(\d{1,2}:\d{2}(?::\d{2})?)")
_MIDNIGHT = re.compile(r"(?<![\d:])24:00(:00)?(?!\d)")
_YEAR_BEFORE_1000 = re.compile(r"(?<![\d+-])0\d{3}(?!\d)(?!$)")
_DAY_FIRST = re.compile(r"^\d{1,2}\.\d{1,2}\.\d{2,4}\b")
_WEEKDAY = re.compile(r"[(（]?[月火水木金土日월화수목금토일](?:曜日?|요일)?[)）]")


def moment(written: str) -> datetime | None:
    """A date as it was meant, in UTC; None if it is unreadable or can't be true.

    Understands RFC 822 and RFC 3339, names of zones, two-digit years, 24:00, and Chinese, Japanese and
    Korean dates. Without a zone, UTC.
    """
    text = " ".join(written.split())[:_LONGEST]
    try:
        found = _usual(text) or _unusual(text)
        found = found.astimezone(UTC) if found else None
    # What the libraries raise for numbers that are no date: see their sources.
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return None
    return found if found and found >= EARLIEST else None


def _unusual(text: str) -> datetime | None:
    if not text or _YEAR_BEFORE_1000.search(text):
        return None
    # Go writes "+0900 KST", Java "+02:00[Europe/Berlin]": the offset says it all.
    text = _IN_BRACKETS.sub(r"\1", _BEHIND_OFFSET.sub(r"\1", text))
    later = timedelta(0)
    if "24:00" in text:
        text, count = _MIDNIGHT.subn("00:00", text)
        later = timedelta(days=count)
    found = _iso(text) or _rfc822(text) or _any(text)
    return found + later if found else None


def _iso(text: str) -> datetime | None:
    if not text[:4].isdecimal() or not text.isascii():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _usual(text: str) -> datetime | None:
    """The one form that nine of ten feeds use, read without ceremony."""
    found = _RFC822.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes, name = found.groups()
    number = _MONTHS.get(month)
    zone = _HOURS.get(name) if name else None
    if number is None or (name and zone is None) or hour == "24":
        return None
    east = timedelta(hours=zone or 0)
    if sign:
        east = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    return (
        datetime(
            int(year),
            number,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=UTC,
        )
        - east
    )


def _rfc822(text: str) -> datetime | None:
    """RFC 822 as far as the standard library knows it, with the names of zones that it does not know."""
    parsed = parsedate_tz(text)
    # It takes no notice of halves of the day.
    if parsed is None or not 1 <= parsed[1] <= 12 or parsed[0] < 100 or _HALF_DAY.search(text):
        return None
    zone = _zone(text)
    if zone is None and parsed[9] is not None:
        zone = tzoffset(None, parsed[9])
    return datetime(*parsed[:5], min(parsed[5], 59), tzinfo=zone or UTC)


def _zone(text: str) -> tzoffset | None:
    """The zone that a date names anywhere: "GMT+0900", "-03", "KST"; None if it names none that is known."""
    offset = _OFFSET.search(text) or _PLAIN_OFFSET.search(text)
    if offset is not None:
        seconds = int(offset[2]) * 3600 + int(offset[3] or 0) * 60
        return tzoffset(None, seconds if offset[1] == "+" else -seconds)
    names = (name.upper() for name in _ZONE_NAME.findall(text))
    return next((_ZONES[name] for name in names if name in _ZONES), None)


def _western(day: re.Match[str]) -> str:
    year = day[1] if len(day[1]) != 2 else f"20{day[1]}"
    return f"{year}-{day[2]}-{day[3]} "


def _any(text: str) -> datetime | None:
    text = _WEEKDAY.sub(" ", text)
    text = _CJK_DATE.sub(_western, text)
    text = _CJK_TIME.sub(lambda at: f"{at[1]}:{at[2] or '00'}:{at[3] or '00'}", text)
    text = _HALF.sub(lambda half: f"{half[2]} {_HALVES[half[1]]}", text)
    # Fewer numbers than a day, a month and a year need make no date, whatever the library finds in them.
    if (
        len(re.findall(r"\d+|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", text.lower()))
        < 3
    ):
        return None
    zone = _zone(text)
    found: datetime = dateutil_parser.parse(
        _OFFSET.sub(" ", text) if zone else text,
        tzinfos=_ZONES,
        default=datetime(2000, 1, 1, tzinfo=UTC),
        dayfirst=_DAY_FIRST.match(text) is not None,
    )
    return found.replace(tzinfo=zone) if zone else found
