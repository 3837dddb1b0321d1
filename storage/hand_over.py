"""What chats have of stories, going over to another chat or another story."""

from typing import Any

from sqlalchemy import Column, Table, case, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import saved, told, votes
from storage.upsert import insert_for

OF_STORIES = ((told, "told_at"), (votes, "voted_at"), (saved, "saved_at"))
"""The tables that have one row for a chat and a story, with the column that says since when."""


async def hand_over(
    tx: AsyncConnection, table: Table, dated: str, owner: Column[Any], old: int, new: int
) -> None:
    """Give `new` what `old` has in a table; `owner` is its column for chats or for stories. What `old` has stays.

    Of two rows for a chat and a story, the later one counts, and the newest article of both.
    """
    rest = [column for column in table.columns if column is not owner]
    insert = insert_for(tx)(table).from_select(
        [owner.name, *(column.name for column in rest)],
        select(literal(new), *rest).where(owner == old),
    )
    later = insert.excluded[dated] > table.c[dated]
    renewed: dict[str, Any] = {
        column.name: case((later, insert.excluded[column.name]), else_=column)
        for column in rest
        if not column.primary_key
    }
    if "up_to" in renewed:
        newer = insert.excluded.up_to > table.c.up_to
        renewed["up_to"] = case((newer, insert.excluded.up_to), else_=table.c.up_to)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[table.c.chat_id, table.c.story_id], set_=renewed
        )
    )
