"""When a chat hears: "weekly mon 09:00" ↔ value, and the next moment after now in a zone."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from news.errors import BadSchedule
from news.wall_clock import first_moment, plain, shown, time_of_day, zone_of

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
    instant: bool = False
    """No rhythm: whatever comes is sent at once. For a subscription, not for a chat."""

    def __str__(self) -> str:
        """The normal form: what `parse` or `parse_for_one` reads, what is kept, what people are shown."""
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
        if self.days:
            return f"{','.join(self.days)} {at}"
        return "instant" if self.instant else "off"


OFF = Schedule()
DEFAULT = Schedule(days=("mon",), at=time(9))
INSTANT = Schedule(instant=True)

_OFF = frozenset({"off", "never", "none", "stop"})
_INSTANT = frozenset({"instant", "instantly", "now", "at once", "immediately", "right away"})
_CHAT = r"(?:(?:same )?(?:as|like|with) )?(?:the |this )?(?:chat(?:'s)?|digest)|default|on"

_OF_MONTH = re.compile(
    r"(?:on )?(?:the )?(?:day )?(\d{1,2}|last)(?:st|nd|rd|th)?(?: day)? of (?:the|each|every) month\b"
)
_LAST_DAY = re.compile(r"^(?:on )?(?:the )?last day\b")
_ONCE = re.compile(r"\bonce (?:an?|per|each|every) (?=(?:hour|day|week|month)\b)")
_COUNTED = {"twice": 2, "two": 2, "three": 3, "four": 4, "six": 6}
_TIMES = r"(twice|(?:two|three|four|six|\d{1,2}) ?(?:times|x))"
_TIMES_A_DAY = re.compile(rf"{_TIMES} (?:an? day|per day|every day|each day|daily)|daily {_TIMES}")
_HOURS = re.compile(r"(?:(?:every |each )?(\d{1,2}) ?(?:h|hrs?|hours?)|(?:every|each) hour|hourly)")
_MONTHLY = re.compile(
    r"(?:monthly|(?:every|each) month)(?: on)?(?: the)?"
    r"(?: (?:(\d{1,2})(?:st|nd|rd|th| days?)?|(last)(?: day)?))?(?: at)?(?: (.+))?"
)
_CLOCK_FIRST = re.compile(
    r"(?:at )?(\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?|\d{1,2} ?o'?clock|noon|midday|midnight|(?<=at )\d{1,2})"
    r"(?: (\D+))?"
)
"""A clear time of day, and the days. A bare number is none: it may be meant for the number of something."""
_DAYS_FIRST = re.compile(r"(\D+?)(?: (?:at )?(\d.*|noon|midday|midnight))?")

_LONGEST = 100
"""Of what is looked at a second time."""

_ONE_TIME = r"(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?|noon|midday|midnight)"
_SEVERAL_TIMES = re.compile(rf"(.*?\b{_ONE_TIME})(?: (?:at )?{_ONE_TIME})+( \D+)?")

_COUNT = r"(?:\d+(?:st|nd|rd|th)?|other|second|third|two|three|four|five|six|ten)"
_INTERVAL = re.compile(
    rf"(?<!monthly )\b{_COUNT} ?(?:m|min|minutes?|mins|h|hrs?|hours?|d|days?|w|wks?|weeks?|fortnights?|months?|y|years?)\b"
    rf"|\b(?:every|each) (?:(?:other|second|third) |minute\b|fortnight|quarter|year)"
    r"|\b(?:bi-?weekly|bi-?monthly|fortnightly|quarterly|yearly|annually)\b"
)
"""What is sent at some distance from the last one, be it one that there is."""

_JOINED = re.compile(r"[\s,;/&+・·、]+(?:and )?")
_SMALL_WORDS = frozenset({"on", "every", "each", "the", "from"})
_WEEKLY = frozenset({"weekly", "week"})
_NAMED_DAYS = {
    **dict.fromkeys(("daily", "day", "days", "everyday"), DAYS),
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), WORKDAYS),
    **dict.fromkeys(("weekend", "weekends"), DAYS[5:]),
}
_DAY = re.compile(
    r"(?:(mon|fri|sun)(?:days?)?|(tue)(?:s|sdays?)?|(wed)(?:s|nesdays?)?|(thu)(?:r|rs|rsdays?)?"
    r"|(sat)(?:urdays?)?)\.?"
)


def parse(typed: str) -> Schedule:
    """Understand what a person typed as the schedule of a chat. Raises BadSchedule.

    A part that is left out comes from the default: Monday, the first of the month, 09:00. A time alone is
    meant for every day.
    """
    text = _JOINED.sub(" ", plain(typed)).strip()
    text = _OF_MONTH.sub(r"monthly \1", _ONCE.sub("every ", text))
    text = _LAST_DAY.sub("monthly last", text)
    try:
        return _parse(text)
    except BadSchedule:
        several = _SEVERAL_TIMES.fullmatch(text) if len(text) <= _LONGEST else None
        if several is not None and _is_schedule(f"{several[1]}{several[2] or ''}"):
            raise BadSchedule(several=True) from None
        if is_interval(text):
            raise BadSchedule(interval=True) from None
        raise


def is_interval(typed: str) -> bool:
    """Whether a distance is counted, as in "3 days", rather than a day or time named."""
    return _INTERVAL.search(plain(typed)) is not None


def _is_schedule(text: str) -> bool:
    try:
        _parse(text)
    except BadSchedule:
        return False
    return True


def _parse(text: str) -> Schedule:
    if text in _OFF:
        return OFF
    if (hours := _HOURS.fullmatch(text)) is not None:
        return _every(int(hours[1] or 1))
    if (times := _TIMES_A_DAY.fullmatch(text)) is not None:
        return _times_a_day(times[1] or times[2])
    if (monthly := _MONTHLY.fullmatch(text)) is not None:
        day = 31 if monthly[2] else int(monthly[1] or 1)
        if not 1 <= day <= 31:
            raise BadSchedule
        return Schedule(month_day=day, at=_time(monthly[3]))
    if (clock_first := _CLOCK_FIRST.fullmatch(text)) is not None:
        return Schedule(days=_days(clock_first[2] or "daily"), at=_time(clock_first[1]))
    if (days_first := _DAYS_FIRST.fullmatch(text)) is not None:
        return Schedule(days=_days(days_first[1]), at=_time(days_first[2]))
    raise BadSchedule


def parse_for_one(typed: str) -> Schedule | None:
    """Likewise as the schedule of one subscription: also INSTANT, and None for that of its chat."""
    text = plain(typed)
    if text in _INSTANT:
        return INSTANT
    return None if re.fullmatch(_CHAT, text) else parse(typed)


def _every(hours: int) -> Schedule:
    if hours == 24:
        # Nobody who asks for one a day means midnight.
        return Schedule(days=DAYS, at=DEFAULT.at)
    if hours not in EVERY_HOURS:
        raise BadSchedule
    return Schedule(every_hours=hours)


def _times_a_day(said: str) -> Schedule:
    word = said.removesuffix("times").removesuffix("x").strip()
    count = int(word) if word.isdecimal() else _COUNTED[word]
    if not count or 24 % count:
        raise BadSchedule
    return _every(24 // count)


def _days(text: str) -> tuple[str, ...]:
    words = [word for word in text.split() if word not in _SMALL_WORDS]
    if not words:
        raise BadSchedule
    named = {day for word in words if word not in _WEEKLY for day in _named_days(word)}
    return tuple(day for day in DAYS if day in named) or DEFAULT.days


def _named_days(word: str) -> tuple[str, ...]:
    """The days of "weekends", "tuesday" or "fri-mon"."""
    if word in _NAMED_DAYS:
        return _NAMED_DAYS[word]
    ends = [_DAY.fullmatch(end) for end in word.split("-")]
    places = [DAYS.index(match[match.lastindex or 0]) for match in ends if match is not None]
    if len(places) != len(ends) or len(places) > 2:
        raise BadSchedule
    start, length = places[0], (places[-1] - places[0]) % 7 + 1
    return (DAYS * 2)[start : start + length]


def _time(text: str | None) -> time | None:
    if text is None:
        return DEFAULT.at
    at = time_of_day(text)
    if at is None:
        raise BadSchedule
    return at


def next_after(schedule: Schedule, now: datetime, zone: str) -> datetime | None:
    """The first moment of the schedule later than `now`, in UTC; None if it has none.

    `zone` is an IANA name. Local time means local time. What would fall into a gap, where the clock is set
    forward, comes at its end, unless the next one follows within half the usual distance; what the clock
    shows twice, where it is set back, comes the first time. Hours are counted from local midnight.
    """
    if schedule.at is None and schedule.every_hours is None:
        return None
    local = zone_of(zone)
    # `first_moment` keeps the order of its arguments: the first wall time that is later than now gives the answer.
    # One that the clock showed already can't come any more.
    walls = _walls(schedule, shown(now, local))
    moments = ((wall, first_moment(wall, local)) for wall in walls)
    wall, moment = next(pair for pair in moments if pair[1] > now)
    if shown(moment, local) == wall:
        return moment
    following = next(later for _, later in moments if later > moment)
    return following if following - moment < _half_a_step(schedule) else moment


def upcoming(
    schedule: Schedule, now: datetime, zone: str, last: datetime | None
) -> datetime | None:
    """When the next digest is due, in UTC, after one whose turn came; None if the schedule has no moments.

    `last` is when that one was due, not when it was sent; None if none ever was. However many moments went
    by while the process slept or the clock was wrong, there is one next. And a clock that was set back
    reaches no moment again that has had its digest.
    """
    return next_after(schedule, now if last is None else max(now, last), zone)


def moved(
    schedule: Schedule, due: datetime, now: datetime, zone: str, last: datetime | None = None
) -> datetime | None:
    """When the digest that was to come at `due` comes under the rules of the zone as they are now.

    What is due already stays so. So does what the new rules put before `now`, where nobody has sent it:
    better by the old rules than not at all. `last` is as in `upcoming`.
    """
    if due <= now:
        return due
    again = upcoming(schedule, now, zone, last)
    if again is None:
        return None
    return due if again - due > _half_a_step(schedule) else again


def _half_a_step(schedule: Schedule) -> timedelta:
    return timedelta(hours=schedule.every_hours or 24) / 2


def _walls(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """What the clock shows whenever the schedule comes round, in order, later than `after`; without end."""
    if schedule.every_hours is None:
        times = [schedule.at or time(0)]
    else:
        times = [time(hour) for hour in range(0, 24, schedule.every_hours)]
    for day in _dates(schedule, after.date()):
        for at in times:
            wall = datetime.combine(day, at)
            if wall > after:
                yield wall


def _dates(schedule: Schedule, start: date) -> Iterator[date]:
    """The days of the schedule from `start`, or from the first of its month, without end."""
    if schedule.month_day is None:
        for n in count():
            day = start + timedelta(days=n)
            if not schedule.days or DAYS[day.weekday()] in schedule.days:
                yield day
    else:
        for months in count(start.year * 12 + start.month - 1):
            year, month = months // 12, months % 12 + 1
            yield date(year, month, min(schedule.month_day, monthrange(year, month)[1]))
