"""One message as plain values that the outbox can keep, and what fits into one.

Whatever comes from outside goes through MarkupSafe and is escaped there; nothing else makes HTML.
Limits are Telegram's: 4,096 characters of text without its markup (https://core.telegram.org/bots/api#sendmessage),
and about 9,500 bytes of links and other entities.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from handlers.buttons import Action, encode
from news.text import shorten

MAX_TEXT = 4096
MAX_MARKUP_BYTES = 9000


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    label: str
    data: str
    """Callback data, see `handlers.buttons`."""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class View:
    """One message."""

    text: Markup
    """Telegram HTML."""
    keyboard: Keyboard = ()
    file: File | None = None
    """Sent with the text below it, which then holds at most 1,024 characters."""


def keyboard_as_json(keyboard: Keyboard) -> str:
    """Rows of buttons as text; empty for none."""
    rows = [[[button.label, button.data] for button in row] for row in keyboard]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def keyboard_from_json(text: str) -> Keyboard:
    """The inverse of `keyboard_as_json`."""
    rows = json.loads(text) if text else []
    return tuple(tuple(Button(label, data) for label, data in row) for row in rows)


def plain_text(text: str) -> str:
    """What Telegram HTML looks like without its markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def button(label: str, action: Action) -> Button:
    """A button that does something; a long label is cut."""
    return Button(shorten(label, 40), encode(action))


def split(blocks: Iterable[Markup]) -> tuple[Markup, ...]:
    """Blocks with an empty line between them, in as many messages as Telegram's limits need.

    A message ends between blocks, never inside one.
    """
    messages: list[Markup] = []
    for block in blocks:
        longer = Markup("\n\n").join([messages[-1], block]) if messages else block
        if messages and _fits(longer):
            messages[-1] = longer
        else:
            messages.append(block)
    return tuple(messages)


def _fits(text: Markup) -> bool:
    visible = len(plain_text(text))
    return visible <= MAX_TEXT and len(text.encode()) - visible <= MAX_MARKUP_BYTES
