"""How much there was of something lately."""

from handlers.buttons import TrendOf
from handlers.context import Answer, Ask
from handlers.order import giving_way
from handlers.views import trend as views
from handlers.views.message import View
from news import query, search
from news.followed_topics import query_of
from news.mutes import Muted
from storage import chats, opinions
from storage.records import Kind, Topic


async def trend(ask: Ask) -> Answer:
    """Of what was typed."""
    if not ask.argument.strip():
        return ask.refuse("trend.ask")
    wanted = query.parse(ask.argument)
    async with ask.services.database.write() as tx:
        # Kept, so that a button can name it.
        topic = await chats.intern_topic(tx, wanted.normal, wanted.text, ask.now)
    return await _trend(ask, topic, wanted)


async def press_trend(ask: Ask, pressed: TrendOf) -> View:
    """Of a topic that a button named."""
    async with ask.services.database.read() as tx:
        topic = await chats.topic(tx, pressed.topic_id)
    return ask.refuse("menu.old") if topic is None else await _trend(ask, topic, query_of(topic))


async def _trend(ask: Ask, topic: Topic, wanted: query.Query) -> View:
    async with ask.services.database.read() as tx:
        muted = Muted(await opinions.mutes(tx, ask.chat.id))
        found = await search.trend(tx, wanted, ask.now, ask.chat.timezone, muted=muted)
        listed = await chats.followed(tx, ask.chat.id)
    follows = any(item.kind is Kind.TOPIC and item.target == topic.id for item in listed)
    may_follow = query.positive(wanted.tree) and not follows
    picture = None
    if ask.services.draw is not None and found.total:
        async with giving_way():
            picture = await ask.services.draw(found, views.labels(found, ask.reader))
    return views.trend(
        found,
        picture,
        search.TREND_ARTICLES,
        topic.id if may_follow else None,
        ask.reader,
    )
