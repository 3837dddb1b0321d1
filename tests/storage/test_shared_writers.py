"""Writers that may work beside each other on PostgreSQL, and those that may not."""

import asyncio

from storage.database import Database, mark, set_mark


async def test_shared_writers_work_beside_each_other_on_postgresql_and_in_turn_on_sqlite(
    any_database: Database,
) -> None:
    inside = 0
    most = 0

    async def write(name: str) -> None:
        nonlocal inside, most
        async with any_database.write(shared=True) as tx:
            inside += 1
            most = max(most, inside)
            await set_mark(tx, name, "1")
            await asyncio.sleep(0.05)
            inside -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(write(f"mark {number}"))
    assert most == (3 if any_database.is_shared else 1)


async def test_an_exclusive_writer_is_alone_and_not_kept_waiting_by_those_that_come_later(
    any_database: Database,
) -> None:
    inside: set[str] = set()
    order: list[str] = []

    async def write(name: str, *, shared: bool) -> None:
        async with any_database.write(shared=shared) as tx:
            assert not shared or "exclusive" not in inside
            assert shared or not inside
            inside.add(name)
            order.append(name)
            before = int(await mark(tx, "count") or 0) if not shared else 0
            await asyncio.sleep(0.02)
            if not shared:
                await set_mark(tx, "count", str(before + 1))
            inside.discard(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(write("shared 0", shared=True))
        await asyncio.sleep(0.01)
        for round in range(5):
            group.create_task(write("exclusive", shared=False))
            await asyncio.sleep(0.005)
            group.create_task(write(f"shared {round + 1}", shared=True))
            await asyncio.sleep(0.005)
    assert order.count("exclusive") == 5
    async with any_database.read() as tx:
        assert await mark(tx, "count") == "5"
