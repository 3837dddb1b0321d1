"""What was found in the texts of stories, kept by what they say.

To tell reprints apart and to choose sentences takes milliseconds a story, and many chats ask about the same
ones. An article may be corrected, or its page read later: then its story says something else, and is looked
at again.
"""

from collections.abc import Collection

from cachetools import LRUCache

from news.importance import reports_of
from news.rarity import Rarity
from news.stories import part_of
from news.summary import summarise, what_is_new
from storage.records import Article, ArticleId, Story

_REPORTS = 50_000
_SUMMARIES = 20_000


class Findings:
    """Good for as long as the process runs; at most about 30 MB."""

    def __init__(self) -> None:
        """Nothing was found yet."""
        self._reports: LRUCache[int, tuple[ArticleId, ...]] = LRUCache(_REPORTS)
        self._summaries: LRUCache[int, str] = LRUCache(_SUMMARIES)
        self._rarity: Rarity | None = None

    def reports(self, story: Story) -> tuple[Article, ...]:
        """As `news.importance.reports_of`."""
        key = _says(story)
        ids = self._reports.get(key)
        if ids is None:
            ids = self._reports[key] = tuple(one.id for one in reports_of(story))
        by_id = {one.id: one for one in story.articles}
        return tuple(by_id[id] for id in ids)

    def summary(
        self, story: Story, told: Collection[int], update: bool, limit: int, rarity: Rarity | None
    ) -> str:
        """What those articles of a story are told with that are to be `told`; empty if it has none of them.

        Of an `update`, it is what its other articles did not say. `limit` is in characters, and `rarity` what
        was learnt of words.
        """
        if rarity is not self._rarity:
            # Sentences are chosen by what words are rare.
            self._summaries.clear()
            self._rarity = rarity
        new = part_of(story, told)
        if new is None:
            return ""
        key = hash((_says(new), _says(story) if update else None, limit))
        known = self._summaries.get(key)
        if known is None:
            known = self._summaries[key] = _summary(story, new, update, limit, rarity)
        return known

    def forget(self) -> None:
        """Keep nothing of what was found."""
        self._reports.clear()
        self._summaries.clear()


def _summary(story: Story, new: Story, update: bool, limit: int, rarity: Rarity | None) -> str:
    if not update:
        return summarise(new, limit, rarity)
    told = {one.id for one in new.articles}
    old = [one for one in story.articles if one.id not in told]
    return what_is_new(old, new.articles, limit, rarity)


def _says(story: Story) -> int:
    """A number for what a story says, that means nothing outside this process (texts are hashed with its secret)."""
    return hash(
        tuple(
            (one.id, one.outlet, one.url, one.language, one.title, one.summary, one.text)
            for one in story.articles
        )
    )
