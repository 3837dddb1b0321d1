"""What one process does of the whole: with PostgreSQL, several can share the work."""

from enum import StrEnum


class Role(StrEnum):
    """A part of the work."""

    POLL = "poll"
    """Visits feeds and pages, and asks hubs; any number of processes."""
    DELIVER = "deliver"
    """Composes digests, sends messages, cleans up; one process at work, others wait."""
    CHAT = "chat"
    """Deals with what people type and press; behind webhooks any number, with long polling one at a time."""


EVERY_ROLE = frozenset(Role)

SCHEDULER = "scheduler"
"""The single role of whoever composes, learns, indexes and cleans up."""

_WRITE = "all, or of poll, deliver and chat those that this process has, with commas between them"


def parse_roles(text: str) -> frozenset[Role]:
    """The roles that are named, at least one. Raises ValueError with words for the operator."""
    named = {name.strip().lower() for name in text.split(",") if name.strip()}
    if named == {"all"}:
        return EVERY_ROLE
    if not named or not named <= set(Role):
        raise ValueError(f"write {_WRITE}")
    return frozenset(Role(name) for name in named)


def courier_of(token: str) -> str:
    """The single role of whoever sends the messages of a bot."""
    return f"courier of {_bot_id(token)}"


def listener_to(token: str) -> str:
    """The single role of whoever asks Telegram for a bot's updates."""
    return f"updates of {_bot_id(token)}"


def _bot_id(token: str) -> str:
    # Public, other than what stands behind the colon.
    return token.partition(":")[0]
