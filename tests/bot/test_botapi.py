"""The Bot API server of the tests: it must be as strict as Telegram, or what is tested on it proves little."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.console.limits import UNLIMITED, Accepted, Meter
from bot.console.server import ConsoleTelegram
from tests.bot.botapi import BotApi, supergroup_of
from tests.bot.faults import ANSWER_LOST, Fault, Faults
from tests.bot.remote import RemoteBotApi

TOKEN = "1:test"


@pytest.fixture
async def api(telegram: ConsoleTelegram) -> AsyncIterator[BotApi]:
    for chat_id in (1, 2):
        telegram.chat(chat_id)
    telegram.meter = Meter(UNLIMITED, time.monotonic)
    faults = Faults(Random(1), late_seconds=1.0, slow_seconds=0.01)
    async with BotApi(telegram, TOKEN, faults) as api:
        yield api


@pytest.fixture
async def http_bot(api: BotApi) -> AsyncIterator[ExtBot[None]]:
    """The client of the bot, with little patience."""
    async with _bot(api, TOKEN) as bot:
        yield bot


def _bot(api: BotApi, token: str) -> ExtBot[None]:
    request = HTTPXRequest(read_timeout=0.3)
    return ExtBot(
        token,
        base_url=f"{api.url}/bot",
        base_file_url=f"{api.url}/file/bot",
        request=request,
        get_updates_request=HTTPXRequest(read_timeout=5),
    )


def taken(api: BotApi) -> list[Accepted]:
    assert api.telegram.meter is not None
    return api.telegram.meter.accepted


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault.RESET_BEFORE, NetworkError, "httpx"),
        (Fault.RESET_AFTER, NetworkError, "httpx"),
        (Fault.LATE_UNTAKEN, TimedOut, "(?i)timed out"),
        (Fault.LATE_TAKEN, TimedOut, "(?i)timed out"),
        (Fault.GARBLED_UNTAKEN, TelegramError, "(?i)invalid server response"),
        (Fault.GARBLED_TAKEN, TelegramError, "(?i)invalid server response"),
        (Fault.ERROR_500, NetworkError, "(?i)internal server error"),
        (Fault.ERROR_502, NetworkError, "(?i)bad gateway"),
        (Fault.FLOOD_CHAT, RetryAfter, "1 second"),
        (Fault.FLOOD_BOT, RetryAfter, "1 second"),
        (Fault.BLOCKED, Forbidden, "blocked"),
        (Fault.KICKED, Forbidden, "kicked"),
        (Fault.DEACTIVATED, Forbidden, "deactivated"),
        (Fault.CHAT_NOT_FOUND, BadRequest, "(?i)chat not found"),
        (Fault.NO_RIGHTS, BadRequest, "(?i)not enough rights"),
        (Fault.TOPIC_CLOSED, BadRequest, "(?i)topic_closed"),
        (Fault.TOPIC_GONE, BadRequest, "(?i)thread not found"),
        (Fault.BAD_MARKUP, BadRequest, "(?i)can't parse entities"),
    ],
)
async def test_each_fault_reaches_the_client_as_what_it_is_and_is_counted(
    api: BotApi, http_bot: ExtBot[None], fault: Fault, error: type[TelegramError], words: str
) -> None:
    api.telegram.open_topic(-5, 7)
    api.faults.script(-5, [fault])
    with pytest.raises(error, match=words):
        await http_bot.send_message(-5, "x", parse_mode=ParseMode.HTML, message_thread_id=7)
    assert api.faults.counts == {fault: 1}
    assert len(taken(api)) == api.faults.answers_lost() == int(fault in ANSWER_LOST)


async def test_a_slow_line_loses_nothing(api: BotApi, http_bot: ExtBot[None]) -> None:
    api.faults.script(1, [Fault.SLOW, None])
    await http_bot.send_message(1, "a")
    await http_bot.send_message(1, "b")
    assert [one.content for one in taken(api)] == ["a", "b"]
    assert api.faults.counts == {Fault.SLOW: 1}


async def test_a_group_can_migrate_just_when_something_is_sent_there(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    api.telegram.chat(-5, "group")
    api.faults.script(-5, [Fault.MIGRATED])
    for _ in range(2):
        with pytest.raises(ChatMigrated) as moved:
            await http_bot.send_message(-5, "x")
        assert moved.value.new_chat_id == supergroup_of(-5)
    await http_bot.send_message(supergroup_of(-5), "x")
    assert [one.chat_id for one in taken(api)] == [supergroup_of(-5)]
    (old, new) = await http_bot.get_updates()
    assert old.message is not None
    assert new.message is not None
    assert old.message.migrate_to_chat_id == new.message.chat.id


async def test_faults_that_can_not_happen_to_a_message_do_not(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    impossible = [Fault.MIGRATED, Fault.TOPIC_CLOSED, Fault.UNKNOWN_METHOD, Fault.BAD_MARKUP]
    api.faults.script(1, impossible)
    for _ in impossible:
        await http_bot.send_message(1, "x")
    assert not +api.faults.counts


async def test_a_server_can_forget_rich_messages_for_a_moment(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    api.faults.script(1, [Fault.UNKNOWN_METHOD])
    rich = {"chat_id": 1, "rich_message": {"html": "<p>x</p>"}}
    with pytest.raises(EndPointNotFound):
        await http_bot.do_api_request("sendRichMessage", rich)
    await http_bot.do_api_request("sendRichMessage", rich)
    assert [one.content for one in taken(api)] == ["<p>x</p>"]


async def test_an_answer_is_not_lost_of_what_was_refused_anyway(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    api.faults.script(1, [Fault.RESET_AFTER])
    with pytest.raises(BadRequest, match=r"(?i)can't parse"):
        await http_bot.send_message(1, "<x>", parse_mode=ParseMode.HTML)
    assert api.faults.answers_lost() == 0


@given(st.integers(), st.lists(st.sampled_from(list(Fault)), min_size=1, unique=True))
def test_the_same_seed_and_the_same_calls_have_the_same_faults(
    seed: int, kinds: list[Fault]
) -> None:
    rates = dict.fromkeys(kinds, 0.9 / len(kinds))
    call = {"chat_id": "-5", "text": "x", "parse_mode": "HTML", "message_thread_id": 7}
    runs = []
    for _ in range(2):
        faults = Faults(Random(seed), rates)
        runs.append([faults.befall("sendMessage", call, "group") for _ in range(50)])
        assert sum(faults.counts.values()) == sum(fault is not None for fault in runs[-1])
        assert faults.befall("getUpdates", {}, "") is None
    assert runs[0] == runs[1]
    assert set(runs[0]) - {None} <= set(kinds)


async def test_while_it_is_down_connections_are_refused(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    await http_bot.send_message(1, "a")
    await api.down()
    # The connection that was kept open is cut: once it is gone, new ones are refused.
    with pytest.raises(NetworkError):
        await http_bot.send_message(1, "b")
    with pytest.raises(NetworkError) as refused:
        await http_bot.send_message(1, "b")
    assert isinstance(refused.value.__cause__, httpx.ConnectError)
    await api.up()
    await http_bot.send_message(1, "c")
    assert [one.content for one in taken(api)] == ["a", "c"]


async def test_another_token_is_unauthorized(api: BotApi) -> None:
    stranger = _bot(api, "2:stranger")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_a_file_goes_up_and_comes_down(api: BotApi, http_bot: ExtBot[None]) -> None:
    sent = await http_bot.send_document(1, b"<opml/>", "the list", filename="list.opml")
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("list.opml", "the list")
    file = await http_bot.get_file(sent.document.file_id)
    assert await file.download_as_bytearray() == b"<opml/>"


# Updates


async def test_updates_come_until_they_are_confirmed(api: BotApi, http_bot: ExtBot[None]) -> None:
    await api.put(api.telegram.type(1, "a"), api.telegram.type(1, "b"))
    first = await http_bot.get_updates()
    assert [update.update_id for update in await http_bot.get_updates()] == [1, 2]
    assert [one.update_id for one in await http_bot.get_updates(first[0].update_id + 1)] == [2]
    assert await http_bot.get_updates(first[1].update_id + 1) == ()


async def test_who_asks_early_gets_an_update_as_soon_as_there_is_one(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(http_bot.get_updates(timeout=4))
        await until(lambda: api.counts["getUpdates"] == 1)
        await api.put(api.telegram.type(1, "a"))
    assert len(asking.result()) == 1


async def test_of_two_who_ask_the_first_is_told_that_there_is_another(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(_conflict(http_bot))
        await until(lambda: api.counts["getUpdates"] == 1)
        second = group.create_task(http_bot.get_updates(timeout=4))
        await until(first.done)
        await api.put(api.telegram.type(1, "a"))
    assert "only one bot instance" in first.result()
    assert len(second.result()) == 1


async def _conflict(bot: ExtBot[None]) -> str:
    with pytest.raises(Conflict) as conflict:
        await bot.get_updates(timeout=4)
    return str(conflict.value)


async def test_kinds_that_the_bot_did_not_ask_for_never_come(
    api: BotApi, http_bot: ExtBot[None]
) -> None:
    await http_bot.get_updates(allowed_updates=["message"])
    await api.put(api.telegram.blocked(1), api.telegram.type(2, "a"))
    assert [update.message is not None for update in await http_bot.get_updates()] == [True]
    await http_bot.get_updates(allowed_updates=["my_chat_member", "message"])
    await api.put(api.telegram.unblocked(1))
    assert (await http_bot.get_updates())[-1].my_chat_member is not None


@dataclass
class Hook:
    """A webhook that writes down what came, and answers as it is told."""

    url: str
    came: list[tuple[int, str | None]]
    answers: list[int]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook("", [], [])

    async def take(request: web.BaseRequest) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        hook.came.append(((await request.json())["update_id"], secret))
        return web.Response(status=hook.answers.pop(0) if hook.answers else 200)

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def until(found: Any) -> None:
    async with asyncio.timeout(10):
        while not found():  # noqa: ASYNC110 - both ends are in this process
            await asyncio.sleep(0.005)


async def test_a_webhook_is_brought_each_update_until_it_says_200_in_the_order_of_each_chat(
    api: BotApi, http_bot: ExtBot[None], hook: Hook
) -> None:
    await api.put(api.telegram.type(1, "a"))
    hook.answers = [500, 503]
    await http_bot.set_webhook(hook.url, secret_token="s3cret")
    await until(lambda: len(hook.came) == 3)
    await api.put(api.telegram.type(1, "b"), api.telegram.type(1, "c"))
    await until(lambda: len(hook.came) == 5)
    assert hook.came == [(number, "s3cret") for number in (1, 1, 1, 2, 3)]
    await until(lambda: len(api.updates) == 0)


async def test_a_webhook_gets_an_update_again_whose_answer_was_not_heard(
    api: BotApi, http_bot: ExtBot[None], hook: Hook
) -> None:
    await http_bot.set_webhook(hook.url)
    api.updates.deaf = 2
    await api.put(api.telegram.type(1, "a"))
    await until(lambda: len(api.updates) == 0)
    assert hook.came == [(1, None)] * 3


async def test_a_webhook_and_a_poller_exclude_each_other(
    api: BotApi, http_bot: ExtBot[None], hook: Hook
) -> None:
    await http_bot.set_webhook(hook.url)
    assert (await http_bot.get_webhook_info()).url == hook.url
    with pytest.raises(Conflict, match="webhook is active"):
        await http_bot.get_updates()
    await http_bot.delete_webhook()
    await api.put(api.telegram.type(1, "a"))
    info = await http_bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("", 1)
    assert len(await http_bot.get_updates()) == 1


# In a process of its own


async def test_in_a_process_of_its_own_it_is_scripted_and_read_from_outside() -> None:
    async with RemoteBotApi("--token", "5:x") as api, aiohttp.ClientSession() as client:

        async def call(method: str, **parameters: Any) -> Any:
            async with client.post(f"{api.url}/bot5:x/{method}", json=parameters) as answer:
                return await answer.json()

        await api.say("chats", first=1, count=3)
        await api.say("chats", first=-5, type="supergroup", is_forum=True, topics=[7])
        assert (await call("sendMessage", chat_id=3, text="a"))["ok"]
        assert (await call("sendMessage", chat_id=-5, text="b", message_thread_id=7))["ok"]
        await api.say("script", chat_id=1, faults=["500", None, "blocked"])
        codes = [
            (await call("sendMessage", chat_id=1, text="c")).get("error_code") for _ in range(3)
        ]
        assert codes == [500, None, 403]
        assert [(one.chat_id, one.content) for one in await api.accepted()] == [
            (3, "a"),
            (-5, "b"),
            (1, "c"),
        ]
        assert len(await api.accepted(2)) == 1
        await api.say("act", deed="type", chat_id=1, text="/start")
        await api.say("act", deed="blocked", chat_id=2)
        await api.say("act", deed="unblocked", chat_id=2, untold=True)
        updates = (await call("getUpdates"))["result"]
        assert [min(update) for update in updates] == ["message", "my_chat_member"]
        await api.say("limits", overall=[[1, 60]], halt=9)
        assert (await call("sendMessage", chat_id=1, text="d"))["ok"]
        refused = await call("sendMessage", chat_id=2, text="e")
        assert refused["parameters"] == {"retry_after": 9}
        assert [(one.scope, one.cause) for one in await api.refused()] == [("bot", "limit")]
        figures = await api.say("figures")
        assert (figures["accepted"], figures["refused"]) == (1, {"limit": 1})
        assert figures["faults"] == {"500": 1, "blocked": 1}
        assert figures["turned_away"] == [1]
        assert figures["calls"] == {"sendMessage": 7, "getUpdates": 1}
        await api.say("down")
        with pytest.raises(aiohttp.ClientError):
            await call("getMe")
        await api.say("up")
        assert (await call("getMe"))["ok"]


async def test_a_script_that_is_wrong_is_refused_with_a_reason() -> None:
    async with RemoteBotApi() as api:
        with pytest.raises(ValueError, match="not a valid Fault"):
            await api.say("script", chat_id=1, faults=["bad weather"])
        with pytest.raises(ValueError, match="nobody does"):
            await api.say("act", deed="answer")
        with pytest.raises(ValueError, match="no weather"):
            await api.say("weather")
