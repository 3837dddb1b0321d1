"""Answers on their way back: where the question was asked."""

from collections.abc import Awaitable, Callable, Iterable

import structlog
from telegram import CallbackQuery, Message
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from handlers.context import Answer, Ask, Services
from handlers.hearing import is_in_group, thread_of
from handlers.reply import (
    edit,
    edit_keyboard,
    is_passing,
    is_unchanged,
    keyboard_of,
    send,
    send_later,
)
from handlers.signs import end_sign
from handlers.views import channel
from handlers.views.marks import with_marks
from handlers.views.message import RichView, Toast, View, plain_text
from handlers.whispers import (
    Confidant,
    Whispers,
    confidant_of,
    mark_whispered,
    whispered_id,
)
from news.text import shorten

log = structlog.get_logger()

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
    """Sends answers and edits."""

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
    ) -> int | None:
        """Send an answer, which says for which channel it speaks if it does for one. Raises likewise."""
        views = channel.all_headed(answer, ask.speaks_for, ask.chat.language)
        return await self.send(message, views, reply=reply, to=to)

    async def send(
        self, message: Message, answer: Answer, *, reply: bool = True, to: Confidant | None = None
    ) -> int | None:
        """Send an answer where the question was asked; in groups, as a reply to it, or to one person alone.

        The id of its last message that can be replied to; None if there is none. Raises what python-telegram-bot
        raises.
        """
        sent = None
        end_sign()
        in_group = is_in_group(message)
        thread = thread_of(message)
        unseen = whispered_id(message) is not None
        to = to or confidant_of(message)
        views = answer if isinstance(answer, tuple) else (answer,)
        for place, view in enumerate(views):
            is_aloud = False
            try:
                if in_group and to is not None and await self._whispers.whisper(message, view, to):
                    continue
                is_aloud = True
                if unseen:
                    log.info("not answered, since nobody says who asked unseen")
                    return None
                sent = await send(
                    message.get_bot(),
                    message.chat_id,
                    view,
                    thread,
                    message.message_id if in_group and reply else None,
                    self._whispers.note_rich_unknown,
                )
            except TelegramError as error:
                if not is_passing(error):
                    raise
                if unseen:
                    log.warning("not answered unseen, since Telegram takes no more for a while")
                elif (
                    in_group and to is not None and not (is_aloud or isinstance(error, RetryAfter))
                ):
                    # It may have arrived, and was for nobody else.
                    log.warning("perhaps not whispered", error=type(error).__name__)
                else:
                    # What follows must not overtake it.
                    await self._send_later(message, views[place:], thread)
                return None
        return sent

    async def whisper_only(self, message: Message, answer: Answer, to: Confidant) -> None:
        """Show an answer to one person in a group, or to nobody. Raises likewise."""
        for view in answer if isinstance(answer, tuple) else (answer,):
            if not await self._whispers.whisper(message, view, to):
                return

    async def _send_later(
        self, message: Message, views: Iterable[View | RichView], thread_id: int | None
    ) -> None:
        """Let an answer come when Telegram takes it: who waits for it is not to be told of its limits."""
        now = self._services.clock()
        async with self._services.database.write(shared=True) as tx:
            kept = [await send_later(tx, message.chat_id, view, thread_id, now) for view in views]
        if not all(kept):
            log.warning("a file was not sent, since Telegram takes no more for a while")

    def reporter(self, message: Message) -> Callable[[View], Awaitable[None]]:
        """Gives what shows how far an answer is, in one message that each call changes.

        If Telegram does not take it, the answer comes all the same.
        """
        bot, thread = message.get_bot(), thread_of(message)
        reply_to = message.message_id if message.chat.type != ChatType.PRIVATE else None
        shown: list[int] = []

        async def report(view: View) -> None:
            if whispered_id(message) is not None:
                # What was asked unseen is answered unseen, and soon.
                return
            try:
                if shown:
                    await _unless_the_same(edit(bot, message.chat_id, shown[0], view))
                else:
                    shown.append(await send(bot, message.chat_id, view, thread, reply_to))
            except TelegramError as error:
                log.debug("progress not shown", error=type(error).__name__)

        return report

    async def edit(self, message: Message, view: View | RichView, presser: Confidant) -> bool:
        """Put an answer in the place of the message with the button that somebody pressed; False if it is there."""
        end_sign()
        if whispered_id(message) is not None:
            return await _unless_the_same(self._whispers.put_in_place(message, view, presser))
        bot, chat_id = message.get_bot(), message.chat_id
        try:
            return await _unless_the_same(edit(bot, chat_id, message.message_id, view))
        except TelegramError as error:
            if not is_passing(error):
                raise
            # What was pressed for is done, and is shown below once Telegram takes it.
            await self._send_later(message, [view], thread_of(message))
            return True

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
                end_sign()
                await query.answer(shorten(plain_text(view.text), 200), show_alert=alert)
        except TelegramError as error:
            # A press that waited for longer than some seconds can't be answered any more.
            log.debug("press not acknowledged", error=type(error).__name__)

    async def toast(self, query: CallbackQuery, message: Message, toast: Toast) -> None:
        """Answer a press with a word, and perhaps with a list as it is now, or other marks under the same text."""
        end_sign()
        await self.acknowledge(query, toast, alert=toast.stays)
        if toast.instead is not None:
            await self.edit(message, toast.instead, Confidant(query.from_user.id))
        if toast.marks is not None:
            rows = with_marks(keyboard_of(message.reply_markup), toast.marks)
            if whispered_id(message) is None:
                await _unless_the_same(edit_keyboard(message, rows))
            else:
                presser = Confidant(query.from_user.id)
                await _unless_the_same(mark_whispered(message, rows, presser))


async def _unless_the_same(change: Awaitable[object]) -> bool:
    """Await a change of a message; False if it is as it should be already."""
    try:
        await change
    except BadRequest as error:
        # Two fast taps: the first has brought the page already.
        if not is_unchanged(error):
            raise
        return False
    return True
