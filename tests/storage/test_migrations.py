"""What is kept survives the migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, text

from storage import articles, chats, database, feeds, search, telling
from storage.database import Database, open_database
from storage.records import (
    ArticleId,
    ChatId,
    IndexRow,
    Kind,
    Layout,
    Side,
    StoryId,
    TopicId,
)

NOON = datetime(2026, 11, 20, 12, 0, 30, 250_000, tzinfo=UTC)


def _begin_with(connection: Connection, revision: str) -> None:
    config = database._alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _fill_0002(connection: Connection) -> None:
    """An archive of two articles, and a chat that follows a topic."""
    tables = MetaData()
    tables.reflect(connection)
    never = {"failures": 0, "failure_detail": ""}
    article = {
        "feed_id": 1,
        "story_id": 1,
        "url": "https://a.example/1",
        "canonical_url": "https://a.example/1",
        "title": "Rice",
        "summary": "",
        "words": " rice ",
        "seen_at": NOON,
        "archived": False,
    }
    chat = {"timezone": "UTC", "language": "en", "schedule": "off", "paused": False}
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "feeds",
            {"id": 1, "url": "https://a.example/", "host": "a.example", "title": "A"}
            | {"in_catalogue": True, "next_visit_at": NOON, **never},
        ),
        ("stories", {"id": 1, "first_seen_at": NOON}),
        ("articles", article | {"id": 1, "identity": "1", "published_at": NOON}),
        (
            "articles",
            article | {"id": 2, "identity": "2", "published_at": NOON - timedelta(days=36500)},
        ),
        ("page_visits", {"article_id": 2, "next_try_at": NOON}),
        (
            "chats",
            {"id": 7, "last_digest_at": NOON, "digested_to": 0, "created_at": NOON} | chat,
        ),
        ("topics", {"id": 3, "phrase": "rice", "text": "Rice", "used_at": NOON}),
        (
            "subscriptions",
            {"id": 5, "chat_id": 7, "topic_id": 3, "name": "Rice", "after_article": 0}
            | {"followed_at": NOON},
        ),
        ("matches", {"topic_id": 3, "article_id": 1}),
        ("told", {"chat_id": 7, "story_id": 1, "told_at": NOON}),
    ]
    for name, row in rows:
        connection.execute(tables.tables[name].insert().values(**row))


@contextmanager
def _only_to(revision: str, monkeypatch: Any) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(database, "_upgrade", lambda connection: _begin_with(connection, revision))
        yield


async def _of_0002(url: str, monkeypatch: Any) -> Database:
    """A database that the second version filled, opened by this one."""
    with _only_to("0002", monkeypatch):
        old = await open_database(url)
    async with old.write() as tx:
        await tx.run_sync(_fill_0002)
    await old.close()
    return await open_database(url)


async def test_what_the_second_version_kept_is_there_and_a_topic_still_has_its_articles(
    database_url: str, monkeypatch: Any
) -> None:
    opened = await _of_0002(database_url, monkeypatch)
    async with opened.write() as tx:
        one, two = await articles.get_articles(tx, [ArticleId(1), ArticleId(2)])
        # To the second: a place in a list has no room for less.
        assert one.published_at == NOON.replace(microsecond=0)
        assert two.published_at == datetime(1970, 1, 1, tzinfo=UTC)
        [topic] = await chats.followed_topics(tx)
        assert (topic.id, topic.normal, topic.text) == (3, "rice", "Rice")
        assert [a.id for a in await articles.of_topic(tx, TopicId(3), two.published_at, 9)] == [1]
        for table, count in (("page_visits", 1), ("told", 1), ("subscriptions", 1)):
            assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == count  # noqa: S608
        assert await search.find(tx, Side(("rice",)), limit=9) == ()
        row = IndexRow(one.id, one.published_at, "rice", "", "")
        await search.index(tx, [row])
        [found] = await search.find(tx, Side(("rice",)), limit=9)
        assert found.article == one
        # What was told then was told with all that it had.
        told = await telling.told_of(tx, ChatId(7), [StoryId(1)])
        assert told[StoryId(1)].up_to == 2
        chat = await chats.get(tx, ChatId(7))
        assert chat is not None
        assert (chat.layout, chat.most_stories) == (Layout.CLASSIC, 20)
        assert len(chat.key) >= 16
        if tx.dialect.name == "sqlite":
            # No id of a feed is given out twice. (PostgreSQL has not counted what was put in with its id.)
            await tx.execute(text("DELETE FROM feeds"))
            assert (await feeds.add(tx, "https://b.example/", NOON)).id > 1
        [item] = await chats.subscriptions_of(tx, ChatId(7))
        assert (item.kind, item.target) == (Kind.TOPIC, 3)
    await opened.close()
