"""How many stories a day belonged to a query lately, and the same as one line of text.

articles that belong to it ─▶ each story once, on the day of its first one ─▶ days ─▶ ▁▂▁▅█
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from news.wall_clock import shown, zone_of
from storage.records import FeedId, Story, StoryId

DAYS = 30

UNCOUNTED = "·"
_BARS = "▁▂▃▄▅▆▇█"
"""The lowest is for days with nothing, so that one story can be told from none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that belongs to the query."""

    story_id: StoryId
    feed_id: FeedId
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the reader's calendar."""

    date: date
    stories: int | None
    """Those whose first article came on it; None if nobody looked back so far."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The last days of a query."""

    query: str
    """As it was typed."""
    days: tuple[Day, ...]
    """DAYS of them, oldest first; the last one is today, and not over."""
    largest: Story | None
    """The story that most outlets told, of those that are counted; None if there are none."""
    cut: bool = False
    """True if there was too much to look at all days that were asked for."""

    @property
    def total(self) -> int:
        """The stories of all days."""
        return sum(day.stories or 0 for day in self.days)

    @property
    def peak(self) -> Day | None:
        """The day with the most stories, the latest of equals; None without any story."""
        return max(
            (day for day in self.days if day.stories),
            key=lambda day: (day.stories or 0, day.date),
            default=None,
        )

    @property
    def counted(self) -> tuple[Day, ...]:
        """The days that were looked at: all unless too much came in, or others were asked for."""
        return tuple(day for day in self.days if day.stories is not None)


def last_days(now: datetime, zone: str) -> tuple[date, ...]:
    """The dates of the last DAYS days in a zone (IANA name), oldest first, today included."""
    last = shown(now, zone_of(zone)).date()
    return tuple(last - timedelta(days=ago) for ago in reversed(range(DAYS)))


def by_day(
    hits: Iterable[Hit],
    days: Iterable[date],
    zone: str,
    looked_back_to: datetime | None = None,
    asked: tuple[datetime | None, datetime | None] = (None, None),
) -> tuple[tuple[Day, ...], StoryId | None]:
    """The stories of each day, and which of them is the largest, the newest of equals.

    Articles from before the days tell which stories are older. With `looked_back_to`, nobody looked at
    what came before that article: its day and earlier ones are not counted. Neither are days that end
    before the first moment of `asked`, or begin at the second, which is the end, or after it.
    """
    local = zone_of(zone)
    first: dict[StoryId, datetime] = {}
    outlets: dict[StoryId, set[FeedId]] = {}
    articles: Counter[StoryId] = Counter()
    for hit in hits:
        first[hit.story_id] = min(hit.published_at, first.get(hit.story_id, hit.published_at))
        outlets.setdefault(hit.story_id, set()).add(hit.feed_id)
        articles[hit.story_id] += 1
    partial = None if looked_back_to is None else shown(looked_back_to, local).date()
    since, end = asked
    first_day = None if since is None else shown(since, local).date()
    last_day = None if end is None else shown(end - timedelta.resolution, local).date()
    counted = {
        day
        for day in days
        if (partial is None or day > partial)
        and (first_day is None or day >= first_day)
        and (last_day is None or day <= last_day)
    }
    begun = {id: shown(at, local).date() for id, at in first.items()}
    stories = Counter(day for day in begun.values() if day in counted)
    largest = max(
        (id for id, day in begun.items() if day in counted),
        key=lambda story: (len(outlets[story]), articles[story], first[story], story),
        default=None,
    )
    return tuple(Day(day, stories[day] if day in counted else None) for day in days), largest


def sparkline(days: Iterable[Day]) -> str:
    """One character for each day, UNCOUNTED for those that were not counted."""
    shown = tuple(days)
    most = max((day.stories or 0 for day in shown), default=0)
    return "".join(
        UNCOUNTED if day.stories is None else _BARS[_height(day.stories, most)] for day in shown
    )


def _height(stories: int, most: int) -> int:
    """0 for none, 1 … 7 for the rest, rounded up."""
    return -(-stories * (len(_BARS) - 1) // most) if stories else 0
