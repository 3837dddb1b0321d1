"""What there is for a chat: from the archive to a decided digest.

candidates ─▶ the stories worth loading ─▶ decide ─▶ summaries
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from cachetools import LRUCache

from news.digest import Digest, Item, Material, Span, decide, ranked, with_summaries
from news.errors import BadQuery
from news.importance import reports_of
from news.learning import learnt
from news.mutes import Muted
from news.newsstand import MOST, Newsstand
from news.query import And, Query, Since, leaves_out, parse
from news.rarity import Rarity
from news.search import matching
from news.stories import part_of
from news.summary import summarise, what_is_new
from news.taste import Taste, learn
from news.turns import Turn
from news.updates import untold
from news.wanted import in_wanted
from storage import articles, chats, feeds, opinions
from storage.batches import batches
from storage.database import Transaction
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    FeedId,
    Kind,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Told,
)

_LOADED = 2
"""Stories that are looked at closely for each that a digest has room for."""

_ARTICLES = 40_000
_REPORTS = 50_000
_SUMMARIES = 20_000
_VOTES = 200
"""The latest thumbs that tell what a chat likes."""

_REST = 200
"""Stories that a reader can go on to after a digest."""

_SUMMARY, _TEXT = 600, 200
"""Characters of an article that are kept at hand; its summary is made of all of it."""


class Desk:
    """What digests are made of, kept while many are: chats are told the same stories.

    It does not notice what changes, and is to be used for minutes only. At most about 70 MB.
    """

    def __init__(self, rarity: Rarity | None = None, for_many: bool = False) -> None:
        """Without `rarity`, summaries are made without knowing which words are rare.

        `for_many` looks up once which chats voted or muted anything.
        """
        self._rarity = rarity
        self._for_many = for_many
        self._stories: LRUCache[StoryId, tuple[Story, tuple[Article, ...]]] = LRUCache(
            _ARTICLES, lambda known: min(len(known[0].articles), _ARTICLES)
        )
        # Texts are read again sooner than what was found in them is forgotten.
        self._reports: LRUCache[tuple[int, ...], tuple[ArticleId, ...]] = LRUCache(_REPORTS)
        self._summaries: LRUCache[tuple[int, ...], str] = LRUCache(_SUMMARIES)
        self._per_day: dict[FeedId, float] = {}
        self._newest: ArticleId | None = None
        self._opinionated: frozenset[ChatId] | None = None
        self._newsstand = Newsstand()
        self._whole: dict[StoryId, Story] = {}
        """Those read last, with all of their texts."""

    def anew(self) -> "Desk":
        """One that has read nothing yet."""
        return Desk(self._rarity)

    async def prepare(
        self, tx: Transaction, turns: Iterable[tuple[Chat, Sequence[Subscription]]]
    ) -> None:
        """Read at once what the digests of these chats need, each given with all that it follows.

        To be asked before some chats are served in one transaction. Without it, each is served by itself.
        """
        by_chat = [(chat, _by_chat(listed)) for chat, listed in turns]
        if by_chat and await self._newsstand.prepare(tx, by_chat, await self.newest(tx)):
            self._stories.clear()

    async def candidates(
        self, tx: Transaction, chat: Chat, listed: Sequence[Subscription], span: Span
    ) -> Sequence[Candidate]:
        """What is new to a chat by its own schedule."""
        found = self._newsstand.candidates(_by_chat(listed), span.after, span.up_to)
        if found is None:
            return await articles.news_for(tx, chat.id, span.after, span.up_to, MOST)
        return found

    async def told(
        self, tx: Transaction, chat: Chat, candidates: Sequence[Candidate]
    ) -> Mapping[StoryId, Told]:
        """What of these a chat was told before."""
        stories = {one.story_id for one in candidates}
        told = self._newsstand.told(chat.id, stories)
        return await chats.told_of(tx, chat.id, stories) if told is None else told

    async def newest(self, tx: Transaction) -> ArticleId:
        """The newest article when it was first asked for: later ones are of the next digest."""
        if self._newest is None:
            self._newest = await articles.newest(tx)
        return self._newest

    async def opinions(
        self, tx: Transaction, chat_id: ChatId, now: datetime
    ) -> tuple[Muted, Taste]:
        """What a chat muted, and what it likes; most chats have said nothing of either."""
        if self._for_many and self._opinionated is None:
            self._opinionated = await opinions.chats_with_any(tx)
        if self._opinionated is not None and chat_id not in self._opinionated:
            return Muted(), Taste()
        votes = await opinions.votes(tx, chat_id, _VOTES)
        liked = await self.stories(tx, [vote.story_id for vote in votes])
        return Muted(await opinions.mutes(tx, chat_id)), learn(votes, liked, now)

    async def stories(self, tx: Transaction, ids: Sequence[StoryId]) -> dict[StoryId, Story]:
        """These stories, as far as they exist, without most of their texts."""
        unknown = [id for id in ids if id not in self._stories]
        found = {}
        read = await articles.get_stories(tx, unknown) if unknown else ()
        self._whole = {story.id: story for story in read}
        for story in read:
            brief = replace(story, articles=tuple(map(_brief, story.articles)))
            key = _ids(story)
            if key not in self._reports:
                self._reports[key] = tuple(one.id for one in reports_of(story))
            in_brief = {one.id: one for one in brief.articles}
            reports = tuple(in_brief[id] for id in self._reports[key])
            found[story.id] = self._stories[story.id] = (brief, reports)
        found |= {id: self._stories[id] for id in ids if id in self._stories}
        return {id: story for id, (story, _) in found.items()}

    def reports(self, story: Story) -> tuple[Article, ...]:
        """As `news.importance.reports_of`."""
        known = self._stories.get(story.id)
        if known is not None and known[0] is story:
            return known[1]
        return reports_of(story)

    async def per_day(self, tx: Transaction, stories: Iterable[Story]) -> Mapping[FeedId, float]:
        """How many articles a day the feeds of these stories bring, as far as that is known."""
        ids = {one.feed_id for story in stories for one in story.articles} - self._per_day.keys()
        if ids:
            self._per_day |= dict.fromkeys(ids, 1.0) | await feeds.per_day(tx, ids)
        return self._per_day

    async def summaries(
        self, tx: Transaction, items: Sequence[Item], limit: int
    ) -> dict[StoryId, str]:
        """What stories are told with; of an update, what its other articles did not say."""
        keys = {one.story.id: _key(one, limit) for one in items}
        unknown = [id for id, key in keys.items() if key not in self._summaries]
        whole = {id: self._whole[id] for id in unknown if id in self._whole}
        if others := [id for id in unknown if id not in whole]:
            whole |= {one.id: one for one in await articles.get_stories(tx, others)}
        found = {}
        for item in items:
            id = item.story.id
            if keys[id] not in self._summaries:
                self._summaries[keys[id]] = _summary(item, whole.get(id), limit, self._rarity)
            found[id] = self._summaries[keys[id]]
        return found


def _by_chat(listed: Iterable[Subscription]) -> list[Subscription]:
    """Those without schedules of their own."""
    return [one for one in listed if not one.schedule]


def _brief(article: Article) -> Article:
    if len(article.summary) <= _SUMMARY and len(article.text) <= _TEXT:
        return article
    return replace(article, summary=article.summary[:_SUMMARY], text=article.text[:_TEXT])


def _ids(story: Story) -> tuple[int, ...]:
    return tuple(article.id for article in story.articles)


def _key(item: Item, limit: int) -> tuple[int, ...]:
    """What a summary depends on: chats may be shown other articles of a story."""
    return (limit, item.update, *_ids(item.story))


def _summary(item: Item, story: Story | None, limit: int, rarity: Rarity | None) -> str:
    """Of the articles of an item, from the whole story; empty if it is gone."""
    told = set(_ids(item.story))
    new = None if story is None else part_of(story, told)
    if story is None or new is None:
        return ""
    if item.update:
        old = [one for one in story.articles if one.id not in told]
        return what_is_new(old, new.articles, limit, rarity)
    return summarise(new, limit, rarity)


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
        own = await articles.own_news_for(tx, chat.id, ids, span.up_to, MOST)
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
        if story.id in told and (part := part_of(story, set(_ids(told[story.id])))) is not None
    )


async def gather_rest(tx: Transaction, chat: Chat, span: Span, now: datetime, desk: Desk) -> Digest:
    """What a digest of that span left out, as far as the chat was not told it since."""
    candidates = await articles.news_for(tx, chat.id, span.after, span.up_to, MOST)
    told = await chats.told_of(tx, chat.id, {one.story_id for one in candidates})
    known = set(told)
    if chat.digested_to <= span.after:
        # It was only shown, and nothing of it is told for good.
        on = _Assignment(chat, chat.last_digest_at, now, chat.most_stories, span)
        shown = await _gathered(tx, on, candidates, told, desk, {})
        known.update(item.story.id for item in shown.items)
    rest = [one for one in candidates if one.story_id not in known]
    since = min((one.published_at for one in rest), default=now)
    return await _gathered(tx, _Assignment(chat, since, now, _REST, span), rest, {}, desk, {})


async def gather_since(
    tx: Transaction, chat: Chat, now: datetime, since: datetime, desk: Desk
) -> Digest:
    """The digest of everything a chat follows that was published from then on, told or not."""
    candidates = await articles.published_for(tx, chat.id, since, MOST)
    on = _Assignment(chat, since, now, chat.most_stories)
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
    digest = decide(material, on.since, on.until, on.limit, on.span)
    ours = [item for item in digest.items if item.update or item.story.id not in written]
    if not on.chat.summary_length:
        return with_summaries(digest, {})
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
        whole = await desk.stories(tx, [id for id in some if id not in told])
        # What the chat was told is held against all that its old articles said.
        known = [id for id in some if id in told]
        whole |= {one.id: one for one in await articles.get_stories(tx, known)} if known else {}
        for id in some:
            left = untold(whole[id], told.get(id), followed) if id in whole else None
            spoken = None if left is None else in_wanted(left, languages)
            shown = None if spoken is None else muted.without(spoken)
            if shown is not None:
                found[id] = shown
        if len(found) >= _LOADED * limit:
            break
    return found, sum(id not in told for id in ids[looked_at:])


@lru_cache(maxsize=5_000)
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
    latest = await opinions.votes(tx, chat_id, _VOTES)
    votes = tuple(vote for vote in latest if vote.at <= now)
    stories = await articles.get_stories(tx, [vote.story_id for vote in votes])
    return learn(votes, {story.id: story for story in stories}, now), len(votes)
