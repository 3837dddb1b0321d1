"""Muting and unmuting what somebody typed: a source by its number, address or name, else words."""

from collections.abc import Sequence
from datetime import datetime

from news.addresses import canonical, host_of, path_of
from news.discover import find_known
from news.errors import LimitReached
from news.lexemes import QUOTES
from news.mutes import MOST_CHARACTERS, Muted, alternatives, is_query, term_of
from news.names import called, name_of, similar
from news.outcomes import Muting
from news.text import squeeze
from news.typed_addresses import as_address
from storage import articles, chats, feeds, opinions
from storage.database import Database, Transaction
from storage.records import EPOCH, ChatId, FeedId, Kind, Mute, MuteId, Subscription

MOST = 100
"""Things that a chat may mute."""

_SIMILAR = 3
"""Sources that are offered where words were muted."""


async def mute(database: Database, chat_id: ChatId, typed: str, now: datetime) -> Muting:
    """Never show a chat what it typed; nothing is muted if that says too little.

    Raises LimitReached if there is no room for all of it.
    """
    text = squeeze(typed)
    async with database.write() as tx:
        item = await _listed(tx, chat_id, text)
        if item is not None and item.kind is Kind.TOPIC:
            return Muting((), topic=item)
        address = as_address(text)
        named = await feeds.names(tx)
        words: list[str] = []
        if item is not None:
            ids = {FeedId(item.target)}
        elif address is not None:
            ids = await _at(tx, address, named)
            if not ids:
                return Muting((), unknown=address.partition("://")[2])
        elif text[:1] in QUOTES:
            # Words in quotation marks are meant as words.
            ids = set()
        else:
            ids = {id for id, _ in called(named, text, wholly=True)}
        if not ids and is_query(text):
            return Muting((), is_query=True)
        if not ids:
            parts = [text] if text[:1] in QUOTES and text[-1:] in QUOTES else alternatives(text)
            words = [one for one in parts if term_of(one) is not None]
        result = await _mute(tx, chat_id, ids, words, now)
        hidden = await _hidden(tx, chat_id, result[0])
        return Muting(
            *result, similar=similar(named, text, _SIMILAR) if words else (), hidden=hidden
        )


async def _hidden(
    tx: Transaction, chat_id: ChatId, muted: Sequence[Mute]
) -> tuple[Subscription, ...]:
    """What a chat follows and is no longer shown anything of."""
    if not muted:
        return ()
    new = Muted(muted)
    return tuple(
        one
        for one in await chats.followed(tx, chat_id)
        if new.silences(one.kind, one.target, one.name)
    )


async def mute_feed(database: Database, chat_id: ChatId, feed_id: FeedId, now: datetime) -> Muting:
    """Never show a chat what a feed brings; nothing is muted if there is no such feed. Raises LimitReached."""
    async with database.write() as tx:
        return Muting(*await _mute(tx, chat_id, {feed_id}, (), now))


async def mute_again(
    database: Database, chat_id: ChatId, of: FeedId | str, place: MuteId, now: datetime
) -> Mute | None:
    """Mute again the feed or the words that were just shown again, in their old place of the list.

    What is muted then; None if there is no such feed, or the words say too little. Raises LimitReached.
    """
    ids, words = (set(), (of,)) if isinstance(of, str) else ({of}, ())
    known = [one for one in words if len(one) <= MOST_CHARACTERS and term_of(one) is not None]
    async with database.write() as tx:
        new, already = await _mute(tx, chat_id, ids, known, now)
        for one in new:
            await opinions.put_back(tx, chat_id, one.id, place)
        same = {(one.feed_id, one.words) for one in (*new, *already)}
        listed = await opinions.mutes(tx, chat_id)
    return next((one for one in listed if (one.feed_id, one.words) in same), None)


async def unmute(database: Database, chat_id: ChatId, typed: str) -> tuple[Mute, ...]:
    """Show again what a number of the list, a name, an address or words stand for; what that was, empty if it is nothing."""
    text = squeeze(typed)
    async with database.write() as tx:
        listed = await opinions.mutes(tx, chat_id)
        number = _number(text)
        address = as_address(text)
        meant: Sequence[Mute]
        if number:
            meant = listed[number - 1 : number]
        else:
            meant = [one for one in listed if name_of(one.name) == name_of(text)]
        if not meant and address is not None:
            ids = await _at(tx, address, await feeds.names(tx))
            meant = [one for one in listed if one.feed_id in ids]
        return tuple([one for one in meant if await opinions.unmute(tx, chat_id, one.id)])


async def unmute_all(database: Database, chat_id: ChatId) -> tuple[Mute, ...]:
    """Show everything again; what that was."""
    async with database.write() as tx:
        listed = await opinions.mutes(tx, chat_id)
        return tuple([one for one in listed if await opinions.unmute(tx, chat_id, one.id)])


async def _mute(
    tx: Transaction, chat_id: ChatId, ids: set[FeedId], words: Sequence[str], now: datetime
) -> tuple[tuple[Mute, ...], tuple[Mute, ...]]:
    """What is muted from now on, and what was."""
    before = await opinions.mutes(tx, chat_id)
    terms = {term_of(one.words) for one in before if one.words is not None}
    feed_ids = ids - {one.feed_id for one in before}
    new = {term_of(one): one for one in words if term_of(one) not in terms}
    if len(before) + len(feed_ids) + len(new) > MOST:
        raise LimitReached(MOST)
    for id in sorted(feed_ids):
        await opinions.mute_feed(tx, chat_id, id, now)
    for one in new.values():
        await opinions.mute_words(tx, chat_id, one, now)
    known = {one.id for one in before}
    wanted = {term_of(one) for one in words}
    already = [
        one
        for one in before
        if one.feed_id in ids or (one.words is not None and term_of(one.words) in wanted)
    ]
    after = await opinions.mutes(tx, chat_id)
    return tuple(one for one in after if one.id not in known), tuple(already)


async def _listed(tx: Transaction, chat_id: ChatId, text: str) -> Subscription | None:
    """What a number of the chat's list stands for."""
    number = _number(text)
    listed = await chats.followed(tx, chat_id) if number else ()
    return listed[number - 1] if 0 < number <= len(listed) else None


def _number(text: str) -> int:
    text = text.strip("#.")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0


async def _at(
    tx: Transaction, address: str, named: Sequence[tuple[FeedId, str, str | None, str]]
) -> set[FeedId]:
    """The feed at an address, or those that brought the article there; at a mere host, all its feeds."""
    feed = await find_known(tx, address)
    if feed is not None:
        return {feed.id}
    if path_of(address).strip("/"):
        pages = await articles.stories_of_pages(tx, [canonical(address)], EPOCH)
        return {feed_id for _, _, feed_id in pages}
    host = host_of(address).removeprefix("www.")
    return {id for id, url, site, _ in named if host and (_is_of(host, url) or _is_of(host, site))}


def _is_of(host: str, url: str | None) -> bool:
    other = host_of(url or "")
    return other.removeprefix("www.") == host or ("." in host and other.endswith(f".{host}"))
