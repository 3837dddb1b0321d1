"""Summaries that are kept, and the requests of a day."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from storage import summaries
from storage.database import Database
from storage.records import LARGEST_ID, ArticleId
from storage.summary_keys import key_of, made_of


async def test_texts_are_kept_under_their_keys_and_replaced(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        await summaries.put(tx, {"a": "one", "b": ""}, clock())
        await summaries.put(tx, {"a": "two"}, clock())
        await summaries.put(tx, {}, clock())
        assert await summaries.get(tx, ["a", "b", "c"]) == {"a": "two", "b": ""}
        assert await summaries.get(tx, []) == {}


async def test_more_keys_than_a_statement_takes_are_looked_up(
    any_database: Database, clock: Any
) -> None:
    texts = {f"{number:064}": str(number) for number in range(1000)}
    async with any_database.write() as tx:
        await summaries.put(tx, texts, clock())
        assert await summaries.get(tx, texts.keys()) == texts


async def test_old_ones_are_dropped_and_those_written_again_are_not_old(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        await summaries.put(tx, {"old": "1", "again": "2"}, clock())
        later = clock.forward(days=31)
        await summaries.put(tx, {"again": "3", "new": "4"}, later)
        await summaries.prune(tx, later - timedelta(days=30))
        assert await summaries.get(tx, ["old", "again", "new"]) == {"again": "3", "new": "4"}


async def test_what_is_made_of_an_article_that_leaves_no_trace_goes_with_it(
    any_database: Database, clock: Any, seed: Any
) -> None:
    async with any_database.write() as tx:
        first, second, third = [await seed.article(tx) for _ in range(3)]
        keys = [key_of(some, "f" * 64) for some in ([first], [second, first], [second, third])]
        await summaries.put(tx, dict.fromkeys([*keys, "of an earlier version"], "text"), clock())
        await summaries.drop_made_of(tx, [])
        assert len(await summaries.get(tx, [*keys, "of an earlier version"])) == 4
        await summaries.drop_made_of(tx, [first])
        assert await summaries.get(tx, [*keys, "of an earlier version"]) == {keys[2]: "text"}


async def test_what_comes_too_late_for_an_article_that_is_gone_is_not_kept(
    any_database: Database, clock: Any, seed: Any
) -> None:
    async with any_database.write() as tx:
        here = await seed.article(tx)
        keys = [key_of([here], "f" * 64), key_of([here, ArticleId(here + 1)], "f" * 64)]
        await summaries.put(tx, dict.fromkeys(keys, "text"), clock())
        assert await summaries.get(tx, keys) == {keys[0]: "text"}


@given(st.lists(st.integers(1, LARGEST_ID).map(ArticleId), min_size=1, max_size=4))
def test_a_key_says_which_articles_a_summary_was_made_of(ids: list[ArticleId]) -> None:
    key = key_of(ids, "0123456789abcdef" * 4)
    assert len(key) == 64
    assert made_of(key) == set(ids)


async def test_a_day_grants_as_many_requests_as_it_has(any_database: Database, clock: Any) -> None:
    today = clock().date()
    async with any_database.write() as tx:
        assert await summaries.take(tx, today, 3, 5) == 3
        assert await summaries.take(tx, today, 3, 5) == 2
        assert await summaries.take(tx, today, 3, 5) == 0
        await summaries.give_back(tx, today, 2)
        assert await summaries.take(tx, today, 3, 5) == 2
        # A budget that was made smaller meanwhile.
        assert await summaries.take(tx, today, 3, 1) == 0


async def test_the_next_day_begins_anew_and_takes_nothing_back_from_the_last(
    any_database: Database, clock: Any
) -> None:
    today, tomorrow = clock().date(), clock.forward(days=1).date()
    async with any_database.write() as tx:
        assert await summaries.take(tx, today, 5, 5) == 5
        assert await summaries.take(tx, tomorrow, 3, 5) == 3
        await summaries.give_back(tx, today, 5)
        assert await summaries.take(tx, tomorrow, 5, 5) == 2
        await summaries.give_back(tx, tomorrow, 99)
        assert await summaries.take(tx, tomorrow, 9, 5) == 5


async def test_those_who_ask_at_the_same_time_share_one_budget(
    any_database: Database, clock: Any
) -> None:
    async def take() -> int:
        async with any_database.write() as tx:
            return await summaries.take(tx, clock().date(), 3, 10)

    assert sum(await asyncio.gather(*(take() for _ in range(6)))) == 10
