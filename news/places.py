"""The places that news are about, and the names by which a text calls them.

    Text ─▶ longest names that begin at its words ─▶ without decoys, people, small towns ─▶ mentions

A place is known by a code: ISO 3166-1 (`KP`), `XK` for Kosovo, `EU`, and ISO 3166-2 for the parts of
the United Kingdom (`GB-SCT`). `tools/places` compiles the table of names.
"""

import functools
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from itertools import compress, zip_longest
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from news.text import BREAK, CAPITAL, CAPITALS, GAP, LOWER, STEMMED, Text, is_character, stems

_EVERYWHERE = "*"

BY_STEMS = STEMMED - {"ar", "en"}
"""Languages whose names are recognised by their stems; the others by what the table spells out."""


class Kind(StrEnum):
    """What a name is to its place."""

    NAME = "name"
    DEMONYM = "demonym"
    """Its people, language and adjective: `Korean`, `French`."""
    CAPITAL = "capital"
    SEAT = "seat"
    """A house, ministry or body that stands for the government: `the Kremlin`."""
    ABBREVIATION = "abbreviation"
    CITY = "city"
    REGION = "region"
    """A part of it: `Texas`."""


_KINDS = {
    "n": Kind.NAME,
    "d": Kind.DEMONYM,
    "a": Kind.ABBREVIATION,
    "s": Kind.SEAT,
    "c": Kind.CAPITAL,
    "z": Kind.CITY,
    "r": Kind.REGION,
    "x": None,
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text."""

    place: str
    kind: Kind
    start: int
    """The first token of the name in `Text.words`."""
    end: int
    """The first one behind it."""


class _Name(NamedTuple):
    places: tuple[str, ...]
    """More than one for `both Koreas`; none for what only looks like a place."""
    kind: Kind | None
    needs: str
    """Letters, for what a text has to show.

    C: a capital. L: one at the last word. A: capitals alone. R: those where not all is in capitals. P: no person of that name.
    H: nothing of the same script before it; K: nor behind it. B: the beginning of a phrase.
    T: no breaks on both sides, as a share's symbol has them.
    E: just this form, whatever its stem.
    """


_Longer = tuple[tuple[str, ...], _Name]


class _Branch:
    """The names that begin with one word."""

    __slots__ = ("alone", "longer")

    def __init__(self) -> None:
        self.alone: tuple[_Name, ...] = ()
        self.longer: dict[str, tuple[_Longer, ...]] | None = None
        """Second word → the words behind it, longest first."""


_Names = dict[str, _Branch]

_First = dict[str, frozenset[str] | None]
"""A word with which names begin → those that have to follow it; None if one alone is a name."""


@functools.cache
def _table() -> bytes:
    """Lines of language, form, kind, places and needs, by language; a line end before the first as well."""
    return b"\n" + files("news").joinpath("data/places.tsv").read_bytes()


def _lines(language: str) -> list[str]:
    """What the table says of a language: form, kind, places, needs."""
    key = f"\n{language}\t".encode()
    begin, last = _table().find(key), _table().rfind(key)
    if begin < 0:
        return []
    block = _table()[begin : _table().index(b"\n", last + 1)].decode()
    return block[1:].removeprefix(f"{language}\t").split(f"\n{language}\t")


@functools.cache
def _meaning(kind: str, places: str, needs: str) -> _Name:
    return _Name(tuple(places.split("+")) if places else (), _KINDS[kind], needs)


def _add(names: _Names, lines: Sequence[str], language: str) -> None:
    """Adds lines of the table, by their stems if a language is given."""
    for line in sorted(lines, key=_spaces, reverse=True):
        form, kind, places, needs = line.split("\t")
        if kind == "q":
            continue
        words = tuple(map(sys.intern, form.split(" ")))
        if language:
            words = stems(words, language)
        name = _meaning(kind, places, needs)
        branch = names.get(words[0])
        if branch is None:
            branch = names[words[0]] = _Branch()
        if len(words) == 1:
            branch.alone += (name,)
        else:
            longer = branch.longer
            if longer is None:
                longer = branch.longer = {}
            one = ((words[2:], name),)
            second = words[1]
            longer[second] = longer[second] + one if second in longer else one


def _spaces(line: str) -> int:
    return line.count(" ")


@functools.cache
def _world() -> _Names:
    """Names that count in texts of every language."""
    names: _Names = {}
    _add(names, _lines(_EVERYWHERE), "")
    return names


@dataclass(frozen=True, slots=True)
class _Language:
    """Names that count in texts of one language."""

    exact: _Names
    """By their words."""
    rooted: _Names
    """By their stems."""
    first: _First
    """Of `exact` and of the names of all languages."""


@functools.cache
def _own(language: str) -> _Language:
    lines = _lines(language)
    exact: _Names = {}
    rooted: _Names = {}
    if language in BY_STEMS:
        _add(rooted, [line for line in lines if not line.endswith("E")], language)
        lines = [line for line in lines if line.endswith("E")]
    _add(exact, lines, "")
    return _Language(exact, rooted, _first(exact))


def _first(own: _Names) -> _First:
    found: _First = {}
    for names in (_world(), own):
        for word, branch in names.items():
            others = found.get(word, frozenset())
            found[word] = (
                None if branch.alone or others is None else others.union(branch.longer or ())
            )
    return found


def mentions(text: Text) -> tuple[Mention, ...]:
    """The places that a text names, in order; of names that begin at one word, the longest.

    Mentions do not overlap, except where one word names several places: `inter-Korean`; `Scotland`,
    which is a region of the United Kingdom as well.
    """
    named = list(_named(text))
    return tuple(_sorted_out(text, named)) if named else ()


def _named(text: Text) -> Iterator[tuple[int, int, _Name]]:
    """What the table knows of a text: start, end and name."""
    world, own = _world(), _own(text.language or "en")
    words, roots = _bare(text, own.first), text.stems
    known = [(world, words), (own.exact, words), (own.rooted, roots)]
    free = 0
    for start in _starts(words, roots, own):
        if start < free:
            continue
        end, name = start, None
        for names, keys in known:
            branch = names.get(keys[start])
            if branch is not None:
                other, found = _longest(branch, keys, text, start)
                if other > end:
                    end, name = other, found
        if name is not None:
            free = end
            yield start, end, name


def _starts(words: Sequence[str], roots: Sequence[str], own: _Language) -> list[int]:
    """Where names may begin; quick, since most words begin none."""
    first, rooted = own.first, own.rooted
    last = len(words) - 1
    found = [
        place
        for place in compress(range(len(words)), map(first.__contains__, words))
        if (others := first[words[place]]) is None or (place < last and words[place + 1] in others)
    ]
    if rooted:
        found += compress(range(len(roots)), map(rooted.__contains__, roots))
        found = sorted(set(found))
    return found


_PREFIXES = {
    "ar": "\u0648\u0641\u0628\u0643\u0644",
    "he": "\u05d5\u05d1\u05dc\u05de\u05d4\u05e9\u05db",
}
"""And, in, to, from, the and the like, written as one word with what follows."""


def _bare(text: Text, names: Collection[str]) -> tuple[str, ...]:
    """The words without such prefixes, where that makes them names."""
    prefixes = _PREFIXES.get(text.language)
    if prefixes is None:
        return text.words
    return tuple(
        word if word in names or word[0] not in prefixes else _unprefixed(word, names)
        for word in text.words
    )


def _unprefixed(word: str, names: Collection[str]) -> str:
    # Arabic: to + the = لل.
    for bare in (word[1:], word[2:], f"\u0627{word[1:]}"):
        if len(bare) > 2 and bare in names:
            return bare
    return word


def _longest(
    branch: _Branch, keys: tuple[str, ...], text: Text, start: int
) -> tuple[int, _Name | None]:
    """The end and the name of the longest one in a branch that fits, the start and None if none does."""
    if branch.longer and start + 1 < len(keys):
        for rest, name in branch.longer.get(keys[start + 1], ()):
            end = start + 2 + len(rest)
            if keys[start + 2 : end] == rest and _fits(name, text, start, end):
                return end, name
    for name in branch.alone:
        if _fits(name, text, start, start + 1):
            return start + 1, name
    return start, None


def _fits(name: _Name, text: Text, start: int, end: int) -> bool:
    if not any(text.cases[start:end]) and _is_odd_in_lower_case(name, text, start):
        return False
    return not name.needs or all(_meets(need, text, start, end) for need in name.needs)


def _is_odd_in_lower_case(name: _Name, text: Text, start: int) -> bool:
    """Whether a name begins with a capital in this text's language and script; English writers are careless."""
    return (
        text.language not in ("", "en")
        and name.kind not in (Kind.DEMONYM, None)
        and text.words[start].upper() != text.words[start]
        and any(text.cases[:200])
    )


def _meets(need: str, text: Text, start: int, end: int) -> bool:
    if need == "C":
        return max(text.cases[start:end]) >= CAPITAL
    if need == "L":
        return text.cases[end - 1] >= CAPITAL
    if need in "AR":
        written = (text.cases[i] for i in range(start, end) if text.words[i] != BREAK)
        return min(written) >= CAPITALS and (need == "A" or not _shouts(text, start))
    if need == "H":
        return start == 0 or not _is_like(text.words[start - 1], text.words[start])
    if need == "K":
        return not (
            (start > 0 and _is_like(text.words[start - 1], text.words[start]))
            or (end < len(text.words) and _is_like(text.words[end], text.words[start]))
        )
    if need == "T":
        return not _is_alone(text, start, end)
    if need == "B":
        return _is_open(text, start)
    return True


def _is_open(text: Text, start: int) -> bool:
    return start in (0, text.title_end + 1) or text.words[start - 1] == BREAK


def _is_alone(text: Text, start: int, end: int) -> bool:
    return _is_open(text, start) and (end == len(text.words) or text.words[end] == BREAK)


def _is_like(word: str, other: str) -> bool:
    """Whether two characters are of one script."""
    return any(low <= word <= high and low <= other <= high for low, high in _SCRIPTS)


_SCRIPTS = (("\u30a1", "\u30fc"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7a3"))
"""Katakana, Han, Hangul: first and last character."""


def _shouts(text: Text, place: int) -> bool:
    """Whether the headline or the body, where the place lies in it, is all in capitals, so that they tell nothing."""
    begin, end = (
        (0, text.title_end) if place < text.title_end else (text.title_end + 1, len(text.words))
    )
    cases = [
        text.cases[i]
        for i in range(begin, min(end, begin + 20))
        if len(text.words[i]) > 1 and text.words[i].isalpha()
    ]
    return cases.count(CAPITALS) > 2 * len(cases) / 3 and len(cases) > 2


def _sorted_out(text: Text, named: list[tuple[int, int, _Name]]) -> Iterator[Mention]:
    """The mentions among what was found: no people, no sums of money, no namesakes elsewhere."""
    people = {
        text.words[start]
        for start, end, name in named
        if "P" in name.needs and (name.kind is None or _is_person(text, start, end))
    }
    said: frozenset[str] = frozenset()
    found: list[Mention] = []
    for start, end, name in named:
        if name.kind is None or _is_money(text, start, end, name.kind):
            continue
        word = text.words[start]
        if "P" in name.needs and (
            _is_person(text, start, end)
            or (word in people and (start == 0 or text.words[start - 1] not in _BEFORE_PLACES))
        ):
            continue
        if end - start == 1 and word in _NAMESAKES:
            said = said or frozenset(text.words)
            meant = _meant(text, start, found, said)
            if meant is not None:
                found.append(Mention(*meant, start, end))
            continue
        found += _split(text, name, start, end)
    yield from _without_towns(text, found)


def _is_person(text: Text, start: int, end: int) -> bool:
    """Whether a name that people bear, too, stands behind a first name or a title, or does what only people do."""
    before = start - 1
    # Michael B. Jordan
    if before > 0 and len(text.words[before]) == 1 and text.cases[before] != LOWER:
        before -= 1
    if before >= 0:
        word = text.words[before]
        if word in _TITLES or (word in _FIRST_NAMES and text.cases[before] != LOWER):
            return True
    return end < len(text.words) and text.words[end] in _BY_PEOPLE


def _is_money(text: Text, start: int, end: int, kind: Kind) -> bool:
    """Whether a name only tells which currency a sum is in: `5 billion South Korean won`."""
    if kind not in (Kind.DEMONYM, Kind.NAME, Kind.ABBREVIATION) or end >= len(text.words):
        return False
    if kind is Kind.ABBREVIATION and text.words[end][0].isdigit():
        # US$10 million: no token tells of the sign.
        return "," in text.words[end] or not _AMOUNTS.isdisjoint(text.words[end + 1 : end + 2])
    if text.words[end] not in _CURRENCIES:
        following = "".join(text.words[end : end + 3])
        if not following.startswith(_CURRENCIES_OF_ASIA):
            return False
    before = text.words[start - 1] if start else ""
    return before[:1].isdigit() or before in _AMOUNTS


def _meant(
    text: Text, start: int, found: Sequence[Mention], said: frozenset[str]
) -> tuple[str, Kind] | None:
    """Which of the places of one name is meant, by what else the text says; None if none of them."""
    namesake = _NAMESAKES[text.words[start]]
    if namesake.elsewhere & said and not namesake.here & said:
        return namesake.other
    near = found[-1] if found else None
    if namesake.other and near and near.place == namesake.other[0] and near.kind in _PARTS:
        between = text.words[near.end : start]
        if between and set(between) <= {BREAK, "and"}:
            return namesake.other
    return namesake.usual


def _without_towns(text: Text, found: list[Mention]) -> Iterator[Mention]:
    """Mentions but those of a town's namesake: `Paris, Texas`."""
    for mention, behind in zip_longest(found, found[1:]):
        if (
            behind is not None
            and behind.kind is Kind.REGION
            and behind.place != mention.place
            and behind.start == mention.end + 1
            and text.words[mention.end] == BREAK
            and (mention.kind in (Kind.CAPITAL, Kind.CITY) or text.words[mention.start] in _TOWNS)
        ):
            continue
        yield mention


def _split(text: Text, name: _Name, start: int, end: int) -> Iterator[Mention]:
    """A mention for each place of a name, each with its share of the words if there are enough."""
    if name.kind is None:
        return
    if len(name.places) == 1 and not name.places[0].startswith("GB-"):
        yield Mention(name.places[0], name.kind, start, end)
        return
    begins = [place for place in range(start, end) if text.words[place] != BREAK]
    shared = len(begins) < len(name.places)
    ends = [*begins[1 : len(name.places)], end]
    for number, place in enumerate(name.places):
        first, last = (start, end) if shared else (begins[number], ends[number])
        yield Mention(place, name.kind, first, last)
        if place.startswith("GB-"):
            yield Mention("GB", Kind.REGION, first, last)


@dataclass(frozen=True, slots=True)
class _Namesake:
    """Two places of one name."""

    usual: tuple[str, Kind] | None
    other: tuple[str, Kind] | None
    here: frozenset[str]
    """Words that say: the usual one."""
    elsewhere: frozenset[str]
    """Words that say: the other one, unless the usual one is there, too."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMESAKES = {
    "georgia": _Namesake(
        ("GE", Kind.NAME),
        ("US", Kind.REGION),
        _words(
            "tbilisi batumi abkhazia ossetia caucasus georgian georgians russia russian armenia azerbaijan "
            "kobakhidze kavelashvili zourabichvili saakashvili ivanishvili shevardnadze"
        ),
        _words(
            "atlanta savannah fulton augusta macon kemp raffensperger ossoff warnock abrams bulldogs braves "
            "falcons gop republican republicans democrat democrats county counties governor alabama florida "
            "runoff senate senator peach tennessee carolina nevada arizona michigan wisconsin pennsylvania gubernatorial trump"
        ),
    ),
    "jordan": _Namesake(
        ("JO", Kind.NAME),
        None,
        _words(
            "amman jordanian jordanians king queen hussein abdullah rania israel israeli syria syrian iraq "
            "saudi arab hamas palestinian palestinians egypt refugees"
        ),
        _words("nba nike sneakers sneaker bulls basketball hornets dunk adidas"),
    ),
    "congo": _Namesake(
        ("CD", Kind.NAME),
        ("CG", Kind.NAME),
        _words("kinshasa goma kivu"),
        _words("brazzaville nguesso zaire"),
    ),
    "congolese": _Namesake(
        ("CD", Kind.DEMONYM),
        ("CG", Kind.DEMONYM),
        _words("kinshasa goma kivu"),
        _words("brazzaville nguesso zaire"),
    ),
    "عمان": _Namesake(
        ("OM", Kind.NAME),
        ("JO", Kind.CAPITAL),
        _words("مسقط السلطنة سلطنة العماني"),
        _words("الاردن الاردني الأردن"),
    ),
}

_PARTS = (Kind.CITY, Kind.REGION)
_BEFORE_PLACES = _words("in to from of near across for with against between")
_TITLES = _words("mr mrs ms miss dr sir lord judge coach")
_BY_PEOPLE = _words("scored dunked averaged tweeted starred married tackled homered")
_FIRST_NAMES = _words(
    "aaron adam adrian alan albert alec alex alexander alfred alice allen amanda amy andre andrea andrew andy angela "
    "ann anna anne annie anthony arthur ashley barbara ben benjamin bernard beth betty bill billy bob bobby booker "
    "brad brandon brenda brian bruce bryan carl carlos carol caroline catherine cecil charles charlie charlotte "
    "chris christian christina christine christopher claire clarence cory craig dan daniel danny dave david dawn "
    "deandre deborah dennis denzel desmond diana diane dick dinah don donald donna dorothy doug douglas ed eddie "
    "edward elizabeth ella ellen emily emma eric ernest eugene eva frank fred gary gene george gerald gloria gordon "
    "grace graham grant greg gregory hamilton harold harry heather helen henry holly howard hugh ian irving isaac "
    "isaiah jack jackie jacob james jamie jane janet jason jay jean jeff jeffrey jennifer jeremy jerry jesse "
    "jessica jill jim jimmy joan joe joel john johnny jon jonathan jordan joseph josh joshua joyce juan judith julia "
    "julian julie justin karen karl kate katherine kathy keith kelly ken kenneth kerry kevin kim kyle larry laura "
    "lauren lee leon leonard leslie lewis lillian linda lisa liz louis louise lucy luke marc marcus margaret maria "
    "marie mark marlon martha martin mary matt matthew megan melissa michael michelle mike montell nancy nathan neil "
    "nicholas nick nicole nigel noah oliver oscar pamela patricia patrick paul penny percy peter phil philip phillip "
    "rachel ralph ray raymond rebecca reggie richard rick rob robert robin roger ron ronald rose ross roy russell "
    "ruth ryan sally sam samantha samuel sandra sara sarah scott sean sharon shaun simon sophie stan stanley stella "
    "stephen steve steven stuart sue susan ted teresa terry theodore thomas tim timothy todd tom tommy tony tracy "
    "vernon victor victoria vincent virginia walter wayne wendy will william zach zoe"
)
_TOWNS = _words(
    "lebanon peru cuba mexico poland norway jordan jamaica panama denmark china sweden holland turkey"
)
"""Countries after which towns in other countries are named."""

_CURRENCIES = _words(
    "won yen yuan renminbi franc francs dollar dollars dlr dlrs pound pounds mark marks lira lire liras peso pesos "
    "rupee rupees ruble rubles rouble roubles krona kronor krone kroner crown crowns real reais rand rands riyal "
    "riyals rial rials dinar dinars dirham dirhams baht ringgit rupiah dong zloty zlotys forint forints koruna "
    "hryvnia hryvnias shekel shekels cents guilders guilder schilling schillings escudo escudos peseta pesetas"
)
_CURRENCIES_OF_ASIA = ("ウォン", "ドル", "元", "円", "圆", "원", "달러", "盾", "卢布", "ルーブル")
_AMOUNTS = _words(
    "million billion trillion thousand hundred mln bln trln bn m k 万 億 亿 兆 만 억 조 千 百 천 十 of"
)


_SPOKEN = "* en de fr es it pt nl sv no da fi is pl cs sk hu ro hr sr bs sl mk sq lt lv et ca gl eu tr az id ms vi tl sw af"
"""Languages whose names in Latin letters are understood in a query; where they differ, the first one counts."""

_WORDS = _words("island man end laws sec alan gene cat the saint")
"""Names in some language that are ordinary words for most who type them."""


def find(words: Sequence[str], capitals: bool = False) -> str | None:
    """The place that a query names, in any language; None if it names none, or more than one.

    Names, formal names and abbreviations count. Capitals, seats and demonyms stay ordinary words, but for
    demonyms of names in two words, which are as clear as those: `North Korean`. What is a word when not in
    capitals (`US`) needs `capitals`: that all was typed in them.
    """
    kept = [word for word in words if word not in (GAP, BREAK)]
    if kept[:1] == ["the"]:
        del kept[0]
    return _found(" ".join(kept), capitals)


@functools.lru_cache(maxsize=10_000)
def _found(form: str, capitals: bool) -> str | None:
    if not form or form in _WORDS:
        return None
    best: tuple[int, str] | None = None
    key = f"\t{form}\t".encode()
    at = _table().find(key)
    while at >= 0:
        begin = _table().rindex(b"\n", 0, at) + 1
        language = _table()[begin:at].decode()
        fields = _table()[at + len(key) : _table().index(b"\n", at)].decode()
        if "\t" in language:
            # What was found is a kind, not a form.
            at = _table().find(key, at + 1)
            continue
        kind, place, needs = fields.split("\t")
        if _can_be_asked(language, form, kind, place, needs) and (capitals or "R" not in needs):
            rank = _SPOKEN.index(language) if language in _SPOKEN else len(_SPOKEN)
            best = min(best or (rank, place), (rank, place))
        at = _table().find(key, at + 1)
    return None if best is None or "+" in best[1] else best[1]


def _can_be_asked(language: str, form: str, kind: str, place: str, needs: str) -> bool:
    if form[0].isascii() and language not in _SPOKEN:
        return False
    if kind in "nq":
        return len(form) > 1
    if kind == "a":
        return language == _EVERYWHERE or (len(form) > 2 and "R" not in needs)
    # "North Korean" says as much as "North Korea"; "French" may well be the language.
    if kind == "d" and not is_character(form[0]):
        first, _, second = name_of(place, "en").lower().partition(" ")
        return place in ("KP", "KR") or (second != "" and form.startswith(f"{first} "))
    return False


_SHORT = {
    "en": {
        "BA": "Bosnia and Herzegovina",
        "CD": "DR Congo",
        "CG": "Congo-Brazzaville",
        "HK": "Hong Kong",
        "MM": "Myanmar",
        "MO": "Macao",
        "PS": "Palestine",
        "TR": "Turkey",
        "GB-ENG": "England",
        "GB-NIR": "Northern Ireland",
        "GB-SCT": "Scotland",
        "GB-WLS": "Wales",
    },
    "ja": {
        "HK": "香港",
        "MO": "マカオ",
        "PS": "パレスチナ",
        "GB-ENG": "イングランド",
        "GB-NIR": "北アイルランド",
        "GB-SCT": "スコットランド",
        "GB-WLS": "ウェールズ",
    },
    "ko": {
        "HK": "홍콩",
        "MO": "마카오",
        "PS": "팔레스타인",
        "GB-ENG": "잉글랜드",
        "GB-NIR": "북아일랜드",
        "GB-SCT": "스코틀랜드",
        "GB-WLS": "웨일스",
    },
}


_EXPLAINED = ("CD", "CG", "HK", "MM", "MO")
"""Places whose names CLDR explains in parentheses without need."""


@functools.lru_cache(maxsize=2_000)
def name_of(place: str, language: str) -> str:
    """A place's name as it is shown to readers of a language, or else in English; the code if it has none."""
    for spoken in dict.fromkeys((language, "en")):
        short = _SHORT.get(spoken, {}).get(place)
        if short is not None:
            return short
        try:
            name = Locale.parse(spoken, sep="-").territories.get(place)
        except (UnknownLocaleError, ValueError):
            continue
        if name is not None:
            # CLDR writes: Myanmar (Burma).
            shown = str(name)
            return re.split(r"\s*[(（]", shown)[0] if place in _EXPLAINED else shown
    return place


@functools.cache
def _cities() -> bytes:
    """Lines of town and place, with a line end before the first one."""
    return b"\n" + files("news").joinpath("data/cities.tsv").read_bytes()


def city(words: Sequence[str]) -> str | None:
    """The place in which a town lies, the largest one of that name; None for what is no town that is known.

    Made for datelines: of its 15,000 inhabitants or more, many a town has a name that is a word elsewhere.
    """
    key = f"\n{' '.join(word for word in words if word != GAP)}\t".encode()
    at = _cities().find(key) + len(key)
    return _cities()[at : _cities().index(b"\n", at)].decode() if at >= len(key) else None


def large_city(words: Sequence[str]) -> str | None:
    """The place in which a city lies that news name it by, in any language: 大阪, 부산; None for what is none, or unclear."""
    form = " ".join(word for word in words if word not in (GAP, BREAK))
    if not form:
        return None
    found = set()
    for kind in "cz":
        key = f"\t{form}\t{kind}\t".encode()
        at = _table().find(key)
        while at >= 0:
            begin = at + len(key)
            found.add(_table()[begin : _table().index(b"\t", begin)].decode())
            at = _table().find(key, begin)
    return found.pop() if len(found) == 1 else None
