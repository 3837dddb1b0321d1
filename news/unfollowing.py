"""Unfollow as a use case: what somebody means of their list, its end, and the way back."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from news import query
from news.errors import BadQuery, NoSuchNumber
from news.followed_topics import query_of
from news.lexemes import QUOTES
from news.subscribing import begin_query, subscribe
from news.text import normalise, squeeze
from storage import chats, feeds
from storage.database import Database, Transaction
from storage.records import ArticleId, ChatId, FeedId, Kind, Subscription, SubscriptionId, TopicId

_LONGEST_NAMED = 300
"""Characters of a text that are looked at for a name that it begins with."""


async def find_numbered(
    database: Database, chat_id: ChatId, typed: str
) -> tuple[int, Subscription]:
    """The subscription that a number of the chat's list, or a name, stands for, with its number. Raises NoSuchNumber."""
    async with database.read() as tx:
        listed = await chats.followed(tx, chat_id)
    text = squeeze(typed).strip("#.")
    # A number is at most as long as the list's own; str.isdecimal also takes digits of other scripts.
    if text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= len(listed):
        return int(text), listed[int(text) - 1]
    for number, item in enumerate(listed, start=1):
        if normalise(item.name) == normalise(text):
            return number, item
    raise NoSuchNumber(len(listed))


async def _meant(tx: Transaction, typed: str) -> TopicId | None:
    """The topic that means what somebody typed, however it is called: "North Korea" for "DPRK"; None if none is kept."""
    try:
        wanted = query.parse(typed)
    except BadQuery:
        return None
    topic = await chats.topic_called(tx, wanted.normal)
    return None if topic is None else topic.id


async def find_several(database: Database, chat_id: ChatId, typed: str) -> tuple[Subscription, ...]:
    """The subscriptions that a name, or numbers of the chat's list, stand for: `rice`, `1 3`, `2-4`, `1, 3-5`.

    In the order of the list; each line stands for some. Raises NoSuchNumber, if only one of them is not there.
    """
    lines = dict.fromkeys(line for line in typed.splitlines() if line.strip()) or (typed,)
    async with database.read() as tx:
        listed = await chats.followed(tx, chat_id)
        meant = {
            one.id for line in lines for one in _stands_for(line, listed, await _meant(tx, line))
        }
    return tuple(one for one in listed if one.id in meant)


def _stands_for(
    typed: str, listed: Sequence[Subscription], topic_id: TopicId | None
) -> tuple[Subscription, ...]:
    """What one line stands for; `topic_id` is the topic that means the same. Raises NoSuchNumber."""
    text = squeeze(typed)
    for name in dict.fromkeys((text, text.strip(QUOTES + "' ’‘"))):
        found = [one for one in listed if _unquoted(one.name) == _unquoted(name)]
        exact = [one for one in found if normalise(one.name) == normalise(name)]
        if found:
            return tuple(exact or found)[:1]
    same = tuple(one for one in listed if (one.kind, one.target) == (Kind.TOPIC, topic_id))
    if same:
        return same
    places: set[int] = set()
    for part in re.split(r"[\s,，、;；&+]+", re.sub(r"\s*([-‐‑–—~〜～])\s*", r"\1", text)):
        if part:
            places.update(_places(part, len(listed)))
    if not places:
        raise NoSuchNumber(len(listed))
    return tuple(listed[place] for place in sorted(places))


async def find_leading(
    database: Database, chat_id: ChatId, typed: str
) -> tuple[int, Subscription, str] | None:
    """The subscription with whose name a text begins, its number, and what stands behind it; the longest name counts."""
    async with database.read() as tx:
        listed = await chats.followed(tx, chat_id)
    named: dict[str, tuple[int, Subscription]] = {}
    for plain in (normalise, _unquoted):
        for number, one in enumerate(listed, start=1):
            named.setdefault(plain(one.name), (number, one))
    words = squeeze(typed[:_LONGEST_NAMED]).split(" ")
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        found = named.get(normalise(name)) or named.get(_unquoted(name))
        if found is not None:
            return *found, " ".join(words[count:])
    return None


def _unquoted(name: str) -> str:
    return normalise(name.strip(QUOTES))


def _places(part: str, count: int) -> range:
    """The places from 0 in a list of so many, that a number or a range of them stands for. Raises NoSuchNumber."""
    found = re.fullmatch(r"#?(\d{1,6})\.?(?:[-‐‑–—~〜～]#?(\d{1,6})\.?)?", part)
    if found is None:
        raise NoSuchNumber(count)
    first = int(found[1])
    last = int(found[2] or first)
    if not 1 <= first <= last <= count:
        raise NoSuchNumber(count)
    return range(first - 1, last)


async def unfollow_all(
    database: Database, chat_id: ChatId, ids: Collection[SubscriptionId] | None = None
) -> tuple[Subscription, ...]:
    """Stop following these, or everything; what was followed of it, in the order of the list."""
    async with database.write() as tx:
        listed = await chats.followed(tx, chat_id)
        gone = tuple(one for one in listed if ids is None or one.id in ids)
        for one in gone:
            await chats.unsubscribe(tx, chat_id, one.id)
    return gone


async def unfollow(database: Database, chat_id: ChatId, id: SubscriptionId) -> Subscription | None:
    """Stop following; what was followed, or None if it was not this chat's or is gone."""
    gone = await unfollow_all(database, chat_id, {id})
    return gone[0] if gone else None


async def follow_again(
    database: Database,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    after_article: ArticleId,
    place: SubscriptionId,
    limit: int,
    now: datetime,
) -> str | None:
    """Undo an unfollow, so that nothing which came meanwhile is missed; its name, None if there is nothing to follow.

    `place` is the id that it had: it stands in the list where it stood. Raises LimitReached.
    """
    async with database.write() as tx:
        if kind is Kind.TOPIC:
            topic = await chats.topic(tx, TopicId(target))
            if topic is None:
                return None
            wanted = query_of(topic)
            await begin_query(tx, chat_id, wanted, limit, now, after_article)
            name = wanted.text
        else:
            feed = await feeds.get(tx, FeedId(target))
            if feed is None:
                return None
            await subscribe(tx, chat_id, kind, feed.id, feed.title, limit, now, after_article)
            name = feed.title
        await chats.put_back(tx, chat_id, kind, target, place)
    return name
