"""The door to the web: polite, bounded, and closed towards private addresses."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from news.errors import FetchFailed
from news.fetch import MAX_HOPS, Fetcher, FetchLimits
from storage.records import Failure

ETAG = 'W/"odd  one"'
MODIFIED = "yesterday, or so"
LIMITS = FetchLimits(timeout=2, max_bytes=100_000, host_delay=0)


class Site:
    """A server on loopback that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        name, _, rest = request.path.lstrip("/").partition("/")
        match name:
            case "feed":
                if request.headers.get("If-None-Match") == ETAG:
                    return web.Response(status=304)
                return web.Response(body=b"body", headers={"ETag": ETAG, "Last-Modified": MODIFIED})
            case "hop":
                left = int(rest)
                target = f"/hop/{left - 1}" if left > 1 else "/feed"
                return web.Response(status=302, headers={"Location": target})
            case "away":
                return web.Response(status=301, headers={"Location": request.query["to"]})
            case "zipped":
                body = gzip.compress(b"x" * int(rest))
                return web.Response(body=body, headers={"Content-Encoding": "gzip"})
            case "twice":
                return web.Response(body=b"x", headers={"Content-Encoding": "gzip, gzip"})
            case "large":
                return web.Response(body=b"x" * 100_001)
            case "slow":
                await asyncio.sleep(0.5)
        return web.Response(status=404)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    limits = replace(LIMITS, allowed_endpoints=frozenset({("127.0.0.1", site.port)}))
    async with Fetcher(limits, "Kawaraban/test") as fetcher:
        yield fetcher


async def failure(fetcher: Fetcher, url: str) -> tuple[Failure, str]:
    with pytest.raises(FetchFailed) as caught:
        await fetcher.get(url)
    return caught.value.failure, caught.value.detail


async def test_validators_go_back_byte_for_byte_and_304_keeps_them(
    site: Site, fetcher: Fetcher
) -> None:
    first = await fetcher.get(f"{site.url}/feed")
    assert (first.body, first.etag, first.last_modified) == (b"body", ETAG, MODIFIED)
    again = await fetcher.get(f"{site.url}/feed", first.etag, first.last_modified)
    assert (again.not_modified, again.body) == (True, b"")
    headers = site.asked[-1].headers
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (ETAG, MODIFIED)


async def test_a_request_says_who_asks_and_nothing_else(site: Site, fetcher: Fetcher) -> None:
    await fetcher.get(f"{site.url}/feed")
    headers = site.asked[-1].headers
    assert headers["User-Agent"] == "Kawaraban/test"
    assert headers["Accept-Encoding"] == "gzip"
    assert {"Cookie", "Referer", "Authorization"} & set(headers) == set()


async def test_redirects_are_followed_up_to_their_limit(site: Site, fetcher: Fetcher) -> None:
    found = await fetcher.get(f"{site.url}/hop/{MAX_HOPS}")
    assert (found.body, found.url) == (b"body", f"{site.url}/feed")
    assert (await failure(fetcher, f"{site.url}/hop/{MAX_HOPS + 1}"))[0] is Failure.UNREACHABLE


async def test_bodies_are_unpacked_and_bounded_also_after_unpacking(
    site: Site, fetcher: Fetcher
) -> None:
    assert (await fetcher.get(f"{site.url}/zipped/100000")).body == b"x" * 100_000
    for path in ("zipped/100001", "zipped/50000000", "large"):
        assert (await failure(fetcher, f"{site.url}/{path}"))[0] is Failure.TOO_LARGE
    assert (await failure(fetcher, f"{site.url}/twice"))[0] is Failure.NOT_A_FEED


async def test_errors_and_silence_are_told_apart(site: Site, fetcher: Fetcher) -> None:
    assert await failure(fetcher, f"{site.url}/nothing") == (Failure.STATUS, "404")
    limits = FetchLimits(timeout=0.05, host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits, "test") as hasty:
        assert (await failure(hasty, f"{site.url}/slow"))[0] is Failure.TIMEOUT
        assert (await failure(hasty, "http://127.0.0.1:9/"))[0] is Failure.UNREACHABLE


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "①②⑦.⓪.⓪.①",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[::7f00:1]",
        "[2001:0:7f00:1::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
async def test_no_form_of_a_private_address_is_connected_to(site: Site, host: str) -> None:
    async with Fetcher(LIMITS, "test") as fetcher:
        kind, _ = await failure(fetcher, f"http://{host}:{site.port}/feed")
        assert kind in (Failure.REFUSED, Failure.UNREACHABLE)
    assert site.asked == []


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("93.184.216.34", 80, True),
        ("93.184.216.34", 443, True),
        ("93.184.216.34", 8080, True),
        ("93.184.216.34", 8443, True),
        ("93.184.216.34", 1024, True),
        ("93.184.216.34", 22, False),
        ("93.184.216.34", 25, False),
        ("93.184.216.34", 1023, False),
        ("2606:2800:220:1::1", 443, True),
        ("64:ff9b::5db8:d822", 443, True),
        ("64:ff9b::7f00:1", 443, False),
        ("10.1.2.3", 443, False),
        ("192.168.7.7", 22, True),
    ],
)
async def test_only_global_addresses_at_usual_ports_or_allowed_networks_at_any_are_connected_to(
    host: str, port: int, allowed: bool
) -> None:
    limits = replace(LIMITS, allowed_networks=(ip_network("192.168.7.0/24"),))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))
    async with Fetcher(limits, "test") as fetcher:
        if allowed:
            fetcher._guarded_socket(info).close()
        else:
            with pytest.raises(OSError, match="address refused"):
                fetcher._guarded_socket(info)


async def test_a_name_that_changes_its_answer_gets_nowhere(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each connection is checked for the address that it goes to, however often the name is asked for."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    async def resolve(*_: Any, **__: Any) -> list[Any]:
        address = next(answers)
        asked.append(address)
        entry = ResolveResult(
            hostname="a.example",
            host=address,
            port=site.port,
            family=socket.AF_INET,
            proto=6,
            flags=0,
        )
        return [entry]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", resolve)
    monkeypatch.setattr("aiohttp.connector.DefaultResolver.resolve", resolve, raising=False)
    async with Fetcher(replace(LIMITS, timeout=0.3), "test") as fetcher:
        for _ in range(2):
            kind, _ = await failure(fetcher, f"http://a.example:{site.port}/feed")
            assert kind in (Failure.REFUSED, Failure.TIMEOUT, Failure.UNREACHABLE)
    assert asked
    assert site.asked == []


async def test_a_redirect_to_a_private_address_is_refused(site: Site, fetcher: Fetcher) -> None:
    for target in (
        "http://10.0.0.1/",
        "http://127.0.0.2/",
        "file:///etc/passwd",
        "ftp://a.example/",
    ):
        assert (await failure(fetcher, f"{site.url}/away?to={target}"))[0] is Failure.REFUSED


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "http://", "//x", ""])
async def test_what_is_no_plain_web_address_is_refused(fetcher: Fetcher, url: str) -> None:
    assert (await failure(fetcher, url))[0] is Failure.REFUSED
