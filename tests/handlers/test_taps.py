"""Two fast taps on one button: two presses at once, and one thing that is done."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.console.door import Person
from handlers.belonging_buttons import Share, Why
from handlers.buttons import (
    Action,
    Follow,
    FollowFeed,
    MuteOutlet,
    Save,
    Show,
    Unfollow,
    Vote,
    encode,
)
from handlers.menu_buttons import Choose, Drop, DropRow, SetTimes, Via
from handlers.page_buttons import ReadOn
from handlers.taps import SAME, Taps
from storage import articles, chats, opinions
from storage.records import ArticleId, ChatId, Kind, Story, TopicId

ME = ChatId(1)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# ── what is one tap ──────────────────────────────────────────────────────────────────────────────


class Watch:
    """A clock that stands still until it is set forward."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def tap(taps: Taps, data: str = "1:v:1", message: int = 7, user: int = 1) -> bool:
    with taps.first(1, message, user, data) as new:
        return new


def test_the_same_button_within_a_moment_is_one_tap() -> None:
    watch = Watch()
    taps = Taps(watch)
    assert [tap(taps), tap(taps)] == [True, False]
    watch.now += SAME - timedelta(milliseconds=1)
    assert not tap(taps)
    watch.now += timedelta(milliseconds=1)
    assert tap(taps)


def test_what_takes_long_counts_from_its_end() -> None:
    watch = Watch()
    taps = Taps(watch)
    with taps.first(1, 7, 1, "1:F:1") as new:
        assert new
        watch.now += timedelta(seconds=10)
        assert not tap(taps, "1:F:1")
    watch.now += SAME / 2
    assert not tap(taps, "1:F:1")


def test_another_button_message_or_person_is_another_tap_and_so_is_coming_back_to_the_first() -> (
    None
):
    taps = Taps(Watch())
    assert tap(taps, "1:L:1")
    assert tap(taps, "1:L:2")
    assert tap(taps, "1:L:1")
    assert tap(taps, "1:L:1", message=8)
    assert tap(taps, "1:L:1", user=2)


def test_a_tap_that_failed_is_dealt_with_all_the_same() -> None:
    taps = Taps(watch := Watch())
    with pytest.raises(RuntimeError), taps.first(1, 7, 1, "1:v:1"):
        raise RuntimeError("our bug")
    watch.now += SAME
    assert tap(taps)


# ── in a chat ────────────────────────────────────────────────────────────────────────────────────


async def stories(talk: Any) -> tuple[Story, ...]:
    async with talk.parts.services.database.read() as tx:
        return tuple(story for _, story in await articles.latest(tx, limit=20))


async def twice(talk: Any, message: dict[str, Any], action: Action) -> list[dict[str, Any]]:
    """The messages that two presses at once brought about, those that were edited as well, each once."""
    came: list[dict[str, Any]] = []

    def listen(_what: str, shown: dict[str, Any]) -> None:
        came.append(shown)

    talk.telegram.listeners.append(listen)
    data = await talk.sealed(action)
    answered = len(talk.telegram.answers)
    await asyncio.gather(talk.me.press_data(message, data), talk.me.press_data(message, data))
    talk.telegram.listeners.remove(listen)
    # Both buttons stop spinning.
    assert len(talk.telegram.answers) == answered + 2
    return came


async def test_two_taps_on_a_thumb_give_one_thumb(talk: Any) -> None:
    message = await talk.ask_message("/latest")
    [story, *_] = await stories(talk)
    await twice(talk, message, Vote(story.id, up=True))
    async with talk.parts.services.database.read() as tx:
        [vote] = await opinions.votes(tx, ME, 10)
    assert (vote.story_id, vote.value) == (story.id, 1)


