"""Messages as a person sees them, as plain text: with their buttons, and without what differs from run to run."""

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from bot.console.door import Person, buttons_of
from bot.console.rich import parse
from bot.console.rich_lines import lines
from bot.console.server import ConsoleTelegram

_CHANGING = (
    # The sample newsroom listens on another port each time.
    (re.compile(r"(?:http://)?127\.0\.0\.1:\d+"), "http://newsroom.example"),
    # So do the pages of a database fill up.
    (re.compile(r"\d+\.\d MB"), "0.0 MB"),
    # Tokens, and what else nobody is to guess.
    (re.compile(r"\bi_[\w-]{8,}"), "i_TOKEN"),
)


def as_text(message: dict[str, Any]) -> str:
    """A message with its buttons, a row of them on a line."""
    if "rich_message" in message:
        shown = [str(line) for line in lines(parse(message["rich_message"]["html"]), lambda _: 0)]
        # Numbers of buttons are the terminal's own.
        shown = [re.sub(r"\[0\] ?", "", line) for line in shown]
    else:
        shown = str(message.get("text", message.get("caption", ""))).split("\n")
    if "photo" in message:
        shown.insert(0, "(picture)")
    if "document" in message:
        shown.insert(0, f"(file {message['document']['file_name']})")
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    shown += [" ".join(f"[{button['text']}]" for button in row) for row in rows]
    text = "\n".join(line.rstrip() for line in shown)
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


@dataclass
class Seen:
    """What a press or a text brought about."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    """That were sent or edited, as they looked then."""
    toasts: list[str] = field(default_factory=list)
    """Words over the chat."""
    same: bool = False
    """True if a message was to be edited and looked so already."""


def number_of(message: dict[str, Any]) -> int:
    """What tells a message from others of its chat; one for a single person has 0 for its id."""
    return int(message["message_id"] or message["ephemeral_message_id"])


async def press(person: Person, server: ConsoleTelegram, message: Any, data: str) -> Seen:
    """Press a button of a message that may look otherwise by now; what comes of it."""
    chat = server.chats[person.chat_id]
    # As it was when the person saw it: they look at an old screen.
    kept = chat.messages if message["message_id"] else chat.whispers
    kept[number_of(message)] = copy.deepcopy(message)
    answered, called = len(server.answers), len(server.calls)
    came = await person.press_data(message, data)
    toasts = [str(one["text"]) for one in server.answers[answered:] if one.get("text")]
    # The log of calls is bounded: a press makes a few.
    methods = [method for method, _ in list(server.calls)[min(called, len(server.calls) - 20) :]]
    same = not came and any(
        method.startswith(("editMessage", "editEphemeral")) for method in methods
    )
    return Seen([copy.deepcopy(one) for one in came], toasts, same)


async def write(person: Person, text: str, **extra: Any) -> Seen:
    """Type a text; what comes of it."""
    return Seen([copy.deepcopy(one) for one in await person.type(text, **extra)])


def data_of(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The buttons of a message with what each sends; links and others that send nothing are left out."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    kept = [[one for one in row if "callback_data" in one] for row in rows]
    bare = {**message, "reply_markup": {"inline_keyboard": kept}}
    return buttons_of(bare)
