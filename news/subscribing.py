"""To begin and end to follow, inside a transaction: what every use case of it does."""

from datetime import datetime

from news import query, search
from news.errors import BadQuery, ChatForgotten, LimitReached
from storage import articles, chats, feeds, matches
from storage.database import Transaction
from storage.records import ArticleId, ChatId, Feed, Kind, Subscription, TopicId

_BACKFILL = 300
"""The newest articles of the archive that a new topic begins with."""


async def begin_query(
    tx: Transaction,
    chat_id: ChatId,
    wanted: query.Query,
    limit: int,
    now: datetime,
    after_article: ArticleId | None = None,
) -> tuple[TopicId, bool]:
    """Follow the topic of a query, see `begin_topic`; which one it is, and False if the chat follows it already.

    Raises BadQuery if it names a time and no more.
    """
    if not query.positive(wanted.tree):
        # A topic that is only a time says nothing of what is to be told.
        raise BadQuery("only_time")
    topic = await chats.intern_topic(tx, wanted.normal, wanted.text, now)
    return topic.id, await begin_topic(tx, chat_id, topic.id, wanted, limit, now, after_article)


async def begin_topic(
    tx: Transaction,
    chat_id: ChatId,
    topic_id: TopicId,
    wanted: query.Query,
    limit: int,
    now: datetime,
    after_article: ArticleId | None = None,
) -> bool:
    """Follow a topic that is kept, see `follow_topic`, with what the archive has of it; False if the chat does already."""
    added = await subscribe(
        tx, chat_id, Kind.TOPIC, topic_id, wanted.text, limit, now, after_article
    )
    if added:
        await backfill(tx, topic_id, wanted, now)
    return added


async def backfill(tx: Transaction, topic_id: TopicId, wanted: query.Query, now: datetime) -> None:
    """Let a topic begin with what the archive has of it."""
    found = await search.matching(tx, wanted, now, _BACKFILL)
    await matches.match_topic(tx, topic_id, found)


async def begin_feed(
    tx: Transaction, chat_id: ChatId, feed: Feed, limit: int, now: datetime
) -> bool:
    """Follow a feed that is kept; False if the chat does already. Raises LimitReached."""
    # One that was given up gets another chance: somebody believes in it.
    await feeds.revive(tx, [feed.id], now)
    await feeds.reawaken(tx, [feed.id], now)
    return await subscribe(tx, chat_id, Kind.FEED, feed.id, feed.title, limit, now, None)


async def subscribe(
    tx: Transaction,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    name: str,
    limit: int,
    now: datetime,
    after_article: ArticleId | None,
) -> bool:
    """Follow a feed or a topic from an article on, None for the newest; False if the chat does already.

    Raises LimitReached, and ChatForgotten if the chat is gone.
    """
    await check_there(tx, chat_id)
    after = await articles.newest(tx) if after_article is None else after_article
    added = await chats.subscribe(tx, chat_id, kind, target, name, after, now)
    if added and await chats.count_subscriptions(tx, chat_id) > limit:
        raise LimitReached(limit)
    return added


async def check_there(tx: Transaction, chat_id: ChatId) -> None:
    """Raise ChatForgotten if a chat is not known any more: what it waited for must not bring it back."""
    if await chats.get(tx, chat_id) is None:
        raise ChatForgotten


async def end(tx: Transaction, chat_id: ChatId, kind: Kind, target: int) -> Subscription | None:
    """Stop following a feed or a topic; what was followed, None if the chat does not."""
    for item in await chats.followed(tx, chat_id):
        if (item.kind, item.target) == (kind, target):
            await chats.unsubscribe(tx, chat_id, item.id)
            return item
    return None
