"""Chats, what they follow, and when they hear next."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches
from storage.bells import Bell
from storage.database import ring
from storage.hand_over import OF_STORIES, hand_over
from storage.records import (
    ArticleId,
    Chat,
    ChatId,
    Failure,
    FeedId,
    Kind,
    Layout,
    ListedFeed,
    Subscription,
    SubscriptionId,
    Topic,
    TopicId,
)
from storage.schema import (
    articles,
    chats,
    feeds,
    matches,
    mutes,
    outbox,
    subscriptions,
    topics,
)
from storage.schema import topic_changes as changes
from storage.shown import hand_over_shown
from storage.upsert import insert_for

CHAT = [chats.c[field.name] for field in fields(Chat)]
"""What a chat is read from."""


def chat_of(row: Row[Any]) -> Chat:
    """A row of `CHAT` as a value."""
    values = dict(row._mapping)
    values["layout"] = Layout(row.layout)
    return Chat(**values)


_CHAT = select(*CHAT).where(chats.c.id == bindparam("chat"))
"""Asked at every update: it is put together once."""


async def get(tx: AsyncConnection, chat_id: ChatId) -> Chat | None:
    """The chat, if it ever spoke to the bot."""
    row = (await tx.execute(_CHAT, {"chat": chat_id})).one_or_none()
    return None if row is None else chat_of(row)


async def add(tx: AsyncConnection, chat: Chat, now: datetime) -> Chat:
    """Keep a chat; one that is known is left as it is. The chat as it is kept."""
    values = {column.name: getattr(chat, column.name) for column in CHAT}
    await tx.execute(
        insert_for(tx)(chats)
        .values(**values, created_at=now)
        .on_conflict_do_nothing(index_elements=[chats.c.id])
    )
    kept = await get(tx, chat.id)
    assert kept is not None
    return kept


async def change(tx: AsyncConnection, chat_id: ChatId, **values: Any) -> None:
    """Set fields of a chat, named as in `records.Chat`."""
    await tx.execute(_changing(tuple(values)), {"this": chat_id, **values})


@cache
def _changing(names: tuple[str, ...]) -> Any:
    """Put together once for each choice of fields: every digest needs it."""
    given = {name: bindparam(name, type_=chats.c[name].type) for name in names}
    return update(chats).where(chats.c.id == bindparam("this")).values(given)


async def migrate(tx: AsyncConnection, old: ChatId, new: ChatId) -> None:
    """Move everything of a group to the id of the supergroup that it became.

    If the bot knows the new id already, what the group followed, was told, thinks and is owed is added to it; of
    what both were told or think of a story, the later counts.
    """
    if await get(tx, new) is None:
        await tx.execute(update(chats).where(chats.c.id == old).values(id=new))
        return
    for table, name in (
        (subscriptions, "feed_id"),
        (subscriptions, "topic_id"),
        (mutes, "feed_id"),
        (mutes, "words"),
    ):
        there, target = table.alias(), table.c[name]
        twin = exists().where(there.c.chat_id == new, there.c[name] == target)
        await tx.execute(
            update(table)
            .where(table.c.chat_id == old, target.is_not(None), ~twin)
            .values(chat_id=new)
        )
    await tx.execute(update(outbox).where(outbox.c.chat_id == old).values(chat_id=new))
    for table, dated in OF_STORIES:
        await hand_over(tx, table, dated, table.c.chat_id, old, new)
    await hand_over_shown(tx, old, new)
    await tx.execute(delete(chats).where(chats.c.id == old))


async def feeds_of(tx: AsyncConnection, chat_id: ChatId) -> frozenset[FeedId]:
    """The feeds that a chat follows."""
    rows = await tx.scalars(
        select(subscriptions.c.feed_id).where(
            subscriptions.c.chat_id == chat_id, subscriptions.c.feed_id.is_not(None)
        )
    )
    return frozenset(FeedId(row) for row in rows)


async def listed_feeds(tx: AsyncConnection, chat_id: ChatId) -> tuple[ListedFeed, ...]:
    """The feeds that a chat follows, in the order in which it began to, for a list of them."""
    rows = await tx.execute(
        select(feeds.c.url, feeds.c.title, subscriptions.c.folder, subscriptions.c.schedule)
        .join(feeds, feeds.c.id == subscriptions.c.feed_id)
        .where(subscriptions.c.chat_id == chat_id)
        .order_by(subscriptions.c.id)
    )
    return tuple(ListedFeed(*row) for row in rows)


_COUNT = select(func.count()).where(subscriptions.c.chat_id == bindparam("chat"))


async def count_subscriptions(tx: AsyncConnection, chat_id: ChatId) -> int:
    """How many feeds and topics a chat follows."""
    return int(await tx.scalar(_COUNT, {"chat": chat_id}) or 0)


async def follow_feeds(
    tx: AsyncConnection,
    chat_id: ChatId,
    named: Mapping[FeedId, ListedFeed],
    after_article: ArticleId,
    now: datetime,
) -> None:
    """Let a chat follow these feeds, as a list names them; those that it follows already stay as they are."""
    if named:
        ring(tx, Bell.FEEDS)
        await tx.execute(
            insert_for(tx)(subscriptions).on_conflict_do_nothing(),
            [
                {
                    "chat_id": chat_id,
                    "feed_id": feed_id,
                    "name": listed.title or listed.url,
                    "folder": listed.folder,
                    "after_article": after_article,
                    "followed_at": now,
                }
                for feed_id, listed in named.items()
            ],
        )


async def followers_of_feed(
    tx: AsyncConnection, feed_id: FeedId
) -> tuple[tuple[ChatId, SubscriptionId], ...]:
    """The chats that follow a feed and can be written to, with their subscription."""
    rows = await tx.execute(
        select(subscriptions.c.chat_id, subscriptions.c.id)
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(subscriptions.c.feed_id == feed_id, chats.c.unreachable_since.is_(None))
        .order_by(subscriptions.c.id)
    )
    return tuple((ChatId(chat), SubscriptionId(id)) for chat, id in rows)


async def subscriptions_of(tx: AsyncConnection, chat_id: ChatId) -> tuple[Subscription, ...]:
    """What a chat follows, in the order in which it began to."""
    return tuple(_subscription(row) for row in await tx.execute(_DATED, {"chats": [chat_id]}))


async def followed(tx: AsyncConnection, chat_id: ChatId) -> tuple[Subscription, ...]:
    """Likewise, without looking up when the newest stories were: `last_story_at` is None."""
    return (await followed_by(tx, [chat_id]))[chat_id]


async def followed_by(
    tx: AsyncConnection, ids: Collection[ChatId]
) -> dict[ChatId, tuple[Subscription, ...]]:
    """Likewise for several chats."""
    found: dict[ChatId, list[Subscription]] = {id: [] for id in ids}
    for row in await tx.execute(_FOLLOWED, {"chats": list(ids)}):
        found[ChatId(row.chat_id)].append(_subscription(row))
    return {id: tuple(listed) for id, listed in found.items()}


def _select_subscriptions(last_story_at: ColumnElement[Any]) -> Select[Any]:
    """Those of `:chats`, each with this column, in the order in which they began."""
    return (
        select(
            subscriptions,
            feeds.c.title,
            feeds.c.failure,
            feeds.c.failure_detail,
            last_story_at.label("last_story_at"),
        )
        .outerjoin(feeds, feeds.c.id == subscriptions.c.feed_id)
        .where(subscriptions.c.chat_id.in_(bindparam("chats", expanding=True)))
        .order_by(subscriptions.c.id)
    )


_FOLLOWED = _select_subscriptions(null())
"""Put together once, like the next: every digest needs it."""

_NEWEST = select(func.max(articles.c.published_at))
_DATED = _select_subscriptions(
    func.coalesce(
        _NEWEST.where(articles.c.feed_id == subscriptions.c.feed_id).scalar_subquery(),
        _NEWEST.join(matches, matches.c.article_id == articles.c.id)
        .where(matches.c.topic_id == subscriptions.c.topic_id)
        .scalar_subquery(),
    )
)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=SubscriptionId(row.id),
        chat_id=ChatId(row.chat_id),
        kind=Kind.TOPIC if row.feed_id is None else Kind.FEED,
        target=row.topic_id if row.feed_id is None else row.feed_id,
        name=row.title or row.name,
        after_article=ArticleId(row.after_article),
        followed_at=row.followed_at,
        last_story_at=row.last_story_at,
        failure=None if row.failure is None else Failure(row.failure),
        failure_detail=row.failure_detail or "",
        schedule=row.schedule,
        next_digest_at=row.next_digest_at,
    )


async def subscribe(
    tx: AsyncConnection,
    chat_id: ChatId,
    kind: Kind,
    target: int,
    name: str,
    after_article: ArticleId,
    now: datetime,
) -> bool:
    """Follow a feed or a topic; False if the chat does already, and nothing changed."""
    result = await tx.execute(
        insert_for(tx)(subscriptions)
        .values(
            chat_id=chat_id,
            feed_id=target if kind is Kind.FEED else None,
            topic_id=target if kind is Kind.TOPIC else None,
            name=name,
            after_article=after_article,
            followed_at=now,
        )
        .on_conflict_do_nothing()
    )
    if result.rowcount and kind is Kind.TOPIC:
        await tx.execute(changes.insert().values(topic_id=target))
    elif result.rowcount:
        ring(tx, Bell.FEEDS)
    return bool(result.rowcount)


async def put_back(
    tx: AsyncConnection, chat_id: ChatId, kind: Kind, target: int, place: SubscriptionId
) -> None:
    """Give a subscription that began again its old place in the chat's list, which is that of its old id.

    Nothing happens if that id is another one's, or would bring it further down.
    """
    column = subscriptions.c.feed_id if kind is Kind.FEED else subscriptions.c.topic_id
    others = subscriptions.alias()
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.chat_id == chat_id, column == target, subscriptions.c.id > place)
        .where(~exists().where(others.c.id == place))
        .values(id=place)
    )


async def unsubscribe(
    tx: AsyncConnection, chat_id: ChatId, subscription_id: SubscriptionId
) -> bool:
    """Stop following; False if it was not this chat's, or is gone."""
    gone = (
        await tx.execute(
            delete(subscriptions)
            .where(subscriptions.c.id == subscription_id, subscriptions.c.chat_id == chat_id)
            .returning(subscriptions.c.topic_id)
        )
    ).one_or_none()
    if gone is not None and gone.topic_id is not None:
        await tx.execute(changes.insert().values(topic_id=gone.topic_id))
    return gone is not None


