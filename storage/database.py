"""One URL → an engine, its migrations, and the two kinds of transaction.

SQLite runs in WAL mode with foreign keys on. On both databases one writer works at a time: ids are
then given out in the order of commits, which is what lets an article's id serve as a watermark.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.schema import marks
from storage.upsert import insert_for

Transaction = AsyncConnection
"""What query functions take: an open transaction, committed by whoever opened it."""

BUSY_SECONDS = 30
"""How long a SQLite connection waits for another one's write."""

_WRITER_LOCK = 0x6B617761
"""Key of the PostgreSQL advisory lock that a writing transaction holds ("kawa")."""


class DatabaseRefused(Exception):
    """The database can't be used; the text is one line for the operator."""


class _InUse(DatabaseRefused):
    """Another process has the SQLite file."""


def is_trouble(error: BaseException) -> bool:
    """Whether an exception is trouble of the database itself, and not of what was to be written."""
    if not isinstance(error, DBAPIError):
        return False
    # Of PostgreSQL's errors, those of these classes say nothing about the data (its manual, appendix A).
    state = str(getattr(error.orig, "sqlstate", None) or "")[:2]
    broken = error.connection_invalidated or isinstance(error, OperationalError)
    return broken or state in ("08", "40", "53", "55", "57", "58")


class Database:
    """An open, migrated database."""

    def __init__(self, engine: AsyncEngine, lock: FileLock | None) -> None:
        self._engine = engine
        self._lock = lock
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment of the data and changes nothing."""
        async with self._engine.connect() as connection:
            tx = connection
            if tx.dialect.name == "postgresql":
                # By default each statement there sees a moment of its own.
                tx = await connection.execution_options(isolation_level="REPEATABLE READ")
            async with tx.begin():
                yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may change the data: committed at the end, undone by an exception.

        One at a time, in this process and against others.
        """
        async with self._writer, _write(self._engine) as tx:
            yield tx

    async def ping(self) -> None:
        """Raise what the driver raises if the database does not answer."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection and let go of the file."""
        await self._engine.dispose()
        if self._lock is not None:
            self._lock.release()


async def open_database(url: str, alone: bool = True) -> Database:
    """Open the database at `url`, creating and migrating it as needed.

    `url` is `sqlite:///path` (relative to the working directory) or
    `postgresql://user:password@host/name`. Raises DatabaseRefused, with one line for the operator,
    if it can't be reached, is used by another process (SQLite), or is newer than this program. With
    `alone=False`, for short work beside a bot that runs, it may be in use; it is migrated only if not.
    """
    address = _driver_url(url)
    lock = None
    in_use = False
    if address.get_backend_name() == "sqlite":
        try:
            lock = _lock_file(address)
        except _InUse:
            if alone:
                raise
            in_use = True
    try:
        engine = _create_engine(address)
        try:
            await (_require_current(engine) if in_use else _migrate(engine))
        except BaseException:
            await engine.dispose()
            raise
    except BaseException as error:
        if lock is not None:
            lock.release()
        if isinstance(error, (DBAPIError, OSError)):
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DatabaseRefused(
                f"DATABASE_URL: {address.render_as_string()} can't be opened ({reason})"
            ) from error
        raise
    return Database(engine, lock)


def _driver_url(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is not None and address.drivername == "sqlite" and address.database:
        return address.set(drivername="sqlite+aiosqlite")
    if address is not None and address.drivername == "postgresql" and address.database:
        return address.set(drivername="postgresql+asyncpg")
    raise DatabaseRefused(
        "DATABASE_URL: must be sqlite:///path/to/file.db or postgresql://user:password@host/name"
    )


def _lock_file(address: URL) -> FileLock:
    path = Path(address.database or "")
    lock = FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise _InUse(
            f"DATABASE_URL: {path} is in use by another Kawaraban; stop that one or name another file"
        ) from error
    except OSError as error:
        raise DatabaseRefused(
            f"DATABASE_URL: {path} can't be opened ({error.strerror or error})"
        ) from error
    return lock


def _create_engine(address: URL) -> AsyncEngine:
    if address.get_backend_name() == "postgresql":
        return create_async_engine(
            address, pool_pre_ping=True, hide_parameters=True, connect_args={"timeout": 10}
        )
    # isolation_level=None: transactions are begun by the listener below, not by the driver.
    engine = create_async_engine(
        address,
        # What people follow, and secrets, are no business of an error's text.
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("kawaraban_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@asynccontextmanager
async def _write(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        tx = await connection.execution_options(kawaraban_write=True)
        async with tx.begin():
            if tx.dialect.name == "postgresql":
                await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            yield tx


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


async def _migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date; concurrent starts wait for each other."""
    async with _write(engine) as tx:
        await tx.run_sync(_upgrade)


async def _require_current(engine: AsyncEngine) -> None:
    """Refuse a database of another version: whoever uses it would not like it to change."""

    def check(connection: Connection) -> None:
        current = MigrationContext.configure(connection).get_current_revision()
        if current != ScriptDirectory.from_config(_alembic_config()).get_current_head():
            raise DatabaseRefused(
                "DATABASE_URL: the Kawaraban that uses this database is of another version; "
                "stop it first"
            )

    async with engine.connect() as connection:
        await connection.run_sync(check)


def _upgrade(connection: Connection) -> None:
    config = _alembic_config()
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return
    if current is not None:
        try:
            script.get_revision(current)
        except CommandError as error:
            raise DatabaseRefused(
                "DATABASE_URL: this database was written by a newer Kawaraban; "
                "install that version or restore a backup made before the upgrade"
            ) from error
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def mark(tx: AsyncConnection, name: str) -> str | None:
    """A small fact that the program noted about itself; None if it never did."""
    row = (await tx.execute(select(marks.c.value).where(marks.c.name == name))).one_or_none()
    return None if row is None else str(row.value)


async def set_mark(tx: AsyncConnection, name: str, value: str) -> None:
    """Note a small fact, in place of what stood there."""
    await tx.execute(
        insert_for(tx)(marks)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=[marks.c.name], set_={"value": value})
    )
