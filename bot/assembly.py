"""Puts together what the roles of a process need.

database ─ newsroom (console only) ─ fetcher ─ Telegram ─ handlers ─ ticks
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import structlog

from bot import charts
from bot.composer import Composer
from bot.console.server import ConsoleTelegram
from bot.courier import Courier
from bot.greeting import new_application
from bot.jobs import Delivery, Jobs, Tick, polling
from bot.observer import Observer, loops_of
from bot.roles import EVERY_ROLE, SCHEDULER, Role, courier_of, listener_to
from bot.sample.stage import Stage, sample_stage
from bot.settings import BadSetting, Settings
from bot.sources import catalogue, fetch_limits, open_sources, open_writer, polling_pace
from bot.turns import Turns, new_turns
from bot.updates import SWEEP_SECONDS, Inbox
from bot.watch import Watch
from bot.web import listening
from bot.webhook import Webhook, secret_of
from handlers.context import AnyApplication, Defaults, Services
from handlers.doors import register
from handlers.fairness import FairUse
from handlers.order import giving_way
from handlers.rights import Rights
from handlers.threshold import Shares
from news.findings import Findings
from news.page_visits import PageReader
from news.poller import Poller, PollResult
from news.sources import Sources
from news.websub import Hubs
from news.worker import Worker, WorkerLost
from news.writing import Writer
from storage import feeds
from storage.database import PATIENCE, Database, is_trouble, open_database
from storage.session import Session

log = structlog.get_logger()

CONSOLE_DATABASE = "sqlite:///data/console.db"
"""Where the console keeps its chat: invented news must not get among the real."""

CONSOLE_CHAT = 1

_PAGE_SECONDS = 5.0
"""What the text of one page may cost."""

_FIRST_VISIT_SECONDS = 3.0


@dataclass(slots=True)
class Parts:
    """A bot that is put together, as far as its roles need it."""

    database: Database
    session: Session
    jobs: Jobs
    observer: Observer
    watch: Watch
    bot_application: AnyApplication | None = None
    """None without `deliver` and `chat`."""
    inbox: Inbox | None = None
    """None without `chat`."""
    chat_services: Services | None = None
    """Likewise."""
    visitor: Poller | None = None
    """None without `poll`."""
    pushes: Delivery | None = None
    """None without `deliver`."""

    @property
    def application(self) -> AnyApplication:
        """The bot as the client library sees it. Raises LookupError without a role that needs it."""
        return _needed(self.bot_application)

    @property
    def services(self) -> Services:
        """What handlers work with. Raises LookupError without `chat`."""
        return _needed(self.chat_services)

    @property
    def poller(self) -> Poller:
        """What visits feeds. Raises LookupError without `poll`."""
        return _needed(self.visitor)

    @property
    def delivery(self) -> Delivery:
        """What composes and sends. Raises LookupError without `deliver`."""
        return _needed(self.pushes)


Part = TypeVar("Part")


def _needed(part: Part | None) -> Part:
    if part is None:
        raise LookupError("no role of this process needs this part")
    return part


@asynccontextmanager
async def assemble(
    settings: Settings,
    clock: Callable[[], datetime],
    telegram: ConsoleTelegram | None,
    fail: Callable[[BaseException], None],
) -> AsyncIterator[Parts]:
    """Open everything that a bot needs; with `telegram`, on that, with the sample newsroom and all roles."""
    async with AsyncExitStack() as stack:
        roles = settings.roles if telegram is None else EVERY_ROLE
        url = settings.database_url
        if telegram is not None and not settings.database_chosen:
            url = CONSOLE_DATABASE
        database = await open_database(url, patience=PATIENCE)
        stack.push_async_callback(database.close)
        token = "" if telegram is not None else settings.telegram_token.get_secret_value()
        session = Session(database, _single_roles(roles, token, settings.webhook_url))
        seconds = asyncio.get_running_loop().time
        observer = Observer(loops_of(roles, webhook=bool(settings.webhook_url)), seconds)
        watch = Watch(database, observer.metrics, observer.pulse, clock, seconds)
        courier = courier_of(token)
        site = _Site(settings, clock, telegram, database, session, stack, courier, observer, watch)
        await site.open(roles)
        jobs = Jobs(site.ticks, session, clock, fail, observer)
        database.bells.listen(jobs.hear)
        if telegram is not None and site.poller is not None:
            # What the newsroom has is there before the first question.
            await _first_visits(site.poller)
        yield Parts(
            database,
            session,
            jobs,
            observer,
            watch,
            site.application,
            site.inbox,
            site.services,
            site.poller,
            site.delivery,
        )


def _single_roles(roles: frozenset[Role], token: str, webhook_url: str) -> list[str]:
    """What this process has to be the only one for."""
    single = [SCHEDULER, courier_of(token)] if Role.DELIVER in roles else []
    if Role.CHAT in roles and not webhook_url:
        single.append(listener_to(token))
    return single


@dataclass(slots=True)
class _Site:
    """A bot that is being put together."""

    settings: Settings
    clock: Callable[[], datetime]
    telegram: ConsoleTelegram | None
    database: Database
    session: Session
    stack: AsyncExitStack
    courier: str
    observer: Observer
    watch: Watch
    ticks: list[Tick] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    application: AnyApplication | None = None
    turns: Turns | None = None
    writer: Writer | None = None
    sources: Sources | None = None
    hubs: Hubs | None = None
    poller: Poller | None = None
    delivery: Delivery | None = None
    inbox: Inbox | None = None
    services: Services | None = None

    async def open(self, roles: frozenset[Role]) -> None:
        """Open what these roles need."""
        if not roles.isdisjoint((Role.POLL, Role.CHAT)):
            await self._open_sources(visits=Role.POLL in roles)
        if not roles.isdisjoint((Role.DELIVER, Role.CHAT)):
            self.writer = await self.stack.enter_async_context(
                open_writer(self.settings, self.database)
            )
            self.turns = turns = new_turns(
                self.database,
                self.clock,
                asyncio.get_running_loop().time,
                paid=self.settings.paid_broadcast,
                in_process=self.telegram is not None,
            )
            self.watch.ask_for_floods(lambda: turns.halts)
            self.application = new_application(self.settings, self.telegram, self.turns)
        if Role.POLL in roles:
            await self._open_polling()
        if Role.DELIVER in roles:
            self._open_delivery()
        if Role.CHAT in roles:
            await self._open_chat()
        if self.telegram is None and self.settings.listen is not None:
            await self._open_web(self.settings.listen)

    async def _open_sources(self, *, visits: bool) -> None:
        settings = self.settings
        listed = catalogue(settings) if visits and self.telegram is None else ()
        stage = Stage(listed, fetch_limits(settings), polling_pace(settings))
        if self.telegram is not None:
            stage = await self.stack.enter_async_context(
                sample_stage(self.database, self.clock, stage)
            )
        if visits:
            async with self.database.write() as tx:
                await feeds.set_catalogue(tx, stage.listed, self.clock())
        self.sources = await self.stack.enter_async_context(
            open_sources(settings, self.database, self.clock, stage.limits, stage.pace)
        )
        # Nobody calls a console from outside.
        public_url = settings.webhook_url if self.telegram is None else ""
        self.hubs = Hubs(self.sources, public_url, lambda: secrets.token_urlsafe(32))

    async def _open_polling(self) -> None:
        sources, hubs = _needed(self.sources), _needed(self.hubs)
        owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"[:64]
        self.poller = await self.stack.enter_async_context(
            Poller(sources, owner, self.settings.fetch_concurrency, self._report)
        )
        pages = None
        if self.settings.pages:
            worker = await self.stack.enter_async_context(Worker(_PAGE_SECONDS, attempts=1))
            pages = PageReader(sources, worker, _report_page)
        await hubs.begin()
        self.ticks += polling(self.poller, pages, hubs, self.observer)

    def _open_delivery(self) -> None:
        bot = _needed(self.application).bot
        self.delivery = Delivery(
            self.database,
            self.session,
            Courier(self.database, bot, self.clock, _needed(self.turns), self.observer.settled),
            bot,
            self.clock,
            self.settings.retention,
            self.courier,
            self.observer,
            Composer(self.database, self.writer, self.findings),
            self.settings.messages_per_second,
        )
        self.ticks += self.delivery.ticks()

    async def _open_chat(self) -> None:
        settings, application = self.settings, _needed(self.application)
        artist = charts.Artist() if charts.available() else None
        self.services = Services(
            database=self.database,
            sources=replace(_needed(self.sources), waiting=giving_way),
            clock=self.clock,
            defaults=Defaults(
                settings.default_timezone, settings.default_language, settings.default_schedule
            ),
            max_subscriptions=settings.max_subscriptions,
            admin_ids=settings.admin_ids,
            access=settings.access,
            rights=Rights(application.bot, self.clock),
            # At a terminal there is nobody else.
            fair_use=None if self.telegram is not None else FairUse(),
            link=lambda payload: f"https://t.me/{application.bot.username}?start={payload}",
            draw=artist.draw if artist is not None else None,
            draw_activity=artist.draw_activity if artist is not None else None,
            messages_per_second=settings.messages_per_second,
            writer=self.writer,
            findings=self.findings,
        )
        register(application, self.services)
        self.inbox = await self.stack.enter_async_context(
            Inbox(
                *(self.database, application, self.clock, self.observer),
                Shares(self.services).take,
            )
        )
        self.ticks.append(Tick(self.inbox.sweep, SWEEP_SECONDS))

    def _report(self, result: PollResult | Exception) -> None:
        self.observer.visited(result)
        _report(result)

    async def _open_web(self, address: tuple[str, int]) -> None:
        """Listen, or say in one line why that can't be."""
        webhook = None
        if self.inbox is not None and self.settings.webhook_url:
            webhook = Webhook(self.inbox, secret_of(self.settings))
        most = int(self.settings.fetch_max_bytes)
        try:
            await self.stack.enter_async_context(
                listening(address, self.hubs, most, self.watch, webhook=webhook)
            )
        except OSError as error:
            host, port = address
            reason = error.strerror or error
            raise BadSetting(f"LISTEN: {host}:{port} can't be used ({reason})") from error


