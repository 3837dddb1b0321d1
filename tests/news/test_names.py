"""Whom the words mean that somebody types: sources by their names and hosts."""

import pytest

from news.names import Named, called, name_of
from storage.records import FeedId

NAMED: tuple[Named, ...] = (
    (FeedId(1), "https://feeds.bbci.example/rss.xml", "https://www.bbc.co.uk/news", "BBC News"),
    (FeedId(2), "https://notes.example/feed", None, "Field Notes"),
    (FeedId(3), "https://times.example/feed", None, "The Japan Times"),
    (FeedId(4), "https://www3.nhk.or.jp/rss", None, "NHKニュース"),
    (FeedId(5), "https://world.example/feed", None, "BBC News World"),
)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("field notes", [2]),
        ("Field Notes", [2]),
        ("bbc", [1, 5]),
        ("bbc news", [1, 5]),
        ("nhk", [4]),
        ("japan times", [3]),
        ("times", [3]),
        ("japan", [3]),
        ("www", []),
        ("rss", []),
        ("co", []),
        ("ield", []),
        ("notes about fields", []),
    ],
)
def test_a_source_is_called_by_its_name_an_end_of_it_or_its_host(
    typed: str, ids: list[int]
) -> None:
    assert [id for id, _ in called(NAMED, typed)] == ids


def test_a_country_is_no_source_that_only_begins_with_it() -> None:
    assert called(NAMED, "japan", wholly=True) == ()
    assert [id for id, _ in called(NAMED, "the japan times", wholly=True)] == [3]


def test_an_article_and_the_case_make_no_other_name() -> None:
    assert name_of("The Japan Times") == name_of("JAPAN TIMES")
    assert name_of("!!!") == name_of("！！！")
