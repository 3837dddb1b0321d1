"""Backups are whole, complete, for their owner only, and never in the way of the bot."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import backups
from storage.backups import BackupFailed
from storage.database import UNFINISHED, Database, open_database, set_mark
from storage.revisions import newest_revision
from tests.storage.every_table import damage, fill, rows_of

NOW = datetime(2026, 11, 20, 12, 30, 1, tzinfo=UTC)


@pytest.fixture
def file(sqlite_url: str) -> Path:
    """Where the database is."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


def _back_up(source: Path, file: Path, replace: bool = False) -> str:
    with backups.in_the_making(file, replace) as part:
        backups.write(source, part)
        return backups.examine(part, file)


async def test_a_backup_holds_everything_in_one_file_for_its_owner(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await fill(database)
    (folder := tmp_path / "backups").mkdir()
    made = _back_up(file, folder / "one.db")
    assert made == newest_revision()
    assert [path.name for path in folder.iterdir()] == ["one.db"]
    assert stat.S_IMODE((folder / "one.db").stat().st_mode) == 0o600
    copy = await open_database(f"sqlite:///{folder / 'one.db'}")
    async with database.read() as tx, copy.read() as other:
        assert await rows_of(tx) == await rows_of(other)
    await copy.close()


async def test_a_backup_is_of_one_moment_while_others_write(
    database: Database, file: Path, tmp_path: Path
) -> None:
    # Each transaction moves both marks on: at no moment are they different.
    stop, wrote = asyncio.Event(), asyncio.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            written += 1
            async with database.write() as tx:
                await set_mark(tx, "first", f"{written} {'x' * 5000}")
                await set_mark(tx, "second", f"{written} {'x' * 5000}")
            wrote.set()

    await fill(database)
    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        for number in range(5):
            wrote.clear()
            await wrote.wait()
            copy = tmp_path / f"{number}.db"
            await asyncio.to_thread(_back_up, file, copy)
            with closing(sqlite3.connect(copy)) as connection:
                query = "SELECT value FROM marks WHERE name IN ('first', 'second')"
                one, other = connection.execute(query).fetchall()
            assert one == other
        stop.set()
    assert written > 5


async def test_a_file_that_is_there_is_replaced_only_if_told_so(
    database: Database, file: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    with pytest.raises(BackupFailed, match="is there already; name another file, or add --force"):
        _back_up(file, there)
    assert there.read_text() == "mine"
    _back_up(file, there, replace=True)
    assert there.read_bytes().startswith(b"SQLite format 3\0")
    with pytest.raises(BackupFailed, match="can't be written"):
        _back_up(file, tmp_path / "no" / "folder.db")
    with pytest.raises(BackupFailed, match="is there already"):
        _back_up(file, tmp_path, replace=True)


async def test_a_backup_that_fails_leaves_everything_as_it_was(
    database: Database, file: Path, tmp_path: Path
) -> None:
    (folder := tmp_path / "backups").mkdir()
    (folder / "old.db").write_text("old")
    async with database.write() as tx:
        await set_mark(tx, UNFINISHED, "{}")
    with pytest.raises(BackupFailed, match="holds half of a copy"):
        _back_up(file, folder / "old.db", replace=True)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("old.db", "old")]


def _take(file: Path, part: Path) -> None:
    backups.copy(file, part)
    backups.examine(part, file)


def _is_refused(file: Path, tmp_path: Path) -> str:
    part = tmp_path / "part.db"
    part.unlink(missing_ok=True)
    with pytest.raises(BackupFailed) as refused:
        _take(file, part)
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith(str(file))
    return said


async def test_what_is_no_whole_backup_of_ours_is_refused_in_one_line(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await fill(database)
    backup = tmp_path / "backup.db"
    _back_up(file, backup)
    whole = backup.read_bytes()
    other = tmp_path / "other.db"

    assert "No such file" in _is_refused(other, tmp_path)
    other.write_text("Dear diary")
    assert "is no backup of Kawaraban" in _is_refused(other, tmp_path)
    other.unlink()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE chats (id)")
    assert "is no backup of Kawaraban" in _is_refused(other, tmp_path)
    # Cut off, and with pages that mean nothing.
    other.write_bytes(whole[: len(whole) // 2])
    assert "malformed" in _is_refused(other, tmp_path)
    other.write_bytes(whole)
    damage(other, "articles")
    assert "is damaged" in _is_refused(other, tmp_path)
    other.write_bytes(whole)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "a newer Kawaraban (revision 9999)" in _is_refused(other, tmp_path)


def _beside(file: Path) -> set[str]:
    """The database and what belongs to it, by the ends of their names."""
    return {path.name.removeprefix(file.name) for path in file.parent.glob(f"{file.name}*")}


async def test_what_is_moved_aside_is_whole_under_its_new_name(
    database: Database, file: Path
) -> None:
    await fill(database)
    async with database.read() as tx:
        before = await rows_of(tx)
    await database.close()
    # As after a crash: a part of it stands beside it.
    file.with_name(f"{file.name}-journal").write_bytes(b"")
    aside = backups.move_aside(file, NOW)
    assert aside == file.with_name("test.db.20261120T123001Z")
    assert not _beside(file) & {"", "-wal", "-journal"}
    moved = await open_database(f"sqlite:///{aside}")
    async with moved.read() as tx:
        assert await rows_of(tx) == before
    await moved.close()
    assert backups.move_aside(file, NOW) is None


async def test_nothing_is_moved_over_what_is_there(database: Database, file: Path) -> None:
    await database.close()
    there = file.with_name("test.db.20261120T123001Z")
    there.write_text("older")
    with pytest.raises(BackupFailed, match="is there already"):
        backups.move_aside(file, NOW)
    assert there.read_text() == "older"
    assert "" in _beside(file)


async def test_an_empty_database_holds_nothing_and_a_broken_one_might(
    database: Database, file: Path, tmp_path: Path
) -> None:
    assert not backups.holds_rows(tmp_path / "none.db")
    assert not backups.holds_rows(file)
    async with database.write() as tx:
        await set_mark(tx, "name", "value")
    assert backups.holds_rows(file)
    (broken := tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    assert backups.holds_rows(broken)
