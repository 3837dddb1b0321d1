"""How an update finds its way to a command or a button of the table, and its answer back.

update ─▶ let in? ─▶ which command, or what else ─▶ `running` ─▶ reply
└ what nobody foresaw ─▶ an apology with a reference
"""

from dataclasses import replace

import structlog
from telegram import Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import (
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from handlers import channel, start
from handlers.actions import accept
from handlers.answering import Answering, is_of_the_chat
from handlers.asking import Asking
from handlers.commands import (
    ASK_FIRST,
    BY_NAME,
    ONLY_ONCE,
    PUBLIC,
    TAKE_ADDRESSES,
    TAKE_KNOWN_WORDS,
    Command,
)
from handlers.context import Answer, AnyApplication, Ask, Services
from handlers.errors import apologise
from handlers.free_text import command_meant
from handlers.hearing import (
    addresses_behind,
    command_in,
    person_of,
    post_of,
    typed_in,
    unaddressed,
)
from handlers.inline import register_inline
from handlers.membership import register_membership
from handlers.offer_buttons import Accept
from handlers.once import begun_before
from handlers.plain_words import STOP, means_none, says_yes, takes
from handlers.presses import Presses
from handlers.questions import Questions, offered_by
from handlers.running import Running, confidant
from handlers.threshold import register_threshold
from news.typed_addresses import addresses_in
from storage.records import ChatId, OfferId

log = structlog.get_logger()

_ELSEWHERE = ("settings", "latest", "subscriptions")
"""What somebody wants by a word alone, whatever they were asked to name."""

_ENDS = ("cancel", STOP)
"""What somebody means by a word who was asked something and does not want to answer."""


def register(application: AnyApplication, services: Services) -> None:
    """Make the application answer every command, button and text."""
    asking, answering = Asking(services), Answering(services)
    doors = _Doors(services, asking, answering)
    fresh = filters.UpdateType.MESSAGE
    private = filters.ChatType.PRIVATE
    may_tell = register_threshold(application, services, answering)
    application.add_handler(MessageHandler(fresh & private & filters.FORWARDED, doors.forwarded))
    sent_here = private | filters.CaptionRegex(r"(?i)^/import\b")
    application.add_handler(MessageHandler(fresh & filters.Document.ALL & sent_here, doors.file))
    # Below a picture, too.
    typed = filters.COMMAND | filters.CaptionRegex(r"^/\w")
    called = (private | filters.ChatType.GROUPS) & typed
    application.add_handler(MessageHandler(fresh & called, doors.command))
    replies = filters.ChatType.GROUPS & filters.REPLY
    application.add_handler(MessageHandler(fresh & replies, doors.reply))
    application.add_handler(MessageHandler(fresh & private & filters.TEXT, doors.text))
    application.add_handler(MessageHandler(fresh & private & filters.LOCATION, doors.location))
    application.add_handler(
        MessageHandler(fresh & private & ~filters.StatusUpdate.ALL, doors.not_text)
    )
    presses = Presses(services, asking, answering)
    application.add_handler(CallbackQueryHandler(presses.button))
    register_membership(application, services, may_tell)
    register_inline(application, services)
    application.add_error_handler(doors.error)


def _ends(meant: Command, asked: Command, typed: str) -> bool:
    """Whether somebody who was asked something does not want to answer.

    "No" and "stop" turn nothing off: they mean the question. "None" is how the screen of quiet hours says that there
    are none, and "no" says of a layout that it can't be read. "Ok" is nothing to be looked for.
    """
    if asked.name in ASK_FIRST and says_yes(typed):
        return True
    if meant.name not in _ENDS or (asked.name == "quiet" and means_none(typed)):
        return False
    return asked.name not in TAKE_KNOWN_WORDS or not takes(asked.name, typed)


def _answer_in(meant: Command, argument: str, asked: Command, typed: str) -> str:
    """What answers the question: of "send it every day at 8", the time, as where nothing was asked."""
    return argument if meant.name == asked.name and takes(asked.name, argument) else typed


def _is_elsewhere(meant: Command, argument: str, asked: Command) -> bool:
    """Whether somebody who was asked what to look for wants to see something else, as with a command."""
    return asked.name in ASK_FIRST and meant.name in _ELSEWHERE and not argument.strip()


def _may_answer(asked: Command, typed: str) -> bool:
    """Whether a command that asked something takes these words, or says at least what is wrong with them."""
    return asked.name not in TAKE_KNOWN_WORDS or takes(asked.name, typed)


def _beside(typed: str, message: Message) -> str:
    """What was typed, with the addresses behind its words on the same line: the words are their titles, and no topics."""
    return " ".join([typed, *addresses_behind(message)])


async def _accept(ask: Ask) -> Answer:
    """Do what was offered."""
    return await accept(ask, Accept(OfferId(int(ask.argument))))


_ACCEPT = Command("accept", _accept, "help.read", changes=True, slow=True)
"""What a "yes" to an offer means."""


class _Doors:
    """Where updates come in."""

    def __init__(self, services: Services, asking: Asking, answering: Answering) -> None:
        self._services = services
        self._asking = asking
        self._answering = answering
        self._questions = Questions(services)
        self._running = Running(services, asking, answering, self._questions)

    async def command(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command: one of the table, or one that is not in it."""
        message = update.effective_message
        typed = None if message is None else command_in(typed_in(message))
        if message is None or typed is None or await self._was_broken_off(message):
            return
        command, private = BY_NAME.get(typed.name), message.chat.type == ChatType.PRIVATE
        ended = await self._questions.end_any(message)
        by_admin = person_of(message) in self._services.admin_ids
        if command is None or (command.admins and not by_admin):
            # In groups, nothing is said of what may be a command of another bot.
            if private or typed.addressed:
                await self._unknown(message, typed.name)
            return
        replied, argument = message.reply_to_message, typed.argument
        if command.name == "import" and replied is not None and replied.document is not None:
            await self._running.take_in(message, replied.document)
            return
        if command.name in TAKE_ADDRESSES:
            argument = _beside(argument, message)
        await self._running.run(message, command, argument, ended=ended)

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Words without a command, in a private chat: an answer, or whatever they mean."""
        message = update.effective_message
        if message is None or await self._was_broken_off(message):
            return
        typed = typed_in(message)
        if command_in(typed) is not None:
            # With a slash that Telegram takes for none.
            await self.command(update, context)
            return
        typed = _beside(typed, message)
        meant, argument = command_meant(typed)
        question = await self._question(message)
        if (offered := offered_by(question)) is not None:
            await self._questions.end(message)
            if says_yes(typed):
                await self._running.run(message, _ACCEPT, str(offered))
                return
            if meant.name == "cancel":
                await self._running.run(message, meant, "", ended=question)
                return
        asked = BY_NAME.get(question)
        if asked is not None and _ends(meant, asked, typed):
            await self._end(message, asked)
            return
        if asked is not None and _is_elsewhere(meant, argument, asked):
            await self._questions.end(message)
            await self._running.run(message, meant, argument)
            return
        fits = asked is not None and (asked.name in TAKE_ADDRESSES or not addresses_in(typed))
        if asked is not None and fits and meant.name != "help" and _may_answer(asked, typed):
            answer = _answer_in(meant, argument, asked, typed)
            await self._running.run(message, asked, answer, is_answer=True)
        else:
            await self._running.run(message, meant, argument)

    async def _was_broken_off(self, message: Message) -> bool:
        """Whether a process that ended had begun what must not be done twice; whoever asked for it is told so."""
        command = await begun_before(self._services)
        if command not in ONLY_ONCE:
            return False
        await self._running.tell_broken_off(message, command)
        return True

    async def _question(self, message: Message) -> str:
        """What a message answers the question of; also if that ended before its process did. Empty if of none."""
        return await begun_before(self._services) or await self._questions.answered_by(message)

    async def _end(self, message: Message, asked: Command) -> None:
        """Wait no longer for an answer, and say so."""
        await self._questions.end(message)
        await self._running.run(message, BY_NAME["cancel"], "", ended=asked.name)

    async def reply(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A reply in a group: the answer to a question, or talk."""
        message = update.effective_message
        asked = None
        if message is not None and not await self._was_broken_off(message):
            asked = BY_NAME.get(await self._question(message))
        if message is None or asked is None:
            return
        typed = unaddressed(typed_in(message), context.bot.username)
        meant, argument = command_meant(typed)
        if message.document is not None and asked.name == "import":
            await self._running.take_in(message, message.document)
        elif message.location is not None and asked.name == "timezone":
            await self._running.locate(message, is_answer=True)
        elif _ends(meant, asked, typed):
            await self._end(message, asked)
        elif _is_elsewhere(meant, argument, asked):
            await self._questions.end(message)
            await self._running.run(message, meant, argument)
        elif typed.strip() and _may_answer(asked, typed):
            answer = _beside(_answer_in(meant, argument, asked, typed), message)
            await self._running.run(message, asked, answer, is_answer=True)

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
            await self._running.take_in(message, message.document)

    async def location(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A place on earth: its time zone may be that of the chat from now on."""
        message = update.effective_message
        if message is not None and message.location is not None:
            asked = await self._questions.answered_by(message)
            await self._running.locate(message, is_answer=asked == "timezone")

    async def not_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A picture, a voice, a sticker: what is written below it may say what it is for."""
        message = update.effective_message
        if message is None:
            return
        typed = typed_in(message)
        if command_in(typed) or addresses_in(typed) or addresses_behind(message):
            await self.text(update, context)
            return
        ask = await self._asking.of(message)
        await self._answering.send(message, ask.say("unknown.message"))

    async def _unknown(self, message: Message, name: str) -> None:
        """A command that is not in the table, or not for whoever typed it."""
        ask = await self._asking.of(message)
        answer = start.unknown(ask, name, PUBLIC)
        await self._answering.send(message, answer, to=confidant(ask, True))

    async def error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Whatever no handler foresaw: the person gets an apology, the log gets the trace."""
        assert context.error is not None  # noqa: S101 - this is when Telegram's client calls here
        if is_of_the_chat(context.error):
            log.info("answer not wanted", reason=str(context.error))
            return
        message = update.effective_message if isinstance(update, Update) else None
        query = update.callback_query if isinstance(update, Update) else None
        of_telegram = isinstance(context.error, TelegramError)
        if message is None or (of_telegram and not isinstance(context.error, BadRequest)):
            # What Telegram could not be told now, an apology could not tell it either.
            apologise(context.error, None, "telegram")
            return
        try:
            ask = await self._asking.of(message, None if query is None else query.from_user)
        except Exception as error:  # noqa: BLE001 - the database may be what broke
            apologise(error, None, "database")
            return
        apology = apologise(context.error, ask, "handler")
        if apology is not None:
            to = confidant(ask, True)
            if to is not None and query is not None:
                to = replace(to, query_id=query.id)
            try:
                await self._answering.send(message, apology, to=to)
            except TelegramError as error:
                log.warning("no apology sent", error=type(error).__name__)
