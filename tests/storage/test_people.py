"""Who is let in, by which link, and who is banned, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

from storage import people
from storage.records import Invite


async def test_a_link_lets_in_as_many_as_it_is_for_and_no_more(
    any_database: Any, clock: Any
) -> None:
    made = Invite("token", clock() + timedelta(days=7), 2)
    async with any_database.write() as tx:
        await people.invite(tx, made, clock())
    taken = []
    for person in (1, 2, 3):
        async with any_database.write() as tx:
            taken.append(await people.redeem(tx, "token", person, clock()))
    assert taken == [True, True, False]
    async with any_database.read() as tx:
        assert [await people.admitted(tx, [person]) for person in (1, 2, 3)] == [True, True, False]
        assert await people.open_invites(tx, clock(), 9) == ()


async def test_two_who_come_at_once_by_the_last_use_of_a_link_are_not_both_let_in(
    any_database: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        await people.invite(tx, Invite("token", clock() + timedelta(days=7), 1), clock())

    async def come(person: int) -> bool:
        async with any_database.write() as tx:
            return await people.redeem(tx, "token", person, clock())

    assert sorted(await asyncio.gather(come(1), come(2))) == [False, True]


async def test_whoever_is_in_already_takes_no_use_of_a_link(any_database: Any, clock: Any) -> None:
    made = Invite("token", clock() + timedelta(days=7), 1)
    async with any_database.write() as tx:
        await people.invite(tx, made, clock())
        await people.admit(tx, 1, clock())
        assert await people.redeem(tx, "token", 1, clock())
        assert await people.open_invites(tx, clock(), 9) == (made,)


async def test_a_link_is_over_with_its_time_and_when_it_is_revoked(
    any_database: Any, clock: Any
) -> None:
    soon, late = (
        Invite(name, clock() + timedelta(days=days), 5) for name, days in (("a", 1), ("b", 9))
    )
    async with any_database.write() as tx:
        await people.invite(tx, soon, clock())
        await people.invite(tx, late, clock())
        clock.forward(days=1)
        assert not await people.redeem(tx, "a", 1, clock())
        assert await people.revoke(tx, "b") == late
        assert await people.revoke(tx, "b") is None
        assert not await people.redeem(tx, "b", 1, clock())
        assert not await people.redeem(tx, "never made", 1, clock())


async def test_a_ban_outlasts_nothing_but_its_end_and_who_was_let_in_stays_so(
    any_database: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        await people.admit(tx, 1, clock())
        assert await people.ban(tx, 1, clock())
        assert not await people.ban(tx, 1, clock())
        await people.ban(tx, 2, clock() + timedelta(seconds=1))
        assert await people.banned(tx, 9) == (2, 1)
        assert await people.is_banned(tx, {5, 2})
        assert await people.unban(tx, 1)
        assert not await people.unban(tx, 1)
        assert await people.unban(tx, 2)
        assert not await people.is_banned(tx, {1, 2})
        assert await people.admitted(tx, [1])
        assert not await people.admitted(tx, [2])


async def test_a_group_that_gets_another_id_stays_let_in(any_database: Any, clock: Any) -> None:
    async with any_database.write() as tx:
        await people.admit(tx, -5, clock())
        await people.migrate(tx, -5, -1005)
        await people.migrate(tx, -6, -1006)
        assert await people.admitted(tx, [-1005])
        assert not await people.admitted(tx, [-5, -6, -1006])
