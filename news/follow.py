"""Follow and unfollow as use cases, for the chat, deep links, lists of feeds and the command line."""

import re
from collections.abc import Callable
from datetime import datetime

from news import query
from news.errors import LimitReached, NoSuchNumber
from news.fetch import Fetcher
from news.outcomes import Followed
from news.poller import Pace, Reading, read, take_in
from news.text import normalise, squeeze
from storage import articles, chats, feeds
from storage.database import Database, Transaction
from storage.records import (
    ArticleId,
    ChatId,
    FeedId,
    Kind,
    Subscription,
    SubscriptionId,
    TopicId,
)

PROOF = 3
"""Stories that are shown when something is followed."""

_BACKFILL = 2000
"""The newest articles of the archive that a new topic is matched with."""

_SCHEME = re.compile(r"(?i)(https?|feed):(//)?")
_ANY_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*://")
_BARE_HOST = re.compile(r"(?i)(?:[\w-]+\.)+[a-z][\w-]+(?::\d+)?(?:[/?#]\S*)?")


def as_address(typed: str) -> str | None:
    """The web address that a person typed, completed; None if it looks like words.

    An address with a scheme that is not the web's is given back as it is, to be refused by name.
    """
    text = squeeze(typed)
    if " " in text or not text:
        return None
    if _SCHEME.match(text):
        return _SCHEME.sub(
            lambda found: "https://" if found[1].lower() == "feed" else f"{found[1].lower()}://",
            text,
            count=1,
        )
    if _ANY_SCHEME.match(text):
        return text
    return f"https://{text}" if _BARE_HOST.fullmatch(text) else None


async def follow_topic(
    database: Database,
    chat_id: ChatId,
    wanted: query.Query,
    limit: int,
    now: datetime,
    after_article: ArticleId | None = None,
) -> Followed:
    """Follow a topic: what arrives from now on, or after `after_article`, is new to the chat.

    Raises LimitReached if the chat follows `limit` things already.
    """
    async with database.write() as tx:
        topic = await chats.intern_topic(tx, wanted.phrase, wanted.text, now)
        found = await articles.with_phrase(tx, topic.phrase, _BACKFILL)
        added = await _subscribe(
            tx, chat_id, Kind.TOPIC, topic.id, wanted.text, limit, now, after_article
        )
        if added:
            await chats.match(tx, {id: [topic.id] for id in found})
        stories = await articles.latest(tx, limit=PROOF, phrase=topic.phrase)
    return Followed(Kind.TOPIC, topic.id, wanted.text, not added, stories)


async def follow_feed(
    database: Database,
    fetcher: Fetcher,
    chat_id: ChatId,
    url: str,
    limit: int,
    clock: Callable[[], datetime],
    pace: Pace,
) -> Followed:
    """Follow the feed at an address, with one request if it is not known yet.

    Raises FetchFailed if the address brings no feed, LimitReached as above; then nothing is kept.
    """
    reading: Reading | None = None
    async with database.read() as tx:
        feed = await feeds.find(tx, url)
    if feed is None or feed.visited_at is None:
        reading = await read(fetcher, url)
    now = clock()
    async with database.write() as tx:
        feed = await feeds.add(tx, url, now)
        if reading is not None and feed.visited_at is None:
            await take_in(tx, feed, reading, now, pace)
        added = await _subscribe(tx, chat_id, Kind.FEED, feed.id, feed.title, limit, now, None)
        stories = await articles.latest(tx, limit=PROOF, feed_id=feed.id)
        kept = await feeds.get(tx, feed.id)
    return Followed(Kind.FEED, feed.id, (kept or feed).title, not added, stories)


async def _subscribe(
    tx: Transaction,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    name: str,
    limit: int,
    now: datetime,
    after_article: ArticleId | None,
) -> bool:
    after = await articles.newest(tx) if after_article is None else after_article
    added = await chats.subscribe(tx, chat_id, kind, target, name, after, now)
    if added and len(await chats.subscriptions_of(tx, chat_id)) > limit:
        raise LimitReached(limit)
    return added


async def find_subscription(database: Database, chat_id: ChatId, typed: str) -> Subscription:
    """The subscription that a number of the chat's list, or a name, stands for. Raises NoSuchNumber."""
    async with database.read() as tx:
        listed = await chats.subscriptions_of(tx, chat_id)
    text = squeeze(typed).strip("#.")
    # A number is at most as long as the list's own; str.isdecimal also takes digits of other scripts.
    if text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= len(listed):
        return listed[int(text) - 1]
    named = [item for item in listed if normalise(item.name) == normalise(text)]
    if not named:
        raise NoSuchNumber(len(listed))
    return named[0]


async def unfollow(database: Database, chat_id: ChatId, id: SubscriptionId) -> Subscription | None:
    """Stop following; what was followed, or None if it was not this chat's or is gone."""
    async with database.write() as tx:
        listed = await chats.subscriptions_of(tx, chat_id)
        item = next((item for item in listed if item.id == id), None)
        if item is not None:
            await chats.unsubscribe(tx, chat_id, id)
    return item


async def follow_again(
    database: Database,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    after_article: ArticleId,
    limit: int,
    now: datetime,
) -> Followed | None:
    """Undo an unfollow, so that nothing which came meanwhile is missed; None if there is nothing to follow.

    Raises LimitReached.
    """
    if kind is Kind.TOPIC:
        async with database.read() as tx:
            topic = await chats.topic(tx, TopicId(target))
        if topic is None:
            return None
        wanted = query.Query(topic.phrase, topic.text)
        return await follow_topic(database, chat_id, wanted, limit, now, after_article)
    async with database.write() as tx:
        feed = await feeds.get(tx, FeedId(target))
        if feed is None:
            return None
        added = await _subscribe(
            tx, chat_id, Kind.FEED, feed.id, feed.title, limit, now, after_article
        )
        stories = await articles.latest(tx, limit=PROOF, feed_id=feed.id)
    return Followed(Kind.FEED, feed.id, feed.title, not added, stories)
