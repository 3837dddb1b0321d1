"""Visits to feeds, and following them, against a server on loopback."""

from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web

from news import follow, query
from news.errors import FetchFailed, LimitReached, NoSuchNumber
from news.fetch import Fetcher, FetchLimits
from news.gather import gather
from news.poller import Pace, poll_due
from storage import articles, chats, feeds
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId, Failure, Feed

PACE = Pace(timedelta(minutes=15), timedelta(hours=24))


class Outlet:
    """A feed whose entries a test decides."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []
        self.asked: list[str | None] = []
        self.status = 200
        self.body: str | None = None
        self.url = ""

    def publish(self, title: str) -> None:
        self.entries.append((f"g{len(self.entries)}", title))

    async def answer(self, request: web.Request) -> web.Response:
        condition = request.headers.get("If-None-Match")
        self.asked.append(condition)
        etag = f'"{len(self.entries)}-{self.body}"'
        if condition == etag:
            return web.Response(status=304)
        items = "".join(
            f"<item><guid>{guid}</guid><title>{title}</title></item>"
            for guid, title in self.entries
        )
        body = self.body or f'<rss version="2.0"><channel><title>Out</title>{items}</channel></rss>'
        return web.Response(status=self.status, text=body, headers={"ETag": etag})


@pytest.fixture
async def outlet() -> AsyncIterator[Outlet]:
    outlet = Outlet()
    application = web.Application()
    application.router.add_get("/feed", outlet.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    outlet.url = f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
    yield outlet
    await runner.cleanup()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    limits = FetchLimits(allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "test") as fetcher:
        yield fetcher


async def poll(
    database: Database, fetcher: Fetcher, clock: Any
) -> list[tuple[int, Failure | None]]:
    results = await poll_due(database, fetcher, clock, "me", PACE, 10)
    return [(result.new_articles, result.failure) for result in results]


async def kept(database: Database, url: str) -> Feed:
    async with database.read() as tx:
        feed = await feeds.find(tx, url)
    assert feed is not None
    return feed


async def list_feed(database: Database, outlet: Outlet, clock: Any) -> None:
    async with database.write() as tx:
        await feeds.set_catalogue(tx, [(outlet.url, "")], clock())


async def add_chat(database: Database, clock: Any) -> Chat:
    now = clock()
    chat = Chat(ChatId(1), "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
    async with database.write() as tx:
        return await chats.add(tx, chat, now)


async def new_titles(database: Database, chat: Chat, clock: Any) -> list[str]:
    async with database.read() as tx:
        digest = await gather(tx, chat, clock())
    return sorted(story.articles[0].title for story in digest.stories)


async def test_only_new_entries_are_taken_in_and_an_unchanged_feed_costs_a_304(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    await list_feed(database, outlet, clock)
    outlet.publish("one")
    outlet.publish("two")
    assert await poll(database, fetcher, clock) == [(2, None)]
    assert await poll(database, fetcher, clock) == []
    clock.forward(hours=1)
    assert await poll(database, fetcher, clock) == [(0, None)]
    outlet.publish("three")
    clock.forward(hours=1)
    assert await poll(database, fetcher, clock) == [(1, None)]
    assert outlet.asked == [None, '"2-None"', '"2-None"']
    assert (await kept(database, outlet.url)).title == "Out"


async def test_what_a_feed_holds_at_its_first_visit_is_never_news(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    chat = await add_chat(database, clock)
    await follow.follow_topic(database, chat.id, query.parse("rice"), 9, clock())
    await list_feed(database, outlet, clock)
    outlet.publish("rice of old")
    await poll(database, fetcher, clock)
    assert await new_titles(database, chat, clock) == []
    async with database.read() as tx:
        assert len(await articles.latest(tx, limit=9, phrase="rice")) == 1
    outlet.publish("rice of today")
    clock.forward(hours=1)
    await poll(database, fetcher, clock)
    assert await new_titles(database, chat, clock) == ["rice of today"]


async def test_trouble_is_recorded_and_visited_ever_more_rarely_until_it_is_over(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    await list_feed(database, outlet, clock)
    outlet.publish("one")
    await poll(database, fetcher, clock)
    outlet.status = 503
    outlet.publish("two")
    waits = []
    clock.forward(hours=1)
    for _ in range(7):
        assert await poll(database, fetcher, clock) == [(0, Failure.STATUS)]
        feed = await kept(database, outlet.url)
        waits.append((feed.next_visit_at - clock()) / timedelta(hours=1))
        clock.now = feed.next_visit_at
    assert waits == [2, 4, 8, 16, 24, 24, 24]
    assert (feed.failures, feed.failure_detail, feed.etag) == (7, "503", '"1-None"')
    outlet.status = 200
    assert await poll(database, fetcher, clock) == [(1, None)]
    assert (await kept(database, outlet.url)).failures == 0


async def test_a_document_that_can_not_be_read_leaves_no_validators_behind(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    await list_feed(database, outlet, clock)
    outlet.body = "<html>be back soon</html>"
    assert await poll(database, fetcher, clock) == [(0, Failure.NOT_A_FEED)]
    assert (await kept(database, outlet.url)).etag is None


async def test_following_a_feed_costs_one_request_and_the_next_visit_is_conditional(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    chat = await add_chat(database, clock)
    outlet.publish("one")
    arguments = (outlet.url, 9, clock, PACE)
    followed = await follow.follow_feed(database, fetcher, chat.id, *arguments)
    assert (followed.name, followed.already, len(followed.stories)) == ("Out", False, 1)
    assert (await follow.follow_feed(database, fetcher, chat.id, *arguments)).already
    assert outlet.asked == [None]
    assert await new_titles(database, chat, clock) == []
    outlet.publish("two")
    clock.forward(hours=1)
    assert await poll(database, fetcher, clock) == [(1, None)]
    assert outlet.asked == [None, '"1-None"']
    assert await new_titles(database, chat, clock) == ["two"]


async def test_an_address_that_brings_no_feed_leaves_nothing_behind(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    chat = await add_chat(database, clock)
    outlet.body = "<html></html>"
    with pytest.raises(FetchFailed):
        await follow.follow_feed(database, fetcher, chat.id, outlet.url, 9, clock, PACE)
    async with database.read() as tx:
        assert await feeds.find(tx, outlet.url) is None


async def test_at_the_limit_nothing_more_is_followed(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    chat = await add_chat(database, clock)
    await follow.follow_topic(database, chat.id, query.parse("rice"), 1, clock())
    with pytest.raises(LimitReached):
        await follow.follow_topic(database, chat.id, query.parse("tea"), 1, clock())
    with pytest.raises(LimitReached):
        await follow.follow_feed(database, fetcher, chat.id, outlet.url, 1, clock, PACE)
    async with database.read() as tx:
        assert len(await chats.subscriptions_of(tx, chat.id)) == 1


async def test_what_came_between_unfollowing_and_undo_is_not_missed(
    database: Database, fetcher: Fetcher, outlet: Outlet, clock: Any
) -> None:
    chat = await add_chat(database, clock)
    await list_feed(database, outlet, clock)
    outlet.publish("old rice")
    await poll(database, fetcher, clock)
    await follow.follow_topic(database, chat.id, query.parse("rice"), 9, clock())
    item = await follow.find_subscription(database, chat.id, "1")
    assert await follow.unfollow(database, chat.id, item.id) == item
    outlet.publish("rice while away")
    clock.forward(hours=1)
    await poll(database, fetcher, clock)
    arguments = (item.kind, item.target, item.after_article, 9, clock())
    assert await follow.follow_again(database, chat.id, *arguments) is not None
    assert await new_titles(database, chat, clock) == ["rice while away"]


async def test_a_subscription_is_found_by_number_or_name(database: Database, clock: Any) -> None:
    chat = await add_chat(database, clock)
    for topic in ("Rice", "Tea"):
        await follow.follow_topic(database, chat.id, query.parse(topic), 9, clock())
    for typed, name in (("1", "Rice"), ("#2", "Tea"), ("2.", "Tea"), ("TEA", "Tea")):
        assert (await follow.find_subscription(database, chat.id, typed)).name == name
    for typed in ("0", "3", "-1", "coffee", "", "1" * 5000):
        with pytest.raises(NoSuchNumber):
            await follow.find_subscription(database, chat.id, typed)


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