async def test_two_taps_on_a_star_or_a_mute_do_it_once_and_say_so_once(talk: Any) -> None:
    message = await talk.ask_message("/latest")
    [story, *_] = await stories(talk)
    for action, said in (
        (Save(story.id), "Saved"),
        (MuteOutlet(story.articles[0].feed_id), "Nothing from"),
    ):
        before = len(talk.telegram.answers)
        await twice(talk, message, action)
        toasts = [str(one.get("text", "")) for one in talk.telegram.answers[before:]]
        assert sorted(bool(one) for one in toasts) == [False, True]
        assert any(one.startswith(said) for one in toasts)
    async with talk.parts.services.database.read() as tx:
        assert await opinions.count_saved(tx, ME) == 1
        assert len(await opinions.mutes(tx, ME)) == 1


@pytest.mark.parametrize("what", ["follow", "feed", "share", "show", "read on", "unfollow"])
async def test_two_taps_on_what_brings_a_message_bring_one(talk: Any, what: str) -> None:
    message = await talk.ask_message("/latest rice")
    await talk.ask("/subscribe wheat")
    [item] = await talk.follows()
    [story, *_] = await stories(talk)
    async with talk.parts.services.database.write() as tx:
        topic = await chats.intern_topic(tx, "silver badgers", "silver badgers", NOON)
    actions: dict[str, Action] = {
        "follow": Follow(TopicId(topic.id)),
        "feed": FollowFeed(story.articles[0].feed_id),
        "share": Share(story.id),
        "show": Show("saved"),
        "read on": ReadOn(ArticleId(0), ArticleId(await talk.newest())),
        "unfollow": Unfollow(item.id),
    }
    assert len(await twice(talk, message, actions[what])) == 1


async def test_two_taps_on_why_say_it_once(talk: Any) -> None:
    message = await talk.ask_message("/latest")
    [story, *_] = await stories(talk)
    before = len(talk.telegram.answers)
    assert await twice(talk, message, Why(story.id)) == []
    assert [bool(one.get("text")) for one in talk.telegram.answers[before:]].count(True) == 1


async def test_two_taps_on_a_menu_leave_what_one_does(talk: Any) -> None:
    message = await talk.ask_message("/settings")
    assert len(await twice(talk, message, Choose("pause", "7"))) == 1
    until = (await talk.chat()).paused_until
    assert until is not None
    assert len(await twice(talk, message, SetTimes(Via.COMMAND, None, "daily 08:00"))) == 1
    assert (await talk.chat()).schedule == "daily 08:00"


async def test_two_taps_on_a_row_stop_following_once_and_leave_its_way_back(talk: Any) -> None:
    await talk.ask("/subscribe rice")
    [item] = await talk.follows()
    message = await talk.ask_message("/unsubscribe")
    row = DropRow(Drop(Kind.TOPIC, item.target, item.after_article, "", item.id))
    assert len(await twice(talk, message, row)) == 1
    assert await talk.follows() == ()
    first = message["reply_markup"]["inline_keyboard"][0][0]
    assert first["text"] == "↩ rice"


async def test_an_old_button_brings_one_fresh_menu_however_often_it_is_tapped(talk: Any) -> None:
    message = await talk.ask_message("/settings")
    came: list[dict[str, Any]] = []
    talk.telegram.listeners.append(lambda _, shown: came.append(shown))
    await asyncio.gather(*(talk.me.press_data(message, "0:old") for _ in range(3)))
    talk.telegram.listeners.pop()
    assert len(came) == 1


async def test_two_people_who_press_the_same_button_are_two(talk: Any) -> None:
    talk.telegram.chat(-5, "supergroup").administrators.update({11, 12})
    one, other = (Person(talk.parts.application, talk.telegram, -5, id) for id in (11, 12))
    [message] = await one.type("/latest")
    [story, *_] = await stories(talk)
    group = talk.telegram.chat(-5)
    before = len(group.whispers)
    await asyncio.gather(
        *(who.press_data(message, encode(Share(story.id))) for who in (one, other))
    )
    # Each sees it alone.
    assert len(group.whispers) == before + 2
