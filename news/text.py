"""The one place where text is normalised and cut into tokens.

    text ─▶ NFKC ─▶ chunks between spaces ─▶ vocabulary of the language: words, stems, cases ─▶ Text

A chunk is looked at once for each language, and so is a word that stands in several of them; after
that the vocabulary knows what is in it.
"""

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import Stemmer

BREAK = "|"
"""The token that stands for punctuation which a phrase never spans."""

GAP = "·"
"""The token that stands for a space or a middle dot between two characters of a script written without spaces."""

LOWER, CAPITAL, CAPITALS = 0, 1, 2
"""How a word is written: in lower case or in a script without case, with a first capital, in capitals alone."""

_OPENING = 56
"""Tokens of a body that open it, about fifty words; twice as many where a token is one character."""

_LONGEST = 64
"""Characters of a word that tell it from others."""

_REMEMBERED = 110_000
"""Chunks and words that the vocabularies keep together, some 120 bytes each."""

_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}

STEMMED = frozenset(_ALGORITHMS)
"""Languages, by ISO 639-1, whose inflected forms are recognised (https://snowballstem.org/algorithms/)."""

# Controls, and the marks that turn the direction of what follows; line ends count as space.
_HIDDEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff"
    "\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffb]"
)


# Scripts that put no space between words; each character of theirs is a token.
_CJK = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\uac00-\ud7a3"  # Hangul
)
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
# Letters and punctuation of the West: told quickly from a text with such characters.
_PLAINLY_SPACED = re.compile("[\\x00-\\u0dff\\u2000-\\u20ff]*+")


def _ranges(wanted: Iterable[int]) -> str:
    """Code points as the inside of a character class."""
    ranges: list[list[int]] = []
    for point in wanted:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


def _character_classes() -> tuple[str, str, str]:
    """What words are made of, as the insides of classes: letters, the marks on them, and digits."""
    letters, marks, digits = [], [], []
    for point in range(0x10000):
        character = chr(point)
        if not _CJK_CHARACTER.match(character):
            kind = unicodedata.category(character)
            if kind in ("Nd", "Nl", "No"):
                digits.append(point)
            elif kind[0] == "M":
                marks.append(point)
            elif kind[0] == "L":
                letters.append(point)
    return _ranges(letters), _ranges(marks), _ranges(digits)


_LETTERS, _MARKED, _DIGITS = _character_classes()
_MARKED = _LETTERS + _MARKED
_BREAKS = ",;:!?…()\\[\\]{}<>«»“”„|。、，．！？：；「」『』（）【】〈〉《》・·—\\n"
_QUOTES = "[\"'‘’]"
_GAPS = rf"(?:[^\S\n]+{_QUOTES}?|{_QUOTES}[^\S\n]*|[・‐-])"
# In this order: a word; a character of scripts without spaces; an acronym; an initial; a number with its unit;
# a letter; a space, a dot, a hyphen or a mere quotation mark between two such characters; what breaks a phrase, with all that follows it and
# is no word either.
_TOKEN = re.compile(
    rf"""
      [{_LETTERS}][{_MARKED}{_DIGITS}]+(?:['’ʼ][{_LETTERS}][{_MARKED}]*)*
    | [{_CJK}]
    | [{_LETTERS}](?:\.[{_LETTERS}])+(?![{_MARKED}])\.?
    | [{_LETTERS}]\.(?!\S)
    | [{_DIGITS}]+(?:[.,][{_DIGITS}]+)*(?:[{_LETTERS}][{_MARKED}]*)?
    | [{_LETTERS}](?:['’ʼ][{_LETTERS}][{_MARKED}]*)*
    | (?<=[{_CJK}]){_GAPS}(?=[{_CJK}])
    | (?:(?<!\b[MmDdSs][Rrt])(?<!\b[Mm]rs)(?<!\b[GgSsRr]e[np])(?<!\bProf)\.|[{_BREAKS}]|(?<!\S)[-–]+(?!\S))[\W_]*
    """,
    re.VERBOSE,
)
_GAP = re.compile(_GAPS)
_SPACE = " "
_WORD_START = re.compile(rf"[{_LETTERS}{_DIGITS}{_CJK}]")

# Accents fall from Latin and Greek letters, and the points from Arabic and Hebrew ones, which news leave out.
# Cyrillic й and kana with voicing marks are letters of their own.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_OWN_LETTERS = re.compile("[\u0400-\u052f]")
_POSSESSIVE = re.compile("['’ʼ]s$")
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ё": "е"}
    | {"’": "'", "ʼ": "'"}
)
_ELISION = re.compile(r"(?:[ldjmnstc]|qu|dell|all|nell|sull|dall|un|quest)'(?=[aeiouyh])")


