"""Lists of feeds as files, links and replies, and what is shown while they are read."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from bot.console.door import Person
from handlers import lists
from handlers.buttons import Save, encode
from handlers.views.lists import choice
from handlers.views.reader import Reader
from news import follow, importing
from news.discover import FoundList
from news.opml import read, write
from news.outcomes import Choice
from news.stories import lead
from storage import articles
from storage.records import FeedId, ListedFeed

Talk = Any


def opml(talk: Talk, count: int) -> bytes:
    """A list of so many feeds, none of which answers."""
    feeds = [
        ListedFeed(f"{talk.newsroom}/nowhere/{number}", f"Feed {number}", "")
        for number in range(count)
    ]
    return write(feeds, "List")


async def failed_lines(talk: Talk, message: dict[str, Any]) -> list[str]:
    return str(talk.telegram.files[message["document"]["file_id"]].decode()).splitlines()


async def test_a_link_to_a_list_is_imported(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(*_: Any) -> FoundList:
        return FoundList(read(opml(talk, 3)))

    # The newsroom has no lists, and no other place may be visited here.
    monkeypatch.setattr(follow, "discover", found)
    answer = await talk.ask("/import https://a.example/feeds.opml")
    assert answer.startswith("3 feeds of the list are followed from now on.")
    assert len(await talk.follows()) == 3


async def test_a_link_to_a_feed_is_followed_and_a_bad_one_told_kindly(talk: Talk) -> None:
    [answer] = await talk.me.type(f"/import {talk.newsroom}/harbour-courier/feed")
    assert "You now follow The Harbour Courier" in answer["text"]
    assert "error 404" in await talk.ask(f"/import {talk.newsroom}/feeds.opml")


async def test_what_would_be_refused_by_itself_is_refused_in_a_list_with_its_line_and_reason(
    talk: Talk,
) -> None:
    listed = [
        "https://a.example/feed",
        "http://10.0.0.1/feed",
        "http://169.254.169.254/x",
        "http://localhost/x",
        "http://[::1]/x",
        "https://user:pw@a.example/f",
        f"https://a.example/{'x' * 3000}",
    ]
    feeds = [ListedFeed(url, f"Feed {place}", "") for place, url in enumerate(listed)]
    private = "in a private network"
    reasons = [private, private, private, private, "with a password", "the address is too long"]
    for content in (write(feeds, "List"), "\n".join(listed).encode()):
        [answer] = await talk.me.send_file("list.opml", content)
        lines = answer["text"].splitlines()
        assert lines[0].startswith(("1 feed of the list", "You follow", "Nothing of the list"))
        told = [line for line in lines if line.startswith("· line ")]
        assert [reason in line for reason, line in zip(reasons, told, strict=True)] == [True] * 6
        numbers = [int(line.split()[2].rstrip(",")) for line in told]
        assert numbers == list(range(numbers[0], numbers[0] + 6))
    assert [one.name for one in await talk.follows()] == ["Feed 0"]


async def exported(talk: Talk) -> bytes:
    [file] = await talk.me.type("/export")
    return bytes(talk.telegram.files[file["document"]["file_id"]])


async def test_export_then_import_brings_back_topics_and_schedules_in_their_order(
    talk: Talk,
) -> None:
    await talk.me.type("/subscribe North Korea")
    await talk.me.send_file("list.opml", opml(talk, 2))
    await talk.me.type("/subscribe rice OR wheat")
    await talk.me.type("/schedule 1 instant")
    await talk.me.type("/schedule 3 daily 08:00")
    before = [(item.kind, item.name, item.schedule) for item in await talk.follows()]
    assert [name for _, name, _ in before] == ["North Korea", "Feed 0", "Feed 1", "rice OR wheat"]
    [file] = await talk.me.type("/export")
    assert file["caption"].splitlines()[0].startswith("2 feeds.")
    assert file["caption"].splitlines()[1].startswith("2 topics, which other readers pass over")
    content = talk.telegram.files[file["document"]["file_id"]]
    answer = (await talk.me.send_file("list.opml", content))[-1]["text"]
    assert answer == "You follow all 4 things of the list already, so nothing changes."
    for _ in before:
        await talk.me.type("/unsubscribe 1")
    answer = (await talk.me.send_file("list.opml", content))[-1]["text"]
    assert answer.splitlines() == [
        "2 feeds of the list are followed from now on.",
        "2 topics of the list are followed from now on.",
    ]
    assert [(item.kind, item.name, item.schedule) for item in await talk.follows()] == before
    # A topic of a list begins like any other: with what is there as proof, and nothing of it as news.
    assert "Nothing new since" in (await talk.me.type("/digest"))[0]["text"]
    assert await exported(talk) == content


async def test_topics_alone_are_exported_too_and_take_room_as_feeds_do(talk: Talk) -> None:
    await talk.me.type("/subscribe rice")
    await talk.me.type("/subscribe wheat")
    content = await exported(talk)
    other = Person(talk.parts.application, talk.telegram, 9)
    object.__setattr__(talk.parts.services, "max_subscriptions", 1)
    [answer] = await other.send_file("list.opml", content)
    assert answer["text"].splitlines() == [
        "1 topic of the list is followed from now on.",
        "There was no room for 1 more: /unsubscribe makes room, then send the list again.",
        "· “wheat”: no room",
    ]
    [answer] = await other.send_file("list.opml", content)
    assert answer["text"].splitlines()[:2] == [
        "Nothing of the list was added.",
        "1 was followed already.",
    ]


async def test_what_had_no_room_comes_as_a_file_if_it_is_too_long_for_a_message(talk: Talk) -> None:
    object.__setattr__(talk.parts.services, "max_subscriptions", 1)
    await talk.me.type("/subscribe rice")
    long = "https://search.example/feed?" + "q=north+korea+trade+rice&" * 9
    feeds = [ListedFeed(f"{long}n={number}", f"Feed {number}") for number in range(15)]
    [answer] = await talk.me.send_file("list.opml", write(feeds, "List"))
    assert "no room for 15 more" in answer["caption"]
    assert len(await failed_lines(talk, answer)) == 15


async def test_a_text_of_addresses_is_taken_and_a_feed_as_a_file_is_told_apart(talk: Talk) -> None:
    text = f"{talk.newsroom}/nowhere/1\n{talk.newsroom}/nowhere/2\n"
    [answer] = await talk.me.send_file("feeds.txt", text.encode())
    assert answer["text"] == "2 feeds of the list are followed from now on."
    feed = b'<rss version="2.0"><channel><title>S</title></channel></rss>'
    [answer] = await talk.me.send_file("feed.xml", feed)
    assert "a feed itself" in answer["text"]
    assert "/subscribe https://example.org/feed.xml" in answer["text"]
    [answer] = await talk.me.send_file("photo.pdf", b"%PDF-1.4")
    assert "can’t read that file" in answer["text"]


async def test_what_is_no_address_is_told_how_to_import(talk: Talk) -> None:
    assert (await talk.ask("/import nonsense")).startswith("“nonsense” is no web address.")
    assert "as a file (OPML)" in await talk.ask("/import")
    assert "as a file (OPML)" in await talk.ask("/import all my feeds")
    assert "only public http" in await talk.ask("/import ftp://a.example/list.opml")


async def test_a_reply_to_a_file_imports_it(talk: Talk) -> None:
    group = talk.telegram.chat(-100_300, "supergroup")
    group.administrators.add(5)
    boss = Person(talk.parts.application, talk.telegram, -100_300, 5)
    sent = talk.telegram.send_file(-100_300, "list.opml", opml(talk, 3), user_id=6)["message"]
    [answer] = await boss.type("/import", reply_to_message=sent)
    assert answer["text"].startswith("3 feeds of the list are followed")
    anyone = Person(talk.parts.application, talk.telegram, -100_300, 6)
    [refused] = await anyone.type("/import", reply_to_message=sent)
    assert "administrators" in refused["text"]


async def test_what_has_no_room_is_listed_line_by_line_in_a_file(talk: Talk) -> None:
    answers = await talk.me.send_file("list.opml", opml(talk, 260))
    last = answers[-1]
    assert last["caption"].startswith("200 feeds of the list are followed from now on.")
    lines = await failed_lines(talk, last)
    assert len(lines) == 60
    assert lines[0] == f"· Feed 200: no room, {talk.newsroom}/nowhere/200"
    # What is exported then is what was followed, in order.
    [exported] = await talk.me.type("/export")
    content = talk.telegram.files[exported["document"]["file_id"]]
    assert content.count(b"/nowhere/") == 200


async def test_a_long_list_shows_how_far_it_is_in_one_message(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "REPORT_SECONDS", 0.01)
    real = importing.import_list

    async def slowly(*arguments: Any) -> Any:
        result = await real(*arguments)
        # Let what was heard be shown at least once, however fast that was.
        await asyncio.sleep(0.2)
        return result

    monkeypatch.setattr(importing, "import_list", slowly)
    answers = await talk.me.send_file("list.opml", opml(talk, 5000))
    progress = [one for one in answers if "Reading the list" in one.get("text", "")]
    assert len({one["message_id"] for one in progress}) == 1
    assert progress[-1]["text"] == "Reading the list: 5,000 of 5,000 feeds…"
    assert "caption" in answers[-1]


def test_feeds_of_a_page_that_have_no_button_are_counted(clock: Callable[[], datetime]) -> None:
    reader = Reader("en", "UTC", clock(), "a key")
    feeds = tuple((FeedId(n), f"Part {n}") for n in range(1, 15))
    all_of_them = choice(Choice("https://a.example/", feeds), reader)
    assert len(all_of_them.keyboard) == 14
    assert "more" not in all_of_them.text
    some = choice(Choice("https://a.example/", feeds, more=1), reader)
    assert "It has 1 feed more: send me its address" in some.text


async def test_saved_stories_come_as_bookmarks(
    talk: Talk, buttons_of: Callable[[dict[str, Any]], list[str]]
) -> None:
    listed = await talk.ask_message("/latest")
    async with talk.parts.services.database.read() as tx:
        [(_, story)] = await articles.latest(tx, limit=1)
    await talk.me.press_data(listed, encode(Save(story.id)))
    kept = await talk.ask_message("/saved")
    [file] = await talk.me.press(kept, buttons_of(kept)[-1])
    content = talk.telegram.files[file["document"]["file_id"]].decode()
    assert content.startswith("<!DOCTYPE NETSCAPE-Bookmark-file-1>")
    assert content.count("<DT><A HREF=") == 1
    assert f'HREF="{lead(story).url}"' in unescape(content)
