"""Which time somebody means by "7d", "yesterday" or "this week"."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from news.text import squeeze
from news.wall_clock import beginning, shown, zone_of

LONGEST = timedelta(days=90)

_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
}
_IN_WORDS = {
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
}
_COUNTED = re.compile(
    r"(?:last |past )?(\d{1,4}) ?"
    r"(?:(?P<h>h(?:ou)?r?s?|時間|시간)|(?P<d>d(?:ays?)?|日間?|일간?)"
    r"|(?P<w>w(?:ee)?k?s?|週間?|주일?간?)|(?P<m>mo(?:nths?)?|[かヶヵケカ]月間?|개월간?|달))"
)


class Name(StrEnum):
    """A period that has a name in every language."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"


@dataclass(frozen=True, slots=True)
class Period:
    """A time that news is from."""

    since: datetime
    until: datetime | None = None
    """Where it ends; None for now."""


def parse(typed: str, names: Mapping[str, Name], now: datetime, zone: str) -> Period | None:
    """The period that somebody typed; None for what is none, or is longer than LONGEST.

    `names` says what each period is called, in lower case. Days and weeks, which begin on Monday, are those of `zone`.
    """
    text = squeeze(unicodedata.normalize("NFKC", typed)).casefold()
    if text in names:
        return _named(names[text], now, zone)
    ago = _IN_WORDS.get(text)
    if (found := _COUNTED.fullmatch(text)) is not None:
        ago = int(found[1]) * _UNITS[str(found.lastgroup)]
    return Period(now - ago) if ago is not None and timedelta() < ago <= LONGEST else None


def _named(name: Name, now: datetime, zone: str) -> Period:
    here = zone_of(zone)
    today = shown(now, here).date()
    monday = today - timedelta(days=today.weekday())
    first = {
        Name.TODAY: today,
        Name.YESTERDAY: today - timedelta(days=1),
        Name.THIS_WEEK: monday,
        Name.LAST_WEEK: monday - timedelta(weeks=1),
        Name.THIS_MONTH: today.replace(day=1),
    }[name]
    end = {Name.YESTERDAY: today, Name.LAST_WEEK: monday}.get(name)
    return Period(beginning(first, zone), None if end is None else beginning(end, zone))
