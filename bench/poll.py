"""Polling: 2,000 feeds on 20 hosts over TLS, ours beside the library `reader` in the same run.

    python -m pip install reader sgmllib3k      # what it is compared with
    python -m bench.poll DIR            # DIR: real feeds, one a file

Both poll the same publishers (see `bench.publishers`): first everything anew, then again, when four of
five answer 304. Manners towards hosts are off on our side, for the benchmark only.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.publishers import feed_url, in_process, publishers

HOSTS = 20
PACE = 150
"""Polls a second, in the paced part."""

WORKERS = (1, 4, 8, 16)
"""Numbers of threads that `reader` is tried with."""


async def ours(folder: Path, count: int, concurrency: int) -> dict[str, float]:
    """Our figures."""
    from bench.polling import bench  # noqa: PLC0415 - the certificate is trusted at import

    found: dict[str, float] = {}
    async with bench(folder, concurrency) as running:
        await running.list_feeds([feed_url(number, HOSTS) for number in range(count)])
        found["cold"] = count / await running.poll(count)
        await running.make_due()
        found["again"] = count / await running.poll(count)
        found["lag_full_speed"] = running.lag(0.99)
        await running.make_due(over=timedelta(seconds=count / PACE))
        found["paced"] = count / await running.poll(count)
        found["lag_paced"] = running.lag(0.99)
        found["memory"], found["parser_memory"] = running.memory()
    return found


def theirs(folder: Path, count: int) -> dict[str, float]:
    """What `reader` does with its best number of workers, found on a tenth of the feeds."""
    sample = max(1, count // 10)
    best = max(WORKERS, key=lambda workers: _update_twice(folder, sample, workers)[1])
    cold, again = _update_twice(folder, count, best)
    return {"cold": cold, "again": again, "workers": best}


def _update_twice(folder: Path, count: int, workers: int) -> list[float]:
    """Feeds a second, of a first update and of a second one."""
    import reader as library  # noqa: PLC0415 - not needed by anybody else

    path = folder / f"reader-{count}-{workers}.db"
    reader: Any = library.make_reader(str(path))
    for number in range(count):
        reader.add_feed(feed_url(number, HOSTS))
    rates = []
    for _ in range(2):
        # It remembers when it updated a feed last and would leave it alone for an hour.
        began = time.perf_counter()
        done = sum(1 for _ in reader.update_feeds_iter(workers=workers, scheduled=False))
        rates.append(done / (time.perf_counter() - began))
    reader.close()
    return rates


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="real feeds, one a file")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--part", choices=["ours", "theirs"], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part == "ours":
        print(json.dumps(asyncio.run(ours(chosen.folder, chosen.feeds, chosen.concurrency))))
        return 0
    if chosen.part == "theirs":
        print(json.dumps(theirs(chosen.folder, chosen.feeds)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with publishers(chosen.folder, chosen.feeds, HOSTS, folder) as certificate:
            arguments = (folder, certificate, chosen.feeds, chosen.concurrency)
            mine = in_process("bench.poll", "ours", *arguments)
            print(f"{chosen.feeds} feeds on {HOSTS} hosts, TLS, {chosen.concurrency} at once")
            print(f"ours    cold {mine['cold']:7.0f} feeds/s   again {mine['again']:7.0f} feeds/s")
            print(
                f"        loop lag p99: {mine['lag_full_speed']:.1f} ms at full speed, {mine['lag_paced']:.1f} ms at {PACE} polls/s (made: {mine['paced']:.0f}/s)"
            )
            print(f"        memory: {mine['memory']:.0f} MB, parser {mine['parser_memory']:.0f} MB")
            other = in_process("bench.poll", "theirs", *arguments)
            print(
                f"reader  cold {other['cold']:7.0f} feeds/s   again {other['again']:7.0f} feeds/s   ({other['workers']:.0f} workers)"
            )
            print(
                f"ratio   cold {mine['cold'] / other['cold']:7.1f}           again {mine['again'] / other['again']:7.1f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
