"""The HTTP server: alive, and called back by hubs, of which one is played here on loopback (WebSub)."""

import asyncio
import hashlib
import hmac
import io
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from yarl import URL

from bot import log
from bot.web import listening
from news.fetch import Fetcher, FetchLimits
from news.intake import Intake
from news.pace import Pace
from news.poller import Poller
from news.sources import Sources
from news.websub import Hubs, is_signed
from news.worker import Worker
from storage import articles, chats, feeds
from storage.candidates import news_for
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId, Feed, Kind


def document(*names: str, hub: str = "") -> bytes:
    links = f"<link rel='hub' href='{hub}'/>" if hub else ""
    entries = "".join(
        f"<entry><id>{name}</id><title>{name}</title><link href='https://a.example/{name}'/></entry>"
        for name in names
    )
    space = "http://www.w3.org/2005/Atom"
    return f"<feed xmlns='{space}'><title>Out</title>{links}{entries}</feed>".encode()


@dataclass
class Hub:
    """A hub and a publisher in one: it serves a feed that names it, and remembers what it is asked."""

    url: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"1"'})
    status: int = 202
    polls: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def feed_url(self) -> str:
        return f"{self.url}/feed"

    async def feed(self, request: web.Request) -> web.Response:
        self.polls += 1
        return web.Response(body=self.body, headers=self.headers)

    async def subscribe(self, request: web.Request) -> web.Response:
        self.asked.append(dict(parse_qsl(await request.text())))
        return web.Response(status=self.status)


@dataclass
class World:
    """A bot with a hub, seen from the hub's side."""

    hub: Hub
    hubs: Hubs
    sources: Sources
    clock: Any
    session: aiohttp.ClientSession
    callbacks: str = ""

    def callback(self) -> str:
        """The callback that the hub was given last, as an address on loopback."""
        return self.callbacks + urlsplit(self.hub.asked[-1]["hub.callback"]).path

    async def poll(self) -> None:
        async with Poller(self.sources, "me", 4) as poller:
            await poller.poll_due()

    async def verify(self, **changed: str) -> tuple[int, str]:
        """Ask back, as a hub does."""
        asked = self.hub.asked[-1]
        said = {
            "hub.mode": asked["hub.mode"],
            "hub.topic": asked["hub.topic"],
            "hub.challenge": "prove it",
            "hub.lease_seconds": "864000",
        } | {f"hub.{name}": value for name, value in changed.items()}
        async with self.session.get(self.callback(), params=said) as answer:
            return answer.status, await answer.text()

    async def push(self, body: bytes, signature: str | None = None) -> int:
        """Announce something, signed as agreed."""
        if signature is None:
            secret = self.hub.asked[-1]["hub.secret"].encode()
            signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/atom+xml"}
        async with self.session.post(self.callback(), data=body, headers=headers) as answer:
            return answer.status

    async def agree(self) -> None:
        """Ask the hub, and let it verify."""
        await self.poll()
        assert await self.hubs.ask_due() == 1
        assert await self.verify() == (200, "prove it")

    async def titles(self) -> list[str]:
        """What the next digest of the one who follows the feed would hold."""
        async with self.sources.database.read() as tx:
            newest = await articles.newest(tx)
            news = await news_for(tx, ChatId(1), ArticleId(0), newest, 99)
            kept = await articles.get_articles(tx, [one.article_id for one in news])
        return sorted(article.title for article in kept)

    async def feed(self) -> Feed:
        async with self.sources.database.read() as tx:
            feed = await feeds.find(tx, self.hub.feed_url)
        assert feed is not None
        return feed


@asynccontextmanager
async def served(hub: Hub) -> AsyncIterator[None]:
    application = web.Application()
    application.router.add_get("/feed", hub.feed)
    application.router.add_post("/hub", hub.subscribe)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.2", 0).start()
    hub.url = f"http://127.0.0.2:{runner.addresses[0][1]}"
    yield
    await runner.cleanup()


