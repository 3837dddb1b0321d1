"""The process that documents are parsed in: fresh, bounded, killed, replaced."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from lxml import etree

from news import feed
from news.errors import FetchFailed
from news.worker import Worker, WorkerKilled, WorkerLost
from storage.records import Failure

World = Any
Host = Any


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker(seconds=1.0, memory=400 << 20, jobs=5) as worker:
        yield worker


async def test_results_and_exceptions_come_back(worker: Worker) -> None:
    assert await worker.run(len, b"four") == 4
    with pytest.raises(FetchFailed) as caught:
        await worker.run(feed.parse, b"nonsense", "https://a.example/")
    assert caught.value.failure is Failure.NOT_A_FEED


async def test_an_exception_that_survives_no_journey_is_told_by_its_kind(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="XMLSyntaxError"):
        await worker.run(etree.fromstring, b"<broken")


async def test_what_takes_too_long_is_killed_twice_and_the_next_job_works(worker: Worker) -> None:
    began = time.monotonic()
    with pytest.raises(WorkerKilled):
        await worker.run(time.sleep, 30)
    assert time.monotonic() - began < 10
    assert await worker.run(len, b"four") == 4


async def test_what_crashes_the_process_is_over_and_the_next_job_works(worker: Worker) -> None:
    with pytest.raises(WorkerKilled):
        await worker.run(os.abort)
    assert await worker.run(len, b"four") == 4


async def test_memory_is_bounded(worker: Worker) -> None:
    with pytest.raises(MemoryError):
        await worker.run(bytearray, 1 << 30)


async def test_the_process_is_replaced_after_its_jobs(worker: Worker) -> None:
    pids = {await worker.run(os.getpid) for _ in range(12)}
    assert len(pids) == 3
    assert os.getpid() not in pids


async def test_a_job_that_nobody_waits_for_any_more_does_not_answer_the_next(
    worker: Worker,
) -> None:
    async with asyncio.timeout(5):
        job = asyncio.get_running_loop().create_task(worker.run(time.sleep, 0.5))
        await asyncio.sleep(0.2)
        job.cancel()
        assert await worker.run(len, b"four") == 4


async def test_a_process_that_can_not_be_started_is_no_fault_of_the_job(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(WorkerLost):
            await worker.run(len, b"four")
        patched.setattr(sys, "executable", "/bin/false")
        with pytest.raises(WorkerLost):
            await worker.run(len, b"four")
    assert await worker.run(len, b"four") == 4


async def test_neither_is_a_process_that_does_not_know_what_is_asked_of_it(worker: Worker) -> None:
    with pytest.raises(WorkerLost, match="missing_over_there"):
        await worker.run(_Missing())  # type: ignore[arg-type]


class _Missing:
    """What can be pickled here and not read there."""

    def __reduce__(self) -> tuple[Any, ...]:
        return __import__, ("missing_over_there",)


async def test_a_feed_is_not_blamed_for_a_process_that_can_not_be_started(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.serve("/good", rss("good"))
    await world.enlist(f"{host.url}/good")
    await world.sources.worker.rest()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(ExceptionGroup) as caught:
            await world.poll()
    assert caught.group_contains(WorkerLost)
    assert (await world.feed(f"{host.url}/good")).failure is None


async def test_the_process_knows_nothing_of_our_environment(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:secret")
    assert await worker.run(os.getenv, "TELEGRAM_TOKEN") is None


async def test_a_feed_that_kills_the_process_is_a_recorded_failure_and_the_others_go_on(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = f"{host.url}/bad", f"{host.url}/good"
    host.serve("/bad", rss("bad"))
    host.serve("/good", rss("good"))
    await world.enlist(bad)
    monkeypatch.setattr(feed, "parse", os.abort)
    monkeypatch.setattr(world.sources.worker, "run", _without_arguments(world.sources.worker.run))
    assert await world.poll() == [(0, Failure.NOT_A_FEED)]
    assert (await world.feed(bad)).failure_detail == "too hard to read"
    monkeypatch.undo()
    await world.enlist(bad, good)
    assert await world.poll() == [(0, None)]
    assert await world.titles() == ["good"]


def _without_arguments(run: Any) -> Any:
    """Jobs are called with what documents are parsed with; the planted crash takes nothing."""

    async def bare(function: Any, *arguments: Any) -> Any:
        return await run(function) if function is os.abort else await run(function, *arguments)

    return bare
