"""Who is let in: the first thing that happens to an update, and for many the last.

update ─▶ heard? ─▶ within their share? ─▶ (its turn) ─▶ not banned? ─▶ let in? ─▶ the other handlers
"""

from collections.abc import Callable
from contextvars import ContextVar

import structlog
from cachetools import TTLCache
from telegram import InlineQuery, Update, User
from telegram.ext import ApplicationHandlerStop, TypeHandler

from handlers.admission import is_admitted
from handlers.answering import Answering
from handlers.commands import BY_NAME
from handlers.context import AnyApplication, Services
from handlers.fairness import PRESS, Turn
from handlers.hearing import Knock, is_of_membership, knock_of
from handlers.inline_answers import answer
from handlers.links import HOME
from handlers.views import inline as views
from handlers.views.message import View
from handlers.whispers import Confidant
from handlers.words import choose, say
from storage import chats, people
from storage.records import ChatId

log = structlog.get_logger()

INVITE = "i_"
"""What the payload of a link that lets somebody in begins with."""

_FIRST = -1
"""The group of handlers that is asked before all others."""

_SAID_SECONDS = 3600
_REMEMBERED = 10_000


_taken: ContextVar[Turn | None] = ContextVar("share", default=None)
"""What came of the share of whoever sent the update that is dealt with here, if that was asked when it arrived."""


class Shares:
    """Takes the share of whoever asks when they do: by the turn of what waits, it would have filled up again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def take(self, update: Update) -> bool:
        """Whether an update is worth waiting for its turn: False for what is too much, and was called so already."""
        knock = _knock_of(update)
        if knock is None:
            return True
        turn = _turn(self._services, knock, update)
        _taken.set(turn)
        return turn is not Turn.IGNORED


def _knock_of(update: Update) -> Knock | None:
    if is_of_membership(update):
        return None
    return knock_of(update, update.get_bot().username, BY_NAME)


def _turn(services: Services, knock: Knock, update: Update) -> Turn:
    fair_use, now = services.fair_use, services.clock()
    if fair_use is None:
        return Turn.GRANTED
    if knock.is_typing:
        return Turn.GRANTED if fair_use.may_type(knock.whose, now) else Turn.IGNORED
    count = 1 if update.callback_query is None else PRESS
    return fair_use.turn(knock.whose, knock.chat_id, now, count)


def register_threshold(
    application: AnyApplication, services: Services, answering: Answering
) -> Callable[[int], bool]:
    """Let nothing through to the application's handlers but what is to be answered.

    Gives what notes of a chat that it is told that the bot is not for it; False if it was not long ago.
    """
    threshold = _Threshold(services, answering)
    application.add_handler(TypeHandler(Update, threshold.check), _FIRST)
    return threshold.may_tell


class _Threshold:
    def __init__(self, services: Services, answering: Answering) -> None:
        self._services = services
        self._answering = answering
        self._told: TTLCache[int, bool] = TTLCache(
            _REMEMBERED, _SAID_SECONDS, lambda: services.clock().timestamp()
        )
        """Chats that were told that the bot is not for them, not long ago."""

    def may_tell(self, chat_id: int) -> bool:
        """Whether a chat is told that the bot is not for it, which it is once in a while; then it was."""
        if chat_id in self._told:
            return False
        self._told[chat_id] = True
        return True

    async def check(self, update: Update, _context: object) -> None:
        """Raise ApplicationHandlerStop unless the update is to be dealt with."""
        if is_of_membership(update):
            return
        knock = _knock_of(update)
        if knock is None or not await self._lets_in(update, knock):
            raise ApplicationHandlerStop

    async def _lets_in(self, update: Update, knock: Knock) -> bool:
        services = self._services
        turn = _taken.get() or _turn(services, knock, update)
        if turn is Turn.IGNORED:
            return False
        async with services.database.read() as tx:
            if await people.is_banned(tx, {knock.whose, knock.chat_id}):
                return False
            is_open = await is_admitted(tx, services, knock.user_id, knock.chat_id)
        if turn is Turn.WARNED:
            await self._say(update, knock, "fair.warning")
            return False
        if knock.payload.startswith(INVITE) and knock.user_id is not None and knock.private:
            return await self._redeem(update, knock)
        if not is_open and update.inline_query is not None:
            await self._turn_away(update.inline_query)
        if not is_open and knock.is_asked and self.may_tell(knock.chat_id):
            await self._say(update, knock, "access.closed")
        return is_open

    async def _redeem(self, update: Update, knock: Knock) -> bool:
        """Let somebody in by their link; what they see then is the usual welcome."""
        services = self._services
        if services.access == "open" or knock.user_id in services.admin_ids:
            return True
        redeemed = False
        if services.access == "invite" and knock.user_id is not None:
            token = knock.payload.removeprefix(INVITE)
            async with services.database.write() as tx:
                redeemed = await people.redeem(tx, token, knock.user_id, services.clock())
        await self._say(update, knock, "invite.welcome" if redeemed else "invite.over")
        return redeemed

    async def _turn_away(self, asked: InlineQuery) -> None:
        """Say above an empty list of stories that the bot is not for everybody."""
        language = await self._language(asked.from_user.id, asked.from_user)
        await answer(asked, views.closed(language, HOME))

    async def _say(self, update: Update, knock: Knock, key: str) -> None:
        """Say one sentence to whoever knocked, as long as they asked for something."""
        if not knock.is_asked:
            return
        view = View(say(key, await self._language(knock.chat_id, update.effective_user)))
        if update.callback_query is not None:
            await self._answering.acknowledge(update.callback_query, view)
        elif update.message is not None:
            to = None if knock.user_id is None else Confidant(knock.user_id)
            await self._answering.send(update.message, view, to=to)

    async def _language(self, chat_id: int, user: User | None) -> str:
        """That of the chat, or of somebody who has none yet."""
        async with self._services.database.read() as tx:
            chat = await chats.get(tx, ChatId(chat_id))
        default = self._services.defaults.language
        theirs = choose(user.language_code, default) if user is not None else default
        return theirs if chat is None else chat.language
