"""SQLite's driver, with work that a cancelled caller can't leave half done.

aiosqlite works in a thread, which goes on when its caller is cancelled: a transaction may have begun of which nobody
knows, and the file stays locked. Here the caller is cancelled when the work is done; then it is undone in order.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

import aiosqlite

Result = TypeVar("Result")

_CHUNK = 64
"""Rows that are fetched at a time where somebody iterates over a cursor; aiosqlite's own default."""


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection to be awaited, as `aiosqlite.connect` gives it; `options` are those of `sqlite3.connect`."""
    connection = _Connection(lambda: sqlite3.connect(database, factory=_Link, **options), _CHUNK)
    # A process that ends must not wait for it; SQLAlchemy does the same to connections that it makes.
    connection._thread.daemon = True  # noqa: SLF001 - there is no other way
    return connection


class _Link(sqlite3.Connection):
    """Ends its transaction when it is closed: SQLite itself keeps it, and the lock, as long as any cursor is left."""

    def close(self) -> None:
        """Undo what was not committed, and close."""
        if self.in_transaction:
            self.rollback()
        super().close()


class _Connection(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await finished(super()._execute(fn, *args, **kwargs))  # type: ignore[no-untyped-call]

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        self._thread.start()
        return finished(self._connect()).__await__()


async def finished(work: Awaitable[Result]) -> Result:
    """Wait until some work is done, even if cancelled meanwhile; then that takes its course."""
    task = asyncio.ensure_future(work)  # noqa: TID251 - it is waited for, below
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            if cancelled is None:
                raise
    if cancelled is not None:
        if not task.cancelled():
            # What went wrong meanwhile is of no interest to who does not wait any more.
            task.exception()
        raise cancelled
    return task.result()
