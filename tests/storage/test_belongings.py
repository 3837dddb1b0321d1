"""All that is kept of a chat, shown and erased."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage import belongings, chats, outbox, updates
from storage import broadcasts as all_going
from storage.database import Database
from storage.records import BEFORE_ALL, ArticleId, Chat, ChatId, Incoming, Kind
from storage.schema import broadcasts, metadata, people, subscriptions, topic_changes, topics
from storage.schema import chats as chat_rows
from storage.schema import updates as update_rows
from tests.storage.every_table import fill, rows_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME, OTHER = ChatId(-1001234567890123), ChatId(777_000_111_222)


async def settle(database: Database, chat_id: ChatId, *typed: str) -> None:
    """A chat that follows these topics."""
    chat = Chat(chat_id, "UTC", "en", "weekly mon 09:00", NOW, NOW, ArticleId(0), False, None, None)
    async with database.write() as tx:
        await chats.add(tx, chat, NOW)
        for text in typed:
            topic = await chats.intern_topic(tx, text.casefold(), text, NOW)
            await chats.subscribe(tx, chat_id, Kind.TOPIC, topic.id, text, ArticleId(0), NOW)


async def texts(database: Database) -> set[str]:
    async with database.read() as tx:
        return set(await tx.scalars(select(topics.c.text)))


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


async def test_no_table_keeps_a_row_of_an_erased_chat(database: Database) -> None:
    await fill(database)
    async with database.read() as tx:
        mine = ChatId((await tx.execute(select(chat_rows.c.id))).scalars().first() or 0)
        before = await rows_of(tx)
    async with database.write() as tx:
        assert (await belongings.erase(tx, mine)).chat
    async with database.read() as tx:
        after = await rows_of(tx)
        assert await belongings.everything_of(tx, mine) == {}
        for table in metadata.sorted_tables:
            if "chat_id" in table.c:
                left = await tx.scalars(select(table).where(table.c.chat_id == mine))
                assert left.all() == []
    # What is everybody's stays.
    for shared in ("articles", "stories", "feeds", "summaries", "marks", "invites"):
        assert after[shared] == before[shared]
    assert len(after["chats"]) == len(before["chats"]) - 1


async def test_topics_that_others_follow_stay_and_those_that_were_only_typed_go(
    any_database: Database,
) -> None:
    await settle(any_database, ME, "Purple otters", "Rice")
    await settle(any_database, OTHER, "Rice")
    async with any_database.write() as tx:
        await chats.intern_topic(tx, "searched once", "Searched once", NOW)
    async with any_database.write() as tx:
        erased = await belongings.erase(tx, ME)
    assert len(erased.topics) == 2
    assert await texts(any_database) == {"Rice"}
    async with any_database.read() as tx:
        changed = await tx.scalars(select(topic_changes.c.topic_id))
        # Whoever remembers who follows what hears of it.
        assert erased.topics <= {*changed.all(), *erased.topics}
        assert [one.name for one in await chats.followed(tx, OTHER)] == ["Rice"]


async def test_updates_lose_what_they_say_and_keep_their_numbers(any_database: Database) -> None:
    await settle(any_database, ME)
    said = f'{{"update_id":7,"inline_query":{{"from":{{"id":{ME},"x":1}},"query":"otters"}}}}'
    others = f'{{"update_id":8,"inline_query":{{"from":{{"id":{ME}0}},"query":"rice"}}}}'
    came = [
        Incoming(6, ME, '{"update_id":6}'),
        Incoming(7, None, said),
        Incoming(8, None, others),
        Incoming(9, OTHER, '{"update_id":9}'),
    ]
    async with any_database.write() as tx:
        await updates.keep(tx, came, NOW, NOW)
    async with any_database.write() as tx:
        await belongings.erase(tx, ME)
    async with any_database.read() as tx:
        rows = await tx.execute(
            select(update_rows.c.id, update_rows.c.chat_id, update_rows.c.content)
        )
        assert sorted(rows) == [
            (6, None, ""),
            (7, None, ""),
            (8, None, others),
            (9, OTHER, '{"update_id":9}'),
        ]
    async with any_database.write() as tx:
        assert await updates.keep(tx, came[:2], NOW, NOW) == frozenset()


async def test_a_person_who_is_banned_stays_banned_and_one_who_is_admitted_is_forgotten(
    any_database: Database,
) -> None:
    async with any_database.write() as tx:
        rows: list[dict[str, Any]] = [
            {"id": ME, "admitted_at": NOW, "banned_at": None},
            {"id": OTHER, "admitted_at": NOW, "banned_at": NOW},
        ]
        await tx.execute(insert(people), rows)
    async with any_database.write() as tx:
        await belongings.erase(tx, ME)
        await belongings.erase(tx, OTHER)
    async with any_database.read() as tx:
        assert list(await tx.scalars(select(people.c.id))) == [OTHER]


async def test_nobody_manages_a_channel_that_is_erased(any_database: Database) -> None:
    await settle(any_database, ME)
    await settle(any_database, OTHER)
    async with any_database.write() as tx:
        await tx.execute(update(chat_rows).where(chat_rows.c.id == OTHER).values(manages=ME))
    async with any_database.write() as tx:
        await belongings.erase(tx, ME)
    async with any_database.read() as tx:
        assert list(await tx.scalars(select(chat_rows.c.manages))) == [None]


async def test_broadcasts_forget_who_made_them_and_go_on_with_the_chats_that_are_left(
    any_database: Database,
) -> None:
    for chat_id in (ChatId(5), ChatId(7_123_456_789), OTHER):
        await settle(any_database, chat_id)
    mine = ChatId(7_123_456_789)
    async with any_database.write() as tx:
        for at in ({"put_to": mine}, {"put_to": mine, "finished_at": NOW}, {"put_to": None}):
            made = {"text": "Hello", "made_by": mine, "made_at": NOW, "finished_at": None}
            await tx.execute(insert(broadcasts).values(made | at))
    async with any_database.write() as tx:
        await belongings.erase(tx, mine)
    async with any_database.read() as tx:
        rows = await tx.execute(select(broadcasts.c.made_by, broadcasts.c.put_to))
        assert sorted(rows, key=str) == sorted([(0, 5), (0, 5), (0, None)], key=str)
        going = await all_going.going(tx)
        assert going is not None
        assert [chat.id for chat in await all_going.next_chats(tx, going, 9)] == [OTHER]
    async with any_database.write() as tx:
        await belongings.erase(tx, ChatId(5))
    async with any_database.read() as tx:
        first = {BEFORE_ALL, None}
        assert set(await tx.scalars(select(broadcasts.c.put_to))) == first


async def test_nothing_of_an_erased_chat_is_left_in_the_file(
    database: Database, tmp_path: Path
) -> None:
    typed = [f"Purple otters number {number}" for number in range(300)]
    await settle(database, ME, *typed)
    await settle(database, OTHER, "Rice")
    async with database.write() as tx:
        for number in range(50):
            text = f"Your purple otters, part {number} " + "long " * 500
            await outbox.put(tx, ME, [(text, "")], NOW)
    # Rows that were removed before, and left their traces.
    async with database.write() as tx:
        gone = subscriptions.c.chat_id == ME
        ids = list(await tx.scalars(select(subscriptions.c.id).where(gone)))
        for id in ids[::2]:
            await chats.unsubscribe(tx, ME, id)
    before = on_disk(tmp_path)
    assert b"urple otters" in before
    assert ME.to_bytes(8, "big", signed=True) in before
    async with database.write() as tx:
        await belongings.erase(tx, ME)
    assert await database.scrub()
    after = on_disk(tmp_path)
    assert b"urple otters" not in after
    assert str(ME).encode() not in after
    assert ME.to_bytes(8, "big", signed=True) not in after
    assert b"Rice" in after
    assert (tmp_path / "test.db-wal").stat().st_size == 0
    # Written and read as before.
    await settle(database, ME, "Something else")
    assert await texts(database) == {"Rice", "Something else"}


async def test_everything_of_a_chat_says_what_its_ids_stand_for(any_database: Database) -> None:
    await settle(any_database, ME, "Purple otters")
    await settle(any_database, OTHER, "Rice")
    async with any_database.read() as tx:
        found = await belongings.everything_of(tx, ME)
    assert set(found) == {"chats", "subscriptions"}
    assert found["chats"][0]["schedule"] == "weekly mon 09:00"
    [followed] = found["subscriptions"]
    assert (followed["topic"], followed["name"]) == ("Purple otters", "Purple otters")


@pytest.mark.parametrize("chat_id", [0, 5])
async def test_a_chat_that_is_unknown_is_erased_without_harm(
    any_database: Database, chat_id: int
) -> None:
    await settle(any_database, OTHER, "Rice")
    async with any_database.write() as tx:
        assert not (await belongings.erase(tx, ChatId(chat_id))).chat
    assert await texts(any_database) == {"Rice"}
