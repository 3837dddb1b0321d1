"""What a chat follows, begins to follow and stops following."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.buttons import FindFeed, KeepFeed, Unfollow, Widen, encode
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
from handlers.views.menus import in_rows, page_number, turns, window
from handlers.views.message import (
    BRING_BACK,
    REMOVE,
    Button,
    Keyboard,
    Toast,
    Turned,
    View,
    button,
    isolated,
    split,
)
from handlers.views.reader import Reader, ago, moment
from handlers.views.stories import story
from handlers.views.times import in_words, no_digest
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
    if not result.stories:
        return View(Markup("\n").join([head, say("follow.quiet", reader.language)]), keyboard)
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
    head = say_count("list.title", len(listed), reader.language)
    foot = _when(chat, reader)
    keyboard: list[tuple[Button, ...]] = []
    if page.removing:
        foot = say("unfollow.choose", reader.language)
        for place, one in shown:
            label = reader.label("button.unfollow", number=place, name=shorten(one.name, 30))
            keyboard.append((button(label, DropRow(drop_of(one)), reader.key),))
    else:
        foot = Markup("\n").join([foot, say("list.press", reader.language)])
        keyboard += in_rows([button(str(place), Item(one.id)) for place, one in shown], 5)
    if len(places) < len(listed):
        removing = page.removing
        before = ListPage(1, removing)
        if number > 2:
            before = ListPage(number - 1, removing, shown[0][1].id, back=True)
        after = ListPage(number + 1, removing, shown[-1][1].id)
        keyboard.append(turns(before, page if places.stop == len(listed) else after, reader))
        head = Markup(" · ").join([head, say("page", reader.language, number=number)])
    keyboard.append((button(reader.label("button.settings"), Screen()),))
    lines = Markup("\n").join(_subscription(place, item, reader) for place, item in shown)
    return View(Markup("\n\n").join([head, lines, foot]), tuple(keyboard))


def page_around(listed: Sequence[Subscription], id: SubscriptionId) -> ListPage:
    """The page on which a subscription stands, or would if it still were one."""
    before = sum(one.id < id for one in listed)
    return ListPage(before // PAGE_SUBSCRIPTIONS + 1, removing=False)


def _subscription(place: int, item: Subscription, reader: Reader) -> Markup:
    name = Markup.escape(shorten(item.name, 120))
    if item.kind is Kind.TOPIC:
        name = say("list.topic", reader.language, name=name)
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


def dropped_row(name: str, of: Drop, reader: Reader) -> Toast:
    """Likewise, where its row of the list becomes the way back."""
    said = say("unfollow.done", reader.language, name=isolated(shorten(name, 120)))
    return Toast(said, turned=Turned(BRING_BACK, encode(UndoRow(of), reader.key)))


def followed_again_row(name: str, of: Drop, reader: Reader) -> Toast:
    """That it is followed as before, where its row becomes what it was."""
    said = say("undo.done", reader.language, name=isolated(shorten(name, 120)))
    return Toast(said, turned=Turned(REMOVE, encode(DropRow(of), reader.key)))


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
    key = "item.own" if item.schedule else "item.with_digest"
    lines.append(say("item.off" if item.schedule == "off" else key, language, schedule=own))
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
