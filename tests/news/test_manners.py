"""What publishers may expect of a polite reader: requests, pace, refusals, moves and bodies, on loopback."""

import asyncio
import gzip
import itertools
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from typing import Any

import pytest

from bot import composer as compose
from news import fetch, follow, pace, unfollowing
from news.desk import Desk
from news.errors import FetchFailed, Hop
from news.fetch import Fetcher, FetchLimits
from news.gather import gather
from news.intake import Intake
from news.pace import Pace
from news.poller import Poller
from news.sources import Sources
from storage import chats, feeds
from storage.database import open_database
from storage.records import Failure, Kind

World = Any
Host = Any

SY = "http://purl.org/rss/1.0/modules/syndication/"
FOUR = f"<sy:updateFrequency xmlns:sy='{SY}'>4</sy:updateFrequency>"

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ODD_TAG = 'W/"a  b\'c" '.strip()
ODD_DATE = "Yesterday, 25 o'clock"


async def first_visit(world: World, host: Host, rss: Any, **page: Any) -> tuple[str, Any]:
    """A feed that was visited once, and its page."""
    url = f"{host.url}/feed"
    served = host.serve("/feed", rss("one"), **page)
    await world.enlist(url)
    assert await world.poll() == [(0, None)]
    return url, served


# ── validators ───────────────────────────────────────────────────────────────────────────────────


async def test_an_etag_goes_back_byte_for_byte(world: World, host: Host, rss: Any) -> None:
    url, _ = await first_visit(world, host, rss, etag=ODD_TAG)
    await world.poll_when_due(url)
    assert host.last["If-None-Match"] == ODD_TAG


async def test_a_date_of_change_goes_back_byte_for_byte_and_is_never_made_up(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, last_modified=ODD_DATE)
    await world.poll_when_due(url)
    assert host.last["If-Modified-Since"] == ODD_DATE
    page.last_modified, page.body = None, rss("one", "two")
    await world.poll_when_due(url)
    await world.poll_when_due(url)
    assert "If-Modified-Since" not in host.last


async def test_both_validators_are_sent_if_both_are_known(
    world: World, host: Host, rss: Any
) -> None:
    url, _ = await first_visit(world, host, rss, etag='"1"', last_modified=ODD_DATE)
    await world.poll_when_due(url)
    assert (host.last["If-None-Match"], host.last["If-Modified-Since"]) == ('"1"', ODD_DATE)


