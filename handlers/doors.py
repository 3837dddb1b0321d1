"""How an update finds its way to a command or a button of the table, and its answer back.

update ─▶ which command ─▶ who may ─▶ the chat ─▶ its answer ─▶ reply
│ NewsError ─▶ one kind sentence
└ anything else ─▶ an apology with a reference
"""

from collections.abc import Awaitable

import structlog
from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from handlers import lists, start
from handlers.access import may_change
from handlers.buttons import decode
from handlers.commands import (
    ALWAYS_CHANGE,
    BY_NAME,
    COMMANDS,
    EDITING_ACTIONS,
    PUBLIC,
    READING_ACTIONS,
    TOASTED,
    Command,
    press,
)
from handlers.context import Answer, AnyApplication, Ask, Services, known_chat
from handlers.errors import apologise, explain
from handlers.membership import register_membership
from handlers.reply import edit, edit_keyboard, keyboard_of, send
from handlers.views.marks import with_marks
from handlers.views.message import RichView, Toast, View, plain_text
from news.errors import NewsError
from news.follow import as_address
from news.text import shorten
from storage import chats, outbox
from storage.records import ChatId

log = structlog.get_logger()


def register(application: AnyApplication, services: Services) -> None:
    """Make the application answer every command, button and text."""
    doors = _Doors(services)
    fresh = filters.UpdateType.MESSAGE
    private = filters.ChatType.PRIVATE
    for command in COMMANDS:
        names = [command.name, *command.aliases]
        application.add_handler(CommandHandler(names, doors.command, filters=fresh))
    application.add_handler(MessageHandler(fresh & private & filters.COMMAND, doors.unknown))
    sent_here = private | filters.CaptionRegex(r"^/import\b")
    application.add_handler(MessageHandler(fresh & filters.Document.ALL & sent_here, doors.file))
    application.add_handler(MessageHandler(fresh & private & filters.TEXT, doors.text))
    application.add_handler(
        MessageHandler(fresh & private & ~filters.StatusUpdate.ALL, doors.not_text)
    )
    application.add_handler(CallbackQueryHandler(doors.button))
    register_membership(application, services)
    application.add_error_handler(doors.error)


