"""What buttons about who may use the bot, and for which channel, mean ↔ the parts of their data.

`handlers.buttons` puts the version before.
"""

import re
from dataclasses import dataclass

from handlers.button_numbers import LAST_SECOND, number_of
from storage.records import ChatId

LETTER = "D"
"""All of these begin with it."""

_LARGEST_ID = 1 << 52
_MOST_USES = 1000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class RunChannel:
    """Run a channel from this chat; None: run none any more."""

    channel: ChatId | None


@dataclass(frozen=True, slots=True)
class ListInvites:
    """Show the links that let somebody in."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """Let a link let nobody in any more."""

    token: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Undo that."""

    token: str
    uses_left: int
    expires_at: int
    """In seconds since 1970."""


@dataclass(frozen=True, slots=True)
class LetBack:
    """Lift somebody's ban."""

    id: int


@dataclass(frozen=True, slots=True)
class BanAgain:
    """Undo that."""

    id: int


DoorAction = RunChannel | ListInvites | Revoke | Reopen | LetBack | BanAgain


def parts_of(action: object) -> list[str]:
    """What an action is said with; nothing for one that is none of these."""
    match action:
        case RunChannel(channel):
            return [LETTER, "c", "" if channel is None else str(channel)]
        case ListInvites():
            return [LETTER, "i"]
        case Revoke(token):
            return [LETTER, "r", token]
        case Reopen(token, uses_left, expires_at):
            return [LETTER, "o", token, str(uses_left), str(expires_at)]
        case LetBack(id):
            return [LETTER, "l", str(id)]
        case BanAgain(id):
            return [LETTER, "b", str(id)]
    return []


def read(parts: list[str]) -> DoorAction | None:
    """The inverse, from a stranger; None if it is none of these. Raises ValueError."""
    match parts:
        case ["D", "c", channel]:
            return RunChannel(ChatId(_id(channel)) if channel else None)
        case ["D", "i"]:
            return ListInvites()
        case ["D", "r", token]:
            return Revoke(_token(token))
        case ["D", "o", token, uses_left, expires_at]:
            uses = number_of(uses_left, _MOST_USES, 1)
            return Reopen(_token(token), uses, number_of(expires_at, LAST_SECOND, 1))
        case ["D", "l", id]:
            return LetBack(_id(id))
        case ["D", "b", id]:
            return BanAgain(_id(id))
    return None


def _token(text: str) -> str:
    if _TOKEN.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _id(text: str) -> int:
    return (-1 if text.startswith("-") else 1) * number_of(text.removeprefix("-"), _LARGEST_ID, 1)
