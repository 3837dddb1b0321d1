"""Lists from which things are removed: rows stay in their places, pages fit together, and each comes back to its own."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.door import Person
from handlers.belonging_buttons import MuteAgain, ShowAgain
from handlers.buttons import encode
from handlers.menu_buttons import Drop, Undo, UndoRow
from handlers.page_buttons import MutePage
from handlers.views.menus import listed_in, page_number, window, with_rows
from handlers.views.message import Button
from storage import articles, opinions
from storage.records import ChatId, Kind, MuteId, SubscriptionId

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


def test_other_rows_stand_where_those_of_the_list_stood() -> None:
    again, away = encode(ShowAgain(MuteId(1), "a")), encode(MuteAgain(MuteId(2), "b"))
    undo, more = (Button("Undo", "1:c:help"),), (Button("More", encode(MutePage(2))),)
    below = (undo, (Button("✕ 1. a", again),), (Button("↩ b", away),), more)
    kinds = (ShowAgain, MuteAgain)
    assert listed_in(below, kinds) == [ShowAgain(MuteId(1), "a"), MuteAgain(MuteId(2), "b")]
    rows = ((Button("✕ 1. b", "x"),),)
    assert with_rows(below, rows, kinds) == (undo, *rows, more)
    assert with_rows((more,), rows, kinds) == (*rows, more)


@pytest.mark.parametrize(
    ("typed", "earlier", "later"),
    [
        ("/latest", "◀ Newer", "Older ▶"),
        ("/search the", "◀ Before", "More ▶"),
        ("/subscriptions", "◀ Before", "More ▶"),
        ("/unsubscribe", "◀ Before", "More ▶"),
        ("/saved", "◀ Before", "More ▶"),
        ("/mute", "◀ Before", "More ▶"),
    ],
)
async def test_where_there_is_no_other_page_the_button_says_so(
    talk: Any, typed: str, earlier: str, later: str
) -> None:
    now = talk.parts.services.clock()
    await follow(talk, 12)
    async with talk.parts.services.database.write() as tx:
        for number, (_, story) in enumerate(await articles.latest(tx, limit=21)):
            await opinions.save(tx, ME, story.id, now)
            await opinions.mute_words(tx, ME, f"purple otter {number}", now)
    message = await talk.ask_message("/latest the" if typed == "/latest" else typed)
    assert await talk.me.press(message, earlier) == []
    assert talk.telegram.answers[-1]["text"] == "This is the first page."
    for _ in range(60):
        if not await talk.me.press(message, later):
            break
    assert talk.telegram.answers[-1]["text"] == "This is the last page."
    assert "Page " in message["text"]
    assert await talk.me.press(message, earlier) != []


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
    for label in ("✕ 2. topic 2", "✕ 2. topic 3"):
        await talk.me.press(message, label)
    rows = ["✕ 1. topic 1", "↩ topic 2", "↩ topic 3", "✕ 2. topic 4"]
    assert buttons_of(message)[:4] == rows
    assert await names(talk) == ["topic 1", "topic 4"]
    await talk.me.press(message, "↩ topic 2")
    assert await names(talk) == ["topic 1", "topic 2", "topic 4"]
    await talk.me.press(message, "↩ topic 3")
    assert await names(talk) == before
    assert message["text"] == text
    assert buttons_of(message)[:4] == [f"✕ {n}. topic {n}" for n in range(1, 5)]
    restored = [(item.id, item.schedule, item.after_article) for item in await talk.follows()]
    assert restored == [(item.id, item.schedule, item.after_article) for item in kept]


async def test_the_numbers_of_the_list_are_those_that_can_be_sent_after_each_press(
    talk: Any,
) -> None:
    await follow(talk, 3)
    message = await talk.ask_message("/unsubscribe")
    await talk.me.press(message, "✕ 1. topic 1")
    head, lines, foot = message["text"].split("\n\n")
    assert head == "You follow 2 things"
    removed, first, second = lines.split("\n")
    assert removed == "“topic 1”"
    assert first.startswith("1. “topic 2”")
    assert second.startswith("2. “topic 3”")
    assert "↩ puts it back" in foot
    assert "<s>“topic 1”</s>" in str(talk.telegram.calls)
    assert "no longer follow “topic 3”" in await talk.ask("/unsubscribe 2")


async def test_two_fast_presses_leave_a_way_back_for_both(talk: Any, buttons_of: Buttons) -> None:
    await follow(talk, 3)
    message = await talk.ask_message("/unsubscribe")
    # The second one is sent before the answer to the first has come.
    before = deepcopy(message)
    await talk.me.press(message, "✕ 1. topic 1")
    await talk.me.press(before, "✕ 2. topic 2")
    shown = talk.telegram.chat(1).messages[message["message_id"]]
    assert buttons_of(shown)[:3] == ["↩ topic 1", "↩ topic 2", "✕ 1. topic 3"]
    await talk.me.press(shown, "↩ topic 1")
    assert await names(talk) == ["topic 1", "topic 3"]


async def test_when_all_is_removed_nothing_is_asked_any_more_and_all_can_come_back(
    talk: Any, buttons_of: Buttons
) -> None:
    await follow(talk, 2)
    message = await talk.ask_message("/unsubscribe")
    for name in ("topic 1", "topic 2"):
        await talk.me.press(message, f"✕ 1. {name}")
    assert "You follow 0 things" in message["text"]
    assert "/unsubscribe 1" not in message["text"]
    await talk.me.press(message, "↩ topic 2")
    assert buttons_of(message)[:2] == ["↩ topic 1", "✕ 1. topic 2"]


async def test_the_list_of_a_channel_says_so_after_a_press_as_well(talk: Any) -> None:
    channel = talk.telegram.chat(-1001234567890, "channel")
    channel.title, channel.username, channel.standing = "Lantern", "lantern", "administrator"
    channel.administrators.add(1)
    await talk.ask("/channel @lantern")
    await follow(talk, 2)
    message = await talk.ask_message("/unsubscribe")
    for label in ("✕ 1. topic 1", "✕ 1. topic 2"):
        await talk.me.press(message, label)
        assert message["text"].startswith("📣")
        assert message["text"].count("Lantern") == 1


async def test_the_next_page_leaves_nothing_out_when_rows_were_removed(talk: Any) -> None:
    await follow(talk, 14)
    message = await talk.ask_message("/unsubscribe")
    for number, now in ((1, 1), (5, 4), (10, 8)):
        await talk.me.press(message, f"✕ {now}. topic {number}")
    assert "Page 1" in message["text"]
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
        assert await talk.me.press(message, "↩ topic 1") == []
        assert "2" in talk.telegram.answers[-1]["text"]
        assert buttons_of(message)[0] == "↩ topic 1"
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
    rows = buttons_of(message)[:3]
    names = [one.partition(". ")[2] for one in rows]
    for name in names:
        await talk.me.press(message, f"✕ 1. {name}")
    assert await muted(talk) == []
    assert "0 things are muted" in message["text"]
    assert buttons_of(message)[:3] == [f"↩ {name}" for name in names]
    for place in (2, 0, 1):
        await talk.me.press(message, f"↩ {names[place]}")
    assert (message["text"], buttons_of(message)[:3]) == (text, rows)
    assert sorted(await muted(talk)) == sorted(before)
    await talk.me.press(message, rows[1])
    assert outlet not in await muted(talk)
    assert "tea" not in await talk.ask("/unmute 2")
    assert await muted(talk) == ["tea: black"]


async def test_two_fast_presses_on_what_is_muted_leave_a_way_back_for_both(
    talk: Any, buttons_of: Buttons
) -> None:
    for word in ("lottery", "horoscope"):
        await talk.ask(f"/mute {word}")
    message = await talk.ask_message("/unmute")
    before = deepcopy(message)
    await talk.me.press(message, "✕ 1. lottery")
    await talk.me.press(before, "✕ 2. horoscope")
    shown = talk.telegram.chat(1).messages[message["message_id"]]
    assert buttons_of(shown)[:2] == ["↩ lottery", "↩ horoscope"]


async def test_words_that_no_button_can_carry_say_how_they_are_muted_again(talk: Any) -> None:
    words = "purple otters " * 6 + "dance"
    await talk.ask(f"/mute {words}")
    message = await talk.ask_message("/unmute")
    [shown] = await talk.me.press(message, "✕ 1. purple otters…")
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


async def test_saved_stories_are_counted_and_struck_out_as_they_are_taken_away(
    talk: Any, buttons_of: Buttons
) -> None:
    await talk.ask("/latest")
    now = talk.parts.services.clock()
    async with talk.parts.services.database.write() as tx:
        for _, story in await articles.latest(tx, limit=2):
            await opinions.save(tx, ME, story.id, now)
    message = await talk.ask_message("/saved")
    text, send = message["text"], "Send them as a file (bookmarks)"
    assert send in buttons_of(message)
    before = deepcopy(message)
    await talk.me.press(message, "✕ 1")
    assert message["text"].startswith("1 saved story")
    await talk.me.press(before, "✕ 2")
    shown = talk.telegram.chat(1).messages[message["message_id"]]
    assert shown["text"].startswith("0 saved stories")
    assert buttons_of(shown) == ["↩ 1", "↩ 2"]
    for label in ("↩ 2", "↩ 1"):
        await talk.me.press(shown, label)
    assert (shown["text"], buttons_of(shown)) == (text, ["✕ 1", "✕ 2", send])
