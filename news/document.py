"""Bytes of a publisher → a well-formed XML tree: decoded, without DOCTYPE, repaired where that is safe.

strict ─▶ cap on one tag ─▶ repair (charset, entities, bare &, control characters) ─▶ strict again
                                                                                       └▶ text for the last resort
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from news.errors import FetchFailed
from storage.records import Failure

MAX_TAG = 65_536
"""Bytes of one tag; loose parsers need the square of them (libxml2 does not)."""

MAX_ENTITY = 256
MAX_EXPANSION = 1_000_000
"""Characters that a document's own entities may add to it, all in all."""

_HEAD = 4096
_LONG_TAG = re.compile(rb"<[A-Za-z!?/][^<]{%d}" % MAX_TAG)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'|>")
_PROLOG = 65_536
"""Bytes in which a document that is read as it comes must have begun."""
_SPACE = re.compile(r"\s*")
_DOCTYPE = re.compile(r"<!DOCTYPE\s*+([\w:.-]*+)[^>\[]*+(\[.*?\]\s*+)?>", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]{0,63})\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?:([A-Za-z][\w.-]{0,63});|(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};))?")
_TAG = re.compile(r"<[A-Za-z][^<>]{1,4000}>")
_UNQUOTED = re.compile(r"(?<=\s)([\w:-]+)=([^\s\"'<>=]+)(?=[\s>]|/>)")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ROOT = re.compile(r"<[A-Za-z_][\w:.-]*")
_USED = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,30}):(?=[A-Za-z_][\w.-]*[\s=/>])")
_DECLARED = re.compile(r"\bxmlns:([\w.-]{1,31})\s*=")
_ENDS = ("</rss>", "</feed>", "</rdf:RDF>", "</RDF>", "</opml>")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PAGE = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What came of the bytes: a tree, or, if nothing makes it well-formed, its repaired text."""

    root: Any
    """The root element of lxml; None if `text` is all there is."""
    text: str
    repaired: bool
    """True if the bytes were not well-formed as they came."""


def _strict(document: bytes) -> Any:
    """The root element, or None. Entities, files and the network are out of its reach."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error):
            raise FetchFailed(Failure.NOT_A_FEED, "nested too deeply") from error
        return None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Prolog:
    """What stands before the root element."""

    end: int
    """Where the root element begins."""
    doctype: str | None
    """The name that a DOCTYPE gives; None if there is no DOCTYPE."""
    subset: str
    """What it declares itself; empty for nothing."""


def _prolog(text: str) -> _Prolog:
    """Declarations, comments and DOCTYPE before the root element, in one pass."""
    at, doctype, subset = 0, None, ""
    while True:
        spaces = _SPACE.match(text, at)
        at = spaces.end() if spaces else at
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at) + 1
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            found = _DOCTYPE.match(text, at, at + MAX_EXPANSION)
            if found is None:
                raise FetchFailed(Failure.NOT_A_FEED, _WITHOUT_MEASURE)
            doctype, subset = found[1], subset + (found[2] or "")
            end = found.end() - 2
        else:
            return _Prolog(at, doctype, subset)
        if end <= 0:
            # It never ends: nothing follows that could be read.
            return _Prolog(len(text), doctype, subset)
        at = end + 2


_WITHOUT_MEASURE = "declares entities without measure"


def read(body: bytes, content_type: str = "") -> Document:
    """The tree of an XML document, or its text. Raises FetchFailed for a page, and for what is meant to hurt."""
    start = body[:_PROLOG].lstrip(b" \t\r\n")
    prolog = _prolog(start.decode("latin-1").removeprefix("ï»¿"))
    if _is_plain_utf8(start) and prolog.doctype is None and prolog.end < len(start) - 3:
        root = _strict(body.lstrip(b" \t\r\n"))
        if root is not None:
            _refuse_page(root.tag)
            return Document(root, "", False)
    _refuse_long_tags(body)
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    # What a server says before the document, such as warnings, is no part of it.
    text = text[max(0, text.find("<")) :]
    prolog = _prolog(text)
    if (prolog.doctype or "").lower() == "html" or _PAGE.match(text, prolog.end):
        raise FetchFailed(Failure.NOT_A_FEED, "page")
    text = repair(text[prolog.end :], _entities(prolog.subset))
    root = _strict(text.encode("utf-8", "replace"))
    if root is None:
        quoted = text if "<![CDATA[" in text else _TAG.sub(_quote, text)
        root = _strict(_with_prefixes(quoted).encode("utf-8", "replace"))
    if root is not None:
        _refuse_page(root.tag)
    return Document(root, text if root is None else "", True)


def _quote(tag: re.Match[str]) -> str:
    """A tag with its attributes in quotation marks."""
    return _UNQUOTED.sub(r'\1="\2"', tag[0]) if "=" in tag[0] else tag[0]


_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://backend.userland.com/rss2",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
"""What everybody means by these prefixes."""

_MOST_PREFIXES = 50


def _with_prefixes(text: str) -> str:
    """A document that declares the prefixes which it uses, as many forget to."""
    declared = {"xml", "xmlns", *_DECLARED.findall(text)}
    missing = dict.fromkeys(name for name in _USED.findall(text) if name not in declared)
    root = _ROOT.match(text)
    if not missing or len(missing) > _MOST_PREFIXES or root is None:
        return text
    spaces = "".join(
        f' xmlns:{name}="{_PREFIXES.get(name.lower(), f"urn:undeclared:{name}")}"'
        for name in missing
    )
    return text[: root.end()] + spaces + text[root.end() :]


