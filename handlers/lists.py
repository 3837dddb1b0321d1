"""Lists of feeds: a chat's own as a file, and files of others (OPML)."""

from handlers.context import Answer, Ask
from handlers.views import subscriptions as views
from handlers.views.message import File, View
from news import follow, opml
from news.discover import read_list
from news.errors import FetchFailed

MAX_BYTES = 5_000_000
"""Of a list that somebody sends."""

FILE_NAME = "kawaraban.opml"


async def export_list(ask: Ask) -> Answer:
    """The feeds that the chat follows, as a file that any reader of feeds takes."""
    outlines = await follow.export_list(ask.services.database, ask.chat.id)
    if not outlines:
        return ask.say("export.empty")
    view = ask.say_count("export.done", len(outlines))
    return View(view.text, file=File(FILE_NAME, opml.write(outlines, "Kawaraban")))


async def ask_for_list(ask: Ask) -> Answer:
    """How to import; an address of a list is followed like any other."""
    return ask.say("import.ask")


async def import_list(ask: Ask, document: bytes) -> View:
    """Follow the feeds of a file, with what came of it, line by line where it failed."""
    services = ask.services
    try:
        listed = await read_list(services.sources, document)
    except FetchFailed:
        return ask.say("import.bad")
    if not listed.outlines and not listed.rejected:
        return ask.say("import.empty")
    result = await follow.import_list(
        services.database, ask.chat.id, listed, services.max_subscriptions, ask.now
    )
    return views.imported(result, ask.reader)
