"""A connection to a SQLite file that leaves nothing behind when it is closed."""

import sqlite3


class Link(sqlite3.Connection):
    """Ends its transaction when it is closed: SQLite itself keeps it, and the lock, as long as any cursor is left.

    A cancelled write is closed like that, while the frames of the cancellation still hold its cursor.
    """

    def close(self) -> None:
        """Undo what was not committed, and close."""
        if self.in_transaction:
            self.rollback()
        super().close()
