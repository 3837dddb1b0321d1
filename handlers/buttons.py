"""Callback data: what a button means ↔ at most 64 bytes, in both directions.

Data begins with a version, so that buttons of an older Kawaraban are recognised as such. What comes
back from Telegram is a stranger's word: it is checked in form here, and against the chat by whoever acts.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import StrEnum

from handlers import admin_buttons, belonging_buttons, door_buttons, menu_buttons
from handlers.admin_buttons import AdminAction
from handlers.belonging_buttons import Belonging
from handlers.door_buttons import DoorAction
from handlers.menu_buttons import MenuAction
from storage.records import (
    ArticleId,
    FeedId,
    Kind,
    Layout,
    MuteId,
    Position,
    StoryId,
    SubscriptionId,
    TopicId,
)

VERSION = "1"
MAX_BYTES = 64
_LARGEST = 2**63 - 1
_LAST_SECOND = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the latest stories."""

    topic_id: TopicId | None
    """None: what the chat follows, or everything."""
    number: int
    """From 1."""
    up_to: ArticleId
    """Articles after this one are left out, so that pages don't shift."""
    beyond: Position | None = None
    """The page begins behind this place of the list; None for the first one."""
    back: bool = False
    """True if it ends before that place instead."""


@dataclass(frozen=True, slots=True)
class BestPage:
    """A page of the stories that belong best to a query."""

    topic_id: TopicId
    number: int
    """From 1."""
    up_to: ArticleId
    """As above."""


@dataclass(frozen=True, slots=True)
class ReadOn:
    """Begin to read what a digest left out."""

    after: ArticleId
    up_to: ArticleId
    """Between which articles its news was."""


@dataclass(frozen=True, slots=True)
class RestPage:
    """A page of what a digest left out."""

    after: ArticleId
    up_to: ArticleId
    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Widen:
    """Look for a name as well in a topic that is followed."""

    subscription_id: SubscriptionId
    name: str
    """Without a colon."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the subscriptions."""

    number: int
    removing: bool
    """True in the list that /unsubscribe shows."""


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
class Undo:
    """Follow again what was unfollowed, from the article on from which it was."""

    kind: Kind
    target: int
    after_article: ArticleId
    schedule: str = ""
    """Its own, in normal form; empty for that of its chat."""


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """Choose a schedule, given in normal form."""

    schedule: str


@dataclass(frozen=True, slots=True)
class Save:
    """Keep a story."""

    story_id: StoryId


@dataclass(frozen=True, slots=True)
class Vote:
    """Give a story a thumb."""

    story_id: StoryId
    up: bool


@dataclass(frozen=True, slots=True)
class MuteOutlet:
    """Never show what a feed brings."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class Unmute:
    """Show again what was muted."""

    mute_id: MuteId


@dataclass(frozen=True, slots=True)
class MutePage:
    """A page of what is muted."""

    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Unsave:
    """Keep a story no longer."""

    story_id: StoryId


@dataclass(frozen=True, slots=True)
class SaveAgain:
    """Keep a story as if it had never been taken from those that are kept."""

    story_id: StoryId
    at: int
    """When it was saved, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of the stories that are kept."""

    number: int
    """From 1."""


class Mark(StrEnum):
    """What can be done to the stories of a digest."""

    SAVE = "s"
    UP = "u"
    DOWN = "d"
    MUTE = "m"
    SHARE = "h"


@dataclass(frozen=True, slots=True)
class Marks:
    """Choose to which of a digest's stories something is done."""

    mark: Mark | None
    """None: back to the choice of what is done."""
    told_at: int
    """When the chat was told the digest, in seconds since 1970."""


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
    Page
    | BestPage
    | ReadOn
    | RestPage
    | Widen
    | ListPage
    | Follow
    | TrendOf
    | FollowFeed
    | KeepFeed
    | FindFeed
    | Unfollow
    | Undo
    | SetSchedule
    | Save
    | Vote
    | MuteOutlet
    | Unmute
    | MutePage
    | Unsave
    | SaveAgain
    | SavedPage
    | Marks
    | Forget
    | SetLayout
    | Show
    | Belonging
    | DoorAction
    | MenuAction
    | AdminAction
)

