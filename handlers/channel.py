"""Channels, which are run from the private chat of one of their administrators.

What is typed in a channel is not listened to: everybody who reads it would see the answers.
"""

import re
from dataclasses import replace

from handlers.context import Answer, Ask, known_chat
from handlers.door_buttons import RunChannel
from handlers.rights import Described, Rights, Standing, Unsure
from handlers.views import channel as views
from handlers.views.message import View
from news.text import shorten, squeeze
from storage import chats, questions
from storage.records import Chat, ChatId

_AT = r"(?:https?://)?(?:t|telegram)\.me/"
_NAME = re.compile(rf"(?:{_AT}(?:s/)?|@)?([A-Za-z]\w{{3,31}})(?:/\d*)?", re.ASCII)
_ID = re.compile(r"-100(\d{1,13})")
_PRIVATE_POST = re.compile(rf"{_AT}c/(\d{{1,13}})(?:/\d+)*/?")
"""The address of a post of a channel without a public name: it holds the id."""
_OFF = ("off", "none")

_OF_OTHERS = ("channel.not_admin", "channel.not_there")
"""Why nothing is said of a post that somebody shows: the channel may be anybody's."""

_LOST = {
    "channel.not_admin": "channel.lost.not_admin",
    "channel.no_right": "channel.lost.no_right",
    "channel.not_there": "channel.lost.no_right",
}
"""What is said of a channel that was run from a chat; of any other trouble, that it can't be seen any more."""


async def channel(ask: Ask) -> Answer:
    """Run a channel from here, run none any more, or say which one is."""
    typed = squeeze(ask.argument)
    if ask.chat.id < 0:
        return ask.refuse("channel.private_only")
    if typed.casefold() in _OFF:
        return await press_channel(ask, RunChannel(None))
    if not typed and ask.about is None:
        return await _shown(ask)
    named = _named(typed) if typed else ask.about
    if named is None:
        return ask.say("channel.bad", typed=shorten(typed, 40))
    return await _run(ask, named)


async def show_post(ask: Ask, post_of: ChatId) -> Answer | None:
    """Run the channel whose post was forwarded; None if it is none that this person could run."""
    rights = ask.services.rights
    if rights is None or ask.user_id is None:
        return None
    try:
        found, trouble = await _checked(rights, post_of, ask.user_id)
    except Unsure:
        return None
    if found is None or trouble in _OF_OTHERS:
        return None
    return await _run(ask, post_of)


async def press_channel(ask: Ask, pressed: RunChannel) -> Answer:
    """Run the channel of a button, or none any more."""
    if ask.chat.id < 0:
        return ask.refuse("channel.private_only")
    if pressed.channel is not None:
        return await _run(ask, pressed.channel)
    managed = ask.chat.manages
    if managed is None:
        return ask.say("channel.none")
    await _manage(ask, None)
    return views.left(managed, ask.reader)


async def for_channel(ask: Ask) -> Ask | View:
    """The same question about the channel that is run from this chat; or why it can't be any more."""
    managed, rights = ask.chat.manages, ask.services.rights
    if managed is None or rights is None or ask.user_id is None:
        return ask
    try:
        found, trouble = await _checked(rights, managed, ask.user_id)
    except Unsure:
        return ask.say("channel.unsure")
    if found is None or trouble:
        await _manage(ask, None)
        title = "" if found is None else shorten(squeeze(found.title), 60)
        return ask.say(_LOST.get(trouble, "channel.lost.unknown"), title=title)
    return replace(ask, chat=await _kept(ask, found), speaks_for=found.title)


async def _shown(ask: Ask) -> View:
    managed, rights = ask.chat.manages, ask.services.rights
    if managed is None or rights is None:
        return ask.say("channel.none")
    try:
        found = await rights.described(managed)
    except Unsure:
        return ask.say("channel.unsure")
    return views.shown(found.title if found else str(managed), ask.reader)


async def _run(ask: Ask, named: str | int) -> View:
    rights = ask.services.rights
    if rights is None or ask.user_id is None:
        return ask.say("channel.unsure")
    try:
        found, trouble = await _checked(rights, named, ask.user_id, anew=True)
    except Unsure:
        return ask.say("channel.unsure")
    if found is None or trouble:
        title = shorten(squeeze(found.title if found else str(named)), 60)
        return ask.say(trouble, title=title)
    await _kept(ask, found)
    await _manage(ask, found.id)
    return views.shown(found.title, ask.reader)


async def _checked(
    rights: Rights, named: str | int, user_id: int, anew: bool = False
) -> tuple[Described | None, str]:
    """A channel, and what keeps this person from running it; empty if nothing does. Raises Unsure."""
    found = await rights.described(named)
    if found is None:
        return None, "channel.unknown"
    if not found.is_channel:
        return found, "channel.person" if found.is_person else "channel.group"
    if anew:
        # Somebody who was just made an administrator does not wait a minute.
        rights.forget(found.id)
    # Where the bot is not, it is not told who is an administrator.
    bot = await rights.bot_in(found.id)
    if bot is Standing.ABSENT:
        return found, "channel.not_there"
    if not await rights.administers(found.id, user_id):
        return found, "channel.not_admin"
    return found, "" if bot is Standing.RUNS else "channel.no_right"


async def _kept(ask: Ask, found: Described) -> Chat:
    mine = ask.chat
    return await known_chat(
        ask.services, found.id, ask.now, "channel", mine.language, mine.timezone
    )


async def _manage(ask: Ask, channel: ChatId | None) -> None:
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, manages=channel)
        # What was asked for one channel is not to be answered for another.
        await questions.end_all(tx, ask.chat.id)


def _named(typed: str) -> str | int | None:
    """The @name or the id of a channel, as people write them; None for anything else."""
    by_id = _ID.fullmatch(typed) or _PRIVATE_POST.fullmatch(typed)
    if by_id is not None:
        return int(f"-100{by_id[1]}")
    match = _NAME.fullmatch(typed)
    return f"@{match[1]}" if match else None
