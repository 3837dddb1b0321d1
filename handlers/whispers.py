"""Messages in a group that only one person sees ("ephemeral", Bot API 10.2 and 10.3).

A bot may send one to anybody where it is an administrator; elsewhere only in answer to a command that nobody else saw
either, or to a press, within 15 seconds. They have a number of their own, and 0 for their id.
(https://core.telegram.org/bots/api#ephemeral-messages-and-commands)
"""

from dataclasses import dataclass
from typing import Any

import structlog
from cachetools import TTLCache
from telegram import Bot, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from handlers.context import Services
from handlers.reply import NO_PREVIEW, markup, send_plain
from handlers.views.message import View
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

    async def whisper(self, message: Message, view: View, to: Confidant) -> bool:
        """Answer a message, or a press of its button, for one person; False if it has to be said aloud.

        What was asked unseen is never answered aloud. Raises what python-telegram-bot raises, but for refusals.
        """
        asked_unseen = whispered_id(message) is not None
        if not asked_unseen and not await self._may_try(message.chat_id):
            return False
        thread = message.message_thread_id if message.is_topic_message else None
        extra = _parameters(message, to)
        try:
            id = await send_plain(message.get_bot(), message.chat_id, view, thread, None, extra)
        except BadRequest as error:
            log.info("not whispered", reason=str(error))
            self._loud[message.chat_id] = True
            return asked_unseen
        if id:
            # Taken for a usual message: everybody saw it, as they would have without all this.
            log.warning("Telegram does not know messages for one person, sent as replies")
            await self._note_unknown()
        return True

    async def _may_try(self, chat_id: int) -> bool:
        if chat_id in self._loud:
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


async def edit_whispered(bot: Bot, chat_id: int, user_id: int, whispered: int, view: View) -> None:
    """Put a text in the place of one that only this person sees. Raises what python-telegram-bot raises."""
    arguments = {
        "chat_id": chat_id,
        "receiver_user_id": user_id,
        "ephemeral_message_id": whispered,
        "text": str(view.text),
        "parse_mode": ParseMode.HTML.value,
        "link_preview_options": NO_PREVIEW,
        "reply_markup": markup(view.keyboard),
    }
    given = {name: value for name, value in arguments.items() if value is not None}
    await bot.do_api_request("editEphemeralMessageText", given)


def whispered_id(message: Message) -> int | None:
    """The number of a message that only one person sees; None for one that all see."""
    number = message.api_kwargs.get("ephemeral_message_id")
    return number if type(number) is int else None