async def retarget(tx: AsyncConnection, item: Subscription, topic_id: TopicId, name: str) -> None:
    """Let a subscription to a topic follow another one from now on; if the chat does already, it ends."""
    mine = select(subscriptions.c.id).where(
        subscriptions.c.chat_id == item.chat_id, subscriptions.c.topic_id == topic_id
    )
    there = await tx.scalar(mine)
    if there is not None and there != item.id:
        await unsubscribe(tx, item.chat_id, item.id)
        return
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.id == item.id)
        .values(topic_id=topic_id, name=name)
    )
    await tx.execute(changes.insert(), [{"topic_id": item.target}, {"topic_id": topic_id}])


_TOPIC = (topics.c.id, topics.c.normal, topics.c.text)


async def topic(tx: AsyncConnection, topic_id: TopicId) -> Topic | None:
    """The topic with this id."""
    row = (await tx.execute(select(*_TOPIC).where(topics.c.id == topic_id))).one_or_none()
    return None if row is None else Topic(*row)


async def topic_called(tx: AsyncConnection, normal: str) -> Topic | None:
    """The topic with this normal form."""
    row = (await tx.execute(select(*_TOPIC).where(topics.c.normal == normal))).one_or_none()
    return None if row is None else Topic(*row)


async def intern_topic(tx: AsyncConnection, normal: str, text: str, now: datetime) -> Topic:
    """The one topic with this normal form, made if need be, marked as used now."""
    row = (
        await tx.execute(
            insert_for(tx)(topics)
            .values(normal=normal, text=text, used_at=now)
            .on_conflict_do_update(index_elements=[topics.c.normal], set_={"used_at": now})
            .returning(*_TOPIC)
        )
    ).one()
    return Topic(*row)


