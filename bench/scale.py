"""Several processes on one PostgreSQL database: what more pollers bring, and how soon a dead deliverer is replaced.

    python -m bench.scale DIR                    # DIR: real feeds, one a file
    python -m bench.scale DIR --postgres postgresql://postgres@127.0.0.1:5432/postgres --feeds 2000

It makes databases of its own and drops them. Feeds lie on many loopback hosts, each of which may be asked by one
visitor at a time: their server counts feeds that are fetched again before their time, and hosts with two
connections. Every round polls all feeds, first anew, then again, when four of five answer 304. Ends with 1 if a
claim overlapped or a takeover took longer than 15 s.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import asyncpg
from aiohttp import web
from sqlalchemy import text, update

from bench.publishers import Publishers
from bot.clock import utc_now
from news.fetch import Fetcher, FetchLimits
from news.intake import Intake
from news.pace import Pace
from news.poller import Poller, PollResult
from news.sources import Sources
from news.worker import Worker
from storage import chats, feeds, outbox
from storage.database import PATIENCE, Database, open_database
from storage.records import ArticleId, Chat, ChatId, ListedFeed
from storage.schema import feeds as table
from tests.bot.remote import RemoteBotApi

ROOT = Path(__file__).parent.parent
TOKEN = "1:scale"  # noqa: S105 - of our own server
HOSTS = 200
HOST_DELAY = 0.02
LATENCY = 0.02
"""What an answer takes, as if it came from afar."""
PORT = 18444
TAKEOVERS = 5
TAKEOVER_BAR = 15.0


def host(number: int) -> str:
    """The loopback address of the host that a feed lies on."""
    place = number % HOSTS
    return f"127.0.{2 + place // 100}.{1 + place % 100}"


# ── publishers ───────────────────────────────────────────────────────────────────────────────────


class Watched:
    """Publishers that count what must not happen."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._publishers = Publishers(bodies)
        self._open: Counter[str] = Counter()
        self._fetched: Counter[str] = Counter()
        self._crowded = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One visit."""
        self._open[request.host] += 1
        self._crowded += self._open[request.host] > 1
        try:
            await asyncio.sleep(LATENCY)
            self._fetched[request.match_info["number"]] += 1
            return await self._publishers.answer(request)
        finally:
            self._open[request.host] -= 1

    async def begin(self, _request: web.Request) -> web.Response:
        """Count from here on."""
        self._fetched.clear()
        return web.Response()

    async def count(self, _request: web.Request) -> web.Response:
        """Feeds that were fetched, and what must not have happened."""
        again = sum(times - 1 for times in self._fetched.values())
        found = {"fetched": len(self._fetched), "again": again, "crowded": self._crowded}
        return web.json_response(found)


async def publish(corpus: Path) -> None:
    """Listen until killed."""
    bodies = await asyncio.to_thread(
        lambda: [path.read_bytes() for path in sorted(corpus.glob("*.xml"))]
    )
    watched = Watched(bodies)
    application = web.Application()
    application.router.add_get("/{number:\\d+}", watched.answer)
    application.router.add_post("/begin", watched.begin)
    application.router.add_get("/count", watched.count)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    for place in range(HOSTS):
        await web.TCPSite(runner, host(place), PORT, backlog=256).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


# ── pollers ──────────────────────────────────────────────────────────────────────────────────────


async def poll(url: str, concurrency: int) -> None:
    """Visit what is due until told to stop; then print how many visits went wrong."""
    wrong = 0

    def report(result: PollResult | Exception) -> None:
        nonlocal wrong
        wrong += isinstance(result, Exception) or result.failure is not None

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = await open_database(url, patience=PATIENCE)
    limits = FetchLimits(
        host_delay=HOST_DELAY,
        concurrency=concurrency,
        allowed_networks=(ip_network("127.0.0.0/8"),),
    )
    pace = Pace(host_delay=timedelta(seconds=HOST_DELAY))
    async with Fetcher(limits, "Kawaraban/bench") as fetcher, Worker() as worker:
        intake = Intake(database, worker)
        sources = Sources(database, fetcher, worker, intake, utc_now, random.random, pace)
        async with Poller(sources, f"bench {os.getpid()}", concurrency, report) as poller:
            print("ready", flush=True)
            while not stop.is_set():
                await poller.begin_due()
                await asyncio.sleep(0.02)
    await database.close()
    print(wrong, flush=True)


@asynccontextmanager
async def part(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A part of this benchmark in a process of its own, once it says that it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.scale", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        if (await process.stdout.readline()).strip() != b"ready":
            raise RuntimeError(f"{arguments} did not start")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def make_due(database: Database) -> None:
    """Let all feeds be due."""
    async with database.write() as tx:
        await tx.execute(update(table).values(next_visit_at=utc_now()))
        await tx.execute(text("DELETE FROM hosts"))


async def one_round(
    database: Database, session: aiohttp.ClientSession, count: int
) -> tuple[float, dict[str, int]]:
    """Poll all feeds once: feeds a second, and what the server counted."""
    base = f"http://{host(0)}:{PORT}"
    async with session.post(f"{base}/begin"):
        await make_due(database)
    began = time.perf_counter()
    due = text("SELECT count(*) FROM feeds WHERE next_visit_at <= :now")
    left = count
    while left:
        await asyncio.sleep(0.1)
        async with database.read() as tx:
            left = int(await tx.scalar(due, {"now": utc_now()}) or 0)
    rate = count / (time.perf_counter() - began)
    async with session.get(f"{base}/count") as answer:
        return rate, await answer.json()


async def polled_by(
    number: int, server: str, session: aiohttp.ClientSession, chosen: argparse.Namespace
) -> tuple[float, float, dict[str, int]]:
    """Feeds a second with so many pollers: anew and again; what the server counted."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(own_database(server))
        database = await open_database(url)
        stack.push_async_callback(database.close)
        urls = [f"http://{host(place)}:{PORT}/{place}" for place in range(chosen.feeds)]
        async with database.write() as tx:
            await feeds.set_catalogue(tx, [ListedFeed(one) for one in urls], utc_now())
            await tx.execute(update(table).values(next_visit_at=utc_now() + timedelta(days=1)))
        pollers = [
            await stack.enter_async_context(
                part("--part", "poll", "--url", url, "--concurrency", str(chosen.concurrency))
            )
            for _ in range(number)
        ]
        cold, counted = await one_round(database, session, chosen.feeds)
        again, later = await one_round(database, session, chosen.feeds)
        for name in ("again", "crowded"):
            counted[name] = later[name] + (counted[name] if name == "again" else 0)
        counted["wrong"] = 0
        for process in pollers:
            process.terminate()
            said, _ = await process.communicate()
            counted["wrong"] += int(said or 0)
    return cold, again, counted


