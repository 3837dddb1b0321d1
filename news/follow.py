"""Follow as a use case, for the chat, deep links, lists of feeds and the command line."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from news import query, search
from news.addresses import path_of
from news.discover import FoundFeed, FoundList, FoundSeveral, discover, find_known
from news.errors import FetchFailed, NoFeedFound, NoSuchNumber
from news.fetch import Fetched
from news.importing import import_list
from news.indexing import body_of
from news.intake import Reading, Taken
from news.matching import is_past
from news.mutes import Muted
from news.outcomes import Choice, Followed, Imported
from news.poller import body_hash, visited
from news.related import names_in, related
from news.sites import Candidate
from news.sources import Sources, ask
from news.stories import lead
from news.subscribing import backfill, begin_feed, begin_query, end, subscribe
from storage import articles, chats, feeds, opinions
from storage.database import Database, Transaction
from storage.records import (
    Article,
    ChatId,
    Feed,
    FeedId,
    Kind,
    Story,
    SubscriptionId,
    TopicId,
)

PROOF = 3
"""Stories that are shown when something is followed."""

_LOOKED_AT = 15
"""Stories among which those are looked for that are in the chat's language and not muted."""


_LATELY = timedelta(days=30)
_ABOUT_IT, _OTHERS = 150, 600
"""Articles of a topic, and others, whose names are compared."""
_NAMED = 800
"""Characters of an article whose names count."""


async def follow_topic(
    database: Database,
    chat_id: ChatId,
    wanted: query.Query,
    limit: int,
    now: datetime,
) -> Followed:
    """Follow a topic: what arrives from now on is new to the chat.

    Raises LimitReached if the chat follows `limit` things already; BadQuery if it names a time and no more.
    """
    async with database.write() as tx:
        id, added = await begin_query(tx, chat_id, wanted, limit, now)
    async with database.read() as tx:
        return await _followed_topic(tx, chat_id, id, wanted, not added, now)


async def _followed_topic(
    tx: Transaction,
    chat_id: ChatId,
    topic_id: TopicId,
    wanted: query.Query,
    already: bool,
    now: datetime,
) -> Followed:
    listed = await chats.followed(tx, chat_id)
    mine = [one for one in listed if one.kind is Kind.TOPIC and one.target == topic_id]
    muted = Muted(await opinions.mutes(tx, chat_id))
    chat = await chats.get(tx, chat_id)
    language = "" if chat is None else chat.language
    placed = await search.newest(tx, wanted, now, limit=_LOOKED_AT)
    shown = _shown((one.story for one in placed), muted)
    related = await related_names(tx, topic_id, wanted, now)
    return Followed(
        Kind.TOPIC,
        topic_id,
        mine[0].name if already and mine else wanted.text,
        already,
        tuple(sorted(shown, key=lambda story: lead(story).language != language)[:PROOF]),
        mine[0].id if mine else None,
        related,
        muted=muted.silences(Kind.TOPIC, topic_id, wanted.text),
        past=is_past(wanted.tree, now),
    )


def _shown(stories: Iterable[Story], muted: Muted) -> tuple[Story, ...]:
    """Those of some stories that the chat would be shown, without what it muted of them."""
    return tuple(left for story in stories if (left := muted.without(story)) is not None)


async def _followed_feed(tx: Transaction, chat_id: ChatId, feed: Feed, already: bool) -> Followed:
    """What comes of following a feed, with its latest stories as proof; `already` if the chat did before."""
    muted = Muted(await opinions.mutes(tx, chat_id))
    if feed.id in muted.feeds:
        return Followed(Kind.FEED, feed.id, feed.title, already, (), muted=True)
    placed = await articles.latest(tx, limit=_LOOKED_AT if muted else PROOF, feed_id=feed.id)
    proof = _shown((story for _, story in placed), muted)[:PROOF]
    return Followed(Kind.FEED, feed.id, feed.title, already, proof)


