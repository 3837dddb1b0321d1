"""The stories that a chat keeps."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from handlers.belonging_buttons import SendSaved
from handlers.buttons import Unsave, encode
from handlers.page_buttons import SaveAgain, SavedPage
from handlers.views.menus import in_rows, page_number, turns
from handlers.views.message import (
    BRING_BACK,
    REMOVE,
    File,
    Toast,
    Turned,
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
    page: SavedPage,
    count: int,
    reader: Reader,
) -> View:
    """A page of the `count` stories that are kept, each with a button that takes it away.

    Its stories are `kept` in these `places`, from 0.
    """
    if not count:
        return View(say("saved.none", reader.language))
    head = [say_count("saved.title", count, reader.language)]
    number = page_number(places, PAGE_STORIES)
    if number > 1:
        head.append(say("page", reader.language, number=number))
    shown = list(enumerate(stories, start=places.start + 1))
    title = Markup("\n").join([Markup(" · ").join(head), say("list.signs", reader.language)])
    blocks = [title, *(story(place, one, reader) for place, one in shown)]
    removals = [button(f"{REMOVE} {place}", Unsave(one.id)) for place, one in shown]
    keyboard = in_rows(removals, _IN_ROW)
    if len(places) < count:
        first, last = _place(kept[0]), _place(kept[-1])
        before = SavedPage(number - 1, first, back=True) if number > 2 else SavedPage(1)
        after = page if places.stop == count else SavedPage(number + 1, last)
        keyboard = (*keyboard, turns(before, after, reader))
    send = (button(reader.label("button.send_saved"), SendSaved()),)
    return View(split(blocks)[0], (*keyboard, send))


def _place(one: Saved) -> SaveAgain:
    return SaveAgain(one.story_id, int(one.at.timestamp()))


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


def unsaved(removed: Story, at: datetime, reader: Reader) -> Toast:
    """That a story is kept no longer, with the way back in the place of its button."""
    headline = isolated(shorten(lead(removed).title, _HEADLINE))
    undo = SaveAgain(removed.id, int(at.timestamp()))
    said = say("saved.removed", reader.language, headline=headline)
    return Toast(said, turned=Turned(BRING_BACK, encode(undo)))


def saved_again(said: Markup, story_id: StoryId) -> Toast:
    """That a story is kept as before, and can be taken away again in the same place."""
    return Toast(said, turned=Turned(REMOVE, encode(Unsave(story_id))))
