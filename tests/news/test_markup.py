"""HTML → what a reader would see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.markup import opening, plain
from news.text import squeeze


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
