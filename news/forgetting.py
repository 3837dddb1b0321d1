"""Forget a chat, and what only it had brought: its rows at once, the articles of its feeds some at a time.

erase the chat, hide feeds that nobody follows now ─▶ their articles, fifty a transaction ─▶ the feeds ─▶ scrub
"""

from dataclasses import dataclass
from datetime import datetime

from news import archive, learning
from news.rarity import Rarity
from storage import belongings, summaries, unwanted
from storage.database import Database
from storage.records import ChatId, TopicId

_BATCH = 50
"""Articles that are deleted in one transaction: each is read again to be taken out of the index."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came of forgetting a chat."""

    topics: frozenset[TopicId]
    """Those that were deleted."""
    scrubbed: bool
    """False if what was deleted may still be readable in the files of the database."""


async def forget(database: Database, chat_id: ChatId, now: datetime) -> Forgotten:
    """Delete all that is kept of a chat, and all topics and feeds that nobody follows and no list names.

    Nobody knows who once followed or looked for something, so that of others goes as well.
    """
    async with database.write() as tx:
        erased = await belongings.erase(tx, chat_id)
        await unwanted.hide(tx, now)
    dropped = await drop_hidden(database)
    return Forgotten(erased.topics, await database.scrub(index=dropped > 0))


async def drop_hidden(database: Database) -> int:
    """Delete what is left of hidden feeds, as far as nobody saved it; how many articles. Others write in between."""
    dropped = 0
    taught = Rarity()
    while True:
        async with database.write() as tx:
            some = await unwanted.left(tx, _BATCH)
            await archive.unindex(tx, some)
            ids = [article.id for article in some]
            await unwanted.drop(tx, ids)
            await summaries.drop_made_of(tx, ids)
            learnt_to = await learning.learnt_to(tx)
            if len(some) < _BATCH:
                await unwanted.end(tx)
        taught = await learning.taught_by([one for one in some if one.id <= learnt_to], taught)
        dropped += len(some)
        if len(some) < _BATCH:
            break
    if taught.articles:
        await learning.unlearn(database, taught)
    return dropped
