"""When a pause ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.pausing import LONGEST, parse

SUNDAY = datetime(2026, 11, 29, 14, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("7", timedelta(days=7)),
        ("7 days", timedelta(days=7)),
        ("7d", timedelta(days=7)),
        ("1w", timedelta(weeks=1)),
        ("a week", timedelta(weeks=1)),
        ("for 2 weeks", timedelta(weeks=2)),
        ("Two  Weeks", timedelta(weeks=2)),
        ("12 hours", timedelta(hours=12)),
        ("366", timedelta(days=366)),
    ],
)
def test_days_and_weeks_are_counted_from_now(typed: str, length: timedelta) -> None:
    assert parse(typed, SUNDAY, "Asia/Tokyo") == SUNDAY + length


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("3 months", "2027-02-28 14:30"),
        ("a month", "2026-12-29 14:30"),
        ("a year", "2027-11-29 14:30"),
        ("until monday", "2026-11-30"),
        ("till tue", "2026-12-01"),
        ("until sunday", "2026-12-06"),
        ("until tomorrow", "2026-11-30"),
        ("next week", "2026-11-30"),
        ("until 2026-12-24", "2026-12-24"),
        ("until 24 December", "2026-12-24"),
        ("until the 24th of december", "2026-12-24"),
        ("december 24th", "2026-12-24"),
        ("Jan 5, 2027", "2027-01-05"),
        ("5 jan", "2027-01-05"),
        ("2026 years 12 months 24 days", "2026-12-24"),
    ],
)
def test_months_and_dates_are_those_of_the_calendar(typed: str, end: str) -> None:
    assert parse(typed, SUNDAY, "UTC") == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_day_begins_where_the_chat_is() -> None:
    # There it is Sunday 23:30.
    assert parse("until monday", SUNDAY, "Asia/Tokyo") == datetime(2026, 11, 29, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "0",
            "-1",
            "367",
            "400",
            "1000",
            "7 bananas",
            "2 weeks please",
            "2 lightyears",
            "7 8",
        ),
        *("13 months", "2 years", "until", "until 5", "until 2026-11-29", "until 2026-02-30"),
        *("until 30 Feb", "29 feb", "2029-01-01", "9999-12-31", "month", "forever"),
    ],
)
def test_what_is_no_time_within_a_year_is_none(typed: str) -> None:
    assert parse(typed, SUNDAY, "UTC") is None


@given(
    st.text(max_size=30) | st.text("0123456789 -dwmonthsuntilfeb", max_size=16),
    st.integers(-15_000_000, 15_000_000).map(lambda n: SUNDAY + timedelta(minutes=n)),
    st.sampled_from(["UTC", "Asia/Tokyo", "Pacific/Apia", "America/Sao_Paulo"]),
)
def test_whatever_is_typed_ends_within_a_year_or_is_none(
    typed: str, now: datetime, zone: str
) -> None:
    until = parse(typed, now, zone)
    assert until is None or now < until <= now + LONGEST
