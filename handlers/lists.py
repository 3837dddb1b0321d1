"""Lists of feeds: a chat's own as a file, and those of others as files or links (OPML)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from markupsafe import Markup

from handlers.context import Answer, Ask
from handlers.errors import explain
from handlers.meanwhile import meanwhile
from handlers.new_feeds import admission, count_address
from handlers.views import lists as views
from handlers.views.message import View
from handlers.views.subscriptions import found as found_view
from handlers.words import number
from news import follow, importing, typed_addresses
from news.discover import ONE_FEED, read_list
from news.errors import ChatForgotten, FetchFailed, ShareSpent
from news.text import shorten, squeeze

MAX_BYTES = 5_000_000
"""Of a list that somebody sends."""

REPORT_SECONDS = 3.5
"""Between two words on how far a list is: a group takes 20 messages a minute."""


async def export_list(ask: Ask) -> Answer:
    """What the chat follows, as a file that any reader of feeds takes."""
    return views.exported(
        await importing.export_list(ask.services.database, ask.chat.id), ask.reader
    )


async def ask_for_list(ask: Ask) -> Answer:
    """Follow the feeds of a list at an address; without one, how to import."""
    if not ask.argument.strip():
        return ask.refuse("import.ask")
    address = typed_addresses.fetchable(ask.argument)
    if address is None:
        typed = shorten(squeeze(ask.argument), 60)
        refused = ask.refuse("import.no_address", typed=typed)
        return replace(refused, text=Markup("\n").join([refused.text, ask.say("import.ask").text]))
    services = ask.services
    await count_address(ask, address)
    async with _watched(ask) as progress:
        found = await follow.follow_address(
            services.sources,
            ask.chat.id,
            address,
            services.max_subscriptions,
            typed_addresses.is_bare(ask.argument),
            progress,
            admission(ask),
        )
    return found_view(found, ask.chat, ask.reader)


async def import_list(ask: Ask, document: bytes) -> View:
    """Follow the feeds of a file, with what came of it, line by line where it failed."""
    services = ask.services
    try:
        listed = await read_list(services.sources, document)
    except FetchFailed as error:
        return ask.refuse("import.one_feed" if error.detail == ONE_FEED else "import.bad")
    count = len(listed.entries)
    if not count and not listed.rejected:
        return ask.refuse("import.empty")
    try:
        async with _watched(ask) as progress:
            result = await importing.import_list(
                services.database,
                ask.chat.id,
                listed,
                services.max_subscriptions,
                ask.now,
                lambda done: progress(done, count),
                admission(ask),
            )
    except (ChatForgotten, ShareSpent) as error:
        return explain(error, ask, "import")
    return views.imported(result, ask.reader)


@asynccontextmanager
async def _watched(ask: Ask) -> AsyncIterator[Callable[[int, int], None]]:
    """Gives what hears how many of how many feeds are done; whoever asked hears of it now and then."""
    heard = told = (0, 0)

    def hear(done: int, of: int) -> None:
        nonlocal heard
        heard = (done, of)

    async def tell() -> None:
        nonlocal told
        while ask.report is not None:
            await asyncio.sleep(REPORT_SECONDS)
            if heard != told:
                told = heard
                done, of = told
                await ask.report(_progress(ask, done, of))

    async with meanwhile(tell()):
        yield hear
    if told != (0, 0) and ask.report is not None:
        # What was shown of it stays in the chat, and must not look as if it stopped halfway.
        await ask.report(_progress(ask, *heard))


def _progress(ask: Ask, done: int, of: int) -> View:
    return ask.say_count("import.progress", of, done=number(done, ask.chat.language))
