"""What people type when they look for something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.errors import BadQuery
from news.query import parse
from news.text import words


@pytest.mark.parametrize(
    "typed", ["North Korea", " north   KOREA ", '"North Korea"', "ＮＯＲＴＨ korea’s"]
)
def test_equal_queries_have_one_normal_form(typed: str) -> None:
    assert parse(typed).phrase == "north korea"


@pytest.mark.parametrize(
    ("typed", "reason", "position"),
    [
        ("", "empty", 0),
        ('""', "empty", 0),
        ("x" * 257, "long", 256),
        ("a <b>", "markup", 2),
        ("🚀", "symbols", 0),
        ("rice OR wheat", "operator", 5),
        ("rice, wheat", "operator", 4),
        ("-rice", "operator", 0),
        ("title:rice", "operator", 0),
        ("(rice)", "operator", 0),
        ("one. Two", "operator", 3),
    ],
)
def test_what_is_not_understood_is_explained_with_its_place(
    typed: str, reason: str, position: int
) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(typed)
    assert (caught.value.reason, caught.value.position) == (reason, position)


@given(st.text(max_size=300))
def test_any_text_is_refused_or_finds_itself(typed: str) -> None:
    try:
        query = parse(typed)
    except BadQuery as error:
        assert 0 <= error.position <= len(typed)  # noqa: PT017 - either outcome is right
        return
    assert query.matches(words([query.text]))
    assert query.matches(words(["Before it", f"and then {query.text} and after"]))
