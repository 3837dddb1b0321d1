"""Follow, unfollow, and what is followed."""

from collections.abc import Sequence

from handlers.bringing_back import bring_back
from handlers.buttons import FindFeed, Follow, FollowFeed, KeepFeed, Unfollow, Widen
from handlers.context import Answer, Ask
from handlers.menu_buttons import Drop, DropRow, Item, ItemStories, Undo, UndoRow
from handlers.new_feeds import admission, count_feed
from handlers.offer_buttons import SourceInstead, TopicAlone
from handlers.page_buttons import ListAround, ListPage
from handlers.plain_words import better_said_in
from handlers.several import follow_lines, follow_one, follow_several, lines_of, unfollow
from handlers.sharing import link_to
from handlers.views import subscriptions as views
from handlers.views.menus import listed_in
from handlers.views.message import Toast, View
from handlers.what_else import with_what_else
from news import follow, query, search, typed_addresses, unfollowing
from news.errors import BadAddress, LimitReached, ShareSpent
from news.followed_topics import query_of
from news.mutes import Muted
from news.names import name_of
from news.subscribing import end
from storage import articles, chats, feeds, opinions
from storage.database import Transaction
from storage.records import Failure, Feed, FeedId, Kind, Subscription, SubscriptionId, TopicId

LAST = 5
"""Stories that the screen of one subscription shows."""


async def subscribe(ask: Ask) -> Answer:
    """Follow an address, several, or a topic."""
    services = ask.services
    if not ask.argument.strip():
        return ask.say("follow.ask")
    addresses = typed_addresses.addresses_in(ask.argument)
    lines = lines_of(ask.argument)
    if len(lines) > 1 and not all(map(typed_addresses.addresses_in, lines)):
        return await follow_lines(ask, lines)
    if len(addresses) > 1:
        return await follow_several(ask, addresses)
    if addresses:
        return views.found(await follow_one(ask, addresses[0]), ask.chat, ask.reader)
    if "://" in ask.argument:
        # Part of an address is no topic.
        raise BadAddress("scheme")
    wanted = query.parse(ask.argument)
    async with services.database.read() as tx:
        wanted = await search.as_kept(tx, wanted, ask.now)
        followed = await chats.followed(tx, ask.chat.id)
    if (feed := _called(followed, wanted)) is not None:
        # Whoever wants what is told about the outlet quotes its name.
        return ask.say("follow.already", name=feed.name)
    result = await follow.follow_topic(
        services.database, ask.chat.id, wanted, services.max_subscriptions, ask.now
    )
    shown = views.followed(result, ask.chat, ask.reader)
    return await with_what_else(ask, shown, wanted, result)


def _called(followed: Sequence[Subscription], wanted: query.Query) -> Subscription | None:
    """The feed of the chat's that is called so; None if there is none, or the words are quoted or name a place."""
    if not isinstance(wanted.tree, query.Phrase) or wanted.tree.literal:
        return None
    feeds_of_chat = (one for one in followed if one.kind is Kind.FEED)
    return next((one for one in feeds_of_chat if name_of(one.name) == name_of(wanted.text)), None)


async def unsubscribe(ask: Ask) -> Answer:
    """Stop following, by numbers or name; without either, choose from the list."""
    if not ask.argument.strip():
        return await _list(ask, ListPage(1, removing=True))
    return await unfollow(ask)


async def subscriptions(ask: Ask) -> Answer:
    """What the chat follows."""
    return await _list(ask, ListPage(1, removing=False))


async def turn_list(ask: Ask, pressed: ListPage) -> View:
    """Another page of the list."""
    return await _list(ask, pressed)


async def turn_list_around(ask: Ask, pressed: ListAround) -> View:
    """The page of the list on which something stands, or stood."""
    async with ask.services.database.read() as tx:
        listed = await chats.subscriptions_of(tx, ask.chat.id)
    page = views.page_around(listed, pressed.subscription_id)
    return views.subscriptions(listed, page, ask.chat, ask.reader)


async def _list(ask: Ask, page: ListPage) -> View:
    async with ask.services.database.read() as tx:
        listed = await chats.subscriptions_of(tx, ask.chat.id)
    return views.subscriptions(listed, page, ask.chat, ask.reader)


async def press_unfollow(ask: Ask, pressed: Unfollow) -> View:
    """Stop following what a button named."""
    item = await unfollowing.unfollow(ask.services.database, ask.chat.id, pressed.subscription_id)
    return ask.say("unfollow.gone") if item is None else views.unfollowed(item, ask.reader)


