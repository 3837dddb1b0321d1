"""What the buttons of a chat's belongings mean ↔ the parts of their data; `handlers.buttons` puts the version before."""

from dataclasses import dataclass

from handlers.button_numbers import LAST_SECOND, number_of
from storage.records import FeedId, MuteId, StoryId

LETTER = "e"
"""All of these begin with it."""


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
class Why:
    """Say why a story was told."""

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


@dataclass(frozen=True, slots=True)
class ShowAgain:
    """Show again what is muted, in the list, where its button becomes the way back."""

    mute_id: MuteId
    of: FeedId | str
    """A feed, or words: what the way back needs."""


@dataclass(frozen=True, slots=True)
class MuteAgain:
    """Mute again what was just shown again, in its old place of the list."""

    place: MuteId
    of: FeedId | str
    """A feed, or words."""


@dataclass(frozen=True, slots=True)
class MuteBack:
    """Likewise, where the whole message says what holds then."""

    place: MuteId
    of: FeedId | str
    """A feed, or words."""


Belonging = (
    SendAll
    | SendSaved
    | Erase
    | Share
    | Why
    | ForgetThumbs
    | MuteBelow
    | UndoMute
    | ShowAgain
    | MuteAgain
    | MuteBack
)


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
        case Why(story_id):
            return [LETTER, "w", str(story_id)]
        case ForgetThumbs(sure):
            return [LETTER, "t", "+" if sure else "-"]
    return _mute_parts(action)


def _mute_parts(action: object) -> list[str]:
    match action:
        case MuteBelow(feed_id, told_at):
            return [LETTER, "m", str(feed_id), str(told_at)]
        case UndoMute(mute_id, told_at):
            return [LETTER, "u", str(mute_id), "" if told_at is None else str(told_at)]
        case ShowAgain(mute_id, str() as words):
            return [LETTER, "A", str(mute_id), words]
        case ShowAgain(mute_id, feed_id):
            return [LETTER, "a", str(mute_id), str(feed_id)]
        case MuteAgain(place, str() as words):
            return [LETTER, "W", str(place), words]
        case MuteAgain(place, feed_id):
            return [LETTER, "f", str(place), str(feed_id)]
        case MuteBack(place, str() as words):
            return [LETTER, "V", str(place), words]
        case MuteBack(place, feed_id):
            return [LETTER, "F", str(place), str(feed_id)]
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
            return Share(StoryId(number_of(story_id)))
        case ["e", "w", story_id]:
            return Why(StoryId(number_of(story_id)))
        case ["e", "t", "+" | "-" as sure]:
            return ForgetThumbs(sure == "+")
    return _read_mute(parts)


def _read_mute(parts: list[str]) -> Belonging | None:
    match parts:
        case ["e", "m", feed_id, told_at]:
            at = number_of(told_at, LAST_SECOND)
            return MuteBelow(FeedId(number_of(feed_id)), at)
        case ["e", "u", mute_id, told_at]:
            below = number_of(told_at, LAST_SECOND) if told_at else None
            return UndoMute(MuteId(number_of(mute_id)), below)
        case ["e", "a", mute_id, feed_id]:
            return ShowAgain(MuteId(number_of(mute_id)), FeedId(number_of(feed_id)))
        case ["e", "A", mute_id, *words] if words and words != [""]:
            return ShowAgain(MuteId(number_of(mute_id)), ":".join(words))
        case ["e", "f", place, feed_id]:
            feed = FeedId(number_of(feed_id))
            return MuteAgain(MuteId(number_of(place)), feed)
        case ["e", "W", place, *words] if words and words != [""]:
            return MuteAgain(MuteId(number_of(place)), ":".join(words))
        case ["e", "F", place, feed_id]:
            return MuteBack(MuteId(number_of(place)), FeedId(number_of(feed_id)))
        case ["e", "V", place, *words] if words and words != [""]:
            return MuteBack(MuteId(number_of(place)), ":".join(words))
    return None
