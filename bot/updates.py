"""What Telegram tells the bot: kept, then confirmed, then dealt with; of each chat in order, of many at once.

    long polling ┐
                 ├─▶ keep (one transaction) ─▶ confirm ─▶ handlers ─▶ done
    webhook ─────┘

Killed before it is kept, Telegram tells it again; killed later, it is found in the database, by this process
when it starts again or by another one when the lease is over.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from telegram import Bot, Update
from telegram.ext import Application, BaseUpdateProcessor

from bot.observer import Observer
from handlers.hearing import is_well_formed
from handlers.once import dealing_with
from handlers.order import Order, standing_by
from handlers.rights import ADMINISTRATORS
from handlers.signs import Signs
from storage import updates
from storage.database import Database, is_trouble
from storage.records import ChatId, Incoming

log = structlog.get_logger()

ALLOWED = (
    *(Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, Update.CHAT_MEMBER),
    Update.INLINE_QUERY,
)
"""What the bot wants to be told."""

LEASE = timedelta(seconds=60)
"""How long an update is this process's; prolonged as long as it lives."""

SWEEP_SECONDS = 15
"""Between two looks at what dead processes left, and two prolongations."""

MOST_UNDER_WAY = 500
"""Updates that are dealt with or wait their turn; Telegram keeps what comes beyond."""

_LEFT_AT_ONCE = 100

_OTHERS_SECONDS = 10.0
"""How long an update waits for an earlier one of its chat that another process has."""

_LOOK_SECONDS = 0.1


class PerChat(BaseUpdateProcessor):
    """Lets a chat wait only for itself: a slow answer to one delays no other."""

    def __init__(self, at_once: int, signs: Signs) -> None:
        # What waits for its chat must not stand in the way of others, so the order counts those that work.
        super().__init__(MOST_UNDER_WAY)
        self._order = Order(at_once)
        self._signs = signs

    async def do_process_update(self, update: object, coroutine: "Awaitable[Any]") -> None:
        """Process an update when those of its chat that came earlier are done, or give way."""
        if not isinstance(update, Update):
            await coroutine
            return
        chat = update.effective_chat
        async with self._signs.of(update), self._order.turn(None if chat is None else chat.id):
            await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def incoming(content: object) -> Incoming | None:
    """An update as Telegram sends it; None if it is none, or of people who come and go and run nothing."""
    if not isinstance(content, dict) or not is_update(content) or _is_of_a_visitor(content):
        return None
    # All in ASCII: whatever people send, a database keeps that.
    text = json.dumps(content, separators=(",", ":"))
    return Incoming(content["update_id"], _chat_of(content), text)


def is_update(content: object) -> bool:
    """Whether something has the form of an update."""
    return isinstance(content, dict) and _is_number(content.get("update_id"))


def _is_of_a_visitor(content: dict[str, Any]) -> bool:
    """Whether it tells of a member of a chat who neither was nor is an administrator: of those there are very many."""
    change = content.get("chat_member")
    if not isinstance(change, dict):
        return False
    members = (change.get("old_chat_member"), change.get("new_chat_member"))
    return not any(isinstance(one, dict) and one.get("status") in ADMINISTRATORS for one in members)


def _is_number(value: object) -> bool:
    """Whether it is one that Telegram might use, and that a database takes."""
    return type(value) is int and abs(value) < 1 << 62


def _chat_of(content: dict[str, Any]) -> ChatId | None:
    for part in content.values():
        if not isinstance(part, dict):
            continue
        message = part.get("message")
        chat = part.get("chat") or (message.get("chat") if isinstance(message, dict) else None)
        if isinstance(chat, dict) and _is_number(chat.get("id")):
            return ChatId(chat["id"])
    return None


def _understood(one: Incoming, content: dict[str, Any], bot: Bot) -> Update | None:
    """What the client library makes of an update; None for what it can't read, which Telegram would not send."""
    try:
        update = Update.de_json(content, bot)
        if is_well_formed(update):
            return update
        trouble = "malformed"
    except Exception as error:  # noqa: BLE001 - it checks nothing, and stumbles over what is of another type
        trouble = type(error).__name__
    log.warning("update not understood", update=one.id, error=trouble)
    return None


