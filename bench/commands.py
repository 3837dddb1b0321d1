"""How long people wait for the commands that need nothing from the web, with a large archive.

    python -m bench.commands [--articles 100000] [--runs 60] [--folder DIR]   # DIR: where the archive is kept

The whole way inside the process: an update goes through the bot's handlers, and ends as a call of a Telegram in the
same process. The archive is made up: three months of articles of 500 feeds in stories of one to thirty, words as
frequent as in a language; somebody follows five topics, was told twenty stories and saved them. Prints
how long the first time took, the median and the 95th percentile of each command, each time with other words, and beside `/latest <words>` those of a
plain `LIKE '%…%'` over headlines and summaries; processor time of all threads first, as whatever else runs on the machine
is in the time by the clock. Exit code 1 if a command's 95th percentile of processor time reaches 50 ms, or that of an
inline query 200 ms.
"""

import argparse
import asyncio
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bench import invented
from bot.assembly import assemble
from bot.console.door import Person
from bot.console.server import ConsoleTelegram
from bot.settings import load
from news.archive import build_index
from storage import articles, opinions, telling
from storage.database import Database, open_database
from storage.records import ArticleId, ChatId

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PERIOD = timedelta(days=90)
BATCH = 1000
BAR, INLINE_BAR = 50, 200
"""Milliseconds at the 95th percentile."""

WARM_UP = 5
LIKE_RUNS = WARM_UP + 10
ME = ChatId(1)
_HOT = 20
"""The most frequent words, which nobody looks for alone."""


class Clock:
    """A clock that is moved by hand: nobody is asked to wait their turn."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time, a little later each time."""
        self.now += timedelta(milliseconds=1)
        return self.now


_STEEPNESS, _LENGTH = 4, 100
"""See `bench.invented`."""


async def fill(database: Database, count: int) -> None:
    """Keep so many articles, and index them."""
    chance = random.Random(1)  # noqa: S311 - nothing secret
    outlets = invented.Outlets(chance, _STEEPNESS, _LENGTH, NOW, PERIOD)
    async with database.write() as tx:
        await outlets.open(tx)
    for done in range(0, count, BATCH):
        async with database.write() as tx:
            await outlets.publish(tx, BATCH)
        print(f"\rfilled {done + BATCH:,}", end="", flush=True)
    while await build_index(database):
        pass
    print("\rthe archive is built and indexed")


async def settle(me: Person, database: Database, words: Sequence[str], clock: Clock) -> None:
    """Somebody who uses the bot for a while."""
    for word in words[100:105]:
        clock.now += timedelta(seconds=2)
        await me.type(f"/subscribe {word}")
    async with database.write() as tx:
        newest = await articles.latest(tx, limit=20)
        told = [(story.id, ArticleId(max(one.id for one in story.articles))) for _, story in newest]
        await telling.tell(tx, ME, told, clock())
        for id, _ in told:
            await opinions.save(tx, ME, id, clock())


async def measured(
    ask: Callable[[str], Awaitable[object]], questions: Sequence[str], clock: Clock
) -> list[tuple[float, float]]:
    """Milliseconds that each of these questions takes: of processor time, and by the clock."""
    took = []
    for question in questions:
        clock.now += timedelta(seconds=2)
        busy, began = time.process_time(), time.perf_counter()
        answers = await ask(question)
        seconds = time.process_time() - busy, time.perf_counter() - began
        if not answers:
            raise AssertionError(f"no answer to {question}")
        took.append((1000 * seconds[0], 1000 * seconds[1]))
    return took


def like(file: Path, words: Sequence[str]) -> list[tuple[float, float]]:
    """Likewise, that the ten newest articles with each of these words take without an index."""
    took = []
    with closing(sqlite3.connect(file)) as connection:
        for word in words:
            busy, began = time.process_time(), time.perf_counter()
            connection.execute(
                "SELECT id, title, summary FROM articles WHERE title LIKE ? OR summary LIKE ? "
                "ORDER BY published_at DESC LIMIT 10",
                (f"%{word}%", f"%{word}%"),
            ).fetchall()
            seconds = time.process_time() - busy, time.perf_counter() - began
            took.append((1000 * seconds[0], 1000 * seconds[1]))
    return took


def line(name: str, took: Sequence[tuple[float, float]], bar: float | None) -> bool:
    """Print a row of the table, the first time apart from the others; False if it is above its bar."""
    shown = [f"{name:<20}{took[0][0]:10.1f}"]
    p95s = []
    for some in (sorted(one[kind] for one in took[WARM_UP:]) for kind in (0, 1)):
        p95s.append(some[min(len(some) - 1, int(0.95 * len(some)))])
        shown.append(f"{some[len(some) // 2]:9.1f} {p95s[-1]:9.1f}   ")
    kept = bar is None or p95s[0] < bar
    shown.append("" if bar is None else f"{bar:6.0f}{'' if kept else '  !'}")
    print("".join(shown))
    return kept


async def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as made:
        archive = await _archive(chosen.folder or Path(made), chosen.articles)
        # What is measured subscribes and saves: the next run is to find the archive as this one does.
        file = Path(shutil.copy(archive, Path(made) / "copy.db"))
        return await _run(file, chosen.articles, chosen.runs)


async def _archive(folder: Path, count: int) -> Path:
    """The file with so many articles; what a run left unfinished is none."""
    file = folder / f"commands-{count}.db"
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        part = Path(unfinished) / "part.db"
        database = await open_database(f"sqlite:///{part}")
        try:
            await fill(database, count)
        finally:
            await database.close()
        return part.rename(file)


async def _run(file: Path, count: int, runs: int) -> int:
    clock = Clock()
    telegram = ConsoleTelegram(clock)
    chance = random.Random(2)  # noqa: S311 - nothing secret
    words = invented.words(random.Random(1))  # noqa: S311 - likewise
    settings = load(_env_file=None, database_url=f"sqlite:///{file}")
    kept = True
    async with assemble(settings, clock, telegram, _fail) as parts, parts.application:
        await parts.application.start()
        me = Person(parts.application, telegram, ME)
        await settle(me, parts.services.database, words, clock)
        # As people look for things: now something frequent, now something rare.
        asked = [words[_HOT + int(10_000 * chance.random() ** 2)] for _ in range(runs + WARM_UP)]
        print(f"{count:,} articles, {runs} runs, milliseconds")
        print(
            f"{'':<20}{'first':>10}{'processor: median, p95':>24}{'clock: median, p95':>22}{'bar':>9}"
        )
        for command, questions in (
            ("/latest", [""] * len(asked)),
            ("/latest <words>", asked),
            ("/search <words>", asked),
            ("/subscriptions", [""] * len(asked)),
            ("/digest 24h", [""] * len(asked)),
            ("/why", [""] * len(asked)),
            ("/saved", [""] * len(asked)),
        ):
            typed = command.replace("<words>", "").strip()
            took = await measured(me.type, [f"{typed} {one}".strip() for one in questions], clock)
            kept = line(command, took, BAR) and kept
        took = await measured(me.ask_inline, asked, clock)
        kept = line("inline <words>", took, INLINE_BAR) and kept
        late = sum(1 for one in telegram.inline_answers if not one.get("results"))
        print(f"inline queries that found nothing in time: {late} of {len(asked)}")
        await parts.application.stop()
    line("LIKE '%words%'", like(file, asked[:LIKE_RUNS]), None)
    return int(not kept)


def _fail(error: BaseException) -> None:
    raise error


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
