"""The index of topics of this process, kept in step with what all chats follow."""

import asyncio
from collections.abc import Iterable

from news import query
from news.errors import BadQuery
from news.text import tokens
from news.topics import TopicIndex
from storage import chats
from storage.database import Database, Transaction
from storage.records import Topic

CHANGES_KEPT = 10_000
"""Changes of what chats follow that are remembered for processes that have not heard of them."""

_TURN = 10
"""Topics after which others get their turn, some tenths of a millisecond each."""


class FollowedTopics:
    """Every topic that some chat follows, ready to be matched. One for a process."""

    def __init__(self) -> None:
        self._index: TopicIndex | None = None
        self._newest_change = 0
        self._preparing = asyncio.Lock()

    async def prepare(self, database: Database) -> None:
        """Read all topics before they are needed, if that was not done, is worn or is long ago; others get their turn meanwhile.

        Of many topics that takes long: half a minute for some ten thousands, which no transaction may take that
        holds up all writers.
        """
        async with self._preparing:
            async with database.read() as tx:
                newest = await chats.newest_topic_change(tx)
                if not (self._index is None or self._index.is_worn or self._is_behind(newest)):
                    return
                followed = await chats.followed_topics(tx)
            # What changed meanwhile comes with the next look at the index.
            self._index, self._newest_change = await _index_of(followed), newest

    async def index(self, tx: Transaction) -> TopicIndex:
        """The index as of this transaction: with what any process changed before."""
        newest = await chats.newest_topic_change(tx)
        # Another one may be prepared while others have their turn.
        index = self._index
        if index is None or self._is_behind(newest):
            index = await _index_of(await chats.followed_topics(tx))
            self._index, self._newest_change = index, newest
            return index
        newest, changed = await chats.topic_changes(tx, self._newest_change)
        followed = {topic.id: topic for topic in await chats.followed_topics(tx, changed)}
        for number, id in enumerate(changed, start=1):
            if id not in followed:
                index.remove(id)
            elif id not in index:
                index.add(id, tree_of(followed[id]))
            if number % _TURN == 0:
                await asyncio.sleep(0)
        if self._index is index:
            self._newest_change = newest
        return index

    def _is_behind(self, newest: int) -> bool:
        """Whether so much changed that some of it may be forgotten already."""
        return newest - self._newest_change > CHANGES_KEPT // 2


async def _index_of(followed: Iterable[Topic]) -> TopicIndex:
    index = TopicIndex()
    for number, topic in enumerate(followed, start=1):
        index.add(topic.id, tree_of(topic))
        if number % _TURN == 0:
            await asyncio.sleep(0)
    return index


def query_of(topic: Topic) -> query.Query:
    """What a topic asks for.

    One that an earlier version kept, and this one can't read, is taken for the words it is made of.
    """
    try:
        return query.parse(topic.text)
    except BadQuery:
        pass
    try:
        return query.reread(topic.normal)
    except BadQuery:
        pass
    return query.Query(query.Phrase(tokens(topic.normal) or ("",)), topic.text, topic.normal)


def tree_of(topic: Topic) -> query.Node:
    """The tree of a topic's query."""
    return query_of(topic).tree
