"""The first minute, what links into the chat bring, and the help."""

from difflib import get_close_matches
from typing import Protocol

from markupsafe import Markup

from handlers.context import Answer, Ask
from handlers.links import feed_in, topic_in
from handlers.menu_buttons import FirstStep, PickFeed, PickTopic, Region, Setup, code_of
from handlers.views import first_steps as views
from handlers.views.menus import out_of_date, with_notice
from handlers.views.message import View
from handlers.words import say, say_count
from news import query
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
    topic, feed_id = topic_in(payload), feed_in(payload)
    if topic is not None:
        return await _offer_topic(ask, topic)
    if feed_id is not None:
        return await _offer_feed(ask, feed_id)
    # An invitation has let somebody in before any command is answered.
    known = not payload or payload.startswith("i_")
    return await (_welcome(ask) if known else _bad_link(ask))


async def press_setup(ask: Ask, pressed: Setup) -> View:
    """Show a screen of the first minute; the last one says what holds from now on."""
    if pressed.step is FirstStep.TOPICS:
        return await _topics(ask)
    if pressed.step is FirstStep.REGIONS:
        sources, mine = await _sources(ask)
        return views.regions(sources, mine, ask.reader)
    if pressed.step is FirstStep.DONE:
        return views.closing(ask.chat, ask.reader, await _followed(ask))
    return await _welcome(ask)


async def press_topic(ask: Ask, pressed: PickTopic) -> View:
    """Follow a topic of the short list, or not."""
    sentence = views.TOPICS.get(pressed.key)
    if sentence is None:
        return out_of_date(await _topics(ask), ask.reader)
    services, wanted = ask.services, query.parse(ask.reader.label(sentence))
    try:
        await pick_topic(
            *(services.database, ask.chat.id, wanted, pressed.on),
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


async def _welcome(ask: Ask) -> View:
    return views.welcome(ask.chat, ask.reader, await _followed(ask))


async def _followed(ask: Ask) -> int:
    async with ask.services.database.read() as tx:
        return await chats.count_subscriptions(tx, ask.chat.id)


async def _topics(ask: Ask) -> View:
    async with ask.services.database.read() as tx:
        listed = await chats.followed(tx, ask.chat.id)
    wanted = {key: query.parse(ask.reader.label(text)) for key, text in views.TOPICS.items()}
    chosen = {key for key, one in wanted.items() if any(is_topic(item, one) for item in listed)}
    return views.topics(chosen, ask.reader)


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
    return views.offer_topic(topic.id, wanted.text, ask.reader)


async def _offer_feed(ask: Ask, feed_id: FeedId) -> View:
    async with ask.services.database.read() as tx:
        feed = await feeds.get(tx, feed_id)
    if feed is None:
        return await _bad_link(ask)
    return views.offer_feed(feed.id, feed.title, ask.reader)


async def _bad_link(ask: Ask) -> View:
    return with_notice(await _welcome(ask), say("link.bad", ask.chat.language))


def help_view(ask: Ask, commands: tuple[Described, ...]) -> View:
    """All commands by what one wants to do; or one of them with examples."""
    language = ask.chat.language
    wanted = squeeze(ask.argument).lstrip("/").casefold()
    if not wanted:
        blocks = [say("help.head", language)]
        for group in dict.fromkeys(command.group for command in commands):
            lines = [say(f"help.{c.name}", language) for c in commands if c.group == group]
            blocks.append(Markup("\n").join([say(group, language), *lines]))
        return View(Markup("\n\n").join(blocks))
    named = {name: command for command in commands for name in (command.name, *command.aliases)}
    command = named.get(wanted)
    if command is None:
        return ask.say("help.unknown", name=shorten(wanted, 40))
    lines = [say(f"help.{command.name}", language)]
    if command.aliases:
        aliases = ", ".join(f"/{alias}" for alias in command.aliases)
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
