"""Which of the pictures that come with an article is its own: no logo, no tracker, none by plain http.

A picture is fetched by Telegram's servers and shown by its clients; nothing here is fetched.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from news.addresses import has_credentials, web_address

MAX_ADDRESS = 2000
_SMALLEST = 100
"""Pixels of width and height, where they are said; anything smaller is an ornament."""
_LOOKED_AT = 20_000
"""Characters of an article in which its picture stands."""
_TAGS = 20

_TAG = re.compile(r"<img\b([^>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d*)?\s*(?:px)?\s*")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+(?::443)?", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+|\d+x\d+")

_NO_PICTURES = (
    *("feedburner.com", "feedsportal.com", "feedblitz.com", "pheedo.com", "feeds.wordpress.com"),
    *("doubleclick.net", "googlesyndication.com", "google-analytics.com", "googleadservices.com"),
    *(
        "scorecardresearch.com",
        "quantserve.com",
        "chartbeat.com",
        "chartbeat.net",
        "imrworldwide.com",
    ),
    *(
        "facebook.com",
        "pixel.wp.com",
        "stats.wordpress.com",
        "stats.wp.com",
        "s.w.org",
        "moatads.com",
    ),
    *(
        "amazon-adsystem.com",
        "adnxs.com",
        "taboola.com",
        "outbrain.com",
        "addtoany.com",
        "sharethis.com",
    ),
    *(
        "gravatar.com",
        "counter.yadro.ru",
        "mc.yandex.ru",
        "top.mail.ru",
        "vgwort.de",
        "list-manage.com",
    ),
    *(
        "buysellads.com",
        "paypalobjects.com",
        "shareaholic.com",
        "parsely.com",
        "criteo.com",
        "criteo.net",
    ),
)
"""Hosts, with all below them, that count readers, sell room or keep portraits of authors."""

_WORDS_OF_ORNAMENTS = """
    logo logos icon icons favicon favicons avatar avatars gravatar spacer pixel pixels blank transparent
    placeholder sprite sprites badge badges button buttons smiley smileys smilies emoji emojis emoticon
    emoticons beacon beacons tracking tracker counter clear dot shim feedicon watermark 1x1 nopic noimage
    noimg
"""
_ORNAMENTS = frozenset(_WORDS_OF_ORNAMENTS.split())
"""Words in the path of what adorns every page of a site, or counts who looks at it."""

_NO_PHOTOS = (
    *(".svg", ".ico", ".gif", ".avif", ".bmp", ".tif", ".tiff", ".swf", ".pdf", ".html", ".php"),
    *(".mp3", ".m4a", ".ogg", ".wav", ".mp4", ".m4v", ".mov", ".webm", ".m3u8", ".mpd", ".zip"),
)
"""Endings of what Telegram shows as no photograph."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a feed names it."""

    address: str
    """May be relative to the article."""
    kind: str = ""
    """A MIME type, or a medium of Media RSS; empty if it is not said."""
    width: str = ""
    height: str = ""


def choose(pictures: Iterable[Picture], markup: Iterable[str], base: str) -> str:
    """The address of an article's own picture, by https; empty for none.

    The largest of those that its feed names, the first among equals; else the first large one in the
    article's `markup`. Relative addresses are resolved against `base`.
    """
    best, widest = "", -1
    for picture in pictures:
        width = _pixels(picture.width) or 0
        if width > widest and (address := _own(picture, base)):
            best, widest = address, width
    if best:
        return best
    shown = (picture for text in markup for picture in _in_markup(text))
    return next((address for picture in shown if (address := _own(picture, base))), "")


def _own(picture: Picture, base: str) -> str:
    kind = picture.kind.strip().lower()
    if kind and not kind.startswith("image"):
        return ""
    sizes = (_pixels(picture.width), _pixels(picture.height))
    if any(size is not None and size < _SMALLEST for size in sizes):
        return ""
    address = web_address(picture.address, base)
    return address if is_own(address) else ""


def is_own(address: str) -> bool:
    """Whether an address can be that of an article's own photograph, as far as an address tells."""
    if not address.startswith("https://") or len(address) > MAX_ADDRESS:
        return False
    if not address.isascii() or not address.isprintable() or re.search(r"[\s<>\"'\\]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if has_credentials(address) or not _HOST.fullmatch(parts.netloc):
        return False
    host = parts.netloc.lower().removesuffix(":443")
    if any(host == one or host.endswith(f".{one}") for one in _NO_PICTURES):
        return False
    path = parts.path.lower()
    if not path.strip("/") or path.endswith(_NO_PHOTOS):
        return False
    return _ORNAMENTS.isdisjoint(_WORD.findall(f"{host.split('.')[0]} {path}"))


def _in_markup(markup: str) -> Iterator[Picture]:
    start = markup[:_LOOKED_AT]
    if "<img" not in start and "<IMG" not in start:
        return
    for number, tag in enumerate(_TAG.finditer(start)):
        if number == _TAGS:
            return
        said = {
            name.lower(): html.unescape(one or two or three)
            for name, one, two, three in _ATTRIBUTE.findall(tag[1])
        }
        address = said.get("src", "")
        if not address or address.startswith("data:"):
            # The place of a picture that scripts put in later.
            address = said.get("data-src", "")
        if address:
            yield Picture(address, "", said.get("width", ""), said.get("height", ""))


def _pixels(said: str) -> int | None:
    number = _NUMBER.fullmatch(said)
    return int(number[1]) if number else None
