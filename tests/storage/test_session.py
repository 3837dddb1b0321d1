"""Single roles on PostgreSQL: one process at work, others wait and take over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from storage import session as session_room
from storage.bells import Bell
from storage.database import Database, open_database, ring
from storage.session import Session, lock_key

ROLE = "courier of 1"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_room, "BEAT_SECONDS", 0.05)


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110 - a server works meanwhile
            await asyncio.sleep(0.01)


@asynccontextmanager
async def kept(session: Session) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(session.keep())
        yield task
        task.cancel()


async def sever(database: Database, *, every_one: bool = False) -> None:
    """Let the server end the sessions that hold a role, or all but the one that asks."""
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND (:every_one OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))"
    )
    async with database.read() as tx:
        await tx.execute(text(statement), {"every_one": every_one})


@pytest.fixture
async def shared(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """One PostgreSQL database, opened by two processes."""
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file belongs to one process")
    first, second = await open_database(database_url), await open_database(database_url)
    yield first, second
    await first.close()
    await second.close()


async def test_alone_with_its_file_a_process_has_every_role_at_once_until_it_resigns(
    database: Database,
) -> None:
    session = Session(database, [ROLE])
    assert session.holds(ROLE)
    assert not session.idle(ROLE).is_set()
    session.resign()
    assert not session.holds(ROLE)
    assert session.idle(ROLE).is_set()


async def test_of_two_processes_one_has_a_role_and_the_other_takes_it_over_when_that_ends(
    shared: tuple[Database, Database],
) -> None:
    first, second = (Session(database, [ROLE]) for database in shared)
    assert not first.holds(ROLE)
    assert first.idle(ROLE).is_set()
    async with kept(second) as other:
        async with kept(first):
            await until(lambda: first.holds(ROLE) or second.holds(ROLE))
            await asyncio.sleep(0.3)
            assert first.holds(ROLE) != second.holds(ROLE)
            if second.holds(ROLE):
                other.cancel()
                await until(lambda: first.holds(ROLE))
                return
        await until(lambda: second.holds(ROLE))
        assert not first.holds(ROLE)
        assert first.idle(ROLE).is_set()


async def test_roles_are_held_apart(shared: tuple[Database, Database]) -> None:
    first, second = Session(shared[0], ["a"]), Session(shared[1], ["a", "b"])
    async with kept(first):
        await until(lambda: first.holds("a"))
        async with kept(second):
            await until(lambda: second.holds("b"))
            assert not second.holds("a")


async def test_a_holder_whose_connection_breaks_stops_at_once_and_one_of_them_goes_on(
    shared: tuple[Database, Database],
) -> None:
    first, second = (Session(database, [ROLE]) for database in shared)
    told: list[bool] = []
    first.listen(lambda _role, held: told.append(held))
    async with kept(first):
        await until(lambda: first.holds(ROLE))
        idle = first.idle(ROLE)
        async with kept(second):
            await sever(shared[1])
            async with asyncio.timeout(5):
                await idle.wait()
            await until(lambda: first.holds(ROLE) or second.holds(ROLE))
            assert not (first.holds(ROLE) and second.holds(ROLE))
    assert told[:2] == [True, False]


async def test_who_can_not_ask_the_server_stops_before_the_server_can_give_the_role_away(
    shared: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_room, "BEAT_SECONDS", 60)
    monkeypatch.setattr(session_room, "_VALID_SECONDS", 0.3)
    session = Session(shared[0], [ROLE])
    async with kept(session):
        await until(lambda: session.holds(ROLE))
        await until(lambda: not session.holds(ROLE))


async def test_after_a_restart_of_the_server_everything_works_again_by_itself(
    shared: tuple[Database, Database],
) -> None:
    first, second = shared
    session = Session(first, [ROLE])
    heard: list[Bell] = []
    first.bells.listen(heard.append)
    async with kept(session):
        await until(lambda: session.holds(ROLE))
        async with first.read() as tx:
            await tx.execute(text("SELECT 1"))
        await sever(second, every_one=True)
        await until(lambda: session.holds(ROLE))
        async with first.write() as tx:
            await tx.execute(text("SELECT 1"))
        heard.clear()
        async with second.write() as tx:
            ring(tx, Bell.OUTBOX)
        await until(lambda: Bell.OUTBOX in heard)


async def test_a_bell_rings_in_every_process_once_its_transaction_is_committed(
    shared: tuple[Database, Database],
) -> None:
    first, second = shared
    heard: dict[str, list[Bell]] = {"first": [], "second": []}
    first.bells.listen(heard["first"].append)
    second.bells.listen(heard["second"].append)
    session = Session(second, [])
    async with kept(session):
        # At first all of them: something may have rung before.
        await until(lambda: len(heard["second"]) == len(Bell))
        heard["second"].clear()
        async with first.write() as tx:
            ring(tx, Bell.FEEDS)
            await asyncio.sleep(0.1)
            assert heard == {"first": [], "second": []}
        assert heard["first"] == [Bell.FEEDS]
        await until(lambda: heard["second"] == [Bell.FEEDS])


async def test_what_is_undone_rings_no_bell(any_database: Database) -> None:
    heard: list[Bell] = []
    any_database.bells.listen(heard.append)

    async def fail() -> None:
        async with any_database.write() as tx:
            ring(tx, Bell.OUTBOX)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert heard == []
    async with any_database.write() as tx:
        ring(tx, Bell.OUTBOX)
        ring(tx, Bell.OUTBOX)
    assert heard == [Bell.OUTBOX]


def test_the_key_of_a_role_fits_into_a_lock_and_tells_roles_apart() -> None:
    keys = {lock_key(f"courier of {number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)
