"""How fast Telegram may be written to, and when the next message may go. Pure: time is an argument, in seconds.

Telegram counts messages when they arrive there; here it is known only that this was after they left and before
they were answered. So a window here begins with the answer: whatever the network does, two messages that left
far enough apart do not meet. For the bot as a whole that would cost the time of a way there and back every second;
half of the shortest one ever is given back, which is right unless all of them took twice as long as they need.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Window:
    """No more than `count` messages in any stretch of `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept to."""

    overall: int = 30
    """Messages a second, replies among them."""
    broadcast: int | None = None
    """Messages a second that the courier may send beside those, paid for; None if it shares them."""
    private_pushes: tuple[Window, ...] = (Window(1, 1.0),)
    private_replies: tuple[Window, ...] = (Window(3, 1.0), Window(12, 10.0))
    """Telegram lets short bursts pass: a person may ask three things at once."""
    group_pushes: tuple[Window, ...] = (Window(1, 1.0), Window(16, 60.0))
    """Leaves something of the 20 a minute to replies."""
    group_replies: tuple[Window, ...] = (Window(3, 1.0), Window(20, 60.0))

    def pushes(self, chat_id: int) -> tuple[Window, ...]:
        """What holds for the courier's messages to a chat; ids of groups and channels are negative."""
        return self.group_pushes if chat_id < 0 else self.private_pushes

    def longest(self, chat_id: int) -> float:
        """Seconds after which nothing that went to a chat matters any more."""
        windows = (*self.pushes(chat_id), *self.replies(chat_id))
        return max((window.seconds + 1.0 for window in windows), default=0.0)

    def replies(self, chat_id: int) -> tuple[Window, ...]:
        """What holds for answers in a chat."""
        return self.group_replies if chat_id < 0 else self.private_replies


UNLIMITED = Rules(10_000, None, (), (), (), ())
"""For a Telegram inside this process."""

MARGIN = 0.001
"""Seconds that each window is longer than Telegram's, for clocks that are read at other moments."""

PRESUMED = 0.5
"""A message without an answer for this long has arrived, or never will."""

_BATCH_SECONDS = 0.15
"""The courier takes messages for so long at a time, and may catch up by as much."""

_LEARNT_AFTER = 100
_LONGEST_WAY = 0.1
"""Seconds there and back that are believed at most."""


class Tally:
    """When the last messages can have been counted, at the latest."""

    # Lists, and nothing while nothing is under way: there may be a hundred thousand of these.
    __slots__ = ("_counted", "_flying", "_most")

    def __init__(self, most: int) -> None:
        """Remembers `most` messages beside those that are under way."""
        self._flying: dict[int, float] = {}
        self._counted: list[float] = []
        self._most = most

    def begin(self, ticket: int, now: float) -> None:
        """A message leaves."""
        self._flying[ticket] = now

    def end(self, ticket: int, at: float) -> None:
        """It was counted at that time, or before."""
        if self._flying.pop(ticket, None) is not None:
            last = self._counted[-1] if self._counted else at
            self._counted.append(max(at, last))
            if len(self._counted) > 2 * self._most:
                del self._counted[: -self._most]
            if not self._flying:
                self._flying = {}

    def free_at(self, now: float, windows: Iterable[Window]) -> float:
        """From when on one more message keeps to these windows; `now` if it does already.

        While too many are under way that is a guess: one of them may be answered before.
        """
        self._presume(now)
        free = now
        for window in windows:
            place = window.count - len(self._flying)
            if place <= 0:
                free = max(free, next(iter(self._flying.values())) + PRESUMED)
            elif place <= len(self._counted):
                free = max(free, self._counted[-place] + window.seconds + MARGIN)
        return free

    def is_idle(self, now: float, seconds: float) -> bool:
        """Whether nothing is under way or was within these seconds."""
        self._presume(now)
        recent = self._counted and now - self._counted[-1] <= seconds
        return not self._flying and not recent

    def _presume(self, now: float) -> None:
        while self._flying:
            ticket, left = next(iter(self._flying.items()))
            if now - left < PRESUMED:
                return
            self.end(ticket, left + PRESUMED)


class Pace:
    """Spreads the courier's messages evenly, so that an answer never waits for a burst of them."""

    __slots__ = ("_burst", "_interval", "_spent_to")

    def __init__(self, rate: int, burst: int) -> None:
        self._interval = 1.0 / rate
        self._burst = burst
        self._spent_to = 0.0

    def free_at(self, now: float) -> float:
        """From when on one more may go."""
        return max(now, self._spent_to - (self._burst - 1) * self._interval)

    def take(self, now: float) -> None:
        """One goes."""
        self._spent_to = max(self._spent_to, now) + self._interval


@dataclass(frozen=True, slots=True)
class Ticket:
    """A message that is under way."""

    number: int
    chat_id: int
    push: bool
    left: float


class Limits:
    """The state of all limits of one bot in one process."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        rate = rules.overall if rules.broadcast is None else rules.broadcast
        self.rate = rate
        """Messages a second that the courier may send."""
        self.batch = max(5, ceil(rate * _BATCH_SECONDS))
        """Messages that the courier takes at a time."""
        self.at_once = min(500, max(100, rate // 2))
        """Messages of the courier that are under way at most: some chats may answer slowly."""
        self._shared = Tally(rules.overall)
        self._paid = None if rules.broadcast is None else Tally(rules.broadcast)
        self._overall = (Window(rules.overall, 1.0),)
        self._broadcast = (Window(rate, 1.0),)
        self._pace = Pace(rate, self.batch)
        self._chats: dict[int, Tally] = {}
        self._sweep_at = 1000
        self._refused: dict[int, float] = {}
        self._halted_until = 0.0
        self._seen = 0
        self._shortest = _LONGEST_WAY
        self._next = 0

    # Replies

    def reply_free_at(self, now: float) -> float:
        """From when on a reply may go as far as the bot as a whole is concerned."""
        return max(self._halted_until, self._shared.free_at(now, self._overall))

    def chat_free_at(self, chat_id: int, now: float) -> float:
        """From when on a reply may go as far as its chat is concerned."""
        return self._chat_free_at(chat_id, now, self.rules.replies(chat_id))

    # Pushes

    def push_free_at(self, now: float) -> float:
        """From when on the courier may send one more message to anybody."""
        tally = self._shared if self._paid is None else self._paid
        free = tally.free_at(now, self._broadcast)
        return max(free, self._halted_until, self._pace.free_at(now))

    def push_chat_free_at(self, chat_id: int, now: float) -> float:
        """From when on the courier may send one more message to this chat."""
        return self._chat_free_at(chat_id, now, self.rules.pushes(chat_id))

    # Both

    def begin(self, chat_id: int, push: bool, now: float) -> Ticket:
        """A message leaves now."""
        self._next += 1
        ticket = Ticket(self._next, chat_id, push, now)
        self._tally_of(ticket).begin(ticket.number, now)
        self._chat(chat_id, now).begin(ticket.number, now)
        if push or self._paid is None:
            self._pace.take(now)
        return ticket

    def end(self, ticket: Ticket, now: float) -> None:
        """It was answered, or given up; a second time changes nothing."""
        self._seen += 1
        self._shortest = min(self._shortest, now - ticket.left)
        # The first ones had to open connections: they say nothing of the way.
        given_back = self._shortest / 2 if self._seen > _LEARNT_AFTER else 0.0
        self._tally_of(ticket).end(ticket.number, now - given_back)
        self._chat(ticket.chat_id, now).end(ticket.number, now)

    def refused(self, chat_id: int, seconds: float, now: float) -> None:
        """Telegram wants this chat left alone for so long; if it says so of two at a time, the whole bot waits.

        How long it is tells nothing: a chat's own wait may be long as well.
        """
        self._refused = {chat: until for chat, until in self._refused.items() if until > now}
        if any(chat != chat_id for chat in self._refused):
            self._halted_until = max(self._halted_until, now + seconds)
        self._refused[chat_id] = max(self._refused.get(chat_id, 0.0), now + seconds)

    def remember(self, chat_id: int, at: float, now: float) -> None:
        """Something was sent to this chat at that time, before this process began."""
        self._next += 1
        tally = self._chat(chat_id, now)
        tally.begin(self._next, at)
        tally.end(self._next, at)
        if now - at < 1.0:
            self._shared.begin(self._next, at)
            self._shared.end(self._next, at)

    @property
    def halted_until(self) -> float:
        """Until when Telegram wants nothing of the whole bot; in the past if it does."""
        return self._halted_until

    def _tally_of(self, ticket: Ticket) -> Tally:
        return self._paid if ticket.push and self._paid is not None else self._shared

    def _chat(self, chat_id: int, now: float) -> Tally:
        tally = self._chats.get(chat_id)
        if tally is None:
            if len(self._chats) >= self._sweep_at:
                left = {
                    id: one
                    for id, one in self._chats.items()
                    if not one.is_idle(now, self.rules.longest(id))
                }
                self._chats, self._sweep_at = left, max(1000, 2 * len(left))
            tally = self._chats[chat_id] = Tally(20)
        return tally

    def _chat_free_at(self, chat_id: int, now: float, windows: tuple[Window, ...]) -> float:
        free = self._refused.get(chat_id, now)
        tally = self._chats.get(chat_id)
        return max(now, free if tally is None else max(free, tally.free_at(now, windows)))
