"""What buttons do that have no room for it: a command, and what would have been typed behind it."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ChatId, Offer, OfferId
from storage.schema import offers

KEPT = 30
"""Offers to one chat; the buttons of older ones are out of date."""


async def put(tx: AsyncConnection, chat_id: ChatId, offer: Offer, now: datetime) -> OfferId:
    """Keep an offer to a chat; what its button names. The same one again keeps its number."""
    mine = offers.c.chat_id == chat_id
    same = (mine, offers.c.command == offer.command, offers.c.argument == offer.argument)
    there = await tx.scalar(select(offers.c.id).where(*same))
    if there is not None:
        return OfferId(there)
    made = await tx.execute(
        insert(offers)
        .values(chat_id=chat_id, command=offer.command, argument=offer.argument, made_at=now)
        .returning(offers.c.id)
    )
    id = OfferId(made.scalar_one())
    newest = select(offers.c.id).where(mine).order_by(offers.c.id.desc()).limit(KEPT)
    await tx.execute(delete(offers).where(mine, offers.c.id.not_in(newest)))
    return id


async def get(tx: AsyncConnection, chat_id: ChatId, id: OfferId) -> Offer | None:
    """An offer to this chat; None for one to another, or that is kept no more."""
    row = (
        await tx.execute(
            select(offers.c.command, offers.c.argument).where(
                offers.c.id == id, offers.c.chat_id == chat_id
            )
        )
    ).first()
    return None if row is None else Offer(*row)


async def prune(tx: AsyncConnection, before: datetime) -> None:
    """Drop the offers that were made before then."""
    await tx.execute(delete(offers).where(offers.c.made_at < before))
