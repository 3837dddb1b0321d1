"""A connection to a SQLite file that goes to its thread once a statement, and leaves nothing behind when it is closed.

aiosqlite runs a connection in a thread of its own, and SQLAlchemy goes there four times for a statement: to make a
cursor, to execute, to fetch and to close. All rows are fetched in any case, so that one way can do all of it.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Self

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)


class _Rows(list[Any]):
    """All that a statement gave, with what its cursor knew of it."""

    def __init__(self, rows: Iterable[Any] = (), of: sqlite3.Cursor | None = None) -> None:
        super().__init__(rows)
        self.description = None if of is None else of.description
        self.rowcount = -1 if of is None else of.rowcount
        self.lastrowid = None if of is None else of.lastrowid

    def close(self) -> None:
        """The cursor is closed already."""


class _Cursor(sqlite3.Cursor):
    """Begins the transaction of its `Link` if that is due, and is closed once nothing more is to come of it."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        self._open()
        try:
            return super().execute(sql, parameters)
        except BaseException:
            self.close()
            raise

    def executemany(self, sql: str, each: Iterable[Any], /) -> Self:
        self._open()
        try:
            return super().executemany(sql, each)
        finally:
            self.close()

    def fetchall(self) -> list[Any]:
        rows = _Rows(super().fetchall(), self)
        self.close()
        return rows

    def _open(self) -> None:
        link = self.connection
        if isinstance(link, Link) and (opening := link.opening):
            super().execute(opening)
            link.opening = ""


class Link(sqlite3.Connection):
    """Ends its transaction when it is closed: SQLite itself keeps it, and the lock, as long as any cursor is left.

    A cancelled write is closed like that, while the frames of the cancellation still hold its cursor.
    """

    opening = ""
    """What is to be executed before the next statement, on the same way to the thread."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """A cursor that has executed a statement; all that it gives is to be fetched."""
        return self.cursor(_Cursor).execute(sql, parameters)

    def executemany(self, sql: str, each: Iterable[Any], /) -> sqlite3.Cursor:
        """A cursor that has executed a statement for each of these parameters, and knows how many rows that changed."""
        return self.cursor(_Cursor).executemany(sql, each)

    def close(self) -> None:
        """Undo what was not committed, and close."""
        if self.in_transaction:
            self.rollback()
        super().close()


class _AtOnce(AsyncAdapt_aiosqlite_cursor):
    """What SQLAlchemy takes for a cursor of a `LinkedConnection`."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: "LinkedConnection"
    _cursor: Any

    def _make_new_cursor(self, _connection: Any) -> Any:
        return _Rows()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        rows = await self._adapt_connection.fetched(operation, parameters)
        self._cursor, self._rows = rows, deque(rows)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        self._cursor = await self._adapt_connection.done(operation, seq_of_parameters)


class LinkedConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's side of a connection that aiosqlite made with a `Link`."""

    __slots__ = ("_is_clean", "_is_closing", "_link")

    def __init__(self, dbapi: Any, connection: Any, link: Link) -> None:
        super().__init__(dbapi, connection)
        self._link = link
        self._is_clean = True
        self._is_closing = False

    def cursor(self, server_side: bool = False) -> _AtOnce:  # noqa: ARG002 - part of what SQLAlchemy asks for
        """One that fetches all at once, also for whoever would have rows one by one."""
        return _AtOnce(self)

    def begin(self, opening: str) -> None:
        """Begin a transaction with this statement, once there is something to do in it."""
        self._link.opening = opening

    async def fetched(self, statement: str, parameters: Sequence[Any] | None) -> _Rows:
        """All that a statement gives."""
        async with self._execute_mutex:
            self._is_clean = False
            rows: _Rows = await self._connection.execute_fetchall(statement, parameters)
            return rows

    async def done(self, statement: str, each: Sequence[Sequence[Any]]) -> _Rows:
        """What is known once a statement was executed for each of these parameters."""
        async with self._execute_mutex:
            self._is_clean = False
            cursor = await self._connection.executemany(statement, each)
            return _Rows((), cursor)

    def commit(self) -> None:
        """Commit what was done, if anything was."""
        if not self._is_clean:
            super().commit()
        self._end()

    def rollback(self) -> None:
        """Undo what was done, if anything was, and not committed."""
        if not self._is_clean:
            super().rollback()
        self._end()

    async def _terminate_graceful_close(self) -> None:
        self._is_closing = True
        await super()._terminate_graceful_close()

    def _terminate_force_close(self) -> None:
        # Whoever is cancelled again while this is under way would end it a second time: it comes to its end by itself.
        if not self._is_closing:
            super()._terminate_force_close()

    def _end(self) -> None:
        # Not before the thread is done: what it still has to do would be no part of any transaction.
        self._link.opening = ""
        self._is_clean = True
