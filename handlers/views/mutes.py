"""What a chat never wants to be shown."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.buttons import MuteOutlet, MutePage, Unmute
from handlers.views.message import Button, View, button, isolated
from handlers.views.reader import Reader
from handlers.words import say, say_count
from news.outcomes import Muting
from news.text import shorten
from storage.records import Mute

PAGE_MUTES = 20
_IN_ROW = 5
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
    last_page = max(len(listed) - 1, 0) // PAGE_MUTES + 1
    number = min(page.number, last_page)
    first = (number - 1) * PAGE_MUTES
    shown = list(enumerate(listed, start=1))[first : first + PAGE_MUTES]
    if not shown:
        lines.append(say("mute.none", reader.language))
        return View(Markup("\n\n").join(lines))
    head = [say_count("mute.title", len(listed), reader.language)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    named = [
        say("list.item", reader.language, number=place, name=_name(one, reader))
        for place, one in shown
    ]
    lines.append(Markup("\n").join([Markup(" · ").join(head), *named]))
    endings = [button(f"✕ {place}", Unmute(one.id)) for place, one in shown]
    keyboard = [
        tuple(endings[start : start + _IN_ROW]) for start in range(0, len(endings), _IN_ROW)
    ]
    turns: list[Button] = []
    if number > 1:
        turns.append(button("◀", MutePage(number - 1)))
    if number < last_page:
        turns.append(button("▶", MutePage(number + 1)))
    if turns:
        keyboard.append(tuple(turns))
    return View(Markup("\n\n").join(lines), tuple(keyboard))


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
    """That things are shown again; at least one."""
    return Markup("\n").join(
        say("mute.ended", reader.language, name=_name(one, reader)) for one in ended[:_SHOWN]
    )
