"""Presses of buttons: which action, for which chat, by whom, and where its answer goes."""

from dataclasses import replace

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from handlers.actions import (
    EDITING_ACTIONS,
    FOLLOWING_ACTIONS,
    MENU_ACTIONS,
    READING_ACTIONS,
    TOASTED,
    instead_of,
    is_aside,
    press,
)
from handlers.answering import Answering
from handlers.asking import Asking
from handlers.buttons import Action, decode
from handlers.commands import BY_NAME
from handlers.context import Answer, Ask, Services, is_refusal
from handlers.errors import explain
from handlers.hearing import is_in_group
from handlers.reply import keyboard_of
from handlers.rights import refusal
from handlers.settling import settle_first
from handlers.taps import Taps
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
        self._taps = Taps(services.clock)

    async def button(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A press."""
        query = update.callback_query
        if query is None or not isinstance(query.message, Message):
            if query is not None:
                await self._answering.acknowledge(query)
            return
        message = query.message
        presser = Confidant(query.from_user.id, query.id)
        found = await self._asking.of(message, query.from_user)
        found = replace(found, message_id=message.message_id)
        ask = await self._asking.pressed_for(found, message)
        action = None if isinstance(ask, View) else decode(query.data or "", ask.chat.key)
        if isinstance(ask, View):
            await self._answering.acknowledge(query, ask)
        elif key := await self._refusal(action, message, query.from_user):
            await self._answering.acknowledge(query, ask.say(key))
        else:
            unseen = whispered_id(message)
            number = message.message_id if unseen is None else -unseen
            with self._taps.first(
                message.chat_id, number, presser.user_id, query.data or ""
            ) as new:
                if new:
                    await self._act(ask, action, query, message, presser)
                else:
                    await self._answering.acknowledge(query)
        await self._asking.note(message)

    async def _act(
        self,
        ask: Ask,
        action: Action | None,
        query: CallbackQuery,
        message: Message,
        presser: Confidant,
    ) -> None:
        """What a press is for, and the end of the button's spinning."""
        if action is None:
            await self._renew(ask, query, message, presser)
        elif (instead := await instead_of(ask, action)) is not None:
            await self._renew(ask, query, message, presser, instead)
        elif (toasted := TOASTED.get(type(action))) is not None:
            asked = replace(ask, below=keyboard_of(message.reply_markup))
            toast = await toasted(asked, action)
            if toast.instead is not None:
                toast = replace(toast, instead=_headed(toast.instead, ask))
            await self._answering.toast(query, message, toast)
        elif whispered_id(message) is not None or (is_aside(action) and is_in_group(message)):
            # What answers a press unseen has to come before the press is acknowledged.
            await self._do(ask, action, message, presser, aside=True)
            await self._answering.acknowledge(query)
        else:
            await self._answering.acknowledge(query)
            await self._do(ask, action, message, presser)

    async def _do(
        self, ask: Ask, action: Action, message: Message, presser: Confidant, *, aside: bool = False
    ) -> None:
        """What a button does, in the place of its message if that can be; `aside` is for the presser alone."""
        if isinstance(action, FOLLOWING_ACTIONS):
            await settle_first(ask)
        try:
            answer = await press(ask, action)
        except NewsError as error:
            answer = explain(error, ask, "latest")
        views = channel_views.all_headed(answer, ask.speaks_for, ask.chat.language)
        # What is refused leaves the screen as it is.
        edits = isinstance(action, EDITING_ACTIONS) and not is_refusal(answer)
        if views and edits and _is_editable(message, views[0]):
            # The second of two fast taps finds the message as it should be, and sends nothing more.
            changed = await self._answering.edit(message, views[0], presser)
            views = views[1:] if changed else ()
        aside = aside or is_refusal(answer)
        await self._answering.send(message, views, reply=False, to=presser if aside else None)

    async def _renew(
        self,
        ask: Ask,
        query: CallbackQuery,
        message: Message,
        presser: Confidant,
        command: str = _FRESH,
    ) -> None:
        """Say that a menu is out of date, and leave it; where nobody else is disturbed by it, show a new one."""
        fresh = BY_NAME[command].answer
        if is_in_group(message):
            await self._answering.whisper_only(message, await fresh(ask), presser)
        await self._answering.acknowledge(query, ask.say("menu.old"))
        if message.chat.type == ChatType.PRIVATE:
            await self._answering.answer(ask, message, await fresh(ask), reply=False)

    async def _refusal(self, action: Action | None, message: Message, user: User) -> str:
        """Why somebody may not press this, as the key of a sentence; empty if they may."""
        chat = message.chat
        # What is shown in a channel is shown to all who read it.
        reads = isinstance(action, READING_ACTIONS) and chat.type != ChatType.CHANNEL
        # A screen that all see must not change under the finger of whoever may change something there.
        turns = isinstance(action, MENU_ACTIONS) and whispered_id(message) is None
        if action is None or (reads and not turns):
            return ""
        return await refusal(self._services.rights, chat, user, None)


def _headed(view: View, ask: Ask) -> View:
    """A list with the channel for which it speaks, in one message as before."""
    last = channel_views.all_headed(view, ask.speaks_for, ask.chat.language)[-1]
    return last if isinstance(last, View) else view


def _is_editable(message: Message, view: Answer) -> bool:
    """Whether an answer can take the place of a message: a page of text would destroy a newspaper."""
    if isinstance(view, View):
        return message.text is not None and view.file is None
    return isinstance(view, RichView) and "rich_message" in message.api_kwargs
