"""The program itself, started as an operator starts it."""

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.console.server import ConsoleTelegram
from bot.sample.edition import load as load_edition
from storage.database import open_database
from tests.bot.botapi import BotApi

ROOT = Path(__file__).parent.parent.parent
TOKEN = "123456:secret-of-the-test"


async def start(folder: Path, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """The program in an empty folder, with nothing in its environment but this."""
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finish(process: asyncio.subprocess.Process, typed: str = "") -> tuple[int, str, str]:
    """Type, close the input, and wait for the end: exit code, output, errors."""
    out, err = await asyncio.wait_for(process.communicate(typed.encode()), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_without_token_the_console_answers_what_is_piped_into_it(tmp_path: Path) -> None:
    code, out, err = await finish(await start(tmp_path, "run"), "/latest North Korea\n/quit\n")
    assert (code, err) == (0, "")
    assert len(re.findall(r"^\d+\. ", out, re.MULTILINE)) >= 3
    decoys = [p for o in load_edition(datetime.now(UTC)) for p in o.pieces if p.decoy]
    assert [piece.title for piece in decoys if piece.title in out] == []
    assert "Bye" in out


async def test_at_the_end_of_the_input_the_console_ends_politely(tmp_path: Path) -> None:
    code, out, err = await finish(await start(tmp_path, "run"))
    assert (code, err) == (0, "")
    assert out.rstrip().endswith("Bye. What you follow is kept.")


async def test_what_was_followed_is_there_after_a_restart(tmp_path: Path) -> None:
    await finish(await start(tmp_path, "run"), "/subscribe North Korea\n")
    code, out, _ = await finish(await start(tmp_path, "run"), "/subscriptions\n")
    assert code == 0
    assert "1. “North Korea”" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_console_within_five_seconds(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = await start(tmp_path, "run")
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readuntil(b"you> "), 20)
    begun = time.monotonic()
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 5) == 0
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"POLL_INTERVAL_MIN": "soon"}, "POLL_INTERVAL_MIN: 'soon' is not right"),
        ({"CATALOGUE": "missing.opml"}, "CATALOGUE: there is no file missing.opml"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: must be sqlite:///"),
        ({"DATABASE_URL": "sqlite:////proc/x/y.db"}, "DATABASE_URL: /proc/x/y.db can't be opened"),
    ],
)
async def test_what_can_not_start_says_why_in_one_line(
    tmp_path: Path, environment: dict[str, str], line: str
) -> None:
    code, out, err = await finish(await start(tmp_path, "run", **environment))
    assert code == 2
    assert out == ""
    assert err.startswith(f"kawaraban: {line}")
    assert err.count("\n") == 1


