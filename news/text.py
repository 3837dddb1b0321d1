"""The one place where text is cleaned, cut into sentences, normalised and tokenised."""

import html
import re
import unicodedata
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser

BREAK = "|"
"""The token that stands for punctuation which a phrase never spans."""

GAP = "·"
"""The token that stands for a space between two characters of a script written without them."""

_BLOCKS = (
    "address, article, aside, blockquote, br, dd, div, dl, dt, figcaption, figure, footer, "
    "h1, h2, h3, h4, h5, h6, header, hr, li, main, nav, ol, p, pre, section, table, td, th, tr, ul"
)
_UNSEEN = ["script", "style", "template", "noscript", "iframe", "svg", "head"]

_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w{1,31};")
_SPACE = re.compile(r"\s+")
# Controls, and the marks that turn the direction of what follows; line ends count as space.
_HIDDEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f"
    "\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffb]"
)

_CJK = (
    "\u0e00-\u0e7f"  # Thai
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\u1100-\u11ff\uac00-\ud7a3"  # Hangul
)
_TOKEN = re.compile(
    rf"""
      (?P<cjk>[{_CJK}])
    | (?P<acronym>(?<![^\W_])[a-z](?:\.[a-z])+(?![^\W_])\.?)
    | (?P<initial>(?<![^\W_])(?:[a-z]|mr|mrs|ms|dr|prof|gen|sen|rep|gov|st|vs)\.(?=\s))
    | (?P<number>\d+(?:[.,]\d+)*)
    | (?P<word>(?:[^\W\d_{_CJK}])(?:[^\W_{_CJK}])*(?:'[^\W\d_{_CJK}]+)*)
    | (?P<break>[.,;:!?…()\[\]{{}}<>«»“”„|。、．，！？：；「」『』（）【】〈〉《》・·\n]|\s[-–—]+\s|—)
    | (?P<gap>(?<=[{_CJK}])[^\S\n]+(?=[{_CJK}]))
    """,
    re.VERBOSE,
)


def plain(markup: str) -> str:
    """The text of a piece of HTML as a reader would see it, on one line.

    Text without markup comes back as it is, apart from its white space. Entities are decoded, also
    when they were escaped twice; scripts, styles and invisible control characters are gone.
    """
    for _ in range(2):
        if not _MARKUP.search(markup):
            break
        markup = _visible_text(markup)
    return squeeze(html.unescape(markup))


def _visible_text(markup: str) -> str:
    tree = LexborHTMLParser(f"<body>{markup}</body>")
    tree.strip_tags(_UNSEEN)
    if tree.body is None:
        return ""
    for block in tree.body.css(_BLOCKS):
        block.insert_before(" ")
        block.insert_after(" ")
    return str(tree.body.text())


def squeeze(text: str) -> str:
    """One line without control characters, direction marks and superfluous white space."""
    return _SPACE.sub(" ", _HIDDEN.sub("", text)).strip()


def normalise(text: str) -> str:
    """Text in the form in which it is compared: no case, width, Latin accents or typographic quotes."""
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
    for match in _TOKEN.finditer(normalise(text)):
        kind, token = match.lastgroup, match.group()
        if kind == "break":
            token = BREAK
        elif kind == "gap":
            token = GAP
        elif kind in ("acronym", "initial"):
            token = token.rstrip(".")
        elif kind == "word":
            token = token.removesuffix("'s")
        if token in (BREAK, GAP) and (not found or found[-1] in (BREAK, GAP)):
            continue
        found.append(token)
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
