"""Chats that come, go, come back, and move to another id, as Telegram tells it."""

from collections.abc import Callable

import structlog
from telegram import Chat, ChatMember, ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import ChatMemberHandler, ContextTypes, MessageHandler, filters

from handlers.admission import is_admitted
from handlers.context import AnyApplication, Services, known_chat
from handlers.reply import send
from handlers.rights import GONE
from handlers.to_all import move
from handlers.views import channel as views
from handlers.views import forum
from handlers.views.message import View, parts_of
from handlers.views.reader import Reader
from handlers.words import say
from storage import chats, outbox, people, reach
from storage.records import ChatId, Dispatch, Refusal

log = structlog.get_logger()

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


def register_membership(
    application: AnyApplication, services: Services, may_tell: Callable[[int], bool]
) -> None:
    """Make the application take note of where the bot is; `may_tell` says whether a chat hears that it is not for it."""
    membership = _Membership(services, may_tell)
    of_bot = ChatMemberHandler.MY_CHAT_MEMBER
    application.add_handler(ChatMemberHandler(membership.changed, of_bot))
    of_others = ChatMemberHandler.CHAT_MEMBER
    application.add_handler(ChatMemberHandler(membership.member_changed, of_others))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated))


class _Membership:
    def __init__(self, services: Services, may_tell: Callable[[int], bool]) -> None:
        self._services = services
        self._may_tell = may_tell

    async def changed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The bot was blocked, let in, put out, or given or taken the right to write."""
        change = update.my_chat_member
        if change is None:
            return
        chat_id, services = ChatId(change.chat.id), self._services
        if services.rights is not None:
            services.rights.forget(chat_id)
        refusal = refusal_of(change)
        if refusal is not None:
            await self._note_refusal(chat_id, refusal)
            if refusal is Refusal.NO_RIGHT and change.old_chat_member.status in GONE:
                await self._tell_of_channel(change, may_post=False)
            return
        person = change.from_user.id
        async with services.database.read() as tx:
            is_new = await chats.get(tx, chat_id) is None
            if await people.is_banned(tx, {chat_id, person}):
                return
            is_for_them = await is_admitted(tx, services, person, chat_id)
        if is_for_them:
            await self._welcome(change, is_new)
            if _may_not(change.chat, change.old_chat_member) is not None:
                await self._tell_of_channel(change, may_post=True)
        elif is_new and change.chat.type in _GROUPS and self._may_tell(chat_id):
            closed = View(say("access.closed", services.defaults.language))
            await send(context.bot, chat_id, closed)

    async def _note_refusal(self, chat_id: ChatId, refusal: Refusal) -> None:
        async with self._services.database.write() as tx:
            if await chats.get(tx, chat_id) is not None:
                await reach.note_unreachable(tx, chat_id, refusal, self._services.clock())
                await outbox.hold(tx, chat_id)
        log.info("chat can't be written to", refusal=refusal.value)

    async def _tell_of_channel(self, change: ChatMemberUpdated, *, may_post: bool) -> None:
        """Tell whoever added the bot to a channel what it can do there, if they have a chat with it.

        Nothing is said in the channel itself: everybody who reads it would see it.
        """
        if change.chat.type != ChatType.CHANNEL:
            return
        services, now = self._services, self._services.clock()
        person, channel = ChatId(change.from_user.id), ChatId(change.chat.id)
        async with services.database.write() as tx:
            told = await chats.get(tx, person)
            if told is None or told.unreachable_since is not None:
                return
            if await people.is_banned(tx, {person, channel}):
                return
            if not await is_admitted(tx, services, person, channel):
                return
            title, name = change.chat.title or "", change.chat.username or ""
            said = views.added(channel, title, name, may_post, Reader.of(told, now))
            await outbox.put(tx, person, parts_of([said]), now, Dispatch(urgent=True))

    async def _welcome(self, change: ChatMemberUpdated, is_new: bool) -> None:
        services, chat_id, now = self._services, ChatId(change.chat.id), self._services.clock()
        by = None
        if change.chat.type == ChatType.CHANNEL:
            async with services.database.read() as tx:
                by = await chats.get(tx, ChatId(change.from_user.id))
        # A channel begins with what holds for the person who runs it, as with /channel.
        language, zone = (None, None) if by is None else (by.language, by.timezone)
        chat = await known_chat(services, chat_id, now, change.chat.type, language, zone)
        async with services.database.write() as tx:
            if chat_id < 0 and services.access != "open":
                # Whoever is in there may use the bot from now on, in there.
                await people.admit(tx, chat_id, now)
            if chat.write_refusals:
                # It may have been given the right to write: no need to wait for another day.
                await chats.change(tx, chat_id, write_refusals=0)
                await outbox.release(tx, chat_id, now)
            if is_new and change.chat.type in _GROUPS:
                # In a private chat, whoever starts the bot says so.
                await outbox.put(tx, chat_id, parts_of([forum.greeting(chat.language)]), now)

    async def member_changed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Somebody became an administrator, or is none any more. Told only where the bot is one."""
        if update.chat_member is not None and self._services.rights is not None:
            self._services.rights.forget(update.chat_member.chat.id)

    async def migrated(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A group became a supergroup, and has another id from now on."""
        message = update.effective_message
        if message is None:
            return
        old, new = message.chat_id, message.migrate_to_chat_id
        if new is None:
            # The supergroup says the same, from its side.
            old, new = message.migrate_from_chat_id or 0, message.chat_id
        async with self._services.database.write() as tx:
            await move(tx, ChatId(old), ChatId(new), self._services.clock())


def refusal_of(change: ChatMemberUpdated) -> Refusal | None:
    """Why the bot can't write to a chat any more; None if it can."""
    return _may_not(change.chat, change.new_chat_member)


def _may_not(chat: Chat, member: ChatMember) -> Refusal | None:
    """Why the bot can't write to a chat in which it is this; None if it can."""
    if member.status in GONE:
        return Refusal.BLOCKED if chat.type == ChatType.PRIVATE else Refusal.KICKED
    may_send = getattr(member, "can_send_messages", True)
    if member.status == ChatMemberStatus.RESTRICTED and not may_send:
        return Refusal.NO_RIGHT
    if chat.type == ChatType.CHANNEL and not getattr(member, "can_post_messages", False):
        return Refusal.NO_RIGHT
    return None
