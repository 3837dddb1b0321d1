"""The visits to pages of articles whose feeds say too little of them.

claim due ─▶ has its host given enough for this hour? ─▶ robots.txt ─▶ GET ─▶ worker: read ─▶ settle
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from news import pace, page
from news.addresses import host_of
from news.errors import FetchFailed
from news.fetch import PAGES, Fetched
from news.sources import Sources, heed, pause_host
from news.worker import Worker, WorkerKilled, WorkerLost
from storage import articles, pages
from storage.database import is_trouble
from storage.pages import PageVisit
from storage.records import Failure

HOUR = timedelta(hours=1)
PAGES_AN_HOUR = 30
"""Pages of one host that are read within an hour."""

ATTEMPTS = 3
"""Times that a page is asked for, if its host is busy or out of reach."""

_AT_ONCE = 8
_LEASE = timedelta(minutes=15)
_AGAIN = timedelta(hours=2)
_ROBOTS_KEPT = timedelta(days=1)
_ROBOTS_TRIED = timedelta(minutes=30)
_ROBOTS_BYTES = 4_000_000
"""What is remembered of all robots.txt together."""

_ENOUGH = "enough pages"

_PASSING = (Failure.BUSY, Failure.TIMEOUT, Failure.UNREACHABLE)
"""What may be over at the next attempt."""


@dataclass(frozen=True, slots=True)
class _Robots:
    """What a site's robots.txt says, until it is asked for again."""

    rules: bytes | None
    """None: it can't be read at present, and nothing may be taken for allowed (RFC 9309, 2.3.1.4)."""
    until: datetime


