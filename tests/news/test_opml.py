"""Lists of feeds as other readers write them."""

import pytest

from news.opml import BadOpml, read
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


@pytest.mark.parametrize(
    "document",
    [b"", b"<html/>", b"nothing", b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 999 + b'">]><opml/>'],
)
def test_what_is_no_list_of_feeds_is_refused(document: bytes) -> None:
    with pytest.raises(BadOpml):
        read(document)
