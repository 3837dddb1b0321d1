"""What use cases give back."""

from dataclasses import dataclass

from news.matching import Evidence
from news.opml import ListedTopic, Rejected
from news.taste import Leaning
from storage.records import FeedId, Kind, ListedFeed, Mute, Story, Subscription, SubscriptionId


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
    muted: bool = False
    """True if the chat muted it, and is shown nothing of it."""
    past: bool = False
    """True if nothing new can come of it: it looks for what was published before a time that is over."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A page with several feeds, of which the reader may choose."""

    page: str
    feeds: tuple[tuple[FeedId, str], ...]
    """With what they are called; at least two."""
    more: int = 0
    """Feeds that the page has beside these."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of following a whole list."""

    followed: int
    """Feeds."""
    already: int
    """Feeds and topics."""
    over_limit: int
    """Feeds and topics for which the chat had no room."""
    rejected: tuple[Rejected, ...]
    without_room: tuple[ListedFeed | ListedTopic, ...] = ()
    """Those feeds and topics."""
    topics: int = 0
    """How many of them are followed from now on."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One subscription that wants a story."""

    subscription: Subscription
    evidence: tuple[Evidence, ...]
    """What of the story's articles belongs to the topic; empty for a feed."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A story that a chat was told, and why."""

    story: Story
    reasons: tuple[Reason, ...]
    """Empty if nothing that the chat follows wants it any more."""
    reports: int
    """Outlets that have a report of their own."""
    leanings: tuple[Leaning, ...]
    """What the chat's thumbs say for or against it."""


@dataclass(frozen=True, slots=True)
class Muting:
    """What came of muting what somebody typed."""

    muted: tuple[Mute, ...]
    """What is muted from now on."""
    already: tuple[Mute, ...] = ()
    """What of it was muted before."""
    similar: tuple[tuple[FeedId, str], ...] = ()
    """Sources with these words in their names, which may be what was meant."""
    topic: Subscription | None = None
    """The topic that a number of the chat's list stands for: then nothing was muted."""
    unknown: str = ""
    """The address at which no source is known: likewise."""
    is_query: bool = False
    """True if it was more than words: likewise."""
    hidden: tuple[Subscription, ...] = ()
    """What the chat follows and is shown nothing of any more."""
