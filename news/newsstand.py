"""What is new, and what chats were told of it, read for several chats at once: each topic and feed is read once for all.

turns of some chats ─▶ prepare: the topics and feeds that nobody asked for before ─▶ candidates of each chat
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from storage import joins, rounds
from storage.batches import batches
from storage.database import Transaction
from storage.records import (
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    StoryId,
    Subscription,
    Told,
)
from storage.rounds import Arrival, Target

MOST = 50_000
"""The newest articles that a digest chooses from, each counted for every subscription that wants it."""

_KEPT = 400_000
"""Articles of all topics and feeds together, each counted for everything that it belongs to."""

_AT_ONCE = 400
"""Topics and feeds of one question."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is new of one topic or feed."""

    after: ArticleId
    """What is new behind this article is here."""
    articles: tuple[Arrival, ...]
    noted: tuple[ArticleId, ...]
    """The article behind which each is new."""
    scores: tuple[float, ...]
    """How much each is about it."""
    stories: tuple[StoryId, StoryId] | None
    """The first and the last of theirs by number; None if there are none."""


class Newsstand:
    """What is new of topics and feeds up to one article, kept while many digests are made. At most about 50 MB."""

    def __init__(self) -> None:
        self._up_to: ArticleId | None = None
        self._shelves: LRUCache[Target, _Shelf] = LRUCache(
            _KEPT, lambda shelf: min(len(shelf.articles) + 1, _KEPT)
        )
        self._articles: dict[ArticleId, Arrival] = {}
        """Each of them once, though it belongs to many topics."""
        self._told: dict[ChatId, dict[StoryId, Told]] = {}
        self._told_of: tuple[StoryId, StoryId] | None = None
        """The first and the last story that this was asked of."""
        self._joined: int | None = None

    async def prepare(
        self,
        tx: Transaction,
        turns: Sequence[tuple[Chat, Sequence[Subscription]]],
        up_to: ArticleId,
    ) -> bool:
        """Read what these chats need that is not at hand, each given with what it follows.

        True if stories have become others since the last time: then nothing older is true any more.
        """
        joined = await joins.newest_join(tx)
        changed = self._joined is not None and joined != self._joined
        if changed or up_to != self._up_to:
            self._shelves.clear()
            self._articles.clear()
        self._joined, self._up_to = joined, up_to
        wanted: dict[ArticleId, set[Target]] = defaultdict(set)
        for chat, listed in turns:
            for item in listed:
                wanted[chat.digested_to].add(_target(item))
        # Who is farthest behind comes first: what is read for it serves the others.
        for after, targets in sorted(wanted.items()):
            new = sorted(one for one in targets if self._shelf(one, after) is None)
            for some in batches(new, _AT_ONCE):
                await self._read(tx, some, after, up_to)
        shelves = [
            self._shelf(_target(item), chat.digested_to)
            for chat, listed in turns
            for item in listed
        ]
        stories = [shelf.stories for shelf in shelves if shelf is not None and shelf.stories]
        self._told, self._told_of = {}, None
        if stories:
            first, last = min(one for one, _ in stories), max(one for _, one in stories)
            ids = [chat.id for chat, _ in turns]
            self._told, self._told_of = await rounds.told_of(tx, ids, first, last), (first, last)
        return changed

    async def _read(
        self, tx: Transaction, targets: Sequence[Target], after: ArticleId, up_to: ArticleId
    ) -> None:
        found = await rounds.news_of(tx, targets, after, up_to, MOST)
        if found is None:
            # So much that each chat has to ask for the newest of its own.
            return
        if len(self._articles) > 2 * MOST:
            self._articles.clear()
        for target, news in found.items():
            stories = [story for (_, story, _, _), _, _ in news]
            self._shelves[target] = _Shelf(
                after,
                tuple([self._articles.setdefault(one[0], one) for one, _, _ in news]),
                tuple([noted for _, noted, _ in news]),
                tuple([score for _, _, score in news]),
                (min(stories), max(stories)) if stories else None,
            )

    def _shelf(self, target: Target, after: ArticleId) -> _Shelf | None:
        shelf = self._shelves.get(target)
        return None if shelf is None or shelf.after > after else shelf

    def candidates(
        self, listed: Sequence[Subscription], after: ArticleId, up_to: ArticleId
    ) -> list[Candidate] | None:
        """As `storage.candidates.news_for`, of these subscriptions, in no order; None if that is not at hand."""
        if up_to != self._up_to:
            return None
        found: list[Candidate] = []
        for item in listed:
            shelf = self._shelf(_target(item), after)
            if shelf is None:
                return None
            first = max(after, item.after_article)
            id = item.id
            if first == shelf.after:
                rows = zip(shelf.articles, shelf.scores, strict=True)
                found += [Candidate(id, *article, score) for article, score in rows]
            else:
                all_of = zip(shelf.articles, shelf.noted, shelf.scores, strict=True)
                found += [Candidate(id, *one, score) for one, at, score in all_of if at > first]
        return found if len(found) <= MOST else None

    def told(self, chat_id: ChatId, among: Collection[StoryId]) -> Mapping[StoryId, Told] | None:
        """What the chat was told of these stories, and maybe of others; None if that is not at hand.

        Given once only: by the next time it may be told more.
        """
        told = self._told.pop(chat_id, None)
        if told is None or self._told_of is None or not among:
            return told
        first, last = self._told_of
        return told if first <= min(among) and max(among) <= last else None


def _target(item: Subscription) -> Target:
    return item.kind, item.target
