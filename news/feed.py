"""Bytes and headers → a parsed feed of plain values; no library type and no markup leaves this room.

    document ─▶ ParsedFeed with raw entries: enough to tell which are known
                   └ complete(raw entry) ─▶ Entry: plain text, for those that are new

Most entries of most visits are known, so text is only taken out of the markup of those that are not.
"""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import feedparser
from lxml import etree

from news import document as xml
from news import telegram_preview
from news.addresses import MAX_URL, canonical, is_front_page, path_of, web_address
from news.dates import EARLIEST, moment
from news.errors import FetchFailed
from news.indexing import body_of, indexed
from news.languages import language_of
from news.markup import opening, plain, without_inline_data
from news.matching import Source, subject_of
from news.pictures import Picture, choose
from news.story_vectors import story_words
from news.text import normalise, shorten
from storage.records import Failure

MAX_ENTRIES = 2000
MAX_TITLE = 300
MAX_SUMMARY = 4000
MAX_TEXT = 8000
MAX_NAME = 120
ENOUGH = 300
"""Characters of summary that need no longer text beside them."""
_MAX_MARKUP = 60_000
"""Characters of one entry's markup that are looked at."""
_TELLING = 400
"""Characters of a summary that are enough to tell its language."""
_DATED = 11
"""Entries at either end whose dates tell how often a feed has news, and how long one stays listed."""
_LAST_RESORT = 4_000_000
"""Characters that feedparser is asked to read; it is the slowest by far."""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry as its document gives it. Only this module looks into the markup."""

    identity: str
    """Equal at every visit; unique within the document. 64 hexadecimal digits."""
    fingerprint: str
    """Changes when the entry is edited. 16 hexadecimal digits."""
    url: str
    title: str
    summary: str
    text: str
    dates: tuple[str, ...]
    """As they are written, the one that counts first, if it can be read."""
    pictures: tuple[Picture, ...] = ()
    """As they are named beside the text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed lists it."""

    identity: str
    fingerprint: str
    twin: str
    """Equal for an entry that came back under another guid, address or host. 32 hexadecimal digits."""
    url: str
    """Where the article is read; empty if the feed gives no web address."""
    canonical_url: str
    """An identity of the page, see `news.addresses.canonical`."""
    title: str
    summary: str
    text: str
    """The article's own text where the summary is short and the feed has more; else empty."""
    language: str
    """ISO 639-1; empty if it can't be told."""
    index: tuple[str, str, str]
    """What the full-text index is given of it, see `news.indexing`."""
    story_words: str
    """What tells which story it belongs to, see `news.story_vectors`."""
    published_at: datetime | None
    """None if there is no date, or none that can be true."""
    image_url: str = ""
    """Its own picture, by https; empty for none."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says about when to come again, and who would call."""

    ttl: int | None = None
    """Minutes for which it need not be asked again."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, 0 … 23 in UTC, in which it does not change."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week, 0 for Monday, in UTC, on which it does not change."""
    period: int | None = None
    """Seconds between its updates, from the Syndication module."""
    hub: str = ""
    """A WebSub hub; empty for none."""
    self_url: str = ""
    """The address under which the hub knows it."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document that is a feed."""

    title: str
    """Empty if it has none."""
    site_url: str | None
    language: str | None
    entries: tuple[RawEntry, ...]
    """At most MAX_ENTRIES, in the document's order."""
    reader: str
    """Which reader understood it: `strict`, `repaired`, `feedparser`, `json` or `telegram`."""
    hints: Hints = Hints()
    dates: tuple[datetime, ...] = ()
    """When its entries were published, newest first: of the first ones and the last, as far as they say."""
    outline: str = ""
    """Equal as long as no entry comes, goes or is edited. 64 hexadecimal digits."""


