"""The way to Telegram: what goes through it, and what is certain when it fails."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.console.server import ConsoleTelegram
from bot.telegram_http import HttpRequest, NotSent
from tests.bot.botapi import BotApi
from tests.bot.faults import Fault

TOKEN = "1:secret"


@pytest.fixture
async def api(telegram: ConsoleTelegram) -> AsyncIterator[BotApi]:
    async with BotApi(telegram, TOKEN) as api:
        api.faults.late_seconds = 0.6
        yield api


def bot_at(url: str, request: HttpRequest) -> ExtBot[None]:
    return ExtBot(
        TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=HttpRequest(1),
    )


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[ExtBot[None]]:
    async with bot_at(api.url, HttpRequest(4, 1.0, 0.3)) as bot:
        yield bot


async def test_texts_files_and_downloads_pass_as_they_are(
    api: BotApi, bot: ExtBot[None], telegram: ConsoleTelegram
) -> None:
    telegram.chat(1)
    text = 'five < six & "seven" + 8 = あ\n%41'
    assert (await bot.send_message(1, text)).text == text
    content = bytes(range(256)) * 50
    sent = await bot.send_document(1, content, "under it: あ", filename="a list.opml")
    assert sent.document is not None
    assert sent.document.file_name == "a list.opml"
    assert sent.caption == "under it: あ"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content


async def test_a_refused_connection_and_a_wrong_name_are_certainly_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        for host in (f"127.0.0.1:{port}", "nowhere.invalid"):
            async with HttpRequest(1, 2.0, 0.3) as request:
                with pytest.raises(NotSent) as caught:
                    await request.post(f"http://{host}/bot{TOKEN}/sendMessage")
            assert TOKEN not in repr(caught.value)
            assert caught.value.__cause__ is None


async def test_a_call_that_found_no_free_connection_is_certainly_not_sent(
    api: BotApi, telegram: ConsoleTelegram
) -> None:
    telegram.chat(1)
    gate = asyncio.Event()

    async def wait(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            await gate.wait()

    telegram.before = wait
    async with bot_at(api.url, HttpRequest(1, 0.2, 20)) as bot, asyncio.TaskGroup() as group:
        group.create_task(bot.send_message(1, "first"))
        await asyncio.sleep(0.05)
        with pytest.raises(NotSent):
            await bot.send_message(1, "second")
        gate.set()
    assert [message["text"] for message in telegram.chat(1).messages.values()] == ["first"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.LATE_TAKEN, TimedOut),
        (Fault.RESET_AFTER, NetworkError),
        (Fault.ERROR_502, NetworkError),
        (Fault.GARBLED_TAKEN, TelegramError),
    ],
)
async def test_whatever_comes_after_the_question_leaves_doubt_and_tells_no_token(
    api: BotApi,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    kind: type[TelegramError],
) -> None:
    telegram.chat(1)
    api.faults.script(1, [fault])
    with pytest.raises(kind) as caught:
        await bot.send_message(1, "private words")
    assert not isinstance(caught.value, NotSent)
    assert TOKEN not in repr(caught.value)
    assert TOKEN not in caplog.text
    assert "private words" not in caplog.text


async def test_calls_go_through_a_proxy_where_there_is_one(
    api: BotApi, telegram: ConsoleTelegram
) -> None:
    telegram.chat(1)
    seen: list[str] = []

    async def forward(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request.raw_path if hasattr(request, "raw_path") else str(request.rel_url))
        return web.json_response({"ok": True, "result": True})

    runner = web.ServerRunner(web.Server(forward))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with HttpRequest(1, 1.0, 1.0, proxy=proxy) as request:
            assert await request.post("http://telegram.invalid/bot1:x/getMe") is True
    finally:
        await runner.cleanup()
    assert seen == ["http://telegram.invalid/bot1:x/getMe"]


async def test_a_call_outside_of_its_life_is_a_mistake() -> None:
    request = HttpRequest()
    with pytest.raises(RuntimeError):
        await request.do_request("http://127.0.0.1:1/", "GET")
