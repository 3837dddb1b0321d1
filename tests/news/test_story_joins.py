"""Stories that turn out to be one while articles come in: in the archive, and in every process."""

from typing import Any

from news.intake import Intake
from storage import chats, joins
from storage.records import Article, ChatId

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
        await chats.tell(tx, ChatId(1), [(ship, found[SHIP[1]].id)], world.clock())
    await publish(world, host, rss, *BOTH)
    found = await by_title(world)
    assert {found[title].story_id for title in (*BLAST, *SHIP, *BOTH)} == {min(blast, ship)}
    async with world.database.read() as tx:
        [(_, gone, into)] = await joins.joins_after(tx, 0)
        told = await chats.told_of(tx, ChatId(1), [gone, into])
    assert (gone, into) == (max(blast, ship), min(blast, ship))
    assert list(told) == [into]


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
