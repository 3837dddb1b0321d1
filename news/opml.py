"""OPML ↔ values: the lists of feeds that readers and operators keep (http://opml.org/spec2.opml).

Topics have no place in such a list. They stand in its head, in a namespace of their own, as the
specification allows: other readers pass over them. In its body, some would make folders of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from news import document as xml
from news import query
from news.addresses import fits, has_credentials, web_address
from news.errors import BadQuery, BadSchedule, FetchFailed
from news.schedule import parse_for_one
from news.text import shorten, squeeze
from storage.records import ListedFeed

NAMESPACE = "urn:kawaraban:opml"
"""Of what OPML has no words for."""

MAX_OUTLINES, MAX_TOPICS = 20_000, 1_000
_TOPIC, _SCHEDULE = f"{{{NAMESPACE}}}topic", f"{{{NAMESPACE}}}schedule"
_LAST_PLACE = 1_000_000
_MAX_NAME = 120
_MAX_DEPTH = 5
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class BadOpml(ValueError):
    """A text that is no OPML; the message says where it went wrong."""


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic as a list names it."""

    text: str
    """As somebody typed it."""
    place: int
    """In the whole list, from 1."""
    schedule: str = ""
    """Its own, in normal form; empty if it comes with the digest."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line of a list that names nothing which could be followed."""

    line: int
    """In the file, from 1."""
    name: str
    reason: str
    """`address`: it is no web address. `password`: one with a password in it. `long`: one that is too long.
    `private`: one in a private network. `topic`: it is no topic. `twice`: the list has it already.
    `over`: the list is too long."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """What a list holds."""

    outlines: tuple[ListedFeed, ...]
    """In its order, each address once."""
    rejected: tuple[Rejected, ...]
    topics: tuple[ListedTopic, ...] = ()
    """By their places, each once."""
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Where each of the outlines stands in the file, from 1; none for a list that comes from no file."""

    @property
    def entries(self) -> tuple[ListedFeed | ListedTopic, ...]:
        """Feeds and topics together, in the order in which they were followed."""
        entries: list[ListedFeed | ListedTopic] = list(self.outlines)
        for topic in self.topics:
            entries.insert(topic.place - 1, topic)
        return tuple(entries)


def read(document: bytes) -> FeedList:
    """What an OPML 1.0 or 2.0 list holds, with its folders; broken ones as far as they go. Raises BadOpml."""
    root = _root(document)
    if str(root.tag).lower() != "opml":
        raise BadOpml("is not OPML: its outermost element is not <opml>")
    found: dict[str, ListedFeed] = {}
    lines: list[int] = []
    rejected: list[Rejected] = []
    for element, folder in _outlines(root, ()):
        said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        written = said.get("xmlurl", "").strip()
        url = web_address(written, "")
        title = squeeze(said.get("title") or said.get("text") or "")
        # Those who have no name for a feed write its address.
        name = "" if title == written else shorten(title, _MAX_NAME)
        reason = reason_against(written, url, found)
        if reason:
            rejected.append(Rejected(element.sourceline or 0, shorten(name or written, 80), reason))
        else:
            lines.append(element.sourceline or 0)
            found[url] = ListedFeed(url, name, folder, _schedule(element.get(_SCHEDULE)))
    topics = _topics(root, rejected)
    return FeedList(tuple(found.values()), tuple(rejected), topics, tuple(lines))


def without_private(listed: FeedList, is_private: Callable[[str], bool]) -> FeedList:
    """A list that was just read, with what lies in a private network among what was rejected."""
    private: list[Rejected] = []
    left: list[tuple[ListedFeed, int]] = []
    for one, line in zip(listed.outlines, listed.lines, strict=True):
        if is_private(one.url):
            private.append(Rejected(line, shorten(one.title or one.url, 80), "private"))
        else:
            left.append((one, line))
    rejected = sorted((*listed.rejected, *private), key=lambda one: one.line)
    return replace(
        listed,
        outlines=tuple(one for one, _ in left),
        lines=tuple(line for _, line in left),
        rejected=tuple(rejected),
    )


def _topics(root: Any, rejected: list[Rejected]) -> tuple[ListedTopic, ...]:
    """The topics in the head of a list; what is none is added to what was rejected."""
    found: dict[str, ListedTopic] = {}
    for element in root.iter(_TOPIC):
        text = squeeze(element.text or "")
        try:
            wanted = query.parse(text)
        except BadQuery:
            wanted = None
        reason = "over" if len(found) >= MAX_TOPICS else ""
        if wanted is None or not query.positive(wanted.tree):
            reason = "topic"
        elif wanted.normal in found:
            reason = "twice"
        if wanted is None or reason:
            rejected.append(Rejected(element.sourceline or 0, shorten(text, 80), reason))
        else:
            own = _schedule(element.get("schedule"))
            place = _place(element.get("place") or "")
            found[wanted.normal] = ListedTopic(text, place, own)
    return tuple(sorted(found.values(), key=lambda topic: topic.place))


def _place(written: str) -> int:
    """Where a topic stands; at the end, if the list does not say."""
    known = written.isascii() and written.isdecimal() and 0 < len(written) <= 6 and int(written) > 0
    return int(written) if known else _LAST_PLACE


def _schedule(written: str | None) -> str:
    """A schedule in normal form; empty for none, or one that only another version knows."""
    if not written:
        return ""
    try:
        wanted = parse_for_one(written)
    except BadSchedule:
        return ""
    return "" if wanted is None else str(wanted)


def reason_against(written: str, url: str, found: Mapping[str, ListedFeed]) -> str:
    """Why an address is not taken, as it was written and as it is used; empty if it is."""
    if not url:
        is_long = written.startswith(("http://", "https://")) and not fits(written)
        return "long" if is_long else "address"
    # Feeds are shared by all who follow them: no place for somebody's password.
    if has_credentials(url):
        return "password"
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


def write(outlines: Sequence[ListedFeed], title: str, topics: Sequence[ListedTopic] = ()) -> bytes:
    """The list as OPML 2.0: reading it gives the same outlines, folder by folder, and the same topics."""
    extended = bool(topics) or any(outline.schedule for outline in outlines)
    root = etree.Element(
        "opml", version="2.0", nsmap={"kawaraban": NAMESPACE} if extended else None
    )
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _xml_text(title)
    for topic in topics:
        element = etree.SubElement(head, _TOPIC, place=str(topic.place))
        element.text = _xml_text(topic.text)
        if topic.schedule:
            element.set("schedule", topic.schedule)
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
        element = etree.SubElement(
            folders[parts], "outline", type="rss", text=name, title=name, xmlUrl=outline.url
        )
        if outline.schedule:
            element.set(_SCHEDULE, outline.schedule)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _xml_text(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return _NO_XML.sub("", text)
