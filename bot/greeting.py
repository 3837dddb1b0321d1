"""The first words with Telegram: who the bot is, how its updates come, what its menu shows."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog
from telegram import (
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot

from bot.console.door import ConsoleRequest
from bot.console.server import ConsoleTelegram
from bot.settings import BadSetting, Settings
from bot.telegram_http import HttpRequest
from bot.turns import Turns
from bot.updates import ALLOWED, PerChat
from bot.webhook import PATH, secret_of
from handlers.commands import BY_NAME, Place, described, menu
from handlers.context import AnyApplication
from handlers.signs import Signs
from handlers.words import languages

log = structlog.get_logger()

_AT_ONCE = 64
"""Updates that are worked on at the same time, each of another chat."""

_CALLS_AT_ONCE = 40
"""Calls of Telegram at the same time."""


def new_application(
    settings: Settings, telegram: ConsoleTelegram | None, turns: Turns
) -> AnyApplication:
    """The bot as the client library sees it: on Telegram, or on the one of this process. It fetches no updates."""
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any] = Application.builder()
    builder = (
        builder.concurrent_updates(PerChat(_AT_ONCE, Signs(BY_NAME))).job_queue(None).updater(None)
    )
    builder = builder.rate_limiter(turns)
    if telegram is not None:
        request = ConsoleRequest(telegram)
        return builder.token("0:console").request(request).get_updates_request(request).build()
    base, proxy = settings.telegram_api_url, settings.telegram_proxy.get_secret_value()
    return (
        builder.token(settings.telegram_token.get_secret_value())
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .request(HttpRequest(turns.limits.at_once + _AT_ONCE, proxy=proxy))
        .get_updates_request(HttpRequest(2, proxy=proxy))
        .build()
    )


async def get_to_know(
    application: AnyApplication, settings: Settings, stop: asyncio.Event, *, chats: bool
) -> bool:
    """Greet Telegram, as often as it takes; False if told to stop meanwhile.

    With `chats`, updates come as the settings want it from now on. Raises InvalidToken, and BadSetting if
    Telegram can't call us at WEBHOOK_URL.
    """
    if not await _until_reached(application.initialize, stop):
        return False
    if not chats:
        return True
    return await _until_reached(lambda: _direct_updates(application.bot, settings), stop)


async def _until_reached(say: Callable[[], Awaitable[object]], stop: asyncio.Event) -> bool:
    wait = 1.0
    while not stop.is_set():
        try:
            await say()
        except (InvalidToken, BadRequest):
            raise
        except (NetworkError, RetryAfter) as error:
            log.warning("Telegram can't be reached", error=type(error).__name__, wait=wait)
        else:
            return True
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(60.0, wait * 2)
    return False


async def _direct_updates(bot: ExtBot[Any], settings: Settings) -> None:
    if not settings.webhook_url:
        await bot.delete_webhook()
        return
    try:
        await bot.set_webhook(
            settings.webhook_url + PATH,
            allowed_updates=list(ALLOWED),
            secret_token=secret_of(settings),
            max_connections=_CALLS_AT_ONCE,
        )
    except BadRequest as error:
        raise BadSetting(f"WEBHOOK_URL: Telegram can't call it ({error.message})") from error


_MENUS: tuple[tuple[Place, BotCommandScope], ...] = (
    ("private", BotCommandScopeDefault()),
    ("group", BotCommandScopeAllGroupChats()),
    ("administrators", BotCommandScopeAllChatAdministrators()),
)


async def introduce(bot: ExtBot[Any], admin_ids: Collection[int], default: str) -> None:
    """Tell Telegram what to show of the bot, in each language; who reads another is shown that of `default`.

    These are some twenty calls that nobody has to wait for.
    """
    for step in (_set_menus, _describe):
        try:
            for language, spoken in _spoken(default):
                await step(bot, language, spoken)
        except TelegramError as error:
            log.warning(
                "not all is told of the bot", step=step.__name__, error=type(error).__name__
            )
    await _show_admins(bot, admin_ids, default)


def _spoken(default: str) -> list[tuple[str, str]]:
    """Languages, and for which readers each is."""
    # What is said without a language is shown wherever nothing is said in the reader's. The default is said in its
    # own name, too: what was said there under another default would stay.
    return [(default, ""), *((language, language) for language in languages())]


async def _set_menus(bot: ExtBot[Any], language: str, spoken: str) -> None:
    for place, scope in _MENUS:
        await bot.set_my_commands(menu(language, place=place), scope, language_code=spoken)


async def _show_admins(bot: ExtBot[Any], ids: Collection[int], default: str) -> None:
    """List their own commands for the administrators of the bot, in their chats with it."""
    for id in ids:
        for language, spoken in _spoken(default):
            commands, scope = menu(language, admins=True), BotCommandScopeChat(id)
            try:
                await bot.set_my_commands(commands, scope, language_code=spoken)
            except TelegramError as error:
                # Whoever never wrote to the bot has no chat with it yet.
                log.info("no menu for an administrator", error=type(error).__name__)
                break


async def _describe(bot: ExtBot[Any], language: str, spoken: str) -> None:
    at_length, briefly = described(language)
    # Telegram takes few changes of these a day, and a bot may be started often.
    if (await bot.get_my_description(spoken)).description != at_length:
        await bot.set_my_description(at_length, language_code=spoken)
    if (await bot.get_my_short_description(spoken)).short_description != briefly:
        await bot.set_my_short_description(briefly, language_code=spoken)