def parse(body: bytes, url: str, content_type: str = "", seen: str | None = None) -> ParsedFeed:
    """Read RSS 0.9–2.0, Atom 0.3 and 1.0, or JSON Feed (https://www.jsonfeed.org) as it came from `url`.

    Blocking, and at the mercy of the document: call it in the parser's process (`news.worker`). Entries
    whose outline is `seen` are left out: nothing about them is new. Raises FetchFailed with NOT_A_FEED.
    """
    start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if telegram_preview.is_preview(url):
        feed = _read_channel(body, url)
    elif start.startswith(b"{"):
        feed = _read_json(body.lstrip(b"\xef\xbb\xbf \t\r\n"), url)
    else:
        feed = _read_xml(body, url, content_type)
    listed = (*feed.entries[:_DATED], *feed.entries[_DATED:][-_DATED:])
    dates = sorted(filter(None, (_moment(entry.dates) for entry in listed)), reverse=True)
    entries = _told_apart(feed.entries)
    outline = _hash("".join([entry.identity + entry.fingerprint for entry in entries]))
    shown = () if outline == seen else entries
    return replace(feed, entries=shown, dates=tuple(dates), outline=outline)


def complete(raw: RawEntry, declared: str | None = None) -> Entry:
    """An entry with its text taken out of its markup; `declared` is the language that the feed names (BCP 47)."""
    summary = _text_of(raw.summary, MAX_SUMMARY)
    text = _text_of(raw.text, MAX_TEXT) if len(summary) < ENOUGH else ""
    summary = summary or text
    headline = shorten(
        plain(raw.title, doubtful=True)
        or shorten(summary, 100)
        or urlsplit(raw.url).hostname
        or "—",
        MAX_TITLE,
    )
    date = _moment(raw.dates)
    address = canonical(raw.url)
    when = date.isoformat() if date else ""
    place = path_of(address) + urlsplit(raw.url).fragment
    text = shorten(text, MAX_TEXT) if len(text) > min(len(summary) + 100, MAX_SUMMARY) else ""
    summary = shorten(summary, MAX_SUMMARY)
    language = language_of(f"{headline}\n{summary[:_TELLING]}", declared)
    seen = subject_of(headline, body_of(summary, text), language, Source(), date or EARLIEST)
    index = indexed(seen)
    return Entry(
        identity=raw.identity,
        fingerprint=raw.fingerprint,
        twin=_hash("\n".join([normalise(headline), normalise(summary[:1000]), when, place]))[:32],
        url=raw.url,
        canonical_url=address,
        title=headline,
        summary=summary,
        text=text,
        language=language,
        index=index,
        story_words=story_words(seen.text, index),
        published_at=date,
        image_url=choose(raw.pictures, (raw.summary, raw.text), raw.url),
    )


def _text_of(markup: str, characters: int) -> str:
    """At least so much text of some markup, if it has as much; all of it is read only where that is needed."""
    most = characters * 4
    if len(markup) > most:
        text = plain(opening(markup, most))
        if len(text) >= characters:
            return text
    return plain(markup)


def complete_all(raws: Sequence[RawEntry], declared: str | None = None) -> tuple[Entry, ...]:
    """Several of them, for one trip to the parser's process."""
    return tuple(complete(raw, declared) for raw in raws)


# ── XML ──────────────────────────────────────────────────────────────────────────────────────────

_SPACES = {
    "purl.org/rss/1.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "purl.org/net/rss1.1": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/rss": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.law.harvard.edu/rss/rss.html": "",
    "my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "www.w3.org/2005/atom": "",
    "purl.org/atom/ns": "",
    "purl.org/rss/1.0/modules/content": "content:",
    "purl.org/dc/elements/1.1": "dc:",
    "purl.org/dc/elements/1.0": "dc:",
    "purl.org/dc/terms": "dcterms:",
    "purl.org/rss/1.0/modules/syndication": "sy:",
    "search.yahoo.com/mrss": "media:",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "www.w3.org/1999/xhtml": "xhtml:",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf:",
}
"""Short names of namespaces, without what people get wrong in them: scheme, case, what ends them."""

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ITEMS = frozenset({"item", "entry"})

_PUBLISHED = (
    *("pubdate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created"),
    "date",
)
_UPDATED = ("updated", "modified", "dcterms:modified", "lastbuilddate")
_SHORT_TEXTS = (
    *("description", "summary", "itunes:summary", "media:description", "dc:description"),
    *("abstract", "tagline", "itunes:subtitle"),
)
_LONG_TEXTS = ("content:encoded", "content", "xhtml:body", "xhtml:div", "fullitem")
_WANTED = frozenset(
    {
        *("title", "link", "guid", "id", "enclosure", "dc:title", "media:title"),
        *(*_PUBLISHED, *_UPDATED, *_SHORT_TEXTS, *_LONG_TEXTS),
    }
)


