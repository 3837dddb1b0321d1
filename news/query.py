"""The query language of topics and searches: what a person typed ↔ a tree that says what is looked for.

    typed ─▶ lexemes ─▶ tree: flat, sorted, nothing twice ─▶ normal form ─▶ the same tree

    any    = all { (OR , |) all }
    all    = part { [AND +] part }
    part   = { NOT - prefix: } (phrase | "literal" | (any))
    phrase = words side by side, up to the next operator, quote or parenthesis

NOT, `-` and the prefixes `title:`, `any:` and `about:` reach over the whole phrase, literal or
parenthesis behind them: `-south korea` excludes South Korea. The prefixes `from:`, `lang:`, `since:`
and `before:` reach over one word, a literal or a parenthesis: `from:bbc north korea`. Either kind
reaches over a list that is typed without spaces: `lang:en,ja`. Operator words are such only in
capitals. Punctuation inside a phrase parts it, as it does in articles: `Japan: floods` is `Japan AND
floods`. A `+` at the end of a word belongs to it (`Disney+`), as does a comma between digits.

A phrase that names a place stands for the place, whatever language names it. Capitals mean something
where a single word of two to four letters, or all of a literal, is typed in them: then nothing else
counts (`AI`, `"WHO"`).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType

from babel import Locale

from news import places
from news.errors import BadQuery
from news.lexemes import BEGINS, OPERATORS, QUOTES, SYNONYMS, Kind, Lexeme, lexemes
from news.text import (
    BREAK,
    CAPITALS,
    GAP,
    has_characters,
    is_character,
    normalise,
    read,
    squeeze,
    tokens,
)

MAX_CHARACTERS = 256
MAX_TERMS = 32
MAX_WORDS = 12
"""Of a phrase; three characters of a script without spaces count as a word."""
MAX_DEPTH = 16
"""Parentheses inside each other."""

_LONGEST_AGO = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side."""

    words: tuple[str, ...]
    """Normalised, without BREAK; GAP where a space was typed between characters."""
    literal: bool = False
    """True if neither endings nor other names count."""
    capitals: bool = False
    """True if it only counts in capitals."""
    title: bool = False
    """True if it only counts in titles."""
    anywhere: bool = False
    """True if a passing mention is enough."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place, by all its names."""

    place: str
    """Its code, see `news.places`."""
    title: bool = False
    """True if it only counts in titles."""
    anywhere: bool = False
    """True if a passing mention is enough."""


@dataclass(frozen=True, slots=True)
class From:
    """A source, by part of its name or by its host."""

    name: tuple[str, ...]
    """Normalised words side by side; none if there is a host."""
    host: str
    """In lower case and ASCII, without www.; empty if there is a name."""


@dataclass(frozen=True, slots=True)
class Language:
    """The language of an article."""

    code: str
    """ISO 639-1."""


@dataclass(frozen=True, slots=True)
class Since:
    """Published at this moment or later."""

    at: date | None
    """The day that it begins with; None if `ago` says it."""
    ago: timedelta | None
    """Hours or days back; None if `at` says it."""


