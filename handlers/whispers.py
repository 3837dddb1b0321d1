"""Messages in a group that only one person sees ("ephemeral", Bot API 10.2 and 10.3).

A bot may send one to anybody where it is an administrator; elsewhere only in answer to a command that nobody else saw
either, or to a press, within 15 seconds. They have a number of their own, and 0 for their id. Rich ones there are
since 10.3. (https://core.telegram.org/bots/api#ephemeral-messages-and-commands)
"""

from dataclasses import dataclass
from typing import Any

import structlog
from cachetools import TTLCache
from telegram import Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from handlers.context import Services
from handlers.hearing import thread_of
from handlers.reply import NO_PREVIEW, is_unchanged, markup, rich_message, send
from handlers.views.message import Keyboard, RichView, View
from storage import outbox

log = structlog.get_logger()

_ASK_AGAIN = 3600
"""Seconds after which a group that took none is tried again, and what the server knows is read again."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Confidant:
    """Who is whispered to."""

    user_id: int
    query_id: str | None = None
    """The press that is answered; None for a message."""


class Whispers:
    """Whispers where that can be done, and remembers where it can't."""

    def __init__(self, services: Services) -> None:
        def seconds() -> float:
            return services.clock().timestamp()

        self._services = services
        self._loud: TTLCache[int, bool] = TTLCache(_REMEMBERED, _ASK_AGAIN, seconds)
        """Groups in which the bot is no administrator."""
        self._known: TTLCache[str, bool] = TTLCache(1, _ASK_AGAIN, seconds)

    async def whisper(self, message: Message, view: View | RichView, to: Confidant) -> bool:
        """Answer a message, or a press of its button, for one person; False if it has to be said aloud.

        What was asked unseen is never answered aloud. Raises what python-telegram-bot raises, but for refusals.
        """
        asked_unseen = whispered_id(message) is not None
        if not asked_unseen and not await self._may_try(message.chat_id, to):
            return False
        return await self._is_sent(message, view, to) or asked_unseen

    async def _is_sent(self, message: Message, view: View | RichView, to: Confidant) -> bool:
        """Whisper; False if that is refused."""
        thread = thread_of(message)
        extra = _parameters(message, to)
        bot, unknown = message.get_bot(), self.note_rich_unknown
        try:
            id = await send(bot, message.chat_id, view, thread, None, unknown, extra)
        except BadRequest as error:
            log.info("not whispered", reason=str(error))
            if to.query_id is None:
                # A press is answered by any bot that is quick enough: it says nothing about the group.
                self._loud[message.chat_id] = True
            return False
        if id:
            # Taken for a usual message: everybody saw it, as they would have without all this.
            log.warning("Telegram does not know messages for one person, sent as replies")
            await self._note_unknown()
        return True

    async def put_in_place(self, message: Message, view: View | RichView, to: Confidant) -> None:
        """Let an answer stand where a whisper of the bot stood. Raises what python-telegram-bot raises.

        Telegram's server lets a whisper grow to no more than 1,024 characters
        (https://github.com/tdlib/telegram-bot-api/issues/881) and forgets it sooner than a message. What can't be
        edited is whispered anew, and the old one is taken away; if that is refused as well, the old one stays.
        """
        try:
            await _edit(message, view, to)
        except BadRequest as error:
            if is_unchanged(error):
                raise
            log.info("whisper not edited, whispered anew", reason=str(error))
            if await self._is_sent(message, view, to):
                await _take_away(message, to)

    async def _may_try(self, chat_id: int, to: Confidant) -> bool:
        if chat_id in self._loud and to.query_id is None:
            return False
        known = self._known.get("known")
        if known is None:
            async with self._services.database.read() as tx:
                known = await outbox.whispers_are_known(tx, self._services.clock())
            self._known["known"] = known
        return known

    async def _note_unknown(self) -> None:
        self._known["known"] = False
        async with self._services.database.write() as tx:
            await outbox.note_whispers_unknown(tx, self._services.clock())

    async def note_rich_unknown(self) -> None:
        """Remember that the server knows no rich messages."""
        async with self._services.database.write() as tx:
            await outbox.note_rich_unknown(tx, self._services.clock())


def _parameters(message: Message, to: Confidant) -> dict[str, Any]:
    receiver: dict[str, Any] = {"receiver_user_id": to.user_id}
    if to.query_id is not None:
        return {"ephemeral_message_parameters": {**receiver, "callback_query_id": to.query_id}}
    unseen = whispered_id(message)
    # A server that knows nothing of whispers takes this for a usual reply.
    answered = {"message_id": message.message_id, "allow_sending_without_reply": True}
    return {
        "ephemeral_message_parameters": receiver,
        "reply_parameters": answered if unseen is None else {"ephemeral_message_id": unseen},
    }


async def _edit(message: Message, view: View | RichView, to: Confidant) -> None:
    content: dict[str, Any] = (
        {
            "text": str(view.text),
            "parse_mode": ParseMode.HTML.value,
            "link_preview_options": NO_PREVIEW,
        }
        if isinstance(view, View)
        else {"rich_message": rich_message(str(view.html))}
    )
    await _change("editEphemeralMessageText", message, to, content, view.keyboard)


async def mark_whispered(message: Message, keyboard: Keyboard, to: Confidant) -> None:
    """Put other buttons under one of them, which stays as it is. Raises what python-telegram-bot raises."""
    await _change("editEphemeralMessageReplyMarkup", message, to, {}, keyboard)


async def _take_away(message: Message, to: Confidant) -> None:
    try:
        await _change("deleteEphemeralMessage", message, to, {}, ())
    except TelegramError as error:
        # The person goes without it, or has both.
        log.info("whisper not taken away", reason=str(error))


async def _change(
    method: str, message: Message, to: Confidant, content: dict[str, Any], keyboard: Keyboard
) -> None:
    given = {
        "chat_id": message.chat_id,
        "receiver_user_id": to.user_id,
        "ephemeral_message_id": whispered_id(message),
        **content,
    }
    if keyboard:
        given["reply_markup"] = markup(keyboard)
    await message.get_bot().do_api_request(method, given)


def whispered_id(message: Message) -> int | None:
    """The number of a message that only one person sees; None for one that all see."""
    number = message.api_kwargs.get("ephemeral_message_id")
    return number if type(number) is int else None


def confidant_of(message: Message) -> Confidant | None:
    """Who alone sees a message, or wrote what only the bot sees; None for what all see, or if nobody says who."""
    if whispered_id(message) is None:
        return None
    author, receiver = message.from_user, message.api_kwargs.get("receiver_user")
    if author is not None and not author.is_bot:
        return Confidant(author.id)
    id = receiver.get("id") if isinstance(receiver, dict) else None
    return Confidant(id) if type(id) is int else None
