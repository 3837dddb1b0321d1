"""Insert-or-update in the dialect of the database at hand."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_for(tx: AsyncConnection) -> Any:
    """The `insert` that knows ON CONFLICT on this transaction's database (the same words on both)."""
    return postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
