"""Signs of life: whoever waits for an answer sees that the bot is typing, from a moment after they asked until it is there."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from contextvars import ContextVar
from weakref import WeakValueDictionary

import structlog
from telegram import Message, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from handlers.hearing import knock_of, thread_of
from handlers.meanwhile import meanwhile

log = structlog.get_logger()

SIGN_SECONDS = 0.25
"""An answer that takes longer than this is announced."""

_LASTS_SECONDS = 4.5
"""Telegram shows it for five seconds."""


class _Sign:
    """What is shown for one update."""

    def __init__(self) -> None:
        self.due = asyncio.Event()
        self.over = False


_mine: ContextVar[_Sign | None] = ContextVar("sign", default=None)
"""The sign for the update that is dealt with here."""


class Signs:
    """Shows signs of life, one at a time in each chat or topic of a forum, however many wait there."""

    def __init__(self, commands: Collection[str], seconds: float = SIGN_SECONDS) -> None:
        """What takes longer than so many seconds is announced; `commands` are the bot's own."""
        self._commands = commands
        self._seconds = seconds
        self._places: WeakValueDictionary[tuple[int, int | None], asyncio.Lock]
        self._places = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, update: Update) -> AsyncIterator[None]:
        """Show one where somebody waits for this to be dealt with, if it takes longer than a moment."""
        message = self._waited_for(update)
        if message is None:
            yield
            return
        sign = _Sign()
        before = _mine.set(sign)
        try:
            async with meanwhile(self._show(message, sign)):
                yield
        finally:
            _mine.reset(before)

    async def _show(self, message: Message, sign: _Sign) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await sign.due.wait()
        except TimeoutError:
            pass
        thread = thread_of(message)
        place = (message.chat_id, thread)
        shown = self._places.get(place)
        if shown is None:
            shown = self._places[place] = asyncio.Lock()
        async with shown:
            while not sign.over:
                try:
                    await message.get_bot().send_chat_action(
                        message.chat_id, ChatAction.TYPING, message_thread_id=thread
                    )
                except TelegramError as error:
                    # The answer comes all the same.
                    log.debug("no sign of life", error=type(error).__name__)
                    return
                await asyncio.sleep(_LASTS_SECONDS)

    def _waited_for(self, update: Update) -> Message | None:
        """Under which message somebody waits for an answer; None if nobody does."""
        message = update.effective_message
        if not isinstance(message, Message):
            return None
        knock = knock_of(update, message.get_bot().username, self._commands)
        return message if knock is not None and knock.is_asked else None


def show_at_once() -> None:
    """Show that the bot is at work without waiting for a moment: what comes next surely takes longer."""
    sign = _mine.get()
    if sign is not None:
        sign.due.set()


def end_sign() -> None:
    """Show it no more: the answer is on its way, and a sign after it would promise another one."""
    sign = _mine.get()
    if sign is not None:
        sign.over = True