_TOPICS = (
    select(*_TOPIC)
    .where(exists().where(subscriptions.c.topic_id == topics.c.id))
    .order_by(topics.c.id)
)
_SOME_TOPICS = _TOPICS.where(topics.c.id.in_(bindparam("some", expanding=True)))


async def followed_topics(
    tx: AsyncConnection, among: Collection[TopicId] | None = None
) -> tuple[Topic, ...]:
    """Every topic that some chat follows, in the order of their ids; `among` leaves all others out."""
    if among is None:
        return tuple(Topic(*row) for row in await tx.execute(_TOPICS))
    found: list[Topic] = []
    for some in batches(sorted(set(among))):
        found += (Topic(*row) for row in await tx.execute(_SOME_TOPICS, {"some": some}))
    return tuple(found)


async def newest_topic_change(tx: AsyncConnection) -> int:
    """The number of the last time that a chat began or ended to follow a topic; 0 before the first."""
    return int(await tx.scalar(select(func.coalesce(func.max(changes.c.id), 0))) or 0)


async def topic_changes(tx: AsyncConnection, after: int) -> tuple[int, tuple[TopicId, ...]]:
    """The number of the newest change, and the topics that chats began or ended to follow after `after`.

    Changes that were pruned are missing: whoever may be that far behind reads all topics again.
    """
    rows = (
        await tx.execute(select(changes.c.id, changes.c.topic_id).where(changes.c.id > after))
    ).all()
    newest = max((row.id for row in rows), default=after)
    return newest, tuple(sorted({TopicId(row.topic_id) for row in rows}))


async def prune_topic_changes(tx: AsyncConnection, keep: int) -> int:
    """Forget all but the `keep` newest changes, at least one; how many."""
    oldest = await newest_topic_change(tx) - max(keep, 1)
    return int((await tx.execute(delete(changes).where(changes.c.id <= oldest))).rowcount)


async def prune_topics(tx: AsyncConnection, before: datetime) -> int:
    """Drop topics that nobody follows and nobody asked for since then; how many."""
    result = await tx.execute(
        delete(topics).where(
            topics.c.used_at < before,
            ~exists().where(subscriptions.c.topic_id == topics.c.id),
        )
    )
    return int(result.rowcount)
