"""The stories that a chat keeps."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from handlers.belonging_buttons import SendSaved
from handlers.buttons import SaveAgain, SavedPage, Unsave
from handlers.views.message import Button, File, View, button, isolated, split
from handlers.views.reader import Reader
from handlers.views.stories import PAGE_STORIES, story
from handlers.words import say, say_count
from news.stories import lead
from news.text import shorten
from storage.records import Story, StoryId

_IN_ROW = 5
_HEADLINE = 130

FILE_NAME = "kawaraban-saved.html"

_BOOKMARKS = Markup(
    "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
    '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">\n'
    "<TITLE>Kawaraban</TITLE>\n<H1>Kawaraban</H1>\n<DL><p>"
)
"""The form in which all browsers export bookmarks, and import them."""


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
    keyboard.append((button(reader.label("button.send_saved"), SendSaved()),))
    return View(split(blocks)[0], tuple(keyboard))


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


def unsaved(removed: Story, at: datetime, reader: Reader) -> View:
    """That a story is kept no longer, with the way back."""
    headline = isolated(shorten(lead(removed).title, _HEADLINE))
    undo = SaveAgain(removed.id, int(at.timestamp()))
    return View(
        say("saved.removed", reader.language, headline=headline),
        ((button(reader.label("button.undo"), undo),),),
    )
