"""The only door to the web: bounded, timed, and guarded against private addresses."""

import ipaddress
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from news.errors import FetchFailed
from storage.records import Failure

MAX_HOPS = 5
_CHUNK = 64 * 1024
_PORTS = frozenset({80, 443, 8080, 8443})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What a fetch may cost, and where it may go."""

    timeout: float = 30.0
    """Seconds for a whole request, redirects included."""
    max_bytes: int = 10_000_000
    """Of a body, unpacked."""
    concurrency: int = 32
    """Connections at once, over all hosts."""
    allowed_networks: tuple[IPNetwork, ...] = ()
    """Private networks that may be fetched all the same, any port."""
    allowed_endpoints: frozenset[tuple[str, int]] = frozenset()
    """Single (address, port) pairs that may be fetched all the same."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: a body, or the word that nothing changed."""

    url: str
    """Where the body was found, after redirects."""
    not_modified: bool
    """True for 304; then the body is empty."""
    body: bytes
    content_type: str
    etag: str | None
    """Byte for byte as sent; None if there was none."""
    last_modified: str | None
    """Likewise."""


class _Refused(OSError):
    """The address may not be connected to. One text for all, so that attempts over several addresses add up to it."""

    def __init__(self) -> None:
        super().__init__("address refused")


class Fetcher:
    """An HTTP client for addresses that strangers give us. Use it as an async context manager."""

    def __init__(self, limits: FetchLimits, user_agent: str) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            # The guard sits where the very address to connect to is known: a name that changes its
            # answer, or a literal that never is a name, comes by here all the same.
            connector=aiohttp.TCPConnector(
                limit=self._limits.concurrency,
                limit_per_host=2,
                socket_factory=self._guarded_socket,
            ),
            timeout=aiohttp.ClientTimeout(total=self._limits.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip"},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def get(
        self, url: str, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Get an address, conditionally if validators are given. Raises FetchFailed."""
        validators = {}
        if etag is not None:
            validators["If-None-Match"] = etag
        if last_modified is not None:
            validators["If-Modified-Since"] = last_modified
        try:
            return await self._follow(url, validators)
        except TimeoutError as error:
            raise FetchFailed(Failure.TIMEOUT) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _Refused):
                raise FetchFailed(Failure.REFUSED) from error
            raise FetchFailed(Failure.UNREACHABLE) from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
            raise FetchFailed(Failure.REFUSED) from error
        except (aiohttp.ClientError, OSError) as error:
            raise FetchFailed(Failure.UNREACHABLE) from error

    async def _follow(self, url: str, validators: dict[str, str]) -> Fetched:
        assert self._session is not None, "the fetcher is not open"  # noqa: S101
        deadline = aiohttp.ClientTimeout(total=self._limits.timeout)
        for _ in range(MAX_HOPS + 1):
            address = _checked(url)
            async with self._session.get(
                address, headers=validators, allow_redirects=False, timeout=deadline
            ) as answer:
                target = answer.headers.get("Location")
                if answer.status in _REDIRECTS and target:
                    url = urljoin(url, target)
                    continue
                if answer.status == 304 and validators:
                    return Fetched(
                        url,
                        True,
                        b"",
                        "",
                        answer.headers.get("ETag") or validators.get("If-None-Match"),
                        answer.headers.get("Last-Modified") or validators.get("If-Modified-Since"),
                    )
                if answer.status != 200:
                    raise FetchFailed(Failure.STATUS, str(answer.status))
                return Fetched(
                    url,
                    False,
                    await self._body(answer),
                    answer.headers.get("Content-Type", ""),
                    answer.headers.get("ETag"),
                    answer.headers.get("Last-Modified"),
                )
        raise FetchFailed(Failure.UNREACHABLE, "too many redirects")

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        limit = self._limits.max_bytes
        if (
            "," in answer.headers.get("Content-Encoding", "")
            or (answer.content_length or 0) > limit
        ):
            raise FetchFailed(Failure.TOO_LARGE)
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > limit:
                raise FetchFailed(Failure.TOO_LARGE)
        return bytes(body)

    def _guarded_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = info
        host, port = str(where[0]), int(where[1])
        if not self._may_connect(host, port):
            raise _Refused
        return socket.socket(family=family, type=kind, proto=protocol)

    def _may_connect(self, host: str, port: int) -> bool:
        address = ipaddress.ip_address(host.partition("%")[0])
        if (str(address), port) in self._limits.allowed_endpoints:
            return True
        if any(address in network for network in self._limits.allowed_networks):
            return True
        return (port in _PORTS or port > 1023) and _is_public(address)


def _is_public(address: IPAddress) -> bool:
    """Whether an address, and any that it carries inside, belongs to the internet at large."""
    if isinstance(address, ipaddress.IPv6Address):
        inner: list[IPAddress] = [
            found for found in (address.ipv4_mapped, address.sixtofour) if found is not None
        ]
        if address.teredo is not None:
            inner.extend(address.teredo)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if inner:
            return all(_is_public(found) for found in inner)
    return address.is_global and not address.is_multicast


def _checked(url: str) -> URL:
    """The address as the client takes it. Raises FetchFailed if it is none that may be fetched."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFailed(Failure.REFUSED)
    if parts.username is not None or parts.password is not None:
        raise FetchFailed(Failure.REFUSED)
    return URL(url)
