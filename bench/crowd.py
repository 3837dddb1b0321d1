"""A hundred thousand chats in one database: what a start takes, what the process weighs, what a tick costs.

    python -m bench.crowd                                            # SQLite, in a temporary folder
    python -m bench.crowd --postgres postgresql://postgres@127.0.0.1:5432/postgres
    python -m bench.crowd --chats 10000 --subscriptions 30000 --feeds 500          # a short form

On PostgreSQL it makes a database of its own and drops it. The program is started as an operator starts it, with
all roles, against a Bot API server on loopback; one feed that is due brings an article, so that every topic is
held against something. One chat of a hundred is due then. Ends with 1 above the bars.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from aiohttp import web
from sqlalchemy import Table, func, insert, select, update

from bot.clock import utc_now
from bot.composer import Composer
from bot.jobs import COMPOSING_SECONDS
from news.followed_topics import FollowedTopics
from storage import due
from storage.batches import batches
from storage.database import Database, open_database
from storage.ids import count_from, largest_ids
from storage.schema import articles, chats, feeds, matches, outbox, stories, subscriptions, topics
from tests.bot.remote import RemoteBotApi

ROOT = Path(__file__).parent.parent
TOKEN = "1:crowd"  # noqa: S105 - of our own server
START_BAR = 5.0
MEMORY_BAR = 350.0
TICK_BAR = 2.0
ARTICLES = 5000
ROWS = 2000
"""Rows of one statement's parameters."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    chats: int
    subscriptions: int
    feeds: int

    @property
    def topics(self) -> int:
        """Different ones: some are followed by many."""
        return self.subscriptions // 10


def words(rng: random.Random) -> list[str]:
    """Invented words, that no language cuts endings from alike."""
    syllables = ["ba", "ko", "ri", "tu", "mel", "san", "dor", "vik", "lan", "pe", "gru", "zon"]
    return ["".join(rng.choices(syllables, k=3)) for _ in range(5000)]


