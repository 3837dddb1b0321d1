"""Lists of feeds as other readers write them."""

import pytest

from news import feed_lists
from news.feed_lists import OneFeed
from news.opml import NAMESPACE, BadOpml, FeedList, ListedTopic, Rejected, read, write
from storage.records import ListedFeed


def test_a_list_of_feeds_is_read_with_its_folders_each_address_once() -> None:
    document = b"""<?xml version="1.0"?><opml version="2.0"><body>
      <outline text="Japan"><outline text="A" xmlUrl="https://a.example/"/></outline>
      <outline text="again" xmlUrl="https://a.example/"/>
      <outline title="B" xmlUrl=" http://b.example/ "/><outline text="odd" xmlUrl="ftp://c.example/"/>
    </body></opml>"""
    assert read(document).outlines == (
        ListedFeed("https://a.example/", "A", "Japan"),
        ListedFeed("http://b.example/", "B"),
    )


def test_topics_and_own_schedules_are_read_back_and_other_readers_pass_over_them() -> None:
    listed = FeedList(
        (
            ListedFeed("https://a.example/", "A", "Box", "daily 08:00"),
            ListedFeed("https://b.example/"),
        ),
        (),
        (ListedTopic("north korea", 1, "instant"), ListedTopic("rice OR 北朝鮮", 4)),
    )
    written = write(listed.outlines, "Mine", listed.topics)
    found = read(written)
    assert found.topics == listed.topics
    assert [(one.url, one.schedule) for one in found.outlines] == [
        ("https://a.example/", "daily 08:00"),
        ("https://b.example/", ""),
    ]
    order = [one.text if isinstance(one, ListedTopic) else one.url for one in found.entries]
    assert order == ["north korea", "https://a.example/", "https://b.example/", "rice OR 北朝鮮"]
    # Nothing of the body is new to others: only feeds, and folders that have some.
    body = written[written.index(b"<body>") :]
    assert body.count(b"<outline") == 3
    assert b"korea" not in body


def test_a_list_without_topics_is_plain_opml() -> None:
    assert b"kawaraban" not in write([ListedFeed("https://a.example/", "A")], "Mine")


def test_what_is_no_topic_is_rejected_with_its_line() -> None:
    head = "\n".join(
        f"<k:topic {more}>{text}</k:topic>"
        for text, more in (
            ("rice", "place='-1'"),
            (" rice ", ""),
            ("(", ""),
            ("since:7d", ""),
            ("wheat", "place='x' schedule='whenever'"),
        )
    )
    document = f'<opml xmlns:k="{NAMESPACE}"><head>{head}</head><body/></opml>'
    found = read(document.encode())
    assert [one.text for one in found.topics] == ["rice", "wheat"]
    assert [one.schedule for one in found.topics] == ["", ""]
    assert found.rejected == (
        Rejected(2, "rice", "twice"),
        Rejected(3, "(", "topic"),
        Rejected(4, "since:7d", "topic"),
    )


def test_a_text_with_an_address_a_line_is_a_list() -> None:
    text = """# mine
https://a.example/feed
feed:https://b.example/feed  "a note"

HTTP://c.example/feed
https://a.example/feed
see above
https://me:secret@d.example/feed
"""
    for document in (text.encode(), text.encode("utf-16"), text.replace("\n", "\r\n").encode()):
        found = feed_lists.read(document)
        assert [one.url for one in found.outlines] == [
            "https://a.example/feed",
            "https://b.example/feed",
            "http://c.example/feed",
        ]
        assert [(line.line, line.reason) for line in found.rejected] == [
            (6, "twice"),
            (7, "address"),
            (8, "password"),
        ]


@pytest.mark.parametrize(
    "document",
    [b"", b"hello", b"<html>https://a.example/</html>", b"see https://a.example/", b"%PDF-1.4"],
)
def test_any_other_text_is_no_list(document: bytes) -> None:
    with pytest.raises(BadOpml):
        feed_lists.read(document)


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>S</title></channel></rss>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>S</title></feed>',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "S", "items": []}',
        b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "items": []}',
    ],
)
def test_a_feed_is_told_from_a_list_of_feeds(document: bytes) -> None:
    with pytest.raises(OneFeed):
        feed_lists.read(document)


@pytest.mark.parametrize(
    "document",
    [b"", b"<html/>", b"nothing", b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 999 + b'">]><opml/>'],
)
def test_what_is_no_list_of_feeds_is_refused(document: bytes) -> None:
    with pytest.raises(BadOpml):
        read(document)
