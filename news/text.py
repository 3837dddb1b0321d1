"""The one place where text is cleaned, cut into sentences, normalised and tokenised."""

import html
import re
import unicodedata
from collections import deque
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser

BREAK = "|"
"""The token that stands for punctuation which a phrase never spans."""

GAP = "·"
"""The token that stands for a space between two characters of a script written without them."""

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

# Controls, and the marks that turn the direction of what follows; line ends count as space.
_HIDDEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff"
    "\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffb]"
)

_CJK = (
    "\u0e00-\u0e7f"  # Thai
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\u1100-\u11ff\uac00-\ud7a3"  # Hangul
)
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
# In this order: a character of those scripts, an acronym, an initial or title, a number, a word, then
# what breaks a phrase, and a space between two such characters.
_TOKEN = re.compile(
    rf"""
      [{_CJK}]
    | (?<![^\W_])[a-z](?:\.[a-z])+(?![^\W_])\.?
    | (?<![^\W_])(?:[a-z]|mr|mrs|ms|dr|prof|gen|sen|rep|gov|st|vs)\.(?=\s)
    | \d+(?:[.,]\d+)*
    | (?:[^\W\d_{_CJK}])(?:[^\W_{_CJK}])*(?:'[^\W\d_{_CJK}]+)*
    | [.,;:!?…()\[\]{{}}<>«»“”„|。、．，！？：；「」『』（）【】〈〉《》・·\n]|\s[-–—]+\s|—
    | (?<=[{_CJK}])[^\S\n]+(?=[{_CJK}])
    """,
    re.VERBOSE,
)


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


def squeeze(text: str) -> str:
    """One line without control characters, direction marks and superfluous white space."""
    text = " ".join(text.split())
    return text if text.isprintable() else " ".join(_HIDDEN.sub("", text).split())


def normalise(text: str) -> str:
    """Text in the form in which it is compared: no case, width, Latin accents or typographic quotes."""
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("ʼ", "'").casefold()
    if not text.isascii():
        # Accents fall from letters of Latin, Greek and Cyrillic; kana keep their voicing marks.
        text = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", text)
    return text


def tokens(text: str) -> tuple[str, ...]:
    """The normalised words of a text, with BREAK and GAP between those that make no phrase.

    A character of Chinese, Japanese, Korean or Thai is a token of its own, so that a phrase finds
    words where no spaces show them. A possessive counts as its word; "U.S." and "N." keep their kind.
    """
    found: list[str] = []
    for token in _TOKEN.findall(normalise(text)):
        if token[0].isalnum():
            found.append(token if token[-1] not in ".s" else token.rstrip(".").removesuffix("'s"))
        elif _CJK_CHARACTER.match(token):
            found.append(token)
        elif found and found[-1] not in (BREAK, GAP):
            found.append(BREAK if token.strip() else GAP)
    while found and found[-1] in (BREAK, GAP):
        found.pop()
    return tuple(found)


def words(parts: Iterable[str]) -> str:
    """The tokens of several texts, as they are kept: a space before and after each, BREAK between texts."""
    kept = (f" {' '.join(found)} " for part in parts if (found := tokens(part)))
    return BREAK.join(kept)


_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』）”]*|[.!?…]+[\"'”’»)\]]*$")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|mr|mrs|ms|dr|prof|sen|rep|gov|gen|col|lt|sgt|"
    r"capt|st|jr|sr|no|vs|etc|e\.g|i\.e|approx|inc|ltd|corp|co|dept|est|jan|feb|mar|apr|jun|jul|"
    r"aug|sept?|oct|nov|dec)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, whole and unchanged, without the space between them.

    Ends inside 「 」 and after abbreviations ("N. Korea", "U.S.", "Mr. Abe") do not count.
    """
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        piece = text[start:end]
        if piece.count("「") + piece.count("『") > piece.count("」") + piece.count("』"):
            continue
        follows = text[end:].lstrip()
        # 「…。」と: the quotation is over, the sentence is not.
        if match.group()[-1] in "」』" and "ぁ" <= follows[:1] <= "ゖ":
            continue
        if match.group()[0] == "." and follows:
            if _ABBREVIATION.search(text[start : match.start() + 1]):
                continue
            if follows[0].islower():
                continue
        if piece.strip():
            found.append(piece.strip())
        start = end
    rest = text[start:].strip()
    return (*found, rest) if rest else tuple(found)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: whole if it fits, else cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    # Text without spaces, or one word of all that length, is cut where it stands.
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:–—-") + "…"
