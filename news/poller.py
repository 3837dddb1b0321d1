"""The visits to feeds.

claim due ─▶ fetch ─▶ intake.read ─┐
              │304, same body      ▼
              └──────────────▶ one transaction for all visits that are ready: what is new,
                               validators, moves, pauses, next visit
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from news import pace
from news.errors import FetchFailed
from news.fetch import Fetched
from news.intake import Reading
from news.pace import Pace, Setback
from news.sources import Sources, pause_host
from news.websub import DISTRUST
from news.worker import WorkerLost
from storage import feeds, hubs
from storage.database import Transaction, is_trouble
from storage.records import Failure, Feed, Move, Visit

LEASE = timedelta(minutes=5)
"""For how long a claimed feed is nobody else's; longer than any visit."""

_PATIENCE = LEASE * 0.8
"""What a visit may take, with all its waiting: a lease must not end before it."""

_BATCH_VISITS = 64
_BATCH_ENTRIES = 100
"""Visits and entries that share a transaction: more would keep the event loop from everything else."""


_HUB_DELAY = timedelta(hours=1)
"""What a hub may take to announce an entry."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one visit went."""

    feed: Feed
    new_articles: int
    """Those that are news, not those that were old when they were first seen."""
    failure: Failure | None
    """None: it went well."""
    seconds: float
    """What the visit took, waiting for its host's turn included."""
    moved_to: str | None = None
    """The address that the feed has from now on, if that changed."""
    surprise: Exception | None = None
    """What nobody foresaw, recorded as a failure of the feed."""
    matched: int = 0
    """New articles that belong to a topic that somebody follows."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A feed whose turn it is."""

    feed: Feed
    subscribers: int
    """Chats that follow it."""
    announced_since: datetime | None
    """Since when a hub tells us of its news; None if none does."""


