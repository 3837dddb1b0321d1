"""Whether the database is there, is of this version, can be written to, and has room."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from bot.doctor.finding import Finding, ok, warning, wrong
from storage.database import (
    Database,
    DatabaseRefused,
    Transaction,
    file_of,
    open_as_it_is,
    set_mark,
)
from storage.figures import gauges
from storage.revisions import knows_revision, newest_revision, revision

LEAST_FREE = 1_000_000_000
"""Bytes that should be free where the database lies."""

_MEGABYTE = 1_000_000


class _Undo(Exception):
    """Ends a transaction that was only tried."""


async def store(url: str, clock: Callable[[], datetime]) -> Sequence[Finding]:
    """Look at the database, and change nothing."""
    try:
        file = file_of(url)
        if file is not None and not file.exists():
            return [_not_yet(file), _room(file.parent)]
        database = await open_as_it_is(url)
    except DatabaseRefused as error:
        return [wrong("database", str(error), "see whether it runs, and what DATABASE_URL says")]
    try:
        found = [await _version(database, clock), await _writable(database)]
    finally:
        await database.close()
    if file is not None:
        found.append(_room(file.parent))
    return found


def _not_yet(file: Path) -> Finding:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    if os.access(folder, os.W_OK):
        return ok("database", f"{file} will be made at the first start")
    return wrong(
        "database", f"{folder} can't be written to", "let the user that runs the bot own it"
    )


async def _version(database: Database, clock: Callable[[], datetime]) -> Finding:
    async with database.read() as tx:
        found = await revision(tx)
        if found is None:
            return ok("database", "answers, and is empty; the first start makes its tables")
        if not knows_revision(found):
            return wrong(
                "database",
                f"was written by a newer Kawaraban (revision {found})",
                "install that version, or restore a backup made before the upgrade",
            )
        if found != newest_revision():
            return warning(
                "database",
                f"is of an older version (revision {found})",
                "back it up (`kawaraban db backup`), then `kawaraban db upgrade` or start the bot",
            )
        counted = await gauges(tx, clock())
    size = counted.database_bytes / _MEGABYTE
    return ok("database", f"answers, revision {found}, {size:.1f} MB")


async def _write_and_undo(tx: Transaction) -> NoReturn:
    if await revision(tx) is not None:
        await set_mark(tx, "doctor", "was here")
    raise _Undo


async def _writable(database: Database) -> Finding:
    try:
        async with database.write() as tx:
            await _write_and_undo(tx)
    except _Undo:
        return ok("writing", "works")
    except Exception as error:  # noqa: BLE001 - whatever the driver says, it can't be written to
        kind = type(getattr(error, "orig", error)).__name__
        return wrong(
            "writing",
            f"the database can't be written to ({kind})",
            "see who owns it, whether its disk is full, and whether it is a read-only copy",
        )


def _room(folder: Path) -> Finding:
    place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / _MEGABYTE:,.0f} MB free at {folder}"
    if free < LEAST_FREE:
        return warning("disk", said, "make room; the bot stops when its disk is full")
    return ok("disk", said)
