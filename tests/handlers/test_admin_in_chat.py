"""What those who run the bot see and do in the chat, and nobody else."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot import charts
from bot.broadcaster import broadcast_due, show_progress
from bot.console.door import Person
from bot.console.refusals import blocked
from bot.courier import deliver
from handlers.admin_buttons import PolledPage, Step, ToAll, VisitNow
from handlers.buttons import Show, encode
from storage import broadcasts, chats, feeds
from storage.records import BroadcastId, ChatId, Failure, FeedId, Visit

Talk = Any
Buttons = Callable[[dict[str, Any]], list[str]]
SEND, STOP, LOOK = "Send it to all chats", "Stop it", "Refresh"


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)


@pytest.fixture
def run_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_IDS", "1,2")


@pytest.fixture
async def mine(no_pictures: None, run_by_two: None, talk: Talk) -> Talk:
    """The chat of somebody who runs the bot."""
    return talk


def person(talk: Talk, id: int) -> Person:
    return Person(talk.parts.application, talk.telegram, id)


async def tick(talk: Talk, per_second: float = 30.0) -> list[dict[str, Any]]:
    """Put a piece and send all that waits; what the administrator's chat was sent."""
    came: list[dict[str, Any]] = []
    talk.telegram.listeners.append(
        lambda _, message: came.append(message) if message["chat"]["id"] == 1 else None
    )
    services, application = talk.parts.services, talk.parts.application
    await broadcast_due(services.database, services.clock(), per_second)
    await deliver(services.database, application.bot, services.clock, asyncio.Event())
    talk.telegram.listeners.pop()
    return came


async def fail(talk: Talk, url: str, **more: Any) -> FeedId:
    """Let a feed have failed; its id."""
    now = talk.parts.services.clock()
    async with talk.parts.services.database.write() as tx:
        feed = await feeds.add(tx, url, now, pinned=True)
        at = now.replace(hour=20)
        failed = Visit(now, at, failure=Failure.STATUS, failure_detail="503", **more)
        await feeds.record(tx, [(feed.id, failed)])
    return feed.id


@pytest.mark.parametrize("typed", ["/stats", "/feeds", "/broadcast Hello"])
async def test_for_everybody_else_there_is_no_such_command(talk: Talk, typed: str) -> None:
    name = typed.split(maxsplit=1)[0]
    assert (await talk.ask(typed)).startswith(f"I don’t know {name}.")
    assert name not in await talk.ask("/help")
    talk.telegram.chat(-5, "supergroup").administrators.add(1)
    group = Person(talk.parts.application, talk.telegram, -5, 1)
    assert await group.type(typed) == []


@pytest.mark.parametrize("typed", ["/stats", "/feeds", "/broadcast Hello", "/invite", "/ban"])
async def test_in_a_group_nothing_is_told_that_is_for_those_who_run_the_bot(
    mine: Talk, typed: str
) -> None:
    mine.telegram.chat(-5, "supergroup").administrators.add(1)
    group = Person(mine.parts.application, mine.telegram, -5, 1)
    [answer] = await group.type(typed)
    assert "belongs in our private chat" in answer["text"]


@pytest.mark.parametrize(
    "action",
    [
        PolledPage(1, failing=True),
        VisitNow(FeedId(1), 1),
        *(ToAll(step, BroadcastId(1)) for step in Step),
        Show("stats"),
        Show("broadcast"),
    ],
)
async def test_whoever_forges_their_buttons_finds_them_out_of_date(talk: Talk, action: Any) -> None:
    message = await talk.ask_message("/start")
    async with talk.parts.services.database.write() as tx:
        await broadcasts.draft(tx, "Hello", 9, talk.parts.services.clock())
    came = await talk.me.press_data(message, encode(action))
    said = [one["text"] for one in came] + [one.get("text") for one in talk.telegram.answers]
    assert any(one and one.startswith("This menu is out of date") for one in said)
    async with talk.parts.services.database.read() as tx:
        written = await broadcasts.get(tx, BroadcastId(1))
    assert written is not None
    assert written.is_draft


async def test_their_help_lists_their_commands_as_well(mine: Talk) -> None:
    answer = await mine.ask("/help")
    assert "For those who run this bot" in answer
    assert "/broadcast text" in answer


