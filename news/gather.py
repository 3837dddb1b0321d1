"""What there is for a chat: from the archive to a decided digest.

candidates ─▶ the stories worth loading ─▶ decide ─▶ summaries
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from news.desk import VOTES, Desk
from news.digest import Digest, Material, Span, decide, ranked, with_summaries
from news.errors import BadQuery
from news.learning import learnt
from news.mutes import Muted
from news.newsstand import MOST
from news.query import And, Query, Since, leaves_out, parse
from news.search import matching
from news.stories import part_of
from news.taste import Taste, learn
from news.turns import Turn
from news.updates import untold
from news.wanted import in_wanted
from storage import articles, chats, feeds, opinions, telling
from storage.batches import batches
from storage.candidates import news_for, own_news_for, published_for
from storage.database import Transaction
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    FeedId,
    Kind,
    Shown,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Told,
)

_LOADED = 2
"""Stories that are looked at closely for each that a digest has room for."""

_REST = 200
"""Stories that a reader can go on to after a digest."""


async def gather(
    tx: Transaction,
    chat: Chat,
    now: datetime,
    desk: Desk,
    written: Mapping[StoryId, str] | None = None,
    turn: Turn | None = None,
) -> Digest:
    """The digest of what is new to a chat. Summaries in `written` are taken in place of our own.

    Without `turn`, it is the turn of all that goes by the chat's schedule.
    """
    turn = turn or Turn(True, listed=tuple(await chats.followed(tx, chat.id)))
    # Who is due by itself is due again only when something new comes: nothing that is there may be passed over.
    newest = await articles.newest(tx) if turn.own else await desk.newest(tx)
    span = Span(chat.digested_to, max(chat.digested_to, newest))
    candidates: Sequence[Candidate] = ()
    since = chat.last_digest_at
    if turn.by_chat:
        candidates = await desk.candidates(tx, chat, turn.listed, span)
    if turn.own:
        ids = [one.id for one in turn.own]
        own = await own_news_for(tx, chat.id, ids, span.up_to, MOST)
        if not turn.by_chat:
            since = min((one.published_at for one in own), default=now)
        # What has just gone back to the chat's schedule comes by both.
        candidates = tuple(dict.fromkeys((*candidates, *own)))
    told = await desk.told(tx, chat, candidates)
    on = _Assignment(chat, since, now, chat.most_stories, span)
    digest = await _gathered(tx, on, candidates, told, desk, written or {}, turn.listed)
    return replace(digest, by_itself=not turn.by_chat)


async def in_full(tx: Transaction, digest: Digest) -> tuple[Story, ...]:
    """The stories of a digest with all of their texts, as somebody needs them who writes a summary; no updates."""
    told = {item.story.id: item.story for item in digest.items if not item.update}
    whole = await articles.get_stories(tx, tuple(told))
    return tuple(
        part
        for story in whole
        if story.id in told
        and (part := part_of(story, {one.id for one in told[story.id].articles})) is not None
    )


async def gather_rest(tx: Transaction, chat: Chat, span: Span, now: datetime, desk: Desk) -> Digest:
    """What a digest of that span left out, as far as the chat was not told it since."""
    candidates = await news_for(tx, chat.id, span.after, span.up_to, MOST)
    told = await telling.told_of(tx, chat.id, {one.story_id for one in candidates})
    known = set(told)
    if chat.digested_to <= span.after:
        # It was only shown, and nothing of it is told for good.
        on = _Assignment(chat, chat.last_digest_at, now, chat.most_stories, span)
        shown = await _gathered(tx, on, candidates, told, desk, {})
        known.update(item.story.id for item in shown.items)
    rest = [one for one in candidates if one.story_id not in known]
    since = min((one.published_at for one in rest), default=now)
    return await _gathered(tx, _Assignment(chat, since, now, _REST, span), rest, {}, desk, {})


async def gather_rest_of_shown(tx: Transaction, chat: Chat, shown: Shown, desk: Desk) -> Digest:
    """What a digest left out that a chat was shown when it asked, as far as the chat was not told it since."""
    known = set(shown.stories)
    if shown.after is None:
        dates = (shown.since, MOST, shown.until, shown.up_to)
        candidates = await published_for(tx, chat.id, *dates)
    else:
        candidates = await news_for(tx, chat.id, shown.after, shown.up_to, MOST)
        known |= set(await telling.told_of(tx, chat.id, {one.story_id for one in candidates}))
    rest = [one for one in candidates if one.story_id not in known]
    on = _Assignment(chat, shown.since, shown.until, _REST)
    return await _gathered(tx, on, rest, {}, desk, {})


async def gather_since(
    tx: Transaction,
    chat: Chat,
    now: datetime,
    since: datetime,
    desk: Desk,
    until: datetime | None = None,
) -> Digest:
    """The digest of everything a chat follows that was published from then on and before `until`, told or not."""
    candidates = await published_for(tx, chat.id, since, MOST, until)
    on = _Assignment(chat, since, until or now, chat.most_stories)
    return await _gathered(tx, on, candidates, {}, desk, {})


async def preview(
    tx: Transaction,
    wanted: Sequence[Query],
    feed_ids: Sequence[FeedId],
    chat: Chat,
    now: datetime,
    since: datetime,
) -> Digest:
    """The digest of what was published since then that a chat following just these would get.

    Neither the chat nor its subscriptions need to be kept; topics are searched for, not looked up.
    """
    listed: list[Subscription] = []
    candidates: list[Candidate] = []
    for query in wanted:
        item = _as_if(len(listed), chat, Kind.TOPIC, 0, query.text, now)
        recent = replace(query, tree=And((query.tree, Since(None, now - since))))
        scores = await matching(tx, recent, now, MOST)
        found = await articles.get_articles(tx, tuple(scores))
        candidates += (_candidate(item, article, scores[article.id]) for article in found)
        listed.append(item)
    for id, _, _, title in await feeds.names(tx, feed_ids):
        item = _as_if(len(listed), chat, Kind.FEED, id, title, now)
        found = await articles.of_feed(tx, id, since, MOST)
        candidates += (_candidate(item, article, 1.0) for article in found)
        listed.append(item)
    on = _Assignment(chat, since, now, chat.most_stories)
    return await _gathered(tx, on, candidates, {}, Desk(await learnt(tx)), {}, listed)


def _as_if(
    number: int, chat: Chat, kind: Kind, target: int, name: str, now: datetime
) -> Subscription:
    return Subscription(
        id=SubscriptionId(number),
        chat_id=chat.id,
        kind=kind,
        target=target,
        name=name,
        after_article=ArticleId(0),
        followed_at=now,
        last_story_at=None,
        failure=None,
        failure_detail="",
    )


def _candidate(item: Subscription, article: Article, score: float) -> Candidate:
    return Candidate(
        item.id, article.id, article.story_id, article.feed_id, article.published_at, score
    )


@dataclass(frozen=True, slots=True)
class _Assignment:
    """Which digest is asked for."""

    chat: Chat
    since: datetime
    until: datetime
    limit: int
    span: Span | None = None


async def _gathered(
    tx: Transaction,
    on: _Assignment,
    candidates: Sequence[Candidate],
    told: Mapping[StoryId, Told],
    desk: Desk,
    written: Mapping[StoryId, str],
    listed: Sequence[Subscription] | None = None,
) -> Digest:
    """Without `listed`, the subscriptions are those of the chat."""
    new = [one for one in candidates if _is_new(one, told)] if told else candidates
    if not new:
        return Digest(on.since, on.until, (), 0, on.span)
    if listed is None:
        listed = await chats.followed(tx, on.chat.id)
    muted, taste = await desk.opinions(tx, on.chat.id, on.until)
    if muted.feeds:
        new = [one for one in new if one.feed_id not in muted.feeds]
    followed = {FeedId(item.target) for item in listed if item.kind is Kind.FEED}
    stories, rest = await _worth_telling(
        tx,
        ranked(new, on.until - on.since, on.until),
        *(on.limit, told, muted, followed, on.chat.wanted_languages, desk),
    )
    material = Material(
        listed,
        [one for one in new if one.story_id in stories],
        stories,
        told.keys(),
        taste,
        await desk.per_day(tx, stories.values()),
        desk.reports,
        frozenset(one.id for one in listed if one.kind is Kind.TOPIC and _leaves_out(one.name)),
        unseen=rest,
    )
    digest = await _summed_up(tx, on, material, desk, written)
    # A summary may quote what neither headlines nor summaries of feeds say.
    while hidden := {
        item.story.id
        for item in digest.items
        if any(muted.names(item.summary, one) for one in (item.lead.language, on.chat.language))
    }:
        left = [one for one in material.candidates if one.story_id not in hidden]
        material = replace(material, candidates=left)
        digest = await _summed_up(tx, on, material, desk, written)
    return digest


async def _summed_up(
    tx: Transaction,
    on: _Assignment,
    material: Material,
    desk: Desk,
    written: Mapping[StoryId, str],
) -> Digest:
    digest = decide(material, on.since, on.until, on.limit, on.span)
    if not on.chat.summary_length:
        return with_summaries(digest, {})
    ours = [item for item in digest.items if item.update or item.story.id not in written]
    summaries = await desk.summaries(tx, ours, on.chat.summary_length)
    return with_summaries(digest, {**written, **summaries})


def _is_new(one: Candidate, told: Mapping[StoryId, Told]) -> bool:
    known = told.get(one.story_id)
    return known is None or one.article_id > known.up_to


async def _worth_telling(
    tx: Transaction,
    ids: Sequence[StoryId],
    limit: int,
    told: Mapping[StoryId, Told],
    muted: Muted,
    followed: Collection[FeedId],
    languages: str,
    desk: Desk,
) -> tuple[dict[StoryId, Story], int]:
    """What is to be told of the first of these stories, enough to choose from; and how many were not looked at.

    Of the latter, those that were told before are left out: they may well have nothing new.
    """
    found: dict[StoryId, Story] = {}
    looked_at = 0
    for some in batches(ids, _LOADED * limit):
        looked_at += len(some)
        # Muted words may stand anywhere in them.
        whole = await desk.stories(tx, [id for id in some if id not in told], in_full=bool(muted))
        # What the chat was told is held against all that its old articles said.
        known = [id for id in some if id in told]
        whole |= {one.id: one for one in await articles.get_stories(tx, known)} if known else {}
        for id in some:
            spoken = in_wanted(whole[id], languages) if id in whole else None
            shown = None if spoken is None else muted.without(spoken)
            left = None if shown is None else untold(shown, told.get(id), followed, whole[id])
            if left is not None:
                found[id] = left
        if len(found) >= _LOADED * limit:
            break
    return found, sum(id not in told for id in ids[looked_at:])


def _leaves_out(typed: str) -> bool:
    if typed.isascii() and not any(sign in typed.casefold() for sign in ("-", ":", "not")):
        # Plain words, as most topics are: reading a query takes long.
        return False
    try:
        return leaves_out(parse(typed).tree)
    except BadQuery:
        # An earlier version kept it; then it is taken for words.
        return False


async def taste_of(tx: Transaction, chat_id: ChatId, now: datetime) -> tuple[Taste, int]:
    """What a chat's latest thumbs until then said of outlets and names, and how many thumbs those are."""
    latest = await opinions.votes(tx, chat_id, VOTES)
    votes = tuple(vote for vote in latest if vote.at <= now)
    stories = await articles.get_stories(tx, [vote.story_id for vote in votes])
    return learn(votes, {story.id: story for story in stories}, now), len(votes)
