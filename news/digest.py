"""What is new to a chat → a decided, ordered digest.

    candidates ─▶ ranked: the stories worth loading first
    their articles ─▶ grounds: why each is worth a place ─▶ chosen one by one ─▶ sections

Every term of a story's importance is a share that can be shown to the reader. Stories are chosen by it,
less what they have in common with those chosen before (maximal marginal relevance, Carbonell and
Goldstein 1998), so that neither one event in three versions nor one outlet fills a digest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from news.importance import (
    as_vectors,
    freshness,
    half_life_of,
    length_of,
    likeness,
    outlet_weight,
    overlap,
    reports_of,
    share,
    vocabulary,
)
from news.stories import lead, part_of
from news.taste import Taste
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    FeedId,
    Kind,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
)

MAX_STORIES = 20
"""Of a chat that chose no other number."""

_UNLIKE = 0.75
"""Weight of importance beside that of being unlike what was chosen before."""

_OF_ONE_OUTLET = 2
"""Stories led by one outlet, while others have one that is worth it."""

_OF_ONE_SUBSCRIPTION = 0.4
"""Share of the places for one subscription, likewise."""

_WORTH_IT = 0.35


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a story has its place. Each share is between 0 and 1, taste between -1 and 1."""

    reports: int
    """Outlets that have a report of their own; reprints count once."""
    outlets: float
    """How many those are, beside the most of any story at hand."""
    aboutness: float
    """How much it is about what is followed; 1 for a feed."""
    freshness: float
    centrality: float
    """How much it has in common with the rest of what its subscription brought."""
    taste: float
    """What the chat's thumbs say of its outlets and names."""

    @property
    def importance(self) -> float:
        """All of it in one number, the larger the more important."""
        return _importance(
            self.outlets, self.aboutness, self.freshness, self.centrality, self.taste
        )


def _importance(
    outlets: float,
    aboutness: float,
    freshness: float,
    centrality: float = 0.0,
    taste: float = 0.0,
) -> float:
    reported = 0.35 * outlets + 0.30 * aboutness
    return reported + 0.15 * freshness + 0.10 * centrality + 0.10 * taste


@dataclass(frozen=True, slots=True)
class Item:
    """One story of a digest."""

    story: Story
    """With all its articles, newest first; an update with those only that the chat was not told."""
    lead: Article
    """The one of them that speaks for it: what a chat follows by its feed is led by that feed's own article."""
    grounds: Grounds
    summary: str = ""
    """Whole sentences as plain text; empty if nobody wrote any. For an update, only what is new."""
    update: bool = False
    """True if the chat was told the story before, and it moved on."""

    @property
    def newest(self) -> ArticleId:
        """The article of it that arrived last, of those that are shown."""
        return max(article.id for article in self.story.articles)


@dataclass(frozen=True, slots=True)
class Section:
    """The stories that one subscription brought."""

    subscription: Subscription
    items: tuple[Item, ...]
    """The most important first; at least one."""


