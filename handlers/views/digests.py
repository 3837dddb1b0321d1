"""A digest in as many messages as it needs, and what did not fit into it."""

from datetime import datetime, timedelta

from markupsafe import Markup

from handlers.buttons import ReadOn, RestPage, Show, TrendOf
from handlers.views.marks import marks_row
from handlers.views.message import Button, Keyboard, View, button, isolated, split
from handlers.views.reader import Reader, moment, time_of_day
from handlers.views.stories import PAGE_STORIES, item, story
from handlers.words import say, say_count
from news.digest import Digest
from news.text import shorten
from storage.records import Chat, Kind, Subscription, TopicId

MAX_NAME = 120
"""Characters of what is followed, above its stories."""

_NAMED, _NAME = 3, 40
"""Of what comes by itself: how many names stand above it, and characters of one."""

_TRENDS = 3
"""Topics that have a button for their trend under a digest."""

_LONG = timedelta(days=6)
"""A digest of a shorter period tells nothing of a trend."""


def digest(
    told: Digest, reader: Reader, title: str = "digest.title", keyboard: Keyboard = ()
) -> tuple[View, ...]:
    """A digest in as many messages as it needs, under a title of that key; the last one has the buttons."""
    blocks = [heading(told, reader, title)]
    number = 1
    for section in told.sections:
        followed = isolated(shorten(section.subscription.name, MAX_NAME))
        name = say("digest.section", reader.language, name=followed)
        for place, one in enumerate(section.items):
            block = item(number, one, reader)
            if place == 0 and not (told.by_itself and len(told.sections) == 1):
                block = Markup("\n\n").join([name, block])
            blocks.append(block)
            number += 1
    if told.left_out:
        blocks.append(say_count("digest.left_out", told.left_out, reader.language))
    *first, last = split(blocks)
    return (*(View(text) for text in first), View(last, keyboard))


def heading(told: Digest, reader: Reader, title: str) -> Markup:
    """What stands above a digest: the sentence of that key, with the period."""
    if told.by_itself:
        names = [isolated(shorten(one.subscription.name, _NAME)) for one in told.sections]
        named = say("list.comma", reader.language).join(names[:_NAMED])
        if len(names) > _NAMED:
            named += f" +{len(names) - _NAMED}"
        return say("digest.by_itself", reader.language, names=named)
    since, until = moment(told.since, reader), moment(told.until, reader)
    if told.since.astimezone(reader.tz).date() == told.until.astimezone(reader.tz).date():
        until = time_of_day(told.until, reader)
    return say(title, reader.language, since=since, until=until)


def keyboard(told: Digest, reader: Reader, at: datetime | None = None) -> Keyboard:
    """The buttons below a digest; with those that mark its stories, if the chat was told it `at` that time."""
    rows: list[tuple[Button, ...]] = []
    if told.left_out:
        label = reader.label("button.read_on")
        span = told.span
        if span is None or told.by_itself:
            rows.append((button(label, Show("latest")),))
        else:
            rows.append((button(label, ReadOn(span.after, span.up_to)),))
    if told.until - told.since >= _LONG:
        topics = _largest(told)
        rows += [
            (
                button(
                    reader.label("button.trend", name=shorten(topic.name, 30)),
                    TrendOf(TopicId(topic.target)),
                ),
            )
            for topic in topics
        ]
    if at is not None:
        rows.append(marks_row(at, reader))
    return tuple(rows)


def _largest(told: Digest) -> list[Subscription]:
    """The topics with the most stories, in the order in which they stand."""
    sections = [
        section
        for section in told.sections
        if section.subscription.kind is Kind.TOPIC and section.subscription.target
    ]
    chosen = sorted(sections, key=lambda section: -len(section.items))[:_TRENDS]
    return [section.subscription for section in sections if section in chosen]


def rest(left: Digest, number: int, reader: Reader) -> View:
    """A page of what a digest left out, from 1, with buttons to its neighbours."""
    stories = [one.story for one in left.items]
    first = (number - 1) * PAGE_STORIES
    shown = stories[first : first + PAGE_STORIES]
    if not shown or left.span is None:
        return View(say("digest.no_rest", reader.language))
    head = [say("digest.rest", reader.language)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    blocks = [
        Markup(" · ").join(head),
        *(story(place, told, reader) for place, told in enumerate(shown, start=first + 1)),
    ]
    turns = []
    if number > 1:
        turns.append(("button.previous", number - 1))
    if len(stories) > first + PAGE_STORIES:
        turns.append(("button.next", number + 1))
    buttons = tuple(
        button(reader.label(label), RestPage(left.span.after, left.span.up_to, page))
        for label, page in turns
    )
    return View(split(blocks)[0], (buttons,) if buttons else ())


def nothing_new(chat: Chat, reader: Reader) -> View:
    """That a digest would be empty now, and when the next one comes."""
    since = say("digest.empty", reader.language, since=moment(chat.last_digest_at, reader))
    return View(Markup(" ").join([since, next_digest(chat, reader)]))


def next_digest(chat: Chat, reader: Reader) -> Markup:
    """When the chat hears next."""
    if chat.paused or chat.next_digest_at is None:
        return say("digest.no_next", reader.language)
    return say("digest.next", reader.language, when=moment(chat.next_digest_at, reader))
