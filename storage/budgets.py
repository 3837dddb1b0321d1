"""What several processes spend together, such as calls a second: time, spent ahead of the clock."""

from datetime import datetime

from sqlalchemy import case
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import budgets
from storage.upsert import insert_for


async def spend(tx: AsyncConnection, name: str, now: datetime, seconds: float) -> float:
    """Spend so many seconds of a budget; how many seconds from now until the first of them comes.

    Everybody who spends gets a stretch of time of their own, one after the other. Nobody else spends of this
    budget until the transaction ends, so that it should end at once.
    """
    at = now.timestamp()
    insert = insert_for(tx)(budgets).values(name=name, spent_to=at + seconds)
    later = case((budgets.c.spent_to > at, budgets.c.spent_to), else_=at)
    spent_to = await tx.scalar(
        insert.on_conflict_do_update(
            index_elements=[budgets.c.name], set_={"spent_to": later + seconds}
        ).returning(budgets.c.spent_to)
    )
    return max(0.0, float(spent_to) - seconds - at)
