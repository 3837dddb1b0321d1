"""Opening, migrating, and the two kinds of transaction."""

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Self

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from storage import chats, feeds
from storage.database import (
    Database,
    DatabaseAway,
    DatabaseRefused,
    is_trouble,
    mark,
    open_database,
    set_mark,
)
from storage.records import ChatId
from storage.schema import metadata, search_rows

Seed = Any


async def test_what_can_not_be_kept_is_no_trouble_of_the_database(any_database: Database) -> None:
    statements = (
        "INSERT INTO marks (name, value) VALUES ('a', NULL)",
        "INSERT INTO marks (name, value) VALUES ('a', :text)",
    )
    for statement in statements:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - drivers differ, that is the point
            async with any_database.write() as tx:
                await tx.execute(text(statement), {"text": "a\ud800b"} if ":" in statement else {})
        assert not is_trouble(caught.value)
    with pytest.raises(OperationalError) as locked:
        raise OperationalError("SELECT", {}, Exception("database is locked"))
    assert is_trouble(locked.value)
    # As a group of tasks raises it.
    assert is_trouble(ExceptionGroup("visits", [locked.value, locked.value]))
    assert not is_trouble(ExceptionGroup("visits", [locked.value, ValueError()]))


def _differences(
    connection: Connection, wanted: MetaData, is_meant: Callable[[str], bool]
) -> list[Any]:
    def include(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or is_meant(name or "")

    context = MigrationContext.configure(connection, opts={"include_name": include})
    return list(compare_metadata(context, wanted))


async def test_the_migrations_make_exactly_the_tables_of_the_schema(any_database: Database) -> None:
    def differences(connection: Any) -> list[Any]:
        found = _differences(connection, metadata, lambda name: not name.startswith("search_rows"))
        if connection.dialect.name == "postgresql":
            found += _differences(connection, search_rows.metadata, "search_rows".__eq__)
        return found

    async with any_database.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_sqlite_gives_no_id_out_twice_where_the_schema_says_so(database: Database) -> None:
    wanted = {
        name
        for name, table in metadata.tables.items()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    counting = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINC%'")
    async with database.read() as tx:
        assert set(await tx.scalars(counting)) == wanted


async def test_what_was_written_is_there_after_opening_again(database_url: str, seed: Seed) -> None:
    first = await open_database(database_url)
    async with first.write() as tx:
        await seed.chat(tx)
    await first.close()
    second = await open_database(database_url)
    async with second.read() as tx:
        assert await chats.get(tx, ChatId(1)) is not None
    await second.close()


async def test_an_exception_undoes_the_whole_transaction(
    any_database: Database, seed: Seed
) -> None:
    async def fail() -> None:
        async with any_database.write() as tx:
            await seed.chat(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with any_database.read() as tx:
        assert await chats.get(tx, ChatId(1)) is None


async def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(
    any_database: Database,
) -> None:
    async with any_database.read() as reader:
        assert await mark(reader, "count") is None
        async with any_database.write() as tx:
            await set_mark(tx, "count", "1")
        assert await mark(reader, "count") is None
    async with any_database.read() as reader:
        assert await mark(reader, "count") == "1"


async def test_writers_work_one_after_the_other(any_database: Database) -> None:
    async def count_up() -> None:
        async with any_database.write() as tx:
            before = int(await mark(tx, "count") or 0)
            await asyncio.sleep(0.001)
            await set_mark(tx, "count", str(before + 1))

    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(count_up())
    async with any_database.read() as tx:
        assert await mark(tx, "count") == "10"


async def test_writers_of_two_processes_work_one_after_the_other(database_url: str) -> None:
    databases = [await open_database(database_url)]
    if database_url.startswith("sqlite"):
        # A SQLite file belongs to one process, so there is no second one to wait for.
        with pytest.raises(DatabaseRefused):
            await open_database(database_url)
    else:
        databases.append(await open_database(database_url))

    async def count_up(database: Database) -> None:
        async with database.write() as tx:
            before = int(await mark(tx, "count") or 0)
            await asyncio.sleep(0.001)
            await set_mark(tx, "count", str(before + 1))

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(count_up(databases[number % len(databases)]))
    async with databases[0].read() as tx:
        assert await mark(tx, "count") == "10"
    for database in databases:
        await database.close()


async def test_a_file_in_use_is_refused(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)
    with pytest.raises(DatabaseRefused, match="in use by another Kawaraban"):
        await open_database(sqlite_url)
    await database.close()
    await (await open_database(sqlite_url)).close()


async def test_a_database_newer_than_the_program_is_refused_in_one_line(database_url: str) -> None:
    database = await open_database(database_url)
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(DatabaseRefused, match="newer Kawaraban") as caught:
        await open_database(database_url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hidden@host/name",
        "nonsense",
        "sqlite://",
        "postgresql://user:hidden@host",
        "postgresql://user:hidden@127.0.0.1:9/name",
    ],
)
async def test_a_database_that_can_not_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseRefused, match=r"^DATABASE_URL: ") as caught:
        await open_database(url)
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_foreign_keys_hold(any_database: Database, clock: Any) -> None:
    statement = text("INSERT INTO told (chat_id, story_id, told_at) VALUES (1, 1, :now)")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with any_database.write() as tx:
            await tx.execute(statement, {"now": clock().replace(tzinfo=None)})


async def test_times_come_back_aware_and_in_utc(any_database: Database, clock: Any) -> None:
    tokyo = timezone(timedelta(hours=9))
    async with any_database.write() as tx:
        await feeds.add(tx, "https://a.example/", clock().astimezone(tokyo))
        feed = await feeds.find(tx, "https://a.example/")
    assert feed is not None
    assert feed.next_visit_at == clock()
    assert feed.next_visit_at.utcoffset() == timedelta(0)


async def test_a_time_without_zone_is_refused(any_database: Database) -> None:
    with pytest.raises(StatementError, match="without zone"):
        async with any_database.write() as tx:
            await feeds.add(tx, "https://a.example/", datetime(2026, 1, 1))  # noqa: DTZ001


async def test_closing_leaves_no_connection_open(sqlite_url: str) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(20):
        database = await open_database(sqlite_url)
        await database.ping()
        await database.close()
    assert len(asyncio.all_tasks()) == before


async def test_a_write_that_is_cancelled_at_any_moment_leaves_nothing_locked_and_nothing_half_done(
    database: Database, seed: Seed
) -> None:
    async def write(number: int) -> None:
        async with database.write() as tx:
            for name in "abc":
                await seed.feed(tx, f"https://{name}{number}.example/")

    lost: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: lost.append(what))
    chance = random.Random(7)
    for round in range(80):
        async with asyncio.TaskGroup() as group:
            begun = [group.create_task(write(round * 5 + number)) for number in range(5)]
            await asyncio.sleep(chance.random() * 0.02)
            # Some of them again, while they end.
            for _ in range(1 + round % 2):
                for one in begun:
                    one.cancel()
                await asyncio.sleep(chance.random() * 0.001)
        async with asyncio.timeout(10):
            await write(-round - 1)
    async with database.read() as tx:
        urls = [url for _, url, _, _ in await feeds.names(tx)]
    kept = Counter(url.removeprefix("https://").lstrip("abc") for url in urls)
    assert set(kept.values()) == {3}
    gc.collect()
    assert lost == []


