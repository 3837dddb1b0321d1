"""What use cases give back."""

from dataclasses import dataclass

from news.matching import Evidence
from news.opml import Rejected
from storage.records import FeedId, Kind, Story, Subscription, SubscriptionId


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following something."""

    kind: Kind
    target: int
    """A FeedId or TopicId."""
    name: str
    already: bool
    """True if the chat followed it before; then nothing changed."""
    stories: tuple[Story, ...]
    """A few current stories of it."""
    subscription_id: SubscriptionId | None = None
    """The chat's subscription to it; None if it is of no use to the reader."""
    related: tuple[str, ...] = ()
    """Names that are much in the news of a topic, to look for as well."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A page with several feeds, of which the reader may choose."""

    page: str
    feeds: tuple[tuple[FeedId, str], ...]
    """With what they are called; at least two."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of following a whole list."""

    followed: int
    already: int
    over_limit: int
    """Feeds for which the chat had no room."""
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One subscription that wants a story."""

    subscription: Subscription
    evidence: tuple[Evidence, ...]
    """What of the story's articles belongs to the topic; empty for a feed."""
