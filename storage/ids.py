"""The largest ids that were ever given out: no id is given out twice, whatever was dropped or copied since."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Table, column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import metadata

COUNTED = tuple(one for one in metadata.sorted_tables if one.autoincrement_column is not None)
"""The tables that number their rows themselves."""

_sqlite_sequence = table("sqlite_sequence", column("name"), column("seq", BigInteger))

_LAST = text(
    "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:table, :column) AS regclass))"
)
_SET = text(
    "SELECT setval(CAST(pg_get_serial_sequence(:table, :column) AS regclass), :value, :called)"
)


def id_column(of: Table) -> str:
    """The column in which one of these tables numbers its rows."""
    assert of.autoincrement_column is not None
    return of.autoincrement_column.name


async def counted_to(tx: AsyncConnection) -> dict[str, int]:
    """Up to where each of these tables has counted, by its name; 0 if it never did."""
    if tx.dialect.name == "sqlite":
        # It goes on from whichever is larger, the count that it keeps or the largest id.
        kept = {row.name: row.seq for row in await tx.execute(select(_sqlite_sequence))}
        there = await largest_ids(tx)
        return {name: max(id, int(kept.get(name) or 0)) for name, id in there.items()}
    return {
        one.name: int(
            await tx.scalar(_LAST, {"table": one.name, "column": id_column(one)}) or 0,
        )
        for one in COUNTED
    }


async def largest_ids(tx: AsyncConnection) -> dict[str, int]:
    """The largest id that is there in each of these tables, by its name; 0 if it is empty."""
    return {
        one.name: int(await tx.scalar(select(func.max(one.c[id_column(one)]))) or 0)
        for one in COUNTED
    }


async def count_from(tx: AsyncConnection, values: Mapping[str, int]) -> None:
    """Let these tables count on after these ids."""
    for one in COUNTED:
        value = values.get(one.name, 0)
        if tx.dialect.name == "sqlite":
            mine = _sqlite_sequence.c.name == one.name
            await tx.execute(_sqlite_sequence.delete().where(mine))
            await tx.execute(_sqlite_sequence.insert().values(name=one.name, seq=value))
        else:
            # A sequence can't stand at 0: it is told that 1 was not given out yet.
            place = {"value": max(value, 1), "called": value > 0}
            await tx.execute(_SET, {"table": one.name, "column": id_column(one), **place})