async def test_stats_without_pictures_are_a_text(mine: Talk) -> None:
    answer = await mine.ask("/stats")
    assert answer.startswith("Figures, Fri, Nov 20, 12:00")
    assert "Chats: 1 (1 active" in answer
    assert "Active in the last 30 days: " in answer
    assert "Digests due within an hour: 0" in answer


async def test_stats_begin_with_a_small_picture(run_by_two: None, talk: Talk) -> None:
    pytest.importorskip("matplotlib")
    picture, text = await talk.me.type("/stats")
    [photo] = picture["photo"]
    assert (photo["width"], photo["height"]) == (800, 400)
    assert photo["file_size"] <= 60_000
    assert picture["caption"].startswith("Above: articles a day.")
    assert text["text"].startswith("Figures, ")


async def test_feeds_lists_all_and_those_in_trouble_with_their_reason(
    mine: Talk, buttons_of: Buttons
) -> None:
    await fail(mine, "https://down.example/feed")
    everything = await mine.ask_message("/feeds")
    assert "feeds are polled" in everything["text"]
    assert "Works. Next visit: " in everything["text"]
    assert buttons_of(everything)[-1] == "Only those in trouble"
    [failing] = await mine.me.press(everything, "Only those in trouble")
    assert failing["message_id"] == everything["message_id"]
    assert failing["text"].startswith("1 feed in trouble\n\n1. down.example\n⚠ ")
    assert "503" in failing["text"]
    assert "0 chats follow it" in failing["text"]
    assert buttons_of(failing) == ["Check 1 now", "All feeds"]
    assert await mine.ask("/feeds failing") == failing["text"]
    assert "I can’t read “broken”" in await mine.ask("/feeds broken")


async def test_a_feed_in_trouble_is_visited_at_once_even_if_it_was_given_up(mine: Talk) -> None:
    id = await fail(mine, "https://down.example/feed", stop=True)
    message = await mine.ask_message("/feeds failing")
    assert "Not visited any more" in message["text"]
    [shown] = await mine.me.press(message, "Check 1 now")
    assert shown["text"].startswith("down.example is visited as soon as")
    async with mine.parts.services.database.read() as tx:
        feed = await feeds.get(tx, id)
    assert feed is not None
    assert feed.stopped_at is None
    assert feed.next_visit_at == mine.parts.services.clock()


async def test_a_long_list_of_feeds_has_pages_whose_rows_stay(
    mine: Talk, buttons_of: Buttons
) -> None:
    for number in range(12):
        await fail(mine, f"https://{number:02}.example/feed")
    first = await mine.ask_message("/feeds failing")
    text = first["text"]
    assert "10. 09.example" in text
    [second] = await mine.me.press(first, "More ▶")
    assert "12 feeds in trouble · Page 2" in second["text"]
    assert "11. 10.example" in second["text"]
    assert buttons_of(second)[-3:] == ["◀ Before", "More ▶", "All feeds"]
    [again] = await mine.me.press(second, "◀ Before")
    assert again["text"] == text
    # A page that is no more is the last one that is.
    [last] = await mine.me.press_data(again, encode(PolledPage(9, failing=True)))
    assert "12. 11.example" in last["text"]


async def test_a_broadcast_is_shown_as_it_will_look_and_asks_first(
    mine: Talk, buttons_of: Buttons
) -> None:
    text = "The bot moves tonight.\n\nMore: https://example.org/?a=1&b=2 <b>soon</b>"
    shown, question = await mine.me.type(f"/broadcast {text}")
    assert shown["text"] == text
    assert "reply_markup" not in shown
    assert question["text"].startswith("This is how it will look. It goes to 1 chat,")
    assert buttons_of(question) == [SEND, "Don’t send it"]
    assert await tick(mine) == []
    [done] = await mine.me.press(question, "Don’t send it")
    assert done["text"] == "It was not sent."
    [old] = await mine.me.press_data(done, encode(ToAll(Step.BEGIN, BroadcastId(1))))
    assert old["text"].startswith("This menu is out of date")
    assert await tick(mine) == []


