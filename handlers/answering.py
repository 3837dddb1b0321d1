"""Answers on their way back: where the question was asked, and soon a sign that one is on its way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from telegram import CallbackQuery, Message
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from handlers.context import Answer, Ask, Services
from handlers.meanwhile import meanwhile
from handlers.reply import edit, edit_keyboard, keyboard_of, send, send_later
from handlers.views import channel
from handlers.views.marks import with_marks
from handlers.views.message import RichView, Toast, View, plain_text
from handlers.whispers import Confidant, Whispers, edit_whispered, whispered_id
from news.text import shorten
from storage import outbox

log = structlog.get_logger()

SIGN_SECONDS = 0.25
"""An answer that takes longer than this is announced."""
_SIGN_LASTS = 4.5
"""Telegram shows it for five seconds."""


_NOT_WANTED = (
    *("thread not found", "topic_closed", "topic_deleted", "not enough rights", "chat not found"),
    *("message to edit not found", "message can't be edited"),
)


def is_of_the_chat(error: BaseException) -> bool:
    """Whether an answer is refused for what became of the chat since it was asked for, and not for what it says."""
    if isinstance(error, Forbidden):
        return True
    words = str(error).casefold()
    return isinstance(error, BadRequest) and any(word in words for word in _NOT_WANTED)


class Answering:
    """Sends answers, edits and signs of life."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._whispers = Whispers(services)

    async def answer(
        self,
        ask: Ask,
        message: Message,
        answer: Answer,
        *,
        reply: bool = True,
        to: Confidant | None = None,
    ) -> None:
        """Send an answer, which says for which channel it speaks if it does for one. Raises likewise."""
        views = channel.all_headed(answer, ask.speaks_for, ask.chat.language)
        await self.send(message, views, reply=reply, to=to)

    async def send(
        self, message: Message, answer: Answer, *, reply: bool = True, to: Confidant | None = None
    ) -> None:
        """Send an answer where the question was asked; in groups, as a reply to it, or to one person alone.

        Raises what python-telegram-bot raises.
        """
        in_group = message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
        thread = message.message_thread_id if message.is_topic_message else None
        for view in answer if isinstance(answer, tuple) else (answer,):
            if in_group and await self._is_whispered(message, view, to):
                continue
            try:
                await send(
                    message.get_bot(),
                    message.chat_id,
                    view,
                    thread,
                    message.message_id if in_group and reply else None,
                    self._note_rich_unknown,
                )
            except RetryAfter:
                await self._send_later(message, view, thread)

    async def _send_later(
        self, message: Message, view: View | RichView, thread_id: int | None
    ) -> None:
        """Let an answer come when Telegram takes it: who waits for it is not to be told of its limits."""
        now = self._services.clock()
        async with self._services.database.write(shared=True) as tx:
            kept = await send_later(tx, message.chat_id, view, thread_id, now)
        if not kept:
            log.warning("a file was not sent, since Telegram takes no more for a while")

    async def _is_whispered(
        self, message: Message, view: View | RichView, to: Confidant | None
    ) -> bool:
        if to is None or isinstance(view, RichView):
            return False
        return await self._whispers.whisper(message, view, to)

    def reporter(self, message: Message) -> Callable[[View], Awaitable[None]]:
        """Gives what shows how far an answer is, in one message that each call changes.

        If Telegram does not take it, the answer comes all the same.
        """
        bot, thread = message.get_bot(), None
        if message.is_topic_message:
            thread = message.message_thread_id
        reply_to = message.message_id if message.chat.type != ChatType.PRIVATE else None
        shown: list[int] = []

        async def report(view: View) -> None:
            try:
                if shown:
                    await _unless_the_same(edit(bot, message.chat_id, shown[0], view))
                else:
                    shown.append(await send(bot, message.chat_id, view, thread, reply_to))
            except TelegramError as error:
                log.debug("progress not shown", error=type(error).__name__)

        return report

    async def edit(self, message: Message, view: View | RichView, user_id: int) -> bool:
        """Put an answer in the place of the message with the button that somebody pressed; False if it is there."""
        bot, whispered = message.get_bot(), whispered_id(message)
        if whispered is None:
            return await _unless_the_same(edit(bot, message.chat_id, message.message_id, view))
        if isinstance(view, View):
            change = edit_whispered(bot, message.chat_id, user_id, whispered, view)
            return await _unless_the_same(change)
        return False

    async def acknowledge(
        self, query: CallbackQuery, view: View | Toast | None = None, alert: bool = True
    ) -> None:
        """End the button's spinning, with a word if there is one; what was pressed for is done all the same.

        With `alert` the word stays until it is read.
        """
        try:
            if view is None or not view.text:
                await query.answer()
            else:
                await query.answer(shorten(plain_text(view.text), 200), show_alert=alert)
        except TelegramError as error:
            # A press that waited for longer than some seconds can't be answered any more.
            log.debug("press not acknowledged", error=type(error).__name__)

    async def toast(self, query: CallbackQuery, message: Message, toast: Toast) -> None:
        """Answer a press with a word, and perhaps with other marks under the same text."""
        await self.acknowledge(query, toast, alert=False)
        if toast.marks is not None:
            rows = with_marks(keyboard_of(message.reply_markup), toast.marks)
            await _unless_the_same(edit_keyboard(message, rows))

    @asynccontextmanager
    async def alive(self, message: Message, at_once: bool = False) -> AsyncIterator[None]:
        """Show that the bot is typing while an answer takes longer than a moment; `at_once` if it surely will."""
        async with meanwhile(_show_life(message, 0 if at_once else SIGN_SECONDS)):
            yield

    async def _note_rich_unknown(self) -> None:
        async with self._services.database.write() as tx:
            await outbox.note_rich_unknown(tx, self._services.clock())


async def _show_life(message: Message, after: float) -> None:
    thread = message.message_thread_id if message.is_topic_message else None
    await asyncio.sleep(after)
    while True:
        try:
            await message.get_bot().send_chat_action(
                message.chat_id, ChatAction.TYPING, message_thread_id=thread
            )
        except TelegramError as error:
            # The answer comes all the same.
            log.debug("no sign of life", error=type(error).__name__)
            return
        await asyncio.sleep(_SIGN_LASTS)


async def _unless_the_same(change: Awaitable[object]) -> bool:
    """Await a change of a message; False if it is as it should be already."""
    try:
        await change
    except BadRequest as error:
        # Two fast taps: the first has brought the page already.
        if "not modified" not in str(error).casefold():
            raise
        return False
    return True
