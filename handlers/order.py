"""Of each chat one thing after the other, as it came; of many chats at once, and no more than some.

While an answer waits for the web, the next one of its chat may go first: then it has no turn, and waits for
another before it goes on. What a chat asked for early may so be answered late, but nothing happens in between.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from weakref import WeakValueDictionary


class _Turn:
    """The turn of one update: that of its chat, and a place among those that are worked on."""

    def __init__(self, of_chat: asyncio.Lock, places: asyncio.Semaphore) -> None:
        self._of_chat = of_chat
        self._places = places
        self._has_chat = self._has_place = False

    @property
    def is_held(self) -> bool:
        return self._has_place

    async def take(self) -> None:
        if not self._has_chat:
            await self._of_chat.acquire()
            self._has_chat = True
        await self._places.acquire()
        self._has_place = True

    def give(self, *, of_chat: bool) -> None:
        # Whoever was cancelled while waiting for it has nothing to give.
        if self._has_place:
            self._places.release()
            self._has_place = False
        if of_chat and self._has_chat:
            self._of_chat.release()
            self._has_chat = False


_mine: ContextVar[_Turn | None] = ContextVar("turn", default=None)
"""The turn of the update that is dealt with here."""


class Order:
    """Gives each update its turn."""

    def __init__(self, at_once: int) -> None:
        """Up to `at_once` are worked on at the same time."""
        self._places = asyncio.Semaphore(at_once)
        self._of_chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, chat_id: int | None) -> AsyncIterator[None]:
        """Wait for those of the chat that came earlier; None for what is no chat's, and waits for nobody."""
        of_chat = None if chat_id is None else self._of_chats.get(chat_id)
        if of_chat is None:
            of_chat = asyncio.Lock()
            if chat_id is not None:
                self._of_chats[chat_id] = of_chat
        turn = _Turn(of_chat, self._places)
        before = _mine.set(turn)
        try:
            await turn.take()
            yield
        finally:
            turn.give(of_chat=True)
            _mine.reset(before)


@asynccontextmanager
async def giving_way() -> AsyncIterator[None]:
    """Let the next update of the chat go first while this one waits for the web; afterwards, wait for another turn.

    Nothing of the chat may be kept, and no transaction be open, inside of it. Without a turn, it does nothing.
    """
    async with _without(of_chat=True):
        yield


@asynccontextmanager
async def standing_by() -> AsyncIterator[None]:
    """Let other chats go first meanwhile, and the next updates of this one wait on."""
    async with _without(of_chat=False):
        yield


@asynccontextmanager
async def _without(*, of_chat: bool) -> AsyncIterator[None]:
    turn = _mine.get()
    if turn is None or not turn.is_held:
        yield
        return
    turn.give(of_chat=of_chat)
    try:
        yield
    finally:
        await turn.take()
