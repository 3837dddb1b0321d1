"""One address as the poller sees it, with what is odd about it and what that means: for operators."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from news import pace, sites
from news.addresses import host_of
from news.errors import FetchFailed, Hop
from news.feed import MAX_ENTRIES, Entry, ParsedFeed, complete_all
from news.fetch import Fetched, Fetcher
from news.intake import parse, with_hub
from news.pace import Pace
from news.sites import Candidate
from news.worker import Worker, WorkerKilled
from storage.records import Failure, Said

_QUIET = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry as it would be taken in."""

    identity: str
    title: str
    url: str
    published_at: datetime | None
    """None: it would be dated by its first sight."""
    characters: int
    """Of text that the feed gives."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of asking for an address."""

    url: str
    hops: tuple[Hop, ...]
    """Empty if no server was heard."""
    headers: Mapping[str, str]
    """Of the last answer, those that matter."""
    size: int
    """Bytes of the body, unpacked; 0 if there is none."""
    failure: Failure | None
    """None: it is a feed that can be read."""
    detail: str
    reader: str
    """Which reader understood it; empty if none did."""
    title: str
    language: str | None
    entries: tuple[CheckedEntry, ...]
    announced: tuple[Candidate, ...]
    """The feeds that the address announces, if it is a page."""
    hub: str
    """The WebSub hub that it names; empty for none."""
    revalidates: bool | None
    """Whether it says "nothing new" when asked again; None if it has no validators."""
    next_visit_at: datetime | None
    """When it would be visited next; None if it is no feed."""
    problems: tuple[str, ...]
    """A sentence each."""


async def check(fetcher: Fetcher, worker: Worker, url: str, rules: Pace, now: datetime) -> Checked:
    """Ask for an address as the poller would, and once more if it has validators. Nothing is kept."""
    fetched: Fetched | None = None
    try:
        fetched = await fetcher.get(url, subscribers=1)
        parsed = await parse(worker, fetched)
        entries = await worker.run(complete_all, parsed.entries, parsed.language)
    except FetchFailed as error:
        return await _failed(worker, url, error, fetched)
    except WorkerKilled:
        return await _failed(worker, url, FetchFailed(Failure.NOT_A_FEED, "too hard to read"), None)
    said = with_hub(pace.said(parsed, now), fetched)
    revalidates = await _revalidates(fetcher, url, fetched)
    validators = bool(fetched.etag or fetched.last_modified)
    due = pace.after_success(rules, url, said, fetched.answer.headers, validators, False, now, 0.5)
    return Checked(
        url=url,
        hops=fetched.answer.hops,
        headers=fetched.answer.headers,
        size=len(fetched.body),
        failure=None,
        detail="",
        reader=parsed.reader,
        title=parsed.title,
        language=parsed.language,
        entries=tuple(
            CheckedEntry(
                entry.identity,
                entry.title,
                entry.url,
                entry.published_at,
                max(len(entry.summary), len(entry.text)),
            )
            for entry in entries
        ),
        announced=(),
        hub=said.hub_url,
        revalidates=revalidates,
        next_visit_at=due,
        problems=(
            *_of_the_server(fetched, revalidates, rules),
            *_of_the_document(parsed, said, now),
            *_of_the_entries(entries, now),
        ),
    )


async def _revalidates(fetcher: Fetcher, url: str, fetched: Fetched) -> bool | None:
    if not fetched.etag and not fetched.last_modified:
        return None
    try:
        again = await fetcher.get(url, fetched.etag, fetched.last_modified, subscribers=1)
    except FetchFailed:
        return False
    return again.not_modified


async def _failed(worker: Worker, url: str, error: FetchFailed, fetched: Fetched | None) -> Checked:
    announced: tuple[Candidate, ...] = ()
    if fetched is not None and error.detail != "opml":
        try:
            announced = await worker.run(
                sites.announced, fetched.body, fetched.url, fetched.answer.headers.get("link", "")
            )
        except WorkerKilled:
            announced = ()
    return Checked(
        url=url,
        hops=error.answer.hops if error.answer else (),
        headers=error.headers,
        size=len(fetched.body) if fetched else 0,
        failure=error.failure,
        detail=error.detail,
        reader="",
        title="",
        language=None,
        entries=(),
        announced=announced,
        hub="",
        revalidates=None,
        next_visit_at=None,
        problems=(_meaning(error, announced),),
    )