@asynccontextmanager
async def own_database(server: str) -> AsyncIterator[str]:
    """The address of an empty database."""
    name = f"kawaraban_scale_{os.getpid()}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.rpartition("/")[0] + f"/{name}"
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


# ── taking over ──────────────────────────────────────────────────────────────────────────────────


async def deliverer(
    folder: Path, url: str, api: RemoteBotApi, stack: AsyncExitStack
) -> asyncio.subprocess.Process:
    """The program with the role `deliver`, once it runs; killed at the end of `stack`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": url,
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "ROLES": "deliver",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    stack.callback(lambda: process.kill() if process.returncode is None else None)
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    while b" running " not in await process.stderr.readline():
        if process.stderr.at_eof():
            raise RuntimeError("the bot ended")
    return process


async def takeovers(server: str) -> list[float]:
    """Seconds from the SIGKILL of the deliverer to the next message that Telegram gets, several times."""
    seconds: list[float] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = await stack.enter_async_context(own_database(server))
        database = await open_database(url)
        stack.push_async_callback(database.close)
        api = await stack.enter_async_context(RemoteBotApi("--token", TOKEN))
        await api.say("chats", first=1, count=1000)
        at_work = await deliverer(folder, url, api, stack)
        for number in range(1, TAKEOVERS + 1):
            waiting = await deliverer(folder, url, api, stack)
            await delivered(database, api, number * 2)
            at_work.kill()
            killed = time.perf_counter()
            await delivered(database, api, number * 2 + 1)
            seconds.append(time.perf_counter() - killed)
            await at_work.communicate()
            at_work = waiting
    return seconds


async def delivered(database: Database, api: RemoteBotApi, chat_id: int) -> None:
    """Accept a message to a chat, and wait until Telegram has it."""
    now = utc_now()
    chat = Chat(
        *(ChatId(chat_id), "UTC", "en", "weekly mon 09:00", None, now, ArticleId(0)),
        *(False, None, None),
    )
    async with database.write() as tx:
        await chats.add(tx, chat, now)
        await outbox.put(tx, chat.id, [("Hello", "")], now)
    async with asyncio.timeout(60):
        while all(one.chat_id != chat_id for one in await api.accepted()):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)


# ── all of it ────────────────────────────────────────────────────────────────────────────────────


async def measure(chosen: argparse.Namespace) -> bool:
    """Measure and print; whether nothing overlapped and nobody waited for too long."""
    clean = True
    async with (
        part("--part", "publish", "--corpus", str(chosen.folder)),
        aiohttp.ClientSession() as session,
    ):
        print(
            f"{chosen.feeds} feeds on {HOSTS} hosts, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        first: tuple[float, float] | None = None
        for number in chosen.pollers:
            cold, again, counted = await polled_by(number, chosen.postgres, session, chosen)
            first = first or (cold, again)
            print(
                f"{number} pollers: anew {cold:6.0f} feeds/s (× {cold / first[0]:.2f}),"
                f" again {again:6.0f} feeds/s (× {again / first[1]:.2f});"
                f" fetched twice {counted['again']}, hosts with two connections {counted['crowded']},"
                f" visits gone wrong {counted['wrong']}"
            )
            clean = clean and not counted["again"] and not counted["crowded"]
    if chosen.skip_takeover:
        return clean
    seconds = await takeovers(chosen.postgres)
    print("taken over after " + ", ".join(f"{one:.1f}" for one in sorted(seconds)) + " s")
    return clean and max(seconds) < TAKEOVER_BAR


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="real feeds, one a file")
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--pollers", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--skip-takeover", action="store_true")
    parser.add_argument("--part", choices=["publish", "poll"], help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part == "publish":
        asyncio.run(publish(chosen.corpus))
    elif chosen.part == "poll":
        asyncio.run(poll(chosen.url, chosen.concurrency))
    elif chosen.folder is None:
        parser.error("name the folder of feeds")
    else:
        chosen.folder = chosen.folder.absolute()
        return 0 if asyncio.run(measure(chosen)) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