@dataclass(frozen=True, slots=True)
class Before:
    """Published before this moment."""

    at: date | None
    """The day that it ends with the beginning of; None if `ago` says it."""
    ago: timedelta | None
    """Hours or days back; None if `at` says it."""


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts, none of them an And, each once, in the order of their normal forms."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two parts, none of them an Or, each once, in the order of their normal forms."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but a part that is no Not itself."""

    part: "Node"


Node = Phrase | Place | From | Language | Since | Before | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    tree: Node
    text: str
    """As it was typed, on one line."""
    normal: str
    """As `write` gives it: equal for equal queries. May be longer than what may be typed."""


def parse(typed: str) -> Query:
    """Understand what a person typed.

    Raises BadQuery with the reason, the position in `squeeze(typed)` and what is not understood there.
    A query that only bounds the time is let through; `positive` tells it from one that makes a topic.
    """
    text = squeeze(typed)
    if len(text) > MAX_CHARACTERS:
        raise BadQuery("long", MAX_CHARACTERS)
    return _understood(text, MAX_DEPTH)


def reread(normal: str) -> Query:
    """The query of a normal form, however long that is. Raises BadQuery if it is none."""
    # A list without spaces gets parentheses of its own.
    return _understood(normal, MAX_DEPTH + 1)


def positive(tree: Node) -> bool:
    """Whether the tree says what to look for, whichever of its alternatives is taken, and not only what or when not."""
    match tree:
        case And(parts):
            return any(map(positive, parts))
        case Or(parts):
            return all(map(positive, parts))
        case Not() | Since() | Before():
            return False
    return True


def leaves_out(tree: Node) -> bool:
    """Whether a query keeps articles away on purpose that tell the same as others: by words, source or language."""
    return any(isinstance(node, Not | From | Language) for node in parts_of(tree))


def parts_of(tree: Node) -> Iterator[Node]:
    """The tree itself and everything in it."""
    yield tree
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part):
            yield from parts_of(part)


def loosened(wanted: Query, small: Collection[str] = frozenset()) -> Query | None:
    """The query with the words of each phrase anywhere instead of side by side; None if that changes nothing.

    Words that name a place together stay together, literals and exclusions are left alone. `small` are normalised words
    that say nothing by themselves: they are left out. Plain words keep their order and spelling.
    """
    if all(one.kind is Kind.WORD for one in lexemes(wanted.text)):
        return _spread(wanted, small)
    tree = _loose(wanted.tree)
    normal = write(tree)
    terms = sum(not isinstance(part, And | Or | Not) for part in parts_of(tree))
    if tree == wanted.tree or len(normal) > MAX_CHARACTERS or terms > MAX_TERMS:
        return None
    return Query(tree, normal, normal)


def in_any_case(wanted: Query) -> Query | None:
    """The query with words that only count in capitals counting in any case; None if it has none.

    Literals stay as they are.
    """
    tree = _in_any_case(wanted.tree)
    normal = write(tree)
    return None if tree == wanted.tree else Query(tree, normal, normal)


def _in_any_case(tree: Node) -> Node:
    match tree:
        case And(parts):
            return _all(map(_in_any_case, parts))
        case Or(parts):
            return _any(map(_in_any_case, parts))
        case Not(part):
            return _not(_in_any_case(part))
        case Phrase(literal=False, capitals=True):
            return replace(tree, capitals=False)
    return tree


# ── Tree → normal form ──────────────────────────────────────────────────────────────────────────


def write(tree: Node) -> str:
    """The normal form of a tree that `parse` gave: what gives the same tree when it is parsed."""
    match tree:
        case And(parts):
            return " AND ".join(_inside(part, Or) for part in parts)
        case Or(parts):
            return " OR ".join(map(write, parts))
        case Not(part):
            return f"NOT {_inside(part, And, Or)}"
        case Phrase():
            return _reach(tree) + _written(tree)
        case Place():
            return _reach(tree) + _name(tree.place)
        case From(name, host):
            called = host or _spelled(name)
            return f'from:"{called}"' if " " in called else f"from:{called}"
        case Language(code):
            return f"lang:{code}"
        case Since(at, ago):
            return f"since:{_moment(at, ago)}"
        case Before(at, ago):
            return f"before:{_moment(at, ago)}"


def _inside(part: Node, *looser: type[Node]) -> str:
    return f"({write(part)})" if isinstance(part, looser) else write(part)


def _reach(leaf: Phrase | Place) -> str:
    return ("any:" if leaf.anywhere else "") + ("title:" if leaf.title else "")


def _written(phrase: Phrase) -> str:
    spelled = _spelled(phrase.words)
    spelled = spelled.upper() if phrase.capitals else spelled
    return f'"{spelled}"' if phrase.literal else spelled


def _spelled(words: Sequence[str]) -> str:
    """Words as a person would type them."""
    pieces: list[str] = []
    dense = True
    for word in words:
        character = word == GAP or is_character(word)
        pieces += [] if (dense and character) or not pieces else [" "]
        pieces.append(" " if word == GAP else word)
        dense = character
    # A comma that is no part of a number would be read as OR.
    return re.sub(r"(?<!\d),|,(?!\d)", " ", "".join(pieces))


@cache
def _name(place: str) -> str:
    """The name that stands for a place: the English one, unless that means something else as well."""
    names = [_plain(places.name_of(place, language)) for language in _NAMED_IN]
    return next((name for name in names if places.find(tokens(name)) == place), names[0])


_NAMED_IN = ("en", "fr", "es", "de", "ru", "ja", "ko", "zh")


def _plain(name: str) -> str:
    """A name without the punctuation that would part it."""
    name = name.replace("&", "and")
    return name if BREAK not in tokens(name) else _spelled(_without_breaks(tokens(name)))


def _moment(at: date | None, ago: timedelta | None) -> str:
    if ago is None:
        return str(at)
    hours = ago // timedelta(hours=1)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


# ── Parts → trees that are equal if they mean the same ──────────────────────────────────────────


def _all(parts: Iterable[Node]) -> Node:
    flat = {one for part in parts for one in (part.parts if isinstance(part, And) else (part,))}
    return flat.pop() if len(flat) == 1 else And(tuple(sorted(flat, key=_place_in_line)))


def _any(parts: Iterable[Node]) -> Node:
    flat = {one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))}
    return flat.pop() if len(flat) == 1 else Or(tuple(sorted(flat, key=_place_in_line)))


def _not(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


_LINE: dict[type[Node], int] = {From: 1, Language: 2, Since: 3, Before: 4, Not: 5}


def _place_in_line(part: Node) -> tuple[int, str]:
    """First what is looked for, then where and when, last what is not wanted."""
    return _LINE.get(type(part), 0), write(part)


def _excluding(tree: Node) -> Not | None:
    """An exclusion with nothing beside it to exclude it from; None if there is none."""
    if positive(tree):
        return None
    match tree:
        case Not():
            return tree
        case And(parts) | Or(parts):
            return next(filter(None, map(_excluding, parts)), None)
    return None


def _loose(tree: Node) -> Node:
    match tree:
        case And(parts):
            return _all(map(_loose, parts))
        case Or(parts):
            return _any(map(_loose, parts))
        case Phrase(words, literal=False):
            return _all(_apart(tree, words))
    return tree


def _apart(phrase: Phrase, words: tuple[str, ...]) -> Iterator[Node]:
    start = 0
    while start < len(words):
        # The longest name of a place that begins here, else one word, or characters up to a space.
        for end in range(len(words), start, -1):
            code = places.find(words[start:end])
            if code is not None and words[end - 1] != GAP:
                yield Place(code, phrase.title, phrase.anywhere)
                break
        else:
            end = start + 1
            while end < len(words) and is_character(words[start]) and is_character(words[end]):
                end += 1
            if words[start] != GAP:
                yield replace(phrase, words=words[start:end])
        start = end


def _spread(wanted: Query, small: Collection[str]) -> Query | None:
    """Plain words, each by itself as it was typed."""
    words = wanted.text.split(" ")
    terms: list[str] = []
    start = 0
    while start < len(words):
        # The longest name of a place that begins here, else one word.
        ends = range(min(len(words), start + MAX_WORDS), start, -1)
        end = next((end for end in ends if _is_place(" ".join(words[start:end]))), None)
        if end is not None:
            terms.append(" ".join(words[start:end]))
        elif has_characters(words[start]):
            terms += _cut(words[start], small)
        elif not _says_nothing(words[start], small):
            terms.append(words[start].strip(_MARKS))
        start = end or start + 1
    try:
        looser = parse(" AND ".join(dict.fromkeys(terms)))
    except BadQuery:
        # Nothing is left of it, or too much.
        return None
    return None if looser.tree == wanted.tree else looser


_LONGEST_NAME = 16
"""Characters of a place's name that are looked at where no spaces show its end."""

