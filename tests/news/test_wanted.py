"""Which languages of news a chat reads."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from news.wanted import in_wanted, is_wanted, with_language
from storage.records import Article, ArticleId, FeedId, Story, StoryId

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ARTICLE = Article(
    ArticleId(1), FeedId(1), StoryId(1), "Outlet", "https://a.example", "Title", "", NOW
)


@pytest.mark.parametrize(
    ("language", "wanted", "is_read"),
    [
        ("ja", "", True),
        ("", "ja", True),
        ("ja", "en ja", True),
        ("ko", "en ja", False),
        ("zh-Hant", "zh", True),
        ("en", "EN-gb", True),
    ],
)
def test_what_is_in_a_wanted_or_unknown_language_is_read(
    language: str, wanted: str, is_read: bool
) -> None:
    assert is_wanted(language, wanted) is is_read


def test_of_a_story_only_what_is_wanted_is_left() -> None:
    told = tuple(replace(ARTICLE, language=language) for language in ("en", "ja", ""))
    story = Story(StoryId(1), told)
    assert in_wanted(story, "") is story
    assert in_wanted(story, "en ja") is story
    left = in_wanted(story, "ja")
    assert left is not None
    assert [one.language for one in left.articles] == ["ja", ""]
    assert in_wanted(replace(story, articles=told[:1]), "ko") is None


def test_languages_are_added_and_taken_away_in_any_order() -> None:
    assert with_language(with_language("", "ja", True), "en", True) == "en ja"
    assert with_language("en ja", "en", True) == "en ja"
    assert with_language("en ja", "ja", False) == "en"
    assert with_language("en", "ja", False) == "en"
