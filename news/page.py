"""The page of an article → its text; robots.txt → whether a page may be read.

Both are documents of strangers: call these functions in the parser's process (`news.worker`).
"""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from news.addresses import web_address
from news.dates import moment
from news.document import decode, long_tag
from news.feed import MAX_TEXT
from news.languages import language_of
from news.markup import without_inline_data
from news.text import shorten, squeeze

MAX_MARKUP = 2_000_000
"""Characters of a page that are looked at; an article stands in its first part."""

MAX_TAGS = 20_000
"""Tags beyond which a page is no article; parsers need the square of them if they are nested."""

MAX_ROBOTS = 512_000
"""Bytes of a robots.txt that are read (RFC 9309, 2.5)."""

_FEWEST = 80
"""Characters below which a text is a caption or a notice, and no article."""

_STOPS = tuple(".!?…。！？」』”\"'’)")

_IMAGES = (
    'meta[property="og:image:secure_url"]',
    'meta[property="og:image"]',
    'meta[name="twitter:image"]',
    'meta[property="twitter:image"]',
)
_DATES = (
    'meta[property="article:published_time"]',
    'meta[itemprop="datePublished"]',
    'meta[name="parsely-pub-date"]',
    'meta[name="pubdate"]',
    'meta[name="date"]',
)
_KEPT_BACK = frozenset({"nosnippet", "none", "max-snippet:0"})
"""Words by which a publisher asks that nothing of a page be shown elsewhere."""


_WITH_VALUE = ("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after")


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page says of its article."""

    text: str
    """Its readable text, on one line; empty if there is none, or none that may be shown."""
    image_url: str
    """The picture that the page shows for itself elsewhere, https only; empty for none."""
    language: str
    """What its text is written in, as ISO 639-1; empty if that is unknown."""
    published_at: datetime | None


def read(body: bytes, url: str, content_type: str = "", agent: str = "") -> PageContent:
    """What is to be known of an article from its page at `url`, as far as `agent` may tell it."""
    markup = without_inline_data(decode(body, content_type))[:MAX_MARKUP]
    if markup.count("<") > MAX_TAGS or long_tag(markup.encode("utf-8", "replace")) is not None:
        return PageContent("", "", "", None)
    tree = LexborHTMLParser(markup)
    directives = (
        node.attributes.get("content") or ""
        for node in tree.css("meta[name][content]")
        if (node.attributes.get("name") or "").strip().lower() in ("robots", agent.lower())
    )
    kept_back = keeps_back("\n".join(directives))
    text = "" if kept_back else _article(markup, url)
    image = web_address(_said(tree, _IMAGES), url)
    root = tree.css_first("html")
    written = _said(tree, _DATES)
    if (
        not written
        and (time := tree.css_first("article time[datetime], time[pubdate]")) is not None
    ):
        written = time.attributes.get("datetime") or ""
    return PageContent(
        text=text,
        image_url=image if image.startswith("https://") else "",
        # Many sites declare one language on all of their pages, whatever these are written in.
        language=language_of(text, root.attributes.get("lang") if root is not None else None),
        published_at=moment(written),
    )


def _article(markup: str, url: str) -> str:
    # Loaded where pages are read and only there: it takes 30 MB.
    extract = import_module("trafilatura").extract
    # Its other ways of extraction, tried where the first finds little, need ten times as long.
    found = extract(
        markup,
        url=url,
        fast=True,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
    )
    # Headings and captions end in no full stop; between sentences they would read like one.
    lines = [line.strip() for line in (found or "").splitlines()]
    told = [line for line in lines if len(line) >= _FEWEST or line.endswith(_STOPS)]
    text = squeeze(" ".join(told))
    return shorten(text, MAX_TEXT) if len(text) >= _FEWEST else ""


def _said(tree: LexborHTMLParser, places: tuple[str, ...]) -> str:
    found = (tree.css_first(place) for place in places)
    said = (node.attributes.get("content") for node in found if node is not None)
    return next((text.strip() for text in said if text and text.strip()), "")


def keeps_back(directives: str, agent: str = "") -> bool:
    """Whether robots directives (of meta elements or X-Robots-Tag headers, a line each) forbid to show a text.

    One behind the name of another agent than ours is none of our business.
    """
    for line in directives.lower().splitlines():
        ours = True
        for written in line.split(","):
            name, colon, rest = written.partition(":")
            words = [written.replace(" ", "")]
            if not colon:
                words = written.split()
            elif name.strip() not in _WITH_VALUE:
                # A name holds for what follows it.
                ours, words = name.strip() in ("robots", agent.lower()), rest.split()
            if ours and _KEPT_BACK.intersection(words):
                return True
    return False


def may_read(robots: bytes, url: str, agent: str) -> bool:
    """Whether a site's robots.txt lets `agent` read the page at `url` (RFC 9309)."""
    rules = Protego.parse(robots[:MAX_ROBOTS].decode("utf-8", "replace"))
    return bool(rules.can_fetch(url, agent))
