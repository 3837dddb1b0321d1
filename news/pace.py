"""When a feed is visited again: as often as it has news, never faster than it and its server allow.

gaps of its entries, silence ─▶ wish ─▶ bounds ─▶ not before: max-age, Expires, ttl, period, skip…
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from news.errors import FetchFailed, Hop
from news.feed import ParsedFeed
from storage.records import Failure, Feed, Said

_LATEST = 10
"""Entries that show how often a feed has news."""

LONGEST_RETRY_AFTER = timedelta(days=7)
IN_FULL = timedelta(days=8)
"""After this long a feed is asked for in full: some servers say "not modified" for ever."""

MOVE_POLLS, MOVE_TIME = 5, timedelta(days=3)
"""Visits in a row, and time between the first and the last, that make a permanent redirect believable."""

_SILENCES = (
    (timedelta(days=30), timedelta(hours=24)),
    (timedelta(days=14), timedelta(hours=12)),
    (timedelta(days=7), timedelta(hours=6)),
)
"""Silence of at least this long → visits at least that far apart."""

_SPREAD = timedelta(minutes=5)
"""Within this, feeds that would come together are spread."""

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often feeds are visited."""

    minimum: timedelta = timedelta(minutes=15)
    maximum: timedelta = timedelta(hours=24)
    uncached: timedelta = timedelta(hours=24)
    """For feeds whose server sends no validators, as long as no entry is lost by it."""
    host_delay: timedelta = timedelta(seconds=2)
    """Between two visits to one host."""
    quick_prefix: str = ""
    """Addresses that begin with this are visited every `quick`; empty for none."""
    quick: timedelta = timedelta(minutes=15)

    def hurries(self, url: str) -> bool:
        """Whether an address is one of those visited every `quick`."""
        return bool(self.quick_prefix) and url.startswith(self.quick_prefix)


def said(feed: ParsedFeed, now: datetime) -> Said:
    """What is kept of a document to know its pace, and whose it is."""
    hints = feed.hints
    dates = [min(date, now) for date in feed.dates]
    latest = dates[:_LATEST]
    gap = span = None
    if len(latest) > 1:
        gap = int((latest[0] - latest[-1]).total_seconds() / (len(latest) - 1))
        span = int((dates[0] - dates[-1]).total_seconds())
    least = max((hints.ttl or 0) * 60, hints.period or 0)
    return Said(
        title=feed.title or None,
        site_url=feed.site_url,
        language=feed.language,
        newest_entry_at=dates[0] if dates else None,
        entry_gap=gap,
        window_span=span,
        least_interval=min(least, int(_WEEK.total_seconds())),
        skip_hours=sum(1 << hour for hour in hints.skip_hours),
        skip_days=sum(1 << day for day in hints.skip_days),
        hub_url=hints.hub,
        hub_topic=hints.self_url,
    )


def after_success(
    pace: Pace,
    url: str,
    known: Said | Feed,
    headers: Mapping[str, str],
    validators: bool,
    announced: bool,
    now: datetime,
    chance: float,
) -> datetime:
    """The next visit after one that went well.

    `validators`: the server sent ETag or Last-Modified. `announced`: a hub tells us of news, so that
    one visit a day is enough. `chance` in 0 … 1 spreads feeds that would come together.
    """
    if pace.hurries(url):
        return now + pace.quick
    wish = pace.maximum if announced else _wish(pace, known, validators, now)
    wish = max(pace.minimum, min(wish * (0.9 + 0.2 * chance), pace.maximum))
    floor = max(timedelta(seconds=known.least_interval), fresh_for(headers))
    wait = max(wish, min(floor, pace.maximum))
    # Hints come in round numbers, and would bring all feeds of a host at once.
    return _not_skipped(known, now + wait + _SPREAD * chance, _SPREAD * chance)


def _wish(pace: Pace, known: Said | Feed, validators: bool, now: datetime) -> timedelta:
    gap, newest, span = known.entry_gap, known.newest_entry_at, known.window_span
    if gap is None or newest is None:
        return _HOUR if validators else pace.uncached
    silence = now - newest
    # The gap that is still open counts once it is longer than the usual one.
    wish = max(timedelta(seconds=gap), silence / 2) / 2
    for quiet, least in _SILENCES:
        if silence >= quiet:
            wish = max(wish, least)
            break
    if not validators:
        # Each visit costs a whole document: as few as possible, but three before an entry has come and gone.
        turnover = timedelta(seconds=span or 0) / 3
        wish = max(wish, min(pace.uncached, max(_HOUR, turnover)))
    return wish


