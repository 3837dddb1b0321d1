"""How many stories a day there were: days of a calendar, each story once, and one line of text."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from news import query, search
from news.indexing import indexed, row_of
from news.matching import Source, subject_of
from news.stories import WINDOW
from news.trend import (
    DAYS,
    UNCOUNTED,
    Day,
    Hit,
    Trend,
    by_day,
    last_days,
    sparkline,
)
from news.wall_clock import beginning
from storage import articles, feeds
from storage import search as index
from storage.database import Database, Transaction
from storage.records import FeedId, NewArticle, StoryId

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RICE = query.parse("Rice")


def hit(story: int, at: datetime, feed: int = 1) -> Hit:
    return Hit(StoryId(story), FeedId(feed), at)


def figures(days: Sequence[Day]) -> dict[str, int | None]:
    """The days that are not empty."""
    return {f"{day.date:%m-%d}": day.stories for day in days if day.stories != 0}


def test_a_story_counts_once_on_the_day_of_its_first_article() -> None:
    hits = [
        hit(1, NOON),
        hit(1, NOON - timedelta(days=2), feed=2),
        hit(2, NOON - timedelta(days=2, hours=5)),
        hit(3, NOON - timedelta(hours=1)),
    ]
    days, _ = by_day(hits, last_days(NOON, "UTC"), "UTC")
    assert (len(days), days[0].date, days[-1].date) == (30, date(2026, 10, 22), date(2026, 11, 20))
    assert figures(days) == {"11-18": 2, "11-20": 1}


def test_days_are_those_of_the_readers_calendar() -> None:
    late = datetime(2026, 11, 19, 20, tzinfo=UTC)
    for zone, day in (("UTC", "11-19"), ("Asia/Tokyo", "11-20"), ("Pacific/Pago_Pago", "11-19")):
        days, _ = by_day([hit(1, late)], last_days(NOON, zone), zone)
        assert figures(days) == {day: 1}
    assert last_days(datetime(2026, 11, 19, 16, tzinfo=UTC), "Asia/Tokyo")[-1] == date(2026, 11, 20)


def test_a_day_of_25_hours_is_one_day_and_one_without_midnight_begins_later() -> None:
    # New York goes back on November 1 at 06:00 UTC.
    assert beginning(date(2026, 11, 1), "America/New_York") == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert beginning(date(2026, 11, 2), "America/New_York") == datetime(2026, 11, 2, 5, tzinfo=UTC)
    early, late = (datetime(2026, 11, day, 4, 30, tzinfo=UTC) for day in (1, 2))
    days, _ = by_day(
        [hit(1, early), hit(2, late)], last_days(NOON, "America/New_York"), "America/New_York"
    )
    assert figures(days) == {"11-01": 2}
    # Santiago's clocks go from 00:00 to 01:00 on September 6.
    begins = beginning(date(2026, 9, 6), "America/Santiago")
    assert begins == datetime(2026, 9, 6, 4, tzinfo=UTC)


@given(
    st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_every_moment_lies_in_the_day_that_has_begun(zone: str, now: datetime) -> None:
    days = last_days(now, zone)
    assert len(days) == DAYS
    assert beginning(days[-1], zone) <= now < beginning(days[-1] + timedelta(days=1), zone)
    counted, largest = by_day([hit(1, now)], days, zone)
    assert (counted[-1].stories, largest) == (1, 1)


def test_a_day_that_a_query_ends_with_is_not_counted() -> None:
    end = datetime(2026, 11, 19, tzinfo=UTC)
    for zone, last in (("UTC", 18), ("Asia/Tokyo", 19), ("America/New_York", 18)):
        days, _ = by_day([], last_days(NOON, zone), zone, asked=(end - timedelta(days=3), end))
        counted = [day.date for day in days if day.stories is not None]
        assert counted[-1] == date(2026, 11, last)


def test_a_story_that_goes_on_from_before_is_no_story_of_these_days() -> None:
    first = beginning(last_days(NOON, "UTC")[0], "UTC")
    hits = [hit(1, first + timedelta(hours=5)), hit(1, first - timedelta(hours=1))]
    days, largest = by_day(hits, last_days(NOON, "UTC"), "UTC")
    assert figures(days) == {}
    assert largest is None


def test_the_largest_story_is_the_one_that_most_outlets_told() -> None:
    hits = [
        *(hit(1, NOON - timedelta(hours=hours), feed=1) for hours in range(6)),
        *(hit(2, NOON - timedelta(days=3), feed=feed) for feed in range(3)),
        *(hit(3, NOON - timedelta(days=2), feed=feed) for feed in range(3)),
        *(hit(4, NOON - timedelta(days=40), feed=feed) for feed in range(9)),
    ]
    _, largest = by_day(hits, last_days(NOON, "UTC"), "UTC")
    assert largest == 3


def test_days_that_nobody_looked_back_to_are_not_counted() -> None:
    hits = [hit(1, NOON), hit(2, NOON - timedelta(days=3)), hit(3, NOON - timedelta(days=4))]
    days, largest = by_day(hits, last_days(NOON, "UTC"), "UTC", NOON - timedelta(days=3, hours=1))
    assert [day.stories for day in days] == [None] * 27 + [0, 0, 1]
    assert largest == 1
    shown = Trend("rice", days, None)
    assert (shown.total, len(shown.counted)) == (1, 3)
    assert sparkline(days) == UNCOUNTED * 27 + "▁▁█"


def test_the_peak_is_the_latest_of_equals_and_there_is_none_of_nothing() -> None:
    days = last_days(NOON, "UTC")[:4]
    shown = Trend("", tuple(map(Day, days, (3, 0, 3, 1))), None)
    assert shown.peak == Day(days[2], 3)
    assert Trend("", tuple(map(Day, days, (0, None, 0, 0))), None).peak is None


@given(st.lists(st.none() | st.integers(0, 10**6), max_size=40))
def test_a_line_shows_each_day_by_a_character_and_one_story_never_as_none(
    stories: list[int | None],
) -> None:
    line = sparkline([Day(date(2026, 1, 1), count) for count in stories])
    assert len(line) == len(stories)
    heights = {UNCOUNTED: -1} | {bar: height for height, bar in enumerate("▁▂▃▄▅▆▇█")}
    shown = [heights[bar] for bar in line]
    most = max((count or 0 for count in stories), default=0)
    for count, height in zip(stories, shown, strict=True):
        assert (height == -1) == (count is None)
        assert (height > 0) == bool(count)
        assert (height == 7) == (bool(count) and 7 * (count or 0) > 6 * most)
    known = sorted((count, height) for count, height in zip(stories, shown, strict=True) if count)
    assert [height for _, height in known] == sorted(height for _, height in known)


async def keep(
    tx: Transaction, title: str, days: float, story: StoryId | None = None, feed: str = "a"
) -> StoryId:
    """Keep an article of so many days before NOON; its story."""
    outlet = await feeds.add(tx, f"https://{feed}.example/feed", NOON, feed.upper())
    if story is None:
        [story] = await articles.add_stories(tx, 1, NOON)
    new = NewArticle(
        identity=f"{title} {days} {story}",
        url="https://a.example/1",
        canonical_url="",
        title=title,
        summary="",
        language="en",
        published_at=NOON - timedelta(days=days),
        story_id=story,
        archived=False,
    )
    [id] = await articles.add(tx, [(outlet.id, new)], NOON)
    subject = subject_of(title, "", "en", Source(), new.published_at)
    await index.index(tx, [row_of(id, new.published_at, indexed(subject))])
    return story


async def test_the_archive_is_asked_for_stories_and_not_for_articles(
    any_database: Database,
) -> None:
    async with any_database.write() as tx:
        large = await keep(tx, "rice is dear", 5)
        await keep(tx, "dear rice", 4, large, "b")
        await keep(tx, "tea is dear", 4.5, large, "c")
        await keep(tx, "rice rain", 4)
        await keep(tx, "tea rain", 4)
        await keep(tx, "rice of old", 31)
        running = await keep(tx, "rice strike", 29.2 + WINDOW.days / 2)
        await keep(tx, "rice strike goes on", 29.2, running)
        found = await search.trend(tx, RICE, NOON, "UTC")
    assert figures(found.days) == {"11-15": 1, "11-16": 1}
    assert (found.query, found.total) == ("Rice", 2)
    assert found.largest is not None
    assert [one.title for one in found.largest.articles] == [
        "dear rice",
        "tea is dear",
        "rice is dear",
    ]


async def test_a_query_that_bounds_the_time_itself_has_no_stories_outside(
    any_database: Database,
) -> None:
    async with any_database.write() as tx:
        for days in (1, 3, 10):
            await keep(tx, "rice is dear", days)
        bounded = query.parse("rice since:7d before:2d")
        found = await search.trend(tx, bounded, NOON, "UTC")
        elsewhere = await search.trend(tx, query.parse("rice before:2020-01-01"), NOON, "UTC")
    assert [(f"{day.date:%m-%d}", day.stories) for day in found.counted] == [
        *(("11-13", 0), ("11-14", 0), ("11-15", 0), ("11-16", 0), ("11-17", 1), ("11-18", 0)),
    ]
    assert not found.cut
    assert (elsewhere.counted, elsewhere.cut) == ((), False)


async def test_what_is_too_much_to_look_at_is_not_counted_and_said_so(
    any_database: Database,
) -> None:
    async with any_database.write() as tx:
        for days in (0, 0.1, 1, 1.1, 2, 2.1, 3, 3.1):
            await keep(tx, "rice is dear", days)
        some = await search.trend(tx, RICE, NOON, "UTC", most=5)
        all_of_them = await search.trend(tx, RICE, NOON, "UTC", most=8)
        none = await search.trend(tx, RICE, NOON, "UTC", most=1)
    assert [day.stories for day in some.counted] == [2, 2]
    assert (len(all_of_them.counted), all_of_them.total) == (DAYS, 8)
    assert (none.counted, none.largest) == ((), None)
    assert (some.cut, all_of_them.cut) == (True, False)
