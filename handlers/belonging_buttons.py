"""What the buttons of a chat's belongings mean ↔ the parts of their data; `handlers.buttons` puts the version before."""

from dataclasses import dataclass

from storage.records import FeedId, MuteId, StoryId

LETTER = "e"
"""All of these begin with it."""

_LARGEST = 2**63 - 1
_LAST_SECOND = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SendAll:
    """Send everything that is kept of the chat as a file."""


@dataclass(frozen=True, slots=True)
class SendSaved:
    """Send the stories that the chat keeps as a file."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete everything that is kept of the chat, or leave it."""

    sure: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Show one story by itself, to be handed on."""

    story_id: StoryId


@dataclass(frozen=True, slots=True)
class ForgetThumbs:
    """Forget all thumbs, or leave them: the answer to the question whether."""

    sure: bool


@dataclass(frozen=True, slots=True)
class MuteBelow:
    """Never show what a feed brings, chosen in the row below a digest."""

    feed_id: FeedId
    told_at: int
    """When the chat was told that digest, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class UndoMute:
    """Show again what was muted below a digest."""

    mute_id: MuteId
    told_at: int | None
    """When the chat was told that digest, in seconds since 1970; None if no row below it marks its stories."""


Belonging = SendAll | SendSaved | Erase | Share | ForgetThumbs | MuteBelow | UndoMute


def parts_of(action: object) -> list[str]:
    """What an action is said with; nothing for one that is none of these."""
    match action:
        case SendAll():
            return [LETTER, "j"]
        case SendSaved():
            return [LETTER, "h"]
        case Erase(sure):
            return [LETTER, "x", "+" if sure else "-"]
        case Share(story_id):
            return [LETTER, "s", str(story_id)]
        case ForgetThumbs(sure):
            return [LETTER, "t", "+" if sure else "-"]
        case MuteBelow(feed_id, told_at):
            return [LETTER, "m", str(feed_id), str(told_at)]
        case UndoMute(mute_id, told_at):
            return [LETTER, "u", str(mute_id), "" if told_at is None else str(told_at)]
    return []


def read(parts: list[str]) -> Belonging | None:
    """The inverse, from a stranger; None if it is none of these. Raises ValueError."""
    match parts:
        case ["e", "j"]:
            return SendAll()
        case ["e", "h"]:
            return SendSaved()
        case ["e", "x", "+" | "-" as sure]:
            return Erase(sure == "+")
        case ["e", "s", story_id]:
            return Share(StoryId(_number(story_id, _LARGEST)))
        case ["e", "t", "+" | "-" as sure]:
            return ForgetThumbs(sure == "+")
        case ["e", "m", feed_id, told_at]:
            at = _number(told_at, _LAST_SECOND)
            return MuteBelow(FeedId(_number(feed_id, _LARGEST)), at)
        case ["e", "u", mute_id, told_at]:
            below = _number(told_at, _LAST_SECOND) if told_at else None
            return UndoMute(MuteId(_number(mute_id, _LARGEST)), below)
    return None


def _number(text: str, largest: int) -> int:
    number = int(text)
    if str(number) != text or not 0 <= number <= largest:
        raise ValueError(text)
    return number
