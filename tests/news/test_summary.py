"""What is said of a story: whole sentences of its outlets, and nothing of what they wrap around them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.boilerplate import is_boilerplate, is_cut
from news.openings import can_open
from news.rarity import LARGEST, Rarity, learn, terms
from news.summary import MAX_CHARACTERS, summarise, what_is_new
from news.text import read
from storage.records import Article, ArticleId, FeedId, Story, StoryId

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TALKS = "North Korea rules out talks with Japan"
DESCRIPTION = (
    "North Korea said on Monday that it would not meet Japan this year, whatever Tokyo offers."
)
BODY = (
    "North Korea ruled out talks with Japan on Monday. He has said so before. "
    "“Never,” he said. Tokyo had offered a summit in Singapore between Shinzo Abe and Kim Jong Un. "
    "The weather in Singapore was fine. North Korea wants Japan to pay for its colonial rule first. "
    "Japan wants to know what became of citizens whom North Korea abducted in the 1970s."
)


def article(
    number: int = 1, *, title: str = TALKS, summary: str = "", text: str = "", language: str = "en"
) -> Article:
    return Article(
        ArticleId(number),
        FeedId(number),
        StoryId(1),
        f"Outlet {number}",
        f"https://{number}.example/1",
        title,
        summary,
        NOW + timedelta(minutes=number),
        text,
        language,
    )


def told(*articles: Article) -> Story:
    return Story(StoryId(1), articles)


def cases() -> list[tuple[str, str, str]]:
    lines = Path(__file__).with_name("boilerplate.tsv").read_text("utf-8").splitlines()
    return [
        (language, verdict, sentence)
        for line in lines
        if not line.startswith("#")
        for language, verdict, sentence in [line.split("\t")]
    ]


@pytest.mark.parametrize(("language", "verdict", "sentence"), cases())
def test_what_is_wrapped_around_articles_is_told_from_news_that_look_like_it(
    language: str, verdict: str, sentence: str
) -> None:
    if verdict == "cut":
        assert is_cut(sentence)
    else:
        assert (is_boilerplate(sentence) or is_cut(sentence)) == (verdict == "drop")


@pytest.mark.parametrize(("language", "verdict", "sentence"), cases())
def test_boilerplate_is_in_no_summary_wherever_it_stands(
    language: str, verdict: str, sentence: str
) -> None:
    if verdict == "keep":
        return
    for summary, text in (
        (f"{sentence}\n\n{DESCRIPTION}", ""),
        (f"{DESCRIPTION}\n\n{sentence}", BODY),
        (sentence, BODY),
        (sentence, ""),
        ("", f"{sentence}\n\n{BODY}"),
        ("", f"{BODY}\n\n{sentence}\n\n{sentence}"),
    ):
        found = summarise(told(article(summary=summary, text=text, language=language)), 600)
        assert sentence not in found
        assert bool(found) == bool(text or DESCRIPTION in summary)


def test_an_outlets_own_description_is_the_summary() -> None:
    assert summarise(told(article(summary=DESCRIPTION, text=BODY))) == DESCRIPTION


@pytest.mark.parametrize(
    "teaser",
    [
        TALKS,
        f"{TALKS}.",
        "Read more about this story.",
        "A short line.",
        "North Korea said on Monday that it would not meet Japan this year, whatever…",
        "He said on Monday that there would be no talks this year, whatever anybody else offers.",
    ],
)
def test_what_is_no_description_gives_way_to_the_text(teaser: str) -> None:
    found = summarise(told(article(summary=teaser, text=BODY)))
    assert found
    assert teaser not in found
    assert all(sentence in BODY for sentence in found.split(". "))


def test_a_short_summary_is_taken_where_there_is_nothing_else() -> None:
    assert summarise(told(article(summary="A short line."))) == "A short line."


@pytest.mark.parametrize("nothing", ["", TALKS, "…", "Read more", "  \n "])
def test_a_summary_is_empty_where_nothing_is_worth_saying(nothing: str) -> None:
    assert summarise(told(article(summary=nothing))) == ""


@pytest.mark.parametrize(
    "addresses",
    ["https://" * 500, "https://a.example/1 www.b.example, (HTTP://c.example/?q=kim)."],
)
def test_addresses_without_a_word_beside_them_are_no_summary(addresses: str) -> None:
    assert summarise(told(article(summary=addresses, text=addresses))) == ""
    found = summarise(told(article(text=f"{addresses}\n\n{BODY}")))
    assert found.startswith("North Korea ruled out")
    assert "://" not in found


def test_a_sentence_with_an_address_in_it_stays_whole() -> None:
    sentence = "Tokyo published the letter to North Korea at https://a.example/letter on Monday."
    assert summarise(told(article(text=sentence))) == sentence
    joined = "https://a.example/1北朝鮮は月曜日、日本との会談を拒否すると発表した。"
    assert summarise(told(article(text=joined, language="ja"))) == joined


def test_the_text_is_told_by_its_central_sentences_in_their_order() -> None:
    found = summarise(told(article(text=BODY)))
    assert found.startswith("North Korea ruled out talks with Japan on Monday.")
    assert "weather" not in found
    assert "Never" not in found


def test_what_was_said_is_not_said_again() -> None:
    first = "North Korea ruled out any talks with Japan about abductions on Monday."
    again = "On Monday North Korea ruled out any talks about abductions with Japan."
    other = "Tokyo offered to pay North Korea for the colonial rule of Japan before 1945."
    found = summarise(told(article(text=f"{first} {again} {other}")), 170)
    assert found == f"{first} {other}"


@pytest.mark.parametrize(
    ("language", "sentence", "opens"),
    [
        ("en", "Kim Jong Un says he has no interest in talks.", True),
        ("en", "He has no interest in talks.", False),
        ("en", "This suggests that nothing was agreed.", False),
        ("en", "This week Kim met Abe in Singapore.", True),
        ("en", "However, Tokyo wants talks.", False),
        ("en", "“It is special,” he said.", False),
        ("en", "“It is special,” Kim said.", True),
        ("en", "'We are shocked.'", False),
        ("en", "I knew that he was good, but he proved it.”", False),
        ("en", "“The comments are no reflection of what we think.", False),
        ("en", "The fans' anger grew on Monday.", True),
        ("en", "“Swiss Crystal” hit a bridge near Duisburg.", True),
        ("de", "Der Minister sprach am Montag.", True),
        ("de", "Er sprach am Montag.", False),
        ("de", "„Das ist gut“, sagte er.", False),
        ("de", "„Das ist gut“, sagte Merkel.", True),
        ("fr", "Le ministre a parlé lundi.", True),
        ("fr", "Il a parlé lundi.", False),
        ("fr", "« C’est bon », a-t-il dit.", False),
        ("es", "Esta decisión divide al Gobierno.", False),
        ("es", "Esta semana Sánchez habló con Macron.", True),
        ("es", "Este año subieron los precios.", True),
        ("ja", "北朝鮮は会わないと述べた。", True),
        ("ja", "彼は会わないと述べた。", False),
        ("ja", "「会わない」と述べた。", False),
        ("ja", "「会わない」と金正恩氏は述べた。", True),
        ("ko", "통일부는 회담 계획이 없다고 밝혔다.", True),
        ("ko", "그는 관심이 없다고 말했다.", False),
        ("sv", "Den svenska regeringen avgick på måndagen.", True),
    ],
)
def test_a_sentence_that_points_back_or_quotes_nobody_cannot_open(
    language: str, sentence: str, opens: bool
) -> None:
    assert can_open(sentence, language) == opens


def test_no_summary_opens_with_a_pronoun_that_stands_for_nobody() -> None:
    text = f"He ruled out talks with Japan, North Korea’s enemy, on Monday. {BODY}"
    assert not summarise(told(article(text=text))).startswith("He ")


@pytest.mark.parametrize(
    ("language", "title", "text", "wanted"),
    [
        (
            "ja",
            "北朝鮮、日本との会談を拒否",
            (
                "続きを読む\n\n北朝鮮は月曜日、日本との会談を拒否すると発表した。天気は晴れだった。"
                "日本政府は北朝鮮との首脳会談を引き続き求める方針だ。"
            ),
            "北朝鮮は月曜日、日本との会談を拒否すると発表した。",
        ),
        (
            "ko",
            "북한, 일본과의 회담 거부",
            (
                "북한은 월요일 일본과의 회담을 거부한다고 발표했다. 날씨는 맑았다. "
                "일본 정부는 북한과의 정상회담을 계속 추진할 방침이다. 댓글 남기기"
            ),
            "북한은 월요일 일본과의 회담을 거부한다고 발표했다.",
        ),
        (
            "ru",
            "КНДР отказалась от переговоров с Японией",
            (
                "КНДР в понедельник отказалась от переговоров с Японией. Погода была хорошей. "
                "Правительство Японии по-прежнему добивается встречи с лидером КНДР."
            ),
            "КНДР в понедельник отказалась от переговоров с Японией.",
        ),
        (
            "th",
            "เกาหลีเหนือปฏิเสธเจรจากับญี่ปุ่น",
            "เกาหลีเหนือปฏิเสธเจรจากับญี่ปุ่นเมื่อวันจันทร์\n\nอากาศดี\n\nอ่านต่อ",
            "เกาหลีเหนือปฏิเสธเจรจากับญี่ปุ่นเมื่อวันจันทร์",
        ),
    ],
)
def test_other_scripts_are_summarised_alike(
    language: str, title: str, text: str, wanted: str
) -> None:
    found = summarise(told(article(title=title, text=text, language=language)))
    assert found.startswith(wanted)
    assert not any(map(is_boilerplate, found.splitlines()))


def test_a_first_sentence_longer_than_all_the_room_is_cut() -> None:
    found = summarise(told(article(text="North Korea and Japan " * 40)), 100)
    assert len(found) <= 100
    assert found.endswith("…")


def test_a_sentence_that_fits_is_preferred_to_one_that_must_be_cut() -> None:
    long = (
        f"North Korea ruled out talks with Japan, {'with whom it has quarrelled, ' * 9}on Monday."
    )
    short = "Tokyo had offered North Korea talks in Singapore."
    assert summarise(told(article(text=f"{long} {short}")), 120) == short


def test_the_summary_comes_from_the_article_that_says_what_the_others_say() -> None:
    gossip = article(
        1, summary="Kim wore a grey suit that was made by a tailor in Pyongyang, we hear."
    )
    short = article(
        2, summary="North Korea will not meet Japan in Singapore this year, officials say."
    )
    full = article(
        3,
        summary="North Korea will not meet Japan in Singapore this year and wants Tokyo to pay for"
        " its colonial rule, officials say.",
    )
    assert summarise(told(short, full, gossip)) == full.summary
    assert summarise(told(gossip, short, full)) == full.summary


def test_a_number_or_a_denial_of_another_article_follows() -> None:
    base = article(
        1,
        summary="North Korea fired missiles over Japan on Monday and called them a warning to Tokyo"
        " and Washington alike.",
    )
    number = article(2, summary="North Korea fired 7 missiles over Japan.")
    denial = article(2, summary="North Korea denied that missiles were fired over Japan.")
    nothing = article(2, summary="North Korea fired missiles over Japan.")
    assert summarise(told(base, number)) == f"{base.summary} {number.summary}"
    assert summarise(told(base, denial)) == f"{base.summary} {denial.summary}"
    assert summarise(told(base, nothing)) == base.summary
    assert summarise(told(base, number), len(base.summary) + 5) == base.summary


def test_only_what_is_new_is_told_of_a_story_that_is_known() -> None:
    old = article(
        1, summary="North Korea fired missiles over Japan on Monday, officials in Tokyo say."
    )
    again = article(2, summary="Officials in Tokyo say that North Korea fired missiles over Japan.")
    more = "Shinzo Abe called Donald Trump after North Korea fired the missiles over Japan."
    new = article(3, summary=f"{again.summary} {more}")
    assert what_is_new([old], [again]) == ""
    assert what_is_new([old], [again, new]) == more
    assert what_is_new([old, new], [new]) == ""


def test_of_many_articles_that_are_known_the_newest_are_remembered() -> None:
    first = article(1, summary="North Korea fired 7 missiles over Japan, officials in Tokyo say.")
    later = [
        article(number, summary="North Korea fired missiles over Japan, officials in Tokyo say.")
        for number in range(2, 102)
    ]
    new = article(200, summary=first.summary)
    assert what_is_new([first, *later[1:]], [new]) == ""
    assert what_is_new([first, *later], [new]) == first.summary
    assert what_is_new([first, *later], [first]) == ""


@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from([*BODY.split(), "“", "”", ".", "\n\n", "。", "…"]), max_size=80).map(
        " ".join
    ),
    summary=st.text(max_size=200),
    limit=st.integers(1, 400),
    language=st.sampled_from(["", "en", "ja", "pt-BR", "xx"]),
)
def test_whatever_an_outlet_writes_the_summary_is_short_and_whole(
    text: str, summary: str, limit: int, language: str
) -> None:
    given = article(text=text, summary=summary, language=language)
    found = summarise(told(given, article(2, text=text[::-1], language=language)), limit)
    assert len(found) <= limit
    assert len(what_is_new([article(3)], [given], limit)) <= limit
    assert "\n" not in found or "\n" in summary + text


@pytest.mark.parametrize(
    "text",
    [
        "a " * 500_000,
        "word. " * 10_000,
        "x" * 1_000_000,
        '"' * 1_000_000,
        "日本" * 300_000,
        "he. " * 200_000,
        "The post " * 100_000,
        "https://" * 100_000,
    ],
    ids=[
        *("no full stop", "one word each", "one word", "quotes", "no spaces", "pronouns"),
        *("posts", "addresses"),
    ],
)
def test_hostile_texts_stay_cheap(text: str) -> None:
    began = process_time()
    assert len(summarise(told(article(text=text, summary=text)))) <= MAX_CHARACTERS
    # A tenth of that, usually: what grows with the square of the text takes minutes.
    assert process_time() - began < 5


def test_rare_words_weigh_more_than_common_ones_in_their_own_language() -> None:
    some = [
        ("en", ("die", "kim", "talk")),
        *[("de", ("die", "kim"))] * 40,
        *[("en", ("talk",))] * 39,
    ]
    known = learn(Rarity(), some)
    assert known.weight("die", "en") > known.weight("talk", "en") + 2
    assert known.weight("die", "de") < 0.2
    assert known.weight("unheard", "en") >= known.weight("die", "en")


def test_learning_in_parts_is_learning_at_once() -> None:
    some = [("en", ("kim", "talk")), ("ja", ("日本",)), ("en", ("talk",))]
    assert learn(learn(Rarity(), some[:1]), some[1:]) == learn(Rarity(), some)


def test_what_nothing_is_known_of_is_guessed_from_its_length() -> None:
    assert Rarity().weight("the") < Rarity().weight("abduct") < 6
    assert Rarity().weight("1945") > Rarity().weight("with")


def test_characters_are_counted_in_pairs() -> None:
    assert terms(read("", "日本語 Kim 金", "ja").stems) == ("日本", "本語", "kim", "金")


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "en", "ja"]), st.lists(st.text(max_size=70), max_size=5)),
        max_size=20,
    )
)
def test_what_was_learnt_survives_being_written_down(some: list[tuple[str, list[str]]]) -> None:
    known = learn(Rarity(), some)
    assert Rarity.of_text(known.to_text()) == known


def test_only_the_commonest_terms_are_written_down_when_there_are_too_many() -> None:
    rare = [("en", [f"{number}-日本-{part}" for part in range(500)]) for number in range(60)]
    known = learn(Rarity(), [*rare, *[("ja", ("日本", "会談"))] * 3])
    text = known.to_text()
    assert len(text.encode()) <= LARGEST
    kept = Rarity.of_text(text)
    assert kept.articles == known.articles
    assert kept.weight("日本", "ja") == known.weight("日本", "ja")
    assert 1000 < len(kept.counts["en"]) < 30_000


@pytest.mark.parametrize("text", ["", "rarity 0\nen\t1", "rarity 1\nlanguage en\tmany"])
def test_what_another_release_wrote_down_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"version|many"):
        Rarity.of_text(text)
