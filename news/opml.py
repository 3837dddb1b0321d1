"""OPML ↔ values: the lists of feeds that readers and operators keep (http://opml.org/spec2.opml)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from news import document as xml
from news.addresses import has_credentials, web_address
from news.errors import FetchFailed
from news.text import shorten, squeeze
from storage.records import ListedFeed

MAX_OUTLINES = 20_000
_MAX_NAME = 120
_MAX_DEPTH = 5
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class BadOpml(ValueError):
    """A text that is no OPML; the message says where it went wrong."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line of a list that names no feed which could be followed."""

    line: int
    """In the file, from 1."""
    name: str
    reason: str
    """`address`: it is no public web address. `twice`: the list has it already. `over`: the list is too long."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """What a list holds."""

    outlines: tuple[ListedFeed, ...]
    """In its order, each address once."""
    rejected: tuple[Rejected, ...]


def read(document: bytes) -> FeedList:
    """The feeds of an OPML 1.0 or 2.0 list with their folders; broken ones as far as they go. Raises BadOpml."""
    root = _root(document)
    if str(root.tag).lower() != "opml":
        raise BadOpml("is not OPML: its outermost element is not <opml>")
    found: dict[str, ListedFeed] = {}
    rejected: list[Rejected] = []
    for element, folder in _outlines(root, ()):
        said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        written = said.get("xmlurl", "").strip()
        url = web_address(written, "")
        title = squeeze(said.get("title") or said.get("text") or "")
        # Those who have no name for a feed write its address.
        name = "" if title == written else shorten(title, _MAX_NAME)
        reason = _reason(url, found)
        if reason:
            rejected.append(Rejected(element.sourceline or 0, shorten(name or written, 80), reason))
        else:
            found[url] = ListedFeed(url, name, folder)
    return FeedList(tuple(found.values()), tuple(rejected))


def _reason(url: str, found: Mapping[str, ListedFeed]) -> str:
    """Why an address is not taken; empty if it is."""
    # Feeds are shared by all who follow them: no place for somebody's password.
    if not url or has_credentials(url):
        return "address"
    if url in found:
        return "twice"
    return "over" if len(found) >= MAX_OUTLINES else ""


def _root(document: bytes) -> Any:
    try:
        parsed = xml.read(document)
    except FetchFailed as error:
        raise BadOpml(f"is not OPML: {error.detail or error}") from error
    if parsed.root is not None:
        return parsed.root
    # A list cut off in the middle is read up to there.
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(parsed.text.encode("utf-8", "replace") or b"<nothing/>", parser)
    if root is None:
        raise BadOpml("is not OPML: it is not even XML")
    return root


def _outlines(element: Any, folders: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
    """The outlines that name a feed, with their folder, in the order of the document."""
    for child in element:
        name = str(child.tag).lower()
        if name in ("body", "opml"):
            yield from _outlines(child, folders)
        elif name == "outline":
            said = {str(key).lower() for key in child.attrib}
            inner = folders
            if "xmlurl" in said:
                yield child, "/".join(folders)
            elif len(folders) < _MAX_DEPTH:
                label = squeeze(child.get("title") or child.get("text") or "").replace("/", "∕")
                inner = (*folders, shorten(label, 60)) if label else folders
            yield from _outlines(child, inner)


def write(outlines: Sequence[ListedFeed], title: str) -> bytes:
    """The list as OPML 2.0: reading it gives the same outlines, folder by folder."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _xml_text(title)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], Any] = {(): body}
    for outline in outlines:
        parts = tuple(part for part in outline.folder.split("/") if part)
        for depth in range(1, len(parts) + 1):
            if parts[:depth] not in folders:
                name = _xml_text(parts[depth - 1])
                parent = folders[parts[: depth - 1]]
                folders[parts[:depth]] = etree.SubElement(parent, "outline", text=name, title=name)
        name = _xml_text(outline.title or outline.url)
        etree.SubElement(
            folders[parts], "outline", type="rss", text=name, title=name, xmlUrl=outline.url
        )
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _xml_text(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return _NO_XML.sub("", text)
