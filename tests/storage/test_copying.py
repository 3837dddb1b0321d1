"""Copying a database into another kind of database, killed wherever that may happen, and comparing the two."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import copying
from storage.copying import CopyFailed, Place, begin, claim, copy_some, differing, finish, summed
from storage.database import (
    UNFINISHED,
    Database,
    DatabaseRefused,
    Transaction,
    mark,
    open_database,
    set_mark,
)
from storage.schema import Moment, articles, chats, feeds, marks, matches, metadata, stories
from tests.storage.every_table import ROWS, fill, rows_of

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Rows = dict[str, Sequence[tuple[Any, ...]]]


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite database with something in every table."""
    database = await open_database(f"sqlite:///{tmp_path / 'filled.db'}")
    await fill(database)
    yield database
    await database.close()


@pytest.fixture
async def target(database_url: str) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    database = await open_database(database_url)
    yield database
    await database.close()


async def _copy(source: Database, target: Database, size: int = 2, again: bool = False) -> Place:
    """Copy everything, or the rest of it."""
    async with source.read() as reader:
        async with target.write() as tx:
            place = await begin(tx, "filled", again)
        while place.table:
            async with target.write() as tx:
                place, _ = await copy_some(reader, tx, place, size)
    return place


async def _different(source: Database, target: Database) -> tuple[str, ...]:
    async with source.read() as one, target.read() as other:
        return (await differing(one, other, lambda _table, _count: None))[0]


async def _finish(source: Database, target: Database) -> None:
    async with source.read() as reader, target.write() as tx:
        await finish(reader, tx)


async def _all(database: Database) -> Rows:
    async with database.read() as tx:
        return await rows_of(tx)


def _portable(rows: Rows) -> Rows:
    return {
        name: sorted(copying.portable(metadata.tables[name], some)[0], key=repr)
        for name, some in rows.items()
    }


async def test_everything_is_the_same_after_a_move_there_and_back(
    filled: Database, target: Database, tmp_path: Path
) -> None:
    place = await _copy(filled, target)
    assert await _different(filled, target) == ()
    await _finish(filled, target)
    before = await _all(filled)
    assert {name: len(rows) for name, rows in before.items()} == dict.fromkeys(before, ROWS)
    assert _portable(await _all(target)) == _portable(before)
    back = await open_database(f"sqlite:///{tmp_path / 'back.db'}")
    assert (await _copy(target, back)).replaced == 0
    assert await _different(target, back) == ()
    await _finish(target, back)
    assert _portable(await _all(back)) == _portable(before)
    # Two more hops have nothing left to change but what SQLite does not know.
    assert (await _all(back))["feeds"] == sorted((await _all(target))["feeds"])
    assert place.replaced > 0
    await back.close()


async def test_a_nul_becomes_a_character_that_every_database_keeps(
    filled: Database, target: Database
) -> None:
    await _copy(filled, target)
    async with target.read() as tx:
        names = set(await tx.scalars(select(feeds.c.title)))
    assert any(name.startswith("a\ufffdb\x01 ") for name in names)
    assert not any("\0" in name for name in names)


