"""What is kept, as plain values: every row that leaves `storage/` is one of these.

All times are aware and UTC. Every id is an integer that its table gave out, except a chat's,
which is Telegram's own.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, NewType, TypeAlias

ChatId = NewType("ChatId", int)
FeedId = NewType("FeedId", int)
ArticleId = NewType("ArticleId", int)
StoryId = NewType("StoryId", int)
TopicId = NewType("TopicId", int)
SubscriptionId = NewType("SubscriptionId", int)
OutboxId = NewType("OutboxId", int)
MuteId = NewType("MuteId", int)
BroadcastId = NewType("BroadcastId", int)
OfferId = NewType("OfferId", int)

Position = NewType("Position", int)
"""The place of an article among all of them by time: larger is newer; see `position`."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
_LAST_SECOND = (1 << 32) - 1

BEFORE_ALL = -(1 << 63)
"""Smaller than the id of any chat."""

LARGEST_ID = (1 << 31) - 1
"""Of an article, so that a position has room for it beside the date."""


def first_position(moment: datetime) -> Position:
    """Where the articles of this second begin; times before 1970 or after 2106 are cut off."""
    second = (moment - EPOCH) // timedelta(seconds=1)
    return Position(min(max(second, 0), _LAST_SECOND) * (LARGEST_ID + 1))


def position(published_at: datetime, id: ArticleId) -> Position:
    """The place of an article: by its date to the second, then by its id."""
    return Position(first_position(published_at) + id)


