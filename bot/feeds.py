"""`kawaraban feeds …`: the operator's own list of feeds, and what the poller sees at an address."""

import argparse
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.clock import utc_now
from bot.outcome import DONE, FAILED, USED_WRONGLY, complain
from bot.settings import Settings
from bot.sources import catalogue, fetch_limits, new_fetcher, open_sources, polling_pace
from news import opml, pinned
from news.addresses import has_credentials
from news.check import Checked, check
from news.discover import FoundList, FoundSeveral
from news.errors import FetchFailed, NoFeedFound
from news.text import shorten
from news.typed_addresses import as_address
from news.worker import Worker
from storage import feeds
from storage.database import Database, open_database
from storage.records import Feed

_SHOWN_ENTRIES = 10
_REASONS = {
    "address": "no public web address",
    "password": "an address with a password in it",
    "long": "the address is too long",
    "private": "in a network that is not to be fetched",
    "topic": "no topic",
    "twice": "listed twice",
    "over": "the list is too long; import the rest as a list of its own",
}
_SHOWN_FIELDS = (
    *("id", "url", "title", "folder", "in_catalogue", "pinned", "visited_at", "next_visit_at"),
    *("failures", "failing_since", "failure", "failure_detail", "stopped_at", "hub_url"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the commands below `feeds`."""
    commands = parser.add_subparsers(dest="feeds_command", required=True, metavar="command")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=help, description=help)
        found.add_argument("--json", action="store_true", help="for scripts")
        return found

    one = command("check", "what the poller sees at an address; changes nothing")
    one.add_argument("url")
    one.add_argument("--all", action="store_true", help="list every entry")
    one = command("add", "poll the feed at an address, whoever follows it")
    one.add_argument("url")
    one = command("remove", "poll a feed only as long as somebody follows it")
    one.add_argument("feed", help="its address, or its number in the list")
    one = command("list", "the feeds that are polled")
    one.add_argument("--failing", action="store_true", help="only those in trouble")
    one = command("import", "add the feeds of an OPML file, in its folders")
    one.add_argument("file", type=Path)
    one = command("export", "the feeds that are polled as OPML")
    one.add_argument("file", type=Path, nargs="?", help="standard output if left out")


async def run(chosen: argparse.Namespace, settings: Settings) -> int:
    """Do one of the commands; the exit code. Raises DatabaseRefused."""
    command: Callable[[argparse.Namespace, Settings], Awaitable[int]] = {
        "check": _check,
        "add": _add,
        "remove": _remove,
        "list": _list,
        "import": _import,
        "export": _export,
    }[chosen.feeds_command]
    return await command(chosen, settings)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _address(typed: str) -> str | None:
    """A web address without a password in it; None if it is none."""
    address = as_address(typed)
    if address is None or not address.startswith(("http://", "https://")):
        return None
    return None if has_credentials(address) else address


_NO_ADDRESS = "{} is no address that can be polled; write one such as https://example.org/feed"


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The bot's database, also while the bot runs."""
    database = await open_database(settings.database_url, alone=False)
    try:
        if not await pinned.listed(database):
            # The bot has not run yet.
            async with database.write() as tx:
                await feeds.set_catalogue(tx, catalogue(settings), utc_now())
        yield database
    finally:
        await database.close()


# ── check ────────────────────────────────────────────────────────────────────────────────────────


async def _check(chosen: argparse.Namespace, settings: Settings) -> int:
    address = _address(chosen.url)
    if address is None:
        return complain(_NO_ADDRESS.format(chosen.url), USED_WRONGLY)
    async with new_fetcher(settings, fetch_limits(settings)) as fetcher, Worker() as worker:
        found = await check(fetcher, worker, address, polling_pace(settings), utc_now())
    if chosen.json:
        _say(_as_json(asdict(found)))
    else:
        for line in lines_of(found, None if chosen.all else _SHOWN_ENTRIES, utc_now()):
            _say(line)
    return DONE if found.failure is None else FAILED


def lines_of(found: Checked, most: int | None, now: datetime) -> Iterator[str]:
    """What was seen, for a person; at most so many entries."""
    for hop in found.hops:
        yield f"{hop.status}  {hop.url}" + (f"  →  {hop.target}" if hop.target else "")
    for name, value in found.headers.items():
        yield f"     {name}: {shorten(value, 120)}"
    yield from _of_the_feed(found, most, now) if found.failure is None else _of_no_feed(found)
    if found.problems:
        yield ""
    for problem in found.problems:
        yield f"! {problem}"


def _of_no_feed(found: Checked) -> Iterator[str]:
    yield ""
    yield f"no feed: {found.failure} {found.detail}".rstrip()
    for candidate in found.announced:
        yield f"  {candidate.url}" + (f"  ({candidate.title})" if candidate.title else "")


def _of_the_feed(found: Checked, most: int | None, now: datetime) -> Iterator[str]:
    if found.revalidates is not None:
        yield f"     asked again: {'nothing new (304)' if found.revalidates else 'everything anew'}"
    yield ""
    yield f"{found.title or 'no title'} · {found.language or 'no language'} · {found.size:,} bytes"
    yield f"reader: {found.reader}"
    if found.hub:
        yield f"hub: {found.hub}"
    if found.next_visit_at is not None:
        minutes = (found.next_visit_at - now).total_seconds() / 60
        wait = f"{minutes:.0f} minutes" if minutes < 100 else f"{minutes / 60:.0f} hours"
        yield f"next visit: in about {wait}"
    yield f"entries: {len(found.entries)}"
    for entry in found.entries[:most]:
        dated = f"{entry.published_at:%Y-%m-%d %H:%M} UTC" if entry.published_at else "no date"
        yield ""
        yield f"  {shorten(entry.title, 100)}"
        yield f"     {dated} · {entry.characters} characters · {entry.identity[:16]}"
        yield f"     {entry.url or 'no link'}"
    if most is not None and len(found.entries) > most:
        yield f"  … and {len(found.entries) - most} more (--all)"


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


async def _add(chosen: argparse.Namespace, settings: Settings) -> int:
    address = _address(chosen.url)
    if address is None:
        return complain(_NO_ADDRESS.format(chosen.url), USED_WRONGLY)
    limits, pace = fetch_limits(settings), polling_pace(settings)
    async with (
        _database(settings) as database,
        open_sources(settings, database, utc_now, limits, pace) as sources,
    ):
        try:
            found = await pinned.add(sources, address)
        except NoFeedFound as error:
            tried = "\n  ".join(error.tried)
            return complain(f"no feed was found; asked were\n  {tried}")
        except FetchFailed as error:
            return complain(f"{address} can't be read ({error}); see `kawaraban feeds check`")
    if isinstance(found, Feed):
        _say(_as_json(_row(found)) if chosen.json else f"{found.id}  {found.title}  {found.url}")
        return DONE
    if isinstance(found, FoundSeveral):
        offers = "\n  ".join(f"{one.url}  {one.title}".rstrip() for one in found.candidates)
        return complain(f"the page announces several feeds; add one of\n  {offers}")
    assert isinstance(found, FoundList)  # noqa: S101 - what else there could be
    return complain("this is a list of feeds: save it, and use `feeds import`")


async def _remove(chosen: argparse.Namespace, settings: Settings) -> int:
    async with _database(settings) as database:
        feed = await pinned.remove(database, chosen.feed)
        still = await pinned.listed(database)
    if feed is None:
        return complain(f"there is no feed {chosen.feed}; see `kawaraban feeds list`")
    polled = any(one.id == feed.id for one in still)
    if chosen.json:
        _say(_as_json(_row(feed) | {"polled": polled}))
    elif polled and feed.in_catalogue:
        _say(f"{feed.title} is polled all the same: CATALOGUE lists it.")
    elif polled:
        _say(f"{feed.title} is polled all the same, as long as somebody follows it.")
    else:
        _say(f"{feed.title} is not polled any more.")
    return DONE


async def _list(chosen: argparse.Namespace, settings: Settings) -> int:
    async with _database(settings) as database:
        listed = await pinned.listed(database, chosen.failing)
    if chosen.json:
        _say(_as_json([_row(feed) for feed in listed]))
        return DONE
    folder = None
    for feed in listed:
        if feed.folder != folder:
            folder = feed.folder
            _say(f"\n{folder or '(no folder)'}")
        _say(f"{feed.id:6}  {feed.title}  {feed.url}")
        if feed.failing_since is not None:
            reason = f"{feed.failure} {feed.failure_detail}".rstrip()
            state = (
                "given up" if feed.stopped_at else f"next visit {feed.next_visit_at:%Y-%m-%d %H:%M}"
            )
            _say(f"        ! {reason} since {feed.failing_since:%Y-%m-%d %H:%M} UTC, {state}")
    _say(f"\n{len(listed)} feeds")
    return DONE


def _row(feed: Feed) -> dict[str, Any]:
    row = asdict(feed)
    return {name: row[name] for name in _SHOWN_FIELDS}


async def _import(chosen: argparse.Namespace, settings: Settings) -> int:
    try:
        listed = opml.read(chosen.file.read_bytes())
    except OSError as error:
        return complain(f"{chosen.file} can't be read ({error.strerror or error})")
    except opml.BadOpml as error:
        return complain(f"{chosen.file} {error}")
    async with _database(settings) as database:
        with _progress(len(listed.outlines)) as progress:
            new = await pinned.import_list(database, listed.outlines, utc_now(), progress)
    known = len(listed.outlines) - new
    if chosen.json:
        rejected = [asdict(line) for line in listed.rejected]
        _say(_as_json({"new": new, "known": known, "rejected": rejected}))
    else:
        _say(f"{new} new feeds, {known} known, {len(listed.rejected)} left out")
        for line in listed.rejected:
            _say(f"  line {line.line}: {line.name or '(no name)'}: {_REASONS[line.reason]}")
    return DONE if listed.outlines or not listed.rejected else FAILED


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if somebody looks at it."""
    console = Console(stderr=True)
    columns: Sequence[Any] = (TextColumn("importing"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("importing", total=total)
        yield lambda done: bar.update(task, completed=done)


async def _export(chosen: argparse.Namespace, settings: Settings) -> int:
    async with _database(settings) as database:
        listed = await pinned.listed(database)
    if chosen.json:
        written = _as_json([asdict(one) for one in pinned.as_outlines(listed)]).encode()
    else:
        written = opml.write(pinned.as_outlines(listed), "Kawaraban")
    if chosen.file is None:
        sys.stdout.buffer.write(written)
        return DONE
    try:
        chosen.file.write_bytes(written)
    except OSError as error:
        return complain(f"{chosen.file} can't be written ({error.strerror or error})")
    _say(f"{len(listed)} feeds in {chosen.file}")
    return DONE
