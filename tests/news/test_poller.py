"""Visits to feeds, and following them, against a server on loopback."""

import asyncio
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from news import fetch, follow, poller, query, search, typed_addresses, unfollowing
from news.discover import discover
from news.errors import FetchFailed, LimitReached, NoFeedFound, NoSuchNumber
from news.fetch import Fetcher, FetchLimits, Pauses
from storage import chats, feeds
from storage.records import Failure

World = Any
Host = Any


async def test_only_new_entries_are_taken_in_and_an_unchanged_feed_costs_a_304(
    world: World, host: Host, rss: Any
) -> None:
    await world.enlist(f"{host.url}/feed")
    page = host.serve("/feed", rss("one", "two"), etag='"2"')
    assert await world.poll() == [(0, None)]
    assert await world.poll() == []
    assert await world.poll(hours=1) == [(0, None)]
    page.body, page.etag = rss("three", "one", "two"), '"3"'
    assert await world.poll(hours=1) == [(1, None)]
    assert [asked.headers.get("If-None-Match") for asked in host.asked] == [None, '"2"', '"2"']
    assert (await world.feed(f"{host.url}/feed")).title == "Out"
    assert await world.titles() == ["one", "three", "two"]


async def test_what_a_feed_holds_at_its_first_visit_is_never_news(
    world: World, host: Host, rss: Any
) -> None:
    chat = await world.chat()
    await follow.follow_topic(world.database, chat.id, query.parse("rice"), 9, world.clock())
    await world.enlist(f"{host.url}/feed")
    page = host.serve("/feed", rss("rice of old"), etag='"1"')
    await world.poll()
    assert await world.news_for(chat) == []
    async with world.database.read() as tx:
        assert len(await search.newest(tx, query.parse("rice"), world.clock(), limit=9)) == 1
    page.body, page.etag = rss("rice of today", "rice of old"), '"2"'
    await world.poll(hours=1)
    assert await world.news_for(chat) == ["rice of today"]


async def test_following_a_feed_costs_one_request_and_the_next_visit_is_conditional(
    world: World, host: Host, rss: Any
) -> None:
    chat = await world.chat()
    page = host.serve("/feed", rss("one"), etag='"1"')
    arguments = (chat.id, f"{host.url}/feed", 9)
    followed: Any = await follow.follow_address(world.sources, *arguments)
    assert (followed.name, followed.already, len(followed.stories)) == ("Out", False, 1)
    again: Any = await follow.follow_address(world.sources, *arguments)
    assert again.already
    assert len(host.asked) == 1
    assert await world.news_for(chat) == []
    page.body, page.etag = rss("two", "one"), '"2"'
    assert await world.poll(hours=1) == [(1, None)]
    assert host.last["If-None-Match"] == '"1"'
    assert await world.news_for(chat) == ["two"]


async def test_an_address_that_brings_no_feed_leaves_nothing_behind(
    world: World, host: Host
) -> None:
    chat = await world.chat()
    host.serve("/feed", "<html></html>")
    with pytest.raises(NoFeedFound):
        await follow.follow_address(world.sources, chat.id, f"{host.url}/feed", 9)
    async with world.database.read() as tx:
        assert await feeds.every(tx, wanted=False) == ()


async def test_at_the_limit_nothing_more_is_followed(world: World, host: Host, rss: Any) -> None:
    chat = await world.chat()
    host.serve("/feed", rss("one"))
    await follow.follow_topic(world.database, chat.id, query.parse("rice"), 1, world.clock())
    with pytest.raises(LimitReached):
        await follow.follow_topic(world.database, chat.id, query.parse("tea"), 1, world.clock())
    with pytest.raises(LimitReached):
        await follow.follow_address(world.sources, chat.id, f"{host.url}/feed", 1)
    async with world.database.read() as tx:
        assert len(await chats.subscriptions_of(tx, chat.id)) == 1
        assert await feeds.every(tx, wanted=False) == ()


async def test_what_came_between_unfollowing_and_undo_is_not_missed(
    world: World, host: Host, rss: Any
) -> None:
    chat = await world.chat()
    await world.enlist(f"{host.url}/feed")
    page = host.serve("/feed", rss("old rice"), etag='"1"')
    await world.poll()
    await follow.follow_topic(world.database, chat.id, query.parse("rice"), 9, world.clock())
    _, item = await unfollowing.find_numbered(world.database, chat.id, "1")
    assert await unfollowing.unfollow(world.database, chat.id, item.id) == item
    page.body, page.etag = rss("rice while away", "old rice"), '"2"'
    await world.poll(hours=1)
    arguments = (item.kind, item.target, item.after_article, item.id, 9, world.clock())
    assert await unfollowing.follow_again(world.database, chat.id, *arguments) is not None
    assert await world.news_for(chat) == ["rice while away"]


