"""The only door to the web: bounded, timed, polite, and guarded against private addresses.

turn of its host ─▶ guarded connection ─▶ redirects by hand ─▶ body: counted on the wire and unpacked
"""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import aiohttp
from multidict import CIMultiDictProxy
from pydantic import SecretStr
from yarl import URL

from news.addresses import MAX_URL, host_of
from news.errors import Answer, FetchFailed, Hop
from news.pace import host_delay, retry_after
from storage.records import Failure

MAX_HOPS = 5
_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"
_MAX_MEMBERS = 16
"""Parts of a gzip body; each may be empty, and costs time all the same."""
_PORTS = frozenset({80, 443, 8080, 8443})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
FEEDS = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"
)
"""What is asked for by default: feeds, and pages that may announce one."""

PAGES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_KEPT_HEADERS = (
    *("age", "cache-control", "cf-mitigated", "content-encoding", "content-length", "content-type"),
    *("date", "etag"),
    *("expires", "last-modified", "link", "retry-after", "server", "x-robots-tag"),
)

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What a fetch may cost, and where it may go."""

    timeout: float = 30.0
    """Seconds for a whole request, redirects included; waiting for a host's turn is not counted."""
    max_bytes: int = 10_000_000
    """Of a body, on the wire and unpacked."""
    concurrency: int = 32
    """Requests at once, over all hosts."""
    host_delay: float = 2.0
    """Seconds between two requests to one host; 0 for no manners, as with hosts of one's own."""
    proxy: str = ""
    """A proxy's address, which then decides what may be reached; empty for none."""
    allowed_networks: tuple[IPNetwork, ...] = ()
    """Private networks that may be fetched all the same, any port."""
    allowed_endpoints: frozenset[tuple[str, int]] = frozenset()
    """Single (address, port) pairs that may be fetched all the same."""
    only_origin_of: str = ""
    """An address of the operator's own: then nothing but its origin is asked, wherever that lies.
    Empty for the web at large."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: a body, or the word that nothing changed."""

    answer: Answer
    not_modified: bool
    """True for 304; then the body is empty."""
    body: bytes
    etag: str | None
    """Byte for byte as sent; None if there was none."""
    last_modified: str | None
    """Likewise."""

    @property
    def url(self) -> str:
        """Where the body was found, after redirects."""
        return self.answer.url

    @property
    def content_type(self) -> str:
        """As the server says; empty if it does not."""
        return self.answer.headers.get("content-type", "")


class _Refused(OSError):
    """The address may not be connected to. One text for all, so that attempts over several addresses add up to it."""

    def __init__(self) -> None:
        super().__init__("address refused")


@dataclass(slots=True)
class _Turn:
    """Whose turn it is at one host."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    waiting: int = 0


PAUSE = timedelta(hours=1)
"""What a host gets that asks to be left alone and does not say for how long."""


class Pauses:
    """Hosts that asked to be left alone, and until when; what is in the database is told to it at the start."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}

    def add(self, host: str, until: datetime) -> None:
        """Leave a host alone until then; a longer pause that is under way stays."""
        now = self._clock()
        self._until = {name: end for name, end in self._until.items() if end > now}
        self._until[host] = max(until, self._until.get(host, until))

    def asked(self, host: str, headers: Mapping[str, str]) -> None:
        """Leave a host alone that answered 429 with these headers."""
        now = self._clock()
        self.add(host, now + (retry_after(headers, now) or PAUSE))

    def until(self, host: str) -> datetime | None:
        """Until when a host is left alone; None if it may be asked."""
        end = self._until.get(host)
        return end if end is not None and end > self._clock() else None


