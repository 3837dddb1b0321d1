"""Numbers of topics and feeds, in buttons and links, give nobody what others follow."""

import json
import re
from typing import Any

import pytest

from bot.console.door import Person
from handlers.belonging_buttons import MuteAgain
from handlers.buttons import Follow, FollowFeed, MuteOutlet, TrendOf, encode
from handlers.menu_buttons import Drop, DropRow, Undo, UndoRow
from handlers.page_buttons import BestPage, Page
from storage import chats, feeds
from storage.records import ArticleId, FeedId, Kind, MuteId, SubscriptionId, TopicId

SECRET = "token=secret-of-a"
TOPIC = "my divorce lawyer smith"
LONG = " OR ".join(f"quince{number}" for number in range(9))


def stranger(talk: Any) -> Person:
    return Person(talk.parts.application, talk.telegram, 666)


async def private_feed(talk: Any, clock: Any) -> FeedId:
    """A feed that no list names and that the chat follows, with a secret in its address."""
    async with talk.parts.services.database.write() as tx:
        await feeds.set_catalogue(tx, [], clock())
    said = await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun/feed?{SECRET}")
    assert "You now follow" in said
    [item] = await talk.follows()
    return FeedId(item.target)


async def shared_link(talk: Any) -> str:
    """What the screen of the one thing that the chat follows gives to be sent to others."""
    message = await talk.ask_message("/subscriptions")
    await talk.me.press(message, "1")
    found = re.search(r"start=([A-Za-z0-9_-]+)", message["text"])
    assert found is not None
    return found[1]


async def file_from(talk: Any, person: Person, command: str) -> str:
    """The file that a command brings; what the answer says where it brings none."""
    [answer] = await person.type(command)
    if "document" not in answer:
        return str(answer["text"])
    return str(talk.telegram.files[answer["document"]["file_id"]].decode())


def forged(topic: TopicId, feed: FeedId) -> list[str]:
    """What a client of somebody's own may send: as buttons were once, and with seals that were made up."""
    place, after = SubscriptionId(99), ArticleId(0)
    drops = [
        Drop(kind, of, after, "", place) for kind, of in ((Kind.TOPIC, topic), (Kind.FEED, feed))
    ]
    actions = (
        *(Follow(topic), TrendOf(topic), FollowFeed(feed)),
        *(Page(topic, 1, ArticleId(9999)), BestPage(topic, 1, ArticleId(9999))),
        *(made for drop in drops for made in (drop, Undo(drop), DropRow(drop), UndoRow(drop))),
    )
    sealed = [encode(action, "a key that somebody made up") for action in actions]
    return [*sealed, *(f"1:{data.partition(':')[2]}" for data in sealed)]


async def test_forged_buttons_show_and_bring_nothing_that_others_follow(
    talk: Any, clock: Any
) -> None:
    feed = await private_feed(talk, clock)
    await talk.ask(f"/subscribe {TOPIC}")
    [topic] = [TopicId(item.target) for item in await talk.follows() if item.kind is Kind.TOPIC]
    other = stranger(talk)
    [message] = await other.type("/settings")
    for data in forged(topic, feed):
        before = len(talk.telegram.answers)
        shown = await other.press_data(message, data)
        assert "out of date" in talk.telegram.answers[before]["text"]
        assert TOPIC not in json.dumps(shown, default=str)
    assert "nothing" in (await other.type("/subscriptions"))[0]["text"]
    assert SECRET not in await file_from(talk, other, "/export")


async def test_a_button_of_one_chat_is_out_of_date_in_another(talk: Any) -> None:
    message = await talk.ask_message(f"/latest {TOPIC}")
    data = [
        button["callback_data"]
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"].startswith("+ ") or "Follow" in button["text"]
    ]
    assert len(data) == 1
    other = stranger(talk)
    [theirs] = await other.type("/settings")
    await other.press_data(theirs, data[0])
    assert "out of date" in talk.telegram.answers[-1]["text"]
    [followed] = await talk.me.press_data(message, data[0])
    assert f"You now follow “{TOPIC}”" in followed["text"]


