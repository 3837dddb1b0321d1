"""What use cases give back."""

from dataclasses import dataclass

from news.opml import Rejected
from storage.records import FeedId, Kind, Story


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following something."""

    kind: Kind
    target: int
    """A FeedId or TopicId."""
    name: str
    already: bool
    """True if the chat followed it before; then nothing changed."""
    stories: tuple[Story, ...]
    """A few current stories of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A page with several feeds, of which the reader may choose."""

    page: str
    feeds: tuple[tuple[FeedId, str], ...]
    """With what they are called; at least two."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of following a whole list."""

    followed: int
    already: int
    over_limit: int
    """Feeds for which the chat had no room."""
    rejected: tuple[Rejected, ...]
