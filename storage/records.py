"""What is kept, as plain values: every row that leaves `storage/` is one of these.

All times are aware and UTC. Every id is an integer that its table gave out, except a chat's,
which is Telegram's own.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

ChatId = NewType("ChatId", int)
FeedId = NewType("FeedId", int)
ArticleId = NewType("ArticleId", int)
StoryId = NewType("StoryId", int)
TopicId = NewType("TopicId", int)
SubscriptionId = NewType("SubscriptionId", int)
OutboxId = NewType("OutboxId", int)


class Failure(StrEnum):
    """Why a visit to a feed brought nothing."""

    REFUSED = "refused"
    """The address leads into a network that must not be fetched, or is no web address."""
    UNREACHABLE = "unreachable"
    """No connection: unknown host, closed port, broken TLS, dropped line."""
    TIMEOUT = "timeout"
    """No complete answer within the time allowed."""
    STATUS = "status"
    """The server answered with an error status; the detail is the number."""
    TOO_LARGE = "too_large"
    """More bytes than allowed, on the wire or unpacked."""
    NOT_A_FEED = "not_a_feed"
    """An answer that is no feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One address that is polled."""

    id: FeedId
    url: str
    title: str
    """The outlet's own name for the feed; its host until the first visit."""
    site_url: str | None
    """The page the feed belongs to; None if the feed does not say."""
    language: str | None
    """BCP 47 tag as the feed declares it; None if it does not."""
    in_catalogue: bool
    """True if the operator's catalogue lists it: polled even when no chat follows it."""
    etag: str | None
    """Validator of the last body, byte for byte; None if the server sent none."""
    last_modified: str | None
    """Likewise."""
    next_visit_at: datetime
    visited_at: datetime | None
    """Last visit that brought a feed or a 304; None before the first: then all entries are old news."""
    failures: int
    """Failed visits in a row."""
    failing_since: datetime | None
    """Time of the first of them; None while the feed works."""
    failure: Failure | None
    """Kind of the last of them; None while the feed works."""
    failure_detail: str
    """A status number or a short reason; empty while the feed works."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit changes about a feed."""

    at: datetime
    next_visit_at: datetime
    title: str | None = None
    """None keeps what is known; so do `site_url` and `language`."""
    site_url: str | None = None
    language: str | None = None
    etag: str | None = None
    """Replaces what is known on success, also when None; ignored on failure."""
    last_modified: str | None = None
    failure: Failure | None = None
    """None: the visit succeeded."""
    failure_detail: str = ""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An entry that the bot had not seen before, ready to be kept."""

    identity: str
    """What makes it the same entry at the next visit; unique within its feed."""
    url: str
    canonical_url: str
    """The address without tracking parameters and fragment: equal for the same page."""
    title: str
    summary: str
    """Plain text; empty if the feed gives none."""
    words: str
    """Normalised tokens with a space before and after each: what phrases are looked up in."""
    published_at: datetime
    """The feed's date, never later than the visit."""
    story_id: StoryId
    archived: bool
    """True if it was there at the feed's first visit: known and searchable, never pushed."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article that is kept."""

    id: ArticleId
    feed_id: FeedId
    story_id: StoryId
    outlet: str
    """Title of its feed."""
    url: str
    title: str
    summary: str
    published_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """The articles that tell one event, newest first; at least one."""

    id: StoryId
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The little of an article that tells whether another one tells the same story."""

    story_id: StoryId
    feed_id: FeedId
    canonical_url: str
    title: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """A person, group or channel, and what it chose."""

    id: ChatId
    timezone: str
    """IANA name."""
    language: str
    schedule: str
    """Normal form of `news.schedule`; "off" for none."""
    next_digest_at: datetime | None
    """None while the schedule is off or the chat is paused without end."""
    last_digest_at: datetime
    """Start of the period that the next digest covers; the chat's first contact before any digest."""
    digested_to: ArticleId
    """The newest article that a digest has taken into account; later ones are new."""
    paused: bool
    paused_until: datetime | None
    """End of a pause; None while not paused, or paused without end."""
    unreachable_since: datetime | None
    """Time at which Telegram refused it (blocked, kicked, gone); None while it can be written to."""


class Kind(StrEnum):
    """What a subscription follows."""

    FEED = "feed"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing that one chat follows."""

    id: SubscriptionId
    chat_id: ChatId
    kind: Kind
    target: int
    """A FeedId or a TopicId, as `kind` says."""
    name: str
    """The topic as it was typed, or the feed's title."""
    after_article: ArticleId
    """The newest article when it was followed: later ones are new to the chat."""
    followed_at: datetime
    last_story_at: datetime | None
    """When its newest article was published; None if there is none."""
    failure: Failure | None
    """Of the feed; None while it works, and for topics."""
    failure_detail: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A query in normal form, shared by all chats that use it."""

    id: TopicId
    phrase: str
    """Its normalised tokens with single spaces: equal for equal queries."""
    text: str
    """The query as it was first typed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that is new to a chat, and the subscription that wants it."""

    subscription_id: SubscriptionId
    article: Article


class State(StrEnum):
    """How far a message in the outbox has come."""

    PENDING = "pending"
    SENDING = "sending"
    """Handed to Telegram, no answer yet. With an expired lease: in doubt."""
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message whose content is decided and which is on its way."""

    id: OutboxId
    chat_id: ChatId
    part: int
    """1 … parts."""
    parts: int
    text: str
    """Telegram HTML."""
    keyboard: str
    """Rows of buttons as JSON, see `handlers.views`; empty for none."""
    state: State
    attempts: int
    """Times it was handed to Telegram."""
    doubts: int
    """Times of those after which nobody knows whether it arrived."""
    next_try_at: datetime
