"""Learning from the articles that arrive how rare words are, and keeping that in the database.

    articles since the last one read ─▶ terms ─▶ counts ─▶ mark "rarity", and its version beside it

The version is small and read each time; the counts are read again only when it changed.
"""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

from cachetools import LRUCache

from news.indexing import body_of
from news.rarity import Rarity, learn, terms, without
from news.text import read
from storage import articles
from storage.database import Database, Transaction, mark, set_mark
from storage.records import Article, ArticleId

_LEARNT = "rarity"
_VERSION = "rarity.version"
"""Of what was learnt: the last article that was read, and a digest."""

_MOST = 5000
"""Articles that are read in one go; of more the newest."""

_BATCH = 50
"""Articles that are counted together."""

_READ = 4000
"""Characters of an article that are read: some milliseconds at most."""

# One database at a time, but for tests; what was learnt takes some megabytes.
_known: LRUCache[str, Rarity] = LRUCache(2)


async def learnt(tx: Transaction) -> Rarity | None:
    """What was learnt last; None if nothing was yet. One short row is read if that has not changed since."""
    version = await mark(tx, _VERSION)
    if version is None:
        return None
    digest = version.partition(":")[2]
    if digest not in _known:
        text = await mark(tx, _LEARNT)
        try:
            _known[digest] = Rarity.of_text(text or "")
        except ValueError:
            # Written by another release: what is read next begins anew.
            return None
    return _known[digest]


async def learn_more(database: Database) -> int:
    """Learn from the articles that have come since the last time; how many. Others get their turn after each."""
    async with database.read() as tx:
        known = await learnt(tx)
        version = await mark(tx, _VERSION)
        newest = await articles.newest(tx)
    last = max(_last_of(version) if known is not None else 0, newest - _MOST)
    read_before = last
    number = 0
    known = known or Rarity()
    while last < newest:
        async with database.read() as tx:
            some = await articles.articles_after(tx, ArticleId(last), _BATCH)
        if not some:
            break
        last = some[-1].id
        number += len(some)
        known = await taught_by(some, known)
    if last > read_before:
        async with database.write() as tx:
            there = await articles.count_between(tx, ArticleId(read_before), ArticleId(last))
            if await mark(tx, _VERSION) != version or there != number:
                # Some of it was to be forgotten meanwhile; what is left is read again.
                return 0
            await _keep(tx, known, last)
    return number


async def learnt_to(tx: Transaction) -> int:
    """The id of the last article that was read; 0 while none was."""
    return _last_of(await mark(tx, _VERSION))


async def taught_by(some: Sequence[Article], others: Rarity) -> Rarity:
    """What some articles teach by themselves, together with `others`. Others get their turn after each."""
    counted = []
    for article in some:
        counted.append((article.language, _terms(article)))
        await asyncio.sleep(0)
    # Tens of thousands of counts are gone through; a thread lets others work meanwhile.
    return await asyncio.to_thread(learn, others, counted)


async def unlearn(database: Database, gone: Rarity) -> None:
    """Forget what was learnt of articles that are to leave no trace, given as what these alone teach."""
    async with database.write() as tx:
        known = await learnt(tx)
        if known is not None:
            left = await asyncio.to_thread(without, known, gone)
            await _keep(tx, left, await learnt_to(tx))


async def _keep(tx: Transaction, known: Rarity, last: int) -> None:
    text = await asyncio.to_thread(known.to_text)
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    await set_mark(tx, _LEARNT, text)
    await set_mark(tx, _VERSION, f"{last}:{digest}")


def _last_of(version: str | None) -> int:
    return int(version.partition(":")[0]) if version else 0


def _terms(article: Article) -> frozenset[str]:
    body = body_of(article.summary, article.text)[:_READ]
    return frozenset(terms(read(article.title, body, article.language).stems))
