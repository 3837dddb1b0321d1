"""What APScheduler calls: a few ticks, nothing else. What is due stands in the database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from telegram import Bot
from telegram.error import InvalidToken

from bot.composer import compose_due, tell_trouble
from bot.courier import deliver
from news import archive
from news.followed_topics import CHANGES_KEPT
from news.learning import learn_more
from news.page_visits import PageReader
from news.poller import Poller
from news.websub import Hubs
from news.writing import Writer
from storage import chats, feeds, outbox, summaries
from storage.database import Database

log = structlog.get_logger()

POLL_SECONDS = 2
COMPOSE_SECONDS = 5
DELIVER_SECONDS = 1
PAGES_SECONDS = 5
HUBS_SECONDS = 60
BUILD_SECONDS = 60
LEARN_SECONDS = 3600
CLEAN_SECONDS = 3600

_SETTLED_KEPT = timedelta(days=7)
_OFFERS_KEPT = timedelta(days=7)
_HOSTS_KEPT = timedelta(days=1)
_TOPICS_KEPT = timedelta(days=30)
_SUMMARIES_KEPT = timedelta(days=30)


class Jobs:
    """The recurring work of one process."""

    def __init__(
        self,
        database: Database,
        poller: Poller,
        pages: PageReader | None,
        hubs: Hubs,
        bot: Bot,
        clock: Callable[[], datetime],
        retention: timedelta,
        fail: Callable[[BaseException], None],
        writer: Writer | None = None,
    ) -> None:
        """Without `pages`, none are read; without `writer`, all summaries are made here."""
        self._database = database
        self._poller = poller
        self._pages = pages
        self._hubs = hubs
        self._bot = bot
        self._clock = clock
        self._retention = retention
        self._fail = fail
        self._writer = writer
        self._stop = asyncio.Event()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to tick."""
        ticks = (
            # First, so that a database without articles is seen as such.
            (self.build_index, BUILD_SECONDS),
            (self.poll, POLL_SECONDS),
            (self.compose, COMPOSE_SECONDS),
            (self.deliver, DELIVER_SECONDS),
            (self.read_pages, PAGES_SECONDS),
            (self.ask_hubs, HUBS_SECONDS),
            (self.learn, LEARN_SECONDS),
            (self.clean, CLEAN_SECONDS),
        )
        for tick, seconds in ticks:
            # Without misfire_grace_time=None a tick that is a second late would be dropped.
            self._scheduler.add_job(
                self._guarded,
                IntervalTrigger(seconds=seconds),
                args=[tick],
                name=tick.__name__,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                next_run_time=self._clock(),
            )
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Tick no more; what runs may finish within `seconds`, then it is given up."""
        self._stop.set()
        if self._scheduler.running:
            self._scheduler.pause()
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            log.warning("work was given up at the end", running=self._running)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _guarded(self, tick: Callable[[], Awaitable[None]]) -> None:
        if self._stop.is_set():
            return
        self._running += 1
        self._idle.clear()
        try:
            await tick()
        except InvalidToken as error:
            self._fail(error)
        except Exception:
            # The next tick tries again; what it works on is kept.
            log.exception("tick failed", tick=getattr(tick, "__name__", ""))
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def poll(self) -> None:
        """Begin to visit the feeds that are due."""
        await self._poller.begin_due()

    async def compose(self) -> None:
        """Compose the digests that are due."""
        composed = await compose_due(self._database, self._clock(), self._writer)
        if composed:
            log.info("digests composed", count=composed)
        told = await tell_trouble(self._database, self._clock())
        if told:
            log.info("followers told of feeds in trouble", feeds=told)

    async def deliver(self) -> None:
        """Send what waits in the outbox."""
        sent = await deliver(self._database, self._bot, self._clock, self._stop)
        if sent:
            log.info("messages sent", count=sent)

    async def read_pages(self) -> None:
        """Read the pages of articles that say little."""
        if self._pages is not None:
            read = await self._pages.read_due()
            if read:
                log.debug("pages read", count=read)

    async def ask_hubs(self) -> None:
        """Ask hubs to announce feeds, or to go on announcing them."""
        asked = await self._hubs.ask_due()
        if asked:
            log.info("hubs asked", count=asked)

    async def build_index(self) -> None:
        """Build the full-text index anew after an upgrade that needs it, a little at a time."""
        built = 0
        while not self._stop.is_set() and (some := await archive.build_index(self._database)):
            built += some
        if built:
            log.info("articles indexed", count=built)

    async def learn(self) -> None:
        """Learn from new articles which words are rare."""
        read = await learn_more(self._database)
        if read:
            log.debug("words learnt", articles=read)

    async def clean(self) -> None:
        """Drop what is not needed any more."""
        now = self._clock()
        dropped = await archive.prune(self._database, now - self._retention, now)
        async with self._database.write() as tx:
            await outbox.prune(tx, now - _SETTLED_KEPT)
            await chats.prune_topics(tx, now - _TOPICS_KEPT)
            await chats.prune_topic_changes(tx, CHANGES_KEPT)
            await feeds.prune_hosts(tx, now - _HOSTS_KEPT)
            await feeds.prune_unwanted(tx, now - _OFFERS_KEPT)
            await summaries.prune(tx, now - _SUMMARIES_KEPT)
        if dropped:
            log.info("old articles dropped", count=dropped)