class _Names(dict[str, str]):
    """Tag of lxml → short name in lower case, worked out once a tag."""

    def __init__(self, root_tag: str) -> None:
        """Whatever namespace a feed has itself is that of feeds: some make one up."""
        super().__init__()
        self._own = root_tag[1:].rpartition("}")[0] if root_tag.startswith("{") else ""

    def __missing__(self, tag: str) -> str:
        space, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        prefix = ""
        if space:
            bare = space.lower().partition("://")[2] or space.lower()
            own = "" if space == self._own and local.lower() != "rdf" else "?:"
            prefix = _SPACES.get(bare.rstrip("/#"), own)
        name = self[tag] = prefix + local.lower()
        return name


def _read_xml(body: bytes, url: str, content_type: str) -> ParsedFeed:
    document = xml.read(body, content_type)
    if document.root is None:
        return _read_loosely(document.text, url)
    root = document.root
    names = _Names(root.tag)
    kind = names[root.tag]
    if kind not in ("rss", "feed", "rdf:rdf", "channel"):
        raise FetchFailed(Failure.NOT_A_FEED, "opml" if kind == "opml" else "")
    channel = root
    for child in root:
        if names[child.tag] == "channel":
            channel = child
            break
    has_base = b"xml:base" in body
    items = _items(root, channel, names, body)
    head = _Head(channel, names, url, has_base)
    entries = [_xml_entry(item, names, url, has_base) for item in _newest(items, names)]
    return ParsedFeed(
        title=_name(head.first("title")),
        site_url=head.site or None,
        language=language_tag(
            head.first("language") or head.first("dc:language") or root.get(_LANG)
        ),
        entries=tuple(entries),
        reader="repaired" if document.repaired else "strict",
        hints=head.hints(),
    )


def _items(root: Any, channel: Any, names: _Names, body: bytes) -> list[Any]:
    found = [child for child in channel if names[child.tag] in _ITEMS]
    if root is not channel:
        found += [child for child in root if names[child.tag] in _ITEMS]
    named = b"<item" if channel is not root or names[root.tag] != "feed" else b"<entry"
    if len(found) < (body.count(named) if found else 1):
        # In boxes of their own (RSS 1.1), in a second channel, in each other: wherever they are.
        every = [element for element in root.iter(etree.Element) if names[element.tag] in _ITEMS]
        found = every if len(every) > len(found) else found
    return found


def _newest(items: list[Any], names: _Names) -> list[Any]:
    """As many as are read, in the order of the document, from the end that has the newest."""
    if len(items) <= MAX_ENTRIES or _date_of(items[0], names) >= _date_of(items[-1], names):
        return items[:MAX_ENTRIES]
    return items[-MAX_ENTRIES:]


def _date_of(item: Any, names: _Names) -> datetime:
    said = {names[child.tag]: child.text or "" for child in item}
    return _moment(tuple(said[name] for name in _DATES if name in said)) or EARLIEST


def _moment(dates: Iterable[str]) -> datetime | None:
    """The first date that can be read."""
    return next(filter(None, map(moment, dates)), None)


