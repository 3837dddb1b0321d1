"""Real parts for the tests: a SQLite file or a PostgreSQL database, a clock that is set by hand."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from storage.database import Database, file_of, open_database

POSTGRES = "postgresql://{user}@127.0.0.1:5432/{name}"
USER = os.environ.get("PGUSER", "postgres")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write tests/snapshots/ as everything looks now",
    )


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'test.db'}"


async def _postgres(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES.format(user=USER, name="postgres"), timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    """An empty database of each kind, gone afterwards.

    KAWARABAN_TEST_POSTGRES=required makes a missing PostgreSQL a failure instead of a skip.
    """
    if request.param == "sqlite":
        yield sqlite_url
        return
    name = f"kawaraban_test_{uuid.uuid4().hex}"
    try:
        await _postgres(f"CREATE DATABASE {name}")
    except (OSError, TimeoutError, asyncpg.PostgresError):
        if os.environ.get("KAWARABAN_TEST_POSTGRES") == "required":
            raise
        pytest.skip("no PostgreSQL answers on 127.0.0.1:5432")
    try:
        yield POSTGRES.format(user=USER, name=name)
    finally:
        await _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied: to make them takes longer than many a test."""
    file = tmp_path_factory.mktemp("migrated") / "empty.db"

    async def make() -> None:
        database = await open_database(f"sqlite:///{file}")
        await database.close()

    asyncio.run(make())
    return file


@asynccontextmanager
async def _opened(url: str, migrated: Path) -> AsyncIterator[Database]:
    file = file_of(url)
    if file is not None and not file.exists():
        shutil.copy(migrated, file)
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def any_database(database_url: str, migrated: Path) -> AsyncIterator[Database]:
    """An open database, once of each kind."""
    async with _opened(database_url, migrated) as database:
        yield database


@pytest.fixture
async def database(sqlite_url: str, migrated: Path) -> AsyncIterator[Database]:
    """An open SQLite database."""
    async with _opened(sqlite_url, migrated) as database:
        yield database
