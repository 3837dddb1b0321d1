"""The Telegram of this process refuses what the real one refuses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.console.markup import BadMarkup, parse, utf16
from bot.console.server import ApiError, ConsoleTelegram
from bot.console.terminal import formatted


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
