"""Why the stories of a digest were in it, or one story of any."""

from dataclasses import dataclass
from datetime import UTC, datetime

from handlers import spoken
from handlers.belonging_buttons import MuteBelow, UndoMute, Why
from handlers.buttons import Marks, decode
from handlers.context import Answer, Ask, Replied
from handlers.views import reasons as views
from handlers.views.marks import SAMPLES
from handlers.views.message import Toast
from news.reasons import why as reasons_for
from news.text import shorten, squeeze
from storage import telling
from storage.database import Transaction
from storage.joins import heirs
from storage.records import StoryId
from storage.shown import last_shown_at, shown_at

_NUMBERED = 100
"""Stories of a digest that can be asked about by number; there is none with more."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The stories of a digest, as it numbers them."""

    at: datetime
    places: tuple[tuple[int, StoryId], ...]


async def why(ask: Ask) -> Answer:
    """For each story of a digest, or for the one of a number, what of it belongs to what the chat follows.

    It is the digest that somebody replies to; without a reply, the last one that the chat was told or shown.
    """
    typed = squeeze(ask.argument).strip("#. ")
    named = spoken.numbered(typed)
    if named is not None and not named[1]:
        typed = named[0]
    if typed and not typed.isdecimal():
        return ask.refuse("why.bad", typed=shorten(typed, 40))
    async with ask.services.database.read() as tx:
        told = await _digest(tx, ask)
        if told is None:
            return ask.refuse("why.none")
        if not told.places:
            return ask.refuse("marks.old")
        wanted = [one for one in told.places if not typed or str(one[0]) == _plain(typed)]
        if not wanted:
            return ask.refuse("why.no_number", typed=shorten(typed, 40), last=told.places[-1][0])
        places = {id: place for place, id in reversed(wanted[: views.MOST])}
        ids = tuple(dict.fromkeys(id for _, id in wanted[: views.MOST]))
        found = await reasons_for(tx, ask.chat.id, ids, ask.now, ask.services.findings, told.at)
    numbered = [(places[one.story.id], one) for one in found]
    return views.reasons(numbered, told.at, ask.reader) if found else ask.refuse("story.gone")


async def _digest(tx: Transaction, ask: Ask) -> _Told | None:
    """The digest that is asked about, without stories if it is too old; None if there is none."""
    replied = ask.replied
    if replied is not None:
        actions = [decode(data) for data in replied.data]
        for action in actions:
            if isinstance(action, Marks | MuteBelow | UndoMute) and action.told_at is not None:
                at = datetime.fromtimestamp(action.told_at, UTC)
                return _Told(at, await _places(tx, ask, at))
        # Of a newspaper, each story has buttons of its own.
        ids = dict.fromkeys(one.story_id for one in actions if isinstance(one, Why))
        if ids:
            return await _of_buttons(tx, replied, tuple(ids))
    # The buttons of a long digest are below its last message.
    until = None if replied is None else replied.at
    last_told = await telling.last_told_at(tx, ask.chat.id, until)
    last_shown = await last_shown_at(tx, ask.chat.id, until)
    last = max((one for one in (last_told, last_shown) if one is not None), default=None)
    return None if last is None else _Told(last, await _places(tx, ask, last))


async def _places(tx: Transaction, ask: Ask, at: datetime) -> tuple[tuple[int, StoryId], ...]:
    """The stories of a digest that the chat was told or shown at that time."""
    if told := await telling.places_at(tx, ask.chat.id, at, _NUMBERED):
        return told
    shown = await shown_at(tx, ask.chat.id, at)
    return () if shown is None else tuple(enumerate(shown.stories, start=1))


async def _of_buttons(tx: Transaction, replied: Replied, ids: tuple[StoryId, ...]) -> _Told:
    real = [id for id in ids if id <= SAMPLES][:_NUMBERED]
    now_in = await heirs(tx, real)
    places = tuple((place, now_in.get(id, id)) for place, id in enumerate(real, start=1))
    return _Told(replied.at, places)


def _plain(typed: str) -> str:
    """A number in digits of any script, as numbers are shown."""
    return str(int(typed[:9]))


async def press_why(ask: Ask, pressed: Why) -> Toast:
    """What of one story belongs to what the chat follows: over the chat, for whoever pressed alone."""
    if pressed.story_id > SAMPLES:
        return Toast(ask.say("marks.sample").text)
    async with ask.services.database.read() as tx:
        now_in = (await heirs(tx, [pressed.story_id])).get(pressed.story_id, pressed.story_id)
        told = (await telling.told_of(tx, ask.chat.id, [now_in])).get(now_in)
        at = None if told is None else told.at
        found = await reasons_for(tx, ask.chat.id, [now_in], ask.now, ask.services.findings, at)
    if not found:
        return Toast(ask.say("story.gone").text)
    return Toast(views.in_short(found[0], ask.reader), stays=True)
