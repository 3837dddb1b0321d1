"""What the buttons that turn pages mean ↔ the parts of their data; `handlers.buttons` puts the version before."""

from dataclasses import dataclass

from handlers.button_numbers import LAST_SECOND, long, number_of, page_of, short
from storage.records import ArticleId, MuteId, Position, StoryId, SubscriptionId, TopicId


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
    followed: bool = False
    """Without a topic: True for what the chat follows, False for everything."""


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
class ReadOnShown:
    """Begin to read what a digest left out that the chat was shown when it asked for one."""

    shown_at: int
    """When that was, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of what such a digest left out."""

    shown_at: int
    """As above."""
    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the subscriptions."""

    number: int
    """From 1, for a page with neither of the following."""
    removing: bool
    """True in the list that /unsubscribe shows."""
    beyond: SubscriptionId | None = None
    """The page begins behind this one, whatever was removed since."""
    back: bool = False
    """True if it ends before it instead."""


@dataclass(frozen=True, slots=True)
class ListAround:
    """The page of the subscriptions on which one stands, or stood."""

    subscription_id: SubscriptionId


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
    """From 1, for a page with neither of the following."""
    beyond: SaveAgain | None = None
    """The page begins behind this story, whatever was removed since."""
    back: bool = False
    """True if it ends before it instead."""


@dataclass(frozen=True, slots=True)
class MutePage:
    """A page of what is muted."""

    number: int
    """From 1, for a page with neither of the following."""
    beyond: MuteId | None = None
    """The page begins behind this one, whatever was removed since."""
    back: bool = False
    """True if it ends before it instead."""


@dataclass(frozen=True, slots=True)
class PageEnd:
    """Say that there is no page in this direction."""

    first: bool
    """True before the first page, False behind the last one."""


PageAction = (
    Page
    | BestPage
    | ReadOn
    | RestPage
    | ReadOnShown
    | ShownPage
    | ListPage
    | ListAround
    | SavedPage
    | MutePage
    | PageEnd
)

_LISTS = {True: "+", False: "*"}
"""What stands in the place of a topic, by whether a list is of what the chat follows."""
_BY_SIGN = {sign: followed for followed, sign in _LISTS.items()}


def parts_of(action: object) -> list[str]:
    """What is said with a button that turns a page; nothing for any other."""
    if isinstance(action, ListAround):
        return ["j", str(action.subscription_id)]
    if isinstance(action, PageEnd):
        return ["E", "<" if action.first else ">"]
    return _page_parts(action) or _rest_parts(action)


def read(parts: list[str]) -> PageAction | None:
    """The inverse; None for what turns no page. Raises ValueError for numbers that are none."""
    match parts:
        case ["j", subscription_id]:
            return ListAround(SubscriptionId(number_of(subscription_id)))
        case ["E", "<" | ">" as end]:
            return PageEnd(end == "<")
    return _read_page(parts) or _read_rest(parts)


def _page_parts(action: object) -> list[str]:
    """What pages are said with; nothing for what is none."""
    match action:
        case Page(topic_id, number, up_to, beyond, back, followed):
            [place] = _place(beyond, back) or [""]
            of = _LISTS[followed] if topic_id is None else short(topic_id)
            return ["p", of, str(number), short(up_to), place]
        case BestPage(topic_id, number, up_to):
            return ["b", short(topic_id), str(number), short(up_to)]
        case ListPage(number, removing, beyond, back):
            return ["l", str(number), "r" if removing else "", *_place(beyond, back)]
        case SavedPage(number, None):
            return ["L", str(number)]
        case SavedPage(number, SaveAgain(story_id, at), back):
            return ["L", str(number), *_place(story_id, back), short(at)]
        case MutePage(number, beyond, back):
            return ["P", str(number), *_place(beyond, back)]
    return []


def _rest_parts(action: object) -> list[str]:
    """What is said with what a digest left out; nothing for anything else."""
    match action:
        case ReadOn(after, up_to):
            return ["o", short(after), short(up_to)]
        case RestPage(after, up_to, number):
            return ["r", short(after), short(up_to), str(number)]
        case ReadOnShown(shown_at):
            return ["O", short(shown_at)]
        case ShownPage(shown_at, number):
            return ["R", short(shown_at), str(number)]
    return []


def _place(beyond: int | None, back: bool) -> list[str]:
    """Behind or before what a page stands; nothing for a page with a number alone."""
    return [] if beyond is None else [f"{'<' if back else '>'}{short(beyond)}"]


def _read_page(parts: list[str]) -> PageAction | None:
    match parts:
        case ["p", topic_id, number, up_to, place]:
            topic = None if topic_id in _BY_SIGN else TopicId(long(topic_id))
            beyond, back = _from_place([place] if place else [])
            behind = None if beyond is None else Position(beyond)
            of_what = topic, page_of(number), ArticleId(long(up_to))
            return Page(*of_what, behind, back, _BY_SIGN.get(topic_id, False))
        case ["b", topic_id, number, up_to]:
            return BestPage(TopicId(long(topic_id)), page_of(number), ArticleId(long(up_to)))
        case ["l", number, "" | "r" as removing, *place] if len(place) < 2:
            beyond, back = _from_place(place)
            of = None if beyond is None else SubscriptionId(beyond)
            return ListPage(page_of(number), removing == "r", of, back)
        case ["L", number]:
            return SavedPage(page_of(number))
        case ["L", number, place, at]:
            beyond, back = _from_place([place])
            story = SaveAgain(StoryId(beyond or 0), long(at, LAST_SECOND))
            return SavedPage(page_of(number), story, back)
        case ["P", number, *place] if len(place) < 2:
            beyond, back = _from_place(place)
            return MutePage(page_of(number), None if beyond is None else MuteId(beyond), back)
    return None


def _read_rest(parts: list[str]) -> PageAction | None:
    match parts:
        case ["o", after, up_to]:
            return ReadOn(ArticleId(long(after)), ArticleId(long(up_to)))
        case ["r", after, up_to, number]:
            return RestPage(ArticleId(long(after)), ArticleId(long(up_to)), page_of(number))
        case ["O", shown_at]:
            return ReadOnShown(long(shown_at, LAST_SECOND))
        case ["R", shown_at, number]:
            return ShownPage(long(shown_at, LAST_SECOND), page_of(number))
    return None


def _from_place(place: list[str]) -> tuple[int | None, bool]:
    """The inverse of `_place`. Raises ValueError."""
    if not place:
        return None, False
    [text] = place
    if text[:1] not in ("<", ">"):
        raise ValueError(text)
    return long(text[1:]), text[0] == "<"
