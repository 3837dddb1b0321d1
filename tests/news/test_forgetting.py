"""Forgetting a chat with the feeds that only it followed."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from news import follow, forgetting, query, search, unfollowing
from news.errors import NoSuchNumber
from storage import articles, belongings, chats, feeds, opinions, unwanted
from storage.database import Database
from storage.records import (
    ArticleId,
    Chat,
    ChatId,
    IndexRow,
    Kind,
    NewArticle,
    StoryId,
    SubscriptionId,
)
from storage.schema import articles as article_rows
from storage.schema import feeds as feed_rows
from storage.schema import hosts, metadata, search_rows, stories
from storage.search import index

World = Any
Host = Any

ME, OTHER = ChatId(7_123_456_789), ChatId(42)
SECRET = "https://reader.example/feed?token=s3cr3t-otter"


async def settle(database: Database, now: Any, chat_id: ChatId, *urls: str) -> None:
    """A chat that follows these feeds."""
    chat = Chat(chat_id, "UTC", "en", "off", None, now, ArticleId(0), False, None, None)
    async with database.write() as tx:
        await chats.add(tx, chat, now)
        for url in urls:
            feed = await feeds.add(tx, url, now)
            name = f"feed at {url}"
            await chats.subscribe(tx, chat_id, Kind.FEED, feed.id, name, ArticleId(0), now)


async def bring(
    database: Database, now: Any, url: str, *titles: str, story: StoryId | None = None
) -> list[StoryId]:
    """Articles of a feed that is known, each in a story of its own unless one is given; their stories."""
    async with database.write() as tx:
        feed = await feeds.find(tx, url)
        assert feed is not None
        begun = [story or (await articles.add_stories(tx, 1, now))[0] for _ in titles]
        new = [
            NewArticle(
                identity=title,
                url=f"{url.partition('/feed')[0]}/{title.replace(' ', '-')}",
                canonical_url="",
                title=title,
                summary=f"More on {title}",
                published_at=now,
                story_id=of,
                archived=False,
            )
            for title, of in zip(titles, begun, strict=True)
        ]
        ids = await articles.add(tx, [(feed.id, one) for one in new], now)
        rows = [
            IndexRow(id, now, one.title.casefold(), f"more on {one.title.casefold()}", "")
            for id, one in zip(ids, new, strict=True)
        ]
        await index(tx, rows)
    return begun


async def everything(database: Database) -> str:
    """All rows of all tables, as text; on SQLite without the index, which holds no text."""
    found: list[str] = []
    async with database.read() as tx:
        tables = [*metadata.sorted_tables]
        if tx.dialect.name == "postgresql":
            tables.append(search_rows)
        for table in tables:
            rows = (await tx.execute(select(table))).all()
            found += (f"{table.name}: {tuple(row)}" for row in rows)
    return "\n".join(found)


def traces(content: str) -> set[str]:
    """What of the secret feed, its articles and its reader stands in a text."""
    return set(
        re.findall(rf"s3cr3t-otter|purple otters?|purple-otters?|reader.example|{ME}", content)
    )


async def titles_of(database: Database) -> set[str]:
    async with database.read() as tx:
        return set(await tx.scalars(select(article_rows.c.title)))


async def test_a_feed_that_only_the_chat_followed_goes_with_its_address_and_articles(
    any_database: Database, clock: Any
) -> None:
    await settle(any_database, clock(), ME, SECRET, "https://both.example/feed")
    await settle(any_database, clock(), OTHER, "https://both.example/feed")
    await bring(any_database, clock(), SECRET, *(f"purple otters {n}" for n in range(120)))
    await bring(any_database, clock(), "https://both.example/feed", "rice")
    async with any_database.write() as tx:
        await tx.execute(insert(hosts).values(host="reader.example", next_request_at=clock()))
    assert len(traces(await everything(any_database))) > 3
    done = await forgetting.forget(any_database, ME, clock())
    assert done.scrubbed
    assert traces(await everything(any_database)) == set()
    assert await titles_of(any_database) == {"rice"}
    async with any_database.read() as tx:
        assert await feeds.find(tx, "https://both.example/feed") is not None
        assert len((await tx.scalars(select(stories.c.id))).all()) == 1
        found = await search.newest(tx, query.parse("otters"), clock(), limit=9)
        assert found == ()


async def test_feeds_of_the_operator_and_of_the_catalogue_stay_with_their_articles(
    any_database: Database, clock: Any
) -> None:
    pinned, listed = "https://pinned.example/feed", "https://listed.example/feed"
    await settle(any_database, clock(), ME, pinned, listed)
    async with any_database.write() as tx:
        await feeds.add(tx, pinned, clock(), pinned=True)
        one = await feeds.find(tx, listed)
        assert one is not None
        await tx.execute(
            feed_rows.update().where(feed_rows.c.id == one.id).values(in_catalogue=True)
        )
    await bring(any_database, clock(), pinned, "rice")
    await bring(any_database, clock(), listed, "tea")
    await forgetting.forget(any_database, ME, clock())
    assert await titles_of(any_database) == {"rice", "tea"}
    async with any_database.read() as tx:
        assert {feed.url for feed in await feeds.every(tx)} == {pinned, listed}


async def test_a_feed_that_was_unfollowed_before_or_only_offered_leaves_no_trace_either(
    any_database: Database, clock: Any
) -> None:
    await settle(any_database, clock(), ME, SECRET)
    await bring(any_database, clock(), SECRET, "purple otters")
    async with any_database.write() as tx:
        [item] = await chats.followed(tx, ME)
        await chats.unsubscribe(tx, ME, item.id)
        await feeds.add(tx, f"{SECRET}&offered", clock())
    await forgetting.forget(any_database, ME, clock())
    assert traces(await everything(any_database)) == set()


async def test_what_another_chat_saved_stays_readable_and_the_address_of_its_feed_goes(
    any_database: Database, clock: Any
) -> None:
    await settle(any_database, clock(), ME, SECRET)
    await settle(any_database, clock(), OTHER)
    await bring(any_database, clock(), SECRET, "gone")
    [story] = await bring(any_database, clock(), SECRET, "kept")
    async with any_database.write() as tx:
        await opinions.save(tx, OTHER, story, clock())
    await forgetting.forget(any_database, ME, clock())
    assert await titles_of(any_database) == {"kept"}
    assert "s3cr3t" not in await everything(any_database)
    async with any_database.write() as tx:
        [saved] = await articles.get_stories(tx, [story])
        assert saved.articles[0].outlet
        # Nobody finds the feed, follows it or visits it, whatever number an old button has.
        hidden = saved.articles[0].feed_id
        assert await feeds.get(tx, hidden) is None
        assert await feeds.every(tx, wanted=False) == ()
        assert not await feeds.any_due(tx, clock.forward(days=9))
        await opinions.unsave(tx, OTHER, story)
    await forgetting.drop_hidden(any_database)
    assert await titles_of(any_database) == set()
    async with any_database.read() as tx:
        assert (await tx.scalars(select(feed_rows.c.id))).all() == []


async def test_whoever_follows_the_address_again_begins_with_a_new_feed(
    any_database: Database, clock: Any
) -> None:
    await settle(any_database, clock(), ME, SECRET)
    await settle(any_database, clock(), OTHER)
    async with any_database.write() as tx:
        before = await feeds.find(tx, SECRET)
        assert before is not None
        [story] = await articles.add_stories(tx, 1, clock())
    await bring(any_database, clock(), SECRET, "kept", story=story)
    async with any_database.write() as tx:
        await opinions.save(tx, OTHER, story, clock())
    await forgetting.forget(any_database, ME, clock())
    async with any_database.write() as tx:
        again = await feeds.add(tx, SECRET, clock())
    assert again.id != before.id
    assert again.visited_at is None


async def test_a_fetch_that_was_under_way_does_not_bring_a_forgotten_feed_back(
    world: World, host: Host, rss: Any
) -> None:
    chat = await world.chat(7, f"{host.url}/private")
    await world.chat(8, f"{host.url}/shared")
    host.serve("/private", rss("purple otters"), wait=0.5)
    host.serve("/shared", rss("rice"))
    reports: list[Any] = []
    world.poller._report = reports.append
    assert await world.poller.begin_due() == 2
    while len(host.asked) < 2:
        await world.pause()
    await forgetting.forget(world.database, chat.id, world.clock())
    while len(reports) < 2:
        await world.pause()
    # That is nobody's failure.
    assert [report for report in reports if isinstance(report, Exception)] == []
    assert [(one.failure, one.surprise) for one in reports] == [(None, None)] * 2
    assert await world.titles() == ["rice"]
    async with world.database.read() as tx:
        urls = await tx.scalars(select(feed_rows.c.url))
        assert urls.all() == [f"{host.url}/shared"]


async def test_a_button_that_names_a_forgotten_feed_follows_nothing(
    world: World, host: Host, rss: Any
) -> None:
    chat = await world.chat(7)
    other = await world.chat(8)
    host.serve("/private", rss("purple otters"))
    followed: Any = await follow.follow_address(world.sources, chat.id, f"{host.url}/private", 9)
    await forgetting.forget(world.database, chat.id, world.clock())
    with pytest.raises(NoSuchNumber):
        await follow.follow_chosen(world.sources, other.id, followed.target, 9)
    arguments = (Kind.FEED, followed.target, ArticleId(0), SubscriptionId(1), 9, world.clock())
    assert await unfollowing.follow_again(world.database, other.id, *arguments) is None


async def test_what_a_process_left_undone_that_ended_is_finished_later(
    any_database: Database, clock: Any
) -> None:
    await settle(any_database, clock(), ME, SECRET)
    await bring(any_database, clock(), SECRET, "purple otters")
    # The first of its transactions.
    async with any_database.write() as tx:
        await belongings.erase(tx, ME)
        await unwanted.hide(tx, clock())
    assert await titles_of(any_database) == {"purple otters"}
    assert "s3cr3t" not in await everything(any_database)
    assert await forgetting.drop_hidden(any_database) == 1
    assert traces(await everything(any_database)) == set()


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


async def test_the_file_holds_neither_address_nor_title_nor_word_of_a_forgotten_feed(
    database: Database, clock: Any, tmp_path: Path
) -> None:
    await settle(database, clock(), ME, SECRET)
    await settle(database, clock(), OTHER, "https://other.example/feed")
    for number in range(40):
        await bring(database, clock(), SECRET, f"purple otters {number} qyzzylotl")
        await bring(database, clock(), "https://other.example/feed", f"rice number {number}")
    before = on_disk(tmp_path)
    wanted = (b"s3cr3t-otter", b"urple otters", b"urple-otters", b"yzzylotl", b"reader.example")
    assert [one for one in wanted if one not in before] == []
    done = await forgetting.forget(database, ME, clock())
    assert done.scrubbed
    after = on_disk(tmp_path)
    assert [one for one in wanted if one in after] == []
    assert b"rice number 39" in after
    async with database.read() as tx:
        found = await search.newest(tx, query.parse("rice"), clock(), limit=99)
    assert len(found) == 40


_CAN_COUNT_THE_DEAD = (
    "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgstattuple')"
)
"""Where it was installed without its contributions, nobody can look at dead rows."""


async def rows_and_plans(database: Database) -> str:
    """All rows of PostgreSQL's tables, and what its planner remembers of them."""
    async with database.read() as tx:
        plans = await tx.execute(text("SELECT s::text FROM pg_stats s"))
        return "\n".join([await everything(database), *map(str, plans)])


