"""Views → Telegram's own types, and out."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from handlers.views.message import (
    Button,
    Keyboard,
    RichView,
    View,
    keyboard_as_json,
    parts_as_json,
)
from handlers.views.rich import turned, without_pictures
from storage import outbox
from storage.database import Transaction
from storage.records import ChatId, Dispatch

log = structlog.get_logger()

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram takes them."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.label, callback_data=button.data or None, url=button.url or None
                )
                for button in row
            ]
            for row in keyboard
        ]
    )


def as_dict(keyboard: Keyboard) -> dict[str, Any]:
    """Likewise, as JSON has it."""
    rows = [
        [
            {"text": button.label}
            | ({"url": button.url} if button.url else {"callback_data": button.data})
            for button in row
        ]
        for row in keyboard
    ]
    return {"inline_keyboard": rows}


def keyboard_of(shown: InlineKeyboardMarkup | None) -> Keyboard:
    """The inverse of `markup`."""
    rows = () if shown is None else shown.inline_keyboard
    return tuple(
        tuple(Button(one.text, str(one.callback_data or ""), one.url or "") for one in row)
        for row in rows
    )


def is_passing(error: TelegramError) -> bool:
    """Whether a call may be taken later: Telegram takes no more for a while, is in trouble, or could not be reached.

    Where its answer got lost, nobody knows whether it was taken: then it may be taken twice.
    """
    lost = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
    return lost or isinstance(error, RetryAfter)


def is_unchanged(error: BadRequest) -> bool:
    """Whether an edit is refused since the message is as it should be already: the first of two fast taps did it."""
    return "not modified" in str(error).casefold()


async def send(
    bot: Bot,
    chat_id: int,
    view: View | RichView,
    thread_id: int | None = None,
    reply_to: int | None = None,
    on_unknown: Callable[[], Awaitable[None]] | None = None,
    extra: dict[str, Any] | None = None,
) -> int:
    """Send one message; its id. Raises what python-telegram-bot raises.

    A rich message that is refused goes out as its fallback, and the last of that gives the id;
    `on_unknown` is awaited if Telegram does not know such messages at all. `extra` goes along as it is.
    """
    if isinstance(view, View):
        return await send_plain(bot, chat_id, view, thread_id, reply_to, extra)
    html, keyboard = str(view.html), view.keyboard
    try:
        return await send_rich(bot, chat_id, html, keyboard, thread_id, reply_to, extra=extra)
    except EndPointNotFound:
        if on_unknown is not None:
            await on_unknown()
        if not view.fallback:
            raise
    except BadRequest as error:
        if not view.fallback:
            raise
        log.error("our rich message was refused, sent as classic ones", reason=str(error))
    sent = 0
    for part in view.fallback:
        sent = await send_plain(bot, chat_id, part, thread_id, reply_to, extra)
    return sent


async def send_later(
    tx: Transaction, chat_id: int, view: View | RichView, thread_id: int | None, now: datetime
) -> bool:
    """Leave an answer that Telegram would not take now to the outbox; False for a file, which can't wait."""
    dispatch = Dispatch(urgent=True, thread_id=thread_id)
    chat, keyboard = ChatId(chat_id), keyboard_as_json(view.keyboard)
    if isinstance(view, RichView):
        fallback = parts_as_json(view.fallback)
        await outbox.put_rich(tx, chat, str(view.html), keyboard, fallback, now, dispatch)
        return True
    if view.file is not None:
        return False
    await outbox.put(tx, chat, [(str(view.text), keyboard)], now, dispatch)
    return True


