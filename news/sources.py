"""What it takes to visit sources, bundled for those who do."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from news import pace
from news.addresses import host_of
from news.errors import FetchFailed
from news.fetch import PAUSE, Fetched, Fetcher
from news.intake import Intake
from news.pace import Pace
from news.worker import Worker
from storage import feeds
from storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Sources:
    """The way to what is outside, and the rules on it."""

    database: Database
    fetcher: Fetcher
    worker: Worker
    intake: Intake
    clock: Callable[[], datetime]
    """Gives the time, aware and UTC."""
    chance: Callable[[], float]
    """Gives numbers in 0 … 1."""
    pace: Pace
    waiting: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """Open while somebody's answer waits for the web: others may have their turn meanwhile. Nothing is kept in it."""


async def ask(sources: Sources, url: str) -> Fetched:
    """Get an address that somebody waits for. Raises FetchFailed; a host that asks for a pause gets it."""
    try:
        return await sources.fetcher.get(url, subscribers=1)
    except FetchFailed as error:
        await heed(sources, url, error)
        raise


async def heed(sources: Sources, url: str, error: FetchFailed) -> None:
    """Leave a host alone that answered a request for `url` with 429."""
    if error.detail != "429":
        return
    now = sources.clock()
    until = now + (pace.retry_after(error.headers, now) or PAUSE)
    async with sources.database.write() as tx:
        await pause_host(tx, sources, error.place(url), until)


async def pause_host(tx: Transaction, sources: Sources, url: str, until: datetime) -> None:
    """Leave the host of an address alone until then, in this process and in others."""
    await feeds.pause_host(tx, host_of(url), until)
    if sources.fetcher.pauses is not None:
        sources.fetcher.pauses.add(host_of(url), until)
