"""What the articles that arrive teach about words, and how it is kept."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news import learning
from news.learning import learn_more, learnt
from storage import articles, feeds
from storage.database import Database, set_mark
from storage.records import NewArticle

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
