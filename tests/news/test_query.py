"""What people type when they look for something."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from news.errors import BadQuery
from news.query import (
    MAX_DEPTH,
    MAX_TERMS,
    And,
    Before,
    From,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Place,
    Since,
    loosened,
    parse,
    parts_of,
    positive,
    reread,
    write,
)
from news.text import BREAK, squeeze


def phrase(words: str, **kind: bool) -> Phrase:
    return Phrase(tuple(words.split()), **kind)


RICE, WHEAT, TEA = phrase("rice"), phrase("wheat"), phrase("tea")


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("missile test", phrase("missile test")),
        ("rice wheat AND tea", And((phrase("rice wheat"), TEA))),
        ("rice + tea", And((RICE, TEA))),
        ("rice+tea", And((RICE, TEA))),
        ("+rice +tea", And((RICE, TEA))),
        ("tea OR rice", Or((RICE, TEA))),
        ("tea, rice", Or((RICE, TEA))),
        ("tea,rice", Or((RICE, TEA))),
        ("tea | rice", Or((RICE, TEA))),
        ("茶、米", Or((phrase("米"), phrase("茶")))),
        ("茶 ｜ 米", Or((phrase("米"), phrase("茶")))),
        ("茶，米", Or((phrase("米"), phrase("茶")))),
        ("rice NOT tea", And((RICE, Not(TEA)))),
        ("rice -tea", And((RICE, Not(TEA)))),
        ("rice −tea", And((RICE, Not(TEA)))),
        ('rice -"green tea"', And((RICE, Not(phrase("green tea", literal=True))))),
        ("rice -green tea", And((RICE, Not(phrase("green tea"))))),
        ("rice -(tea OR wheat)", And((RICE, Not(Or((TEA, WHEAT)))))),
        ("rice NOT NOT tea", And((RICE, TEA))),
        ("rice AND tea OR wheat", Or((And((RICE, TEA)), WHEAT))),
        ("rice AND (tea OR wheat)", And((RICE, Or((TEA, WHEAT))))),
        ("rice（tea，wheat）", And((RICE, Or((TEA, WHEAT))))),
        ('rice "tea"', And((phrase("tea", literal=True), RICE))),
    ],
)
def test_operators_join_phrases(typed: str, tree: Node) -> None:
    assert parse(typed).tree == tree


@pytest.mark.parametrize(
    "typed",
    ["rice or tea", "rice and tea", "not rice", "rice Or tea", "vingt-deux", "rice & tea"],
)
def test_what_only_looks_like_an_operator_belongs_to_the_phrase(typed: str) -> None:
    assert isinstance(parse(typed).tree, Phrase)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("3,000 cranes", "3,000 cranes"),
        ("Disney+", "disney"),
        ("C++ compiler", "c compiler"),
        ("the U.S. Army", "the u.s army"),
        ("AT&T", "at t"),
        ("- rice", "rice"),
        ("🚀 rice", "rice"),
        ("rice,", "rice"),
        (", rice", "rice"),
    ],
)
def test_signs_that_belong_to_words_join_nothing(typed: str, words: str) -> None:
    assert parse(typed).tree == phrase(words)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Floods: thousands flee", "floods AND thousands flee"),
        ("Re: rice", "re AND rice"),
        ("at 10:30", "30 AND at 10"),
        ("速報：洪水", "洪水 AND 速報"),
        ("floods - thousands flee", "floods AND thousands flee"),
        ("rice; tea", "rice AND tea"),
        ('"Yahoo! Finance"', '"finance" AND "yahoo"'),
        ("https://example.org/", "example AND https AND org"),
    ],
)
def test_punctuation_parts_a_phrase_as_it_does_in_articles(typed: str, normal: str) -> None:
    assert parse(typed).normal == normal


@pytest.mark.parametrize(
    "typed",
    [
        '"rice"',
        "“rice”",
        "„rice“",
        "”rice”",
        "＂rice＂",
        "«rice»",
        "»rice«",
        "« rice »",
        "「rice」",
        "『ｒｉｃｅ』",
        '“Rice"',
    ],
)
def test_the_quotes_of_any_keyboard_make_a_literal(typed: str) -> None:
    assert parse(typed).tree == phrase("rice", literal=True)


def test_words_in_quotes_are_no_operators() -> None:
    assert (
        parse('"rice OR tea, title:x (-wheat)"').normal
        == '"rice or tea" AND "title" AND "wheat" AND "x"'
    )


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("AI", phrase("ai", capitals=True)),
        ("ООН", phrase("оон", capitals=True)),
        ("ai", phrase("ai")),
        ("Ai", phrase("ai")),
        ("AI LAW", phrase("ai law")),
        ("OPENS", phrase("opens")),
        ("X", phrase("x")),
        ("G7", phrase("g7")),
        ('"AI"', phrase("ai", literal=True, capitals=True)),
        ('"AI LAW"', phrase("ai law", literal=True, capitals=True)),
        ('"AI law"', phrase("ai law", literal=True)),
        ('"COVID-19"', phrase("covid 19", literal=True)),
        ("title:AI", phrase("ai", capitals=True, title=True)),
        ("人工", phrase("人 工")),
        ('"OR"', phrase("or", literal=True, capitals=True)),
        # Its capitals without the accent would be an operator.
        ("ÒR", phrase("or")),
    ],
)
def test_a_short_word_or_a_literal_in_capitals_counts_only_in_capitals(
    typed: str, tree: Node
) -> None:
    assert parse(typed).tree == tree


NORTH_KOREA = Place("KP")

NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
"""Two letters that CLDR knows and ISO 3166 has not given to a country."""


@pytest.mark.parametrize(
    "typed",
    [
        "North Korea",
        " north   KOREA ",
        "ＮＯＲＴＨ korea’s",
        "DPRK",
        "N. Korea",
        "北朝鮮",
        "북한",
        "Corée du Nord",
        "coree du nord",
        "Nordkorea",
        "КНДР",
        "조선민주주의인민공화국",
    ],
)
def test_a_phrase_that_names_a_place_stands_for_it_in_any_language(typed: str) -> None:
    query = parse(typed)
    assert query.tree == NORTH_KOREA
    assert query.normal == "North Korea"
    assert parse(f"{typed}, rice").tree == Or((NORTH_KOREA, RICE))


def test_every_place_is_read_back_from_its_normal_form() -> None:
    territories = set(Locale("en").territories) - NO_COUNTRIES
    codes = {code for code in territories if len(code) == 2 and code.isalpha()}
    codes |= {"XK", "EU", "GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"}
    assert len(codes) == 249 + 6
    assert [code for code in codes if reread(write(Place(code))).tree != Place(code)] == []


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ('"North Korea"', phrase("north korea", literal=True)),
        ("north korea missile", phrase("north korea missile")),
        ("US", Place("US")),
        ("us", phrase("us")),
        ("UK", Place("GB")),
        ("any:north korea", Place("KP", anywhere=True)),
        ("title:north korea", Place("KP", title=True)),
        ("rice -north korea", And((RICE, Not(NORTH_KOREA)))),
        ("Congo - Kinshasa", Place("CD")),
        ("from:japan", From(("japan",), "")),
    ],
)
def test_what_is_more_or_other_than_a_name_is_no_place(typed: str, tree: Node) -> None:
    assert parse(typed).tree == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("title:rice", phrase("rice", title=True)),
        ("Title: rice", phrase("rice", title=True)),
        ("ｔｉｔｌｅ：rice", phrase("rice", title=True)),
        ("title:green tea", phrase("green tea", title=True)),
        ('title:"green tea"', phrase("green tea", literal=True, title=True)),
        (
            "title:(rice OR tea)",
            Or((phrase("rice", title=True), phrase("tea", title=True))),
        ),
        ("title:rice,tea", Or((phrase("rice", title=True), phrase("tea", title=True)))),
        ("title:rice, tea", Or((TEA, phrase("rice", title=True)))),
        ("any:rice", phrase("rice", anywhere=True)),
        ("about:rice", RICE),
        (
            "any:(rice title:tea)",
            And((phrase("rice", anywhere=True), phrase("tea", title=True, anywhere=True))),
        ),
        ("tea -title:rice", And((TEA, Not(phrase("rice", title=True))))),
        ("tea title:-rice", And((TEA, Not(phrase("rice", title=True))))),
    ],
)
def test_a_prefix_reaches_over_the_phrase_or_parenthesis_behind_it(typed: str, tree: Node) -> None:
    assert parse(typed).tree == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("from:japantimes.co.jp", From((), "japantimes.co.jp")),
        ("from:www.JapanTimes.co.jp", From((), "japantimes.co.jp")),
        ("from:https://www.japantimes.co.jp/news?page=2", From((), "japantimes.co.jp")),
        ("source:日本.jp", From((), "xn--wgv71a.jp")),
        ('from:"Japan Times"', From(("japan", "times"), "")),
        ("from:bbc tea", And((TEA, From(("bbc",), "")))),
        ("from:bbc,nhk", Or((From(("bbc",), ""), From(("nhk",), "")))),
        ("from:(japan times OR nhk)", Or((From(("japan", "times"), ""), From(("nhk",), "")))),
        (f"from:{'x' * 70}.com", From(("x" * 64, "com"), "")),
        ("lang:ja", Language("ja")),
        ("LANG:JA", Language("ja")),
        ("lang:zh-Hant", Language("zh")),
        ("lang:nb", Language("no")),
        ("lang:japanese", Language("ja")),
        ("lang:日本語", Language("ja")),
        ("lang:한국어", Language("ko")),
        ("lang:영어", Language("en")),
        ("lang:Français", Language("fr")),
        ("lang:en,ja", Or((Language("en"), Language("ja")))),
        ("since:7d", Since(None, timedelta(days=7))),
        ("since:２w", Since(None, timedelta(days=14))),
        ("before:24h", Before(None, timedelta(days=1))),
        ("since:today", Since(None, timedelta(days=1))),
        ("since:Yesterday", Since(None, timedelta(days=2))),
        ("since:昨日", Since(None, timedelta(days=2))),
        ("since:오늘", Since(None, timedelta(days=1))),
        ('since:"36 hours"', Since(None, timedelta(hours=36))),
        ("since:2026-11-01", Since(date(2026, 11, 1), None)),
        ("before:2026/11/1", Before(date(2026, 11, 1), None)),
        ("since:2026-11", Since(date(2026, 11, 1), None)),
        ("before:2026", Before(date(2026, 1, 1), None)),
    ],
)
def test_a_filter_reaches_over_one_word(typed: str, tree: Node) -> None:
    assert parse(typed).tree == tree


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rice OR Tea", "tea, Rice's, rice"),
        ("naïve café", "ＮＡＩＶＥ　cafe"),
        ("a AND (b AND (c AND a))", "c + b + a"),
        ("a OR (b OR c), a", "(c | b | a)"),
        ("a -(-b)", "b AND a"),
        ("title:(a b OR c)", "title:c OR title:a b"),
        ("北朝鮮 OR rice", "rice, DPRK"),
        ("a NOT (b OR c)", "-(c OR b) + a"),
        ("rice since:48h lang:EN", "lang:en since:2d rice"),
        ("from:www.bbc.co.uk", "source:https://bbc.co.uk/news"),
        ('"rice"', "「Rice」"),
    ],
)
def test_queries_that_mean_the_same_have_one_normal_form(one: str, other: str) -> None:
    assert parse(one).normal == parse(other).normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rice tea", "rice AND tea"),
        ("rice", '"rice"'),
        ("AI", "ai"),
        ("rice", "title:rice"),
        ("rice", "any:rice"),
        ("us", "US"),
        ("a OR b AND c", "(a OR b) AND c"),
        ("북한 소식", "북한소식"),
        ("lang:en", "lang:ja"),
    ],
)
def test_queries_that_mean_something_else_have_another(one: str, other: str) -> None:
    assert parse(one).normal != parse(other).normal


def test_the_normal_form_says_first_what_is_looked_for_and_last_what_is_not_wanted() -> None:
    typed = '-tea since:7d lang:ja ("rice" , wheat) from:"Japan Times" before:2026-12-01'
    assert parse(typed).normal == (
        '("rice" OR wheat) AND from:"japan times" AND lang:ja AND since:7d AND before:2026-12-01 AND NOT tea'
    )


def test_a_query_keeps_what_was_typed_on_one_line() -> None:
    assert parse(" Rice\n OR   Tea ").text == "Rice OR Tea"


@pytest.mark.parametrize(
    ("typed", "reason", "position", "what"),
    [
        ("", "empty", 0, ""),
        ('""', "empty", 0, ""),
        ("x" * 257, "long", 256, ""),
        ("a <b>", "markup", 2, "<"),
        ("🚀", "symbols", 0, "🚀"),
        ("()", "symbols", 0, "()"),
        ("rice ()", "symbols", 5, "("),
        ('rice ""', "symbols", 5, '""'),
        ("rice OR 🚀", "symbols", 8, "🚀"),
        ("from:🚀 OR x", "symbols", 5, "🚀"),
        ('"rice', "open_quote", 0, '"'),
        ('rice"', "open_quote", 4, '"'),
        ("rice 「tea", "open_quote", 5, "「"),
        ("(rice", "open_paren", 0, "("),
        ("((rice) OR tea", "open_paren", 0, "("),
        ("rice AND (", "open_paren", 9, "("),
        ("rice)", "close_paren", 4, ")"),
        (") rice", "close_paren", 0, ")"),
        ("rice AND", "operator", 5, "AND"),
        ("OR rice", "operator", 0, "OR"),
        ("rice OR OR tea", "operator", 5, "OR"),
        ("rice AND OR tea", "operator", 5, "AND"),
        ("rice (OR tea)", "operator", 6, "OR"),
        ("(rice AND) tea", "operator", 6, "AND"),
        ("rice || ", "operator", 5, "||"),
        ("rice NOT", "operator", 5, "NOT"),
        ("rice title:", "prefix_alone", 5, "title:"),
        ("since: AND rice", "prefix_alone", 0, "since:"),
        ("before:today", "date", 7, "today"),
        ("+++rice", "operator", 0, "+"),
        ("-rice", "only_not", 0, "-"),
        ("-" * 200 + "rice OR tea", "only_not", 0, "-" * 200),
        ("tea -rice OR NOT wheat", "only_not", 13, "NOT"),
        ("since:7d -rice", "only_not", 9, "-"),
        ("inurl:rice", "prefix", 0, "inurl:"),
        ('tea titel:"rice"', "prefix", 4, "titel:"),
        ("lang:xx", "language", 5, "xx"),
        ('tea lang:"old norse"', "language", 10, "old norse"),
        ("since:soon", "date", 6, "soon"),
        ("tea since:0d", "date", 10, "0d"),
        ("before:2026-02-30", "date", 7, "2026-02-30"),
        ("since:999999w", "date", 6, "999999w"),
        ("a " * 13, "words", 0, "a"),
        ("rice OR " + "米" * 37, "words", 8, "米" * 37),
        (",".join("abcdefghijklmnopqrstuvwxyzабвгдежз"[:33]), "terms", 64, "ж"),
        ("(" * 17 + "rice" + ")" * 17, "depth", 16, "("),
        ("(" * 256, "symbols", 0, "(" * 256),
        ("(" * 255 + "a", "depth", 16, "("),
    ],
)
def test_what_is_not_understood_is_told_with_its_place(
    typed: str, reason: str, position: int, what: str
) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(typed)
    assert (caught.value.reason, caught.value.position, caught.value.what) == (
        reason,
        position,
        what,
    )


@pytest.mark.parametrize(
    "typed",
    [
        ",".join("abcdefghijklmnopqrstuvwxyzабвгде"),
        "NOT " * 62 + "a",
        "title:" * 42 + "a",
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        "a" * 256,
        " ".join(["word"] * 12),
        "米" * 36,
    ],
)
def test_everything_within_the_limits_is_understood(typed: str) -> None:
    query = parse(typed)
    assert reread(query.normal).tree == query.tree


def test_the_normal_form_may_be_longer_than_what_may_be_typed() -> None:
    query = parse(f"title:({','.join(f'w{number}' for number in range(MAX_TERMS))})")
    assert len(query.normal) > 256
    assert reread(query.normal).tree == query.tree


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("rice", True),
        ("from:bbc", True),
        ("lang:ja", True),
        ("rice since:7d -tea", True),
        ("rice OR from:bbc", True),
        ("since:7d", False),
        ("since:7d before:1d", False),
        ("rice OR since:7d", False),
    ],
)
def test_only_a_query_that_says_what_in_each_alternative_makes_a_topic(
    typed: str, says: bool
) -> None:
    assert positive(parse(typed).tree) is says


def test_the_parts_of_a_tree_are_all_that_is_in_it() -> None:
    tree = parse("rice -(tea OR wheat)").tree
    alternatives = Or((TEA, WHEAT))
    assert list(parts_of(tree)) == [tree, RICE, Not(alternatives), alternatives, TEA, WHEAT]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("test missile", "test AND missile"),
        ("north korea missile Test", "north korea AND missile AND Test"),
        ("title:green tea OR rice", "rice OR title:green AND title:tea"),
        ("미사일 시험 북한", "미사일 AND 시험 AND 북한"),
        ("green tea -black tea", "green AND tea AND NOT black tea"),
        ("rice and the WHO", "rice AND WHO"),
        ("about boeing 737 at 8:00", "boeing AND 737"),
        ("北朝鮮がミサイルを発射", "北朝鮮 AND ミサイルを発射"),
        ("북한의 미사일", "북한 AND 미사일"),
    ],
)
def test_a_loosened_query_takes_words_and_names_apart_and_keeps_how_they_were_typed(
    typed: str, text: str
) -> None:
    looser = loosened(parse(typed), {"and", "the", "who", "about", "at", "의"})
    assert looser is not None
    assert looser.text == text
    assert parse(looser.text).tree == looser.tree


@pytest.mark.parametrize(
    "typed",
    [
        "rice",
        '"green tea"',
        "北朝鮮",
        "rice -green tea",
        "洪水",
        # A place is only part of these words.
        "日本語",
        "한국어",
        "毎朝8時",
        # Nothing is left of these.
        "and the",
        "8:00",
        # Of these there would be too many.
        ",".join(f"{one} a b c d e f g h i" for one in "vwxyz"),
    ],
)
def test_what_is_loose_already_is_not_loosened(typed: str) -> None:
    assert loosened(parse(typed), {"and", "the"}) is None


Meaning = Callable[[frozenset[str]], bool]
Said = tuple[str, Meaning, int]
"""What is typed, what is true of it when these words occur, and how tight it binds: OR 0, AND 1, NOT 2, a word 3."""


def _atom(word: str) -> Said:
    return word, lambda true: word in true, 3


def _in(said: Said, tightness: int) -> str:
    return said[0] if said[2] >= tightness else f"({said[0]})"


def _joined(parts: list[Said], sign: str, tightness: int, *, every: bool) -> Said:
    holds = all if every else any
    return (
        sign.join(_in(part, tightness + 1 if every else tightness) for part in parts),
        lambda true: holds(part[1](true) for part in parts),
        tightness,
    )


def _denied(part: Said, sign: str) -> Said:
    return sign + _in(part, 3), lambda true: not part[1](true), 2


def _larger(part: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    parts = st.lists(part, min_size=2, max_size=3)
    return st.one_of(
        st.builds(
            lambda parts, sign: _joined(parts, sign, 1, every=True),
            parts,
            st.sampled_from([" AND ", " + ", " ＋ "]),
        ),
        st.builds(
            lambda parts, sign: _joined(parts, sign, 0, every=False),
            parts,
            st.sampled_from([" OR ", ", ", ",", " | ", "｜", "、"]),
        ),
        st.builds(_denied, part, st.sampled_from(["NOT ", "-", "－"])),
    )


sayings = st.recursive(st.sampled_from("abcdef").map(_atom), _larger, max_leaves=12)


def _holds(tree: Node, true: frozenset[str]) -> bool:
    match tree:
        case And(parts):
            return all(_holds(part, true) for part in parts)
        case Or(parts):
            return any(_holds(part, true) for part in parts)
        case Not(part):
            return not _holds(part, true)
        case Phrase((word,)):
            return word in true
    raise AssertionError(tree)


@given(sayings, st.frozensets(st.sampled_from("abcdefg")))
def test_a_query_means_what_its_operators_say(said: Said, true: frozenset[str]) -> None:
    typed, meaning, _ = said
    # With something wanted beside them, exclusions may stand alone.
    query = parse(f"g AND {_in(said, 1)}")
    for tree in (query.tree, reread(query.normal).tree):
        assert _holds(tree, true) is ("g" in true and meaning(true)), typed


WORDS = [
    *(
        "rice",
        "Rice's",
        "north",
        "korea",
        "AI",
        "WHO",
        "US",
        "us",
        "N.",
        "U.S.",
        "DPRK",
        "3,000",
        "1.5",
        "x²",
    ),
    *(
        "北朝鮮",
        "米",
        "북한",
        "ไทย",
        "キム・ジョンウン",
        "ｶﾞ",
        "ﷺ",
        "ßÀ",
        "l'Italie",
        "C++",
        "🚀",
        "10:30",
        "Congo",
    ),
    *(
        "7d",
        "2026-11-01",
        "bbc.co.uk",
        "ja",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        ",",
        "、",
        "|",
        "+",
        "-",
        '"',
        "「",
        "」",
    ),
    *("title:", "any:", "from:", "lang:", "since:", "foo:", ":", ".", ";", "—", "<"),
]
queries = st.one_of(
    st.text(max_size=300),
    st.text("aA1-+,:.'\"() 北가AND", max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=24).map("".join),
    st.lists(
        st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " OR ", ""])), max_size=12
    ).map(lambda parts: "".join(word + sign for word, sign in parts)),
)


@given(queries)
def test_any_text_is_understood_as_it_is_written_again_or_explained(typed: str) -> None:
    text = squeeze(typed)
    try:
        query = parse(typed)
    except BadQuery as error:
        # Either outcome is right.
        assert 0 <= error.position <= len(text)  # noqa: PT017
        assert text.startswith(error.what, error.position)  # noqa: PT017
        return
    again = reread(query.normal)
    assert again.tree == query.tree
    assert again.normal == query.normal == write(query.tree)
    for part in parts_of(query.tree):
        if isinstance(part, Phrase):
            assert part.words
            assert BREAK not in part.words
