"""Views → Telegram's own types, and out."""

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode

from handlers.views.message import Keyboard, View

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram takes them."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.data) for button in row]
            for row in keyboard
        ]
    )


async def send(
    bot: Bot, chat_id: int, view: View, thread_id: int | None = None, reply_to: int | None = None
) -> int:
    """Send one message; its id. Raises what python-telegram-bot raises."""
    if view.file is not None:
        sent = await bot.send_document(
            chat_id,
            view.file.content,
            filename=view.file.name,
            caption=str(view.text),
            parse_mode=ParseMode.HTML,
            reply_markup=markup(view.keyboard),
            message_thread_id=thread_id,
            reply_to_message_id=reply_to,
            allow_sending_without_reply=None if reply_to is None else True,
        )
        return sent.message_id
    message = await bot.send_message(
        chat_id,
        str(view.text),
        parse_mode=ParseMode.HTML,
        reply_markup=markup(view.keyboard),
        link_preview_options=NO_PREVIEW,
        message_thread_id=thread_id,
        reply_to_message_id=reply_to,
        allow_sending_without_reply=None if reply_to is None else True,
    )
    return message.message_id
