"""What is kept of a chat: shown, sent, and deleted with every trace."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.console.door import Person
from handlers.belonging_buttons import Erase, SendAll
from handlers.buttons import encode
from handlers.views.message import plain_text
from handlers.words import say
from storage import articles, chats, feeds, opinions, reach
from storage.database import Database
from storage.records import ChatId, ListedFeed, Refusal

Talk = Any
Buttons = Callable[[dict[str, Any]], list[str]]

CHAT = 7_123_456_789


@pytest.fixture
def someone(talk: Talk) -> Person:
    """Somebody whose number is not found by chance in a file."""
    return Person(talk.parts.application, talk.telegram, CHAT)


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


def traces(folder: Path) -> list[bytes]:
    """What of the chat and of what it typed can be read on the disk."""
    wanted = [b"urple otters", b"ilver badgers", b"oroscope", b"Zurich", str(CHAT).encode()]
    wanted.append(CHAT.to_bytes(8, "big"))
    # SQLite keeps numbers of up to six bytes in six.
    wanted.append(CHAT.to_bytes(6, "big"))
    content = on_disk(folder)
    return [one for one in wanted if one in content]


async def live(someone: Person) -> None:
    """Use the bot for a while."""
    for text in (
        "/subscribe purple otters",
        "/latest silver badgers",
        "/mute horoscope",
        "/timezone Europe/Zurich",
        "/search japan",
        "/unsubscribe 1",
        "/subscribe purple otters OR rice",
    ):
        assert await someone.type(text)


async def content_of(talk: Talk, message: dict[str, Any]) -> Any:
    return json.loads(talk.telegram.files[message["document"]["file_id"]])


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
async def test_privacy_says_what_is_kept_in_one_message(
    talk: Talk, buttons_of: Buttons, language: str
) -> None:
    await talk.ask("/latest")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(1), language=language)
    message = await talk.ask_message("/privacy")
    assert message["text"] == plain_text(say("privacy.text", language))
    assert buttons_of(message) == [
        plain_text(say("button.send_all", language)),
        plain_text(say("button.erase", language)),
    ]


async def test_everything_of_a_chat_comes_as_a_file_with_readable_names(
    talk: Talk, someone: Person
) -> None:
    await live(someone)
    [message] = await someone.type("/privacy export")
    content = await content_of(talk, message)
    assert content["chat"]["id"] == CHAT
    assert content["chat"]["timezone"] == "Europe/Zurich"
    assert [one["topic"] for one in content["subscriptions"]] == ["purple otters OR rice"]
    assert [one["words"] for one in content["mutes"]] == ["horoscope"]
    assert content["subscriptions"][0]["followed_at"].startswith("2026-11-20T12:00:00")


async def test_saved_stories_are_in_the_file_with_headline_and_link(
    talk: Talk, someone: Person
) -> None:
    await someone.type("/latest")
    database = talk.parts.services.database
    async with database.write() as tx:
        [(_, story)] = await articles.latest(tx, limit=1)
        await opinions.save(tx, ChatId(CHAT), story.id, talk.parts.services.clock())
    [message] = await someone.press_data((await someone.type("/privacy"))[0], encode(SendAll()))
    [kept] = (await content_of(talk, message))["saved_stories"]
    first = min(story.articles, key=lambda one: (one.published_at, one.id))
    assert (kept["headline"], kept["link"]) == (first.title, first.url)


async def test_forget_asks_once_and_keeps_everything_unless_told(
    talk: Talk, someone: Person, buttons_of: Buttons
) -> None:
    await live(someone)
    [question] = await someone.type("/forget")
    assert "1 subscription\n· 1 mute" in question["text"]
    assert buttons_of(question) == ["Keep everything", "Delete everything"]
    [kept] = await someone.press(question, "Keep everything")
    assert kept["message_id"] == question["message_id"]
    assert "Nothing was deleted" in kept["text"]
    assert "purple otters" in (await someone.type("/subscriptions"))[0]["text"]


async def test_after_forget_the_disk_holds_no_trace_of_the_chat(
    talk: Talk, someone: Person, tmp_path: Path
) -> None:
    await live(someone)
    await talk.ask("/subscribe green herons")
    assert len(traces(tmp_path)) >= 5
    [question] = await someone.type("/forget")
    [done] = await someone.press(question, "Delete everything")
    assert done["message_id"] == question["message_id"]
    assert "is deleted" in done["text"]
    assert traces(tmp_path) == []
    assert b"green herons" in on_disk(tmp_path)
    # What was searched for is no longer remembered in memory either.
    assert {key[0] for key in talk.parts.services.rankings} == set()
    assert len(await talk.follows()) == 1


PRIVATE = "naru-sinmun"


async def make_private(talk: Talk, clock: Any) -> str:
    """Take an outlet out of the catalogue, as if it were somebody's own; its address."""
    address = f"{talk.newsroom}/{PRIVATE}/feed"
    async with talk.parts.services.database.write() as tx:
        listed = [ListedFeed(one.url) for one in await feeds.every(tx) if one.url != address]
        await feeds.set_catalogue(tx, listed, clock())
    return address


