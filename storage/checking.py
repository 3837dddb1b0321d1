"""Is the database whole? One finding for each thing that is looked at, with what to do about it.

Nothing is changed. Foreign keys aside, tables point at each other by watermarks, ids of articles that may be
gone but must have been given out, and by the rows of the full-text index. Changes of topics and joins of
stories may speak of what is gone by design.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, FromClause, column, func, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import UNFINISHED, mark
from storage.ids import counted_to, largest_ids
from storage.records import LARGEST_ID
from storage.revisions import knows_revision, newest_revision, revision
from storage.schema import articles, chats, search_rows, subscriptions, told

INDEX_VERSION_MARK = "search.version"
"""The mark that says of which version the full-text index is, once it is built."""

_WATERMARKS = (chats.c.digested_to, subscriptions.c.after_article, told.c.up_to)
_MOST = 20
"""Findings of one kind that are told one by one."""


class Level(StrEnum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"
    """Will pass by itself."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the operator."""

    about: str
    level: Level
    text: str
    fix: str = ""


async def check(tx: AsyncConnection, index_version: str) -> tuple[Finding, ...]:
    """Look at everything. `index_version` is that of the full-text index that the program makes.

    If the database is damaged, this ends the transaction.
    """
    found = await (_sqlite(tx) if tx.dialect.name == "sqlite" else _postgresql(tx))
    if any(one.about == "integrity" and one.level is Level.WRONG for one in found):
        # A damaged file does not let a transaction end in the usual way.
        await tx.rollback()
        return tuple(found)
    version = await _version(tx)
    if version.level is Level.FINE:
        # Other tables than ours can't be asked the rest.
        found += [*await _ids(tx), *await _watermarks(tx), await _index(tx, index_version)]
    return (version, *found)


async def size(tx: AsyncConnection) -> int:
    """Bytes that the database takes on the disk, indexes included."""
    if tx.dialect.name == "sqlite":
        pages = int(await tx.scalar(text("PRAGMA page_count")) or 0)
        return pages * int(await tx.scalar(text("PRAGMA page_size")) or 0)
    return int(await tx.scalar(text("SELECT pg_database_size(current_database())")) or 0)


async def _version(tx: AsyncConnection) -> Finding:
    here, newest = await revision(tx), newest_revision()
    if here is None:
        return Finding("version", Level.WRONG, "there are no tables", "run `kawaraban db upgrade`")
    if not knows_revision(here):
        fix = "install the newer Kawaraban that wrote it"
        return Finding("version", Level.WRONG, f"revision {here} is not known here", fix)
    if here != newest:
        fix = "stop the bot, make a backup and run `kawaraban db upgrade`"
        return Finding("version", Level.WRONG, f"revision {here}, not {newest}", fix)
    if await mark(tx, UNFINISHED) is not None:
        fix = "give the same `db move` or `db restore` again"
        return Finding("version", Level.WRONG, "a copy into this database is unfinished", fix)
    return Finding("version", Level.FINE, f"revision {here}")


async def _sqlite(tx: AsyncConnection) -> list[Finding]:
    try:
        said = [str(row[0]) for row in await tx.execute(text(f"PRAGMA integrity_check({_MOST})"))]
        broken = [line for line in said if line != "ok"]
        loose = [tuple(row) for row in await tx.execute(text(_LOOSE))] if not broken else []
    except DBAPIError as error:
        broken, loose = [str(error.orig)], []
    if broken:
        fix = "stop the bot and restore a backup: `kawaraban db restore FILE --force`"
        return [Finding("integrity", Level.WRONG, line, fix) for line in broken]
    whole = Finding("integrity", Level.FINE, "all pages are whole")
    if not loose:
        return [whole, Finding("references", Level.FINE, "all rows point to rows that are there")]
    fix = "restore a backup, or find them with PRAGMA foreign_key_check and delete them"
    return [
        whole,
        *(
            Finding(
                "references",
                Level.WRONG,
                f"{count} rows of {name} point to {parent} that are gone",
                fix,
            )
            for name, parent, count in loose
        ),
    ]


