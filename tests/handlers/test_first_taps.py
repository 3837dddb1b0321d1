"""How many taps the first minute takes, and where each of them leads."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.console import door
from handlers.buttons import encode
from handlers.menu_buttons import FirstStep, PickTopic, PickZone, SetTimes, Setup, Via
from tests.handlers.catalogue import listed

Buttons = Callable[[dict[str, Any]], list[str]]

DONE = "Done: show me the news"


async def tapped(talk: Any, message: dict[str, Any], *taps: str | int) -> list[dict[str, Any]]:
    """What the last of some taps brings: on buttons by what they say, or by their place from 0."""
    answers: list[dict[str, Any]] = []
    for tap in taps:
        label = door.buttons_of(message)[tap][0] if isinstance(tap, int) else tap
        answers = await talk.me.press(message, label)
        assert answers[0]["message_id"] == message["message_id"]
    return answers


async def test_each_of_the_shortest_ways_to_a_first_digest_is_three_taps(talk: Any) -> None:
    while await talk.parts.poller.poll_due():
        # All the news is there, however slow this machine is.
        continue
    await listed(talk, "World/English")
    message = await talk.ask_message("/start")
    done, news, *_ = await tapped(talk, message, "Topics and places", "Japan", DONE)
    assert "Your next digest comes" in done["text"]
    assert news["text"].startswith("What came in")
    assert [item.name for item in await talk.follows()] == ["Japan"]
    message = await talk.ask_message("/start")
    _, news, *_ = await tapped(talk, message, "Sources", 0, DONE)
    assert news["text"].startswith("What came in")
    assert len(await talk.follows()) == 2
    message = await talk.ask_message("/start")
    done, news, *_ = await tapped(talk, message, "When I hear", "Every day at 08:00")
    assert "Your next digest comes Sat, Nov 21, 08:00" in done["text"]
    assert news["text"].startswith("What came in")


async def test_every_choice_leads_on_to_the_next_one_and_choosing_a_time_ends_it(
    talk: Any, buttons_of: Buttons
) -> None:
    await listed(talk)
    message = await talk.ask_message("/start")
    for tap in ("Topics and places", "Japan", "Next: Sources", "My own corner", 0):
        await tapped(talk, message, tap)
        assert buttons_of(message)[-1] == DONE
    await tapped(talk, message, "Next: When I hear")
    done, *digest = await talk.me.press(message, "Monday to Friday at 07:30")
    assert "Your next digest comes Mon, Nov 23, 07:30" in done["text"]
    assert digest[0]["text"].startswith("What came in")
    assert (await talk.chat()).schedule == "weekdays 07:30"
    # A second fast tap brings no second digest, and neither does one that is not that fast.
    pressed = encode(SetTimes(Via.START, None, "weekdays 07:30"))
    assert await talk.me.press_data(message, pressed) == []
    forged = encode(SetTimes(Via.START, None, "whenever"))
    [shown] = await talk.me.press_data(message, forged)
    assert "out of date" in shown["text"]


async def test_nothing_moves_under_the_finger_that_picks(talk: Any, buttons_of: Buttons) -> None:
    await listed(talk)
    message = await talk.ask_message("/start")
    for screen in ("Topics and places", "Next: Sources"):
        await talk.me.press(message, screen)
        if screen == "Next: Sources":
            await talk.me.press(message, "Japan")
        places = buttons_of(message)
        for place, label in enumerate(places[:-3]):
            await talk.me.press(message, label)
            places = [*places[:place], f"✓ {label}", *places[place + 1 :]]
            assert buttons_of(message) == places


async def test_the_first_minute_shows_the_clock_and_offers_another(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/start")
    await talk.me.press(message, "When I hear")
    [zones] = await talk.me.press(message, "Time zone: UTC")
    assert "Time zone: UTC, Fri 12:00 now" in zones["text"]
    assert "/timezone Tokyo" in zones["text"]
    await talk.me.press(message, "◀ Back")
    await talk.me.press(message, "Time zone: UTC")
    [times] = await talk.me.press(message, "Seoul")
    assert "every Monday at 09:00 (Seoul)" in times["text"]
    assert (await talk.chat()).timezone == "Asia/Seoul"
    assert "Time zone: Seoul" in buttons_of(message)
    # Whoever takes the shortest way sees it at its end.
    await talk.me.type("/subscribe rice")
    [done, *_] = await talk.me.press(message, "Done: show me the news")
    assert buttons_of(done) == ["Change what I chose", "Time zone: Seoul"]


@pytest.mark.parametrize(
    ("language", "first"), [("ja", "東京"), ("ko", "서울"), ("en", "Los Angeles")]
)
async def test_the_likeliest_clock_is_offered_first_and_not_taken_for_granted(
    talk: Any, buttons_of: Buttons, language: str, first: str
) -> None:
    await talk.me.type(f"/language {language}")
    message = await talk.ask_message("/start")
    [zones] = await talk.me.press_data(message, encode(Setup(FirstStep.ZONE)))
    assert buttons_of(zones)[0] == first
    assert (await talk.chat()).timezone == "UTC"
    forged = encode(PickZone("Asia/Atlantis"))
    await talk.me.press_data(message, forged)
    assert (await talk.chat()).timezone == "UTC"


async def test_sources_of_the_readers_own_region_are_shown_first(
    talk: Any, buttons_of: Buttons
) -> None:
    await listed(talk)
    await talk.me.type("/language ja")
    message = await talk.ask_message("/start")
    [shown] = await talk.me.press(message, "配信元")
    assert shown["text"].startswith("日本")
    [regions] = await talk.me.press(message, "◀ 地域の一覧")
    assert buttons_of(regions)[:2] == ["日本", "My own corner"]


async def test_a_topic_of_the_short_list_is_one_thing_in_all_languages(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/start")
    await talk.me.press(message, "Topics and places")
    await talk.me.press(message, "Climate change")
    await talk.me.type("/language ja")
    topics = encode(Setup(FirstStep.TOPICS))
    await talk.me.press_data(message, topics)
    assert "✓ 気候変動" in buttons_of(message)
    # A tap on what an old screen shows as not chosen follows nothing twice.
    await talk.me.press_data(message, encode(PickTopic("climate", True)))
    assert [item.name for item in await talk.follows()] == ["climate change"]
    await talk.me.press_data(message, topics)
    await talk.me.press(message, "✓ 気候変動")
    assert await talk.follows() == ()
