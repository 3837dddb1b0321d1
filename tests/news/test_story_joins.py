"""Stories that turn out to be one while articles come in: in the archive, and in every process."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import update

from news import archive
from news.intake import Intake
from storage import articles, joins, telling
from storage.records import Article, ArticleId, ChatId
from storage.schema import articles as kept

World = Any
Host = Any

BLAST = "Explosion heard near Marseille harbour", "Explosion near Marseille harbour wakes residents"
SHIP = "Cargo vessel Althea burns off France", "Cargo vessel Althea on fire off France, crew saved"
BOTH = (
    "Cargo vessel Althea burns after explosion near Marseille harbour",
    "Explosion aboard cargo vessel Althea near Marseille harbour",
)


async def publish(world: World, host: Host, rss: Any, *titles: str) -> None:
    """Each headline by an outlet of its own, which was visited before."""
    paths = [f"/{title.replace(' ', '-')}" for title in titles]
    for path in paths:
        host.serve(path, rss("first"))
    await world.enlist(*(f"{host.url}{path}" for path in paths))
    await world.poll()
    for path, title in zip(paths, titles, strict=True):
        host.serve(path, rss("first", title))
    assert await world.poll(days=1) == [(1, None)] * len(titles)


async def by_title(world: World) -> dict[str, Article]:
    return {article.title: article for article in await world.articles()}


async def test_stories_that_are_one_are_joined_and_nobody_is_told_them_again(
    world: World, host: Host, rss: Any
) -> None:
    await world.chat(1)
    await publish(world, host, rss, *BLAST, *SHIP)
    found = await by_title(world)
    blast, ship = found[BLAST[0]].story_id, found[SHIP[0]].story_id
    assert blast != ship
    async with world.database.write() as tx:
        await telling.tell(tx, ChatId(1), [(ship, found[SHIP[1]].id)], world.clock())
    await publish(world, host, rss, *BOTH)
    found = await by_title(world)
    assert {found[title].story_id for title in (*BLAST, *SHIP, *BOTH)} == {min(blast, ship)}
    async with world.database.read() as tx:
        [(_, gone, into)] = await joins.joins_after(tx, 0)
        told = await telling.told_of(tx, ChatId(1), [gone, into])
    assert (gone, into) == (max(blast, ship), min(blast, ship))
    assert list(told) == [into]
    # What it did not know of the other story makes no update of this one.
    earlier = (found[title].id for title in (*BLAST, *SHIP))
    assert told[into].up_to >= max(earlier)


async def test_another_process_learns_what_was_joined(world: World, host: Host, rss: Any) -> None:
    await publish(world, host, rss, *BLAST, *SHIP)
    other = Intake(world.database, world.sources.worker)
    async with world.database.write() as tx:
        await other.take_in(tx, [], world.clock())
    await publish(world, host, rss, *BOTH)
    async with world.database.write() as tx:
        [(_, gone, into)] = await joins.joins_after(tx, 0)
        await other.take_in(tx, [], world.clock())
    board = other._board
    assert board._shelf.get(gone) is None
    assert board._shelf.get(into) is not None


# ── Stories that are remembered, and not kept any more ───────────────────────────────────────────


async def bring(
    world: World, host: Host, rss: Any, item: Any, at: datetime, *titles: str
) -> dict[str, Article]:
    """Each headline by an outlet of its own that never told anything, published at that time; all that is kept."""
    paths = [f"/{title.replace(' ', '-')}" for title in titles]
    for path, title in zip(paths, titles, strict=True):
        host.serve(path, rss(item(path, title, pubDate=format_datetime(at))))
    await world.enlist(*(f"{host.url}{path}" for path in paths))
    found = await world.poll()
    assert [failure for _, failure in found] == [None] * len(titles)
    return await by_title(world)


async def test_a_story_that_was_pruned_goes_on_as_another_one(
    world: World, host: Host, rss: Any, item: Any, clock: Any
) -> None:
    begun = clock()
    gone = (await bring(world, host, rss, item, begun, SHIP[0]))[SHIP[0]].story_id
    clock.forward(days=8)
    await archive.prune(world.database, begun.replace(hour=23), clock())
    found = await bring(world, host, rss, item, begun, SHIP[1])
    assert list(found) == [SHIP[1]]
    assert found[SHIP[1]].story_id != gone
    found = await bring(world, host, rss, item, begun, f"{SHIP[0]}, say its owners")
    assert len({article.story_id for article in found.values()}) == 1


async def test_nothing_goes_over_to_a_story_that_was_pruned(
    world: World, host: Host, rss: Any, item: Any, clock: Any
) -> None:
    begun = clock()
    first = await bring(world, host, rss, item, begun, *BLAST)
    await world.poll(days=4)
    later = await bring(world, host, rss, item, begun, *SHIP)
    assert {first[title].story_id for title in BLAST}.isdisjoint(
        later[title].story_id for title in SHIP
    )
    clock.forward(days=4)
    await archive.prune(world.database, begun.replace(day=begun.day + 1), clock())
    found = await bring(world, host, rss, item, begun, BOTH[0])
    assert found.keys() == {*SHIP, BOTH[0]}
    async with world.database.read() as tx:
        assert await joins.joins_after(tx, 0) == ()
    # Those that are there still turn out to be one with the next article.
    found = await bring(world, host, rss, item, begun, BOTH[1])
    assert {article.story_id for article in found.values()} == {later[SHIP[0]].story_id}


# ── Articles that were kept before their words were ──────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", None])
async def test_a_story_that_was_kept_without_its_words_goes_on(
    world: World, host: Host, rss: Any, item: Any, language: str | None
) -> None:
    said = {
        "A": (
            "Ferry with 212 aboard runs aground off Paros",
            "A passenger ferry hit rocks off the Greek island of Paros and 212 people were rescued.",
        ),
        "B": (
            "All 212 rescued after ferry strikes rocks near Paros",
            "All 212 people aboard were rescued from the ferry that struck rocks off Paros in Greece.",
        ),
    }
    for name, (title, summary) in said.items():
        host.serve(f"/{name}", rss(item(name, title, description=summary)))
    await world.enlist(f"{host.url}/A")
    await world.poll()
    async with world.database.write() as tx:
        await tx.execute(update(kept).values(story_words="", language=language))
    world.sources.intake._board = Intake(world.database, world.sources.worker)._board
    await world.enlist(f"{host.url}/A", f"{host.url}/B")
    await world.poll()
    assert len({article.story_id for article in await world.articles()}) == 1


async def test_an_edit_renews_the_words_that_tell_the_story(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    host.serve("/feed", rss(item("1", "Ferry runs aground")))
    await world.enlist(f"{host.url}/feed")
    await world.poll()
    host.serve("/feed", rss(item("1", "Tanker runs aground")))
    await world.poll(days=1)
    async with world.database.read() as tx:
        [headline] = await articles.headlines(
            tx, ArticleId(0), world.clock.now.replace(year=2000), 9
        )
    assert "tanker" in headline.words
    assert "ferri" not in headline.words