_LOOSE = """
    SELECT "table", parent, count(*) FROM pragma_foreign_key_check() GROUP BY "table", parent
"""


async def _postgresql(tx: AsyncConnection) -> list[Finding]:
    indexes = [str(name) for name in await tx.scalars(text(_INVALID_INDEXES))]
    constraints = (await tx.execute(text(_UNCHECKED))).all()
    found = [
        Finding("integrity", Level.WRONG, f"the index {name} is not whole", f"REINDEX INDEX {name}")
        for name in indexes
    ] + [
        Finding(
            "references",
            Level.WRONG,
            f"not all rows of {name} were held against {rule}",
            f"ALTER TABLE {name} VALIDATE CONSTRAINT {rule}",
        )
        for name, rule in constraints
    ]
    if not indexes:
        found.insert(0, Finding("integrity", Level.FINE, "all indexes are whole"))
    if not constraints:
        found.append(Finding("references", Level.FINE, "all constraints are enforced"))
    return found


_INVALID_INDEXES = """
    SELECT CAST(CAST(pg_index.indexrelid AS regclass) AS text)
    FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid
    WHERE NOT pg_index.indisvalid AND pg_class.relnamespace = CAST(current_schema() AS regnamespace)
    ORDER BY 1
"""
_UNCHECKED = """
    SELECT CAST(CAST(conrelid AS regclass) AS text), CAST(conname AS text) FROM pg_constraint
    WHERE NOT convalidated AND connamespace = CAST(current_schema() AS regnamespace)
    ORDER BY 1, 2
"""


async def _ids(tx: AsyncConnection) -> list[Finding]:
    largest, counted = await largest_ids(tx), await counted_to(tx)
    found = []
    for name, id in largest.items():
        if id > counted[name]:
            fix = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {id})"
            said = f"{name} counts on from {counted[name]}, and has an id {id} already"
            found.append(Finding("ids", Level.WRONG, said, fix))
    return found or [Finding("ids", Level.FINE, "no id will be given out twice")]


async def _watermarks(tx: AsyncConnection) -> list[Finding]:
    last = (await counted_to(tx))[articles.name]
    found = []
    for one in _WATERMARKS:
        count = int(await tx.scalar(select(func.count()).where(one > last)) or 0)
        if count:
            name = one.table.name
            said = f"{count} {name} wait for articles beyond {last}, which is the newest ever"
            fix = f"UPDATE {name} SET {one.name} = {last} WHERE {one.name} > {last}"  # noqa: S608 - shown only
            found.append(Finding("watermarks", Level.WRONG, said, fix))
    return found or [Finding("watermarks", Level.FINE, "no chat is told less than it should be")]


async def _index(tx: AsyncConnection, version: str) -> Finding:
    if await mark(tx, INDEX_VERSION_MARK) != version:
        said = "is not built yet: searches find less"
        return Finding("index", Level.NOTE, said, "the bot builds it while it runs")
    rows: FromClause = search_rows
    indexed = select(search_rows.c.article_id)
    if tx.dialect.name == "sqlite":
        place = column("rowid", BigInteger)
        rows = table("search_rows", place)
        indexed = select(place.bitwise_and(LARGEST_ID)).select_from(rows)
    missing = int(await tx.scalar(select(func.count()).where(articles.c.id.not_in(indexed))) or 0)
    if missing:
        fix = f"DELETE FROM marks WHERE name = '{INDEX_VERSION_MARK}': the bot builds it anew"  # noqa: S608 - shown only
        return Finding("index", Level.WRONG, f"{missing} articles can't be found by words", fix)
    count = int(await tx.scalar(select(func.count()).select_from(rows)) or 0)
    return Finding("index", Level.FINE, f"all articles can be found, in {count} rows")