async def test_a_subscription_is_found_by_number_or_name(world: World) -> None:
    chat = await world.chat()
    for topic in ("Rice", "Tea"):
        await follow.follow_topic(world.database, chat.id, query.parse(topic), 9, world.clock())
    for typed, name in (("1", "Rice"), ("#2", "Tea"), ("2.", "Tea"), ("TEA", "Tea")):
        assert (await unfollowing.find_numbered(world.database, chat.id, typed))[1].name == name
    for typed in ("0", "3", "-1", "coffee", "", "1" * 5000):
        with pytest.raises(NoSuchNumber):
            await unfollowing.find_numbered(world.database, chat.id, typed)


async def test_a_feed_that_is_being_visited_when_the_bot_stops_is_due_as_before(
    world: World, host: Host, rss: Any
) -> None:
    await world.enlist(f"{host.url}/feed")
    page = host.serve("/feed", rss("one"), wait=30)
    assert await world.poller.begin_due() == 1
    async with world.database.read() as tx:
        assert not await feeds.any_due(tx, world.clock())
    await world.poller.__aexit__(None, None, None)
    async with world.database.read() as tx:
        assert await feeds.any_due(tx, world.clock())
    page.wait = 0


async def test_a_visit_that_can_not_be_kept_costs_the_others_nothing(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.enlist(*(f"{host.url}/{number}" for number in range(4)))
    for number in range(4):
        host.serve(f"/{number}", rss(f"news {number}"))
    kept = feeds.record

    async def trip(tx: Any, visits: Any) -> None:
        bad = await feeds.find(tx, f"{host.url}/2")
        assert bad is not None
        if any(id == bad.id for id, _ in visits):
            raise RuntimeError("planted")
        await kept(tx, visits)

    monkeypatch.setattr(feeds, "record", trip)
    reports: list[Any] = []
    monkeypatch.setattr(world.poller, "_report", reports.append)
    await world.poller.begin_due()
    while len(reports) < 4:
        await world.pause()
    assert [str(report) for report in reports if isinstance(report, Exception)] == ["planted"]
    assert await world.titles() == ["news 0", "news 1", "news 3"]
    monkeypatch.setattr(feeds, "record", kept)
    assert await world.poll(minutes=6) == [(0, None)]
    assert len(await world.titles()) == 4


ODD = {
    "validator": {"headers": {"ETag": b'"caf\xe9"'.decode("utf-8", "surrogateescape")}},
    "expiry": {"headers": {"Expires": "Mon, 01 Jan 2024 00:00:00 +99999999999999999"}},
    "date": {"item": {"pubDate": "2025-02-03 11111111111111111111111111111h"}},
    "title": {"item": {"title": "half &#xD83D; pair \x00"}},
    "link": {"item": {"link": "https://a.example:99999/" + "あ" * 1900}},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_odd_values_are_dropped_and_the_rest_is_news(
    world: World, host: Host, rss: Any, item: Any, odd: dict[str, Any]
) -> None:
    page = host.serve("/feed", rss("one"), headers=odd.get("headers", {}))
    await world.enlist(f"{host.url}/feed")
    assert await world.poll() == [(0, None)]
    page.body = rss(item("two", **odd.get("item", {})), "one")
    assert await world.poll(days=1) == [(1, None)]
    assert await world.poll(days=1) == [(0, None)]


async def test_what_nobody_foresaw_is_a_recorded_failure_with_a_later_retry(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.serve("/feed", rss("one"))
    await world.enlist(f"{host.url}/feed")

    async def trip(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret text")

    monkeypatch.setattr(world.sources.intake, "read", trip)
    [result] = await world.results()
    assert isinstance(result.surprise, ZeroDivisionError)
    feed = await world.feed(f"{host.url}/feed")
    assert (feed.failure, feed.failure_detail) == (Failure.NOT_A_FEED, "ZeroDivisionError")
    monkeypatch.undo()
    assert await world.poll(minutes=6) == []
    assert await world.poll(minutes=30) == [(0, None)]


async def test_what_can_not_be_written_down_is_a_recorded_failure_of_that_feed_alone(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"{host.url}/{number}" for number in range(3)]
    for number in range(3):
        host.serve(f"/{number}", rss(f"news {number}"))
    await world.enlist(*urls)
    bad = await world.feed(urls[1])
    take_in = world.sources.intake.take_in

    async def trip(tx: Any, readings: Any, now: Any) -> Any:
        if any(feed.id == bad.id for feed, _ in readings):
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "planted")
        return await take_in(tx, readings, now)

    monkeypatch.setattr(world.sources.intake, "take_in", trip)
    found = {result.feed.url: result.failure for result in await world.results()}
    assert found == {urls[0]: None, urls[1]: Failure.NOT_A_FEED, urls[2]: None}
    assert (await world.feed(urls[1])).failures == 1
    assert await world.titles() == ["news 0", "news 2"]


async def test_a_visit_that_takes_too_long_ends_before_its_lease(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "_PATIENCE", timedelta(seconds=0.1))
    host.serve("/feed", rss("one"), wait=3)
    await world.enlist(f"{host.url}/feed")
    assert await world.poll() == [(0, Failure.TIMEOUT)]


async def test_what_waits_too_long_for_its_turn_is_given_back_before_its_lease_ends(
    world: World, host: Host, rss: Any
) -> None:
    urls = [f"{host.url}/{number}" for number in range(3)]
    for number in range(3):
        host.serve(f"/{number}", rss(f"news {number}"), wait=0.2)
    await world.enlist(*urls)
    async with poller.Poller(world.sources, "one at a time", 1) as slow:
        slow._concurrency = 3
        async with asyncio.TaskGroup() as group:
            work = group.create_task(slow.begin_due())
            await asyncio.sleep(0.1)
            # The first one is under way; the others have waited for a slot ever since.
            world.clock.forward(minutes=2)
            while len(host.asked) < 3:
                await world.pause()
        assert work.result() == 3
    assert sorted(asked.path for asked in host.asked) == ["/0", "/1", "/2"]


async def test_a_first_visit_and_somebody_who_follows_meanwhile_do_not_disturb_each_other(
    world: World, host: Host, rss: Any
) -> None:
    page = host.serve("/feed", rss("two", "one"), wait=0.3)
    await world.enlist(f"{host.url}/feed")
    chat = await world.chat()
    async with asyncio.TaskGroup() as group:
        polled = group.create_task(world.poll())
        await asyncio.sleep(0.1)
        page.wait = 0
        await follow.follow_address(world.sources, chat.id, f"{host.url}/feed", 9)
    assert polled.result() == [(0, None)]
    assert await world.titles() == ["one", "two"]


async def test_following_a_feed_that_was_asleep_floods_nobody(
    world: World, host: Host, rss: Any
) -> None:
    page = host.serve("/feed", rss("one"))
    first = await world.chat(1)
    await follow.follow_address(world.sources, first.id, f"{host.url}/feed", 9)
    _, item = await unfollowing.find_numbered(world.database, first.id, "1")
    await unfollowing.unfollow(world.database, first.id, item.id)
    page.body = rss(*(f"slept {number}" for number in range(40)))
    world.clock.forward(days=60)
    second = await world.chat(2)
    await follow.follow_address(world.sources, second.id, f"{host.url}/feed", 9)
    assert await world.poll() == [(0, None)]
    assert await world.news_for(second) == []
    assert len(await world.titles()) == 41
    page.body = rss("news", *(f"slept {number}" for number in range(40)))
    assert await world.poll(days=1) == [(1, None)]
    assert await world.news_for(second) == ["news"]


@pytest.mark.parametrize("gone", [False, True])
async def test_a_feed_asleep_or_given_up_begins_anew_when_its_page_is_followed(
    world: World, host: Host, rss: Any, gone: bool
) -> None:
    page = host.serve("/feed", rss("one"))
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    host.serve("/", f"<html><head>{link}</head></html>")
    first = await world.chat(1, f"{host.url}/feed")
    await world.poll()
    if gone:
        page.status = 410
        for _ in range(2):
            world.clock.forward(days=2)
            await world.poll()
        assert (await world.feed(f"{host.url}/feed")).stopped_at is not None
    _, item = await unfollowing.find_numbered(world.database, first.id, "1")
    await unfollowing.unfollow(world.database, first.id, item.id)
    world.clock.forward(days=60)
    page.status, page.body = 200, rss(*(f"slept {number}" for number in range(9)))
    second = await world.chat(2)
    await follow.follow_address(world.sources, second.id, f"{host.url}/", 9)
    page.body = rss("news", *(f"slept {number}" for number in range(9)))
    assert await world.poll(days=1) == [(1, None)]
    assert await world.news_for(second) == ["news"]


async def test_trouble_of_our_database_is_no_failure_of_a_feed(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = host.serve("/feed", rss("one"), etag='"1"')
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    page.body, page.etag = rss("two", "one"), '"2"'

    async def trip(*_: Any, **__: Any) -> Any:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(world.sources.intake, "take_in", trip)
    world.clock.forward(days=1)
    with pytest.raises(ExceptionGroup):
        await world.results()
    monkeypatch.undo()
    assert (await world.feed(f"{host.url}/feed")).failures == 0
    assert await world.poll(minutes=6) == [(1, None)]


async def test_what_stands_in_line_at_a_host_hears_of_its_pause(world: World, host: Host) -> None:
    host.serve("/feed", status=429, wait=0.05)
    limits = FetchLimits(host_delay=0.01, allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "test", pauses=Pauses(world.clock)) as fetcher:
        asked = [fetcher.get(f"{host.url}/feed") for _ in range(3)]
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(error) for error in found] == ["busy 429", "busy paused", "busy paused"]
    assert len(host.asked) == 1


async def test_a_place_in_another_script_is_reached_and_kept_as_an_address(
    world: World, host: Host, rss: Any
) -> None:
    host.serve("/feed", status=301, headers={"Location": "/caf\xe9?q=\u65e5"})
    host.serve("/café", rss("one"))
    await world.enlist(f"{host.url}/feed")
    [(_, failure)] = await world.poll()
    feed = await world.feed(f"{host.url}/feed")
    assert failure is None
    assert feed.moved_to is not None
    assert feed.moved_to.isascii()


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/new#part", "http://a.example/new"),
        ("/new#\udce9", "http://a.example/new"),
        ("/caf\udce9", "http://a.example/caf%E9"),
        ("https://日本.example/日", "https://日本.example/%E6%97%A5"),
        ("http://h\udce9st.example/", ""),
        ("", ""),
    ],
)
def test_where_a_redirect_leads_is_an_address_or_nothing(location: str, target: str) -> None:
    assert fetch._target("http://a.example/feed", {"Location": location}) == target


async def test_a_host_that_asked_for_a_pause_is_not_asked_for_anything(
    world: World, host: Host, new_host: Any, rss: Any
) -> None:
    elsewhere = await new_host()
    page = host.serve("/feed", status=429, headers={"Retry-After": "7200"})
    host.serve("/other", rss("other"))
    elsewhere.serve("/moved", status=302, headers={"Location": f"{host.url}/other"})
    chat = await world.chat()
    with pytest.raises(FetchFailed):
        await follow.follow_address(world.sources, chat.id, f"{host.url}/feed", 9)
    assert len(host.asked) == 1
    # Not by somebody who follows another feed, not by a visit, and not by a redirect from elsewhere.
    with pytest.raises(FetchFailed) as caught:
        await follow.follow_address(world.sources, chat.id, f"{host.url}/other", 9)
    assert caught.value.failure is Failure.BUSY
    await world.enlist(f"{host.url}/other", f"{elsewhere.url}/moved")
    assert await world.poll() == [(0, Failure.BUSY)]
    assert len(host.asked) == 1
    page.status = 200
    world.clock.forward(hours=3)
    assert {failure for _, failure in await world.poll()} == {None}


async def test_a_bare_host_is_reached_by_http_if_https_is_not_there(
    world: World, host: Host
) -> None:
    host.serve("/", "<html></html>")
    with pytest.raises(NoFeedFound) as caught:
        await discover(world.sources, host.url.replace("http:", "https:"), bare=True)
    assert caught.value.tried[1] == host.url
    with pytest.raises(FetchFailed):
        await discover(world.sources, host.url.replace("http:", "https:"))


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        ("HTTP://a.example", "http://a.example"),
        ("a.example/feed.xml", "https://a.example/feed.xml"),
        ("feed://a.example/x", "https://a.example/x"),
        ("feed:https://a.example/x", "https://a.example/x"),
        ("feed:a.example/x", "https://a.example/x"),
        ("пример.рф/feed", "https://пример.рф/feed"),
        ("127.0.0.1/feed", "https://127.0.0.1/feed"),
        ("localhost:8080/x", "https://localhost:8080/x"),
        ("ftp://a.example/", "ftp://a.example/"),
        ("North Korea", None),
        ("U.S.", None),
        ("3.14", None),
        ("AT&T", None),
        ("", None),
    ],
)
def test_addresses_are_told_from_words(typed: str, address: str | None) -> None:
    assert typed_addresses.as_address(typed) == address