async def test_who_counts_up_links_finds_no_feed_but_those_that_are_listed(
    talk: Any, clock: Any
) -> None:
    feed = await private_feed(talk, clock)
    other = stranger(talk)
    for payload in (f"f_{feed}", f"f_{feed}_{'A' * 22}"):
        [answer] = await other.type(f"/start {payload}")
        assert "leads to nothing that I know" in answer["text"]
    # Who follows it anyway learns nothing from its number.
    assert "Shall I follow" in await talk.ask(f"/start f_{feed}")


async def test_a_feed_of_ones_own_is_handed_on_by_its_link(talk: Any, clock: Any) -> None:
    feed = await private_feed(talk, clock)
    payload = await shared_link(talk)
    assert re.fullmatch(rf"f_{feed}_[A-Za-z0-9_-]{{22}}", payload)
    other = stranger(talk)
    [offer] = await other.type(f"/start {payload}")
    assert "Shall I follow" in offer["text"]
    first = offer["reply_markup"]["inline_keyboard"][0][0]
    [followed] = await other.press_data(offer, first["callback_data"])
    assert "You now follow" in followed["text"]
    # The proof of one feed is none of another.
    proof = payload.removeprefix(f"f_{feed}")
    [answer] = await other.type(f"/start f_{feed - 1}{proof}")
    assert "leads to nothing that I know" in answer["text"]


async def test_a_feed_of_the_catalogue_has_its_number_alone_for_a_link(talk: Any) -> None:
    await talk.ask(f"/subscribe {talk.newsroom}/naru-sinmun/feed")
    [item] = await talk.follows()
    assert await shared_link(talk) == f"f_{item.target}"
    [offer] = await stranger(talk).type(f"/start f_{item.target}")
    assert "Shall I follow" in offer["text"]


@pytest.mark.parametrize("again", [False, True])
async def test_who_mutes_the_source_of_a_story_is_not_told_its_address(
    talk: Any, clock: Any, again: bool
) -> None:
    feed = await private_feed(talk, clock)
    other = stranger(talk)
    [message] = await other.type("/settings")
    mute = MuteAgain(MuteId(1), feed) if again else MuteOutlet(feed)
    await other.press_data(message, encode(mute))
    kept = await file_from(talk, other, "/privacy export")
    assert '"mutes"' in kept
    assert SECRET not in kept
    assert SECRET in await file_from(talk, talk.me, "/privacy export")


async def test_the_key_of_a_chat_is_not_among_what_is_sent_to_it(talk: Any) -> None:
    await talk.ask("/help")
    key = (await talk.chat()).key
    assert len(key) >= 16
    assert key not in await file_from(talk, talk.me, "/privacy export")
    assert key not in repr(await talk.chat())


async def test_a_long_topic_that_was_searched_for_is_shared_as_a_short_one_is(talk: Any) -> None:
    # What is nowhere in the news is not offered to others.
    for typed in (f"rice OR {LONG}", "rice"):
        message = await talk.ask_message(f"/latest {typed}")
        links = [
            button["url"]
            for row in message["reply_markup"]["inline_keyboard"]
            for button in row
            if "Share this topic" in button["text"]
        ]
        [link] = links
        payload = re.search(r"start%3D([A-Za-z0-9_-]+)", link)
        assert payload is not None
        [offer] = await stranger(talk).type(f"/start {payload[1]}")
        assert f"Shall I follow “{typed}”" in offer["text"]


async def follow_rice(talk: Any) -> Follow:
    """What a button that follows rice means."""
    async with talk.parts.services.database.write() as tx:
        topic = await chats.intern_topic(tx, "rice", "rice", talk.parts.services.clock())
    return Follow(topic.id)
