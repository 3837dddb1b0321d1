"""A bot that runs, as those who watch it see it."""

import asyncio
import json
import signal
import socket
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

from bot.console.server import ConsoleTelegram
from tests.bot.botapi import BotApi
from tests.bot.test_run import TOKEN, empty_catalogue, finish, start, until


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as got:
            return got.status, got.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


async def test_a_bot_that_runs_becomes_ready_and_counts_what_it_does(tmp_path: Path) -> None:
    telegram = ConsoleTelegram(lambda: datetime.now(UTC))
    chat = telegram.chat(7)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with BotApi(telegram, TOKEN) as api:
        process = await start(
            tmp_path,
            "run",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_URL=api.url,
            CATALOGUE=empty_catalogue(tmp_path),
            LISTEN=f"127.0.0.1:{port}",
        )
        await api.put(telegram.type(7, "/help"))
        await until(lambda: len(chat.messages) >= 2)
        async with asyncio.timeout(30):
            while (await asyncio.to_thread(get, f"{url}/readyz"))[0] != 200:  # noqa: ASYNC110 - another process works
                await asyncio.sleep(0.1)
        _, text = await asyncio.to_thread(get, f"{url}/readyz", Accept="application/json")
        # An update counts when it is dealt with: a moment after its answer came.
        dealt_with, numbers = 'kawaraban_updates_total{kind="message"} 1.0', ""
        async with asyncio.timeout(30):
            while dealt_with not in numbers.splitlines():
                _, numbers = await asyncio.to_thread(get, f"{url}/metrics")
        process.send_signal(signal.SIGTERM)
        assert (await finish(process))[0] == 0
    assert json.loads(text) == {"ready": True, "reasons": [], "standby": []}
    lines = numbers.splitlines()
    assert "kawaraban_reply_seconds_count 1.0" in lines
    counted = [line for line in lines if line.startswith("kawaraban_chats{")]
    assert sum(float(line.split()[1]) for line in counted) == 1
    assert any(line.startswith('kawaraban_tick_seconds_count{tick="deliver"}') for line in lines)
    assert "secret-of-the-test" not in numbers
