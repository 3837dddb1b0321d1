"""The way to what is outside, as the settings want it: for the bot and for its command line."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.resources import files

from bot.settings import BadSetting, Settings
from bot.version import VERSION
from news import opml
from news.fetch import Fetcher, FetchLimits, Pauses
from news.intake import Intake
from news.pace import Pace
from news.sources import Sources
from news.worker import Worker
from news.writing import Endpoint, Writer
from storage import feeds
from storage.database import Database
from storage.records import ListedFeed


def fetch_limits(settings: Settings) -> FetchLimits:
    """What a fetch may cost, and where it may go."""
    return FetchLimits(
        timeout=settings.fetch_timeout.total_seconds(),
        max_bytes=int(settings.fetch_max_bytes),
        concurrency=settings.fetch_concurrency,
        host_delay=settings.fetch_host_delay.total_seconds(),
        proxy=settings.fetch_proxy.get_secret_value(),
        allowed_networks=settings.fetch_allowed_networks,
    )


def polling_pace(settings: Settings) -> Pace:
    """How often feeds are visited."""
    return Pace(
        settings.poll_interval_min,
        settings.poll_interval_max,
        settings.poll_interval_uncached,
        settings.fetch_host_delay,
    )


def new_fetcher(settings: Settings, limits: FetchLimits, pauses: Pauses | None = None) -> Fetcher:
    """The door to the web, not yet open, under the name of this program."""
    return Fetcher(limits, f"Kawaraban/{VERSION}", settings.fetch_contact, pauses)


@asynccontextmanager
async def open_sources(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    limits: FetchLimits,
    pace: Pace,
) -> AsyncIterator[Sources]:
    """Everything that it takes to visit feeds, for as long as the block lasts."""
    pauses = Pauses(clock)
    async with database.read() as tx:
        for host, until in (await feeds.paused_hosts(tx, clock())).items():
            pauses.add(host, until)
    async with new_fetcher(settings, limits, pauses) as fetcher, Worker() as worker:
        intake = Intake(database, worker, read_pages=settings.pages)
        yield Sources(database, fetcher, worker, intake, clock, random.random, pace)


@asynccontextmanager
async def open_writer(settings: Settings, database: Database) -> AsyncIterator[Writer | None]:
    """What writes summaries, for as long as the block lasts; None if the operator has no endpoint for it."""
    if not settings.summary_api_url:
        yield None
        return
    endpoint = Endpoint(
        settings.summary_api_url,
        settings.summary_model,
        settings.summary_api_key,
        settings.summary_timeout.total_seconds(),
        settings.summary_daily_budget,
    )
    async with new_fetcher(settings, endpoint.limits) as fetcher:
        yield Writer(database, fetcher, endpoint)


def catalogue(settings: Settings) -> tuple[ListedFeed, ...]:
    """The sources that topics search: the operator's list, else the packaged one. Raises BadSetting."""
    packaged = files("news") / "catalogue.opml"
    try:
        if settings.catalogue is None:
            return opml.read(packaged.read_bytes()).outlines
        return opml.read(settings.catalogue.read_bytes()).outlines
    except opml.BadOpml as error:
        raise BadSetting(f"CATALOGUE: {settings.catalogue} {error}") from error
    except OSError as error:
        raise BadSetting(f"CATALOGUE: {settings.catalogue} can't be read ({error})") from error
