"""Periods as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from news.period import LONGEST, Name, Period, parse

NOW = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
"""A Wednesday; in Tokyo, it is Thursday already."""

NAMES = {"today": Name.TODAY, "昨日": Name.YESTERDAY, "week": Name.THIS_WEEK} | {
    name.value.replace("_", " "): name for name in Name
}


def at(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "ago"),
    [
        ("24h", timedelta(hours=24)),
        ("36 hours", timedelta(hours=36)),
        ("7d", timedelta(days=7)),
        ("last 7 days", timedelta(days=7)),
        ("2 weeks", timedelta(weeks=2)),
        ("1 month", timedelta(days=30)),
        ("Daily", timedelta(days=1)),
        ("weekly", timedelta(days=7)),
        ("monthly", timedelta(days=30)),
        ("７日間", timedelta(days=7)),
        ("24時間", timedelta(hours=24)),
        ("1ヶ月", timedelta(days=30)),
        ("2주", timedelta(weeks=2)),
        ("3일", timedelta(days=3)),
    ],
)
def test_a_length_is_that_long_ago_until_now(typed: str, ago: timedelta) -> None:
    assert parse(typed, NAMES, NOW, "UTC") == Period(NOW - ago)


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("today", at(25), None),
        ("Today", at(25), None),
        ("yesterday", at(24), at(25)),
        ("昨日", at(24), at(25)),
        ("this  week", at(23), None),
        ("week", at(23), None),
        ("last week", at(16), at(23)),
        ("this month", at(1), None),
    ],
)
def test_a_name_is_of_the_calendar(typed: str, since: datetime, until: datetime | None) -> None:
    assert parse(typed, NAMES, NOW, "UTC") == Period(since, until)


def test_days_begin_where_the_reader_is() -> None:
    assert parse("today", NAMES, NOW, "Asia/Tokyo") == Period(at(25, 15))
    assert parse("昨日", NAMES, NOW, "Asia/Tokyo") == Period(at(24, 15), at(25, 15))
    assert parse("today", NAMES, NOW, "America/New_York") == Period(at(25, 5))


def test_a_day_that_begins_in_a_gap_of_the_clock_begins_behind_it() -> None:
    # In Cairo, the clock is set forward from 00:00 to 01:00 in the last week of April.
    noon = datetime(2026, 4, 24, 9, tzinfo=UTC)
    assert parse("today", NAMES, noon, "Africa/Cairo") == Period(at(23, 22, month=4))


@pytest.mark.parametrize(
    "typed", ["", "0d", "91d", "9999w", "7", "d", "10m", "7 decades", "-1d", "tomorrow", "7d 8h"]
)
def test_anything_else_is_none(typed: str) -> None:
    assert parse(typed, NAMES, NOW, "UTC") is None
    assert timedelta(days=90) == LONGEST
