"""Starts what the roles of this process need, and stops it again."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.assembly import CONSOLE_CHAT, Parts, assemble
from bot.clock import utc_now
from bot.console.door import Person
from bot.console.server import ConsoleTelegram
from bot.console.terminal import Terminal
from bot.greeting import get_to_know, introduce
from bot.long_polling import ask_for_updates
from bot.roles import listener_to
from bot.settings import Settings
from bot.updates import Inbox
from bot.warming import load_ahead
from handlers.context import AnyApplication
from handlers.meanwhile import meanwhile

log = structlog.get_logger()

STOP_SECONDS = 4.0
"""What a stop may take, all in all."""

Fail = Callable[[BaseException], None]


async def run(settings: Settings, *, console: bool) -> None:
    """Run the bot until it is told to stop: with its roles, or as a chat in this terminal.

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
    async with assemble(settings, utc_now, telegram, fail) as parts, _loading_ahead(parts):
        if telegram is None:
            await _serve(parts, settings, stop, fail)
        else:
            await _converse(parts, telegram, stop)
    if failures:
        raise failures[0]


def _loading_ahead(parts: Parts) -> AbstractAsyncContextManager[None]:
    """Load what answers need, beside everything else, so that the first ones come as soon as the later ones."""
    if parts.inbox is None:
        return nullcontext()
    return meanwhile(asyncio.to_thread(load_ahead, utc_now()))


async def _converse(parts: Parts, telegram: ConsoleTelegram, stop: asyncio.Event) -> None:
    application, jobs = parts.application, parts.jobs
    async with application:
        await application.start()
        person = Person(application, telegram, CONSOLE_CHAT)
        jobs.start()
        await Terminal(person, telegram).converse(stop)
        await jobs.stop(STOP_SECONDS / 2)
        await _within(STOP_SECONDS / 2, application.stop())


async def _serve(parts: Parts, settings: Settings, stop: asyncio.Event, fail: Fail) -> None:
    application = parts.bot_application
    try:
        if application is not None:
            chats = parts.inbox is not None
            if not await get_to_know(application, settings, stop, chats=chats):
                return
        async with asyncio.TaskGroup() as group:
            # Roles are held until the work that needs them has ended.
            held = group.create_task(parts.session.keep())
            lag = group.create_task(parts.watch.measure_lag())
            try:
                await _work(parts, settings, stop, fail)
            finally:
                held.cancel()
                lag.cancel()
    finally:
        if application is not None:
            await _within(1, application.shutdown())
            # Which does nothing if they never got to know each other, though lines may be open.
            await _within(1, application.bot.shutdown())


async def _work(parts: Parts, settings: Settings, stop: asyncio.Event, fail: Fail) -> None:
    async with asyncio.TaskGroup() as group:
        until_stop: list[asyncio.Task[None]] = []
        if parts.inbox is not None:
            await parts.application.start()
            await parts.inbox.begin()
            if not settings.webhook_url:
                until_stop.append(group.create_task(_ask(parts, parts.inbox, settings, fail)))
            introducing = introduce(
                parts.application.bot, settings.admin_ids, settings.default_language
            )
            until_stop.append(group.create_task(introducing))
        parts.jobs.start()
        log.info(
            "running", roles=",".join(sorted(settings.roles)), **_name_of(parts.bot_application)
        )
        await stop.wait()
        log.info("stopping")
        for task in until_stop:
            task.cancel()
        group.create_task(parts.jobs.stop(STOP_SECONDS - 1))
        if parts.inbox is not None:
            group.create_task(_within(STOP_SECONDS - 1, _stop_talking(parts)))


def _ask(parts: Parts, inbox: Inbox, settings: Settings, fail: Fail) -> Coroutine[Any, Any, None]:
    role = listener_to(settings.telegram_token.get_secret_value())
    bot, session = parts.application.bot, parts.session
    return ask_for_updates(bot, inbox, lambda: session.holds(role), fail, parts.observer)


async def _stop_talking(parts: Parts) -> None:
    if parts.inbox is not None:
        await parts.inbox.close(STOP_SECONDS - 2)
    await parts.application.stop()


def _name_of(application: AnyApplication | None) -> dict[str, str]:
    return {} if application is None else {"bot": application.bot.username}


async def _within(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """Wait for work at the end of everything, but no longer than this."""
    try:
        await asyncio.wait_for(work, seconds)
    except (TimeoutError, TelegramError) as error:
        log.warning("stopped without waiting any longer", error=type(error).__name__)
