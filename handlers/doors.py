"""How an update finds its way to a command or a button of the table, and its answer back.

update ─▶ let in? ─▶ which command ─▶ which chat ─▶ who may ─▶ its answer ─▶ reply
│ NewsError ─▶ one kind sentence
└ anything else ─▶ an apology with a reference
"""

from dataclasses import replace

import structlog
from telegram import Document, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from handlers import channel, lists, schedule, start
from handlers.access import may_change
from handlers.answering import Answering, is_of_the_chat
from handlers.asking import Asking
from handlers.commands import (
    ALWAYS_CHANGE,
    BY_NAME,
    COMMANDS,
    PUBLIC,
    Command,
)
from handlers.context import AnyApplication, Ask, Services
from handlers.errors import apologise, explain
from handlers.hearing import person_of, post_of
from handlers.inline import register_inline
from handlers.membership import register_membership
from handlers.presses import Presses
from handlers.threshold import register_threshold
from handlers.views.message import View
from handlers.whispers import Confidant, whispered_id
from news.errors import NewsError
from news.follow import as_address
from storage import chats
from storage.records import ChatId

log = structlog.get_logger()


def register(application: AnyApplication, services: Services) -> None:
    """Make the application answer every command, button and text."""
    asking, answering = Asking(services), Answering(services)
    doors = _Doors(services, asking, answering)
    fresh = filters.UpdateType.MESSAGE
    private = filters.ChatType.PRIVATE
    register_threshold(application, services, answering)
    application.add_handler(MessageHandler(fresh & private & filters.FORWARDED, doors.forwarded))
    for command in COMMANDS:
        names = [command.name, *command.aliases]
        application.add_handler(CommandHandler(names, doors.command, filters=fresh))
    application.add_handler(MessageHandler(fresh & private & filters.COMMAND, doors.unknown))
    sent_here = private | filters.CaptionRegex(r"^/import\b")
    application.add_handler(MessageHandler(fresh & filters.Document.ALL & sent_here, doors.file))
    application.add_handler(MessageHandler(fresh & private & filters.TEXT, doors.text))
    application.add_handler(MessageHandler(fresh & private & filters.LOCATION, doors.location))
    application.add_handler(
        MessageHandler(fresh & private & ~filters.StatusUpdate.ALL, doors.not_text)
    )
    presses = Presses(services, asking, answering)
    application.add_handler(CallbackQueryHandler(presses.button))
    register_membership(application, services)
    register_inline(application, services)
    application.add_error_handler(doors.error)


