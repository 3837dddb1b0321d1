"""What `kawaraban db backup`, `restore` and `move` do: the steps, and the transactions that they are.

backup:  SQLite ─ VACUUM INTO ──────────────┐
PostgreSQL ─ copied at one moment ─┴▶ a plain SQLite file, examined, then named
restore: that file ─▶ a copy ─▶ migrated ─┬▶ named as the SQLite database
└▶ moved into PostgreSQL
move:    piece by piece, one transaction each ─▶ both sides compared ─▶ the target may be used
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import utc_now
from bot.progress import Show
from storage import backups, copying
from storage.backups import BackupFailed
from storage.copying import CopyFailed
from storage.database import (
    UNFINISHED,
    Database,
    DatabaseRefused,
    Transaction,
    address_of,
    file_of,
    hold_file,
    mark,
    open_as_it_is,
    open_database,
)
from storage.revisions import newest_revision, revision


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied."""

    rows: dict[str, int]
    """By table."""
    replaced: int
    """Rows that held a NUL."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made."""

    revision: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was taken."""

    revision: str
    """Its own, before it was upgraded."""
    aside: Path | None
    """Where the database that was there is now, if there was one."""


# ── Copying ──────────────────────────────────────────────────────────────────────────────────────


async def copy_all(
    reader: Transaction,
    target: Database,
    origin: str,
    show: Show,
    *,
    again: bool = False,
    size: int = copying.ROWS,
) -> Moved:
    """Copy what a transaction sees into an empty database, or go on with it, and compare the two.

    `origin` tells what is copied from anything else; `size` is how many rows go into one transaction.
    Raises CopyFailed.
    """
    await copying.stay(reader)
    async with target.write() as tx:
        place = await copying.begin(tx, origin, again)
        done = sum((await copying.counts(tx)).values())
    total = sum((await copying.counts(reader)).values())
    while place.table:
        show(place.table, done, total)
        async with target.write() as tx:
            place, count = await copying.copy_some(reader, tx, place, size)
        done += count
    compared = 0

    def tell(table: str, count: int) -> None:
        nonlocal compared
        compared += count
        show(f"comparing {table}", compared, 2 * total)

    async with target.read() as tx:
        await copying.stay(tx)
        different, rows = await copying.differing(reader, tx, tell)
    if different:
        raise CopyFailed(
            f"both sides differ in {', '.join(different)}: one of them was changed meanwhile; "
            "let nobody use them, and begin anew with --again"
        )
    async with target.write() as tx:
        await copying.finish(reader, tx)
    return Moved(rows, place.replaced)


async def move(url: str, to: str, again: bool, show: Show) -> Moved:
    """Copy everything from one database into another, or go on with it. Raises DatabaseRefused, CopyFailed."""
    origin = address_of(url)
    with _naming_target():
        if origin == address_of(to):
            raise DatabaseRefused("--to: is the database of DATABASE_URL; name another one")
    file = file_of(url)
    if file is not None and not file.is_file():
        raise DatabaseRefused(f"DATABASE_URL: there is no database {file}; nothing can be moved")
    async with AsyncExitStack() as stack:
        source = await open_database(url)
        stack.push_async_callback(source.close)
        with _naming_target():
            target = await open_database(to, unfinished=True)
        stack.push_async_callback(target.close)
        await stack.enter_async_context(_claimed(source, target))
        reader = await stack.enter_async_context(source.read())
        return await copy_all(reader, target, origin, show, again=again)


@contextmanager
def _naming_target() -> Iterator[None]:
    """Let complaints about the target name the option that it stands in."""
    try:
        yield
    except DatabaseRefused as error:
        raise DatabaseRefused(str(error).replace("DATABASE_URL:", "--to:", 1)) from error


@asynccontextmanager
async def _claimed(source: Database, target: Database) -> AsyncIterator[None]:
    async with source.read() as one, target.read() as other:
        await copying.claim(one, other)
        yield


# ── Backups ──────────────────────────────────────────────────────────────────────────────────────


async def back_up(url: str, file: Path, replace: bool, show: Show) -> BackedUp:
    """Make a backup of a database, used or not. Raises DatabaseRefused, BackupFailed, CopyFailed."""
    source = await open_as_it_is(url)
    try:
        with backups.in_the_making(file, replace) as part:
            database = file_of(url)
            if database is not None:
                show("writing", 0, 0)
                await asyncio.to_thread(backups.write, database, part)
            else:
                await _copy_into_file(source, part, show)
            show("checking", 0, 0)
            made = await asyncio.to_thread(backups.examine, part, file)
            return BackedUp(made, part.stat().st_size)
    finally:
        await source.close()


async def _copy_into_file(source: Database, part: Path, show: Show) -> None:
    """Copy a PostgreSQL database as it is at one moment."""
    async with source.read() as reader:
        here = await revision(reader)
        if here != newest_revision():
            raise BackupFailed(
                f"DATABASE_URL: the database is of revision {here}, not {newest_revision()}; "
                "back it up with the Kawaraban that uses it, or with pg_dump"
            )
        if await mark(reader, UNFINISHED) is not None:
            raise BackupFailed(
                "DATABASE_URL: the database holds half of a copy; finish that `db move` or "
                "`db restore` first"
            )
        target = await open_database(f"sqlite:///{part}")
        try:
            await copy_all(reader, target, "the backup", show)
        finally:
            await target.close()
    await asyncio.to_thread(backups.make_plain, part)


async def restore(url: str, file: Path, replace: bool, again: bool, show: Show) -> Restored:
    """Make a backup the database at `url`. Raises DatabaseRefused, BackupFailed, CopyFailed.

    With `replace`, a SQLite database that holds anything is moved aside; PostgreSQL has to be empty.
    """
    if file_of(url) is not None:
        return await _restore_file(url, file, replace, show)
    with TemporaryDirectory(prefix="kawaraban-") as folder:
        copy = Path(folder) / "backup.db"
        copy.touch(0o600)
        made = await _unpacked(file, copy, show)
        async with AsyncExitStack() as stack:
            source = await open_database(f"sqlite:///{copy}")
            stack.push_async_callback(source.close)
            target = await open_database(url, unfinished=True)
            stack.push_async_callback(target.close)
            await stack.enter_async_context(_claimed(source, target))
            reader = await stack.enter_async_context(source.read())
            origin = f"backup {(await asyncio.to_thread(backups.fingerprint, file))[:16]}"
            await copy_all(reader, target, origin, show, again=again)
    return Restored(made, None)


async def _restore_file(url: str, file: Path, replace: bool, show: Show) -> Restored:
    database = file_of(url)
    assert database is not None  # noqa: S101 - asked before
    with hold_file(url):
        taken = await asyncio.to_thread(backups.holds_rows, database)
        if taken and not replace:
            raise BackupFailed(
                f"DATABASE_URL: there is something in {database}; --force moves it aside"
            )
        with backups.in_the_making(database, replace=True) as part:
            made = await _unpacked(file, part, show)
            upgraded = await open_database(f"sqlite:///{part}")
            await upgraded.close()
            aside = await asyncio.to_thread(backups.move_aside, database, utc_now())
    return Restored(made, aside)


async def _unpacked(file: Path, part: Path, show: Show) -> str:
    """Copy a backup and look whether it can be used: its revision."""
    show("reading", 0, 0)
    await asyncio.to_thread(backups.copy, file, part)
    show("checking", 0, 0)
    return await asyncio.to_thread(backups.examine, part, file)
