"""What Telegram is told of the bot: menus and descriptions by language and kind of chat."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest

from bot.console.server import ApiError, ConsoleTelegram
from bot.greeting import get_to_know, introduce, new_application
from bot.settings import Settings, load
from bot.turns import new_turns
from handlers.commands import PUBLIC
from handlers.words import languages
from storage.database import Database

Greet = Callable[..., Any]


@pytest.fixture
def telegram(clock: Callable[[], datetime]) -> ConsoleTelegram:
    return ConsoleTelegram(clock)


@pytest.fixture
async def greet(
    telegram: ConsoleTelegram, database: Database, clock: Callable[[], datetime]
) -> AsyncIterator[Greet]:
    """Start to talk with Telegram, as a process does."""
    settings: Settings = load(_env_file=None)
    turns = new_turns(database, clock, asyncio.get_running_loop().time, in_process=True)
    application = new_application(settings, telegram, turns)

    async def begin(default: str = "en") -> bool:
        known = await get_to_know(application, settings, asyncio.Event(), chats=True)
        await introduce(application.bot, settings.admin_ids, default)
        return known

    yield begin
    await application.shutdown()


def names(menu: list[dict[str, Any]]) -> list[str]:
    return [entry["command"] for entry in menu]


async def test_what_only_reads_is_typed_unseen_in_groups(
    telegram: ConsoleTelegram, greet: Greet
) -> None:
    assert await greet()
    for scope in ("all_group_chats", "all_chat_administrators"):
        menu = telegram.menus[scope, "en"]
        unseen = {entry["command"] for entry in menu if entry.get("is_ephemeral")}
        assert {"latest", "search", "settings", "subscriptions", "help", "forget"} <= unseen
        # What all are to see, or what may change something for all, is seen as it is typed.
        assert not {"digest", "trend", "subscribe", "schedule", "pause", "privacy"} & unseen
    assert not any("is_ephemeral" in entry for entry in telegram.menus["default", "en"])


async def test_each_language_and_kind_of_chat_has_its_menu(
    telegram: ConsoleTelegram, greet: Greet
) -> None:
    assert await greet()
    scopes = ("default", "all_group_chats", "all_chat_administrators")
    spoken = ["", *languages()]
    assert set(telegram.menus) == {(scope, code) for scope in scopes for code in spoken}
    assert names(telegram.commands) == [command.name for command in PUBLIC]
    everyone = names(telegram.menus["all_group_chats", ""])
    assert {"latest", "search", "settings", "help"} <= set(everyone)
    assert not {"start", "subscribe", "pause", "stats"} & set(everyone)
    assert {"subscribe", "pause"} <= set(names(telegram.menus["all_chat_administrators", ""]))
    japanese = {entry["command"]: entry for entry in telegram.menus["default", "ja"]}
    assert japanese["settings"]["description"] == "すべての設定"


async def test_who_reads_another_language_is_shown_that_of_the_instance(
    telegram: ConsoleTelegram, greet: Greet
) -> None:
    await greet()
    await greet("ja")
    for scope in ("default", "all_group_chats", "all_chat_administrators"):
        assert (
            telegram.menus[scope, ""] == telegram.menus[scope, "ja"] != telegram.menus[scope, "en"]
        )
    assert telegram.descriptions["description", ""] == telegram.descriptions["description", "ja"]
    assert telegram.descriptions["description", "en"].startswith("I read the news")


async def test_the_bot_is_described_in_each_language_once(
    telegram: ConsoleTelegram, greet: Greet
) -> None:
    await greet()
    for name, most in (("description", 512), ("short_description", 120)):
        texts = {code: telegram.descriptions[name, code] for code in ("", "ja", "ko")}
        assert len(set(texts.values())) == 3
        assert all(0 < len(text) <= most for text in texts.values())
    telegram.calls.clear()
    await greet()
    assert [method for method, _ in telegram.calls if method.endswith("Description")][:1] == [
        "getMyDescription"
    ]
    assert not any(method.startswith("setMy") and "Descr" in method for method, _ in telegram.calls)


async def test_a_refusal_stops_neither_the_start_nor_the_rest(
    telegram: ConsoleTelegram, greet: Greet
) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "setMyCommands":
            raise ApiError(429, "Too Many Requests: retry after 3600", retry_after=3600)

    telegram.before = refuse
    assert await greet()
    assert telegram.menus == {}
    assert telegram.descriptions["description", "ko"]
