"""Puts the parts together, starts them, and stops them again.

database ─ newsroom (console only) ─ fetcher ─ Telegram ─ handlers ─ ticks
"""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot import charts
from bot.clock import utc_now
from bot.console.door import ConsoleRequest, Person
from bot.console.server import ConsoleTelegram
from bot.console.terminal import Terminal
from bot.jobs import Jobs
from bot.sample.edition import LIFETIME
from bot.sample.newsroom import HOST, Newsroom
from bot.settings import BadSetting, Settings
from bot.sources import catalogue, fetch_limits, open_sources, open_writer, polling_pace
from bot.updates import PerChat
from bot.web import listening
from handlers.commands import AnyApplication, menu, register
from handlers.context import Defaults, Services
from news.page_visits import PageReader
from news.poller import Poller, PollResult
from news.websub import Hubs
from news.worker import Worker
from storage import feeds
from storage.database import Database, mark, open_database, set_mark

log = structlog.get_logger()

CONSOLE_DATABASE = "sqlite:///data/console.db"
"""Where the console keeps its chat: invented news must not get among the real."""

CONSOLE_CHAT = 1
STOP_SECONDS = 4.0
"""What a stop may take, all in all."""

_AT_ONCE = 64
"""Updates that are worked on at the same time, each of another chat."""

_PAGE_SECONDS = 5.0
"""What the text of one page may cost."""

_SAMPLE_PACE = timedelta(seconds=10)
_FIRST_VISIT_SECONDS = 3.0
_EDITION_MARK = "sample edition"


@dataclass(frozen=True, slots=True)
class Parts:
    """A bot that is put together."""

    services: Services
    application: AnyApplication
    poller: Poller
    jobs: Jobs


@asynccontextmanager
async def assemble(
    settings: Settings,
    clock: Callable[[], datetime],
    telegram: ConsoleTelegram | None,
    fail: Callable[[BaseException], None],
) -> AsyncIterator[Parts]:
    """Open everything that a bot needs; with `telegram`, on that and with the sample newsroom."""
    async with AsyncExitStack() as stack:
        url = settings.database_url
        if telegram is not None and not settings.database_chosen:
            url = CONSOLE_DATABASE
        database = await open_database(url)
        stack.push_async_callback(database.close)
        limits, pace = fetch_limits(settings), polling_pace(settings)
        if telegram is None:
            listed = catalogue(settings)
        else:
            started = await _edition_start(database, clock())
            newsroom = await stack.enter_async_context(Newsroom(started, clock))
            listed = newsroom.catalogue()
            endpoints = frozenset({(HOST, newsroom.port)})
            # All its outlets are one host, and ours: no manners are needed.
            limits = replace(limits, allowed_endpoints=endpoints, host_delay=0.0)
            pace = replace(
                pace,
                quick_prefix=newsroom.address + "/",
                quick=_SAMPLE_PACE,
                host_delay=timedelta(0),
            )
        async with database.write() as tx:
            await feeds.set_catalogue(tx, listed, clock())
        sources = await stack.enter_async_context(
            open_sources(settings, database, clock, limits, pace)
        )
        writer = await stack.enter_async_context(open_writer(settings, database))
        services = Services(
            database=database,
            sources=sources,
            clock=clock,
            defaults=Defaults(settings.default_timezone, "en", settings.default_schedule),
            max_subscriptions=settings.max_subscriptions,
            draw=charts.Artist().draw if charts.available() else None,
            writer=writer,
        )
        application = _application(settings, telegram)
        register(application, services)
        owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"[:64]
        poller = await stack.enter_async_context(
            Poller(sources, owner, settings.fetch_concurrency, _report)
        )
        pages = None
        if settings.pages:
            worker = await stack.enter_async_context(Worker(_PAGE_SECONDS, attempts=1))
            pages = PageReader(sources, worker, _report_page)
        # Nobody calls a console from outside.
        public_url = settings.webhook_url if telegram is None else ""
        hubs = Hubs(sources, public_url, lambda: secrets.token_urlsafe(32))
        await hubs.begin()
        if telegram is None and settings.listen is not None:
            await stack.enter_async_context(_web(settings, settings.listen, hubs))
        jobs = Jobs(
            database,
            poller,
            pages,
            hubs,
            application.bot,
            clock,
            settings.retention,
            fail,
            writer,
        )
        if telegram is not None:
            # What the newsroom has is there before the first question.
            await _first_visits(poller)
        yield Parts(services, application, poller, jobs)


