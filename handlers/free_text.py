"""Words without a command in a private chat: what of the table is meant by them, and what is answered otherwise.

an answer to a question ─▶ its command
"help", "subscribe rice", ヘルプ ─▶ that command
addresses ─▶ offered, each with a button
"every day at 8" ─▶ searched; if nothing is found, offered as a schedule
all else ─▶ searched, with sources that are called so
"""

from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from handlers import latest
from handlers.commands import BY_NAME, PUBLIC, Command
from handlers.context import Answer, Ask
from handlers.errors import explain
from handlers.menu_buttons import SetTimes, Via
from handlers.offers import offer, offer_each, offer_or_yes
from handlers.page_buttons import Page
from handlers.plain_words import HELLO, STOP, THANKS, meant
from handlers.spoken import understood
from handlers.views import offers as views
from handlers.views.message import Keyboard, View, button
from handlers.views.times import in_words
from handlers.what_else import sources_called
from news import query, search, typed_addresses
from news import schedule as rhythm
from news.addresses import host_of, path_of
from news.errors import BadAddress, BadQuery, BadSchedule
from news.text import shorten
from news.zones import zone_at
from storage import articles, chats

MOST_ADDRESSES = 8
"""Addresses of one message that are offered, a button each."""

_MEANT = {name: one.name for one in PUBLIC for name in (one.name, *one.aliases)}


def command_meant(typed: str) -> tuple[Command, str]:
    """What is answered, as a command, and what stands behind it."""
    found = meant(typed, _MEANT)
    if found is None:
        return _TEXT, typed
    name, argument = found
    return _SIGNS.get(name) or BY_NAME[name], argument


async def _answer(ask: Ask) -> Answer:
    """Look for words; offer what else they may mean."""
    if addresses := typed_addresses.addresses_in(ask.argument):
        return await offer_addresses(ask, addresses)
    wanted = query.parse(ask.argument)
    schedule = _schedule_in(ask.argument)
    shown = await latest.latest(ask, loosely=schedule is None)
    if not isinstance(shown, View):
        return shown
    rows: Keyboard = ()
    if schedule is not None and not await _is_found(ask, wanted):
        shown = views.with_line(shown, "offer.schedule", ask.reader)
        label = ask.reader.label("button.accept_schedule", name=in_words(str(schedule), ask.reader))
        rows = ((button(label, SetTimes(Via.COMMAND, None, str(schedule))),),)
    shown = replace(shown, keyboard=(*rows, *shown.keyboard))
    return views.with_sources(shown, await sources_called(ask, wanted), ask.reader)


def _schedule_in(typed: str) -> rhythm.Schedule | None:
    """When digests may be meant to come; None if the words are no such thing."""
    try:
        found = rhythm.parse(understood(typed))
    except BadSchedule:
        return None
    return None if found == rhythm.OFF else found


async def _is_found(ask: Ask, wanted: query.Query) -> bool:
    async with ask.services.database.read() as tx:
        return bool(await search.newest(tx, wanted, ask.now, limit=1))


async def offer_addresses(ask: Ask, typed: tuple[str, ...]) -> View:
    """Offer to follow what is at some addresses, and say why another can't be. Raises BadAddress if none of them can."""
    offered: dict[str, str] = {}
    refused: BadAddress | None = None
    for one in typed:
        try:
            offered[one] = _visited(ask, one)
        except BadAddress as error:
            refused = refused or error
    if not offered and refused is not None:
        raise refused
    shown = await _offered(ask, offered)
    if refused is None:
        return shown
    reason = explain(refused, ask, "subscribe").text
    return replace(shown, text=Markup("\n\n").join([shown.text, reason]))


def _visited(ask: Ask, typed: str) -> str:
    """The address that would be visited. Raises BadAddress for one that never is."""
    address = typed_addresses.fetchable(typed) or typed
    if ask.services.sources.fetcher.is_private(address):
        raise BadAddress("scheme")
    return address


async def _offered(ask: Ask, offered: Mapping[str, str]) -> View:
    """Addresses as they were typed, with what is fetched, each with a button."""
    some = list(offered.items())[:MOST_ADDRESSES]
    if len(some) == 1:
        [(as_typed, address)] = some
        label = ask.reader.label("button.accept")
        accept = await offer_or_yes(ask, label, "subscribe", as_typed)
        return views.address(address, accept, ask.reader)
    each: list[tuple[str, str]] = []
    for as_typed, address in some:
        place = host_of(address).removeprefix("www.") + path_of(address).rstrip("/")
        each.append((ask.reader.label("button.accept_one", name=shorten(place, 30)), as_typed))
    together = "\n".join(as_typed for as_typed, _ in some)
    every_one = ask.reader.label("button.accept_all"), together
    *accepts, every = await offer_each(ask, "subscribe", [*each, every_one])
    return views.addresses(accepts, every, ask.reader)


async def offer_place(ask: Ask, latitude: float, longitude: float) -> View:
    """Offer the time zone of a place that somebody shows, who was not asked for one."""
    zone = zone_at(latitude, longitude)
    if zone is None:
        return ask.refuse("timezone.nowhere")
    there = replace(ask.reader, zone=zone)
    label = ask.reader.label("button.accept_place", name=shorten(there.place, 30))
    return views.place(there, await offer_or_yes(ask, label, "timezone", zone))


async def search_instead(ask: Ask) -> Keyboard:
    """A button that looks for what was no answer to a question; none for what can't be looked for."""
    if typed_addresses.addresses_in(ask.argument):
        return ()
    try:
        wanted = query.parse(ask.argument)
    except BadQuery:
        return ()
    async with ask.services.database.write() as tx:
        topic = await chats.intern_topic(tx, wanted.normal, wanted.text, ask.now)
        page = Page(topic.id, 1, await articles.newest(tx))
    label = ask.reader.label("button.instead", query=shorten(wanted.text, 30))
    return ((button(label, page, ask.reader.key),),)


async def _hello(ask: Ask) -> Answer:
    """A greeting back."""
    return views.hello(ask.reader)


async def _thanks(ask: Ask) -> Answer:
    """An answer to thanks."""
    return views.thanks(ask.reader)


async def _stop(ask: Ask) -> Answer:
    """What can be stopped: nobody is to lose what they follow by a word that was meant otherwise."""
    pause = await offer(ask, ask.reader.label("button.accept_pause"), "pause", "")
    return views.stop(pause, ask.reader)


# Errors of a search are explained with examples of this command.
_TEXT = Command("latest", _answer, "help.read")

_SIGNS = {
    STOP: Command(STOP, _stop, "help.read"),
    HELLO: Command(HELLO, _hello, "help.read"),
    THANKS: Command(THANKS, _thanks, "help.read"),
}
"""What is meant that is no command of the table."""
