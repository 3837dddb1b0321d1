"""Why the stories of the last digest were in it."""

from handlers.context import Answer, Ask
from handlers.views import reasons as views
from news.reasons import why as reasons_for
from storage import chats


async def why(ask: Ask) -> Answer:
    """For each story of the last digest, what of it belongs to what the chat follows."""
    async with ask.services.database.read() as tx:
        told = await chats.last_told(tx, ask.chat.id, views.MOST)
        if not told:
            return ask.say("why.none")
        at = await chats.last_told_at(tx, ask.chat.id)
        found = await reasons_for(tx, ask.chat.id, told, ask.now, at)
    return views.reasons(found, ask.reader)