async def test_a_new_etag_is_kept_though_the_date_of_change_is_the_same(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"', last_modified=ODD_DATE)
    page.etag, page.body = '"2"', rss("two", "one")
    await world.poll_when_due(url)
    assert (await world.feed(url)).etag == '"2"'


async def test_new_validators_are_kept_though_the_body_is_the_same(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"', last_modified="Mon")
    page.etag, page.last_modified = '"2"', "Tue"
    assert await world.poll_when_due(url) == [(0, None)]
    feed = await world.feed(url)
    assert (feed.etag, feed.last_modified) == ('"2"', "Tue")


async def test_a_304_renews_the_validators_that_it_brings_and_keeps_the_others(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"', last_modified="Mon")
    page.always_304, page.last_modified, page.etag = True, "Tue", None
    await world.poll_when_due(url)
    feed = await world.feed(url)
    assert (feed.etag, feed.last_modified) == ('"1"', "Tue")


async def test_a_200_without_validators_drops_the_old_ones(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"', last_modified="Mon")
    page.etag = page.last_modified = None
    page.body = rss("two")
    await world.poll_when_due(url)
    feed = await world.feed(url)
    assert (feed.etag, feed.last_modified) == (None, None)


async def test_validators_survive_a_restart(
    world: World, host: Host, rss: Any, sqlite_url: str
) -> None:
    await first_visit(world, host, rss, etag='"1"')
    # As after a crash: nothing was closed.
    again = await open_database(sqlite_url, alone=False)
    sources = Sources(
        again,
        world.sources.fetcher,
        world.sources.worker,
        Intake(again, world.sources.worker),
        world.clock,
        lambda: 0.0,
        world.sources.pace,
    )
    async with Poller(sources, "you", 4) as poller:
        assert await poller.poll_due() == ()
        world.clock.forward(hours=1)
        assert len(await poller.poll_due()) == 1
    assert host.last["If-None-Match"] == '"1"'
    await again.close()


async def test_a_body_that_can_not_be_read_leaves_the_validators_of_the_last_good_one(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.etag, page.body = '"2"', b"<rss><channel><item>"[:3]
    assert await world.poll_when_due(url) == [(0, Failure.NOT_A_FEED)]
    assert (await world.feed(url)).etag == '"1"'
    page.body = rss("two", "one")
    assert await world.poll_when_due(url) == [(1, None)]


async def test_validators_and_entries_are_committed_together_or_not_at_all(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.etag, page.body = '"2"', rss("two", "one")
    record = feeds.record

    async def trip(*arguments: Any) -> None:
        await record(*arguments)
        raise RuntimeError("planted")

    monkeypatch.setattr(feeds, "record", trip)
    world.clock.forward(hours=1)
    with pytest.raises(ExceptionGroup):
        await world.results()
    assert (await world.feed(url)).etag == '"1"'
    assert await world.titles() == ["one"]
    monkeypatch.setattr(feeds, "record", record)
    assert await world.poll(minutes=6) == [(1, None)]


async def test_a_new_address_is_asked_once_without_condition(
    world: World, host: Host, rss: Any
) -> None:
    url, _ = await first_visit(world, host, rss, etag='"1"')
    host.serve("/new", rss("one"), etag='"1"')
    async with world.database.write() as tx:
        await feeds.move(tx, await world.feed(url), f"{host.url}/new")
    await world.poll_when_due(f"{host.url}/new")
    assert "If-None-Match" not in host.last
    await world.poll_when_due(f"{host.url}/new")
    assert host.last["If-None-Match"] == '"1"'


async def test_a_server_that_always_says_304_is_asked_in_full_every_eight_days(
    world: World, host: Host, rss: Any
) -> None:
    _, page = await first_visit(world, host, rss, etag='"1"')
    page.always_304, page.body = True, rss("two", "one")
    for _ in range(7):
        assert await world.poll(days=1) == [(0, None)]
    assert await world.poll(days=1) == [(1, None)]
    assert "If-None-Match" not in host.last
    await world.poll(days=1)
    assert "If-None-Match" in host.last
    full = [asked for asked in host.asked if "If-None-Match" not in asked.headers]
    assert len(full) == 2


async def test_a_date_of_change_in_2038_is_not_sent(world: World, host: Host, rss: Any) -> None:
    url, _ = await first_visit(
        world, host, rss, etag='"1"', last_modified="Tue, 19 Jan 2038 03:14:07 GMT"
    )
    await world.poll_when_due(url)
    assert "If-Modified-Since" not in host.last
    assert host.last["If-None-Match"] == '"1"'


async def test_a_304_that_nobody_asked_for_is_a_failure(world: World, host: Host, rss: Any) -> None:
    host.serve("/feed", status=304)
    await world.enlist(f"{host.url}/feed")
    assert await world.poll() == [(0, Failure.STATUS)]
    assert (await world.feed(f"{host.url}/feed")).failure_detail == "304"


async def test_adding_a_feed_costs_exactly_one_request(world: World, host: Host, rss: Any) -> None:
    host.serve("/feed", rss("one"), etag='"1"')
    chat = await world.chat()
    await follow.follow_address(world.sources, chat.id, f"{host.url}/feed", 9)
    assert [asked.method for asked in host.asked] == ["GET"]
    assert await world.poll(minutes=14) == []


# ── pace ─────────────────────────────────────────────────────────────────────────────────────────


async def test_without_any_sign_a_feed_is_visited_hourly_with_validators_and_daily_without(
    world: World, host: Host, rss: Any
) -> None:
    host.serve("/with", rss("one"), etag='"1"')
    host.serve("/without", rss("one"))
    await world.enlist(f"{host.url}/with", f"{host.url}/without")
    await world.poll()
    assert HOUR * 0.9 <= await world.wait_of(f"{host.url}/with") <= HOUR
    assert DAY * 0.9 <= await world.wait_of(f"{host.url}/without") <= DAY


@pytest.mark.parametrize(
    ("headers", "hours"),
    [
        ({"Cache-Control": "max-age=14400"}, 4),
        ({"Cache-Control": "public, max-age=14400", "Age": "3600"}, 3),
        ({"Cache-Control": "s-maxage=99999, max-age=7200"}, 2),
        ({"Cache-Control": "max-age=315360000"}, 24),
        ({"Cache-Control": "no-cache, max-age=14400"}, 0.9),
        ({"Cache-Control": "no-store"}, 0.9),
        ({"Cache-Control": "max-age=soon"}, 0.9),
        ({"Cache-Control": "max-age=60"}, 0.9),
    ],
)
async def test_max_age_less_age_delays_the_next_visit_within_bounds(
    world: World, host: Host, rss: Any, headers: dict[str, str], hours: float
) -> None:
    url, _ = await first_visit(world, host, rss, etag='"1"', headers=headers)
    assert await world.wait_of(url) == timedelta(hours=hours)


async def test_expires_counts_from_the_date_of_the_reply(
    world: World, host: Host, rss: Any
) -> None:
    there = datetime(2001, 1, 1, tzinfo=UTC)
    headers = {
        "Date": format_datetime(there, usegmt=True),
        "Expires": format_datetime(there + 5 * HOUR, usegmt=True),
    }
    url, _ = await first_visit(world, host, rss, etag='"1"', headers=headers)
    assert await world.wait_of(url) == 5 * HOUR


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ("<ttl>300</ttl>", timedelta(hours=5)),
        ("<ttl>1</ttl>", timedelta(minutes=54)),
        ("<ttl>often</ttl>", timedelta(minutes=54)),
        (
            f"<sy:updatePeriod xmlns:sy='{SY}'>daily</sy:updatePeriod>{FOUR}",
            timedelta(hours=6),
        ),
        # It is noon on a Friday.
        ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", timedelta(hours=2)),
        ("<skipHours><hour>24</hour></skipHours>", timedelta(minutes=54)),
        ("<skipDays><day>Friday</day><day>Saturday</day></skipDays>", timedelta(hours=36)),
    ],
)
async def test_what_a_feed_says_about_itself_only_slows_visits_down(
    world: World, host: Host, rss: Any, head: str, wait: timedelta
) -> None:
    host.serve("/feed", rss("one", head=head), etag='"1"')
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    assert await world.wait_of(f"{host.url}/feed") == wait


async def test_a_feed_is_visited_twice_as_often_as_it_has_news_and_slower_with_silence(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    async def wait(gap: timedelta, silence: timedelta) -> timedelta:
        dates = [world.clock() - silence - number * gap for number in range(10)]
        items = [item(str(date), pubDate=format_datetime(date)) for date in dates]
        url = f"{host.url}/{gap.total_seconds():.0f}-{silence.total_seconds():.0f}"
        host.serve(url.removeprefix(host.url), rss(*items), etag='"1"')
        await world.enlist(url)
        await world.poll()
        found: timedelta = await world.wait_of(url)
        return found

    nothing = timedelta(0)
    assert await wait(4 * HOUR, nothing) == 2 * HOUR * 0.9
    assert await wait(timedelta(minutes=5), nothing) == timedelta(minutes=15)
    assert await wait(HOUR, 7 * DAY) >= 6 * HOUR * 0.9
    assert await wait(HOUR, 14 * DAY) >= 12 * HOUR * 0.9
    assert await wait(HOUR, 31 * DAY) >= DAY * 0.9
    assert await wait(90 * DAY, nothing) <= DAY


async def test_a_feed_without_validators_is_visited_before_an_entry_can_come_and_go(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    dates = [world.clock() - number * HOUR for number in range(13)]
    items = [item(str(date), pubDate=format_datetime(date)) for date in dates]
    host.serve("/feed", rss(*items))
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    assert await world.wait_of(f"{host.url}/feed") == 4 * HOUR * 0.9


async def test_feeds_that_came_together_are_spread(world: World, host: Host, rss: Any) -> None:
    chances = iter(number / 20 for number in range(20))
    sources = world.sources
    spread = Sources(
        sources.database,
        sources.fetcher,
        sources.worker,
        sources.intake,
        sources.clock,
        lambda: next(chances),
        sources.pace,
    )
    urls = [f"{host.url}/{number}" for number in range(20)]
    for url in urls:
        host.serve(url.removeprefix(host.url), rss("one"), etag='"1"')
    await world.enlist(*urls)
    async with Poller(spread, "me", 32) as poller:
        assert len(await poller.poll_due()) == 20
    seconds = {(await world.feed(url)).next_visit_at.replace(microsecond=0) for url in urls}
    assert len(seconds) == 20
    assert max(seconds) - min(seconds) > timedelta(minutes=10)


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", {}),
        ("", {"Cache-Control": "max-age=14400"}),
        ("<ttl>300</ttl>", {}),
    ],
)
async def test_round_hints_do_not_bring_feeds_of_one_host_at_the_same_time(
    world: World, host: Host, rss: Any, head: str, headers: dict[str, str]
) -> None:
    chances = iter(number / 20 for number in range(20))
    spread = replace(world.sources, chance=lambda: next(chances))
    urls = [f"{host.url}/{number}" for number in range(20)]
    for url in urls:
        host.serve(url.removeprefix(host.url), rss("one", head=head), etag='"1"', headers=headers)
    await world.enlist(*urls)
    async with Poller(spread, "me", 32) as poller:
        await poller.poll_due()
    assert len({(await world.feed(url)).next_visit_at.replace(microsecond=0) for url in urls}) == 20


async def test_a_restart_visits_nothing_that_is_not_due(world: World, host: Host, rss: Any) -> None:
    url, _ = await first_visit(world, host, rss, etag='"1"')
    await world.enlist(url)
    async with Poller(world.sources, "after the restart", 32) as poller:
        assert await poller.poll_due() == ()
    assert len(host.asked) == 1


async def test_a_failed_visit_is_not_tried_again_at_once(
    world: World, host: Host, rss: Any
) -> None:
    host.serve("/feed", status=500)
    await world.enlist(f"{host.url}/feed")
    assert await world.poll() == [(0, Failure.STATUS)]
    assert await world.poll() == []
    assert len(host.asked) == 1


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7200", 2 * HOUR, 2 * HOUR),
        ("in three hours", 3 * HOUR, 3 * HOUR),
        ("an hour ago", HOUR * 0.9, 2 * HOUR),
        ("-5", HOUR * 0.9, 2 * HOUR),
        ("1000000000", WEEK, WEEK),
        ("later", HOUR * 0.9, 2 * HOUR),
        ("٣", HOUR * 0.9, 2 * HOUR),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed_in_seconds_and_as_a_date_up_to_a_week(
    world: World, host: Host, rss: Any, status: int, said: str, least: timedelta, most: timedelta
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    other = f"{host.url}/other"
    host.serve("/other", rss("two"), etag='"1"')
    there = datetime(2001, 1, 1, tzinfo=UTC)
    dates = {"in three hours": there + 3 * HOUR, "an hour ago": there - HOUR}
    if said in dates:
        said = format_datetime(dates[said], usegmt=True)
    page.status = status
    # What is no ASCII can't be a number of seconds; it goes over the wire as bytes.
    page.headers = {"Retry-After": said, "Date": format_datetime(there, usegmt=True)}
    assert await world.poll(hours=1) == [(0, Failure.BUSY)]
    assert least <= await world.wait_of(url) <= most
    await world.enlist(url, other)
    assert await world.poll() == ([] if status == 429 else [(0, None)])


async def test_a_429_of_one_feed_pauses_its_whole_host_and_no_other(
    world: World, host: Host, rss: Any, new_host: Any
) -> None:
    elsewhere = await new_host()
    host.serve("/a", status=429, headers={"Retry-After": "3600"})
    host.serve("/b", rss("b"))
    elsewhere.serve("/c", rss("c"))
    await world.enlist(f"{host.url}/a")
    assert await world.poll() == [(0, Failure.BUSY)]
    await world.enlist(f"{host.url}/a", f"{host.url}/b", f"{elsewhere.url}/c")
    assert await world.poll() == [(0, None)]
    assert await world.poll(minutes=59) == []
    assert set(await world.poll(minutes=2)) == {(0, None), (0, Failure.BUSY)}


async def test_a_429_without_retry_after_doubles_the_interval_and_is_never_under_an_hour(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status = 429
    waits = []
    for _ in range(4):
        assert await world.poll_when_due(url) == [(0, Failure.BUSY)]
        waits.append(await world.wait_of(url))
    assert waits[0] >= HOUR
    assert waits[3] > 2 * waits[1] >= 2 * HOUR * 0.9


async def test_failures_are_visited_ever_more_rarely_up_to_a_day_until_a_success(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status = 500
    waits = []
    for _ in range(9):
        assert await world.poll_when_due(url) == [(0, Failure.STATUS)]
        waits.append(await world.wait_of(url))
    assert waits == sorted(waits)
    assert waits[1] == 2 * waits[0]
    assert DAY * 0.9 <= waits[-1] <= DAY
    feed = await world.feed(url)
    assert (feed.failures, feed.failure_detail, feed.etag) == (9, "500", '"1"')
    page.status, page.body, page.etag = 200, rss("two", "one"), '"2"'
    assert await world.poll_when_due(url) == [(1, None)]
    assert (await world.feed(url)).failures == 0
    assert await world.wait_of(url) <= HOUR


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_is_no_reason_to_come_sooner_than_before(
    world: World, host: Host, rss: Any, status: int
) -> None:
    headers = {"Cache-Control": "max-age=43200"}
    url, page = await first_visit(world, host, rss, etag='"1"', headers=headers)
    usual = await world.wait_of(url)
    assert usual == 12 * HOUR
    page.status, page.headers = status, {}
    await world.poll_when_due(url)
    wait = await world.wait_of(url)
    assert wait >= (2 * usual if status in (429, 503) else usual * 0.9)


async def test_a_short_retry_after_is_no_invitation_to_come_often(
    world: World, host: Host, rss: Any
) -> None:
    headers = {"Cache-Control": "max-age=14400"}
    url, page = await first_visit(world, host, rss, etag='"1"', headers=headers)
    page.status, page.headers = 503, {"Retry-After": "5"}
    waits = []
    for _ in range(3):
        await world.poll_when_due(url)
        waits.append(await world.wait_of(url))
    assert waits[0] >= 4 * HOUR
    assert waits == sorted(waits)


async def test_hours_that_a_feed_skips_are_skipped_in_trouble_too(
    world: World, host: Host, rss: Any
) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour not in (12, 20))
    page = host.serve("/feed", rss("one", head=f"<skipHours>{hours}</skipHours>"), etag='"1"')
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    page.status = 500
    await world.poll_when_due(f"{host.url}/feed")
    assert (await world.feed(f"{host.url}/feed")).next_visit_at.hour in (12, 20)


async def test_followers_hear_of_a_410_at_once_and_once(world: World, host: Host, rss: Any) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    await world.chat(1, url)
    page.status = 410
    await world.poll_when_due(url)
    assert await compose.tell_trouble(world.database, world.clock()) == 1
    await world.poll_when_due(url)
    assert await compose.tell_trouble(world.database, world.clock()) == 0


async def test_what_is_gone_is_asked_once_more_a_day_later_and_then_never(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status = 410
    assert await world.poll_when_due(url) == [(0, Failure.GONE)]
    assert await world.wait_of(url) == DAY
    assert await world.poll_when_due(url) == [(0, Failure.GONE)]
    assert (await world.feed(url)).stopped_at == world.clock()
    assert await world.poll(days=400) == []


async def test_what_is_not_found_is_asked_for_every_week_at_last(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status = 404
    for _ in range(14):
        assert await world.poll_when_due(url) == [(0, Failure.STATUS)]
    assert WEEK * 0.9 <= await world.wait_of(url) <= WEEK
    assert (await world.feed(url)).stopped_at is None


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {}),
        (403, {}),
        (503, {"cf-mitigated": "challenge"}),
        (200, {"cf-mitigated": "challenge"}),
    ],
)
async def test_being_refused_is_a_failure_of_its_own_and_no_reason_to_insist(
    world: World, host: Host, rss: Any, status: int, headers: dict[str, str]
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers, page.body = status, headers, b"<html>Just a moment</html>"
    page.etag = '"2"'
    assert await world.poll_when_due(url) == [(0, Failure.BLOCKED)]
    assert await world.wait_of(url) >= 3 * HOUR


# ── moves ────────────────────────────────────────────────────────────────────────────────────────


async def visit_for_days(world: World, url: str, days: int) -> None:
    for _ in range(days):
        await world.poll(days=1)


async def test_a_permanent_redirect_is_adopted_after_five_visits_over_three_days(
    world: World, host: Host, rss: Any, new_host: Any
) -> None:
    there = await new_host()
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = 301, {"Location": f"{there.url}/new"}
    there.serve("/new", rss("one"), etag='"1"')
    world.clock.forward(hours=1)
    for _ in range(8):
        assert await world.poll_when_due(url) == [(0, None)]
    # Many visits, but in less than three days.
    assert (await world.feed(url)).url == url
    await visit_for_days(world, url, 3)
    feed = await world.feed(url)
    assert feed.url == f"{there.url}/new"
    assert (await world.feed(f"{there.url}/new")).id == feed.id
    before = len(host.asked)
    await visit_for_days(world, url, 2)
    assert len(host.asked) == before


async def test_few_visits_over_many_days_do_not_prove_a_move(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = 308, {"Location": "/new"}
    host.serve("/new", rss("one"), etag='"1"')
    for _ in range(4):
        await world.poll(days=2)
    assert (await world.feed(url)).url == url
    await world.poll(days=2)
    assert (await world.feed(url)).url == f"{host.url}/new"


async def test_a_redirect_that_wavers_or_leads_to_no_feed_is_not_adopted(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = 301, {"Location": "/new"}
    host.serve("/new", rss("one"), etag='"1"')
    await visit_for_days(world, url, 4)
    page.headers = {"Location": "/other"}
    host.serve("/other", rss("one"), etag='"1"')
    await visit_for_days(world, url, 1)
    page.headers = {"Location": "/new"}
    await visit_for_days(world, url, 4)
    assert (await world.feed(url)).url == url
    host.serve("/new", "<html>for sale</html>", etag='"2"')
    await visit_for_days(world, url, 9)
    assert (await world.feed(url)).url == url


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_is_followed_and_never_adopted(
    world: World, host: Host, rss: Any, status: int
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = status, {"Location": "/new"}
    host.serve("/new", rss("two", "one"), etag='"2"')
    assert await world.poll(days=1) == [(1, None)]
    await visit_for_days(world, url, 9)
    assert (await world.feed(url)).url == url


async def test_a_mixed_chain_is_adopted_up_to_its_first_temporary_hop(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = 301, {"Location": "/middle"}
    host.serve("/middle", status=302, headers={"Location": "/end"})
    host.serve("/end", rss("one"), etag='"1"')
    await visit_for_days(world, url, 6)
    assert (await world.feed(url)).url == f"{host.url}/middle"


async def test_a_feed_that_moves_to_a_known_one_hands_over_its_followers_and_sends_nothing_twice(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    old, new = f"{host.url}/old", f"{host.url}/new"
    first = item("g1", "one", link="https://a.example/1")
    page = host.serve("/old", rss(first), etag='"1"')
    target = host.serve("/new", rss(first), etag='"1"')
    both = await world.chat(1, old, new)
    only_old = await world.chat(2, old)
    await world.poll()
    second = item("g2", "two", link="https://a.example/2")
    target.body, target.etag = rss(second, first), '"2"'
    page.status, page.headers = 301, {"Location": "/new"}
    await visit_for_days(world, old, 6)
    assert (await world.feed(old)).url == new
    assert (await world.feed(old)).id == (await world.feed(new)).id
    for chat in (both, only_old):
        async with world.database.read() as tx:
            listed = await chats.subscriptions_of(tx, chat.id)
        assert [item.kind for item in listed] == [Kind.FEED]
        async with world.database.read() as tx:
            digest = await gather(tx, chat, world.clock(), Desk())
        assert [item.story.articles[0].title for item in digest.items] == ["two"]


def test_what_gives_up_encryption_is_never_adopted() -> None:
    def target(*hops: tuple[str, int, str]) -> str | None:
        return pace.permanent_target(
            [Hop(*hop) for hop in hops] + [Hop("https://end.example/", 200)]
        )

    safe, bare = "https://a.example/", "http://a.example/"
    assert target((bare, 301, safe)) == safe
    assert target((safe, 301, bare)) is None
    assert target((bare, 301, safe), (safe, 308, bare), (bare, 301, safe)) == safe
    assert target((bare, 302, safe)) is None


async def test_an_address_that_only_says_not_modified_is_not_adopted(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.status, page.headers = 301, {"Location": "/parked"}
    host.serve("/parked", "<html>for sale</html>", etag='"2"', always_304=True)
    await visit_for_days(world, url, 7)
    feed = await world.feed(url)
    assert (feed.url, feed.failure) == (url, Failure.NOT_A_FEED)


async def test_redirects_end_after_five_hops_in_circles_and_at_what_is_not_the_web(
    world: World, host: Host, rss: Any
) -> None:
    for number in range(7):
        host.serve(f"/{number}", status=302, headers={"Location": f"/{number + 1}"})
    host.serve("/7", rss("one"))
    host.serve("/circle", status=302, headers={"Location": "/circle"})
    host.serve("/file", status=301, headers={"Location": "file:///etc/passwd"})
    fetcher = world.sources.fetcher
    assert (await fetcher.get(f"{host.url}/2")).url == f"{host.url}/7"
    for path, kind in (
        ("1", Failure.UNREACHABLE),
        ("circle", Failure.UNREACHABLE),
        ("file", Failure.REFUSED),
    ):
        with pytest.raises(FetchFailed) as caught:
            await fetcher.get(f"{host.url}/{path}")
        assert caught.value.failure is kind


async def test_credentials_stay_with_their_origin(
    world: World, host: Host, rss: Any, new_host: Any
) -> None:
    there = await new_host()
    host.serve("/feed", status=302, headers={"Location": "/same"})
    host.serve(
        "/same", status=302, headers={"Location": there.url.replace("//", "//x:y@") + "/feed"}
    )
    there.serve("/feed", rss("one"))
    found = await world.sources.fetcher.get(host.url.replace("//", "//me:secret@") + "/feed")
    assert [asked.headers.get("Authorization", "")[:5] for asked in host.asked] == [
        "Basic",
        "Basic",
    ]
    assert "Authorization" not in there.last
    assert "secret" not in found.url


# ── hygiene ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_user_agent_names_program_contact_and_subscribers_and_stays_the_same(
    host: Host, rss: Any
) -> None:
    host.serve("/feed", rss("one"))
    limits = FetchLimits(host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "Kawaraban/1", "https://me.example/") as fetcher:
        for count in (12, 12, 1, 0):
            await fetcher.get(f"{host.url}/feed", subscribers=count)
    assert [asked.headers["User-Agent"] for asked in host.asked] == [
        "Kawaraban/1 (+https://me.example/; 12 subscribers)",
        "Kawaraban/1 (+https://me.example/; 12 subscribers)",
        "Kawaraban/1 (+https://me.example/; 1 subscriber)",
        "Kawaraban/1 (+https://me.example/)",
    ]


async def test_followers_are_counted_in_the_user_agent(world: World, host: Host, rss: Any) -> None:
    host.serve("/feed", rss("one"))
    await world.chat(1, f"{host.url}/feed")
    await world.chat(2, f"{host.url}/feed")
    await world.poll()
    assert host.last["User-Agent"] == "Kawaraban/test (2 subscribers)"


async def test_requests_carry_no_cookie_no_referer_and_no_query_of_ours(
    world: World, host: Host, rss: Any
) -> None:
    url, _ = await first_visit(
        world, host, rss, etag='"1"', headers={"Set-Cookie": "id=1", "Refresh": "1"}
    )
    await world.poll_when_due(url)
    for asked in host.asked:
        assert {"Cookie", "Referer", "Authorization", "From"} & set(asked.headers) == set()
        assert asked.path == "/feed"


async def test_gzip_is_asked_for_and_understood(world: World, host: Host, rss: Any) -> None:
    await first_visit(
        world, host, lambda _: gzip.compress(rss("zipped")), headers={"Content-Encoding": "gzip"}
    )
    assert host.last["Accept-Encoding"] == "gzip"
    assert await world.titles() == ["zipped"]


async def test_a_host_gets_one_request_at_a_time_with_a_pause_in_between(
    host: Host, new_host: Any, rss: Any
) -> None:
    there = await new_host()
    for place in (host, there):
        place.serve("/feed", rss("one"), wait=0.02)
    limits = FetchLimits(host_delay=0.05, allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "test") as fetcher, asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(fetcher.get(f"{host.url}/feed"))
        group.create_task(fetcher.get(f"{there.url}/feed"))
    times = [asked.at for asked in host.asked]
    assert all(later - earlier >= 0.069 for earlier, later in itertools.pairwise(times))
    assert there.asked[0].at < times[1]


def test_hosts_that_want_more_time_between_requests_get_it() -> None:
    usual = timedelta(seconds=2)
    assert pace.host_delay("www.reddit.com", usual) == timedelta(seconds=60)
    assert pace.host_delay("openrss.org", usual) == timedelta(seconds=60)
    assert pace.host_delay("notreddit.com", usual) == usual
    assert pace.host_delay("www.reddit.com", timedelta(0)) == timedelta(0)


async def test_visits_fetch_the_feed_and_nothing_else(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    link = f"<link>{host.url}/</link>"
    host.serve("/feed", rss(item("1", link=f"{host.url}/article"), head=link), etag='"1"')
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    await world.poll(hours=1)
    assert {asked.path for asked in host.asked} == {"/feed"}


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_over_the_cap_is_refused_as_a_whole_packed_or_not(
    world: World, host: Host, rss: Any
) -> None:
    limits = FetchLimits(
        host_delay=0, max_bytes=1000, allowed_networks=(ip_network("127.0.0.0/8"),)
    )
    feed = rss("one") + b" " * 2000
    host.serve("/plain", feed)
    host.serve("/packed", gzip.compress(feed), headers={"Content-Encoding": "gzip"})
    # Empty pieces of gzip weigh on the wire and never make a body.
    host.serve("/empty", gzip.compress(b"") * 100, headers={"Content-Encoding": "gzip"})
    async with Fetcher(limits, "test") as fetcher:
        for path in ("plain", "packed", "empty"):
            with pytest.raises(FetchFailed) as caught:
                await fetcher.get(f"{host.url}/{path}")
            assert caught.value.failure is Failure.TOO_LARGE


async def test_codings_are_taken_for_what_they_are_and_bombs_are_not_unpacked(
    world: World, host: Host, rss: Any
) -> None:
    feed = rss("one")
    packed = gzip.compress(feed)
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    big = b"".join(bomb.compress(b"\0" * 1_000_000) for _ in range(200)) + bomb.flush()
    cases = {
        "no header": (packed, {}, None),
        "no gzip": (feed, {"Content-Encoding": "gzip"}, None),
        "x-gzip": (packed, {"Content-Encoding": "x-gzip"}, None),
        "padded": (packed + b"\0" * 20, {"Content-Encoding": "gzip"}, None),
        "two parts": (gzip.compress(feed[:50]) + gzip.compress(feed[50:]), {}, None),
        "cut off": (packed[:-9], {"Content-Encoding": "gzip"}, Failure.UNREACHABLE),
        "broken": (packed[:20] + b"x" * 50, {}, Failure.NOT_A_FEED),
        "bomb": (big, {"Content-Encoding": "gzip"}, Failure.TOO_LARGE),
        "twice": (gzip.compress(packed), {"Content-Encoding": "gzip, gzip"}, Failure.NOT_A_FEED),
        "brotli": (b"\x1b", {"Content-Encoding": "br"}, Failure.NOT_A_FEED),
    }
    for name, (body, headers, failure) in cases.items():
        host.serve("/feed", body, headers=headers)
        if failure is None:
            fetched = await world.sources.fetcher.get(f"{host.url}/feed")
            assert (name, fetched.body) == (name, feed)
            continue
        with pytest.raises(FetchFailed) as caught:
            await world.sources.fetcher.get(f"{host.url}/feed")
        assert (name, caught.value.failure) == (name, failure)


def test_a_gzip_body_is_known_however_it_comes_in_pieces() -> None:
    packed = gzip.compress(b"feed")
    for pieces in ([packed[:1], packed[1:]], [bytes([byte]) for byte in packed], [packed]):
        body = fetch._Unpacked(100)
        assert all(body.take(piece) for piece in pieces)
        assert (bytes(body.body), body.whole) == (b"feed", True)
    one = fetch._Unpacked(100)
    assert one.take(b"x")
    assert bytes(one.body) == b"x"


async def test_a_reply_that_drips_is_given_up_at_the_deadline(rss: Any) -> None:
    hung_up = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b"<")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            writer.close()
            hung_up.set()

    server = await asyncio.start_server(drip, "127.0.0.9", 0)
    port = server.sockets[0].getsockname()[1]
    limits = FetchLimits(timeout=0.2, host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "test") as fetcher:
        with pytest.raises(FetchFailed) as caught:
            await fetcher.get(f"http://127.0.0.9:{port}/")
    assert caught.value.failure is Failure.TIMEOUT
    await asyncio.wait_for(hung_up.wait(), 5)
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"<!doctype html><title>Sign in to Wi-Fi</title>", b"OK", b"\x00" * 64],
    ids=["empty", "blank", "portal", "words", "zeros"],
)
async def test_a_200_that_brings_no_feed_is_a_failure_and_empties_nothing(
    world: World, host: Host, rss: Any, body: bytes
) -> None:
    url, page = await first_visit(world, host, rss)
    page.body = body
    found = await world.poll_when_due(url)
    assert found[0][1] is Failure.NOT_A_FEED
    assert await world.titles() == ["one"]


async def test_an_empty_200_in_place_of_a_304_is_no_change(
    world: World, host: Host, rss: Any
) -> None:
    url, page = await first_visit(world, host, rss, etag='"1"')
    page.body, page.etag = b"", '"2"'
    assert await world.poll_when_due(url) == [(0, None)]
    feed = await world.feed(url)
    assert (feed.failures, feed.etag) == (0, '"2"')


# ── who is visited ───────────────────────────────────────────────────────────────────────────────


async def test_a_feed_that_nobody_follows_is_not_visited(
    world: World, host: Host, rss: Any
) -> None:
    host.serve("/feed", rss("one"), etag='"1"')
    chat = await world.chat(1, f"{host.url}/feed")
    assert len(await world.poll()) == 1
    _, item = await unfollowing.find_numbered(world.database, chat.id, "1")
    await unfollowing.unfollow(world.database, chat.id, item.id)
    assert await world.poll(days=9) == []


async def test_two_visits_to_one_feed_never_overlap(world: World, host: Host, rss: Any) -> None:
    host.serve("/feed", rss("one"), wait=0.05)
    await world.enlist(f"{host.url}/feed")
    async with asyncio.TaskGroup() as group:
        rounds = [group.create_task(world.poller.poll_due()) for _ in range(4)]
    assert sum(len(one.result()) for one in rounds) == 1
    assert len(host.asked) == 1


async def test_with_manners_on_a_host_with_many_due_feeds_gets_one_visit_at_a_time(
    world: World, host: Host, new_host: Any, rss: Any
) -> None:
    there = await new_host()
    urls = [f"{place.url}/{number}" for place in (host, there) for number in range(3)]
    for place in (host, there):
        for number in range(3):
            place.serve(f"/{number}", rss("one"))
    await world.enlist(*urls)
    sources = world.sources
    polite = Sources(
        sources.database,
        sources.fetcher,
        sources.worker,
        sources.intake,
        sources.clock,
        sources.chance,
        Pace(host_delay=timedelta(seconds=2)),
    )
    async with Poller(polite, "me", 32) as poller:
        assert len(await poller.poll_due()) == 2
        assert len(await poller.poll_due()) == 0
        world.clock.forward(seconds=2)
        assert len(await poller.poll_due()) == 2
    assert [len(place.asked) for place in (host, there)] == [2, 2]