@dataclass(frozen=True, slots=True)
class Text:
    """An article as tokens: its title, BREAK, its body."""

    language: str
    """ISO 639-1 in lower case; empty if unknown."""
    words: tuple[str, ...]
    """Normalised; with BREAK and GAP between those that make no phrase."""
    stems: tuple[str, ...]
    """The words without their endings, one for each."""
    cases: tuple[int, ...]
    """LOWER, CAPITAL or CAPITALS, one for each."""
    title_end: int
    """The title's tokens are those before this one."""
    opening_end: int
    """Those of the body's opening are between `title_end` + 1 and this one."""


_Word = tuple[str, str, int]


class _Vocabulary(dict[str, tuple[_Word, ...]]):
    """What stands between two spaces → its normalised words, with stem and case, in one language."""

    remembered: ClassVar[int] = 0
    """Chunks and words of all vocabularies together."""

    def __init__(self, language: str) -> None:
        super().__init__()
        algorithm = _ALGORITHMS.get(language)
        # The library's own cache is ours already.
        self._stemmer = None if algorithm is None else Stemmer.Stemmer(algorithm, 0)
        self._words: dict[str, _Word] = {}
        """Raw token → its word, which chunks that differ in punctuation share."""

    def __missing__(self, chunk: str) -> tuple[_Word, ...]:
        found = [chunk] if chunk.isspace() else _TOKEN.findall(chunk)
        words = [self._words.get(raw) or self._read(raw) for raw in found]
        known = tuple([word for word in words if word[0]])
        if len(chunk) <= _LONGEST:
            _make_room()
            self[chunk] = known
        return known

    def _read(self, raw: str) -> _Word:
        word = _normal(raw)
        known = (word, self.stem(word), _case(raw))
        if len(raw) <= _LONGEST:
            _make_room()
            self._words[raw] = known
        return known

    def forget(self) -> None:
        """Begin anew."""
        self.clear()
        self._words.clear()

    def stem(self, word: str) -> str:
        """A normalised word without its ending."""
        return word if self._stemmer is None else sys.intern(self._stemmer.stemWord(word))

    def of(self, text: str) -> list[_Word]:
        """The words of a text, without BREAK and GAP at either end."""
        text = _composed(text)
        # Where no spaces show the words, what stands between two of them is a whole sentence.
        chunks = _characters(text) if has_characters(text) else text.split()
        found = list(chain.from_iterable(map(self.__getitem__, chunks)))
        while found and found[-1][0] in (BREAK, GAP):
            found.pop()
        while found and found[0][0] in (BREAK, GAP):
            del found[0]
        return found


_vocabularies: dict[str, _Vocabulary] = {}


def _make_room() -> None:
    """Before one more is remembered: forgets all if that would be too many."""
    if _Vocabulary.remembered >= _REMEMBERED:
        for vocabulary in _vocabularies.values():
            vocabulary.forget()
        _Vocabulary.remembered = 0
    _Vocabulary.remembered += 1


def _vocabulary(language: str) -> _Vocabulary:
    # Languages without a stemmer share one.
    language = language if language in _ALGORITHMS else ""
    found = _vocabularies.get(language)
    if found is None:
        found = _vocabularies[language] = _Vocabulary(language)
    return found


def _characters(text: str) -> list[str]:
    """The raw tokens of a text in which no spaces show the words."""
    return [
        raw if raw.isalnum() or _GAP.fullmatch(raw) is None else _SPACE
        for raw in _TOKEN.findall(text)
    ]


def _normal(raw: str) -> str:
    """The normalised word of a raw token; BREAK or GAP for what is none."""
    if raw.isascii() and raw.isalpha():
        return sys.intern(raw[:_LONGEST].lower())
    if not _WORD_START.match(raw):
        return GAP if raw == _SPACE else BREAK
    if len(raw) == 1 and not raw.isascii() and _CJK_CHARACTER.match(raw):
        return raw
    word = normalise(raw).rstrip(".").removesuffix("'s")
    if "'" in word:
        word = word[elided.end() :] if (elided := _ELISION.match(word)) else word
    return sys.intern(word[:_LONGEST])


_known_normal = functools.lru_cache(maxsize=20_000)(_normal)


def _case(raw: str) -> int:
    if raw.islower():
        return LOWER
    if not raw[0].isupper():
        return CAPITAL if any(map(str.isupper, raw)) else LOWER
    # A possessive in lower case leaves an acronym what it is.
    return CAPITALS if raw.isupper() or _POSSESSIVE.sub("", raw).isupper() else CAPITAL


