"""Callback data: what a button means ↔ at most 64 bytes, in both directions.

Data begins with a version, so that buttons of an older Kawaraban are recognised as such. What comes
back from Telegram is a stranger's word: it is checked in form here, and against the chat by whoever acts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from storage.records import ArticleId, FeedId, Kind, Position, SubscriptionId, TopicId

VERSION = "1"
MAX_BYTES = 64
_LARGEST = 2**63 - 1


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


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """Choose a schedule, given in normal form."""

    schedule: str


@dataclass(frozen=True, slots=True)
class Show:
    """Run a command without argument."""

    command: str


Action = (
    Page
    | BestPage
    | Widen
    | ListPage
    | Follow
    | FollowFeed
    | KeepFeed
    | FindFeed
    | Unfollow
    | Undo
    | SetSchedule
    | Show
)

_OF_AN_ID: dict[str, Callable[[int], Action]] = {
    "f": lambda number: Follow(TopicId(number)),
    "F": lambda number: FollowFeed(FeedId(number)),
    "k": lambda number: KeepFeed(FeedId(number)),
    "n": lambda number: FindFeed(FeedId(number)),
    "u": lambda number: Unfollow(SubscriptionId(number)),
}
"""Actions that are said with one id, by their letter."""

_LETTERS: dict[type, str] = {
    Follow: "f",
    FollowFeed: "F",
    KeepFeed: "k",
    FindFeed: "n",
    Unfollow: "u",
}

_KINDS = {"f": Kind.FEED, "t": Kind.TOPIC}


def encode(action: Action) -> str:
    """The data of a button. Raises ValueError if it does not fit."""
    match action:
        case Page(topic_id, number, up_to, beyond, back):
            place = "" if beyond is None else f"{'<' if back else '>'}{_short(beyond)}"
            topic = "" if topic_id is None else _short(topic_id)
            parts = ["p", topic, str(number), _short(up_to), place]
        case BestPage(topic_id, number, up_to):
            parts = ["b", _short(topic_id), str(number), _short(up_to)]
        case Widen(subscription_id, name):
            parts = ["w", str(subscription_id), name]
        case ListPage(number, removing):
            parts = ["l", str(number), "r" if removing else ""]
        case Follow(id) | FollowFeed(id) | KeepFeed(id) | FindFeed(id) | Unfollow(id):
            parts = [_LETTERS[type(action)], str(id)]
        case Undo(kind, target, after_article):
            parts = ["z", kind.value[0], str(target), str(after_article)]
        case SetSchedule(schedule):
            parts = ["s", schedule]
        case Show(command):
            parts = ["c", command]
    data = ":".join([VERSION, *parts])
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"{len(data.encode())} bytes of callback data")
    return data


def decode(data: str) -> Action | None:
    """What a button means; None if it is none of ours, or of an older version."""
    version, _, rest = data.partition(":")
    if version != VERSION or len(data) > MAX_BYTES:
        return None
    try:
        return _decode(rest.split(":"))
    except ValueError:
        return None


def _decode(parts: list[str]) -> Action | None:
    match parts:
        case ["p", topic_id, number, up_to, place]:
            topic = TopicId(_long(topic_id)) if topic_id else None
            return _page_of(topic, _page(number), ArticleId(_long(up_to)), place)
        case ["b", topic_id, number, up_to]:
            return BestPage(TopicId(_long(topic_id)), _page(number), ArticleId(_long(up_to)))
        case ["w", subscription_id, name] if name:
            return Widen(SubscriptionId(_number(subscription_id)), name)
        case ["l", number, "" | "r" as removing]:
            return ListPage(_page(number), removing == "r")
        case [letter, id] if letter in _OF_AN_ID:
            return _OF_AN_ID[letter](_number(id))
        case ["z", "f" | "t" as kind, target, after_article]:
            return Undo(_KINDS[kind], _number(target), ArticleId(_number(after_article)))
        case ["s", *schedule] if schedule:
            return SetSchedule(":".join(schedule))
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


def _long(text: str) -> int:
    """The inverse of `_short`. Raises ValueError."""
    number = int(text, len(_DIGITS))
    if not 0 <= number <= _LARGEST or _short(number) != text:
        raise ValueError(text)
    return number


def _number(text: str, largest: int = _LARGEST) -> int:
    """A number as `encode` writes it. Raises ValueError."""
    number = int(text)
    if str(number) != text or not 0 <= number <= largest:
        raise ValueError(text)
    return number
