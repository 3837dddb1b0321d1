"""Looking for a query in everything that is kept.

    query ─▶ what the index is asked for ─▶ candidates, newest or best first
    candidate ─▶ `news.matching`, as on arrival ─▶ its story, at its place in the list

The index (`storage.search`) knows words and places, not what an article says of them: it gives somewhat
more than is wanted, never less, and every candidate is held against the query itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from news import query
from news.archive import readings, sources, subject_of_article
from news.indexing import wanted_of
from news.matching import ENOUGH, Matcher, Source, is_from, moment_of
from news.mutes import Muted, are_everywhere
from news.stories import WINDOW
from news.trend import Hit, Trend, by_day, last_days
from news.wall_clock import beginning
from storage import articles, search
from storage.batches import batches
from storage.database import Transaction
from storage.records import Article, ArticleId, FeedId, Found, Position, Story, StoryId, position

_AT_ONCE = 40
"""Candidates that are read together; a page of ten stories rarely needs more."""

_MOST = 20_000
"""Candidates that are looked at for one page."""

_RECENT = 2_000
"""The newest candidates, among which the best are chosen."""

BEST = 50
"""Stories that are found best first."""

_SHOWN = 50
"""Articles of a story that are held together against a query which leaves some out, the newest first."""

TREND_ARTICLES = 4_000
"""Candidates that are looked at for a trend, newest first."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A story in a list that is in order of time."""

    position: Position
    """Of its newest article that belongs to the query: the place of the story in the list."""
    story: Story


async def newest(
    tx: Transaction,
    wanted: query.Query,
    now: datetime,
    *,
    limit: int,
    beyond: Position | None = None,
    newest_first: bool = True,
    up_to: ArticleId | None = None,
) -> tuple[Placed, ...]:
    """Stories that belong to a query, in order of time, none twice: a story stands at its newest article.

    `beyond` goes on behind a place; with `newest_first=False` towards newer ones, nearest first. Articles
    after `up_to` are left out, so that what arrives meanwhile shifts nothing.
    """
    looking = await _Looking.begin(tx, wanted, now, up_to)
    # Whoever comes from the top has met whatever is newer.
    sure = newest_first and beyond is None
    found: dict[StoryId, Placed] = {}
    seen: set[StoryId] = set()
    waiting: list[Found] = []
    async for candidate in looking.walk(beyond, newest_first):
        story_id = candidate.article.story_id
        if story_id in seen or story_id in found or not looking.belongs(candidate.article):
            continue
        if newest_first:
            seen.add(story_id)
        waiting.append(candidate)
        # Stories are read together, no more than there is room for.
        if len(found) + len(waiting) >= limit:
            await looking.place(waiting, found, sure)
            waiting.clear()
            if len(found) >= limit:
                break
    await looking.place(waiting, found, sure)
    return tuple(found.values())[:limit]


async def as_kept(tx: Transaction, wanted: query.Query, now: datetime) -> query.Query:
    """A query as it finds something: words in capitals count in any case where nothing has them in capitals.

    Those that every text has, such as WHO, never do.
    """
    plain = query.in_any_case(wanted)
    capitals = [
        node
        for node in query.parts_of(wanted.tree)
        if isinstance(node, query.Phrase) and node.capitals and not node.literal
    ]
    if plain is None or any(are_everywhere(phrase.words) for phrase in capitals):
        return wanted
    if await newest(tx, wanted, now, limit=1):
        return wanted
    return plain if await newest(tx, plain, now, limit=1) else wanted


async def best(
    tx: Transaction,
    wanted: query.Query,
    now: datetime,
    up_to: ArticleId | None = None,
    limit: int = BEST,
) -> tuple[StoryId, ...]:
    """The stories that belong most to a query among the recent ones, at most `limit`, none twice."""
    looking = await _Looking.begin(tx, wanted, now, up_to)
    chosen: dict[StoryId, None] = {}
    async for article in looking.ranked():
        if article.story_id not in chosen and looking.belongs(article):
            chosen[article.story_id] = None
            if len(chosen) == limit:
                break
    return tuple(chosen)


async def shown(
    tx: Transaction, wanted: query.Query, ids: Sequence[StoryId], now: datetime
) -> tuple[Story, ...]:
    """These stories in their order, without articles that a query keeps away on purpose."""
    looking = await _Looking.begin(tx, wanted, now, None)
    return tuple(looking.shown(story) for story in await articles.get_stories(tx, ids))


async def matching(
    tx: Transaction, wanted: query.Query, now: datetime, limit: int
) -> dict[ArticleId, float]:
    """The newest articles that belong to a query, at most `limit`, with their scores."""
    looking = await _Looking.begin(tx, wanted, now, None)
    found: dict[ArticleId, float] = {}
    async for candidate in looking.walk(None, newest_first=True):
        reached = looking.score(candidate.article)
        if reached >= ENOUGH:
            found[candidate.article.id] = reached
            if len(found) == limit:
                break
    return found


async def trend(
    tx: Transaction,
    wanted: query.Query,
    now: datetime,
    zone: str,
    most: int = TREND_ARTICLES,
    muted: Muted | None = None,
) -> Trend:
    """How many stories a day belonged to a query in the last days of a zone (IANA name).

    At most `most` candidates are looked at; the days that they do not reach back to are not counted. A
    story that goes on from the days before the first one is no story of these. What is `muted` does not count.
    """
    days = last_days(now, zone)
    looking = await _Looking.begin(tx, wanted, now, None, beginning(days[0], zone) - WINDOW)
    muted = muted or Muted()
    hits: list[Hit] = []
    ended: set[StoryId] = set()
    looked_back_to = None
    looked = 0
    async for candidate in looking.walk(None, newest_first=True):
        article = candidate.article
        if looked == most:
            looked_back_to = article.published_at
            break
        looked += 1
        if muted and muted.ends(article):
            ended.add(article.story_id)
        elif looking.belongs(article) and not (muted and muted.hides(article)):
            hits.append(Hit(article.story_id, article.feed_id, article.published_at))
    hits = [hit for hit in hits if hit.story_id not in ended]
    counted, largest = by_day(hits, days, zone, looked_back_to, _bounds(wanted.tree, now))
    stories = () if largest is None else await articles.get_stories(tx, [largest])
    shown = [left for story in stories if (left := muted.without(story)) is not None]
    return Trend(wanted.text, counted, next(iter(shown), None), looked_back_to is not None)


