"""What of a story is to be told: all of it, or what is new since it was told, if it has moved on."""

from collections.abc import Collection, Sequence
from itertools import chain

from news.importance import vocabulary
from news.stories import independent
from storage.records import Article, FeedId, Story, Told

_NEW_WORDS, _NEW_WITH_NUMBERS = 0.5, 0.35
"""Share of its words that are new when a story moved on; the second one if new figures are in the headline."""

_SAID = 400
"""Characters of a new summary that tell what it is about."""

_READ = 3000
"""Characters of an old text that may have said it before."""

_COMPARED = 100
"""The newest of the old articles that are read."""


def untold(
    story: Story,
    told: Told | None,
    followed: Collection[FeedId] = (),
    whole: Story | None = None,
) -> Story | None:
    """A story as it is to be told, given with all its texts; None if there is nothing to tell.

    That is all of it if it was not told before; else the articles that came since, if it moved on. `followed`
    are the feeds that the chat follows by themselves; `whole` is the story with what is hidden from the chat.
    """
    if told is None:
        return story
    new = tuple(one for one in story.articles if one.id > told.up_to and not one.archived)
    # What is hidden now may be what it was told with.
    old = tuple(one for one in (whole or story).articles if one.id <= told.up_to)
    if not new or (old and not moved_on(old, new, followed)):
        return None
    return Story(story.id, new)


def moved_on(
    old: Sequence[Article], new: Sequence[Article], followed: Collection[FeedId] = ()
) -> bool:
    """Whether new articles of a story that was told are worth telling it again.

    Much of what they say must stand in none of the old ones, in two reports at least that are no reprints; one
    is enough from a feed that the chat follows, which it wants to read on for itself.
    """
    newest = sorted(old, key=lambda one: one.id, reverse=True)[:_COMPARED]
    before = set(
        chain.from_iterable(
            vocabulary(text)
            for one in newest
            for text in (one.title, one.summary[:_READ], one.text[:_READ])
        )
    )
    fresh = [one for one in independent(Story(new[0].story_id, tuple(new))) if _brings(one, before)]
    return len(fresh) > 1 or any(one.feed_id in followed for one in fresh)


def _brings(article: Article, before: Collection[str]) -> bool:
    headline = vocabulary(article.title)
    said = headline | vocabulary(article.summary[:_SAID])
    new = said.difference(before)
    figures = any(word[0].isdigit() for word in new & headline)
    return len(new) >= (_NEW_WITH_NUMBERS if figures else _NEW_WORDS) * len(said)
