"""Whose updates are listened to, and who asks for what in them.

Not heard: edits, what was forwarded or sent by way of another bot, other bots, posts of channels, commands for
another bot, and the talk of a group. What Telegram would never send is not heard either: an update is a stranger's
word, and python-telegram-bot takes it as it comes.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    InlineQuery,
    Location,
    Message,
    MessageOriginChannel,
    Update,
    User,
)
from telegram.constants import ChatType, MessageEntityType

_HALVES = re.compile("[\ud800-\udfff]")

_COMMAND = re.compile(
    r"[/／]([a-z0-9_]{1,64})(?:@([a-z0-9_]+))?(?![\w/<>])", re.ASCII | re.IGNORECASE
)
"""What Telegram takes for a command, and the same with a slash of full width or letters of others right behind it."""

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)

_LARGEST_ID = 1 << 52
"""Telegram's ids have no more bits."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as somebody typed it."""

    name: str
    """In lower case, without the slash."""
    addressed: str
    """The bot that it is for, in lower case; empty if it is not said."""
    argument: str
    """What is typed behind it, with its line ends."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who asks for something."""

    chat_id: int
    private: bool
    user_id: int | None
    """Who asks; None for an administrator who writes in the name of the group, or somebody in that of a channel."""
    whose: int
    """Whose share it counts to: theirs, or that of whoever they speak for."""
    is_asked: bool
    """False for what may be no more than talk: nobody is told that it is not answered."""
    payload: str = ""
    """What a link to this bot carried along; empty without one."""
    is_typing: bool = False
    """True for an inline query: one comes with every letter."""


def is_well_formed(update: Update) -> bool:
    """Whether an update says who did what where in a form that Telegram would use."""
    user, chat = update.effective_user, update.effective_chat
    return (user is None or _is_user(user)) and (chat is None or _is_chat(chat))


def is_of_membership(update: Update) -> bool:
    """Whether an update says that a chat came, went or moved, which needs no leave."""
    change, message = update.my_chat_member or update.chat_member, update.message
    if change is not None:
        members: tuple[Any, ...] = (change.old_chat_member, change.new_chat_member)
        whole = all(one is not None and isinstance(one.status, str) for one in members)
        return whole and _is_named(change.chat) and _is_user(change.from_user)
    if message is None or not _is_message(message) or message.chat.type not in _GROUPS:
        return False
    moved = message.migrate_to_chat_id or message.migrate_from_chat_id
    return moved is not None and _is_id(moved)


def knock_of(update: Update, bot_name: str, commands: Collection[str]) -> Knock | None:
    """Who asks for something; None if nobody does who is listened to."""
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.inline_query is not None:
        return _inline(update.inline_query)
    message = update.message
    if message is None or not _is_message(message) or _is_second_hand(message):
        return None
    sender, user = message.sender_chat, message.from_user
    if sender is None and (user is None or user.is_bot):
        return None
    if sender is not None and not _is_chat(sender):
        return None
    private = message.chat.type == ChatType.PRIVATE
    typed = command_in(typed_in(message))
    if typed is not None and typed.addressed not in ("", bot_name.casefold()):
        return None
    # What is called by the bot's name is asked of it, whether it knows such a command or not.
    is_ours = typed is not None and (typed.name in commands or typed.addressed != "")
    replies = message.reply_to_message is not None and _is_by(message.reply_to_message, bot_name)
    if not (private or is_ours or (replies and typed is None)):
        return None
    asked = private or is_ours
    starts = typed is not None and typed.name == "start"
    payload = "".join(typed.argument.split()[:1]) if typed is not None and starts else ""
    whose = whose_share(message)
    return Knock(message.chat.id, private, person_of(message), whose, asked, payload)


def person_of(message: Message) -> int | None:
    """Who wrote; None for whoever writes in the name of a group or a channel."""
    user = message.from_user
    return None if user is None or message.sender_chat is not None else user.id


def whose_share(message: Message) -> int:
    """To whose share a message counts: that of the person who wrote, or of whoever they speak for."""
    sender = message.sender_chat
    return person_of(message) or (sender.id if sender is not None else message.chat.id)


def thread_of(message: Message) -> int | None:
    """The topic of a forum in which a message is; None for its general one, and where there are none."""
    return message.message_thread_id if message.is_topic_message else None


def is_in_group(message: Message) -> bool:
    """Whether a message is in a group of either kind."""
    return message.chat.type in _GROUPS


