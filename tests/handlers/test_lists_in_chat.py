"""Lists of feeds as files, links and replies, and what is shown while they are read."""

import asyncio
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from bot.console.door import Person
from handlers import lists
from handlers.buttons import Save, encode
from news import follow
from news.discover import FoundList
from news.opml import read, write
from news.stories import lead
from storage import articles
from storage.records import ListedFeed

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


async def test_what_is_no_address_is_told_how_to_import(talk: Talk) -> None:
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
    real = follow.import_list

    async def slowly(*arguments: Any) -> Any:
        result = await real(*arguments)
        # Let what was heard be shown at least once, however fast that was.
        await asyncio.sleep(0.2)
        return result

    monkeypatch.setattr(follow, "import_list", slowly)
    answers = await talk.me.send_file("list.opml", opml(talk, 5000))
    progress = [one for one in answers if "Reading the list" in one.get("text", "")]
    assert len({one["message_id"] for one in progress}) == 1
    assert progress[-1]["text"] == "Reading the list: 5,000 of 5,000 feeds…"
    assert "caption" in answers[-1]


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
