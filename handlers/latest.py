"""The newest stories: of what the chat follows, of everything, or about something; or the best about it."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.buttons import BestPage, Page
from handlers.context import Answer, Ask
from handlers.links import topic_payload
from handlers.views import stories as views
from handlers.views.message import View
from news import query, search
from news.followed_topics import query_of
from news.mutes import Muted
from news.wanted import in_wanted
from storage import articles, chats, opinions
from storage.database import Transaction
from storage.records import ArticleId, Kind, Position, Story, StoryId, Subscription, Topic, TopicId

PAGE = views.PAGE_STORIES

_LOOKS = (1, 4, 16, 16, 16)
"""Pages of stories that are looked at, one after the other, until one is full of what is not muted."""


async def latest(ask: Ask) -> Answer:
    """The first page, newest first."""
    wanted = query.parse(ask.argument) if ask.argument.strip() else None
    topic = None if wanted is None else await _keep(ask, wanted)
    async with ask.services.database.read() as tx:
        page = Page(None if topic is None else topic.id, 1, await articles.newest(tx))
        found, listed = await _found(tx, ask, page, topic)
    instead = None
    if wanted is not None and not found:
        instead = await _instead(ask, wanted, page.up_to)
    return _laid_out(ask, page, topic, found, listed, wanted, instead)


async def turn_page(ask: Ask, pressed: Page) -> View:
    """Another page of the newest."""
    async with ask.services.database.read() as tx:
        topic = None if pressed.topic_id is None else await chats.topic(tx, pressed.topic_id)
        if topic is None and pressed.topic_id is not None:
            return ask.say("menu.old")
        found, listed = await _found(tx, ask, pressed, topic)
    return _laid_out(ask, pressed, topic, found, listed)


async def search_best(ask: Ask) -> Answer:
    """The first page, best match first."""
    wanted = query.parse(ask.argument)
    topic = await _keep(ask, wanted)
    async with ask.services.database.read() as tx:
        page = BestPage(topic.id, 1, await articles.newest(tx))
    return await _best(ask, page, topic, wanted)


async def turn_best(ask: Ask, pressed: BestPage) -> View:
    """Another page of the best."""
    async with ask.services.database.read() as tx:
        topic = await chats.topic(tx, pressed.topic_id)
    return ask.say("menu.old") if topic is None else await _best(ask, pressed, topic)


async def _keep(ask: Ask, wanted: query.Query) -> Topic:
    """What was asked for, kept so that a button can name it."""
    async with ask.services.database.write() as tx:
        return await chats.intern_topic(tx, wanted.normal, wanted.text, ask.now)


async def _instead(ask: Ask, wanted: query.Query, up_to: ArticleId) -> views.Instead | None:
    """What may be looked for instead of a phrase that is nowhere."""
    looser = query.loosened(wanted)
    if looser is None:
        return None
    topic = await _keep(ask, looser)
    return views.Instead(looser.text, Page(topic.id, 1, up_to))


async def _found(
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None
) -> tuple[tuple[tuple[Position, Story], ...], tuple[Subscription, ...]]:
    """The stories of a page in their places, and one more if there is one; and what the chat follows."""
    listed = await chats.subscriptions_of(tx, ask.chat.id)
    if page.back:
        found = await _stories(tx, ask, page, topic, bool(listed))
        if len(found) == PAGE:
            return (*reversed(found), found[0]), listed
        # What is left before it is less than a page: then it is the first one.
        page = Page(page.topic_id, 1, page.up_to)
    return await _stories(tx, ask, page, topic, bool(listed)), listed


async def _stories(
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None, follows: bool
) -> tuple[tuple[Position, Story], ...]:
    """The stories of a page in the order asked for, and one more towards older ones, without what is muted."""
    limit = PAGE if page.back else PAGE + 1
    muted = Muted(await opinions.mutes(tx, ask.chat.id))
    # Who asks for something wants to see it, whatever language it is in.
    languages = ask.chat.wanted_languages if topic is None else ""
    kept: list[tuple[Position, Story]] = []
    for pages in _LOOKS:
        found = await _some(tx, ask, page, topic, follows, pages * limit)
        kept += [
            (place, left)
            for place, story in found
            if (spoken := in_wanted(story, languages)) and (left := muted.without(spoken))
        ]
        if len(kept) >= limit or len(found) < pages * limit:
            break
        page = replace(page, beyond=found[-1][0])
    return tuple(kept[:limit])


async def _some(
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None, follows: bool, limit: int
) -> tuple[tuple[Position, Story], ...]:
    if topic is None:
        return await articles.latest(
            tx,
            limit=limit,
            beyond=page.beyond,
            newest_first=not page.back,
            up_to=page.up_to,
            followed_by=ask.chat.id if follows else None,
        )
    found = await search.newest(
        tx,
        query_of(topic),
        ask.now,
        limit=limit,
        beyond=page.beyond,
        newest_first=not page.back,
        up_to=page.up_to,
    )
    return tuple((one.position, one.story) for one in found)


def _laid_out(
    ask: Ask,
    page: Page,
    topic: Topic | None,
    found: Sequence[tuple[Position, Story]],
    listed: Sequence[Subscription],
    wanted: query.Query | None = None,
    instead: views.Instead | None = None,
) -> View:
    shown = found[:PAGE]
    newer = older = None
    if page.number > 1 and shown:
        beyond = shown[0][0] if page.number > 2 else None
        newer = Page(page.topic_id, page.number - 1, page.up_to, beyond, beyond is not None)
    if len(found) > PAGE:
        older = Page(page.topic_id, page.number + 1, page.up_to, shown[-1][0])
    return views.latest(
        tuple(story for _, story in shown),
        page.number,
        wanted.text if wanted is not None else None if topic is None else topic.text,
        ask.reader,
        turns=(newer, older),
        followed=bool(listed) and topic is None,
        follow=_may_follow(topic, listed),
        instead=instead,
        share=_share(ask, topic),
    )


def _may_follow(topic: Topic | None, listed: Sequence[Subscription]) -> TopicId | None:
    """The topic that a button offers to follow; None if there is none, or the chat follows it already."""
    if topic is None or not query.positive(query_of(topic).tree):
        return None
    mine = {item.target for item in listed if item.kind is Kind.TOPIC}
    return None if topic.id in mine else topic.id


def _share(ask: Ask, topic: Topic | None) -> str:
    """The address that offers a topic to others; empty for one that is none, or too long for an address."""
    if topic is None or not query.positive(query_of(topic).tree):
        return ""
    payload = topic_payload(topic.text)
    return "" if payload is None else ask.services.link(payload)


async def _best(ask: Ask, page: BestPage, topic: Topic, wanted: query.Query | None = None) -> View:
    ranked = await _ranked(ask, page, topic)
    first = (page.number - 1) * PAGE
    async with ask.services.database.read() as tx:
        muted = Muted(await opinions.mutes(tx, ask.chat.id))
        if muted:
            stories = await search.shown(tx, query_of(topic), ranked, ask.now)
            unmuted = [left for story in stories if (left := muted.without(story))]
            ranked = tuple(story.id for story in unmuted)
            shown = tuple(unmuted[first : first + PAGE])
        else:
            ids = ranked[first : first + PAGE]
            shown = await search.shown(tx, query_of(topic), ids, ask.now)
        listed = await chats.subscriptions_of(tx, ask.chat.id)
    instead = None
    if wanted is not None and not ranked:
        instead = await _instead(ask, wanted, page.up_to)
    turn = BestPage(page.topic_id, page.number - 1, page.up_to) if page.number > 1 else None
    more = len(ranked) > first + PAGE
    return views.latest(
        shown,
        page.number,
        topic.text if wanted is None else wanted.text,
        ask.reader,
        turns=(turn, BestPage(page.topic_id, page.number + 1, page.up_to) if more else None),
        followed=False,
        follow=_may_follow(topic, listed),
        instead=instead,
        best=True,
        share=_share(ask, topic),
    )


async def _ranked(ask: Ask, page: BestPage, topic: Topic) -> tuple[StoryId, ...]:
    """The order of the best, which stays as it was on the first page while that is remembered."""
    rankings = ask.services.rankings
    key = (page.topic_id, page.up_to)
    if key not in rankings:
        async with ask.services.database.read() as tx:
            rankings[key] = await search.best(tx, query_of(topic), ask.now, page.up_to)
    return rankings[key]
