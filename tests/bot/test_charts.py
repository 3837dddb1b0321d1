"""Pictures: what is drawn, one at a time, and how Telegram and the terminal take them."""

import asyncio
import io
import threading
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from rich.console import Console
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot import charts
from bot.console import terminal
from bot.console.server import ConsoleTelegram
from handlers.reply import send
from handlers.views.message import File, View
from news.trend import Day, Trend, last_days

DATES = last_days(datetime(2026, 11, 20, 12, tzinfo=UTC), "UTC")
LABELS = [f"{day.month}/{day.day}" for day in DATES]


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4)
        return len(data).to_bytes(4) + kind + data + check

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00"
    rows = zlib.compress(b"\x00" * (width + 1) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "stories", [[0] * 30, [None] * 29 + [1], list(range(30)), [10**6] * 30, [0] * 29 + [1]]
)
def test_any_trend_is_a_small_png_of_one_size(stories: list[int | None]) -> None:
    pytest.importorskip("matplotlib")
    drawn = charts.picture(Trend("", tuple(map(Day, DATES, stories)), None), LABELS)
    assert drawn.startswith(b"\x89PNG")
    assert (int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24])) == (800, 400)
    assert len(drawn) <= 60_000
    # Nothing in it says when or by what it was drawn.
    assert drawn == charts.picture(Trend("", tuple(map(Day, DATES, stories)), None), LABELS)


def test_another_trend_is_another_picture() -> None:
    pytest.importorskip("matplotlib")
    shown = {
        charts.picture(Trend("", tuple(map(Day, DATES, stories)), None), LABELS)
        for stories in ([1] * 30, [1] * 29 + [2], [None] + [1] * 29)
    }
    assert len(shown) == 3


async def test_pictures_are_drawn_one_at_a_time_and_off_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, drawing, most = threading.Event(), 0, 0

    def picture(trend: Trend, labels: list[str]) -> bytes:
        nonlocal drawing, most
        assert threading.current_thread() is not threading.main_thread()
        drawing += 1
        most = max(most, drawing)
        begun.set()
        drawing -= 1
        return trend.query.encode()

    monkeypatch.setattr(charts, "picture", picture)
    artist = charts.Artist()
    drawn = await asyncio.gather(*(artist.draw(Trend(one, (), None), ()) for one in "abcdef"))
    assert begun.is_set()
    assert (drawn, most) == ([b"a", b"b", b"c", b"d", b"e", b"f"], 1)


async def test_what_is_no_picture_or_of_an_odd_shape_is_refused_as_telegram_does(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    for content, words in (
        (b"GIF89a" + bytes(30), "image_process_failed"),
        (png(9000, 2000), "photo_invalid_dimensions"),
        (png(2100, 100), "photo_invalid_dimensions"),
    ):
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await bot.send_photo(1, content)
    assert telegram.files == {}
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(1, png(8, 4), caption="x" * 1025)


async def test_the_terminal_saves_pictures_and_says_where(
    telegram: ConsoleTelegram,
    bot: ExtBot[None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    telegram.chat(1)
    shown = io.StringIO()
    person: Any = type("Somebody", (), {"chat_id": 1})()
    terminal.Terminal(person, telegram, Console(file=shown, width=200))
    picture = File("trend.png", png(8, 4), picture=True)
    number = await send(bot, 1, View(Markup("<b>Rice</b>"), file=picture))
    path = Path("data") / f"picture{number}.png"
    assert path.read_bytes() == png(8, 4)
    assert str(path) in shown.getvalue()
    assert "Rice" in shown.getvalue()
