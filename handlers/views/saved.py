"""The stories that a chat keeps."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from handlers.buttons import SaveAgain, SavedPage, Unsave
from handlers.views.message import Button, View, button, isolated, split
from handlers.views.reader import Reader
from handlers.views.stories import PAGE_STORIES, story
from handlers.words import say, say_count
from news.stories import lead
from news.text import shorten
from storage.records import Story

_IN_ROW = 5
_HEADLINE = 130


def saved(stories: Sequence[Story], page: SavedPage, count: int, reader: Reader) -> View:
    """A page of the `count` stories that are kept, each with a button that takes it away."""
    if not count:
        return View(say("saved.none", reader.language))
    head = [say_count("saved.title", count, reader.language)]
    if page.number > 1:
        head.append(say("page", reader.language, number=page.number))
    first = (page.number - 1) * PAGE_STORIES + 1
    shown = list(enumerate(stories, start=first))
    blocks = [Markup(" · ").join(head), *(story(place, one, reader) for place, one in shown)]
    removals = [button(f"✕ {place}", Unsave(one.id)) for place, one in shown]
    keyboard = [
        tuple(removals[start : start + _IN_ROW]) for start in range(0, len(removals), _IN_ROW)
    ]
    turns: list[Button] = []
    if page.number > 1:
        turns.append(button("◀", SavedPage(page.number - 1)))
    if count > page.number * PAGE_STORIES:
        turns.append(button("▶", SavedPage(page.number + 1)))
    if turns:
        keyboard.append(tuple(turns))
    return View(split(blocks)[0], tuple(keyboard))


def unsaved(removed: Story, at: datetime, reader: Reader) -> View:
    """That a story is kept no longer, with the way back."""
    headline = isolated(shorten(lead(removed).title, _HEADLINE))
    undo = SaveAgain(removed.id, int(at.timestamp()))
    return View(
        say("saved.removed", reader.language, headline=headline),
        ((button(reader.label("button.undo"), undo),),),
    )