@pytest.mark.parametrize("unfollowed", [False, True])
async def test_after_forget_the_disk_holds_nothing_of_a_feed_that_only_the_chat_followed(
    talk: Talk, someone: Person, clock: Any, tmp_path: Path, unfollowed: bool
) -> None:
    address = await make_private(talk, clock)
    [followed] = await someone.type(f"/subscribe {address}")
    assert "나루신문" in followed["text"]
    if unfollowed:
        await someone.type("/unsubscribe 1")
    async with talk.parts.services.database.read() as tx:
        feed = await feeds.find(tx, address)
        assert feed is not None
        placed = await articles.latest(tx, limit=100, feed_id=feed.id)
    told = [one for _, story in placed for one in story.articles if one.feed_id == feed.id]
    wanted = [address, feed.title, *(one.title for one in told), *(one.url for one in told)]
    assert len(told) > 3
    assert [one for one in wanted if one.encode() not in on_disk(tmp_path)] == []
    [question] = await someone.type("/forget")
    await someone.press(question, "Delete everything")
    assert [one for one in wanted if one.encode() in on_disk(tmp_path)] == []


async def test_a_feed_that_another_chat_follows_as_well_stays_as_it_is(
    talk: Talk, someone: Person, clock: Any
) -> None:
    address = await make_private(talk, clock)
    await someone.type(f"/subscribe {address}")
    await talk.ask(f"/subscribe {address}")
    before = await talk.ask("/latest")
    await someone.press((await someone.type("/forget"))[0], "Delete everything")
    assert [one.name for one in await talk.follows()] == ["나루신문"]
    assert await talk.ask("/latest") == before


async def test_what_cannot_be_scrubbed_now_is_told_to_the_operator_alone(
    talk: Talk, someone: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(Database, "scrub", fail)
    await live(someone)
    [question] = await someone.type("/forget")
    with capture_logs() as logged:
        [done] = await someone.press(question, "Delete everything")
    assert "is deleted" in done["text"]
    assert [one["event"] for one in logged if "readable" in one["event"]]


async def test_two_fast_taps_delete_once_and_who_writes_again_begins_anew(
    talk: Talk, someone: Person
) -> None:
    await live(someone)
    [question] = await someone.type("/forget")
    await someone.press(question, "Delete everything")
    await someone.press_data(question, encode(Erase(True)))
    [answer] = await someone.type("/subscriptions")
    assert "purple otters" not in answer["text"]


async def test_in_a_group_only_administrators_get_the_file_or_delete(talk: Talk) -> None:
    group = talk.telegram.chat(-100_200, "supergroup")
    group.administrators.add(5)
    anyone = Person(talk.parts.application, talk.telegram, -100_200, 6)
    boss = Person(talk.parts.application, talk.telegram, -100_200, 5)
    await boss.type("/subscribe rice")
    [text] = await anyone.type("/privacy")
    assert "What I keep" in text["text"]
    [refused] = await anyone.type("/privacy export")
    assert "document" not in refused
    assert await anyone.press_data(text, encode(SendAll())) == []
    [question] = await anyone.type("/forget")
    assert await anyone.press_data(question, encode(Erase(True))) == []
    async with talk.parts.services.database.read() as tx:
        assert len(await chats.followed(tx, ChatId(-100_200))) == 1
    await boss.press(question, "Delete everything")
    async with talk.parts.services.database.read() as tx:
        assert await chats.get(tx, ChatId(-100_200)) is None


async def test_a_digest_on_its_way_is_not_sent_after_forget(
    talk: Talk, someone: Person, clock: Any
) -> None:
    await someone.type("/schedule daily 08:00")
    await someone.type("/subscribe japan, korea, rice, seoul, tokyo")
    clock.forward(hours=10)
    await talk.parts.poller.poll_due()
    clock.forward(hours=11)
    await talk.parts.delivery.compose()
    [question] = await someone.type("/forget")
    await someone.press(question, "Delete everything")
    before = len(talk.telegram.chat(CHAT).messages)
    await talk.parts.delivery.deliver()
    assert len(talk.telegram.chat(CHAT).messages) == before


async def test_a_chat_that_never_came_back_takes_its_own_feeds_along(
    talk: Talk, someone: Person, clock: Any
) -> None:
    address = await make_private(talk, clock)
    await someone.type(f"/subscribe {address}")
    database = talk.parts.services.database
    async with database.write() as tx:
        await reach.note_unreachable(tx, ChatId(CHAT), Refusal.BLOCKED, clock())
    clock.forward(days=59)
    await talk.parts.delivery.clean()
    async with database.read() as tx:
        assert await feeds.find(tx, address) is not None
    clock.forward(days=2)
    await talk.parts.delivery.clean()
    async with database.read() as tx:
        assert await chats.get(tx, ChatId(CHAT)) is None
        assert await feeds.find(tx, address) is None


async def test_a_feed_that_nobody_follows_any_more_goes_once_its_articles_are_old(
    talk: Talk, someone: Person, clock: Any
) -> None:
    address = await make_private(talk, clock)
    await someone.type(f"/subscribe {address}")
    clock.forward(days=1)
    await talk.parts.poller.poll_due()
    await someone.type("/unsubscribe 1")
    clock.forward(days=89)
    await talk.parts.delivery.clean()
    database = talk.parts.services.database
    async with database.read() as tx:
        assert await feeds.find(tx, address) is not None
    clock.forward(days=2)
    await talk.parts.delivery.clean()
    async with database.read() as tx:
        assert await feeds.find(tx, address) is None


async def test_a_feed_that_somebody_follows_stays_however_long_it_is_silent(
    talk: Talk, someone: Person, clock: Any
) -> None:
    address = await make_private(talk, clock)
    await someone.type(f"/subscribe {address}")
    clock.forward(days=200)
    await talk.parts.delivery.clean()
    async with talk.parts.services.database.read() as tx:
        assert await feeds.find(tx, address) is not None
