"""What can go wrong between a bot and Telegram, decided by a script or by chance, and counted."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

from bot.console import refusals
from bot.console.limits import METERED
from bot.console.refusals import ApiError


class Fault(StrEnum):
    """One thing that goes wrong with one message."""

    # Of the line
    RESET_BEFORE = "reset before it was taken"
    RESET_AFTER = "taken, then reset"
    LATE_UNTAKEN = "never taken, and no answer for long"
    LATE_TAKEN = "taken, and no answer for long"
    SLOW = "slow on its way and back"
    GARBLED_UNTAKEN = "not taken, with an answer that is no JSON"
    GARBLED_TAKEN = "taken, with an answer that is no JSON"

    # Of Telegram
    ERROR_500 = "500"
    ERROR_502 = "502 from a gateway, in HTML"
    FLOOD_CHAT = "429 for the chat"
    FLOOD_BOT = "429 for the bot"
    BLOCKED = "blocked"
    KICKED = "kicked"
    DEACTIVATED = "deactivated"
    CHAT_NOT_FOUND = "chat not found"
    MIGRATED = "became a supergroup"
    NO_RIGHTS = "no right to write"
    TOPIC_CLOSED = "topic closed"
    TOPIC_GONE = "topic gone"
    BAD_MARKUP = "can't parse entities"
    UNKNOWN_METHOD = "method not found"


ANSWER_LOST = frozenset({Fault.RESET_AFTER, Fault.LATE_TAKEN, Fault.GARBLED_TAKEN})
"""The message was taken, and the bot can't know."""

DOUBTFUL = ANSWER_LOST | {Fault.RESET_BEFORE, Fault.LATE_UNTAKEN, Fault.GARBLED_UNTAKEN}
"""The bot can't know whether the message was taken."""

TURNED_AWAY = frozenset(
    {Fault.BLOCKED, Fault.KICKED, Fault.DEACTIVATED, Fault.CHAT_NOT_FOUND, Fault.NO_RIGHTS}
)
"""The chat takes nothing, until somebody is heard of there again."""

_IN_TOPICS_ONLY = frozenset({Fault.TOPIC_CLOSED, Fault.TOPIC_GONE})

_REFUSALS: dict[Fault, Callable[[], ApiError]] = {
    Fault.ERROR_500: refusals.internal,
    Fault.BLOCKED: refusals.blocked,
    Fault.KICKED: lambda: refusals.kicked("supergroup"),
    Fault.DEACTIVATED: refusals.deactivated,
    Fault.CHAT_NOT_FOUND: refusals.chat_not_found,
    Fault.NO_RIGHTS: refusals.no_right_to_write,
    Fault.TOPIC_CLOSED: refusals.topic_closed,
    Fault.TOPIC_GONE: refusals.thread_not_found,
    Fault.BAD_MARKUP: lambda: refusals.bad_request(
        'can\'t parse entities: Unsupported start tag "x" at byte offset 0'
    ),
    Fault.UNKNOWN_METHOD: refusals.unknown_method,
}


def refusal(fault: Fault) -> ApiError | None:
    """What Telegram answers; None if the fault is none that an answer of its own says."""
    make = _REFUSALS.get(fault)
    return None if make is None else make()


@dataclass(slots=True)
class Faults:
    """Which fault befalls which message. The same random source and the same calls give the same faults."""

    random: Random
    rates: dict[Fault, float] = field(default_factory=dict)
    """Chance of each for a message, 0 to 1; together at most 1."""
    slow_seconds: float = 0.05
    """At most this long on each way, when it is slow."""
    late_seconds: float = 30.0
    """Longer than any client waits for an answer."""
    retry_after: int = 1
    """Whole seconds, in 429s that nobody deserved."""
    counts: Counter[Fault] = field(default_factory=Counter)
    """How many there were of each kind."""
    turned_away: set[int] = field(default_factory=set)
    """Chats that were said to take nothing."""
    _scripts: dict[int, deque[Fault | None]] = field(default_factory=dict)

    def script(self, chat_id: int, faults: Iterable[Fault | None]) -> None:
        """What befalls the next messages to a chat, one each; None: nothing."""
        self._scripts.setdefault(chat_id, deque()).extend(faults)

    def clear(self) -> None:
        """From now on all goes well. What was counted stays."""
        self.rates = {}
        self._scripts.clear()

    def befall(self, method: str, parameters: dict[str, Any], kind: str) -> Fault | None:
        """The fault of this call to a chat of this kind, if there is one; counts it."""
        if method not in METERED:
            return None
        chat_id = int(parameters.get("chat_id", 0))
        script = self._scripts.get(chat_id)
        fault = script.popleft() if script else self._drawn()
        if fault is None or not _fits(fault, method, parameters, kind):
            return None
        self.counts[fault] += 1
        if fault in TURNED_AWAY:
            self.turned_away.add(chat_id)
        return fault

    def answers_lost(self) -> int:
        """How many messages were taken without the bot hearing of it."""
        return sum(self.counts[fault] for fault in ANSWER_LOST)

    def _drawn(self) -> Fault | None:
        if not self.rates:
            return None
        left = self.random.random()
        for fault, rate in self.rates.items():
            left -= rate
            if left < 0:
                return fault
        return None


def _fits(fault: Fault, method: str, parameters: dict[str, Any], kind: str) -> bool:
    """Whether it can happen at all: private chats do not migrate, and so on."""
    if fault is Fault.MIGRATED:
        return kind == "group"
    if fault in _IN_TOPICS_ONLY:
        return bool(parameters.get("message_thread_id"))
    if fault is Fault.UNKNOWN_METHOD:
        return method == "sendRichMessage"
    if fault is Fault.BAD_MARKUP:
        return parameters.get("parse_mode") == "HTML"
    return True
