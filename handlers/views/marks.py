"""The one row below a digest, or of each story of a newspaper, and what takes its place for a while.

Stories are kept, get thumbs, are shared and explained; their outlets are muted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from handlers.belonging_buttons import MuteBelow, Share, UndoMute, Why
from handlers.buttons import Action, Mark, Marks, MuteOutlet, Save, Vote, decode
from handlers.views.menus import choice, in_rows
from handlers.views.message import Button, Keyboard, button
from handlers.views.reader import Reader
from news.text import shorten
from storage.records import LARGEST_ID, FeedId, StoryId

MOST = 80
"""Stories that can be chosen from: a keyboard has at most a hundred buttons."""

SAMPLES = LARGEST_ID - 100
"""Stories and feeds beyond this are invented ones, of the sample of a layout; no other ever gets there."""

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
    mark: Mark,
    stories: Sequence[tuple[int, StoryId]],
    chosen: Collection[StoryId],
    told_at: int,
    reader: Reader,
) -> Keyboard:
    """The numbers of a digest's stories, to choose which of them are kept or get a thumb, or no longer; and the way back."""
    buttons = [
        choice(str(number), _done_to(id, mark, on=id not in chosen), id in chosen)
        for number, id in stories
    ]
    return (*in_rows(buttons, _NUMBERS_IN_ROW), _back(mark, told_at, reader))


def story_row(story_id: StoryId, feed_id: FeedId, reader: Reader) -> tuple[Button, ...]:
    """What can be done to one story, which the outlet with this feed leads: the same signs in the same order."""
    return tuple(
        button(
            _sign(mark, reader),
            MuteOutlet(feed_id) if mark is Mark.MUTE else _done_to(story_id, mark),
        )
        for mark in Mark
    )


def _done_to(id: StoryId, mark: Mark, *, on: bool = True) -> Action:
    match mark:
        case Mark.SAVE:
            return Save(id, on)
        case Mark.SHARE:
            return Share(id)
        case Mark.WHY:
            return Why(id)
    return Vote(id, mark is Mark.UP, on)


def take_back(mark: Mark, id: StoryId, reader: Reader) -> Keyboard:
    """What takes a mark back that a story of a newspaper has, whose own buttons can't change."""
    label = reader.label("button.take_back", sign=_sign(mark, reader))
    return ((button(label, _done_to(id, mark, on=False)),),)


def undo(action: UndoMute, name: str, reader: Reader) -> Keyboard:
    """What takes the place of the row when an outlet was muted: to show it again, and the way back."""
    label = reader.label("button.unmute", name=shorten(name, _OUTLET))
    row = (button(label, action),)
    return (row,) if action.told_at is None else (row, _back(Mark.MUTE, action.told_at, reader))


def outlets(outlets: Sequence[tuple[FeedId, str]], told_at: int, reader: Reader) -> Keyboard:
    """The outlets of a digest's stories, to choose which of them are muted; and the way back."""
    buttons = [button(shorten(name, _OUTLET), MuteBelow(id, told_at)) for id, name in outlets]
    return (*in_rows(buttons, _OUTLETS_IN_ROW), _back(Mark.MUTE, told_at, reader))


def _back(mark: Mark, told_at: int, reader: Reader) -> tuple[Button, ...]:
    question = reader.label(f"marks.{mark.name.lower()}")
    label = f"↩ {_sign(mark, reader)} {question}"
    return (button(label, Marks(None, told_at)),)


def with_marks(keyboard: Keyboard, marks: Keyboard) -> Keyboard:
    """A digest's keyboard with these rows in place of those that mark its stories."""
    return (*(row for row in keyboard if not _marks(row)), *marks)


def _marks(row: Sequence[Button]) -> bool:
    actions = (decode(one.data) for one in row)
    return all(
        isinstance(action, Marks | Save | Vote | Share | Why | MuteBelow | UndoMute)
        for action in actions
    )