async def test_a_broadcast_reaches_everybody_and_tells_who_could_not_be_reached(
    mine: Talk, buttons_of: Buttons, clock: Any
) -> None:
    you, gone, away = person(mine, 2), person(mine, 3), person(mine, 4)
    for one in (you, gone, away):
        await one.type("/start")
    await away.type("/pause")
    mine.telegram.chat(3).refusal = blocked()
    _, question = await mine.me.type("/broadcast Back at six")
    assert "It goes to 3 chats" in question["text"]
    assert "1 chat is left out" in question["text"]
    [going] = await mine.me.press(question, SEND)
    assert going["message_id"] == question["message_id"]
    assert "“Back at six”\nIt is going out.\nSent: 0. Waiting: 3." in going["text"]
    assert buttons_of(going) == [LOOK, STOP]
    assert [one["text"] for one in await tick(mine)] == ["Back at six"]
    assert list(mine.telegram.chat(2).messages.values())[-1]["text"] == "Back at six"
    assert not any(
        one.get("text") == "Back at six" for one in mine.telegram.chat(4).messages.values()
    )
    [looked] = await mine.me.press(going, LOOK)
    assert "Sent: 2. Waiting: 1. Could not be reached: 0." in looked["text"]
    [told] = await tick(mine)
    assert "It has gone out.\nSent: 2. Waiting: 0. Could not be reached: 1." in told["text"]
    assert buttons_of(told) == []
    clock.forward(seconds=2)
    [looked] = await mine.me.press(looked, LOOK)
    assert looked["text"] == told["text"]
    assert await tick(mine) == []
    last, how = await mine.me.type("/broadcast")
    assert last["text"] == told["text"]
    assert how["text"].startswith("To write to all chats,")


async def test_the_message_from_which_it_was_begun_says_how_far_it_is_and_how_it_ended(
    mine: Talk, buttons_of: Buttons
) -> None:
    await person(mine, 2).type("/start")
    _, question = await mine.me.type("/broadcast Back at six")
    [going] = await mine.me.press(question, SEND)
    services, bot = mine.parts.services, mine.parts.application.bot
    await tick(mine)
    await show_progress(services.database, bot, services.clock())
    shown = mine.telegram.chat(1).messages[going["message_id"]]
    assert "It is going out.\nSent: 2. Waiting: 0." in shown["text"]
    assert buttons_of(shown) == [LOOK, STOP]
    await tick(mine)
    await show_progress(services.database, bot, services.clock())
    shown = mine.telegram.chat(1).messages[going["message_id"]]
    assert "It has gone out." in shown["text"]
    assert buttons_of(shown) == []
    # Nothing more is changed, though the message is gone.
    del mine.telegram.chat(1).messages[going["message_id"]]
    before = len(mine.telegram.calls)
    await show_progress(services.database, bot, services.clock())
    assert len(mine.telegram.calls) == before


async def test_channels_are_left_out_and_the_preview_counts_them(mine: Talk) -> None:
    channel = mine.telegram.chat(-1007, "channel")
    channel.standing, channel.title = "administrator", "The Lantern"
    channel.administrators.add(1)
    await mine.ask("/channel -1007")
    await mine.ask("/pause")
    await mine.ask("/channel off")
    _, question = await mine.me.type("/broadcast Hello")
    assert "It goes to 1 chat," in question["text"]
    assert "1 channel is left out: its readers did not ask" in question["text"]
    assert "paused" not in question["text"]
    await mine.me.press(question, SEND)
    await tick(mine)
    assert channel.messages == {}


@pytest.mark.parametrize(
    ("after", "new", "told_by"),
    [
        *((0, -1010, "a service message"), (1, -1010, "a service message")),
        *((1, -1006, "a service message"), (2, -1010, "a service message")),
        *((1, -1010, "a refusal"), (2, -1010, "a refusal")),
    ],
)
async def test_a_group_that_becomes_a_supergroup_meanwhile_gets_it_once(
    mine: Talk, after: int, new: int, told_by: str
) -> None:
    telegram, services = mine.telegram, mine.parts.services
    for id in (-1009, -6, -5):
        telegram.chat(id, "supergroup" if id == -1009 else "group")
        await Person(mine.parts.application, telegram, id, 1).type("/help")
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    # A piece of one chat each: the supergroup, the groups, the administrator.
    for _ in range(after):
        assert await broadcast_due(services.database, services.clock(), 0.2) == 1
        await deliver(
            services.database, mine.parts.application.bot, services.clock, asyncio.Event()
        )
    said, heard = telegram.migrate(-6, new)
    if told_by == "a service message":
        await mine.me.deliver(said)
        await mine.me.deliver(heard)
    for _ in range(8):
        services.clock.forward(minutes=10)
        await tick(mine)
    if told_by == "a refusal":
        await mine.me.deliver(said)
        await tick(mine)
    received = [
        sum(one.get("text") == "Hello" for one in telegram.chat(id).messages.values())
        for id in (-1009, -5, 1)
    ]
    # Whoever wrote it saw it before, too.
    assert received == [1, 1, 2]
    both = [*telegram.chat(-6).messages.values(), *telegram.chat(new).messages.values()]
    assert sum(one.get("text") == "Hello" for one in both) == 1


