"""The stories that a chat keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from handlers.belonging_buttons import SendSaved
from handlers.buttons import Unsave
from handlers.page_buttons import SaveAgain, SavedPage
from handlers.views.menus import in_rows, listed_in, page_number, struck, turns
from handlers.views.message import (
    BRING_BACK,
    REMOVE,
    File,
    Keyboard,
    View,
    button,
    isolated,
    split,
)
from handlers.views.reader import Reader
from handlers.views.stories import PAGE_STORIES, story
from handlers.words import say, say_count
from news.stories import lead
from news.text import shorten
from storage.records import Saved, Story, StoryId

_IN_ROW = 5
_HEADLINE = 130

FILE_NAME = "kawaraban-saved.html"

_BOOKMARKS = Markup(
    "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
    '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">\n'
    "<TITLE>Kawaraban</TITLE>\n<H1>Kawaraban</H1>\n<DL><p>"
)
"""The form in which all browsers export bookmarks, and import them."""


def saved(
    stories: Sequence[Story],
    kept: Sequence[Saved],
    places: range,
    count: int,
    reader: Reader,
) -> View:
    """A page of the `count` stories that are kept, each with a button that takes it away.

    Its stories are `kept` in these `places`, from 0.
    """
    if not count:
        return View(say("saved.none", reader.language))
    number = page_number(places, PAGE_STORIES)
    at = {one.story_id: _seconds(one.at) for one in kept}
    rows = [Row(one, at.get(one.id, _seconds(reader.now)), kept=True) for one in stories]
    below: Keyboard = ()
    if len(places) < count:
        first, last = _place(kept[0]), _place(kept[-1])
        before = SavedPage(number - 1, first, back=True) if number > 2 else SavedPage(1)
        after = SavedPage(number + 1, last) if places.stop < count else None
        below = (turns(before if places.start else None, after, reader),)
    return _listed(rows, places.start + 1, count, below, reader)


@dataclass(frozen=True, slots=True)
class Row:
    """A story in the list, which is kept still or was taken away there."""

    story: Story
    at: int
    """When it was saved, in seconds since 1970."""
    kept: bool


LISTED: tuple[type[Unsave | SaveAgain], ...] = (Unsave, SaveAgain)
"""What the buttons of the rows of the list do."""


def saved_again(
    rows: Sequence[Row], listed: Sequence[Saved], below: Keyboard, reader: Reader
) -> View:
    """The list as it is now, its rows in their places `below` the message, with those that were taken away."""
    first = max((row.at, row.story.id) for row in rows)
    start = sum((_seconds(one.at), one.story_id) > first for one in listed)
    turning = tuple(row for row in below if listed_in((row,), (SavedPage,)))
    return _listed(rows, start + 1, len(listed), turning, reader)


def _listed(rows: Sequence[Row], first: int, count: int, turning: Keyboard, reader: Reader) -> View:
    """Rows of the list, numbered from the `first` on, above the buttons that turn its pages."""
    head = [say_count("saved.title", count, reader.language)]
    number = page_number(range(first - 1, first), PAGE_STORIES)
    if number > 1:
        head.append(say("page", reader.language, number=number))
    title = Markup("\n").join([Markup(" · ").join(head), say("list.signs", reader.language)])
    blocks, buttons = [title], []
    for place, row in enumerate(rows, start=first):
        if row.kept:
            blocks.append(story(place, row.story, reader))
            buttons.append(button(f"{REMOVE} {place}", Unsave(row.story.id, row.at)))
        else:
            headline = isolated(shorten(lead(row.story).title, _HEADLINE))
            line = say("story.line", reader.language, number=place, headline=headline)
            blocks.append(struck(line))
            buttons.append(button(f"{BRING_BACK} {place}", SaveAgain(row.story.id, row.at)))
    send = ((button(reader.label("button.send_saved"), SendSaved()),),) if count else ()
    return View(split(blocks)[0], (*in_rows(buttons, _IN_ROW), *turning, *send))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _place(one: Saved) -> SaveAgain:
    return SaveAgain(one.story_id, _seconds(one.at))


def as_file(stories: Sequence[Story], at: Mapping[StoryId, datetime], reader: Reader) -> View:
    """The stories that are kept as a file of bookmarks, which browsers open and take in."""
    if not stories:
        return View(say("saved.none", reader.language))
    lines = [_BOOKMARKS]
    for kept in stories:
        article = lead(kept)
        saved_at = int(at.get(kept.id, reader.now).timestamp())
        lines.append(
            Markup('<DT><A HREF="%s" ADD_DATE="%s">%s</A>\n<DD>%s')
            % (article.url, saved_at, article.title, article.outlet)
        )
    lines.append(Markup("</DL>\n"))
    content = "\n".join(lines).encode("utf-8", "replace")
    text = say_count("saved.file", len(stories), reader.language)
    return View(text, file=File(FILE_NAME, content))


def unsaved(removed: Story, reader: Reader) -> Markup:
    """That a story is kept no longer."""
    headline = isolated(shorten(lead(removed).title, _HEADLINE))
    return say("saved.removed", reader.language, headline=headline)