_OF_AN_ID: dict[str, Callable[[int], Action]] = {
    "f": lambda number: Follow(TopicId(number)),
    "t": lambda number: TrendOf(TopicId(number)),
    "F": lambda number: FollowFeed(FeedId(number)),
    "k": lambda number: KeepFeed(FeedId(number)),
    "n": lambda number: FindFeed(FeedId(number)),
    "u": lambda number: Unfollow(SubscriptionId(number)),
    "v": lambda number: Save(StoryId(number)),
    "m": lambda number: MuteOutlet(FeedId(number)),
    "M": lambda number: Unmute(MuteId(number)),
    "V": lambda number: Unsave(StoryId(number)),
}
"""Actions that are said with one id, by their letter."""

_LETTERS: dict[type, str] = {
    Follow: "f",
    TrendOf: "t",
    FollowFeed: "F",
    KeepFeed: "k",
    FindFeed: "n",
    Unfollow: "u",
    Save: "v",
    MuteOutlet: "m",
    Unmute: "M",
    Unsave: "V",
}

_SAY_OTHERS: tuple[Callable[[object], list[str]], ...] = (
    *(menu_buttons.parts_of, belonging_buttons.parts_of),
    *(admin_buttons.parts_of, door_buttons.parts_of),
)
_READ_OTHERS: tuple[Callable[[list[str]], Action | None], ...] = (
    *(menu_buttons.read, belonging_buttons.read),
    *(admin_buttons.read, door_buttons.read),
)
"""What is said, and read, of the actions that have rooms of their own."""

_KINDS = {"f": Kind.FEED, "t": Kind.TOPIC}


def encode(action: Action) -> str:
    """The data of a button. Raises ValueError if it does not fit."""
    parts = _page_parts(action) or _opinion_parts(action) or _parts(action)
    data = ":".join([VERSION, *parts])
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"{len(data.encode())} bytes of callback data")
    return data


def _page_parts(action: Action) -> list[str]:
    """What pages are said with; nothing for what is none."""
    match action:
        case Page(topic_id, number, up_to, beyond, back):
            place = "" if beyond is None else f"{'<' if back else '>'}{_short(beyond)}"
            topic = "" if topic_id is None else _short(topic_id)
            return ["p", topic, str(number), _short(up_to), place]
        case BestPage(topic_id, number, up_to):
            return ["b", _short(topic_id), str(number), _short(up_to)]
        case ReadOn(after, up_to):
            return ["o", _short(after), _short(up_to)]
        case RestPage(after, up_to, number):
            return ["r", _short(after), _short(up_to), str(number)]
        case ListPage(number, removing):
            return ["l", str(number), "r" if removing else ""]
        case SavedPage(number):
            return ["L", str(number)]
        case MutePage(number):
            return ["P", str(number)]
    return []


def _opinion_parts(action: Action) -> list[str]:
    """What is said with what a chat thinks of stories; nothing for anything else."""
    match action:
        case Vote(story_id, up):
            return ["h", str(story_id), "+" if up else "-"]
        case SaveAgain(story_id, at):
            return ["q", str(story_id), _short(at)]
        case Marks(mark, told_at):
            return ["x", "" if mark is None else mark.value, _short(told_at)]
        case Forget():
            return ["g"]
    return []


def _parts(action: Action) -> list[str]:
    letter = _LETTERS.get(type(action))
    if letter is not None:
        return [letter, str(astuple(action)[0])]
    match action:
        case Widen(subscription_id, name):
            return ["w", str(subscription_id), name]
        case Undo(kind, target, after_article, schedule):
            own = [schedule] if schedule else []
            return ["z", kind.value[0], str(target), str(after_article), *own]
        case SetSchedule(schedule):
            return ["s", schedule]
        case SetLayout(layout):
            return ["y", layout.value]
        case Show(command):
            return ["c", command]
    for say in _SAY_OTHERS:
        if parts := say(action):
            return parts
    raise TypeError(action)