async def test_what_was_done_before_a_statement_that_failed_is_undone_with_it(
    any_database: Database, seed: Seed
) -> None:
    async def fail() -> None:
        async with any_database.write() as tx:
            await seed.chat(tx)
            await tx.execute(text("INSERT INTO marks (name) VALUES (NULL)"))

    for _ in range(2):
        with pytest.raises(IntegrityError):
            await fail()
        async with any_database.write() as tx:
            assert await chats.get(tx, ChatId(1)) is None


async def test_a_write_in_which_nothing_is_written_holds_nobody_up(
    sqlite_url: str,
) -> None:
    one = await open_database(sqlite_url)
    other = await open_database(sqlite_url, alone=False)
    async with one.write(), asyncio.timeout(10), other.write() as tx:
        await set_mark(tx, "count", "1")
    async with one.read() as tx:
        assert await mark(tx, "count") == "1"
    await one.close()
    await other.close()


class Road:
    """A way to the PostgreSQL of the tests that can be blocked, so that nothing gets through, or closed."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await self._server.wait_closed()

    def close(self) -> None:
        """End all connections, and take no more."""
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", 5432)
        self._writers += (writer, back)
        ways = self._carry(reader, back), self._carry(there, writer)
        await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65_536):
            await self.open.wait()
            writer.write(some)
        writer.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_server_that_does_not_answer_or_is_gone_is_trouble_of_the_database(
    database_url: str,
) -> None:
    async with Road() as road:
        url = database_url.replace(":5432/", f":{road.port}/")
        database = await open_database(url, patience=0.2)
        try:
            assert await answers(database)
            road.open.clear()
            with pytest.raises(OperationalError) as slow:
                async with database.write() as tx:
                    await tx.execute(text("SELECT 1"))
            road.open.set()
            assert await answers(database)
            road.close()
            with pytest.raises(OperationalError) as gone:
                await answers(database)
            with pytest.raises(DatabaseAway) as away:
                await open_database(url)
        finally:
            await database.close()
    assert is_trouble(slow.value)
    assert is_trouble(gone.value)
    assert str(away.value).startswith("DATABASE_URL: postgresql+asyncpg://")


async def answers(database: Database) -> bool:
    async with database.read() as tx:
        return bool(await tx.scalar(text("SELECT 1")))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_the_server_does_not_have_is_a_wrong_setting(
    database_url: str,
) -> None:
    with pytest.raises(DatabaseRefused, match="does not exist") as refused:
        await open_database(database_url + "x")
    assert not isinstance(refused.value, DatabaseAway)
