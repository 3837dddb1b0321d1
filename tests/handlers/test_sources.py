"""Finding feeds, lists, and feeds in trouble, as a reader sees them."""

from datetime import timedelta
from typing import Any

import pytest

from bot.composer import tell_trouble
from bot.console.door import Person
from bot.console.server import ApiError
from news import opml
from storage import feeds
from storage.records import Failure, Feed, ListedFeed, Visit

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
    await talk.parts.delivery.deliver()
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
    assert buttons_of(gone) == ["Undo", "◀ What you follow"]
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
    document = opml.write([ListedFeed("https://a.example/1", "One")], "L").replace(
        b"</body>", b"<outline text='Odd one' xmlUrl='gopher://x'/></body>"
    )

    async def serve(function: Any, *arguments: Any) -> Any:
        return function(document, *arguments[1:])

    monkeypatch.setattr(talk.parts.services.sources.worker, "run", serve)
    answer = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun")
    assert "1 feed of the list is followed" in answer
    assert "Odd one: no web address" in answer
    assert [item.name for item in await talk.follows()] == ["One"]


async def test_export_then_import_gives_an_equal_list(talk: Talk) -> None:
    outlines = [
        ListedFeed(f"{talk.newsroom}/{slug}/feed", "", folder)
        for slug, folder in (
            ("naru-sinmun", "Korea"),
            ("open-circuit", ""),
            ("minato-shinpo", "Japan/News"),
        )
    ]
    [answer] = await talk.me.send_file("mine.opml", opml.write(outlines, "Mine"))
    assert answer["text"] == "3 feeds of the list are followed from now on."
    [first] = await talk.me.type("/export")
    assert first["document"]["file_name"] == "kawaraban.opml"
    assert first["caption"].startswith("3 feeds.")
    exported = talk.telegram.files[first["document"]["file_id"]]
    listed = opml.read(exported).outlines
    assert [(one.url, one.folder) for one in listed] == [(one.url, one.folder) for one in outlines]
    assert listed[0].title == "나루신문"
    for item in await talk.follows():
        await talk.me.type(f"/unsubscribe {item.name}")
    await talk.me.send_file("kawaraban.opml", exported)
    [second] = await talk.me.type("/export")
    assert talk.telegram.files[second["document"]["file_id"]] == exported


async def test_what_fails_of_a_list_is_told_line_by_line(talk: Talk) -> None:
    document = b"""<opml version="1.0"><body>
<outline text="Twice" xmlUrl="https://a.example/"/>
<outline text="Twice" xmlUrl="https://a.example/"/>
<outline text="Odd &amp; &lt;b&gt;" xmlUrl="javascript:alert(1)"/></body></opml>"""
    [answer] = await talk.me.send_file("list.xml", document)
    assert "1 feed of the list is followed" in answer["text"]
    assert "· line 3, Twice: is in the list twice" in answer["text"]
    assert "· line 4, Odd & <b>: no web address" in answer["text"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"%PDF-1.7", "I can’t read that file"),
        (b"", "I can’t read that file"),
        (b"<html><body>no</body></html>", "I can’t read that file"),
        (b"<opml><body/></opml>", "That list holds no feeds."),
        (b"<opml><body>" + b"<outline>" * 200_000, "I can’t read that file"),
    ],
)
async def test_a_file_that_is_no_list_gets_one_kind_sentence(
    talk: Talk, document: bytes, said: str
) -> None:
    [answer] = await talk.me.send_file("list.opml", document)
    assert answer["text"].startswith(said)
    assert await talk.follows() == ()


async def test_a_file_that_is_too_large_is_not_even_fetched(talk: Talk) -> None:
    [answer] = await talk.me.send_file("list.opml", b" " * 5_000_001)
    assert answer["text"].startswith("That file is too large")
    assert "getFile" not in [method for method, _ in talk.telegram.calls]


async def test_a_file_with_any_words_below_it_is_answered(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = opml.write([ListedFeed("https://a.example/", "A")], "")
    [answer] = await talk.me.send_file("list.opml", listed, "me@example.com sent this")
    assert answer["text"].startswith("1 feed of the list")

    async def refuse(*_: Any) -> None:
        raise ApiError(400, "Bad Request: file is temporarily unavailable")

    async def before(method: str, parameters: Any) -> None:
        if method == "getFile":
            await refuse()

    talk.telegram.before = before
    [answer] = await talk.me.send_file("list.opml", listed)
    assert answer["text"].startswith("I could not fetch that file")


async def test_with_nothing_followed_there_is_nothing_to_export(talk: Talk) -> None:
    assert (await talk.ask("/export")).startswith("You follow nothing yet")
    assert (await talk.ask("/import")).startswith("Send me the list as a file")


async def test_in_a_group_a_list_is_taken_from_administrators_who_say_so(
    talk: Talk, clock: Any
) -> None:
    group = Person(talk.parts.application, talk.telegram, -100, 7)
    talk.telegram.chat(-100, "supergroup").type = "supergroup"
    listed = opml.write([ListedFeed("https://a.example/", "A")], "")
    assert await group.send_file("list.opml", listed) == []
    assert await group.send_file("list.opml", listed, "/import@other_bot") == []
    [answer] = await group.send_file("list.opml", listed, "/import")
    assert "administrator" in answer["text"]
    talk.telegram.chat(-100).administrators.add(7)
    # Who administers is asked once a minute.
    clock.forward(minutes=1)
    [answer] = await group.send_file("list.opml", listed, "/import@Kawaraban_bot")
    assert answer["text"].startswith("1 feed of the list")


async def test_buttons_about_a_feed_that_the_chat_does_not_follow_do_nothing(
    talk: Talk, clock: Any
) -> None:
    feed = await lose(talk, clock, Failure.GONE, stop=True)
    stranger = Person(talk.parts.application, talk.telegram, 99)
    await stranger.type("/help")
    message = next(iter(talk.telegram.chat(99).messages.values()))
    for letter in ("k", "n"):
        [answer] = await stranger.press_data(message, f"1:{letter}:{feed.id}")
        assert answer["text"] == "You don’t follow that any more."
    async with talk.parts.services.database.read() as tx:
        kept = await feeds.get(tx, feed.id)
    assert kept is not None
    assert kept.stopped_at is not None
