"""What screens that are edited in place have in common."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from handlers.buttons import Action
from handlers.menu_buttons import FirstStep, Screen, Setup, Via
from handlers.views.message import Button, Keyboard, View, button
from handlers.views.reader import Reader
from handlers.words import say

_CHOSEN = "✓ "
"""Before what is chosen already; the text above says it in words."""


def in_rows(buttons: Sequence[Button], width: int) -> Keyboard:
    """Buttons side by side, so many in a row."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


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


def with_notice(view: View, notice: Markup) -> View:
    """A screen with something to be said above it."""
    return replace(view, text=Markup("\n\n").join([notice, view.text]))


def out_of_date(fresh: View, reader: Reader) -> View:
    """A fresh screen for a button that means nothing any more."""
    return with_notice(fresh, say("menu.old_fresh", reader.language))