async def test_a_copy_that_is_killed_at_every_piece_brings_everything_once(
    filled: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    pieces, kills = 0, 0
    note = set_mark

    async def noting(tx: Transaction, name: str, value: str) -> None:
        # After the rows were put, before they are committed: the second piece of every start.
        nonlocal pieces
        await note(tx, name, value)
        pieces += 1
        if pieces % 2 == 0:
            raise Killed

    async with target.write() as tx:
        await begin(tx, "filled")
    monkeypatch.setattr(copying, "set_mark", noting)
    while True:
        try:
            place = await _copy(filled, target)
        except Killed:
            kills += 1
            continue
        break
    assert place.table == ""
    # Three pieces of five rows, of every table.
    assert kills >= 3 * len(metadata.tables) - 1
    assert await _different(filled, target) == ()
    monkeypatch.undo()
    await _finish(filled, target)
    assert _portable(await _all(target)) == _portable(await _all(filled))
    async with target.read() as tx:
        assert await mark(tx, UNFINISHED) is None


async def test_pieces_of_any_size_bring_the_same(filled: Database, target: Database) -> None:
    for size in (1, ROWS, ROWS + 1):
        await _copy(filled, target, size, again=True)
        assert await _different(filled, target) == ()


async def test_an_unfinished_copy_is_refused_by_whoever_wants_to_use_it(
    filled: Database, database_url: str
) -> None:
    target = await open_database(database_url)
    async with filled.read() as reader:
        async with target.write() as tx:
            place = await begin(tx, "filled")
        async with target.write() as tx:
            await copy_some(reader, tx, place)
    await target.close()
    for alone in (True, False):
        with pytest.raises(DatabaseRefused, match="still being copied into") as refused:
            await open_database(database_url, alone=alone)
        assert "\n" not in str(refused.value)
    target = await open_database(database_url, unfinished=True)
    await _copy(filled, target)
    await _finish(filled, target)
    await target.close()
    await (await open_database(database_url)).close()


async def test_a_database_that_holds_anything_is_not_copied_into(
    filled: Database, target: Database, seed: Any
) -> None:
    async with target.write() as tx:
        await seed.chat(tx)
    for again in (False, True):
        with pytest.raises(CopyFailed, match="there are chats already"):
            await _copy(filled, target, again=again)
    assert len((await _all(target))["chats"]) == 1


async def test_half_of_another_copy_is_dropped_only_if_told_so(
    filled: Database, target: Database
) -> None:
    async with target.write() as tx:
        await begin(tx, "another")
        await set_mark(tx, "of another", "1")
    with pytest.raises(CopyFailed, match="a copy of another is unfinished there"):
        await _copy(filled, target)
    await _copy(filled, target, again=True)
    assert await _different(filled, target) == ()


async def test_a_source_that_changed_between_two_starts_is_found_in_the_end(
    filled: Database, target: Database
) -> None:
    async with filled.read() as reader:
        async with target.write() as tx:
            place = await begin(tx, "filled")
        while place.table != "matches":
            async with target.write() as tx:
                place, _ = await copy_some(reader, tx, place)
    async with filled.write() as tx:
        await tx.execute(update(articles).where(articles.c.id == 3).values(title="edited"))
    await _copy(filled, target)
    assert await _different(filled, target) == ("articles",)


def _one_other(table: Table) -> dict[str, Any]:
    """A value of the last column that is no key, and not the one that row has."""
    column = [
        one
        for one in table.columns
        if not one.primary_key and not one.foreign_keys and one.unique is not True
    ][-1]
    kind = datetime if isinstance(column.type, Moment) else column.type.python_type
    values: dict[type, Any] = {
        str: "y",
        int: 8,
        bool: True,
        float: 0.30000000000000004,
        datetime: datetime(2026, 11, 20, 0, 0, 1, tzinfo=UTC),
    }
    return {column.name: values[kind]}


async def test_another_value_in_one_place_is_found(database: Database, tmp_path: Path) -> None:
    other = await open_database(f"sqlite:///{tmp_path / 'other.db'}")
    await fill(database)
    await fill(other)
    assert await _different(database, other) == ()
    changed = []
    for table in metadata.sorted_tables:
        # Of the others, every column points elsewhere or is part of a rule.
        if table.name in ("aliases", "mutes"):
            continue
        key = next(iter(table.primary_key.columns))
        async with other.write() as tx:
            last = await tx.scalar(select(key).order_by(key.desc()).limit(1))
            await tx.execute(update(table).where(key == last).values(_one_other(table)))
        changed.append(table.name)
        assert await _different(database, other) == tuple(changed)
    assert len(changed) > 15
    await other.close()


async def test_a_row_that_is_missing_or_too_many_is_found(
    filled: Database, target: Database
) -> None:
    await _copy(filled, target)
    async with target.write() as tx:
        await tx.execute(text("DELETE FROM matches WHERE topic_id = 3"))
        row = {"topic_id": 13, "article_id": 3, "score": 0.1}
        await tx.execute(insert(matches), row)
        await tx.execute(insert(stories), {"id": 99, "first_seen_at": datetime.now(UTC)})
    assert set(await _different(filled, target)) == {"stories", "matches"}


async def test_an_id_is_not_given_out_twice_after_a_move(
    filled: Database, target: Database, tmp_path: Path
) -> None:
    async with filled.write() as tx:
        made = await tx.execute(insert(stories).values(first_seen_at=datetime.now(UTC)))
        assert made.inserted_primary_key is not None
        [last] = made.inserted_primary_key
        await tx.execute(delete(stories).where(stories.c.id == last))
    back = await open_database(f"sqlite:///{tmp_path / 'back.db'}")
    for one, other in ((filled, target), (target, back)):
        await _copy(one, other)
        await _finish(one, other)
    for database in (target, back):
        async with database.write() as tx:
            made = await tx.execute(insert(stories).values(first_seen_at=datetime.now(UTC)))
            assert made.inserted_primary_key is not None
            assert made.inserted_primary_key[0] == last + 1
    await back.close()


@on_postgresql
async def test_an_empty_table_counts_from_one_after_a_move(
    database: Database, target: Database
) -> None:
    await _copy(database, target)
    await _finish(database, target)
    async with target.write() as tx:
        made = await tx.execute(insert(stories).values(first_seen_at=datetime.now(UTC)))
        assert made.inserted_primary_key is not None
        assert made.inserted_primary_key[0] == 1


async def test_marks_of_the_index_stay_where_they_are(filled: Database, target: Database) -> None:
    async with filled.write() as tx:
        await set_mark(tx, "search.version", "1")
        await set_mark(tx, "something", "else")
    await _copy(filled, target)
    assert await _different(filled, target) == ()
    await _finish(filled, target)
    async with target.read() as tx:
        assert await mark(tx, "search.version") is None
        assert await mark(tx, "something") == "else"
        assert await tx.scalar(select(marks.c.name).where(marks.c.name == UNFINISHED)) is None


@on_postgresql
@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("language", "x" * 36, "chats.language: holds 36 where PostgreSQL has room for 35"),
        ("most_stories", 2**31, "chats.most_stories: holds 2147483648 where PostgreSQL has room"),
    ],
)
async def test_what_postgresql_has_no_room_for_is_said_without_showing_it(
    filled: Database, target: Database, column: str, value: Any, said: str
) -> None:
    async with filled.write() as tx:
        await tx.execute(update(chats).where(chats.c.id == 1).values({column: value}))
    with pytest.raises(CopyFailed) as failed:
        await _copy(filled, target)
    assert said in str(failed.value)
    assert "xxx" not in str(failed.value)


