"""HTML → the text that a reader would see. No markup leaves this room."""

import html
import re
from collections import deque

from selectolax.lexbor import LexborHTMLParser

from news.text import squeeze

_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header"
    r"|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
_UNSEEN = ["script", "style", "template", "noscript", "iframe", "svg", "head"]

_UNSEEN_TAG = re.compile(r"<(script|style|template|noscript|iframe|svg|head)\b", re.IGNORECASE)
_UNSEEN_END = re.compile(r"</(script|style|template|noscript|iframe|svg|head)\b", re.IGNORECASE)
_INLINE_DATA = re.compile(r"data:[\w/+.;,=%-]{200,}")
_SELF_CLOSED = re.compile(r"<(?:script|style|template|noscript|iframe)\b[^<>]*/>", re.IGNORECASE)

_ELEMENTS = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
]
"""What HTML knows or once knew; anything else in angle brackets is text that looks like it."""

_NAMES = "|".join(_ELEMENTS)
_OWN_ELEMENT = r"</[a-z]\w{0,20}[:-][\w:-]{1,40}\s*>"
"""What ends an element of somebody's own making: its name has a colon or a hyphen."""

_HTML = re.compile(rf"</?(?:{_NAMES})(?=[\s/>])[^<>]*>|<!--|{_OWN_ELEMENT}", re.IGNORECASE)
_HTML_AGAIN = re.compile(
    rf"</(?:{_NAMES})\s*>|{_OWN_ELEMENT}|<(?:br|div|hr|iframe|img|li|p|script|style|wbr)(?=[\s/>])[^<>]*>"
    rf"|<(?:{_NAMES})\s+[\w:-]+=[^<>]*>|<!--",
    re.IGNORECASE,
)
"""Tags in what was text already: a lone `<b>` there is somebody's word on HTML."""


def plain(markup: str, doubtful: bool = False) -> str:
    """The text of a piece of HTML as a reader would see it, on one line.

    With `doubtful`, as in titles, a lone tag is a word about HTML and stays.

    Text without markup comes back as it is, apart from its white space. Entities are decoded, also
    when they were escaped twice; scripts, styles and invisible control characters are gone.
    """
    tags = _HTML_AGAIN if doubtful else _HTML
    for _ in range(2):
        if tags.search(markup):
            markup, tags = _visible_text(markup), _HTML_AGAIN
        elif "&" in markup:
            markup, tags = html.unescape(markup), _HTML_AGAIN
        else:
            break
    return squeeze(markup)


def _visible_text(markup: str) -> str:
    # A space where a block begins or ends keeps its words from growing together with those around it.
    unseen = _UNSEEN_TAG.search(markup) is not None
    if unseen:
        markup = _with_ends(_SELF_CLOSED.sub(" ", markup))
    tree = LexborHTMLParser("<body>" + _BLOCK.sub(" <", markup))
    if unseen:
        tree.strip_tags(_UNSEEN)
    return str(tree.body.text()) if tree.body is not None else ""


def opening(markup: str, characters: int) -> str:
    """At most so many characters of some markup, cut neither in a tag nor in an element that shows nothing."""
    if len(markup) <= characters:
        return markup
    cut = markup[:characters]
    tag = cut.rfind("<")
    cut = cut if cut.rfind(">") >= tag else cut[:tag]
    # Its end is behind the cut.
    unseen = deque(_UNSEEN_TAG.finditer(cut), maxlen=1)
    if unseen and _UNSEEN_END.search(cut, unseen[0].end()) is None:
        cut = cut[: unseen[0].start()]
    return cut


def without_inline_data(markup: str) -> str:
    """The markup without the pictures that stand in it letter by letter."""
    return _INLINE_DATA.sub("", markup)


def _with_ends(markup: str) -> str:
    """The markup, with what looks like an unseen element and would hide all the rest, since nothing ends it, as text."""
    ends = {end[1].lower(): end.start() for end in _UNSEEN_END.finditer(markup)}
    return _UNSEEN_TAG.sub(
        lambda tag: tag[0] if ends.get(tag[1].lower(), -1) > tag.start() else f"&lt;{tag[1]}",
        markup,
    )