def decode(data: str) -> Action | None:
    """What a button means; None if it is none of ours, or of an older version."""
    version, _, rest = data.partition(":")
    if version != VERSION or len(data) > MAX_BYTES:
        return None
    try:
        parts = rest.split(":")
        for read in _READ_OTHERS:
            if (action := read(parts)) is not None:
                return action
        return _decode_page(parts) or _decode_opinion(parts) or _decode(parts)
    except ValueError:
        return None


def _decode_page(parts: list[str]) -> Action | None:
    match parts:
        case ["p", topic_id, number, up_to, place]:
            topic = TopicId(_long(topic_id)) if topic_id else None
            return _page_of(topic, _page(number), ArticleId(_long(up_to)), place)
        case ["b", topic_id, number, up_to]:
            return BestPage(TopicId(_long(topic_id)), _page(number), ArticleId(_long(up_to)))
        case ["o", after, up_to]:
            return ReadOn(ArticleId(_long(after)), ArticleId(_long(up_to)))
        case ["r", after, up_to, number]:
            return RestPage(ArticleId(_long(after)), ArticleId(_long(up_to)), _page(number))
        case ["l", number, "" | "r" as removing]:
            return ListPage(_page(number), removing == "r")
        case ["L", number]:
            return SavedPage(_page(number))
        case ["P", number]:
            return MutePage(_page(number))
    return None


def _decode_opinion(parts: list[str]) -> Action | None:
    match parts:
        case ["h", story_id, "+" | "-" as thumb]:
            return Vote(StoryId(_number(story_id)), thumb == "+")
        case ["q", story_id, at]:
            return SaveAgain(StoryId(_number(story_id)), _long(at, _LAST_SECOND))
        case ["x", mark, told_at]:
            return Marks(Mark(mark) if mark else None, _long(told_at, _LAST_SECOND))
        case ["g"]:
            return Forget()
    return None


def _decode(parts: list[str]) -> Action | None:
    match parts:
        case [letter, id] if letter in _OF_AN_ID:
            return _OF_AN_ID[letter](_number(id))
        case ["w", subscription_id, name] if name:
            return Widen(SubscriptionId(_number(subscription_id)), name)
        case ["z", "f" | "t" as kind, target, after_article, *own]:
            after = ArticleId(_number(after_article))
            return Undo(_KINDS[kind], _number(target), after, ":".join(own))
        case ["s", *schedule] if schedule:
            return SetSchedule(":".join(schedule))
        case ["y", layout]:
            return SetLayout(Layout(layout))
        case ["c", command] if command.isascii() and command.isalpha():
            return Show(command)
    return None


def _page_of(topic_id: TopicId | None, number: int, up_to: ArticleId, place: str) -> Page:
    if not place:
        return Page(topic_id, number, up_to)
    if place[0] not in "<>":
        raise ValueError(place)
    return Page(topic_id, number, up_to, Position(_long(place[1:])), place[0] == "<")


def _page(text: str) -> int:
    number = _number(text, 10_000)
    if number < 1:
        raise ValueError(text)
    return number


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _short(number: int) -> str:
    """A number to the base 36: three large ones fit into one button."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _long(text: str, largest: int = _LARGEST) -> int:
    """The inverse of `_short`. Raises ValueError."""
    number = int(text, len(_DIGITS))
    if not 0 <= number <= largest or _short(number) != text:
        raise ValueError(text)
    return number


def _number(text: str, largest: int = _LARGEST) -> int:
    """A number as `encode` writes it. Raises ValueError."""
    number = int(text)
    if str(number) != text or not 0 <= number <= largest:
        raise ValueError(text)
    return number
