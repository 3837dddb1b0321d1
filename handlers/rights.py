"""Who may do what in a chat, as Telegram says: anyone reads; in groups and channels, administrators change settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cachetools import TTLCache
from telegram import Bot, Chat, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from storage.records import ChatId

ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
"""What Telegram says somebody is who runs a chat."""

GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
"""Likewise, of somebody who is not there."""

_SECONDS = 60
"""How long an answer of Telegram's is believed: so long an administrator of yesterday may still be one here."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Described:
    """A chat, as Telegram describes it: what somebody takes for a channel may be a group, or a person."""

    id: ChatId
    title: str
    is_channel: bool
    is_person: bool
    """True for a chat with one person; a group is neither."""


class Standing(Enum):
    """What somebody is in a group or channel."""

    ABSENT = "absent"
    """Not there, or Telegram does not say."""
    PRESENT = "present"
    """There, and no more; in a channel, also an administrator who may not post."""
    RUNS = "runs"
    """An administrator; in a channel, one who may post."""


class Unsure(Exception):
    """Telegram could not be asked; ask again later."""


class Rights:
    """Asks Telegram who may do what, and remembers it for a minute."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        def seconds() -> float:
            return clock().timestamp()

        self._bot = bot
        self._members: TTLCache[tuple[int, int], Standing] = TTLCache(
            _REMEMBERED, _SECONDS, seconds
        )
        self._channels: TTLCache[int, Described] = TTLCache(_REMEMBERED, _SECONDS, seconds)

    async def administers(self, chat_id: int, user_id: int) -> bool:
        """Whether somebody is an administrator of a group or channel; in a channel, one who may post.

        Raises Unsure.
        """
        return await self._standing(chat_id, user_id) is Standing.RUNS

    async def bot_in(self, channel: ChatId) -> Standing:
        """What the bot is in a channel; it may post if it runs it. Raises Unsure."""
        return await self._standing(channel, self._bot.id)

    async def described(self, named: str | int) -> Described | None:
        """The chat with this @name or id; None if there is none that the bot can see. Raises Unsure."""
        if isinstance(named, int) and (known := self._channels.get(named)) is not None:
            return known
        try:
            chat = await self._bot.get_chat(named)
        except (BadRequest, Forbidden):
            return None
        except TelegramError as error:
            raise Unsure from error
        found = Described(
            *(ChatId(chat.id), chat.title or chat.full_name or ""),
            is_channel=chat.type == ChatType.CHANNEL,
            is_person=chat.type == ChatType.PRIVATE,
        )
        self._channels[found.id] = found
        return found

    def forget(self, chat_id: int) -> None:
        """Something changed among the members of a chat: ask anew."""
        for key in [key for key in self._members if key[0] == chat_id]:
            self._members.pop(key, None)

    async def _standing(self, chat_id: int, user_id: int) -> Standing:
        known = self._members.get((chat_id, user_id))
        if known is None:
            known = self._members[chat_id, user_id] = await self._asked(chat_id, user_id)
        return known

    async def _asked(self, chat_id: int, user_id: int) -> Standing:
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except (BadRequest, Forbidden):
            # Not told who is an administrator: then nobody is.
            return Standing.ABSENT
        except TelegramError as error:
            raise Unsure from error
        if member.status in GONE:
            return Standing.ABSENT
        posts = getattr(member, "can_post_messages", None)
        runs = member.status in ADMINISTRATORS and posts is not False
        return Standing.RUNS if runs else Standing.PRESENT


async def refusal(
    rights: Rights | None, chat: Chat, user: User | None, sender_chat: Chat | None
) -> str:
    """Why this person may not change this chat's settings, as the key of a sentence; empty if they may.

    `sender_chat` is the group itself when one of its administrators writes anonymously.
    """
    if chat.type == ChatType.PRIVATE:
        return ""
    if sender_chat is not None:
        runs = sender_chat.id == chat.id
    elif user is None or rights is None:
        runs = False
    else:
        try:
            runs = await rights.administers(chat.id, user.id)
        except Unsure:
            return "access.unsure"
    if runs:
        return ""
    return "access.channel" if chat.type == ChatType.CHANNEL else "access.admins"
