"""Taking out of the files of a database what was deleted from its tables.

In SQLite, deleted rows stay readable in free pages, in gaps of pages and in the log until they are written over. A file
that is written anew has none of them; its log is emptied then. The full-text index keeps deleted words until the pieces
that it is made of are merged. In PostgreSQL, VACUUM takes dead rows out of tables and indexes, once no transaction sees
them any more.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path

import asyncpg

_BUSY_SECONDS = 5
"""How long others may keep a file from being scrubbed; they read, and a backup reads for longer."""

_REST = 4.0
_LONGEST_REST = 20.0
"""A scrub keeps all writers waiting: others may write for so many times as long before the next, and seconds at most."""

_SEEN_SECONDS = 10.0
_LOOK_SECONDS = 0.05
"""How long transactions are waited for that see what was deleted, and between two looks at them."""

_IS_SEEN = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity, unnest(ARRAY[backend_xid, backend_xmin]) AS oldest
    WHERE pid <> pg_backend_pid() AND datname = current_database()
    AND ($1 - oldest::text::bigint) % 4294967296 BETWEEN 1 AND 2147483647
)
"""
"""Whether a transaction is under way that began before this one was the next; ids are told by their last 32 bits."""


class Scrubber:
    """Scrubs one database, for all who ask meanwhile at once, and not all the time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._begun = 0
        self._rests_until = 0.0

    async def scrub(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """Scrub what was committed before by `work`, unless somebody else's does; what the work gave.

        Whoever's work is left out has True: one that began later does it.
        """
        asked = self._begun
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._begun > asked:
                # One began after this was asked for.
                return True
            await asyncio.sleep(max(0.0, self._rests_until - loop.time()))
            self._begun += 1
            began = loop.time()
            done = await work()
            ended = loop.time()
            self._rests_until = ended + min(_LONGEST_REST, _REST * (ended - began))
            return done


def scrub_file(file: Path, index: bool) -> bool:
    """Write a SQLite file anew that nobody writes to meanwhile, with `index` its full-text index as well.

    False if there was no room on the disk, or somebody read all the time.
    """
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        try:
            if index:
                connection.execute("INSERT INTO search_rows (search_rows) VALUES ('optimize')")
            connection.execute("VACUUM")
            [(busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            # For a moment the copy needs as much room as the file has.
            return False
        return not busy


async def vacuum(connection: "asyncpg.Connection[asyncpg.Record]", tables: Sequence[str]) -> bool:
    """Vacuum tables of PostgreSQL, outside of any transaction; False if one still saw what was committed as deleted.

    What its planner remembers of their contents is renewed as well. Raises asyncpg's errors.
    """
    loop = asyncio.get_running_loop()
    # All that was committed so far is older than this.
    limit = await connection.fetchval(
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    )
    until = loop.time() + _SEEN_SECONDS
    seen = await connection.fetchval(_IS_SEEN, limit)
    while seen and loop.time() < until:
        await asyncio.sleep(_LOOK_SECONDS)
        seen = await connection.fetchval(_IS_SEEN, limit)
    await connection.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {', '.join(tables)}")
    return not seen
