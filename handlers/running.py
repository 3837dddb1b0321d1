"""A command on its way from what somebody typed to its answer: which chat, who may, what it asks and waits for.

command and what stands behind it ─▶ which chat ─▶ who may ─▶ its answer ─▶ reply
                                                        │ nothing stood behind it ─▶ a question
                                                        └ it was no answer to one ─▶ asked again
"""

from dataclasses import replace

import structlog
from markupsafe import Markup
from telegram import Document, Message
from telegram.error import TelegramError

from handlers import lists, schedule
from handlers.answering import Answering
from handlers.asking import Asking
from handlers.commands import ALWAYS_CHANGE, ASK_BESIDE, ASK_FIRST, ONLY_ONCE, Command
from handlers.context import Answer, Ask, Services, is_refusal
from handlers.errors import explain
from handlers.free_text import offer_place, search_instead
from handlers.hearing import is_in_group
from handlers.once import note_begun
from handlers.order import giving_way
from handlers.questions import Questions
from handlers.rights import refusal
from handlers.settling import settle_first
from handlers.signs import show_at_once
from handlers.views.message import View
from handlers.whispers import Confidant, whispered_id
from news.errors import NewsError

log = structlog.get_logger()


class Running:
    """Runs commands, and what is sent without one."""

    def __init__(
        self, services: Services, asking: Asking, answering: Answering, questions: Questions
    ) -> None:
        self._services = services
        self._asking = asking
        self._answering = answering
        self._questions = questions

    async def run(
        self,
        message: Message,
        command: Command,
        argument: str,
        *,
        ended: str = "",
        is_answer: bool = False,
    ) -> None:
        """Answer a command; `ended` is the one whose question it put an end to, see `Ask.ended`.

        With `is_answer`, what stands behind it was asked for; what is not understood is asked for again.
        """
        found = replace(
            await self._asking.of(message, argument=argument), ended=ended, answers=is_answer
        )
        here = command.here or command.admins
        ask = found if here else await self._asking.for_whom(found, message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
            return
        empty = not argument.strip()
        asks_first = empty and command.name in ASK_FIRST
        changes = command.changes and (not empty or command.name in ALWAYS_CHANGE)
        # Who may not change anything is not asked what to change.
        if (changes or (asks_first and command.changes)) and (key := await self._refusal(message)):
            await self._tell(ask, message, ask.refuse(key))
            return
        if is_answer or (changes and command.name in ONLY_ONCE):
            await note_begun(self._services, command.name)
        if is_answer:
            # At once: what comes while this waits for the web is no answer to the same question.
            await self._questions.end(message)
        answer = await self._answer(ask, message, command, settles=changes and command.settles)
        # What offers a choice of its own, or says that there is none, is no failure.
        if is_answer and isinstance(answer, View) and answer.aside and answer.asks is None:
            await self._questions.ask_again(message, command.name)
            answer = await self._asked_again(ask, message, answer)
        aloud = asks_first and is_in_group(message) and whispered_id(message) is None
        if aloud and isinstance(answer, View):
            answer = replace(answer, forces_reply=not answer.keyboard)
        aside = not aloud and ((command.aside and not changes) or is_refusal(answer))
        sent = await self._answering.answer(ask, message, answer, to=confidant(ask, aside))
        if _asks(answer, command, empty):
            await self._wait(message, command, sent)
        await self._asking.note(message)

    async def _answer(
        self, ask: Ask, message: Message, command: Command, *, settles: bool
    ) -> Answer:
        if settles:
            await settle_first(ask)
        told = ask
        if command.slow:
            show_at_once()
            told = replace(ask, report=self._answering.reporter(message))
        try:
            return await command.answer(told)
        except NewsError as error:
            return explain(error, ask, command.name)

    async def _asked_again(self, ask: Ask, message: Message, answer: View) -> View:
        """What was not understood, with the ways out of the question."""
        rows = () if is_in_group(message) else await search_instead(ask)
        text = Markup("\n\n").join([answer.text, ask.say("question.open").text])
        return replace(answer, text=text, keyboard=(*answer.keyboard, *rows))

    async def _wait(self, message: Message, command: Command, sent: int | None) -> None:
        """Wait for what was not typed behind a command; in a group, for a reply, by somebody who may send one."""
        if not is_in_group(message):
            await self._questions.ask(message, command.name, sent or 0)
        elif sent is not None and not (command.changes and await self._refusal(message)):
            await self._questions.ask(message, command.name, sent)

    async def tell_broken_off(self, message: Message, command: str) -> None:
        """Say that a command may be done, which a process that ended had begun."""
        ask = await self._asking.of(message)
        await self._tell(ask, message, ask.refuse("begun.before", command=f"/{command}"))

    async def take_in(self, message: Message, file: Document) -> None:
        """Follow a list of feeds, which came with a message or is what it replies to."""
        ask = await self._asking.for_whom(await self._asking.of(message), message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
        elif key := await self._refusal(message):
            await self._tell(ask, message, ask.refuse(key))
        elif (file.file_size or 0) > lists.MAX_BYTES:
            await self._tell(ask, message, ask.refuse("import.large"))
        else:
            await settle_first(ask)
            show_at_once()
            told = replace(ask, report=self._answering.reporter(message))
            answer = await _imported(told, file)
            if not is_refusal(answer):
                await self._questions.end_any(message)
            await self._tell(ask, message, answer)

    async def locate(self, message: Message, *, is_answer: bool) -> None:
        """Take the time zone of a place that somebody shows, if that was asked for; else offer it."""
        place = message.location
        ask = await self._asking.for_whom(await self._asking.of(message), message)
        if isinstance(ask, View):
            await self._answering.send(message, ask)
        elif place is not None and not is_answer:
            offered = await offer_place(ask, place.latitude, place.longitude)
            await self._answering.answer(ask, message, offered)
        elif place is not None:
            key = await self._refusal(message)
            answer = (
                ask.refuse(key)
                if key
                else await schedule.locate(ask, place.latitude, place.longitude)
            )
            if not is_refusal(answer):
                await self._questions.end(message)
            await self._tell(ask, message, answer)

    async def _tell(self, ask: Ask, message: Message, answer: View) -> None:
        """Answer; what is refused is for nobody but whoever asked."""
        to = confidant(ask, is_refusal(answer))
        await self._answering.answer(ask, message, answer, to=to)

    async def _refusal(self, message: Message) -> str:
        """Why whoever wrote may not change anything here, as the key of a sentence; empty if they may."""
        return await refusal(
            self._services.rights, message.chat, message.from_user, message.sender_chat
        )


def _asks(answer: Answer, command: Command, empty: bool) -> bool:
    """Whether an answer to a command, which stood alone if `empty`, is itself a question."""
    last = answer[-1] if isinstance(answer, tuple) else answer
    if last.asks is not None:
        return last.asks
    return empty and command.name in (*ASK_FIRST, *ASK_BESIDE)


def confidant(ask: Ask, aside: bool) -> Confidant | None:
    """Who alone is to see an answer that is an aside; None if it is for all, or nobody says who asks."""
    return Confidant(ask.user_id) if aside and ask.user_id is not None else None


async def _imported(ask: Ask, file: Document) -> View:
    """What came of a list of feeds that was sent."""
    try:
        async with giving_way():
            sent = await file.get_file()
            document = bytes(await sent.download_as_bytearray())
    except TelegramError as error:
        log.warning("file not fetched", error=type(error).__name__)
        return ask.refuse("import.lost")
    return await lists.import_list(ask, document)
