"""Copying one database into another, some rows at a time, and comparing the two.

    begin ─▶ copy_some, again and again ─▶ differing ─▶ finish

Tables come in the order of their foreign keys, rows in that of their primary keys. How far a copy got
stands in the target, in a mark that each piece moves on with the rows it brings: killed at any moment, it
goes on from there. Until `finish` takes the mark away, nobody opens the target as a database.

The full-text index is not copied: each kind of database has its own, and builds it from the articles.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Integer,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import NAME, UNFINISHED, is_trouble, mark, set_mark
from storage.ids import count_from, counted_to, largest_ids
from storage.schema import marks, metadata

ROWS = 2000
"""Rows of one piece: articles with their texts are some kilobytes each."""

_TABLES = tuple(metadata.sorted_tables)
_STAY = or_(marks.c.name.startswith("move."), marks.c.name.startswith("search."))
"""Marks that speak of the one database that they stand in: of a copy into it, and of its index."""

_COPY_LOCK = 0x6B617763
"""Key of the PostgreSQL advisory lock that both sides of a copy hold ("kawc")."""

_LARGEST_INTEGER = (1 << 31) - 1

Tell = Callable[[str, int], None]
"""Is told how many rows of which table are done, besides those before."""


class CopyFailed(Exception):
    """A copy that can't be made, or went wrong; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a copy got."""

    origin: str
    """What is copied, by a name that only it has."""
    table: str = _TABLES[0].name
    """The table at work; empty once all are there."""
    after: tuple[int | str, ...] = ()
    """The primary key of its last row that is there."""
    replaced: int = 0
    """Rows of which a NUL was replaced."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What tells two tables apart."""

    rows: int
    checksum: int
    """The sum, modulo 2⁶⁴, of a hash of each row: in whatever order they come."""


async def claim(source: AsyncConnection, target: AsyncConnection) -> None:
    """Keep both sides of a copy for it until these transactions end: nobody writes to the source meanwhile.

    They are the first and only ones that this process has; what is copied is read in others, begun after
    this. Where a side is a file, who opened it alone has kept it already. Raises CopyFailed if another
    Kawaraban uses one of them, or if both are the same.
    """
    for tx, side in ((source, "that is copied"), (target, "that is copied into")):
        if tx.dialect.name != "postgresql":
            continue
        await stay(tx)
        if not await tx.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _COPY_LOCK}):
            raise CopyFailed(
                f"the database {side} is part of another copy, or both are the same; name two databases"
            )
        in_use = CopyFailed(
            f"the database {side} is in use by another Kawaraban; stop that one first"
        )
        if await tx.scalar(_OTHERS, {"name": NAME}):
            raise in_use
        if tx is source:
            await tx.execute(text("SET LOCAL lock_timeout = '10s'"))
            names = ", ".join(f'"{one.name}"' for one in _TABLES)
            try:
                await tx.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise
                raise in_use from error


async def stay(tx: AsyncConnection) -> None:
    """Let a transaction wait, between its statements, for as long as another database is at work."""
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


_OTHERS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()
""")
_LOCK_NOT_AVAILABLE = "55P03"


async def begin(tx: AsyncConnection, origin: str, again: bool = False) -> Place:
    """Where a copy of `origin` into this database goes on, or begins.

    With `again`, it begins anew, and what an earlier one left here is dropped. Raises CopyFailed if the
    database holds anything else.
    """
    noted = await mark(tx, UNFINISHED)
    if noted is not None and not again:
        place = _place(noted)
        if place.origin != origin:
            raise CopyFailed(
                f"a copy of {place.origin} is unfinished there; finish that one, or begin this one "
                "with --again, which drops what is there"
            )
        return place
    if noted is None:
        for table in _TABLES:
            if table is not marks and await tx.scalar(select(_any_of(table))):
                raise CopyFailed(
                    f"there are {table.name} already in the database that is to be filled; "
                    "name one that is empty, or drop that one and create it anew"
                )
    for table in reversed(_TABLES):
        await tx.execute(delete(table))
    place = Place(origin)
    await _note(tx, place)
    return place


async def copy_some(
    source: AsyncConnection, tx: AsyncConnection, place: Place, size: int = ROWS
) -> tuple[Place, int]:
    """Copy the next rows of a table, at most `size`: how far that is, and how many they were.

    Raises CopyFailed if the target can't take one of them.
    """
    table = metadata.tables[place.table]
    rows = await _rows_after(source, table, place.after, size)
    values, replaced = portable(table, rows)
    if values:
        await _put(tx, table, values)
    if len(values) == size:
        keys = [table.columns.keys().index(key.name) for key in table.primary_key.columns]
        after = tuple(rows[-1][key] for key in keys)
        place = replace(place, after=after, replaced=place.replaced + replaced)
    else:
        following = [*_TABLES[_TABLES.index(table) + 1 :], None][0]
        name = "" if following is None else following.name
        place = Place(place.origin, name, (), place.replaced + replaced)
    await _note(tx, place)
    return place, len(values)


async def finish(source: AsyncConnection, tx: AsyncConnection) -> None:
    """Let the target count on where the source does, and be a database like any other."""
    there, counted = await largest_ids(source), await counted_to(source)
    await count_from(tx, {name: max(counted[name], there[name]) for name in counted})
    await tx.execute(delete(marks).where(marks.c.name == UNFINISHED))


async def differing(
    source: AsyncConnection, target: AsyncConnection, tell: Tell
) -> tuple[tuple[str, ...], dict[str, int]]:
    """The tables that are not the same on both sides, and how many rows each has in the source."""
    different: list[str] = []
    counts: dict[str, int] = {}
    for table in _TABLES:
        one, other = await summed(source, table, tell), await summed(target, table, tell)
        counts[table.name] = one.rows
        if one != other:
            different.append(table.name)
    return tuple(different), counts


async def summed(tx: AsyncConnection, table: Table, tell: Tell, size: int = ROWS) -> Sum:
    """Count the rows of a table that are copied, and make the sum of their hashes."""
    count = checksum = 0
    after: tuple[int | str, ...] = ()
    keys = [table.columns.keys().index(key.name) for key in table.primary_key.columns]
    while rows := await _rows_after(tx, table, after, size):
        values, _ = portable(table, rows)
        count += len(values)
        checksum += sum(map(hashed, values))
        after = tuple(rows[-1][key] for key in keys)
        tell(table.name, len(values))
        if len(rows) < size:
            break
    return Sum(count, checksum % (1 << 64))


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many rows of each table are copied, by its name."""
    found: dict[str, int] = {}
    for table in _TABLES:
        query = select(func.count()).select_from(table).where(_travelling(table))
        found[table.name] = int(await tx.scalar(query) or 0)
    return found


