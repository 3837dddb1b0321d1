"""One URL → an engine, its migrations, and the two kinds of transaction.

SQLite runs in WAL mode with foreign keys on, and has one writer at a time. On PostgreSQL writers come in two
kinds: an exclusive one is alone, so ids are given out in the order of commits, which is what lets the id of an
article, of a change of topics or of a join serve as a watermark; shared ones work beside each other, and never
beside an exclusive one.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from asyncpg import Connection as Session
from asyncpg import PostgresError, connect
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, bindparam, event, make_url, select, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.bells import Bell, Bells
from storage.schema import marks, metadata, search_rows
from storage.scrubbing import Scrubber, scrub_file, vacuum
from storage.sqlite_link import Link, LinkedConnection
from storage.upsert import insert_for

Transaction = AsyncConnection
"""What query functions take: an open transaction, committed by whoever opened it."""

BUSY_SECONDS = 30
"""How long a SQLite connection waits for another one's write."""

_WRITER_LOCK = 0x6B617761
"""Key of the PostgreSQL advisory lock that a writing transaction holds ("kawa")."""

_SHARED_AT_ONCE = 4
"""Shared writers of one process."""

_POOL = 6
_OVERFLOW = 6
"""Connections of one process, and further ones while much happens: eight processes stay below PostgreSQL's 100."""

_CACHE = 8_000
"""Kilobytes of pages that a connection to SQLite holds: a digest looks at some thousand, more than it does by default."""

_VACUUM_WAITS = 10.0
"""Seconds for a connection to vacuum with, and for its end."""

PATIENCE = 120.0
"""Seconds that a statement of the bot may take, and a pause inside of one of its transactions."""

NAME = "kawaraban"
"""How PostgreSQL knows our connections."""

_SERVER_SETTINGS = {
    "application_name": NAME,
    # A machine that vanishes leaves its locks and transactions behind until the server misses it.
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "9000",
    # For queries of some milliseconds, compiling costs more than it saves.
    "jit": "off",
}

_RINGS = "kawaraban_rings"

CHANNEL = "kawaraban"
"""Where PostgreSQL's notifications are sent."""

UNFINISHED = "move.unfinished"
"""The mark of a database that another one is still being copied into."""


class DatabaseRefused(Exception):
    """The database can't be used; the text is one line for the operator."""


class DatabaseAway(DatabaseRefused):
    """Its server can't be reached, or takes nobody now; later it may."""


class _InUse(DatabaseRefused):
    """Another process has the SQLite file."""


def is_trouble(error: BaseException) -> bool:
    """Whether an exception is trouble of the database itself, and not of what was to be written.

    Of several at once, all have to be.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(is_trouble(one) for one in error.exceptions)
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
        self._shared = asyncio.Semaphore(_SHARED_AT_ONCE)
        self._scrubber = Scrubber()
        self._index_is_worn = False
        self.bells = Bells()
        """What rings in this process."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may use it as well; a SQLite file belongs to one."""
        return self._engine.dialect.name == "postgresql"

    async def session(self, seconds: float) -> "Session[Any] | None":
        """A connection outside of the pool, for what outlives transactions; None on SQLite.

        Whoever asks closes it. Raises OSError, TimeoutError or asyncpg's errors if there is none within
        `seconds`.
        """
        if not self.is_shared:
            return None
        _, given = self._engine.dialect.create_connect_args(self._engine.url)
        # What else an address may hold is for SQLAlchemy.
        arguments = {
            name: value
            for name, value in given.items()
            if not name.startswith("prepared_statement")
        }
        return await connect(**arguments, timeout=seconds, server_settings=_SERVER_SETTINGS)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment of the data and changes nothing."""
        async with _connected(self._engine) as connection:
            tx = connection
            if tx.dialect.name == "postgresql":
                # By default each statement there sees a moment of its own.
                tx = await connection.execution_options(isolation_level="REPEATABLE READ")
            async with tx.begin():
                yield tx

    @asynccontextmanager
    async def write(self, *, shared: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that may change the data: committed at the end, undone by an exception.

        One at a time, in this process and against others. A `shared` one works beside other shared ones on
        PostgreSQL, which is right only if it

        - adds no article, no change of topics and no join of stories: their ids are watermarks;
        - takes the rows that it depends on for itself, by `FOR UPDATE (SKIP LOCKED)` or by one UPDATE that
          asks again what it found;
        - locks rows of one table in the order of their ids, or may fail: a deadlock (40P01) makes it raise,
          and whoever opened it does it again or leaves it to the next tick.

        On SQLite there is no difference.
        """
        rings: set[Bell] = set()
        at_once = shared and self.is_shared
        gate = self._shared if at_once else self._writer
        async with gate, _write(self._engine, rings, shared=at_once) as tx:
            yield tx
        for bell in rings:
            self.bells.ring(bell)

    async def ping(self) -> None:
        """Raise what the driver raises if the database does not answer."""
        async with _connected(self._engine) as connection:
            await connection.execute(text("SELECT 1"))

    async def scrub(self, *, index: bool = False) -> bool:
        """Let nothing of what was deleted stay readable in the database's files; False if that was not possible now.

        Words of articles that were taken out of the full-text index stay there unless `index`. PostgreSQL's log
        keeps what was deleted until its turn comes, which is the server's own business.
        """
        self._index_is_worn |= index
        return await self._scrubber.scrub(self._vacuum if self.is_shared else self._rewrite)

    async def _rewrite(self) -> bool:
        async with self._writer:
            index, self._index_is_worn = self._index_is_worn, False
            done = await asyncio.to_thread(scrub_file, Path(self._engine.url.database or ""), index)
            self._index_is_worn |= index and not done
        return done

    async def _vacuum(self) -> bool:
        tables = [table.name for table in (*metadata.sorted_tables, search_rows)]
        try:
            connection = await self.session(_VACUUM_WAITS)
            assert connection is not None
            try:
                return await vacuum(connection, tables)
            finally:
                await connection.close(timeout=_VACUUM_WAITS)
        except (OSError, TimeoutError, PostgresError):
            return False

    async def close(self) -> None:
        """Close every connection and let go of the file."""
        await self._engine.dispose()
        if self._lock is not None:
            self._lock.release()


