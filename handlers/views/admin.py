"""What those who run the bot are shown: the feeds that are polled, and their words to all chats."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from handlers.admin_buttons import PolledPage, Step, ToAll, VisitNow
from handlers.views.menus import in_rows, turns
from handlers.views.message import Keyboard, View, button, isolated
from handlers.views.reader import Reader, moment
from handlers.views.subscriptions import trouble
from handlers.words import number, say, say_count
from news.text import shorten, squeeze
from storage.counts import Audience, PolledFeed, Progress
from storage.records import Broadcast

FAILING = "failing"
"""What is typed for the feeds in trouble alone."""

PAGE_FEEDS = 10
_IN_ROW = 2
_NAME = 60
_EXCERPT = 100


def within(page: PolledPage, total: int) -> PolledPage:
    """The page that is asked for, or the last one of so many feeds."""
    last = max(total - 1, 0) // PAGE_FEEDS + 1
    return replace(page, number=min(page.number, last))


def polled(
    listed: Sequence[PolledFeed],
    total: int,
    page: PolledPage,
    hurried: str | None,
    reader: Reader,
) -> View:
    """A page of the feeds that are polled, `total` in all; `hurried` is one that is visited next."""
    language = reader.language
    lines = []
    if hurried is not None:
        lines.append(say("polled.hurried", language, name=_name(hurried)))
    key, none = "polled.all", "polled.none"
    if page.failing:
        key, none = "polled.failing", "polled.none_failing"
    head = [say_count(key, total, language) if total else say(none, language)]
    if page.number > 1:
        head.append(say("page", language, number=page.number))
    lines.append(Markup(" · ").join(head))
    first = (page.number - 1) * PAGE_FEEDS + 1
    lines += [_feed(place, feed, reader) for place, feed in enumerate(listed, start=first)]
    return View(Markup("\n\n").join(lines), _turns(listed, first, total, page, reader))


def _feed(place: int, feed: PolledFeed, reader: Reader) -> Markup:
    line = say("list.item", reader.language, number=place, name=_name(feed.title))
    followers = say_count("polled.followers", feed.followers, reader.language)
    # Addresses as text: a link that is pressed by mistake opens a file that nobody can read.
    address = Markup("<code>{}</code>").format(shorten(feed.url, 100))
    return Markup("\n").join([line, _state(feed, reader), followers, address])


def _state(feed: PolledFeed, reader: Reader) -> Markup:
    language, upcoming = reader.language, moment(feed.next_visit_at, reader)
    if feed.failure is None:
        key = "polled.new" if feed.visited_at is None else "polled.works"
        return say(key, language, when=upcoming)
    reason = trouble(feed.failure, feed.failure_detail, reader)
    if feed.stopped_at is not None:
        return say("polled.given_up", language, reason=reason)
    since = moment(feed.failing_since or reader.now, reader)
    return say("polled.trouble", language, reason=reason, since=since, when=upcoming)


def _turns(
    listed: Sequence[PolledFeed], first: int, total: int, page: PolledPage, reader: Reader
) -> Keyboard:
    visits = [
        button(reader.label("button.visit_now", number=place), VisitNow(feed.id, page.number))
        for place, feed in enumerate(listed, start=first)
        if page.failing
    ]
    rows = [*in_rows(visits, _IN_ROW)]
    last = (total - 1) // PAGE_FEEDS + 1
    if last > 1:
        before = replace(page, number=page.number - 1) if page.number > 1 else None
        after = replace(page, number=page.number + 1) if page.number < last else None
        rows.append(turns(before, after, reader))
    other = "button.polled_all" if page.failing else "button.polled_failing"
    rows.append((button(reader.label(other), PolledPage(1, not page.failing)),))
    return tuple(rows)


def _name(title: str) -> str:
    return isolated(shorten(title, _NAME))


def as_sent(written: Broadcast) -> View:
    """The operator's words as every chat sees them: lines and addresses as they were typed, nothing else."""
    return View(Markup.escape(written.text))


def preview(written: Broadcast, audience: Audience, reader: Reader) -> View:
    """What is asked below them before they go out."""
    language = reader.language
    lines = [say_count("broadcast.preview", audience.goes_to, language)]
    if audience.closed:
        lines.append(say_count("broadcast.left_out", audience.closed, language))
    if audience.channels:
        lines.append(say_count("broadcast.channels", audience.channels, language))
    begin = button(reader.label("button.broadcast_begin"), ToAll(Step.BEGIN, written.id))
    discard = button(reader.label("button.broadcast_discard"), ToAll(Step.DISCARD, written.id))
    return View(Markup("\n").join(lines), ((begin,), (discard,)))


def progress(shown: Broadcast, done: Progress, reader: Reader, *, busy: bool = False) -> View:
    """How far they have come; `busy` if they are why others can't go out."""
    language = reader.language

    state = "going" if shown.is_going else "finished" if shown.finished_at else "stopped"
    text = isolated(shorten(squeeze(shown.text), _EXCERPT))
    lines = [say("broadcast.busy", language)] if busy else []
    lines += [
        say("broadcast.head", language, when=moment(shown.made_at, reader), text=text),
        say(f"broadcast.{state}", language),
        say(
            "broadcast.progress",
            language,
            sent=number(done.sent, language),
            waiting=number(done.waiting, language),
            unreachable=number(done.unreachable, language),
        ),
    ]
    if done.stopped:
        lines.append(say_count("broadcast.cut", done.stopped, language))
    if not shown.is_going:
        return View(Markup("\n").join(lines))
    look = button(reader.label("button.broadcast_look"), ToAll(Step.LOOK, shown.id))
    stop = button(reader.label("button.broadcast_stop"), ToAll(Step.STOP, shown.id))
    return View(Markup("\n").join(lines), ((look, stop),))