class _Looking:
    """One query on its way through the archive."""

    def __init__(
        self,
        tx: Transaction,
        wanted: query.Query,
        now: datetime,
        up_to: ArticleId | None,
        known: Mapping[FeedId, Source],
        since: datetime | None,
    ) -> None:
        self._tx = tx
        self._now = now
        self._up_to = up_to
        self._matcher = Matcher(wanted.tree)
        self._index = wanted_of(wanted.tree)
        self._sources = known
        self._leaves_out = query.leaves_out(wanted.tree)
        asked, self._before = _bounds(wanted.tree, now)
        self._since = max((at for at in (asked, since) if at is not None), default=None)
        self._feed_ids = _feeds_of(wanted.tree, known)

    @classmethod
    async def begin(
        cls,
        tx: Transaction,
        wanted: query.Query,
        now: datetime,
        up_to: ArticleId | None,
        since: datetime | None = None,
    ) -> "_Looking":
        asks = any(isinstance(node, query.From) for node in query.parts_of(wanted.tree))
        return cls(tx, wanted, now, up_to, await sources(tx) if asks else {}, since)

    async def walk(self, beyond: Position | None, newest_first: bool) -> AsyncIterator[Found]:
        """The candidates behind a place, in order of time, at most about _MOST."""
        for _ in range(0, _MOST, _AT_ONCE):
            candidates = await self.candidates(beyond, newest_first)
            for candidate in candidates:
                yield candidate
            if len(candidates) < _AT_ONCE:
                return
            beyond = candidates[-1].position

    async def candidates(self, beyond: Position | None, newest_first: bool) -> tuple[Found, ...]:
        return await search.find(
            self._tx,
            self._index,
            limit=_AT_ONCE,
            beyond=beyond,
            newest_first=newest_first,
            since=self._since,
            before=self._before,
            up_to=self._up_to,
            feed_ids=self._feed_ids,
        )

    async def ranked(self) -> AsyncIterator[Article]:
        """The candidates among the recent ones, best first; where nothing is to be ranked, the newest."""
        if self._index is None:
            for candidate in await self.candidates(None, newest_first=True):
                yield candidate.article
            return
        best = await search.best(
            self._tx,
            self._index,
            window=_RECENT,
            limit=4 * BEST,
            since=self._since,
            before=self._before,
            up_to=self._up_to,
            feed_ids=self._feed_ids,
        )
        for some in batches(best, BEST):
            known = {one.id: one for one in await articles.get_articles(self._tx, some)}
            for id in some:
                if id in known:
                    yield known[id]

    def score(self, article: Article) -> float:
        source = self._sources.get(article.feed_id, Source())
        return self._matcher.score(subject_of_article(article, source), self._now)

    def belongs(self, article: Article) -> bool:
        source = self._sources.get(article.feed_id, Source())
        return any(
            self._matcher.matches(subject, self._now)
            for subject, _ in readings(article, source, self._matcher)
        )

    def shown(self, story: Story) -> Story:
        """A story as one is shown it who asked for this."""
        if not self._leaves_out:
            return story
        # Where none of the newest belongs, an older one does.
        for some in batches(story.articles, _SHOWN):
            if kept := tuple(one for one in some if self.belongs(one)):
                return Story(story.id, kept)
        return story

    async def place(
        self, waiting: Sequence[Found], found: dict[StoryId, Placed], sure: bool
    ) -> None:
        """Add the stories of these candidates to those that are found, each at its newest article alone.

        `sure` if the candidates are those for certain.
        """
        ids = list(dict.fromkeys(candidate.article.story_id for candidate in waiting))
        if not ids:
            return
        stories = {story.id: story for story in await articles.get_stories(self._tx, ids)}
        for candidate in waiting:
            story = stories[candidate.article.story_id]
            if story.id not in found and (sure or self._is_newest(candidate, story)):
                found[story.id] = Placed(candidate.position, self.shown(story))

    def _is_newest(self, candidate: Found, story: Story) -> bool:
        """Whether no newer article of its story belongs to the query as well."""
        return not any(
            position(other.published_at, other.id) > candidate.position
            and (self._up_to is None or other.id <= self._up_to)
            and self.belongs(other)
            for other in story.articles
        )


def _bounds(tree: query.Node, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Between which moments everything lies that belongs to a query."""
    parts = _required(tree)
    since = [moment_of(part, now) for part in parts if isinstance(part, query.Since)]
    before = [moment_of(part, now) for part in parts if isinstance(part, query.Before)]
    return max(since, default=None), min(before, default=None)


def _feeds_of(tree: query.Node, known: Mapping[FeedId, Source]) -> tuple[FeedId, ...] | None:
    """The feeds that everything comes from that belongs to a query; None for any."""
    asked = [part for part in _required(tree) if isinstance(part, query.From)]
    if not asked:
        return None
    return tuple(id for id, source in known.items() if all(is_from(part, source) for part in asked))


def _required(tree: query.Node) -> Sequence[query.Node]:
    return tree.parts if isinstance(tree, query.And) else (tree,)
