"""What the articles that arrive teach about words, and how it is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news import learning
from news.learning import learn_more, learnt
from news.rarity import Rarity, learn, without
from storage import articles, feeds
from storage.database import Database, set_mark
from storage.records import ArticleId, NewArticle

Clock = Callable[[], datetime]


async def publish(database: Database, clock: Clock, *told: tuple[str, str]) -> None:
    """Keep articles with these titles, each in its language."""
    async with database.write() as tx:
        feed = await feeds.add(tx, "https://a.example/feed", clock())
        first = await articles.newest(tx)
        for number, (language, title) in enumerate(told, start=first + 1):
            [story] = await articles.add_stories(tx, 1, clock())
            url = f"https://a.example/{number}"
            new = NewArticle(
                str(number), url, url, title, "", clock(), story, False, language=language
            )
            await articles.add(tx, [(feed.id, new)], clock())


async def test_nothing_is_known_before_anything_was_read(any_database: Database) -> None:
    assert await learn_more(any_database) == 0
    async with any_database.read() as tx:
        assert await learnt(tx) is None


async def test_each_article_teaches_once(any_database: Database, clock: Clock) -> None:
    await publish(any_database, clock, ("en", "The talks of Kim"), ("ja", "日本の会談"))
    assert await learn_more(any_database) == 2
    assert await learn_more(any_database) == 0
    await publish(any_database, clock, ("en", "The storms of autumn"))
    assert await learn_more(any_database) == 1
    async with any_database.read() as tx:
        known = await learnt(tx)
    assert known is not None
    assert known.articles == {"en": 2, "ja": 1}
    assert known.counts["en"]["the"] == 2
    assert known.counts["ja"]["会談"] == 1
    assert known.weight("kim", "en") > known.weight("the", "en")


async def test_what_was_learnt_is_read_again_only_when_it_changed(
    database: Database, clock: Clock
) -> None:
    await publish(database, clock, ("en", "The talks of Kim"))
    await learn_more(database)
    async with database.read() as tx:
        assert await learnt(tx) is await learnt(tx)
        before = await learnt(tx)
    await publish(database, clock, ("en", "Storms"))
    await learn_more(database)
    async with database.read() as tx:
        assert await learnt(tx) is not before


async def test_of_many_articles_the_newest_are_read(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_MOST", 3)
    monkeypatch.setattr(learning, "_BATCH", 2)
    await publish(database, clock, *[("en", f"word{number}") for number in range(5)])
    assert await learn_more(database) == 3
    async with database.read() as tx:
        known = await learnt(tx)
    assert known is not None
    assert set(known.counts["en"]) == {"word2", "word3", "word4"}


async def test_what_another_release_learnt_is_learnt_anew(database: Database, clock: Clock) -> None:
    await publish(database, clock, ("en", "The talks of Kim"))
    async with database.write() as tx:
        await set_mark(tx, "rarity", "written by another release")
        await set_mark(tx, "rarity.version", "1:other")
    async with database.read() as tx:
        assert await learnt(tx) is None
    assert await learn_more(database) == 1
    async with database.read() as tx:
        assert await learnt(tx) is not None


async def test_words_of_articles_that_leave_no_trace_are_forgotten(
    any_database: Database, clock: Clock
) -> None:
    await publish(any_database, clock, ("en", "The talks of Kim"), ("en", "The otters"))
    await learn_more(any_database)
    async with any_database.read() as tx:
        some = await articles.articles_after(tx, ArticleId(1), 9)
        assert await learning.learnt_to(tx) == some[-1].id
    await learning.unlearn(any_database, await learning.taught_by(some, Rarity()))
    async with any_database.read() as tx:
        known = await learnt(tx)
    assert known is not None
    assert known.articles == {"en": 1}
    assert known.counts["en"]["the"] == 1
    assert "otter" not in known.to_text()
    assert await learn_more(any_database) == 0


async def test_what_goes_while_it_is_read_is_not_learnt(
    any_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(any_database, clock, ("en", "The talks of Kim"), ("en", "The otters"))
    read = learning.taught_by

    async def slowly(*given: Any) -> Rarity:
        found = await read(*given)
        async with any_database.write() as tx:
            await articles.drop(tx, [ArticleId(2)], clock())
        return found

    monkeypatch.setattr(learning, "taught_by", slowly)
    assert await learn_more(any_database) == 0
    monkeypatch.undo()
    assert await learn_more(any_database) == 1
    async with any_database.read() as tx:
        known = await learnt(tx)
    assert known is not None
    assert "otter" not in known.to_text()


@given(
    st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=4), max_size=9),
    st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=4), max_size=9),
)
def test_what_was_learnt_and_forgotten_was_never_learnt(
    kept: list[frozenset[str]], gone: list[frozenset[str]]
) -> None:
    before = learn(Rarity(), [("en", one) for one in kept])
    after = learn(before, [("en", one) for one in gone])
    left = without(after, learn(Rarity(), [("en", one) for one in gone]))
    assert left.counts.get("en", {}) == before.counts.get("en", {})
    assert left.articles.get("en", 0) == before.articles.get("en", 0)
