"""Several things at once: addresses and topics that are followed, numbers of the list that are unfollowed, and the one way back."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.bringing_back import bring_back
from handlers.buttons import decode, encode
from handlers.context import Answer, Ask
from handlers.errors import explain, query_trouble
from handlers.menu_buttons import Drop
from handlers.new_feeds import admission, count_address
from handlers.offer_buttons import UndoAll
from handlers.offers import offer
from handlers.plain_words import means_all, operators_in
from handlers.spoken import numbered
from handlers.views import offers as views
from handlers.views import subscriptions as subscription_views
from handlers.views.lists import choice
from handlers.views.message import View
from handlers.views.offers import Tried
from news import follow, query, search, typed_addresses, unfollowing
from news.errors import BadAddress, BadQuery, LimitReached, NewsError, NoSuchNumber
from news.outcomes import Choice, Followed, Imported
from storage import offers
from storage.records import Offer, Subscription

MOST = 10
"""Addresses and topics that are followed at once: each may have to be fetched."""

_FOLLOWED = "several.followed"

_LISTED = re.compile(r"(?:[-–*•·]|\d{1,2}[.)])\s+")
"""What lines of a list begin with."""

_UNFOLLOWED = "unsubscribe"
"""The command of an offer that holds what was unfollowed."""


async def follow_one(ask: Ask, typed: str) -> Followed | Choice | Imported:
    """Follow what is at an address. Raises what `news.follow.follow_address` and `fetchable` raise."""
    services, address = ask.services, typed_addresses.fetchable(typed) or typed
    await count_address(ask, address)
    return await follow.follow_address(
        services.sources,
        ask.chat.id,
        address,
        services.max_subscriptions,
        typed_addresses.is_bare(typed),
        admit=admission(ask),
    )


async def follow_several(ask: Ask, typed: Sequence[str]) -> View:
    """Follow what is at each of some addresses, one after the other; what came of each."""
    tried = [await _tried(ask, one) for one in typed[:MOST]]
    return views.several(tried, len(typed[MOST:]), ask.reader)


def lines_of(typed: str) -> tuple[str, ...]:
    """The lines that somebody typed, without the signs and numbers that lists begin their lines with."""
    lines = (_LISTED.sub("", line.strip()) for line in typed.splitlines())
    return tuple(line for line in lines if line)


async def follow_lines(ask: Ask, lines: Sequence[str]) -> View:
    """Follow the topic or the addresses of each line; what came of each, with one way back for all."""
    typed = [one for line in lines for one in typed_addresses.addresses_in(line) or (line,)]
    are_addresses = [_has_address(one) for one in typed]
    tried = [
        await (_tried(ask, one) if is_address else _tried_topic(ask, one))
        for one, is_address in list(zip(typed, are_addresses, strict=True))[:MOST]
    ]
    new = [one.name for one in tried if one.key == _FOLLOWED]
    head = "several.things" if any(are_addresses) else "several.topics"
    shown = views.several(tried, len(typed[MOST:]), ask.reader, head)
    if not new:
        return shown
    undo = await offer(ask, ask.reader.label("button.undo"), "unsubscribe", "\n".join(new))
    return replace(shown, keyboard=((undo,), *shown.keyboard))


def _has_address(typed: str) -> bool:
    # Part of an address is no topic.
    return "://" in typed or bool(typed_addresses.addresses_in(typed))


async def _tried_topic(ask: Ask, typed: str) -> Tried:
    services = ask.services
    try:
        wanted = query.parse(typed)
        async with services.database.read() as tx:
            wanted = await search.as_kept(tx, wanted, ask.now)
        found = await follow.follow_topic(
            services.database, ask.chat.id, wanted, services.max_subscriptions, ask.now
        )
    except BadQuery as error:
        return Tried(typed, "several.failed", reason=query_trouble(error, ask.chat.language)[0])
    except NewsError as error:
        return Tried(typed, "several.failed", reason=explain(error, ask, "subscribe").text)
    return Tried(found.name, "several.already" if found.already else _FOLLOWED)


async def _tried(ask: Ask, typed: str) -> Tried:
    try:
        if typed_addresses.as_address(typed) is None:
            raise BadAddress("scheme")
        found = await follow_one(ask, typed)
    except NewsError as error:
        return Tried(typed, "several.failed", reason=explain(error, ask, "subscribe").text)
    match found:
        case Followed(name=name, already=already):
            return Tried(name, "several.already" if already else _FOLLOWED)
        case Choice(page=page):
            return Tried(page, "several.choice", keyboard=choice(found, ask.reader).keyboard)
        case Imported(followed=count):
            return Tried(typed, "several.list", count)


async def unfollow(ask: Ask) -> Answer:
    """Stop following what a name, numbers, or a word for everything stand for. Raises NoSuchNumber."""
    database, chat_id = ask.services.database, ask.chat.id
    meant: Sequence[Subscription] | None
    try:
        meant = await unfollowing.find_several(database, chat_id, ask.argument)
    except NoSuchNumber as error:
        if error.count and means_all(ask.argument):
            meant = None
        else:
            meant = await unfollowing.find_several(database, chat_id, _in_lines(ask.argument))
    ids = None if meant is None else {one.id for one in meant}
    gone = await unfollowing.unfollow_all(database, chat_id, ids)
    if not gone:
        return ask.say("unfollow.gone")
    if len(gone) == 1:
        return subscription_views.unfollowed(gone[0], ask.reader)
    return await _unfollowed(ask, gone)


def _in_lines(typed: str) -> str:
    """Names and numbers with commas or a word for "and" between them, a line each, numbers as digits alone."""
    parts = re.split(r"[,，、;；\n]|\sAND\s", operators_in(typed))
    return "\n".join(_bare_numbers(part) for part in parts)


def _bare_numbers(typed: str) -> str:
    """The digits of "number 3" or "1番 2番"; anything else as it is."""
    for parts in ([typed], typed.split()):
        found = [numbered(part) for part in parts]
        digits = [one[0] for one in found if one is not None and not one[1]]
        if len(digits) == len(parts):
            return " ".join(digits)
    return typed


async def _unfollowed(ask: Ask, gone: Sequence[Subscription]) -> View:
    """What was unfollowed, with one way back for all of it; a button has no room for what that needs."""
    kept = "\n".join(encode(subscription_views.drop_of(one), ask.chat.key) for one in gone)
    async with ask.services.database.write() as tx:
        id = await offers.put(tx, ask.chat.id, Offer(_UNFOLLOWED, kept), ask.now)
    return views.unfollowed(gone, id, ask.reader)


async def press_undo_all(ask: Ask, pressed: UndoAll) -> View:
    """Follow again all that was unfollowed at once, as far as there is room."""
    async with ask.services.database.read() as tx:
        offer = await offers.get(tx, ask.chat.id, pressed.offer_id)
    if offer is None or offer.command != _UNFOLLOWED:
        return ask.refuse("undo.gone")
    back = 0
    for data in offer.argument.split("\n"):
        dropped = decode(data, ask.chat.key)
        if not isinstance(dropped, Drop):
            continue
        try:
            back += await bring_back(ask, dropped) is not None
        except LimitReached as error:
            # The way back stays, for when there is room.
            full = ask.say_count("follow.limit", error.limit)
            return views.no_room(full.text, back, pressed, ask.reader)
    return views.followed_again(back, ask.reader)
