"""Which articles belong to which topics."""

from typing import Any

from sqlalchemy import select

from storage import chats, matches
from storage.database import Database, Transaction
from storage.records import ArticleId, TopicId
from storage.schema import matches as rows

Seed = Any


async def scores(tx: Transaction) -> dict[tuple[int, int], float]:
    found = await tx.execute(select(rows.c.article_id, rows.c.topic_id, rows.c.score))
    return {(article, topic): score for article, topic, score in found}


async def test_the_topics_of_an_article_are_replaced_and_only_followed_ones_kept(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        rice = await seed.topic(tx, 1, "rice")
        tea = await seed.topic(tx, 1, "tea")
        unfollowed = await chats.intern_topic(tx, "salt", "salt", clock())
        one, two = await seed.article(tx), await seed.article(tx)
        await matches.match(
            tx, {one: {rice: 0.5, unfollowed.id: 1, TopicId(99): 1}, two: {rice: 1}}
        )
        assert await scores(tx) == {(one, rice): 0.5, (two, rice): 1}
        await matches.match_again(tx, {one: {rice: 0.75, tea: 0.25}}, ())
        assert await scores(tx) == {(one, rice): 0.75, (one, tea): 0.25, (two, rice): 1}
        await matches.match_again(tx, {one: {}}, ())
        assert await scores(tx) == {(two, rice): 1}


async def test_what_a_topic_finds_when_it_is_followed_leaves_other_topics_alone(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        rice = await seed.topic(tx, 1, "rice")
        tea = await seed.topic(tx, 1, "tea")
        unfollowed = await chats.intern_topic(tx, "salt", "salt", clock())
        id = await seed.article(tx, topics=(rice,))
        await matches.match_topic(tx, tea, {id: 0.25})
        await matches.match_topic(tx, unfollowed.id, {id: 1})
        assert await scores(tx) == {(id, rice): 0.5, (id, tea): 0.25}


async def test_what_belongs_to_topics_is_told_of_the_articles_that_are_asked_for(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        rice, tea, salt = [await seed.topic(tx, 1, name) for name in ("rice", "tea", "salt")]
        one, both = (
            await seed.article(tx, topics=(rice,)),
            await seed.article(tx, topics=(rice, tea)),
        )
        await seed.article(tx, topics=(rice, salt))
        found = await matches.matched(tx, [rice, tea, salt], [one, both, ArticleId(99)])
        assert found == {rice: {one, both}, tea: {both}, salt: set()}
        assert await matches.matched(tx, [tea], [both]) == {tea: {both}}
        assert await matches.matched(tx, [], [both]) == {}