async def test_in_postgresql_no_row_alive_or_dead_holds_anything_of_a_forgotten_chat(
    any_database: Database, clock: Any
) -> None:
    if not any_database.is_shared:
        pytest.skip("the file of SQLite is looked through as a whole")
    await settle(any_database, clock(), ME, SECRET)
    await settle(any_database, clock(), OTHER, "https://other.example/feed")
    for number in range(40):
        await bring(any_database, clock(), SECRET, f"purple otters {number}")
        await bring(any_database, clock(), "https://other.example/feed", f"rice {number}")
    session = await any_database.session(5)
    assert session is not None
    try:
        await session.execute("ANALYZE")
        assert len(traces(await rows_and_plans(any_database))) > 3
        # Somebody reads while it is deleted, and is waited for.
        reading = session.transaction(isolation="repeatable_read")
        await reading.start()
        await session.fetchval("SELECT count(*) FROM articles")
        async with asyncio.TaskGroup() as group:
            forgotten = group.create_task(forgetting.forget(any_database, ME, clock()))
            await asyncio.sleep(0.3)
            assert not forgotten.done()
            await reading.rollback()
        assert forgotten.result().scrubbed
        assert traces(await rows_and_plans(any_database)) == set()
        if await session.fetchval(_CAN_COUNT_THE_DEAD):
            await session.execute("CREATE EXTENSION pgstattuple")
            dead = "SELECT dead_tuple_count FROM pgstattuple($1::text)"
            for table in ("articles", "feeds", "subscriptions", "chats", "search_rows"):
                assert await session.fetchval(dead, table) == 0
    finally:
        await session.close()
