"""A story, and a page of the latest ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.buttons import BestPage, Follow, Page
from handlers.views.message import Button, View, button, split
from handlers.views.reader import Reader, ago, local
from handlers.words import say
from news.stories import lead, outlets
from news.summary import MAX_CHARACTERS, summarise
from news.text import shorten
from storage.records import Story, TopicId

PAGE_STORIES = 10

# Ten stories of these lengths fit into one message, whatever their outlets wrote.
_SHORT_HEADLINE = 130
_SHORT_SUMMARY = 160
_SHORT_ADDRESS = 700
_OUTLET = 50


def story(
    number: int, told: Story, reader: Reader, *, short: bool = False, with_age: bool = True
) -> Markup:
    """One story: number and headline as the link, summary, outlets and time.

    `short` is for pages of ten. With `with_age` its time is given as an age, else as a moment.
    """
    article = lead(told)
    title = shorten(article.title, _SHORT_HEADLINE) if short else article.title
    headline = Markup("<b>{}</b>").format(title)
    if article.url and not (short and len(article.url) > _SHORT_ADDRESS):
        headline = Markup('<a href="{}">{}</a>').format(article.url, title)
    newest = max(item.published_at for item in told.articles)
    lines = [
        say("story.line", reader.language, number=number, headline=headline),
        Markup.escape(summarise(told, _SHORT_SUMMARY if short else MAX_CHARACTERS)),
        say(
            "story.source",
            reader.language,
            outlets=_outlets(told, reader),
            when=ago(newest, reader) if with_age else local(newest, reader),
        ),
    ]
    return Markup("\n").join(line for line in lines if line)


def _outlets(told: Story, reader: Reader) -> Markup:
    first, *others = outlets(told)
    first = shorten(first, _OUTLET)
    if not others:
        return Markup.escape(first)
    return say("story.more_outlets", reader.language, outlet=first, more=len(others))


@dataclass(frozen=True, slots=True)
class Instead:
    """Something to look for in place of what was not found."""

    query: str
    page: Page


def latest(
    stories: Sequence[Story],
    number: int,
    query: str | None,
    reader: Reader,
    *,
    turns: tuple[Page | BestPage | None, Page | BestPage | None],
    followed: bool,
    follow: TopicId | None,
    instead: Instead | None = None,
    best: bool = False,
) -> View:
    """A page of stories, with buttons to its neighbours (before, after) and one that follows the query.

    `query` is None for what the chat follows (`followed`) or for everything.
    """
    kind = "query" if query is not None else "followed" if followed else "all"
    labels = ("button.previous", "button.next") if best else ("button.newer", "button.older")
    buttons = [
        button(reader.label(label), turn)
        for label, turn in zip(labels, turns, strict=True)
        if turn is not None
    ]
    keyboard: list[tuple[Button, ...]] = [tuple(buttons)] if buttons else []
    if instead is not None:
        label = reader.label("button.instead", query=shorten(instead.query, 30))
        keyboard.append((button(label, instead.page),))
    if follow is not None and query is not None:
        label = reader.label("button.follow", query=shorten(query, 24))
        keyboard.append((button(label, Follow(follow)),))
    if not stories:
        key = "latest.end" if number > 1 else f"latest.none.{kind}"
        if instead is not None:
            key = "latest.none.phrase"
        return View(say(key, reader.language, query=query), tuple(keyboard))
    title = "latest.title.best" if best else f"latest.title.{kind}"
    head = [say(title, reader.language, query=query)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    first = (number - 1) * PAGE_STORIES + 1
    blocks = [
        Markup(" · ").join(head),
        *(
            story(place, told, reader, short=True)
            for place, told in enumerate(stories, start=first)
        ),
    ]
    return View(split(blocks)[0], tuple(keyboard))
