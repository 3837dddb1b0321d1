"""Chats that come, go, come back, and move to another id, as Telegram tells it."""

import structlog
from telegram import ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import ChatMemberHandler, ContextTypes, MessageHandler, filters

from handlers.context import AnyApplication, Ask, Services, known_chat
from handlers.views import first_steps
from handlers.views.message import parts_of
from storage import chats, outbox, reach
from storage.records import ChatId, Refusal

log = structlog.get_logger()

_GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


def register_membership(application: AnyApplication, services: Services) -> None:
    """Make the application take note of where the bot is."""
    membership = _Membership(services)
    of_bot = ChatMemberHandler.MY_CHAT_MEMBER
    application.add_handler(ChatMemberHandler(membership.changed, of_bot))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated))


class _Membership:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def changed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """The bot was blocked, let in, put out, or given or taken the right to write."""
        change = update.my_chat_member
        if change is None:
            return
        refusal = refusal_of(change)
        chat_id, now = ChatId(change.chat.id), self._services.clock()
        database = self._services.database
        if refusal is not None:
            async with database.write() as tx:
                if await chats.get(tx, chat_id) is not None:
                    await reach.note_unreachable(tx, chat_id, refusal, now)
                    await outbox.hold(tx, chat_id)
            log.info("chat can't be written to", refusal=refusal.value)
            return
        async with database.read() as tx:
            is_new = await chats.get(tx, chat_id) is None
        chat = await known_chat(self._services, chat_id, now)
        if chat.write_refusals:
            # It may have been given the right to write: no need to wait for another day.
            async with database.write() as tx:
                await chats.change(tx, chat_id, write_refusals=0)
                await outbox.release(tx, chat_id, now)
        if is_new and change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
            # In a private chat, whoever starts the bot says so.
            welcome = first_steps.welcome(chat, Ask(self._services, chat, now).reader)
            async with database.write() as tx:
                await outbox.put(tx, chat_id, parts_of([welcome]), now)

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
            if await chats.get(tx, ChatId(old)) is not None:
                await chats.migrate(tx, ChatId(old), ChatId(new))


def refusal_of(change: ChatMemberUpdated) -> Refusal | None:
    """Why the bot can't write to a chat any more; None if it can."""
    member = change.new_chat_member
    if member.status in _GONE:
        private = change.chat.type == ChatType.PRIVATE
        return Refusal.BLOCKED if private else Refusal.KICKED
    may_send = getattr(member, "can_send_messages", True)
    if member.status == ChatMemberStatus.RESTRICTED and not may_send:
        return Refusal.NO_RIGHT
    if change.chat.type == ChatType.CHANNEL and not getattr(member, "can_post_messages", False):
        return Refusal.NO_RIGHT
    return None
