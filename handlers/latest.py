"""The newest stories: of what the chat follows, of everything, or about something."""

from handlers.buttons import Page
from handlers.context import Answer, Ask
from handlers.views import stories as views
from handlers.views.message import View
from news import query
from storage import articles, chats
from storage.database import Transaction
from storage.records import Kind, Topic


async def latest(ask: Ask) -> Answer:
    """The first page."""
    wanted = query.parse(ask.argument) if ask.argument.strip() else None
    topic = None
    if wanted is not None:
        async with ask.services.database.write() as tx:
            topic = await chats.intern_topic(tx, wanted.phrase, wanted.text, ask.now)
    async with ask.services.database.read() as tx:
        up_to = await articles.newest(tx)
        return await _page(tx, ask, Page(None if topic is None else topic.id, 1, up_to), topic)


async def turn_page(ask: Ask, pressed: Page) -> View:
    """Another page."""
    async with ask.services.database.read() as tx:
        topic = None
        if pressed.topic_id is not None:
            topic = await chats.topic(tx, pressed.topic_id)
            if topic is None:
                return ask.say("menu.old")
        return await _page(tx, ask, pressed, topic)


async def _page(tx: Transaction, ask: Ask, page: Page, topic: Topic | None) -> View:
    listed = await chats.subscriptions_of(tx, ask.chat.id)
    followed = bool(listed) and topic is None
    # One more than a page shows whether there is another page.
    found = await articles.latest(
        tx,
        limit=views.PAGE_STORIES + 1,
        offset=(page.number - 1) * views.PAGE_STORIES,
        up_to=page.up_to,
        phrase=None if topic is None else topic.phrase,
        followed_by=ask.chat.id if followed else None,
    )
    return views.latest(
        found[: views.PAGE_STORIES],
        page,
        None if topic is None else topic.text,
        ask.reader,
        more=len(found) > views.PAGE_STORIES,
        followed=followed,
        follows_query=topic is not None
        and any(item.kind is Kind.TOPIC and item.target == topic.id for item in listed),
    )