class _Hosts:
    """One request at a time to a host, and a pause after each."""

    def __init__(self, delay: float) -> None:
        self._delay = timedelta(seconds=delay)
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        if not self._delay:
            yield
            return
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(host, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                await asyncio.sleep(max(0.0, turn.free_at - loop.time()))
                try:
                    yield
                finally:
                    delay = host_delay(host, self._delay).total_seconds()
                    turn.free_at = loop.time() + delay
        finally:
            turn.waiting -= 1
            self._forget(loop.time())

    def _forget(self, now: float) -> None:
        if len(self._turns) > 2048:
            self._turns = {
                host: turn
                for host, turn in self._turns.items()
                if turn.waiting or turn.free_at > now
            }


class Fetcher:
    """An HTTP client for addresses that strangers give us. Use it as an async context manager."""

    def __init__(
        self, limits: FetchLimits, program: str, contact: str = "", pauses: Pauses | None = None
    ) -> None:
        """`program` is name/version; `contact` an address at which publishers find who runs it.

        Without `pauses`, whoever asks has to know which hosts want to be left alone.
        """
        self.pauses = pauses
        self._limits = limits
        self._program = program
        self._contact = contact
        self._hosts = _Hosts(limits.host_delay)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            # The guard sits where the very address to connect to is known: a name that changes its
            # answer, or a literal that never is a name, comes by here all the same.
            connector=aiohttp.TCPConnector(
                limit=self._limits.concurrency,
                limit_per_host=1 if self._limits.host_delay else 0,
                socket_factory=self._guarded_socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "gzip"},
            # Bodies are unpacked here, since both of their sizes are to be bounded.
            auto_decompress=False,
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

    @property
    def agent(self) -> str:
        """The name by which robots.txt may address us: that of the program, without its version."""
        return self._program.partition("/")[0]

    def user_agent(self, subscribers: int = 0) -> str:
        """Who we are, and for how many chats we ask."""
        remarks = [f"+{self._contact}"] if self._contact else []
        if subscribers:
            remarks.append(f"{subscribers} subscriber{'s' if subscribers > 1 else ''}")
        return f"{self._program} ({'; '.join(remarks)})" if remarks else self._program

    async def get(
        self,
        url: str,
        etag: str | None = None,
        last_modified: str | None = None,
        subscribers: int = 0,
        accept: str = FEEDS,
        before: Callable[[str], Awaitable[None]] | None = None,
    ) -> Fetched:
        """Get an address, conditionally if validators are given. Raises FetchFailed.

        Validators go out byte for byte as they came (RFC 9110, 13.1), but a date in 2038 is a
        server's mistake that would never change again. `before` is awaited for each address that a
        redirect leads to, and may raise.
        """
        headers = {"User-Agent": self.user_agent(subscribers), "Accept": accept}
        if etag is not None:
            headers["If-None-Match"] = etag
        if last_modified is not None and "2038" not in last_modified:
            headers["If-Modified-Since"] = last_modified
        return await self._guarded("GET", url, headers, None, before)

    async def post(self, url: str, form: Mapping[str, str]) -> Fetched:
        """Send a form, as WebSub hubs want it; redirects are not followed. Raises FetchFailed."""
        return await self._guarded("POST", url, {"User-Agent": self.user_agent()}, form)

    async def post_json(self, url: str, document: bytes, key: SecretStr) -> Fetched:
        """Send a document, with the key that the address wants; redirects are not followed. Raises FetchFailed."""
        headers = {"User-Agent": self.user_agent(), "Accept": "application/json"}
        headers["Content-Type"] = "application/json"
        if key:
            headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        return await self._guarded("POST", url, headers, document)

    async def _guarded(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Mapping[str, str] | bytes | None,
        before: Callable[[str], Awaitable[None]] | None = None,
    ) -> Fetched:
        try:
            return await self._follow(method, url, headers, body, before)
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

    async def _follow(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Mapping[str, str] | bytes | None,
        before: Callable[[str], Awaitable[None]] | None,
    ) -> Fetched:
        assert self._session is not None, "the fetcher is not open"  # noqa: S101
        loop = asyncio.get_running_loop()
        left = self._limits.timeout
        hops: list[Hop] = []
        while len(hops) <= MAX_HOPS:
            address = _checked(url)
            if (own := self._limits.only_origin_of) and address.origin() != URL(own).origin():
                raise FetchFailed(Failure.REFUSED)
            if hops and before is not None:
                await before(url)
            async with self._hosts.turn(host_of(url)):
                # Whoever was asked first may have said that the others should not come.
                if self.pauses is not None and self.pauses.until(host_of(url)) is not None:
                    raise FetchFailed(Failure.BUSY, "paused")
                began = loop.time()
                async with self._session.request(
                    method,
                    address,
                    headers=headers,
                    data=body,
                    allow_redirects=False,
                    proxy=self._limits.proxy or None,
                    timeout=aiohttp.ClientTimeout(total=max(0.01, left)),
                ) as reply:
                    target = _target(url, reply.headers) if reply.status in _REDIRECTS else ""
                    hops.append(Hop(url, reply.status, target))
                    if not target or method != "GET":
                        answer = Answer(tuple(hops), _kept(reply.headers))
                        return await self._read(reply, answer, headers)
                left -= loop.time() - began
            if any(hop.url == target for hop in hops):
                raise FetchFailed(Failure.UNREACHABLE, "redirects in a circle")
            url = target
        raise FetchFailed(Failure.UNREACHABLE, "too many redirects")

    async def _read(
        self, reply: aiohttp.ClientResponse, answer: Answer, asked: Mapping[str, str]
    ) -> Fetched:
        etag = _storable(reply.headers.get("ETag"))
        last_modified = _storable(reply.headers.get("Last-Modified"))
        conditional = "If-None-Match" in asked or "If-Modified-Since" in asked
        # Some servers say "nothing new" with an empty page.
        empty = reply.status == 200 and reply.headers.get("Content-Length") == "0"
        if conditional and (reply.status == 304 or empty):
            return Fetched(answer, True, b"", etag, last_modified)
        failure = _failure(reply.status, answer.headers)
        if reply.status == 429 and self.pauses is not None:
            self.pauses.asked(host_of(answer.url), answer.headers)
        if failure is not None:
            raise FetchFailed(failure, str(reply.status), answer)
        body = await self._body(reply, answer)
        return Fetched(answer, False, body, etag, last_modified)

    async def _body(self, reply: aiohttp.ClientResponse, answer: Answer) -> bytes:
        coding = reply.headers.get("Content-Encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchFailed(Failure.NOT_A_FEED, f"packed as {coding[:20]}", answer)
        limit = self._limits.max_bytes
        if (reply.content_length or 0) > limit:
            raise FetchFailed(Failure.TOO_LARGE, "", answer)
        unpacked = _Unpacked(limit)
        async for chunk in reply.content.iter_chunked(_CHUNK):
            if not unpacked.take(chunk):
                raise FetchFailed(Failure.TOO_LARGE, "", answer)
        if not unpacked.whole:
            raise FetchFailed(Failure.UNREACHABLE, "cut off", answer)
        return bytes(unpacked.body)

    def is_private(self, url: str) -> bool:
        """Whether an address is refused by its host alone: a number in a private network, or this machine's name."""
        if self._limits.proxy:
            return False
        try:
            parts = urlsplit(url)
            host, port = host_of(url), parts.port or (80 if parts.scheme == "http" else 443)
            address = "127.0.0.1" if f".{host}".endswith(".localhost") else host
            return not (
                _is_public(ipaddress.ip_address(address)) or self._may_connect(address, port)
            )
        except ValueError:
            # Another name leads where it leads.
            return False

    def _guarded_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = info
        if not self._limits.proxy and not self._may_connect(str(where[0]), int(where[1])):
            raise _Refused
        return socket.socket(family=family, type=kind, proto=protocol)

    def _may_connect(self, host: str, port: int) -> bool:
        if self._limits.only_origin_of:
            # Nothing else is asked, and where it lies is the operator's affair.
            return True
        address = ipaddress.ip_address(host.partition("%")[0])
        if (str(address), port) in self._limits.allowed_endpoints:
            return True
        if any(address in network for network in self._limits.allowed_networks):
            return True
        return (port in _PORTS or port > 1023) and _is_public(address)


class _Unpacked:
    """A body as it comes in, unpacked if it begins like gzip, whatever its header says."""

    def __init__(self, limit: int) -> None:
        self.body = bytearray()
        self._limit = limit
        self._wire = 0
        self._members = 0
        self._gzip: zlib._Decompress | None = None
        self._first, self._start = True, b""

    @property
    def whole(self) -> bool:
        """False if a gzip body ended in the middle."""
        return self._gzip is None or self._gzip.eof

    def take(self, chunk: bytes) -> bool:
        """Take a piece of the wire; False if that is too much."""
        self._wire += len(chunk)
        if self._wire > self._limit:
            return False
        if self._first:
            chunk = self._start = self._start + chunk
            if len(chunk) < len(_GZIP):
                self.body[:] = chunk
                return True
            self._first = False
            self.body.clear()
            if chunk.startswith(_GZIP):
                self._gzip = zlib.decompressobj(31)
        if self._gzip is None:
            self.body += chunk
            return True
        try:
            return self._inflate(chunk)
        except zlib.error:
            raise FetchFailed(Failure.NOT_A_FEED, "broken gzip") from None

    def _inflate(self, chunk: bytes) -> bool:
        assert self._gzip is not None  # noqa: S101 - the caller has looked
        while chunk:
            if self._gzip.eof:
                self._members += 1
                if self._members > _MAX_MEMBERS or chunk[:1] != b"\x1f":
                    # Zeros behind the end are padding; anything else is not ours to guess.
                    return self._members <= _MAX_MEMBERS
                self._gzip = zlib.decompressobj(31)
            self.body += self._gzip.decompress(chunk, self._limit - len(self.body) + 1)
            if len(self.body) > self._limit:
                return False
            chunk = self._gzip.unconsumed_tail or self._gzip.unused_data
        return True


def _failure(status: int, headers: Mapping[str, str]) -> Failure | None:
    if headers.get("cf-mitigated", "").lower() == "challenge" or status in (401, 403):
        return Failure.BLOCKED
    if status in (429, 503):
        return Failure.BUSY
    if status == 410:
        return Failure.GONE
    # 204 and the like say well done, and bring nothing that could be read; 202 is for forms.
    return None if status in (200, 202, 203, 226) else Failure.STATUS


def _storable(validator: str | None) -> str | None:
    """A word of a server as it came; None if its bytes are no text, which nothing can keep or send back as they are."""
    if validator is None or "\x00" in validator:
        return None
    try:
        validator.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return validator


def _kept(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    # Robots directives are told apart by the header that they stand in.
    kept = {
        name: ("\n" if name == "x-robots-tag" else ", ").join(headers.getall(name))
        for name in _KEPT_HEADERS
        if name in headers
    }
    return {name: value[:4096].encode("utf-8", "replace").decode() for name, value in kept.items()}


def _target(url: str, headers: Mapping[str, str]) -> str:
    """Where a redirect leads; empty if it does not say. Credentials stay with their origin."""
    location = headers.get("Location", "").strip()
    if not location:
        return ""
    parts = urlsplit(urljoin(url, location))
    if not parts.path.isascii() or not parts.query.isascii():
        # Bytes that belong into an address escaped, whatever they are in.
        parts = parts._replace(path=_quoted(parts.path), query=_quoted(parts.query))
    here = urlsplit(url)
    if (parts.scheme, parts.hostname, parts.port) != (here.scheme, here.hostname, here.port):
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    target = urlunsplit(parts._replace(fragment=""))
    # A host that is no text leads nowhere.
    return target if _storable(target) else ""


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is routed on the internet (RFC 4291, 2.4, and IANA's registry); private networks lie elsewhere."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _quoted(part: str) -> str:
    return quote(part.encode("utf-8", "surrogateescape"), safe="!$%&'()*+,/:;=?@[]~")


def _is_public(address: IPAddress) -> bool:
    """Whether an address, and any that it carries inside, belongs to the internet at large."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inside: list[IPAddress] = [
        found for found in (address.ipv4_mapped, address.sixtofour) if found is not None
    ]
    inside.extend(address.teredo or ())
    if address in _NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if inside:
        return all(_is_public(found) for found in inside)
    return address in _GLOBAL_UNICAST and address.is_global


def _checked(url: str) -> URL:
    """The address as the client takes it. Raises FetchFailed if it is none that may be fetched."""
    try:
        parts = urlsplit(url)
        short = len(url.encode("utf-8", "replace")) <= MAX_URL
        if parts.scheme in ("http", "https") and parts.hostname and short:
            return URL(url)
    except ValueError:
        pass
    raise FetchFailed(Failure.REFUSED)