async def put(database: Database, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Rows into a table, many at a time."""
    async with database.write() as tx:
        for some in batches(rows, ROWS):
            await tx.execute(insert(table), list(some))


async def fill(database: Database, size: Size, address: str, now: datetime) -> None:
    """Everything, with nothing due but one feed."""
    rng = random.Random(1)  # noqa: S311 - for invented news
    known = words(rng)
    later = now + timedelta(days=1)
    feed = {"in_catalogue": False, "failures": 0, "failure_detail": "", "visited_at": now}
    await put(
        database,
        feeds,
        (
            feed
            | {
                "id": id,
                "url": f"http://{id}.example/feed" if id > 1 else f"{address}/feed",
                "host": f"{id}.example",
                "title": f"Outlet {id}",
                "next_visit_at": later if id > 1 else now,
            }
            for id in range(1, size.feeds + 1)
        ),
    )
    named = {" ".join(rng.sample(known, 2)) for _ in range(size.topics)}
    texts = sorted(named)
    await put(
        database,
        topics,
        (
            {"id": id, "normal": text, "text": text, "used_at": now}
            for id, text in enumerate(texts, start=1)
        ),
    )
    await put(database, stories, ({"id": id, "first_seen_at": now} for id in _upto(ARTICLES)))
    await put(
        database,
        articles,
        (
            {
                "id": id,
                "feed_id": rng.randint(1, size.feeds),
                "story_id": id,
                "identity": str(id),
                "url": f"http://a.example/{id}",
                "canonical_url": f"http://a.example/{id}",
                "title": " ".join(rng.sample(known, 8)).capitalize(),
                "summary": " ".join(rng.sample(known, 30)).capitalize() + ".",
                "language": "en",
                "published_at": now - timedelta(minutes=id % 1440),
                "seen_at": now,
                "archived": False,
            }
            for id in _upto(ARTICLES)
        ),
    )
    # Every article belongs to some topics, as if it had been matched on arrival.
    pairs = {(rng.randint(1, len(texts)), id) for id in _upto(ARTICLES) for _ in range(20)}
    await put(
        database,
        matches,
        ({"topic_id": topic, "article_id": id, "score": 0.5} for topic, id in sorted(pairs)),
    )
    await put(
        database,
        chats,
        (
            {
                "id": id,
                "timezone": "UTC",
                "language": "en",
                "schedule": "daily 08:00",
                "next_digest_at": later,
                "last_digest_at": now - timedelta(days=1),
                "digested_to": 0,
                "paused": False,
                "created_at": now,
            }
            for id in _upto(size.chats)
        ),
    )
    await put(database, subscriptions, _subscriptions(size, len(texts), rng, now))
    async with database.write() as tx:
        await count_from(tx, await largest_ids(tx))


def _upto(count: int) -> range:
    return range(1, count + 1)


def _subscriptions(
    size: Size, count: int, rng: random.Random, now: datetime
) -> Iterator[dict[str, Any]]:
    each = size.subscriptions // size.chats
    for chat_id in _upto(size.chats):
        usual = {"chat_id": chat_id, "after_article": 0, "followed_at": now}
        feed_id = rng.randint(1, size.feeds)
        yield usual | {"feed_id": feed_id, "topic_id": None, "name": f"Outlet {feed_id}"}
        for place in range(each - 1):
            # The first topics have most followers, and none is without.
            number = (chat_id * (each - 1) + place) % count
            topic_id = number + 1 if place else 1 + int(number * rng.random())
            yield usual | {"feed_id": None, "topic_id": topic_id, "name": f"Topic {topic_id}"}


@asynccontextmanager
async def publisher() -> AsyncIterator[str]:
    """A feed with one article."""

    async def answer(_request: web.Request) -> web.Response:
        item = (
            "<item><guid>n</guid><title>Bakori tumel</title><link>http://a.example/n</link></item>"
        )
        body = f"<rss><channel><title>Outlet 1</title>{item}</channel></rss>"
        return web.Response(text=body, content_type="application/xml")

    application = web.Application()
    application.router.add_get("/feed", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def weight(pid: int) -> tuple[float, float]:
    """Megabytes: of a process, and of it with its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return _resident(pid), _resident(pid) + sum(weight(int(child))[1] for child in children)


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor(pid: int) -> float:
    """Seconds of processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def start(url: str, folder: Path) -> tuple[float, float, float]:
    """Seconds from the start until the bot runs; its megabytes once all topics were needed, then with its parsers'."""
    (folder / "empty.opml").write_text("<opml version='2.0'><body/></opml>")
    async with RemoteBotApi("--token", TOKEN) as api:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=folder,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "DATABASE_URL": url,
                "TELEGRAM_TOKEN": TOKEN,
                "TELEGRAM_API_URL": api.url,
                "CATALOGUE": "empty.opml",
                "FETCH_ALLOWED_NETWORKS": "127.0.0.0/8",
                "LOG_LEVEL": "debug",
            },
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr is not None  # noqa: S101 - it is a pipe
            ready = visited = 0.0
            async with asyncio.timeout(180):
                while not (ready and visited):
                    line = (await process.stderr.readline()).decode()
                    if not line:
                        raise RuntimeError("the bot ended")
                    if "[error" in line:
                        print(line.rstrip(), (await process.stderr.read(20_000)).decode())
                        raise RuntimeError("the bot is in trouble")
                    if " running " in line:
                        ready = time.perf_counter() - began
                        print(f"  {processor(process.pid):.2f} s of processor until it runs")
                    if "feed visited" in line:
                        visited = time.perf_counter() - began
            print(f"  first article matched against all topics {visited - ready:.2f} s later")
            await asyncio.sleep(5)
            alone, together = weight(process.pid)
        finally:
            process.terminate()
            await process.communicate()
    return ready, alone, together