def _refuse_page(tag: object) -> None:
    if str(tag).rpartition("}")[2].lower() == "html":
        raise FetchFailed(Failure.NOT_A_FEED, "page")


def _refuse_long_tags(body: bytes) -> None:
    if long_tag(body) is not None:
        raise FetchFailed(Failure.NOT_A_FEED, "one tag is too long")


def long_tag(body: bytes) -> int | None:
    """Where the first tag begins that parsers may need the square of; None if there is none."""
    for candidate in _LONG_TAG.finditer(body):
        end = candidate.start() + MAX_TAG
        # The tag may be over long before the next one begins: text is allowed to be long.
        for piece in _QUOTED.finditer(body, candidate.start(), end):
            if piece[0] == b">":
                break
        else:
            if not body.startswith((b"<![CDATA[", b"<!--"), candidate.start()):
                return candidate.start()
    return None


def _is_plain_utf8(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:64]:
        return False
    declared = html_body_declared_encoding(head[:200])
    return declared in (None, "utf-8")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a document: by its byte order mark, the HTTP header, its declaration, or its looks."""
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return body[len(mark) :].decode(marked, "replace")
    said = http_content_type_encoding(content_type or None)
    declared = html_body_declared_encoding(body[:_HEAD])
    for encoding in dict.fromkeys([said, declared]):
        # Text that is UTF-8 throughout is UTF-8, whatever somebody's server says.
        if encoding in (None, "utf-8") or _is_utf8(body, 1 if encoding in _WESTERN else 5):
            continue
        if str(encoding).startswith(("utf-16", "utf-32")) and b"\x00" not in body:
            # Declared by programs that keep their strings so, and send something else.
            continue
        codec = resolve_encoding(encoding)
        if codec is not None:
            try:
                return body.decode(codec)
            except (UnicodeDecodeError, LookupError):
                continue
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    foreign = next((name for name in (said, declared) if name not in (None, "utf-8")), None)
    if foreign is not None:
        return body.decode(resolve_encoding(foreign) or "utf-8", "replace")
    # A few broken characters in UTF-8 are replaced; text without any of its sequences is Windows-1252.
    broken = body.decode("utf-8", "replace").count("\ufffd")
    whole = sum(1 for _ in _MULTIBYTE.finditer(body))
    return body.decode("utf-8" if whole > broken else "cp1252", "replace")


_WESTERN = ("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin-1", "cp1252", "windows-1252")
"""Charsets in which text hardly ever looks like UTF-8."""


def _is_utf8(body: bytes, least: int) -> bool:
    """Whether it is, and that with at least so many characters beyond ASCII in its first part."""
    if body.isascii():
        return b"\x1b" not in body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(1 for _ in _MULTIBYTE.finditer(body[: 64 * _HEAD])) >= least


def repair(text: str, entities: Mapping[str, str] | None = None) -> str:
    """A document as its author will have meant it: linear in its length, nothing guessed about its structure.

    It begins with its root element; `entities` are those that it declared, escaped. Raises FetchFailed if
    they would blow it up.
    """
    entities = entities or {}
    text = _CONTROL.sub("", text)
    text = _cut_after_end(text)
    if "&" not in text:
        return text
    added = 0

    def mend(found: re.Match[str]) -> str:
        nonlocal added
        name, number = found[1], found[2]
        if number:
            return found[0] if _is_character(number) else ""
        if name in _OWN:
            return found[0]
        if name in entities:
            added += len(entities[name])
            if added > MAX_EXPANSION:
                raise FetchFailed(Failure.NOT_A_FEED, _WITHOUT_MEASURE)
            return entities[name]
        if name:
            character = html.unescape(f"&{name};")
            if not character.startswith("&"):
                return html.escape(character)
        return "&amp;" + found[0][1:]

    pieces = _CDATA.split(text) if "<![CDATA[" in text else [text]
    return "".join(
        piece if piece.startswith("<![CDATA[") else _AMPERSAND.sub(mend, piece) for piece in pieces
    )


def _cut_after_end(text: str) -> str:
    """Without what a server hung on behind the document."""
    ends = (text.rfind(end) + len(end) for end in _ENDS if end in text)
    return text[: max(ends, default=text.rfind(">") + 1) or None]


def _entities(subset: str) -> dict[str, str]:
    """The harmless entities that a document declares, escaped; one that names another, or a file, stands for nothing."""
    entities = {}
    for name, double, single in _ENTITY.findall(subset):
        value = double or single
        if len(value) > MAX_ENTITY:
            raise FetchFailed(Failure.NOT_A_FEED, _WITHOUT_MEASURE)
        harmless = "%" not in value and all(
            own in _OWN or number for own, number in _AMPERSAND.findall(value)
        )
        entities[name] = html.escape(html.unescape(value)) if harmless else ""
    return entities


def _is_character(number: str) -> bool:
    digits = number[1:-1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return (
        code in (9, 10, 13)
        or 32 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 0x10000 <= code < 0x110000
    )