async def test_two_fast_taps_send_once(mine: Talk) -> None:
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    begin = encode(ToAll(Step.BEGIN, BroadcastId(1)))
    assert await mine.me.press_data(question, begin) == []
    assert [one["text"] for one in await tick(mine)] == ["Hello"]
    [told] = await tick(mine)
    assert "Sent: 1." in told["text"]


async def test_a_broadcast_goes_out_in_pieces_and_can_be_stopped_between_them(
    mine: Talk, buttons_of: Buttons
) -> None:
    others = [person(mine, id) for id in range(2, 14)]
    for one in others:
        await one.type("/help")
    _, question = await mine.me.type("/broadcast Hello")
    [going] = await mine.me.press(question, SEND)
    # Five messages are a piece where Telegram takes one a second.
    assert len(await tick(mine, 1.0)) == 1
    [looked] = await mine.me.press(going, LOOK)
    assert "Sent: 5. Waiting: 8." in looked["text"]
    [busy] = await mine.me.type("/broadcast Something else")
    assert busy["text"].startswith("Another message to all chats is still going out.")
    services = mine.parts.services
    assert await broadcast_due(services.database, services.clock(), 1.0) == 5
    [stopped] = await mine.me.press(looked, STOP)
    assert (
        "It was stopped.\nSent: 5. Waiting: 0. Could not be reached: 0.\n5 messages"
        in (stopped["text"])
    )
    assert buttons_of(stopped) == []
    assert await tick(mine, 1.0) == []
    received = [
        sum(one.get("text") == "Hello" for one in mine.telegram.chat(id).messages.values())
        for id in range(2, 14)
    ]
    assert sorted(received) == [0] * 8 + [1] * 4


async def test_a_digest_waits_for_no_more_than_two_pieces(mine: Talk) -> None:
    for id in range(2, 30):
        await person(mine, id).type("/help")
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    services = mine.parts.services
    put = [await broadcast_due(services.database, services.clock(), 1.0) for _ in range(3)]
    assert put == [5, 0, 0]


async def test_it_comes_without_a_sound_in_quiet_hours(mine: Talk) -> None:
    you = person(mine, 2)
    await you.type("/quiet 11:00-13:00")
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    await tick(mine)
    silent = {
        call["chat_id"]: call.get("disable_notification")
        for method, call in mine.telegram.calls
        if method == "sendMessage" and call.get("text") == "Hello"
    }
    assert {id: bool(quiet) for id, quiet in silent.items() if id in (1, 2)} == {1: False, 2: True}


async def test_another_administrator_can_stop_it(mine: Talk) -> None:
    you = person(mine, 2)
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    going, _ = await you.type("/broadcast")
    [stopped] = await you.press(going, STOP)
    assert "It was stopped." in stopped["text"]
    assert await tick(mine) == []


async def test_whoever_wrote_it_and_left_is_told_nothing(mine: Talk) -> None:
    _, question = await mine.me.type("/broadcast Hello")
    await mine.me.press(question, SEND)
    async with mine.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(1), unreachable_since=mine.parts.services.clock())
    assert await tick(mine) == []
    async with mine.parts.services.database.read() as tx:
        last = await broadcasts.latest(tx)
    assert last is not None
    assert last.finished_at is not None


@pytest.mark.parametrize(
    ("language", "question", "stopped"),
    [
        ("en", "It goes to 1 chat,", "It was stopped."),
        ("ja", "1件のチャットへ送ります。", "中止しました。"),
        ("ko", "채팅 1개로 보내요.", "멈췄어요."),
    ],
)
async def test_a_broadcast_is_steered_in_the_language_of_the_administrator(
    mine: Talk, language: str, question: str, stopped: str
) -> None:
    await mine.me.type("/help")
    async with mine.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(1), language=language)
    _, asked = await mine.me.type("/broadcast Hello")
    assert question in asked["text"]
    [going] = await mine.me.press_data(asked, encode(ToAll(Step.BEGIN, BroadcastId(1))))
    [ended] = await mine.me.press_data(going, encode(ToAll(Step.STOP, BroadcastId(1))))
    assert stopped in ended["text"]
