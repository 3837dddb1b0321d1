"""Outbox → Telegram. It delivers and decides nothing about content.

    claim a few ─▶ ready ─▶ its turn ─▶ Telegram ─▶ what became of it ─▶ kept, with the next claim
       └────────────────────── one transaction after the other ◀──────────────┘

Many messages are under way at a time, one of a chat: a chat that answers slowly delays no other. What was
answered is kept at once, since what is not when the process dies is sent again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from telegram import Bot
from telegram.error import InvalidToken

from bot.limits import UNLIMITED, Limits, Ticket
from bot.sending import attempt
from bot.settlement import Result, settle
from bot.turns import Turns, pushing
from bot.verdicts import Outcome, Verdict
from storage import detours, outbox, settlements
from storage.database import Database, Transaction, is_trouble
from storage.records import ChatId, Outgoing

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
"""Longer than any call to Telegram takes: what is `sending` for longer lost its sender."""

_LOOK_SECONDS = 0.5
"""While something is under way, how often to look for what has become due."""

_LOST_SECONDS = 15.0
"""How often to look for what others left behind."""

_CLOSED_FOR = timedelta(hours=1)
"""What is found due to a chat that can't be written to is not looked at again for so long."""

_ASIDE_SECONDS = 600.0
_ASIDE_AT_ONCE = 1000

_TROUBLES = 5
"""Messages in a row that met trouble of the way to Telegram, before the courier takes a rest."""

_UNWRITTEN = 2
"""Answers of Telegram that are not kept yet, before the next message waits for them: of a second's, a fifteenth."""

_LONGEST_REST = 30.0
_BROKEN_TRIES = 3
_REMEMBERED = timedelta(seconds=65)