class _Head:
    """What a feed says of itself."""

    def __init__(self, channel: Any, names: _Names, url: str, has_base: bool) -> None:
        self._said: dict[str, str] = {}
        self._links: list[tuple[str, str]] = []
        self._skips: dict[str, list[str]] = {}
        self.site = ""
        base = channel.base or url if has_base else url
        for child in channel:
            name = names[child.tag]
            if name in _ITEMS:
                continue
            if name == "link" and child.get("href") is not None:
                self._links.append(((child.get("rel") or "alternate").lower(), child.get("href")))
            elif name in ("skiphours", "skipdays"):
                self._skips[name] = [(part.text or "").strip() for part in child][:24]
            else:
                self._said.setdefault(name, _inner(child))
        self._url = base if base.startswith("http") else web_address(base, url) or url
        written = web_address(self._said.get("link"), self._url) if self._said.get("link") else ""
        self.site = written or self._link("alternate")

    def first(self, name: str) -> str:
        return self._said.get(name, "")

    def _link(self, rel: str) -> str:
        found = (href for kind, href in self._links if rel in kind.split())
        return web_address(next(found, ""), self._url)

    def hints(self) -> Hints:
        return Hints(
            ttl=_whole(self.first("ttl")),
            skip_hours=frozenset(
                hour % 24
                for said in self._skips.get("skiphours", ())
                if (hour := _whole(said)) is not None and hour <= 24
            ),
            skip_days=frozenset(
                _DAYS.index(said[:3].lower())
                for said in self._skips.get("skipdays", ())
                if said[:3].lower() in _DAYS
            ),
            period=_period(self.first("sy:updateperiod"), self.first("sy:updatefrequency")),
            hub=self._link("hub"),
            self_url=self._link("self"),
        )


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PERIODS = {
    "hourly": 3600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": 31_536_000,
}


