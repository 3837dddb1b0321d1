"""Lists from which things are removed: rows stay in their places, pages fit together, and each comes back to its own."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.console.door import Person
from handlers.menu_buttons import Drop, Undo, UndoRow
from handlers.views.menus import page_number, turned, window
from handlers.views.message import BRING_BACK, REMOVE, Button, Turned
from storage import articles, opinions
from storage.records import ChatId, Kind, SubscriptionId

Buttons = Callable[[dict[str, Any]], list[str]]
ME = ChatId(1)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 60), st.sets(st.integers(0, 59)), st.integers(1, 9))
def test_turning_pages_shows_each_entry_that_stays_once_whatever_is_removed_meanwhile(
    count: int, removed: set[int], size: int
) -> None:
    keys = list(range(count))
    places = window(keys, size, 1)
    seen: list[int] = []
    while True:
        shown = [keys[place] for place in places]
        seen += shown
        # Some of those that are shown are removed before the page is turned.
        keys = [key for key in keys if key not in removed or key not in shown]
        if not shown or keys[-1:] <= shown[-1:]:
            break
        places = window(keys, size, 2, beyond=shown[-1])
    assert seen == list(range(count))


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 60))
def test_the_page_before_another_ends_where_that_begins(count: int, size: int, start: int) -> None:
    keys = list(range(count))
    start = min(start, count - 1)
    before = window(keys, size, 1, beyond=start, back=True)
    assert before.stop == start or before == range(min(size, count))
    assert len(before) == min(size, count)


def test_a_page_that_there_is_not_is_the_last_one() -> None:
    assert window([1, 2, 3], 2, 9) == range(2, 3)
    assert window([1, 2, 3], 2, 1, beyond=3) == range(2, 3)
    assert window([], 2, 4) == range(0)
    assert [page_number(range(start, start + 1), 2) for start in (0, 1, 2, 3)] == [1, 2, 2, 3]


def test_only_the_button_that_was_pressed_is_turned() -> None:
    keyboard = ((Button("✕ 1. rice", "a"), Button("✕ 2", "b")), (Button("More", "c"),))
    removed = turned(keyboard, "a", Turned(BRING_BACK, "d"))
    assert removed == ((Button("↩ 1. rice", "d"), keyboard[0][1]), keyboard[1])
    assert turned(removed, "d", Turned(REMOVE, "a")) == keyboard
    assert turned(keyboard, "c", Turned(BRING_BACK, "d"))[1] == (Button("More", "d"),)
    assert turned(keyboard, "gone", Turned(REMOVE, "d")) == keyboard


# ── what is followed ─────────────────────────────────────────────────────────────────────────────


async def follow(talk: Any, count: int) -> list[str]:
    names = [f"topic {number}" for number in range(1, count + 1)]
    for name in names:
        await talk.ask(f"/subscribe {name}")
    return names


async def names(talk: Any) -> list[str]:
    return [item.name for item in await talk.follows()]


async def test_several_are_removed_in_place_and_each_comes_back_to_its_own_number(
    talk: Any, buttons_of: Buttons
) -> None:
    before = await follow(talk, 4)
    await talk.ask("/schedule 2 daily 07:00")
    kept = await talk.follows()
    message = await talk.ask_message("/unsubscribe")
    text = message["text"]
    for label in ("✕ 2. topic 2", "✕ 3. topic 3"):
        await talk.me.press(message, label)
    assert message["text"] == text
    rows = ["✕ 1. topic 1", "↩ 2. topic 2", "↩ 3. topic 3", "✕ 4. topic 4"]
    assert buttons_of(message)[:4] == rows
    assert await names(talk) == ["topic 1", "topic 4"]
    await talk.me.press(message, "↩ 2. topic 2")
    assert await names(talk) == ["topic 1", "topic 2", "topic 4"]
    await talk.me.press(message, "↩ 3. topic 3")
    assert await names(talk) == before
    assert buttons_of(message)[:4] == [f"✕ {n}. topic {n}" for n in range(1, 5)]
    restored = [(item.id, item.schedule, item.after_article) for item in await talk.follows()]
    assert restored == [(item.id, item.schedule, item.after_article) for item in kept]


async def test_the_next_page_leaves_nothing_out_when_rows_were_removed(talk: Any) -> None:
    await follow(talk, 14)
    message = await talk.ask_message("/unsubscribe")
    for number in (1, 5, 10):
        await talk.me.press(message, f"✕ {number}. topic {number}")
    await talk.me.press(message, "More ▶")
    assert "8. “topic 11”" in message["text"]
    await talk.me.press(message, "◀ Before")
    assert "1. “topic 2”" in message["text"]
    assert "topic 12”" in message["text"]


async def test_a_detail_leads_back_to_the_page_from_which_it_was_opened(talk: Any) -> None:
    await follow(talk, 13)
    message = await talk.ask_message("/subscriptions")
    await talk.me.press(message, "More ▶")
    shown = message["text"]
    await talk.me.press(message, "12")
    await talk.me.press(message, "◀ What you follow")
    assert message["text"] == shown
    await talk.me.press(message, "12")
    await talk.me.press(message, "Unfollow")
    await talk.me.press(message, "◀ What you follow")
    assert "Page 2" in message["text"]
    assert "12. “topic 13”" in message["text"]


async def test_undo_twice_brings_back_once_and_where_there_is_no_room_waits_for_some(
    talk_with: Any, buttons_of: Buttons, clock: Any
) -> None:
    async with talk_with(max_subscriptions=2) as talk:
        await follow(talk, 2)
        message = await talk.ask_message("/unsubscribe")
        await talk.me.press(message, "✕ 1. topic 1")
        await talk.ask("/subscribe topic 3")
        assert await talk.me.press(message, "↩ 1. topic 1") == []
        assert "2" in talk.telegram.answers[-1]["text"]
        assert buttons_of(message)[0] == "↩ 1. topic 1"
        await talk.ask("/unsubscribe topic 3")
        undo = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        clock.forward(seconds=2)
        await talk.me.press_data(message, undo)
        clock.forward(seconds=2)
        await talk.me.press_data(message, undo)
        assert await names(talk) == ["topic 1", "topic 2"]


async def test_only_administrators_bring_back_what_a_group_followed(talk: Any) -> None:
    talk.telegram.chat(-5, "supergroup").administrators.add(11)
    admin, member = (Person(talk.parts.application, talk.telegram, -5, id) for id in (11, 12))
    await admin.type("/subscribe rice")
    [message] = await admin.type("/unsubscribe 1")
    undo = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert await member.press_data(message, undo) == []
    assert "Only administrators" in talk.telegram.answers[-1]["text"]
    [again] = await admin.press_data(message, undo)
    assert "You follow “rice” again." in again["text"]


async def test_a_forged_place_takes_none_from_anybody(talk: Any) -> None:
    other = Person(talk.parts.application, talk.telegram, 2)
    [_] = await other.type("/subscribe rice")
    await follow(talk, 2)
    first, second = await talk.follows()
    message = await talk.ask_message("/unsubscribe")
    theirs = SubscriptionId(first.id - 1)
    for place in (theirs, SubscriptionId(2**40), first.id):
        drop = Drop(Kind.TOPIC, second.target, second.after_article, "", place)
        for action in (UndoRow(drop), Undo(drop)):
            await talk.me.press_data(message, await talk.sealed(action))
    assert [item.id for item in await talk.follows()] == [first.id, second.id]
    assert "rice" in (await other.type("/subscriptions"))[0]["text"]


# ── what is muted and what is kept ───────────────────────────────────────────────────────────────


async def muted(talk: Any) -> list[str]:
    async with talk.parts.services.database.read() as tx:
        return [one.name for one in await opinions.mutes(tx, ME)]


async def test_what_is_shown_again_from_the_list_is_muted_again_in_its_place(
    talk: Any, buttons_of: Buttons
) -> None:
    await talk.ask("/latest")
    async with talk.parts.services.database.read() as tx:
        [(_, story)] = await articles.latest(tx, limit=1)
    outlet = story.articles[0].outlet
    for what in ("tea: black", outlet, '"rice leaves"'):
        await talk.ask(f"/mute {what}")
    before = await muted(talk)
    message = await talk.ask_message("/unmute")
    text = message["text"]
    for number in (1, 2, 3):
        await talk.me.press(message, f"✕ {number}")
    assert await muted(talk) == []
    assert buttons_of(message)[:3] == ["↩ 1", "↩ 2", "↩ 3"]
    for number in (3, 1, 2):
        await talk.me.press(message, f"↩ {number}")
    assert (message["text"], buttons_of(message)[:3]) == (text, ["✕ 1", "✕ 2", "✕ 3"])
    assert sorted(await muted(talk)) == sorted(before)
    await talk.me.press(message, "✕ 2")
    assert outlet not in await muted(talk)


async def test_words_that_no_button_can_carry_say_how_they_are_muted_again(talk: Any) -> None:
    words = "purple otters " * 6 + "dance"
    await talk.ask(f"/mute {words}")
    message = await talk.ask_message("/unmute")
    [shown] = await talk.me.press(message, "✕ 1")
    assert f"/mute {words}" in shown["text"]
    assert await muted(talk) == []


async def test_the_list_of_what_is_muted_leads_back_to_the_settings(talk: Any) -> None:
    message = await talk.ask_message("/settings")
    before = message["text"]
    await talk.me.press(message, "Muted")
    await talk.me.press(message, "Show something again")
    assert "Nothing is muted" in message["text"]
    await talk.me.press(message, "◀ All settings")
    assert message["text"] == before


async def test_saved_stories_are_paged_without_a_gap_when_some_are_taken_away(talk: Any) -> None:
    await talk.ask("/latest")
    now = talk.parts.services.clock()
    async with talk.parts.services.database.write() as tx:
        found = [story.id for _, story in await articles.latest(tx, limit=14)]
        for id in found:
            await opinions.save(tx, ME, id, now)
    message = await talk.ask_message("/saved")
    first = {f"{number}. " for number in range(1, 11)}
    assert all(one in message["text"] for one in first)
    await talk.me.press(message, "✕ 4")
    await talk.me.press(message, "✕ 7")
    await talk.me.press(message, "More ▶")
    assert message["text"].split("\n\n")[1].startswith("9. ")
    assert len(message["text"].split("\n\n")) == 1 + 4
