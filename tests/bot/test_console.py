"""The Telegram of this process refuses what the real one refuses."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from rich.console import Console
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.console.door import Person
from bot.console.markup import BadMarkup, parse, utf16
from bot.console.server import ApiError, ConsoleTelegram
from bot.console.terminal import Terminal, formatted


def test_entities_are_counted_in_utf16() -> None:
    assert parse('👍 <b>a👍</b> <a href="https://e.org/?a=1&amp;b=2">x</a>') == (
        "👍 a👍 x",
        [
            {"type": "bold", "offset": 3, "length": 3},
            {"type": "text_link", "url": "https://e.org/?a=1&b=2", "offset": 7, "length": 1},
        ],
    )


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>x</p>", 'Unsupported start tag "p"'),
        ("5 < 6", "Unsupported start tag"),
        ("<b>x", "Can't find end tag"),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("x</b>", "Unexpected end tag"),
        ("a<br>b", 'Unsupported start tag "br"'),
    ],
)
def test_html_that_telegram_does_not_know_is_refused(markup: str, words: str) -> None:
    with pytest.raises(BadMarkup, match=words):
        parse(markup)


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse(str(escape(text)))[0] == text.strip()


@given(st.text(), st.text())
def test_entities_lie_within_the_text(before: str, inside: str) -> None:
    text, entities = parse(f"{escape(before)}<b>{escape(inside)}</b>")
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16(text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": "<p>x</p>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "  "}, "message text is empty"),
    ],
)
async def test_messages_that_telegram_refuses_are_refused(
    telegram: ConsoleTelegram, bot: ExtBot[None], arguments: dict[str, Any], words: str
) -> None:
    telegram.chat(1)
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await bot.send_message(1, **arguments)


@pytest.mark.parametrize("data", ["x" * 65, "あ" * 22, ""])
async def test_callback_data_over_64_bytes_or_of_none_is_refused(
    telegram: ConsoleTelegram, data: str
) -> None:
    telegram.chat(1)
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
    with pytest.raises(ApiError, match="BUTTON_DATA_INVALID"):
        await telegram.call("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": keyboard})


async def test_an_edit_without_change_is_refused(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    message = await bot.send_message(1, "x")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("x", 1, message.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("y", 1, 999)


async def test_unknown_and_closed_chats_are_refused(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(5, "x")
    telegram.chat(5).refusal = ApiError(403, "Forbidden: bot was blocked by the user")
    with pytest.raises(Forbidden):
        await bot.send_message(5, "x")


def test_the_terminal_shows_links_and_emphasis(clock: Callable[[], datetime]) -> None:
    text, entities = parse('👍 <b>bold</b> <a href="https://example.org">link</a>')
    shown = formatted(text, entities)
    styles = {shown.plain[span.start : span.end]: str(span.style) for span in shown.spans}
    assert styles == {"bold": "bold", "link": "blue underline link https://example.org"}


class Presses:
    """Somebody whose presses are only noted."""

    chat_id = 1

    def __init__(self) -> None:
        self.pressed: list[tuple[int, str]] = []

    async def press_data(self, message: dict[str, Any], data: str) -> None:
        self.pressed.append((message["message_id"], data))


async def test_a_button_that_leads_elsewhere_is_shown_as_a_link_and_takes_no_number(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    file = StringIO()
    Terminal(cast(Person, Presses()), telegram, Console(file=file, soft_wrap=True))
    rows = [
        [InlineKeyboardButton("Share", url="https://t.me/share/url?url=x")],
        [InlineKeyboardButton("Follow", callback_data="1:f:1")],
    ]
    await bot.send_message(1, "Rice", reply_markup=InlineKeyboardMarkup(rows))
    shown = [line for line in file.getvalue().splitlines() if line]
    assert shown == ["kawaraban", "Rice", "Share", "[1] Follow"]


async def test_buttons_in_a_rich_message_are_numbered_and_pressed_like_others(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    file = StringIO()
    somebody = Presses()
    terminal = Terminal(cast(Person, somebody), telegram, Console(file=file, soft_wrap=True))
    button = '<tg-button type="callback_data" data="1:v:{}">⭐</tg-button>'
    page = f"<h1>News</h1><p>{button.format(1)}</p><details><summary>More</summary><p>{button.format(2)}</p></details>"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Read on", callback_data="1:c:latest")]])
    arguments = {"chat_id": 1, "rich_message": {"html": page}, "reply_markup": keyboard}
    await bot.do_api_request("sendRichMessage", arguments)
    shown = [line for line in file.getvalue().splitlines() if line]
    assert shown == ["kawaraban", "News", "[1] ⭐", "▸ More", "  [2] ⭐", "[3] Read on"]
    for number in (2, 3):
        await terminal._press(str(number))
    assert somebody.pressed == [(1, "1:v:2"), (1, "1:c:latest")]
