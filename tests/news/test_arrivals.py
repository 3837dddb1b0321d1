"""What is news, visit by visit: entries that are new, edited, renamed, old, or back again."""

import time
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from news.arrivals import MAX_CHANGES
from storage import articles, pages

World = Any
Host = Any


async def publish(world: World, host: Host, body: bytes, path: str = "/feed") -> int:
    """Put a document in place of the last one, and visit it: how many articles are news."""
    host.serve(path, body, etag=f'"{hash(body)}"')
    if not host.asked:
        await world.enlist(f"{host.url}{path}")
        [(new, failure)] = await world.poll()
    else:
        [(new, failure)] = await world.poll(hours=25)
    assert failure is None
    return int(new)


async def test_an_entry_without_guid_is_known_by_its_link_or_else_by_its_words(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    link = item(None, "Title", link="https://a.example/1?utm_source=feed")
    words = item(None, "Only words", description="and text")
    await publish(world, host, rss(link, words))
    edited = item(None, "Better title", link="https://a.example/1?utm_source=other")
    assert await publish(world, host, rss(edited, words)) == 0
    assert await world.titles() == ["Better title", "Only words"]
    assert await publish(world, host, rss(item(None, "Other words", description="and text"))) == 1


async def test_two_entries_with_one_guid_and_different_links_are_two(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss("first"))
    both = rss(
        item("same", "A", link="https://a.example/1"), item("same", "B", link="https://a.example/2")
    )
    assert await publish(world, host, both) == 2
    assert await publish(world, host, both.replace(b"Out", b"Out again")) == 0


async def test_entries_that_share_a_guid_over_time_are_news_each_once(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    one, two, three = (
        item("same", name, link=f"https://a.example/{name}", description=f"text of {name}")
        for name in "ABC"
    )
    await publish(world, host, rss("first"))
    assert await publish(world, host, rss(one)) == 1
    assert await publish(world, host, rss(two, one)) == 1
    assert await publish(world, host, rss(three, two, one)) == 1
    assert await publish(world, host, rss(three, two)) == 0
    assert await world.titles() == ["A", "B", "C", "first"]


async def test_an_edited_title_is_no_news_though_all_share_a_guid(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    def entry(name: str, title: str, guid: str) -> Any:
        return item(guid, title, link=f"https://a.example/{name}")

    for guid in ("https://a.example/", "same"):
        path = f"/{guid[-1]}"
        first = rss(entry("1", "One", guid), entry("2", "Two", guid))
        await publish(world, host, first, path)
        edited = rss(entry("1", "One", guid), entry("2", "Two, corrected", guid))
        assert await publish(world, host, edited, path) == 0
    alone = rss(entry("3", "Three", "https://a.example/"))
    assert await publish(world, host, alone, "//") == 1
    assert "One" in await world.titles()


async def test_an_edit_keeps_the_text_that_its_page_gave(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss(item("1", "Title", link="https://a.example/1")))
    [article] = await world.articles()
    async with world.database.write() as tx:
        await pages.settle(tx, article.id, text="What the page says.")
    await publish(world, host, rss(item("1", "Better title", link="https://a.example/1")))
    [article] = await world.articles()
    assert (article.title, article.text) == ("Better title", "What the page says.")


async def test_two_notices_alike_in_all_but_their_link_are_two(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss("first"))
    date = {"pubDate": "Fri, 20 Nov 2026 00:00:00 GMT"}
    one = item("1", "Engineer wanted", link="https://a.example/jobs/1", **date)
    two = item("2", "Engineer wanted", link="https://a.example/jobs/2", **date)
    assert await publish(world, host, rss(one)) == 1
    assert await publish(world, host, rss(two, one)) == 1


async def test_bulletins_dated_before_the_last_visit_are_news_if_they_are_newer_than_all_before(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    def bulletin(days_ago: int, word: str) -> Any:
        date = world.clock().replace(hour=0) - timedelta(days=days_ago)
        return rss(*(item(f"{word} {n}", pubDate=format_datetime(date)) for n in range(6)))

    await publish(world, host, bulletin(1, "old"))
    # Nothing of it is known, and all is dated at midnight, before the visit at noon.
    host.serve("/feed", bulletin(0, "new"), etag='"other"')
    [(new, _)] = await world.poll(hours=10, days=1)
    assert new == 6


async def test_a_shared_front_page_is_no_story(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    home = "https://status.example/"
    await publish(world, host, rss("first"))
    assert await publish(world, host, rss(item("1", "Disk full in Tokyo", link=home))) == 1
    host.serve("/b", rss("b"))
    await world.enlist(f"{host.url}/feed", f"{host.url}/b")
    await world.poll()
    host.serve("/b", rss(item("2", "Network down in Osaka today", link=home), "b"))
    await world.poll(days=1)
    stories = {article.story_id for article in await world.articles()}
    assert len(stories) == len(await world.articles())


async def test_many_headlines_of_one_name_are_told_apart_soon(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    began = time.process_time()
    for number in range(3):
        items = (item(f"{number}-{n}", "Photo of the day in the park") for n in range(1500))
        host.serve(f"/{number}", rss(*items))
    await world.enlist(*(f"{host.url}/{number}" for number in range(3)))
    await world.poll()
    assert len(await world.articles()) == 4500
    assert time.process_time() - began < 10


async def test_what_was_dropped_is_remembered_for_as_long_as_it_is_listed(
    world: World, host: Host, rss: Any
) -> None:
    await publish(world, host, rss("one", "two"))
    async with world.database.write() as tx:
        await articles.prune(tx, world.clock() + timedelta(days=1), world.clock())
    for month in range(15):
        world.clock.forward(days=30)
        assert await publish(world, host, rss("one", f"two & {month}")) <= 1
        async with world.database.write() as tx:
            await articles.prune(tx, world.clock() - timedelta(days=90), world.clock())
    assert "one" not in await world.titles()


async def test_an_edit_moves_an_article_to_its_new_page(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss(item("1", "Title", link="https://a.example/draft")))
    assert await publish(world, host, rss(item("1", "Title", link="https://a.example/final"))) == 0
    async with world.database.read() as tx:
        final = ["https://a.example/final"]
        assert len(await articles.stories_of_pages(tx, final, world.clock() - timedelta(99))) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://a.example/{}", "https://a.example/{}"),
        ("https://www.a.example/{}", "https://a.example/{}"),
        ("https://old.example/{}", "https://new.example/{}"),
        ("{}", "tag:a.example,2026:{}"),
    ],
    ids=["scheme", "www", "host", "numbers"],
)
@pytest.mark.parametrize("dated", [True, False])
async def test_a_feed_that_renames_all_its_entries_brings_no_news(
    world: World, host: Host, rss: Any, item: Any, before: str, after: str, dated: bool
) -> None:
    date = format_datetime(world.clock() - timedelta(hours=1))
    more = {"pubDate": date} if dated else {}

    def entries(guid: str, count: int) -> Any:
        links = [
            f"{guid.format(n) if '/' in guid else f'https://a.example/{n}'}" for n in range(count)
        ]
        return rss(
            *(
                item(
                    guid.format(n),
                    f"News of number {n}",
                    link=links[n],
                    description="Text.",
                    **more,
                )
                for n in range(count)
            )
        )

    await publish(world, host, entries(before, 3))
    assert await publish(world, host, entries(after, 3)) == 0
    assert len(await world.titles()) == 3
    # What is new among the renamed is news all the same.
    assert await publish(world, host, entries(after, 4)) == 1


async def test_an_archive_that_is_listed_anew_is_no_news_but_can_be_found(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss("recent"))
    old = world.clock() - timedelta(days=400)
    archive = [
        item(f"old {n}", pubDate=format_datetime(old + timedelta(days=n))) for n in range(20)
    ]
    assert await publish(world, host, rss("recent", *archive)) == 0
    assert len(await world.titles()) == 21


async def test_a_feed_that_renumbers_and_rewrites_everything_brings_only_what_is_dated_since(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    def entries(word: str, days: int) -> list[str]:
        return [
            item(
                f"{word} {n}", pubDate=format_datetime(world.clock() - timedelta(hours=20 * n + 2))
            )
            for n in range(days)
        ]

    await publish(world, host, rss(*entries("old", 6)))
    # Twenty-five hours later: two of them are younger than the last visit.
    world.clock.forward(hours=25)
    renumbered = rss(*entries("new", 6))
    world.clock.forward(hours=-25)
    assert await publish(world, host, renumbered) == 2


async def test_what_had_left_the_window_and_comes_back_is_not_news(
    world: World, host: Host, rss: Any
) -> None:
    names = [f"hot {n}" for n in range(300)]
    await publish(world, host, rss(*names[:100]))
    assert await publish(world, host, rss(*names[100:200])) == 100
    assert await publish(world, host, rss(*names[200:])) == 100
    assert await publish(world, host, rss(*reversed(names))) == 0


async def test_what_was_dropped_long_ago_is_not_news(world: World, host: Host, rss: Any) -> None:
    await publish(world, host, rss("one"))
    world.clock.forward(days=91)
    async with world.database.write() as tx:
        dropped = await articles.prune(tx, world.clock() - timedelta(days=90), world.clock())
    assert dropped == 1
    assert await publish(world, host, rss("two", "one")) == 1
    assert await world.titles() == ["two"]


async def test_an_edited_article_is_updated_and_not_sent_again(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss("first"))
    chat = await world.chat(1, f"{host.url}/feed")
    await publish(world, host, rss(item("1", "Quake, 3 hurt")))
    assert await world.news_for(chat) == ["Quake, 3 hurt"]
    assert await publish(world, host, rss(item("1", "Quake, 5 hurt"))) == 0
    assert await world.news_for(chat) == ["Quake, 5 hurt"]


async def test_an_entry_that_changes_at_every_visit_stops_counting_after_five_changes(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss(item("1", "0 comments")))
    for number in range(1, 9):
        assert await publish(world, host, rss(item("1", f"{number} comments"))) == 0
    assert await world.titles() == [f"{MAX_CHANGES} comments"]


async def test_no_date_or_a_wild_one_is_the_first_sight_and_the_future_is_now(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss("first"))
    later = format_datetime(world.clock() + timedelta(days=90))
    body = rss(item("a"), item("b", pubDate="soon"), item("c", pubDate=later))
    assert await publish(world, host, body) == 3
    dates = {article.title: article.published_at for article in await world.articles()}
    assert {dates[name] for name in "abc"} == {world.clock()}


async def test_the_same_article_in_two_feeds_of_a_site_is_one_story(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await world.enlist(f"{host.url}/world", f"{host.url}/asia")
    for path in ("/world", "/asia"):
        host.serve(path, rss("first"), etag='"1"')
    await world.poll()
    for path, link in (
        ("/world", "https://www.a.example/talks?utm_source=world"),
        ("/asia", "http://m.a.example/talks/amp/#top"),
    ):
        host.serve(path, rss(item(path, f"Talks {path}", link=link)), etag='"2"')
    assert await world.poll(hours=1) == [(1, None), (1, None)]
    async with world.database.read() as tx:
        stories = await articles.latest(tx, limit=9)
    assert sorted(len(story.articles) for _, story in stories) == [1, 1, 2]


async def test_notices_of_one_feed_that_share_a_page_are_stories_of_their_own(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    page = "https://status.example/"
    await publish(world, host, rss(item("1", "Disk is full", link=page)))
    assert await publish(world, host, rss(item("2", "Network is down", link=page))) == 1
    async with world.database.read() as tx:
        assert len(await articles.latest(tx, limit=9)) == 2


async def test_articles_kept_before_twins_were_known_are_not_news_under_a_new_identity(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    await publish(world, host, rss(item("http://a.example/1", link="http://a.example/1")))
    async with world.database.write() as tx:
        await tx.exec_driver_sql(
            "UPDATE articles SET identity = 'old', twin = '', fingerprint = ''"
        )
    body = rss("two", item("http://a.example/1", link="http://a.example/1"))
    assert await publish(world, host, body) == 1


async def test_a_large_first_document_floods_nobody(world: World, host: Host, rss: Any) -> None:
    chat = await world.chat(1, f"{host.url}/feed")
    assert await publish(world, host, rss(*(f"piece {n}" for n in range(500)))) == 0
    assert await world.news_for(chat) == []
    assert len(await world.articles()) == 500


async def test_articles_that_are_too_old_to_be_told_again_are_looked_through_once(
    world: World, host: Host, rss: Any, item: Any
) -> None:
    old = format_datetime(world.clock() - timedelta(days=400))
    await publish(world, host, rss(*(item(f"old {n}", pubDate=old) for n in range(9))))
    await publish(world, host, rss("new", *(item(f"old {n}", pubDate=old) for n in range(9))))
    async with world.database.read() as tx:
        newest = await articles.newest(tx)
    assert world.sources.intake._board.newest == newest
