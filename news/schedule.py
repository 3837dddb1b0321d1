"""When a chat hears: "weekly mon 09:00" ↔ value, and the next moment after now in a zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from news.errors import BadSchedule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]

EVERY_HOURS = (1, 2, 3, 4, 6, 8, 12)
"""The steps that divide a day, counted from midnight."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rhythm in local time. With no field set, nothing is sent."""

    days: tuple[str, ...] = ()
    """Weekdays of DAYS, in their order; all seven for every day."""
    month_day: int | None = None
    """1 … 31; in months without it, the last day."""
    every_hours: int | None = None
    """One of EVERY_HOURS."""
    at: time | None = None
    """Time of day, for `days` and `month_day`."""

    def __str__(self) -> str:
        """The normal form: what `parse` reads, what is kept, what people are shown."""
        at = "" if self.at is None else f"{self.at:%H:%M}"
        if self.every_hours is not None:
            return f"every {self.every_hours}h"
        if self.month_day is not None:
            return f"monthly {self.month_day} {at}"
        if self.days == DAYS:
            return f"daily {at}"
        if self.days == WORKDAYS:
            return f"weekdays {at}"
        if len(self.days) == 1:
            return f"weekly {self.days[0]} {at}"
        return f"{','.join(self.days)} {at}" if self.days else "off"


OFF = Schedule()
DEFAULT = Schedule(days=("mon",), at=time(9))

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")
_NAMED_DAYS = {"daily": DAYS, "weekdays": WORKDAYS}
_DAY = re.compile(rf"({'|'.join(DAYS)})[a-z]*")


def parse(typed: str) -> Schedule:
    """Understand what a person typed. Raises BadSchedule.

    A part that is left out comes from the default: Monday, the first of the month, 09:00.
    """
    text = " ".join(typed.casefold().replace(" ,", ",").replace(", ", ",").split())
    if text in ("off", "never", "none"):
        return OFF
    if (every := re.fullmatch(r"every (\d{1,2}) ?h(?:ours?)?|hourly|every hour", text)) is not None:
        hours = int(every[1] or 1)
        if hours not in EVERY_HOURS:
            raise BadSchedule(typed)
        return Schedule(every_hours=hours)
    head, _, rest = text.partition(" ")
    if head in _NAMED_DAYS:
        return Schedule(days=_NAMED_DAYS[head], at=_time(rest))
    if head == "monthly":
        return _monthly(rest)
    if head == "weekly":
        day, _, clock = rest.partition(" ")
        if _DAY.fullmatch(day) is None:
            return Schedule(days=DEFAULT.days, at=_time(rest))
        return Schedule(days=_days(day), at=_time(clock))
    return Schedule(days=_days(head), at=_time(rest))


def _monthly(text: str) -> Schedule:
    day, _, clock = text.partition(" ")
    if not day:
        return Schedule(month_day=1, at=DEFAULT.at)
    if not day.isdecimal() or not 1 <= int(day) <= 31:
        raise BadSchedule(text)
    return Schedule(month_day=int(day), at=_time(clock))


def _days(text: str) -> tuple[str, ...]:
    found = [_DAY.fullmatch(day) for day in text.split(",")]
    if not all(found):
        raise BadSchedule(text)
    named = {day[1] for day in found if day is not None}
    return tuple(day for day in DAYS if day in named)


def _time(text: str) -> time | None:
    if not text:
        return DEFAULT.at
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadSchedule(text)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half is not None:
        if not 1 <= hour <= 12:
            raise BadSchedule(text)
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise BadSchedule(text)
    return time(hour, minute)


def next_after(schedule: Schedule, now: datetime, zone: str) -> datetime | None:
    """The first moment of the schedule later than `now`, in UTC; None if it is off.

    `zone` is an IANA name. Local time means local time, across clock changes.
    """
    trigger = _trigger(schedule, zone)
    if trigger is None:
        return None
    # A cron trigger gives its argument back when that is a moment of its own.
    moment = trigger.get_next_fire_time(None, now + timedelta(microseconds=1))
    return None if moment is None else moment.astimezone(UTC)


@cache
def _trigger(schedule: Schedule, zone: str) -> CronTrigger | OrTrigger | None:
    local = ZoneInfo(zone)
    if schedule.every_hours is not None:
        return CronTrigger(hour=f"*/{schedule.every_hours}", minute=0, timezone=local)
    if schedule.at is None:
        return None
    clock = {"hour": schedule.at.hour, "minute": schedule.at.minute, "timezone": local}
    if schedule.month_day is None:
        return CronTrigger(day_of_week=",".join(schedule.days), **clock)
    if schedule.month_day <= 28:
        return CronTrigger(day=schedule.month_day, **clock)
    if schedule.month_day == 31:
        return CronTrigger(day="last", **clock)
    # The 29th or 30th, which February may not have.
    return OrTrigger(
        [
            CronTrigger(month="1,3-12", day=schedule.month_day, **clock),
            CronTrigger(month=2, day="last", **clock),
        ]
    )


@cache
def _zones() -> dict[str, str]:
    """Zones by what people type: full name and last part, in lower case, with spaces."""
    names: dict[str, str] = {}
    for zone in sorted(available_timezones(), key=lambda name: (name.count("/"), name)):
        if zone in ("localtime", "Factory") or zone.startswith(("posix", "right", "SystemV")):
            continue
        plain = zone.casefold().replace("_", " ")
        names.setdefault(plain, zone)
        if not plain.startswith("etc/"):
            names.setdefault(plain.rpartition("/")[2], zone)
    return names


_OFFSET = re.compile(r"(?:utc|gmt)?([-+−])(\d{1,2})(?::?(\d\d))?")

_BROKEN_OFFSETS = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+08:45": "Australia/Eucla",
    "+09:30": "Australia/Darwin",
    "-09:30": "Pacific/Marquesas",
}
"""The offsets of no whole hour that some place keeps all year: the database has no Etc zones for them."""


def find_zone(typed: str) -> str | None:
    """The IANA zone that is meant by "Asia/Tokyo", "tokyo", "New York" or "+09:00"; None if none is."""
    text = " ".join(typed.casefold().replace("_", " ").split())
    if (offset := _OFFSET.fullmatch(text)) is not None:
        sign = "+" if offset[1] == "+" else "-"
        hours, minutes = int(offset[2]), offset[3] or "00"
        if minutes != "00":
            return _BROKEN_OFFSETS.get(f"{sign}{hours:02}:{minutes}")
        # The signs of Etc zones are the other way round (POSIX).
        name = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
        return name if name in available_timezones() else None
    return _zones().get(text)


def near_zones(typed: str, count: int = 3) -> tuple[str, ...]:
    """The zones whose names are most like what was typed, most alike first."""
    text = " ".join(typed[:64].casefold().replace("_", " ").split())
    close = get_close_matches(text, _zones(), n=4 * count, cutoff=0.4)
    return tuple(dict.fromkeys(_zones()[name] for name in close))[:count]
