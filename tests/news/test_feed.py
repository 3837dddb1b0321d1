"""Documents of publishers, good and bad."""

import json
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.addresses import canonical
from news.dates import EARLIEST, moment
from news.errors import FetchFailed
from news.feed import (
    MAX_ENTRIES,
    MAX_SUMMARY,
    MAX_TITLE,
    Entry,
    Hints,
    ParsedFeed,
    complete,
    complete_all,
    parse,
)
from news.pictures import Picture, choose, is_own
from storage.records import Failure

URL = "https://a.example/feed.xml"


def entries(document: bytes, content_type: str = "") -> list[Entry]:
    return [complete(entry) for entry in parse(document, URL, content_type).entries]


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
    [entry] = map(complete, parsed.entries)
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
    assert [(entry.url, entry.title, entry.summary) for entry in map(complete, parsed.entries)] == [
        ("https://a.example/x", "Hi", "Hi"),
        ("", "—", ""),
    ]
    assert complete(parsed.entries[1]).published_at is None


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


def test_all_that_share_a_guid_are_told_apart_whatever_they_have_in_common() -> None:
    notices = "".join(
        item(guid="1", link="https://a.example/x", title="Notice", description=f"text {n}")
        for n in range(3)
    )
    parsed = parse(rss(notices + notices), URL)
    assert len(parsed.entries) == len({entry.identity for entry in parsed.entries}) == 3
    alone = parse(rss(item(guid="1", link="https://a.example/x", title="Notice")), URL).entries[0]
    assert alone.identity not in {entry.identity for entry in parsed.entries}


def test_places_on_one_page_are_entries_of_their_own() -> None:
    changes = "".join(
        item(link=f"https://a.example/changes#v{n}", title=f"Version {n}") for n in range(3)
    )
    parsed = parse(rss(changes), URL)
    assert len({entry.identity for entry in parsed.entries}) == 3
    first = parse(rss(item(link="https://a.example/changes#v0", title="Other")), URL).entries[0]
    assert first.identity == parsed.entries[0].identity


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
    assert entries(rss(item(title="t", pubDate=date)))[0].published_at is None


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
    ],
    ids=["nothing", "page", "json", "cut", "brackets", "braces", "gzip", "words", "entity"],
)
def test_what_is_no_feed_is_a_failure(document: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        parse(document, URL)
    assert caught.value.failure is Failure.NOT_A_FEED


NS = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:dc='http://purl.org/dc/elements/1.1/'"


def only(document: bytes, content_type: str = "") -> Entry:
    [entry] = entries(document, content_type)
    return entry


def atom(inside: str, root: str = "") -> bytes:
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {root}><title>A</title>{inside}</feed>".encode()
    )


# ── XML that is meant to hurt, and XML that only looks so ────────────────────────────────────────


def bounded(document: bytes) -> ParsedFeed | None:
    try:
        return parse(document, URL)
    except FetchFailed as error:
        assert error.failure is Failure.NOT_A_FEED  # noqa: PT017 - either outcome is right
        return None


LAUGHS = "".join(
    f'<!ENTITY l{number} "{f"&l{number - 1};" * 10 if number else "ha"}">' for number in range(10)
)


@pytest.mark.parametrize(
    "doctype",
    [
        f"<!DOCTYPE r [{LAUGHS}]>",
        '<!DOCTYPE r [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        '<!DOCTYPE r [<!ENTITY l9 "' + "x" * 50_000 + '">]>',
        "<!DOCTYPE " * 20_000,
    ],
    ids=["laughs", "file", "external", "parameter", "large", "repeated"],
)
def test_entities_reach_no_file_and_no_network_and_grow_nothing(doctype: str) -> None:
    parsed = bounded(rss(item(title="a&l9;b") * 1000, doctype))
    if parsed is not None:
        assert all(len(entry.title) < 40 and "root:" not in entry.title for entry in parsed.entries)


