"""What the buttons of those who run the bot mean ↔ the parts of their data; `handlers.buttons` puts the version before."""

from dataclasses import dataclass
from enum import StrEnum

from storage.records import BroadcastId, FeedId

LETTER = "A"
"""All of these begin with it."""

_LARGEST = 2**63 - 1
_LAST_PAGE = 10_000


class Step(StrEnum):
    """What can be done with the operator's words to all chats."""

    BEGIN = "b"
    DISCARD = "d"
    STOP = "s"
    LOOK = "l"
    """See how far it has come."""


@dataclass(frozen=True, slots=True)
class ToAll:
    """Take a step with the operator's words to all chats."""

    step: Step
    broadcast_id: BroadcastId


@dataclass(frozen=True, slots=True)
class PolledPage:
    """A page of the feeds that are polled."""

    number: int
    """From 1."""
    failing: bool
    """True for those in trouble alone."""


@dataclass(frozen=True, slots=True)
class VisitNow:
    """Visit a feed in trouble as soon as that can be, and show the page that it is on."""

    feed_id: FeedId
    page: int


AdminAction = ToAll | PolledPage | VisitNow


def parts_of(action: object) -> list[str]:
    """What an action is said with; nothing for one that is none of these."""
    match action:
        case ToAll(step, broadcast_id):
            return [LETTER, step.value, str(broadcast_id)]
        case PolledPage(number, failing):
            return [LETTER, "f" if failing else "a", str(number)]
        case VisitNow(feed_id, page):
            return [LETTER, "v", str(feed_id), str(page)]
    return []


def read(parts: list[str]) -> AdminAction | None:
    """The inverse, from a stranger; None if it is none of these. Raises ValueError."""
    match parts:
        case ["A", "f" | "a" as which, number]:
            return PolledPage(_page(number), which == "f")
        case ["A", "v", feed_id, page]:
            return VisitNow(FeedId(_number(feed_id)), _page(page))
        case ["A", step, broadcast_id]:
            return ToAll(Step(step), BroadcastId(_number(broadcast_id)))
    return None


def _page(text: str) -> int:
    number = _number(text)
    if not 1 <= number <= _LAST_PAGE:
        raise ValueError(text)
    return number


def _number(text: str) -> int:
    number = int(text)
    if str(number) != text or not 0 <= number <= _LARGEST:
        raise ValueError(text)
    return number