@pytest.fixture
async def world(database: Database, clock: Any) -> AsyncIterator[World]:
    limits = FetchLimits(timeout=5, host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))
    hub, names = Hub(), (f"secret-{number}" for number in range(99))
    async with (
        served(hub),
        Fetcher(limits, "Kawaraban/test") as fetcher,
        Worker() as worker,
        aiohttp.ClientSession() as session,
    ):
        pace = Pace(host_delay=timedelta(0))
        intake = Intake(database, worker)
        sources = Sources(database, fetcher, worker, intake, clock, lambda: 0.0, pace)
        hubs = Hubs(sources, "https://bot.example.org/", lambda: next(names))
        await hubs.begin()
        hub.body = document("one", hub=f"{hub.url}/hub")
        world = World(hub, hubs, sources, clock, session)
        await follow(world, clock())
        async with listening(("127.0.0.1", 0), hubs, 100_000) as (host, port):
            world.callbacks = f"http://{host}:{port}"
            yield world


async def follow(world: World, now: datetime) -> None:
    async with world.sources.database.write() as tx:
        chat = Chat(
            ChatId(1), "UTC", "en", "off", None, now, await articles.newest(tx), False, None, None
        )
        await chats.add(tx, chat, now)
        feed = await feeds.add(tx, world.hub.feed_url, now)
        await chats.subscribe(
            tx, chat.id, Kind.FEED, feed.id, "Out", await articles.newest(tx), now
        )


async def test_the_bot_says_that_it_is_alive(world: World) -> None:
    async with world.session.get(f"{world.callbacks}/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
    async with world.session.get(f"{world.callbacks}/") as answer:
        assert answer.status == 404


async def test_a_hub_that_a_feed_names_is_asked_once_with_callback_topic_and_secret(
    world: World,
) -> None:
    await world.poll()
    assert await world.hubs.ask_due() == 1
    assert await world.hubs.ask_due() == 0
    [asked] = world.hub.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == world.hub.feed_url
    assert asked["hub.callback"] == "https://bot.example.org/websub/secret-0"
    assert asked["hub.secret"] == "secret-1"
    assert asked["hub.lease_seconds"] == "864000"


async def test_a_hub_in_a_link_header_is_found_with_the_topic_that_it_knows(world: World) -> None:
    world.hub.body = document("one")
    links = f'<{world.hub.url}/hub>; rel="hub", <https://a.example/self>; rel="self"'
    world.hub.headers["Link"] = links
    await world.poll()
    await world.hubs.ask_due()
    assert world.hub.asked[0]["hub.topic"] == "https://a.example/self"


async def test_what_a_hub_announces_is_news_at_once_and_only_once(world: World) -> None:
    await world.agree()
    assert await world.push(document("two", hub=f"{world.hub.url}/hub")) == 202
    assert await world.titles() == ["two"]
    assert await world.push(document("two")) == 202
    world.hub.body = document("two", "one", hub=f"{world.hub.url}/hub")
    world.clock.forward(days=1)
    await world.poll()
    assert world.hub.polls == 2
    assert await world.titles() == ["two"]


async def test_an_announced_feed_is_polled_once_a_day_instead_of_hourly(world: World) -> None:
    await world.poll()
    await poll_hourly(world, 24)
    assert world.hub.polls >= 24
    await world.agree()
    polls = world.hub.polls
    # The visit that was planned before, and one a day.
    await poll_hourly(world, 48)
    assert world.hub.polls - polls <= 3


async def poll_hourly(world: World, hours: int) -> None:
    for _ in range(hours):
        world.clock.forward(hours=1)
        await world.poll()


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=00", "md5=00", "sha256", "é=é", "sha1=" + "0" * 40],
)
async def test_what_is_not_signed_is_dropped_without_a_word(world: World, signature: str) -> None:
    await world.agree()
    assert await world.push(document("forged"), signature) == 202
    assert await world.titles() == []


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_all_ways_of_signing_are_understood(method: str) -> None:
    signature = hmac.new(b"secret", b"body", method).hexdigest()
    assert is_signed(b"body", "secret", f"{method}={signature}")
    assert is_signed(b"body", "secret", f"{method.upper()}={signature.upper()}")
    assert not is_signed(b"body!", "secret", f"{method}={signature}")
    assert not is_signed(b"body", "other", f"{method}={signature}")


async def test_strangers_who_call_back_get_nowhere(world: World) -> None:
    await world.agree()
    stranger = f"{world.callbacks}/websub/guessed"
    async with world.session.post(stranger, data=document("x")) as answer:
        assert answer.status == 410
    said = {"hub.mode": "subscribe", "hub.topic": world.hub.feed_url, "hub.challenge": "x"}
    async with world.session.get(stranger, params=said) as answer:
        assert answer.status == 404


