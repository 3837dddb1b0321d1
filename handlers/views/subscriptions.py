"""What a chat follows, begins to follow and stops following."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.buttons import FindFeed, KeepFeed, Unfollow, Widen
from handlers.menu_buttons import (
    Drop,
    DropRow,
    Item,
    ItemStories,
    Screen,
    Times,
    Undo,
    UndoRow,
    Via,
)
from handlers.page_buttons import ListAround, ListPage
from handlers.views.lists import choice, imported
from handlers.views.menus import in_rows, listed_in, page_number, struck, turns, window, with_rows
from handlers.views.message import (
    BRING_BACK,
    Button,
    Keyboard,
    View,
    button,
    isolated,
    split,
)
from handlers.views.reader import Reader, ago, moment
from handlers.views.stories import story
from handlers.views.times import in_words, no_digest, waits_for_pause
from handlers.words import say, say_count
from news.outcomes import Choice, Followed, Imported
from news.text import shorten
from storage.records import Chat, Failure, Feed, Kind, Story, Subscription, SubscriptionId

PAGE_SUBSCRIPTIONS = 10


def found(result: Followed | Choice | Imported, chat: Chat, reader: Reader) -> View:
    """What came of following what stands at an address."""
    match result:
        case Followed():
            return followed(result, chat, reader)
        case Choice():
            return choice(result, reader)
        case Imported():
            return imported(result, reader)


def followed(result: Followed, chat: Chat, reader: Reader) -> View:
    """What was followed, what comes when, and what there is of it now."""
    if result.already:
        return View(say("follow.already", reader.language, name=result.name))
    key = f"follow.{result.kind.value}"
    if (none := no_digest(chat)) or chat.next_digest_at is None:
        head = say(f"{key}_{none}", reader.language, name=result.name)
    else:
        when = moment(chat.next_digest_at, reader)
        head = say(key, reader.language, name=result.name, when=when)
    if result.muted:
        head = Markup("\n").join([head, say("follow.muted", reader.language)])
    keyboard: Keyboard = ()
    if result.related and result.subscription_id is not None:
        head = Markup(" ").join([head, say("follow.related", reader.language)])
        keyboard = tuple(
            (button(reader.label("button.widen", name=name), Widen(result.subscription_id, name)),)
            for name in result.related
        )
    if result.past:
        head = Markup("\n").join([head, say("follow.past", reader.language)])
    elif not result.stories:
        key = "follow.quiet_now" if none else "follow.quiet"
        head = Markup("\n").join([head, say(key, reader.language)])
    if not result.stories:
        return View(head, keyboard)
    proof = [story(number, told, reader) for number, told in enumerate(result.stories, start=1)]
    return View(split([head, say("follow.proof", reader.language), *proof])[0], keyboard)


def lasting_trouble(feed: Feed, subscription_id: SubscriptionId, reader: Reader) -> View:
    """What a follower is told of a feed that brings nothing for long, with what can be done."""
    assert feed.failure is not None  # noqa: S101 - that is why it is told
    key = "trouble.gone_notice" if feed.failure is Failure.GONE else "trouble.notice"
    since = moment(feed.failing_since, reader) if feed.failing_since else ""
    reason = trouble(feed.failure, feed.failure_detail, reader)
    text = say(key, reader.language, name=feed.title, reason=reason, since=since)
    return View(
        text,
        (
            (button(reader.label("button.find_feed"), FindFeed(feed.id)),),
            (
                button(reader.label("button.keep"), KeepFeed(feed.id)),
                button(reader.label("button.unfollow_it"), Unfollow(subscription_id)),
            ),
        ),
    )


def subscriptions(
    listed: Sequence[Subscription], page: ListPage, chat: Chat, reader: Reader
) -> View:
    """What a chat follows, numbered and paged, with a button for each: its screen, or its end in the list for removing."""
    if not listed:
        settings = button(reader.label("button.settings"), Screen())
        return View(say("list.empty", reader.language), ((settings,),), asks=False)
    ids = [one.id for one in listed]
    places = window(ids, PAGE_SUBSCRIPTIONS, page.number, page.beyond, page.back)
    number = page_number(places, PAGE_SUBSCRIPTIONS)
    shown = [(place + 1, listed[place]) for place in places]
    keyboard: list[tuple[Button, ...]] = []
    paged = len(places) < len(listed)
    if paged:
        removing = page.removing
        before = ListPage(1, removing)
        if number > 2:
            before = ListPage(number - 1, removing, shown[0][1].id, back=True)
        after = ListPage(number + 1, removing, shown[-1][1].id)
        is_last = places.stop == len(listed)
        keyboard.append(turns(before if places.start else None, None if is_last else after, reader))
    keyboard.append((button(reader.label("button.settings"), Screen()),))
    head = _head(len(listed), number if paged else None, reader)
    if page.removing:
        return _removing(head, shown, tuple(keyboard), reader)
    keyboard[:0] = in_rows([button(str(place), Item(one.id)) for place, one in shown], 5)
    foot = Markup("\n").join([_when(chat, reader), say("list.press", reader.language)])
    lines = Markup("\n").join(_subscription(place, item, reader) for place, item in shown)
    return View(Markup("\n\n").join([head, lines, foot]), tuple(keyboard))


def _head(count: int, number: int | None, reader: Reader) -> Markup:
    head = say_count("list.title", count, reader.language)
    if number is None:
        return head
    return Markup(" · ").join([head, say("page", reader.language, number=number)])


@dataclass(frozen=True, slots=True)
class Removed:
    """What was in the list for removing, and can be brought back into its row."""

    of: Drop
    name: str


LISTED: tuple[type[DropRow | UndoRow], ...] = (DropRow, UndoRow)
"""What the buttons of the rows of that list do."""


def removing_again(
    rows: Sequence[Subscription | Removed],
    listed: Sequence[Subscription],
    below: Keyboard,
    reader: Reader,
) -> View:
    """The list for removing as it is now, its rows in their places `below` the message: numbers are those that count now."""
    places = {one.id: place for place, one in enumerate(listed, start=1)}
    numbered = [
        (places.get(one.id, 0) if isinstance(one, Subscription) else 0, one) for one in rows
    ]
    first = min(one.id if isinstance(one, Subscription) else one.of.place for one in rows)
    start = sum(one.id < first for one in listed)
    number = page_number(range(start, start + 1), PAGE_SUBSCRIPTIONS)
    paged = bool(listed_in(below, (ListPage,)))
    head = _head(len(listed), number if paged else None, reader)
    return _removing(head, numbered, below, reader)


def _removing(
    head: Markup,
    rows: Sequence[tuple[int, Subscription | Removed]],
    below: Keyboard,
    reader: Reader,
) -> View:
    lines: list[Markup] = []
    buttons: list[tuple[Button, ...]] = []
    for place, one in rows:
        name = shorten(one.name, 30)
        if isinstance(one, Removed):
            lines.append(struck(_name(one.of.kind, one.name, reader)))
            undo = button(f"{BRING_BACK} {name}", UndoRow(one.of), reader.key)
            buttons.append((undo,))
        else:
            lines.append(_subscription(place, one, reader))
            label = reader.label("button.unfollow", number=place, name=name)
            buttons.append((button(label, DropRow(drop_of(one)), reader.key),))
    foot = [say("unfollow.choose", reader.language)] if any(place for place, _ in rows) else []
    if not all(place for place, _ in rows):
        foot.append(say("list.signs", reader.language))
    text = Markup("\n\n").join([head, Markup("\n").join(lines), Markup("\n").join(foot)])
    return View(text, with_rows(below, tuple(buttons), LISTED, reader.key))


def _name(kind: Kind, name: str, reader: Reader) -> Markup:
    shown = Markup.escape(isolated(shorten(name, 120)))
    return say("list.topic", reader.language, name=shown) if kind is Kind.TOPIC else shown


def page_around(listed: Sequence[Subscription], id: SubscriptionId) -> ListPage:
    """The page on which a subscription stands, or would if it still were one."""
    before = sum(one.id < id for one in listed)
    return ListPage(before // PAGE_SUBSCRIPTIONS + 1, removing=False)


def _subscription(place: int, item: Subscription, reader: Reader) -> Markup:
    name = _name(item.kind, item.name, reader)
    news = say("list.no_story", reader.language)
    if item.last_story_at is not None:
        news = say("list.last", reader.language, when=ago(item.last_story_at, reader))
    if item.failure is not None:
        reason = trouble(item.failure, item.failure_detail, reader)
        news = say("list.trouble", reader.language, reason=reason)
    line = say("list.item", reader.language, number=place, name=name)
    if item.schedule:
        own = in_words(item.schedule, reader)
        if item.schedule != "off":
            own = say("list.own_schedule", reader.language, schedule=own)
        news = Markup(" · ").join([news, own])
    return Markup(" – ").join([line, news])


def trouble(failure: Failure, detail: str, reader: Reader) -> Markup:
    """Why a feed brings nothing, in plain words."""
    return say(f"trouble.{failure.value}", reader.language, detail=detail)


def _when(chat: Chat, reader: Reader) -> Markup:
    if (none := no_digest(chat)) or chat.next_digest_at is None:
        return say(f"list.none.{none}", reader.language)
    return say(
        "list.schedule",
        reader.language,
        schedule=in_words(chat.schedule, reader),
        timezone=reader.place,
        when=moment(chat.next_digest_at, reader),
    )


def unfollowed(item: Subscription, reader: Reader) -> View:
    """What is followed no longer, with the way back."""
    return dropped(item.name, drop_of(item), reader)


def dropped(name: str, of: Drop, reader: Reader) -> View:
    """Likewise, by its name."""
    return View(
        say("unfollow.done", reader.language, name=isolated(shorten(name, 120))),
        ((button(reader.label("button.undo"), Undo(of), reader.key),), _to_list(reader, of.place)),
    )


def followed_again(name: str, reader: Reader) -> View:
    """What is followed as before."""
    text = say("undo.done", reader.language, name=isolated(shorten(name, 120)))
    return View(text, (_to_list(reader),))


def gone(reader: Reader) -> View:
    """That something is followed no longer, and where to see what is."""
    return View(say("unfollow.gone", reader.language), (_to_list(reader),))


def one(item: Subscription, link: str, chat: Chat, reader: Reader) -> View:
    """One thing that a chat follows, and what can be done with it; `link` offers it to others."""
    language = reader.language
    key = "item.feed" if item.kind is Kind.FEED else "item.topic"
    lines = [say(key, language, name=isolated(shorten(item.name, 256)))]
    if item.failure is not None:
        reason = trouble(item.failure, item.failure_detail, reader)
        lines.append(say("list.trouble", language, reason=reason))
    if item.last_story_at is None:
        lines.append(say("item.no_story", language))
    else:
        lines.append(say("item.last", language, when=ago(item.last_story_at, reader)))
    own = in_words(item.schedule or chat.schedule, reader)
    with_digest = "item.with_digest_off" if no_digest(chat) == "off" else "item.with_digest"
    key = "item.own" if item.schedule else with_digest
    lines.append(say("item.off" if item.schedule == "off" else key, language, schedule=own))
    if waits_for_pause(item, chat):
        lines.append(say("times.one_paused", language))
    lines.append(say("item.link", language, link=Markup('<a href="{0}">{0}</a>').format(link)))
    keyboard = (
        (button(reader.label("button.item_schedule"), Times(Via.COMMAND, item.id)),),
        (button(reader.label("button.item_stories"), ItemStories(item.id)),),
        (button(reader.label("button.unfollow_it"), drop_of(item), reader.key),),
        _to_list(reader, item.id),
    )
    return View(Markup("\n").join(lines), keyboard)


def last_stories(item: Subscription, found: Sequence[Story], reader: Reader) -> View:
    """The last stories of one thing that a chat follows."""
    back = ((button(reader.label("button.back"), Item(item.id)),),)
    name = isolated(shorten(item.name, 120))
    if not found:
        return View(say("item.none", reader.language, name=name), back)
    blocks = [story(place, told, reader) for place, told in enumerate(found, start=1)]
    return View(split([say("item.stories", reader.language, name=name), *blocks])[0], back)


def drop_of(item: Subscription) -> Drop:
    """What ends a subscription, and is enough to bring it back as it was."""
    return Drop(item.kind, item.target, item.after_article, item.schedule, item.id)


def _to_list(reader: Reader, place: SubscriptionId | None = None) -> tuple[Button, ...]:
    """The way to the list; to the page on which this one stands, or stood."""
    to = ListPage(1, removing=False) if place is None else ListAround(place)
    return (button(reader.label("button.list"), to),)
