"""The first minute, what links into the chat bring, and the help."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Protocol

from markupsafe import Markup

from handlers.context import Answer, Ask
from handlers.links import HOME
from handlers.menu_buttons import (
    FirstStep,
    PickFeed,
    PickTopic,
    PickZone,
    Region,
    Setup,
    Via,
    code_of,
)
from handlers.offers import take_yes
from handlers.sharing import feed_of, topic_of
from handlers.views import first_steps as views
from handlers.views import times
from handlers.views.menus import out_of_date, with_notice
from handlers.views.message import View, plain_text
from handlers.views.settings import ZONES
from handlers.words import joined, languages, say, say_count
from news import query, rescheduling
from news.errors import BadQuery, LimitReached
from news.picking import is_topic, pick_feed, pick_topic
from news.text import shorten, squeeze
from storage import chats, feeds
from storage.records import FeedId


class Described(Protocol):
    """What the help needs to know of a command."""

    @property
    def name(self) -> str:
        """Without the slash."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names, without the slash."""

    @property
    def group(self) -> str:
        """Key of the heading that it stands under."""


async def start(ask: Ask) -> Answer:
    """Welcome, and where to begin; with the payload of a link, what that offers."""
    payload = ask.argument.strip()
    if (topic := await topic_of(ask, payload)) is not None:
        return await _offer_topic(ask, topic)
    if (feed := await feed_of(ask, payload)) is not None:
        await take_yes(ask, "subscribe", feed.url)
        return views.offer_feed(feed.id, feed.title, ask.reader)
    # An invitation has let somebody in before any command is answered.
    known = payload in ("", HOME) or payload.startswith("i_")
    return await (_welcome(ask) if known else _bad_link(ask))


async def press_setup(ask: Ask, pressed: Setup) -> View:
    """Show a screen of the first minute; the last one says what holds from now on."""
    if pressed.step is FirstStep.TOPICS:
        return await _topics(ask)
    if pressed.step is FirstStep.ZONE:
        return views.zones(ask.chat, ask.reader)
    if pressed.step in (FirstStep.SOURCES, FirstStep.REGIONS):
        sources, mine = await _sources(ask)
        near = views.nearest(sources, ask.reader)
        if near and pressed.step is FirstStep.SOURCES:
            return views.region(near, Region(code_of(near[0].region), 1), mine, ask.reader)
        return views.regions(sources, mine, ask.reader)
    if pressed.step is FirstStep.DONE:
        return views.closing(ask.chat, ask.reader, await _followed(ask))
    return await _welcome(ask)


async def press_topic(ask: Ask, pressed: PickTopic) -> View:
    """Follow a topic of the short list, or not."""
    if pressed.key not in views.TOPICS:
        return out_of_date(await _topics(ask), ask.reader)
    services = ask.services
    try:
        await pick_topic(
            *(services.database, ask.chat.id, _queries(ask, pressed.key), pressed.on),
            *(services.max_subscriptions, ask.now),
        )
    except LimitReached as error:
        return with_notice(await _topics(ask), _no_room(ask, error))
    return await _topics(ask)


async def press_region(ask: Ask, pressed: Region) -> View:
    """Show the sources of a region."""
    sources, mine = await _sources(ask)
    here = [one for one in sources if code_of(one.region) == pressed.code]
    if not here:
        return out_of_date(views.regions(sources, mine, ask.reader), ask.reader)
    return views.region(here, pressed, mine, ask.reader)


async def press_source(ask: Ask, pressed: PickFeed) -> View:
    """Follow a source of a region, or not."""
    services = ask.services
    sources, _ = await _sources(ask)
    if pressed.feed_id not in {one.id for one in sources}:
        # Not of the catalogue any more, or never: nothing is followed by a forged button.
        return out_of_date(await press_region(ask, pressed.region), ask.reader)
    try:
        await pick_feed(
            *(services.database, ask.chat.id, pressed.feed_id, pressed.on),
            *(services.max_subscriptions, ask.now),
        )
    except LimitReached as error:
        return with_notice(await press_region(ask, pressed.region), _no_room(ask, error))
    return await press_region(ask, pressed.region)


