"""Parsing: our whole chain beside feedparser and a bare lxml tree, over a folder of real feeds.

    python -m bench.parse DIR

With fastfeedparser installed, it is measured beside them, with what it loses.

Prints throughputs with their ratios, taken in the same run, and what our chain loses or gains against
feedparser without sanitising, entry by entry. Times depend on the machine; ratios much less.
"""

import argparse
import gc
import io
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser
from lxml import etree

from news.addresses import canonical, web_address
from news.errors import FetchFailed
from news.feed import complete_all, parse
from news.markup import plain
from news.text import squeeze

try:
    import fastfeedparser as _fast
except ImportError:
    _fast = None

ROUNDS = 5
URL = "https://feed.example/feed.xml"


def ours(body: bytes) -> Any:
    """What a visit with nothing new costs: everything up to the identities of the entries."""
    try:
        return parse(body, URL)
    except FetchFailed:
        return None


def ours_all_new(body: bytes) -> Any:
    """What a first visit costs: the text, tokens and dates of every entry as well."""
    feed = ours(body)
    return feed and complete_all(feed.entries)


def loose(body: bytes) -> Any:
    """feedparser as most bots call it."""
    return feedparser.parse(io.BytesIO(body))


def loose_raw(body: bytes) -> Any:
    """feedparser without its two slowest steps."""
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def tree(body: bytes) -> Any:
    """An lxml tree and nothing else: the limit."""
    try:
        return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None


def fast(body: bytes) -> Any:
    """fastfeedparser, which recovers from what it can't read; None if it gives up."""
    try:
        return _fast.parse(body)
    except Exception:  # noqa: BLE001 - it raises whatever its parsers raise
        return None


def fast_losses(bodies: list[bytes]) -> str:
    """What fastfeedparser makes of the entries that feedparser finds, in a line."""
    fewer = titles = links = texts = 0
    for body in bodies:
        theirs, mine = loose_raw(body).entries, fast(body)
        found = mine.entries if mine else []
        if len(found) < len(theirs):
            fewer += 1
            continue
        for its, reference in zip(found, theirs, strict=False):
            title = plain(str(reference.get("title") or ""))
            titles += plain(str(its.get("title") or "")) != title
            link = web_address(reference.get("link"), URL)
            links += bool(link) and canonical(web_address(its.get("link"), URL)) != canonical(link)
            texts += bool(_text(reference)) and not _text(its)
    return f"{fewer} files, {titles} titles, {links} links, {texts} texts"


def _text(entry: Any) -> str:
    content = entry.get("content") or [{}]
    summary = entry.get("summary") or entry.get("description")
    return plain(str(summary or content[0].get("value") or ""))


def seconds_each(function: Callable[[bytes], Any], bodies: list[bytes]) -> list[float]:
    """The time that each document takes."""
    gc.collect()
    times = []
    for body in bodies:
        began = time.perf_counter()
        function(body)
        times.append(time.perf_counter() - began)
    return times