class _Doors:
    """Where updates come in."""

    def __init__(self, services: Services, asking: Asking, answering: Answering) -> None:
        self._services = services
        self._asking = asking
        self._answering = answering

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command of the table."""
        message = update.effective_message
        if message is None or message.text is None:
            return
        typed, _, argument = message.text.partition(" ")
        if "\n" in typed:
            typed, _, rest = typed.partition("\n")
            argument = f"{rest} {argument}"
        command = BY_NAME[typed[1:].partition("@")[0].casefold()]
        if command.admins and person_of(message) not in self._services.admin_ids:
            # As if there were no such command: in groups, nothing is said of those.
            if message.chat.type == ChatType.PRIVATE:
                await self.unknown(update, context)
            return
        replied = message.reply_to_message
        if command.name == "import" and replied is not None and replied.document is not None:
            await self._take_in(message, replied.document)
            return
        await self._answer(message, command, argument)

    async def text(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Words without a command, in a private chat: an address to follow, or something to look for."""
        message = update.effective_message
        if message is None or message.text is None:
            return
        address = as_address(message.text)
        if address is None:
            await self._answer(message, BY_NAME["latest"], message.text)
            return
        ask = await self._asking.of(message)
        await self._answering.send(message, ask.say("unknown.address", address=address))

    async def forwarded(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """The post of a channel that somebody may want to run from here; any other means nothing."""
        message = update.effective_message
        of = None if message is None else post_of(message)
        if message is None or of is None:
            return
        ask = await self._asking.of(message)
        answer = await channel.show_post(ask, ChatId(of))
        if answer is not None:
            await self._answering.send(message, answer)

    async def file(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A file: a list of feeds."""
        message = update.effective_message
        if message is not None and message.document is not None:
            await self._take_in(message, message.document)

    async def _take_in(self, message: Message, file: Document) -> None:
        """A list of feeds, which came with a message or is what it replies to."""
        ask = await self._asking.for_whom(await self._asking.of(message), message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
        elif not await may_change(
            self._services.rights, message.chat, message.from_user, message.sender_chat
        ):
            await self._answering.answer(ask, message, ask.say("access.admins"))
        elif (file.file_size or 0) > lists.MAX_BYTES:
            await self._answering.answer(ask, message, ask.say("import.large"))
        else:
            async with self._answering.alive(message, at_once=True):
                told = replace(ask, report=self._answering.reporter(message))
                answer = await _imported(told, file)
            await self._answering.answer(ask, message, answer)

    async def location(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A place on earth: its time zone is that of the chat from now on."""
        message = update.effective_message
        if message is None or (place := message.location) is None:
            return
        ask = await self._asking.for_whom(await self._asking.of(message), message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
            return
        answer = await schedule.locate(ask, place.latitude, place.longitude)
        await self._answering.answer(ask, message, answer)

    async def not_text(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A picture, a voice, a sticker."""
        message = update.effective_message
        if message is None:
            return
        ask = await self._asking.of(message)
        await self._answering.send(message, ask.say("unknown.message"))

    async def unknown(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command that is not in the table."""
        message = update.effective_message
        if message is None or message.text is None:
            return
        name = message.text.split()[0].lstrip("/").partition("@")[0]
        ask = await self._asking.of(message)
        await self._answering.send(message, start.unknown(ask, name, PUBLIC))

    async def error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Whatever no handler foresaw: the person gets an apology, the log gets the trace."""
        assert context.error is not None  # noqa: S101 - this is when Telegram's client calls here
        if is_of_the_chat(context.error):
            log.info("answer not wanted", reason=str(context.error))
            return
        message = update.effective_message if isinstance(update, Update) else None
        if message is None or isinstance(context.error, TelegramError):
            apologise(context.error, None, "telegram")
            return
        try:
            ask = await self._asking.of(message)
        except Exception as error:  # noqa: BLE001 - the database may be what broke
            apologise(error, None, "database")
            return
        apology = apologise(context.error, ask, "handler")
        if apology is not None:
            await self._answering.send(message, apology)

    async def _answer(self, message: Message, command: Command, argument: str) -> None:
        found = await self._asking.of(message, argument=argument)
        here = command.here or command.admins
        ask = found if here else await self._asking.for_whom(found, message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
            return
        changes = bool(command.changes and (argument.strip() or command.name in ALWAYS_CHANGE))
        if changes and not await may_change(
            self._services.rights, message.chat, message.from_user, message.sender_chat
        ):
            refused = ask.say("access.admins")
            await self._answering.send(message, refused, to=_confidant(ask, message, True))
            return
        if changes and command.settles:
            await self._settle(ask, message, command)
        async with self._answering.alive(message, at_once=command.slow):
            told = ask
            if command.slow:
                told = replace(ask, report=self._answering.reporter(message))
            try:
                answer = await command.answer(told)
            except NewsError as error:
                answer = explain(error, ask, command.name)
        to = _confidant(ask, message, command.aside and not changes)
        await self._answering.answer(ask, message, answer, to=to)
        await self._asking.note(message)

    async def _settle(self, ask: Ask, message: Message, command: Command) -> None:
        """Let digests come to the topic of a forum in which somebody chooses when, or follows the first thing."""
        thread = message.message_thread_id if message.is_topic_message else None
        if not message.chat.is_forum or ask.chat.thread_id == thread:
            return
        async with self._services.database.write() as tx:
            if command.name == "schedule" or not await chats.count_subscriptions(tx, ask.chat.id):
                await chats.change(tx, ask.chat.id, thread_id=thread)


def _confidant(ask: Ask, message: Message, aside: bool) -> Confidant | None:
    """Who alone is to see an answer: it is an aside, or was asked unseen. None if it is for all."""
    if ask.user_id is None or not (aside or whispered_id(message) is not None):
        return None
    return Confidant(ask.user_id)


async def _imported(ask: Ask, file: Document) -> View:
    """What came of a list of feeds that was sent."""
    try:
        sent = await file.get_file()
        document = bytes(await sent.download_as_bytearray())
    except TelegramError as error:
        log.warning("file not fetched", error=type(error).__name__)
        return ask.say("import.lost")
    return await lists.import_list(ask, document)