async def open_database(
    url: str, alone: bool = True, unfinished: bool = False, patience: float | None = None
) -> Database:
    """Open the database at `url`, creating and migrating it as needed.

    `url` is `sqlite:///path` (relative to the working directory) or
    `postgresql://user:password@host/name`. Raises DatabaseRefused, with one line for the operator,
    if it can't be reached, is used by another process (SQLite), or is newer than this program. With
    `alone=False`, for short work beside a bot that runs, it may be in use; it is migrated only if not.
    What another database is still being copied into is refused, unless `unfinished`. On PostgreSQL, nothing
    but a migration may take longer than `patience` seconds: a server that vanished is given up after it.
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
            await (_require_same(engine) if in_use else _migrate(engine))
            if not unfinished:
                await _require_whole(engine)
        except BaseException:
            await engine.dispose()
            raise
        if patience is not None:
            await engine.dispose()
            engine = _create_engine(address, patience)
    except BaseException as error:
        if lock is not None:
            lock.release()
        if isinstance(error, (DBAPIError, OSError)):
            raise _unreachable(address, error) from error
        raise
    return Database(engine, lock)


async def open_as_it_is(url: str) -> Database:
    """Open the database at `url`, used or not and of whatever version, and change nothing about it.

    Raises DatabaseRefused if there is none, or if it can't be reached.
    """
    address = _driver_url(url)
    file = file_of(url)
    if file is not None and not file.is_file():
        raise DatabaseRefused(f"DATABASE_URL: there is no database {file}; run the bot first")
    database = Database(_create_engine(address), None)
    try:
        await database.ping()
    except (DBAPIError, OSError) as error:
        await database.close()
        raise _unreachable(address, error) from error
    return database


async def open_to_look(url: str) -> Database:
    """Likewise, but only a database of this program's version, for whoever shows what is in it."""
    database = await open_as_it_is(url)
    advice = "`kawaraban db upgrade` or a start of the bot brings it to that of this one"
    try:
        async with database.read() as tx:
            await _require_current(
                tx, f"DATABASE_URL: this database is of another version; {advice}"
            )
    except BaseException:
        await database.close()
        raise
    return database


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL. Raises DatabaseRefused."""
    address = _driver_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def address_of(url: str) -> str:
    """Which database this is, from wherever one looks, and without its password. Raises DatabaseRefused."""
    file = file_of(url)
    if file is not None:
        return f"sqlite:///{file.resolve()}"
    one = _driver_url(url)
    return str(URL.create("postgresql", one.username, None, one.host, one.port, one.database))


@contextmanager
def hold_file(url: str) -> Iterator[None]:
    """Keep others from opening a SQLite database, whatever is in its file. Raises DatabaseRefused."""
    lock = _lock_file(_driver_url(url))
    try:
        yield
    finally:
        lock.release()


def _unreachable(address: URL, error: DBAPIError | OSError) -> DatabaseRefused:
    original = getattr(error, "orig", None) or error
    reason = (str(original) or type(original).__name__).splitlines()[0]
    # Classes 28 and 3D: a wrong password, a database that is not there. No server mends that by itself.
    state = str(getattr(original, "sqlstate", None) or "")[:2]
    away = address.get_backend_name() == "postgresql" and state not in ("28", "3D")
    kind = DatabaseAway if away else DatabaseRefused
    return kind(f"DATABASE_URL: {address.render_as_string()} can't be opened ({reason})")


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


def _create_engine(address: URL, patience: float | None = None) -> AsyncEngine:
    if address.get_backend_name() == "postgresql":
        server_settings = dict(_SERVER_SETTINGS)
        if patience is not None:
            # A process that was suspended in a transaction must not hold up all others for ever.
            milliseconds = str(int(patience * 1000))
            server_settings["idle_in_transaction_session_timeout"] = milliseconds
        engine = create_async_engine(
            address,
            # Connections that broke are replaced when they are taken out of the pool.
            pool_pre_ping=True,
            pool_size=_POOL,
            max_overflow=_OVERFLOW,
            hide_parameters=True,
            connect_args={
                "timeout": 10,
                "command_timeout": patience,
                "server_settings": server_settings,
            },
        )

        @event.listens_for(engine.sync_engine, "handle_error", retval=True)
        def _failed(context: ExceptionContext) -> BaseException | None:
            error = context.original_exception
            return _absence(error) if isinstance(error, OSError) else None

        return engine
    # isolation_level=None: transactions are begun by the listener below, not by the driver.
    engine = create_async_engine(
        address,
        # What people follow, and secrets, are no business of an error's text.
        hide_parameters=True,
        # The pages that a connection holds are good until another one writes.
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Any, _record: object, args: Any, arguments: Any) -> LinkedConnection:
        links: list[Link] = []

        def linked(*given: Any, **named: Any) -> Link:
            links.append(Link(*given, **named))
            return links[0]

        plain = dialect.connect(*args, **arguments, factory=linked)
        return LinkedConnection(plain.dbapi, plain.driver_connection, links[0])

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA cache_size=-{_CACHE}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("kawaraban_write", False)
        link = connection.connection.dbapi_connection
        assert isinstance(link, LinkedConnection)
        link.begin("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _absence(error: OSError) -> OperationalError:
    """What asyncpg means by an OSError: its server is away, or does not answer in time."""
    return OperationalError(None, None, error, hide_parameters=True)


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(engine.connect())
        except OSError as error:
            raise _absence(error) from error
        yield connection


@asynccontextmanager
async def _write(
    engine: AsyncEngine, rings: set[Bell], *, shared: bool = False
) -> AsyncIterator[AsyncConnection]:
    async with _connected(engine) as connection:
        options = {"kawaraban_write": True, _RINGS: rings}
        tx = await connection.execution_options(**options)
        async with tx.begin():
            if tx.dialect.name == "postgresql":
                kind = "_shared" if shared else ""
                await tx.execute(
                    text(f"SELECT pg_advisory_xact_lock{kind}(:key)"), {"key": _WRITER_LOCK}
                )
            yield tx
            if rings and tx.dialect.name == "postgresql":
                tell = text("SELECT pg_notify(:channel, :bell)")
                await tx.execute(
                    tell, [{"channel": CHANNEL, "bell": bell.value} for bell in sorted(rings)]
                )


def ring(tx: AsyncConnection, bell: Bell) -> None:
    """Let a bell ring in every process once this transaction is committed, if it is a writing one."""
    assert tx.sync_connection is not None
    rings = tx.sync_connection.get_execution_options().get(_RINGS)
    if rings is not None:
        rings.add(bell)


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


def migrations() -> ScriptDirectory:
    """All migrations that this program knows."""
    return ScriptDirectory.from_config(_alembic_config())


async def _migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date; concurrent starts wait for each other."""
    async with _write(engine, set()) as tx:
        await tx.run_sync(_upgrade)