@dataclass
class Losses:
    """What our chain makes of the entries that feedparser finds."""

    files: int = 0
    entries: int = 0
    fewer: list[str] = field(default_factory=list)
    more: int = 0
    titles: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    halved: list[str] = field(default_factory=list)

    def compare(self, name: str, body: bytes) -> None:
        """Add one document."""
        theirs = loose_raw(body).entries
        feed = ours(body)
        mine = list(complete_all(feed.entries)) if feed else []
        listed = {id(entry): entry for entry in theirs}
        self.files += 1
        if len(mine) < len({_key(entry) for entry in listed.values()}):
            self.fewer.append(f"{name}: {len(mine)} of {len(theirs)}")
            return
        self.more += max(0, len(mine) - len(theirs))
        if len(mine) != len(theirs):
            return
        for ours_, theirs_ in zip(mine, theirs, strict=True):
            self.entries += 1
            self._compare_entry(name, ours_, theirs_)

    def _compare_entry(self, name: str, mine: Any, theirs: Any) -> None:
        title = plain(str(theirs.get("title") or ""))[:290]
        if title and squeeze(mine.title)[:290] != title and mine.title.rstrip("…") not in title:
            self.titles.append(f"{name}: {title!r} → {mine.title!r}")
        link = web_address(theirs.get("link"), URL)
        if link and canonical(link) != mine.canonical_url and not _made_up(theirs):
            self.links.append(f"{name}: {link} → {mine.url}")
        dated = dict.get(theirs, "published_parsed") or dict.get(theirs, "updated_parsed")
        if dated and dated[0] >= 1990 and mine.published_at is None:
            self.dates.append(f"{name}: {theirs.get('published')}")
        text = _text(theirs)
        kept = max(len(mine.summary), len(mine.text))
        if text and not kept:
            self.texts.append(f"{name}: {text[:60]!r}")
        elif kept < min(len(text), 4000) / 2:
            self.halved.append(f"{name}: {kept} of {len(text)}")


def _key(entry: Any) -> tuple[str, ...]:
    return tuple(str(entry.get(name) or "") for name in ("id", "link", "title"))


def _made_up(entry: Any) -> bool:
    """Whether the link is only the guid, resolved as if it were an address."""
    guid = str(entry.get("id") or "")
    return bool(guid) and not any(link.get("href") for link in entry.get("links") or ())


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="real feeds, one a file")
    parser.add_argument("--losses", action="store_true", help="name every loss")
    chosen = parser.parse_args()
    files = sorted(
        path
        for path in chosen.folder.iterdir()
        if path.suffix in (".xml", ".json", ".rss", ".atom")
    )
    bodies = [path.read_bytes() for path in files]
    size = sum(map(len, bodies)) / 1e6
    print(f"{len(bodies)} feeds, {size:.1f} MB, largest {max(map(len, bodies)) / 1e3:.0f} kB")
    rows: dict[str, tuple[Callable[[bytes], Any], int]] = {
        "feedparser": (loose, 2),
        "feedparser, not sanitising": (loose_raw, 2),
        "ours, every entry new": (ours_all_new, ROUNDS),
        "ours": (ours, ROUNDS),
        "lxml tree only": (tree, ROUNDS),
    }
    if _fast is not None:
        rows["fastfeedparser"] = (fast, ROUNDS)
    each: dict[str, list[float]] = {}
    for name, (function, rounds) in rows.items():
        found = [seconds_each(function, bodies) for _ in range(rounds + 1)][1:]
        each[name] = [statistics.median(times) for times in zip(*found, strict=True)]
    base, raw = sum(each["feedparser"]), sum(each["feedparser, not sanitising"])
    print(
        f"{'':28}{'feeds/s':>9}{'MB/s':>8}{'x feedparser':>14}{'x not sanit.':>14}{'slowest ms':>12}"
    )
    for name, times in each.items():
        total = sum(times)
        print(
            f"{name:28}{len(times) / total:9.0f}{size / total:8.1f}{base / total:14.1f}"
            f"{raw / total:14.1f}{max(times) * 1000:12.1f}"
        )
    losses = Losses()
    for path, body in zip(files, bodies, strict=True):
        losses.compare(path.name, body)
    print(
        f"\nagainst feedparser, not sanitising: {losses.files} files, {losses.entries} entries compared"
    )
    for label, lost in (
        ("files with fewer entries", losses.fewer),
        ("titles lost or changed", losses.titles),
        ("links lost or changed", losses.links),
        ("dates lost", losses.dates),
        ("texts lost", losses.texts),
        ("texts halved", losses.halved),
    ):
        print(f"{label:28}{len(lost):9}")
        for line in lost if chosen.losses else ():
            print(f"    {line}")
    print(f"{'entries gained':28}{losses.more:9}")
    if _fast is not None:
        print(f"fastfeedparser loses or changes: {fast_losses(bodies)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
