"""When a chat hears."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.errors import BadSchedule
from news.schedule import (
    DAYS,
    EVERY_HOURS,
    INSTANT,
    OFF,
    Schedule,
    moved,
    next_after,
    parse,
    parse_for_one,
    upcoming,
)
from news.zone_names import find_zone, near_zones
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
rhythms = st.one_of(
    st.sampled_from(EVERY_HOURS).map(lambda hours: Schedule(every_hours=hours)),
    st.builds(Schedule, month_day=st.integers(1, 31), at=times),
    st.builds(
        Schedule,
        days=st.sets(st.sampled_from(DAYS), min_size=1).map(
            lambda chosen: tuple(day for day in DAYS if day in chosen)
        ),
        at=times,
    ),
)
schedules = st.one_of(st.just(OFF), rhythms)
moments = st.datetimes(
    EARLIEST.replace(tzinfo=None),
    LATEST.replace(tzinfo=None),
    timezones=st.just(UTC),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments_after(schedule: Schedule, now: datetime, zone: str) -> Iterator[datetime]:
    while (moment := next_after(schedule, now, zone)) is not None:
        yield moment
        now = moment


def on_the_wall(typed: str, now: str, zone: str, count: int) -> list[str]:
    """The next moments as a clock in the zone shows them."""
    found = islice(moments_after(parse(typed), at(now), zone), count)
    return [f"{moment.astimezone(ZoneInfo(zone)):%a %d %H:%M}" for moment in found]


@given(schedules)
def test_every_schedule_is_read_back_as_it_is_written(schedule: Schedule) -> None:
    assert parse(str(schedule)) == schedule
    assert parse_for_one(str(schedule)) == schedule


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("weekly mon 09:00", "weekly mon 09:00"),
        ("WEEKLY  Monday 9am", "weekly mon 09:00"),
        ("weekly", "weekly mon 09:00"),
        ("weekly 18:00", "weekly mon 18:00"),
        ("weekly mon, thu 18:00", "mon,thu 18:00"),
        ("every week on Friday at 5 p.m.", "weekly fri 17:00"),
        ("daily 8", "daily 08:00"),
        ("every day 8:00", "daily 08:00"),
        ("every day at noon", "daily 12:00"),
        ("8:00 every day", "daily 08:00"),
        ("08:00", "daily 08:00"),
        ("at 8am", "daily 08:00"),
        ("０８：００", "daily 08:00"),
        ("midnight", "daily 00:00"),
        ("daily 9h", "daily 09:00"),
        ("weekdays 7.30", "weekdays 07:30"),
        ("every weekday 7", "weekdays 07:00"),
        ("mon-fri 07:30", "weekdays 07:30"),
        ("Mon – Fri, 07:30", "weekdays 07:30"),
        ("monday to friday 7:30", "weekdays 07:30"),
        ("from mon through fri 7:30", "weekdays 07:30"),
        ("fri-mon 10", "mon,fri,sat,sun 10:00"),
        ("mon-wed,sat 10", "mon,tue,wed,sat 10:00"),
        ("weekends 10:00", "sat,sun 10:00"),
        ("thu, mon 6pm", "mon,thu 18:00"),
        ("Mondays and Thursdays 18:00", "mon,thu 18:00"),
        ("every monday 9", "weekly mon 09:00"),
        ("tues 9", "weekly tue 09:00"),
        ("wed", "weekly wed 09:00"),
        ("7pm sun", "weekly sun 19:00"),
        ("every 6h", "every 6h"),
        ("every 12 hours", "every 12h"),
        ("6h", "every 6h"),
        ("hourly", "every 1h"),
        ("every hour", "every 1h"),
        ("every 24h", "daily 09:00"),
        ("monthly 1 09:00", "monthly 1 09:00"),
        ("monthly", "monthly 1 09:00"),
        ("monthly 15", "monthly 15 09:00"),
        ("monthly 10:00", "monthly 1 10:00"),
        ("every month on the 15th at 10", "monthly 15 10:00"),
        ("monthly last 9am", "monthly 31 09:00"),
        ("daily 12am", "daily 00:00"),
        ("never", "off"),
        ("stop", "off"),
        ("at 8", "daily 08:00"),
        ("at 8 on weekdays", "weekdays 08:00"),
        ("0830", "daily 08:30"),
        ("daily 0830", "daily 08:30"),
        ("at dawn", "daily 05:00"),
        ("at 9:00 every morning", "daily 09:00"),
        ("every morning", "daily 08:00"),
        ("every evening at 9", "daily 21:00"),
        ("9:30 in the evening", "daily 21:30"),
        ("every morning at 8am", "daily 08:00"),
        ("at 1 at night", "daily 01:00"),
        ("every afternoon at 12", "daily 12:00"),
        ("every evening at 12", "daily 00:00"),
        ("monday mornings", "weekly mon 08:00"),
        ("weekdays at 7:30 in the morning", "weekdays 07:30"),
        ("daily pm 10:30", "daily 22:30"),
        ("8 o'clock", "daily 08:00"),
        ("every day at 8", "daily 08:00"),
        ("twice a day", "every 12h"),
        ("three times a day", "every 8h"),
        ("daily twice", "every 12h"),
        ("once a day", "daily 09:00"),
        ("once a week", "weekly mon 09:00"),
        ("on day 15 of the month at 10:00", "monthly 15 10:00"),
        ("on the last day of every month", "monthly 31 09:00"),
        ("monthly 15 evening", "monthly 15 18:00"),
    ],
)
def test_schedules_are_understood_as_people_write_them(typed: str, meant: str) -> None:
    assert str(parse(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3",
        "9",
        "every",
        "every 2",
        "every 5h",
        "every 2 days",
        "every other day",
        "instant",
        "chat",
        "money 9",
        "month 9",
        "mon-foo 9",
        "mon-tue-wed 9",
        "daily 24:00",
        "daily 8:61",
        "daily 13pm",
        "daily 8 and 20",
        "monthly 0",
        "monthly 32",
        "whenever",
    ],
)
def test_what_may_mean_anything_is_refused(typed: str) -> None:
    with pytest.raises(BadSchedule):
        parse(typed)


day_words = st.sampled_from(["mon", "fri-sun", "weekend", "daily", "weekly", "monthly", "last"])
other_words = st.sampled_from(
    ["9", "8:30", "pm", "2h", "15th", "noon", "every", "at", "and", ",", "-"]
)


@given(st.text(max_size=40) | st.lists(day_words | other_words, max_size=5).map(" ".join))
@settings(max_examples=300)
def test_any_text_is_understood_or_refused(typed: str) -> None:
    try:
        schedule = parse(typed)
    except BadSchedule:
        return
    assert parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    "typed",
    [
        "daily 8:00,18:00",
        "every day at 8 and 18",
        "8am and 6pm",
        "mon,thu 9 18",
        "8:00 18:00 daily",
    ],
)
def test_more_than_one_time_of_day_is_refused_as_such(typed: str) -> None:
    with pytest.raises(BadSchedule) as refusal:
        parse(typed)
    assert refusal.value.several


@pytest.mark.parametrize(
    "typed", ["whenever", "3", "9 10", "every 5h", "5 times a day", "daily 25:00"]
)
def test_what_is_no_schedule_is_not_taken_for_one_of_several_times(typed: str) -> None:
    with pytest.raises(BadSchedule) as refusal:
        parse(typed)
    assert not refusal.value.several


@pytest.mark.parametrize("typed", ["instant", "Instantly", "now", "at once", "At  once"])
def test_one_subscription_can_be_instant(typed: str) -> None:
    assert parse_for_one(typed) == INSTANT
    assert str(INSTANT) == "instant"


@pytest.mark.parametrize("typed", ["chat", "default", "like the chat", "same as the chat"])
def test_one_subscription_can_follow_the_schedule_of_its_chat(typed: str) -> None:
    assert parse_for_one(typed) is None


def test_one_subscription_can_have_a_schedule_of_its_own() -> None:
    assert parse_for_one("daily 8") == parse("daily 8")
    with pytest.raises(BadSchedule):
        parse_for_one("whenever")


@pytest.mark.parametrize("schedule", [OFF, INSTANT])
def test_what_has_no_rhythm_has_no_next_moment(schedule: Schedule) -> None:
    now = at("2026-03-01 12:00")
    assert next_after(schedule, now, "Asia/Tokyo") is None
    assert upcoming(schedule, now, "Asia/Tokyo", now) is None
    assert moved(schedule, now + timedelta(days=1), now, "Asia/Tokyo") is None


def wanted(schedule: Schedule, wall: datetime) -> bool:
    """Whether a schedule names what a clock shows."""
    if schedule.every_hours is not None:
        return wall.minute == 0 and wall.hour % schedule.every_hours == 0
    if wall.time() != schedule.at:
        return False
    if schedule.days:
        return f"{wall:%a}".lower() in schedule.days
    assert schedule.month_day is not None
    is_last = (wall + timedelta(days=1)).day == 1
    return wall.day == schedule.month_day or (is_last and wall.day < schedule.month_day)


def shown_first(
    now: datetime, end: datetime, zone: str
) -> Iterator[tuple[datetime, list[datetime]]]:
    """Each minute after `now`, with what the clock has then reached for the first time.

    That is one minute as a rule, none while it repeats itself, and many when it jumps ahead.
    """
    whole = now.replace(second=0, microsecond=0)
    # No clock is set back by more than two hours in these years.
    latest = max(wall for _, wall in minutes(whole - timedelta(hours=3), whole, zone))
    for minute, wall in minutes(now, end, zone):
        reached = []
        while latest < wall:
            latest += MINUTE
            reached.append(latest)
        yield minute, reached


Watched = Iterable[tuple[datetime, list[datetime]]]


def runs(schedule: Schedule, watched: Watched) -> Iterator[datetime]:
    """The minutes in which a schedule comes round."""
    half = timedelta(hours=schedule.every_hours or 24) / 2
    late: datetime | None = None
    for minute, reached in watched:
        if any(wanted(schedule, wall) for wall in reached):
            # What comes at the end of a gap gives way to what follows soon.
            if late is not None and minute - late >= half:
                yield late
            late = None
            if wanted(schedule, reached[-1]):
                yield minute
            else:
                late = minute
        elif late is not None and minute - late >= half:
            yield late
            late = None


def by_watching(schedule: Schedule, now: datetime, zone: str) -> datetime:
    """What `next_after` gives, found by looking at the clock every minute."""
    return next(runs(schedule, shown_first(now, now + timedelta(days=33), zone)))


@given(rhythms, moments, st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_the_next_moment_is_the_one_that_watching_the_clock_finds(
    schedule: Schedule, now: datetime, zone: str
) -> None:
    found = next_after(schedule, now, zone)
    assert found == by_watching(schedule, now, zone)
    assert found.tzinfo is UTC
    assert (found.second, found.microsecond) == (0, 0)


def rhythms_around(change: ClockChange) -> list[Schedule]:
    """Every form of schedule, with the times that the change puts in doubt."""
    early, late = change.walls()
    doubtful = [
        early - MINUTE,
        early,
        early + (late - early) / 2,
        late - MINUTE,
        late,
        late + MINUTE,
    ]
    return [
        *(Schedule(every_hours=hours) for hours in EVERY_HOURS),
        *(Schedule(days=DAYS, at=wall.time()) for wall in doubtful),
        *(Schedule(days=(DAYS[wall.weekday()],), at=wall.time()) for wall in doubtful),
        *(Schedule(month_day=wall.day, at=wall.time()) for wall in doubtful),
        *(Schedule(month_day=31, at=wall.time()) for wall in doubtful),
    ]


@pytest.mark.parametrize(
    "change", kinds_of_clock_changes(), ids=lambda change: f"{change.zone} {change.at:%Y-%m-%d}"
)
def test_around_every_kind_of_clock_change_the_moments_are_those_of_watching(
    change: ClockChange,
) -> None:
    start, end = change.at - timedelta(hours=5), change.at + timedelta(hours=5)
    watched = list(shown_first(start, end + timedelta(hours=12), change.zone))
    for schedule in rhythms_around(change):
        expected = takewhile(lambda moment: moment <= end, runs(schedule, watched))
        found = takewhile(lambda moment: moment <= end, moments_after(schedule, start, change.zone))
        assert list(found) == list(expected), str(schedule)


@given(st.sampled_from(clock_changes()), st.integers(0, 30), st.integers(-7_200, 7_200))
@settings(max_examples=150, deadline=None)
def test_at_any_second_around_a_clock_change_the_next_moment_is_that_of_watching(
    change: ClockChange, which: int, seconds: int
) -> None:
    schedule = rhythms_around(change)[which]
    now = change.at + timedelta(seconds=seconds)
    if schedule.month_day is None:
        assert next_after(schedule, now, change.zone) == by_watching(schedule, now, change.zone)
    else:
        # A month of minutes is long to watch; the days around the change are those in question.
        end = now + timedelta(days=2)
        found = next_after(schedule, now, change.zone)
        assert found is not None
        expected = next(
            runs(schedule, shown_first(now, end + timedelta(hours=12), change.zone)), None
        )
        if expected is None or expected > end:
            assert found > end
        else:
            assert found == expected


def test_clocks_are_changed_in_every_way_that_the_tests_are_about() -> None:
    steps = {change.after - change.before for change in clock_changes()}
    hours = {step / timedelta(hours=1) for step in steps}
    assert {-2, -1, -0.5, 0.5, 1, 2} <= hours
    assert LATEST - max(change.at for change in clock_changes()) < timedelta(days=120)


@pytest.mark.parametrize(
    ("typed", "zone", "now", "expected"),
    [
        # 02:00 → 03:00: what is left out comes at the end of the gap, with other things that do.
        (
            "daily 02:30",
            "Europe/Berlin",
            "2026-03-28 00:00",
            ["Sat 28 02:30", "Sun 29 03:00", "Mon 30 02:30"],
        ),
        ("weekly sun 02:00", "Europe/Berlin", "2026-03-28 00:00", ["Sun 29 03:00", "Sun 05 02:00"]),
        ("every 2h", "Europe/Berlin", "2026-03-28 23:30", ["Sun 29 03:00", "Sun 29 04:00"]),
        ("every 1h", "Europe/Berlin", "2026-03-29 00:30", ["Sun 29 03:00", "Sun 29 04:00"]),
        ("every 6h", "Europe/Berlin", "2026-03-28 23:30", ["Sun 29 06:00", "Sun 29 12:00"]),
        # 03:00 → 02:00: once.
        ("daily 02:30", "Europe/Berlin", "2026-10-24 12:00", ["Sun 25 02:30", "Mon 26 02:30"]),
        (
            "every 1h",
            "Europe/Berlin",
            "2026-10-24 23:30",
            ["Sun 25 02:00", "Sun 25 03:00", "Sun 25 04:00"],
        ),
        ("daily 02:30", "America/New_York", "2026-03-08 05:00", ["Sun 08 03:00", "Mon 09 02:30"]),
        ("daily 01:30", "America/New_York", "2026-11-01 04:00", ["Sun 01 01:30", "Mon 02 01:30"]),
        # Half an hour.
        (
            "daily 02:15",
            "Australia/Lord_Howe",
            "2026-10-03 15:00",
            ["Sun 04 02:30", "Mon 05 02:15"],
        ),
        (
            "daily 01:45",
            "Australia/Lord_Howe",
            "2026-04-04 14:00",
            ["Sun 05 01:45", "Mon 06 01:45"],
        ),
        # 02:45 → 03:45: an hourly digest at 03:45 and at 04:00 would be one too many, but not with others.
        ("every 1h", "Pacific/Chatham", "2026-09-26 13:00", ["Sun 27 02:00", "Sun 27 04:00"]),
        ("every 3h", "Pacific/Chatham", "2026-09-26 13:00", ["Sun 27 03:45", "Sun 27 06:00"]),
        # Two hours: 01:00 → 03:00, and 03:00 → 01:00.
        (
            "every 1h",
            "Antarctica/Troll",
            "2026-03-29 00:30",
            ["Sun 29 03:00", "Sun 29 04:00"],
        ),
        ("daily 01:30", "Antarctica/Troll", "2026-03-29 00:30", ["Sun 29 03:00", "Mon 30 01:30"]),
        ("daily 01:30", "Antarctica/Troll", "2026-10-24 22:00", ["Sun 25 01:30", "Mon 26 01:30"]),
        # Set back for Ramadan, and ahead after it.
        ("daily 02:30", "Africa/Casablanca", "2026-02-15 00:00", ["Sun 15 02:30", "Mon 16 02:30"]),
        ("daily 02:30", "Africa/Casablanca", "2026-03-22 00:00", ["Sun 22 03:00", "Mon 23 02:30"]),
        # The clock jumps over midnight: the day before has no 23:30.
        ("daily 23:30", "America/Nuuk", "2026-03-28 12:00", ["Sun 29 00:00", "Sun 29 23:30"]),
        # A country moves to the other side of the date line: there was no 30th of December.
        ("daily 09:00", "Pacific/Apia", "2011-12-29 12:00", ["Thu 29 09:00", "Sat 31 09:00"]),
        ("weekly fri 09:00", "Pacific/Apia", "2011-12-29 12:00", ["Sat 31 00:00", "Fri 06 09:00"]),
        ("monthly 30 09:00", "Pacific/Apia", "2011-12-29 12:00", ["Sat 31 00:00", "Mon 30 09:00"]),
        ("every 12h", "Pacific/Apia", "2011-12-29 23:00", ["Sat 31 00:00", "Sat 31 12:00"]),
        ("daily 09:00", "Pacific/Kwajalein", "1993-08-20 00:00", ["Fri 20 09:00", "Sun 22 09:00"]),
    ],
)
def test_local_time_means_local_time(typed: str, zone: str, now: str, expected: list[str]) -> None:
    assert on_the_wall(typed, now, zone, len(expected)) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_a_weekly_digest_keeps_its_local_time_across_clock_changes(zone: str) -> None:
    found = list(islice(moments_after(parse("weekly mon 09:00"), at("2026-01-01"), zone), 60))
    walls = {f"{moment.astimezone(ZoneInfo(zone)):%a %H:%M}" for moment in found}
    assert walls == {"Mon 09:00"}
    distances = {later - earlier for earlier, later in pairwise(found)}
    assert distances == {timedelta(days=7, hours=hours) for hours in (-1, 0, 1)}


def test_a_week_goes_on_after_sunday() -> None:
    assert on_the_wall("sun,mon 00:00", "2027-01-01", "UTC", 3) == [
        "Sun 03 00:00",
        "Mon 04 00:00",
        "Sun 10 00:00",
    ]
    assert on_the_wall("weekdays 07:30", "2026-12-31 08:00", "UTC", 2) == [
        "Fri 01 07:30",
        "Mon 04 07:30",
    ]


@pytest.mark.parametrize(
    ("day", "year", "days"),
    [
        (28, 2027, [31, 28, 31, 30]),
        (29, 2027, [29, 28, 29, 29]),
        (29, 2028, [29, 29, 29, 29]),
        (30, 2028, [30, 29, 30, 30]),
        (31, 2027, [31, 28, 31, 30]),
        (31, 2028, [31, 29, 31, 30]),
    ],
)
def test_months_that_lack_the_day_end_the_digest_on_their_last(
    day: int, year: int, days: list[int]
) -> None:
    schedule = Schedule(month_day=day, at=time(9))
    found = islice(moments_after(schedule, datetime(year, 1, 1, tzinfo=UTC), "UTC"), 4)
    expected = [28] * 4 if day == 28 else days
    assert [moment.date() for moment in found] == [
        date(year, month, on) for month, on in enumerate(expected, 1)
    ]


def test_a_moment_is_not_its_own_next_one() -> None:
    daily = parse("daily 08:00")
    assert next_after(daily, at("2026-06-01 07:59:59.999999"), "UTC") == at("2026-06-01 08:00")
    assert next_after(daily, at("2026-06-01 08:00"), "UTC") == at("2026-06-02 08:00")
    assert next_after(daily, at("2026-06-01 08:00:30"), "UTC") == at("2026-06-02 08:00")


@pytest.mark.parametrize("now", ["2026-03-28 12:00", "2026-10-24 12:00"])
def test_which_of_two_equal_times_was_given_does_not_matter(now: str) -> None:
    first, second = (Schedule(days=DAYS, at=time(2, 30, fold=fold)) for fold in (0, 1))
    assert first == second
    berlin = "Europe/Berlin"
    assert next_after(first, at(now), berlin) == next_after(second, at(now), berlin)


def test_a_clock_set_back_by_an_hour_after_a_digest_repeats_nothing() -> None:
    daily, due = parse("daily 08:00"), at("2026-06-01 08:00")
    set_back = at("2026-06-01 07:00:10")
    assert next_after(daily, set_back, "UTC") == due
    assert upcoming(daily, set_back, "UTC", due) == at("2026-06-02 08:00")


def test_a_clock_set_forward_by_five_weeks_brings_one_digest() -> None:
    weekly, due = parse("weekly mon 09:00"), at("2026-06-01 09:00")
    set_forward = at("2026-07-06 12:00")
    assert upcoming(weekly, set_forward, "UTC", due) == at("2026-07-13 09:00")


def test_a_month_of_sleep_brings_one_digest() -> None:
    hourly, due = parse("every 1h"), at("2026-06-01 09:00")
    awake = at("2026-07-01 14:20")
    assert upcoming(hourly, awake, "UTC", due) == at("2026-07-01 15:00")


def test_a_digest_that_was_composed_late_does_not_move_the_next_one() -> None:
    hourly, due = parse("every 1h"), at("2026-06-01 09:00")
    assert upcoming(hourly, at("2026-06-01 09:40"), "UTC", due) == at("2026-06-01 10:00")


def test_without_a_digest_before_the_next_one_is_the_next_moment() -> None:
    assert upcoming(parse("daily 08:00"), at("2026-06-01"), "UTC", None) == at("2026-06-01 08:00")


@given(rhythms, moments, moments, st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_whatever_the_clock_says_no_moment_comes_twice(
    schedule: Schedule, last: datetime, now: datetime, zone: str
) -> None:
    found = upcoming(schedule, now, zone, last)
    assert found is not None
    assert found > now
    assert found > last
    assert found in (next_after(schedule, now, zone), next_after(schedule, last, zone))


def test_new_rules_of_a_zone_move_what_is_to_come() -> None:
    daily, now = parse("daily 08:00"), at("2026-06-01 00:00")
    due = next_after(daily, now, "Etc/GMT-2")
    assert due == at("2026-06-01 06:00")
    assert moved(daily, due, now, "Etc/GMT-1") == at("2026-06-01 07:00")
    assert moved(daily, due, now, "Etc/GMT-3") == at("2026-06-01 05:00")
    assert moved(daily, due, now, "Etc/GMT-2") == due


def test_new_rules_leave_what_is_due_as_it_is() -> None:
    due = at("2026-06-01 06:00")
    assert moved(parse("daily 08:00"), due, due + timedelta(hours=3), "Etc/GMT-1") == due
    assert moved(parse("daily 08:00"), due, due, "Etc/GMT-1") == due


def test_new_rules_lose_no_digest_whose_time_they_put_into_the_past() -> None:
    due, now = at("2026-06-01 06:00"), at("2026-06-01 05:30")
    assert moved(parse("daily 08:00"), due, now, "Etc/GMT-3") == due
    assert moved(
        parse("every 6h"), at("2026-06-01 10:00"), at("2026-06-01 09:30"), "Etc/GMT-3"
    ) == (at("2026-06-01 10:00"))


def test_new_rules_repeat_no_digest() -> None:
    daily, last, now = parse("daily 08:00"), at("2026-06-01 06:00"), at("2026-06-01 06:10")
    assert moved(daily, at("2026-06-02 06:00"), now, "Etc/GMT-1", last) == at("2026-06-01 07:00")


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
    assert near == ("Canada/Atlantic",)
    assert set(near) <= available_timezones()
    assert len(near_zones("home")) == 3
    assert "Asia/Tokyo" in near_zones("Asia/Tokio")


@pytest.mark.parametrize("typed", ["Narnia", "BA", "xyz", "it is late"])
def test_a_name_that_is_like_none_is_near_none(typed: str) -> None:
    assert near_zones(typed) == ()


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=30)
def test_any_text_is_a_zone_or_none(typed: str) -> None:
    zone = find_zone(typed)
    assert zone is None or zone in available_timezones()
    assert set(near_zones(typed)) <= available_timezones()
