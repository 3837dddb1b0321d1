"""What this process did, in numbers, as Prometheus reads them.

A value that is handed in: no registry of the whole process. Labels have values from fixed sets only, never
anything of a chat, a person, an outlet or an address; what is in no set is counted as "other".
"""

from collections.abc import Iterable
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.version import VERSION
from storage.counts import ChatState, FeedState, Gauges
from storage.records import Failure

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OTHER = "other"
UPDATES = (
    *("message", "callback_query", "inline_query", "my_chat_member", "chat_member"),
    OTHER,
)
"""Kinds of updates that are counted apart."""

TICKS = (
    *("poll", "read_pages", "ask_hubs"),
    *("compose", "deliver", "broadcast", "plan", "build_index", "learn", "clean"),
    *("sweep", OTHER),
)
"""Ticks that are timed apart."""

_QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW = (1, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 21_600, 86_400)


class Metrics:
    """The numbers of one process."""

    def __init__(self, refusals: Iterable[str] = ()) -> None:
        """`refusals` are the kinds of refusals by Telegram that are counted apart."""
        # A second series with the time of birth for each counter: twice the lines, and nobody asks.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        about = self._gauge("info", "1, with the version of the program.", "version")
        about.labels(VERSION).set(1)
        self._news_metrics()
        self._telegram_metrics((*refusals, OTHER))
        self._process_metrics()
        self._archive_metrics()

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"kawaraban_{name}", what, labels, registry=self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"kawaraban_{name}", what, labels, registry=self._registry)

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        full = f"kawaraban_{name}"
        return Histogram(full, what, labels, registry=self._registry, buckets=buckets)

    def _news_metrics(self) -> None:
        self._polls = self._counter("polls", "Visits to feeds.")
        self._failures = self._counter("poll_failures", "Visits that brought nothing.", "kind")
        self._poll_seconds = self._histogram(
            "poll_seconds", "What a visit took, waiting for its host included.", _QUICK
        )
        self._articles = self._counter("articles", "Articles that are news.")
        self._matches = self._counter("matches", "New articles that belong to a followed topic.")
        self._pages = self._counter("pages", "Pages of articles that were read.")
        for kind in Failure:
            self._failures.labels(kind.value)

    def _telegram_metrics(self, refusals: tuple[str, ...]) -> None:
        self._digests = self._counter("digests", "Digests composed.")
        self._sent = self._counter("sent", "Messages that Telegram took from the outbox.")
        self._refused = self._counter("refused", "Messages that Telegram did not take.", "kind")
        self._floods = self._counter("flood_waits", "Answers 429: too many requests.")
        self._floods_known = 0
        self._doubtful = self._counter(
            "doubtful", "Times that nobody knew whether a message arrived."
        )
        self._delay = self._histogram(
            "digest_delay_seconds", "From the due time of a digest to its arrival.", _SLOW
        )
        self._updates = self._counter("updates", "What Telegram told the bot.", "kind")
        self._reply = self._histogram(
            "reply_seconds", "From an update to the end of its answer.", _QUICK
        )
        self._refusals = refusals
        for kind in refusals:
            self._refused.labels(kind)
        for kind in UPDATES:
            self._updates.labels(kind)

    def _process_metrics(self) -> None:
        self._lag = self._histogram(
            "event_loop_lag_seconds",
            "How much later than asked for the event loop went on.",
            (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )
        self._ticks = self._histogram("tick_seconds", "What a tick took.", _QUICK, "tick")
        self._failed_ticks = self._counter("ticks_failed", "Ticks that ended in an error.", "tick")
        for name in TICKS:
            self._ticks.labels(name)
            self._failed_ticks.labels(name)

    def _archive_metrics(self) -> None:
        self._chats = self._gauge("chats", "Chats, by whether they hear from us.", "state")
        self._feeds = self._gauge("feeds", "Feeds that are wanted, by how they do.", "state")
        self._subscriptions = self._gauge("subscriptions", "What chats follow.", "kind")
        self._outbox = self._gauge("outbox_messages", "Messages in the outbox.", "state")
        self._oldest = self._gauge(
            "outbox_oldest_due_seconds", "For how long the oldest message that could go waits."
        )
        self._size = self._gauge("database_bytes", "Size of the database.")
        self._counted_at = self._gauge(
            "counted_timestamp_seconds", "When chats, feeds, outbox and size were counted."
        )

    def text(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self._registry)

    # ── news ────────────────────────────────────────────────────────────────────────────────────

    def visited(self, seconds: float, new_articles: int, failure: Failure | None) -> None:
        """A feed was visited."""
        self._polls.inc()
        self._poll_seconds.observe(seconds)
        self._articles.inc(new_articles)
        if failure is not None:
            self._failures.labels(failure.value).inc()

    def matched(self, count: int) -> None:
        """New articles were found to belong to a followed topic, or several."""
        self._matches.inc(count)

    def read_pages(self, count: int) -> None:
        """Pages of articles were read."""
        self._pages.inc(count)

    # ── Telegram ────────────────────────────────────────────────────────────────────────────────

    def composed(self, count: int) -> None:
        """Digests were put into the outbox."""
        self._digests.inc(count)

    def sent(self, count: int = 1) -> None:
        """Telegram took messages."""
        self._sent.inc(count)

    def refused(self, kind: str) -> None:
        """Telegram did not take a message; `kind` says what that means for it."""
        self._refused.labels(kind if kind in self._refusals else OTHER).inc()

    def flooded(self, times: int) -> None:
        """Telegram said so often since the start that it was too much at once (429)."""
        self._floods.inc(max(0, times - self._floods_known))
        self._floods_known = max(times, self._floods_known)

    def doubted(self, count: int = 1) -> None:
        """Nobody knows whether messages arrived."""
        self._doubtful.inc(count)

    def delivered(self, delay: timedelta) -> None:
        """A digest arrived, this long after it was due."""
        self._delay.observe(max(0.0, delay.total_seconds()))

    def told(self, kind: str) -> None:
        """Telegram told the bot something; `kind` is the name of the update's content."""
        self._updates.labels(kind if kind in UPDATES else OTHER).inc()

    def answered(self, seconds: float) -> None:
        """An update was dealt with."""
        self._reply.observe(seconds)

    # ── process ─────────────────────────────────────────────────────────────────────────────────

    def lagged(self, seconds: float) -> None:
        """The event loop went on so much later than it was asked to."""
        self._lag.observe(max(0.0, seconds))

    def ticked(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """A tick is over."""
        known = name if name in TICKS else OTHER
        self._ticks.labels(known).observe(seconds)
        if failed:
            self._failed_ticks.labels(known).inc()

    # ── what there is ───────────────────────────────────────────────────────────────────────────

    def show(self, counted: Gauges, at: float) -> None:
        """What was counted in the database, at this second of 1970 and later."""
        for chat_state in ChatState:
            self._chats.labels(chat_state.value).set(counted.chats[chat_state])
        for feed_state in FeedState:
            self._feeds.labels(feed_state.value).set(counted.feeds[feed_state])
        self._subscriptions.labels("topic").set(counted.topic_subscriptions)
        self._subscriptions.labels("feed").set(counted.feed_subscriptions)
        waiting = counted.waiting
        self._outbox.labels("waiting").set(waiting.count)
        self._outbox.labels("due").set(waiting.due)
        self._outbox.labels("doubtful").set(waiting.doubtful)
        self._oldest.set(waiting.oldest.total_seconds())
        self._size.set(counted.database_bytes)
        self._counted_at.set(at)
