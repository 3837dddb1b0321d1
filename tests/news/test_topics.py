"""The index of topics finds what each topic would find by itself, and so does a search in the archive later."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news import query
from news.errors import BadQuery
from news.indexing import indexed, row_of
from news.matching import ENOUGH, Matcher, Source, Subject, source_of, subject_of
from news.search import matching
from news.topics import TopicIndex
from storage import articles, feeds
from storage import search as archive
from storage.database import Database, Transaction
from storage.records import ArticleId, NewArticle

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

WORDS = ["rice", "Rices", "RICE", "tea", "green tea", "price", "AI", "North Korea", "北朝鮮", "北朝鮮の米", "米", "미사일", "북한 미사일", "Pyongyang", "Japan", "French"]  # fmt: skip
ARTICLES = st.builds(
    lambda title, body, language, source, times: subject_of(
        " ".join(title), " ".join(body * times), language, source, NOW
    ),
    st.lists(st.sampled_from([*WORDS, ",", "and"]), max_size=5),
    st.lists(st.sampled_from([*WORDS, ".", "and the other", "of long ago"]), max_size=12),
    st.sampled_from(["en", "ja", "ko", "fr", ""]),
    st.sampled_from([Source(), source_of(["www.rice.example"], "The Rice Post")]),
    st.sampled_from([1, 9]),
)


def _query(parts: list[str], joints: list[str]) -> query.Query | None:
    typed = parts[0]
    for part, joint in zip(parts[1:], joints, strict=False):
        typed += f" {joint}{part}"
    try:
        return query.parse(typed)
    except BadQuery:
        # Nothing but exclusions, here and there.
        return None


TERMS = st.sampled_from([*WORDS, '"rice"', "title:tea", "any:japan", "from:rice.example", "lang:ja", "from:post", "(rice OR tea)", "any:rice", "since:2d"])  # fmt: skip
QUERIES = st.builds(
    _query,
    st.lists(TERMS, min_size=1, max_size=4),
    st.lists(st.sampled_from(["AND ", "OR ", "-"]), min_size=3, max_size=3),
).filter(lambda made: made is not None)


@given(st.lists(QUERIES, max_size=8), ARTICLES)
def test_all_topics_together_find_what_each_finds_alone(
    asked: list[query.Query], article: Subject
) -> None:
    index = TopicIndex()
    for number, one in enumerate(asked):
        index.add(number, one.tree)
    alone = {
        number: score
        for number, one in enumerate(asked)
        if (score := Matcher(one.tree).score(article, NOW)) >= ENOUGH
    }
    assert index.match(article, NOW) == alone


KEPT = st.lists(
    st.tuples(
        st.lists(st.sampled_from([*WORDS, ",", "and"]), min_size=1, max_size=5).map(" ".join),
        st.lists(st.sampled_from([*WORDS, ".", "of long ago"]), max_size=12).map(" ".join),
        st.sampled_from(["en", "ja", "ko", "fr", ""]),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=6,
)


async def keep(tx: Transaction, kept: list[tuple[str, str, str, int]]) -> dict[ArticleId, Subject]:
    """Articles of one feed with their titles, texts, languages and ages in days, kept and indexed."""
    feed = await feeds.add(tx, "https://www.rice.example/feed", NOW, "The Rice Post")
    source = source_of(["www.rice.example"], feed.title)
    found: dict[ArticleId, Subject] = {}
    for title, summary, language, days in kept:
        [story] = await articles.add_stories(tx, 1, NOW)
        published = NOW - timedelta(days=days)
        number = len(found)
        new = NewArticle(
            identity=str(number),
            url="",
            canonical_url="",
            title=title,
            summary=summary,
            language=language,
            published_at=published,
            story_id=story,
            archived=False,
        )
        [id] = await articles.add(tx, [(feed.id, new)], NOW)
        found[id] = subject_of(title, summary, language, source, published)
        await archive.index(tx, [row_of(id, published, indexed(found[id]))])
    return found


async def agree(
    database: Database, kept: list[tuple[str, str, str, int]], asked: list[query.Query]
) -> None:
    """Fail unless a search finds the articles that match."""
    async with database.write() as tx:
        subjects = await keep(tx, kept)
        for one in asked:
            matcher = Matcher(one.tree)
            scores = {id: matcher.score(subject, NOW) for id, subject in subjects.items()}
            expected = {id: score for id, score in scores.items() if score >= ENOUGH}
            assert await matching(tx, one, NOW, 1000) == expected, one.text
        await articles.drop(tx, list(subjects), NOW)
        await archive.clear(tx)


@given(KEPT, st.lists(QUERIES, min_size=1, max_size=4))
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_a_search_finds_later_what_a_topic_matched_on_arrival(
    any_database: Database, kept: list[tuple[str, str, str, int]], asked: list[query.Query]
) -> None:
    await agree(any_database, kept, asked)


async def test_a_search_agrees_with_topics_on_every_kind_of_query(any_database: Database) -> None:
    texts = [(f"{one} {other}", "", "", 0) for one in WORDS for other in WORDS[::3]]
    texts += [("of long ago", f"{one}. " + "long ago " * 80 + other, "en", 9) for one in WORDS for other in WORDS[::4]]  # fmt: skip
    typed = [*WORDS, "rice OR tea", "rice -tea", "any:tea", "title:rice", "from:rice.example", "from:tea", "lang:en", "since:3d rice", "before:3d tea", '"Rices"', "米 北", "朝", "북한미사일"]  # fmt: skip
    await agree(any_database, texts, [query.parse(one) for one in typed])


def subject(title: str, language: str = "en") -> Subject:
    return subject_of(title, "", language, Source(), NOW)


def test_topics_come_and_go_between_articles() -> None:
    index = TopicIndex()
    for number in range(1000):
        index.add(number, query.parse(f"word{number}").tree)
        assert number in index.match(subject(f"the word{number} is out"), NOW)
    assert len(index) == 1000
    index.remove(7)
    index.remove(7)
    assert 7 not in index
    assert index.match(subject("word7 and word8"), NOW) == {8: 1.0}
    index.add(8, query.parse("tea").tree)
    assert index.match(subject("word8"), NOW) == {}
    assert index.match(subject("tea"), NOW) == {8: 1.0}


def test_a_topic_added_later_is_found_in_every_language_that_was_seen_before() -> None:
    index = TopicIndex()
    for language in ("en", "de", "ja", ""):
        assert index.match(subject("tests", language), NOW) == {}
    index.add(1, query.parse("test").tree)
    found = {language: 1 in index.match(subject("tests", language), NOW) for language in ("en", "de", "ja", "")}  # fmt: skip
    assert found == {"en": True, "de": True, "ja": False, "": False}


def test_an_index_that_forgot_more_than_it_holds_is_worn() -> None:
    index = TopicIndex()
    for number in range(1500):
        index.add(1, query.parse(f"word{number}").tree)
    assert index.is_worn
    assert len(index) == 1


def test_hits_that_repeat_without_end_are_found_once_each() -> None:
    index = TopicIndex()
    for length in range(1, 13):
        index.add(length, query.parse(" ".join("a" * length)).tree)
    text: Any = subject_of("", "a " * 500, "en", Source(), NOW)
    assert set(index.match(text, NOW)) == set(range(1, 13))
