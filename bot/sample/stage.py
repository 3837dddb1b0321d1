"""What is polled, and how: the web as the operator lists it, or the sample newsroom."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.sample.edition import LIFETIME
from bot.sample.newsroom import HOST, Newsroom
from news.fetch import FetchLimits
from news.pace import Pace
from storage.database import Database, mark, set_mark
from storage.records import ListedFeed

_PACE = timedelta(seconds=10)
_EDITION_MARK = "sample edition"


@dataclass(frozen=True, slots=True)
class Stage:
    """The sources, and the manners that they are visited with."""

    listed: tuple[ListedFeed, ...]
    limits: FetchLimits
    pace: Pace


@asynccontextmanager
async def sample_stage(
    database: Database, clock: Callable[[], datetime], usual: Stage
) -> AsyncIterator[Stage]:
    """The sample newsroom in place of the usual sources, for as long as the block lasts."""
    started = await _edition_start(database, clock())
    async with Newsroom(started, clock) as newsroom:
        endpoints = frozenset({(HOST, newsroom.port)})
        # All its outlets are one host, and ours: no manners are needed.
        limits = replace(usual.limits, allowed_endpoints=endpoints, host_delay=0.0)
        pace = replace(
            usual.pace,
            quick_prefix=newsroom.address + "/",
            quick=_PACE,
            host_delay=timedelta(0),
        )
        yield Stage(newsroom.catalogue(), limits, pace)


async def _edition_start(database: Database, now: datetime) -> datetime:
    """When the edition began that the console's database knows; a new one once that is old news."""
    async with database.write() as tx:
        known = await mark(tx, _EDITION_MARK)
        if known is not None and now - datetime.fromisoformat(known) < LIFETIME:
            return datetime.fromisoformat(known)
        await set_mark(tx, _EDITION_MARK, now.isoformat())
    return now
