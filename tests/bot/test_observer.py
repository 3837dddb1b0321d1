"""What parts tell of their work, as numbers and as signs of life."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.observer import ASKING, Observer, loops_of
from bot.pulse import Loop
from bot.roles import EVERY_ROLE, Role
from bot.settlement import Result
from bot.verdicts import Outcome, Verdict
from news.poller import PollResult
from storage import feeds, outbox
from storage.database import Database
from storage.records import Dispatch, Outgoing


class Seconds:
    """A clock that only goes forward, when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def observer(seconds: Seconds) -> Observer:
    return Observer(loops_of(EVERY_ROLE, webhook=False), seconds)


def lines(observer: Observer) -> list[str]:
    return observer.metrics.text().decode().splitlines()


@pytest.fixture
async def message(database: Database, clock: Any, settle_chat: Callable[..., Any]) -> Outgoing:
    """A digest of one part that is on its way, due when it was put into the outbox."""
    await settle_chat(database, 7, clock)
    async with database.write() as tx:
        await outbox.put(tx, 7, [("a", "")], clock(), Dispatch(due_at=clock()))  # type: ignore[arg-type]
        [message] = await outbox.claim(tx, clock(), timedelta(minutes=1), 1)
    return message


def test_each_role_has_the_loops_that_it_needs() -> None:
    assert loops_of(EVERY_ROLE, webhook=False) == {
        "poll": Loop.POLL,
        "deliver": Loop.DELIVER,
        ASKING: Loop.UPDATES,
    }
    assert loops_of(frozenset({Role.CHAT}), webhook=True) == {"sweep": Loop.UPDATES}
    assert loops_of(frozenset({Role.POLL}), webhook=True) == {"poll": Loop.POLL}


async def test_a_digest_that_arrives_counts_with_its_delay(
    observer: Observer, message: Outgoing, clock: Any
) -> None:
    clock.forward(seconds=42)
    observer.settled(Result(message, Verdict(Outcome.SENT)), clock())
    assert "kawaraban_sent_total 1.0" in lines(observer)
    assert "kawaraban_digest_delay_seconds_sum 42.0" in lines(observer)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.SENT])
async def test_whatever_telegram_says_instead_is_counted_by_kind(
    observer: Observer, message: Outgoing, outcome: Outcome, clock: Any
) -> None:
    observer.settled(Result(message, Verdict(outcome)), clock())
    assert f'kawaraban_refused_total{{kind="{outcome.value}"}} 1.0' in lines(observer)
    doubtful = 1 if outcome is Outcome.DOUBTFUL else 0
    assert f"kawaraban_doubtful_total {doubtful}.0" in lines(observer)
    assert "kawaraban_sent_total 0.0" in lines(observer)


async def test_a_message_that_was_put_back_unsent_is_no_answer(
    observer: Observer, message: Outgoing, clock: Any
) -> None:
    observer.settled(Result(message, None), clock())
    assert Loop.DELIVER in observer.pulse.stuck(100.0)
    assert 'kawaraban_refused_total{kind="other"} 0.0' in lines(observer)


async def test_every_answer_is_a_sign_of_life_of_a_delivery_that_takes_an_hour(
    observer: Observer, message: Outgoing, seconds: Seconds, clock: Any
) -> None:
    for _ in range(60):
        seconds.now += 60
        observer.settled(Result(message, Verdict(Outcome.SENT)), clock())
        assert Loop.DELIVER not in observer.pulse.stuck(seconds.now)


def test_a_tick_that_goes_well_is_a_sign_of_life_and_one_that_fails_is_none(
    observer: Observer, seconds: Seconds
) -> None:
    observer.ticked("poll", 90.0, failed=True)
    assert observer.pulse.stuck(100.0)[Loop.POLL] is None
    observer.ticked("poll", 90.0)
    assert Loop.POLL not in observer.pulse.stuck(100.0)
    assert 'kawaraban_tick_seconds_sum{tick="poll"} 20.0' in lines(observer)


def test_a_tick_that_no_loop_hangs_on_is_only_timed(observer: Observer) -> None:
    observer.ticked("learn", 90.0)
    observer.waits("learn")
    assert observer.pulse.stuck(100.0) == dict.fromkeys(
        (Loop.POLL, Loop.DELIVER, Loop.UPDATES), None
    )


def test_a_tick_that_another_process_does_makes_a_standby(observer: Observer) -> None:
    observer.waits("deliver")
    assert observer.pulse.standby() == (Loop.DELIVER,)


async def test_a_visit_counts_and_one_that_was_not_kept_does_not(
    observer: Observer, database: Database, clock: Any
) -> None:
    async with database.write() as tx:
        feed = await feeds.add(tx, "https://example.org/feed", clock())
    observer.visited(PollResult(feed, 2, None, 0.5))
    observer.visited(OSError("not kept"))
    assert "kawaraban_polls_total 1.0" in lines(observer)
    assert "kawaraban_articles_total 2.0" in lines(observer)


def test_an_update_counts_by_kind_with_the_time_of_its_answer(
    observer: Observer, seconds: Seconds
) -> None:
    observer.dealt_with("message", 99.5)
    observer.dealt_with("what nobody knows", 99.5)
    assert 'kawaraban_updates_total{kind="message"} 1.0' in lines(observer)
    assert 'kawaraban_updates_total{kind="other"} 1.0' in lines(observer)
    assert "kawaraban_reply_seconds_sum 1.0" in lines(observer)
