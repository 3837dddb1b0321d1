"""Summaries that are kept, and the requests of a day."""

import asyncio
from datetime import timedelta
from typing import Any

from storage import summaries
from storage.database import Database


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
