"""What is muted, wherever it would turn up, and what is said of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.buttons import Vote, encode
from handlers.views.digests import keyboard
from handlers.views.reader import Reader
from news.digest import Digest, Section
from storage import articles, opinions, telling
from storage.records import ArticleId, ChatId, Kind, Subscription, SubscriptionId

Talk = Any
Buttons = Callable[[dict[str, Any]], list[str]]
ME = ChatId(1)


async def test_what_is_muted_does_not_count_in_a_trend(talk: Talk) -> None:
    before = await total(talk, "/trend north korea")
    async with talk.parts.services.database.read() as tx:
        newest = [story for _, story in await articles.latest(tx, limit=80)]
    about = next(one for one in newest if "North Korea" in one.articles[0].title)
    word = max(re.findall(r"[A-Za-z]{5,}", about.articles[0].title), key=len)
    await talk.ask(f"/mute {word}")
    assert await total(talk, "/trend north korea") < before
    await talk.ask(f"/unmute {word}")
    assert await total(talk, "/trend north korea") == before


async def total(talk: Talk, command: str) -> int:
    """How many stories a trend counts."""
    message = await talk.ask_message(command)
    text = message.get("text") or message["caption"]
    found = re.search(r"· (\d+) stor", text)
    return int(found[1]) if found else 0


async def test_what_is_muted_is_no_proof_of_a_topic(talk: Talk) -> None:
    [first] = await talk.me.type("/subscribe north korea")
    shown = re.findall(r"^1\. (.+)$", first["text"], re.MULTILINE)[0]
    await talk.me.type("/unsubscribe 1")
    [*_, last] = re.split(r"[^\w]+", shown)
    await talk.ask(f'/mute "{last}"')
    [again] = await talk.me.type("/subscribe north korea")
    assert shown not in again["text"]


async def test_following_what_is_muted_says_so(talk: Talk) -> None:
    await talk.ask("/mute purple otters")
    assert "You have muted it" in await talk.ask("/subscribe purple otters")
    address = f"{talk.newsroom}/harbour-courier/feed"
    await talk.ask("/mute The Harbour Courier")
    [answer] = await talk.me.type(f"/subscribe {address}")
    assert "You have muted it" in answer["text"]
    assert "At the moment" not in answer["text"]


async def test_muting_what_is_followed_says_so(talk: Talk) -> None:
    await talk.ask("/subscribe purple otters")
    answer = await talk.ask("/mute otters")
    assert "⚠ You follow “purple otters”: nothing of it is shown" in answer


async def test_or_mutes_each_and_each_can_be_undone(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/mute purple otters OR silver badgers")
    assert message["text"].count("Nothing with “") == 2
    undo = [one for one in buttons_of(message) if one.startswith("↩")]
    assert undo == ["↩ Unmute purple otters", "↩ Unmute silver badgers"]
    [listed] = await talk.me.press(message, undo[0])
    assert "1. “silver badgers”" in listed["text"]


async def test_showing_something_again_can_be_undone_and_that_again(
    talk: Talk, buttons_of: Buttons
) -> None:
    await talk.ask("/mute purple otters")
    await talk.ask("/mute silver badgers")
    message = await talk.ask_message("/unmute purple otters")
    assert buttons_of(message) == ["Undo"]
    undo = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    [muted] = await talk.me.press(message, "Undo")
    assert muted["message_id"] == message["message_id"]
    assert muted["text"].startswith("Nothing with “purple otters”")
    # It stands where it stood, and a second tap changes nothing.
    assert "1. “purple otters”\n2. “silver badgers”" in await talk.ask("/unmute")
    assert await talk.me.press_data(message, undo) == []
    [again] = await talk.me.press(message, "Undo")
    assert "“purple otters” is shown again" in again["text"]
    await talk.me.press(message, "Undo")
    assert "Nothing with “purple otters”" in message["text"]


@pytest.mark.parametrize("typed", ["rice AND wheat", "title:rice", "rice -wheat"])
async def test_a_query_is_refused_with_an_example(talk: Talk, typed: str) -> None:
    assert "Muting takes words and sources only" in await talk.ask(f"/mute {typed}")
    assert "Nothing is muted" in await talk.ask("/mute")


async def test_words_that_every_text_has_are_refused(talk: Talk) -> None:
    assert "nearly every text has" in await talk.ask("/mute the")
    assert "Nothing is muted" in await talk.ask("/mute")


async def test_a_source_is_unmuted_by_its_address_or_host(talk: Talk) -> None:
    address = f"{talk.newsroom}/harbour-courier/feed"
    await talk.ask(f"/mute {address}")
    assert "is shown again" in await talk.ask(f"/unmute {address}")
    await talk.ask("/mute The Harbour Courier")
    assert "is shown again" in await talk.ask(f"/unmute {talk.newsroom}")
    assert "is not muted" in await talk.ask("/unmute nowhere.example")


@pytest.mark.parametrize("command", ["/latest rice", "/search rice", "rice"])
async def test_what_is_looked_for_and_muted_is_said_to_be_so_with_the_way_to_show_it(
    talk: Talk, command: str
) -> None:
    await talk.ask("/mute lottery")
    await talk.ask("/mute rice")
    message = await talk.ask_message(command)
    said = "There are stories about “rice”, but they are muted here: “rice”."
    assert message["text"] == said
    [shown] = await talk.me.press(message, "↩ Unmute rice")
    assert "“rice” is shown again" in shown["text"]
    assert "muted" not in await talk.ask(command)
    # What is nowhere is nowhere, whatever is muted.
    assert "muted" not in await talk.ask("/latest purple otters")


async def test_a_muted_source_is_named_where_it_alone_has_what_is_looked_for(talk: Talk) -> None:
    await talk.ask("/latest")
    async with talk.parts.services.database.read() as tx:
        stories = [story for _, story in await articles.latest(tx, limit=30)]
    alone = next(story for story in stories if len(story.articles) == 1)
    outlet = alone.articles[0].outlet
    await talk.ask(f"/mute {outlet}")
    title = " ".join(alone.articles[0].title.split()[:4])
    assert f"muted here: {outlet}." in await talk.ask(f'/latest "{title}"')


@pytest.mark.parametrize("word", ["all", "すべて", "전부", "*"])
async def test_everything_is_shown_again_by_a_word_and_each_can_be_muted_again(
    talk: Talk, buttons_of: Any, word: str
) -> None:
    assert await talk.ask(f"/unmute {word}") == "Nothing is muted."
    await talk.ask("/mute lottery, horoscope")
    message = await talk.ask_message(f"/unmute {word}")
    assert buttons_of(message)[:2] == ["↩ lottery", "↩ horoscope"]
    await talk.me.press(message, "↩ horoscope")
    assert "1. “horoscope”" in await talk.ask("/mute")
    assert "lottery" not in await talk.ask("/mute")


async def test_a_hundred_things_shown_again_at_once_fit_into_one_message(
    talk: Talk, buttons_of: Any
) -> None:
    await talk.ask("/mute purple otters " + "dance " * 15)
    async with talk.parts.services.database.write() as tx:
        for number in range(99):
            words = f"{number} {'word ' * 20}" if number % 3 else f"word {number}"
            await opinions.mute_words(tx, ME, words, talk.parts.services.clock())
    message = await talk.ask_message("/unmute all")
    assert "is shown again" in message["text"]
    assert len([one for one in buttons_of(message) if one.startswith("↩")]) == 33
    assert await talk.ask("/unmute all") == "Nothing is muted."


async def test_why_knows_nothing_of_thumbs_that_were_given_later(talk: Talk, clock: Any) -> None:
    message = await talk.ask_message("/latest north korea")
    database = talk.parts.services.database
    async with database.write() as tx:
        stories = [story for _, story in await articles.latest(tx, limit=3)]
        told = [(one.id, ArticleId(max(a.id for a in one.articles))) for one in stories]
        await telling.tell(tx, ME, told, clock())
    before = await talk.ask("/why")
    clock.forward(hours=1)
    for story in stories:
        await talk.me.press_data(message, encode(Vote(story.id, up=True)))
    async with database.read() as tx:
        assert len(await opinions.votes(tx, ME, 10)) == 3
    assert await talk.ask("/why") == before


def test_the_largest_topics_have_a_button_for_their_trend(clock: Callable[[], datetime]) -> None:
    now = clock()

    def section(id: int, stories: int) -> Section:
        followed = Subscription(
            *(SubscriptionId(id), ME, Kind.TOPIC, id, f"topic {id}", ArticleId(0), now),
            *(None, None, ""),
        )
        return Section(followed, (None,) * stories)  # type: ignore[arg-type] # only counted

    sections = tuple(section(id, stories) for id, stories in ((1, 1), (2, 5), (3, 2), (4, 9)))
    told = Digest(now - timedelta(days=7), now, sections, 0)
    rows = keyboard(told, Reader("en", "UTC", now))
    settings, *trends = rows
    assert [button.label for button in settings] == ["⚙ Settings"]
    assert [row[0].label for row in trends] == [
        *("📈 Trend: topic 2", "📈 Trend: topic 3", "📈 Trend: topic 4")
    ]
