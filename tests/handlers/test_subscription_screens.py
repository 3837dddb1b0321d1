"""The screens of what is followed: when it comes, its last stories, a link, and its end."""

import re
from collections.abc import Callable
from typing import Any

from bot.console.door import Person
from handlers.links import topic_in
from handlers.menu_buttons import Drop, Item, ItemStories, SetTimes, Times, Via
from storage.records import ArticleId, Kind, SubscriptionId

Buttons = Callable[[dict[str, Any]], list[str]]


async def test_one_subscription_has_a_screen_for_all_that_can_be_done_with_it(
    talk: Any, buttons_of: Buttons
) -> None:
    await talk.ask("/subscribe North Korea")
    await talk.ask("/subscribe rice")
    message = await talk.ask_message("/subscriptions")
    assert buttons_of(message) == ["1", "2", "◀ All settings"]
    [shown] = await talk.me.press(message, "1")
    assert shown["message_id"] == message["message_id"]
    assert "“North Korea”, a topic" in shown["text"]
    link = shown["text"].partition("start=")[2].split()[0]
    assert topic_in(link) == "North Korea"
    await talk.me.press(message, "When it comes")
    await talk.me.press(message, "At once")
    assert [item.schedule for item in await talk.follows()] == ["instant", ""]
    assert "comes by itself: at once" in message["text"]
    await talk.me.press(message, "Another time …")
    await talk.me.press(message, "Thursday")
    await talk.me.press(message, "18:00")
    assert (await talk.follows())[0].schedule == "weekly thu 18:00"
    assert "every Thursday at 18:00" in message["text"]
    await talk.me.press(message, "◀ Back")
    assert "Comes by itself: every Thursday at 18:00" in message["text"]
    [stories] = await talk.me.press(message, "Its last stories")
    assert stories["text"].startswith("The last of “North Korea”\n\n1. ")
    await talk.me.press(message, "◀ Back")
    await talk.me.press(message, "Unfollow")
    assert message["text"] == "You no longer follow “North Korea”."
    assert [item.name for item in await talk.follows()] == ["rice"]
    await talk.me.press(message, "Undo")
    restored = {item.name: item.schedule for item in await talk.follows()}
    assert restored == {"rice": "", "North Korea": "weekly thu 18:00"}
    await talk.me.press(message, "◀ What you follow")
    assert "You follow 2 things" in message["text"]


async def test_a_second_tap_on_unfollow_keeps_the_way_back(talk: Any, buttons_of: Buttons) -> None:
    await talk.ask("/subscribe rice")
    [item] = await talk.follows()
    message = await talk.ask_message("/subscriptions")
    drop = await talk.sealed(
        Drop(item.kind, item.target, item.after_article, item.schedule, item.id)
    )
    assert len(await talk.me.press_data(message, drop)) == 1
    assert await talk.me.press_data(message, drop) == []
    assert buttons_of(message)[0] == "Undo"
    undo = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert len(await talk.me.press_data(message, undo)) == 1
    assert await talk.me.press_data(message, undo) == []
    assert [one.name for one in await talk.follows()] == ["rice"]


async def test_buttons_for_what_another_chat_follows_show_and_change_nothing(talk: Any) -> None:
    await talk.ask("/subscribe rice")
    [item] = await talk.follows()
    other = Person(talk.parts.application, talk.telegram, 2)
    [message] = await other.type("/subscriptions")
    for action in (
        Item(item.id),
        ItemStories(item.id),
        Times(Via.COMMAND, item.id),
        SetTimes(Via.COMMAND, item.id, "instant"),
        Drop(Kind.TOPIC, 10**9, ArticleId(0), "", SubscriptionId(1)),
        Item(SubscriptionId(10**12)),
    ):
        for shown in await other.press_data(message, await talk.sealed(action, other)):
            assert "don’t follow that any more" in shown["text"]
            assert shown["reply_markup"]["inline_keyboard"]
    assert await talk.follows() == (item,)


async def test_the_list_of_a_chat_that_follows_nothing_leads_on(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/subscriptions")
    assert "You follow nothing yet" in message["text"]
    await talk.me.press(message, "◀ All settings")
    await talk.me.press(message, "Digest")
    await talk.me.press(message, "Another time …")
    assert buttons_of(message)[:3] == ["Every day", "Monday to Friday", "Monday"]
    await talk.me.press(message, "Every day")
    await talk.me.press(message, "21:00")
    assert (await talk.chat()).schedule == "daily 21:00"
    assert buttons_of(message)[-1] == "◀ All settings"


LONG = " OR ".join(f"quince{number}" for number in range(9))


async def link_to_long_topic(talk: Any) -> str:
    """What the screen of a long topic gives to be sent to others: the part after `start=`."""
    await talk.ask(f"/subscribe {LONG}")
    message = await talk.ask_message("/subscriptions")
    await talk.me.press(message, "1")
    found = re.search(r"start=(q_\S+)", message["text"])
    assert found is not None
    return found[1]


async def test_a_topic_of_any_length_has_a_link_that_offers_it_to_others(
    talk: Any, buttons_of: Buttons
) -> None:
    payload = await link_to_long_topic(talk)
    assert await link_to_long_topic(talk) == payload
    other = Person(talk.parts.application, talk.telegram, 2)
    [offer] = await other.type(f"/start {payload}")
    assert f"Shall I follow “{LONG}”" in offer["text"]
    [followed] = await other.press(offer, buttons_of(offer)[0])
    assert "You now follow" in followed["text"]


async def test_nobody_finds_out_what_others_follow_by_trying_numbers(talk: Any) -> None:
    payload = await link_to_long_topic(talk)
    number = int(payload.split("_")[1])
    other = Person(talk.parts.application, talk.telegram, 2)
    for tried in (number, number + 1, number - 1):
        proof = payload.removeprefix(f"q_{number}_")
        wrong = proof if tried != number else proof[::-1]
        [answer] = await other.type(f"/start q_{tried}_{wrong}")
        assert "leads to nothing that I know" in answer["text"]


async def test_the_link_of_a_chat_that_is_forgotten_leads_nowhere_unless_others_follow_it(
    talk: Any,
) -> None:
    payload = await link_to_long_topic(talk)
    other = Person(talk.parts.application, talk.telegram, 2)
    await other.type(f"/subscribe {LONG}")
    await talk.me.press((await talk.me.type("/forget"))[0], "Delete everything")
    [offer] = await talk.me.type(f"/start {payload}")
    assert "Shall I follow" in offer["text"]
    await other.press((await other.type("/forget"))[0], "Delete everything")
    [answer] = await talk.me.type(f"/start {payload}")
    assert "leads to nothing that I know" in answer["text"]
