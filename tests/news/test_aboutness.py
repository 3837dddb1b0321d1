"""How likely an article is about a place that it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news import aboutness
from news.aboutness import ABOUT, attention, features, sent_from
from news.places import mentions
from news.text import read


def attention_of(title: str, body: str = "", language: str = "en") -> dict[str, float]:
    """Place → attention."""
    text = read(title, body, language)
    return attention(text, mentions(text))


# ── A headline and a few words, as feeds have them ───────────────────────────────────────────────

ABOUT_IT = [
    ("en", "North Korea says it has tested a new engine", "", "KP"),
    ("en", "North Korean hackers steal millions in cryptocurrency", "", "KP"),
    ("en", "DPRK opens beach resort", "", "KP"),
    ("en", "N. Korea, Russia sign pact", "", "KP"),
    ("en", "N. Korea, Russia sign pact", "", "RU"),
    ("en", "Pyongyang rejects offer of talks", "", "KP"),
    ("en", "Seoul condemns missile launch", "The government called for restraint.", "KR"),
    ("en", "The Kremlin denies report of troop build-up", "", "RU"),
    ("en", "Brazil's president vetoes bill", "Congress may still override him.", "BR"),
    ("en", "UK economy shrinks", "Output fell for the second month.", "GB"),
    ("en", "U.S. Senate passes budget", "", "US"),
    ("en", "UAE and Oman plan railway", "", "AE"),
    ("en", "UAE and Oman plan railway", "", "OM"),
    ("en", "French farmers block motorways", "They demand help from the government.", "FR"),
    ("en", "Greek ferry runs aground", "All passengers were brought to safety.", "GR"),
    ("en", "Volcano erupts in Iceland", "", "IS"),
    ("en", "Thousands rally in Serbia against mine", "Police made no arrests.", "RS"),
    ("en", "Dam bursts", "At least nine people died in Kenya, the Red Cross said.", "KE"),
    (
        "en",
        "Ferry capsizes with 80 aboard",
        "The ship left a port in the Philippines at dawn.",
        "PH",
    ),
    ("en", "Rebels seize airport", "The army of Mali lost contact with the garrison.", "ML"),
    ("en", "Former president sentenced", "A court in Peru found him guilty of bribery.", "PE"),
    ("en", "India and Pakistan exchange fire across border", "", "IN"),
    ("en", "India and Pakistan exchange fire across border", "", "PK"),
    ("en", "Ohio train derailment: inquiry opens", "", "US"),
    ("en", "Ontario bans plastic bags", "", "CA"),
    ("en", "Scotland votes on land reform", "", "GB-SCT"),
    ("en", "Scotland votes on land reform", "", "GB"),
    ("de", "Nordkorea öffnet Grenze für Touristen", "", "KP"),
    ("de", "Frankreichs Regierung stürzt", "Die Opposition fordert Neuwahlen.", "FR"),
    ("de", "Die Ukraine meldet Angriffe auf Häfen", "", "UA"),
    ("fr", "La Corée du Nord ferme sa frontière", "", "KP"),
    ("fr", "L'Allemagne réduit ses dépenses", "", "DE"),
    ("es", "Corea del Norte amenaza con una respuesta", "", "KP"),
    ("es", "Terremoto en Chile", "No hay víctimas.", "CL"),
    ("it", "La Francia vota la riforma", "", "FR"),
    ("pt", "Portugal aprova orçamento", "", "PT"),
    ("ru", "Северная Корея закрыла границу", "", "KP"),
    ("ru", "В Японии произошло землетрясение", "", "JP"),
    ("ja", "北朝鮮、国境を再開", "", "KP"),
    ("ja", "インドで洪水、死者多数", "", "IN"),
    ("ja", "仏大統領が中国を訪問", "", "CN"),
    ("zh", "朝鲜重新开放边境", "", "KP"),
    ("zh", "印度洪水造成多人死亡", "", "IN"),
    ("ko", "북한, 국경 다시 열어", "", "KP"),
    ("ko", "인도에서 홍수로 다수 사망", "", "IN"),
]

ONLY_NAMED = [
    ("en", "Sunny spells in Seoul on Tuesday", "", "KR"),
    ("en", "Snow in Berlin: trams delayed", "", "DE"),
    ("en", "Marathon in Paris won by outsider", "", "FR"),
    ("en", "FC Copenhagen sign striker", "", "DK"),
    ("en", "Where to eat in Rome", "Our guide to the best trattorias.", "IT"),
    ("en", "A weekend in Vienna", "Coffee houses, museums and a walk along the river.", "AT"),
    ("en", "Swiss franc little changed", "Dealers await the minutes of the last meeting.", "CH"),
    (
        "en",
        "Prizes of the year",
        "An Italian film, a Thai novel, a Greek play and an Indian dance.",
        "TH",
    ),
    ("en", "Cinema guide", "With a Danish thriller, an Irish comedy and a Polish drama.", "IE"),
    ("en", "Gold steadies", "Buyers in India, China, Turkey, Egypt and Vietnam held back.", "TR"),
    ("en", "Gold steadies", "Buyers in India, China, Turkey, Egypt and Vietnam held back.", "EG"),
    (
        "en",
        "Streaming service raises prices",
        "Rates go up in Britain, Spain, Norway, Chile and Peru.",
        "NO",
    ),
    (
        "en",
        "France, Germany, Poland, Italy and Spain back plan",
        "Malta, Cyprus and Latvia abstained.",
        "CY",
    ),
    ("en", "Japan wins gold in judo", "Medals also went to Cuba, Georgia and Brazil.", "CU"),
    ("en", "Brazil beats record", "The old one was set in Qatar, Kenya and Morocco.", "QA"),
    ("de", "Sonne in Paris", "", "FR"),
    ("de", "Der Ölpreis steigt", "Händler verweisen auf Libyen, Nigeria, den Irak und Iran.", "NG"),
    ("fr", "Pluie à Londres", "", "GB"),
    ("fr", "Le pétrole monte", "La Libye, le Nigeria, l'Irak et l'Iran produisent moins.", "NG"),
    ("es", "Nieve en Berlín", "", "DE"),
    ("ru", "В Токио зацвела сакура", "", "JP"),
    ("ja", "パリで花火大会", "", "FR"),
    ("ja", "原油価格が上昇", "リビア、ナイジェリア、イラク、イランの減産が響いた。", "NG"),
    ("zh", "首尔下雪", "", "KR"),
    ("ko", "도쿄에 벚꽃 만개", "", "JP"),
]


@pytest.mark.parametrize(("language", "title", "body", "place"), ABOUT_IT)
def test_a_country_that_a_headline_or_its_only_sentences_deal_with_is_what_they_are_about(
    language: str, title: str, body: str, place: str
) -> None:
    assert attention_of(title, body, language)[place] >= ABOUT


@pytest.mark.parametrize(("language", "title", "body", "place"), ONLY_NAMED)
def test_weather_and_sport_of_a_town_money_and_lists_are_not_about_a_country(
    language: str, title: str, body: str, place: str
) -> None:
    assert attention_of(title, body, language)[place] < ABOUT


# ── Long articles ────────────────────────────────────────────────────────────────────────────────

PARAGRAPH = (
    "The committee heard from engineers, farmers and a retired judge, and asked each of them what should be "
    "done about the bridge. None of them wished to see it closed, and most thought that it could be mended. "
)


def test_a_passing_mention_in_the_ninth_paragraph_is_not_news_about_a_country() -> None:
    body = PARAGRAPH * 8 + "A similar bridge was built in North Korea. " + PARAGRAPH * 3
    assert attention_of("Bridge to be mended", body)["KP"] < ABOUT


def test_a_country_in_the_headline_stays_the_subject_however_long_the_article() -> None:
    body = PARAGRAPH * 8 + "Bridges in North Korea are older. " + PARAGRAPH * 3
    assert attention_of("North Korea's bridges crumble", body)["KP"] >= ABOUT


def test_a_country_named_again_and_again_is_the_subject_without_being_in_the_headline() -> None:
    body = ("North Korea has built many bridges. " + PARAGRAPH) * 4
    assert attention_of("Bridges: a survey", body)["KP"] >= ABOUT


def test_a_passing_mention_does_not_count_in_a_language_without_spaces_either() -> None:
    filler = (
        "委員会は技術者と農家から意見を聞き、橋をどうすべきかを尋ねた。閉鎖を望む者はいなかった。"
        * 12
    )
    body = filler + "同じような橋は北朝鮮にもある。" + filler
    assert attention_of("橋を修理へ", body, "ja")["KP"] < ABOUT
    assert attention_of("北朝鮮が橋を修理へ", body, "ja")["KP"] >= ABOUT


def test_another_country_in_the_headline_takes_attention_away() -> None:
    body = PARAGRAPH + "Officials from Norway were told as well. " + PARAGRAPH
    alone = attention_of("Bridge to be mended", body)["NO"]
    assert attention_of("Chile mends bridge", body)["NO"] < alone


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Kenya mends bridge", "Bridge mended in the end"),
        ("Kenya mends bridge", "Kenya, Peru, Chile and Malta mend bridges"),
    ],
)
def test_a_headline_to_itself_gets_a_country_more_attention(more: str, less: str) -> None:
    body = "Work in Kenya begins on Monday. " + PARAGRAPH
    assert attention_of(more, body)["KE"] > attention_of(less, body)["KE"]


def test_a_capital_stands_for_the_government_only_beside_affairs_of_state() -> None:
    state = attention_of("Tehran warns of retaliation if attacked")["IR"]
    weather = attention_of("Tehran warms up as winter ends")["IR"]
    assert state >= ABOUT > weather


def test_an_adjective_says_less_than_the_name() -> None:
    assert attention_of("Danish bakery wins prize")["DK"] < attention_of("Denmark wins prize")["DK"]


def test_a_country_and_a_part_of_it_are_weighed_apart() -> None:
    found = attention_of("Wales opens inquiry", "The Welsh government said it would report in May.")
    assert set(found) == {"GB", "GB-WLS"}
    assert min(found.values()) >= ABOUT


# ── Datelines ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "body", "place"),
    [
        ("en", "TOKYO, March 3 - Shares closed higher.", "JP"),
        ("en", "TOKYO, March 3 (Reuters) - Shares closed higher.", "JP"),
        ("en", "Toronto, March 3 - Shares closed higher.", "CA"),
        ("en", "SEOUL, South Korea (AP) — Lawmakers voted on Monday.", "KR"),
        ("en", "LONDON — Lawmakers voted on Monday.", "GB"),
        ("en", "LONDON/PARIS, Nov 24 (Reuters) - Lawmakers voted.", "GB"),
        ("en", "ST. LOUIS, MO., March 4 - Shares closed higher.", "US"),
        ("en", "SOMEVILLE, Conn., March 4 - Shares closed higher.", "US"),
        ("en", "CALGARY, Alberta, March 4 - Shares closed higher.", "CA"),
        ("en", "PARIS, Texas, March 4 - Shares closed higher.", "US"),
        ("en", "BRUSSELS, March 4 - The Commission said it would sue.", "BE"),
        ("en", "EDINBURGH, March 4 - Lawmakers voted.", "GB"),
        ("de", "Paris (dpa) - Die Abgeordneten stimmten zu.", "FR"),
        ("de", "Wien, 24.11.2026 - Die Abgeordneten stimmten zu.", "AT"),
        ("fr", "PARIS, 24 nov (AFP) - Les députés ont voté.", "FR"),
        ("es", "Madrid, 24 nov (EFE).- Los diputados votaron.", "ES"),
        ("ru", "МОСКВА, 24 ноя - РИА Новости. Депутаты проголосовали.", "RU"),
        ("ko", "[서울=뉴시스] 국회는 월요일 표결했다.", "KR"),
        ("ja", "【ソウル共同】国会は月曜日に採決した。", "KR"),
        ("zh", "新华社东京11月24日电 国会星期一表决。", "JP"),
        ("en", "Tokyo, Seoul and Washington agreed on Monday.", None),
        ("en", "Nice weather, 3 March or not, is rare.", None),
        ("en", "UAE, Qatar and Oman agreed.", None),
        ("en", "Paris 2024, a book about the games, is out.", None),
        ("en", "SOMEVILLE, March 4 - Shares closed higher.", None),
        ("en", "JAPAN WINS, AND ALL OF THIS IS IN CAPITALS, AS SOME TEXTS ARE.", None),
        ("ja", "東京、大阪で雨が降った。", None),
        ("en", "", None),
    ],
)
def test_a_dateline_is_told_from_a_sentence_that_begins_with_a_place(
    language: str, body: str, place: str | None
) -> None:
    text = read("Lawmakers vote", body, language)
    assert (sent_from(text, mentions(text))[0] or None) == place


def test_what_is_sent_from_a_country_and_names_no_other_is_about_it() -> None:
    found = attention_of("Retailer's profit doubles", "OSLO, March 3 - Sales rose by a tenth.")
    assert found == {"NO": pytest.approx(found["NO"])}
    assert found["NO"] >= ABOUT


def test_the_town_of_a_dateline_is_no_mention_of_its_country_in_the_text() -> None:
    sent = features_of("Retailer's profit doubles", "OSLO, March 3 - Sales rose by a tenth.")["NO"]
    assert sent["dateline"]
    assert not sent["names"]


def test_a_dateline_abroad_takes_attention_from_a_country_named_once() -> None:
    body = "Work in Kenya begins on Monday."
    abroad = attention_of("Bridge to be mended", f"OSLO, March 3 - {body}")["KE"]
    assert abroad < attention_of("Bridge to be mended", body)["KE"]


# ── Whatever the text ────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    [
        "Japan",
        "French",
        "Seoul",
        "TOKYO",
        "Scotland",
        "U.S.",
        "DPRK",
        "北朝鮮",
        "서울",
        "Кремль,",
        "March",
        "3",
        "-",
        "(AP)",
        "—",
        "|",
        ".",
        "and",
        "of",
        "the",
        "ST.",
        "FT.",
        "won",
        "dollars",
        "president",
        "11月24日電",
        "共同",
        "Mo.",
        "Texas",
        "Nov",
        "24",
        "UAE",
        "Bank",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map(" ".join))
LANGUAGES = st.sampled_from(["", "en", "de", "ru", "ja", "ko", "zh", "th", "ar"])


def features_of(title: str, body: str, language: str = "en") -> dict[str, dict[str, float]]:
    """Place → features."""
    text = read(title, body, language)
    return features(text, mentions(text))


@given(TEXTS, TEXTS, LANGUAGES)
def test_every_place_named_gets_attention_between_none_and_all_and_only_a_dateline_adds_one(
    title: str, body: str, language: str
) -> None:
    text = read(title, body, language)
    found = mentions(text)
    weighed = attention(text, found)
    origin, start = sent_from(text, found)
    named = {one.place for one in found if not text.title_end < one.start < start}
    assert set(weighed) == named | ({origin} - {""})
    assert all(0 <= x <= 1 for x in weighed.values())
    assert text.title_end < start <= len(text.words)


@given(TEXTS, TEXTS, LANGUAGES)
def test_every_weight_meets_the_feature_of_its_name(title: str, body: str, language: str) -> None:
    rows = features_of(title, body, language).values()
    known = list(features_of("Japan", "")["JP"])
    assert all(list(row) == known for row in rows)


def test_weights_and_features_are_in_the_same_order() -> None:
    assert list(features_of("Japan", "")["JP"]) == list(aboutness._WEIGHTS)


def test_an_empty_article_is_about_nothing() -> None:
    assert attention_of("", "") == {}
