"""What is kept of a chat: said in plain words, sent as a file, and deleted."""

from dataclasses import replace

import structlog

from handlers.belonging_buttons import Erase, SendAll
from handlers.context import Answer, Ask
from handlers.plain_words import says_yes
from handlers.views import privacy as views
from handlers.views.message import View
from news import forgetting
from news.text import squeeze
from storage import belongings

log = structlog.get_logger()

_NOT_SCRUBBED = (
    "DATABASE_URL: deleted rows stay readable in the files of the database for now. SQLite's is written anew with the "
    "next /forget: see that the disk has as much free room as it takes. PostgreSQL's go with its autovacuum"
)


async def privacy(ask: Ask) -> Answer:
    """What is kept, why and for how long; with "export", all of it as a file."""
    if squeeze(ask.argument).casefold() in ("export", "json"):
        return await press_send_all(ask, SendAll())
    return views.privacy(ask.reader)


async def press_send_all(ask: Ask, _pressed: SendAll) -> View:
    """Everything that is kept of the chat, as a file."""
    async with ask.services.database.read() as tx:
        found = await belongings.everything_of(tx, ask.chat.id)
    return views.everything(found, ask.reader)


async def forget(ask: Ask) -> Answer:
    """Ask whether everything is to be deleted. A "yes" is too soon said for that: only the button does it."""
    if ask.answers and (yes := says_yes(ask.argument)) is not None:
        if not yes:
            return ask.say("forget.kept")
        button = ask.reader.label("button.erase_all")
        return replace(ask.say("forget.press", button=button), asks=True)
    async with ask.services.database.read() as tx:
        found = await belongings.everything_of(tx, ask.chat.id)
    return views.question(found, ask.reader)


async def press_erase(ask: Ask, pressed: Erase) -> View:
    """Delete everything that is kept of the chat, in the database and in memory; or leave it."""
    if not pressed.sure:
        return ask.say("forget.kept")
    done = await forgetting.forget(ask.services.database, ask.chat.id, ask.now)
    for key in [key for key in ask.services.rankings if key[0] in done.topics]:
        ask.services.rankings.pop(key, None)
    ask.services.findings.forget()
    if not done.scrubbed:
        log.warning(_NOT_SCRUBBED)
    return ask.say("forget.done")
