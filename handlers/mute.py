"""What the chat never wants to be shown: sources and words."""

from dataclasses import replace
from datetime import UTC, datetime

from markupsafe import Markup

from handlers.belonging_buttons import MuteAgain, MuteBack, MuteBelow, ShowAgain, UndoMute
from handlers.buttons import MuteOutlet, Unmute
from handlers.context import Answer, Ask
from handlers.page_buttons import MutePage
from handlers.plain_words import means_all
from handlers.views import marks
from handlers.views import mutes as views
from handlers.views.menus import listed_in
from handlers.views.message import Keyboard, Toast, View
from news import muting
from news.errors import LimitReached
from news.mutes import MOST_CHARACTERS
from news.outcomes import Muting
from news.text import shorten, squeeze
from news.typed_addresses import as_address
from storage import feeds, opinions
from storage.records import FeedId, Mute, MuteId


async def mute(ask: Ask) -> Answer:
    """Mute a source or words; without either, say how, and what is muted."""
    typed = squeeze(ask.argument)
    if not typed:
        return await _list(ask, MutePage(1))
    if len(typed) > MOST_CHARACTERS and as_address(typed) is None:
        return ask.refuse_count("mute.long", MOST_CHARACTERS)
    try:
        result = await muting.mute(ask.services.database, ask.chat.id, typed, ask.now)
    except LimitReached as error:
        return ask.refuse_count("mute.limit", error.limit)
    return views.muted(result, typed, ask.reader)


async def unmute(ask: Ask) -> Answer:
    """Show something again, by number, name or words; without any, choose from the list."""
    typed = squeeze(ask.argument)
    if not typed:
        return await _list(ask, MutePage(1), asking=False)
    ended = await muting.unmute(ask.services.database, ask.chat.id, typed)
    if not ended and means_all(typed):
        ended = await muting.unmute_all(ask.services.database, ask.chat.id)
        return views.all_shown_again(ended, ask.reader) if ended else ask.say("mute.none")
    if not ended:
        return ask.refuse("unmute.none", typed=shorten(typed, 60))
    return View(views.shown_again(ended, ask.reader), views.ways_to_mute_again(ended, ask.reader))


async def turn_mutes(ask: Ask, pressed: MutePage) -> View:
    """Another page of what is muted."""
    return await _list(ask, pressed)


async def press_mute(ask: Ask, pressed: MuteOutlet) -> Toast:
    """Mute the source of a story."""
    return await _mute_feed(ask, pressed.feed_id, None)


async def press_mute_below(ask: Ask, pressed: MuteBelow) -> Toast:
    """Mute a source that was chosen below a digest."""
    return await _mute_feed(ask, pressed.feed_id, pressed.told_at)


async def _mute_feed(ask: Ask, feed_id: FeedId, told_at: int | None) -> Toast:
    if feed_id > marks.SAMPLES:
        return Toast(ask.say("marks.sample").text)
    try:
        result = await muting.mute_feed(ask.services.database, ask.chat.id, feed_id, ask.now)
    except LimitReached as error:
        return Toast(ask.say_count("mute.limit", error.limit).text)
    for key, some in (("mute.pressed", result.muted), ("mute.pressed_again", result.already)):
        if some:
            # What hangs over the chat can't have a button.
            undo = marks.undo(UndoMute(some[0].id, told_at), some[0].name, ask.reader)
            return Toast(ask.say(key, name=shorten(some[0].name, 60)).text, undo)
    return Toast(ask.say("mute.gone").text)


async def press_undo(ask: Ask, pressed: UndoMute) -> Toast:
    """Show again what was muted below a digest, and its row as it was."""
    async with ask.services.database.write() as tx:
        ended = await opinions.unmute(tx, ask.chat.id, pressed.mute_id)
    row: Keyboard = ()
    if pressed.told_at is not None:
        row = (marks.marks_row(datetime.fromtimestamp(pressed.told_at, UTC), ask.reader),)
    if ended is None:
        return Toast(ask.say("unmute.gone").text, row)
    return Toast(views.shown_again((ended,), ask.reader), row)


async def press_show_again(ask: Ask, pressed: ShowAgain) -> Toast:
    """Show something again, chosen from the list, where the way back stands in the same place."""
    async with ask.services.database.write() as tx:
        ended = await opinions.unmute(tx, ask.chat.id, pressed.mute_id)
    said = views.shown_again((ended,), ask.reader) if ended else ask.say("unmute.gone").text
    return Toast(said, instead=await _list_again(ask))


async def press_mute_again(ask: Ask, pressed: MuteAgain) -> Toast:
    """Undo that, in its place."""
    try:
        kept = await _mute_again(ask, pressed.of, pressed.place)
    except LimitReached as error:
        return Toast(ask.say_count("mute.limit", error.limit).text)
    said = views.muted_again(kept, ask.reader) if kept else ask.say("mute.gone").text
    return Toast(said, instead=await _list_again(ask))


async def _list_again(ask: Ask) -> View | None:
    """The list below which a button was pressed, as it is now; None if there is none.

    What its rows were says the database, not the buttons: a second press is sent before the first was answered.
    """
    rows: list[Mute] = []
    async with ask.services.database.read() as tx:
        listed = await opinions.mutes(tx, ask.chat.id)
        muted = {one.words if one.feed_id is None else one.feed_id: one for one in listed}
        by_id = {one.id: one for one in listed}
        for row in listed_in(ask.below, views.LISTED):
            of = None if isinstance(row, Unmute) else row.of
            place = row.place if isinstance(row, MuteAgain) else row.mute_id
            kept = by_id.get(place) if of is None else muted.get(of)
            if kept is not None:
                rows.append(kept)
            elif isinstance(of, str):
                rows.append(Mute(place, None, of, of))
            elif of is not None and (feed := await feeds.get(tx, of)) is not None:
                rows.append(Mute(place, of, None, feed.title))
    return views.mutes_again(rows, listed, ask.below, ask.reader) if rows else None


async def press_mute_back(ask: Ask, pressed: MuteBack) -> View:
    """Likewise, where the message that said so becomes what says the opposite."""
    try:
        kept = await _mute_again(ask, pressed.of, pressed.place)
    except LimitReached as error:
        return ask.refuse_count("mute.limit", error.limit)
    if kept is None:
        return ask.refuse("mute.gone")
    return views.muted(Muting((kept,)), "", ask.reader)


async def _mute_again(ask: Ask, of: FeedId | str, place: MuteId) -> Mute | None:
    """Mute what was just shown again; None if there is no such thing any more. Raises LimitReached."""
    return await muting.mute_again(ask.services.database, ask.chat.id, of, place, ask.now)


async def press_unmute(ask: Ask, pressed: Unmute) -> View:
    """Show something again, and what is muted still."""
    async with ask.services.database.write() as tx:
        ended = await opinions.unmute(tx, ask.chat.id, pressed.mute_id)
    said = views.shown_again((ended,), ask.reader) if ended else ask.say("unmute.gone").text
    listed = await _list(ask, MutePage(1), said, asking=False)
    undo = views.ways_to_mute_again((ended,) if ended else (), ask.reader)
    return replace(listed, keyboard=(*undo, *listed.keyboard))


async def _list(ask: Ask, page: MutePage, *before: Markup, asking: bool = True) -> View:
    async with ask.services.database.read() as tx:
        listed = await opinions.mutes(tx, ask.chat.id)
    return views.mutes(listed, page, ask.reader, *before, asking=asking)
