"""Visits to feeds, and following them, against a server on loopback."""

from typing import Any

import pytest

from news import follow, query
from news.errors import LimitReached, NoFeedFound, NoSuchNumber
from storage import articles, chats, feeds

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
        assert len(await articles.latest(tx, limit=9, phrase="rice")) == 1
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
    item = await follow.find_subscription(world.database, chat.id, "1")
    assert await follow.unfollow(world.database, chat.id, item.id) == item
    page.body, page.etag = rss("rice while away", "old rice"), '"2"'
    await world.poll(hours=1)
    arguments = (item.kind, item.target, item.after_article, 9, world.clock())
    assert await follow.follow_again(world.database, chat.id, *arguments) is not None
    assert await world.news_for(chat) == ["rice while away"]


async def test_a_subscription_is_found_by_number_or_name(world: World) -> None:
    chat = await world.chat()
    for topic in ("Rice", "Tea"):
        await follow.follow_topic(world.database, chat.id, query.parse(topic), 9, world.clock())
    for typed, name in (("1", "Rice"), ("#2", "Tea"), ("2.", "Tea"), ("TEA", "Tea")):
        assert (await follow.find_subscription(world.database, chat.id, typed)).name == name
    for typed in ("0", "3", "-1", "coffee", "", "1" * 5000):
        with pytest.raises(NoSuchNumber):
            await follow.find_subscription(world.database, chat.id, typed)


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


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        ("HTTP://a.example", "http://a.example"),
        ("a.example/feed.xml", "https://a.example/feed.xml"),
        ("feed://a.example/x", "https://a.example/x"),
        ("ftp://a.example/", "ftp://a.example/"),
        ("North Korea", None),
        ("U.S.", None),
        ("3.14", None),
        ("AT&T", None),
        ("", None),
    ],
)
def test_addresses_are_told_from_words(typed: str, address: str | None) -> None:
    assert follow.as_address(typed) == address
