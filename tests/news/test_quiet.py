"""When nobody wants to be woken."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.errors import BadQuiet
from news.quiet import Quiet, ends_at, parse
from tests.news.clock_changes import (
    EARLIEST,
    LATEST,
    MINUTE,
    ZONES,
    ClockChange,
    clock_changes,
    kinds_of_clock_changes,
    minutes,
)

times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, times, times).filter(lambda quiet: quiet.start != quiet.end)
NIGHT = Quiet(time(22), time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(quiets)
def test_quiet_hours_are_read_back_as_they_are_written(quiet: Quiet) -> None:
    assert parse(str(quiet)) == quiet


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("22:00-07:00", "22:00-07:00"),
        ("22:00–07:00", "22:00-07:00"),
        ("22:00 — 7:00", "22:00-07:00"),
        ("22.00~7.00", "22:00-07:00"),
        ("２２：００〜０７：００", "22:00-07:00"),
        ("22-7", "22:00-07:00"),
        ("22h-7h", "22:00-07:00"),
        ("10pm to 7am", "22:00-07:00"),
        ("10 PM until 7:30 a.m.", "22:00-07:30"),
        ("from 22 to 7", "22:00-07:00"),
        ("between 22 and 7", "22:00-07:00"),
        ("22:00 07:00", "22:00-07:00"),
        ("midnight to noon", "00:00-12:00"),
        ("2200-0700", "22:00-07:00"),
        ("night", "22:00-07:00"),
        ("At night", "22:00-07:00"),
        ("overnight", "22:00-07:00"),
        ("20-24", "20:00-00:00"),
        ("13:00-14:30", "13:00-14:30"),
    ],
)
def test_quiet_hours_are_understood_as_people_write_them(typed: str, meant: str) -> None:
    assert str(parse(typed)) == meant


@pytest.mark.parametrize("typed", ["off", "None", "never"])
def test_quiet_hours_are_turned_off_by_a_word(typed: str) -> None:
    assert parse(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["", "22", "22-", "-7", "22-22", "0-24", "22-25", "22-7-8", "morning", "10pm-13pm", "22:60-7"],
)
def test_other_words_and_hours_that_last_all_day_are_refused(typed: str) -> None:
    with pytest.raises(BadQuiet):
        parse(typed)


@given(st.text(max_size=30) | st.text("0123456789:-–apm tofrm", max_size=16))
def test_any_text_is_understood_or_refused(typed: str) -> None:
    try:
        quiet = parse(typed)
    except BadQuiet:
        return
    assert quiet is None or parse(str(quiet)) == quiet


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-01 21:59:59", None),
        ("2026-06-01 22:00", "2026-06-02 07:00"),
        ("2026-06-01 23:59", "2026-06-02 07:00"),
        ("2026-06-02 00:00", "2026-06-02 07:00"),
        ("2026-06-02 06:59:59.9", "2026-06-02 07:00"),
        ("2026-06-02 07:00", None),
        ("2026-06-02 12:00", None),
    ],
)
def test_a_quiet_night_goes_across_midnight(now: str, end: str | None) -> None:
    assert ends_at(NIGHT, at(now), "UTC") == (end and at(end))


def test_a_quiet_afternoon_ends_on_its_day() -> None:
    nap = Quiet(time(13), time(14, 30))
    assert ends_at(nap, at("2026-06-01 12:59"), "UTC") is None
    assert ends_at(nap, at("2026-06-01 13:00"), "UTC") == at("2026-06-01 14:30")
    assert ends_at(nap, at("2026-06-01 14:30"), "UTC") is None


@pytest.mark.parametrize(
    ("typed", "zone", "now", "end"),
    [
        ("22-7", "Asia/Tokyo", "2026-06-01 13:00", "2026-06-01 22:00"),
        ("22-7", "America/New_York", "2026-06-01 13:00", None),
        # 02:00 → 03:00, and 03:00 → 02:00.
        ("22-7", "Europe/Berlin", "2026-03-28 23:00", "2026-03-29 05:00"),
        ("22-2:30", "Europe/Berlin", "2026-03-29 00:30", "2026-03-29 01:00"),
        ("22-7", "Europe/Berlin", "2026-10-24 21:00", "2026-10-25 06:00"),
        ("22-2:30", "Europe/Berlin", "2026-10-24 23:30", "2026-10-25 00:30"),
        # The clock shows quiet hours once more.
        ("22-2:30", "Europe/Berlin", "2026-10-25 00:45", None),
        ("22-2:30", "Europe/Berlin", "2026-10-25 01:10", "2026-10-25 01:30"),
        # It shows an end again that lies before now.
        ("2:40-2:20", "Europe/Berlin", "2026-10-25 00:50", "2026-10-25 01:20"),
        # Half an hour; two hours; over midnight.
        ("22-2:15", "Australia/Lord_Howe", "2026-10-03 15:00", "2026-10-03 15:30"),
        ("22-2", "Antarctica/Troll", "2026-03-29 00:30", "2026-03-29 01:00"),
        ("20-23:30", "America/Nuuk", "2026-03-29 00:30", "2026-03-29 01:00"),
        # A morning on a day that a country left out.
        ("22-7", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(
    typed: str, zone: str, now: str, end: str | None
) -> None:
    quiet = parse(typed)
    assert quiet is not None
    assert ends_at(quiet, at(now), zone) == (end and at(end))


@cache
def quiet_minutes(quiet: Quiet) -> set[time]:
    minute, found = datetime.combine(date(2026, 1, 1), quiet.start), set()
    while minute.time() != quiet.end:
        found.add(minute.time())
        minute += MINUTE
    return found


def by_watching(quiet: Quiet, now: datetime, zone: str) -> datetime | None:
    """What `ends_at` gives, found by looking at the clock every minute."""
    whole = now.replace(second=0, microsecond=0)
    [(_, wall)] = minutes(whole - MINUTE, whole, zone)
    if wall.time() not in quiet_minutes(quiet):
        return None
    for minute, shown in minutes(now, now + timedelta(hours=27), zone):
        passed = [wall + n * MINUTE for n in range(1, (shown - wall) // MINUTE)]
        if quiet.end in {reached.time() for reached in (*passed, shown)}:
            return minute
        wall = shown
    raise AssertionError("quiet for longer than a day")


def agrees(quiet: Quiet, now: datetime, zone: str) -> None:
    end = ends_at(quiet, now, zone)
    assert end == by_watching(quiet, now, zone)
    # A day, and what clocks are set back by.
    assert end is None or now < end <= now + timedelta(hours=26)


@given(
    quiets,
    st.datetimes(
        EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)
    ),
    st.sampled_from(ZONES),
)
@settings(max_examples=60, deadline=None)
def test_the_end_is_the_one_that_watching_the_clock_finds(
    quiet: Quiet, now: datetime, zone: str
) -> None:
    agrees(quiet, now, zone)


def quiets_around(change: ClockChange) -> list[Quiet]:
    """Quiet hours whose start or end the change puts in doubt, or both."""
    early, late = change.walls()
    doubtful = [
        early - MINUTE,
        early,
        early + (late - early) / 2,
        late - MINUTE,
        late,
        late + MINUTE,
    ]
    ends = [
        wall.time() for wall in (*doubtful, early - timedelta(hours=6), late + timedelta(hours=6))
    ]
    return [Quiet(start, end) for start in ends for end in ends if start != end]


@pytest.mark.parametrize(
    "change", kinds_of_clock_changes(), ids=lambda change: f"{change.zone} {change.at:%Y-%m-%d}"
)
def test_around_every_kind_of_clock_change_the_end_is_that_of_watching(change: ClockChange) -> None:
    for place, quiet in enumerate(quiets_around(change)):
        # A few minutes each, others for each.
        for minute in range(-140 - place, 140, 97):
            agrees(quiet, change.at + minute * MINUTE, change.zone)


@given(st.sampled_from(clock_changes()), st.integers(0, 55), st.integers(-10_000, 10_000))
@settings(max_examples=150, deadline=None)
def test_at_any_second_around_a_clock_change_the_end_is_that_of_watching(
    change: ClockChange, which: int, seconds: int
) -> None:
    agrees(quiets_around(change)[which], change.at + timedelta(seconds=seconds), change.zone)
