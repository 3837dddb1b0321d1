"""Who may do what: anyone reads; in groups, only administrators change settings."""

from telegram import Bot, Chat, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def may_change(bot: Bot, chat: Chat, user: User | None, sender_chat: Chat | None) -> bool:
    """Whether this person may change this chat's settings.

    `sender_chat` is the group itself when one of its administrators writes anonymously.
    """
    if chat.type == ChatType.PRIVATE:
        return True
    if sender_chat is not None:
        return sender_chat.id == chat.id
    if user is None:
        return False
    try:
        member = await bot.get_chat_member(chat.id, user.id)
    except TelegramError:
        # Not told who is an administrator: then nobody is.
        return False
    return member.status in _ADMINISTRATORS