@asynccontextmanager
async def _web(settings: Settings, address: tuple[str, int], hubs: Hubs) -> AsyncIterator[None]:
    """Listen, or say in one line why that can't be."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(listening(address, hubs, int(settings.fetch_max_bytes)))
        except OSError as error:
            host, port = address
            reason = error.strerror or error
            raise BadSetting(f"LISTEN: {host}:{port} can't be used ({reason})") from error
        yield


def _report_page(error: Exception) -> None:
    log.error("page not read", exc_info=error)


def _report(result: PollResult | Exception) -> None:
    if isinstance(result, Exception):
        log.error("visit not kept", exc_info=result)
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


async def _first_visits(poller: Poller) -> None:
    """Visit what is due, for as long as a person likes to wait; the ticks do the rest."""
    try:
        async with asyncio.timeout(_FIRST_VISIT_SECONDS):
            while await poller.poll_due():
                pass
    except TimeoutError:
        log.info("not all feeds were visited before the first question")


async def _edition_start(database: Database, now: datetime) -> datetime:
    """When the edition began that the console's database knows; a new one once that is old news."""
    async with database.write() as tx:
        known = await mark(tx, _EDITION_MARK)
        if known is not None and now - datetime.fromisoformat(known) < LIFETIME:
            return datetime.fromisoformat(known)
        await set_mark(tx, _EDITION_MARK, now.isoformat())
    return now


def _application(settings: Settings, telegram: ConsoleTelegram | None) -> AnyApplication:
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any] = Application.builder()
    builder = builder.concurrent_updates(PerChat(_AT_ONCE)).job_queue(None)
    if telegram is not None:
        request = ConsoleRequest(telegram)
        return builder.token("0:console").request(request).updater(None).build()
    base = settings.telegram_api_url
    return (
        builder.token(settings.telegram_token.get_secret_value())
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .connect_timeout(10)
        .read_timeout(20)
        .build()
    )


async def run(settings: Settings, *, console: bool) -> None:
    """Run the bot until it is told to stop: on Telegram, or as a chat in this terminal.

    Raises BadSetting or DatabaseRefused if it can't start, InvalidToken if Telegram refuses the token.
    """
    stop = asyncio.Event()
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    telegram = ConsoleTelegram(utc_now) if console else None
    async with assemble(settings, utc_now, telegram, fail) as parts:
        if telegram is None:
            await _serve(parts, stop, fail)
        else:
            await _converse(parts, telegram, stop)
    if failures:
        raise failures[0]


async def _converse(parts: Parts, telegram: ConsoleTelegram, stop: asyncio.Event) -> None:
    application, jobs = parts.application, parts.jobs
    async with application:
        await application.start()
        person = Person(application, telegram, CONSOLE_CHAT)
        jobs.start()
        await Terminal(person, telegram).converse(stop)
        await jobs.stop(STOP_SECONDS / 2)
        await _within(STOP_SECONDS / 2, application.stop())


async def _serve(parts: Parts, stop: asyncio.Event, fail: Callable[[BaseException], None]) -> None:
    application, jobs = parts.application, parts.jobs
    if not await _initialized(application, stop):
        return
    try:
        await _set_menu(application)
        await application.start()
        assert application.updater is not None  # noqa: S101 - built with one
        await application.updater.start_polling(
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY],
            bootstrap_retries=-1,
            error_callback=lambda error: _polling_failed(error, fail),
        )
        jobs.start()
        log.info("running", bot=application.bot.username)
        await stop.wait()
        log.info("stopping")
        async with asyncio.TaskGroup() as group:
            group.create_task(jobs.stop(STOP_SECONDS - 1))
            group.create_task(_within(STOP_SECONDS - 1, _stop_listening(application)))
    finally:
        await _within(1, application.shutdown())


async def _stop_listening(application: AnyApplication) -> None:
    if application.updater is not None and application.updater.running:
        await application.updater.stop()
    if application.running:
        await application.stop()


async def _within(seconds: float, work: Any) -> None:
    """Wait for work at the end of everything, but no longer than this."""
    try:
        await asyncio.wait_for(work, seconds)
    except (TimeoutError, TelegramError) as error:
        log.warning("stopped without waiting any longer", error=type(error).__name__)


async def _initialized(application: AnyApplication, stop: asyncio.Event) -> bool:
    """Get to know Telegram, as often as it takes; False if told to stop meanwhile."""
    wait = 1.0
    while not stop.is_set():
        try:
            await application.initialize()
        except InvalidToken:
            raise
        except NetworkError as error:
            log.warning("Telegram can't be reached", error=type(error).__name__, wait=wait)
        else:
            return True
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(60.0, wait * 2)
    return False


async def _set_menu(application: AnyApplication) -> None:
    try:
        await application.bot.set_my_commands(menu("en"))
    except TelegramError as error:
        log.warning("the command menu was not set", error=type(error).__name__)


def _polling_failed(error: TelegramError, fail: Callable[[BaseException], None]) -> None:
    if isinstance(error, InvalidToken):
        fail(error)
    elif isinstance(error, Conflict):
        log.error("another instance runs with this token: stop one of them")
    else:
        log.warning("updates can't be fetched", error=type(error).__name__)
