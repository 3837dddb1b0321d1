"""Whether a story that was told has moved on by enough to be told again."""

from collections.abc import Collection, Sequence

from news.importance import vocabulary
from news.stories import independent
from storage.records import Article, FeedId, Story

_NEW_WORDS, _NEW_WITH_NUMBERS = 0.5, 0.35
"""Share of its words that are new when a story moved on; the second one if new figures are among them."""


def moved_on(
    old: Sequence[Article], new: Sequence[Article], followed: Collection[FeedId] = ()
) -> bool:
    """Whether new articles of a story that was told are worth telling it again.

    Much of what they say must be new, in two reports at least that are no reprints; one is enough from
    a feed that the chat follows, which it wants to read on for itself.
    """
    before = set().union(*(_said(one) for one in old))
    fresh = [one for one in independent(Story(new[0].story_id, tuple(new))) if _brings(one, before)]
    return len(fresh) > 1 or any(one.feed_id in followed for one in fresh)


def _brings(article: Article, before: Collection[str]) -> bool:
    said = _said(article)
    new = said.difference(before)
    figures = any(word[0].isdigit() for word in new & vocabulary(article.title))
    return len(new) >= (_NEW_WITH_NUMBERS if figures else _NEW_WORDS) * len(said)


def _said(article: Article) -> frozenset[str]:
    return vocabulary(article.title) | vocabulary(article.summary[:400])
