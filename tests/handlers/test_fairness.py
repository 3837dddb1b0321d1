"""Fair use: bursts, shares, one warning, and bounded memory."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.updates import incoming
from handlers.fairness import PRESS, Buckets, FairUse, Turn
from handlers.threshold import Shares
from tests.conftest import Clock


def turns(buckets: Buckets, clock: Any, count: int) -> list[Turn]:
    return [buckets.take("me", clock()) for _ in range(count)]


def test_a_burst_is_granted_then_there_is_one_warning_and_then_silence(clock: Any) -> None:
    assert turns(Buckets(10, 1), clock, 13) == [
        *[Turn.GRANTED] * 10,
        Turn.WARNED,
        Turn.IGNORED,
        Turn.IGNORED,
    ]


def test_after_the_burst_one_a_second_is_granted_without_another_warning(clock: Any) -> None:
    buckets = Buckets(10, 1)
    turns(buckets, clock, 11)
    for _ in range(5):
        clock.forward(seconds=1)
        assert turns(buckets, clock, 2) == [Turn.GRANTED, Turn.IGNORED]


def test_whoever_was_quiet_for_a_while_has_a_burst_again_and_is_warned_again(clock: Any) -> None:
    buckets = Buckets(10, 1)
    turns(buckets, clock, 20)
    clock.forward(seconds=10)
    assert turns(buckets, clock, 11)[-1] is Turn.WARNED


def test_what_one_asks_for_takes_nothing_from_another(clock: Any) -> None:
    fair_use = FairUse()
    for _ in range(50):
        fair_use.turn(1, 1, clock())
    assert fair_use.turn(2, 2, clock()) is Turn.GRANTED


def test_a_group_has_a_share_as_a_whole_however_many_ask_in_it(clock: Any) -> None:
    fair_use = FairUse()
    asked = [fair_use.turn(person, -5, clock()) for person in range(1, 41)]
    assert asked.count(Turn.GRANTED) == 20
    assert asked.count(Turn.WARNED) == 1
    assert fair_use.turn(40, 40, clock()) is Turn.GRANTED


def test_a_crowd_that_floods_a_group_is_warned_once_and_not_one_by_one(clock: Any) -> None:
    fair_use = FairUse()
    asked = [fair_use.turn(person, -5, clock()) for _ in range(20) for person in range(1, 41)]
    assert asked.count(Turn.WARNED) == 1


def test_a_chat_may_add_thirty_feeds_of_its_own_an_hour(clock: Any) -> None:
    fair_use = FairUse()
    assert [fair_use.may_add_feeds(1, clock()) for _ in range(31)] == [*[True] * 30, False]
    assert fair_use.may_add_feeds(2, clock())
    clock.forward(minutes=2)
    assert fair_use.may_add_feeds(1, clock())
    clock.forward(hours=1)
    assert [fair_use.may_add_feeds(1, clock()) for _ in range(31)] == [*[True] * 30, False]


def test_a_list_comes_as_a_whole_and_the_next_feed_waits_for_an_hour_at_most(clock: Any) -> None:
    fair_use = FairUse()
    assert fair_use.may_add_feeds(1, clock(), 200)
    assert not fair_use.may_add_feeds(1, clock())
    assert not fair_use.may_add_feeds(1, clock(), 200)
    assert fair_use.may_add_feeds(2, clock(), 200)
    clock.forward(minutes=59)
    assert not fair_use.may_add_feeds(1, clock())
    clock.forward(minutes=3)
    assert fair_use.may_add_feeds(1, clock())


def test_a_clock_that_is_set_back_grants_nothing_and_breaks_nothing(clock: Any) -> None:
    buckets = Buckets(2, 1)
    turns(buckets, clock, 3)
    clock.forward(hours=-1)
    assert turns(buckets, clock, 1) == [Turn.IGNORED]
    clock.forward(seconds=1)
    assert turns(buckets, clock, 1) == [Turn.GRANTED]


@given(st.lists(st.floats(0, 30), max_size=60))
def test_nobody_ever_gets_more_than_the_burst_and_the_rate_together(waits: list[float]) -> None:
    clock, buckets = Clock(), Buckets(10, 1)
    began, granted = clock(), 0
    for wait in waits:
        clock.now += timedelta(seconds=wait)
        granted += buckets.take("me", clock()) is Turn.GRANTED
    assert granted <= 10 + (clock() - began).total_seconds() + 1e-6


def test_whoever_works_through_a_menu_with_three_taps_a_second_is_not_held_up(clock: Any) -> None:
    fair_use = FairUse()
    for chat_id in (1, -5):
        for _ in range(60):
            assert fair_use.turn(1, chat_id, clock(), PRESS) is Turn.GRANTED
            clock.forward(seconds=1 / 3)


def test_a_flood_of_presses_ends_after_a_burst_like_one_of_commands(clock: Any) -> None:
    fair_use = FairUse()
    asked = [fair_use.turn(1, 1, clock(), PRESS) for _ in range(200)]
    assert asked.count(Turn.GRANTED) == 30
    assert asked.count(Turn.WARNED) == 1
    assert fair_use.turn(1, 1, clock()) is Turn.IGNORED
    clock.forward(seconds=1)
    assert [fair_use.turn(1, 1, clock(), PRESS) for _ in range(5)].count(Turn.GRANTED) == 3


async def test_a_share_is_taken_when_somebody_asks_however_long_the_answers_wait_for_their_turn(
    talk: Any,
) -> None:
    object.__setattr__(talk.parts.services, "fair_use", FairUse())
    shares, bot = Shares(talk.parts.services), talk.parts.application.bot
    asked = [Update.de_json(talk.telegram.type(7, "/latest"), bot) for _ in range(40)]
    # Ten answers and a warning.
    assert [shares.take(update) for update in asked] == [*[True] * 11, *[False] * 29]


async def test_what_is_too_much_of_somebody_is_not_dealt_with_and_their_warning_comes_once(
    talk: Any, clock: Any
) -> None:
    object.__setattr__(talk.parts.services, "fair_use", FairUse())
    inbox = talk.parts.inbox
    await inbox.begin()
    came = [incoming(talk.telegram.type(7, "/subscriptions", 7)) for _ in range(40)]
    await inbox.take([one for one in came if one is not None])
    await inbox.close(20)
    texts = [one["text"] for one in talk.telegram.chat(7).messages.values() if not is_mine(one)]
    assert len(texts) == 11
    assert sum("a lot at once" in text for text in texts) == 1


def is_mine(message: dict[str, Any]) -> bool:
    return not message["from"]["is_bot"]