class PageReader:
    """Reads the pages that are due."""

    def __init__(
        self,
        sources: Sources,
        worker: Worker,
        report: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        """`worker` is one for pages alone: what they hold up is no feed.

        `report` hears of what kept a page from being read and is no fault of its publisher.
        """
        self._sources = sources
        self._worker = worker
        self._report = report
        self._robots: dict[str, _Robots] = {}

    async def read_due(self) -> int:
        """Read the pages whose turn it is, some at a time; how many were settled."""
        now = self._sources.clock()
        async with self._sources.database.read() as tx:
            due = await pages.any_due(tx, now)
        if not due:
            # Its memory is better used until there are pages again.
            await self._worker.rest()
            return 0
        granted: dict[str, list[PageVisit]] = {}
        async with self._sources.database.write() as tx:
            for visit in await pages.claim_due(tx, now, now + _LEASE, _AT_ONCE):
                host = host_of(visit.url)
                wait = await pages.grant(tx, host, now, HOUR, PAGES_AN_HOUR)
                if wait is None:
                    granted.setdefault(host, []).append(visit)
                else:
                    await pages.later(tx, visit.article_id, wait)
        async with asyncio.TaskGroup() as group:
            hosts = [group.create_task(self._visit_all(visits)) for visits in granted.values()]
        return sum(task.result() for task in hosts)

    async def _visit_all(self, visits: Sequence[PageVisit]) -> int:
        """Visit pages of one host, one after the other: the first one brings its robots.txt."""
        return sum([await self._visit(visit) for visit in visits])

    async def _visit(self, visit: PageVisit) -> bool:
        try:
            found = await self._read(visit.url)
        except FetchFailed as error:
            return await self._failed(visit, error)
        except WorkerLost as error:
            self._report(error)
            async with self._sources.database.write() as tx:
                await pages.later(tx, visit.article_id, self._sources.clock() + HOUR)
            return False
        except Exception as error:  # noqa: BLE001 - one page must not stop the others
            self._report(error)
            if is_trouble(error) and visit.attempt < ATTEMPTS:
                # Of our own: the page is read again when its lease is over.
                return False
            found = None
        async with self._sources.database.write() as tx:
            if found is None:
                await pages.settle(tx, visit.article_id)
            else:
                before = await articles.get_articles(tx, [visit.article_id])
                await pages.settle(
                    tx,
                    visit.article_id,
                    found.text,
                    found.image_url,
                    found.language,
                    found.published_at,
                )
                await self._sources.intake.renew(tx, before, self._sources.clock())
        return True

    async def _failed(self, visit: PageVisit, error: FetchFailed) -> bool:
        now = self._sources.clock()
        if error.detail == _ENOUGH:
            async with self._sources.database.write() as tx:
                await pages.later(tx, visit.article_id, now + HOUR)
            return False
        server_error = error.failure is Failure.STATUS and error.detail.startswith("5")
        again = visit.attempt < ATTEMPTS and (error.failure in _PASSING or server_error)
        asked = pace.retry_after(error.headers, now) or timedelta(0)
        async with self._sources.database.write() as tx:
            if error.detail == "429":
                place = error.place(visit.url)
                await pause_host(tx, self._sources, place, now + max(asked, HOUR))
            if again:
                await pages.retry(tx, visit.article_id, now + max(asked, _AGAIN * visit.attempt))
            else:
                await pages.settle(tx, visit.article_id)
        return not again

    async def _read(self, url: str) -> page.PageContent | None:
        """What a page says; None if it is not to be read. Raises FetchFailed."""
        if not await self._may_read(url):
            return None
        agent = self._sources.fetcher.agent
        fetched = await self._sources.fetcher.get(
            url, accept=PAGES, before=partial(self._check_hop, host_of(url))
        )
        if not _is_page(fetched, agent):
            return None
        try:
            return await self._worker.run(
                page.read, fetched.body, fetched.url, fetched.content_type, agent
            )
        except WorkerKilled:
            return None

    async def _check_hop(self, granted: str, url: str) -> None:
        """A redirect may lead to another site, which has rules of its own and gives so many pages an hour, too."""
        now = self._sources.clock()
        if not await self._may_read(url):
            raise FetchFailed(Failure.REFUSED, "robots.txt")
        if host_of(url) == granted:
            return
        async with self._sources.database.write() as tx:
            if await pages.grant(tx, host_of(url), now, HOUR, PAGES_AN_HOUR) is not None:
                raise FetchFailed(Failure.BUSY, _ENOUGH)

    async def _may_read(self, url: str) -> bool:
        rules = await self._rules(url)
        if rules is None:
            raise FetchFailed(Failure.UNREACHABLE, "robots.txt")
        if not rules:
            return True
        try:
            return await self._worker.run(page.may_read, rules, url, self._sources.fetcher.agent)
        except WorkerKilled:
            return False

    async def _rules(self, url: str) -> bytes | None:
        now = self._sources.clock()
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        known = self._robots.get(site)
        if known is None or known.until <= now:
            known = await self._ask_robots(site, now)
            self._robots.pop(site, None)
            self._robots[site] = known
            self._forget()
        return known.rules

    async def _ask_robots(self, site: str, now: datetime) -> _Robots:
        try:
            fetched = await self._sources.fetcher.get(f"{site}/robots.txt", accept="text/plain")
        except FetchFailed as error:
            refused = error.failure in (Failure.STATUS, Failure.GONE, Failure.BLOCKED)
            if refused and error.detail.startswith("4"):
                return _Robots(b"", now + _ROBOTS_KEPT)
            await heed(self._sources, site, error)
            asked = pace.retry_after(error.headers, now) or timedelta(0)
            return _Robots(None, now + max(asked, _ROBOTS_TRIED))
        return _Robots(fetched.body[: page.MAX_ROBOTS], now + _ROBOTS_KEPT)

    def _forget(self) -> None:
        """Drop the oldest robots.txt once all of them take too much room."""
        size = sum(len(one.rules or b"") + 200 for one in self._robots.values())
        while size > _ROBOTS_BYTES:
            oldest = self._robots.pop(next(iter(self._robots)))
            size -= len(oldest.rules or b"") + 200


def _is_page(fetched: Fetched, agent: str) -> bool:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    kept_back = page.keeps_back(fetched.answer.headers.get("x-robots-tag", ""), agent)
    return kind in ("text/html", "application/xhtml+xml") and not kept_back