_MARKS = ".,:;!?…'’"
_SMALL_NUMBER = re.compile(r"\d{1,2}(?:\W\d{1,2})*")
_HIRAGANA = "".join(map(chr, range(0x3041, 0x3097)))
_VERB = re.compile(f"[^{_HIRAGANA}][{_HIRAGANA}]+")
"""A character with its ending."""


def _says_nothing(word: str, small: Collection[str]) -> bool:
    bare = word.strip(_MARKS)
    # WHO is no "who".
    is_small = normalise(bare) in small and not (len(bare) > 1 and bare.isupper())
    return is_small or _SMALL_NUMBER.fullmatch(bare) is not None


def _is_place(text: str) -> bool:
    return places.find(_without_breaks(tokens(text))) is not None


def _cut(word: str, small: Collection[str]) -> list[str]:
    """The names of places in text without spaces, and what is between them; the text as it is if that cuts through a word."""
    pieces: list[str] = []
    rest = start = 0
    while start < len(word):
        ends = range(min(len(word), start + _LONGEST_NAME), start + 1, -1)
        end = next((end for end in ends if _is_place(word[start:end])), None)
        if end is not None:
            pieces += [word[rest:start], word[start:end]]
            rest = end
        start = end or start + 1
    pieces.append(word[rest:])
    others = [one for one in pieces[::2] if one and one not in small]
    if any(len(one) == 1 and one not in _HIRAGANA for one in others):
        # 日本人, 한국어.
        return [word]
    if len(pieces) == 1:
        return others
    terms: list[str] = []
    for place, piece in enumerate(pieces):
        bare = piece if place % 2 else piece.lstrip(_HIRAGANA)
        if bare and bare not in small and not (place % 2 == 0 and _VERB.fullmatch(bare)):
            terms.append(bare if place % 2 else bare.rstrip(_HIRAGANA))
    return terms


