"""Lists of feeds and topics as use cases: follow all of one, and write down what a chat follows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from news import query, rescheduling
from news.errors import ShareSpent
from news.opml import FeedList, ListedTopic
from news.outcomes import Imported
from news.schedule import parse_for_one
from news.subscribing import begin_topic, check_there
from storage import articles, chats, feeds
from storage.batches import batches
from storage.database import Database, Transaction
from storage.records import ChatId, Kind, ListedFeed

_IMPORT_BATCH = 100
"""Feeds of a list that are followed in one transaction."""


async def import_list(
    database: Database,
    chat_id: ChatId,
    listed: FeedList,
    limit: int,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    admit: Callable[[int], bool] = lambda _count: True,
) -> Imported:
    """Follow everything in a list, as far as the chat has room; each feed is visited when its turn comes.

    `progress` hears how many are done, from time to time. `admit` is asked whether so many feeds may come that
    are visited for this chat alone, unless there are none. Raises ShareSpent if not; then none is followed.
    """
    async with database.read() as tx:
        room = max(0, limit - await chats.count_subscriptions(tx, chat_id))
        own = min(room, await _count_unwanted(tx, [outline.url for outline in listed.outlines]))
    if own and not admit(own):
        raise ShareSpent
    new: dict[tuple[Kind, int], str] = {}
    already = done = 0
    over: list[ListedFeed | ListedTopic] = []
    for batch in _in_steps(listed):
        async with database.write() as tx:
            await check_there(tx, chat_id)
            room = max(0, limit - await chats.count_subscriptions(tx, chat_id))
            if isinstance(batch, ListedTopic):
                step = await _take_topic(tx, chat_id, batch, room, limit, now)
            else:
                step = await _take_feeds(tx, chat_id, batch, room, now)
        new |= step.new
        already += step.already
        over += step.over
        done += 1 if isinstance(batch, ListedTopic) else len(batch)
        progress(done)
    await _give_schedules(database, chat_id, new, now)
    topics = sum(kind is Kind.TOPIC for kind, _ in new)
    return Imported(
        len(new) - topics, already, len(over), listed.rejected, tuple(over), topics=topics
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """What came of a part of a list."""

    new: dict[tuple[Kind, int], str]
    """What is followed from now on, with its own schedule; empty for that of the chat."""
    already: int
    over: tuple[ListedFeed | ListedTopic, ...] = ()


def _in_steps(listed: FeedList) -> Iterator[tuple[ListedFeed, ...] | ListedTopic]:
    """A list in its order: feeds by the batch, each topic by itself, since the archive is searched for it."""
    waiting: list[ListedFeed] = []
    for entry in listed.entries:
        if isinstance(entry, ListedTopic):
            yield from batches(waiting, _IMPORT_BATCH)
            waiting.clear()
            yield entry
        else:
            waiting.append(entry)
    yield from batches(waiting, _IMPORT_BATCH)


async def _take_feeds(
    tx: Transaction, chat_id: ChatId, batch: Sequence[ListedFeed], room: int, now: datetime
) -> _Step:
    mine = await chats.feeds_of(tx, chat_id)
    known = await feeds.ids_of(tx, [outline.url for outline in batch])
    wanted = [outline for outline in batch if known.get(outline.url) not in mine]
    taken = wanted[:room]
    ids = await feeds.add_all(tx, taken, now)
    named = {ids[one.url]: one for one in taken}
    await feeds.revive(tx, list(named), now)
    await feeds.reawaken(tx, list(named), now)
    await chats.follow_feeds(tx, chat_id, named, await articles.newest(tx), now)
    new: dict[tuple[Kind, int], str] = {
        (Kind.FEED, id): outline.schedule for id, outline in named.items()
    }
    return _Step(new, len(batch) - len(wanted), tuple(wanted[room:]))


async def _take_topic(
    tx: Transaction, chat_id: ChatId, listed: ListedTopic, room: int, limit: int, now: datetime
) -> _Step:
    wanted = query.parse(listed.text)
    topic = await chats.intern_topic(tx, wanted.normal, wanted.text, now)
    for item in await chats.followed(tx, chat_id):
        if (item.kind, item.target) == (Kind.TOPIC, topic.id):
            return _Step({}, 1)
    if not room:
        return _Step({}, 0, (listed,))
    await begin_topic(tx, chat_id, topic.id, wanted, limit, now)
    return _Step({(Kind.TOPIC, topic.id): listed.schedule}, 0)


async def _give_schedules(
    database: Database, chat_id: ChatId, new: Mapping[tuple[Kind, int], str], now: datetime
) -> None:
    """Let what was just followed come when its list says."""
    if not any(new.values()):
        return
    async with database.write() as tx:
        chat = await chats.get(tx, chat_id)
        for item in await chats.followed(tx, chat_id):
            own = new.get((item.kind, item.target))
            if own and chat is not None:
                await rescheduling.set_own(tx, chat, item, parse_for_one(own), now)


async def _count_unwanted(tx: Transaction, urls: Sequence[str]) -> int:
    """How many of these addresses are of feeds that nobody follows and no list of the operator names."""
    known = await feeds.ids_of(tx, urls)
    wanted = await feeds.wanted_of(tx, set(known.values()))
    return sum(known.get(url) not in wanted for url in dict.fromkeys(urls))


async def export_list(database: Database, chat_id: ChatId) -> FeedList:
    """What a chat follows, as a list that can be written and imported again."""
    async with database.read() as tx:
        listed = await chats.listed_feeds(tx, chat_id)
        followed = await chats.followed(tx, chat_id)
    topics = (
        ListedTopic(item.name, place, item.schedule)
        for place, item in enumerate(followed, start=1)
        if item.kind is Kind.TOPIC
    )
    return FeedList(listed, (), tuple(topics))
