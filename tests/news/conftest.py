"""Publishers on loopback, each on an address of its own, and what visits them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web

from news.fetch import Fetcher, FetchLimits, Pauses
from news.intake import Intake
from news.pace import Pace
from news.poller import Poller, PollResult
from news.sources import Sources
from news.worker import Worker
from storage import articles, chats, feeds
from storage.candidates import news_for
from storage.database import Database
from storage.records import (
    Article,
    ArticleId,
    Chat,
    ChatId,
    Failure,
    Feed,
    Kind,
    ListedFeed,
)

LIMITS = FetchLimits(timeout=5, host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass
class Page:
    """What is found at a path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    always_304: bool = False
    wait: float = 0

    def answer(self, request: web.Request) -> web.Response:
        headers = dict(self.headers)
        if self.etag is not None:
            headers["ETag"] = self.etag
        if self.last_modified is not None:
            headers["Last-Modified"] = self.last_modified
        asked = request.headers
        conditional = "If-None-Match" in asked or "If-Modified-Since" in asked
        if self.status == 200 and conditional:
            same = asked.get("If-None-Match") == self.etag and (
                self.etag is not None or asked.get("If-Modified-Since") == self.last_modified
            )
            if same or self.always_304:
                return web.Response(status=304, headers=headers)
        return web.Response(body=self.body, status=self.status, headers=headers)


class Host:
    """A server on loopback that answers as it is told and remembers what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        application = web.Application(client_max_size=50_000_000)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.address, 0).start()
        self.url = f"http://{self.address}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        body = await request.read()
        self.asked.append(Asked(request.method, request.path_qs, dict(request.headers), body, now))
        page = self.pages.get(request.path_qs) or self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        if page.wait:
            await asyncio.sleep(page.wait)
        return page.answer(request)

    def serve(self, path: str = "/feed", body: bytes | str = b"", **more: Any) -> Page:
        """Put a page somewhere, in place of what was there."""
        page = Page(body.encode() if isinstance(body, str) else body, **more)
        self.pages[path] = page
        return page

    @property
    def last(self) -> Mapping[str, str]:
        """The headers of the last request."""
        return self.asked[-1].headers


def rss(*items: str, head: str = "", title: str = "Out") -> bytes:
    """A feed of these items: a plain word stands for one with that guid and title."""
    inside = "".join(one if one.startswith("<") else item(one) for one in items)
    document = f"<rss version='2.0'><channel><title>{title}</title>{head}{inside}</channel></rss>"
    return document.encode()


def item(guid: str | None = None, title: str | None = None, **more: str) -> str:
    """An item; names are those of RSS."""
    said = {"guid": guid, "title": title if title is not None else guid, **more}
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in said.items() if text is not None)
    return f"<item>{inside}</item>"


@dataclass
class World:
    """A poller, what it works on, and a clock that is moved by hand."""

    database: Database
    sources: Sources
    poller: Poller
    clock: Any
    new_host: Callable[[], Awaitable[Host]]

    async def enlist(self, *urls: str) -> None:
        """Make the catalogue these feeds."""
        async with self.database.write() as tx:
            await feeds.set_catalogue(tx, [ListedFeed(url) for url in urls], self.clock())

    async def poll(self, **later: float) -> list[tuple[int, Failure | None]]:
        """Move the clock and visit what is due: new articles and failure of each."""
        if later:
            self.clock.forward(**later)
        return [(result.new_articles, result.failure) for result in await self.results()]

    async def results(self) -> tuple[PollResult, ...]:
        return await self.poller.poll_due()

    async def poll_when_due(self, url: str) -> list[tuple[int, Failure | None]]:
        """Move the clock to the feed's next visit, and make it."""
        self.clock.now = max(self.clock(), (await self.feed(url)).next_visit_at)
        return await self.poll()

    async def pause(self) -> None:
        """Let others do a little."""
        await asyncio.sleep(0.01)

    async def feed(self, url: str) -> Feed:
        async with self.database.read() as tx:
            feed = await feeds.find(tx, url)
        assert feed is not None
        return feed

    async def wait_of(self, url: str) -> timedelta:
        """From now to the feed's next visit."""
        wait: timedelta = (await self.feed(url)).next_visit_at - self.clock()
        return wait

    async def articles(self) -> tuple[Article, ...]:
        """All that is kept, newest first."""
        async with self.database.read() as tx:
            stories = await articles.latest(tx, limit=10_000)
        return tuple(article for _, story in stories for article in story.articles)

    async def titles(self) -> list[str]:
        return sorted(article.title for article in await self.articles())

    async def chat(self, number: int = 1, *follows: str) -> Chat:
        """A chat that follows these known feeds."""
        now = self.clock()
        chat = Chat(ChatId(number), "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
        async with self.database.write() as tx:
            chat = await chats.add(tx, chat, now)
            newest = await articles.newest(tx)
            for url in follows:
                feed = await feeds.add(tx, url, now)
                await chats.subscribe(tx, chat.id, Kind.FEED, feed.id, url, newest, now)
        return chat

    async def news_for(self, chat: Chat) -> list[str]:
        """The titles that a digest for the chat would be made of."""
        async with self.database.read() as tx:
            newest = await articles.newest(tx)
            found = await news_for(tx, chat.id, chat.digested_to, newest, 10_000)
            kept = await articles.get_articles(tx, [one.article_id for one in found])
        return sorted(article.title for article in kept)


@pytest.fixture(name="rss")
def _rss() -> Callable[..., bytes]:
    return rss


@pytest.fixture(name="item")
def _item() -> Callable[..., str]:
    return item


@pytest.fixture
async def new_host() -> AsyncIterator[Callable[[], Awaitable[Host]]]:
    """Opens publishers, each on the next address of loopback."""
    hosts: list[Host] = []

    async def open_one() -> Host:
        host = Host(f"127.0.0.{len(hosts) + 2}")
        await host.open()
        hosts.append(host)
        return host

    yield open_one
    for host in hosts:
        await host.close()


@pytest.fixture
async def host(new_host: Callable[[], Awaitable[Host]]) -> Host:
    return await new_host()


@pytest.fixture
async def world(
    database: Database, clock: Any, new_host: Callable[[], Awaitable[Host]]
) -> AsyncIterator[World]:
    pauses = Pauses(clock)
    async with Fetcher(LIMITS, "Kawaraban/test", pauses=pauses) as fetcher, Worker() as worker:
        pace = Pace(host_delay=timedelta(0))
        intake = Intake(database, worker)
        sources = Sources(database, fetcher, worker, intake, clock, lambda: 0.0, pace)
        async with Poller(sources, "me", 32) as poller:
            yield World(database, sources, poller, clock, new_host)