async def press_drop(ask: Ask, pressed: Drop) -> View:
    """Stop following, with a way back; a second tap says the same as the first."""
    name, dropped = await _drop(ask, pressed)
    return views.gone(ask.reader) if name is None else views.dropped(name, dropped, ask.reader)


async def press_drop_row(ask: Ask, pressed: DropRow) -> Toast:
    """Stop following in the list, where the way back stands in the same place."""
    name, dropped = await _drop(ask, pressed.of)
    if name is None:
        said = ask.say("unfollow.gone").text
    else:
        said = views.dropped(name, dropped, ask.reader).text
    return Toast(said, instead=await _list_again(ask, dropped))


async def _list_again(ask: Ask, dropped: Drop | None = None) -> View | None:
    """The list for removing below which a button was pressed, as it is now; None if there is none.

    What its rows were says the database, not the buttons: a second press is sent before the first was answered.
    """
    pressed = listed_in(ask.below, views.LISTED, ask.chat.key)
    async with ask.services.database.read() as tx:
        listed = await chats.subscriptions_of(tx, ask.chat.id)
        followed = {(one.kind, one.target): one for one in listed}
        rows: list[Subscription | views.Removed] = []
        for row in pressed:
            of = row.of
            if isinstance(row, DropRow) and dropped is not None and dropped.place == of.place:
                # It may have changed since the list was shown.
                of = dropped
            item = followed.get((of.kind, of.target))
            if item is not None:
                rows.append(item)
            elif (name := await _name_of(tx, of)) is not None:
                rows.append(views.Removed(of, name))
    return views.removing_again(rows, listed, ask.below, ask.reader) if rows else None


async def _drop(ask: Ask, pressed: Drop) -> tuple[str | None, Drop]:
    """Stop following; its name, None if there is no such thing, and what brings it back as it was."""
    async with ask.services.database.write() as tx:
        item = await end(tx, ask.chat.id, pressed.kind, pressed.target)
        if item is not None:
            return item.name, views.drop_of(item)
        return await _name_of(tx, pressed), pressed


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
    return views.one(item, await link_to(ask, item), ask.chat, ask.reader)


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
        return ask.refuse("menu.old")
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


async def press_topic_alone(ask: Ask, pressed: TopicAlone) -> View:
    """Follow a topic as it is better said in the place of one that finds nothing."""
    result = await follow.change_topic(
        *(ask.services.database, ask.chat.id, pressed.subscription_id, better_said_in, ask.now)
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_follow_feed(ask: Ask, pressed: FollowFeed) -> View:
    """Follow one of the feeds that were to choose from, or that a link offered."""
    services = ask.services
    await count_feed(ask, pressed.feed_id)
    result = await follow.follow_chosen(
        services.sources, ask.chat.id, pressed.feed_id, services.max_subscriptions
    )
    return views.followed(result, ask.chat, ask.reader)


async def press_source_instead(ask: Ask, pressed: SourceInstead) -> View:
    """Follow a source in the place of a topic that is called so."""
    services = ask.services
    await count_feed(ask, pressed.feed_id)
    topic = await _item(ask, pressed.subscription_id)
    # The topic makes room for the source, and stays where that can't be read.
    limit = services.max_subscriptions + (topic is not None)
    result = await follow.follow_chosen(services.sources, ask.chat.id, pressed.feed_id, limit)
    if topic is not None:
        await unfollowing.unfollow(services.database, ask.chat.id, topic.id)
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
    if not admission(ask)(1):
        raise ShareSpent
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
    try:
        name = await bring_back(ask, pressed.of)
    except LimitReached as error:
        # The way back stays, for when there is room.
        again = views.dropped("", pressed.of, ask.reader)
        return View(ask.say_count("follow.limit", error.limit).text, again.keyboard)
    if name is None:
        return View(ask.say("undo.gone").text, views.gone(ask.reader).keyboard)
    return views.followed_again(name, ask.reader)


async def press_undo_row(ask: Ask, pressed: UndoRow) -> Toast:
    """Follow again in the list, as if it had never stopped."""
    try:
        name = await bring_back(ask, pressed.of)
    except LimitReached as error:
        return Toast(ask.say_count("follow.limit", error.limit).text)
    said = views.followed_again(name, ask.reader) if name else ask.say("undo.gone")
    return Toast(said.text, instead=await _list_again(ask))