def test_one_entity_used_many_times_is_refused_and_not_expanded() -> None:
    doctype = f'<!DOCTYPE r [<!ENTITY x "{"y" * 200}">]>'
    assert bounded(rss(item(title="&x;" * 20_000), doctype)) is None


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[&lt;!DOCTYPE r [ <!ENTITY x SYSTEM 'file:///etc/passwd'> ]&gt;]]>",
        "&lt;!ENTITY x 'y'&gt;",
    ],
)
def test_an_article_about_entities_is_an_article(text: str) -> None:
    entry = only(rss(item(title="XXE explained & more", description=text)))
    assert "ENTITY x" in entry.summary


def test_a_doctype_far_down_is_found_and_nothing_of_it_is_asked_for() -> None:
    doctype = "<!-- " + "x" * 70_000 + ' --><!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'
    assert only(rss(item(title="a&nbsp;b"), doctype)).title == "a b"


def test_harmless_entities_of_a_document_work() -> None:
    doctype = "<!DOCTYPE r [<!ENTITY id \"tag:a.example,2026:\"> <!ENTITY who 'R&amp;D'>]>"
    entry = only(rss(item(guid="&id;1", title="&who; &lt;3"), doctype))
    assert entry.title == "R&D <3"
    assert entry.identity == only(rss(item(guid="tag:a.example,2026:1", title="x"))).identity


HOSTILE = {
    "attributes": b"<rss><channel><item "
    + b"".join(b"a%d='>' " % n for n in range(100_000))
    + b"/>",
    "attributes, well-formed": rss("<item " + " ".join(f"a{n}='>'" for n in range(100_000)) + "/>"),
    "unclosed items": b"<rss><channel>" + b"<item><title>x" * 200_000,
    "comments in cdata": rss(item(title="x", description=f"<![CDATA[{'<!--' * 200_000}]]>")),
    "nested": b"<rss><channel><item>" + b"<a>" * 200_000,
    "nested text": rss(item(title="x", description=f"<![CDATA[{'<b>' * 200_000}]]>")),
    "ampersands": rss(item(title="&" * 1_000_000)),
    "long title": rss(item(title="x" * 1_000_000)),
    "long date": rss(item(title="x", pubDate="1" * 1_000_000)),
    "long doctype": rss(item(title="x"), "<!DOCTYPE r [" + " " * 1_000_000 + "]>"),
    "cdata without end": b"<rss><channel><item><title>a & b" + b"<![CDATA[ " * 60_000,
    "spaces in doctype": rss(item(title="x"), "<!DOCTYPE " + " " * 900_000),
    "brackets in doctype": rss(item(title="x"), "<!DOCTYPE r [" + "] " * 400_000),
    "spaces to mend": rss(" " * 500_000 + item(title="x & y")),
    "declarations": b"<?xml " * 100_000,
    "comments": b"<!--a-->" * 100_000 + rss(item(title="x & y")) + b"x",
    "comments without end": b"<!--a--> <!-- " * 50_000,
    "zeros": b"\0" * 1_000_000,
    "zeros inside": rss(item(title="x\0y")),
    "300,000 items": rss("<item><guid>1</guid></item>" * 300_000),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_meant_to_hurt_is_over_soon(document: bytes) -> None:
    began = time.process_time()
    parsed = bounded(document)
    for entry in complete_all(parsed.entries) if parsed else ():
        assert len(entry.title) <= MAX_TITLE
        assert len(entry.summary) <= MAX_SUMMARY
    # Far more than it takes, and far less than what these do to a naive parser.
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("codec", "declared", "header", "text"),
    [
        ("cp932", "Shift_JIS", "", "北朝鮮①～"),
        ("euc_jp", "EUC-JP", "", "北朝鮮"),
        ("cp949", "EUC-KR", "", "북한 똠방각하"),
        ("gbk", "gb2312", "", "朝鮮半島 镕"),
        ("cp1252", "utf-8", "", "“Café” – naïve"),
        ("latin-1", "", "application/xml; charset=iso-8859-1", "Café naïve"),
        ("utf-8", "iso-8859-1", "", "조선민주주의인민공화국 뉴스"),
        ("utf-8", "", "text/xml; charset=iso-8859-1", "조선민주주의인민공화국 뉴스"),
        ("utf-16", "utf-16", "", "北朝鮮 Café"),
        ("utf-8-sig", "utf-8", "", "北朝鮮"),
        ("utf-8", "utf-16", "", "Café"),
        ("utf-8", "us-ascii", "", "Café"),
        ("utf-8", "", "text/xml; charset=iso-8859-1", "Gisèle’s blog"),
    ],
)
def test_text_is_decoded_by_what_it_is(codec: str, declared: str, header: str, text: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = (declaration + rss(item(title=text)).decode()).encode(codec)
    assert only(document, header).title == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Black &amp; white", "Black & white"),
        ("Black & white", "Black & white"),
        ("AT&T; cheap", "AT&T; cheap"),
        ("One&nbsp;two &eacute;", "One two é"),
        ("Re&colon; Double", "Re: Double"),
        ("bell\x07 rings", "bell rings"),
        ("&#8220;quoted&#8221;", "“quoted”"),
        ("&#1; &#x1F600; &#xD800;", "😀"),
        ("&amp;amp; twice", "& twice"),
        ("<![CDATA[a & b &nbsp;c]]>", "a & b c"),
    ],
)
def test_what_authors_forget_is_repaired(title: str, read: str) -> None:
    assert only(rss(item(title=title, description="a & b"))).title == read