class Courier:
    """Delivers for one bot. Only one may be at work on a database."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        clock: Callable[[], datetime],
        turns: Turns,
        kept: Callable[[Result, datetime], None] = lambda _result, _at: None,
    ) -> None:
        """`kept` hears what became of each message, and when, once that is committed."""
        self._database = database
        self._bot = bot
        self._clock = clock
        self._turns = turns
        self._kept = kept
        self._ready: deque[Outgoing] = deque()
        self._results: list[Result] = []
        self._flying = 0
        self._news = asyncio.Event()
        self._claimed = asyncio.Event()
        self._written = asyncio.Event()
        self._writing = 0
        self._unwritten_at_most = max(_UNWRITTEN, turns.limits.rate // 15)
        self._done = False
        self._sent = 0
        self._troubles = 0
        self._rests = 0
        self._rest_until = 0.0
        self._look_at = 0.0
        self._lost_at = 0.0
        self._aside_at = 0.0
        self._left_at: float | None = None
        self._refused: InvalidToken | None = None
        self.outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        """How often each came, since the start."""

    async def deliver(self, stop: asyncio.Event) -> int:
        """Send what is waiting and may go now, until nothing is left or `stop` is set; how many were sent.

        What is under way at the end is waited for. Raises InvalidToken if Telegram does not know the bot
        (any more).
        """
        if self._is_resting():
            return 0
        async with self._database.read() as tx:
            if not await outbox.is_due(tx, self._clock()):
                self._left_at = self._turns.seconds()
                return 0
        await self._begin()
        self._ready.clear()
        self._done, self._sent, self._refused, self._look_at = False, 0, None, 0.0
        self._news.clear()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_books(stop))
                group.create_task(self._hand_over(stop, group))
        except BaseExceptionGroup as errors:
            # One of them failed, and took the others along.
            raise errors.exceptions[0] from errors
        self._left_at = self._turns.seconds()
        if self._refused is not None:
            raise self._refused
        return self._sent

    async def _begin(self) -> None:
        """Learn what was sent lately, if others may have sent it, and put aside what can't go."""
        now, left = self._clock(), self._left_at
        seconds = self._turns.seconds()
        if left is None or seconds - left > _LOST_SECONDS:
            async with self._database.read() as tx:
                known = await detours.recent(tx, now, _REMEMBERED)
            for chat_id, at in known:
                ago = max(0.0, (now - at).total_seconds())
                self._turns.limits.remember(chat_id, seconds - ago, seconds)
        # Nobody else can have left it there and still hear of it.
        first = left is None and not self._database.is_shared
        async with self._database.write(shared=True) as tx:
            await self._take_back(tx, first)
            if seconds >= self._aside_at:
                await detours.set_aside(tx, now, now + _CLOSED_FOR, _ASIDE_AT_ONCE)
                self._aside_at = seconds + _ASIDE_SECONDS

    async def _take_back(self, tx: Transaction, everything: bool) -> None:
        doubtful = await settlements.take_back_expired(tx, self._clock(), everything)
        self._lost_at = self._turns.seconds() + _LOST_SECONDS
        if doubtful:
            log.warning("messages in doubt are sent again", count=doubtful)

    # The books

    async def _keep_books(self, stop: asyncio.Event) -> None:
        """Keep what became of messages and claim more, one transaction after the other."""
        while True:
            wanted = self._wanted(stop)
            results, self._results = self._results, []
            self._writing = len(results)
            if not results:
                self._written.set()
            if not results and not wanted:
                if self._is_over(stop):
                    break
                await self._wait_for_news()
                continue
            try:
                claimed = await self._write_down(results, wanted)
            except Exception as error:
                if is_trouble(error) and not stop.is_set():
                    # Nothing is forgotten while the process lives.
                    self._results, self._writing = [*results, *self._results], 0
                    log.warning("the database is in trouble", error=type(error).__name__)
                    await _sleep(1.0, stop)
                elif is_trouble(error) or not results:
                    raise
                else:
                    await self._write_down_singly(results)
                continue
            self._writing = 0
            self._written.set()
            if wanted and len(claimed) < wanted:
                self._look_at = self._turns.seconds() + _LOOK_SECONDS
            self._ready.extend(claimed)
            self._claimed.set()
        self._done = True
        self._claimed.set()
        self._written.set()

    def _wanted(self, stop: asyncio.Event) -> int:
        """How many messages to claim now."""
        if stop.is_set() or self._refused is not None or self._is_resting():
            return 0
        batch, ready = self._turns.limits.batch, len(self._ready)
        # What was answered may make way for the next to its chat.
        look = ready <= batch // 2 and (self._results or self._turns.seconds() >= self._look_at)
        # While there is trouble, one finds out whether it is over.
        most = 1 - ready if self._troubles >= _TROUBLES else self._turns.limits.at_once
        return max(0, min(batch - ready, most - self._flying)) if look else 0

    def _is_resting(self) -> bool:
        return self._rest_until > self._turns.seconds() or self._turns.pause > 0

    def _is_over(self, stop: asyncio.Event) -> bool:
        if self._flying or self._ready or self._results:
            return False
        ended = stop.is_set() or self._refused is not None or self._is_resting()
        return ended or self._look_at > 0.0

    async def _wait_for_news(self) -> None:
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), _LOOK_SECONDS / 5)
        except TimeoutError:
            return

    async def _write_down(self, results: Sequence[Result], wanted: int) -> tuple[Outgoing, ...]:
        now = self._clock()
        async with self._database.write(shared=not _moves(results)) as tx:
            await settle(tx, results, now, self._spacing)
            if self._turns.seconds() >= self._lost_at:
                await self._take_back(tx, everything=False)
            claimed = await outbox.claim(tx, now, LEASE, wanted) if wanted else ()
        for one in results:
            self._sent += one.is_sent
            self._kept(one, now)
        return claimed

    async def _write_down_singly(self, results: Sequence[Result]) -> None:
        """One that can't be kept must not take the others along; its lease ends, and it is in doubt then."""
        for one in results:
            try:
                await self._write_down([one], 0)
            except Exception as error:
                if is_trouble(error):
                    raise
                log.exception("what became of a message was not kept", message=one.message.id)

    def _spacing(self, chat_id: ChatId) -> timedelta:
        return timedelta(seconds=self._turns.wait_for_chat(chat_id))

    # The road

    async def _hand_over(self, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Send what is ready, each message when its turn comes."""
        while not self._done:
            if not self._ready:
                self._claimed.clear()
                await self._claimed.wait()
                continue
            if self._writing + len(self._results) >= self._unwritten_at_most:
                # Were the process to die now, all of these would be sent again.
                self._written.clear()
                await self._written.wait()
                continue
            may_send = not self._is_resting() and self._refused is None
            if not may_send or not await self._turns.push_turn(stop):
                self._put_back_all()
                continue
            message = self._ready.popleft()
            ticket = self._turns.push(message.chat_id)
            if ticket is None:
                wait = timedelta(seconds=self._turns.wait_for_chat(message.chat_id))
                self._tell(Result(message, None, wait=wait))
                continue
            self._flying += 1
            group.create_task(self._send(message, ticket))
            if len(self._ready) <= self._turns.limits.batch // 2:
                self._news.set()

    def _put_back_all(self) -> None:
        wait = timedelta(seconds=self._turns.pause)
        while self._ready:
            self._tell(Result(self._ready.popleft(), None, wait=wait))

    async def _send(self, message: Outgoing, ticket: Ticket) -> None:
        try:
            with pushing():
                paid = self._turns.limits.rules.broadcast is not None
                result = await attempt(self._bot, message, paid)
        except InvalidToken as error:
            self._refused = error
            result = Result(message, None)
        except Exception:
            # Our bug, in this message or with it: others go on.
            log.exception("sending failed", message=message.id, attempts=message.attempts)
            last = message.attempts >= _BROKEN_TRIES
            outcome = Outcome.GIVEN_UP if last else Outcome.DOUBTFUL
            result = Result(message, Verdict(outcome, timedelta(minutes=1)), "our bug")
        finally:
            self._turns.end(ticket)
            self._flying -= 1
        self._notice(result)
        self._tell(result)

    def _notice(self, result: Result) -> None:
        """Take a rest while Telegram can't be reached: else each message would find that out by itself."""
        if result.verdict is None:
            return
        self.outcomes[result.verdict.outcome] += 1
        if result.verdict.outcome is Outcome.TOO_FAST:
            wait = result.verdict.wait.total_seconds()
            self._turns.refused(result.message.chat_id, wait)
        if not result.verdict.is_trouble:
            self._troubles = self._rests = 0
            return
        self._troubles += 1
        if self._troubles >= _TROUBLES and not self._is_resting():
            rest = min(_LONGEST_REST, 2.0**self._rests)
            self._rests += 1
            self._rest_until = self._turns.seconds() + rest
            log.warning("Telegram can't be reached", error=result.reason, rest=rest)

    def _tell(self, result: Result) -> None:
        self._results.append(result)
        self._news.set()


def _moves(results: Sequence[Result]) -> bool:
    """Whether a group becomes another chat: what it follows moves along, and that wants to be alone."""
    return any(one.verdict and one.verdict.outcome is Outcome.MIGRATED for one in results)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def deliver(
    database: Database, bot: Bot, clock: Callable[[], datetime], stop: asyncio.Event
) -> int:
    """Likewise, once and with no limits: for a Telegram inside this process."""
    turns = Turns(Limits(UNLIMITED), asyncio.get_running_loop().time)
    return await Courier(database, bot, clock, turns).deliver(stop)
