"""What Telegram told: kept once, dealt with by one process, never lost with it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import updates
from storage.database import Database
from storage.records import ChatId, Incoming
from storage.schema import updates as table

LEASE = timedelta(seconds=60)


def said(id: int, chat_id: int | None = 1) -> Incoming:
    return Incoming(id, None if chat_id is None else ChatId(chat_id), f'{{"update_id":{id}}}')


async def keep(database: Database, clock: Any, *came: Incoming) -> frozenset[int]:
    async with database.write(shared=True) as tx:
        return await updates.keep(tx, came, clock(), clock() + LEASE)


async def claim(database: Database, clock: Any, limit: int = 9) -> list[int]:
    async with database.write(shared=True) as tx:
        found = await updates.claim_left(tx, clock(), clock() + LEASE, limit)
    return [one.id for one in found]


async def test_an_update_that_comes_again_is_not_kept_again(
    any_database: Database, clock: Any
) -> None:
    assert await keep(any_database, clock, said(1), said(2)) == {1, 2}
    assert await keep(any_database, clock, said(2), said(3)) == {3}
    async with any_database.write() as tx:
        await updates.done(tx, {1, 2, 3}, clock())
    assert await keep(any_database, clock, said(1)) == frozenset()
    assert await keep(any_database, clock) == frozenset()


async def test_many_updates_are_kept_at_once(any_database: Database, clock: Any) -> None:
    came = [said(number, None) for number in range(250)]
    assert len(await keep(any_database, clock, *came)) == 250


async def test_what_was_said_is_forgotten_once_it_is_dealt_with_and_its_number_two_days_later(
    any_database: Database, clock: Any
) -> None:
    await keep(any_database, clock, said(1), said(2))
    async with any_database.write() as tx:
        await updates.done(tx, {1}, clock())
    async with any_database.read() as tx:
        rows = (await tx.execute(select(table.c.id, table.c.content).order_by(table.c.id))).all()
    assert [tuple(row) for row in rows] == [(1, ""), (2, '{"update_id":2}')]
    clock.forward(hours=49)
    async with any_database.write() as tx:
        await updates.prune(tx, clock() - timedelta(hours=48))
        assert list(await tx.scalars(select(table.c.id))) == [2]


async def test_what_a_dead_process_left_is_taken_when_its_lease_is_over_and_by_one_only(
    any_database: Database, clock: Any
) -> None:
    await keep(any_database, clock, said(5), said(4))
    assert await claim(any_database, clock) == []
    clock.forward(seconds=60)
    assert await claim(any_database, clock) == [4, 5]
    assert await claim(any_database, clock) == []


async def test_what_a_living_process_has_is_left_to_it(any_database: Database, clock: Any) -> None:
    await keep(any_database, clock, said(1), said(2))
    clock.forward(seconds=50)
    async with any_database.write() as tx:
        await updates.prolong(tx, {1}, clock() + LEASE)
    clock.forward(seconds=20)
    assert await claim(any_database, clock) == [2]


async def test_after_three_tries_an_update_is_given_up(any_database: Database, clock: Any) -> None:
    await keep(any_database, clock, said(1))
    for _ in range(2):
        clock.forward(seconds=61)
        assert await claim(any_database, clock) == [1]
    async with any_database.write() as tx:
        assert await updates.give_up(tx, clock()) == ()
    clock.forward(seconds=61)
    assert await claim(any_database, clock) == []
    async with any_database.write() as tx:
        assert await updates.give_up(tx, clock()) == (1,)
        assert await updates.give_up(tx, clock()) == ()
        assert list(await tx.scalars(select(table.c.content))) == [""]


async def test_a_process_that_ends_in_order_leaves_the_rest_at_once_and_it_is_no_try(
    any_database: Database, clock: Any
) -> None:
    await keep(any_database, clock, said(1), said(2))
    for _ in range(5):
        async with any_database.write() as tx:
            await updates.done(tx, {2}, clock())
            await updates.put_back(tx, {1, 2}, clock())
        assert await claim(any_database, clock) == [1]


async def test_a_process_that_is_alone_takes_what_the_one_before_it_left_without_waiting(
    any_database: Database, clock: Any
) -> None:
    await keep(any_database, clock, said(1))
    async with any_database.write() as tx:
        await updates.end_leases(tx, clock())
    assert await claim(any_database, clock) == [1]


async def test_who_deals_with_a_chat_is_known_as_long_as_it_lives(
    any_database: Database, clock: Any
) -> None:
    await keep(any_database, clock, said(1, 7), said(2, 7), said(3, 8), said(4, None))
    chats = {ChatId(7), ChatId(9)}
    async with any_database.write() as tx:
        assert await updates.under_way(tx, chats, clock()) == {7: {1, 2}}
        await updates.done(tx, {1}, clock())
        assert await updates.under_way(tx, chats, clock()) == {7: {2}}
        assert await updates.under_way(tx, chats, clock() + LEASE) == {}
