"""Telegram HTML → text and entities, refused where Telegram refuses it.

https://core.telegram.org/bots/api#html-style: a fixed list of tags, four named entities, and every
other "<" is an error. Offsets and lengths count UTF-16 code units.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-time": "date_time",
    "span": "spoiler",
}
_PART = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>|(&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)|(<)"
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


class BadMarkup(ValueError):
    """HTML that Telegram would refuse; the message is what it would say."""


@dataclass(slots=True)
class _Open:
    tag: str
    entity: dict[str, Any]
    start: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in markup, which Telegram names in its refusals by its byte offset."""

    markup: str
    index: int

    def __str__(self) -> str:
        return str(len(self.markup[: self.index].encode()))


def parse(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """The text, and its entities as the Bot API gives them. Raises BadMarkup."""
    text: list[str] = []
    length = 0
    entities: list[dict[str, Any]] = []
    opened: list[_Open] = []
    position = 0

    def put(piece: str) -> None:
        nonlocal length
        text.append(piece)
        length += utf16(piece)

    for match in _PART.finditer(markup):
        put(markup[position : match.start()])
        position = match.end()
        closing, tag, attributes, entity, stray = match.groups()
        at = _Place(markup, match.start())
        if entity is not None:
            put(html.unescape(entity))
        elif stray is not None or tag.lower() not in _TAGS:
            raise BadMarkup(f'Unsupported start tag "{(tag or "").lower()}" at byte offset {at}')
        elif not closing:
            found = _entity(tag.lower(), attributes, at)
            opened.append(_Open(tag.lower(), found, length))
        else:
            if not opened:
                raise BadMarkup(f"Unexpected end tag at byte offset {at}")
            last = opened.pop()
            if last.tag != tag.lower():
                raise BadMarkup(
                    f'Unmatched end tag at byte offset {at}, expected "</{last.tag}>", found "</{tag.lower()}>"'
                )
            if length > last.start and last.entity.get("type") is not None:
                entities.append(
                    {"offset": last.start, "length": length - last.start, **last.entity}
                )
    put(markup[position:])
    if opened:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    return _trimmed("".join(text), entities)


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _entity(tag: str, attributes: str, at: _Place) -> dict[str, Any]:
    given = {
        name.lower(): html.unescape(first or second or third)
        for name, first, second, third in _ATTRIBUTE.findall(attributes)
    }
    kind = _TAGS[tag]
    if tag == "span" and given.get("class") != "tg-spoiler":
        raise BadMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if tag == "a":
        url = given.get("href", "")
        # Telegram drops a link whose host has no dot, and keeps its text.
        host = re.sub(r"^[a-z+]+://", "", url, flags=re.IGNORECASE).partition("/")[0]
        return {"type": kind, "url": url} if "." in host else {"type": None}
    if tag == "tg-time":
        if not given.get("unix", "").lstrip("-").isdecimal():
            raise BadMarkup(f'Tag "tg-time" must have attribute "unix" at byte offset {at}')
        return {
            "type": kind,
            "unix_time": int(given["unix"]),
            "date_time_format": given.get("format", ""),
        }
    if tag == "blockquote" and "expandable" in given:
        return {"type": "expandable_blockquote"}
    return {"type": kind}


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Without white space at both ends, the entities moved and cut to what is left."""
    lead = utf16(text) - utf16(text.lstrip())
    text = text.strip()
    size = utf16(text)
    kept = []
    for entity in sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])):
        start = max(0, entity["offset"] - lead)
        end = min(size, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept
