"""What a chat follows, begins to follow and stops following."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.buttons import FindFeed, FollowFeed, KeepFeed, ListPage, Undo, Unfollow, Widen
from handlers.menu_buttons import Drop, Item, ItemStories, Screen, Times, Via
from handlers.views.menus import in_rows
from handlers.views.message import Button, File, Keyboard, View, button, isolated, plain_text, split
from handlers.views.reader import Reader, ago, moment
from handlers.views.stories import story
from handlers.views.times import in_words
from handlers.words import say, say_count
from news.outcomes import Choice, Followed, Imported
from news.text import shorten
from storage.records import Chat, Failure, Feed, Kind, Story, Subscription, SubscriptionId

PAGE_SUBSCRIPTIONS = 10
_SHOWN_REJECTED = 15


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
    if chat.paused or chat.next_digest_at is None:
        head = say(f"{key}_no_digest", reader.language, name=result.name)
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


def choice(found: Choice, reader: Reader) -> View:
    """The feeds of a page, a button each."""
    head = say("follow.choose", reader.language, page=shorten(found.page, 100))
    rows = ((button(shorten(name, 40), FollowFeed(id)),) for id, name in found.feeds)
    return View(head, tuple(rows))


def imported(result: Imported, reader: Reader) -> View:
    """What came of a list of feeds, with what failed line by line."""
    blocks = [say_count("import.followed", result.followed, reader.language)]
    if result.already:
        blocks.append(say_count("import.already", result.already, reader.language))
    if result.over_limit:
        blocks.append(say_count("import.over_limit", result.over_limit, reader.language))
    failed = [
        say(f"import.{line.reason}", reader.language, line=line.line, name=line.name or "—")
        for line in result.rejected
    ]
    if failed:
        blocks.append(say_count("import.rejected", len(failed), reader.language))
    without_room = [
        say("import.room", reader.language, name=one.title or one.url, address=one.url)
        for one in result.without_room
    ]
    if len(failed) + len(without_room) <= _SHOWN_REJECTED:
        return View(split([Markup("\n").join([*blocks, *failed, *without_room])])[0])
    blocks.append(say("import.in_file", reader.language))
    listed = "\n".join(plain_text(line) for line in [*failed, *without_room])
    content = f"{listed}\n".encode("utf-8", "replace")
    return View(Markup("\n").join(blocks), file=File(FAILED_FILE, content))


FAILED_FILE = "import.txt"
"""What of a long list was not followed, a line each."""


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
        return View(say("list.empty", reader.language), ((settings,),))
    last_page = (len(listed) - 1) // PAGE_SUBSCRIPTIONS + 1
    number = min(page.number, last_page)
    first = (number - 1) * PAGE_SUBSCRIPTIONS
    shown = list(enumerate(listed, start=1))[first : first + PAGE_SUBSCRIPTIONS]
    head = say_count("list.title", len(listed), reader.language)
    foot = _when(chat, reader)
    keyboard: list[tuple[Button, ...]] = []
    if page.removing:
        foot = say("unfollow.choose", reader.language)
        for place, one in shown:
            label = reader.label("button.unfollow", number=place, name=shorten(one.name, 30))
            keyboard.append((button(label, _drop(one)),))
    else:
        foot = Markup("\n").join([foot, say("list.press", reader.language)])
        keyboard += in_rows([button(str(place), Item(one.id)) for place, one in shown], 5)
    if last_page > 1:
        # Both are always there: nothing moves under a finger.
        before, after = max(number - 1, 1), min(number + 1, last_page)
        keyboard.append(
            (
                button(reader.label("button.previous"), ListPage(before, page.removing)),
                button(reader.label("button.next"), ListPage(after, page.removing)),
            )
        )
        head = Markup(" · ").join([head, say("page", reader.language, number=number)])
    keyboard.append((button(reader.label("button.settings"), Screen()),))
    lines = Markup("\n").join(_subscription(place, item, reader) for place, item in shown)
    return View(Markup("\n\n").join([head, lines, foot]), tuple(keyboard))


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
        own = say("list.own_schedule", reader.language, schedule=item.schedule)
        news = Markup(" · ").join([news, own])
    return Markup(" – ").join([line, news])


def trouble(failure: Failure, detail: str, reader: Reader) -> Markup:
    """Why a feed brings nothing, in plain words."""
    return say(f"trouble.{failure.value}", reader.language, detail=detail)


def _when(chat: Chat, reader: Reader) -> Markup:
    if chat.paused or chat.next_digest_at is None:
        return say("list.schedule_off", reader.language)
    return say(
        "list.schedule",
        reader.language,
        schedule=chat.schedule,
        timezone=chat.timezone,
        when=moment(chat.next_digest_at, reader),
    )


def unfollowed(item: Subscription, reader: Reader) -> View:
    """What is followed no longer, with the way back."""
    undo = Undo(item.kind, item.target, item.after_article, item.schedule)
    return dropped(item.name, undo, reader)


def dropped(name: str, undo: Undo, reader: Reader) -> View:
    """Likewise, by its name."""
    return View(
        say("unfollow.done", reader.language, name=isolated(shorten(name, 120))),
        ((button(reader.label("button.undo"), undo),), _to_list(reader)),
    )


def followed_again(name: str, reader: Reader) -> View:
    """What is followed as before."""
    text = say("undo.done", reader.language, name=isolated(shorten(name, 120)))
    return View(text, (_to_list(reader),))


def gone(reader: Reader) -> View:
    """That something is followed no longer, and where to see what is."""
    return View(say("unfollow.gone", reader.language), (_to_list(reader),))


def one(item: Subscription, link: str | None, chat: Chat, reader: Reader) -> View:
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
    lines.append(say("item.own" if item.schedule else "item.with_digest", language, schedule=own))
    lines.append(
        say("item.too_long", language)
        if link is None
        else say("item.link", language, link=Markup('<a href="{0}">{0}</a>').format(link))
    )
    keyboard = (
        (button(reader.label("button.item_schedule"), Times(Via.COMMAND, item.id)),),
        (button(reader.label("button.item_stories"), ItemStories(item.id)),),
        (button(reader.label("button.unfollow_it"), _drop(item)),),
        _to_list(reader),
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


def _drop(item: Subscription) -> Drop:
    return Drop(item.kind, item.target, item.after_article, item.schedule)


def _to_list(reader: Reader) -> tuple[Button, ...]:
    return (button(reader.label("button.list"), ListPage(1, removing=False)),)
