"""Follow, unfollow, and what is followed."""

from handlers.buttons import (
    FindFeed,
    Follow,
    FollowFeed,
    KeepFeed,
    ListPage,
    Undo,
    Unfollow,
    Widen,
)
from handlers.context import Answer, Ask
from handlers.links import payload_of
from handlers.menu_buttons import Drop, Item, ItemStories
from handlers.views import subscriptions as views
from handlers.views.message import View
from news import follow, query, rescheduling, search
from news.discover import find_known
from news.errors import LimitReached
from news.followed_topics import query_of
from news.mutes import Muted
from storage import articles, chats, feeds, opinions
from storage.database import Transaction
from storage.records import Failure, Feed, FeedId, Kind, Subscription, SubscriptionId, TopicId

LAST = 5
"""Stories that the screen of one subscription shows."""


async def subscribe(ask: Ask) -> Answer:
    """Follow an address or a topic."""
    services = ask.services
    if not ask.argument.strip():
        return ask.say("follow.ask")
    address = follow.fetchable(ask.argument)
    if address is None:
        wanted = query.parse(ask.argument)
        result = await follow.follow_topic(
            services.database, ask.chat.id, wanted, services.max_subscriptions, ask.now
        )
    else:
        if not await _may_visit(ask, address):
            return ask.say("follow.too_many_new")
        found = await follow.follow_address(
            services.sources,
            ask.chat.id,
            address,
            services.max_subscriptions,
            follow.is_bare(ask.argument),
        )
        return views.found(found, ask.chat, ask.reader)
    return views.followed(result, ask.chat, ask.reader)


async def _may_visit(ask: Ask, address: str) -> bool:
    """Whether the web may be asked for this chat: a feed that somebody follows is visited anyway."""
    async with ask.services.database.read() as tx:
        known = await find_known(tx, address)
        if known is not None and (await feeds.followers(tx, [known.id])).get(known.id):
            return True
    fair_use = ask.services.fair_use
    return fair_use is None or fair_use.may_add_feed(ask.chat.id, ask.now)


async def unsubscribe(ask: Ask) -> Answer:
    """Stop following, by number or name; without either, choose from the list."""
    if not ask.argument.strip():
        return await _list(ask, ListPage(1, removing=True))
    item = await follow.find_subscription(ask.services.database, ask.chat.id, ask.argument)
    await follow.unfollow(ask.services.database, ask.chat.id, item.id)
    return views.unfollowed(item, ask.reader)


async def subscriptions(ask: Ask) -> Answer:
    """What the chat follows."""
    return await _list(ask, ListPage(1, removing=False))


async def turn_list(ask: Ask, pressed: ListPage) -> View:
    """Another page of the list."""
    return await _list(ask, pressed)


async def _list(ask: Ask, page: ListPage) -> View:
    async with ask.services.database.read() as tx:
        listed = await chats.subscriptions_of(tx, ask.chat.id)
    return views.subscriptions(listed, page, ask.chat, ask.reader)


async def press_unfollow(ask: Ask, pressed: Unfollow) -> View:
    """Stop following what a button named."""
    item = await follow.unfollow(ask.services.database, ask.chat.id, pressed.subscription_id)
    return ask.say("unfollow.gone") if item is None else views.unfollowed(item, ask.reader)


async def press_drop(ask: Ask, pressed: Drop) -> View:
    """Stop following, with a way back; a second tap says the same as the first."""
    database = ask.services.database
    async with database.read() as tx:
        listed = await chats.followed(tx, ask.chat.id)
        name = await _name_of(tx, pressed)
    for item in listed:
        if (item.kind, item.target) == (pressed.kind, pressed.target):
            await follow.unfollow(database, ask.chat.id, item.id)
            return views.unfollowed(item, ask.reader)
    if name is None:
        return views.gone(ask.reader)
    undo = Undo(pressed.kind, pressed.target, pressed.after_article, pressed.schedule)
    return views.dropped(name, undo, ask.reader)


async def _name_of(tx: Transaction, pressed: Drop) -> str | None:
    if pressed.kind is Kind.FEED:
        feed = await feeds.get(tx, FeedId(pressed.target))
        return None if feed is None else feed.title
    topic = await chats.topic(tx, TopicId(pressed.target))
    return None if topic is None else topic.text


async def press_item(ask: Ask, pressed: Item) -> View:
    """Show one thing that the chat follows."""
    item = await _item(ask, pressed.subscription_id)
    if item is None:
        return views.gone(ask.reader)
    payload = payload_of(item)
    link = None if payload is None else ask.services.link(payload)
    return views.one(item, link, ask.chat, ask.reader)


