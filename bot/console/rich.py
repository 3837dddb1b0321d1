"""Rich HTML → a tree, refused where Telegram refuses it.

https://core.telegram.org/bots/api#rich-html-style: a fixed list of tags and what each may hold, few named entities, and
limits of the whole message. Nothing here knows how the bot writes it.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.console.markup import BadMarkup

MAX_CHARACTERS = 32_768
MAX_BLOCKS = 500
MAX_LEVELS = 16
MAX_MEDIA = 50
MAX_COLUMNS = 20
MAX_BUTTONS_IN_ROW = 8
MAX_CALLBACK_BYTES = 64

_TOKEN = re.compile(
    r"""<(/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:="[^"<>]*"|='[^'<>]*')?)*)\s*(/?)>|(<)|(>)""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([a-z-]+)(?:="([^"]*)"|='([^']*)')?""", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot);|#(\d{1,7});|#x([0-9a-f]{1,6});)?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*|(?:mailto|tel):\S+|tg://\S+|#\S*")


@dataclass(frozen=True, slots=True)
class Element:
    """A tag with what it holds."""

    tag: str
    attributes: Mapping[str, str]
    """Decoded; those without a value are empty."""
    children: "tuple[Node, ...]"

    @property
    def text(self) -> str:
        """All text in it."""
        return text_of(self.children)


Node: TypeAlias = Element | str

_TYPES = {"p": "paragraph", **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading")}
"""Blocks by their tags; others go by these."""


def text_of(nodes: Sequence[Node]) -> str:
    """The text of a message, or of a part of one."""
    return "".join(node if isinstance(node, str) else node.text for node in nodes)


def elements(nodes: Sequence[Node]) -> Iterator[Element]:
    """All elements, each before what it holds."""
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from elements(node.children)


def blocks_of(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """A message as the Bot API gives it back, as far as anybody here looks at it: texts, buttons, what is folded.

    https://core.telegram.org/bots/api#richblock
    """
    return [_block_of(node) for node in nodes if isinstance(node, Element)]


def _block_of(element: Element) -> dict[str, Any]:
    inside = element.children
    if element.tag == "tg-button-row":
        held = [one for one in inside if isinstance(one, Element)]
        buttons = [{"text": one.text, "callback_data": one.attributes["data"]} for one in held]
        return {"type": "buttons", "buttons": buttons}
    if element.tag == "details":
        summary, *folded = inside
        return {"type": "details", "summary": _rich_text([summary]), "blocks": blocks_of(folded)}
    return {"type": _TYPES.get(element.tag, element.tag), "text": _rich_text(inside)}


def _rich_text(nodes: Sequence[Node]) -> list[Any]:
    """Text as the Bot API gives it: pieces, each a string or something around a text."""
    return [
        node if isinstance(node, str) else {"type": node.tag, "text": _rich_text(node.children)}
        for node in nodes
    ]


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HEADINGS = _tags("h1 h2 h3 h4 h5 h6")
_INLINE = _tags("a b strong i em u ins s strike del code mark sub sup tg-spoiler tg-time br")
_BLOCKS = _HEADINGS | _tags(
    "p hr ul ol blockquote aside details table figure tg-collage tg-slideshow footer pre tg-button-row"
)
_MEDIA = frozenset({"img"})
_CAPTIONED = _MEDIA | {"figcaption"}
_FLOW = _INLINE | _BLOCKS | _MEDIA
_NOTHING: frozenset[str] = frozenset()

_HOLDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_INLINE | _HEADINGS | _tags("footer summary cite caption th td"), _INLINE),
    "p": _INLINE | {"tg-button"},
    "figcaption": _INLINE | {"cite"},
    "aside": _INLINE | {"cite"},
    "blockquote": _FLOW | {"cite"},
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "li": _FLOW | {"input"},
    "details": _FLOW | {"summary"},
    "table": frozenset({"caption", "tr"}),
    "tr": frozenset({"th", "td"}),
    "figure": _CAPTIONED,
    "tg-collage": _CAPTIONED,
    "tg-slideshow": _CAPTIONED,
    "tg-button-row": frozenset({"tg-button"}),
    "tg-button": frozenset({"tg-time"}),
    "pre": frozenset({"code"}),
    "code": _NOTHING,
    **dict.fromkeys(("hr", "img", "br", "input"), _NOTHING),
}
"""What may stand directly in each tag, beside text."""

_WITHOUT_TEXT = _tags("ul ol table tr figure tg-collage tg-slideshow tg-button-row hr img br input")
_VOID = _tags("hr img br input")
_NEVER_EMPTY = _HEADINGS | _tags("p footer summary tg-button tg-time")

