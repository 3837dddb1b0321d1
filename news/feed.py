"""Bytes and headers → a parsed feed of plain values; no library type leaves this room."""

import hashlib
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from w3lib.url import canonicalize_url, url_query_cleaner

from news.errors import FetchFailed
from news.text import plain, shorten
from storage.records import Failure

MAX_ENTRIES = 500
MAX_TITLE = 300
MAX_SUMMARY = 4000
MAX_URL = 2000
MAX_NAME = 120

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(\[)?", re.IGNORECASE)
_TRACKING = [
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"),
    *("fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref_src", "ocid"),
]
"""Parameters that say how a reader came to a page, not which page it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed lists it."""

    identity: str
    """Equal at every visit; unique within the document. 64 hexadecimal digits."""
    url: str
    """Where the article is read; empty if the feed gives no web address."""
    canonical_url: str
    """The address without fragment and tracking parameters, its parameters sorted."""
    title: str
    summary: str
    published_at: datetime | None
    """None if there is no date, or none that can be true."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document that is a feed."""

    title: str
    """Empty if it has none."""
    site_url: str | None
    language: str | None
    entries: tuple[Entry, ...]
    """At most MAX_ENTRIES, in the document's order."""


def parse(body: bytes, url: str, content_type: str = "") -> ParsedFeed:
    """Read RSS, Atom or JSON Feed (https://www.jsonfeed.org/version/1.1/) as it came from `url`.

    Blocking and slow by nature (up to a second for a large feed): call it off the event loop.
    Raises FetchFailed with NOT_A_FEED.
    """
    document = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if document.startswith(b"{"):
        feed = _read_json(document, url)
    else:
        feed = _read_xml(body, url, content_type)
    return replace(feed, entries=_told_apart(feed.entries))


def canonical(url: str) -> str:
    """An address in the form in which the same page has the same address."""
    if not url:
        return ""
    cleaned = url_query_cleaner(url, _TRACKING, remove=True, unique=False, keep_fragments=False)
    return str(canonicalize_url(cleaned))


def _read_xml(body: bytes, url: str, content_type: str) -> ParsedFeed:
    # Entities of its own are what turns a small document into a large one.
    doctype = _DOCTYPE.search(body, 0, 2048)
    if doctype is not None and (doctype[1] or b"<!ENTITY" in body):
        raise FetchFailed(Failure.NOT_A_FEED, "declares entities")
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    # A file object, never bytes or a string: those it may take for an address or a file's name.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise FetchFailed(Failure.NOT_A_FEED)
    source = parsed.feed
    return ParsedFeed(
        title=_name(source.get("title")),
        site_url=_web_address(source.get("link"), url) or None,
        language=_language(source.get("language")),
        entries=tuple(_xml_entry(entry, url) for entry in parsed.entries[:MAX_ENTRIES]),
    )


def _xml_entry(entry: Any, feed_url: str) -> Entry:
    content = entry.get("content") or [{}]
    text = entry.get("summary") or content[0].get("value") or ""
    guid = str(entry.get("id") or "")
    return _entry(
        guid=guid,
        url=_web_address(entry.get("link"), feed_url) or _web_address(guid, ""),
        title=str(entry.get("title") or ""),
        text=str(text),
        # The library's own get() warns of a mapping between the two that it is going to lose.
        published_at=_moment(
            dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        ),
    )


def _read_json(document: bytes, url: str) -> ParsedFeed:
    try:
        source = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise FetchFailed(Failure.NOT_A_FEED) from error
    version = source.get("version")
    items = source.get("items")
    if not (isinstance(version, str) and "jsonfeed.org" in version and isinstance(items, list)):
        raise FetchFailed(Failure.NOT_A_FEED)
    return ParsedFeed(
        title=_name(source.get("title")),
        site_url=_web_address(source.get("home_page_url"), url) or None,
        language=_language(source.get("language")),
        entries=tuple(
            _json_entry(item, url) for item in items[:MAX_ENTRIES] if isinstance(item, dict)
        ),
    )


def _json_entry(item: dict[str, Any], feed_url: str) -> Entry:
    def said(*names: str) -> str:
        values = (item.get(name) for name in names)
        return next((str(value) for value in values if isinstance(value, str | int | float)), "")

    return _entry(
        guid=said("id"),
        url=_web_address(said("url", "external_url"), feed_url) or _web_address(said("id"), ""),
        title=said("title"),
        text=said("summary", "content_text", "content_html"),
        published_at=_rfc3339(said("date_published", "date_modified")),
    )


def _entry(guid: str, url: str, title: str, text: str, published_at: datetime | None) -> Entry:
    summary = plain(text[: 4 * MAX_SUMMARY])
    headline = plain(title[: 4 * MAX_TITLE]) or shorten(summary, 100)
    address = canonical(url)
    source = guid or address or f"{headline}\n{summary}"
    return Entry(
        identity=hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(),
        url=url,
        canonical_url=address,
        title=shorten(headline or urlsplit(url).hostname or "—", MAX_TITLE),
        summary=shorten(summary, MAX_SUMMARY),
        published_at=published_at,
    )


def _told_apart(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries of one document that share an identity and yet differ are two; true repeats are one."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        twin = seen.get(entry.identity)
        if twin is None:
            seen[entry.identity] = entry
        elif (twin.canonical_url, twin.title) != (entry.canonical_url, entry.title):
            source = f"{entry.identity}\n{entry.canonical_url}\n{entry.title}"
            identity = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
            seen.setdefault(identity, replace(entry, identity=identity))
    return tuple(seen.values())


def _web_address(value: object, base: str) -> str:
    """An absolute http or https address, or nothing."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        address = urljoin(base, value.strip())
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or len(address) > MAX_URL:
        return ""
    return address


def _name(value: object) -> str:
    return shorten(plain(value[: 4 * MAX_NAME]), MAX_NAME) if isinstance(value, str) else ""


def _language(value: object) -> str | None:
    if not isinstance(value, str) or re.fullmatch(r"[A-Za-z]{2,3}([-_]\w{1,8})*", value) is None:
        return None
    return value.replace("_", "-")[:35]


def _moment(value: struct_time | None) -> datetime | None:
    if value is None:
        return None
    try:
        return _credible(datetime(*value[:6], tzinfo=UTC))
    except ValueError:
        return None


def _rfc3339(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _credible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _credible(moment: datetime) -> datetime | None:
    return moment if moment >= _EARLIEST else None
