"""Messages and presses → questions: of which chat, by whom, and about which channel."""

import structlog
from cachetools import LRUCache
from telegram import Message, User
from telegram.constants import ChatType

from handlers import channel
from handlers.context import Ask, Replied, Services, known_chat
from handlers.hearing import person_of, post_of, thread_of
from handlers.shown_message import data_of, first_line
from handlers.views import channel as channel_views
from handlers.views.message import View
from handlers.words import choose
from storage import chats
from storage.database import is_trouble
from storage.records import ChatId

log = structlog.get_logger()

_REMEMBERED = 10_000


class Asking:
    """Makes questions, and notes which chats ask any."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._noted: LRUCache[int, str] = LRUCache(_REMEMBERED)
        """The day on which a chat was last noted to have asked for something."""

    async def of(self, message: Message, presser: User | None = None, argument: str = "") -> Ask:
        """The question of the chat that a message is in, by its author or by who pressed a button of it."""
        services, now, chat = self._services, self._services.clock(), message.chat
        user = presser or message.from_user
        private = chat.type == ChatType.PRIVATE
        # What Telegram says of a person is no word of the group that they are in.
        default = services.defaults.language
        language = choose(user.language_code, default) if private and user else None
        kept = await known_chat(services, ChatId(chat.id), now, chat.type, language)
        asker = presser.id if presser is not None else person_of(message)
        thread = thread_of(message)
        return Ask(
            *(services, kept, now, argument, asker, _about(message)),
            replied=_replied(message),
            in_forum=chat.is_forum is True,
            thread_id=thread,
        )

    async def note(self, message: Message) -> None:
        """Note that a chat asked something today. It is for figures: a database in trouble has other worries."""
        services, chat = self._services, message.chat
        now = services.clock()
        today = f"{now:%Y-%m-%d}"
        if self._noted.get(chat.id) == today:
            return
        self._noted[chat.id] = today
        try:
            async with services.database.write() as tx:
                await chats.change(tx, ChatId(chat.id), asked_at=now, kind=chat.type)
        except Exception as error:
            if not is_trouble(error):
                raise
            log.warning("not noted that a chat asks", error=type(error).__name__)

    async def for_whom(self, ask: Ask, message: Message) -> Ask | View:
        """The question about the channel that is run from a private chat, if one is; or why it can't be asked."""
        return await channel.for_channel(ask) if message.chat.type == ChatType.PRIVATE else ask

    async def pressed_for(self, ask: Ask, message: Message) -> Ask | View:
        """Likewise for a press: the message with the button says for whom it speaks."""
        if message.chat.type != ChatType.PRIVATE:
            return ask
        shown = first_line(message)
        if not channel_views.speaks_for(shown):
            return ask
        meant = await channel.for_channel(ask)
        if isinstance(meant, View):
            return meant
        title = meant.speaks_for
        fits = title and channel_views.speaks_for_this(shown, title)
        return meant if fits else ask.say("menu.old")


def _replied(message: Message) -> Replied | None:
    answered = message.reply_to_message
    # Everything in a topic of a forum is a reply to the message that began it.
    if answered is None or answered.forum_topic_created is not None:
        return None
    return Replied(answered.date, data_of(answered))


def _about(message: Message) -> int | None:
    """Whose message is answered, or which channel's post."""
    answered = message.reply_to_message
    if answered is None:
        return None
    of = post_of(answered)
    return of if of is not None else person_of(answered)