async def _require_same(engine: AsyncEngine) -> None:
    """Refuse a database of another version: whoever uses it would not like it to change."""
    user = "the Kawaraban that uses this database is of another version; stop it first"
    async with engine.connect() as connection:
        await _require_current(connection, f"DATABASE_URL: {user}")


async def _require_current(connection: AsyncConnection, otherwise: str) -> None:
    """Refuse a database of another version, in these words."""
    if not await connection.run_sync(_is_current):
        raise DatabaseRefused(otherwise)


def _is_current(connection: Connection) -> bool:
    revision = MigrationContext.configure(connection).get_current_revision()
    return revision == migrations().get_current_head()


async def _require_whole(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        if await mark(connection, UNFINISHED) is not None:
            raise DatabaseRefused(
                "DATABASE_URL: another database is still being copied into this one; "
                "give the same `db move` or `db restore` again to finish it"
            )


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


_MARK = select(marks.c.value).where(marks.c.name == bindparam("mark"))


async def mark(tx: AsyncConnection, name: str) -> str | None:
    """A small fact that the program noted about itself; None if it never did."""
    row = (await tx.execute(_MARK, {"mark": name})).one_or_none()
    return None if row is None else str(row.value)


async def set_mark(tx: AsyncConnection, name: str, value: str) -> None:
    """Note a small fact, in place of what stood there."""
    await tx.execute(
        insert_for(tx)(marks)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=[marks.c.name], set_={"value": value})
    )
