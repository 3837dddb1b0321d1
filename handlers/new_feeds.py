"""Whether the web may be asked on behalf of a chat: feeds that are polled anyway cost nothing, others count in its share."""

from collections.abc import Callable

from handlers.context import Ask
from news.discover import find_known
from news.errors import ShareSpent
from storage import feeds
from storage.records import FeedId


def admission(ask: Ask) -> Callable[[int], bool]:
    """Tells whether the chat may have so many more feeds visited that nobody else follows; if so, they count."""
    fair_use = ask.services.fair_use
    if fair_use is None:
        return lambda _count: True
    return lambda count: fair_use.may_add_feeds(ask.chat.id, ask.now, count)


async def count_address(ask: Ask, address: str) -> None:
    """Count an address in the chat's share, unless it is that of a feed that is polled anyway. Raises ShareSpent."""
    async with ask.services.database.read() as tx:
        known = await find_known(tx, address)
        polled = known is not None and bool(await feeds.wanted_of(tx, [known.id]))
    _count(ask, polled)


async def count_feed(ask: Ask, feed_id: FeedId) -> None:
    """Likewise for a feed that a button names."""
    async with ask.services.database.read() as tx:
        polled = bool(await feeds.wanted_of(tx, [feed_id]))
    _count(ask, polled)


def _count(ask: Ask, polled: bool) -> None:
    if not polled and not admission(ask)(1):
        raise ShareSpent