def placed(at: Position) -> tuple[datetime, ArticleId]:
    """The date and the id that make a position."""
    seconds, id = divmod(at, LARGEST_ID + 1)
    return EPOCH + timedelta(seconds=seconds), ArticleId(id)


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
    GONE = "gone"
    """The server says that it is gone for good (410)."""
    BLOCKED = "blocked"
    """The server refuses us: 401, 403, or a puzzle for browsers."""
    BUSY = "busy"
    """The server asks us to come later (429, 503)."""
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
    folder: str
    """Folders of the list it came from, outermost first, with "/" between them; empty for none."""
    in_catalogue: bool
    """True if the operator's catalogue lists it: polled even when no chat follows it."""
    pinned: bool
    """True if the operator added it by hand: likewise."""
    etag: str | None
    """Validator of the last body, byte for byte; None if the server sent none."""
    last_modified: str | None
    """Likewise."""
    body_hash: str | None
    """SHA-256 of the last body; None before the first."""
    outline: str | None
    """What identifies its last document's entries and their state; None before the first."""
    in_full_at: datetime | None
    """Last visit that was unconditional, and brought a whole feed."""
    next_visit_at: datetime
    interval: int
    """Seconds that the last visit that went well left it alone; 0 before the first."""
    visited_at: datetime | None
    """Last visit that brought a feed or a 304; None before the first: then all entries are old news."""
    newest_entry_at: datetime | None
    """Date of its newest entry; None if entries have no dates."""
    entry_gap: int | None
    """Mean seconds between its latest entries; None if that is unknown."""
    window_span: int | None
    """Seconds between the newest and the oldest entry it lists; None if that is unknown."""
    least_interval: int
    """Seconds that it asks to be left alone between two visits; 0 if it does not say."""
    skip_hours: int
    """Bits 0 … 23: hours in UTC in which it asks not to be visited."""
    skip_days: int
    """Bits 0 … 6, Monday first: days in UTC, likewise."""
    failures: int
    """Failed visits in a row."""
    failing_since: datetime | None
    """Time of the first of them; None while the feed works."""
    failure: Failure | None
    """Kind of the last of them; None while the feed works."""
    failure_detail: str
    """A status number or a short reason; empty while the feed works."""
    trouble_told_at: datetime | None
    """When its followers were told of the trouble; None while there is none, or none worth telling."""
    stopped_at: datetime | None
    """When it was given up, since it is gone; None as long as it is polled."""
    moved_to: str | None
    """Where permanent redirects have led lately; None if nowhere."""
    moved_since: datetime | None
    moved_polls: int
    """Visits in a row that were sent there."""
    hub_url: str
    """The WebSub hub that it names; empty for none."""
    hub_topic: str
    """The address under which the hub knows it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says about its feed, as far as it is kept."""

    title: str | None = None
    """None keeps what is known; so do `site_url` and `language`."""
    site_url: str | None = None
    language: str | None = None
    newest_entry_at: datetime | None = None
    entry_gap: int | None = None
    window_span: int | None = None
    least_interval: int = 0
    skip_hours: int = 0
    skip_days: int = 0
    hub_url: str = ""
    hub_topic: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """How far a permanent redirect has proved itself."""

    to: str
    since: datetime
    polls: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit changes about a feed."""

    at: datetime
    next_visit_at: datetime
    etag: str | None = None
    """Replaces what is known on success, also when None; ignored on failure."""
    last_modified: str | None = None
    body_hash: str | None = None
    """None keeps what is known."""
    outline: str | None = None
    """Likewise."""
    in_full: bool = False
    """True if it was unconditional and brought a feed."""
    said: Said | None = None
    """None keeps what is known."""
    move: Move | None = None
    """Replaces what is known on success."""
    failure: Failure | None = None
    """None: the visit succeeded."""
    failure_detail: str = ""
    stop: bool = False
    """True if the feed is not to be visited any more."""


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """A hub that was asked to announce a feed's news (WebSub)."""

    feed_id: FeedId
    token: str
    """The part of the callback address that nobody else can guess."""
    hub_url: str
    topic_url: str
    """The address under which the hub knows the feed."""
    secret: str
    """What the hub signs its announcements with."""


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
    published_at: datetime
    """The feed's date, never later than the visit; kept to the second."""
    story_id: StoryId
    archived: bool
    """True if it was old when it was first seen: known and searchable, never pushed."""
    text: str = ""
    """The article's own text where the feed gives more than the summary."""
    fingerprint: str = ""
    """Differs from the one kept when the entry was edited."""
    twin: str = ""
    """Equal for an entry of the feed that came back under another guid; empty for none."""
    language: str = ""
    """The language that it is written in, as ISO 639-1; empty if that is unknown."""
    image_url: str = ""
    """The picture that its feed gives with it, by https; empty for none."""
    story_words: str = ""
    """What tells which story it belongs to, see `news.story_vectors`."""


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What is remembered of an entry of a feed."""

    identity: str
    twin: str
    article_id: ArticleId | None
    """None if the article was dropped since."""
    fingerprint: str
    changes: int
    """Times it was edited."""


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
    text: str = ""
    """The article's own text, from its feed or its page; empty if the summary is all there is."""
    language: str = ""
    """The language that it is written in, as ISO 639-1; empty if that is unknown."""
    image_url: str = ""
    """Its picture, by https; empty for none."""
    archived: bool = False
    """True if it was old when it was first seen: never pushed."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What an article is found by. Each string is tokens with single spaces."""

    article_id: ArticleId
    published_at: datetime
    title: str
    body: str
    facts: str
    """Tokens that say something of the article, such as "lang:ja"."""


@dataclass(frozen=True, slots=True)
class Side:
    """These tokens side by side, in this order. Latin letters count as equal whatever their case."""

    tokens: tuple[str, ...]
    column: Literal["", "title", "facts"] = ""
    """Where they stand; empty for title or body."""
    beginning: bool = False
    """True if the last token is only the beginning of one."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these; at least one."""

    parts: "tuple[Wanted, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these or several; at least one."""

    parts: "tuple[Wanted, ...]"


Wanted: TypeAlias = Side | AllOf | AnyOf
"""What an article must hold."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article, and its place in the list of all by time."""

    position: Position
    article: Article


