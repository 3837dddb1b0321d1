"""What a chat follows, begins to follow and stops following."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.buttons import FindFeed, FollowFeed, KeepFeed, ListPage, Undo, Unfollow, Widen
from handlers.views.message import Button, Keyboard, View, button, split
from handlers.views.reader import Reader, ago, moment
from handlers.views.stories import story
from handlers.words import say, say_count
from news.outcomes import Choice, Followed, Imported
from news.text import shorten
from storage.records import Chat, Failure, Feed, Kind, Subscription, SubscriptionId

PAGE_SUBSCRIPTIONS = 10
_SHOWN_REJECTED = 15


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
    if result.rejected:
        blocks.append(say_count("import.rejected", len(result.rejected), reader.language))
        blocks += [
            say(f"import.{line.reason}", reader.language, line=line.line, name=line.name or "—")
            for line in result.rejected[:_SHOWN_REJECTED]
        ]
    return View(Markup("\n").join(blocks))


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
    """What a chat follows, numbered and paged; in the list for removing, with a button for each."""
    if not listed:
        return View(say("list.empty", reader.language))
    last_page = (len(listed) - 1) // PAGE_SUBSCRIPTIONS + 1
    number = min(page.number, last_page)
    first = (number - 1) * PAGE_SUBSCRIPTIONS
    shown = list(enumerate(listed, start=1))[first : first + PAGE_SUBSCRIPTIONS]
    head = say_count("list.title", len(listed), reader.language)
    foot = _when(chat, reader)
    keyboard: list[tuple[Button, ...]] = []
    if page.removing:
        foot = say("unfollow.choose", reader.language)
        for place, item in shown:
            label = reader.label("button.unfollow", number=place, name=shorten(item.name, 30))
            keyboard.append((button(label, Unfollow(item.id)),))
    turns = []
    if number > 1:
        turns.append(button("◀", ListPage(number - 1, page.removing)))
    if number < last_page:
        turns.append(button("▶", ListPage(number + 1, page.removing)))
    if turns:
        keyboard.append(tuple(turns))
        head = Markup(" · ").join([head, say("page", reader.language, number=number)])
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
    return View(
        say("unfollow.done", reader.language, name=item.name),
        ((button(reader.label("button.undo"), undo),),),
    )
