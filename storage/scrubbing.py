"""Taking out of a SQLite file what was deleted from its tables.

Deleted rows stay readable in free pages, in gaps of pages and in the log until they are written over. A file that is
written anew has none of them; its log is emptied then.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

_BUSY_SECONDS = 5
"""How long others may keep a file from being scrubbed; they read, and a backup reads for longer."""

_REST = 4.0
_LONGEST_REST = 20.0
"""A scrub keeps all writers waiting: others may write for so many times as long before the next, and seconds at most."""


class Scrubber:
    """Scrubs one file, for all who ask meanwhile at once, and not all the time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._begun = 0
        self._rests_until = 0.0

    async def scrub(self, file: Path, writer: asyncio.Lock) -> bool:
        """Scrub what was committed before; False if there was no room on the disk, or somebody read all the time.

        Nobody writes meanwhile: whoever does holds `writer`.
        """
        asked = self._begun
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._begun > asked:
                # One began after this was asked for.
                return True
            await asyncio.sleep(max(0.0, self._rests_until - loop.time()))
            async with writer:
                self._begun += 1
                began = loop.time()
                done = await asyncio.to_thread(_scrub, file)
            ended = loop.time()
            self._rests_until = ended + min(_LONGEST_REST, _REST * (ended - began))
            return done


def _scrub(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        try:
            connection.execute("VACUUM")
            [(busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            # For a moment the copy needs as much room as the file has.
            return False
        return not busy
