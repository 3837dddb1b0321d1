"""Where the time comes from: everywhere else it is an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time, aware and UTC."""
    return datetime.now(UTC)
