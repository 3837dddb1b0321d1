"""What the buttons of those who run the bot mean ↔ the parts of their data; `handlers.buttons` puts the version before."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.button_numbers import number_of, page_of
from storage.records import BroadcastId, FeedId

LETTER = "A"
"""All of these begin with it."""


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
            return PolledPage(page_of(number), which == "f")
        case ["A", "v", feed_id, page]:
            return VisitNow(FeedId(number_of(feed_id)), page_of(page))
        case ["A", step, broadcast_id]:
            return ToAll(Step(step), BroadcastId(number_of(broadcast_id)))
    return None
