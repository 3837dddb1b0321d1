"""When a chat hears."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.errors import BadSchedule
from news.schedule import (
    DAYS,
    EVERY_HOURS,
    OFF,
    Schedule,
    find_zone,
    near_zones,
    next_after,
    parse,
)

schedules = st.one_of(
    st.just(OFF),
    st.sampled_from(EVERY_HOURS).map(lambda hours: Schedule(every_hours=hours)),
    st.builds(
        Schedule,
        month_day=st.integers(1, 31),
        at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ),
    st.builds(
        Schedule,
        days=st.sets(st.sampled_from(DAYS), min_size=1).map(
            lambda chosen: tuple(day for day in DAYS if day in chosen)
        ),
        at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ),
)
zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"}))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(schedules)
def test_every_schedule_is_read_back_as_it_is_written(schedule: Schedule) -> None:
    assert parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("weekly mon 09:00", "weekly mon 09:00"),
        ("WEEKLY  Monday 9am", "weekly mon 09:00"),
        ("weekly", "weekly mon 09:00"),
        ("weekly 18:00", "weekly mon 18:00"),
        ("daily 8", "daily 08:00"),
        ("weekdays 7.30", "weekdays 07:30"),
        ("thu, mon 6pm", "mon,thu 18:00"),
        ("every 6h", "every 6h"),
        ("every 12 hours", "every 12h"),
        ("hourly", "every 1h"),
        ("monthly 1 09:00", "monthly 1 09:00"),
        ("monthly", "monthly 1 09:00"),
        ("daily 12am", "daily 00:00"),
        ("never", "off"),
    ],
)
def test_schedules_are_understood_as_people_write_them(typed: str, meant: str) -> None:
    assert str(parse(typed)) == meant


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(typed: str) -> None:
    try:
        schedule = parse(typed)
    except BadSchedule:
        return
    assert parse(str(schedule)) == schedule


@given(schedules, moments, zones)
@settings(max_examples=150, deadline=None)
def test_the_next_moment_is_later_than_now_and_at_its_local_time(
    schedule: Schedule, now: datetime, zone: str
) -> None:
    moment = next_after(schedule, now, zone)
    if schedule == OFF:
        assert moment is None
        return
    assert moment is not None
    assert now < moment <= now + timedelta(days=32)
    local = moment.astimezone(ZoneInfo(zone))
    if schedule.days:
        assert DAYS[local.weekday()] in schedule.days or local.hour in (0, 1, 2)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_a_weekly_digest_keeps_its_local_time_across_clock_changes(zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(60):
        moment = next_after(parse("weekly mon 09:00"), now, zone)
        assert moment is not None
        local = moment.astimezone(ZoneInfo(zone))
        assert (local.weekday(), local.hour, local.minute) == (0, 9, 0)
        assert moment - now <= timedelta(days=7, hours=1)
        now = moment


@pytest.mark.parametrize(("day", "february"), [(28, 28), (29, 28), (30, 28), (31, 28)])
def test_months_that_lack_the_day_end_the_digest_on_their_last(day: int, february: int) -> None:
    now = datetime(2027, 2, 1, tzinfo=UTC)
    moment = next_after(Schedule(month_day=day, at=parse("daily 09:00").at), now, "UTC")
    assert moment == datetime(2027, 2, february, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("UTC", "UTC"),
        ("+09:00", "Etc/GMT-9"),
        ("-3", "Etc/GMT+3"),
        ("UTC+1", "Etc/GMT-1"),
        ("+05:30", "Asia/Kolkata"),
        ("+00:00", "UTC"),
        ("Atlantis", None),
        ("+25:00", None),
        ("", None),
        ("Factory", None),
    ],
)
def test_zones_are_found_by_name_place_or_offset(typed: str, zone: str | None) -> None:
    assert find_zone(typed) == zone


def test_near_a_zone_that_does_not_exist_are_some_that_do() -> None:
    near = near_zones("Atlantis")
    assert len(near) == 3
    assert set(near) <= available_timezones()
    assert "Asia/Tokyo" in near_zones("Asia/Tokio")


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=30)
def test_any_text_is_a_zone_or_none(typed: str) -> None:
    zone = find_zone(typed)
    assert zone is None or zone in available_timezones()
    assert set(near_zones(typed)) <= available_timezones()