# ── Lexemes → tree ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the prefixes around something make of it."""

    field: str = "about"
    title: bool = False
    anywhere: bool = False

    def under(self, prefix: str) -> "_Scope":
        """The scope of what stands behind a prefix in this one."""
        name = unicodedata.normalize("NFKC", prefix[:-1]).casefold()
        if name in ("title", "any", "about"):
            return _Scope("about", self.title or name == "title", self.anywhere or name == "any")
        return replace(self, field=SYNONYMS.get(name, name))


@lru_cache(maxsize=5_000)
def _understood(text: str, max_depth: int) -> Query:
    if (markup := re.search("[<>]", text)) is not None:
        raise BadQuery("markup", markup.start(), markup[0])
    if not text.strip(QUOTES + " "):
        raise BadQuery("empty")
    if not any(map(str.isalnum, text)):
        raise BadQuery("symbols", 0, text)
    tree = _Reader(text, max_depth).tree()
    return Query(tree, text, write(tree))


class _Reader:
    """The lexemes of a text, taken one after the other."""

    def __init__(self, text: str, max_depth: int) -> None:
        self._text = text
        self._lexemes = lexemes(text)
        self._place = 0
        self._terms = 0
        self._depth = 0
        self._max_depth = max_depth
        self._exclusions: dict[Node, Lexeme] = {}

    def tree(self) -> Node:
        """The tree of the whole text. Raises BadQuery."""
        tree = self._any(_Scope())
        if (left := self._peek()) is not None:
            raise _bad("close_paren", left)
        if (offender := _excluding(tree)) is not None:
            raise _bad("only_not", self._exclusions[offender])
        return tree

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._place] if self._place < len(self._lexemes) else None

    def _take(self, *kinds: Kind) -> Lexeme | None:
        following = self._peek()
        if following is None or following.kind not in kinds:
            return None
        self._place += 1
        return following

    def _any(self, scope: _Scope) -> Node:
        parts = [self._all(scope)]
        while self._take(Kind.OR) is not None:
            parts.append(self._all(scope))
        return _any(parts)

    def _all(self, scope: _Scope) -> Node:
        parts = [self._part(scope)]
        while self._take(Kind.AND) is not None or self._begins(BEGINS):
            parts.append(self._part(scope))
        return _all(parts)

    def _begins(self, kinds: tuple[Kind, ...]) -> bool:
        following = self._peek()
        return following is not None and following.kind in kinds

    def _part(self, scope: _Scope) -> Node:
        exclusion: Lexeme | None = None
        prefixed = negated = False
        while (sign := self._take(Kind.NOT, Kind.PLUS, Kind.PREFIX)) is not None:
            if sign.kind is Kind.PREFIX:
                scope, prefixed = scope.under(sign.text), True
            elif sign.kind is Kind.NOT:
                exclusion, negated = exclusion or sign, not negated
        # Not the other way round: `title:a,b` has a list, `a,b` two alternatives.
        node = self._list(scope) if prefixed else self._atom(scope)
        if not negated or exclusion is None:
            return node
        node = _not(node)
        self._exclusions.setdefault(node, exclusion)
        return node

    def _list(self, scope: _Scope) -> Node:
        """What a prefix reaches over."""
        one_word = scope.field != "about"
        parts = [self._atom(scope, one_word=one_word)]
        while self._begins((Kind.OR,)) and self._lexemes[self._place].tight:
            self._place += 1
            parts.append(self._atom(scope, one_word=one_word))
        return _any(parts)

    def _atom(self, scope: _Scope, *, one_word: bool = False) -> Node:
        first = self._take(Kind.OPEN, Kind.QUOTED, Kind.WORD)
        if first is None:
            raise self._nothing_beside()
        if first.kind is Kind.OPEN:
            return self._group(scope, first)
        if first.kind is Kind.QUOTED:
            return self._leaf(scope, first.text[1:-1], first, literal=True)
        last = first
        while (following := self._peek()) is not None and following.kind is Kind.WORD:
            if one_word and following.start > last.end:
                break
            last = following
            self._place += 1
        return self._leaf(scope, self._text[first.start : last.end], first, literal=False)

    def _nothing_beside(self) -> BadQuery:
        before = self._lexemes[self._place - 1] if self._place else None
        following = self._peek()
        if before is not None and before.kind is Kind.PREFIX:
            return _bad("prefix_alone", before)
        if before is not None and before.kind is not Kind.OPEN:
            return _bad("operator", before)
        if following is None:
            assert before is not None  # noqa: S101 - letters make at least one lexeme
            return _bad("open_paren", before)
        return _bad("close_paren" if following.kind is Kind.CLOSE else "operator", following)

    def _group(self, scope: _Scope, opening: Lexeme) -> Node:
        self._depth += 1
        if self._depth > self._max_depth:
            raise _bad("depth", opening)
        if self._begins((Kind.CLOSE,)):
            raise _bad("symbols", opening)
        node = self._any(scope)
        if self._take(Kind.CLOSE) is None:
            raise _bad("open_paren", opening)
        self._depth -= 1
        return node

    def _leaf(self, scope: _Scope, source: str, first: Lexeme, *, literal: bool) -> Node:
        parts = tuple(self._leaves(scope, source, first, literal=literal))
        self._terms += len(parts)
        if self._terms > MAX_TERMS:
            raise _bad("terms", first)
        return _all(parts)

    def _leaves(
        self, scope: _Scope, source: str, first: Lexeme, *, literal: bool
    ) -> Iterator[Node]:
        match scope.field:
            case "from":
                yield _source(source, first)
            case "lang":
                yield _language(source, first)
            case "since":
                yield Since(*_bound(source, first, _SINCE))
            case "before":
                yield Before(*_bound(source, first))
            case _:
                yield from _phrases(scope, source, first, literal=literal)