async def test_a_hub_that_asks_back_about_something_else_is_told_no(world: World) -> None:
    await world.poll()
    await world.hubs.ask_due()
    assert (await world.verify(topic="https://a.example/other"))[0] == 404
    assert (await world.verify(mode="unsubscribe"))[0] == 404
    assert (await world.verify(challenge=""))[0] == 404
    assert (await world.verify(mode="?"))[0] == 404


async def test_a_challenge_is_given_back_as_text_never_as_a_page(world: World) -> None:
    await world.poll()
    await world.hubs.ask_due()
    said = {"hub.mode": "subscribe", "hub.topic": world.hub.feed_url}
    said |= {"hub.challenge": "<script>"}
    async with world.session.get(world.callback(), params=said) as answer:
        assert await answer.text() == "<script>"
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_lease_is_renewed_before_it_ends(world: World) -> None:
    await world.agree()
    world.clock.forward(days=7.9)
    assert await world.hubs.ask_due() == 0
    world.clock.forward(days=0.2)
    assert await world.hubs.ask_due() == 1
    assert world.hub.asked[0] == world.hub.asked[1]
    assert await world.verify(lease_seconds="1000000000000") == (200, "prove it")


async def test_a_hub_that_never_asks_back_is_asked_again_a_day_later_and_the_feed_is_polled(
    world: World,
) -> None:
    await world.poll()
    await world.hubs.ask_due()
    world.clock.forward(hours=23)
    await world.poll()
    assert world.hub.polls == 2
    assert await world.hubs.ask_due() == 0
    world.clock.forward(hours=2)
    assert await world.hubs.ask_due() == 1


@pytest.mark.parametrize(("status", "days"), [(400, 7), (503, 0.25)])
async def test_a_hub_that_refuses_is_left_alone_for_longer_than_one_in_trouble(
    world: World, status: int, days: float
) -> None:
    world.hub.status = status
    await world.poll()
    await world.hubs.ask_due()
    world.clock.forward(days=days - 0.1)
    assert await world.hubs.ask_due() == 0
    world.clock.forward(days=0.2)
    assert await world.hubs.ask_due() == 1


async def test_a_hub_that_denies_a_feed_leaves_it_to_be_polled(world: World) -> None:
    await world.agree()
    assert await world.verify(mode="denied", reason="no") == (200, "")
    world.clock.forward(days=1)
    await world.poll()
    assert (await world.feed()).next_visit_at - world.clock() <= timedelta(hours=24)
    polls = world.hub.polls
    world.clock.forward(days=1)
    await world.poll()
    assert world.hub.polls == polls + 1


async def test_a_hub_that_keeps_silent_about_news_is_trusted_no_longer(world: World) -> None:
    await world.agree()
    world.clock.forward(days=1)
    old = (world.clock() - timedelta(hours=5)).isoformat()
    dated = b"<title>two</title><updated>" + old.encode() + b"</updated>"
    world.hub.body = document("two", "one", hub=f"{world.hub.url}/hub").replace(
        b"<title>two</title>", dated
    )
    await world.poll()
    assert await world.titles() == ["two"]
    world.clock.forward(days=6)
    assert await world.hubs.ask_due() == 0
    world.clock.forward(days=1)
    assert await world.hubs.ask_due() == 1


async def test_an_announcement_that_can_not_be_read_makes_the_feed_due(world: World) -> None:
    await world.agree()
    world.hub.body = document("two", "one", hub=f"{world.hub.url}/hub")
    world.clock.forward(minutes=20)
    assert await world.push(b"ping") == 202
    await world.poll()
    assert await world.titles() == ["two"]


async def test_a_feed_that_nobody_follows_is_taken_leave_of(world: World) -> None:
    await world.agree()
    async with world.sources.database.write() as tx:
        [item] = await chats.subscriptions_of(tx, ChatId(1))
        await chats.unsubscribe(tx, ChatId(1), item.id)
    await world.hubs.ask_due()
    assert [asked["hub.mode"] for asked in world.hub.asked] == ["subscribe", "unsubscribe"]
    assert await world.verify() == (200, "prove it")
    assert await world.push(document("late")) == 410
    assert await world.hubs.ask_due() == 0


async def test_under_another_public_address_hubs_are_asked_anew(world: World) -> None:
    await world.agree()
    moved = Hubs(world.sources, "https://new.example.org", lambda: "other")
    await moved.begin()
    assert await moved.ask_due() == 1
    assert world.hub.asked[-1]["hub.callback"] == "https://new.example.org/websub/other"


