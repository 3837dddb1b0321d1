"""A digest in as many messages as it needs, and what did not fit into it."""

from dataclasses import replace
from datetime import datetime, timedelta

from markupsafe import Markup

from handlers.buttons import Action, Marks, Show, TrendOf
from handlers.page_buttons import ReadOn, RestPage, ShownPage
from handlers.views.marks import marks_row
from handlers.views.menus import listed_in, turns
from handlers.views.message import Button, Keyboard, View, button, isolated, split
from handlers.views.reader import Reader, moment, named, time_of_day
from handlers.views.stories import PAGE_STORIES, item, story
from handlers.views.times import no_digest
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
    """A digest in as many messages as it needs, under a title of that key; the last one has the buttons.

    If they mark its stories, it ends with what their signs mean.
    """
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
    if listed_in(keyboard, (Marks,)):
        # With what stands before it, or it might be a message of its own.
        blocks[-1] = Markup("\n\n").join([blocks[-1], say("digest.signs", reader.language)])
    *first, last = split(blocks)
    return (*(View(text) for text in first), View(last, keyboard))


def heading(told: Digest, reader: Reader, title: str) -> Markup:
    """What stands above a digest: the sentence of that key, with the period."""
    if told.by_itself:
        names = [isolated(shorten(one.subscription.name, _NAME)) for one in told.sections]
        listed = named(names, _NAMED, reader)
        return say("digest.by_itself", reader.language, names=listed)
    since, until = moment(told.since, reader), moment(told.until, reader)
    if told.since.astimezone(reader.tz).date() == told.until.astimezone(reader.tz).date():
        until = time_of_day(told.until, reader)
    return say(title, reader.language, since=since, until=until)


def keyboard(
    told: Digest, reader: Reader, at: datetime | None = None, read_on: Action | None = None
) -> Keyboard:
    """The buttons below a digest; with those that mark its stories, if the chat was told or shown it `at` that time.

    `read_on` leads to what a digest left out that was only shown.
    """
    settings = button(reader.label("button.digest_settings"), Show("settings"))
    rows: list[tuple[Button, ...]] = [(settings,)]
    if told.left_out:
        further = read_on or _rest_of(told)
        rows = [(button(reader.label("button.read_on"), further), settings)]
    if told.until - told.since >= _LONG:
        topics = _largest(told)
        rows += [
            (
                button(
                    reader.label("button.trend", name=shorten(topic.name, 30)),
                    TrendOf(TopicId(topic.target)),
                    reader.key,
                ),
            )
            for topic in topics
        ]
    if at is not None:
        rows.append(marks_row(at, reader))
    return tuple(rows)


def _rest_of(told: Digest) -> Action:
    """What leads to what a digest left out that was told."""
    if told.span is None or told.by_itself:
        return Show("latest")
    return ReadOn(told.span.after, told.span.up_to)


def _largest(told: Digest) -> list[Subscription]:
    """The topics with the most stories, in the order in which they stand."""
    sections = [
        section
        for section in told.sections
        if section.subscription.kind is Kind.TOPIC and section.subscription.target
    ]
    chosen = sorted(sections, key=lambda section: -len(section.items))[:_TRENDS]
    return [section.subscription for section in sections if section in chosen]


def rest(left: Digest, here: RestPage | ShownPage, reader: Reader, *, turned: bool = False) -> View:
    """A page of what a digest left out, with buttons to its neighbours; always, where somebody `turned` to it."""
    number = here.number
    stories = [one.story for one in left.items]
    first = (number - 1) * PAGE_STORIES
    shown = stories[first : first + PAGE_STORIES]
    if not shown:
        first_page = button(reader.label("button.previous"), replace(here, number=1))
        text = say("digest.no_rest", reader.language)
        return View(text, ((first_page,),) if number > 1 else ())
    head = [say("digest.rest", reader.language)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    blocks = [
        Markup(" · ").join(head),
        *(story(place, told, reader) for place, told in enumerate(shown, start=first + 1)),
    ]
    before = replace(here, number=number - 1) if number > 1 else None
    after = replace(here, number=number + 1) if len(stories) > first + PAGE_STORIES else None
    paged = turned or before is not None or after is not None
    return View(split(blocks)[0], (turns(before, after, reader),) if paged else ())


def nothing_new(chat: Chat, reader: Reader) -> View:
    """That a digest would be empty now, and when the next one comes."""
    since = say("digest.empty", reader.language, since=moment(chat.last_digest_at, reader))
    return View(Markup(" ").join([since, next_digest(chat, reader)]))


def next_digest(chat: Chat, reader: Reader) -> Markup:
    """When the chat hears next."""
    if (none := no_digest(chat)) or chat.next_digest_at is None:
        return say(f"digest.none.{none}", reader.language)
    return say("digest.next", reader.language, when=moment(chat.next_digest_at, reader))
