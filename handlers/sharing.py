"""Links that hand on what somebody follows, and what they mean when they come back."""

from handlers.context import Ask
from handlers.links import (
    feed_in,
    feed_payload,
    kept_number_in,
    kept_payload,
    own_feed_payload,
    proves,
    proves_feed,
    topic_in,
    topic_payload,
)
from storage import chats, feeds
from storage.database import mark, set_mark
from storage.records import Feed, FeedId, Kind, Subscription, TopicId

_KEY = "links key"
"""The mark with this database's secret for links that name something by its number."""


async def link_to(ask: Ask, item: Subscription) -> str:
    """The address that offers others what a chat follows."""
    if item.kind is Kind.TOPIC:
        return await link_to_topic(ask, TopicId(item.target), item.name)
    id = FeedId(item.target)
    async with ask.services.database.read() as tx:
        feed = await feeds.get(tx, id)
    listed = feed is not None and _is_listed(feed)
    return ask.services.link(feed_payload(id) if listed else own_feed_payload(id, await _key(ask)))


def _is_listed(feed: Feed) -> bool:
    """Whether a list of the operator names a feed, so that everybody may know its address."""
    return feed.in_catalogue or feed.pinned


async def link_to_topic(ask: Ask, id: TopicId, text: str) -> str:
    """The address that offers others a topic. One of a long topic ends when nobody uses that any more."""
    return ask.services.link(topic_payload(text) or await _kept_payload(ask, id))


async def _kept_payload(ask: Ask, topic_id: TopicId) -> str:
    async with ask.services.database.read() as tx:
        topic = await chats.topic(tx, topic_id)
    # It may have been unfollowed in this moment, and deleted; a link without a payload opens the chat.
    return "" if topic is None else kept_payload(topic, await _key(ask))


async def _key(ask: Ask) -> str:
    database = ask.services.database
    async with database.read() as tx:
        key = await mark(tx, _KEY)
    if key is None:
        async with database.write() as tx:
            key = await mark(tx, _KEY) or ask.services.new_token()
            await set_mark(tx, _KEY, key)
    return key


async def topic_of(ask: Ask, payload: str) -> str | None:
    """The topic that a link offers; None if it offers none, was forged, or is of one that is kept no more."""
    number = kept_number_in(payload)
    if number is None:
        return topic_in(payload)
    async with ask.services.database.read() as tx:
        topic = await chats.topic(tx, number)
        key = await mark(tx, _KEY)
    if topic is None or key is None or not proves(payload, topic, key):
        return None
    return topic.text


async def feed_of(ask: Ask, payload: str) -> Feed | None:
    """The feed that a link offers; None likewise.

    A number alone is honoured for feeds of the operator's lists, and for those that the chat follows anyway.
    """
    id = feed_in(payload)
    if id is None:
        return None
    async with ask.services.database.read() as tx:
        feed = await feeds.get(tx, id)
        key = await mark(tx, _KEY)
        mine = await chats.feeds_of(tx, ask.chat.id)
    if feed is None:
        return None
    if payload == feed_payload(id):
        return feed if _is_listed(feed) or id in mine else None
    return feed if key is not None and proves_feed(payload, id, key) else None
