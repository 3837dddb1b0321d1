"""The numbers of a process: what is counted, and what never gets into a label."""

import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bot.assembly import assemble
from bot.console.server import ConsoleTelegram
from bot.metrics import OTHER, TICKS, UPDATES, Metrics
from bot.settings import load
from bot.version import VERSION
from storage.counts import ChatState, FeedState, Gauges, Waiting
from storage.records import Failure

REFUSALS = ("unreachable", "migrated")

GAUGES = Gauges(
    dict.fromkeys(ChatState, 2),
    dict.fromkeys(FeedState, 3),
    *(5, 7),
    Waiting(11, 1, 4, timedelta(seconds=90)),
    123_456,
)

FIXED = {
    "version": {VERSION},
    "kind": {*REFUSALS, OTHER, *UPDATES, *(kind.value for kind in Failure), "topic", "feed"},
    "tick": set(TICKS),
    "state": {
        *(state.value for state in ChatState),
        *(state.value for state in FeedState),
        *("waiting", "due", "doubtful"),
    },
}
"""All values that a label may have."""


async def test_every_tick_is_timed_by_its_own_name(tmp_path: Path, clock: Any) -> None:
    chosen = load(_env_file=None, database_url=f"sqlite:///{tmp_path / 'news.db'}")
    failed: list[BaseException] = []
    async with assemble(chosen, clock, ConsoleTelegram(clock), failed.append) as parts:
        names = {tick.name for tick in parts.jobs._ticks}
    assert names
    # In the console, nobody asks hubs or reads pages.
    assert names <= set(TICKS) <= {*names, "ask_hubs", "read_pages", OTHER}
    assert failed == []


def samples(metrics: Metrics) -> Iterator[Sample]:
    for family in text_string_to_metric_families(metrics.text().decode()):
        yield from family.samples


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = [one.value for one in samples(metrics) if one.name == name and one.labels == labels]
    assert len(found) == 1, name
    return found[0]


def test_visits_count_with_their_articles_and_failures() -> None:
    metrics = Metrics()
    metrics.visited(0.25, 3, None)
    metrics.visited(0.25, 0, Failure.TIMEOUT)
    assert value(metrics, "kawaraban_polls_total") == 2
    assert value(metrics, "kawaraban_articles_total") == 3
    assert value(metrics, "kawaraban_poll_failures_total", kind="timeout") == 1
    assert value(metrics, "kawaraban_poll_failures_total", kind="gone") == 0
    assert value(metrics, "kawaraban_poll_seconds_sum") == 0.5


def test_what_telegram_took_and_did_not_take_is_counted() -> None:
    metrics = Metrics(REFUSALS)
    metrics.sent(7)
    metrics.refused("migrated")
    metrics.flooded(1)
    metrics.flooded(3)
    metrics.flooded(3)
    metrics.doubted(2)
    metrics.delivered(timedelta(seconds=40))
    metrics.delivered(timedelta(seconds=-1))
    metrics.told("message")
    metrics.answered(0.2)
    assert value(metrics, "kawaraban_sent_total") == 7
    assert value(metrics, "kawaraban_refused_total", kind="migrated") == 1
    assert value(metrics, "kawaraban_flood_waits_total") == 3
    assert value(metrics, "kawaraban_doubtful_total") == 2
    # A clock that was set back makes no digest early.
    assert value(metrics, "kawaraban_digest_delay_seconds_sum") == 40
    assert value(metrics, "kawaraban_digest_delay_seconds_bucket", le="60.0") == 2
    assert value(metrics, "kawaraban_updates_total", kind="message") == 1
    assert value(metrics, "kawaraban_reply_seconds_count") == 1


def test_a_tick_is_timed_whether_it_failed_or_not() -> None:
    metrics = Metrics()
    metrics.ticked("poll", 0.1)
    metrics.ticked("poll", 0.2, failed=True)
    assert value(metrics, "kawaraban_tick_seconds_count", tick="poll") == 2
    assert value(metrics, "kawaraban_ticks_failed_total", tick="poll") == 1


def test_what_was_counted_in_the_database_is_shown() -> None:
    metrics = Metrics()
    metrics.show(GAUGES, 1_000.0)
    assert value(metrics, "kawaraban_chats", state="paused") == 2
    assert value(metrics, "kawaraban_feeds", state="gone") == 3
    assert value(metrics, "kawaraban_subscriptions", kind="feed") == 7
    assert value(metrics, "kawaraban_outbox_messages", state="due") == 4
    assert value(metrics, "kawaraban_outbox_oldest_due_seconds") == 90
    assert value(metrics, "kawaraban_database_bytes") == 123_456


def test_memory_and_cpu_of_the_process_are_among_the_numbers() -> None:
    metrics = Metrics()
    assert value(metrics, "process_resident_memory_bytes") > 1_000_000
    assert value(metrics, "process_cpu_seconds_total") > 0


def test_two_processes_in_one_interpreter_share_no_number() -> None:
    first, second = Metrics(), Metrics()
    first.sent()
    assert value(second, "kawaraban_sent_total") == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_whatever_is_handed_in_labels_come_from_fixed_sets(words: list[str]) -> None:
    metrics = Metrics(REFUSALS)
    metrics.show(GAUGES, 1.0)
    for failure in Failure:
        metrics.visited(1.0, 0, failure)
    for word in words:
        metrics.refused(word)
        metrics.told(word)
        metrics.ticked(word, 1.0, failed=True)
    for sample in samples(metrics):
        for name, said in sample.labels.items():
            if name == "le":
                assert not math.isnan(float(said))
            else:
                assert said in FIXED[name], sample


def test_the_number_of_series_does_not_grow_with_use() -> None:
    metrics = Metrics(REFUSALS)
    metrics.show(GAUGES, 1.0)
    before = len(list(samples(metrics)))
    for number in range(50):
        metrics.refused(f"{number}")
        metrics.told(f"{number}")
        metrics.ticked(f"{number}", 0.1)
        metrics.visited(1.0, 0, Failure.BUSY)
    assert len(list(samples(metrics))) == before
    assert before < 500
