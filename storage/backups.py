"""Backups: plain SQLite files, whichever kind of database they were made of.

    a file in the making, for its owner only ─▶ written ─▶ examined ─▶ on the disk ─▶ its name

All of this waits for the disk: in an event loop it belongs into a thread.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from storage.database import BUSY_SECONDS, UNFINISHED
from storage.revisions import knows_revision
from storage.schema import metadata

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database that is open."""


class BackupFailed(Exception):
    """A backup that can't be made or used; the text is one line for the operator."""


@contextmanager
def in_the_making(file: Path, replace: bool) -> Iterator[Path]:
    """An empty file beside `file`, for its owner only. At the end it is `file`, and on the disk.

    After an exception, all is as it was. Raises BackupFailed if there is such a file already, unless it
    is to be replaced, and if nothing can be written there.
    """
    _require_free(file, replace)
    try:
        handle, name = tempfile.mkstemp(".part", f"{file.name}.", file.parent)
    except OSError as error:
        raise BackupFailed(f"{file} can't be written ({error.strerror or error})") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _require_free(file, replace)
        _to_disk(part)
        part.replace(file)
        _to_disk(file.parent)
    finally:
        for end in ("", ".lock", *_BESIDE):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _require_free(file: Path, replace: bool) -> None:
    if file.is_dir() or (file.exists() and not replace):
        raise BackupFailed(f"{file} is there already; name another file, or add --force")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(source: Path, part: Path) -> None:
    """Copy the database in a file into an empty file, as it is at one moment, whoever writes meanwhile.

    VACUUM INTO reads in one transaction. SQLite's backup interface begins anew after each write of another
    process, and next to a busy bot it may never end. Raises BackupFailed.
    """
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
    except sqlite3.Error as error:
        raise BackupFailed(
            f"{source} can't be backed up ({error}); see `kawaraban db check`"
        ) from error


def make_plain(part: Path) -> None:
    """Make a database that nobody has open one file with nothing beside it."""
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def copy(file: Path, part: Path) -> None:
    """Copy a backup into an empty file. Raises BackupFailed if it is none, or can't be read."""
    try:
        with file.open("rb") as opened:
            if opened.read(16) != b"SQLite format 3\0":
                raise _no_backup(file)
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BackupFailed(f"{file} can't be read ({reason}); use another backup") from error


def examine(part: Path, named: Path) -> str:
    """The revision of a backup that can be used. Raises BackupFailed if it is none, damaged, or too new.

    `part` is read; complaints speak of the file that it is a copy of, or becomes.
    """
    try:
        with closing(sqlite3.connect(part)) as connection:
            # Before its tables are looked at: where those are broken, nothing can be said of them.
            [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            names = {name for [name] in connection.execute("SELECT name FROM sqlite_master")}
            versions = (
                "SELECT version_num FROM alembic_version" if names >= _OURS else "SELECT NULL"
            )
            [revision] = connection.execute(versions).fetchone() or [None]
            half = "SELECT 1 FROM marks WHERE name = ?"
            is_half = names >= _OURS and connection.execute(half, (UNFINISHED,)).fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{named} is damaged ({error}); use another backup") from error
    if found != "ok":
        raise BackupFailed(f"{named} is damaged ({found.splitlines()[0]}); use another backup")
    if revision is None:
        raise _no_backup(named)
    if not knows_revision(str(revision)):
        raise BackupFailed(
            f"{named} was made by a newer Kawaraban (revision {revision}); install that version"
        )
    if is_half:
        raise BackupFailed(
            f"{named} holds half of a copy; finish that `db move` or `db restore` first"
        )
    return str(revision)


_OURS = {"alembic_version", "chats", "articles", "marks"}


def _no_backup(file: Path) -> BackupFailed:
    return BackupFailed(f"{file} is no backup of Kawaraban; name one that `db backup` made")


def fingerprint(file: Path) -> str:
    """What tells a backup from any other file. Raises OSError."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def holds_rows(file: Path) -> bool:
    """Whether there is anything in the database that is in a file: what can't be read counts as such."""
    if not file.exists() or not file.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(file)) as connection:
            names = [name for [name] in connection.execute("SELECT name FROM sqlite_master")]
            return any(
                connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608 - a table of ours
                for name in metadata.tables
                if name in names
            )
    except sqlite3.DatabaseError:
        return True


def move_aside(file: Path, now: datetime) -> Path | None:
    """Give a database that nobody has open another name, with the time in it: which one, if there was any.

    Raises BackupFailed if that name is taken.
    """
    aside = file.with_name(f"{file.name}.{now:%Y%m%dT%H%M%SZ}")
    there = file.exists()
    if there:
        # What stands beside it goes into it; beside a damaged one it stays.
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pairs = [(Path(f"{file}{end}"), Path(f"{aside}{end}")) for end in ("", *_BESIDE)]
    for old, new in pairs:
        if old.exists() and new.exists():
            raise BackupFailed(f"{new} is there already; move it elsewhere first")
    for old, new in pairs:
        # Also what is left of a database that is gone: SQLite would take it for a part of the next one.
        with suppress(FileNotFoundError):
            old.rename(new)
    return aside if there else None
