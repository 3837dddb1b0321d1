"""Answers that Telegram does not take at once: they come later, all of them and in their order."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import select
from telegram import Message
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from handlers.answering import Answering
from handlers.views.message import View
from storage.schema import outbox

Talk = Any
Refusing = Callable[[str, dict[str, Any]], Awaitable[None]]


def refusing(method: str, error: TelegramError, *, from_call: int = 1) -> Refusing:
    """What makes calls of a method fail, from that one on."""
    calls = 0

    async def before(called: str, _: dict[str, Any]) -> None:
        nonlocal calls
        calls += called == method
        if called == method and calls >= from_call:
            raise error

    return before


async def waiting(talk: Talk) -> list[str]:
    async with talk.parts.services.database.read() as tx:
        return list(await tx.scalars(select(outbox.c.text).order_by(outbox.c.id)))


@pytest.mark.parametrize(
    "error", [RetryAfter(11), NetworkError("Bad Gateway (502)"), TimedOut("no answer")]
)
async def test_an_answer_that_may_not_have_arrived_comes_later(
    talk: Talk, error: TelegramError
) -> None:
    talk.telegram.before = refusing("sendMessage", error)
    assert await talk.me.type("/subscriptions") == []
    [text] = await waiting(talk)
    assert "follow" in text


async def test_what_follows_an_answer_that_waits_does_not_overtake_it(talk: Talk) -> None:
    asked = await talk.ask_message("/help")
    message = Message.de_json(asked, talk.parts.application.bot)
    talk.telegram.before = refusing("sendMessage", RetryAfter(11), from_call=2)
    before = len(talk.telegram.chat(1).messages)
    views = tuple(View(escape(name)) for name in ("one", "two", "three"))
    assert await Answering(talk.parts.services).send(message, views) is None
    texts = [one["text"] for one in talk.telegram.chat(1).messages.values()]
    assert texts[before:] == ["one"]
    assert await waiting(talk) == ["two", "three"]


async def test_a_screen_that_can_not_be_changed_now_is_shown_below_later(talk: Talk) -> None:
    menu = await talk.ask_message("/settings")
    talk.telegram.before = refusing("editMessageText", RetryAfter(11))
    assert await talk.me.press(menu, "Paused") == []
    [text] = await waiting(talk)
    assert "ause" in text
