"""What can go wrong with what people ask for, as types that the handlers turn into sentences.

NewsError
├── BadQuery        a topic or search that can't be understood
├── BadSchedule     a "when" that can't be understood
├── FetchFailed     an address that brought nothing, with the kind of failure
├── NoSuchNumber    a number that is not in the chat's list
└── LimitReached    the chat follows as much as it may
"""

from storage.records import Failure


class NewsError(Exception):
    """Something a person can mend, or at least understand."""


class BadQuery(NewsError):
    """A query that can't be understood."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        """`empty`, `long`, `markup`, `symbols` or `operator`."""
        self.position = position
        """Where in the text, counted in characters from 0."""


class BadSchedule(NewsError):
    """A schedule that can't be read."""


class FetchFailed(NewsError):
    """An address that brought nothing."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure.value} {detail}".rstrip())
        self.failure = failure
        self.detail = detail


class NoSuchNumber(NewsError):
    """A number or name that is not in the list of `count` subscriptions."""

    def __init__(self, count: int) -> None:
        super().__init__(f"not among {count}")
        self.count = count


class LimitReached(NewsError):
    """The chat follows `limit` things, which is all it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"limit of {limit}")
        self.limit = limit