@dataclass(frozen=True, slots=True)
class _Saved:
    """What came of writing a visit down."""

    new: int
    """Articles that are news."""
    matched: int
    moved_to: str | None
    error: FetchFailed | None
    surprise: Exception | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one visit has to write down."""

    claimed: Claimed
    at: datetime
    in_full: bool
    """True if the feed was asked for unconditionally."""
    fetched: Fetched | None
    """None: the visit failed."""
    body_hash: str | None
    reading: Reading | None
    """None: nothing changed, or the visit failed."""
    error: FetchFailed | None
    surprise: Exception | None
    saved: "asyncio.Future[_Saved]"
    """Done once all is written down."""


class Poller:
    """Visits feeds. Use it as an async context manager; leaving it gives back what it had claimed."""

    def __init__(
        self,
        sources: Sources,
        owner: str,
        concurrency: int,
        report: Callable[[PollResult | Exception], None] = lambda _: None,
    ) -> None:
        """`report` hears of every visit that `begin_due` began, or of what kept it from being kept.

        Such a feed is visited again when its lease is over.
        """
        self._sources = sources
        self._database = sources.database
        self._clock = sources.clock
        self._owner = owner
        self._report = report
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._claiming = asyncio.Lock()
        self._waiting: list[_Outcome] = []
        self._saving = False
        self._group = asyncio.TaskGroup()
        self._visits: set[asyncio.Task[None]] = set()
        self._closing = False

    async def __aenter__(self) -> Self:
        """Open the group that visits run in."""
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Break off what is under way: it is due as before, for whoever comes next."""
        self._closing = True
        for visit in self._visits:
            visit.cancel()
        await self._group.__aexit__(None, None, None)
        async with self._database.write() as tx:
            await feeds.release(tx, self._owner)

    async def begin_due(self) -> int:
        """Begin to visit what is due, as slots get free; how many. The visits go on by themselves."""
        begun = 0
        if self._claiming.locked():
            return begun
        async with self._claiming:
            while not self._closing:
                await self._slots.acquire()
                self._slots.release()
                claimed_at, claimed = self._clock(), await self._claim()
                if not claimed:
                    break
                begun += await self._begin(claimed, claimed_at)
        return begun

    async def _begin(self, claimed: list[Claimed], claimed_at: datetime) -> int:
        """Begin visits as slots get free; what has to wait for too long is given back, lest its lease run out."""
        for place, one in enumerate(claimed):
            await self._slots.acquire()
            if self._closing or self._clock() - claimed_at > LEASE - _PATIENCE:
                self._slots.release()
                async with self._database.write() as tx:
                    await feeds.give_back(
                        tx, [left.feed.id for left in claimed[place:]], self._owner
                    )
                return place
            task = self._group.create_task(self._in_slot(one))
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)
        return len(claimed)

    async def poll_due(self) -> tuple[PollResult, ...]:
        """Visit what is due now, and wait for it; a result for each."""
        claimed = await self._claim()
        async with asyncio.TaskGroup() as group:
            visits = [group.create_task(self.visit(one)) for one in claimed]
        return tuple(task.result() for task in visits)

    async def _claim(self) -> list[Claimed]:
        now = self._clock()
        async with self._database.read() as tx:
            if not await feeds.any_due(tx, now):
                return []
        async with self._database.write() as tx:
            due = await feeds.claim_due(
                tx,
                now,
                self._owner,
                LEASE,
                self._concurrency,
                self._sources.pace.host_delay,
                pace.host_delay,
            )
            ids = [feed.id for feed in due]
            followers = await feeds.followers(tx, ids)
            announced = await hubs.announced(tx, ids, now)
        return [Claimed(feed, followers.get(feed.id, 0), announced.get(feed.id)) for feed in due]

    async def _in_slot(self, claimed: Claimed) -> None:
        try:
            self._report(await self.visit(claimed))
        except Exception as error:  # noqa: BLE001 - one feed's trouble must not stop the others
            self._report(error)
        finally:
            self._slots.release()

    async def visit(self, claimed: Claimed) -> PollResult:
        """Visit one claimed feed. What its publisher does wrong ends up in the result, not as an exception."""
        loop = asyncio.get_running_loop()
        began, at, feed = loop.time(), self._clock(), claimed.feed
        in_full = _is_due_in_full(feed, at)
        fetched: Fetched | None = None
        reading: Reading | None = None
        digest: str | None = None
        error: FetchFailed | None = None
        surprise: Exception | None = None
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                fetched = await self._sources.fetcher.get(
                    feed.url,
                    None if in_full else feed.etag,
                    None if in_full else feed.last_modified,
                    claimed.subscribers,
                )
                if not fetched.not_modified:
                    digest = body_hash(fetched.body)
                    if digest != feed.body_hash:
                        known = feed if feed.visited_at is not None else None
                        reading = await self._sources.intake.read(
                            known, fetched, self._clock(), thoroughly=in_full
                        )
        except FetchFailed as failed:
            error = failed
        except TimeoutError:
            error = FetchFailed(Failure.TIMEOUT)
        except Exception as unforeseen:
            if is_trouble(unforeseen) or isinstance(unforeseen, WorkerLost):
                # Of our own: the feed is visited again when its lease is over.
                raise
            # Whatever a publisher does to us is this feed's trouble.
            error, surprise = _strange(unforeseen), unforeseen
        outcome = _Outcome(
            claimed,
            self._clock(),
            in_full,
            fetched if error is None else None,
            digest,
            reading,
            error,
            surprise,
            loop.create_future(),
        )
        saved = await self._save(outcome)
        failure = saved.error.failure if saved.error else None
        seconds = loop.time() - began
        return PollResult(
            feed, saved.new, failure, seconds, saved.moved_to, saved.surprise, saved.matched
        )

    # ── writing it down ──────────────────────────────────────────────────────────────────────────

    async def _save(self, outcome: _Outcome) -> _Saved:
        """Write a visit down together with all others that are ready."""
        self._waiting.append(outcome)
        if not self._saving:
            # Whoever comes first writes for all who come meanwhile.
            self._saving = True
            try:
                while self._waiting:
                    await self._save_batch(self._next_batch())
            finally:
                self._saving = False
        return await outcome.saved

    def _next_batch(self) -> list[_Outcome]:
        count = entries = 0
        for outcome in self._waiting[:_BATCH_VISITS]:
            entries += len(outcome.reading.unknown) if outcome.reading else 0
            if count and entries > _BATCH_ENTRIES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _save_batch(self, batch: list[_Outcome]) -> None:
        try:
            results = await self._write(batch)
        except Exception as unforeseen:  # noqa: BLE001 - it is recorded, or handed to whoever waits for the visit
            await self._save_apart(batch, unforeseen)
            return
        except BaseException:
            for outcome in batch:
                outcome.saved.cancel()
            raise
        for outcome, result in zip(batch, results, strict=True):
            if not outcome.saved.done():
                outcome.saved.set_result(result)

    async def _save_apart(self, batch: list[_Outcome], unforeseen: Exception) -> None:
        """What could not be written down together is written one by one, and the culprit as a failure."""
        if len(batch) > 1:
            for outcome in batch:
                await self._save_batch([outcome])
            return
        [outcome] = batch
        if outcome.error is not None or is_trouble(unforeseen):
            # The database is the matter: the feed is visited again when its lease is over.
            outcome.saved.set_exception(unforeseen)
            return
        failed = replace(outcome, fetched=None, reading=None, error=_strange(unforeseen))
        await self._save_batch([replace(failed, surprise=unforeseen)])

    async def _write(self, batch: list[_Outcome]) -> list[_Saved]:
        now = self._clock()
        async with self._database.write() as tx:
            # What was deleted since it was claimed, or joined with another feed, must not come back.
            there = await feeds.existing(tx, [item.claimed.feed.id for item in batch])
            kept = [item for item in batch if item.claimed.feed.id in there]
            readings = [(item.claimed.feed, item.reading) for item in kept if item.reading]
            taken = await self._sources.intake.take_in(tx, readings, now)
            visits = [await self._entry(tx, item) for item in kept]
            ids = [item.claimed.feed.id for item in kept]
            await feeds.record(tx, list(zip(ids, visits, strict=True)))
            for item in kept:
                if _was_silent(item):
                    await hubs.refused(tx, item.claimed.feed.id, now + DISTRUST)
            moves = {
                item.claimed.feed.id: await _adopt(tx, item, visit)
                for item, visit in zip(kept, visits, strict=True)
            }
        self._sources.intake.learn(taken)
        return [
            _Saved(
                taken.fresh.get(item.claimed.feed.id, 0),
                taken.matched.get(item.claimed.feed.id, 0),
                moves.get(item.claimed.feed.id),
                item.error,
                item.surprise,
            )
            for item in batch
        ]

    async def _entry(self, tx: Transaction, item: _Outcome) -> Visit:
        """What is written down about a feed; a pause that its host asked for is written here."""
        feed = item.claimed.feed
        if item.fetched is None:
            error = item.error or FetchFailed(Failure.UNREACHABLE)
            setback: Setback = pace.after_failure(
                self._sources.pace, feed, error, item.at, self._sources.chance()
            )
            if setback.host_until is not None:
                place = error.place(feed.url)
                await pause_host(tx, self._sources, place, setback.host_until)
            return Visit(
                at=item.at,
                next_visit_at=setback.next_visit_at,
                failure=error.failure,
                failure_detail=error.detail,
                stop=setback.stop,
            )
        visit = visited(
            self._sources.pace,
            feed.url,
            item.fetched,
            item.reading,
            item.at,
            self._sources.chance(),
            known=feed,
            announced=item.claimed.announced_since is not None and not _was_silent(item),
        )
        move = _move(feed, item.fetched, item.at)
        return replace(visit, body_hash=item.body_hash, in_full=item.in_full, move=move)


