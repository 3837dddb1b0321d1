"""`kawaraban db …`: the database, brought up to date, looked at, backed up, restored and moved elsewhere.

upgrade, check (here) ─ backup, restore, move (`bot.database_copies`)
"""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.database_copies import back_up, move, restore
from bot.outcome import DONE, FAILED, complain
from bot.progress import progress
from bot.settings import Settings
from news.indexing import VERSION
from storage import checking, copying
from storage.backups import BackupFailed
from storage.checking import Finding, Level
from storage.copying import CopyFailed
from storage.database import (
    DatabaseRefused,
    address_of,
    file_of,
    is_trouble,
    open_as_it_is,
    open_database,
)
from storage.revisions import newest_revision, revision

_SIGNS = {Level.FINE: "ok", Level.NOTE: "note", Level.WRONG: "WRONG"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the commands below `db`."""
    commands = parser.add_subparsers(dest="db_command", required=True, metavar="command")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=help, description=help)
        found.add_argument("--json", action="store_true", help="for scripts")
        return found

    command("upgrade", "bring the tables up to date, as the bot does when it starts")
    command("check", "is everything whole? Changes nothing, also while the bot runs")
    one = command("backup", "a copy of everything in one SQLite file, also while the bot runs")
    one.add_argument("file", type=Path)
    one.add_argument("--force", action="store_true", help="replace the file if there is one")
    one = command("restore", "take everything from a backup")
    one.add_argument("file", type=Path)
    one.add_argument(
        "--force", action="store_true", help="SQLite: move what is there now to another name"
    )
    one.add_argument("--again", action="store_true", help="begin an unfinished one anew")
    one = command("move", "copy everything into another, empty database; may be given again")
    one.add_argument("--to", required=True, metavar="URL", help="as in DATABASE_URL")
    one.add_argument("--again", action="store_true", help="begin an unfinished one anew")


async def run(chosen: argparse.Namespace, settings: Settings) -> int:
    """Do one of the commands; the exit code. Raises DatabaseRefused."""
    command: Callable[[argparse.Namespace, Settings], Awaitable[int]] = {
        "upgrade": _upgrade,
        "check": _check,
        "backup": _back_up,
        "restore": _restore,
        "move": _move,
    }[chosen.db_command]
    try:
        return await command(chosen, settings)
    except (BackupFailed, CopyFailed) as error:
        return complain(str(error))
    except Exception as error:
        if not isinstance(error, OSError) and not is_trouble(error):
            raise
        said = str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__]
        return complain(
            f"the database or the disk is in trouble ({said[0]}); "
            "when it is well again, give the same command again"
        )


def _say(chosen: argparse.Namespace, values: dict[str, Any], *lines: str) -> None:
    """What came of it, for a script or for a person."""
    shown = json.dumps(values, ensure_ascii=False, indent=2) if chosen.json else "\n".join(lines)
    sys.stdout.write(f"{shown}\n")


async def _upgrade(chosen: argparse.Namespace, settings: Settings) -> int:
    url = settings.database_url
    before, file = None, file_of(url)
    if file is None or file.is_file():
        database = await open_as_it_is(url)
        async with database.read() as tx:
            before = await revision(tx)
        await database.close()
    await (await open_database(url)).close()
    after = newest_revision()
    if before == after:
        line = f"up to date: revision {after}"
    else:
        line = f"upgraded from {before or 'nothing'} to revision {after}"
    _say(chosen, {"from": before, "to": after}, line)
    return DONE


async def _check(chosen: argparse.Namespace, settings: Settings) -> int:
    found, rows, size = await _look(settings.database_url)
    wrong = any(one.level is Level.WRONG for one in found)
    values = {
        "ok": not wrong,
        "database": address_of(settings.database_url),
        "bytes": size,
        "findings": [asdict(one) for one in found],
        "rows": rows,
    }
    lines = [
        f"{_SIGNS[one.level]:>5}  {one.about}: {one.text}{f' → {one.fix}' if one.fix else ''}"
        for one in found
    ]
    there = ", ".join(f"{count:,} {name}" for name, count in rows.items() if count)
    lines.append(f"{'':>5}  size: {size / 1e6:,.1f} MB; rows: {there or 'none'}")
    _say(chosen, values, *lines)
    return FAILED if wrong else DONE


async def _look(url: str) -> tuple[tuple[Finding, ...], dict[str, int], int]:
    """What is found, the rows of each table, and the bytes of everything."""
    try:
        database = await open_as_it_is(url)
    except DatabaseRefused as error:
        trouble, _, fix = str(error).removeprefix("DATABASE_URL: ").partition("; ")
        if file_of(url) is not None:
            fix = fix or "if it is damaged, restore a backup: `kawaraban db restore FILE --force`"
        fix = fix or "start the database, or mend DATABASE_URL"
        return (Finding("reachable", Level.WRONG, trouble, fix),), {}, 0
    try:
        async with database.read() as tx:
            size = await checking.size(tx)
            found = await checking.check(tx, VERSION)
            is_ours = found[0].about == "version" and found[0].level is Level.FINE
            rows = await copying.counts(tx) if is_ours else {}
    finally:
        await database.close()
    return (Finding("reachable", Level.FINE, "it answers"), *found), rows, size


async def _back_up(chosen: argparse.Namespace, settings: Settings) -> int:
    with progress("backing up") as show:
        made = await back_up(settings.database_url, chosen.file, chosen.force, show)
    _say(
        chosen,
        {"file": str(chosen.file), "revision": made.revision, "bytes": made.size},
        f"{chosen.file}: everything, {made.size / 1e6:,.1f} MB, checked",
    )
    return DONE


async def _restore(chosen: argparse.Namespace, settings: Settings) -> int:
    with progress("restoring") as show:
        done = await restore(settings.database_url, chosen.file, chosen.force, chosen.again, show)
    aside = None if done.aside is None else str(done.aside)
    lines = [f"restored from {chosen.file}, which was of revision {done.revision}"]
    if aside is not None:
        lines.append(f"what was there before is {aside} now")
    _say(chosen, {"file": str(chosen.file), "revision": done.revision, "aside": aside}, *lines)
    return DONE


async def _move(chosen: argparse.Namespace, settings: Settings) -> int:
    with progress("moving") as show:
        moved = await move(settings.database_url, chosen.to, chosen.again, show)
    address = address_of(chosen.to)
    lines = [f"{sum(moved.rows.values()):,} rows moved and compared"]
    if moved.replaced:
        lines.append(f"{moved.replaced} of them held a NUL, which is U+FFFD now")
    lines += [
        f"now set DATABASE_URL={address} (with the password, if there is one) and start the bot",
        "it builds the index for searches while it runs; until then they find less",
    ]
    values = {"database": address, "rows": moved.rows, "replaced": moved.replaced}
    _say(chosen, values, *lines)
    return DONE
