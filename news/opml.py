"""OPML ↔ values: the list of feeds that an operator keeps (http://opml.org/spec2.opml)."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET


class BadOpml(ValueError):
    """A text that is no OPML; the message says where it went wrong."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list."""

    url: str
    title: str


def read(document: bytes) -> tuple[Outline, ...]:
    """The feeds of a list in their order, folders flattened, each address once. Raises BadOpml."""
    if b"<!ENTITY" in document:
        raise BadOpml("declares entities, which a list of feeds has no use for")
    try:
        root = ET.fromstring(document)  # noqa: S314 - entities, the danger of XML, are refused above
    except ET.ParseError as error:
        raise BadOpml(f"is not well-formed: {error}") from error
    if root.tag != "opml":
        raise BadOpml("is not OPML: its outermost element is not <opml>")
    found: dict[str, Outline] = {}
    for outline in root.iter("outline"):
        url = (outline.get("xmlUrl") or "").strip()
        if url.startswith(("http://", "https://")):
            title = (outline.get("title") or outline.get("text") or "").strip()
            found.setdefault(url, Outline(url, title))
    return tuple(found.values())
