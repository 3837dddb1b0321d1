"""The first minute: three taps, none of which is required; and links into the chat."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import Action, encode
from handlers.links import topic_payload
from handlers.menu_buttons import (
    FirstStep,
    PickFeed,
    PickTopic,
    Region,
    Setup,
    code_of,
)
from handlers.views.first_steps import TOPICS
from handlers.words import languages, say
from news import query
from storage import feeds
from storage.records import FeedId
from tests.handlers.catalogue import listed

Buttons = Callable[[dict[str, Any]], list[str]]


async def test_a_first_minute_in_one_message_edited_in_place(
    talk: Any, buttons_of: Buttons
) -> None:
    await listed(talk)
    message = await talk.ask_message("/start")
    assert "You follow nothing yet" in message["text"]
    [topics] = await talk.me.press(message, "Topics and places")
    assert "Nothing chosen yet" in topics["text"]
    [chosen] = await talk.me.press(message, "North Korea")
    assert "Chosen: North Korea" in chosen["text"]
    # Nothing has moved.
    assert buttons_of(message)[0] == "✓ North Korea"
    await talk.me.press(message, "◀ Back")
    [regions] = await talk.me.press(message, "Sources")
    assert buttons_of(regions)[:3] == ["Japan", "My own corner", "◀ Back"]
    await talk.me.press(message, "Japan")
    outlet = buttons_of(message)[0]
    await talk.me.press(message, outlet)
    assert f"Chosen: {outlet}" in message["text"]
    await talk.me.press(message, "◀ All regions")
    await talk.me.press(message, "◀ Back")
    assert "You follow 2 things" in message["text"]
    await talk.me.type("/schedule daily 08:00")
    done, *digest = await talk.me.press(message, "Done: show me the news")
    assert done["message_id"] == message["message_id"]
    assert "Your next digest comes" in done["text"]
    assert digest[0]["text"].startswith("What came in")
    # A second fast tap brings no second digest.
    assert await talk.me.press_data(message, encode(Setup(FirstStep.DONE))) == []
    assert [item.name for item in await talk.follows()] == ["North Korea", outlet]
    assert (await talk.chat()).schedule == "daily 08:00"
    # What was there before is not news.
    assert "Nothing new since" in (await talk.me.type("/digest"))[0]["text"]


async def test_two_fast_taps_pick_once_and_another_takes_it_back(talk: Any) -> None:
    message = await talk.ask_message("/start")
    await talk.me.press(message, "Topics and places")
    pick = encode(PickTopic("climate", True))
    assert len(await talk.me.press_data(message, pick)) == 1
    assert await talk.me.press_data(message, pick) == []
    assert [item.name for item in await talk.follows()] == ["climate change"]
    await talk.me.press(message, "✓ Climate change")
    assert await talk.follows() == ()


async def test_whoever_chooses_nothing_sees_the_news_all_the_same(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/start")
    [nothing] = await talk.me.press(message, "Sources")
    assert "Nothing chosen yet" in nothing["text"]
    done, news = await talk.me.press(message, "Done: show me the news")
    assert "You follow nothing yet" in done["text"]
    assert news["text"].startswith("The newest stories")
    assert (await talk.chat()).schedule == "weekly mon 09:00"


async def test_forged_and_old_buttons_get_a_fresh_menu_and_follow_nothing(talk: Any) -> None:
    message = await talk.ask_message("/start")
    forged: list[Action] = [
        PickTopic("nonsense", True),
        Region(code_of("Atlantis"), 1),
        PickFeed(FeedId(10**9), True, Region(code_of("Japan"), 1)),
    ]
    for action in forged:
        [fresh] = await talk.me.press_data(message, encode(action))
        assert "out of date" in fresh["text"]
        assert fresh["message_id"] == message["message_id"]
        assert fresh["reply_markup"]["inline_keyboard"]
        await talk.me.press_data(message, encode(Setup(FirstStep.HOME)))
    assert await talk.follows() == ()


async def test_a_feed_outside_the_catalogue_is_not_picked_by_a_forged_button(talk: Any) -> None:
    ids = await listed(talk)
    async with talk.parts.services.database.write() as tx:
        other = await feeds.add(tx, "https://secret.example/feed", talk.parts.services.clock())
    message = await talk.ask_message("/start")
    page = Region(code_of("Japan"), 1)
    await talk.me.press_data(message, encode(PickFeed(other.id, True, page)))
    assert await talk.follows() == ()
    await talk.me.press_data(message, encode(PickFeed(ids[0], True, page)))
    assert [item.target for item in await talk.follows()] == [ids[0]]


async def test_there_is_no_room_for_more_than_a_chat_may_follow(talk: Any) -> None:
    message = await talk.ask_message("/start")
    await talk.me.press(message, "Topics and places")
    object.__setattr__(talk.parts.services, "max_subscriptions", 1)
    await talk.me.press(message, "Japan")
    [full] = await talk.me.press(message, "China")
    assert "can follow 1 thing" in full["text"]
    assert "Chosen: Japan" in full["text"]
    assert [item.name for item in await talk.follows()] == ["Japan"]


async def test_a_link_to_a_topic_asks_and_does_nothing_by_itself(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message(f"/start {topic_payload('北朝鮮 OR 韓国')}")
    assert "Shall I follow “北朝鮮 OR 韓国”" in message["text"]
    assert await talk.follows() == ()
    [followed] = await talk.me.press(message, buttons_of(message)[0])
    assert "You now follow" in followed["text"]
    assert [item.name for item in await talk.follows()] == ["北朝鮮 OR 韓国"]


async def test_a_link_to_a_feed_asks_likewise(talk: Any, buttons_of: Buttons) -> None:
    [first, *_] = await listed(talk)
    message = await talk.ask_message(f"/start f_{first}")
    assert "Shall I follow" in message["text"]
    assert await talk.follows() == ()
    await talk.me.press(message, buttons_of(message)[0])
    assert [item.target for item in await talk.follows()] == [first]


@pytest.mark.parametrize(
    "payload", ["t_", "t_%%", "t_/w8", "t__w", "f_0", "f_999999", "f_99999999999", "f_x", "zzz"]
)
async def test_a_forged_link_gets_a_kind_sentence_and_the_welcome(talk: Any, payload: str) -> None:
    message = await talk.ask_message(f"/start {payload}")
    assert "That link leads to nothing that I know" in message["text"]
    assert "You follow nothing yet" in message["text"]


async def test_a_new_private_chat_is_greeted_in_the_language_of_its_person(
    talk: Any, buttons_of: Buttons
) -> None:
    somebody = Person(talk.parts.application, talk.telegram, 77)
    who = {"from": {"id": 77, "is_bot": False, "first_name": "A", "language_code": "ko"}}
    [message] = await somebody.type("/start", **who)
    assert "뉴스를 대신 읽어 드려요" in message["text"]
    assert "매주 월요일 09:00" in message["text"]
    await somebody.press(message, say("button.topics", "ko"))
    await somebody.press(message, "북한")
    assert "고른 것: 북한" in message["text"]
    group = talk.telegram.chat(-77, "group")
    group.administrators.add(77)
    in_group = Person(talk.parts.application, talk.telegram, -77, 77)
    assert "reads the news" in (await in_group.type("/start", **who))[0]["text"]


@pytest.mark.parametrize("language", languages())
def test_what_can_be_picked_is_a_topic_in_every_language(language: str) -> None:
    wanted = [query.parse(str(say(sentence, language))) for sentence in TOPICS.values()]
    assert all(query.positive(one.tree) for one in wanted)
    assert len({one.normal for one in wanted}) == len(TOPICS)
    assert query.parse(str(say("pick.north_korea", language))).normal == "North Korea"
