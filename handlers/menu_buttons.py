"""What the buttons of menus mean ↔ the parts of their data; `handlers.buttons` puts version and letter before them.

Buttons that turn something on or off say which of both they do: two fast taps do one thing.
"""

from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from handlers.button_numbers import long, page_of, short
from news.schedule import DAYS
from storage.records import ArticleId, FeedId, Kind, SubscriptionId

LETTER = "a"
"""All of these begin with it."""


class Via(StrEnum):
    """From where somebody came to a screen, and goes back to."""

    COMMAND = "c"
    SETTINGS = "s"
    START = "w"


class FirstStep(StrEnum):
    """The screens of the first minute."""

    HOME = "h"
    TOPICS = "t"
    SOURCES = "s"
    """The sources that are nearest to the reader."""
    REGIONS = "r"
    ZONE = "z"
    DONE = "d"


@dataclass(frozen=True, slots=True)
class Setup:
    """Show a screen of the first minute."""

    step: FirstStep


@dataclass(frozen=True, slots=True)
class PickTopic:
    """Follow a topic of the short list, or not."""

    key: str
    """As in `handlers.views.first_steps.TOPICS`."""
    on: bool


@dataclass(frozen=True, slots=True)
class Region:
    """Show a page of the sources of a region."""

    code: int
    """See `code_of`."""
    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class PickFeed:
    """Follow a source of a region, or not."""

    feed_id: FeedId
    on: bool
    region: Region
    """The page on which its button stands."""


@dataclass(frozen=True, slots=True)
class PickZone:
    """Take a place's clock, in the first minute."""

    zone: str
    """As IANA calls it."""


ANY_DAY = "any"
"""In place of days: they are to be chosen first."""

PERIODS = ("daily", "weekdays", *DAYS)
"""What days may be chosen."""


@dataclass(frozen=True, slots=True)
class Times:
    """Show when digests may come, or one subscription."""

    via: Via
    of: SubscriptionId | None = None
    """None for the digests of the chat."""
    days: str = ""
    """Of PERIODS, to choose an hour; ANY_DAY, to choose days; empty for the usual times."""


@dataclass(frozen=True, slots=True)
class SetTimes:
    """Choose when digests come, or one subscription."""

    via: Via
    of: SubscriptionId | None
    schedule: str
    """Normal form; "chat" for a subscription that goes with the others."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Show a screen of the settings."""

    name: str = ""
    """Empty for all of them."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose a value on a screen of the settings."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Choose the language of the chat."""

    via: Via
    code: str
    """Empty to show what there is."""


@dataclass(frozen=True, slots=True)
class Item:
    """Show one thing that the chat follows."""

    subscription_id: SubscriptionId


@dataclass(frozen=True, slots=True)
class ItemStories:
    """Show its last stories."""

    subscription_id: SubscriptionId


@dataclass(frozen=True, slots=True)
class Drop:
    """Stop following: with all that its undoing needs, so that a second tap says the same."""

    kind: Kind
    target: int
    after_article: ArticleId
    schedule: str
    """Its own, in normal form; empty for that of its chat."""
    place: SubscriptionId
    """What gives it back its place in the list."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Follow again what was unfollowed, from the article on from which it was."""

    of: Drop


@dataclass(frozen=True, slots=True)
class DropRow:
    """Stop following in the list, where its row becomes the way back."""

    of: Drop


@dataclass(frozen=True, slots=True)
class UndoRow:
    """Follow again in the list, where its row becomes what it was."""

    of: Drop


MenuAction = (
    Setup
    | PickTopic
    | Region
    | PickFeed
    | PickZone
    | Times
    | SetTimes
    | Screen
    | Choose
    | Speak
    | Item
    | ItemStories
    | Drop
    | Undo
    | DropRow
    | UndoRow
)

_KINDS = {"f": Kind.FEED, "t": Kind.TOPIC}


def code_of(region: str) -> int:
    """A short number for the name of a region, which stays when others come and go."""
    return crc32(region.encode())


def parts_of(action: object) -> list[str]:
    """The parts of a button's data; empty for what is no button of a menu."""
    parts = _first_parts(action) or _other_parts(action)
    return [LETTER, *parts] if parts else []


