"""Names that the news tie to a topic."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from news.related import MOST, names_in, related

QUIET = [frozenset({f"Someone {number}"}) for number in range(200)]
"""Articles of the same days that are about something else each."""


def articles(*names: str, times: int) -> list[frozenset[str]]:
    """Articles with these names; each has one of its own too, so that none is a copy of another."""
    return [frozenset({*names, f"{names[0]} Witness {number}"}) for number in range(times)]


# ── Names in an article ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("the plant at Yongbyon was shut down", {"Yongbyon"}),
        ("they met Kim Jong Un and Moon Jae-in", {"Kim Jong Un", "Moon Jae-in"}),
        ("a visit by Ursula von der Leyen", {"Ursula von der Leyen"}),
        (
            "they heard of Bashar al-Assad and of the Bank of Japan",
            {"Bashar al-Assad", "Bank of Japan"},
        ),
        ("the book of O'Neill, then Kim's answer", {"O'Neill", "Kim"}),
        ("a speech by George W. Bush.", {"George W. Bush"}),
        ("inspectors of the IAEA said so, the EU did not", {"IAEA"}),
        ("a Moscow-backed group of the U.S.-led mission", set()),
        ("the firm was bought by General Motors", {"General Motors"}),
        ("neither the Finance Ministry nor the Treasury and Pak Co Ltd knew of it", {"Pak Co Ltd"}),
    ],
)
def test_names_are_runs_of_words_with_capitals(body: str, names: set[str]) -> None:
    assert names_in("", f"It was told that {body}", "en") == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("talks with Mr. Kim and Mrs Park", {"Kim", "Park"}),
        ("talks with President Vladimir Putin", {"Vladimir Putin"}),
        ("talks with Secretary of State Mike Pompeo", {"Mike Pompeo"}),
        ("talks with Attorney General Jeff Sessions", {"Jeff Sessions"}),
        ("talks with Secretary General Antonio Guterres", {"Antonio Guterres"}),
        ("talks with Federal Reserve Chair Jerome Powell", {"Federal Reserve", "Jerome Powell"}),
        ("talks with the Prime Minister", set()),
    ],
)
def test_titles_are_no_part_of_a_name(body: str, names: set[str]) -> None:
    assert names_in("", f"There were {body} again", "en") == names


def test_a_capital_at_the_beginning_of_a_sentence_makes_no_name() -> None:
    assert (
        names_in("", "Rockets were launched. Inspectors left.\nCritics wrote: Nothing works.", "en")
        == set()
    )


def test_a_name_at_the_beginning_of_a_sentence_is_told_by_its_capital_elsewhere() -> None:
    body = "Kim Jong Un left early. “Kim was tired,” said a man who knows Kim well."
    assert names_in("", body, "en") == {"Kim Jong Un", "Kim"}
    assert names_in(
        "", "Rockets were launched. But Kim Jong Un was there, but not for long.", "en"
    ) == {"Kim Jong Un"}


def test_an_acronym_is_a_name_wherever_it_stands() -> None:
    assert names_in(
        "", "NASA was there. The man from the ministry was NOT, and was not asked.", "en"
    ) == {"NASA"}


def test_a_word_that_the_article_also_writes_small_is_no_name() -> None:
    assert names_in("", "They saw the Comet above them, a comet with a tail", "en") == set()


@pytest.mark.parametrize(
    "headline", ["Kim Jong Un Visits Moscow With Sister", "KIM JONG UN VISITS MOSCOW"]
)
def test_capitals_of_a_headline_in_title_case_or_capitals_tell_nothing(headline: str) -> None:
    assert names_in(headline, "", "en") == set()
    assert names_in(headline, "he was seen in Vladivostok", "en") == {"Vladivostok"}


def test_a_headline_in_sentence_case_has_names() -> None:
    assert names_in("Leader visits Yongbyon with Kim Yo Jong", "", "en") == {
        "Yongbyon",
        "Kim Yo Jong",
    }


def test_a_text_in_capitals_has_no_names() -> None:
    assert names_in("", "THE LEADER WENT TO YONGBYON AND SAW THE OLD REACTOR.", "en") == set()


@pytest.mark.parametrize(
    "dateline", ["SEOUL, March 3 -", "SEOUL (Reuters) -", "SEOUL, South Korea (AP) —"]
)
def test_a_dateline_names_nothing(dateline: str) -> None:
    assert names_in("", f"{dateline} it was said in Yongbyon", "en") == {"Yongbyon"}


@pytest.mark.parametrize(
    "word",
    [
        "Monday",
        "March",
        "Reuters",
        "Kyodo News",
        "New York Times",
        "Yonhap",
        "The Associated Press",
        "TASS",
    ],
)
def test_days_months_agencies_and_outlets_are_no_names(word: str) -> None:
    assert names_in("", f"as was written by {word} about Yongbyon", "en") == {"Yongbyon"}


def test_a_day_behind_a_name_is_no_part_of_it() -> None:
    assert names_in("", "he saw Kim Jong Un Thursday in the city", "en") == {"Kim Jong Un"}


def test_german_nouns_are_no_names() -> None:
    body = (
        "Nach dem Treffen sprach Bundeskanzlerin Angela Merkel mit Journalisten über die Rakete. "
        "Außenminister Lawrow und der Rat der NATO hatten am Montag Kim Jong Un getroffen."
    )
    assert names_in("", body, "de") == {"Angela Merkel", "Lawrow", "NATO", "Kim Jong Un"}


@pytest.mark.parametrize(
    ("language", "body", "names"),
    [
        (
            "fr",
            "le président a reçu d'Emmanuel Todd un livre sur M. Kim Jong-un",
            {"Emmanuel Todd", "Kim Jong-un"},
        ),
        ("es", "dijo ayer que Ángela Ruiz de la Prada estuvo allí", {"Ángela Ruiz de la Prada"}),
        ("ru", "вчера в городе был Владимир Путин", {"Владимир Путин"}),
        ("el", "χθες μίλησε ο Κυριάκος Μητσοτάκης", {"Κυριάκος Μητσοτάκης"}),
    ],
)
def test_names_are_found_in_every_script_with_case(
    language: str, body: str, names: set[str]
) -> None:
    assert names_in("", body, language) == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("北朝鮮の金正恩総書記が演説した。", {"金正恩"}),
        ("岸田文雄首相と河野太郎氏が会談した。", {"岸田文雄", "河野太郎"}),
        ("文在寅（ムン・ジェイン）大統領は", {"文在寅", "ムン・ジェイン"}),
        (
            "キム・ジョンウン氏とトランプ米大統領はミサイルについて",
            {"キム・ジョンウン", "トランプ"},
        ),
        ("国務長官と同氏、両首相は国連で", set()),
        ("国際原子力機関（IAEA）によると", {"IAEA"}),
        ("日本の寧辺にある原子炉と平壌について", set()),
    ],
)
def test_japanese_names_are_those_that_a_title_or_their_reading_shows(
    body: str, names: set[str]
) -> None:
    assert names_in("", body, "ja") == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("북한 김정은 국무위원장이 문재인 대통령과 만났다", {"김정은", "문재인"}),
        ("시진핑 주석은 트럼프 대통령과 통화했다", {"시진핑", "트럼프"}),
        ("이날 대통령은 외교부 장관을 만났다고", set()),
    ],
)
def test_korean_names_are_those_before_a_title(body: str, names: set[str]) -> None:
    assert names_in("", body, "ko") == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("中国国家主席习近平同金正恩委员长会谈。", {"金正恩"}),
        ("特朗普总统表示，王毅外长将访问日本。", {"特朗普", "王毅"}),
        ("蔡英文總統會見普京總統。", {"蔡英文", "普京"}),
        ("王先生说，总统先生和全国人大常委会委员长，现任总统", set()),
    ],
)
def test_chinese_names_are_those_before_a_title(body: str, names: set[str]) -> None:
    assert names_in("", body, "zh") == names


@given(st.text(), st.text(), st.sampled_from(["", "en", "de", "ja", "ko", "zh"]))
@example("", "Mr.", "en")
@example("The", "of The Mr. General & The of", "de")
@settings(deadline=None)
def test_any_text_has_names_that_it_writes(title: str, body: str, language: str) -> None:
    for name in names_in(title, body, language):
        assert name == name.strip() != ""
        assert sum(map(str.isalpha, name)) > 1


@given(
    st.lists(
        st.sampled_from(
            ["Kim", "of", "The", "Mr.", "General", "al-Assad", "was", "U.S.", "Monday,", "“No"]
        )
    )
)
@settings(deadline=None)
def test_any_order_of_words_and_titles_has_names_of_its_words(words: list[str]) -> None:
    text = " ".join(words)
    assert all(name in text for name in names_in("", f"there was {text}", "en"))


@pytest.mark.parametrize(
    "text",
    [
        "Kim " * 30_000,
        "K" * 100_000,
        "k" * 100_000 + "K",
        "K.-" * 30_000,
        '"' * 100_000 + "Kim",
        "キ" * 100_000,
        "・キ" * 50_000,
        "金" * 100_000,
        "김 " * 50_000,
        "SEOUL, " * 20_000,
    ],
    ids=range(10),
)
def test_hostile_texts_are_read_like_others(text: str) -> None:
    # What grows with the square of the length does not end within the time limit of a test.
    names = names_in("", f"it was said by {text}", "")
    assert all(len(name) <= 60 for name in names)
    assert related([names] * 5, QUIET, []) == ()


# ── Names for a topic ────────────────────────────────────────────────────────────────────────────


def test_a_topic_is_offered_the_names_that_its_articles_have_and_others_have_not() -> None:
    about = articles("Yongbyon", "Donald Trump", times=30) + articles("Kim Jong Un", times=40)
    others = articles("Donald Trump", times=120) + QUIET
    assert related(about, others, ["north korea"]) == ("Kim Jong Un", "Yongbyon")


def test_a_name_that_is_in_the_news_everywhere_is_not_offered_however_often_the_topic_has_it() -> (
    None
):
    about = articles("Donald Trump", times=50)
    assert related(about, articles("Donald Trump", times=60) + QUIET, []) == ()


@pytest.mark.parametrize(
    ("times", "of", "offered"), [(2, 2, False), (3, 3, True), (5, 200, False), (7, 200, True)]
)
def test_a_name_is_offered_once_enough_articles_about_the_topic_have_it(
    times: int, of: int, offered: bool
) -> None:
    about = articles("Yongbyon", times=times) + [frozenset[str]()] * (of - times)
    others = [frozenset[str]()] * 1_000
    assert related(about, others, []) == (("Yongbyon",) if offered else ())


def test_without_other_articles_nothing_is_known_of_a_tie() -> None:
    assert related(articles("Yongbyon", times=20), [], []) == ()
    assert related([], QUIET, []) == ()


def test_copies_of_one_article_count_once() -> None:
    copies = [frozenset({"Ana Lima", "Bo Berg", "Cem Kaya", "Dan Roth"})] * 12
    assert related(copies + articles("Yongbyon", times=8), QUIET, []) == ("Yongbyon",)


def test_at_most_three_names_are_offered_the_most_tied_first() -> None:
    about: list[frozenset[str]] = []
    for times, name in enumerate(("Delta", "Gamma", "Beta", "Alpha"), start=5):
        about += articles(name, times=times)
    assert related(about, QUIET, []) == ("Alpha", "Beta", "Gamma")


def test_variants_of_a_name_count_as_one_shown_as_it_is_written_most() -> None:
    about = (
        articles("Kim Jong-un", times=4)
        + articles("Kim Jong Un", times=6)
        + articles("KIM JONG UN", times=2)
        + articles("Béla Bartók", times=3)
        + articles("Bela Bartok", times=2)
    )
    assert related(about, QUIET, []) == ("Kim Jong Un", "Béla Bartók")


def test_a_short_name_gives_way_to_the_long_one_that_is_nearly_as_frequent() -> None:
    about = articles("Kim", "Kim Jong Un", times=20) + articles("Kim", times=10)
    assert related(about, QUIET, []) == ("Kim Jong Un",)


def test_a_long_name_that_is_rare_gives_way_to_the_short_one() -> None:
    about = articles("Qualcomm", times=30) + articles("Qualcomm Technologies", times=6)
    assert related(about, QUIET, []) == ("Qualcomm",)


def test_two_people_of_one_family_are_two_names() -> None:
    about = articles("Kim", "Kim Jong Un", times=20) + articles("Kim", "Kim Yo Jong", times=12)
    assert related(about, QUIET, []) == ("Kim Jong Un", "Kim Yo Jong")


@pytest.mark.parametrize("known", ["kim jong un", "Kim Jong-Un", "kim", "the kim jong un family"])
def test_what_the_topic_has_already_is_not_offered(known: str) -> None:
    about = articles("Kim Jong Un", "Yongbyon", times=20)
    assert related(about, QUIET, [known]) == ("Yongbyon",)


@pytest.mark.parametrize(
    "name",
    [
        "Japan",
        "Chinese",
        "South Koreans",
        "U.S.",
        "Seoul",
        "日本",
        "ロシア・ウクライナ",
        "Corée du Sud",
    ],
)
def test_countries_their_people_and_capitals_are_not_offered(name: str) -> None:
    about = articles(name, times=20) + articles("Yongbyon", times=10)
    assert related(about, QUIET, ["north korea"]) == ("Yongbyon",)


@pytest.mark.parametrize(
    "name", ["Organization of Petroleum Exporting Countries", "ウラジーミル・ウラジーミロヴィチ"]
)
def test_a_name_too_long_for_a_button_is_not_offered(name: str) -> None:
    about = articles(name, times=20) + articles("Yongbyon", times=10)
    assert related(about, QUIET, []) == ("Yongbyon",)


def test_names_in_scripts_without_spaces_are_compared_by_their_characters() -> None:
    about = articles("正恩", "金正恩", times=20) + articles("キム・ヨジョン", times=10)
    assert related(about, QUIET, ["北朝鮮"]) == ("金正恩", "キム・ヨジョン")


NAMES = st.frozensets(
    st.sampled_from(
        ["Kim", "Kim Jong Un", "KIM", "金正恩", "Yongbyon", "Japan", "O'Neill", "·", ""]
    )
)


@given(st.lists(NAMES, max_size=30), st.lists(NAMES, max_size=30), st.lists(st.text(), max_size=3))
@settings(deadline=None)
def test_what_is_offered_is_few_and_from_the_articles_and_the_same_in_any_order(
    about: Sequence[frozenset[str]], others: Sequence[frozenset[str]], known: list[str]
) -> None:
    offered = related(about, others, known)
    assert len(offered) == len(set(offered)) <= MOST
    assert set(offered) <= frozenset().union(*about)
    assert related(about[::-1], others[::-1], known) == offered
