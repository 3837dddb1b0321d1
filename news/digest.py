"""What is new to a chat → a decided, ordered digest."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from news.stories import outlets
from storage.records import Candidate, Kind, Story, StoryId, Subscription, SubscriptionId

MAX_STORIES = 20


@dataclass(frozen=True, slots=True)
class Section:
    """The stories that one subscription brought."""

    subscription: Subscription
    stories: tuple[Story, ...]
    """The most widely reported first; at least one."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a chat is going to read."""

    since: datetime
    until: datetime
    sections: tuple[Section, ...]
    left_out: int
    """Stories that were new as well, beyond the number that a digest holds."""

    @property
    def stories(self) -> tuple[Story, ...]:
        """All stories, in the order in which they are told; each once."""
        return tuple(story for section in self.sections for story in section.stories)


def decide(
    candidates: Iterable[Candidate],
    stories: Sequence[Story],
    subscriptions: Sequence[Subscription],
    since: datetime,
    until: datetime,
    limit: int = MAX_STORIES,
) -> Digest:
    """Choose, order and arrange what is new.

    The most widely reported stories are chosen, newer ones among equals. A story wanted by several
    subscriptions stands under the first of them, topics before feeds.
    """
    ordered = sorted(subscriptions, key=lambda item: (item.kind is not Kind.TOPIC, item.id))
    rank = {subscription.id: place for place, subscription in enumerate(ordered)}
    home: dict[StoryId, int] = {}
    for candidate in candidates:
        place = rank.get(candidate.subscription_id)
        if place is not None:
            story_id = candidate.article.story_id
            home[story_id] = min(place, home.get(story_id, place))
    wanted = sorted(
        (story for story in stories if story.id in home),
        key=lambda story: (len(outlets(story)), story.articles[0].published_at, story.id),
        reverse=True,
    )
    arranged: dict[SubscriptionId, list[Story]] = defaultdict(list)
    for story in wanted[:limit]:
        arranged[ordered[home[story.id]].id].append(story)
    return Digest(
        since=since,
        until=until,
        sections=tuple(
            Section(subscription, tuple(arranged[subscription.id]))
            for subscription in ordered
            if subscription.id in arranged
        ),
        left_out=max(0, len(wanted) - limit),
    )