def body_hash(body: bytes) -> str:
    """What tells whether a document is the same as last time."""
    return hashlib.sha256(body).hexdigest()


def visited(
    pace_: Pace,
    url: str,
    fetched: Fetched,
    reading: Reading | None,
    at: datetime,
    chance: float,
    known: Feed | None = None,
    announced: bool = False,
) -> Visit:
    """What is written down of a visit that went well."""
    kept = fetched.not_modified and known is not None
    etag = fetched.etag or (known.etag if kept and known else None)
    last_modified = fetched.last_modified or (known.last_modified if kept and known else None)
    says = reading.said if reading else known
    assert says is not None  # noqa: S101 - a first visit always brings a document
    return Visit(
        at=at,
        next_visit_at=pace.after_success(
            pace_,
            url,
            says,
            fetched.answer.headers,
            bool(etag or last_modified),
            announced,
            at,
            chance,
        ),
        etag=etag,
        last_modified=last_modified,
        said=reading.said if reading else None,
        outline=reading.parsed.outline if reading else None,
    )


def _was_silent(item: _Outcome) -> bool:
    """Whether a visit brought what the feed's hub should have announced since the visit before."""
    since, last = item.claimed.announced_since, item.claimed.feed.visited_at
    if item.reading is None or since is None or last is None or since > last:
        return False
    return any(
        entry.published_at is not None and last < entry.published_at < item.at - _HUB_DELAY
        for entry in item.reading.unknown
    )


def _move(feed: Feed, fetched: Fetched, at: datetime) -> Move | None:
    target = pace.permanent_target(fetched.answer.hops)
    if target is None or target == feed.url:
        return None
    if feed.moved_to == target and feed.moved_since is not None:
        return Move(target, feed.moved_since, feed.moved_polls + 1)
    return Move(target, at, 1)


def _is_due_in_full(feed: Feed, at: datetime) -> bool:
    """Whether a feed is to be asked for unconditionally: now and then, and before it takes a new address.

    That address has to show that a feed is there; "not modified" can be said by anybody.
    """
    if feed.in_full_at is None or at - feed.in_full_at >= pace.IN_FULL:
        return True
    move = Move(feed.moved_to or "", feed.moved_since or at, feed.moved_polls + 1)
    return _is_proven(move, at)


def _is_proven(move: Move, at: datetime) -> bool:
    return move.polls >= pace.MOVE_POLLS and at - move.since >= pace.MOVE_TIME


async def _adopt(tx: Transaction, item: _Outcome, visit: Visit) -> str | None:
    """Take over an address that has proved itself and has just brought the feed; None while it has not."""
    fetched, move = item.fetched, visit.move
    if fetched is None or fetched.not_modified or move is None or not _is_proven(move, item.at):
        return None
    await feeds.move(tx, item.claimed.feed, move.to)
    return move.to


def _strange(unforeseen: Exception) -> FetchFailed:
    """A failure that stands for an exception, by its kind alone: its text may be a stranger's."""
    return FetchFailed(Failure.NOT_A_FEED, type(unforeseen).__name__)
