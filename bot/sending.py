"""One message of the outbox → one call to Telegram, or two where the first was refused for its form."""

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.settlement import Result
from bot.verdicts import Outcome, Verdict, judge
from handlers.reply import as_dict, send_rich
from handlers.views.message import keyboard_from_json, plain_text
from storage.records import Outgoing

log = structlog.get_logger()

_NO_PREVIEW = {"is_disabled": True}

_SENT = Verdict(Outcome.SENT)

_OF_THE_FORM = (Outcome.MALFORMED, Outcome.TOO_LONG, Outcome.GIVEN_UP, Outcome.NO_RIGHT)
"""What is said of a rich message and need not hold for the classic ones."""


async def attempt(bot: Bot, message: Outgoing, paid: bool) -> Result:
    """Hand a message to Telegram; what became of it.

    Raises InvalidToken, since that says nothing about the message.
    """
    try:
        send = _send_rich if message.rich else _send_classic
        return Result(message, _SENT, message_id=await send(bot, message, paid))
    except InvalidToken:
        raise
    except TelegramError as error:
        result = _judged(message, error)
    if message.rich or result.verdict is None or result.verdict.outcome is not Outcome.MALFORMED:
        return result
    log.error("our HTML was refused, sent as plain text", message=message.id, reason=result.reason)
    try:
        message_id = await _send_classic(bot, message, paid, plain=True)
    except InvalidToken:
        raise
    except TelegramError as error:
        return _judged(message, error)
    return Result(message, _SENT, message_id=message_id)


def _judged(message: Outgoing, error: TelegramError) -> Result:
    verdict = judge(error, message.attempts)
    if message.rich and verdict.outcome in _OF_THE_FORM:
        verdict = Verdict(Outcome.MALFORMED)
    if verdict.outcome is Outcome.NO_TOPIC and message.thread_id is None:
        # The general one itself is closed.
        verdict = Verdict(Outcome.NO_RIGHT)
    return Result(message, verdict, f"{type(error).__name__}: {error}")


async def _send_classic(bot: Bot, message: Outgoing, paid: bool, plain: bool = False) -> int:
    """As `bot.send_message`, which would build a dozen objects of which only a number is needed."""
    given: dict[str, object] = {
        "chat_id": message.chat_id,
        "text": plain_text(message.text) if plain else message.text,
    }
    if not message.previews:
        given["link_preview_options"] = _NO_PREVIEW
    if not plain:
        given["parse_mode"] = "HTML"
    if keyboard := keyboard_from_json(message.keyboard):
        given["reply_markup"] = as_dict(keyboard)
    if message.silent:
        given["disable_notification"] = True
    if message.thread_id is not None:
        given["message_thread_id"] = message.thread_id
    if paid:
        given["allow_paid_broadcast"] = True
    parameters = [RequestParameter(name, value, None) for name, value in given.items()]
    sent = await bot.request.post(f"{bot.base_url}/sendMessage", RequestData(parameters))
    if not isinstance(sent, dict):
        raise TelegramError("no message in the answer")
    return int(sent["message_id"])


async def _send_rich(bot: Bot, message: Outgoing, paid: bool) -> int:
    return await send_rich(
        bot,
        message.chat_id,
        message.text,
        keyboard_from_json(message.keyboard),
        message.thread_id,
        silent=message.silent,
        paid=paid,
    )
