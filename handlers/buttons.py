"""Callback data: what a button means ↔ at most 64 bytes, in both directions.

Data begins with a version, so that buttons of an older Kawaraban are recognised as such. What comes
back from Telegram is a stranger's word: it is checked in form here, and against the chat by whoever acts.
What names a topic or a feed that need not be the chat's own has a seal behind the version: only the bot can
have made it, and only for this chat.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Any

from handlers import (
    admin_buttons,
    belonging_buttons,
    door_buttons,
    menu_buttons,
    offer_buttons,
    page_buttons,
)
from handlers.admin_buttons import AdminAction
from handlers.belonging_buttons import Belonging
from handlers.button_numbers import LAST_SECOND, long, number_of, short
from handlers.door_buttons import DoorAction
from handlers.menu_buttons import Drop, DropRow, MenuAction, Undo, UndoRow
from handlers.offer_buttons import OfferAction, SourceInstead
from handlers.page_buttons import BestPage, Page, PageAction, SaveAgain
from handlers.seals import is_sealed, seal
from storage.records import (
    FeedId,
    Layout,
    MuteId,
    StoryId,
    SubscriptionId,
    TopicId,
)

VERSION, SEALED = "1", "2"
MAX_BYTES = 64
_OFF = "0"
"""Behind what is taken back."""


@dataclass(frozen=True, slots=True)
class Widen:
    """Look for a name as well in a topic that is followed."""

    subscription_id: SubscriptionId
    name: str
    """Without a colon."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Follow a topic that was asked for."""

    topic_id: TopicId


@dataclass(frozen=True, slots=True)
class TrendOf:
    """Show how much of a topic there was lately."""

    topic_id: TopicId


@dataclass(frozen=True, slots=True)
class FollowFeed:
    """Follow one of the feeds that a page announces."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class KeepFeed:
    """Go on following a feed that is in trouble."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class FindFeed:
    """Look for the new address of a feed that is in trouble."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Stop following."""

    subscription_id: SubscriptionId


@dataclass(frozen=True, slots=True)
class Save:
    """Keep a story."""

    story_id: StoryId
    on: bool = True
    """False to keep it no longer."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Give a story a thumb."""

    story_id: StoryId
    up: bool
    on: bool = True
    """False to take that thumb back: two fast taps do one thing."""


@dataclass(frozen=True, slots=True)
class MuteOutlet:
    """Never show what a feed brings."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class Unmute:
    """Show again what was muted."""

    mute_id: MuteId


@dataclass(frozen=True, slots=True)
class Unsave:
    """Keep a story no longer."""

    story_id: StoryId
    at: int
    """When it was saved, in seconds since 1970: what the way back needs."""


class Mark(StrEnum):
    """What can be done to the stories of a digest."""

    SAVE = "s"
    UP = "u"
    DOWN = "d"
    MUTE = "m"
    SHARE = "h"
    WHY = "y"


@dataclass(frozen=True, slots=True)
class Marks:
    """Choose to which of a digest's stories something is done."""

    mark: Mark | None
    """None: back to the choice of what is done."""
    told_at: int
    """When the chat was told the digest, or shown it, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Forget all thumbs."""


@dataclass(frozen=True, slots=True)
class SetLayout:
    """Choose how digests look."""

    layout: Layout


@dataclass(frozen=True, slots=True)
class Show:
    """Run a command without argument."""

    command: str


Action = (
    PageAction
    | Widen
    | Follow
    | TrendOf
    | FollowFeed
    | KeepFeed
    | FindFeed
    | Unfollow
    | Save
    | Vote
    | MuteOutlet
    | Unmute
    | Unsave
    | SaveAgain
    | Marks
    | Forget
    | SetLayout
    | Show
    | Belonging
    | DoorAction
    | MenuAction
    | AdminAction
    | OfferAction
)

_OF_AN_ID: dict[str, Callable[[Any], Action]] = {
    "f": Follow,
    "t": TrendOf,
    "F": FollowFeed,
    "k": KeepFeed,
    "n": FindFeed,
    "u": Unfollow,
    "m": MuteOutlet,
    "M": Unmute,
}
"""Actions that are said with one id, by their letter."""

_LETTERS = {action: letter for letter, action in _OF_AN_ID.items()}