@dataclass(frozen=True, slots=True)
class Span:
    """The articles that arrived between two digests."""

    after: ArticleId
    """Theirs are larger ids …"""
    up_to: ArticleId
    """… up to this one."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a chat is going to read. Every layout shows the same one."""

    since: datetime
    until: datetime
    sections: tuple[Section, ...]
    left_out: int
    """Stories that were new as well, beyond the number that a digest holds."""
    span: Span | None = None
    """Where its news lies; None if it was chosen by date."""
    by_itself: bool = False
    """True if only subscriptions with schedules of their own are in it, alerts among them."""

    @property
    def items(self) -> tuple[Item, ...]:
        """All stories, in the order in which they are told; each once."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def told(self) -> tuple[tuple[StoryId, ArticleId], ...]:
        """Its stories, each with the newest article that it may have had, shown to the chat or hidden from it."""
        up_to = ArticleId(0) if self.span is None else self.span.up_to
        return tuple((item.story.id, max(item.newest, up_to)) for item in self.items)


@dataclass(frozen=True, slots=True)
class Material:
    """What a digest is decided from."""

    subscriptions: Sequence[Subscription]
    candidates: Sequence[Candidate]
    """Of stories that are worth telling, or were not looked at."""
    stories: Mapping[StoryId, Story]
    """What is to be told of those that were; the others are only counted."""
    updates: Collection[StoryId] = ()
    """Those of them that the chat was told before."""
    taste: Taste = field(default_factory=Taste)
    per_day: Mapping[FeedId, float] = field(default_factory=dict)
    """Articles that a feed brings a day; 1 if it is unknown."""
    reports: Callable[[Story], tuple[Article, ...]] = reports_of
    """`reports_of`, or what remembers its answers."""
    narrow: Collection[SubscriptionId] = ()
    """Topics that leave something out on purpose: of a story, they show only the articles that they want."""
    unseen: int = 0
    """Stories beside those of the candidates that are only counted, too."""


def ranked(
    candidates: Iterable[Candidate], period: timedelta, until: datetime
) -> tuple[StoryId, ...]:
    """All stories of the candidates, the most promising first, by what needs no text."""
    best: dict[StoryId, Candidate] = {}
    others: dict[StoryId, list[Candidate]] = {}
    for one in candidates:
        id = one.story_id
        if id not in best:
            best[id] = one
        else:
            # Most stories have one candidate only.
            others.setdefault(id, []).append(one)
    outlets = {
        id: len({best[id].feed_id, *(one.feed_id for one in more)}) for id, more in others.items()
    }
    most = max(outlets.values(), default=1)
    shares = [share(count, most) for count in range(most + 1)]
    half_life = half_life_of(period)
    promises: list[tuple[float, StoryId]] = []
    for id, one in best.items():
        score, newest = one.score, one.published_at
        for other in others.get(id, ()):
            score, newest = max(score, other.score), max(newest, other.published_at)
        fresh = freshness(newest, until, half_life)
        promises.append((_importance(shares[outlets.get(id, 1)], max(score, 0.0), fresh), id))
    promises.sort(reverse=True)
    return tuple([id for _, id in promises])


def decide(
    material: Material,
    since: datetime,
    until: datetime,
    limit: int = MAX_STORIES,
    span: Span | None = None,
) -> Digest:
    """Choose, order and arrange what is new.

    A story wanted by several subscriptions stands under the topic that it is most about, else under the
    feed that was followed first.
    """
    wanted: dict[StoryId, list[Candidate]] = defaultdict(list)
    known = {item.id: item for item in material.subscriptions}
    for one in material.candidates:
        if one.subscription_id in known:
            wanted[one.story_id].append(one)
    beyond = material.unseen + sum(id not in material.stories for id in wanted)
    news: list[_News] = []
    for id, candidates in wanted.items():
        story = material.stories.get(id)
        found = None if story is None else _news(story, candidates, known, material)
        if found is not None:
            news.append(found)
    weighed = _weighed(news, until, until - since, material.taste)
    chosen = _chosen(weighed, limit)
    ids = {one.item.story.id for one in chosen}
    left = [one for one in weighed if one.item.story.id not in ids]
    return Digest(
        since=since,
        until=until,
        sections=_sections(chosen, material.subscriptions),
        left_out=beyond + sum(not one.item.update for one in left),
        span=span,
    )


@dataclass(frozen=True, slots=True)
class _News:
    """A story that is new to the chat, and where it would stand."""

    story: Story
    lead: Article
    subscription: Subscription
    aboutness: float
    weight: float
    """Of the outlets that report it."""
    reports: tuple[Article, ...]
    update: bool


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Likewise, with its grounds."""

    item: Item
    importance: float
    subscription: Subscription
    words: frozenset[str]
    """Of its headline."""
    outlet: FeedId
    """Of the article that leads it."""


def _news(
    story: Story,
    candidates: Sequence[Candidate],
    known: Mapping[SubscriptionId, Subscription],
    material: Material,
) -> _News | None:
    """A story at the place where it would stand; None if a topic that leaves something out leaves nothing of it."""
    home = max(candidates, key=lambda one: _strength(one, known[one.subscription_id]))
    if home.subscription_id in material.narrow:
        asked = {
            one.article_id for one in candidates if one.subscription_id == home.subscription_id
        }
        part = part_of(story, asked)
        if part is None:
            return None
        story = part
    reports = material.reports(story)
    item = known[home.subscription_id]
    own = tuple(one for one in story.articles if one.feed_id == item.target)
    return _News(
        story,
        lead(replace(story, articles=own)) if _follows_feed(item) and own else reports[0],
        item,
        max(one.score for one in candidates if one.subscription_id == home.subscription_id),
        sum(outlet_weight(material.per_day.get(one.feed_id, 1.0)) for one in reports),
        reports,
        update=story.id in material.updates,
    )


def _strength(candidate: Candidate, item: Subscription) -> tuple[bool, float, int]:
    return item.kind is Kind.TOPIC, candidate.score, -item.id


def _follows_feed(item: Subscription) -> bool:
    return item.kind is Kind.FEED


