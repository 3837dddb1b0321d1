"""The newest stories: of what the chat follows, of everything, or about something; or the best about it."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.context import Answer, Ask
from handlers.page_buttons import BestPage, Page
from handlers.plain_words import small_words, topic_alone, with_operators
from handlers.sharing import link_to_topic
from handlers.views import stories as views
from handlers.views.message import View
from handlers.views.mutes import hidden
from news import query, search
from news.followed_topics import query_of
from news.mutes import Muted
from news.wanted import in_wanted
from storage import articles, chats, opinions
from storage.database import Transaction
from storage.records import (
    ArticleId,
    Kind,
    Mute,
    Position,
    Story,
    StoryId,
    Subscription,
    Topic,
    TopicId,
)

PAGE = views.PAGE_STORIES

_LOOKS = (1, 4, 16, 16, 16)
"""Pages of stories that are looked at, one after the other, until one is full of what is not muted."""


async def latest(ask: Ask, *, loosely: bool = True) -> Answer:
    """The first page, newest first; where nothing is found, what else may be looked for, unless not `loosely`."""
    wanted = await _wanted(ask) if ask.argument.strip() else None
    topic = None if wanted is None else await _keep(ask, wanted)
    async with ask.services.database.read() as tx:
        page = Page(None if topic is None else topic.id, 1, await articles.newest(tx))
        listed = await chats.followed(tx, ask.chat.id)
        if topic is None:
            page = replace(page, followed=bool(listed))
        found = await _found(tx, ask, page, topic)
        hiding = () if topic is None or found else await _hiding(tx, ask, page, topic)
    instead = None
    if wanted is not None and hiding:
        return hidden(wanted.text, hiding, ask.reader)
    if wanted is not None and loosely and not found:
        instead = await _instead(ask, wanted, page.up_to)
    return await _laid_out(ask, page, topic, found, listed, wanted, instead)


async def is_gone(ask: Ask, pressed: Page | BestPage) -> bool:
    """Whether a page was of a topic that is kept no more."""
    if pressed.topic_id is None:
        return False
    async with ask.services.database.read() as tx:
        return await chats.topic(tx, pressed.topic_id) is None


async def turn_page(ask: Ask, pressed: Page) -> View:
    """Another page of the newest."""
    async with ask.services.database.read() as tx:
        topic = None if pressed.topic_id is None else await chats.topic(tx, pressed.topic_id)
        if topic is None and pressed.topic_id is not None:
            return ask.refuse("menu.old")
        listed = await chats.followed(tx, ask.chat.id)
        found = await _found(tx, ask, pressed, topic)
    return await _laid_out(ask, pressed, topic, found, listed)


async def search_best(ask: Ask) -> Answer:
    """The first page, best match first; without words, what to look for."""
    if not ask.argument.strip():
        return ask.refuse("search.ask")
    wanted = await _wanted(ask)
    topic = await _keep(ask, wanted)
    async with ask.services.database.read() as tx:
        page = BestPage(topic.id, 1, await articles.newest(tx))
    return await _best(ask, page, topic, wanted)


async def turn_best(ask: Ask, pressed: BestPage) -> View:
    """Another page of the best."""
    async with ask.services.database.read() as tx:
        topic = await chats.topic(tx, pressed.topic_id)
    return ask.refuse("menu.old") if topic is None else await _best(ask, pressed, topic)


async def _wanted(ask: Ask) -> query.Query:
    """What was asked for. Raises BadQuery."""
    wanted = query.parse(ask.argument)
    async with ask.services.database.read() as tx:
        return await search.as_kept(tx, wanted, ask.now)


async def _keep(ask: Ask, wanted: query.Query) -> Topic:
    """What was asked for, kept so that a button can name it."""
    async with ask.services.database.write() as tx:
        return await chats.intern_topic(tx, wanted.normal, wanted.text, ask.now)


async def _instead(ask: Ask, wanted: query.Query, up_to: ArticleId) -> views.Instead | None:
    """What may be looked for instead of a phrase that is nowhere."""
    if topical := topic_alone(wanted):
        topic = await _keep(ask, topical)
        page = Page(topic.id, 1, up_to)
        return views.Instead(topical.text, page, "latest.none.news")
    looser = _looser(wanted)
    if looser is None:
        return None
    topic = await _keep(ask, looser)
    return views.Instead(looser.text, Page(topic.id, 1, up_to))


def _looser(wanted: query.Query) -> query.Query | None:
    """The words with what stands between them taken for operators, or each of them anywhere; None if that changes nothing."""
    said, loose = with_operators(wanted), query.loosened(wanted, small_words())
    if said is None or loose is None:
        return said or loose
    # "rice or bees" means either; of "the war in gaza and lebanon", each word by itself finds more.
    fewer = len(tuple(query.parts_of(said.tree))) < len(tuple(query.parts_of(loose.tree)))
    return loose if isinstance(said.tree, query.And) and fewer else said


async def _found(
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None
) -> tuple[tuple[Position, Story], ...]:
    """The stories of a page in their places, and one more if there is one."""
    if page.back:
        found = await _stories(tx, ask, page, topic)
        if len(found) == PAGE:
            return (*reversed(found), found[0])
        # What is left before it is less than a page: then it is the first one.
        page = replace(page, number=1, beyond=None, back=False)
    return await _stories(tx, ask, page, topic)


async def _stories(
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None
) -> tuple[tuple[Position, Story], ...]:
    """The stories of a page in the order asked for, and one more towards older ones, without what is muted."""
    limit = PAGE if page.back else PAGE + 1
    muted = Muted(await opinions.mutes(tx, ask.chat.id))
    # Who asks for something wants to see it, whatever language it is in.
    languages = ask.chat.wanted_languages if topic is None else ""
    kept: list[tuple[Position, Story]] = []
    for pages in _LOOKS:
        found = await _some(tx, ask, page, topic, pages * limit)
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
    tx: Transaction, ask: Ask, page: Page, topic: Topic | None, limit: int
) -> tuple[tuple[Position, Story], ...]:
    if topic is None:
        return await articles.latest(
            tx,
            limit=limit,
            beyond=page.beyond,
            newest_first=not page.back,
            up_to=page.up_to,
            followed_by=ask.chat.id if page.followed else None,
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


async def _hiding(
    tx: Transaction, ask: Ask, page: Page | BestPage, topic: Topic
) -> tuple[Mute, ...]:
    """What is muted and hides the newest that was looked for; nothing if there is none to hide."""
    mutes = await opinions.mutes(tx, ask.chat.id)
    if not mutes:
        return ()
    newest = await search.newest(tx, query_of(topic), ask.now, limit=PAGE, up_to=page.up_to)
    stories = [one.story for one in newest]
    return tuple(
        one for one in mutes if any(Muted((one,)).without(story) != story for story in stories)
    )


async def _laid_out(
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
    if page.number > 1:
        newer = replace(page, number=1, beyond=None, back=False)
        if page.number > 2 and shown:
            newer = replace(page, number=page.number - 1, beyond=shown[0][0], back=True)
    if len(found) > PAGE:
        older = replace(page, number=page.number + 1, beyond=shown[-1][0], back=False)
    return views.latest(
        tuple(story for _, story in shown),
        page.number,
        wanted.text if wanted is not None else None if topic is None else topic.text,
        ask.reader,
        turns=(newer, older) if newer or older else None,
        followed=page.followed,
        follow=_may_follow(topic, listed),
        instead=instead,
        share=await _share(ask, topic),
    )


def _may_follow(topic: Topic | None, listed: Sequence[Subscription]) -> TopicId | None:
    """The topic that a button offers to follow; None if there is none, or the chat follows it already."""
    if topic is None or not query.positive(query_of(topic).tree):
        return None
    mine = {item.target for item in listed if item.kind is Kind.TOPIC}
    return None if topic.id in mine else topic.id


async def _share(ask: Ask, topic: Topic | None) -> str:
    """The address that offers a topic to others; empty for one that is none."""
    if topic is None or not query.positive(query_of(topic).tree):
        return ""
    return await link_to_topic(ask, topic.id, topic.text)


async def _best(ask: Ask, page: BestPage, topic: Topic, wanted: query.Query | None = None) -> View:
    first = (page.number - 1) * PAGE
    async with ask.services.database.read() as tx:
        muted = Muted(await opinions.mutes(tx, ask.chat.id))
        # Whoever looks at a first page rarely wants more: to read what may follow takes long.
        limit = search.BEST if muted or first else PAGE + 1
        ranked = await _ranked(tx, ask, page, topic, limit)
        if muted:
            stories = await search.shown(tx, query_of(topic), ranked, ask.now)
            unmuted = [left for story in stories if (left := muted.without(story))]
            ranked = tuple(story.id for story in unmuted)
            shown = tuple(unmuted[first : first + PAGE])
        else:
            ids = ranked[first : first + PAGE]
            shown = await search.shown(tx, query_of(topic), ids, ask.now)
        listed = await chats.followed(tx, ask.chat.id)
        hiding = () if ranked else await _hiding(tx, ask, page, topic)
    instead = None
    if wanted is not None and hiding:
        return hidden(wanted.text, hiding, ask.reader)
    if wanted is not None and not ranked:
        instead = await _instead(ask, wanted, page.up_to)
    before = replace(page, number=page.number - 1) if page.number > 1 else None
    after = replace(page, number=page.number + 1) if len(ranked) > first + PAGE else None
    return views.latest(
        shown,
        page.number,
        topic.text if wanted is None else wanted.text,
        ask.reader,
        turns=(before, after) if before or after else None,
        followed=False,
        follow=_may_follow(topic, listed),
        instead=instead,
        best=True,
        share=await _share(ask, topic),
    )


async def _ranked(
    tx: Transaction, ask: Ask, page: BestPage, topic: Topic, limit: int
) -> tuple[StoryId, ...]:
    """The order of the best, `limit` at least, which stays as it was on the first page while that is remembered."""
    rankings = ask.services.rankings
    key = (page.topic_id, page.up_to)
    known = rankings.get(key)
    if known is None or len(known) == PAGE + 1 < limit:
        found = await search.best(tx, query_of(topic), ask.now, page.up_to, limit)
        rankings[key] = known = tuple(dict.fromkeys((*(known or ()), *found)))
    return known
