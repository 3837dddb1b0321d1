"""Normalised tokens, their stems and their places."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.text import (
    BREAK,
    CAPITAL,
    CAPITALS,
    GAP,
    LOWER,
    normalise,
    read,
    shorten,
    spans,
    stem,
    tokens,
    words,
)

# Letters, marks and punctuation of many scripts, which plain st.text() rarely puts side by side.
PROSE = st.text(
    st.sampled_from(
        "abcXYZéßİıŁø'’-–—.,:;!?()«»|·  \n\t 0129０ＡｶﾞÅе́йЁةאّ北朝鮮の한국ไทย가\u0301\u3099\u00ad🚀"
    )
    | st.characters()
)


def test_abbreviations_numbers_and_titles_are_one_token() -> None:
    assert tokens("The U.S. met N. Korea's 1,200 men. Mr. Abe left by 5G") == (
        *(
            "the",
            "u.s",
            "met",
            "n",
            "korea",
            "1,200",
            "men",
            BREAK,
            "mr",
            "abe",
            "left",
            "by",
            "5g",
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ Ｃorée", "abc coree"),
        ("l’Iran et dell'Italia", "iran et italia"),
        ("O'Neil's D’Souza", "o'neil d'souza"),
        ("Æther Straße Łódź İzmir", "aether strasse lodz izmir"),
        ("nord-coréen", "nord coreen"),
        ("Киев – й ё", "киев | й е"),
        ("soft\u00adhyphen", "softhyphen"),
        ("がｶﾞ", "が ガ"),
        ("हिन्दी समाचार", "हिन्दी समाचार"),
        ("كُورِيَا", "كوريا"),
        ("북한 미사일", f"북 한 {GAP} 미 사 일"),
        ("キム・ジョンウン", f"キ ム {GAP} ジ ョ ン ウ ン"),
        ('트럼프 "북한과', f"트 럼 프 {GAP} 북 한 과"),
        ("러시아-우크라", f"러 시 아 {GAP} 우 크 라"),
        ("러시아 - 우크라", "러 시 아 | 우 크 라"),
        ("ـ", ""),
    ],
)
def test_what_makes_no_difference_to_a_reader_makes_none(text: str, expected: str) -> None:
    assert tokens(text) == tuple(expected.split())


def test_words_are_read_with_the_endings_of_their_language() -> None:
    assert read("Missile tests", "", "en").stems[:2] == read("missiles test", "", "en").stems[:2]
    assert stem("северной", "ru") == stem("северная", "ru")
    assert stem("tests", "xx") == "tests"


def test_a_text_knows_its_title_its_opening_and_how_its_words_are_written() -> None:
    text = read("NATO's Plan", "one iPhone " + "word " * 100, "en")
    assert text.words[: text.title_end] == ("nato", "plan")
    assert text.words[text.title_end] == BREAK
    assert text.cases[:2] == (CAPITALS, CAPITAL)
    assert text.cases[3:5] == (LOWER, CAPITAL)
    assert text.title_end < text.opening_end < len(text.words)
    assert len(text.words) == len(text.stems) == len(text.cases)


def test_the_opening_of_a_text_without_spaces_counts_characters() -> None:
    text = read("見出し", "日本語" * 100, "ja")
    assert text.opening_end - text.title_end > 100


@given(PROSE)
def test_tokens_hold_no_space_and_are_normalised(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not any(map(str.isspace, token))
        assert token in (BREAK, GAP) or token == normalise(token)


@given(PROSE)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(PROSE, st.sampled_from(["", "en", "ru", "ja"]))
def test_a_text_has_the_tokens_of_its_parts(text: str, language: str) -> None:
    whole = [word for word in read("", text, language).words if word not in (BREAK, GAP)]
    assert whole == [word for word in tokens(text) if word not in (BREAK, GAP)]


@given(PROSE)
def test_every_token_has_its_place_in_the_original(text: str) -> None:
    found = spans(text)
    if unicodedata.is_normalized("NFKC", text):
        assert [word for word, _, _ in found] == [
            word for word in tokens(text) if word not in (BREAK, GAP)
        ]
    end = 0
    for _, start, stop in found:
        assert end <= start <= stop <= len(text)
        end = start


@given(st.lists(PROSE))
def test_kept_words_have_a_space_before_and_after_each(parts: list[str]) -> None:
    kept = words(parts)
    assert kept == "" or (kept[0] == kept[-1] == " ")
    assert "  " not in kept


@given(st.text(), st.integers(1, 50))
def test_shortened_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")