def _first_parts(action: object) -> list[str]:
    match action:
        case Setup(step):
            return ["w", step.value]
        case PickTopic(key, on):
            return ["t", key, _sign(on)]
        case Region(code, number):
            return ["r", short(code), str(number)]
        case PickFeed(feed_id, on, region):
            return ["f", short(feed_id), _sign(on), short(region.code), str(region.number)]
        case PickZone(zone):
            return ["Z", zone]
        case Speak(via, code):
            return ["l", via.value, code]
    return []


def _other_parts(action: object) -> list[str]:
    match action:
        case Times(via, of, days):
            return ["d", via.value, _of(of), days]
        case SetTimes(via, of, schedule):
            return ["s", via.value, _of(of), schedule]
        case Screen(name):
            return ["e", name]
        case Choose(name, value):
            return ["c", name, value]
        case Item(id):
            return ["i", short(id)]
        case ItemStories(id):
            return ["n", short(id)]
    return _drop_parts(action)


def _drop_parts(action: object) -> list[str]:
    match action:
        case Drop():
            return ["x", *_placed(action)]
        case Undo(of):
            return ["u", *_placed(of)]
        case DropRow(of):
            return ["y", *_placed(of)]
        case UndoRow(of):
            return ["z", *_placed(of)]
    return []


def _placed(of: Drop) -> list[str]:
    numbers = (of.target, of.after_article, of.place)
    return [of.kind.value[0], *map(short, numbers), of.schedule]


def _from_placed(parts: list[str]) -> Drop:
    """The inverse of `_placed`. Raises ValueError."""
    kind, target, after_article, place, *schedule = parts
    if kind not in _KINDS or not schedule:
        raise ValueError(parts)
    after = ArticleId(long(after_article))
    return Drop(_KINDS[kind], long(target), after, ":".join(schedule), SubscriptionId(long(place)))


def read(parts: list[str]) -> MenuAction | None:
    """The inverse of `parts_of`; None for what it never gives. Raises ValueError likewise."""
    if parts[:1] != [LETTER]:
        return None
    return _read_first(parts[1:]) or _read_other(parts[1:])


def _read_first(parts: list[str]) -> MenuAction | None:
    match parts:
        case ["w", step]:
            return Setup(FirstStep(step))
        case ["t", key, "+" | "-" as sign] if key:
            return PickTopic(key, sign == "+")
        case ["r", code, number]:
            return Region(long(code), page_of(number))
        case ["f", feed_id, "+" | "-" as sign, code, number]:
            region = Region(long(code), page_of(number))
            return PickFeed(FeedId(long(feed_id)), sign == "+", region)
        case ["Z", zone] if zone:
            return PickZone(zone)
        case ["l", via, code] if code == "" or (code.isascii() and code.isalpha()):
            return Speak(Via(via), code)
    return None


def _read_other(parts: list[str]) -> MenuAction | None:
    match parts:
        case ["d", via, of, days] if days in ("", ANY_DAY, *PERIODS):
            return Times(Via(via), _from_of(of), days)
        case ["s", via, of, *schedule] if schedule:
            return SetTimes(Via(via), _from_of(of), ":".join(schedule))
        case ["e", name] if name == "" or name.isalpha():
            return Screen(name)
        case ["c", name, *value] if name.isalpha() and value:
            return Choose(name, ":".join(value))
        case ["i", id]:
            return Item(SubscriptionId(long(id)))
        case ["n", id]:
            return ItemStories(SubscriptionId(long(id)))
    return _read_drop(parts)


def _read_drop(parts: list[str]) -> MenuAction | None:
    match parts:
        case ["x", *placed]:
            return _from_placed(placed)
        case ["u", *placed]:
            return Undo(_from_placed(placed))
        case ["y", *placed]:
            return DropRow(_from_placed(placed))
        case ["z", *placed]:
            return UndoRow(_from_placed(placed))
    return None


def _sign(on: bool) -> str:
    return "+" if on else "-"


def _of(id: SubscriptionId | None) -> str:
    return "" if id is None else short(id)


def _from_of(text: str) -> SubscriptionId | None:
    return SubscriptionId(long(text)) if text else None
