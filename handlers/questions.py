"""Questions that wait for their answer: what somebody types next, or in a group, replies to them.

    a command with nothing behind it ─▶ its question, remembered ─▶ the next message is what was missing
    an offer ─▶ the button that does it, remembered ─▶ a "yes" does it, whatever else comes next ends it
    any command ─▶ whatever was asked before is asked no more

They are kept in the database: the next message may come to another process.
"""

from datetime import timedelta

from telegram import Message
from telegram.constants import ChatType

from handlers.context import Answer, Ask, Services
from handlers.hearing import thread_of, whose_share
from storage import questions
from storage.database import Transaction
from storage.records import Asker, ChatId, OfferId, Question

WAITS = timedelta(minutes=10)
"""How long an answer is waited for."""


_YES = "offer "
"""What a question begins with that a "yes" answers; behind it stands the number of the offer."""


class Questions:
    """Remembers who was asked what."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answered_by(self, message: Message) -> str:
        """The command that a message is the answer for; empty if it is none."""
        asker = _asker_of(message)
        async with self._services.database.read() as tx:
            since = self._services.clock() - WAITS
            waiting = await questions.waiting(tx, asker, since)
        if waiting is None:
            return ""
        if message.chat.type == ChatType.PRIVATE:
            return waiting.command
        # In a group people talk to each other, and reply to what they were sent long ago.
        replied = message.reply_to_message
        answers = replied is not None and replied.message_id == waiting.message_id
        return waiting.command if answers else ""

    async def ask(self, message: Message, command: str, message_id: int) -> None:
        """Wait for an answer of whoever wrote, to the message that asks what is missing of a command."""
        async with self._services.database.write() as tx:
            question = Question(command, message_id)
            await questions.put(tx, _asker_of(message), question, self._services.clock())

    async def ask_again(self, message: Message, command: str) -> None:
        """Wait on, since an answer was not understood; unless something else is asked by now."""
        replied = message.reply_to_message
        number = 0 if replied is None else replied.message_id
        asker, now = _asker_of(message), self._services.clock()
        async with self._services.database.write() as tx:
            if await questions.waiting(tx, asker, now - WAITS) is None:
                await questions.put(tx, asker, Question(command, number), now)

    async def end(self, message: Message) -> None:
        """Wait no longer for whoever wrote, who was asked something."""
        async with self._services.database.write() as tx:
            await questions.end(tx, _asker_of(message))

    async def end_any(self, message: Message) -> str:
        """Wait no longer for whoever wrote; the command that they were asked about, empty if none."""
        asker = _asker_of(message)
        async with self._services.database.read() as tx:
            waiting = await questions.waiting(tx, asker, self._services.clock() - WAITS)
        if waiting is None:
            return ""
        await self.end(message)
        return waiting.command


async def cancel(ask: Ask) -> Answer:
    """Say that nothing is asked any more. Every command ends what was asked before; this one does nothing else."""
    if offered_by(ask.ended) is not None:
        return ask.say("offer.declined")
    if ask.ended:
        return ask.say("cancel.done", command=ask.ended)
    return ask.say("cancel.nothing")


async def wait_for_yes(tx: Transaction, ask: Ask, id: OfferId) -> None:
    """Let a "yes" that is typed next take an offer, unless a command waits for its answer."""
    # In a group, a "yes" may be said to anybody.
    if ask.user_id is None or not (ask.speaks_for or ask.chat.id == ask.user_id):
        return
    asker = Asker(ChatId(ask.user_id), 0, ask.user_id)
    if await questions.waiting(tx, asker, ask.now - WAITS) is None:
        await questions.put(tx, asker, Question(f"{_YES}{id}", 0), ask.now)


def offered_by(question: str) -> OfferId | None:
    """The offer that a "yes" to a question takes; None if it is the question of a command."""
    return OfferId(int(question.removeprefix(_YES))) if question.startswith(_YES) else None


def _asker_of(message: Message) -> Asker:
    thread = thread_of(message)
    return Asker(ChatId(message.chat.id), thread or 0, whose_share(message))