async def press_stories(ask: Ask, pressed: ItemStories) -> View:
    """Show its last stories."""
    item = await _item(ask, pressed.subscription_id)
    if item is None:
        return views.gone(ask.reader)
    async with ask.services.database.read() as tx:
        muted = Muted(await opinions.mutes(tx, ask.chat.id))
        if item.kind is Kind.FEED:
            placed = await articles.latest(tx, limit=LAST, feed_id=FeedId(item.target))
            found = [story for _, story in placed]
        else:
            topic = await chats.topic(tx, TopicId(item.target))
            wanted = query_of(topic) if topic is not None else query.parse(item.name)
            newest = await search.newest(tx, wanted, ask.now, limit=LAST)
            found = [one.story for one in newest]
    shown = [left for story in found if (left := muted.without(story))]
    return views.last_stories(item, shown, ask.reader)


async def _item(ask: Ask, id: SubscriptionId) -> Subscription | None:
    """A subscription of this chat; None for any other, whatever a button says."""
    async with ask.services.database.read() as tx:
        listed = await chats.subscriptions_of(tx, ask.chat.id)
    return next((one for one in listed if one.id == id), None)


async def press_follow(ask: Ask, pressed: Follow) -> View:
    """Follow a topic that was searched for."""
    services = ask.services
    async with services.database.read() as tx:
        topic = await chats.topic(tx, pressed.topic_id)
    if topic is None:
        return ask.say("menu.old")
    result = await follow.follow_topic(
        services.database, ask.chat.id, query_of(topic), services.max_subscriptions, ask.now
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_widen(ask: Ask, pressed: Widen) -> View:
    """Look for a related name as well."""
    result = await follow.widen(
        ask.services.database, ask.chat.id, pressed.subscription_id, pressed.name, ask.now
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_follow_feed(ask: Ask, pressed: FollowFeed) -> View:
    """Follow one of the feeds that were to choose from."""
    services = ask.services
    result = await follow.follow_chosen(
        services.sources, ask.chat.id, pressed.feed_id, services.max_subscriptions
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_keep(ask: Ask, pressed: KeepFeed) -> View:
    """Go on with a feed in trouble."""
    async with ask.services.database.write() as tx:
        feed = await _followed(tx, ask, pressed.feed_id)
        if feed is not None and feed.stopped_at is not None:
            await feeds.revive(tx, [feed.id], ask.now)
            await feeds.tell_trouble(tx, feed.id, ask.now)
    if feed is None:
        return ask.say("unfollow.gone")
    gone = feed.failure is Failure.GONE
    return ask.say("trouble.kept_gone" if gone else "trouble.kept", name=feed.title)


async def press_find(ask: Ask, pressed: FindFeed) -> View:
    """Look on a feed's own site for where it is now."""
    services = ask.services
    async with services.database.read() as tx:
        feed = await _followed(tx, ask, pressed.feed_id)
    if feed is None:
        return ask.say("unfollow.gone")
    found = await follow.find_again(services.sources, ask.chat.id, feed, services.max_subscriptions)
    return (
        ask.say("trouble.not_found", name=feed.title)
        if found is None
        else views.found(found, ask.chat, ask.reader)
    )


async def _followed(tx: Transaction, ask: Ask, feed_id: FeedId) -> Feed | None:
    """A feed that this chat follows; None for any other, whatever a button says."""
    mine = await chats.feeds_of(tx, ask.chat.id)
    return await feeds.get(tx, feed_id) if feed_id in mine else None


async def press_undo(ask: Ask, pressed: Undo) -> View:
    """Follow again, as if it had never stopped."""
    services = ask.services
    try:
        result = await follow.follow_again(
            services.database,
            ask.chat.id,
            pressed.kind,
            pressed.target,
            pressed.after_article,
            services.max_subscriptions,
            ask.now,
        )
    except LimitReached as error:
        # The way back stays, for when there is room.
        again = views.dropped("", pressed, ask.reader)
        return View(ask.say_count("follow.limit", error.limit).text, again.keyboard)
    if result is None:
        return View(ask.say("undo.gone").text, views.gone(ask.reader).keyboard)
    if pressed.schedule:
        await rescheduling.restore_own(
            services.database, ask.chat, pressed.kind, pressed.target, pressed.schedule, ask.now
        )
    return views.followed_again(result.name, ask.reader)