def _period(period: str, frequency: str) -> int | None:
    """Seconds between updates (http://web.resource.org/rss/1.0/modules/syndication/)."""
    seconds = _PERIODS.get(period.strip().lower())
    if seconds is None:
        return None
    return max(60, seconds // max(1, _whole(frequency) or 1))


def _whole(said: str) -> int | None:
    said = said.strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _xml_entry(item: Any, names: _Names, url: str, has_base: bool) -> RawEntry:
    said: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    permalink = True
    for child in item:
        name = names[child.tag]
        if name in ("media:group", "media:content"):
            for part in child:
                said.setdefault(names[part.tag], part.text or "")
            continue
        if name not in _WANTED:
            continue
        if name in ("link", "enclosure"):
            href = child.get("href") or child.get("url") or child.text
            if href:
                usual = "enclosure" if name == "enclosure" else "alternate"
                links.append((child.get("rel") or usual, href))
            continue
        if name == "guid":
            permalink = (child.get("isPermaLink") or "true").strip().lower() != "false"
        if name not in said or not said[name]:
            said[name] = _inner(child) if len(child) or name in _TEXTS else child.text or ""
    base = url
    if has_base:
        base = web_address(item.base, url) or url
    guid = (said.get("guid") or said.get("id") or item.get(_ABOUT) or "").strip()
    # A guid that is a path is one of the feed's site; any other word is only a word.
    fallback = web_address(guid, base if guid.startswith("/") else "") if permalink else ""
    return _raw(
        guid=guid,
        url=_link_of(links, base) or fallback,
        title=said.get("title") or said.get("dc:title") or said.get("media:title") or "",
        short=(said[name] for name in _SHORT_TEXTS if said.get(name)),
        long=(said[name] for name in _LONG_TEXTS if said.get(name)),
        dates=[said[name] for name in _DATES if said.get(name)],
        pictures=_pictures(item, names),
    )


_PICTURED = frozenset(
    {"media:group", "media:content", "media:thumbnail", "enclosure", "itunes:image", "link"}
)
_MOST_PICTURES = 10


def _pictures(item: Any, names: _Names) -> Iterator[Picture]:
    """Those that an entry names beside its text, alone or in groups."""
    for child in item:
        name = names[child.tag]
        if name in _PICTURED and (name != "link" or child.get("rel") == "enclosure"):
            for part in (child, *child):
                said = part.attrib
                kind = said.get("type") or said.get("medium") or ""
                # What is enclosed is most often sound.
                if kind or name not in ("link", "enclosure"):
                    address = said.get("url") or said.get("href") or ""
                    yield Picture(address, kind, said.get("width", ""), said.get("height", ""))


_TEXTS = frozenset({*_SHORT_TEXTS, *_LONG_TEXTS, "title"})
_DATES = (*_PUBLISHED, *_UPDATED)


def _link_of(links: list[tuple[str, str]], base: str) -> str:
    for wanted in (("alternate",), ("via", "related", ""), ("enclosure", "self")):
        for rel, href in links:
            if rel.lower() in wanted and (address := web_address(href, base)):
                return address
    return ""


def _inner(element: Any) -> str:
    """The text of an element, or, where it holds markup that nobody escaped, that markup."""
    if not len(element):
        return element.text or ""
    inside = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return (element.text or "") + "".join(inside)


# ── what no strict reader takes ──────────────────────────────────────────────────────────────────


def _read_loosely(text: str, url: str) -> ParsedFeed:
    """Let feedparser guess. It is fed through a file object: text and bytes it may take for an address."""
    if not re.search(r"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)\b", text, re.IGNORECASE):
        raise FetchFailed(Failure.NOT_A_FEED)
    parsed = feedparser.parse(
        io.BytesIO(_cut(text).encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise FetchFailed(Failure.NOT_A_FEED)
    source = parsed.feed
    return ParsedFeed(
        title=_name(source.get("title")),
        site_url=web_address(source.get("link"), url) or None,
        language=language_tag(source.get("language")),
        entries=tuple(_loose_entry(entry, url) for entry in parsed.entries[:MAX_ENTRIES]),
        reader="feedparser",
        hints=Hints(ttl=_whole(str(source.get("ttl") or ""))),
    )


def _cut(text: str) -> str:
    """No more entries and characters than are read in the end."""
    text = text[:_LAST_RESORT]
    for number, found in enumerate(re.finditer(r"<(?:\w+:)?(?:item|entry)[\s>]", text)):
        if number == MAX_ENTRIES:
            return text[: found.start()]
    return text


def _loose_entry(entry: Any, url: str) -> RawEntry:
    # The library's own get() warns of a mapping between dates that it is going to lose.
    said: Callable[[str], str] = lambda name: str(dict.get(entry, name) or "")  # noqa: E731 - three uses
    guid = str(entry.get("id") or "")
    return _raw(
        guid=guid,
        url=web_address(entry.get("link"), url) or web_address(guid, ""),
        title=str(entry.get("title") or ""),
        short=iter([str(entry.get("summary") or "")]),
        long=(str(part.get("value") or "") for part in entry.get("content") or ()),
        dates=[said("published"), said("updated")],
        pictures=_loose_pictures(entry),
    )


def _loose_pictures(entry: Any) -> Iterator[Picture]:
    named = [*(dict.get(entry, "media_content") or ()), *(dict.get(entry, "media_thumbnail") or ())]
    enclosed = [part for part in dict.get(entry, "links") or () if part.get("rel") == "enclosure"]
    for part in (*named, *enclosed):
        address = str(part.get("url") or part.get("href") or "")
        kind = str(part.get("type") or part.get("medium") or "")
        if kind or part not in enclosed:
            yield Picture(address, kind, str(part.get("width", "")), str(part.get("height", "")))


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _read_json(document: bytes, url: str) -> ParsedFeed:
    try:
        source = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise FetchFailed(Failure.NOT_A_FEED) from error
    version = source.get("version")
    items = source.get("items")
    if not (isinstance(version, str) and "jsonfeed.org" in version and isinstance(items, list)):
        raise FetchFailed(Failure.NOT_A_FEED)
    hubs = source.get("hubs")
    hub = (
        hubs[0].get("url") if isinstance(hubs, list) and hubs and isinstance(hubs[0], dict) else ""
    )
    return ParsedFeed(
        title=_name(source.get("title")),
        site_url=web_address(source.get("home_page_url"), url) or None,
        language=language_tag(source.get("language")),
        entries=tuple(
            _json_entry(item, url) for item in items[:MAX_ENTRIES] if isinstance(item, dict)
        ),
        reader="json",
        hints=Hints(hub=web_address(hub, url), self_url=web_address(source.get("feed_url"), url)),
    )


def _json_entry(item: dict[str, Any], url: str) -> RawEntry:
    def said(*names: str) -> str:
        values = (item.get(name) for name in names)
        written = (str(value) for value in values if isinstance(value, str | int | float))
        return next((text for text in written if text.strip()), "")

    return _raw(
        guid=said("id"),
        url=web_address(said("url", "external_url"), url) or web_address(said("id"), ""),
        title=said("title"),
        short=iter([said("summary")]),
        long=iter([said("content_html", "content_text")]),
        dates=[said("date_published"), said("date_modified")],
        pictures=[Picture(said("image"), "image"), Picture(said("banner_image"), "image")],
    )


# ── Telegram's public channels ───────────────────────────────────────────────────────────────────


def _read_channel(body: bytes, url: str) -> ParsedFeed:
    channel = telegram_preview.channel(body)
    if channel is None:
        raise FetchFailed(Failure.NOT_A_FEED, "no preview")
    entries = tuple(
        _raw(name, address, "", iter([text]), iter(()), [date])
        for name, address, text, date in telegram_preview.posts(body)
    )
    return ParsedFeed(_name(channel[0]), url, None, entries, "telegram")


# ── all of them ──────────────────────────────────────────────────────────────────────────────────


def _raw(
    guid: str,
    url: str,
    title: str,
    short: Iterator[str],
    long: Iterator[str],
    dates: Iterable[str],
    pictures: Iterable[Picture] = (),
) -> RawEntry:
    title = title[: 4 * MAX_TITLE].strip()
    summary = _bounded(next((text for text in short if text), ""))
    text = max(map(_bounded, long), key=len, default="")
    # The text counts where it is what will be shown.
    shown = text if len(summary) < ENOUGH else ""
    if is_front_page(guid) and not is_front_page(url):
        # Some give all their entries the address of their site.
        guid = ""
    source = _lasting(guid) or _place(url) or f"{title}\n{summary}"
    return RawEntry(
        identity=_hash(source),
        fingerprint=_hash(f"{title}\n{summary}\n{url}\n{shown}")[:16],
        url=url[:MAX_URL],
        title=title,
        summary=summary,
        text=text,
        dates=tuple(date.strip()[:64] for date in dates),
        pictures=tuple(islice(filter(_has_address, pictures), _MOST_PICTURES)),
    )


def _has_address(picture: Picture) -> bool:
    return bool(picture.address)


def _bounded(markup: str) -> str:
    """As much of a text as is looked at, without the pictures that stand in it letter by letter."""
    if len(markup) <= _MAX_MARKUP:
        return markup
    return opening(without_inline_data(markup), _MAX_MARKUP)


def _place(url: str) -> str:
    """An address as the identity of an entry: a page of changes has a place for each, behind `#`."""
    place = urlsplit(url).fragment if url else ""
    return f"{canonical(url)}#{place}" if place else canonical(url)


def _lasting(guid: str) -> str:
    """A guid without what changes when a site learns https or drops its www."""
    if guid.startswith(("http://", "https://")):
        return guid.split("://", 1)[1].removeprefix("www.")
    return guid


def _hash(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def _told_apart(entries: tuple[RawEntry, ...]) -> tuple[RawEntry, ...]:
    """Entries of one document that share an identity and yet differ are different ones; true repeats are one.

    All that share it get another identity, so that none of them passes for the one that had it alone.
    """
    if len({entry.identity for entry in entries}) == len(entries):
        return entries
    unique = {(entry.identity, entry.fingerprint, entry.dates): entry for entry in entries}
    placed = _renamed(list(unique.values()), lambda entry: _place(entry.url))
    named = _renamed(placed, lambda entry: entry.title)
    return tuple(_renamed(named, lambda entry: f"{entry.fingerprint}\n{entry.dates}"))


def _renamed(entries: list[RawEntry], by: Callable[[RawEntry], str]) -> list[RawEntry]:
    shared = Counter(entry.identity for entry in entries)
    return [
        replace(entry, identity=_hash(f"{entry.identity}\n{by(entry)}"))
        if shared[entry.identity] > 1
        else entry
        for entry in entries
    ]


def _name(value: object) -> str:
    return shorten(plain(value[: 4 * MAX_NAME]), MAX_NAME) if isinstance(value, str) else ""


def language_tag(value: object) -> str | None:
    """A BCP 47 tag as somebody declares it; None if it is none."""
    text = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return text[:35] if re.fullmatch(r"[A-Za-z]{2,3}(-\w{1,8})*", text) else None