def test_an_element_that_is_called_depth_is_mended_like_any_other() -> None:
    assert only(rss(item(title="x") + "<emsc:depth>10</emsc:depth>")).title == "x"


def test_warnings_before_the_document_are_no_part_of_it() -> None:
    document = b"Warning: fopen() in feed.php on line 3\n<?xml version='1.0'?>" + rss(
        item(title="x")
    )
    assert parse(document, URL).reader == "repaired"


def test_prefixes_that_nobody_declared_mean_what_everybody_means_by_them() -> None:
    more = "<media:description>Seen.</media:description><dc:date>2026-11-20T12:00:00Z</dc:date>"
    entry = only(rss(item(title="t").replace("</item>", f"{more}<x:y x:z='1'/></item>")))
    assert (entry.summary, entry.published_at) == ("Seen.", datetime(2026, 11, 20, 12, tzinfo=UTC))
    document = b"<rss rss:version=2.0><rss:channel><rss:item><rss:title>t</rss:title></rss:item></rss:channel></rss>"
    assert [entry.title for entry in parse(document, URL).entries] == ["t"]


def test_two_declarations_and_trailing_scripts_are_no_trouble() -> None:
    document = b'<?xml version="1.0"?>\n<?xml version="1.0"?>\n' + rss(item(title="x"))
    document += b"<script src='/cdn'></script>"
    assert parse(document, URL).reader == "repaired"
    assert only(document).title == "x"


def test_what_no_strict_reader_takes_is_left_to_the_guesser() -> None:
    document = b"<rss version=2.0><channel><title>T</title><item><title>x</title><link>https://a.example/1</item>"
    parsed = parse(document, URL)
    assert (parsed.reader, parsed.title) == ("feedparser", "T")
    assert [entry.title for entry in map(complete, parsed.entries)] == ["x"]


# ── formats and where their texts are ────────────────────────────────────────────────────────────


