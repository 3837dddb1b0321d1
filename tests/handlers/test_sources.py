"""Finding feeds, lists, and feeds in trouble, as a reader sees them."""

from datetime import timedelta
from typing import Any

from bot.composer import tell_trouble
from news import opml
from news.opml import Outline
from storage import feeds
from storage.records import Failure, Feed, Visit

Talk = Any
Buttons = Any


async def test_the_page_of_a_site_is_enough_to_follow_its_feed(talk: Talk) -> None:
    answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun")
    assert answer.startswith("You now follow 나루신문.")
    assert len(await talk.follows()) == 1


async def test_where_there_is_no_feed_the_answer_says_what_was_tried(
    talk: Talk, monkeypatch: Any
) -> None:
    async def page(*_: Any, **__: Any) -> Any:
        return ()

    monkeypatch.setattr(talk.parts.services.sources.worker, "run", _page_for_everything)
    answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun")
    assert answer.startswith("I found no feed there.")
    assert f"{talk.newsroom}/feed.xml" in answer


async def _page_for_everything(function: Any, *arguments: Any) -> Any:
    if function.__name__ == "announced":
        return ()
    return function(b"<html></html>", *arguments[1:])


async def lose(talk: Talk, clock: Any, failure: Failure, stop: bool = False) -> Feed:
    """A followed feed that has failed for a week."""
    await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun/feed")
    async with talk.parts.services.database.write() as tx:
        feed = await feeds.find(tx, f"{talk.newsroom}/naru-sinmun/feed")
        assert feed is not None
        later = clock() + timedelta(days=9)
        visit = Visit(clock(), later, failure=failure, failure_detail="404", stop=stop)
        await feeds.record(tx, [(feed.id, visit)])
        found: Feed = feed
    return found


async def told(talk: Talk, clock: Any) -> list[dict[str, Any]]:
    """The messages about trouble that reach the chat."""
    await tell_trouble(talk.parts.services.database, clock())
    kept = talk.telegram.chat(1).messages
    seen = set(kept)
    await talk.parts.jobs.deliver()
    return [message for id, message in kept.items() if id not in seen]


async def test_trouble_that_lasts_a_week_is_told_once_with_what_can_be_done(
    talk: Talk, clock: Any, buttons_of: Buttons
) -> None:
    await lose(talk, clock, Failure.STATUS)
    assert await told(talk, clock) == []
    clock.forward(days=7)
    [message] = await told(talk, clock)
    assert "나루신문 has brought nothing since Fri, Nov 20" in message["text"]
    assert "error 404" in message["text"]
    assert buttons_of(message) == ["Look for its new address", "Keep it", "Unfollow"]
    clock.forward(days=7)
    assert await told(talk, clock) == []
    [kept] = await talk.me.press(message, "Keep it")
    assert "stays in your list" in kept["text"]
    [gone] = await talk.me.press(message, "Unfollow")
    assert buttons_of(gone) == ["Undo"]
    assert await talk.follows() == ()


async def test_a_feed_that_is_gone_is_told_at_once_and_kept_only_if_wanted(
    talk: Talk, clock: Any
) -> None:
    feed = await lose(talk, clock, Failure.GONE, stop=True)
    [message] = await told(talk, clock)
    assert "gone for good" in message["text"]
    await talk.me.press(message, "Keep it")
    async with talk.parts.services.database.read() as tx:
        kept = await feeds.get(tx, feed.id)
    assert kept is not None
    assert (kept.stopped_at, kept.next_visit_at) == (None, clock())
    assert await told(talk, clock) == []


async def test_the_new_address_of_a_lost_feed_is_looked_for_on_its_site(
    talk: Talk, clock: Any
) -> None:
    await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun/feed")
    async with talk.parts.services.database.write() as tx:
        old = await feeds.find(tx, f"{talk.newsroom}/naru-sinmun/feed")
        assert old is not None
        lost = await feeds.move(tx, old, f"{talk.newsroom}/naru-sinmun/old-feed")
        visit = Visit(clock(), clock(), failure=Failure.GONE, stop=True)
        await feeds.record(tx, [(lost.id, visit)])
        await tx.exec_driver_sql("DELETE FROM aliases")
    [message] = await told(talk, clock)
    [answer] = await talk.me.press(message, "Look for its new address")
    assert answer["text"].startswith("You now follow 나루신문.")
    [item] = await talk.follows()
    assert item.target != lost.id


async def test_a_list_of_feeds_by_address_is_followed_and_what_failed_is_listed(
    talk: Talk, monkeypatch: Any
) -> None:
    document = opml.write([Outline("https://a.example/1", "One")], "L").replace(
        b"</body>", b"<outline text='Odd one' xmlUrl='gopher://x'/></body>"
    )

    async def serve(function: Any, *arguments: Any) -> Any:
        return function(document, *arguments[1:])

    monkeypatch.setattr(talk.parts.services.sources.worker, "run", serve)
    answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun")
    assert "1 feed of the list is followed" in answer
    assert "Odd one: no web address" in answer
    assert [item.name for item in await talk.follows()] == ["One"]