def _composed(text: str) -> str:
    """The text in the form in which tokens are looked for (Unicode, annex 15: NFKC), still in its case."""
    if text.isascii():
        return text
    # Most texts that are not composed have nothing but these, and need no more.
    text = text.replace("\u00ad", "").replace("\u00a0", " ").replace("…", "...")
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def normalise(text: str) -> str:
    """Text in the form in which it is compared: no case, width, accents or typographic apostrophes."""
    if text.isascii():
        return text.casefold()
    text = _composed(text).casefold().translate(_PLAIN_LETTERS)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(map(_unmarked, text)))


@functools.lru_cache(maxsize=20_000)
def _unmarked(character: str) -> str:
    if _OWN_LETTERS.match(character):
        return character
    return _MARKS.sub("", unicodedata.normalize("NFD", character))


def read(title: str, body: str, language: str) -> Text:
    """The tokens of an article, given as plain text. `language` is ISO 639-1, or empty if unknown.

    A phrase is found whatever its case, accents, width, possessives and, where the language has a stemmer,
    endings; it never reaches across punctuation. A character of Chinese, Japanese, Korean, Thai and the
    like is a token of its own, so that a phrase finds words where no spaces show them.
    """
    vocabulary = _vocabulary(language)
    found = vocabulary.of(title)
    title_end = len(found)
    found.append((BREAK, BREAK, LOWER))
    found += vocabulary.of(body)
    words, stems, cases = zip(*found, strict=True)
    start = title_end + 1
    length = _OPENING
    if not body.isascii():
        opening = words[start : start + 2 * _OPENING]
        if has_characters("".join(opening)) and 2 * sum(map(is_character, opening)) > len(opening):
            length = 2 * _OPENING
    return Text(language, words, stems, cases, title_end, min(len(words), start + length))


def tokens(text: str, language: str = "") -> tuple[str, ...]:
    """The normalised words of a text, with one BREAK or GAP between those that make no phrase.

    A possessive counts as its word; "U.S." and "N." keep their kind. They are the same in every language; to
    name it is faster where the text is given to `read` as well.
    """
    found = [word for word, _, _ in _vocabulary(language).of(text)]
    return tuple(
        word
        for place, word in enumerate(found)
        if word not in (BREAK, GAP) or found[place - 1] not in (BREAK, GAP)
    )


def bare_words(text: str, language: str = "") -> list[str]:
    """The normalised words of a text, without BREAK and GAP; as `tokens` for `language`."""
    return [word for word, _, _ in _vocabulary(language).of(text) if word != BREAK and word != GAP]


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The tokens of a text, without BREAK and GAP, each with its start and end in the text as it is, as they are asked for."""
    composed, places = (text, range(len(text) + 1)) if _composed(text) == text else _aligned(text)
    for match in _TOKEN.finditer(composed):
        if (word := _known_normal(match[0])) not in (BREAK, GAP, ""):
            yield word, places[match.start()], places[match.end()]


_CLUSTER = re.compile("(?s).[\u0300-\u036f\u3099\u309a\u1160-\u11ff\uff9e\uff9f]*")


def _aligned(text: str) -> tuple[str, Sequence[int]]:
    """The composed text, and for each of its characters, and its end, the place in the original."""
    pieces: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = _composed(cluster[0])
        pieces.append(piece)
        places += [cluster.start()] * len(piece)
    return "".join(pieces), [*places, len(text)]


def stem(word: str, language: str) -> str:
    """A normalised word without its ending; as it is if the language has no stemmer."""
    return _vocabulary(language).stem(word)


def stems(words: Sequence[str], language: str) -> tuple[str, ...]:
    """Normalised words without their endings."""
    return tuple(map(_vocabulary(language).stem, words))


def is_character(word: str) -> bool:
    """Whether a token is a character of a script that is written without spaces."""
    return not word.isascii() and _CJK_CHARACTER.match(word) is not None


def has_characters(text: str) -> bool:
    """Whether any character of such a script is in a text."""
    return (
        not text.isascii()
        and _PLAINLY_SPACED.fullmatch(text) is None
        and _CJK_CHARACTER.search(text) is not None
    )


def words(parts: Iterable[str]) -> str:
    """The tokens of several texts in one line: a space before and after each, BREAK between texts."""
    kept = (f" {' '.join(found)} " for part in parts if (found := tokens(part)))
    return BREAK.join(kept)


def squeeze(text: str) -> str:
    """One line without control characters, direction marks and superfluous white space."""
    text = " ".join(text.split())
    return text if text.isprintable() else " ".join(_HIDDEN.sub("", text).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: whole if it fits, else cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    # Text without spaces, or one word of all that length, is cut where it stands.
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:–—-") + "…"