async def send_rich(
    bot: Bot,
    chat_id: int,
    html: str,
    keyboard: Keyboard = (),
    thread_id: int | None = None,
    reply_to: int | None = None,
    *,
    silent: bool = False,
    paid: bool = False,
    extra: dict[str, Any] | None = None,
) -> int:
    """Send one rich message; its id. Goes without its pictures if they are what can't be taken.

    `silent` comes without a sound; `paid` pays for going beyond Telegram's usual limit; `extra` goes along as it is.

    Raises EndPointNotFound if Telegram does not know such messages, else what python-telegram-bot raises.
    """
    reply = None
    if reply_to is not None:
        reply = ReplyParameters(reply_to, allow_sending_without_reply=True)
    arguments = {
        "chat_id": chat_id,
        "rich_message": rich_message(html),
        "reply_markup": markup(keyboard),
        "message_thread_id": thread_id,
        "reply_parameters": reply,
        "disable_notification": silent or None,
        "allow_paid_broadcast": paid or None,
        **(extra or {}),
    }
    try:
        return await _send_rich(bot, arguments)
    except BadRequest as error:
        plainer = without_pictures(html)
        if plainer == html or not _of_pictures(error):
            raise
        log.info("sent without pictures", reason=str(error))
        return await _send_rich(bot, arguments | {"rich_message": rich_message(plainer)})


async def edit(bot: Bot, chat_id: int, message_id: int, view: View | RichView) -> None:
    """Put a message in the place of another one of its kind. Raises what python-telegram-bot raises."""
    if isinstance(view, View):
        await bot.edit_message_text(
            str(view.text),
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(view.keyboard),
            link_preview_options=NO_PREVIEW,
        )
        return
    await bot.edit_message_text(
        None,  # type: ignore[arg-type] # left out: it has either a text or this
        chat_id,
        message_id,
        reply_markup=markup(view.keyboard),
        api_kwargs={"rich_message": rich_message(str(view.html))},
    )


async def edit_keyboard(message: Message, keyboard: Keyboard) -> None:
    """Put other buttons under a message, which stays as it is. Raises what python-telegram-bot raises."""
    await message.edit_reply_markup(markup(keyboard))


def rich_message(html: str) -> dict[str, Any]:
    """Rich HTML as Telegram takes it; nothing in a story is made a link that is none."""
    return {"html": html, "is_rtl": turned(html), "skip_entity_detection": True}


async def _send_rich(bot: Bot, arguments: dict[str, Any]) -> int:
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        sent = await bot.do_api_request("sendRichMessage", given)
    except EndPointNotFound as error:
        # The client takes a refused token for an unknown method, too.
        if "unauthorized" in str(error.__cause__).casefold():
            raise InvalidToken(str(error.__cause__)) from error
        raise
    return int(sent["message_id"])


def _of_pictures(error: BadRequest) -> bool:
    words = str(error).casefold()
    return any(word in words for word in ("media", "photo", "image", "webpage", "http url"))


async def send_plain(
    bot: Bot,
    chat_id: int,
    view: View,
    thread_id: int | None,
    reply_to: int | None,
    extra: dict[str, Any] | None = None,
) -> int:
    """Send one message that is not rich; its id. `extra` goes along as it is. Raises what python-telegram-bot raises."""
    if view.file is not None:
        send_file = bot.send_photo if view.file.picture else bot.send_document
        sent = await send_file(
            chat_id,
            view.file.content,
            filename=view.file.name,
            caption=str(view.text),
            parse_mode=ParseMode.HTML,
            reply_markup=markup(view.keyboard),
            message_thread_id=thread_id,
            reply_to_message_id=reply_to,
            allow_sending_without_reply=None if reply_to is None else True,
            api_kwargs=extra,
        )
        return sent.message_id
    # Selective: only whoever is replied to is shown the field, not the whole group.
    forced = ForceReply(selective=True) if view.forces_reply else None
    message = await bot.send_message(
        chat_id,
        str(view.text),
        parse_mode=ParseMode.HTML,
        reply_markup=forced or markup(view.keyboard),
        link_preview_options=NO_PREVIEW,
        message_thread_id=thread_id,
        reply_to_message_id=reply_to,
        allow_sending_without_reply=None if reply_to is None else True,
        api_kwargs=extra,
    )
    return message.message_id