def _meaning(error: FetchFailed, announced: tuple[Candidate, ...]) -> str:
    if announced:
        return "This is a page, not a feed; it announces the feeds above."
    if error.detail == "opml":
        return "This is a list of feeds (OPML): use `feeds import` on it."
    return {
        Failure.REFUSED: "The address leads into a private network, or is none of the web. "
        "FETCH_ALLOWED_NETWORKS names networks that may be fetched all the same.",
        Failure.UNREACHABLE: "No server answered properly: unknown host, closed port, broken TLS, "
        "a circle of redirects, or a line that was cut.",
        Failure.TIMEOUT: "The server took longer than FETCH_TIMEOUT.",
        Failure.STATUS: "The server answers with an error. It is asked ever more rarely, up to once "
        "a day (404: a week).",
        Failure.GONE: "The server says that the feed is gone for good. After a second such answer a "
        "day later it is not asked any more.",
        Failure.BLOCKED: "The server lets no bots in. FETCH_CONTACT may help its owner to trust yours.",
        Failure.BUSY: "The server asks to be left alone for a while; a 429 pauses its whole host.",
        Failure.TOO_LARGE: "The body is larger than FETCH_MAX_BYTES.",
        Failure.NOT_A_FEED: "The answer is no feed that could be read.",
    }[error.failure]


def _of_the_server(fetched: Fetched, revalidates: bool | None, rules: Pace) -> Iterator[str]:
    hops = fetched.answer.hops
    target = pace.permanent_target(hops)
    if target is not None:
        yield (
            f"It has moved for good to {target}. The new address is adopted after "
            f"{pace.MOVE_POLLS} visits over {pace.MOVE_TIME.days} days; list that one."
        )
    elif len(hops) > 1:
        yield "It is redirected for the time being: every visit costs two requests or more."
    if fetched.url.startswith("http:"):
        yield "It is served without encryption: anybody on the way can change it."
    if revalidates is None:
        hours = rules.uncached.total_seconds() / 3600
        yield (
            "The server sends neither ETag nor Last-Modified, so every visit costs the whole "
            f"document: it is visited every {hours:.0f} hours, more often only if entries would be lost."
        )
    elif not revalidates:
        yield "The server sends validators and does not honour them: every visit costs the whole document."


def _of_the_document(parsed: ParsedFeed, said: Said, now: datetime) -> Iterator[str]:
    if parsed.reader == "repaired":
        yield "It is not well-formed: its charset, entities or ampersands had to be mended."
    elif parsed.reader == "feedparser":
        yield "It is so broken that its structure had to be guessed: entries may be missing."
    if not parsed.entries:
        yield "It has no entries."
    elif said.newest_entry_at is None:
        yield "No entry has a date: the first sight stands for it, and the pace can't follow the feed."
    elif now - said.newest_entry_at > _QUIET:
        yield f"Its newest entry is from {said.newest_entry_at:%Y-%m-%d}."
    if len(parsed.entries) >= MAX_ENTRIES:
        yield f"Only its first {MAX_ENTRIES} entries are read."
    if said.least_interval or said.skip_hours or said.skip_days:
        yield "It asks to be visited rarely (ttl, updatePeriod, skipHours or skipDays), and is."


def _of_the_entries(entries: tuple[Entry, ...], now: datetime) -> Iterator[str]:
    count = len(entries)
    without_link = sum(not entry.url for entry in entries)
    if without_link:
        yield f"{without_link} of {count} entries have no link that could be opened."
    without_text = sum(not entry.summary for entry in entries)
    if without_text:
        yield f"{without_text} of {count} entries have no text: with PAGES=on their pages are read."
    future = sum(entry.published_at is not None and entry.published_at > now for entry in entries)
    if future:
        yield f"{future} of {count} entries are dated in the future: they count as of now."
    pages = Counter(entry.canonical_url for entry in entries if entry.canonical_url)
    shared = sum(1 for times in pages.values() if times > 1)
    if shared:
        yield f"{shared} pages are linked by several entries, which are taken as different ones."
    hosts = {host_of(entry.url) for entry in entries if entry.url}
    if len(hosts) > max(3, count // 2):
        yield f"Its entries lead to {len(hosts)} hosts: it collects what others wrote."
