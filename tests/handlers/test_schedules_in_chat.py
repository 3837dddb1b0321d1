"""Schedules of single subscriptions, quiet hours, and where digests go, as people set them."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import encode
from handlers.menu_buttons import PickTopic, SetTimes, Via
from storage import chats
from storage.records import ChatId


async def test_one_subscription_can_have_a_time_of_its_own(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/subscribe climate change")
    answer = await talk.ask("/schedule 2 daily 08:00")
    assert "climate change" in answer
    assert "comes by itself: every day at 08:00. Next:" in answer
    first, second = await talk.follows()
    assert (first.schedule, second.schedule) == ("", "daily 08:00")
    assert second.next_digest_at is not None
    assert " · by itself: every day at 08:00" in await talk.ask("/subscriptions")
    assert "comes by itself: every day at 08:00" in await talk.ask("/schedule 2")
    assert "comes with the digest" in await talk.ask("/schedule 1")


async def test_an_alert_is_set_by_number_and_taken_back(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    assert "at once" in await talk.ask("/schedule 1 instant")
    [item] = await talk.follows()
    assert item.schedule == "instant"
    assert "comes with the digest again" in await talk.ask("/schedule 1 chat")
    [item] = await talk.follows()
    assert item.schedule == ""


async def test_undo_gives_a_subscription_its_own_schedule_back(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/schedule 1 daily 08:00")
    answer = await talk.ask_message("/unsubscribe 1")
    await talk.me.press(answer, "Undo")
    [item] = await talk.follows()
    assert item.schedule == "daily 08:00"
    assert item.next_digest_at is not None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/schedule 9 instant", "“9” is not in your list"),
        ("/schedule 1 whenever", "I can’t read “1 whenever” as a time"),
        ("/schedule instant", "find its number with /subscriptions"),
    ],
)
async def test_what_is_no_schedule_of_one_is_answered_kindly(
    talk: Any, typed: str, said: str
) -> None:
    await talk.ask("/subscribe north korea")
    assert said in await talk.ask(typed)


async def test_quiet_hours_are_shown_set_and_turned_off(talk: Any) -> None:
    assert "no quiet hours" in await talk.ask("/quiet")
    assert "22:00 – 07:00 (UTC)" in await talk.ask("/quiet 22-7")
    assert (await talk.chat()).quiet == "22:00-07:00"
    assert "22:00 – 07:00 (UTC)" in await talk.ask("/quiet")
    assert "I can’t read “all day” as hours" in await talk.ask("/quiet all day")
    assert "no quiet hours any more" in await talk.ask("/quiet off")
    assert (await talk.chat()).quiet == ""


async def test_another_time_zone_moves_every_schedule(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/schedule 1 daily 08:00")
    [before] = await talk.follows()
    await talk.ask("/timezone Tokyo")
    [after] = await talk.follows()
    assert (before.next_digest_at.hour, after.next_digest_at.hour) == (8, 23)


async def test_digests_come_to_the_topic_of_a_forum_where_they_were_set_up(talk: Any) -> None:
    forum = talk.telegram.chat(-1001, "supergroup")
    forum.administrators.add(7)
    admin = Person(talk.parts.application, talk.telegram, -1001, 7)
    where = {"message_thread_id": 5, "is_topic_message": True}
    in_forum = {"chat": {"id": -1001, "type": "supergroup", "title": "F", "is_forum": True}}
    await admin.type("/subscribe north korea", **where, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 5
    # Following more elsewhere moves nothing; choosing a time there does.
    elsewhere = {"message_thread_id": 6, "is_topic_message": True}
    await admin.type("/subscribe climate change", **elsewhere, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 5
    await admin.type("/schedule daily 08:00", **elsewhere, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 6
    await admin.type("/schedule daily 09:00", **in_forum)
    assert (await kept(talk, -1001)).thread_id is None


@pytest.fixture
def in_forum(talk: Any) -> Callable[..., Any]:
    """Types as an administrator of a forum, in one of its topics; 0 for the general one."""
    telegram = talk.telegram
    telegram.open_topic(-1001, 5)
    telegram.open_topic(-1001, 6)
    telegram.chat(-1001).administrators.add(7)
    admin = Person(talk.parts.application, telegram, -1001, 7)

    async def type_in(thread: int, text: str) -> Any:
        where = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        [answer] = await admin.type(text, **where)
        return admin, answer

    return type_in


async def test_a_time_chosen_by_a_button_moves_digests_to_its_topic_as_a_typed_one_does(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    await in_forum(5, "/subscribe north korea")
    for thread, command in ((6, "/settings"), (5, "/schedule"), (0, "/start"), (6, "/schedule 1")):
        admin, menu = await in_forum(thread, command)
        assert (await kept(talk, -1001)).thread_id != (thread or None)
        via = {"/settings": Via.SETTINGS, "/start": Via.START}.get(command, Via.COMMAND)
        of = (await followed(talk, -1001))[0].id if command.endswith("1") else None
        await admin.press_data(menu, encode(SetTimes(via, of, "daily 07:00")))
        assert (await kept(talk, -1001)).thread_id == (thread or None)


async def test_what_sets_no_time_leaves_digests_in_their_topic(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    await in_forum(5, "/subscribe north korea")
    _, refusal = await in_forum(6, "/schedule sometimes")
    assert "sometimes" in refusal["text"]
    admin, menu = await in_forum(6, "/schedule")
    await admin.press_data(menu, encode(SetTimes(Via.COMMAND, None, "sometimes")))
    stranger = Person(talk.parts.application, talk.telegram, -1001, 8)
    await stranger.press_data(menu, encode(SetTimes(Via.COMMAND, None, "daily 07:00")))
    assert (await kept(talk, -1001)).thread_id == 5


async def test_what_is_followed_first_by_a_button_says_where_digests_come(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    for thread, following in ((5, 5), (6, 5)):
        admin, menu = await in_forum(thread, "/start")
        topic = "climate" if thread == 5 else "health"
        await admin.press_data(menu, encode(PickTopic(topic, on=True)))
        assert (await kept(talk, -1001)).thread_id == following
    assert len(await followed(talk, -1001)) == 2


async def followed(talk: Any, chat_id: int) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.followed(tx, ChatId(chat_id))


async def kept(talk: Any, chat_id: int) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.get(tx, ChatId(chat_id))
