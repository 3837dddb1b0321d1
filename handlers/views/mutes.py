"""What a chat never wants to be shown."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.belonging_buttons import MuteAgain, MuteBack, ShowAgain
from handlers.buttons import MAX_BYTES, MuteOutlet, Unmute, encode
from handlers.menu_buttons import Via
from handlers.page_buttons import MutePage
from handlers.views.menus import (
    in_rows,
    page_number,
    struck,
    turns,
    way_back,
    window,
    with_notice,
    with_rows,
)
from handlers.views.message import (
    BRING_BACK,
    Button,
    Keyboard,
    View,
    button,
    isolated,
)
from handlers.views.reader import Reader
from handlers.words import joined, say, say_count
from news.outcomes import Muting
from news.text import shorten
from storage.records import FeedId, Mute

PAGE_MUTES = 20
_IN_ROW = 2
_LABEL = 16
_CARRIED = MAX_BYTES - 26
"""Bytes of words that a button can carry, beside the largest id."""
_NAME = 80
_ROWS = 40
"""Things of one message that are muted no longer, each with its way back."""
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
    below: tuple[tuple[Button, ...], ...] = (back,)
    if len(places) < len(listed):
        first, last = shown[0][1].id, shown[-1][1].id
        earlier = MutePage(number - 1, first, back=True) if number > 2 else MutePage(1)
        later = MutePage(number + 1, last) if places.stop < len(listed) else None
        below = (turns(earlier if places.start else None, later, reader), back)
    return _listed(lines, shown, len(listed), number, below, reader)


LISTED: tuple[type[ShowAgain | MuteAgain | Unmute], ...] = (ShowAgain, MuteAgain, Unmute)
"""What the buttons of the rows of the list do."""


def mutes_again(
    rows: Sequence[Mute], listed: Sequence[Mute], below: Keyboard, reader: Reader
) -> View:
    """The list as it is now, its rows in their places `below` the message, with those that are muted no longer."""
    numbers = {one.id: number for number, one in enumerate(listed, start=1)}
    first = min(one.id for one in rows)
    start = sum(one.id < first for one in listed)
    page = page_number(range(start, start + 1), PAGE_MUTES)
    shown = [(numbers.get(one.id, 0), one) for one in rows]
    return _listed([], shown, len(listed), page, below, reader)


def _listed(
    before: Sequence[Markup],
    rows: Sequence[tuple[int, Mute]],
    count: int,
    page: int,
    below: Keyboard,
    reader: Reader,
) -> View:
    """Rows of the list with their numbers, 0 for what is muted no longer, above other buttons."""
    language = reader.language
    head = [say_count("mute.title", count, language)]
    if page > 1:
        head.append(say("page", language, number=page))
    named = [
        say("list.item", language, number=number, name=_name(one, reader))
        if number
        else struck(_name(one, reader))
        for number, one in rows
    ]
    listed = Markup("\n").join([Markup(" · ").join(head), *named])
    text = Markup("\n\n").join([*before, listed, say("list.signs", language)])
    buttons = in_rows([_row(number, one, reader) for number, one in rows], _IN_ROW)
    return View(text, with_rows(below, buttons, LISTED))


def _row(number: int, one: Mute, reader: Reader) -> Button:
    """The button that ends something, or with 0 for its number mutes it again."""
    name, of = shorten(one.name, _LABEL), _of(one)
    if not number:
        return button(f"{BRING_BACK} {name}", MuteAgain(one.id, of))
    label = reader.label("button.unfollow", number=number, name=name)
    return button(label, Unmute(one.id) if _again(one) is None else ShowAgain(one.id, of))


def _of(one: Mute) -> FeedId | str:
    return (one.words or "") if one.feed_id is None else one.feed_id


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


def hidden(query: str, hiding: Sequence[Mute], reader: Reader) -> View:
    """That there is something of what was looked for, and what hides it, with the buttons that show it again."""
    some = hiding[:_SHOWN]
    names = joined((_name(one, reader) for one in some), reader.language)
    rows = (
        (button(reader.label("button.unmute", name=shorten(one.name, 24)), Unmute(one.id)),)
        for one in some
    )
    text = say("latest.none.muted", reader.language, query=query, names=names)
    return View(text, tuple(rows))


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


def all_shown_again(ended: Sequence[Mute], reader: Reader) -> View:
    """That everything is shown again, each with its way back as in the list, as far as a button can carry it."""
    carried = [one for one in ended if _again(one) is not None][:_ROWS]
    if len(ended) == 1 or not carried:
        return View(shown_again(ended, reader), ways_to_mute_again(ended, reader))
    rest = [one for one in ended if one not in carried]
    back = (way_back(Via.SETTINGS, reader),)
    listed = mutes_again(carried, (), (back,), reader)
    if not rest:
        return listed
    return with_notice(listed, shown_again(rest, reader))


def muted_again(one: Mute, reader: Reader) -> Markup:
    """That something is not shown, as before."""
    return _muted(one, reader)
