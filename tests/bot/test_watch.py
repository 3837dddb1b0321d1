"""What watchers are told over HTTP: ready or not and why, and the numbers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics
from bot.pulse import Loop, Pulse
from bot.watch import Watch
from bot.web import listening
from news.fetch import Fetcher, FetchLimits
from news.intake import Intake
from news.pace import Pace
from news.sources import Sources
from news.websub import Hubs
from news.worker import Worker
from storage.database import Database, Transaction, open_database


class Seconds:
    """A clock that only goes forward, when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Window:
    """A bot as its watchers see it."""

    url: str
    session: aiohttp.ClientSession
    pulse: Pulse
    seconds: Seconds
    metrics: Metrics

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.session.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def number(self, name: str) -> float:
        _, text = await self.get("/metrics")
        families = text_string_to_metric_families(text)
        [sample] = [one for family in families for one in family.samples if one.name == name]
        return float(sample.value)

    def all_move(self) -> None:
        for loop in self.pulse.loops:
            self.pulse.moved(loop, self.seconds.now)


@asynccontextmanager
async def watched(database: Database, clock: Any) -> AsyncIterator[Window]:
    pulse, seconds, metrics = Pulse([Loop.POLL, Loop.DELIVER]), Seconds(), Metrics()
    watch = Watch(database, metrics, pulse, clock, seconds)
    async with (
        Fetcher(FetchLimits(), "Kawaraban/test") as fetcher,
        Worker() as worker,
        aiohttp.ClientSession() as session,
    ):
        intake = Intake(database, worker)
        sources = Sources(database, fetcher, worker, intake, clock, lambda: 0.0, Pace())
        hubs = Hubs(sources, "", lambda: "name")
        async with listening(("127.0.0.1", 0), hubs, 1_000, watch) as (host, port):
            yield Window(f"http://{host}:{port}", session, pulse, seconds, metrics)


@pytest.fixture
async def window(database: Database, clock: Any) -> AsyncIterator[Window]:
    async with watched(database, clock) as window:
        yield window


async def test_it_is_not_ready_before_its_loops_have_begun(window: Window) -> None:
    assert await window.get("/readyz") == (503, "poll: has not begun\ndeliver: has not begun\n")
    assert (await window.get("/healthz"))[0] == 200


async def test_it_is_ready_while_the_database_answers_and_its_loops_move(window: Window) -> None:
    window.all_move()
    assert await window.get("/readyz") == (200, "ready\n")


async def test_a_loop_that_stands_still_is_named_with_its_time(window: Window) -> None:
    window.all_move()
    window.seconds.now += 75
    window.pulse.moved(Loop.DELIVER, window.seconds.now)
    assert await window.get("/readyz") == (503, "poll: has not moved for 75 s\n")


async def test_who_waits_for_its_turn_is_ready_and_says_that_it_waits(window: Window) -> None:
    window.all_move()
    window.pulse.waits(Loop.DELIVER, window.seconds.now)
    assert await window.get("/readyz") == (200, "ready\nstandby: deliver\n")


async def test_a_program_gets_the_same_as_json(window: Window) -> None:
    window.pulse.waits(Loop.DELIVER, window.seconds.now)
    status, text = await window.get("/readyz", Accept="application/json")
    assert status == 503
    assert json.loads(text) == {
        "ready": False,
        "reasons": ["poll: has not begun"],
        "standby": ["deliver"],
    }


class Silent(Database):
    """A database that does not answer, or only with an error that tells an address."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def ping(self) -> None:
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with self.broken() as tx:
            yield tx

    def broken(self) -> AbstractAsyncContextManager[Transaction]:
        raise self.error or OSError


async def test_a_database_that_does_not_answer_is_a_reason_after_two_seconds(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watch.DATABASE_SECONDS", 0.05)
    watch = Watch(Silent(), Metrics(), Pulse([]), clock, Seconds())
    found = await watch.readiness()
    assert not found.ready
    assert found.reasons[0].startswith("database: no answer within")


async def test_a_database_in_trouble_is_told_by_kind_and_hides_no_other_number(clock: Any) -> None:
    error = OSError("postgresql://user:password@secret.example/name")
    metrics = Metrics()
    metrics.sent(3)
    watch = Watch(Silent(error), metrics, Pulse([]), clock, Seconds())
    assert (await watch.readiness()).reasons == ("database: OSError",)
    text = (await watch.numbers()).decode()
    assert "kawaraban_sent_total 3.0" in text
    assert "secret" not in text


async def test_both_databases_are_counted(database_url: str, clock: Any) -> None:
    database = await open_database(database_url)
    try:
        async with watched(database, clock) as window:
            assert await window.number("kawaraban_database_bytes") > 10_000
            assert await window.number("kawaraban_counted_timestamp_seconds") == (
                clock().timestamp()
            )
    finally:
        await database.close()


async def test_the_database_is_counted_once_a_minute_however_often_one_asks(
    window: Window, clock: Any
) -> None:
    name, first = "kawaraban_counted_timestamp_seconds", clock().timestamp()
    assert await window.number(name) == first
    clock.forward(seconds=59)
    window.seconds.now += 59
    assert await window.number(name) == first
    clock.forward(seconds=1)
    window.seconds.now += 1
    assert await window.number(name) == first + 60


async def test_the_numbers_are_in_prometheus_own_format(window: Window) -> None:
    window.metrics.delivered(timedelta(seconds=3))
    async with window.session.get(f"{window.url}/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = await answer.text()
    assert 'kawaraban_digest_delay_seconds_bucket{le="5.0"} 1.0' in text


async def test_the_lag_of_the_event_loop_is_measured(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watch.LAG_SECONDS", 0.0)
    metrics, seconds = Metrics(), Seconds()
    watch = Watch(Silent(), metrics, Pulse([]), clock, seconds)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch.measure_lag())
        await asyncio.sleep(0)
        seconds.now += 2
        await asyncio.sleep(0.01)
        task.cancel()
    text = metrics.text().decode()
    assert "kawaraban_event_loop_lag_seconds_sum 2.0" in text


async def test_answers_that_it_was_too_much_are_counted_where_they_are_known(clock: Any) -> None:
    watch = Watch(Silent(), Metrics(), Pulse([]), clock, Seconds())
    assert b"kawaraban_flood_waits_total 0.0" in await watch.numbers()
    watch.ask_for_floods(lambda: 4)
    await watch.numbers()
    assert b"kawaraban_flood_waits_total 4.0" in await watch.numbers()