def _bad(reason: str, lexeme: Lexeme) -> BadQuery:
    return BadQuery(reason, lexeme.start, lexeme.text)


def _unknown(reason: str, value: str, first: Lexeme) -> BadQuery:
    return BadQuery(reason, first.start + (first.kind is Kind.QUOTED), value)


def _phrases(scope: _Scope, source: str, first: Lexeme, *, literal: bool) -> Iterator[Node]:
    text = read(source, "", "")
    words, cases = text.words[: text.title_end], text.cases[: text.title_end]
    if not _without_breaks(words):
        raise _bad("symbols", first)
    whole = None if literal or BREAK not in words else places.find(_without_breaks(words))
    if whole is not None:
        # "Congo - Kinshasa" is one name.
        yield Place(whole, scope.title, scope.anywhere)
        return
    breaks = [place for place, word in enumerate(words) if word == BREAK]
    for start, stop in zip([-1, *breaks], [*breaks, len(words)], strict=True):
        if settled := _settled(words[start + 1 : stop]):
            in_capitals = all(case == CAPITALS for case in cases[start + 1 : stop])
            yield _phrase(scope, settled, first, literal=literal, in_capitals=in_capitals)


def _phrase(
    scope: _Scope, words: tuple[str, ...], first: Lexeme, *, literal: bool, in_capitals: bool
) -> Node:
    code = None if literal else _place(words, in_capitals=in_capitals)
    if code is not None:
        return Place(code, scope.title, scope.anywhere)
    if sum(1 if is_character(word) else 3 for word in words if word != GAP) > 3 * MAX_WORDS:
        raise _bad("words", first)
    capitals = in_capitals and _counts_in_capitals(words, literal=literal)
    return Phrase(words, literal, capitals, scope.title, scope.anywhere)