_SAY_OTHERS: tuple[Callable[[object], list[str]], ...] = (
    *(page_buttons.parts_of, menu_buttons.parts_of, belonging_buttons.parts_of),
    *(admin_buttons.parts_of, door_buttons.parts_of),
    offer_buttons.parts_of,
)
_READ_OTHERS: tuple[Callable[[list[str]], Action | None], ...] = (
    *(page_buttons.read, menu_buttons.read, belonging_buttons.read),
    *(admin_buttons.read, door_buttons.read),
    offer_buttons.read,
)
"""What is said, and read, of the actions that have rooms of their own."""

_NAMING = (BestPage, Follow, TrendOf, FollowFeed, SourceInstead, Undo, Drop, DropRow, UndoRow)
"""Actions with the number of a topic or a feed that nothing of the chat says may be named there."""


def names_others(action: Action) -> bool:
    """Whether an action is honoured only with the seal of its chat: or who counts up reads what others follow."""
    if isinstance(action, Page):
        return action.topic_id is not None
    return isinstance(action, _NAMING)


def encode(action: Action, key: str = "") -> str:
    """The data of a button in the chat with this key; without one, what needs a seal is out of date from the start.

    Raises ValueError if it does not fit.
    """
    said = ":".join(_opinion_parts(action) or _parts(action))
    version = VERSION
    if names_others(action):
        version = SEALED + seal(said, key)
    data = f"{version}:{said}"
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"{len(data.encode())} bytes of callback data")
    return data


def _opinion_parts(action: Action) -> list[str]:
    """What is said with what a chat thinks of stories; nothing for anything else."""
    match action:
        case Save(story_id, on):
            return ["v", str(story_id), *_off(on)]
        case Vote(story_id, up, on):
            return ["h", str(story_id), "+" if up else "-", *_off(on)]
        case Unsave(story_id, at):
            return ["V", str(story_id), short(at)]
        case SaveAgain(story_id, at):
            return ["q", str(story_id), short(at)]
        case Marks(mark, told_at):
            return ["x", "" if mark is None else mark.value, short(told_at)]
        case Forget():
            return ["g"]
    return []


def _off(on: bool) -> list[str]:
    return [] if on else [_OFF]


def _parts(action: Action) -> list[str]:
    letter = _LETTERS.get(type(action))
    if letter is not None:
        return [letter, str(astuple(action)[0])]
    match action:
        case Widen(subscription_id, name):
            return ["w", str(subscription_id), name]
        case SetLayout(layout):
            return ["y", layout.value]
        case Show(command):
            return ["c", command]
    for say in _SAY_OTHERS:
        if parts := say(action):
            return parts
    raise TypeError(action)


def decode(data: str, key: str = "") -> Action | None:
    """What a button means in the chat with this key; None if it is none of ours there, or of an older version.

    Without a key, what needs a seal is none of ours.
    """
    version, _, rest = data.partition(":")
    sealed = version.startswith(SEALED) and is_sealed(rest, version.removeprefix(SEALED), key)
    if not (sealed or version == VERSION) or len(data) > MAX_BYTES:
        return None
    action = _read(rest.split(":"))
    return action if action is not None and names_others(action) == sealed else None


def _read(parts: list[str]) -> Action | None:
    try:
        for read in _READ_OTHERS:
            if (action := read(parts)) is not None:
                return action
        return _decode_opinion(parts) or _decode(parts)
    except ValueError:
        return None


def _decode_opinion(parts: list[str]) -> Action | None:
    match parts:
        case ["v", story_id, *off] if off in ([], [_OFF]):
            return Save(StoryId(number_of(story_id)), not off)
        case ["h", story_id, "+" | "-" as thumb, *off] if off in ([], [_OFF]):
            return Vote(StoryId(number_of(story_id)), thumb == "+", not off)
        case ["V", story_id, at]:
            return Unsave(StoryId(number_of(story_id)), long(at, LAST_SECOND))
        case ["q", story_id, at]:
            return SaveAgain(StoryId(number_of(story_id)), long(at, LAST_SECOND))
        case ["x", mark, told_at]:
            return Marks(Mark(mark) if mark else None, long(told_at, LAST_SECOND))
        case ["g"]:
            return Forget()
    return None


def _decode(parts: list[str]) -> Action | None:
    match parts:
        case [letter, id] if letter in _OF_AN_ID:
            return _OF_AN_ID[letter](number_of(id))
        case ["w", subscription_id, name] if name:
            return Widen(SubscriptionId(number_of(subscription_id)), name)
        case ["y", layout]:
            return SetLayout(Layout(layout))
        case ["c", command] if command.isascii() and command.isalpha():
            return Show(command)
    return None
