"""Digests that chats were shown when they asked for one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage import chats, shown, telling
from storage.database import Database
from storage.joins import join_stories
from storage.records import ArticleId, ChatId, Shown, StoryId
from storage.schema import chats as chat_rows
from storage.schema import stories

NOW = datetime(2026, 11, 20, 12, 0, 30, 250_000, tzinfo=UTC)
ME, OTHER = ChatId(1), ChatId(2)


def of(*ids: int, after: int | None = None) -> Shown:
    week = NOW - timedelta(days=7)
    known = None if after is None else ArticleId(after)
    return Shown(week, NOW, known, ArticleId(9), tuple(map(StoryId, ids)))


async def fill(database: Database) -> None:
    chat: dict[str, Any] = {"timezone": "UTC", "language": "en", "schedule": "off"}
    chat |= {"paused": False, "last_digest_at": NOW, "digested_to": 0, "created_at": NOW}
    async with database.write() as tx:
        await tx.execute(chat_rows.insert(), [chat | {"id": ME}, chat | {"id": OTHER}])
        await tx.execute(stories.insert(), [{"id": id, "first_seen_at": NOW} for id in (5, 6, 7)])


async def test_what_was_shown_comes_back_by_its_time_for_its_chat_alone(database: Database) -> None:
    await fill(database)
    async with database.write() as tx:
        at = await shown.show(tx, ME, of(7, 5, after=3), NOW)
    assert at == NOW.replace(microsecond=0)
    async with database.read() as tx:
        assert await shown.shown_at(tx, ME, at) == of(7, 5, after=3)
        assert await shown.shown_at(tx, OTHER, at) is None
        assert await shown.shown_at(tx, ME, at - timedelta(seconds=1)) is None
        assert await shown.last_shown_at(tx, ME) == at
        assert await shown.last_shown_at(tx, ME, at - timedelta(seconds=1)) is None
        assert await shown.last_shown_at(tx, OTHER) is None


async def test_no_two_digests_of_a_chat_have_one_time(database: Database) -> None:
    await fill(database)
    async with database.write() as tx:
        await telling.tell(tx, ME, [(StoryId(5), ArticleId(1))], NOW)
        times = [await shown.show(tx, ME, of(5), NOW) for _ in range(3)]
    whole = NOW.replace(microsecond=0)
    assert times == [whole + timedelta(seconds=more) for more in (1, 2, 3)]


async def test_only_the_last_ones_are_remembered(database: Database) -> None:
    await fill(database)
    async with database.write() as tx:
        await shown.show(tx, OTHER, of(6), NOW)
        times = [
            await shown.show(tx, ME, of(5), NOW + timedelta(hours=n)) for n in range(shown.KEPT + 2)
        ]
        kept = [await shown.shown_at(tx, ME, at) is not None for at in times]
        assert kept == [False, False] + [True] * shown.KEPT
        assert await shown.last_shown_at(tx, OTHER) is not None
        assert await shown.prune(tx, times[-1]) == shown.KEPT
        assert await shown.last_shown_at(tx, ME) == times[-1]


async def test_a_story_that_turned_out_to_be_another_is_that_one_in_its_place(
    database: Database,
) -> None:
    await fill(database)
    async with database.write() as tx:
        at = await shown.show(tx, ME, of(7, 5, 6), NOW)
        await join_stories(tx, StoryId(7), StoryId(6))
        found = await shown.shown_at(tx, ME, at)
    assert found is not None
    assert found.stories == (6, 5, 6)


async def test_a_group_that_became_another_takes_along_what_it_was_shown(
    database: Database,
) -> None:
    await fill(database)
    async with database.write() as tx:
        at = await shown.show(tx, ME, of(5), NOW)
        later = await shown.show(tx, ME, of(6), NOW)
        assert await shown.show(tx, OTHER, of(7), NOW) == at
        await chats.migrate(tx, ME, OTHER)
        kept = [await shown.shown_at(tx, OTHER, one) for one in (at, later)]
    assert [one and one.stories for one in kept] == [(7,), (6,)]