def _not_skipped(known: Said | Feed, moment: datetime, late: timedelta) -> datetime:
    """The moment, or `late` after the beginning of the next hour in which the feed may be visited."""
    hours, days = known.skip_hours, known.skip_days
    if not hours and not days:
        return moment
    at = moment.astimezone(UTC)
    for _ in range(24 * 8):
        if not (hours >> at.hour & 1 or days >> at.weekday() & 1):
            return at if at == moment else at + late
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    # A feed that skips all of its week means something else by it.
    return moment


def fresh_for(headers: Mapping[str, str]) -> timedelta:
    """For how long a reply says that it stays right (RFC 9111, 4.2); 0 if it does not say."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return timedelta(0)
    age = _seconds(headers.get("age", "")) or 0
    said = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,12})", control)
    if said is not None:
        seconds = int(said[1]) - age
    else:
        expires, date = _http_date(headers.get("expires", "")), _http_date(headers.get("date", ""))
        seconds = int((expires - date).total_seconds()) if expires and date else 0
    return timedelta(seconds=max(0, min(seconds, int(_WEEK.total_seconds()))))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a server asks us to stay away (RFC 9110, 10.2.3), at most a week; None if it does not say."""
    written = headers.get("retry-after", "").strip()
    seconds = _seconds(written)
    if seconds is not None:
        wait = timedelta(seconds=min(seconds, int(_WEEK.total_seconds())))
    else:
        until = _http_date(written)
        if until is None:
            return None
        wait = until - (_http_date(headers.get("date", "")) or now)
    return min(wait, LONGEST_RETRY_AFTER) if wait > timedelta(0) else None


def _seconds(written: str) -> int | None:
    written = written.strip()
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 16 else None


def _http_date(written: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(written)
    # OverflowError: offsets of any length are taken for numbers.
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def host_delay(host: str, usual: timedelta) -> timedelta:
    """Time between two requests to a host: `usual`, or longer where a host is known to want that; 0 if that is 0."""
    longest = (delay for name, delay in _SLOW_HOSTS if host == name or host.endswith(f".{name}"))
    return max(usual, next(longest, usual)) if usual else usual


_SLOW_HOSTS = (
    ("reddit.com", timedelta(seconds=60)),
    ("openrss.org", timedelta(seconds=60)),
)
"""Hosts that refuse whoever comes more often, with what they want between two requests."""


@dataclass(frozen=True, slots=True)
class Setback:
    """What follows from a visit that failed."""

    next_visit_at: datetime
    host_until: datetime | None = None
    """Until when the whole host is left alone; None if only the feed is."""
    stop: bool = False
    """True if the feed is given up."""


def after_failure(
    pace: Pace, feed: Feed, error: FetchFailed, now: datetime, chance: float
) -> Setback:
    """What to do about a failure: wait ever longer, as long as asked, or give up what is gone for good."""
    doubled = 2.0 ** min(feed.failures, 12)
    jitter = 0.9 + 0.2 * chance
    # Trouble is no reason to come sooner than while all was well.
    usual = max(timedelta(seconds=feed.interval), pace.minimum)
    asked = retry_after(error.headers, now)
    if error.failure is Failure.GONE:
        twice = feed.failure is Failure.GONE and feed.failing_since is not None
        return Setback(now + _DAY, stop=twice)
    if error.failure is Failure.BUSY:
        if error.detail == "paused":
            # Nobody was asked: it redirects to a host that is left alone.
            return Setback(now + max(usual, _HOUR))
        least = max(2 * usual, _HOUR)
        wait = max(least, min(least * doubled * jitter, _DAY))
        if asked is not None:
            # A short pause is no invitation to come back as often.
            wait = max(asked, wait if feed.failures else usual)
        until = now + min(wait, LONGEST_RETRY_AFTER)
        return Setback(until, until if error.detail == "429" else None)
    base, longest = max(pace.minimum, timedelta(minutes=30), usual), max(_DAY, pace.maximum)
    if error.failure is Failure.BLOCKED:
        base = max(base, timedelta(hours=4))
    elif error.failure is Failure.STATUS and error.detail == "404":
        longest = _WEEK
    if pace.hurries(feed.url):
        base = pace.quick
    wait = max(min(base * doubled * jitter, longest), asked or timedelta(0))
    return Setback(_not_skipped(feed, now + wait, _SPREAD * chance))


def permanent_target(hops: Sequence[Hop]) -> str | None:
    """Where a chain of redirects has moved to for good; None if nowhere.

    It ends at its first hop that is temporary, or that would give up encryption (RFC 9110, 15.4).
    """
    target = None
    for hop in hops:
        if hop.status not in (301, 308) or not hop.target:
            break
        if hop.url.startswith("https:") and not hop.target.startswith("https:"):
            break
        target = hop.target
    return target