async def test_a_database_that_is_away_ends_the_start_as_what_may_be_tried_again(
    tmp_path: Path,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://bot:secret@127.0.0.1:{closed.getsockname()[1]}/news"
        code, out, err = await finish(await start(tmp_path, "run", DATABASE_URL=url))
    assert (code, out) == (1, "")
    assert err.startswith("kawaraban: DATABASE_URL: postgresql")
    assert err.count("\n") == 1
    assert "secret" not in err


@pytest.mark.parametrize("command", [("stats",), ("digest", "preview", "--topic", "rice")])
async def test_who_only_looks_makes_no_database_and_changes_none(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "news.db"
    url = f"sqlite:///{file}"
    code, out, err = await finish(await start(tmp_path, *command, DATABASE_URL=url))
    assert (code, out) == (2, "")
    assert "there is no database" in err
    assert not file.exists()
    database = await open_database(url)
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    await database.close()
    before = file.read_bytes()
    code, out, err = await finish(await start(tmp_path, *command, DATABASE_URL=url))
    assert (code, out) == (2, "")
    assert "of another version" in err
    assert file.read_bytes() == before


async def test_a_database_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'taken.db'}"
    database = await open_database(url)
    try:
        code, _, err = await finish(await start(tmp_path, "run", DATABASE_URL=url))
    finally:
        await database.close()
    assert code == 2
    assert "in use by another Kawaraban" in err
    assert err.count("\n") == 1


@pytest.fixture
def telegram() -> ConsoleTelegram:
    return ConsoleTelegram(lambda: datetime.now(UTC))


def empty_catalogue(folder: Path) -> str:
    (folder / "empty.opml").write_text("<opml version='2.0'><body/></opml>")
    return "empty.opml"


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110 - another process works meanwhile
            await asyncio.sleep(0.02)


async def test_a_telegram_that_is_slow_about_menus_delays_neither_answers_nor_the_end(
    tmp_path: Path, telegram: ConsoleTelegram
) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def stall(method: str, _parameters: dict[str, Any]) -> None:
        if method == "setMyCommands":
            asked.set()
            await never.wait()

    telegram.before = stall
    chat = telegram.chat(7)
    async with BotApi(telegram, TOKEN) as api:
        process = await start(
            tmp_path,
            "run",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_URL=api.url,
            CATALOGUE=empty_catalogue(tmp_path),
        )
        await asyncio.wait_for(asked.wait(), 20)
        await api.put(telegram.type(7, "/help"))
        await until(lambda: len(chat.messages) >= 2)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        never.set()


async def test_with_a_token_it_answers_on_telegram_and_stops_in_time(
    tmp_path: Path, telegram: ConsoleTelegram
) -> None:
    chat = telegram.chat(7)
    async with BotApi(telegram, TOKEN) as api:
        process = await start(
            tmp_path,
            "run",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_URL=api.url,
            CATALOGUE=empty_catalogue(tmp_path),
            LOG_LEVEL="debug",
        )
        await api.put(telegram.type(7, "/start"))
        await until(lambda: len(chat.messages) == 2)
        await api.put(telegram.type(7, "/subscribe North Korea"))
        await until(lambda: len(chat.messages) == 4)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, out, err = await finish(process)
        took = time.monotonic() - begun
    texts = [message["text"] for message in chat.messages.values()]
    assert texts[1].startswith("Kawaraban reads the news")
    assert texts[3].startswith("You now follow “North Korea”")
    assert [command["command"] for command in telegram.commands][:2] == ["latest", "search"]
    assert (code, out) == (0, "")
    assert took < 5
    assert "running" in err
    assert "secret-of-the-test" not in err
    assert "North Korea" not in err


async def test_a_token_that_telegram_refuses_is_one_line(
    tmp_path: Path, telegram: ConsoleTelegram
) -> None:
    async with BotApi(telegram, "1:other") as api:
        process = await start(
            tmp_path,
            "run",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_URL=api.url,
            CATALOGUE=empty_catalogue(tmp_path),
        )
        code, _, err = await finish(process)
    assert code == 2
    assert err.endswith(
        "kawaraban: TELEGRAM_TOKEN: Telegram refuses it; ask @BotFather for the right one\n"
    )
    assert "secret-of-the-test" not in err


async def test_while_telegram_is_out_of_reach_it_waits_and_can_be_stopped(tmp_path: Path) -> None:
    process = await start(
        tmp_path,
        "run",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_URL="http://127.0.0.1:9",
        CATALOGUE=empty_catalogue(tmp_path),
    )
    assert process.stderr is not None
    line = await asyncio.wait_for(process.stderr.readline(), 20)
    assert b"Telegram can't be reached" in line
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_a_digest_due_while_the_bot_was_down_is_sent_at_the_next_start_and_only_then(
    tmp_path: Path,
    telegram: ConsoleTelegram,
    press: Any,
    settle_chat: Callable[..., Any],
    clock: Any,
) -> None:
    clock.now = datetime.now(UTC) - timedelta(hours=2)
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    database = await open_database(url)
    await press.publish(database)
    await settle_chat(database, 7, clock)
    await press.publish(database, "North Korea reopens a bridge to traffic")
    await database.close()
    chat = telegram.chat(7)
    async with BotApi(telegram, TOKEN) as api:
        for _ in range(2):
            process = await start(
                tmp_path,
                "run",
                TELEGRAM_TOKEN=TOKEN,
                TELEGRAM_API_URL=api.url,
                DATABASE_URL=url,
                CATALOGUE=empty_catalogue(tmp_path),
            )
            await until(lambda: len(chat.messages) >= 1)
            # An answer shows that the ticks of the second start had their turn as well.
            seen = len(chat.messages)
            await api.put(telegram.type(7, "/help"))
            await until(lambda seen=seen: len(chat.messages) >= seen + 2)  # type: ignore[misc]
            process.send_signal(signal.SIGTERM)
            assert (await finish(process))[0] == 0
    texts = [message["text"] for message in chat.messages.values()]
    assert sum("Your digest" in text for text in texts) == 1
    assert "bridge" in texts[0]


async def test_killed_without_warning_it_starts_again_with_everything_it_had_answered(
    tmp_path: Path,
) -> None:
    first = await start(tmp_path, "run")
    assert first.stdin is not None
    assert first.stdout is not None
    first.stdin.write(b"/subscribe North Korea\n")
    await first.stdin.drain()
    await asyncio.wait_for(first.stdout.readuntil(b"You now follow"), 20)
    first.kill()
    await first.wait()
    code, out, err = await finish(await start(tmp_path, "run"), "/subscriptions\n")
    assert (code, err) == (0, "")
    assert "North Korea" in out