def _place(words: tuple[str, ...], *, in_capitals: bool) -> str | None:
    # Its normal form is in lower case if it is no place.
    return (places.find(words, capitals=True) if in_capitals else None) or places.find(words)


def _counts_in_capitals(words: tuple[str, ...], *, literal: bool) -> bool:
    if not literal and not (len(words) == 1 and 2 <= len(words[0]) <= 4 and words[0].isalpha()):
        return False
    # Some letters have no capital that leads back to them.
    upper = _spelled(words).upper()
    again = read(upper, "", "")
    return (
        again.words[: again.title_end] == words
        and set(again.cases[: again.title_end]) == {CAPITALS}
        and (literal or upper not in OPERATORS)
    )


def _settled(words: Sequence[str]) -> tuple[str, ...]:
    """Words that stay what they are when they are written and read again; with odd characters that takes a while."""
    found = _without_breaks(words)
    if all(word.isascii() and word.isalnum() for word in found):
        return found
    for _ in range(4):
        again = _without_breaks(tokens(_spelled(found)))
        if again == found:
            break
        found = again
    return found


def _without_breaks(words: Sequence[str]) -> tuple[str, ...]:
    # An accent that stands alone makes an empty word.
    return tuple(word for word in words if word not in (BREAK, ""))


_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:www\.)*((?:[\w-]+\.)+[^\W\d_][\w-]+)\.?(?::\d+)?(?:[/?#].*)?"
)


def _source(source: str, first: Lexeme) -> From:
    host = _host(unicodedata.normalize("NFKC", source).strip().casefold())
    name = () if host else _settled(tokens(source))
    if not host and not name:
        raise _bad("symbols", first)
    return From(name, host)


def _host(text: str) -> str:
    """The host of an address, or that a text is; empty if it is none that can be."""
    found = _HOST.fullmatch(text)
    try:
        return "" if found is None else found[1].encode("idna").decode()
    except UnicodeError:
        return ""


@cache
def _languages() -> dict[str, str]:
    """Code, or name in lower case → code (ISO 639-1); where two languages share a name, that of English counts."""
    named = [
        (name.casefold(), code)
        for language in reversed(_NAMED_IN)
        for code, name in Locale(language).languages.items()
        if len(code) == 2
    ]
    known = dict(named) | {code: code for _, code in named}
    # Articles are not told apart further, and some feeds use codes of old.
    return known | {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi"}


def _language(source: str, first: Lexeme) -> Language:
    wanted = unicodedata.normalize("NFKC", source).strip().casefold()
    known = _languages()
    code = known.get(wanted) or known.get(re.split("[-_]", wanted)[0])
    if code is None:
        raise _unknown("language", source, first)
    return Language(code)


_AGO = re.compile(r"(\d{1,6})\s?(?:(h|hours?)|(d|days?)|w|weeks?)")
_DAY = re.compile(r"((?:19|20|21)\d\d)(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


# A query knows no zone: whatever day it is where somebody reads, it began within 24 hours.
_SINCE = {
    **dict.fromkeys(("today", "今日", "오늘"), timedelta(days=1)),
    **dict.fromkeys(("yesterday", "昨日", "어제"), timedelta(days=2)),
}


def _bound(
    source: str, first: Lexeme, named: Mapping[str, timedelta] = MappingProxyType({})
) -> tuple[date | None, timedelta | None]:
    """A day, or how long ago, which may be `named`. A year or a month stands for its first day."""
    text = unicodedata.normalize("NFKC", source).strip().casefold()
    at, ago = _day(text), named.get(text) or _ago(text)
    if at is None and ago is None:
        raise _unknown("date", source, first)
    return at, ago


def _ago(text: str) -> timedelta | None:
    found = _AGO.fullmatch(text)
    if found is None:
        return None
    ago = int(found[1]) * timedelta(hours=1 if found[2] else 24 if found[3] else 168)
    return ago if timedelta() < ago <= _LONGEST_AGO else None


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return found and date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
