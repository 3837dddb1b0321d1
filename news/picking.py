"""What somebody picks from a list, and takes back: follow a topic or a known feed, or not."""

from collections.abc import Sequence
from datetime import datetime

from news import query
from news.errors import BadQuery
from news.subscribing import begin_feed, begin_topic, end
from storage import chats, feeds
from storage.database import Database
from storage.records import ChatId, FeedId, Kind, Subscription


async def pick_topic(
    database: Database,
    chat_id: ChatId,
    wanted: Sequence[query.Query],
    on: bool,
    limit: int,
    now: datetime,
) -> None:
    """Follow a topic that several queries stand for, by the first; or stop, whichever of them is followed.

    Nothing happens if that is so already. Raises LimitReached.
    """
    async with database.write() as tx:
        mine = [
            item
            for item in await chats.followed(tx, chat_id)
            if any(is_topic(item, one) for one in wanted)
        ]
        if not on:
            for item in mine:
                await chats.unsubscribe(tx, chat_id, item.id)
        elif not mine:
            topic = await chats.intern_topic(tx, wanted[0].normal, wanted[0].text, now)
            await begin_topic(tx, chat_id, topic.id, wanted[0], limit, now)


async def pick_feed(
    database: Database, chat_id: ChatId, feed_id: FeedId, on: bool, limit: int, now: datetime
) -> None:
    """Follow a feed that is known, or stop; likewise. It is visited when its turn comes. Raises LimitReached."""
    async with database.write() as tx:
        feed = await feeds.get(tx, feed_id)
        if not on:
            await end(tx, chat_id, Kind.FEED, feed_id)
        elif feed is not None:
            await begin_feed(tx, chat_id, feed, limit, now)


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
