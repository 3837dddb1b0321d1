"""Whatever file somebody sends as a list of feeds → what it holds: OPML, or a text with an address a line."""

import re

from news import document as xml
from news import opml
from news.addresses import web_address
from news.opml import BadOpml, FeedList, Rejected
from news.text import shorten, squeeze
from storage.records import ListedFeed

_HEAD = 4096
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]|https?:\\?/\\?/jsonfeed\.org\\?/version\\?/")
"""How RSS, Atom and JSON feeds begin; in JSON, slashes may be escaped."""
_ADDRESS = re.compile(r"(?i)(?:feed:(?://)?)?(https?)(://\S+)")


class OneFeed(ValueError):
    """A document that is a feed, and no list of them."""


def read(document: bytes) -> FeedList:
    """What a list of feeds holds, in whichever form it is. Raises BadOpml for what is none, OneFeed for a feed."""
    try:
        return opml.read(document)
    except BadOpml:
        text = xml.decode(document)
        if _FEED.search(text[:_HEAD]):
            raise OneFeed from None
        listed = _from_lines(text)
        if listed is None:
            raise
        return listed


def _from_lines(text: str) -> FeedList | None:
    """The addresses that lines begin with; None if that is so with few of them, and the text is another one.

    What follows an address is somebody's note, and lines that begin with # are, too.
    """
    found: dict[str, ListedFeed] = {}
    lines: list[int] = []
    rejected: list[Rejected] = []
    addresses = 0
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        written = squeeze(line)
        if not written or written.startswith("#"):
            continue
        first = written.split(" ")[0]
        match = _ADDRESS.fullmatch(first)
        url = web_address(match[1].lower() + match[2], "") if match else ""
        addresses += match is not None
        if reason := opml.reason_against(first, url, found):
            rejected.append(Rejected(number, shorten(written, 80), reason))
        else:
            lines.append(number)
            found[url] = ListedFeed(url)
    few = not addresses or addresses * 2 < len(found) + len(rejected)
    return None if few else FeedList(tuple(found.values()), tuple(rejected), lines=tuple(lines))