def test_old_and_new_formats_are_read() -> None:
    old = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title></channel>
      <item rdf:about="https://a.example/1"><title>x</title><dc:date>2026-11-20T10:00:00+09:00</dc:date></item>
      </rdf:RDF>"""
    entry = only(old)
    assert (entry.title, entry.url) == ("x", "https://a.example/1")
    assert entry.published_at == datetime(2026, 11, 20, 1, tzinfo=UTC)
    ancient = (
        b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>x</title>"
        b"<link rel='alternate' href='/1'/><id>1</id><issued>2026-11-20T10:00:00Z</issued></entry></feed>"
    )
    entry = only(ancient)
    assert (entry.url, entry.published_at) == (
        "https://a.example/1",
        datetime(2026, 11, 20, 10, tzinfo=UTC),
    )


ENTRY = "<item><title>t</title><pubDate>Fri, 20 Nov 2026 12:00:00 GMT</pubDate></item>"


@pytest.mark.parametrize(
    "document",
    [
        "<feed xmlns='https://www.w3.org/2005/Atom'><entry><title>t</title></entry></feed>",
        "<feed xmlns='http://purl.org/atom/ns'><entry><title>t</title></entry></feed>",
        "<feed xmlns='http://a.example/mine'><entry><title>t</title></entry></feed>",
        f"<rss xmlns='http://a.example/mine'><channel>{ENTRY}</channel></rss>",
        f"<RSS><CHANNEL>{ENTRY.upper().replace('>T<', '>t<')}</CHANNEL></RSS>",
        f"<rss><Channel>{ENTRY.replace('item', 'Item')}</Channel></rss>",
        f"<rss><channel><title>a</title></channel><channel>{ENTRY}</channel></rss>",
        f"<rss><channel><group>{ENTRY}</group></channel></rss>",
    ],
)
def test_entries_are_found_whatever_is_wrong_around_them(document: str) -> None:
    parsed = parse(document.encode(), URL)
    assert [entry.title for entry in parsed.entries] == ["t"]


def test_entries_inside_entries_are_entries_too() -> None:
    inner = item(guid="2", title="inner")
    parsed = parse(rss(f"<item><guid>1</guid><title>outer</title>{inner}</item>"), URL)
    assert [entry.title for entry in parsed.entries] == ["outer", "inner"]


@pytest.mark.parametrize(
    "space",
    [
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/elements/1.1",
        "https://PURL.org/dc/elements/1.1/",
    ],
)
def test_modules_are_known_by_what_their_address_means(space: str) -> None:
    date = f"<d:date xmlns:d='{space}'>2026-11-20T12:00:00Z</d:date>"
    assert only(rss(item(title="t").replace("</item>", f"{date}</item>"))).published_at is not None


def test_the_first_date_that_can_be_read_counts() -> None:
    written = item(title="t", pubDate="soon").replace(
        "</item>", "<updated>2026-11-20T12:00:00Z</updated></item>"
    )
    assert only(rss(written)).published_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_of_a_long_feed_that_lists_its_oldest_first_the_newest_are_read() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    items = "".join(
        item(guid=str(n), title=str(n), pubDate=format_datetime(start + timedelta(hours=n)))
        for n in range(2500)
    )
    parsed = parse(rss(items), URL)
    assert [entry.title for entry in parsed.entries[-2:]] == ["2498", "2499"]
    assert len(parsed.entries) == 2000
    assert parsed.dates[0] - parsed.dates[1] == timedelta(hours=1)


def test_a_picture_that_is_spelt_out_hides_no_text() -> None:
    picture = "<img src='data:image/png;base64," + "A" * 70_000 + "'>"
    assert (
        only(rss(item(title="t", description=f"<![CDATA[{picture}Behind it.]]>"))).summary
        == "Behind it."
    )


@pytest.mark.parametrize(
    "before",
    [
        "<style>" + "p {} " * 4000 + "</style>",
        "<script>" + "x = 1; " * 3000 + "</script>",
        "<!--" + "x" * 17_000 + "-->",
        "<img src='data:image/png;base64," + "A" * 30_000 + "'>",
        "<table><tr><td>" * 2000,
    ],
    ids=["style", "script", "comment", "picture", "tables"],
)
def test_what_stands_before_a_text_does_not_hide_it(before: str) -> None:
    text = "This is the text of the article, as it was meant. " * 20
    description = f"<![CDATA[{before}<p>{text}</p>]]>"
    assert len(only(rss(item(title="t", description=description))).summary) > 900


def test_style_that_is_cut_off_is_not_taken_for_text() -> None:
    style = "<style>" + ".a{color:red} " * 5000 + "</style>"
    content = f"<![CDATA[<p>Lead of the article.</p>{style}<p>The second paragraph.</p>]]>"
    entry = only(rss(item(title="t", description=content)))
    assert entry.summary.startswith("Lead of the article.")
    assert "color" not in entry.summary + entry.text


@pytest.mark.parametrize(
    "link", ["https://a\u0000b.com/x", "https://a\ud800.com/", "https://a\u0007/"]
)
def test_an_address_that_is_no_text_is_none(link: str) -> None:
    document = {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": link}]}
    assert only(json.dumps(document).encode()).url == ""


def test_json_without_sense_in_it_is_text_all_the_same() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "title": "half \ud83d pair", "content_html": "", "content_text": "Text."}
        ],
    }
    entry = only(json.dumps(document).encode())
    assert (entry.title, entry.summary) == ("half pair", "Text.")


def test_an_entry_that_has_only_content_is_edited_with_it() -> None:
    def fingerprint(text: str) -> str:
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content>{text}</content></entry></feed>"
        return parse(body.encode(), URL).entries[0].fingerprint

    assert fingerprint("one") != fingerprint("two")


def test_a_video_has_the_text_of_its_media_description() -> None:
    entry = only(
        atom(
            "<entry><id>1</id><title>x</title><media:group><media:title>y</media:title>"
            "<media:description>What it shows</media:description></media:group></entry>",
            NS,
        )
    )
    assert (entry.title, entry.summary) == ("x", "What it shows")


def test_markup_that_nobody_escaped_is_text_with_all_its_children() -> None:
    entry = only(
        rss(
            "<item><title>R <b>and</b> D</title><description><p>One <i>two</i></p><p>three</p></description></item>"
        )
    )
    assert (entry.title, entry.summary) == ("R and D", "One two three")
    xhtml = (
        "<entry><id>1</id><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <b>b</b></div></title>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><p>two</p></div></content></entry>"
    )
    entry = only(atom(xhtml))
    assert (entry.title, entry.summary) == ("A b", "One two")


def test_no_markup_leaves_whatever_it_was_wrapped_in() -> None:
    text = (
        "&lt;script&gt;steal()&lt;/script&gt;&lt;style&gt;p{}&lt;/style&gt;&lt;img src='https://t.example/pixel.gif'&gt;"
        "&amp;lt;p&amp;gt;Plain &amp;amp;amp; simple&amp;lt;/p&amp;gt;"
    )
    assert only(rss(item(title="x", description=text))).summary == "Plain & simple"


def test_the_longer_text_is_kept_where_the_summary_is_short() -> None:
    ns = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    body = "&lt;p&gt;" + "Whole sentences. " * 40 + "&lt;/p&gt;"
    items = item(title="x", description="Short.") + item(
        title="y", description="Long enough. " * 40
    )
    document = rss(
        items.replace("</item>", f"<content:encoded {ns}>{body}</content:encoded></item>")
    )
    short, long = entries(document)
    assert short.summary == "Short."
    assert short.text.startswith("Whole sentences.")
    assert long.text == ""


def test_links_follow_the_base_of_their_element() -> None:
    document = atom(
        "<entry xml:base='sub/'><id>1</id><title>x</title><link href='page'/></entry>",
        "xml:base='https://b.example/blog/'",
    )
    assert only(document).url == "https://b.example/blog/sub/page"


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"link": "javascript:alert(1)", "guid": "https://a.example/g"}, "https://a.example/g"),
        ({"link": "/one", "guid": "x"}, "https://a.example/one"),
        ({"link": "urn:isbn:1", "guid": "tag:x"}, ""),
        ({"guid": "/path"}, "https://a.example/path"),
    ],
)
def test_links_are_resolved_or_dropped_and_a_permalink_takes_their_place(
    fields: dict[str, str], url: str
) -> None:
    assert only(rss(item(title="t", **fields))).url == url


def test_a_guid_that_is_no_permalink_is_no_link() -> None:
    guid = "<guid isPermaLink='false'>https://a.example/g</guid>"
    assert only(rss(item(title="t").replace("</item>", f"{guid}</item>"))).url == ""


def test_what_a_feed_says_of_its_pace_and_hub_is_understood() -> None:
    document = rss(
        item(title="x"),
        "",
    ).replace(
        b"<language>",
        b"<ttl>60</ttl><skipHours><hour>0</hour><hour>24</hour><hour>x</hour></skipHours>"
        b"<skipDays><day>Sunday</day></skipDays>"
        b"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>"
        b"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://a.example/self'/>"
        b"<language>",
    )
    parsed = parse(document, URL)
    assert parsed.hints == Hints(
        60, frozenset({0}), frozenset({6}), None, "https://hub.example/", "https://a.example/self"
    )
    assert parsed.site_url == "https://a.example/"


# ── dates ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Fri, 20 Nov 2026 12:00:00 KST", "2026-11-20T03:00"),
        ("Fri, 20 Nov 2026 12:00:00 JST", "2026-11-20T03:00"),
        ("Fri, 20 Nov 2026 12:00:00 EST", "2026-11-20T17:00"),
        ("20 Nov 26 12:00 GMT", "2026-11-20T12:00"),
        ("Fri, 20 Nov 2026 12:00:00 GMT+0900", "2026-11-20T03:00"),
        ("Fri, 20 Nov 2026 12:00:00 KST+0900", "2026-11-20T03:00"),
        ("2026-11-20 12:00 UTC+9", "2026-11-20T03:00"),
        ("Fri, 20 Nov 2026 12:00:00 +0200 (GMT)", "2026-11-20T10:00"),
        ("Fri Nov 20 12:00:00 KST 2026", "2026-11-20T03:00"),
        ("20 Nov 2026 10:00 PM JST", "2026-11-20T13:00"),
        ("Fri, 20 Nov 2026 12:00:00 jst", "2026-11-20T03:00"),
        ("20-NOV-2026 12:00", "2026-11-20T12:00"),
        ("26年11月20日", "2026-11-20T00:00"),
        ("2026年11月20日10時", "2026-11-20T10:00"),
        ("\n" + " " * 80 + "Fri, 20 Nov 2026\n   12:00:00 GMT  ", "2026-11-20T12:00"),
        ("2025-02-03 11111111111111111111111111111h", None),
        ("2026-11-20 12:00:00 +0900 KST", "2026-11-20T03:00"),
        ("2026-11-20 12:00:00 +0000 UTC", "2026-11-20T12:00"),
        ("2026-11-20 12:00:00 (KST)", "2026-11-20T03:00"),
        ("2026-11-20T12:00:00+02:00[Europe/Berlin]", "2026-11-20T10:00"),
        ("Fri, 20 Nov 2026 12:00:00 GMT +0200", "2026-11-20T10:00"),
        ("Fri, 20 Nov 2026 12:00:00 -03", "2026-11-20T15:00"),
        ("Fri Nov 20 12:00:00 +0900 2026", "2026-11-20T03:00"),
        ("2026-11-20T24:00:00Z", "2026-11-21T00:00"),
        ("Fri, 20 Nov 2026 24:00:00 +0900", "2026-11-20T15:00"),
        ("Thu, 29 Feb 2024 12:00:00 GMT", "2024-02-29T12:00"),
        ("2025年2月3日", "2025-02-03T00:00"),
        ("2026年11月20日(金) 午後3時05分", "2026-11-20T15:05"),
        ("2025-02-03 오전 10:00", "2025-02-03T10:00"),
        ("2025년 2월 3일 오후 10:00", "2025-02-03T22:00"),
        ("2026-11-20T22:24:00Z", "2026-11-20T22:24"),
        ("05.11.2026 08:00", "2026-11-05T08:00"),
        ("2026-11-20 10:00:00", "2026-11-20T10:00"),
        ("Sat, 31 Feb 2026 10:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
    ],
)
def test_dates_are_read_as_they_are_meant(written: str, read: str | None) -> None:
    found = only(rss(item(title="t", pubDate=written))).published_at
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == read


@given(st.text(max_size=80))
@settings(deadline=None)
def test_any_date_is_a_moment_after_1990_or_nothing(written: str) -> None:
    found = moment(written)
    assert found is None or found >= EARLIEST


# ── identity ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/1", "https://a.example/1"),
        ("https://www.a.example/1", "https://a.example/1"),
    ],
)
def test_a_guid_that_learns_https_is_the_same(one: str, other: str) -> None:
    assert only(rss(item(guid=one))).identity == only(rss(item(guid=other))).identity


def test_an_entry_without_title_is_called_by_its_text_or_its_host() -> None:
    assert only(rss(item(description="Word " * 50))).title == "Word " * 18 + "Word…"
    assert only(rss(item(link="https://b.example/1"))).title == "b.example"


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
    for entry in map(complete, parsed.entries):
        assert entry.title
        assert len(entry.identity) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?fbclid=1&id=2", "https://a.example/x?id=2"),
        ("https://a.example/x#part", "https://a.example/x"),
        ("https://a.example/x?b=1&a=2", "https://a.example/x?a=2&b=1"),
        ("HTTPS://A.example/x", "https://a.example/x"),
        ("http://www.a.example:80/x/", "https://a.example/x"),
        ("https://m.a.example/x?amp=1", "https://a.example/x"),
        ("https://a.example/amp/x", "https://a.example/x"),
        ("https://a.example/x/amp/", "https://a.example/x"),
        ("https://a.example/x.amp.html", "https://a.example/x.html"),
    ],
)
def test_the_same_page_has_one_canonical_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────

PHOTO = "https://img.a.example/2026/photo.jpg"
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def picture_of(inside: str) -> str:
    """The picture of an RSS entry with this in it."""
    link = "<link>https://a.example/news/1</link>"
    document = f"<rss {MEDIA}><channel><item><title>t</title>{link}{inside}</item></channel></rss>"
    return only(document.encode()).image_url


@pytest.mark.parametrize(
    "inside",
    [
        f'<media:content url="{PHOTO}" medium="image"/>',
        f'<media:content url="{PHOTO}" type="image/jpeg" width="1200" height="800"/>',
        f'<media:group><media:content url="{PHOTO}"/></media:group>',
        f'<media:thumbnail url="{PHOTO}"/>',
        f'<media:content url="https://a.example/v.mp4" type="video/mp4"><media:thumbnail url="{PHOTO}"/></media:content>',
        f'<enclosure url="{PHOTO}" type="image/jpeg" length="1"/>',
        f'<itunes:image href="{PHOTO}"/>',
        f"<description>&lt;p&gt;&lt;img src='{PHOTO}'&gt; Text&lt;/p&gt;</description>",
        f'<description>&lt;img data-src="{PHOTO}" src="data:image/gif;base64,R0"&gt;</description>',
        f'<description>&lt;IMG SRC="{PHOTO}" width="640px" height="480"&gt;</description>',
        f'<media:thumbnail url="https://img.a.example/s.jpg" width="72" height="72"/><media:content url="{PHOTO}" width="640" medium="image"/>',
        f'<media:content url="https://img.a.example/s.jpg" width="320" medium="image"/><media:content url="{PHOTO}" width="640" medium="image"/>',
        f'<description>&lt;img src="https://a.example/logo.png"&gt;&lt;img src="{PHOTO}"&gt;</description>',
        f'<description>&lt;img src="https://a.example/x.jpg" width=1 height=1&gt;&lt;img src="{PHOTO}"&gt;</description>',
    ],
)
def test_an_entry_has_the_picture_that_its_feed_gives_it(inside: str) -> None:
    assert picture_of(inside) == PHOTO


def test_pictures_are_found_in_atom_and_json_and_by_the_guesser_too() -> None:
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><link rel="enclosure" type="image/png" href="{PHOTO}"/></entry></feed>'
    assert only(atom.encode()).image_url == PHOTO
    item = {"id": "1", "title": "t", "image": PHOTO}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    assert only(json.dumps(feed).encode()).image_url == PHOTO
    loose = f'<rss version=2.0><channel><title>T</title><item><title>x</title><enclosure url="{PHOTO}" type="image/jpeg"></item>'
    assert parse(loose.encode(), URL).reader == "feedparser"
    assert only(loose.encode()).image_url == PHOTO


def test_a_relative_picture_is_that_of_its_article() -> None:
    assert (
        picture_of('<enclosure url="/p/1.jpg" type="image/jpeg"/>') == "https://a.example/p/1.jpg"
    )


@pytest.mark.parametrize(
    "inside",
    [
        "<description>No picture.</description>",
        '<enclosure url="https://a.example/sound.mp3" type="audio/mpeg"/>',
        '<media:content url="https://a.example/film" medium="video"/>',
        f'<media:content url="{PHOTO}" medium="image" width="90" height="90"/>',
        f'<description>&lt;img src="{PHOTO}" width="1" height="1"&gt;</description>',
        '<itunes:image href="http://a.example/1.jpg"/>',
        "<description>&lt;img src='data:image/png;base64,AAAA'&gt; &lt;img&gt; &lt;img src&gt;</description>",
    ],
)
def test_an_entry_without_a_picture_of_its_own_has_none(inside: str) -> None:
    assert picture_of(inside) == ""


@pytest.mark.parametrize(
    "address",
    [
        PHOTO,
        "https://cdn.a.example/image?id=7&w=1200",
        "https://a.example:443/photos/minister.webp",
        "https://a.example/iconic-building.jpg",
        "https://ichef.bbci.co.uk/ace/standard/240/cpsprodpb/1.jpg",
        "https://static01.nyt.example/images/2026/11/20/dots-and-lines/photo.jpg",
    ],
)
def test_a_photograph_is_an_articles_own(address: str) -> None:
    assert is_own(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://a.example/photo.jpg",
        "https://user:secret@a.example/photo.jpg",
        "https://localhost/photo.jpg",
        "https://10.0.0.1/photo.jpg",
        "https://[::1]/photo.jpg",
        "https://a.example:8443/photo.jpg",
        "https://a.example/",
        "https://a.example",
        "https://a.example/" + "x" * 2000,
        "https://a.example/a b.jpg",
        'https://a.example/"onload=".jpg',
        "https://a.example/<img>.jpg",
        "https://a.example/фото.jpg",
        "https://[broken/photo.jpg",
        "javascript:alert(1)",
        "https://a.example/logo.png",
        "https://a.example/assets/site-logo-2x.png",
        "https://a.example/img/Default_Avatar.jpg",
        "https://a.example/spacer.png",
        "https://a.example/t/1x1.png",
        "https://pixel.a.example/v/1",
        "https://a.example/favicon.png",
        "https://a.example/vector.svg",
        "https://a.example/blink.gif",
        "https://a.example/film.mp4",
        "https://feeds.feedburner.com/~r/a/~4/1.jpg",
        "https://feeds.feedburner.com/~ff/a?i=1",
        "https://secure.gravatar.com/avatar/1.jpg",
        "https://ad.doubleclick.net/ad/1.jpg",
        "https://www.facebook.com/tr/1.jpg",
        "https://pixel.wp.com/b.jpg",
        "https://s.w.org/images/core/emoji/2/72x72/1f600.png",
        "https://b.scorecardresearch.com/p.jpg",
    ],
)
def test_ornaments_trackers_and_what_is_no_safe_address_are_not(address: str) -> None:
    assert not is_own(address)


@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=10))
@settings(deadline=None)
def test_whatever_an_entry_names_a_picture_is_https_and_harmless(
    markup: str, address: str, size: str
) -> None:
    named = [Picture(address, "", size, size), Picture(f"https://a.example/{address}")]
    found = choose(named, [markup, f"<img {markup}>"], "https://a.example/1")
    assert found == "" or (found.startswith("https://") and len(found) <= 2000 and is_own(found))
