"""How much there is of everything, and how much of it is due: what `storage.figures` counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from storage.records import Failure, FeedId

CROWD_AHEAD = timedelta(hours=1)
"""How far ahead the digests are counted that will be due."""

ACTIVE_WITHIN = timedelta(days=30)
"""Whoever was heard of since then counts as active."""


class ChatState(StrEnum):
    """Whether a chat hears from us by itself."""

    ACTIVE = "active"
    """Some digest of it is planned."""
    IDLE = "idle"
    """It follows nothing, or wants no digests."""
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    """Telegram refuses it."""


class FeedState(StrEnum):
    """How a feed does that somebody wants."""

    NEW = "new"
    """Not visited yet."""
    WORKING = "working"
    FAILING = "failing"
    """The last visits brought nothing."""
    GONE = "gone"
    """Not visited any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the outbox and not settled."""

    count: int
    doubtful: int
    """Of these, those of which nobody knows whether they arrived."""
    due: int
    """Of these, those that could go now."""
    oldest: timedelta
    """For how long the oldest of those that are due has been; zero if none is."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is cheap enough to count once a minute."""

    chats: Mapping[ChatState, int]
    feeds: Mapping[FeedState, int]
    topic_subscriptions: int
    feed_subscriptions: int
    waiting: Waiting
    database_bytes: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Digests that went out, and what became of all messages."""

    digests_day: int
    digests_week: int
    parts: float
    """Messages that a digest of this week took, on average; 1 if there was none."""
    given_up_week: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Digests that are due at one moment."""

    at: datetime
    digests: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that an operator may want to know the number of."""

    at: datetime
    gauges: Gauges
    topics: int
    articles: int
    stories: int
    sent: Sent
    coming: tuple[Crowd, ...]
    """Due within `CROWD_AHEAD`, what is overdue first, then by time."""
    largest: Crowd | None
    """The moment at which most digests are due; None if no chat has a schedule."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """What there was on one day, in UTC."""

    date: date
    articles: int
    """Dated on it."""
    chats: int
    """That there were at its end, of those that there are now."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long after their time the digests of the last 24 hours arrived."""

    digests: int
    half: timedelta
    """Half of them were there by then."""
    most: timedelta
    """Nineteen of twenty."""


@dataclass(frozen=True, slots=True)
class Activity:
    """How much the bot is used."""

    active: int
    """Chats that asked for something or were due a digest within `ACTIVE_WITHIN`."""
    days: tuple[DayCount, ...]
    """The last of them is today."""
    delays: Delays | None
    """None if no digest went out."""


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """A feed that is polled, as a list for the operator shows it."""

    id: FeedId
    title: str
    url: str
    failure: Failure | None
    failure_detail: str
    failing_since: datetime | None
    next_visit_at: datetime
    visited_at: datetime | None
    stopped_at: datetime | None
    followers: int


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets the operator's words to all chats, and who does not."""

    goes_to: int
    closed: int
    """Those that are paused, or can't be reached."""
    channels: int
    """These are left out whatever they are: the words are for those who use the bot, not for a channel's readers."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the operator's words to all chats have come."""

    sent: int
    waiting: int
    """Messages on their way, and chats that none was made for yet."""
    unreachable: int
    """Messages that could not be delivered."""
    stopped: int
    """Messages that were given up because somebody stopped it."""