async def press_zone(ask: Ask, pressed: PickZone) -> View:
    """Take a place's clock, and go on choosing when the news comes."""
    if pressed.zone not in ZONES:
        return out_of_date(views.zones(ask.chat, ask.reader), ask.reader)
    if pressed.zone != ask.chat.timezone:
        async with ask.services.database.write() as tx:
            await rescheduling.set_zone(tx, ask.chat, pressed.zone, ask.now)
    ask = await ask.again()
    return times.schedule(ask.chat, ask.reader, Via.START)


async def _welcome(ask: Ask) -> View:
    return views.welcome(ask.chat, ask.reader, await _followed(ask))


async def _followed(ask: Ask) -> int:
    async with ask.services.database.read() as tx:
        return await chats.count_subscriptions(tx, ask.chat.id)


async def _topics(ask: Ask) -> View:
    async with ask.services.database.read() as tx:
        listed = await chats.followed(tx, ask.chat.id)
    chosen = {
        key
        for key in views.TOPICS
        if any(is_topic(item, one) for one in _queries(ask, key) for item in listed)
    }
    return views.topics(chosen, ask.reader)


def _queries(ask: Ask, key: str) -> Sequence[query.Query]:
    """What a topic of the short list looks for: in the language of the chat first, then as others say it."""
    spoken = dict.fromkeys([ask.chat.language, *languages()])
    return [query.parse(plain_text(say(views.TOPICS[key], one))) for one in spoken]


async def _sources(ask: Ask) -> tuple[list[views.Source], frozenset[FeedId]]:
    """What the catalogue has, in its regions, the reader's language first; and what the chat follows."""
    async with ask.services.database.read() as tx:
        listed = await feeds.catalogue(tx)
        mine = await chats.feeds_of(tx, ask.chat.id)
    spoken = ask.chat.language
    ordered = sorted(listed, key=lambda feed: (feed.language or "").partition("-")[0] != spoken)
    sources = [views.Source(one.id, one.title, one.folder.partition("/")[0]) for one in ordered]
    return sorted(sources, key=lambda one: one.region), mine


def _no_room(ask: Ask, error: LimitReached) -> Markup:
    return say_count("follow.limit", error.limit, ask.chat.language)


async def _offer_topic(ask: Ask, text: str) -> View:
    try:
        wanted = query.parse(text)
    except BadQuery:
        return await _bad_link(ask)
    if not query.positive(wanted.tree):
        return await _bad_link(ask)
    async with ask.services.database.write() as tx:
        topic = await chats.intern_topic(tx, wanted.normal, wanted.text, ask.now)
    await take_yes(ask, "subscribe", wanted.text)
    return views.offer_topic(topic.id, wanted.text, ask.reader)


async def _bad_link(ask: Ask) -> View:
    return with_notice(await _welcome(ask), say("link.bad", ask.chat.language))


def help_view(ask: Ask, commands: tuple[Described, ...]) -> View:
    """All commands by what one wants to do, and what the signs below a digest mean; or one command with examples."""
    language = ask.chat.language
    # Behind the command's name may stand what somebody wants to do with it.
    wanted = squeeze(ask.argument).lstrip("/").partition(" ")[0].casefold()
    if not wanted:
        blocks = [say("help.head", language)]
        for group in dict.fromkeys(command.group for command in commands):
            lines = [say(f"help.{c.name}", language) for c in commands if c.group == group]
            blocks.append(Markup("\n").join([say(group, language), *lines]))
        blocks.append(say("help.marks", language))
        return View(Markup("\n\n").join(blocks))
    named = {name: command for command in commands for name in (command.name, *command.aliases)}
    command = named.get(wanted)
    if command is None:
        return ask.say("help.unknown", name=shorten(wanted, 40))
    lines = [say(f"help.{command.name}", language)]
    if command.aliases:
        aliases = joined((f"/{alias}" for alias in command.aliases), language)
        lines.append(say("help.also", language, aliases=aliases))
    lines.append(say(f"help.example.{command.name}", language))
    return View(Markup("\n").join(lines))


def unknown(ask: Ask, typed: str, commands: tuple[Described, ...]) -> View:
    """What to do about a command that does not exist."""
    name = shorten(typed, 40)
    names = [known for command in commands for known in (command.name, *command.aliases)]
    near = get_close_matches(typed.casefold()[:40], names, n=1, cutoff=0.6)
    if near:
        return ask.say("unknown.near", name=name, near=near[0])
    return ask.say("unknown.command", name=name)
