"""What a message that stands in a chat shows, as Telegram gives it back: its first line, and what its buttons send.

Rich messages come back as blocks, which python-telegram-bot leaves as they are
(https://core.telegram.org/bots/api#richmessage). All of it is a stranger's word.
"""

from collections.abc import Iterator
from typing import Any

from telegram import Message

_MOST = 20_000
"""Parts of a rich message that are looked at; there are fewer in any of ours."""


def first_line(message: Message) -> str:
    """The first line of what a message says; empty if it says nothing."""
    text = message.text or message.caption
    if text is None:
        text = "".join(_texts(_first_block(_rich(message))))
    return text.partition("\n")[0]


def data_of(message: Message) -> tuple[str, ...]:
    """What the buttons of a message send, those in the text of a rich one first, in their order."""
    inside = [
        data
        for part in _parts(_rich(message))
        if isinstance(part, dict) and isinstance(data := part.get("callback_data"), str)
    ]
    markup = message.reply_markup
    rows = () if markup is None else markup.inline_keyboard
    below = [one.callback_data for row in rows for one in row]
    return (*inside, *(data for data in below if isinstance(data, str)))


def _rich(message: Message) -> Any:
    return message.api_kwargs.get("rich_message")


def _first_block(rich: Any) -> Any:
    blocks = rich.get("blocks") if isinstance(rich, dict) else None
    return blocks[0] if isinstance(blocks, list) and blocks else None


def _texts(block: Any) -> Iterator[str]:
    """The pieces of a block's text: it is a string, a list of texts, or something with a text in it."""
    waiting = [block]
    for _ in range(_MOST):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, dict):
            waiting.append(part.get("text"))


def _parts(rich: Any) -> Iterator[Any]:
    """Everything inside a rich message, in its order."""
    waiting = [rich]
    for _ in range(_MOST):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, dict):
            waiting += reversed(list(part.values()))
