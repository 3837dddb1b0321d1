"""Queries held against articles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news import query
from news.archive import readings, subject_of_article
from news.matching import ENOUGH, Matcher, Source, Where, evidence, source_of, subject_of
from storage.records import Article, ArticleId, FeedId, StoryId

LONG = "Ministers met for hours in the old town hall and spoke of many things. " * 8


def belongs(
    typed: str,
    clock: Any,
    title: str = "",
    body: str = "",
    language: str = "en",
    source: Source | None = None,
    hours: float = 0,
) -> bool:
    published = clock() - timedelta(hours=hours)
    subject = subject_of(title, body, language, source or Source(), published)
    return Matcher(query.parse(typed).tree).matches(subject, clock())


@pytest.mark.parametrize(
    "text",
    [
        "RICE PRICE’S rise",
        "Ｒｉｃｅ　ｐｒｉｃｅ up",
        "a rice-price trade",
        "Ríce Príce",
        "the “Rice Price” file",
        "Tea–rice price talks",
        "the rice prices of spring",
    ],
)
def test_a_phrase_is_found_whatever_its_case_accents_width_endings_and_possessives(
    clock: Any, text: str
) -> None:
    assert belongs("rice price", clock, text)


@pytest.mark.parametrize(
    "text",
    [
        "Storm hits rice; price of ferries resumes",
        "It is about rice. Price is near",
        "Rice, price and more",
        "the rice – price",
        "the rice - price",
        "rice pricetown",
        "up rice (price)",
        "price rice",
    ],
)
def test_a_phrase_is_not_found_across_punctuation_or_inside_other_words(
    clock: Any, text: str
) -> None:
    assert not belongs("rice price", clock, text)


def test_a_phrase_does_not_reach_from_the_title_into_the_text(clock: Any) -> None:
    assert not belongs("rice price", clock, "All about rice", "Price wins")


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("米価", "政府、米価に言及", True),
        ("国家", "中国・家電", False),
        ("미사일", "정부, 미사일을 발사", True),
        ("식당", "강북 한식 당일", False),
        ("북한 미사일", "북한미사일 발사", True),
        ("米 輸入", "米輸入が増える", True),
        ("ข้าว", "ราคาข้าววันนี้", True),
        ("がく", "かく", False),
        ("米", "コメ（米）の値段", True),
        ("キム・ジョンウン", "キムジョンウン総書記", True),
        ("キム・ジョンウン", "キム・ジョンウン総書記", True),
    ],
)
def test_scripts_without_spaces_are_found_inside_sentences(
    clock: Any, typed: str, text: str, found: bool
) -> None:
    assert belongs(typed, clock, text, language="") is found


@pytest.mark.parametrize(
    ("typed", "title", "body", "found"),
    [
        ("rice", "Rice rises", LONG, True),
        ("rice", "Trade", "Rice rises. " + LONG, True),
        ("rice", "Trade", LONG + "Rice rises.", False),
        ("rice", "Trade", LONG + "Rice rises. So does rice wine.", True),
        ("any:rice", "Trade", LONG + "Rice rises.", True),
        ("title:rice", "Rice rises", "", True),
        ("title:rice", "Trade", "Rice, rice and rice", False),
        ("trade NOT rice", "Trade", LONG + "Rice rises.", False),
        ("trade NOT title:rice", "Trade", LONG + "Rice rises.", True),
        ("trade AND rice", "Trade", "Rice rises", True),
        ("trade AND rice", "Trade", LONG, False),
        ("tea OR rice", "Rice", "", True),
        ("(tea OR rice) trade", "Rice trade", "", True),
    ],
)
def test_words_count_where_an_article_is_about_them(
    clock: Any, typed: str, title: str, body: str, found: bool
) -> None:
    assert belongs(typed, clock, title, body) is found


def test_a_literal_phrase_has_its_own_endings_and_capitals_only_match_capitals(
    clock: Any,
) -> None:
    assert belongs('"missile test"', clock, "A missile test")
    assert not belongs('"missile test"', clock, "Missile tests")
    assert belongs("AI", clock, "The AI race")
    assert not belongs("AI", clock, "The ai of the sloth")


def test_endings_are_those_of_the_language_of_the_article(clock: Any) -> None:
    assert belongs("Wahlen", clock, "Die Wahl ist vorbei", language="de")
    assert not belongs("wahlen", clock, "Die Wahl ist vorbei", language="ja")
    assert belongs("выборы", clock, "Итоги выборов", language="ru")


def test_a_source_is_asked_for_by_host_or_by_part_of_its_name(clock: Any) -> None:
    source = source_of(["feeds.bbci.co.uk", "www.bbc.co.uk"], "BBC News – World")
    for typed in ("from:bbc.co.uk", 'from:"BBC News"', "from:world", "from:bbc news"):
        assert belongs(typed, clock, "BBC news", source=source), typed
    for typed in ("from:nhk.or.jp", "from:c.co.uk", 'from:"World News"'):
        assert not belongs(typed, clock, "Rice", source=source), typed


def test_languages_and_times_narrow_a_query(clock: Any) -> None:
    assert belongs("rice lang:ja", clock, "rice", language="ja")
    assert not belongs("rice lang:ja", clock, "rice", language="en")
    assert belongs("rice since:24h", clock, "rice", hours=23)
    assert not belongs("rice since:24h", clock, "rice", hours=25)
    assert belongs("rice before:2026-11-20", clock, "rice", hours=12.1)
    assert not belongs("rice before:2026-11-20", clock, "rice", hours=11.9)


def test_a_match_says_where_and_by_which_words(clock: Any) -> None:
    title, body = "Ｒｉｃｅ-prices up", "In Kyoto the tea traders wait. " + LONG + "More tea."
    subject = subject_of(title, body, "en", source_of(["a.example"], "The Wire"), clock())
    found = evidence(query.parse("(rice price OR tea) AND from:wire").tree, subject, title, body)
    assert [(one.name, one.where) for one in found] == [
        ("Ｒｉｃｅ-prices", Where.HEADLINE),
        ("tea", Where.OPENING),
        ("wire", Where.SOURCE),
    ]


@pytest.mark.parametrize(
    ("typed", "title", "shown"),
    [
        ("京都 五輪", "京都五輪開催が決まる", "京都五輪"),
        ("京都 五輪", "京都 五輪 開催が決まる", "京都 五輪"),
        ("京都五輪", "「京都五輪」開催", "京都五輪"),
        ("삼성 전자", "삼성전자주가 상승", "삼성전자"),
        ("U.S.京都", "U.S.京都会談", "U.S.京都"),
        ("rice prices", "Why rice  prices rise", "rice prices"),
    ],
)
def test_a_match_shows_what_was_found_as_it_is_written(
    clock: Any, typed: str, title: str, shown: str
) -> None:
    for headline, body in ((title, ""), ("—", title)):
        subject = subject_of(headline, body, "", Source(), clock())
        [found] = evidence(query.parse(typed).tree, subject, headline, body)
        assert found.name == shown


def test_a_score_is_the_higher_the_more_prominent_the_words(clock: Any) -> None:
    def score(title: str, body: str) -> float:
        subject = subject_of(title, body, "en", Source(), clock())
        return Matcher(query.parse("rice").tree).score(subject, clock())

    scores = [
        score("Rice", ""),
        score("Trade", "Rice"),
        score("Trade", LONG + "Rice and rice"),
        score("Trade", LONG + "Rice"),
        score("Trade", LONG),
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] >= ENOUGH > scores[3] > scores[4] == 0


_TERMS = st.sampled_from(
    ["rice", "“rice price”", "RICE", "=prices", "title:tea", "any:tea", "lang:en"]
)
_QUERIES = st.recursive(
    _TERMS,
    lambda inner: st.tuples(inner, st.sampled_from(["", " OR ", " -"]), inner).map(
        lambda three: f"({three[0]}{three[1] or ' '}{three[2]})"
    ),
    max_leaves=4,
)
_WORDS = st.lists(
    st.sampled_from(["rice", "price", "prices", "RICE", "tea", "wheat", ".", "米"]), max_size=70
).map(" ".join)


@given(_QUERIES, _WORDS, _WORDS, _WORDS)
def test_whoever_reads_the_headline_first_finds_what_belongs_like_whoever_reads_all(
    typed: str, title: str, summary: str, body: str
) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    one = Article(
        *(ArticleId(1), FeedId(1), StoryId(1), "Outlet", "https://a.example/", title, summary, now),
        *(body, "en"),
    )
    tree = query.parse(typed).tree
    matcher = Matcher(tree)
    read = [subject for subject, _ in readings(one, Source(), matcher)]
    found = [matcher.matches(subject, now) for subject in read]
    whole = subject_of_article(one, Source())
    assert any(found) == matcher.matches(whole, now) == found[-1]
