"""A small server's day: 10,000 feeds in a cold cycle, a steady one, and at rest; and what a poll costs as articles pile up.

    python -m bench.steady DIR          # DIR: real feeds, one a file

Storage, topics and the words that searches look into are part of every cycle; the publishers (see
`bench.publishers`) share the machine. The clock's time counts, so nothing else should run.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.publishers import feed_url, in_process, publishers

HOSTS = 20
REST_SECONDS = 30
TICK_SECONDS = 2
PILES = (10_000, 100_000, 1_000_000)
"""Articles that are stored when a poll's cost is taken."""

SAMPLE = 200
"""Feeds that are polled for it."""

ROWS = 20_000

_STORIES = """
    INSERT INTO stories (first_seen_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    SELECT '2026-01-01 00:00:00.000000' FROM n
"""
_ARTICLES = """
    INSERT INTO articles (feed_id, story_id, identity, url, canonical_url, title, summary, twin,
        fingerprint, published_at, seen_at, archived)
    WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :first + :count - 1)
    SELECT 1 + i % :feeds, 1 + i % (SELECT max(id) FROM stories), printf('%064d', i),
        'https://pile.example/' || i, 'https://pile.example/' || i, 'Headline number ' || i,
        'A summary of the usual length, which says in a sentence or two what the article is about.',
        printf('%032d', i), 'x', datetime('2026-01-01', '+' || (i % 20000) || ' minutes') || '.000000',
        '2026-01-01 00:00:00.000000', 1 FROM n
"""
_ROW = """
    INSERT OR IGNORE INTO articles (feed_id, story_id, identity, url, canonical_url, title, summary,
        published_at, seen_at, archived)
    VALUES (1, 1, :identity, 'https://a.example/', 'https://a.example/', 'A headline of some length',
        'A summary of the usual length, which says in a sentence or two what the article is about.',
        '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)
"""


async def cycles(folder: Path, count: int, concurrency: int) -> dict[str, float]:
    """A cold cycle, a steady one, and rest."""
    from bench.polling import bench  # noqa: PLC0415 - the certificate is trusted at import

    found: dict[str, float] = {}
    async with bench(folder, concurrency) as running:
        await running.list_feeds([feed_url(number, HOSTS) for number in range(count)])
        found["cold"] = await running.poll(count)
        await running.make_due()
        found["steady"] = await running.poll(count)
        found["memory"], found["parser_memory"] = running.memory()
        async with running.database.read() as tx:
            found["articles"] = float(await tx.scalar(text("SELECT count(*) FROM articles")) or 0)
        began, used = time.perf_counter(), _seconds_used()
        while time.perf_counter() - began < REST_SECONDS:
            await running.poller.begin_due()
            await asyncio.sleep(TICK_SECONDS)
        found["rest"] = (_seconds_used() - used) / (time.perf_counter() - began)
    return found


def _seconds_used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def piles(folder: Path, count: int, concurrency: int) -> dict[str, float]:
    """Milliseconds a poll, all of it, while ever more articles are stored."""
    from bench.polling import bench  # noqa: PLC0415 - as above

    found: dict[str, float] = {}
    async with bench(folder, concurrency) as running:
        await running.list_feeds([feed_url(number, HOSTS) for number in range(count)])
        await running.poll(count)
        stored = 0
        for size in PILES:
            async with running.database.write() as tx:
                await tx.execute(text(_STORIES), {"count": (size - stored) // 2})
                await tx.execute(
                    text(_ARTICLES), {"first": stored, "count": size - stored, "feeds": count}
                )
            stored = size
            times = []
            for _ in range(3):
                await running.make_due()
                times.append(await running.poll(count) / count * 1000)
            found[str(size)] = min(times)
    return found


async def writes(folder: Path, _count: int, _concurrency: int) -> dict[str, float]:
    """Rows a second into the articles, in batches of several sizes, and of rows that are there already."""
    from bench.polling import bench  # noqa: PLC0415 - as above

    found: dict[str, float] = {}
    async with bench(folder, 1) as running:
        await running.list_feeds([feed_url(0, HOSTS)])
        async with running.database.write() as tx:
            await tx.execute(text(_STORIES), {"count": 1})
        first = 0
        for size, rows in ((1, 500), (10, 5000), (100, ROWS), (1000, ROWS)):
            values = [{"identity": f"{first + n:064d}"} for n in range(rows)]
            found[str(size)] = await _rows_a_second(running.database, values, size)
            first += rows
        known = [{"identity": f"{n:064d}"} for n in range(first - ROWS, first)]
        found["known"] = await _rows_a_second(running.database, known, 1000)
    return found


async def _rows_a_second(database: Any, values: Sequence[dict[str, str]], size: int) -> float:
    began = time.perf_counter()
    for place in range(0, len(values), size):
        async with database.write() as tx:
            await tx.execute(text(_ROW), values[place : place + size])
    return len(values) / (time.perf_counter() - began)


PARTS = {"cycles": cycles, "piles": piles, "writes": writes}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="real feeds, one a file")
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        print(
            json.dumps(
                asyncio.run(PARTS[chosen.part](chosen.folder, chosen.feeds, chosen.concurrency))
            )
        )
        return 0
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        with publishers(chosen.folder, chosen.feeds, HOSTS, Path(name)) as certificate:
            _print_cycles(
                in_process(
                    "bench.steady",
                    "cycles",
                    Path(name),
                    certificate,
                    chosen.feeds,
                    chosen.concurrency,
                ),
                chosen.feeds,
            )
            _print_piles(
                in_process(
                    "bench.steady", "piles", Path(other), certificate, SAMPLE, chosen.concurrency
                )
            )
        with tempfile.TemporaryDirectory() as third:
            _print_writes(in_process("bench.steady", "writes", Path(third), certificate, 1, 1))
    return 0


def _print_cycles(found: dict[str, float], count: int) -> None:
    cold, steady = found["cold"], found["steady"]
    print(f"{count} feeds on {HOSTS} hosts, TLS; {found['articles']:.0f} articles")
    print(f"cold cycle    {cold:7.1f} s   {count / cold:6.0f} feeds/s")
    print(
        f"steady cycle  {steady:7.1f} s   {count / steady:6.0f} feeds/s   ratio {cold / steady:.1f}"
    )
    both = found["memory"] + found["parser_memory"]
    print(
        f"memory        {both:7.0f} MB  ({found['memory']:.0f} + parser {found['parser_memory']:.0f})"
    )
    print(f"nothing due   {found['rest'] * 100:7.2f} % of a core, over {REST_SECONDS} s")


def _print_piles(found: dict[str, float]) -> None:
    least = found[str(PILES[0])]
    for size in PILES:
        cost = found[str(size)]
        print(f"a poll with {size:9,} articles stored: {cost:6.2f} ms   ratio {cost / least:.2f}")


def _print_writes(found: dict[str, float]) -> None:
    for size in ("1", "10", "100", "1000"):
        rate, ratio = found[size], found[size] / found["1"]
        print(f"rows in transactions of {size:>4}: {rate:9,.0f} rows/s   ratio {ratio:.1f}")
    print(f"rows that are there already:  {found['known']:9,.0f} rows/s")


if __name__ == "__main__":
    sys.exit(main())