async def related_names(
    tx: Transaction, topic_id: TopicId, wanted: query.Query, now: datetime
) -> tuple[str, ...]:
    """Names that are much in the news of a topic lately, and little in the others."""
    since = now - _LATELY
    about = await articles.of_topic(tx, topic_id, since, _ABOUT_IT)
    if not about:
        return ()
    mine = {article.id for article in about}
    others = [one for one in await articles.recent(tx, since, _OTHERS) if one.id not in mine]
    known = [node for node in query.parts_of(wanted.tree) if isinstance(node, query.Phrase)]
    return await asyncio.to_thread(
        _related, about, others, [" ".join(phrase.words) for phrase in known]
    )


def _related(
    about: Sequence[Article], others: Sequence[Article], known: Sequence[str]
) -> tuple[str, ...]:
    names = [
        [names_in(one.title, body_of(one.summary, one.text)[:_NAMED], one.language) for one in some]
        for some in (about, others)
    ]
    return related(names[0], names[1], known)


async def widen(
    database: Database,
    chat_id: ChatId,
    subscription_id: SubscriptionId,
    name: str,
    now: datetime,
) -> Followed:
    """Look for a name as well in a topic that a chat follows. Raises NoSuchNumber if it does not; BadQuery."""

    def wider(topic: str) -> query.Query:
        return query.parse(f"{topic} OR {name}")

    return await change_topic(database, chat_id, subscription_id, wider, now)


async def change_topic(
    database: Database,
    chat_id: ChatId,
    subscription_id: SubscriptionId,
    changed: Callable[[str], query.Query],
    now: datetime,
) -> Followed:
    """Follow what `changed` makes of a topic in its place. Raises NoSuchNumber if the chat does not follow that one."""
    async with database.write() as tx:
        listed = await chats.followed(tx, chat_id)
        item = next((one for one in listed if one.id == subscription_id), None)
        if item is None or item.kind is not Kind.TOPIC:
            raise NoSuchNumber(len(listed))
        wanted = changed(item.name)
        topic = await chats.intern_topic(tx, wanted.normal, wanted.text, now)
        await chats.retarget(tx, item, topic.id, wanted.text)
        await backfill(tx, topic.id, wanted, now)
    async with database.read() as tx:
        return await _followed_topic(tx, chat_id, topic.id, wanted, False, now)


async def follow_address(
    sources: Sources,
    chat_id: ChatId,
    address: str,
    limit: int,
    bare: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    admit: Callable[[int], bool] = lambda _count: True,
) -> Followed | Choice | Imported:
    """Follow whatever is at an address: its feed, with one request if it is one; a choice; or a list.

    With `bare`, http is tried where https is out of reach. `progress` hears how many of a list are done, and
    `admit` says whether it may come, as in `import_list`.

    Raises FetchFailed if the address can't be read, NoFeedFound if there is nothing to follow,
    LimitReached as above, ShareSpent; then nothing is kept.
    """
    async with sources.database.read() as tx:
        feed = await find_known(tx, address)
    if feed is not None and feed.visited_at is not None:
        return await follow_known_feed(sources, chat_id, feed.id, limit)
    async with sources.waiting():
        discovered = await discover(sources, address, bare)
    match discovered:
        case FoundFeed(url, fetched, reading):
            return await follow_new_feed(sources, chat_id, url, fetched, reading, limit)
        case FoundSeveral(page, candidates, more):
            return await _choice(sources, page, candidates, more)
        case FoundList(listed):
            count = len(listed.entries)
            return await import_list(
                sources.database,
                chat_id,
                listed,
                limit,
                sources.clock(),
                lambda done: progress(done, count),
                admit,
            )


async def _choice(
    sources: Sources, page: str, candidates: tuple[Candidate, ...], more: int
) -> Choice:
    now = sources.clock()
    async with sources.database.write() as tx:
        kept = [await feeds.add(tx, one.url, now, one.title) for one in candidates]
    named = (
        (feed.id, one.title or path_of(one.url)) for feed, one in zip(kept, candidates, strict=True)
    )
    return Choice(page, tuple(dict(named).items()), more)


