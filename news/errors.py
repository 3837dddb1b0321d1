"""What can go wrong with what people ask for, as types that the handlers turn into sentences.

NewsError
├── BadQuery        a topic or search that can't be understood
├── BadSchedule     a "when" that can't be understood
├── BadQuiet        quiet hours that can't be understood
├── BadAddress      an address that can't be followed, as can be told from it alone
├── FetchFailed     an address that brought nothing, with the kind of failure
├── NoFeedFound     an address that leads to no feed, with what was tried
├── NoSuchNumber    a number that is not in the chat's list
├── ShareSpent       more new feeds than a chat may have visited for it alone, for now
├── ChatForgotten   the chat was deleted while something was looked up for it
└── LimitReached    the chat follows as much as it may
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.records import Failure


class NewsError(Exception):
    """Something a person can mend, or at least understand."""


class BadQuery(NewsError):
    """A query that can't be understood."""

    def __init__(self, reason: str, position: int = 0, what: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        """One of these:

        - `empty`, `long` (characters), `terms`, `words` (of a phrase), `depth` (parentheses in each other);
        - `markup` (< or >), `symbols` (nothing to look for, here or at all);
        - `open_quote`, `open_paren`, `close_paren` (without its other end);
        - `operator` (nothing beside it), `only_not` (nothing that it is excluded from),
          `only_time` (for a topic, which has to say more than when);
        - `prefix`, `language`, `date` (not known), `prefix_alone` (with nothing behind it).
        """
        self.position = position
        """Where in the text, counted in characters from 0."""
        self.what = what
        """What stands there and is not understood; may be empty."""


class BadSchedule(NewsError):
    """A schedule that can't be read."""

    def __init__(self, several: bool = False, interval: bool = False) -> None:
        super().__init__()
        self.several = several
        """Whether it has more than one time of day, which no schedule has."""
        self.interval = interval
        """Whether it is a distance that no schedule has: "every 2 days"."""


class BadQuiet(NewsError):
    """Quiet hours that can't be read, or that would last all day."""


class BadAddress(NewsError):
    """An address that can't be followed, as can be told from it alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """`scheme` (none of the web), `password` (it carries one), `long`, `mail` (that of a person)."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain of redirects."""

    url: str
    status: int
    target: str = ""
    """Where it sent us; empty for the last one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said besides a body."""

    hops: tuple[Hop, ...]
    """From the address that was asked for to the one that answered."""
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.hops[-1].url


class FetchFailed(NewsError):
    """An address that brought nothing."""

    def __init__(self, failure: Failure, detail: str = "", answer: Answer | None = None) -> None:
        super().__init__(failure, detail, answer)
        self.failure = failure
        self.detail = detail
        self.answer = answer
        """None if no server was heard."""

    def __str__(self) -> str:
        return f"{self.failure.value} {self.detail}".rstrip()

    @property
    def headers(self) -> Mapping[str, str]:
        """What the server said besides; empty if none was heard."""
        return self.answer.headers if self.answer else {}

    def place(self, asked: str) -> str:
        """The address that failed: the one that was asked for, or where it led."""
        return self.answer.url if self.answer else asked


class NoFeedFound(NewsError):
    """An address that leads to no feed."""

    def __init__(self, tried: tuple[str, ...]) -> None:
        super().__init__(tried)
        self.tried = tried
        """The addresses that were asked for, in order."""


class NoSuchNumber(NewsError):
    """A number or name that is not in the list of `count` subscriptions."""

    def __init__(self, count: int) -> None:
        super().__init__(f"not among {count}")
        self.count = count


class ShareSpent(NewsError):
    """A chat has added as many feeds that nobody else follows as it may for now."""


class ChatForgotten(NewsError):
    """A chat had everything of it deleted, or moved to another id, while it waited for an answer."""


class LimitReached(NewsError):
    """The chat follows `limit` things, which is all it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"limit of {limit}")
        self.limit = limit