def portable(table: Table, rows: Sequence[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], int]:
    """Rows as both kinds of database can keep them, and how many had to be changed for that.

    PostgreSQL takes no NUL in a text: U+FFFD stands for it. SQLite knows no negative zero.
    """
    kept = list(rows)
    changed: set[int] = set()
    for at, column in enumerate(table.columns):
        if isinstance(column.type, String):
            # Of most pieces, one look says that there is none.
            if "\0" not in "".join(row[at] for row in kept if row[at]):
                continue
            for number, row in enumerate(kept):
                if row[at] and "\0" in row[at]:
                    clean = row[at].replace("\0", "\ufffd")
                    kept[number] = (*row[:at], clean, *row[at + 1 :])
                    changed.add(number)
        elif isinstance(column.type, Float):
            for number, row in enumerate(kept):
                if row[at] == 0:
                    kept[number] = (*row[:at], 0.0, *row[at + 1 :])
    return kept, len(changed)


_canonical = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat
).encode


def hashed(row: tuple[Any, ...]) -> int:
    """64 bits that another row would hardly have: of its values as they are everywhere."""
    return int.from_bytes(blake2b(_canonical(row).encode(), digest_size=8).digest(), "big")


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────────


def _place(noted: str) -> Place:
    values = json.loads(noted)
    return Place(**{**values, "after": tuple(values["after"])})


async def _note(tx: AsyncConnection, place: Place) -> None:
    # In ASCII, so that a key with a NUL can stand in it as well.
    await set_mark(tx, UNFINISHED, json.dumps(asdict(place)))


def _any_of(table: Table) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(table))


def _travelling(table: Table) -> ColumnElement[bool]:
    return not_(_STAY) if table is marks else true()


async def _rows_after(
    tx: AsyncConnection, table: Table, after: tuple[int | str, ...], size: int
) -> list[tuple[Any, ...]]:
    keys = tuple(table.primary_key.columns)
    query = select(table).where(_travelling(table)).order_by(*keys).limit(size)
    if after:
        last = [literal(value, key.type) for key, value in zip(keys, after, strict=True)]
        query = query.where(tuple_(*keys) > tuple_(*last))
    return [tuple(row) for row in await tx.execute(query)]


async def _put(tx: AsyncConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = table.columns.keys()
    try:
        if tx.dialect.name == "postgresql":
            for at, column in enumerate(table.columns):
                _require_room(table, column, [row[at] for row in rows])
            # COPY, which SQLAlchemy has no words for.
            raw: Any = (await tx.get_raw_connection()).driver_connection
            await raw.copy_records_to_table(table.name, records=rows, columns=names)
        else:
            await tx.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
    except Exception as error:
        original = getattr(error, "orig", None) or error
        # asyncpg's own errors, of COPY, are told by what they all have.
        state = getattr(original, "sqlstate", None)
        if is_trouble(error) or (original is error and state is None):
            raise
        if (state or "")[:2] in _TROUBLE:
            raise CopyFailed(
                f"the target is in trouble ({type(original).__name__}); "
                "when it is well again, give the same command again"
            ) from error
        raise CopyFailed(
            f"{table.name}: the target does not take a row ({type(original).__name__}); "
            "look at the source with `kawaraban db check`"
        ) from error


_TROUBLE = ("08", "53", "57", "58")
"""Classes of PostgreSQL's errors that say nothing about the data."""


def _require_room(table: Table, column: Column[Any], values: Sequence[Any]) -> None:
    """SQLite keeps what is longer or larger than its column says; PostgreSQL does not."""
    type_ = column.type
    if isinstance(type_, String) and type_.length is not None:
        longest, room = max((len(one) for one in values if one), default=0), type_.length
    elif isinstance(type_, Integer) and not isinstance(type_, BigInteger):
        longest = max((abs(one) for one in values if one is not None), default=0)
        room = _LARGEST_INTEGER
    else:
        return
    if longest > room:
        raise CopyFailed(
            f"{table.name}.{column.name}: holds {longest} where PostgreSQL has room for {room}; "
            "shorten that value in the source first"
        )
