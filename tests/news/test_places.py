"""The places that a text names."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.places import Kind, city, find, mentions, name_of
from news.text import read, tokens

HERE = Path(__file__).parent


def rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


TRIPLES, DECOYS = rows("places_triples.tsv"), rows("places_decoys.tsv")


def named(title: str, language: str = "en", body: str = "") -> list[str]:
    return [mention.place for mention in mentions(read(title, body, language))]


@pytest.mark.parametrize(("place", "language", "form", "sentence"), TRIPLES)
def test_a_form_in_a_sentence_names_its_place(
    place: str, language: str, form: str, sentence: str
) -> None:
    text = read(sentence, "", language)
    found = [mention for mention in mentions(text) if mention.place == place]
    assert any(set(text.words[one.start : one.end]) & set(tokens(form)) for one in found), named(
        sentence, language
    )
    assert place in named("Untitled", language, sentence)


@pytest.mark.parametrize(("place", "language", "sentence"), DECOYS)
def test_a_decoy_names_no_place(place: str, language: str, sentence: str) -> None:
    assert place not in named(sentence, language)


def test_the_sentences_cover_many_countries_and_languages() -> None:
    assert len(TRIPLES) >= 200
    assert len({place for place, *_ in TRIPLES}) >= 60
    assert len({language for _, language, *_ in TRIPLES}) >= 12
    assert len(DECOYS) >= 100


@pytest.mark.parametrize(
    "typed",
    [
        "North Korea",
        "north korea",
        "the North Korea",
        "N. Korea",
        "NoKor",
        "DPRK",
        "D.P.R.K.",
        "North Korean",
        "北朝鮮",
        "북한",
        "북조선",
        "조선민주주의인민공화국",
        "朝鲜",
        "北韓",
        "Corée du Nord",
        "Nordkorea",
        "Nordkoreas",
        "Corea del Norte",
        "КНДР",
        "Северная Корея",
        "Kuzey Kore",
        "เกาหลีเหนือ",
        "كوريا الشمالية",
    ],
)
def test_a_country_is_asked_for_in_any_language(typed: str) -> None:
    assert find(tokens(typed)) == "KP"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Korea", None),
        ("both Koreas", None),
        ("Pyongyang", None),
        ("White House", None),
        ("Texas", None),
        ("French", None),
        ("Native American", None),
        ("South African", "ZA"),
        ("the Netherlands", "NL"),
        ("Holland", "NL"),
        ("U.S.", "US"),
        ("uk", "GB"),
        ("United Kingdom", "GB"),
        ("England", "GB-ENG"),
        ("European Union", "EU"),
        ("Burma", "MM"),
        ("Turkey", "TR"),
        ("turkey", "TR"),
        ("chad", "TD"),
        ("Congo", "CD"),
        ("Republic of the Congo", "CG"),
        ("Guinea-Bissau", "GW"),
        ("이란", "IR"),
        ("수단", "SD"),
        ("中華民国", "TW"),
        ("end", None),
        ("laws", None),
        ("man", None),
        ("island", None),
        ("sec", None),
        ("", None),
        ("north korea missile", None),
    ],
)
def test_names_are_understood_and_words_stay_words(typed: str, place: str | None) -> None:
    assert find(tokens(typed)) == place


def test_a_word_names_a_country_only_when_typed_in_capitals() -> None:
    assert find(("us",)) is None
    assert find(("us",), capitals=True) == "US"
    assert find(("eu",)) == find(("eu",), capitals=True) == "EU"
    assert find(("it",), capitals=True) is None


def test_every_place_is_found_by_the_name_under_which_it_is_shown() -> None:
    shown = {place: name_of(place, "en") for place, *_ in TRIPLES}
    assert {place: find(tokens(name)) for place, name in shown.items()} == {
        place: place for place in shown
    }
    assert all(place in named("Untitled", "en", name) for place, name in shown.items())


def test_names_are_shown_in_the_readers_language_or_in_english() -> None:
    assert name_of("KP", "ja") == "北朝鮮"
    assert name_of("KP", "ko") == "북한"
    assert name_of("GB-SCT", "ja") == "スコットランド"
    assert name_of("GB-SCT", "fr") == "Scotland"
    assert name_of("KP", "xx") == name_of("KP", "") == name_of("KP", "not a language")
    assert name_of("MM", "en") == "Myanmar"
    assert name_of("??", "en") == "??"


def test_the_longest_name_wins() -> None:
    assert named("Papua New Guinea and Guinea-Bissau and Guinea") == ["PG", "GW", "GN"]
    assert named("South Sudan and Sudan") == ["SS", "SD"]
    assert named("中華人民共和国と朝鮮民主主義人民共和国", "ja") == ["CN", "KP"]


def test_one_name_for_both_koreas_names_each() -> None:
    assert named("North and South Korea talk") == ["KP", "KR"]
    assert named("The two Koreas talk") == ["KP", "KR"]
    assert named("Inter-Korean talks") == ["KP", "KR"]
    assert named("남북 회담", "ko") == ["KR", "KP"]


def test_letters_for_countries_are_told_apart() -> None:
    found = mentions(read("日米韓の首脳", "", "ja"))
    assert [(one.place, one.start, one.end) for one in found] == [
        ("JP", 0, 1),
        ("US", 1, 2),
        ("KR", 2, 3),
    ]
    assert named("한·미·일 협력", "ko") == ["KR", "US", "JP"]
    assert named("米、中東に空母", "ja") == ["US"]


def test_a_part_of_the_united_kingdom_is_a_region_of_it() -> None:
    found = mentions(read("Scotland votes", "", "en"))
    assert [(one.place, one.kind) for one in found] == [
        ("GB-SCT", Kind.NAME),
        ("GB", Kind.REGION),
    ]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Japan votes", Kind.NAME),
        ("Japanese voters", Kind.DEMONYM),
        ("Tokyo denies it", Kind.CAPITAL),
        ("Kasumigaseki denies it", Kind.SEAT),
        ("Osaka votes", Kind.CITY),
        ("Hokkaido votes", Kind.REGION),
    ],
)
def test_a_mention_says_what_kind_of_name_it_is(title: str, kind: Kind) -> None:
    assert [(one.place, one.kind) for one in mentions(read(title, "", "en"))] == [("JP", kind)]


def test_a_foreign_name_in_latin_letters_counts_in_its_own_language_only() -> None:
    assert named("Der Iran und Nordkorea", "de") == ["IR", "KP"]
    assert named("A band called Nordkorea", "en") == []
    assert named("A band called Nordkorea", "") == []
    assert named("Deutschland, as they say", "en") == ["DE"]
    assert named("The sign read 北朝鮮", "en") == ["KP"]


def test_case_tells_nothing_where_all_is_in_capitals() -> None:
    assert named("GERMANY BEATS FRANCE AS US WATCHES") == ["DE", "FR"]
    assert named("Germany beats France as US watches") == ["DE", "FR", "US"]
    assert named("U.S. AND UAE SIGN DEAL") == ["US", "AE"]


def test_lower_case_makes_words_of_some_names() -> None:
    assert named("china and turkey on the table") == []
    assert named("japan and north korea on the table") == ["JP", "KP"]
    assert named("les états-unis", "fr", "Il pleut") == []
    assert named("die französische Regierung", "de") == ["FR"]


def test_a_sum_in_a_currency_names_no_country() -> None:
    assert named("It cost 5 billion South Korean won") == []
    assert named("It cost 300 Swiss francs") == []
    assert named("South Korean won falls") == ["KR"]
    assert named("5 million Swiss people vote") == ["CH"]
    assert named("100万韓国ウォン", "ja") == []


def test_somebody_called_like_a_country_stays_a_person() -> None:
    assert named("Michael Jordan sells team", "en", "Jordan bought it in 2010.") == []
    assert named("Michael Jordan visits Amman", "en", "He was in Jordan before.") == ["JO", "JO"]
    assert named("Jordan signs treaty", "en", "Jordan was among the first.") == ["JO", "JO"]


def test_a_namesake_is_told_by_what_else_is_said() -> None:
    assert named("Georgia votes", "en", "Crowds in Tbilisi cheered.") == ["GE", "GE"]
    assert named("Georgia votes", "en", "Crowds in Atlanta cheered.") == ["US", "US"]
    assert named("Congo votes") == ["CD"]
    assert named("Congo votes", "en", "Polls opened in Brazzaville.") == ["CG", "CG"]


def test_a_town_called_like_a_capital_lies_where_its_region_does() -> None:
    assert named("Paris, Texas, has a tower") == ["US"]
    assert named("Paris and Texas have towers") == ["FR", "US"]
    assert named("London, Ontario, votes") == ["CA"]


def test_a_symbol_on_the_stock_exchange_names_no_country() -> None:
    assert named("Rockwell <ROK> raises dividend") == []
    assert named("Drill of ROK and allies begins") == ["KR"]


def test_prefixes_written_with_the_name_are_seen_through() -> None:
    assert named("وكوريا الشمالية ولروسيا", "ar") == ["KP", "RU"]
    assert named("للولايات المتحدة", "ar") == ["US"]
    assert named("ברוסיה ובישראל", "he") == ["RU", "IL"]


def test_towns_are_known_by_the_largest_of_their_name() -> None:
    assert city(("osaka",)) == "JP"
    assert city(("new", "york")) == "US"
    assert city(("paris",)) == "FR"
    assert city(("nowhere", "in", "particular")) is None
    assert city(()) is None


texts = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [sentence for *_, sentence in TRIPLES + DECOYS]
            + ["and", ",", "Jordan", "the", "of", "5"]
        ),
        max_size=6,
    ).map(" ".join),
)


@given(
    texts,
    texts,
    st.sampled_from(["", "en", "de", "fr", "ja", "ko", "zh", "ru", "ar", "he", "tr", "xx"]),
)
def test_mentions_lie_in_the_text_in_order(title: str, body: str, language: str) -> None:
    text = read(title, body, language)
    found = mentions(text)
    assert found == mentions(text)
    spans = [(one.start, one.end) for one in found]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text.words) for start, end in spans)
    distinct = list(dict.fromkeys(spans))
    assert all(behind[0] >= before[1] for before, behind in pairwise(distinct))


@given(st.lists(st.text(max_size=8), max_size=4), st.booleans())
def test_any_query_is_a_place_or_none(words: list[str], capitals: bool) -> None:
    place = find(words, capitals)
    assert place is None or name_of(place, "en") != place
    assert city(words) is None or len(words) > 0


def test_the_table_is_in_order_and_says_everything_once() -> None:
    table = (HERE.parents[1] / "news/data/places.tsv").read_text(encoding="utf-8").splitlines()
    assert table == sorted(set(table), key=lambda line: line.split("\t"))
    fields = [line.split("\t") for line in table]
    assert all(len(line) == 5 and line[1] for line in fields)
    assert all((line[3] == "") == (line[2] == "x") for line in fields)
