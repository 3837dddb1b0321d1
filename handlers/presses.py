"""Presses of buttons: which action, for which chat, by whom, and where its answer goes."""

from telegram import CallbackQuery, Chat, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from handlers.access import may_change
from handlers.answering import Answering
from handlers.asking import Asking
from handlers.buttons import Action, decode
from handlers.commands import BY_NAME, EDITING_ACTIONS, READING_ACTIONS, TOASTED, press
from handlers.context import Answer, Ask, Services
from handlers.errors import explain
from handlers.views import channel as channel_views
from handlers.views.message import RichView, View
from handlers.whispers import Confidant, whispered_id
from news.errors import NewsError

_FRESH = "settings"
"""The command whose screen takes the place of a menu that is out of date."""


class Presses:
    """Where presses come in."""

    def __init__(self, services: Services, asking: Asking, answering: Answering) -> None:
        self._services = services
        self._asking = asking
        self._answering = answering

    async def button(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A press."""
        query = update.callback_query
        if query is None or not isinstance(query.message, Message):
            if query is not None:
                await self._answering.acknowledge(query)
            return
        message, action = query.message, decode(query.data or "")
        found = await self._asking.of(message, query.from_user)
        ask = await self._asking.pressed_for(found, message)
        if isinstance(ask, View):
            await self._answering.acknowledge(query, ask)
        elif action is None:
            await self._renew(ask, query, message)
        elif not await self._may_press(action, message.chat, query.from_user):
            key = "access.channel" if message.chat.type == ChatType.CHANNEL else "access.admins"
            await self._answering.acknowledge(query, ask.say(key))
        elif (toasted := TOASTED.get(type(action))) is not None:
            await self._answering.toast(query, message, await toasted(ask, action))
        elif whispered_id(message) is not None:
            # What answers a press unseen has to come before the press is acknowledged.
            await self._do(ask, action, message, Confidant(query.from_user.id, query.id))
            await self._answering.acknowledge(query)
        else:
            await self._answering.acknowledge(query)
            await self._do(ask, action, message, None)
        await self._asking.note(message)

    async def _do(self, ask: Ask, action: Action, message: Message, to: Confidant | None) -> None:
        """What a button does, in the place of its message if that can be."""
        async with self._answering.alive(message):
            try:
                answer = await press(ask, action)
            except NewsError as error:
                answer = explain(error, ask, "latest")
        views = channel_views.all_headed(answer, ask.speaks_for, ask.chat.language)
        if views and isinstance(action, EDITING_ACTIONS) and _is_editable(message, views[0]):
            # The second of two fast taps finds the message as it should be, and sends nothing more.
            changed = await self._answering.edit(message, views[0], ask.user_id or 0)
            views = views[1:] if changed else ()
        await self._answering.send(message, views, reply=False, to=to)

    async def _renew(self, ask: Ask, query: CallbackQuery, message: Message) -> None:
        """Say that a menu is out of date; where nobody else is disturbed by it, show a new one."""
        await self._answering.acknowledge(query, ask.say("menu.old"))
        fresh = BY_NAME.get(_FRESH)
        if message.chat.type == ChatType.PRIVATE and fresh is not None:
            await self._answering.answer(ask, message, await fresh.answer(ask), reply=False)

    async def _may_press(self, action: Action, chat: Chat, user: User) -> bool:
        # What is shown in a channel is shown to all who read it.
        reads = isinstance(action, READING_ACTIONS) and chat.type != ChatType.CHANNEL
        return reads or await may_change(self._services.rights, chat, user, None)


def _is_editable(message: Message, view: Answer) -> bool:
    """Whether an answer can take the place of a message: a page of text would destroy a newspaper."""
    if isinstance(view, View):
        return message.text is not None and view.file is None
    return isinstance(view, RichView) and "rich_message" in message.api_kwargs
