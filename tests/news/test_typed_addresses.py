"""Web addresses in what people type and apps share."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.errors import BadAddress
from news.typed_addresses import addresses_in, as_address, fetchable


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://a.example/feed", ["https://a.example/feed"]),
        ("bbc.com", ["bbc.com"]),
        ("feed:https://a.example", ["feed:https://a.example"]),
        (
            "https://a.example/feed https://b.example/feed",
            ["https://a.example/feed", "https://b.example/feed"],
        ),
        ("https://a.example,https://b.example", ["https://a.example", "https://b.example"]),
        ("bbc.com, nhk.or.jp", ["bbc.com", "nhk.or.jp"]),
        ("Rice is dear\nhttps://a.example/x", ["https://a.example/x"]),
        ("Rice is dear https://a.example/x", ["https://a.example/x"]),
        ("(see https://a.example/x).", ["https://a.example/x"]),
        ("「https://a.example/x」", ["https://a.example/x"]),
        ("記事はhttps://a.example/x", ["https://a.example/x"]),
        ("see https://a.example/Rice_(food) now", ["https://a.example/Rice_(food)"]),
        ("www.a.example is good", ["www.a.example"]),
        ("ftp://x.example y", ["ftp://x.example"]),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("north korea", []),
        ("rice at a.example", []),
        ("mail me@www.a.example", []),
        ("@durov", ["@durov"]),
        ("what @durov says", []),
        ("a@b.example", ["a@b.example"]),
        ("title:rice", []),
        ("a ://b", []),
        ("", []),
    ],
)
def test_addresses_are_picked_out_of_what_stands_around_them(typed: str, found: list[str]) -> None:
    assert list(addresses_in(typed)) == found


@given(st.text(st.sampled_from("ab:/. ,()「」wht ps\n"), max_size=80))
def test_what_is_picked_out_is_an_address_and_part_of_the_text(typed: str) -> None:
    for one in addresses_in(typed):
        assert one in typed
        assert as_address(one) is not None


@pytest.mark.parametrize(
    "long", ["https://a.example/" + "((" * 50_000, "a.-+" * 50_000, "," * 99_999]
)
def test_a_long_text_takes_no_long_time(long: str) -> None:
    began = time.monotonic()
    addresses_in(f"{long} x")
    assert time.monotonic() - began < 5


def test_a_channel_is_followed_by_way_of_its_address() -> None:
    assert fetchable("@durov") == "https://t.me/durov"
    assert as_address("@日本") is None
    assert as_address("@a.example") is None


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("https://user:pw@a.example/feed", "password"),
        (f"https://a.example/{'x' * 3000}", "long"),
        ("a@b.example", "mail"),
        ("mailto:a@b.example", "mail"),
        ("ftp://a.example", "scheme"),
    ],
)
def test_an_address_that_cannot_be_followed_is_refused_for_what_it_is(
    typed: str, reason: str
) -> None:
    with pytest.raises(BadAddress) as refused:
        fetchable(typed)
    assert refused.value.reason == reason
