"""When chats, and single subscriptions, hear next: what is due, and what becomes of it.

A subscription with a schedule of its own is due by itself; one whose schedule is "instant" is due as soon as
something comes for it. All others go with the digest of their chat.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import chats
from storage.batches import batches
from storage.bells import Bell
from storage.database import ring
from storage.records import ArticleId, Chat, ChatId, FeedId, Subscription, SubscriptionId, TopicId
from storage.schema import chats as table
from storage.schema import is_instant, subscriptions, takes_pushes


def _due_digests(now: datetime, limit: int) -> Select[Any]:
    return (
        select(*chats.CHAT)
        .where(table.c.next_digest_at <= now, takes_pushes)
        .order_by(table.c.next_digest_at, table.c.id)
        .limit(limit)
    )


async def count_due(tx: AsyncConnection, now: datetime, most: int) -> int:
    """How many chats have a digest due by then; not counted beyond `most`."""
    due = select(table.c.id).where(table.c.next_digest_at <= now, takes_pushes).limit(most)
    return int(await tx.scalar(select(func.count()).select_from(due.subquery())) or 0)


async def due_digests(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Chat, ...]:
    """Chats whose digest is due, longest overdue first."""
    return tuple(chats.chat_of(row) for row in await tx.execute(_due_digests(now, limit)))


async def claim_due_digests(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Chat, ...]:
    """Likewise, locked until this transaction ends; those that others have locked are passed over."""
    query = _due_digests(now, limit).with_for_update(skip_locked=True)
    return tuple(chats.chat_of(row) for row in await tx.execute(query))


def _due_alone(now: datetime, limit: int) -> Select[Any]:
    waiting = (
        select(subscriptions.c.chat_id)
        .join(table, table.c.id == subscriptions.c.chat_id)
        .where(subscriptions.c.next_digest_at <= now, takes_pushes)
        .order_by(subscriptions.c.next_digest_at)
        .limit(limit)
    )
    return select(*chats.CHAT).where(table.c.id.in_(waiting)).order_by(table.c.id)


async def due_alone(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Chat, ...]:
    """Chats with subscriptions that are due by their own schedules."""
    return tuple(chats.chat_of(row) for row in await tx.execute(_due_alone(now, limit)))


async def claim_due_alone(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Chat, ...]:
    """Likewise, locked as by `claim_due_digests`."""
    query = _due_alone(now, limit).with_for_update(skip_locked=True)
    return tuple(chats.chat_of(row) for row in await tx.execute(query))


async def set_schedule(
    tx: AsyncConnection, ids: Collection[SubscriptionId], schedule: str, due: datetime | None
) -> None:
    """Give subscriptions a schedule of their own, or "" for that of their chat, and say when they are due next."""
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.id.in_(ids))
        .values(schedule=schedule, next_digest_at=due)
    )


async def put_off(
    tx: AsyncConnection, ids: Collection[SubscriptionId], until: datetime | None
) -> None:
    """Let subscriptions be due at another time."""
    if not ids:
        return
    await tx.execute(
        update(subscriptions).where(subscriptions.c.id.in_(ids)).values(next_digest_at=until)
    )


async def digested(
    tx: AsyncConnection, upcoming: Mapping[SubscriptionId, datetime | None], up_to: ArticleId
) -> None:
    """Subscriptions with schedules of their own have been told up to an article, and are due next at these times."""
    if upcoming:
        await tx.execute(
            update(subscriptions)
            .where(subscriptions.c.id == bindparam("subscription"))
            .values(after_article=bindparam("up_to"), next_digest_at=bindparam("due")),
            [{"subscription": id, "up_to": up_to, "due": due} for id, due in upcoming.items()],
        )


async def alert(
    tx: AsyncConnection,
    topic_ids: Collection[TopicId],
    feed_ids: Collection[FeedId],
    now: datetime,
) -> None:
    """Something came for these topics and feeds: who wants to hear of it at once is due now."""
    targets = ((subscriptions.c.topic_id, topic_ids), (subscriptions.c.feed_id, feed_ids))
    for column, ids in targets:
        for some in batches(ids):
            due = await tx.execute(
                update(subscriptions)
                .where(
                    column.in_(some),
                    is_instant,
                    subscriptions.c.next_digest_at.is_(None),
                )
                .values(next_digest_at=now)
            )
            if due.rowcount:
                ring(tx, Bell.DIGESTS)


async def planned(
    tx: AsyncConnection, after: ChatId | None, limit: int
) -> tuple[tuple[Chat, tuple[Subscription, ...]], ...]:
    """Chats by their ids, after that one, each with its subscriptions that have schedules of their own."""
    query = select(*chats.CHAT).order_by(table.c.id).limit(limit)
    if after is not None:
        query = query.where(table.c.id > after)
    found = [chats.chat_of(row) for row in await tx.execute(query)]
    followed = await chats.followed_by(tx, [chat.id for chat in found])
    return tuple((chat, tuple(one for one in followed[chat.id] if one.schedule)) for chat in found)


async def ended_pauses(tx: AsyncConnection, now: datetime, limit: int) -> tuple[Chat, ...]:
    """Chats whose pause is over by the clock."""
    rows = await tx.execute(
        select(*chats.CHAT).where(table.c.paused, table.c.paused_until <= now).limit(limit)
    )
    return tuple(chats.chat_of(row) for row in rows)