class _Doors:
    """Where updates come in."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command of the table."""
        message = update.effective_message
        if message is None or message.text is None or _from_bot(update):
            return
        typed, _, argument = message.text.partition(" ")
        if "\n" in typed:
            typed, _, rest = typed.partition("\n")
            argument = f"{rest} {argument}"
        command = BY_NAME[typed[1:].partition("@")[0].casefold()]
        if command.admins and _person(update) not in self._services.admin_ids:
            # As if there were no such command: in groups, nothing is said of those.
            if message.chat.type == ChatType.PRIVATE:
                await self.unknown(update, context)
            return
        await self._answer(update, context, message, command, argument)

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Words without a command, in a private chat: an address to follow, or something to look for."""
        message = update.effective_message
        if message is None or message.text is None or _from_bot(update):
            return
        address = as_address(message.text)
        if address is None:
            await self._answer(update, context, message, BY_NAME["latest"], message.text)
            return
        ask = await self._ask(ChatId(message.chat_id))
        await self._send(context, message, ask.say("unknown.address", address=address))

    async def file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A file: a list of feeds."""
        message = update.effective_message
        if message is None or message.document is None or _from_bot(update):
            return
        command, _, addressed = (
            (message.caption or "").partition("\n")[0].split(" ")[0].partition("@")
        )
        if (
            command == "/import"
            and addressed
            and addressed.casefold() != context.bot.username.casefold()
        ):
            return
        ask = await self._ask(ChatId(message.chat_id))
        if not await may_change(
            context.bot, message.chat, update.effective_user, message.sender_chat
        ):
            await self._send(context, message, ask.say("access.admins"))
        elif (message.document.file_size or 0) > lists.MAX_BYTES:
            await self._send(context, message, ask.say("import.large"))
        else:
            await _show_life(context, message)
            try:
                file = await message.document.get_file()
                document = bytes(await file.download_as_bytearray())
            except TelegramError as error:
                log.warning("file not fetched", error=type(error).__name__)
                await self._send(context, message, ask.say("import.lost"))
            else:
                await self._send(context, message, await lists.import_list(ask, document))

    async def not_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A picture, a voice, a sticker."""
        message = update.effective_message
        if message is None or _from_bot(update):
            return
        ask = await self._ask(ChatId(message.chat_id))
        await self._send(context, message, ask.say("unknown.message"))

    async def unknown(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command that is not in the table."""
        message = update.effective_message
        if message is None or message.text is None or _from_bot(update):
            return
        name = message.text.split()[0].lstrip("/").partition("@")[0]
        ask = await self._ask(ChatId(message.chat_id))
        await self._send(context, message, start.unknown(ask, name, PUBLIC))

    async def button(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A press."""
        query, chat = update.callback_query, update.effective_chat
        if query is None or chat is None or not isinstance(query.message, Message):
            if query is not None:
                await _acknowledge(query)
            return
        ask = await self._ask(ChatId(chat.id), user_id=query.from_user.id)
        action = decode(query.data or "")
        if action is None:
            await _acknowledge(query, ask.say("menu.old"))
            return
        if not isinstance(action, READING_ACTIONS) and not await may_change(
            context.bot, chat, query.from_user, None
        ):
            await _acknowledge(query, ask.say("access.admins"))
            return
        toasted = TOASTED.get(type(action))
        if toasted is not None:
            await _show_toast(query, query.message, await toasted(ask, action))
            return
        await _acknowledge(query)
        try:
            answer = await press(ask, action)
        except NewsError as error:
            answer = explain(error, ask, "latest")
        if (
            isinstance(action, EDITING_ACTIONS)
            and not isinstance(answer, tuple)
            and _is_editable(query.message, answer)
        ):
            await _edit(query.message, answer)
        else:
            await self._send(context, query.message, answer, reply=False)

    async def error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Whatever no handler foresaw: the person gets an apology, the log gets the trace."""
        assert context.error is not None  # noqa: S101 - this is when Telegram's client calls here
        message = update.effective_message if isinstance(update, Update) else None
        if message is None or isinstance(context.error, TelegramError):
            apologise(context.error, None, "telegram")
            return
        try:
            ask = await self._ask(ChatId(message.chat_id))
        except Exception as error:  # noqa: BLE001 - the database may be what broke
            apologise(error, None, "database")
            return
        apology = apologise(context.error, ask, "handler")
        if apology is not None:
            await self._send(context, message, apology)

    async def _ask(self, chat_id: ChatId, argument: str = "", user_id: int | None = None) -> Ask:
        now = self._services.clock()
        chat = await known_chat(self._services, chat_id, now)
        return Ask(self._services, chat, now, argument, user_id)

    async def _answer(
        self,
        update: Update,
        context: ContextTypes.DEFAULT_TYPE,
        message: Message,
        command: Command,
        argument: str,
    ) -> None:
        ask = await self._ask(ChatId(message.chat_id), argument, _person(update))
        changes = command.changes and (argument.strip() or command.name in ALWAYS_CHANGE)
        if changes and not await may_change(
            context.bot, message.chat, update.effective_user, message.sender_chat
        ):
            await self._send(context, message, ask.say("access.admins"))
            return
        if changes and command.settles:
            await self._settle(ask, message, command)
        if command.slow:
            await _show_life(context, message)
        try:
            answer = await command.answer(ask)
        except NewsError as error:
            answer = explain(error, ask, command.name)
        await self._send(context, message, answer)

    async def _settle(self, ask: Ask, message: Message, command: Command) -> None:
        """Let digests come to the topic of a forum in which somebody chooses when, or follows the first thing."""
        thread = message.message_thread_id if message.is_topic_message else None
        if not message.chat.is_forum or ask.chat.thread_id == thread:
            return
        async with self._services.database.write() as tx:
            if command.name == "schedule" or not await chats.count_subscriptions(tx, ask.chat.id):
                await chats.change(tx, ask.chat.id, thread_id=thread)

    async def _send(
        self,
        context: ContextTypes.DEFAULT_TYPE,
        message: Message,
        answer: Answer,
        reply: bool = True,
    ) -> None:
        """Send an answer where the question was asked; in groups, as a reply to it."""
        in_group = message.chat.type != ChatType.PRIVATE
        thread = message.message_thread_id if message.is_topic_message else None
        for view in answer if isinstance(answer, tuple) else (answer,):
            await send(
                context.bot,
                message.chat_id,
                view,
                thread,
                message.message_id if in_group and reply else None,
                self._note_rich_unknown,
            )

    async def _note_rich_unknown(self) -> None:
        async with self._services.database.write() as tx:
            await outbox.note_rich_unknown(tx, self._services.clock())


def _person(update: Update) -> int | None:
    """Who speaks, by their id; None for an anonymous administrator, or a channel."""
    user, message = update.effective_user, update.effective_message
    speaks_for_itself = message is None or message.sender_chat is None
    return user.id if user is not None and speaks_for_itself else None


def _from_bot(update: Update) -> bool:
    user = update.effective_user
    # An anonymous administrator speaks through a bot of Telegram's, in the name of the group.
    message = update.effective_message
    anonymous = message is not None and message.sender_chat is not None
    return user is not None and user.is_bot and not anonymous


async def _acknowledge(
    query: CallbackQuery, view: View | Toast | None = None, alert: bool = True
) -> None:
    """End the button's spinning, with a word if there is one; what was pressed for is done all the same.

    With `alert` the word stays until it is read.
    """
    try:
        if view is None or not view.text:
            await query.answer()
        else:
            await query.answer(shorten(plain_text(view.text), 200), show_alert=alert)
    except TelegramError as error:
        # A press that waited for longer than some seconds can't be answered any more.
        log.debug("press not acknowledged", error=type(error).__name__)


async def _show_toast(query: CallbackQuery, message: Message, toast: Toast) -> None:
    await _acknowledge(query, toast, alert=False)
    if toast.marks:
        rows = with_marks(keyboard_of(message.reply_markup), toast.marks)
        await _unless_the_same(edit_keyboard(message, rows))


async def _show_life(context: ContextTypes.DEFAULT_TYPE, message: Message) -> None:
    """Tell the chat that an answer is on its way; without it the answer comes all the same."""
    try:
        await context.bot.send_chat_action(message.chat_id, ChatAction.TYPING)
    except TelegramError as error:
        log.debug("no sign of life", error=type(error).__name__)


async def _edit(message: Message, view: View | RichView) -> None:
    await _unless_the_same(edit(message.get_bot(), message.chat_id, message.message_id, view))


async def _unless_the_same(change: Awaitable[object]) -> None:
    """Await a change of a message, unless it is as it should be already."""
    try:
        await change
    except BadRequest as error:
        # Two fast taps: the first has brought the page already.
        if "not modified" not in str(error).casefold():
            raise


def _is_editable(message: Message, view: Answer) -> bool:
    """Whether an answer can take the place of a message: a page of text would destroy a newspaper."""
    if isinstance(view, View):
        return message.text is not None
    return isinstance(view, RichView) and "rich_message" in message.api_kwargs
