"""Documents of publishers, good and bad."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.errors import FetchFailed
from news.feed import MAX_ENTRIES, ParsedFeed, canonical, parse
from storage.records import Failure

URL = "https://a.example/feed.xml"


def rss(items: str, head: str = "") -> bytes:
    return f"""{head}<rss version="2.0"><channel><title>A &amp;amp; B</title>
    <link>https://a.example/</link><language>en_GB</language>{items}</channel></rss>""".encode()


def item(**fields: str) -> str:
    return (
        "<item>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        + "</item>"
    )


def test_rss_is_read_with_its_text_as_text() -> None:
    parsed = parse(
        rss(
            item(
                title="&lt;b&gt;R&amp;amp;D&lt;/b&gt;",
                link="/one?utm_source=x&amp;b=2&amp;a=1#top",
                guid="1",
                pubDate="Fri, 20 Nov 2026 12:00:00 +0900",
                description="&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;",
            )
        ),
        URL,
    )
    assert (parsed.title, parsed.site_url, parsed.language) == (
        "A & B",
        "https://a.example/",
        "en-GB",
    )
    [entry] = parsed.entries
    assert entry.title == "R&D"
    assert entry.url == "https://a.example/one?utm_source=x&b=2&a=1#top"
    assert entry.canonical_url == "https://a.example/one?a=1&b=2"
    assert entry.summary == "One. Two."
    assert entry.published_at == datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1",
        "title": "J",
        "items": [
            {
                "id": 7,
                "url": "/x",
                "content_html": "<p>Hi</p>",
                "date_published": "2026-11-20T12:00:00Z",
            },
            "not an item",
            {"title": ["odd"], "date_published": "soon"},
        ],
    }
    parsed = parse(json.dumps(document).encode(), URL)
    assert [(entry.url, entry.title, entry.summary) for entry in parsed.entries] == [
        ("https://a.example/x", "Hi", "Hi"),
        ("", "—", ""),
    ]
    assert parsed.entries[1].published_at is None


def test_an_entry_keeps_its_identity_by_guid_else_address_else_text() -> None:
    def identity(**fields: str) -> str:
        return parse(rss(item(**fields)), URL).entries[0].identity

    assert identity(guid="1", link="https://a.example/x", title="t") == identity(
        guid="1", title="other"
    )
    assert identity(link="https://a.example/x?utm_medium=y") == identity(
        link="https://a.example/x", title="t"
    )
    assert identity(title="t", description="d") == identity(title="t", description="d")
    assert identity(title="t") != identity(title="u")


def test_two_entries_that_share_a_guid_are_two_and_true_repeats_are_one() -> None:
    one = item(guid="1", link="https://a.example/x", title="t")
    other = item(guid="1", link="https://a.example/y", title="u")
    parsed = parse(rss(one + other + one), URL)
    assert [entry.title for entry in parsed.entries] == ["t", "u"]
    assert len({entry.identity for entry in parsed.entries}) == 2


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "urn:x", "mailto:a@b.example", "http://[x"]
)
def test_links_that_are_no_web_address_are_dropped(link: str) -> None:
    assert parse(rss(item(title="t", link=link)), URL).entries[0].url == ""


def test_a_guid_that_is_an_address_serves_as_the_link() -> None:
    entry = parse(rss(item(title="t", guid="https://a.example/g")), URL).entries[0]
    assert entry.url == "https://a.example/g"


@pytest.mark.parametrize(
    "date", ["", "soon", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 20 Nov 1970 12:00:00 GMT"]
)
def test_dates_that_can_not_be_true_are_none(date: str) -> None:
    assert parse(rss(item(title="t", pubDate=date)), URL).entries[0].published_at is None


def test_a_large_feed_is_read_up_to_its_limit() -> None:
    parsed = parse(
        rss("".join(item(title=f"t{number}") for number in range(MAX_ENTRIES + 50))), URL
    )
    assert len(parsed.entries) == MAX_ENTRIES


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<!doctype html><html><head><title>x</title></head><body>y</body></html>",
        b'{"a": 1}',
        b"{",
        b"[" * 100_000,
        b"{" * 100_000,
        b"\x1f\x8b\x08\x00garbage",
        b"just words",
        rss(item(title="&x;"), '<!DOCTYPE r [<!ENTITY x "' + "y" * 50_000 + '">]>'),
        rss(item(title="&x;"), '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ],
    ids=["nothing", "page", "json", "cut", "brackets", "braces", "gzip", "words", "entity", "file"],
)
def test_what_is_no_feed_is_a_failure(document: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        parse(document, URL)
    assert caught.value.failure is Failure.NOT_A_FEED


@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(
            lambda text: rss(item(title=text, link=text, guid=text, pubDate=text))
        ),
        st.text(max_size=60).map(
            lambda text: rss(f"<item><title><![CDATA[{text}]]></title></item>")
        ),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["id", "url", "title", "items", "summary", "date_published"]),
                    inner,
                )
            ),
        ).map(
            lambda value: json.dumps(
                {"version": "https://jsonfeed.org/version/1.1", "items": value}
            ).encode()
        ),
    )
)
@settings(deadline=None, max_examples=150)
def test_whatever_comes_is_a_feed_or_a_failure(document: bytes) -> None:
    try:
        parsed = parse(document, URL)
    except FetchFailed as error:
        assert error.failure is Failure.NOT_A_FEED  # noqa: PT017 - either outcome is right
        return
    assert isinstance(parsed, ParsedFeed)
    for entry in parsed.entries:
        assert entry.title
        assert len(entry.identity) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?fbclid=1&id=2", "https://a.example/x?id=2"),
        ("https://a.example/x#part", "https://a.example/x"),
        ("https://a.example/x?b=1&a=2", "https://a.example/x?a=2&b=1"),
        ("HTTPS://A.example/x", "https://a.example/x"),
    ],
)
def test_the_same_page_has_one_canonical_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