class Inbox:
    """Takes updates in and deals with them. Use it as an async context manager; leaving it puts back the rest.

    Of one chat, an update waits for the earlier ones: in this process by a lock of the chat, and for those that
    another process has at the moment, for some seconds at most. Telegram calls a webhook with the next update of
    a chat only when the one before was confirmed, that is: kept, so that whoever gets the next one sees it.
    """

    def __init__(
        self,
        database: Database,
        application: "Application[Any, Any, Any, Any, Any, Any]",
        clock: Callable[[], datetime],
        observer: Observer,
        is_within_share: Callable[[Update], bool] = lambda _: True,
    ) -> None:
        """What `is_within_share` says no to is too much of somebody, and is not dealt with."""
        self._database = database
        self._is_within_share = is_within_share
        self._observer = observer
        self._application = application
        self._clock = clock
        self._group = asyncio.TaskGroup()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._finished: set[int] = set()
        self._settling = False
        self._free = asyncio.Event()
        self._free.set()
        self._is_open = False

    async def __aenter__(self) -> Self:
        """Open the group that answers are worked on in."""
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Break off what is under way: it is there for whoever comes next."""
        await self.close(0)
        await self._group.__aexit__(None, None, None)

    async def close(self, seconds: float) -> None:
        """Take nothing in any more; what is under way may end within `seconds`, the rest is put back."""
        self._is_open = False
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=seconds)
        left = dict(self._tasks)
        for task in left.values():
            task.cancel()
        if left:
            await asyncio.wait(tuple(left.values()))
        await self._leave(left.keys() - self._finished)

    async def _leave(self, left: Collection[int]) -> None:
        if not left and not self._finished:
            return
        now = self._clock()
        try:
            async with self._database.write(shared=True) as tx:
                await updates.done(tx, self._finished, now)
                await updates.put_back(tx, left, now)
        except Exception as trouble:
            if not is_trouble(trouble):
                raise
            # Whoever comes next finds them when the lease is over.
            log.warning("updates were left on lease", count=len(left))
            return
        self._finished.clear()
        if left:
            log.info("updates are left for the next start", count=len(left))

    @property
    def is_full(self) -> bool:
        """True if nothing can be taken in for the moment."""
        return not self._is_open or len(self._tasks) >= MOST_UNDER_WAY

    async def room(self) -> None:
        """Wait until something more can be taken in."""
        await self._free.wait()

    async def begin(self) -> None:
        """Take updates in from now on. Where this process is alone, deal with what one before it left."""
        self._is_open = True
        if not self._database.is_shared:
            async with self._database.write() as tx:
                await updates.end_leases(tx, self._clock())
        await self.sweep()

    async def take(self, came: Sequence[Incoming]) -> None:
        """Keep updates, and begin to deal with those that are new. Once this returns, they may be confirmed."""
        if not came:
            return
        now = self._clock()
        chat_ids = {one.chat_id for one in came if one.chat_id is not None}
        elsewhere: dict[ChatId, frozenset[int]] = {}
        async with self._database.write(shared=True) as tx:
            new = await updates.keep(tx, came, now, now + LEASE)
            if self._database.is_shared:
                elsewhere = await updates.under_way(tx, chat_ids, now)
        # By their numbers: one that is told twice is one.
        for id, one in sorted({one.id: one for one in came}.items()):
            if id in new:
                others = elsewhere.get(one.chat_id, frozenset()) if one.chat_id else frozenset()
                self._begin(one, others - self._tasks.keys() - new)

    async def sweep(self) -> None:
        """Prolong what is under way here, and take what dead processes left."""
        now = self._clock()
        await self._settle()
        left: tuple[Incoming, ...] = ()
        async with self._database.write(shared=True) as tx:
            await updates.prolong(tx, self._tasks.keys(), now + LEASE)
            hopeless = await updates.give_up(tx, now)
            if not self.is_full:
                left = await updates.claim_left(tx, now, now + LEASE, _LEFT_AT_ONCE)
        if hopeless:
            log.error("updates were given up, each failed to be dealt with", updates=hopeless)
        if left:
            log.info("updates are dealt with that were left", count=len(left))
        for one in left:
            self._begin(one, frozenset(), again=True)

    def _begin(self, one: Incoming, others: frozenset[int], *, again: bool = False) -> None:
        task = self._group.create_task(self._deal(one, others, again))
        self._tasks[one.id] = task
        task.add_done_callback(lambda _: self._end(one.id))
        if self.is_full:
            self._free.clear()

    def _end(self, id: int) -> None:
        del self._tasks[id]
        if not self.is_full:
            self._free.set()

    async def _deal(self, one: Incoming, others: frozenset[int], again: bool) -> None:
        try:
            with dealing_with(one.id, again=again):
                await self._process(one, others)
        except Exception:
            # Whatever is wrong with it, it would be the next time, too.
            log.exception("update not dealt with", update=one.id)
        self._finished.add(one.id)
        try:
            await self._settle()
        except Exception as error:
            if not is_trouble(error):
                raise
            # The next sweep notes it.
            log.warning("updates were not noted as done", error=type(error).__name__)

    async def _process(self, one: Incoming, others: frozenset[int]) -> None:
        application, began = self._application, self._observer.seconds()
        content = json.loads(one.content)
        update = _understood(one, content, application.bot)
        if update is None or not self._is_within_share(update):
            return
        work = self._in_turn(update, one.chat_id, others)
        try:
            await application.update_processor.process_update(update, work)
        finally:
            # If it was cancelled before its turn came.
            work.close()
        self._observer.dealt_with(next((key for key in content if key != "update_id"), ""), began)

    async def _in_turn(
        self, update: Update, chat_id: ChatId | None, others: frozenset[int]
    ) -> None:
        if others and chat_id is not None:
            async with standing_by():
                await self._wait_for(chat_id, others)
        await self._application.process_update(update)

    async def _wait_for(self, chat_id: ChatId, others: frozenset[int]) -> None:
        """Let another process finish what it has of a chat; if it can't, the chat is answered all the same."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _OTHERS_SECONDS
        while loop.time() < until:
            async with self._database.read() as tx:
                found = await updates.under_way(tx, {chat_id}, self._clock())
            if others.isdisjoint(found.get(chat_id, frozenset())):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _settle(self) -> None:
        """Note what is done. Whoever comes first notes it for all who come meanwhile."""
        if self._settling:
            return
        self._settling = True
        try:
            while self._finished:
                some = set(self._finished)
                async with self._database.write(shared=True) as tx:
                    await updates.done(tx, some, self._clock())
                self._finished -= some
        finally:
            self._settling = False
