"""Rows for every table, made from its columns alone: whatever is added to the schema is filled as well."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
)

from storage.database import Database, Transaction
from storage.records import EPOCH
from storage.schema import Moment, Second, metadata

ROWS = 5
"""Of each table: the last one holds NULL wherever that may stand."""

ONE_OF = {"subscriptions": ("feed_id", "topic_id"), "mutes": ("feed_id", "words")}
"""Columns of which exactly one holds something."""

_TEXTS = ("", "日本 🗞 𝔎awaraban", "a\0b\x01 'quoted' \"too\" \\", "é\n\te\u0301\u202e", "x")
_MOMENTS = (
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC) - timedelta(days=1),
    datetime(2026, 11, 20, 12, 0, 30, 123_457, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 11, 20, tzinfo=UTC),
)
_SECONDS = (EPOCH, datetime(2106, 2, 7, tzinfo=UTC), *(EPOCH + timedelta(days=n) for n in range(3)))
_FLOATS = (0.1, -0.0, 5e-324, -1.7976931348623157e308, 1 / 3)


async def fill(database: Database) -> None:
    """Put some rows into every table."""
    async with database.write() as tx:
        for table in metadata.sorted_tables:
            rows = [_row(table, number) for number in range(ROWS)]
            await tx.execute(insert(table), rows)


async def rows_of(tx: Transaction) -> dict[str, Sequence[tuple[Any, ...]]]:
    """All rows of all tables, by name."""
    return {
        table.name: [
            tuple(row) for row in await tx.execute(select(table).order_by(*table.primary_key))
        ]
        for table in metadata.sorted_tables
    }


def damage(file: Path, table: str) -> None:
    """Write nonsense over the first page of a table in a SQLite file."""
    with closing(sqlite3.connect(file)) as connection:
        [size] = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        [page] = connection.execute(query, (table,)).fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xa5" * 200)


def _row(table: Table, number: int) -> dict[str, Any]:
    row = {column.name: _value(table, column, number) for column in table.columns}
    if table.name in ONE_OF:
        row[ONE_OF[table.name][number % 2]] = None
        other = table.columns[ONE_OF[table.name][1 - number % 2]]
        row[other.name] = _filled(table, other, number)
    return row


def _value(table: Table, column: Column[Any], number: int) -> Any:
    return None if column.nullable and number == ROWS - 1 else _filled(table, column, number)


def _filled(table: Table, column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        [key] = column.foreign_keys
        return _filled(key.column.table, key.column, number)
    if isinstance(column.type, String):
        start = f"{number}\0" if _is_unique(table, column) else ""
        return (start + _TEXTS[number] * 40)[: column.type.length or 2000]
    if isinstance(column.type, Integer):
        return _whole(table, column, number)
    values: dict[type, Sequence[Any]] = {
        Boolean: (False, True, False, True, False),
        Float: _FLOATS,
        Second: _SECONDS,
        Moment: _MOMENTS,
    }
    return values[type(column.type)][number]


def _whole(table: Table, column: Column[Any], number: int) -> int:
    if table.name == "chats" and column.primary_key:
        return (-1_001_234_567_890, -7, 1, 7_000_000_000, 2**52)[number]
    if column.primary_key:
        return 3 + 10 * number
    largest = 2**63 - 1 if isinstance(column.type, BigInteger) else 2**31 - 1
    return (0, largest, 1 - largest, -1, 7)[number]


def _is_unique(table: Table, column: Column[Any]) -> bool:
    together = (
        set(one.columns)
        for one in (table.primary_key, *table.constraints)
        if one is table.primary_key or isinstance(one, UniqueConstraint)
    )
    return any(column in columns for columns in together)
