"""How much Telegram takes in how much time, and a meter that keeps to it and writes everything down.

Sends and edits count alike: for Telegram an edit is a message as well. Answers to presses, chat actions
and questions are free. A message counts when it is taken; what is refused does not count.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple, NoReturn

from bot.console.refusals import too_many

METERED = frozenset(
    {
        "sendMessage",
        "sendRichMessage",
        "sendDocument",
        "sendPhoto",
        "editMessageText",
        "editMessageReplyMarkup",
    }
)
"""The methods that count."""


@dataclass(frozen=True, slots=True)
class Window:
    """No more than `count` messages in any stretch of `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram allows; each is a few windows that all must have room."""

    overall: tuple[Window, ...] = (Window(30, 1.0),)
    paid: tuple[Window, ...] = (Window(1000, 1.0),)
    """For paid broadcasts, which leave the overall limit alone."""
    private: tuple[Window, ...] = (Window(3, 1.0), Window(15, 10.0))
    """One a second, with bursts: three at once, and five more than one a second in ten seconds."""
    group: tuple[Window, ...] = (Window(3, 1.0), Window(20, 60.0))
    """Groups and channels."""
    halt: float = 3.0
    """Seconds for which nothing is taken once the bot as a whole was too fast."""


UNLIMITED = Limits((), (), (), ())
"""For whoever wants the account and no limits."""


class Accepted(NamedTuple):
    """A message that was taken, or an edit of one."""

    at: float
    """Seconds of the meter's clock."""
    method: str
    chat_id: int
    message_id: int
    thread_id: int | None
    content: str
    """Text, Rich HTML or caption as it was understood; empty for an edit of buttons alone."""
    silent: bool
    paid: bool


class Refused(NamedTuple):
    """A 429."""

    at: float
    chat_id: int
    scope: str
    """`chat` or `bot`: who has to wait."""
    retry_after: int
    cause: str
    """`limit`: the bot was too fast; `injected`: it was not, and was told so all the same;
    `halted`: it did not wait for the end of one that was injected."""


class _Tally:
    """When the last messages were taken, as far back as the windows look."""

    __slots__ = ("_times", "_windows")

    def __init__(self, windows: tuple[Window, ...]) -> None:
        self._windows = windows
        self._times: deque[float] = deque(maxlen=max((w.count for w in windows), default=0))

    def wait(self, now: float) -> float:
        """Seconds until all windows have room; 0 if they have it now."""
        times = self._times
        return max(
            (
                times[-window.count] + window.seconds - now
                for window in self._windows
                if len(times) >= window.count and now - times[-window.count] < window.seconds
            ),
            default=0.0,
        )

    def add(self, now: float) -> None:
        self._times.append(now)


@dataclass(slots=True)
class _Halt:
    until: float
    injected: bool


@dataclass(slots=True)
class Meter:
    """Keeps the limits of one bot. `seconds` is a clock that is never set back."""

    limits: Limits
    seconds: Callable[[], float]
    accepted: list[Accepted] = field(default_factory=list)
    """Everything that was taken, in the order in which it was."""
    refused: list[Refused] = field(default_factory=list)
    """Every 429."""
    _overall: dict[bool, _Tally] = field(init=False)
    _chats: dict[int, _Tally] = field(init=False, default_factory=dict)
    _halts: dict[tuple[str, int], _Halt] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._overall = {False: _Tally(self.limits.overall), True: _Tally(self.limits.paid)}

    def check(self, chat_id: int, private: bool, paid: bool) -> None:
        """Let a message pass, or raise the ApiError that says how long to wait."""
        now = self.seconds()
        for scope, key in (("bot", _of_bot(paid)), ("chat", _of_chat(chat_id))):
            halt = self._halts.get(key)
            if halt is not None:
                if now < halt.until:
                    cause = "halted" if halt.injected else "limit"
                    self._refuse(now, chat_id, scope, halt.until - now, cause)
                del self._halts[key]
        if self._overall[paid].wait(now):
            self._halts[_of_bot(paid)] = _Halt(now + self.limits.halt, injected=False)
            self._refuse(now, chat_id, "bot", self.limits.halt, "limit")
        if wait := self._tally(chat_id, private).wait(now):
            self._refuse(now, chat_id, "chat", wait, "limit")

    def take(self, private: bool, message: Accepted) -> None:
        """Count a message that was taken, and keep it."""
        self._overall[message.paid].add(message.at)
        self._tally(message.chat_id, private).add(message.at)
        self.accepted.append(message)

    def halt(self, seconds: int, chat_id: int, *, whole_bot: bool) -> NoReturn:
        """Tell the sender of a message to this chat to wait, though nothing was too fast; raises ApiError.

        Until then the chat takes nothing, or the bot as a whole sends nothing.
        """
        now = self.seconds()
        for key in (_of_bot(False), _of_bot(True)) if whole_bot else (_of_chat(chat_id),):
            self._halts[key] = _Halt(now + seconds, injected=True)
        self._refuse(now, chat_id, "bot" if whole_bot else "chat", seconds, "injected")

    def _tally(self, chat_id: int, private: bool) -> _Tally:
        tally = self._chats.get(chat_id)
        if tally is None:
            windows = self.limits.private if private else self.limits.group
            tally = self._chats[chat_id] = _Tally(windows)
        return tally

    def _refuse(self, now: float, chat_id: int, scope: str, wait: float, cause: str) -> NoReturn:
        seconds = max(1, ceil(wait))
        self.refused.append(Refused(now, chat_id, scope, seconds, cause))
        raise too_many(seconds)


def _of_bot(paid: bool) -> tuple[str, int]:
    return ("bot", int(paid))


def _of_chat(chat_id: int) -> tuple[str, int]:
    return ("chat", chat_id)
