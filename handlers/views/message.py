"""One message as plain values that the outbox can keep, and what fits into one.

Whatever comes from outside goes through MarkupSafe and is escaped there; nothing else makes HTML.
Limits are Telegram's: 4,096 characters of text without its markup (https://core.telegram.org/bots/api#sendmessage),
and about 9,500 bytes of links and other entities.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from handlers.buttons import Action, encode
from news.text import shorten

MAX_TEXT = 4096
MAX_MARKUP_BYTES = 9000
MAX_ENTITIES = 100
"""Telegram drops what is beyond them without a word."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    label: str
    data: str = ""
    """Callback data, see `handlers.buttons`; empty for a link."""
    url: str = ""
    """Where a link leads."""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message."""

    name: str
    content: bytes
    picture: bool = False
    """True if the chat shows it; a PNG."""


@dataclass(frozen=True, slots=True)
class View:
    """One message."""

    text: Markup
    """Telegram HTML."""
    keyboard: Keyboard = ()
    file: File | None = None
    """Sent with the text below it, which then holds at most 1,024 characters."""
    aside: bool = False
    """True if, in a group, it is for nobody but the person who asks: nothing came of what they wanted."""
    forces_reply: bool = False
    """True if, in a group, whoever asked is shown a field for a reply to it; then it has no buttons."""
    asks: bool | None = None
    """Whether what is typed next may be its answer; None if its command says so."""


@dataclass(frozen=True, slots=True)
class RichView:
    """One rich message."""

    html: Markup
    """Rich HTML, see `handlers.views.rich`."""
    keyboard: Keyboard = ()
    fallback: tuple[View, ...] = ()
    """What is sent in its place where rich messages are unknown or refused."""
    asks: bool | None = None
    """As of a `View`."""


REMOVE, BRING_BACK = "✕", "↩"
"""What a button that takes something from a list begins with, and one that undoes that in its place."""


@dataclass(frozen=True, slots=True)
class Toast:
    """A word about a press, shown over the chat until it goes by itself."""

    text: Markup
    """At most 200 characters are shown; empty for none."""
    marks: Keyboard | None = None
    """What takes the place of the rows that mark stories, see `handlers.views.marks`; None leaves them."""
    stays: bool = False
    """True if it stays until it was read."""
    instead: View | None = None
    """What takes the place of the message with the button; None leaves it."""


def keyboard_as_json(keyboard: Keyboard) -> str:
    """Rows of buttons as text; empty for none."""
    rows = [[_parts(button) for button in row] for row in keyboard]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def _parts(button: Button) -> list[str]:
    link = [button.url] if button.url else []
    return [button.label, button.data, *link]


def keyboard_from_json(text: str) -> Keyboard:
    """The inverse of `keyboard_as_json`."""
    rows = json.loads(text) if text else []
    return tuple(tuple(Button(*parts) for parts in row) for row in rows)


def parts_of(views: Iterable[View]) -> list[tuple[str, str]]:
    """Messages without files as the outbox takes them: Telegram HTML and keyboard of each."""
    return [(str(view.text), keyboard_as_json(view.keyboard)) for view in views]


def parts_as_json(views: Iterable[View]) -> str:
    """Likewise, as text."""
    return json.dumps(parts_of(views), ensure_ascii=False)


def parts_from_json(text: str) -> tuple[tuple[str, str], ...]:
    """The inverse of `parts_as_json`, up to `parts_of`."""
    parts = json.loads(text) if text else []
    return tuple((markup, keyboard) for markup, keyboard in parts)


_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of all that follows them (Unicode, annex 9)."""


def isolated(text: str, rtl: bool = False) -> str:
    """A piece of text that turns nothing around it, whatever script it is in (Unicode, annex 9: FSI … PDI).

    It is left as it is where everything in it reads in the direction of the sentence around it, which
    is from right to left if `rtl`.
    """
    if text.isascii() and not rtl:
        return text
    text = _TURNS.sub("", text)
    foreign = ("L",) if rtl else ("R", "AL")
    if any(unicodedata.bidirectional(character) in foreign for character in text):
        return f"\u2068{text}\u2069"
    return text


def plain_text(text: str) -> str:
    """What Telegram HTML looks like without its markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def button(label: str, action: Action, key: str = "") -> Button:
    """A button that does something; a long label is cut. Some are sealed with the `key` of their chat, see `encode`."""
    return Button(shorten(label, 40), encode(action, key))


def link(label: str, url: str) -> Button:
    """A button that opens an address; a long label is cut."""
    return Button(shorten(label, 40), url=url)


_GAP = Markup("\n\n")


def split(blocks: Iterable[Markup]) -> tuple[Markup, ...]:
    """Blocks with an empty line between them, in as many messages as Telegram's limits need.

    A message ends between blocks, never inside one.
    """
    messages: list[list[Markup]] = []
    text = markup = entities = 0
    for block in blocks:
        visible = plain_text(block)
        # Telegram counts code points, some clients UTF-16 units: there are never fewer of these.
        units = len(visible.encode("utf-16-le", "surrogatepass")) // 2
        more_markup, more_entities = len(block.encode()) - len(visible), block.count("</")
        text += len(_GAP) + units
        markup += more_markup
        entities += more_entities
        if (
            messages
            and text <= MAX_TEXT
            and markup <= MAX_MARKUP_BYTES
            and entities <= MAX_ENTITIES
        ):
            messages[-1].append(block)
        else:
            messages.append([block])
            text, markup, entities = units, more_markup, more_entities
    return tuple(_GAP.join(message) for message in messages)