async def test_a_row_that_points_nowhere_is_no_trace_but_a_line(
    filled: Database, target: Database
) -> None:
    # As a file may be that was edited by hand.
    file = filled._engine.url.database
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM topics WHERE id = 3")
        connection.commit()
    with pytest.raises(CopyFailed, match="the target does not take a row") as failed:
        await _copy(filled, target)
    assert "\n" not in str(failed.value)


@on_postgresql
async def test_a_database_in_use_is_neither_copied_nor_copied_into(
    target: Database, database: Database, database_url: str
) -> None:
    other = await open_database(database_url)
    for pair in ((target, database), (database, target)):
        async with pair[0].read() as one, pair[1].read() as two:
            with pytest.raises(CopyFailed, match="in use by another Kawaraban"):
                await claim(one, two)
    await other.close()
    async with target.read() as one, database.read() as two:
        await claim(one, two)


@on_postgresql
async def test_a_database_is_not_copied_into_itself(target: Database, database: Database) -> None:
    async with target.read() as one, target.read() as two, database.read() as other:
        await one.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": copying._COPY_LOCK})
        with pytest.raises(CopyFailed, match="or both are the same"):
            await claim(other, two)


@on_postgresql
async def test_nobody_writes_to_a_postgresql_that_is_being_copied(
    target: Database, database: Database, database_url: str
) -> None:
    source = target
    async with source.read() as held, database.read() as other:
        await claim(held, other)
        late = await open_database(database_url)
        with pytest.raises(DBAPIError, match="lock timeout"):
            await _write_soon(late)
    await _write_soon(late)
    await late.close()


async def _write_soon(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
        await set_mark(tx, "late", "1")


_value = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)


@given(st.lists(st.tuples(_value, _value, _value), unique_by=repr))
def test_rows_that_differ_have_other_hashes(rows: list[tuple[Any, ...]]) -> None:
    kinds = {repr(row) for row in rows}
    assert len({copying.hashed(row) for row in rows}) == len(kinds)


async def test_a_sum_does_not_depend_on_the_size_of_pieces(filled: Database) -> None:
    async with filled.read() as tx:
        for table in metadata.sorted_tables:
            sums = [
                await summed(tx, table, lambda _table, _count: None, size) for size in (1, 2, 5, 9)
            ]
            assert sums[0].rows == ROWS
            assert len(set(sums)) == 1
