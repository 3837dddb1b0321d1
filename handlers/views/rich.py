"""The blocks of a rich message, as Rich HTML, each with what it takes of Telegram's limits.

https://core.telegram.org/bots/api#rich-message-formatting-options: a page of headings, paragraphs, pictures, folded parts
and buttons in one message. Whatever comes from outside goes through MarkupSafe and is escaped there.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale
from markupsafe import Markup

from handlers.views.message import Button, plain_text

MAX_CHARACTERS = 32_768
"""Of text, without its markup."""
MAX_BYTES = 65_536
"""Of text with its markup. No limit of Telegram's is known; in messages without blocks it is 32,768."""
MAX_BLOCKS = 500
MAX_PICTURES = 50
MAX_BUTTONS = 8
"""In one row."""

RIGHT_TO_LEFT = "\u200f"
"""At the beginning of a message, it is laid out from right to left, see `turned`."""

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Controls and halves of characters, which no message can hold."""

_FIGURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a rich message. Blocks add up."""

    html: Markup
    characters: int
    """Of its text."""
    size: int
    """Bytes of its text and its markup."""
    blocks: int
    """How many blocks Telegram may count it for, the strictest way."""
    pictures: int = 0

    def __add__(self, other: "Block") -> "Block":
        return joined([self, other])

    @property
    def fits(self) -> bool:
        """Whether Telegram takes this as a message."""
        return (
            self.characters <= MAX_CHARACTERS
            and self.size <= MAX_BYTES
            and self.blocks <= MAX_BLOCKS
            and self.pictures <= MAX_PICTURES
        )


def joined(blocks: Iterable[Block]) -> Block:
    """Several blocks, one below the other."""
    some = list(blocks)
    return Block(
        Markup("").join(one.html for one in some),
        sum(one.characters for one in some),
        sum(one.size for one in some),
        sum(one.blocks for one in some),
        sum(one.pictures for one in some),
    )


def _block(html: Markup, blocks: int, pictures: int = 0) -> Block:
    if _NO_TEXT.search(html):
        html = Markup(_NO_TEXT.sub("", html))  # noqa: S704 - less of what is Markup
    return Block(html, len(plain_text(html)), len(html.encode()), blocks, pictures)


def heading(level: int, text: Markup, anchor: str = "") -> Block:
    """A heading, of level 1 … 6; links to `#anchor` lead to it."""
    place = Markup('<a name="{}"></a>').format(anchor) if anchor else Markup("")
    tag = Markup(f"h{level:d}")  # noqa: S704 - a number
    return _block(Markup("<{tag}>{place}{text}</{tag}>").format(tag=tag, place=place, text=text), 1)


def paragraph(text: Markup) -> Block:
    """A paragraph."""
    return _block(Markup("<p>{}</p>").format(text), 1)


def footer(text: Markup) -> Block:
    """Small print at the end."""
    return _block(Markup("<footer>{}</footer>").format(text), 1)


def rule() -> Block:
    """A line across the page."""
    return _block(Markup("<hr/>"), 1)


def picture(address: str, caption: str) -> Block:
    """A picture by its https address, with whose it is."""
    html = Markup('<figure><img src="{}"/><figcaption>{}</figcaption></figure>')
    return _block(html.format(address, caption), 3, pictures=1)


def folded(title: Markup, inside: Block) -> Block:
    """Blocks that a press on their title unfolds."""
    frame = _block(Markup("<details><summary>{}</summary></details>").format(title), 2)
    html = Markup("<details><summary>{}</summary>{}</details>").format(title, inside.html)
    return Block(
        html,
        frame.characters + inside.characters,
        frame.size + inside.size,
        frame.blocks + inside.blocks,
        inside.pictures,
    )


def buttons(row: Iterable[Button]) -> Block:
    """A row of buttons in the text. Raises ValueError for more than eight of them."""
    html = [
        Markup('<tg-button type="callback_data" data="{}">{}</tg-button>').format(
            button.data, button.label
        )
        for button in row
    ]
    if not 1 <= len(html) <= MAX_BUTTONS:
        raise ValueError(f"{len(html)} buttons in a row")
    inside = Markup("").join(html)
    return _block(Markup('<tg-button-row align="left">{}</tg-button-row>').format(inside), 1)


def link(address: str, text: Markup | str) -> Markup:
    """Text that leads somewhere; to a place of the same message if `address` begins with `#`."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def is_rtl(language: str) -> bool:
    """Whether a language (BCP 47) is written from right to left."""
    return str(Locale.parse(language, sep="-").text_direction) == "rtl"


def turned(html: str) -> bool:
    """Whether a message is laid out from right to left: as the first strong character says (Unicode, annex 9: P2)."""
    kinds = map(unicodedata.bidirectional, plain_text(html))
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def without_pictures(html: str) -> str:
    """The same message for a server that can't get one of its pictures."""
    return _FIGURE.sub("", html)
