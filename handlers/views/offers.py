"""What is offered with a button that one might have typed, and what came of several things at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from handlers.buttons import FollowFeed, Show
from handlers.offer_buttons import SourceInstead, TopicAlone, UndoAll
from handlers.page_buttons import ListPage
from handlers.views.message import Button, Keyboard, View, button, isolated
from handlers.views.reader import Reader, clock, named
from handlers.views.times import zone_in_words
from handlers.words import say, say_count
from news.text import shorten
from storage.records import FeedId, OfferId, Subscription, SubscriptionId

_NAMES = 10
"""Of what was unfollowed at once, before the rest is counted."""

_ADDRESS = 300

_ROWS = 80
"""Of buttons: Telegram takes 100."""


def address(found: str, accept: Button, reader: Reader) -> View:
    """An address that somebody sent, to be followed."""
    return View(
        say("offer.address", reader.language, address=shorten(found, _ADDRESS)), ((accept,),)
    )


def addresses(accepts: Sequence[Button], accept_all: Button, reader: Reader) -> View:
    """Several of them, each with its button."""
    rows = tuple((one,) for one in (*accepts, accept_all))
    return View(say_count("offer.addresses", len(accepts), reader.language), rows)


def place(there: Reader, accept: Button) -> View:
    """A time zone for a place that somebody shows; `there` is the reader as if it was chosen."""
    zone = zone_in_words(there)
    text = say("offer.place", there.language, time=clock(there), timezone=zone)
    return View(text, ((accept,),))


def hello(reader: Reader) -> View:
    """A greeting back, with what there is to begin with."""
    return View(say("plain.hello", reader.language), (_to_begin_with(reader),))


def thanks(reader: Reader) -> View:
    """An answer to thanks."""
    return View(say("plain.thanks", reader.language))


def _to_begin_with(reader: Reader) -> tuple[Button, ...]:
    first = button(reader.label("button.first_steps"), Show("start"))
    return (first, button(reader.label("button.help"), Show("help")))


def stop(pause: Button, reader: Reader) -> View:
    """What can be stopped, for somebody who wants something to stop."""
    choose = button(reader.label("button.choose_unfollow"), ListPage(1, removing=True))
    erase = button(reader.label("button.erase"), Show("forget"))
    return View(say("plain.stop", reader.language), ((pause,), (choose,), (erase,)))


def with_sources(
    view: View,
    sources: Sequence[tuple[FeedId, str]],
    reader: Reader,
    topic: SubscriptionId | None = None,
) -> View:
    """An answer, and sources that are called by the same words: to be followed in the place of a `topic`, if there is one."""
    rows = tuple(
        (
            button(
                _follow_source(name, reader),
                FollowFeed(id) if topic is None else SourceInstead(id, topic),
                reader.key,
            ),
        )
        for id, name in sources
    )
    return replace(view, keyboard=(*view.keyboard, *rows))


def _follow_source(name: str, reader: Reader) -> str:
    return reader.label("button.follow_source", name=shorten(name, 30))


def with_line(view: View, key: str, reader: Reader, **arguments: object) -> View:
    """An answer with one sentence more."""
    return replace(
        view, text=Markup("\n\n").join([view.text, say(key, reader.language, **arguments)])
    )


def with_topic_instead(
    view: View, key: str, of: SubscriptionId, name: str, better: str, reader: Reader
) -> View:
    """What was followed, and a topic that would bring more in its place; `key` is of the sentence that says so."""
    label = reader.label("button.follow_instead", query=shorten(better, 24))
    said = with_line(view, key, reader, name=name, topic=better)
    return replace(said, keyboard=(*said.keyboard, (button(label, TopicAlone(of)),)))


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one of several addresses."""

    name: str
    key: str
    """Of the sentence that says so."""
    count: int | None = None
    """What its plural form goes by; None if it has none."""
    reason: Markup | str = ""
    keyboard: Keyboard = ()
    """What can be chosen of it."""


def several(tried: Sequence[Tried], left: int, reader: Reader, head: str = "several.head") -> View:
    """What came of several addresses, or of what else `head` is the key for, a line each; `left` were too many."""
    language = reader.language
    lines = [say_count(head, len(tried), language)]
    for one in tried:
        name = isolated(shorten(one.name, 100))
        lines.append(
            say(one.key, language, name=name, reason=one.reason)
            if one.count is None
            else say_count(one.key, one.count, language, name=name)
        )
    if left:
        lines.append(say_count("several.over", left, language))
    rows = tuple(row for one in tried for row in one.keyboard)
    return View(Markup("\n").join(lines), (*rows[:_ROWS], _to_list(reader)))


def unfollowed(gone: Sequence[Subscription], undo: OfferId, reader: Reader) -> View:
    """What is followed no longer, with the way back for all of it."""
    quoted = [
        say("list.topic", reader.language, name=isolated(shorten(one.name, 60))) for one in gone
    ]
    names = named(quoted, _NAMES, reader)
    text = say_count("unfollow.many", len(gone), reader.language, names=names)
    return View(text, (_way_back(UndoAll(undo), reader), _to_list(reader)))


def no_room(full: Markup, back: int, undo: UndoAll, reader: Reader) -> View:
    """That some of it is followed again and the rest finds no room, with the way back for that."""
    lines = [say_count("undo.many", back, reader.language)] if back else []
    text = Markup("\n").join([*lines, full])
    return View(text, (_way_back(undo, reader), _to_list(reader)))


def followed_again(count: int, reader: Reader) -> View:
    """That several things are followed as before."""
    if not count:
        return View(say("undo.gone", reader.language), (_to_list(reader),))
    return View(say_count("undo.many", count, reader.language), (_to_list(reader),))


def _way_back(undo: UndoAll, reader: Reader) -> tuple[Button, ...]:
    return (button(reader.label("button.undo"), undo),)


def _to_list(reader: Reader) -> tuple[Button, ...]:
    return (button(reader.label("button.list"), ListPage(1, removing=False)),)
