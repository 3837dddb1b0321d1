"""What somebody picks from a list, and takes back: follow a topic or a known feed, or not."""

from datetime import datetime

from news import query, search
from news.errors import BadQuery, LimitReached
from news.followed_topics import query_of
from storage import articles, chats, feeds
from storage.database import Database, Transaction
from storage.records import ChatId, FeedId, Kind, Subscription

_BACKFILL = 300
"""The newest articles of the archive that a new topic begins with."""


async def pick_topic(
    database: Database, chat_id: ChatId, wanted: query.Query, on: bool, limit: int, now: datetime
) -> None:
    """Follow a topic, or stop; nothing happens if that is so already. Raises LimitReached."""
    async with database.write() as tx:
        topic = await chats.intern_topic(tx, wanted.normal, wanted.text, now)
        if not on:
            await _end(tx, chat_id, Kind.TOPIC, topic.id)
        elif await _begin(tx, chat_id, Kind.TOPIC, topic.id, wanted.text, limit, now):
            found = await search.matching(tx, query_of(topic), now, _BACKFILL)
            await chats.match_topic(tx, topic.id, found)


async def pick_feed(
    database: Database, chat_id: ChatId, feed_id: FeedId, on: bool, limit: int, now: datetime
) -> None:
    """Follow a feed that is known, or stop; likewise. It is visited when its turn comes. Raises LimitReached."""
    async with database.write() as tx:
        feed = await feeds.get(tx, feed_id)
        if not on:
            await _end(tx, chat_id, Kind.FEED, feed_id)
        elif feed is not None:
            await feeds.revive(tx, [feed_id], now)
            await feeds.reawaken(tx, [feed_id], now)
            await _begin(tx, chat_id, Kind.FEED, feed_id, feed.title, limit, now)


def is_topic(item: Subscription, wanted: query.Query) -> bool:
    """Whether a subscription is to this topic, however it was typed."""
    if item.kind is not Kind.TOPIC:
        return False
    if item.name == wanted.text:
        return True
    try:
        return query.parse(item.name).normal == wanted.normal
    except BadQuery:
        # An earlier version kept it.
        return False


async def _begin(
    tx: Transaction,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    name: str,
    limit: int,
    now: datetime,
) -> bool:
    added = await chats.subscribe(tx, chat_id, kind, target, name, await articles.newest(tx), now)
    if added and await chats.count_subscriptions(tx, chat_id) > limit:
        raise LimitReached(limit)
    return added


async def _end(tx: Transaction, chat_id: ChatId, kind: Kind, target: int) -> None:
    for item in await chats.followed(tx, chat_id):
        if (item.kind, item.target) == (kind, target):
            await chats.unsubscribe(tx, chat_id, item.id)
