"""The limits are kept by design: whatever the network does, Telegram never has a reason to refuse."""

import asyncio
import heapq
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.console import refusals
from bot.console.door import ConsoleRequest
from bot.console.server import ConsoleTelegram
from bot.limits import PRESUMED, Limits, Rules, Ticket
from bot.turns import Turns, is_counted, new_turns, pushing, share_of
from storage.database import Database


class Network:
    """Calls with ways there and back of their own lengths; time is simulated."""

    def __init__(self, limits: Limits, ways: list[tuple[float, float]]) -> None:
        self.limits, self.ways = limits, ways
        self.now = 100.0
        self.arrived: list[tuple[float, int]] = []
        self._answers: list[tuple[float, int, Ticket]] = []

    def send(self, chat_id: int, push: bool = True) -> None:
        """Wait for the turn, and send."""
        limits = self.limits
        while True:
            self._hear()
            if push:
                free = max(
                    limits.push_free_at(self.now), limits.push_chat_free_at(chat_id, self.now)
                )
            else:
                free = max(limits.reply_free_at(self.now), limits.chat_free_at(chat_id, self.now))
            if free <= self.now:
                break
            self.now = min([free, *(at for at, _, _ in self._answers[:1])])
        there, back = self.ways[len(self.arrived) % len(self.ways)]
        ticket = limits.begin(chat_id, push, self.now)
        self.arrived.append((self.now + there, chat_id))
        heapq.heappush(self._answers, (self.now + there + back, ticket.number, ticket))

    def _hear(self) -> None:
        while self._answers and self._answers[0][0] <= self.now:
            at, _, ticket = heapq.heappop(self._answers)
            self.limits.end(ticket, at)

    def most_within(self, seconds: float, chat_id: int | None = None) -> int:
        """The most that arrived in any stretch of that many seconds."""
        times = sorted(at for at, chat in self.arrived if chat_id in (None, chat))
        return max(sum(1 for other in times if at <= other < at + seconds) for at in times)