@dataclass(frozen=True, slots=True)
class Story:
    """The articles that tell one event, newest first; at least one."""

    id: StoryId
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The little of an article that tells whether another one tells the same story."""

    id: ArticleId
    story_id: StoryId
    feed_id: FeedId
    canonical_url: str
    title: str
    published_at: datetime
    words: str = ""
    """Its `story_words`; empty if it was kept before there were any."""
    language: str = ""
    """As kept with the article, where there are no words; empty if unknown."""
    summary: str = ""
    """Its beginning, likewise."""


class Layout(StrEnum):
    """How digests look."""

    CLASSIC = "classic"
    """Messages that every client shows."""
    NEWSPAPER = "newspaper"
    """One rich message, which not every client can show."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story that a chat was told."""

    story_id: StoryId
    at: datetime
    up_to: ArticleId
    """The newest article that the story may have had then: what is newer may be news of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A digest that a chat was shown when it asked for one."""

    since: datetime
    until: datetime
    """Between when its news was published."""
    after: ArticleId | None
    """The articles behind this one were news to the chat; None if they were chosen by date alone."""
    up_to: ArticleId
    """The newest article that there was."""
    stories: tuple[StoryId, ...]
    """In its order."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody in one place, who may be asked something there."""

    chat_id: ChatId
    thread_id: int
    """The topic of a forum; 0 outside of any."""
    id: int
    """Who it is; the group itself for its anonymous administrators."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody was asked and did not answer yet."""

    command: str
    """What the answer is for: a command, or an offer by its number."""
    message_id: int
    """The message that asks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a button does that has no room for it."""

    command: str
    argument: str
    """What would have been typed behind it."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A thumb that a chat gave a story."""

    story_id: StoryId
    value: Literal[1, -1]
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """A story that a chat keeps, however old it gets."""

    story_id: StoryId
    at: datetime


@dataclass(frozen=True, slots=True)
class Mute:
    """Something that a chat never wants to be shown."""

    id: MuteId
    feed_id: FeedId | None
    words: str | None
    """As they were typed; None for a feed. One of both is None."""
    name: str
    """What it is called in a list: the feed's title, or the words."""


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
    """None while the schedule is off. A pause leaves it as it is; its end plans it anew."""
    last_digest_at: datetime
    """Start of the period that the next digest covers; the chat's first contact before any digest."""
    digested_to: ArticleId
    """The newest article that a digest has taken into account; later ones are new."""
    paused: bool
    paused_until: datetime | None
    """End of a pause; None while not paused, or paused without end."""
    unreachable_since: datetime | None
    """Time at which Telegram refused it (blocked, kicked, gone); None while it can be written to."""
    refusal: str = ""
    """Why, as a `Refusal`; empty while it can be written to."""
    write_refusals: int = 0
    """Days in a row on which the bot was there and had no right to write."""
    quiet: str = ""
    """Normal form of `news.quiet`: alerts wait for the end of these hours; empty for none."""
    thread_id: int | None = None
    """The forum topic that it wants its digests in; None for the general one, or where there are none."""
    kind: str = ""
    """private, group, supergroup or channel; empty until Telegram said so."""
    manages: ChatId | None = None
    """The channel that its commands are for, while it is an administrator's private chat; None for itself."""
    wanted_languages: str = ""
    """Tags of the languages that it wants to read, with spaces between them; empty for all."""
    previews: bool = False
    """True if links in its digests show a preview."""
    tells_empty: bool = False
    """True if it wants a line when a digest would be empty."""
    layout: Layout = Layout.CLASSIC
    """How its digests look."""
    most_stories: int = 20
    """In one digest."""
    summary_length: int = 320
    """Characters that a summary in a digest has at most."""
    key: str = field(default="", repr=False)
    """What its buttons are sealed with, so that nobody makes one up; empty for a chat that is not kept."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that lets somebody use a bot that is not open to all."""

    token: str
    """What cannot be guessed of it."""
    expires_at: datetime
    uses_left: int


