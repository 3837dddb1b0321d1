"""Who may write to Telegram now: answers to people first, then what the courier has.

Everything that python-telegram-bot sends passes here, `do_api_request` as well. The courier claims a few messages
and waits for a turn for each of them; what it sends then passes unasked.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from math import ceil
from typing import Any

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.limits import UNLIMITED, Limits, Rules, Ticket
from bot.verdicts import wait_of
from news.crowd import PAID_RATE
from storage import budgets
from storage.database import Database, is_trouble

log = structlog.get_logger()

Share = Callable[[float], Awaitable[float]]
"""Spends seconds of what several processes have together; how long to wait for the first of them."""

PATIENCE = 10.0
"""Seconds that an answer waits for its turn at most; beyond that RetryAfter is raised."""

_POLL_SECONDS = 0.02
"""A message under way may be answered sooner than was guessed."""

_BREATH = 0.002
"""At a thousand a second several go at once: a timer for each would cost more than they do."""

_COUNTED = ("send", "edit", "copy", "forward")
_FREE = frozenset({"sendChatAction"})

_BUDGET = "telegram"
_SHARED_MARGIN = 1.04
"""Processes have clocks and ways to Telegram of their own."""

_pushing: ContextVar[bool] = ContextVar("pushing", default=False)


class Turns(BaseRateLimiter[None]):
    """The turns of one bot in one process. Times are seconds of a clock that is never set back."""

    def __init__(
        self, limits: Limits, seconds: Callable[[], float], share: Share | None = None
    ) -> None:
        self.limits = limits
        self.seconds = seconds
        self.halts = 0
        """Times that Telegram wanted somebody to wait (429)."""
        self._share = share
        self._queue = asyncio.Lock()
        self._replies = 0
        self._granted: deque[float] = deque()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - part of the interface; do_api_request could not give it
    ) -> Any:
        """One call, when its turn has come. Raises RetryAfter if that would take too long."""
        if not is_counted(endpoint, data) or _pushing.get():
            return await callback(*args, **kwargs)
        chat_id = data["chat_id"] if isinstance(data["chat_id"], int) else 0
        deadline = self.seconds() + PATIENCE
        while True:
            ticket = await self._reply_turn(chat_id, deadline)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self.refused(chat_id, wait_of(error).total_seconds())
            finally:
                self.limits.end(ticket, self.seconds())

    async def _reply_turn(self, chat_id: int, deadline: float) -> Ticket:
        limits = self.limits
        while True:
            await self._until(lambda now: limits.chat_free_at(chat_id, now), deadline)
            self._replies += 1
            try:
                async with self._queue:
                    await self._until(limits.reply_free_at, deadline)
                    # Another answer to the same chat may have gone meanwhile.
                    if limits.chat_free_at(chat_id, now := self.seconds()) <= now:
                        ticket = limits.begin(chat_id, push=False, now=now)
                        if self._share is not None:
                            await asyncio.sleep(await self._share(1 / limits.rules.overall))
                        return ticket
            finally:
                self._replies -= 1

    async def _until(self, free_at: Callable[[float], float], deadline: float) -> None:
        while (free := free_at(now := self.seconds())) > now:
            if free > deadline:
                raise RetryAfter(ceil(free - now))
            await asyncio.sleep(min(free - now, _POLL_SECONDS))

    def refused(self, chat_id: int, seconds: float) -> None:
        """Telegram answered 429."""
        self.halts += 1
        self.limits.refused(chat_id, seconds, self.seconds())

    # The courier's

    async def push_turn(self, stop: asyncio.Event) -> bool:
        """Wait until the courier may send one message; False if told to stop before, or Telegram wants a pause."""
        while not stop.is_set():
            now = self.seconds()
            free = self.limits.push_free_at(now)
            if self.pause > 1.0:
                return False
            if self._replies:
                free = max(free, now + _POLL_SECONDS / 4)
            if free <= now:
                return await self._granted_turn()
            await asyncio.sleep(min(max(free - now, _BREATH), _POLL_SECONDS))
        return False

    async def _granted_turn(self) -> bool:
        # What is paid for is the courier's alone.
        if self._share is None or self.limits.rules.broadcast is not None:
            return True
        if not self._granted:
            rate, batch = self.limits.rate, self.limits.batch
            first = self.seconds() + await self._share(batch / rate)
            self._granted.extend(first + number / rate for number in range(batch))
        await asyncio.sleep(max(0.0, self._granted.popleft() - self.seconds()))
        return True

    def push(self, chat_id: int) -> Ticket | None:
        """Begin to send one message of the courier; None if this chat must wait, see `wait_for_chat`."""
        now = self.seconds()
        if self.limits.push_chat_free_at(chat_id, now) > now:
            return None
        return self.limits.begin(chat_id, push=True, now=now)

    def end(self, ticket: Ticket) -> None:
        """It was answered, or given up."""
        self.limits.end(ticket, self.seconds())

    def wait_for_chat(self, chat_id: int) -> float:
        """Seconds until the courier may write to this chat."""
        now = self.seconds()
        return self.limits.push_chat_free_at(chat_id, now) - now

    @property
    def pause(self) -> float:
        """Seconds for which Telegram wants nothing of the whole bot; 0 if it takes what comes."""
        return max(0.0, self.limits.halted_until - self.seconds())


@contextmanager
def pushing() -> Iterator[None]:
    """What is sent herein has had its turn."""
    token = _pushing.set(True)
    try:
        yield
    finally:
        _pushing.reset(token)


def is_counted(endpoint: str, data: dict[str, Any]) -> bool:
    """Whether Telegram counts a call as a message: sends and edits, and nothing else."""
    return endpoint.startswith(_COUNTED) and endpoint not in _FREE and "chat_id" in data


def new_turns(
    database: Database,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    *,
    paid: bool = False,
    in_process: bool = False,
) -> Turns:
    """The turns as an operator wants them; no limits at all for a Telegram that is `in_process`."""
    if in_process:
        return Turns(Limits(UNLIMITED), seconds)
    rules = Rules(broadcast=int(PAID_RATE)) if paid else Rules()
    return Turns(Limits(rules), seconds, share_of(database, clock) if database.is_shared else None)


def share_of(database: Database, clock: Callable[[], datetime]) -> Share:
    """What all processes on a database spend together."""

    async def spend(seconds: float) -> float:
        try:
            async with database.write(shared=True) as tx:
                return await budgets.spend(tx, _BUDGET, clock(), seconds * _SHARED_MARGIN)
        except Exception as error:
            if not is_trouble(error):
                raise
            # An answer is worth more than the shared budget: this process keeps its own limits.
            log.warning("the shared budget is not to be had", error=type(error).__name__)
            return 0.0

    return spend