@st.composite
def ways_of_a_line(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Each way has a length that it needs, and may take up to half of both longer."""
    there, back = draw(st.floats(0.001, 0.1)), draw(st.floats(0.001, 0.1))
    more = st.floats(0, (there + back) / 2)
    return draw(
        st.lists(
            st.tuples(more, more).map(lambda pair: (there + pair[0], back + pair[1])),
            min_size=1,
            max_size=40,
        )
    )


WAYS = ways_of_a_line()


@settings(max_examples=20, deadline=None)
@given(WAYS, st.lists(st.booleans(), min_size=240, max_size=240))
def test_no_second_ever_has_more_than_the_overall_rate(
    ways: list[tuple[float, float]], pushes: list[bool]
) -> None:
    network = Network(Limits(Rules()), ways)
    for number, push in enumerate(pushes):
        network.send(number + 1, push)
    assert network.most_within(1.0) <= 30


@settings(max_examples=20, deadline=None)
@given(WAYS)
def test_a_group_never_gets_more_than_twenty_a_minute(ways: list[tuple[float, float]]) -> None:
    network = Network(Limits(Rules()), ways)
    for number in range(60):
        network.send(-5, push=number % 3 == 0)
    assert network.most_within(60.0) <= 20
    assert network.most_within(1.0) <= 3


@settings(max_examples=20, deadline=None)
@given(WAYS)
def test_a_person_gets_a_push_a_second_and_answers_in_short_bursts(
    ways: list[tuple[float, float]],
) -> None:
    network = Network(Limits(Rules()), ways)
    for _ in range(20):
        network.send(5)
    assert network.most_within(1.0) == 1
    network = Network(Limits(Rules()), ways)
    for _ in range(30):
        network.send(5, push=False)
    assert network.most_within(1.0) <= 3
    assert network.most_within(10.0) <= 15


def test_on_a_steady_line_nearly_all_of_the_rate_is_used() -> None:
    network = Network(Limits(Rules()), [(0.002, 0.002)])
    for number in range(600):
        network.send(number + 1)
    first, last = network.arrived[0][0], network.arrived[-1][0]
    assert 599 / (last - first) > 29.7


def test_what_is_paid_for_goes_at_a_thousand_a_second_and_leaves_answers_their_own() -> None:
    network = Network(Limits(Rules(broadcast=1000)), [(0.01, 0.01)])
    for number in range(3000):
        network.send(number + 1)
    assert 900 <= network.most_within(1.0) <= 1000
    before = network.now
    network.send(-7, push=False)
    assert network.now == before


def test_pushes_are_spread_over_the_second() -> None:
    network = Network(Limits(Rules()), [(0.002, 0.002)])
    for number in range(60):
        network.send(number + 1)
    assert network.most_within(0.2) <= 12


def test_a_message_without_an_answer_holds_its_place_for_a_while_only() -> None:
    limits = Limits(Rules(overall=2))
    limits.begin(1, True, 10.0)
    limits.begin(2, True, 10.0)
    assert limits.reply_free_at(10.0) == 10.0 + PRESUMED
    assert 11.0 + PRESUMED < limits.reply_free_at(10.0 + PRESUMED) < 11.1 + PRESUMED
    assert limits.reply_free_at(12.0) == 12.0


def test_429_of_one_chat_halts_it_alone() -> None:
    limits = Limits(Rules())
    limits.refused(1, 40.0, 100.0)
    assert limits.push_chat_free_at(1, 101.0) == limits.chat_free_at(1, 101.0) == 140.0
    assert limits.push_free_at(101.0) == limits.chat_free_at(2, 101.0) == 101.0
    assert limits.push_chat_free_at(1, 140.0) == 140.0


def test_429_of_two_chats_at_a_time_halts_the_bot_answers_included() -> None:
    limits = Limits(Rules())
    limits.refused(1, 5.0, 100.0)
    limits.refused(2, 3.0, 101.0)
    assert limits.push_free_at(102.0) == limits.reply_free_at(102.0) == 104.0


def test_429_of_two_chats_one_after_the_other_is_nothing_of_the_bot() -> None:
    limits = Limits(Rules())
    limits.refused(1, 5.0, 100.0)
    limits.refused(2, 3.0, 105.0)
    assert limits.push_free_at(106.0) == 106.0


def test_what_was_sent_before_a_restart_counts() -> None:
    limits = Limits(Rules())
    for number in range(16):
        limits.remember(-5, 71.0 + number, 100.0)
    assert limits.push_chat_free_at(-5, 100.0) == pytest.approx(131.0, abs=0.01)
    assert limits.push_free_at(100.0) == 100.0


def test_chats_that_are_quiet_are_forgotten() -> None:
    limits = Limits(Rules(overall=10_000))
    for number in range(20_000):
        at = number * 0.5
        limits.end(limits.begin(number + 1, True, at), at)
    assert len(limits._chats) < 2000


@pytest.mark.parametrize(
    ("endpoint", "counted"),
    [
        ("sendMessage", True),
        ("sendRichMessage", True),
        ("sendDocument", True),
        ("editMessageText", True),
        ("sendChatAction", False),
        ("answerCallbackQuery", False),
        ("getChatMember", False),
    ],
)
def test_sends_and_edits_count_and_nothing_else(endpoint: str, counted: bool) -> None:
    assert is_counted(endpoint, {"chat_id": 1}) is counted


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


def bot_of(telegram: ConsoleTelegram, turns: Turns) -> ExtBot[None]:
    return ExtBot("1:test", request=ConsoleRequest(telegram), rate_limiter=turns)


@pytest.fixture
async def turns() -> Turns:
    return Turns(Limits(Rules()), asyncio.get_running_loop().time)


async def test_answers_and_rich_messages_pass_through_the_limits_and_pushes_do_not_wait_again(
    telegram: ConsoleTelegram, turns: Turns
) -> None:
    telegram.chat(1)
    async with bot_of(telegram, turns) as bot:
        await bot.send_message(1, "x")
        await bot.do_api_request(
            "sendRichMessage", {"chat_id": 1, "rich_message": {"html": "<p>x</p>"}}
        )
        now = turns.seconds()
        assert turns.limits.chat_free_at(1, now) == now
        assert turns.limits.push_chat_free_at(1, now) > now
        await bot.send_message(1, "third")
        assert turns.limits.chat_free_at(1, now) > now
        began = asyncio.get_running_loop().time()
        with pushing():
            for _ in range(3):
                await bot.send_message(1, "x")
        assert len(telegram.chat(1).messages) == 6
        assert turns.seconds() - began < 0.9


async def test_an_answer_that_meets_429_waits_and_comes(
    telegram: ConsoleTelegram, turns: Turns
) -> None:
    telegram.chat(1)
    refused: list[Any] = [refusals.too_many(1)]

    async def refuse_once(method: str, _parameters: dict[str, Any]) -> None:
        if refused and method == "sendMessage":
            raise refused.pop()

    telegram.before = refuse_once
    async with bot_of(telegram, turns) as bot:
        began = turns.seconds()
        await bot.send_message(1, "x")
        assert turns.seconds() - began >= 1.0
    assert turns.halts == 1
    assert len(telegram.chat(1).messages) == 1


async def test_an_answer_that_would_wait_for_long_is_not_waited_for(
    telegram: ConsoleTelegram, turns: Turns
) -> None:
    telegram.chat(1).refusal = refusals.too_many(30)
    async with bot_of(telegram, turns) as bot:
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await bot.send_message(1, "x")
        assert [method for method, _ in telegram.calls].count("sendMessage") == 1


async def test_answers_go_before_pushes(telegram: ConsoleTelegram) -> None:
    turns = Turns(Limits(Rules(overall=4)), asyncio.get_running_loop().time)
    order: list[str] = []
    stop = asyncio.Event()
    telegram.chat(1)
    telegram.chat(2)
    async with bot_of(telegram, turns) as bot:
        for chat_id in (3, 4, 5, 6):
            turns.end(turns.limits.begin(chat_id, True, turns.seconds()))

        async def push() -> None:
            assert await turns.push_turn(stop)
            order.append("push")

        async def answer() -> None:
            await bot.send_message(1, "x")
            order.append("answer")

        async with asyncio.TaskGroup() as group:
            group.create_task(push())
            await asyncio.sleep(0)
            group.create_task(answer())
    assert order == ["answer", "push"]


# ── several processes ────────────────────────────────────────────────────────────────────────────


async def test_processes_on_one_database_spend_one_budget(
    any_database: Database, clock: Any
) -> None:
    here, there = share_of(any_database, clock), share_of(any_database, clock)
    assert await here(1.0) == 0.0
    assert await there(1.0) == pytest.approx(1.04, abs=0.001)
    assert await here(1.0) == pytest.approx(2.08, abs=0.001)
    clock.forward(seconds=60)
    assert await there(1.0) == 0.0


async def test_a_process_that_is_alone_asks_no_database(any_database: Database, clock: Any) -> None:
    turns = new_turns(any_database, clock, asyncio.get_running_loop().time)
    assert (turns._share is not None) is any_database.is_shared


class Gone(Database):
    """A database that does not answer any more."""

    def __init__(self) -> None:
        """It has nothing."""

    def write(self, *, shared: bool = False) -> Any:
        raise OperationalError(None, None, ConnectionRefusedError())


async def test_without_its_database_a_process_keeps_its_own_limits(clock: Any) -> None:
    assert await share_of(Gone(), clock)(1.0) == 0.0
