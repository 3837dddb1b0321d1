"""Who may do what in a chat, as Telegram says: anyone reads; in groups and channels, administrators change settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cachetools import TTLCache
from telegram import Bot, Chat, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from storage.records import ChatId

_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)

_SECONDS = 60
"""How long an answer of Telegram's is believed: so long an administrator of yesterday may still be one here."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, as Telegram describes it."""

    id: ChatId
    title: str


class Unsure(Exception):
    """Telegram could not be asked; ask again later."""


class Rights:
    """Asks Telegram who may do what, and remembers it for a minute."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        def seconds() -> float:
            return clock().timestamp()

        self._bot = bot
        self._members: TTLCache[tuple[int, int], bool] = TTLCache(_REMEMBERED, _SECONDS, seconds)
        self._channels: TTLCache[int, Channel] = TTLCache(_REMEMBERED, _SECONDS, seconds)

    async def administers(self, chat_id: int, user_id: int) -> bool:
        """Whether somebody is an administrator of a group or channel; in a channel, one who may post.

        Raises Unsure.
        """
        known = self._members.get((chat_id, user_id))
        if known is None:
            known = self._members[chat_id, user_id] = await self._is_administrator(chat_id, user_id)
        return known

    async def may_post(self, channel: ChatId) -> bool:
        """Whether the bot may post in a channel. Raises Unsure."""
        return await self.administers(channel, self._bot.id)

    async def channel(self, named: str | int) -> Channel | None:
        """The channel with this @name or id; None if there is none that the bot knows of. Raises Unsure."""
        if isinstance(named, int) and (known := self._channels.get(named)) is not None:
            return known
        try:
            chat = await self._bot.get_chat(named)
        except (BadRequest, Forbidden):
            return None
        except TelegramError as error:
            raise Unsure from error
        if chat.type != ChatType.CHANNEL:
            return None
        found = Channel(ChatId(chat.id), chat.title or "")
        self._channels[found.id] = found
        return found

    def forget(self, chat_id: int) -> None:
        """Something changed among the members of a chat: ask anew."""
        for key in [key for key in self._members if key[0] == chat_id]:
            self._members.pop(key, None)

    async def _is_administrator(self, chat_id: int, user_id: int) -> bool:
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except (BadRequest, Forbidden):
            # Not told who is an administrator: then nobody is.
            return False
        except TelegramError as error:
            raise Unsure from error
        posts = getattr(member, "can_post_messages", None)
        return member.status in _ADMINISTRATORS and posts is not False


async def may_change(
    rights: Rights | None, chat: Chat, user: User | None, sender_chat: Chat | None
) -> bool:
    """Whether this person may change this chat's settings.

    `sender_chat` is the group itself when one of its administrators writes anonymously.
    """
    if chat.type == ChatType.PRIVATE:
        return True
    if sender_chat is not None:
        return sender_chat.id == chat.id
    if user is None or rights is None:
        return False
    try:
        return await rights.administers(chat.id, user.id)
    except Unsure:
        return False