async def tick(database: Database, size: Size) -> float:
    """Seconds of the longest tick while one chat in a hundred is due."""
    now = utc_now()
    count = size.chats // 100
    async with database.write() as tx:
        some = select(chats.c.id).where(chats.c.id % 100 == 0).scalar_subquery()
        await tx.execute(update(chats).where(chats.c.id.in_(some)).values(next_digest_at=now))
    began = time.perf_counter()
    async with database.read() as tx:
        await due.count_due(tx, now + timedelta(minutes=15), 45_000)
        await due.due_digests(tx, now, 10)
    found = time.perf_counter() - began
    lags: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        probe = group.create_task(_watch(lags))
        composed, ticks = await _composed(Composer(database), now)
        probe.cancel()
    seconds = time.perf_counter() - began
    async with database.read() as tx:
        waiting = await tx.scalar(select(func.count()).select_from(outbox))
    lags.sort()
    print(
        f"  {count} due: found in {found * 1000:.1f} ms; {composed} composed in {seconds:.1f} s"
        f" ({seconds / max(1, count) * 1000:.1f} ms each), {waiting} messages wait;"
        f" {len(ticks)} ticks of {max(ticks):.2f} s at most (bar {TICK_BAR:.0f});"
        f" the loop was late by {lags[int(len(lags) * 0.99)] * 1000:.0f} ms (p99), {lags[-1] * 1000:.0f} ms at most"
    )
    return max(ticks)


async def _composed(composer: Composer, now: datetime) -> tuple[int, list[float]]:
    """Compose all as the program does: how many, and the seconds of each tick."""
    composed = 0
    ticks: list[float] = []
    while not ticks or composer.has_more:
        began = time.perf_counter()

        def is_enough(end: float = began + COMPOSING_SECONDS) -> bool:
            return time.perf_counter() > end

        composed += await composer.compose_due(now, is_enough)
        ticks.append(time.perf_counter() - began)
    return composed, ticks


async def _watch(lags: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(0.005)
        lags.append(loop.time() - before - 0.005)


async def topic_index(database: Database) -> None:
    """What it takes to read all topics."""
    began = time.perf_counter()
    async with database.read() as tx:
        index = await FollowedTopics().index(tx)
    print(f"  {len(index)} topics read and ready in {time.perf_counter() - began:.2f} s")


@asynccontextmanager
async def own_database(server: str | None, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if server is None:
        yield f"sqlite:///{folder / 'crowd.db'}"
        return
    name = f"kawaraban_crowd_{os.getpid()}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.rpartition("/")[0] + f"/{name}"
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


async def measure(server: str | None, size: Size) -> bool:
    """Everything on one kind of database; whether it is within the bars."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with own_database(server, folder) as url, publisher() as address:
            began = time.perf_counter()
            database = await open_database(url)
            await fill(database, size, address, utc_now() - timedelta(minutes=1))
            await database.close()
            kind = "SQLite" if server is None else "PostgreSQL"
            print(
                f"{kind}: {size.chats} chats, {size.subscriptions} subscriptions, {size.feeds} feeds"
                f" (filled in {time.perf_counter() - began:.0f} s)"
            )
            ready, alone, together = await start(url, folder)
            print(
                f"  start {ready:.2f} s (bar {START_BAR:.0f}); memory {alone:.0f} MB, with its parsers {together:.0f} MB (bar {MEMORY_BAR:.0f})"
            )
            database = await open_database(url)
            await topic_index(database)
            longest = await tick(database, size)
            await database.close()
    return ready < START_BAR and together < MEMORY_BAR and longest < TICK_BAR


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--postgres", metavar="URL", help="a server to make a database on")
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--subscriptions", type=int, default=300_000)
    parser.add_argument("--feeds", type=int, default=5000)
    chosen = parser.parse_args()
    size = Size(chosen.chats, chosen.subscriptions, chosen.feeds)
    return 0 if asyncio.run(measure(chosen.postgres, size)) else 1


if __name__ == "__main__":
    sys.exit(main())
