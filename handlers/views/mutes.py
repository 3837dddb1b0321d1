"""What a chat never wants to be shown."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.belonging_buttons import MuteAgain, MuteBack, ShowAgain
from handlers.buttons import MAX_BYTES, MuteOutlet, Unmute, encode
from handlers.menu_buttons import Via
from handlers.page_buttons import MutePage
from handlers.views.menus import in_rows, page_number, turns, way_back, window
from handlers.views.message import (
    BRING_BACK,
    REMOVE,
    Button,
    Turned,
    View,
    button,
    isolated,
)
from handlers.views.reader import Reader
from handlers.words import say, say_count
from news.outcomes import Muting
from news.text import shorten
from storage.records import Mute, MuteId

PAGE_MUTES = 20
_IN_ROW = 5
_CARRIED = MAX_BYTES - 26
"""Bytes of words that a button can carry, beside the largest id."""
_NAME = 80
_SHOWN = 10
"""Sources of one site that are named when they are muted."""


def mutes(
    listed: Sequence[Mute], page: MutePage, reader: Reader, *before: Markup, asking: bool = True
) -> View:
    """What is muted, numbered and paged, with a button that ends each, below what is to be said `before`.

    With `asking` it says as well how something is muted.
    """
    lines = [*before]
    if asking:
        lines.append(say("mute.ask", reader.language))
    back = (way_back(Via.SETTINGS, reader),)
    if not listed:
        lines.append(say("mute.none", reader.language))
        return View(Markup("\n\n").join(lines), (back,), asks=None if asking else False)
    places = window([one.id for one in listed], PAGE_MUTES, page.number, page.beyond, page.back)
    shown = [(place + 1, listed[place]) for place in places]
    number = page_number(places, PAGE_MUTES)
    head = [say_count("mute.title", len(listed), reader.language)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    named = [
        say("list.item", reader.language, number=place, name=_name(one, reader))
        for place, one in shown
    ]
    lines.append(Markup("\n").join([Markup(" · ").join(head), *named]))
    lines.append(say("list.signs", reader.language))
    endings = [button(f"{REMOVE} {place}", _ending(one)) for place, one in shown]
    keyboard = in_rows(endings, _IN_ROW)
    if len(places) < len(listed):
        first, last = shown[0][1].id, shown[-1][1].id
        is_last = places.stop == len(listed)
        earlier = MutePage(number - 1, first, back=True) if number > 2 else MutePage(1)
        later = page if is_last else MutePage(number + 1, last)
        keyboard = (*keyboard, turns(earlier, later, reader))
    return View(Markup("\n\n").join(lines), (*keyboard, back))


def _ending(one: Mute) -> ShowAgain | Unmute:
    return Unmute(one.id) if _again(one) is None else ShowAgain(one.id)


def _again(one: Mute) -> str | None:
    """What a button sends that mutes something again; None for words that are too long for one."""
    words = one.words or ""
    if one.feed_id is None and len(words.encode()) > _CARRIED:
        return None
    return encode(MuteAgain(one.id, words if one.feed_id is None else one.feed_id))


def ways_to_mute_again(ended: Sequence[Mute], reader: Reader) -> tuple[tuple[Button, ...], ...]:
    """A button below the message that says so for each thing that is shown again, as far as one can carry it."""
    rows = []
    for one in ended[:_SHOWN]:
        if _again(one) is None:
            continue
        label = reader.label("button.undo")
        if len(ended) > 1:
            label = reader.label("button.mute_back", name=shorten(one.name, 24))
        of = one.feed_id if one.feed_id is not None else one.words or ""
        rows.append((button(label, MuteBack(one.id, of)),))
    return tuple(rows)


def way_to_mute_again(ended: Mute) -> Turned | None:
    """What becomes of the button in the list that ended something; None for words that are too long for one."""
    data = _again(ended)
    return None if data is None else Turned(BRING_BACK, data)


def way_to_show_again(id: MuteId) -> Turned:
    """What becomes of the button that muted it again."""
    return Turned(REMOVE, encode(ShowAgain(id)))


def muted(result: Muting, typed: str, reader: Reader) -> View:
    """What came of muting, with a way back, and the sources that may have been meant."""
    language = reader.language
    if result.topic is not None:
        name = isolated(shorten(result.topic.name, _NAME))
        return View(say("mute.topic", language, name=name))
    if result.unknown:
        return View(say("mute.unknown", language, address=shorten(result.unknown, _NAME)))
    if result.is_query:
        return View(say("mute.words_only", language))
    if not result.muted and not result.already:
        return View(say("mute.short", language, typed=shorten(typed, _NAME)))
    lines = [_muted(one, reader) for one in result.muted[:_SHOWN]]
    if len(result.muted) > _SHOWN:
        more = len(result.muted) - _SHOWN
        lines.append(say_count("mute.more", more, language))
    lines += [
        say("mute.already", language, name=_name(one, reader)) for one in result.already[:_SHOWN]
    ]
    lines += [
        say("mute.hides", language, name=isolated(shorten(one.name, _NAME)))
        for one in result.hidden[:_SHOWN]
    ]
    keyboard = []
    if len(result.muted) == 1:
        keyboard.append((button(reader.label("button.undo"), Unmute(result.muted[0].id)),))
    else:
        keyboard += [
            (button(reader.label("button.unmute", name=shorten(one.name, 24)), Unmute(one.id)),)
            for one in result.muted[:_SHOWN]
        ]
    if result.similar:
        lines.append(say("mute.similar", language))
        keyboard += [
            (button(f"🔇 {shorten(name, 36)}", MuteOutlet(id)),) for id, name in result.similar
        ]
    return View(Markup("\n").join(lines), tuple(keyboard))


def _muted(one: Mute, reader: Reader) -> Markup:
    key = "mute.words" if one.feed_id is None else "mute.source"
    return say(key, reader.language, name=_name(one, reader))


def _name(one: Mute, reader: Reader) -> Markup:
    name = isolated(shorten(one.name, _NAME))
    key = "mute.named_source" if one.feed_id is not None else "list.topic"
    return say(key, reader.language, name=name)


def shown_again(ended: Sequence[Mute], reader: Reader) -> Markup:
    """That things are shown again; at least one. What no button can mute again says how it is done."""
    lines = []
    for one in ended[:_SHOWN]:
        lines.append(say("mute.ended", reader.language, name=_name(one, reader)))
        if _again(one) is None:
            lines.append(say("mute.by_words", reader.language, words=one.words))
    return Markup("\n").join(lines)


def muted_again(one: Mute, reader: Reader) -> Markup:
    """That something is not shown, as before."""
    return _muted(one, reader)
