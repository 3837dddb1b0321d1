"""Stories that turn out to be one, on both databases: nobody is told anything twice, and nothing is lost."""

from typing import Any

from sqlalchemy import select

from storage import articles, joins, opinions, telling
from storage.database import Database, Transaction
from storage.records import ArticleId, ChatId, Headline, NewArticle, Saved, StoryId, Vote
from storage.schema import metadata, stories, told

Seed = Any
FIRST, SECOND, BOTH = ChatId(1), ChatId(2), ChatId(3)


async def two(tx: Transaction, seed: Seed) -> tuple[StoryId, StoryId]:
    """Two stories of an article each, the second of which is to go over to the first."""
    for chat_id in (FIRST, SECOND, BOTH):
        await seed.chat(tx, chat_id)
    kept = await articles.get_articles(tx, [await seed.article(tx), await seed.article(tx)])
    return kept[0].story_id, kept[1].story_id


async def heard(tx: Transaction) -> dict[int, tuple[Any, ...]]:
    rows = await tx.execute(select(told))
    return {row.chat_id: (row.story_id, row.told_at, row.up_to, row.place) for row in rows}


async def test_articles_go_over_and_the_empty_story_is_gone(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        await joins.join_stories(tx, other, one)
        [found] = await articles.get_stories(tx, [one])
        assert [article.id for article in found.articles] == [2, 1]
        assert list(await tx.scalars(select(stories.c.id))) == [one]
        # A button of an old message finds what became of it, once.
        assert await articles.get_stories(tx, [other, one]) == (found,)


async def test_a_chat_that_was_told_either_was_told_the_one_at_the_later_time_with_all_that_it_has(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        early, late = clock(), clock.forward(hours=1)
        await telling.tell(tx, FIRST, [(one, ArticleId(1))], early)
        await telling.tell(tx, SECOND, [(one, ArticleId(9)), (other, ArticleId(2))], early)
        await telling.tell(tx, BOTH, [(one, ArticleId(7))], early)
        await telling.tell(tx, BOTH, [(StoryId(one), ArticleId(7)), (other, ArticleId(2))], late)
        await telling.tell(tx, BOTH, [(one, ArticleId(7))], early)
        await joins.join_stories(tx, other, one)
        assert await heard(tx) == {
            FIRST: (one, early, 2, 1),
            SECOND: (one, early, 9, 1),
            BOTH: (one, late, 7, 2),
        }


async def test_whoever_was_told_one_of_two_stories_is_sent_nothing_of_the_other(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        await seed.article(tx, story=other)
        await telling.tell(tx, FIRST, [(one, ArticleId(1))], clock())
        await telling.tell(tx, SECOND, [(other, ArticleId(2))], clock())
        await joins.join_stories(tx, other, one)
        assert {chat: row[2] for chat, row in (await heard(tx)).items()} == {FIRST: 3, SECOND: 3}


async def test_thumbs_and_saved_stories_go_over(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        await opinions.vote(tx, FIRST, other, 1, clock())
        await opinions.vote(tx, BOTH, one, 1, clock())
        await opinions.vote(tx, BOTH, other, -1, clock.forward(hours=1))
        await opinions.save(tx, FIRST, other, clock())
        await joins.join_stories(tx, other, one)
        assert [vote.value for vote in await opinions.votes(tx, FIRST, 9)] == [1]
        assert await opinions.votes(tx, BOTH, 9) == (Vote(one, -1, clock()),)
        assert await opinions.saved(tx, FIRST, 9) == (Saved(one, clock()),)


def test_every_table_that_refers_to_stories_is_known_to_go_over() -> None:
    referring = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is stories
    }
    assert referring == {"articles", "told", "votes", "saved"}


async def test_joins_are_numbered_and_lead_to_the_last_heir(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        [third] = await articles.add_stories(tx, 1, seed.clock())
        await joins.join_stories(tx, other, one)
        await joins.join_stories(tx, one, third)
        first, second = await joins.joins_after(tx, 0)
        assert (first[1:], second[1:]) == ((other, third), (one, third))
        assert await joins.joins_after(tx, first[0]) == (second,)
        assert await joins.heirs(tx, [one, other, third]) == {one: third, other: third}


async def test_what_is_not_there_is_not_joined(any_database: Database, seed: Seed) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        for gone, into in ((StoryId(99), one), (one, StoryId(99)), (one, one)):
            await joins.join_stories(tx, gone, into)
        assert await joins.joins_after(tx, 0) == ()
        assert len(await articles.get_stories(tx, [one, other])) == 2


async def test_stories_that_went_over_or_were_pruned_are_not_there(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        asked = (one, other, StoryId(99))
        assert await joins.existing(tx, asked) == {one, other}
        await joins.join_stories(tx, other, one)
        assert await joins.existing(tx, asked) == {one}
        await articles.prune(tx, clock.forward(days=1), clock())
        assert await joins.existing(tx, asked) == frozenset()
        assert await joins.existing(tx, ()) == frozenset()


async def test_joins_are_forgotten_with_their_heirs(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        one, other = await two(tx, seed)
        await joins.join_stories(tx, other, one)
        await articles.prune(tx, clock(), clock())
        assert len(await joins.joins_after(tx, 0)) == 1
        await articles.prune(tx, clock.forward(days=1), clock())
        assert await joins.joins_after(tx, 0) == ()


async def keep(tx: Transaction, seed: Seed, story_words: str) -> Headline:
    feed = await seed.feed(tx)
    [story] = await articles.add_stories(tx, 1, seed.clock())
    new = NewArticle(
        *("id", "", "", "Title", "Said below. " * 500),
        published_at=seed.clock(),
        story_id=story,
        archived=False,
        language="en",
        story_words=story_words,
    )
    await articles.add(tx, [(feed.id, new)], seed.clock())
    [headline] = await articles.headlines(tx, ArticleId(0), seed.clock(), 9)
    return headline


async def test_the_words_of_a_story_are_kept_with_its_articles(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        headline = await keep(tx, seed, "en|titl||")
        assert (headline.words, headline.language, headline.summary) == ("en|titl||", "", "")


async def test_an_article_without_words_comes_with_what_they_are_made_of(
    any_database: Database, seed: Seed
) -> None:
    async with any_database.write() as tx:
        headline = await keep(tx, seed, "")
        assert (headline.words, headline.language) == ("", "en")
        assert headline.summary.startswith("Said below. ")
        assert len(headline.summary) == 1500
