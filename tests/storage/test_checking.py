"""What is wrong with a database is found, one line for each thing, with the way out."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from news import archive
from news.indexing import VERSION
from storage.checking import INDEX_VERSION_MARK, Finding, Level, check, size
from storage.database import UNFINISHED, Database, open_as_it_is, open_database, set_mark
from storage.records import ArticleId, Chat
from storage.schema import stories
from tests.storage.every_table import damage, fill

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def _check(database: Database) -> dict[str, Finding]:
    async with database.read() as tx:
        return {one.about: one for one in await check(tx, VERSION)}


async def _wrong(database: Database) -> list[Finding]:
    async with database.read() as tx:
        return [one for one in await check(tx, VERSION) if one.level is Level.WRONG]


async def _build(database: Database) -> None:
    while await archive.build_index(database):
        pass


async def test_a_whole_database_is_found_whole(any_database: Database, seed: Any) -> None:
    async with any_database.write() as tx:
        await seed.article(tx)
        await seed.chat(tx)
    await _build(any_database)
    found = await _check(any_database)
    assert {one.level for one in found.values()} == {Level.FINE}
    assert [*found] == ["version", "integrity", "references", "ids", "watermarks", "index"]
    async with any_database.read() as tx:
        assert await size(tx) > 50_000


async def test_looking_changes_nothing_and_makes_no_tables(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        sqlite3.connect(file).execute("CREATE TABLE other (id)").connection.close()
    database = await open_as_it_is(database_url)
    for _ in range(2):
        found = await _check(database)
        assert (found["version"].level, found["version"].text) == (
            Level.WRONG,
            "there are no tables",
        )
        assert "db upgrade" in found["version"].fix
    await database.close()


@pytest.mark.parametrize(
    ("revision", "fix"), [("0004", "run `kawaraban db upgrade`"), ("9999", "install the newer")]
)
async def test_another_version_is_told_with_what_to_do(
    any_database: Database, revision: str, fix: str
) -> None:
    async with any_database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    [found] = await _wrong(any_database)
    assert (found.about, revision in found.text) == ("version", True)
    assert fix in found.fix


async def test_half_of_a_copy_is_found(any_database: Database) -> None:
    async with any_database.write() as tx:
        await set_mark(tx, UNFINISHED, "{}")
    [found] = await _wrong(any_database)
    assert "unfinished" in found.text


async def test_the_mark_of_the_index_is_the_one_that_its_builder_sets() -> None:
    assert archive._BUILT == INDEX_VERSION_MARK
    assert archive._BUILDING.startswith("search.")


async def test_an_index_that_is_not_built_yet_is_a_note_and_a_gap_in_it_is_wrong(
    any_database: Database, seed: Any
) -> None:
    async with any_database.write() as tx:
        await seed.article(tx)
    assert (await _check(any_database))["index"].level is Level.NOTE
    await _build(any_database)
    async with any_database.write() as tx:
        await seed.article(tx)
    [found] = await _wrong(any_database)
    assert found.text == "1 articles can't be found by words"
    # What the finding tells to do helps.
    async with any_database.write() as tx:
        await tx.execute(text(found.fix.partition(":")[0]))
    await _build(any_database)
    assert await _wrong(any_database) == []


async def test_a_watermark_beyond_all_articles_would_keep_news_from_a_chat(
    any_database: Database, seed: Any
) -> None:
    async with any_database.write() as tx:
        last = await seed.article(tx)
        chat: Chat = await seed.chat(tx)
        await tx.execute(
            text("UPDATE chats SET digested_to = :it WHERE id = :chat"),
            {"it": ArticleId(last + 1), "chat": chat.id},
        )
    await _build(any_database)
    [found] = await _wrong(any_database)
    assert found.text == f"1 chats wait for articles beyond {last}, which is the newest ever"
    async with any_database.write() as tx:
        await tx.execute(text(found.fix))
    assert await _wrong(any_database) == []


async def test_a_watermark_may_be_that_of_an_article_which_is_gone(
    any_database: Database, seed: Any
) -> None:
    async with any_database.write() as tx:
        last = await seed.article(tx)
        await seed.chat(tx)
        await tx.execute(text("UPDATE chats SET digested_to = :it"), {"it": last})
        await tx.execute(text("DELETE FROM articles"))
    assert await _wrong(any_database) == []


@on_postgresql
async def test_a_sequence_that_fell_behind_is_found_and_mended(any_database: Database) -> None:
    async with any_database.write() as tx:
        await tx.execute(insert(stories).values(id=77, first_seen_at=text("now()")))
    [found] = await _wrong(any_database)
    assert found.text == "stories counts on from 0, and has an id 77 already"
    async with any_database.write() as tx:
        await tx.execute(text(found.fix))
    assert await _wrong(any_database) == []


@on_postgresql
async def test_an_index_that_is_not_whole_and_a_rule_that_was_not_checked_are_found(
    any_database: Database,
) -> None:
    async with any_database.write() as tx:
        await tx.execute(
            text(
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = CAST('ix_feeds_host' AS regclass)"
            )
        )
        await tx.execute(text("ALTER TABLE votes ADD CHECK (value < 2) NOT VALID"))
    index, rule = await _wrong(any_database)
    assert index.text == "the index ix_feeds_host is not whole"
    assert rule.text == "not all rows of votes were held against votes_value_check"
    async with any_database.write() as tx:
        await tx.execute(text(index.fix))
        await tx.execute(text(rule.fix))
    assert await _wrong(any_database) == []


async def test_rows_that_point_nowhere_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "loose.db"
    database = await open_database(f"sqlite:///{file}")
    await fill(database)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM topics WHERE id < 20")
        connection.commit()
    found = [one for one in await _wrong(database) if one.about == "references"]
    assert "2 rows of matches point to topics that are gone" in [one.text for one in found]
    await database.close()


async def test_a_damaged_file_is_found_damaged(tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    database = await open_database(f"sqlite:///{file}")
    await fill(database)
    await database.close()
    damage(file, "articles")
    database = await open_as_it_is(f"sqlite:///{file}")
    found = await _wrong(database)
    assert {one.about for one in found} == {"integrity"}
    assert "restore a backup" in found[0].fix
    await database.close()