async def follow_chosen(sources: Sources, chat_id: ChatId, feed_id: FeedId, limit: int) -> Followed:
    """Follow a feed by its id, with one request if it was never visited. Raises what `follow_address` raises.

    NoSuchNumber if it is not known any more.
    """
    async with sources.database.read() as tx:
        feed = await feeds.get(tx, feed_id)
    if feed is None:
        raise NoSuchNumber(0)
    if feed.visited_at is not None:
        return await follow_known_feed(sources, chat_id, feed.id, limit)
    async with sources.waiting():
        fetched = await ask(sources, feed.url)
        reading = await sources.intake.read(None, fetched, sources.clock())
    return await follow_new_feed(sources, chat_id, feed.url, fetched, reading, limit)


async def find_again(
    sources: Sources, chat_id: ChatId, lost: Feed, limit: int
) -> Followed | Choice | Imported | None:
    """Look on a lost feed's site for where it is now, and follow that instead; None if nothing is found.

    The site's page comes first, else the root of its host. Raises LimitReached.
    """
    places = dict.fromkeys(filter(None, [lost.site_url, urljoin(lost.url, "/")]))
    for place in places:
        try:
            async with sources.waiting():
                found = await discover(sources, place)
        except (FetchFailed, NoFeedFound):
            continue
        match found:
            case FoundFeed(url, _, _) if url == lost.url:
                continue
            case FoundFeed(url, fetched, reading):
                # The old one makes room for the new one.
                followed = await follow_new_feed(sources, chat_id, url, fetched, reading, limit + 1)
                await _unfollow_feed(sources.database, chat_id, lost.id, followed.target)
                return followed
            case FoundSeveral(page, candidates, more):
                others = tuple(one for one in candidates if one.url != lost.url)
                if others:
                    return await _choice(sources, page, others, more)
            case FoundList():
                continue
    return None


async def _unfollow_feed(database: Database, chat_id: ChatId, lost: FeedId, new: int) -> None:
    if lost == new:
        return
    async with database.write() as tx:
        await end(tx, chat_id, Kind.FEED, lost)


async def follow_new_feed(
    sources: Sources, chat_id: ChatId, url: str, fetched: Fetched, reading: Reading, limit: int
) -> Followed:
    """Follow a feed that was just read for the first time. Raises LimitReached; then nothing is kept."""
    now = sources.clock()
    async with sources.database.write() as tx:
        feed, taken = await keep_new_feed(tx, sources, FoundFeed(url, fetched, reading), now)
        added = await subscribe(tx, chat_id, Kind.FEED, feed.id, feed.title, limit, now, None)
        followed = await _followed_feed(tx, chat_id, feed, not added)
    if taken is not None:
        sources.intake.learn(taken)
    return followed


async def keep_new_feed(
    tx: Transaction, sources: Sources, found: FoundFeed, now: datetime
) -> tuple[Feed, Taken | None]:
    """Keep a feed that was just read, and what it holds; None in place of that if it was known already.

    Tell the intake to learn what was taken, once it is committed.
    """
    feed = await feeds.add(tx, found.url, now)
    # It may have been given up, or asleep: it has just been read, and begins anew.
    await feeds.revive(tx, [feed.id], now)
    await feeds.reawaken(tx, [feed.id], now)
    feed = await feeds.get(tx, feed.id) or feed
    if feed.visited_at is not None:
        return feed, None
    taken = await sources.intake.take_in(tx, [(feed, found.reading)], now)
    visit = visited(sources.pace, found.url, found.fetched, found.reading, now, sources.chance())
    whole = replace(visit, in_full=True, body_hash=body_hash(found.fetched.body))
    await feeds.record(tx, [(feed.id, whole)])
    return await feeds.get(tx, feed.id) or feed, taken


async def follow_known_feed(
    sources: Sources, chat_id: ChatId, feed_id: FeedId, limit: int
) -> Followed:
    """Follow a feed that has been visited before. Raises LimitReached; NoSuchNumber if it is gone."""
    now = sources.clock()
    async with sources.database.write() as tx:
        feed = await feeds.get(tx, feed_id)
        if feed is None:
            raise NoSuchNumber(0)
        added = await begin_feed(tx, chat_id, feed, limit, now)
        return await _followed_feed(tx, chat_id, feed, not added)