def _weighed(
    news: Sequence[_News], until: datetime, period: timedelta, taste: Taste
) -> list[_Weighed]:
    """Every story with its grounds, the most important first."""
    most = max((one.weight for one in news), default=0.0)
    half_life = half_life_of(period)
    words = [vocabulary(one.lead.title) for one in news]
    vectors = as_vectors(words)
    middles: dict[SubscriptionId, dict[str, float]] = defaultdict(dict)
    for one, vector in zip(news, vectors, strict=True):
        middle = middles[one.subscription.id]
        for word, weight in vector.items():
            middle[word] = middle.get(word, 0.0) + weight
    lengths = {id: length_of(middle) for id, middle in middles.items()}
    found = []
    for one, vector, some in zip(news, vectors, words, strict=True):
        id = one.subscription.id
        newest = max(article.published_at for article in one.reports)
        grounds = Grounds(
            reports=len(one.reports),
            outlets=share(one.weight, most),
            aboutness=min(max(one.aboutness, 0.0), 1.0),
            freshness=freshness(newest, until, half_life),
            centrality=likeness(vector, middles[id], lengths[id]),
            taste=taste.of(one.story),
        )
        item = Item(one.story, one.lead, grounds, update=one.update)
        found.append(_Weighed(item, grounds.importance, one.subscription, some, one.lead.feed_id))
    return sorted(found, key=_place, reverse=True)


def _place(one: _Weighed) -> tuple[float, datetime, StoryId]:
    # The articles of a story are in order, newest first.
    newest = one.item.story.articles[0].published_at
    return one.importance, newest, one.item.story.id


def _chosen(weighed: Sequence[_Weighed], limit: int) -> list[_Weighed]:
    """As many as there is room for, each the best beside those before it."""
    if len(weighed) <= limit:
        return list(weighed)
    # In their order, so that of equals the first is found.
    left = dict(enumerate(weighed))
    free = [place for place, one in left.items() if one.importance >= _WORTH_IT]
    likest = dict.fromkeys(left, 0.0)
    chosen: list[_Weighed] = []
    outlets: Counter[FeedId] = Counter()
    subscriptions: Counter[SubscriptionId] = Counter()

    def marginal(place: int) -> float:
        return _UNLIKE * left[place].importance - (1 - _UNLIKE) * likest[place]

    while left and len(chosen) < limit:
        best = max(free or left, key=marginal)
        picked = left.pop(best)
        chosen.append(picked)
        outlets[picked.outlet] += 1
        subscriptions[picked.subscription.id] += 1
        full = {id for id, count in subscriptions.items() if count >= _OF_ONE_SUBSCRIPTION * limit}
        # What is not free once never is again.
        free = [
            place
            for place in free
            if place != best
            and outlets[left[place].outlet] < _OF_ONE_OUTLET
            and left[place].subscription.id not in full
        ]
        for place, one in left.items():
            if (common := overlap(one.words, picked.words)) > likest[place]:
                likest[place] = common
    return sorted(chosen, key=_place, reverse=True)


def _sections(
    chosen: Sequence[_Weighed], subscriptions: Sequence[Subscription]
) -> tuple[Section, ...]:
    """What each subscription brought, topics before feeds; the section with the most important story first."""
    arranged: dict[SubscriptionId, list[_Weighed]] = defaultdict(list)
    for one in chosen:
        arranged[one.subscription.id].append(one)
    followed = {item.id: item for item in subscriptions}
    sections = [
        Section(followed[id], tuple(one.item for one in _varied(some)))
        for id, some in arranged.items()
    ]
    return tuple(sorted(sections, key=lambda section: _follows_feed(section.subscription)))


def _varied(ordered: Sequence[_Weighed]) -> list[_Weighed]:
    """The same stories, with no three in a row that one outlet leads, as far as there are others."""
    left = list(ordered)
    varied: list[_Weighed] = []
    while left:
        tired = {one.outlet for one in varied[-2:]} if len(varied) > 1 else set()
        next_one = next(
            (one for one in left if len(tired) != 1 or one.outlet not in tired), left[0]
        )
        left.remove(next_one)
        varied.append(next_one)
    return varied


def with_summaries(digest: Digest, summaries: Mapping[StoryId, str]) -> Digest:
    """The same digest with a summary for each story; empty for those that have none."""
    return replace(
        digest,
        sections=tuple(
            replace(
                section,
                items=tuple(
                    replace(item, summary=summaries.get(item.story.id, ""))
                    for item in section.items
                ),
            )
            for section in digest.sections
        ),
    )
