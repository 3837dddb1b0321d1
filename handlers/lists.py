"""Lists of feeds: a chat's own as a file, and those of others as files or links (OPML)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from handlers.context import Answer, Ask
from handlers.meanwhile import meanwhile
from handlers.views import subscriptions as views
from handlers.views.message import File, View
from handlers.words import number
from news import follow, opml
from news.discover import read_list
from news.errors import FetchFailed

MAX_BYTES = 5_000_000
"""Of a list that somebody sends."""

FILE_NAME = "kawaraban.opml"

REPORT_SECONDS = 3.5
"""Between two words on how far a list is: a group takes 20 messages a minute."""


async def export_list(ask: Ask) -> Answer:
    """The feeds that the chat follows, as a file that any reader of feeds takes."""
    outlines = await follow.export_list(ask.services.database, ask.chat.id)
    if not outlines:
        return ask.say("export.empty")
    view = ask.say_count("export.done", len(outlines))
    return View(view.text, file=File(FILE_NAME, opml.write(outlines, "Kawaraban")))


async def ask_for_list(ask: Ask) -> Answer:
    """Follow the feeds of a list at an address; without one, how to import."""
    if not ask.argument.strip():
        return ask.say("import.ask")
    address = follow.fetchable(ask.argument)
    if address is None:
        return ask.say("import.ask")
    services = ask.services
    async with _watched(ask) as progress:
        found = await follow.follow_address(
            services.sources,
            ask.chat.id,
            address,
            services.max_subscriptions,
            follow.is_bare(ask.argument),
            progress,
        )
    return views.found(found, ask.chat, ask.reader)


async def import_list(ask: Ask, document: bytes) -> View:
    """Follow the feeds of a file, with what came of it, line by line where it failed."""
    services = ask.services
    try:
        listed = await read_list(services.sources, document)
    except FetchFailed:
        return ask.say("import.bad")
    if not listed.outlines and not listed.rejected:
        return ask.say("import.empty")
    count = len(listed.outlines)
    async with _watched(ask) as progress:
        result = await follow.import_list(
            services.database,
            ask.chat.id,
            listed,
            services.max_subscriptions,
            ask.now,
            lambda done: progress(done, count),
        )
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