_FLAG = re.compile("")
_ANY = re.compile(r"[\s\S]+")
_ALIGN = re.compile("left|center|right")
_COUNT = re.compile(r"[1-9]\d{0,2}")
_LABEL = re.compile("[aAiI1]")
_CELL = {
    "align": _ALIGN,
    "valign": re.compile("top|middle|bottom"),
    "colspan": _COUNT,
    "rowspan": _COUNT,
}
_ATTRIBUTES: dict[str, dict[str, re.Pattern[str]]] = {
    "a": {"href": _ADDRESS, "name": re.compile(r"[\w.-]{1,64}")},
    "img": {"src": re.compile(r"https?://[^\s/?#]+\S*"), "tg-spoiler": _FLAG},
    "code": {"class": re.compile(r"language-\S+")},
    "tg-time": {"unix": re.compile(r"-?\d{1,12}"), "format": re.compile("r|w?[dD]?[tT]?")},
    "details": {"open": _FLAG},
    "blockquote": {"expandable": _FLAG},
    "table": dict.fromkeys(("bordered", "striped", "compact"), _FLAG),
    "th": _CELL,
    "td": _CELL,
    "ol": {"start": re.compile(r"-?\d{1,9}"), "type": _LABEL, "reversed": _FLAG},
    "li": {"value": re.compile(r"-?\d{1,9}"), "type": _LABEL},
    "input": {"type": re.compile("checkbox"), "checked": _FLAG},
    "tg-button-row": {"align": _ALIGN},
    "tg-button": {
        "type": re.compile("callback_data|url|copy_text|disabled"),
        "style": re.compile("primary|success|danger|link"),
        "data": _ANY,
        "url": re.compile(r"(?:https?|tg)://\S+"),
        "text": _ANY,
    },
}
"""What each tag may say, and how."""

_NEEDED = {"img": "src", "tg-time": "unix", "input": "type", "tg-button": "type"}
_OF_BUTTON = {"callback_data": "data", "url": "url", "copy_text": "text"}


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)


def parse(markup: str) -> tuple[Node, ...]:
    """The tree of a message that Telegram would take. Raises BadMarkup."""
    nodes = _tree(markup)
    for check in (_check_limits, _check_links, _check_buttons, _check_tables, _check_order):
        check(nodes)
    return nodes


def _tree(markup: str) -> tuple[Node, ...]:
    root = _Open("", {})
    opened = [root]
    position = 0
    for match in _TOKEN.finditer(markup):
        _put(opened, _decoded(markup[position : match.start()]))
        position = match.end()
        closing, name, attributes, closed, stray, end = match.groups()
        if stray or end:
            raise BadMarkup(f"Unescaped {stray or end!r} at character {match.start()}")
        tag = name.lower()
        if tag not in _HOLDS:
            raise BadMarkup(f'Unsupported tag "{tag}" at character {match.start()}')
        if closing:
            _close(opened, tag)
            continue
        _check_place(opened, tag)
        opened.append(_Open(tag, _attributes(tag, attributes, [one.tag for one in opened])))
        if len(opened) - 1 > MAX_LEVELS:
            raise BadMarkup("RICH_MESSAGE_DEPTH_TOO_MUCH")
        if tag in _VOID:
            _close(opened, tag)
        elif closed:
            raise BadMarkup(f'Tag "{tag}" can\'t close itself')
    _put(opened, _decoded(markup[position:]))
    if len(opened) > 1:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    return tuple(root.children)


def _put(opened: list[_Open], text: str) -> None:
    inside = opened[-1]
    if inside.tag in _WITHOUT_TEXT:
        if text.strip():
            raise BadMarkup(f'Text directly in tag "{inside.tag}"')
    elif text:
        inside.children.append(text)


def _close(opened: list[_Open], tag: str) -> None:
    if len(opened) == 1:
        raise BadMarkup(f'Unexpected end tag "{tag}"')
    last = opened.pop()
    if last.tag != tag:
        raise BadMarkup(f'Unmatched end tag, expected "</{last.tag}>", found "</{tag}>"')
    element = Element(last.tag, last.attributes, tuple(last.children))
    if tag in _NEVER_EMPTY and not element.text.strip():
        raise BadMarkup(f'Tag "{tag}" is empty')
    opened[-1].children.append(element)


def _check_place(opened: list[_Open], tag: str) -> None:
    inside = opened[-1].tag
    allowed = _HOLDS[inside] if inside else _FLOW
    if inside == "blockquote" and "expandable" in opened[-1].attributes:
        allowed = _INLINE | {"cite"}
    if tag not in allowed:
        where = f'in tag "{inside}"' if inside else "at the top"
        raise BadMarkup(f'Tag "{tag}" can\'t stand {where}')
    if tag == "a" and any(one.tag == "a" for one in opened):
        raise BadMarkup("Links can't be nested")