class Refusal(StrEnum):
    """Why a chat can't be written to."""

    BLOCKED = "blocked"
    """The person blocked the bot."""
    DEACTIVATED = "deactivated"
    """The account is gone."""
    KICKED = "kicked"
    """The bot is not in the group or channel any more."""
    GONE = "gone"
    """Telegram knows no such chat."""
    NO_RIGHT = "no_right"
    """The bot is there, and may not write."""
    BANNED = "banned"
    """Whoever runs the bot wants nothing to do with them."""


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
    schedule: str = ""
    """Normal form of its own schedule, "instant" among them; empty for that of the chat."""
    next_digest_at: datetime | None = None
    """When it is due by itself; None if it goes with the chat's digest, or has nothing to say."""


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed as a list names it."""

    url: str
    title: str = ""
    folder: str = ""
    """Folders, outermost first, with "/" between them; empty for none."""
    schedule: str = ""
    """Its own, in normal form; empty if it comes with the digest."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A query in normal form, shared by all chats that use it."""

    id: TopicId
    normal: str
    """The query in normal form, equal for equal queries."""
    text: str
    """The query as it was first typed."""


class Candidate(NamedTuple):
    """An article that a chat may be told, and a subscription that wants it.

    A tuple, since a digest has thousands of them.
    """

    subscription_id: SubscriptionId
    article_id: ArticleId
    story_id: StoryId
    feed_id: FeedId
    published_at: datetime
    score: float = 1.0
    """How much it is about the topic that is followed, 0 … 1; 1 where a feed is."""


class State(StrEnum):
    """How far a message in the outbox has come."""

    PENDING = "pending"
    SENDING = "sending"
    """Handed to Telegram, no answer yet."""
    DOUBTFUL = "doubtful"
    """Handed to Telegram, and nobody knows whether it arrived."""
    SENT = "sent"
    GIVEN_UP = "given_up"


ON_THE_WAY = (State.PENDING.value, State.SENDING.value, State.DOUBTFUL.value)
"""What is not settled yet."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How a message goes out."""

    silent: bool = False
    """True if it comes without a sound."""
    thread_id: int | None = None
    """The forum topic that it goes to; None for the general one, or where there are none."""
    urgent: bool = False
    """True if it goes before all that is not, of other chats as well."""
    due_at: datetime | None = None
    """When the reader expects it, for a digest and nothing else: it is not sent before; None for now."""
    broadcast_id: int | None = None
    """The operator's message to all chats that it is; None for any other."""
    previews: bool = False
    """True if its first link is shown with a preview."""


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
    rich: bool
    """True if `text` is Rich HTML, for `sendRichMessage`."""
    fallback: str
    """What goes out where rich messages are unknown, as JSON; empty unless `rich`."""
    silent: bool
    """See `Dispatch`, as for the next four."""
    thread_id: int | None
    urgent: bool
    due_at: datetime | None
    previews: bool
    state: State
    attempts: int
    """Times it was handed to Telegram."""
    doubts: int
    """Times of those after which nobody knows whether it arrived."""
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that Telegram told the bot."""

    id: int
    """Telegram's number of it."""
    chat_id: ChatId | None
    """Of whose updates the order matters; None if it belongs to no chat."""
    content: str
    """As JSON; empty once it was dealt with."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Words of the operator to all chats."""

    id: BroadcastId
    text: str
    """Plain text, as it was typed."""
    made_by: int
    """The person who wrote it."""
    made_at: datetime
    """Chats that came later don't get it."""
    put_to: int | None
    """The last chat that it was put into the outbox for; None before anybody said that it should go out."""
    stopped_at: datetime | None
    """When it was stopped, or written as long as it waits for a yes; None while it goes out."""
    finished_at: datetime | None
    """When the last of its messages was settled; None before."""
    shown_in: int | None = None
    """The message to whoever wrote it that says how far it is; None if there is none, or it says how it ended."""

    @property
    def is_draft(self) -> bool:
        """Whether nobody said yet that it should go out."""
        return self.put_to is None

    @property
    def is_going(self) -> bool:
        """Whether it goes out at this moment."""
        return self.put_to is not None and self.stopped_at is None and self.finished_at is None
