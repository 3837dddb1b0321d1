"""What APScheduler calls: a few ticks for each role, nothing else. What is due stands in the database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from telegram import Bot
from telegram.error import InvalidToken

from bot import broadcaster
from bot.composer import Composer, tell_trouble
from bot.courier import Courier
from bot.observer import Observer
from bot.roles import SCHEDULER
from news import archive, forgetting
from news.followed_topics import CHANGES_KEPT
from news.learning import learn_more
from news.page_visits import PageReader
from news.poller import Poller
from news.rescheduling import keep_plans
from news.websub import Hubs
from news.zone_rules import rules_version
from storage import (
    broadcasts,
    chats,
    feeds,
    offers,
    outbox,
    questions,
    reach,
    shown,
    summaries,
    unwanted,
    updates,
)
from storage.bells import Bell
from storage.database import Database, is_trouble
from storage.session import Session

log = structlog.get_logger()

POLL_SECONDS = 2
COMPOSE_SECONDS = 5
DELIVER_SECONDS = 1
PAGES_SECONDS = 5
HUBS_SECONDS = 60
BUILD_SECONDS = 60
PLAN_SECONDS = 3600
LEARN_SECONDS = 3600
CLEAN_SECONDS = 3600

COMPOSING_SECONDS = 1.5
"""What one tick spends on a crowd: the next one begins with alerts."""

_SETTLED_KEPT = timedelta(days=7)
_OFFERS_KEPT = timedelta(days=7)
_QUESTIONS_KEPT = timedelta(hours=1)
_HOSTS_KEPT = timedelta(days=1)
_TOPICS_KEPT = timedelta(days=30)
_SUMMARIES_KEPT = timedelta(days=30)
_BROADCASTS_KEPT = timedelta(days=60)
_UNREACHABLE_KEPT = timedelta(days=60)
_GONE_AT_ONCE = 1000
_SHOWN_KEPT = timedelta(days=30)
_UPDATES_KEPT = timedelta(hours=48)
"""Telegram repeats what was not confirmed for a day."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that is done again and again."""

    work: Callable[[], Awaitable[None]]
    seconds: float
    bell: Bell | None = None
    """What makes it happen before its time."""
    role: str | None = None
    """The single role that this process must hold for it; None if any number may do it at a time."""

    @property
    def name(self) -> str:
        """For the log."""
        return getattr(self.work, "__name__", "")


class Jobs:
    """The recurring work of one process."""

    def __init__(
        self,
        ticks: Iterable[Tick],
        session: Session,
        clock: Callable[[], datetime],
        fail: Callable[[BaseException], None],
        observer: Observer,
    ) -> None:
        """`fail` hears of a token that Telegram refuses."""
        self._ticks = tuple(ticks)
        self._session = session
        self._clock = clock
        self._fail = fail
        self._observer = observer
        self._stopping = False
        self._running: set[Tick] = set()
        self._again: set[Tick] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._jobs: dict[Tick, Job] = {}
        session.listen(self._role_changed)

    def start(self) -> None:
        """Begin to tick."""
        for tick in self._ticks:
            # Without misfire_grace_time=None a tick that is a second late would be dropped.
            self._jobs[tick] = self._scheduler.add_job(
                self._guarded,
                IntervalTrigger(seconds=tick.seconds),
                args=[tick],
                name=tick.name,
                coalesce=True,
                # A second one finds the first at work, and ends.
                max_instances=2,
                misfire_grace_time=None,
                next_run_time=self._clock(),
            )
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Tick no more; what runs may finish within `seconds`, then it is given up."""
        self._stopping = True
        self._session.resign()
        if self._scheduler.running:
            self._scheduler.pause()
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            names = sorted(tick.name for tick in self._running)
            log.warning("work was given up at the end", running=names)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def hear(self, bell: Bell) -> None:
        """Do at once what a bell rings for; if it is being done, once more after that."""
        for tick in self._jobs:
            if tick.bell is bell:
                self._hurry(tick)

    def _hurry(self, tick: Tick) -> None:
        if self._stopping:
            return
        if tick in self._running:
            self._again.add(tick)
        else:
            self._jobs[tick].modify(next_run_time=self._clock())

    def _role_changed(self, role: str, held: bool) -> None:
        if held:
            log.info("role taken", role=role)
        else:
            log.warning("role lost", role=role)
        for tick in self._jobs:
            if held and tick.role == role:
                self._hurry(tick)

    def _is_ours(self, tick: Tick) -> bool:
        return tick.role is None or self._session.holds(tick.role)

    async def _guarded(self, tick: Tick) -> None:
        if self._stopping or tick in self._running:
            return
        if not self._is_ours(tick):
            self._observer.waits(tick.name)
            return
        self._running.add(tick)
        self._idle.clear()
        began, failed = self._observer.seconds(), True
        try:
            await tick.work()
            failed = False
        except InvalidToken as error:
            self._fail(error)
        except Exception as error:
            # The next tick tries again; what it works on is kept.
            if is_trouble(error):
                log.warning("the database is in trouble", tick=tick.name, error=_kind(error))
            else:
                log.exception("tick failed", tick=tick.name)
        finally:
            self._observer.ticked(tick.name, began, failed=failed)
            self._running.discard(tick)
            if not self._running:
                self._idle.set()
            if tick in self._again:
                self._again.discard(tick)
                self._hurry(tick)


def _kind(error: Exception) -> str:
    """What the database says, by the driver's name for it: its texts may hold what was to be written."""
    return type(getattr(error, "orig", None) or error).__name__


