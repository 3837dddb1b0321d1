"""The one row below a digest: stories to keep, thumbs, outlets to mute; and what takes its place for a while."""

from collections.abc import Sequence
from datetime import datetime

from handlers.buttons import Mark, Marks, MuteOutlet, Save, Vote, decode
from handlers.views.message import Button, Keyboard, button
from handlers.views.reader import Reader
from news.text import shorten
from storage.records import FeedId, StoryId

MOST = 80
"""Stories that can be chosen from: a keyboard has at most a hundred buttons."""

_NUMBERS_IN_ROW = 8
_OUTLETS_IN_ROW = 2
_OUTLET = 28


def marks_row(at: datetime, reader: Reader) -> tuple[Button, ...]:
    """What can be done to the stories of the digest that a chat was told at that time."""
    told_at = int(at.timestamp())
    return tuple(button(_sign(mark, reader), Marks(mark, told_at)) for mark in Mark)


def _sign(mark: Mark, reader: Reader) -> str:
    return reader.label(f"mark.{mark.name.lower()}")


def numbers(
    mark: Mark, stories: Sequence[tuple[int, StoryId]], told_at: int, reader: Reader
) -> Keyboard:
    """The numbers of a digest's stories, to choose which of them are kept or get a thumb; and the way back."""
    buttons = [
        button(str(number), Save(id) if mark is Mark.SAVE else Vote(id, mark is Mark.UP))
        for number, id in stories
    ]
    return (*_rows(buttons, _NUMBERS_IN_ROW), _back(mark, told_at, reader))


def outlets(outlets: Sequence[tuple[FeedId, str]], told_at: int, reader: Reader) -> Keyboard:
    """The outlets of a digest's stories, to choose which of them are muted; and the way back."""
    buttons = [button(shorten(name, _OUTLET), MuteOutlet(id)) for id, name in outlets]
    return (*_rows(buttons, _OUTLETS_IN_ROW), _back(Mark.MUTE, told_at, reader))


def _back(mark: Mark, told_at: int, reader: Reader) -> tuple[Button, ...]:
    question = reader.label(f"marks.{mark.name.lower()}")
    label = f"↩ {_sign(mark, reader)} {question}"
    return (button(label, Marks(None, told_at)),)


def _rows(buttons: Sequence[Button], length: int) -> Keyboard:
    return tuple(tuple(buttons[start : start + length]) for start in range(0, len(buttons), length))


def with_marks(keyboard: Keyboard, marks: Keyboard) -> Keyboard:
    """A digest's keyboard with these rows in place of those that mark its stories."""
    return (*(row for row in keyboard if not _marks(row)), *marks)


def _marks(row: Sequence[Button]) -> bool:
    actions = (decode(one.data) for one in row)
    return all(isinstance(action, Marks | Save | Vote | MuteOutlet) for action in actions)
