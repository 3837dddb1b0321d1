"""Our poller on a database of its own, with the event loop watched: what the benchmarks of polling share."""

import asyncio
import os
import random
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import text

from news.fetch import Fetcher, FetchLimits
from news.intake import Intake
from news.pace import Pace
from news.poller import Poller, PollResult
from news.sources import Sources
from news.worker import Worker
from storage import feeds
from storage.database import Database, open_database
from storage.records import ListedFeed

_PROBE = 0.005


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass
class Bench:
    """A poller and what it has reported."""

    database: Database
    sources: Sources
    poller: Poller = field(init=False)
    results: list[PollResult] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    def report(self, result: PollResult | Exception) -> None:
        """Take a report down."""
        if isinstance(result, Exception):
            raise result
        if result.failure is not None:
            raise RuntimeError(f"{result.feed.url} fails: {result.failure}")
        self.results.append(result)

    async def list_feeds(self, urls: list[str]) -> None:
        """Make these the feeds to poll."""
        async with self.database.write() as tx:
            await feeds.set_catalogue(tx, [ListedFeed(url) for url in urls], now())

    async def make_due(self, over: timedelta = timedelta(0)) -> None:
        """Let all feeds fall due, now or spread evenly over some time."""
        async with self.database.write() as tx:
            ids = list(
                await tx.scalars(text("SELECT id FROM feeds WHERE in_catalogue ORDER BY id"))
            )
            start = now()
            due = (start + over * place / len(ids) for place in range(len(ids)))
            await tx.execute(
                text("UPDATE feeds SET next_visit_at = :at WHERE id = :id"),
                [
                    {"at": at.strftime("%Y-%m-%d %H:%M:%S.%f"), "id": id}
                    for at, id in zip(due, ids, strict=True)
                ],
            )

    async def poll(self, count: int) -> float:
        """Poll until `count` visits are done; the seconds that took. The loop's lag is noted meanwhile."""
        self.results.clear()
        self.lags.clear()
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            probe = group.create_task(self._watch())
            while len(self.results) < count:
                await self.poller.begin_due()
                await asyncio.sleep(0.02)
            probe.cancel()
        return time.perf_counter() - began

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_PROBE)
            self.lags.append(loop.time() - before - _PROBE)

    def lag(self, share: float) -> float:
        """Milliseconds that the loop was late, at this share of all looks."""
        ordered = sorted(self.lags)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def memory(self) -> tuple[float, float]:
        """Megabytes that this process and the parser's have taken at most."""
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pid = self.sources.worker.pid
        other = 0.0
        if pid is not None:
            status = Path(f"/proc/{pid}/status").read_text()
            other = int(status.split("VmHWM:")[1].split()[0]) / 1024
        return own, other


@asynccontextmanager
async def bench(folder: Path, concurrency: int) -> AsyncIterator[Bench]:
    """A poller without manners towards hosts, which are all ours here."""
    database = await open_database(f"sqlite:///{folder / 'bench.db'}")
    limits = FetchLimits(
        host_delay=0, concurrency=concurrency, allowed_networks=(ip_network("127.0.0.0/8"),)
    )
    async with Fetcher(limits, "Kawaraban/bench") as fetcher, Worker() as worker:
        pace = Pace(host_delay=timedelta(0))
        intake = Intake(database, worker)
        sources = Sources(database, fetcher, worker, intake, now, random.random, pace)
        running = Bench(database, sources)
        owner = f"bench {os.getpid()}"
        async with Poller(sources, owner, concurrency, running.report) as poller:
            running.poller = poller
            yield running
    await database.close()
