"""The database on the command line, run as `kawaraban db …` on both kinds of database."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, text

from bot import database_copies
from bot.__main__ import main
from storage import copying
from storage import database as storage_database
from storage.database import Database, hold_file, open_database, set_mark
from storage.revisions import newest_revision
from storage.schema import metadata
from tests.storage.every_table import ROWS, damage, fill, rows_of

Rows = dict[str, Sequence[tuple[Any, ...]]]
Run = Callable[..., Awaitable[tuple[int, str, str]]]
T = TypeVar("T")

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def kawaraban(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `db …` on a database of each kind: exit code, output, complaints."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    async def run(*arguments: object, url: str | None = None) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setenv("DATABASE_URL", url or database_url)
            code = await asyncio.to_thread(main, ["db", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


async def _with(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = await open_database(url)
    try:
        return await work(database)
    finally:
        await database.close()


async def _all(url: str) -> Rows:
    async def read(database: Database) -> Rows:
        async with database.read() as tx:
            return await rows_of(tx)

    found = await _with(url, read)
    return {
        name: sorted(copying.portable(metadata.tables[name], rows)[0], key=repr)
        for name, rows in found.items()
    }


async def _fill(url: str) -> Rows:
    """Put something into every table of a SQLite database: all that is in it, as both kinds keep it."""
    await _with(url, fill)
    return await _all(url)


def _names(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.glob(pattern)]


# ── upgrade ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_upgrade_says_from_where_to_where(kawaraban: Run) -> None:
    newest = newest_revision()
    assert await kawaraban("upgrade") == (0, f"upgraded from nothing to revision {newest}\n", "")
    assert await kawaraban("upgrade") == (0, f"up to date: revision {newest}\n", "")
    code, said, _ = await kawaraban("upgrade", "--json")
    assert (code, json.loads(said)) == (0, {"from": newest, "to": newest})


# ── check ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_check_has_a_line_for_each_finding_and_makes_no_database(
    kawaraban: Run, tmp_path: Path
) -> None:
    await kawaraban("upgrade")
    code, said, complaints = await kawaraban("check")
    assert (code, complaints) == (0, "")
    assert f"   ok  version: revision {newest_revision()}\n" in said
    assert " note  index: is not built yet" in said
    assert said.splitlines()[-1].strip().startswith("size: ")
    missing = tmp_path / "missing.db"
    code, said, _ = await kawaraban("check", url=f"sqlite:///{missing}")
    assert code == 1
    assert said.startswith(f"WRONG  reachable: there is no database {missing} → run the bot first")
    assert not _names(tmp_path, "missing*")


async def test_a_check_for_scripts_is_json(kawaraban: Run, database_url: str) -> None:
    await _with(database_url, _seed)
    code, said, _ = await kawaraban("check", "--json")
    values = json.loads(said)
    assert (code, values["ok"], values["rows"]["marks"]) == (0, True, 1)
    assert values["bytes"] > 50_000
    assert {"about": "reachable", "level": "fine", "text": "it answers", "fix": ""} in values[
        "findings"
    ]


async def _seed(database: Database) -> None:
    async with database.write() as tx:
        await set_mark(tx, "of", "this one")


async def test_a_database_that_does_not_answer_is_a_finding_without_the_password(
    kawaraban: Run,
) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/none"
    code, said, complaints = await kawaraban("check", url=url)
    assert code == 1
    assert said.startswith("WRONG  reachable: ")
    assert "start the database, or mend DATABASE_URL" in said
    assert "secret" not in said + complaints


@on_sqlite
async def test_a_broken_file_makes_the_check_fail(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    await _fill(database_url)
    damage(tmp_path / "test.db", "articles")
    code, said, _ = await kawaraban("check")
    assert code == 1
    assert "WRONG  integrity: " in said


# ── move ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_move_brings_everything_there_and_back(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    source, back = f"sqlite:///{tmp_path / 'source.db'}", f"sqlite:///{tmp_path / 'back.db'}"
    before = await _fill(source)
    code, said, complaints = await kawaraban("move", "--to", database_url, url=source)
    assert (code, complaints) == (0, "")
    assert said.startswith(f"{ROWS * len(before):,} rows moved and compared\n")
    assert "of them held a NUL" in said
    assert "now set DATABASE_URL=" in said
    assert await _all(database_url) == before
    code, said, complaints = await kawaraban("move", "--to", back, "--json")
    assert (code, complaints) == (0, "")
    values = json.loads(said)
    assert values["rows"] == dict.fromkeys(metadata.tables, ROWS)
    assert (values["replaced"], values["database"]) == (0, back)
    assert await _all(back) == before


async def test_a_move_that_broke_off_is_finished_by_the_same_command(
    kawaraban: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"sqlite:///{tmp_path / 'source.db'}"
    before = await _fill(source)
    move = ("move", "--to", database_url)
    copy_some, pieces = copying.copy_some, 0

    async def breaking(*arguments: Any) -> Any:
        nonlocal pieces
        pieces += 1
        if pieces == 9:
            raise KeyboardInterrupt
        return await copy_some(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "copy_some", breaking)
        assert await kawaraban(*move, url=source) == (1, "", "kawaraban: interrupted\n")
    for wanted in ("upgrade", "move --to sqlite:///elsewhere.db"):
        code, _, complaints = await kawaraban(*wanted.split())
        assert (code, complaints.count("\n")) == (2, 1)
        assert "another database is still being copied into this one" in complaints
    code, said, _ = await kawaraban("check")
    assert code == 1
    assert "WRONG  version: a copy into this database is unfinished" in said
    code, said, _ = await kawaraban(*move, url=source)
    assert code == 0
    assert await _all(database_url) == before


async def test_a_full_disk_is_a_line_and_no_trace(
    kawaraban: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    source = f"sqlite:///{tmp_path / 'source.db'}"
    await kawaraban("upgrade", url=source)
    monkeypatch.setattr(copying, "copy_some", full)
    code, said, complaints = await kawaraban("move", "--to", database_url, url=source)
    assert (code, said, complaints.count("\n")) == (1, "", 1)
    assert "No space left on device" in complaints
    assert "give the same command again" in complaints


@on_postgresql
async def test_a_target_that_breaks_off_is_a_line_and_loses_nothing(
    kawaraban: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"sqlite:///{tmp_path / 'source.db'}"
    before = await _fill(source)
    copy_some, pieces = copying.copy_some, 0

    async def cut_off(reader: Any, tx: Any, place: Any, size: int) -> Any:
        nonlocal pieces
        pieces += 1
        if pieces == 12:
            other = await asyncpg.connect(database_url)
            await other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await other.close()
        return await copy_some(reader, tx, place, size)

    monkeypatch.setattr(copying, "copy_some", cut_off)
    code, said, complaints = await kawaraban("move", "--to", database_url, url=source)
    assert (code, said, complaints.count("\n")) == (1, "", 1)
    assert "in trouble" in complaints
    code, *_ = await kawaraban("move", "--to", database_url, url=source)
    assert code == 0
    assert await _all(database_url) == before


async def test_a_source_that_changed_meanwhile_makes_the_move_fail_and_again_mends_it(
    kawaraban: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"sqlite:///{tmp_path / 'source.db'}"
    await _fill(source)
    copy_some = copying.copy_some

    async def losing(reader: Any, tx: Any, place: Any, size: int) -> Any:
        if place.table == "outbox":
            raise KeyboardInterrupt
        return await copy_some(reader, tx, place, size)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "copy_some", losing)
        await kawaraban("move", "--to", database_url, url=source)
    with closing(sqlite3.connect(tmp_path / "source.db")) as connection:
        connection.execute("UPDATE chats SET timezone = 'Asia/Tokyo' WHERE id = 1")
        connection.commit()
    code, said, complaints = await kawaraban("move", "--to", database_url, url=source)
    assert (code, said) == (1, "")
    assert complaints.startswith("kawaraban: both sides differ in chats: ")
    code, *_ = await kawaraban("move", "--to", database_url, "--again", url=source)
    assert code == 0
    assert await _all(database_url) == await _all(source)


async def test_a_move_refuses_what_can_not_be_in_one_line(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    await _with(database_url, _seed)
    source = f"sqlite:///{tmp_path / 'source.db'}"
    await _fill(source)
    await _with(f"sqlite:///{tmp_path / 'taken.db'}", fill)

    async def refused(to: str, url: str) -> tuple[int, str]:
        code, said, complaints = await kawaraban("move", "--to", to, url=url)
        assert (said, complaints.count("\n")) == ("", 1)
        return code, complaints

    code, line = await refused(database_url, database_url)
    assert (code, "--to: is the database of DATABASE_URL" in line) == (2, True)
    code, line = await refused("mysql://x/y", source)
    assert (code, "--to: must be sqlite:///" in line) == (2, True)
    code, line = await refused(database_url, f"sqlite:///{tmp_path / 'none.db'}")
    assert (code, "DATABASE_URL: there is no database" in line) == (2, True)
    code, line = await refused(f"sqlite:///{tmp_path / 'taken.db'}", source)
    assert (code, "already in the database that is to be filled" in line) == (1, True)
    with hold_file(source):
        code, line = await refused(database_url, source)
    assert (code, "is in use by another Kawaraban" in line) == (2, True)


# ── backup, restore ──────────────────────────────────────────────────────────────────────────────


async def _filled(kawaraban: Run, database_url: str, tmp_path: Path) -> Rows:
    """Something in every table of the database at hand, as both kinds keep it."""
    source = f"sqlite:///{tmp_path / 'source.db'}"
    await _fill(source)
    code, *_ = await kawaraban("move", "--to", database_url, url=source)
    assert code == 0
    return await _all(database_url)


async def test_a_backup_of_either_kind_is_restored_into_either_kind(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    before = await _filled(kawaraban, database_url, tmp_path)
    file = tmp_path / "backup.db"
    running = await open_database(database_url)
    # While the bot runs.
    code, said, complaints = await kawaraban("backup", file)
    assert (code, complaints) == (0, "")
    assert said.startswith(f"{file}: everything, ")
    code, _, complaints = await kawaraban("backup", file)
    assert (code, "is there already" in complaints) == (1, True)
    code, said, _ = await kawaraban("backup", file, "--force", "--json")
    assert (code, json.loads(said)["revision"]) == (0, newest_revision())
    await running.close()
    other = f"sqlite:///{tmp_path / 'restored.db'}"
    code, said, complaints = await kawaraban("restore", file, url=other)
    assert (code, complaints) == (0, "")
    assert await _all(other) == before
    assert file.stat().st_mode & 0o777 == 0o600
    # Nothing is left beside them.
    assert not _names(tmp_path, "*.part*")


@on_postgresql
async def test_a_backup_of_a_file_is_restored_into_postgresql(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    source, file = f"sqlite:///{tmp_path / 'source.db'}", tmp_path / "backup.db"
    before = await _fill(source)
    await kawaraban("backup", file, url=source)
    code, said, complaints = await kawaraban("restore", file)
    assert (code, complaints) == (0, "")
    assert said == f"restored from {file}, which was of revision {newest_revision()}\n"
    assert await _all(database_url) == before
    code, _, complaints = await kawaraban("restore", file, "--force")
    assert code == 1
    assert "drop that one and create it anew" in complaints


@on_sqlite
async def test_a_restore_moves_aside_what_is_there_only_if_told_so(
    kawaraban: Run, database_url: str, tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await _fill(database_url)
    file = tmp_path / "backup.db"
    await kawaraban("backup", file)
    await _with(database_url, _seed)
    later = await _all(database_url)
    code, _, complaints = await kawaraban("restore", file)
    assert (code, "--force moves it aside" in complaints) == (1, True)
    assert await _all(database_url) == later
    monkeypatch.setattr(database_copies, "utc_now", clock)
    code, said, _ = await kawaraban("restore", file, "--force")
    aside = tmp_path / "test.db.20261120T120000Z"
    assert (code, f"what was there before is {aside} now" in said) == (0, True)
    assert await _all(database_url) == before
    assert await _all(f"sqlite:///{aside}") == later


async def test_a_backup_is_of_one_moment_while_the_bot_writes(
    database_url: str, tmp_path: Path
) -> None:
    running = await open_database(database_url)
    stop, wrote = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            async with running.write() as tx:
                # In pieces of their own, if there are pieces.
                await set_mark(tx, "a", str(number))
                await tx.run_sync(_budget, number)
            wrote.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        for number in range(3):
            wrote.clear()
            await wrote.wait()
            file = tmp_path / f"{number}.db"
            await database_copies.back_up(database_url, file, False, lambda *_: None)
            with closing(sqlite3.connect(file)) as connection:
                query = "SELECT value, spent_to FROM marks, budgets WHERE marks.name = 'a'"
                [(mark, spent)] = connection.execute(query).fetchall()
            assert float(mark) == spent
        stop.set()
    await running.close()


def _budget(connection: Connection, number: int) -> None:
    connection.execute(text("DELETE FROM budgets"))
    connection.execute(
        text("INSERT INTO budgets (name, spent_to) VALUES ('b', :it)"), {"it": float(number)}
    )


async def test_half_of_a_copy_is_not_backed_up(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    async def begin(database: Database) -> None:
        async with database.write() as tx:
            await copying.begin(tx, "another")

    await _with(database_url, begin)
    code, _, complaints = await kawaraban("backup", tmp_path / "half.db")
    assert (code, "holds half of a copy" in complaints) == (1, True)
    assert _names(tmp_path, "half*") == []


async def test_an_older_backup_is_upgraded(
    kawaraban: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_to_0004(connection: Connection) -> None:
        config = storage_database._alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")

    old, file = f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "backup.db"
    with monkeypatch.context() as patch:
        patch.setattr(storage_database, "_upgrade", only_to_0004)
        await (await open_database(old, unfinished=True)).close()
    code, said, _ = await kawaraban("backup", file, "--json", url=old)
    assert (code, json.loads(said)["revision"]) == (0, "0004")
    code, said, complaints = await kawaraban("restore", file)
    assert (code, said, complaints) == (
        0,
        f"restored from {file}, which was of revision 0004\n",
        "",
    )
    code, said, _ = await kawaraban("upgrade")
    assert said == f"up to date: revision {newest_revision()}\n"
    # It stays what it was.
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("0004",)
        ]


async def test_a_newer_backup_is_refused(kawaraban: Run, tmp_path: Path) -> None:
    source, file = f"sqlite:///{tmp_path / 'source.db'}", tmp_path / "backup.db"
    await kawaraban("upgrade", url=source)
    await kawaraban("backup", file, url=source)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    line = f"{file} was made by a newer Kawaraban (revision 9999); install that version"
    assert await kawaraban("restore", file) == (1, "", f"kawaraban: {line}\n")


@on_sqlite
async def test_a_database_in_use_is_not_restored_into(
    kawaraban: Run, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.db"
    await kawaraban("upgrade")
    await kawaraban("backup", file)
    running = await open_database(database_url)
    code, _, complaints = await kawaraban("restore", file, "--force")
    assert (code, "is in use by another Kawaraban" in complaints) == (2, True)
    await running.close()
    (tmp_path / "diary.txt").write_text("Dear diary")
    code, _, complaints = await kawaraban("restore", tmp_path / "diary.txt")
    assert (code, "is no backup of Kawaraban" in complaints) == (1, True)
