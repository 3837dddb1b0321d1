"""What use cases give back."""

from dataclasses import dataclass

from storage.records import Kind, Story


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