def _is_second_hand(message: Message) -> bool:
    """Whether it was said by somebody else, somewhere else; a channel's post is how one shows the channel."""
    if message.via_bot is not None or message.is_automatic_forward:
        return True
    shown = message.chat.type == ChatType.PRIVATE and post_of(message) is not None
    return message.forward_origin is not None and not shown


def post_of(message: Message) -> int | None:
    """The channel whose post was forwarded; None for any other message."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel) or not _is_chat(origin.chat):
        return None
    return origin.chat.id


def _press(query: CallbackQuery) -> Knock | None:
    texts: tuple[Any, ...] = (query.id, query.data or "")
    well_formed = all(_is_text(text) for text in texts) and _is_user(query.from_user)
    if not well_formed or query.from_user.is_bot:
        return None
    user_id, message = query.from_user.id, query.message
    if not isinstance(message, Message):
        # Under what was sent by way of inline mode, or too long ago: the button is let go, no more.
        return Knock(user_id, True, user_id, user_id, is_asked=False)
    if not _is_message(message):
        return None
    private = message.chat.type == ChatType.PRIVATE
    return Knock(message.chat.id, private, user_id, user_id, is_asked=True)


def _inline(query: InlineQuery) -> Knock | None:
    texts: tuple[Any, ...] = (query.id, query.query, query.offset)
    if not all(_is_text(text) for text in texts) or not _is_user(query.from_user):
        return None
    user_id = query.from_user.id
    return Knock(user_id, True, user_id, user_id, is_asked=False, is_typing=True)


def command_in(typed: str) -> Typed | None:
    """The command that a text begins with; None without one."""
    found = _COMMAND.match(typed)
    if found is None:
        return None
    # Whatever a keyboard makes of the space behind a command parts it from what follows; lines stay as they are.
    return Typed(found[1].casefold(), (found[2] or "").casefold(), typed[found.end() :].strip())


def typed_in(message: Message) -> str:
    """What somebody wrote, in a message or below what they sent."""
    return message.text or message.caption or ""


def unaddressed(typed: str, bot_name: str) -> str:
    """What somebody wrote without the name of the bot before or behind it, as clients put it there in groups."""
    name = rf"@{re.escape(bot_name)}\b"
    return re.sub(rf"^\s*{name}[\s,:]*|[\s,]*{name}\s*$", "", typed, flags=re.IGNORECASE)


def addresses_behind(message: Message) -> tuple[str, ...]:
    """The addresses that words of a message lead to without showing them, as an app shares a page."""
    marks = (*(message.entities or ()), *(message.caption_entities or ()))
    found = (mark.url for mark in marks if mark.type == MessageEntityType.TEXT_LINK)
    return tuple(dict.fromkeys(url for url in found if url and _is_text(url)))


def _is_by(message: Message, bot_name: str) -> bool:
    author = message.from_user
    return author is not None and author.is_bot and author.username == bot_name


def _is_message(message: Message) -> bool:
    texts = (message.text, message.caption)
    marks = (*(message.entities or ()), *(message.caption_entities or ()))
    return (
        _is_chat(message.chat)
        and (message.from_user is None or _is_user(message.from_user))
        and _is_id(message.message_id)
        and (message.message_thread_id is None or _is_id(message.message_thread_id))
        and all(text is None or _is_text(text) for text in texts)
        and all(_is_id(mark.offset) and _is_id(mark.length) for mark in marks)
        and (message.location is None or _is_place(message.location))
    )


def _is_place(place: Location) -> bool:
    degrees: tuple[Any, ...] = (place.latitude, place.longitude)
    return all(type(one) in (int, float) and -180 <= one <= 180 for one in degrees)


def _is_chat(chat: Chat | None) -> bool:
    return chat is not None and _is_id(chat.id) and isinstance(chat.type, str)


def _is_named(chat: Chat | None) -> bool:
    """Whether it is a chat whose names, if it has any, can be told."""
    return (
        chat is not None
        and _is_chat(chat)
        and all(name is None or _is_text(name) for name in (chat.title, chat.username))
    )


def _is_user(user: User | None) -> bool:
    return user is not None and _is_id(user.id) and isinstance(user.language_code, str | None)


def _is_text(text: Any) -> bool:
    # Half a character is no text: it can't be sent back.
    return isinstance(text, str) and _HALVES.search(text) is None


def _is_id(number: Any) -> bool:
    return type(number) is int and abs(number) < _LARGEST_ID