async def test_without_a_public_address_no_hub_is_asked_and_everything_is_polled(
    world: World,
) -> None:
    await world.agree()
    alone = Hubs(world.sources, "", lambda: "other")
    await alone.begin()
    assert await alone.ask_due() == 0
    world.clock.forward(days=1)
    await world.poll()
    world.clock.forward(days=1)
    polls = world.hub.polls
    await world.poll()
    assert world.hub.polls == polls + 1
    assert len(world.hub.asked) == 1


async def test_a_silent_hub_with_short_leases_is_found_out(world: World) -> None:
    await world.poll()
    await world.hubs.ask_due()
    assert (await world.verify(lease_seconds="86400"))[0] == 200
    for day in range(4):
        world.clock.forward(days=1)
        if await world.hubs.ask_due():
            await world.verify(lease_seconds="86400")
        date = (world.clock() - timedelta(hours=5)).isoformat()
        title = f"<title>day {day}</title>"
        dated = f"{title}<updated>{date}</updated>".encode()
        world.hub.body = document(f"day {day}", hub=f"{world.hub.url}/hub").replace(
            title.encode(), dated
        )
        await world.poll()
    # Asked, renewed, and left alone from the second silent day on.
    assert len(world.hub.asked) <= 3


async def test_a_hub_is_not_judged_by_what_came_before_it_was_asked(world: World) -> None:
    await world.poll()
    world.clock.forward(hours=5)
    assert await world.hubs.ask_due() == 1
    assert await world.verify() == (200, "prove it")
    between = (world.clock() - timedelta(hours=3)).isoformat()
    dated = f"<title>two</title><updated>{between}</updated>".encode()
    world.hub.body = document("two", "one", hub=f"{world.hub.url}/hub").replace(
        b"<title>two</title>", dated
    )
    world.clock.forward(hours=2)
    await world.poll()
    assert await world.titles() == ["two"]
    polls = world.hub.polls
    await poll_hourly(world, 20)
    assert world.hub.polls <= polls + 1


async def test_a_hub_that_is_busy_is_asked_again_when_it_says(world: World) -> None:
    world.hub.status = 429
    await world.poll()
    await world.hubs.ask_due()
    world.clock.forward(hours=7)
    assert await world.hubs.ask_due() == 1


async def test_neither_secrets_nor_strangers_words_get_into_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.agree()
    output = io.StringIO()
    log.set_up("info", "text", (), output)

    async def trip(*_: Any) -> Any:
        raise RuntimeError("secret-0 and secret-1")

    monkeypatch.setattr(world.hubs, "receive", trip)
    assert await world.push(document("two")) == 500
    host, port = world.callbacks.removeprefix("http://").split(":")
    for request in (b"GET /websub/secret-0 HTTP/9.1\r\n\r\n", b"\x16\x03\x01 secret-1\r\n\r\n"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        await writer.drain()
        await reader.read(100)
        writer.close()
    assert "RuntimeError" in output.getvalue()
    assert "secret-" not in output.getvalue()


async def test_errors_of_the_database_tell_no_secrets(any_database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with any_database.read() as tx:
            await tx.execute(text("SELECT :secret FROM nothing"), {"secret": "secret-1"})
    assert "secret-1" not in str(caught.value)


@pytest.mark.parametrize("token", ["%00", "..", "a%2Fb", "x" * 65, "%E3%81%82"])
async def test_tokens_that_are_none_are_not_even_looked_up(world: World, token: str) -> None:
    for method in ("GET", "POST"):
        url = URL(f"{world.callbacks}/websub/{token}", encoded=True)
        async with world.session.request(method, url) as answer:
            assert answer.status in (404, 405)


async def test_posts_that_drip_do_not_keep_others_waiting_for_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web._BODY_SECONDS", 0.2)
    await world.agree()
    url = urlsplit(world.callback())
    writers = []
    for _ in range(4):
        _, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(
            f"POST {url.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode()
        )
        writers.append(writer)
    await asyncio.sleep(0.05)
    assert await world.push(document("two")) == 202
    for writer in writers:
        writer.close()


async def test_a_post_that_is_too_large_is_refused(world: World) -> None:
    await world.agree()
    assert await world.push(b" " * 100_001) == 413


async def test_an_address_in_use_is_an_error_for_whoever_starts_the_bot(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            async with listening(("127.0.0.1", port), world.hubs, 1):
                pass