def _attributes(tag: str, written: str, around: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    known = _ATTRIBUTES.get(tag, {})
    for name, double, single in _ATTRIBUTE.findall(written):
        value = _decoded(double or single)
        if name in found or name not in known or not known[name].fullmatch(value):
            raise BadMarkup(f'Tag "{tag}" can\'t have {name}="{value}"')
        found[name] = value
    if tag in _NEEDED and _NEEDED[tag] not in found:
        raise BadMarkup(f'Tag "{tag}" must have attribute "{_NEEDED[tag]}"')
    if tag == "a" and len(found) != 1:
        raise BadMarkup("A link has either an address or a name")
    if tag == "code" and found and around[-1] != "pre":
        raise BadMarkup("A language can be given in a block of code only")
    return found


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return html.unescape(entity[0])
    point = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    if not 0 < point < 0x110000 or 0xD800 <= point < 0xE000:
        raise BadMarkup(f"Unsupported entity {entity[0]!r}")
    return chr(point)


def _check_limits(nodes: Sequence[Node]) -> None:
    text = text_of(nodes)
    found = list(elements(nodes))
    media = sum(element.tag in _MEDIA for element in found)
    if not text.strip() and not media:
        raise BadMarkup("RICH_MESSAGE_EMPTY")
    if len(text) > MAX_CHARACTERS:
        raise BadMarkup("RICH_MESSAGE_TEXT_TOO_LONG")
    if count_blocks(nodes) > MAX_BLOCKS:
        raise BadMarkup("RICH_MESSAGE_BLOCKS_TOO_MUCH")
    if media > MAX_MEDIA:
        raise BadMarkup("RICH_MESSAGE_MEDIA_TOO_MUCH")


def count_blocks(nodes: Sequence[Node]) -> int:
    """Blocks, list items, rows, quotations and folded parts, however deep; loose text is one as well."""
    count = 0
    loose = False
    for node in nodes:
        if isinstance(node, str) or node.tag in _INLINE:
            loose = loose or bool((node if isinstance(node, str) else node.text).strip())
            continue
        count += node.tag in _BLOCKS or node.tag in _MEDIA or node.tag in ("li", "tr")
        if _HOLDS[node.tag] & (_BLOCKS | {"li", "tr"} | _MEDIA):
            count += count_blocks(node.children)
    return count + loose


def _check_links(nodes: Sequence[Node]) -> None:
    links = [element for element in elements(nodes) if element.tag == "a"]
    names = [link.attributes["name"] for link in links if "name" in link.attributes]
    if len(names) != len(set(names)):
        raise BadMarkup("Two places have the same name")
    for link in links:
        if "name" in link.attributes and link.children:
            raise BadMarkup("A place holds no text")
        address = link.attributes.get("href", "")
        if address.startswith("#") and address != "#" and address[1:] not in names:
            raise BadMarkup(f"There is no place {address!r} to lead to")
        if address and not link.text.strip():
            raise BadMarkup("A link has no text")


def _check_buttons(nodes: Sequence[Node]) -> None:
    for element in elements(nodes):
        if element.tag == "tg-button-row" and not 1 <= len(element.children) <= MAX_BUTTONS_IN_ROW:
            raise BadMarkup(f"{len(element.children)} buttons in a row")
        if element.tag != "tg-button":
            continue
        said = set(element.attributes) - {"type", "style"}
        kind = element.attributes["type"]
        needed = {_OF_BUTTON[kind]} if kind in _OF_BUTTON else set()
        if said != needed:
            raise BadMarkup(f"BUTTON_DATA_INVALID: {kind} with {sorted(said)}")
        if kind == "callback_data" and len(element.attributes["data"].encode()) > (
            MAX_CALLBACK_BYTES
        ):
            raise BadMarkup("BUTTON_DATA_INVALID")
        if element.attributes.get("style") == "link" and kind != "callback_data":
            raise BadMarkup("BUTTON_STYLE_INVALID")


def _check_tables(nodes: Sequence[Node]) -> None:
    for row in (element for element in elements(nodes) if element.tag == "tr"):
        cells = [cell for cell in row.children if isinstance(cell, Element)]
        if sum(int(cell.attributes.get("colspan", 1)) for cell in cells) > MAX_COLUMNS:
            raise BadMarkup("RICH_MESSAGE_TABLE_TOO_WIDE")


_Places: TypeAlias = Callable[[list[str]], bool]

_ORDER: dict[str, _Places] = {
    "details": lambda tags: tags[:1] == ["summary"] and tags.count("summary") == 1,
    "figure": lambda tags: tags in (["img"], ["img", "figcaption"]),
    "tg-collage": lambda tags: "img" in tags and "figcaption" not in tags[:-1],
    "tg-slideshow": lambda tags: "img" in tags and "figcaption" not in tags[:-1],
    "table": lambda tags: "tr" in tags and "caption" not in tags[1:],
    "blockquote": lambda tags: "cite" not in tags[:-1],
    "aside": lambda tags: "cite" not in tags[:-1],
    "ul": bool,
    "ol": bool,
    "tr": bool,
    "li": lambda tags: "input" not in tags[1:],
}
"""What is right about the tags in some tag, in their order."""


def _check_order(nodes: Sequence[Node]) -> None:
    for element in elements(nodes):
        tags = [child.tag for child in element.children if isinstance(child, Element)]
        if element.tag in _ORDER and not _ORDER[element.tag](tags):
            raise BadMarkup(f'Tag "{element.tag}" can\'t hold {tags} in this order')
