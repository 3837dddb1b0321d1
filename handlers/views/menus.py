"""What screens that are edited in place have in common."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from markupsafe import Markup

from handlers.buttons import Action, decode
from handlers.menu_buttons import FirstStep, Screen, Setup, Via
from handlers.page_buttons import PageEnd
from handlers.views.message import Button, Keyboard, View, button
from handlers.views.reader import Reader
from handlers.words import say

_A = TypeVar("_A")

_CHOSEN = "✓ "
"""Before what is chosen already; the text above says it in words."""


def in_rows(buttons: Sequence[Button], width: int) -> Keyboard:
    """Buttons side by side, so many in a row."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def window(
    keys: Sequence[Any], size: int, number: int, beyond: Any = None, back: bool = False
) -> range:
    """Which of a list's entries a page shows, by their places from 0; `keys` ascend in the order of the list.

    It begins behind the key `beyond`, or ends before it with `back`: whatever was removed since, no entry is
    left out between two pages. Without, it is the page of that number, from 1; the last one if there is none.
    """
    if beyond is None:
        start = (number - 1) * size
    elif back:
        start = max(0, bisect_left(keys, beyond) - size)
    else:
        start = bisect_right(keys, beyond)
    if start >= len(keys):
        start = max(len(keys) - 1, 0) // size * size
    return range(start, min(start + size, len(keys)))


def page_number(shown: range, size: int) -> int:
    """The number of a page, from 1."""
    return -(-shown.start // size) + 1


def turns(
    before: Action | None,
    after: Action | None,
    reader: Reader,
    labels: tuple[str, str] = ("button.previous", "button.next"),
) -> tuple[Button, ...]:
    """The buttons that turn pages: on each page both of them, so that nothing moves under a finger.

    None is for where there is no other page: the button says so.
    """
    earlier, later = (reader.label(label) for label in labels)
    return (
        button(earlier, before or PageEnd(first=True), reader.key),
        button(later, after or PageEnd(first=False), reader.key),
    )


def listed_in(keyboard: Keyboard, kinds: tuple[type[_A], ...], key: str = "") -> list[_A]:
    """What the buttons of such kinds do in a keyboard, in their order: the rows of a list, removed ones among them."""
    actions = [decode(one.data, key) for row in keyboard for one in row]
    return [action for action in actions if isinstance(action, kinds)]


def with_rows(
    keyboard: Keyboard, rows: Keyboard, kinds: tuple[type, ...], key: str = ""
) -> Keyboard:
    """A keyboard with other rows in the place of those with buttons of such kinds, so that nothing else moves."""
    listed = [bool(listed_in((row,), kinds, key)) for row in keyboard]
    first = listed.index(True) if True in listed else 0
    after = (row for row, is_of in zip(keyboard[first:], listed[first:], strict=True) if not is_of)
    return (*keyboard[:first], *rows, *after)


def struck(name: Markup) -> Markup:
    """What is in a list no longer, in its place."""
    return Markup("<s>{}</s>").format(name)


def begun(words: str) -> str:
    """Words as they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


def choice(label: str, action: Action, chosen: bool) -> Button:
    """A button for something that may be chosen already."""
    return button(f"{_CHOSEN if chosen else ''}{label}", action)


def way_back(via: Via, reader: Reader) -> Button:
    """The button that leads to where somebody came from."""
    if via is Via.START:
        return button(reader.label("button.back"), Setup(FirstStep.HOME))
    return button(reader.label("button.settings"), Screen())


def done(reader: Reader) -> Button:
    """The button that ends the first minute."""
    return button(reader.label("button.done"), Setup(FirstStep.DONE))


def with_notice(view: View, notice: Markup) -> View:
    """A screen with something to be said above it."""
    return replace(view, text=Markup("\n\n").join([notice, view.text]))


def out_of_date(fresh: View, reader: Reader) -> View:
    """A fresh screen for a button that means nothing any more."""
    return with_notice(fresh, say("menu.old_fresh", reader.language))
