"""Follow, unfollow, and what is followed."""

from handlers.buttons import Follow, ListPage, Undo, Unfollow
from handlers.context import Answer, Ask
from handlers.views import subscriptions as views
from handlers.views.message import View
from news import follow, query
from news.errors import FetchFailed
from storage import chats
from storage.records import Failure


async def subscribe(ask: Ask) -> Answer:
    """Follow an address or a topic."""
    services = ask.services
    if not ask.argument.strip():
        return ask.say("follow.ask")
    address = follow.as_address(ask.argument)
    if address is None:
        wanted = query.parse(ask.argument)
        result = await follow.follow_topic(
            services.database, ask.chat.id, wanted, services.max_subscriptions, ask.now
        )
    else:
        if not address.startswith(("http://", "https://")):
            raise FetchFailed(Failure.REFUSED)
        result = await follow.follow_feed(
            services.database,
            services.fetcher,
            ask.chat.id,
            address,
            services.max_subscriptions,
            services.clock,
            services.pace,
        )
    return views.followed(result, ask.chat, ask.reader)


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


async def press_follow(ask: Ask, pressed: Follow) -> View:
    """Follow a topic that was searched for."""
    services = ask.services
    async with services.database.read() as tx:
        topic = await chats.topic(tx, pressed.topic_id)
    if topic is None:
        return ask.say("menu.old")
    wanted = query.Query(topic.phrase, topic.text)
    result = await follow.follow_topic(
        services.database, ask.chat.id, wanted, services.max_subscriptions, ask.now
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_undo(ask: Ask, pressed: Undo) -> View:
    """Follow again, as if it had never stopped."""
    services = ask.services
    result = await follow.follow_again(
        services.database,
        ask.chat.id,
        pressed.kind,
        pressed.target,
        pressed.after_article,
        services.max_subscriptions,
        ask.now,
    )
    return ask.say("undo.gone") if result is None else ask.say("undo.done", name=result.name)