def _report_page(error: Exception) -> None:
    log.error("page not read", exc_info=error)


def _report(result: PollResult | Exception) -> None:
    if isinstance(result, Exception):
        _report_unkept(result)
        return
    feed = result.feed.id
    if result.surprise is not None:
        log.error("visit failed strangely", feed=feed, exc_info=result.surprise)
    if result.failure is not None and result.feed.failure != result.failure:
        log.info("feed fails", feed=feed, failure=result.failure.value)
    if result.moved_to is not None:
        log.info("feed has moved", feed=feed)
    if result.new_articles:
        log.debug("feed visited", feed=feed, new=result.new_articles)


def _report_unkept(error: Exception) -> None:
    if is_trouble(error):
        log.warning("visit not kept, the database is in trouble", error=type(error).__name__)
    elif isinstance(error, WorkerLost):
        log.error("visit given up", reason=str(error), cause=repr(error.__cause__))
    else:
        log.error("visit not kept", exc_info=error)


async def _first_visits(poller: Poller) -> None:
    """Visit what is due, for as long as a person likes to wait; the ticks do the rest."""
    try:
        try:
            async with asyncio.timeout(_FIRST_VISIT_SECONDS):
                while await poller.poll_due():
                    pass
        except TimeoutError:
            log.info("not all feeds were visited before the first question")
    except* WorkerLost as lost:
        for error in lost.exceptions:
            _report_unkept(error)
