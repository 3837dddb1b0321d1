"""How a place in a query is pointed at."""

import pytest

from handlers.errors import _pointed
from handlers.views.message import plain_text


@pytest.mark.parametrize(
    ("typed", "position", "shown"),
    [
        ("rice AND", 5, "rice AND\n     ^"),
        (
            "rice, wheat OR OR millet and much more",
            12,
            "rice, wheat OR OR millet a…\n            ^",
        ),
        ("north korea and the price of rice )", 34, "…price of rice )\n               ^"),
        ("北朝鮮 lang:xx", 9, "北朝鮮 lang:xx\n\u3000\u3000\u3000      ^"),
        ("cafe\u0301s (tea", 7, "cafe\u0301s (tea\n      ^"),
        ("a <b>", 2, "a <b>\n  ^"),
    ],
)
def test_a_sign_stands_under_the_place_in_a_line_that_fits_a_phone(
    typed: str, position: int, shown: str
) -> None:
    assert plain_text(_pointed(typed, position)) == shown
