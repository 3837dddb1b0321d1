"""Cleaning, sentences, normalised tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.query import parse
from news.text import BREAK, opening, plain, sentences, shorten, squeeze, tokens, words


@pytest.mark.parametrize(
    "text",
    [
        "NORTH KOREA’S envoy",
        "Ｎｏｒｔｈ　Ｋｏｒｅａ says",
        "a north-korea trade",
        "Nórth Koréa",
        "the “North Korea” file",
        "in North\nKorea".replace("\n", " "),
        "Japan–North Korea talks",
    ],
)
def test_a_phrase_is_found_whatever_its_case_accents_width_and_possessives(text: str) -> None:
    assert parse("north korea").matches(words([text]))


@pytest.mark.parametrize(
    "text",
    [
        "Storm turns north; Korea's ferries resume",
        "South Korea firm picks North Carolina",
        "It lies to the north. Korea is near",
        "North, Korea and more",
        "the north – Korea",
        "north koreatown",
        "up north (Korea)",
        "korea north",
    ],
)
def test_a_phrase_is_not_found_across_punctuation_or_inside_other_words(text: str) -> None:
    assert not parse("north korea").matches(words([text]))


def test_a_phrase_does_not_reach_from_the_title_into_the_text() -> None:
    assert not parse("north korea").matches(words(["Far north", "Korea wins"]))


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("北朝鮮", "政府、北朝鮮に打診", True),
        ("北朝鮮", "東北・朝鮮半島", False),
        ("북한", "정부, 북한에 제의", True),
        ("북한", "강북 한식당", False),
        ("日本", "在日本部", True),
        ("ไทย", "ประเทศไทยวันนี้", True),
        ("がく", "かく", False),
    ],
)
def test_scripts_without_spaces_are_found_inside_sentences(
    query: str, text: str, found: bool
) -> None:
    assert parse(query).matches(words([text])) is found


def test_abbreviations_and_numbers_are_one_token() -> None:
    assert tokens("The U.S. met N. Korea's 1,200 men. Mr. Abe left") == (
        *("the", "u.s", "met", "n", "korea", "1,200", "men", BREAK, "mr", "abe", "left"),
    )


@given(st.text())
def test_tokens_hold_nothing_that_a_search_pattern_knows(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not set(token) & set("%_ \\")


@given(st.lists(st.text()))
def test_kept_words_have_a_space_before_and_after_each(parts: list[str]) -> None:
    kept = words(parts)
    assert kept == "" or (kept[0] == kept[-1] == " ")
    assert "  " not in kept


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain text", "plain text"),
        ("5 < 6 & 7", "5 < 6 & 7"),
        ("R&amp;D", "R&D"),
        ("R&amp;amp;D", "R&D"),
        ("&lt;p&gt;Twice&lt;/p&gt; escaped", "Twice escaped"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("while i&lt;n and then stops", "while i<n and then stops"),
        ("x <n and R&amp;D", "x <n and R&D"),
        ("Why <flash> died", "Why <flash> died"),
        ("An Option&lt;T&gt; in Rust", "An Option<T> in Rust"),
        ("<p>Use the &lt;b&gt; tag</p>", "Use the <b> tag"),
        ("<p>&lt;b&gt;bold&lt;/b&gt; twice</p>", "bold twice"),
        ("<!ENTITY x 'y'>", "<!ENTITY x 'y'>"),
        ("&lt;div&gt;<b>twice</b>&lt;/div&gt;", "twice"),
        ("Why &lt;script&gt; blocks", "Why <script> blocks"),
        ("The <svg> element, explained", "The <svg> element, explained"),
        ("<p>A <script> never ended</p>", "A <script> never ended"),
        ("<iframe src='x' />More text", "More text"),
        ("Hello <o:p></o:p> world", "Hello world"),
        ("<g-emoji class='x'>x</g-emoji> y", "x y"),
        ("half a \ud83d pair", "half a pair"),
        ("a<br>b<b>c</b>", "a bc"),
        ("<script>alert(1)</script>x<style>y</style>", "x"),
        ('<img src="http://t.example/pixel.gif">x', "x"),
        ("<p>open <i>never closed", "open never closed"),
        ("zero\u200bwidth \u202eturned\u202c", "zerowidth turned"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("use the <b> tag", "use the <b> tag"),
        ("use the &lt;b&gt; tag", "use the <b> tag"),
        ("<b>Breaking</b> news", "Breaking news"),
        ("Why <script> blocks rendering", "Why <script> blocks rendering"),
        ("Why &lt;script&gt; blocks rendering", "Why <script> blocks rendering"),
        ("Why <template> is great", "Why <template> is great"),
        ("Donau<wbr>dampf", "Donaudampf"),
        ("<!-- wp:x -->Title", "Title"),
        ("<font color=red>Alert", "Alert"),
    ],
)
def test_a_lone_tag_in_a_title_is_a_word(title: str, text: str) -> None:
    assert plain(title, doubtful=True) == text


@pytest.mark.parametrize(
    ("markup", "cut"),
    [
        ("plain words only", "plain words"),
        ("some <b>bold</b> x", "some "),
        ("<p>Lead.<style>a{}", "<p>Lead."),
        ("<i>a</i> b and more", "<i>a</i> b "),
    ],
)
def test_an_opening_is_cut_neither_in_a_tag_nor_in_what_is_not_seen(markup: str, cut: str) -> None:
    length = {"plain words only": 11, "some <b>bold</b> x": 6, "<p>Lead.<style>a{}": 17}
    assert opening(markup, length.get(markup, 11)) == cut


@given(st.text())
def test_any_markup_becomes_one_line(markup: str) -> None:
    text = plain(markup)
    assert text == squeeze(text)
    assert "\n" not in text


SENTENCES = [
    ["In N. Korea it rained.", "Mr. Abe left."],
    ["The U.S. said so.", "Talks go on."],
    ["彼は「行く。早く。」と述べた。", "次に進む！"],
    ["Prices rose by 3.5 percent.", "Nobody knows why…", "Or do they?"],
    ["Er kam am 3. oktober nach Bonn."],
    ['He said "no."', "Then he left!"],
    ["Dr. J. Smith of Acme Inc. agreed."],
    ["한국은 이겼다.", "일본은 졌다."],
]


@pytest.mark.parametrize("expected", SENTENCES, ids=lambda found: found[0][:20])
def test_sentences_end_where_a_reader_would_say(expected: list[str]) -> None:
    joint = "" if expected[0].endswith("。") else " "
    assert list(sentences(joint.join(expected))) == expected


@given(st.text())
def test_sentences_lose_nothing_but_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(st.text(), st.integers(1, 50))
def test_shortened_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")