def polling(
    poller: Poller, pages: PageReader | None, hubs: Hubs, observer: Observer
) -> tuple[Tick, ...]:
    """What `poll` does. Without `pages`, none are read."""

    async def poll() -> None:
        await poller.begin_due()

    async def ask_hubs() -> None:
        asked = await hubs.ask_due()
        if asked:
            log.info("hubs asked", count=asked)

    ticks = Tick(poll, POLL_SECONDS, Bell.FEEDS), Tick(ask_hubs, HUBS_SECONDS)
    if pages is None:
        return ticks
    reader = pages

    async def read_pages() -> None:
        read = await reader.read_due()
        if read:
            observer.metrics.read_pages(read)
            log.debug("pages read", count=read)

    return *ticks, Tick(read_pages, PAGES_SECONDS)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What `deliver` does."""

    database: Database
    session: Session
    courier: Courier
    bot: Bot
    clock: Callable[[], datetime]
    retention: timedelta
    """How long articles are kept."""
    courier_role: str
    """The single role of whoever sends this bot's messages."""
    observer: Observer
    composer: Composer
    messages_per_second: float
    """What Telegram takes."""

    def ticks(self) -> tuple[Tick, ...]:
        """All of it."""
        return (
            # First, so that a database without articles is seen as such.
            Tick(self.build_index, BUILD_SECONDS, role=SCHEDULER),
            Tick(self.compose, COMPOSE_SECONDS, Bell.DIGESTS, SCHEDULER),
            Tick(self.deliver, DELIVER_SECONDS, Bell.OUTBOX, self.courier_role),
            Tick(self.broadcast, broadcaster.SECONDS, role=SCHEDULER),
            Tick(self.plan, PLAN_SECONDS, role=SCHEDULER),
            Tick(self.learn, LEARN_SECONDS, role=SCHEDULER),
            Tick(self.clean, CLEAN_SECONDS, role=SCHEDULER),
        )

    async def compose(self) -> None:
        """Compose the digests that are due."""
        enough = self.observer.seconds() + COMPOSING_SECONDS
        composed = await self.composer.compose_due(
            self.clock(), lambda: self.observer.seconds() > enough
        )
        if self.composer.has_more:
            self.database.bells.ring(Bell.DIGESTS)
        if composed:
            self.observer.metrics.composed(composed)
            log.info("digests composed", count=composed)
        told = await tell_trouble(self.database, self.clock())
        if told:
            log.info("followers told of feeds in trouble", feeds=told)

    async def deliver(self) -> None:
        """Send what waits in the outbox."""
        stop = self.session.idle(self.courier_role)
        sent = await self.courier.deliver(stop)
        if sent:
            log.info("messages sent", count=sent)

    async def build_index(self) -> None:
        """Build the full-text index anew after an upgrade that needs it, a little at a time."""
        built = 0
        while self.session.holds(SCHEDULER) and (some := await archive.build_index(self.database)):
            built += some
        if built:
            log.info("articles indexed", count=built)

    async def broadcast(self) -> None:
        """Put the next piece of what goes out to all chats, and show how far it is."""
        await broadcaster.broadcast_due(self.database, self.clock(), self.messages_per_second)
        await broadcaster.show_progress(self.database, self.bot, self.clock())

    async def plan(self) -> None:
        """Plan anew what zones with other rules, or a clock that was set back, have made wrong."""
        rules = await asyncio.to_thread(rules_version)
        moved = await keep_plans(self.database, rules, self.clock())
        if moved:
            log.info("digests planned anew", chats=moved)

    async def learn(self) -> None:
        """Learn from new articles which words are rare."""
        read = await learn_more(self.database)
        if read:
            log.debug("words learnt", articles=read)

    async def clean(self) -> None:
        """Drop what is not needed any more."""
        now = self.clock()
        dropped = await archive.prune(self.database, now - self.retention, now)
        async with self.database.write() as tx:
            await outbox.prune(tx, now - _SETTLED_KEPT)
            await chats.prune_topics(tx, now - _TOPICS_KEPT)
            await chats.prune_topic_changes(tx, CHANGES_KEPT)
            await feeds.prune_hosts(tx, now - _HOSTS_KEPT)
            await feeds.prune_unwanted(tx, now - _OFFERS_KEPT)
            await summaries.prune(tx, now - _SUMMARIES_KEPT)
            await updates.prune(tx, now - _UPDATES_KEPT)
            await shown.prune(tx, now - _SHOWN_KEPT)
            await questions.prune(tx, now - _QUESTIONS_KEPT)
            await offers.prune(tx, now - _OFFERS_KEPT)
            await broadcasts.prune(tx, now - _BROADCASTS_KEPT)
            await unwanted.hide(tx, now, visited_before=now - self.retention)
            gone = await reach.forget_unreachable(tx, now - _UNREACHABLE_KEPT, _GONE_AT_ONCE)
            if gone:
                await unwanted.hide(tx, now)
        # Also what a process left that ended while it forgot a chat.
        if await forgetting.drop_hidden(self.database):
            await self.database.scrub(index=True)
        if dropped:
            log.info("old articles dropped", count=dropped)
        if gone:
            log.info("chats forgotten that never came back", count=gone)
