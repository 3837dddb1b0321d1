"""One picture of the data: all tables, for SQLite and PostgreSQL alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    exists,
    false,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from storage.records import EPOCH

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=_NAMES)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC; SQLite has no zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they mean something else on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be kept")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Give the time back with its zone; every row of every article has some, so it is done in one step."""
        if dialect.name == "sqlite":
            return _from_text
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Likewise, of what a driver has read; the very first moment comes without a zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class Second(Moment):
    """A moment to the whole second, from 1970 on: what a position in the lists of articles is made of."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Cut off what is less than a second."""
        if value is not None and value.tzinfo is not None:
            value = max(value, EPOCH).replace(microsecond=0)
        return super().process_bind_param(value, dialect)


# SQLite counts up by itself only in a column that is called INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

feeds = Table(
    "feeds",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("host", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("site_url", Text),
    Column("language", String(35)),
    Column("folder", Text, nullable=False, server_default=""),
    Column("in_catalogue", Boolean, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("outline", String(64)),
    Column("in_full_at", Moment),
    Column("next_visit_at", Moment, nullable=False, index=True),
    Column("interval", Integer, nullable=False, server_default="0"),
    Column("visited_at", Moment),
    Column("newest_entry_at", Moment),
    Column("entry_gap", Integer),
    Column("window_span", Integer),
    Column("least_interval", Integer, nullable=False, server_default="0"),
    Column("skip_hours", Integer, nullable=False, server_default="0"),
    Column("skip_days", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("failure", String(16)),
    Column("failure_detail", Text, nullable=False),
    Column("trouble_told_at", Moment),
    Column("stopped_at", Moment),
    Column("moved_to", Text),
    Column("moved_since", Moment),
    Column("moved_polls", Integer, nullable=False, server_default="0"),
    Column("hub_url", Text, nullable=False, server_default=""),
    Column("hub_topic", Text, nullable=False, server_default=""),
    Column("lease_owner", String(64)),
    Column("leased_until", Moment, index=True),
    Index("ix_feeds_host", "host"),
    sqlite_autoincrement=True,
)

# Addresses that a feed had before it moved.
aliases = Table(
    "aliases",
    metadata,
    Column("url", Text, primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False, index=True),
)

# What all feeds and pages of a host have in common: when it may be asked again.
hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("next_request_at", Moment, nullable=False),
    Column("paused_until", Moment),
    Column("pages_since", Moment),
    Column("pages", Integer, nullable=False, server_default="0"),
)

# WebSub: one row for each feed that a hub was asked to announce.
hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("hub_url", Text, nullable=False),
    Column("topic_url", Text, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("next_try_at", Moment, nullable=False, index=True),
    Column("verified_until", Moment),
    Column("announcing_since", Moment),
)

stories = Table(
    "stories",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("first_seen_at", Moment, nullable=False, index=True),
    sqlite_autoincrement=True,
)

articles = Table(
    "articles",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("image_url", Text, nullable=False, server_default=""),
    Column("language", String(35)),
    Column("fingerprint", String(16), nullable=False, server_default=""),
    Column("twin", String(32), nullable=False, server_default=""),
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("published_at", Second, nullable=False, index=True),
    Column("seen_at", Second, nullable=False, index=True),
    Column("archived", Boolean, nullable=False),
    Column("story_words", Text, nullable=False, server_default=""),
    UniqueConstraint("feed_id", "identity"),
    Index("ix_articles_feed_id_twin", "feed_id", "twin"),
    Index("ix_articles_canonical_url", "canonical_url"),
    Index("ix_articles_story_id_published_at", "story_id", "published_at"),
    Index("ix_articles_feed_id_published_at", "feed_id", "published_at"),
    Index("ix_articles_feed_id_id", "feed_id", "id"),
    # A digest watermark is an article's id: an id must never be given out twice.
    sqlite_autoincrement=True,
)

# A feed may list an entry long after its article was dropped: it is still no news.
dropped = Table(
    "dropped",
    metadata,
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("identity", String(64), primary_key=True),
    Column("twin", String(32), nullable=False, server_default=""),
    Column("dropped_at", Moment, nullable=False),
    Index("ix_dropped_feed_id_twin", "feed_id", "twin"),
)

# Articles whose feed says too little of them: their pages are to be read.
page_visits = Table(
    "page_visits",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("next_try_at", Moment, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("timezone", String(64), nullable=False),
    Column("language", String(35), nullable=False),
    Column("schedule", String(64), nullable=False),
    Column("next_digest_at", Moment, index=True),
    Column("last_digest_at", Moment, nullable=False),
    Column("digested_to", BigInteger, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("paused_until", Moment),
    Column("unreachable_since", Moment, index=True),
    # Why: one of `records.Refusal`; empty while it can be written to.
    Column("refusal", String(16), nullable=False, server_default=""),
    # Days in a row on which the bot was there and had no right to write.
    Column("write_refusals", Integer, nullable=False, server_default="0"),
    Column("quiet", String(16), nullable=False, server_default=""),
    # The forum topic in which it was set up.
    Column("thread_id", BigInteger),
    # private, group, supergroup or channel; empty until Telegram said so.
    Column("kind", String(16), nullable=False, server_default=""),
    # The channel that its commands are for, while it is an administrator's private chat.
    Column("manages", BigInteger),
    Column("wanted_languages", String(128), nullable=False, server_default=""),
    Column("previews", Boolean, nullable=False, server_default=false()),
    Column("tells_empty", Boolean, nullable=False, server_default=false()),
    Column("asked_at", Moment, index=True),
    Column("layout", String(16), nullable=False, server_default="classic"),
    Column("most_stories", Integer, nullable=False, server_default="20"),
    Column("summary_length", Integer, nullable=False, server_default="320"),
    # What its buttons are sealed with.
    Column("key", String(32), nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
)

topics = Table(
    "topics",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("normal", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("used_at", Moment, nullable=False),
    # Named for what the column was called first: SQLite can't rename a constraint.
    UniqueConstraint("normal", name="uq_topics_phrase"),
    sqlite_autoincrement=True,
)

# One row each time a chat begins or ends to follow a topic, for processes that remember who follows what.
topic_changes = Table(
    "topic_changes",
    metadata,
    Column("id", _Id, primary_key=True),
    # The topic may be gone by the time this is read.
    Column("topic_id", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

is_instant = text("schedule = 'instant'")
"""The condition for a subscription to be due as soon as something comes; spelt out, or no index would serve it."""

_INSTANT: dict[str, Any] = {"sqlite_where": is_instant, "postgresql_where": is_instant}

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    Column("feed_id", ForeignKey("feeds.id"), index=True),
    Column("topic_id", ForeignKey("topics.id"), index=True),
    Column("name", Text, nullable=False),
    Column("folder", Text, nullable=False, server_default=""),
    Column("after_article", BigInteger, nullable=False),
    Column("followed_at", Moment, nullable=False),
    # Its own, or empty for that of its chat.
    Column("schedule", String(64), nullable=False, server_default=""),
    Column("next_digest_at", Moment, index=True),
    UniqueConstraint("chat_id", "feed_id"),
    UniqueConstraint("chat_id", "topic_id"),
    CheckConstraint(text("(feed_id IS NULL) <> (topic_id IS NULL)"), name="one_target"),
    # Every article that arrives asks who wants to hear of it at once; few do.
    Index("ix_subscriptions_instant_feed_id", "feed_id", **_INSTANT),
    Index("ix_subscriptions_instant_topic_id", "topic_id", **_INSTANT),
    sqlite_autoincrement=True,
)

matches = Table(
    "matches",
    metadata,
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Float, nullable=False, server_default="0"),
    # What is new begins behind a watermark: this is the article's id, or a later one where it matched only later.
    Column("noted", BigInteger, nullable=False, server_default="0"),
    Index("ix_matches_article_id", "article_id"),
    Index("ix_matches_noted", "topic_id", "noted"),
)

told = Table(
    "told",
    metadata,
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("told_at", Moment, nullable=False),
    # The newest article that the story had then: later ones may make an update of it.
    Column("up_to", BigInteger, nullable=False, server_default="0"),
    # Its number in that digest, from 1.
    Column("place", Integer, nullable=False, server_default="0"),
    Index("ix_told_story_id", "story_id"),
)

# Digests that a chat was shown when it asked, which count as told nothing.
shown = Table(
    "shown",
    metadata,
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    # In seconds since 1970, as its buttons name it.
    Column("shown_at", BigInteger, primary_key=True, autoincrement=False),
    # Between when its news was published, or which articles it was chosen from.
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("after", BigInteger),
    Column("up_to", BigInteger, nullable=False),
    # The ids of its stories, in their order, with spaces between them.
    Column("stories", Text, nullable=False),
)

# What the bot asked and waits for an answer to; one of a person in one place.
questions = Table(
    "questions",
    metadata,
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    # The topic of a forum; 0 outside of any.
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    # Who is to answer; the group itself for its anonymous administrators.
    Column("asker_id", BigInteger, primary_key=True, autoincrement=False),
    Column("command", String(32), nullable=False),
    # The message that asks: in a group, only a reply to it is an answer.
    Column("message_id", BigInteger, nullable=False),
    Column("asked_at", Moment, nullable=False, index=True),
)

# What a button does that has no room for it: a command, and what would have been typed behind it.
offers = Table(
    "offers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("command", String(32), nullable=False),
    Column("argument", Text, nullable=False),
    Column("made_at", Moment, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Stories that turned out to be one with another: for processes that remember which article tells which.
story_joins = Table(
    "story_joins",
    metadata,
    Column("id", _Id, primary_key=True),
    # It is gone by the time this is read; the other one may be, too.
    Column("story_id", BigInteger, nullable=False, index=True),
    Column("into_id", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)


def _of_a_story(name: str, *more: Column[Any]) -> Table:
    """A table of what a chat did with stories."""
    return Table(
        name,
        metadata,
        Column(
            "chat_id",
            ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
            primary_key=True,
        ),
        Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
        *more,
        Index(f"ix_{name}_story_id", "story_id"),
    )


# 1 for a thumb up, -1 for a thumb down.
votes = _of_a_story(
    "votes",
    Column("value", Integer, nullable=False),
    Column("voted_at", Moment, nullable=False),
)

# What is here outlives the retention.
saved = _of_a_story("saved", Column("saved_at", Moment, nullable=False))

# What a chat never wants to be shown: a feed, or articles with these words.
mutes = Table(
    "mutes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), index=True),
    Column("words", Text),
    Column("muted_at", Moment, nullable=False),
    UniqueConstraint("chat_id", "feed_id"),
    UniqueConstraint("chat_id", "words"),
    CheckConstraint(text("(feed_id IS NULL) <> (words IS NULL)"), name="one_target"),
    sqlite_autoincrement=True,
)

# What an endpoint wrote of some material, by a hash of all that it was asked.
summaries = Table(
    "summaries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("made_at", Moment, nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column(
        "chat_id",
        ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("keyboard", Text, nullable=False),
    Column("rich", Boolean, nullable=False, server_default=false()),
    Column("fallback", Text, nullable=False, server_default=""),
    Column("silent", Boolean, nullable=False, server_default=false()),
    Column("thread_id", BigInteger),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("due_at", Moment),
    Column("broadcast_id", BigInteger, index=True),
    Column("previews", Boolean, nullable=False, server_default=false()),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("message_id", BigInteger),
    Column("reason", Text, nullable=False),
    Index("ix_outbox_state_urgent_next_try_at", "state", "urgent", "next_try_at", "id"),
    Index("ix_outbox_settled_at", "settled_at"),
    Index("ix_outbox_chat_id_state", "chat_id", "state"),
    sqlite_autoincrement=True,
)

# Who may use an instance that is not open to all, and who may not use any.
people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("admitted_at", Moment),
    Column("banned_at", Moment),
)

# Links that admit somebody.
invites = Table(
    "invites",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("uses_left", Integer, nullable=False),
)

# Messages of the operator to all chats.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("text", Text, nullable=False),
    Column("made_by", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    # The last chat that it was put into the outbox for; None before the first.
    Column("put_to", BigInteger),
    # The message to whoever wrote it that says how far it is; None once that says how it ended.
    Column("shown_in", BigInteger),
    Column("stopped_at", Moment),
    Column("finished_at", Moment),
    sqlite_autoincrement=True,
)

# What Telegram told the bot and was not dealt with yet, or not long ago: it repeats what was not confirmed.
updates = Table(
    "updates",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # Of whose updates the order matters; None if it belongs to no chat.
    Column("chat_id", BigInteger, index=True),
    Column("content", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # The command that was begun for it, if it may matter once it is dealt with again.
    Column("begun", String(32), nullable=False, server_default=""),
    # Until then some process deals with it; None once it is dealt with.
    Column("leased_until", Moment, index=True),
    Column("done_at", Moment, index=True),
)

# What several processes spend together: up to which second of 1970 and later it is spent.
budgets = Table(
    "budgets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("spent_to", Float, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# What articles are found by. In SQLite a virtual table has this name, which `storage.search` describes.
search_rows = Table(
    "search_rows",
    MetaData(naming_convention=_NAMES),
    Column("article_id", ForeignKey(articles.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", BigInteger, nullable=False, index=True),
    Column("words", TSVECTOR, nullable=False),
    Index("ix_search_rows_words", "words", postgresql_using="gin"),
)

takes_pushes = ~chats.c.paused & chats.c.unreachable_since.is_(None)
"""The condition for a chat to be sent something that it did not ask for at this moment."""

HIDDEN = "hidden:"
"""What the address of a feed begins with that nobody is to find any more."""

is_hidden = feeds.c.url.startswith(HIDDEN)
"""The condition for a feed to be such a one: a name without an address, see `storage.unwanted`."""

is_wanted = or_(
    feeds.c.in_catalogue, feeds.c.pinned, exists().where(subscriptions.c.feed_id == feeds.c.id)
)
"""The condition for a feed to be polled: a list names it, or somebody follows it."""
