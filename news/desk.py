"""What digests are made of, read once for many of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache

from news.digest import Item, Span
from news.findings import Findings
from news.learning import learnt
from news.mutes import Muted
from news.newsstand import MOST, Newsstand
from news.rarity import Rarity
from news.taste import Taste, learn
from storage import articles, feeds, opinions, telling
from storage.candidates import news_for
from storage.database import Transaction
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    Chat,
    ChatId,
    FeedId,
    Story,
    StoryId,
    Subscription,
    Told,
)

_ARTICLES = 40_000
_SUMMARIES = 20_000
VOTES = 200
"""The latest thumbs that tell what a chat likes."""

_SUMMARY, _TEXT = 600, 200
"""Characters of an article that are kept at hand; its summary is made of all of it."""


class Desk:
    """What digests are made of, kept while many are: chats are told the same stories.

    It does not notice what changes, and is to be used for minutes only. At most about 70 MB.
    """

    def __init__(
        self,
        rarity: Rarity | None = None,
        for_many: bool = False,
        findings: Findings | None = None,
    ) -> None:
        """Without `rarity`, summaries are made without knowing which words are rare.

        `for_many` looks up once which chats voted or muted anything, and keeps little of the texts. `findings` are
        those of earlier desks.
        """
        self._rarity = rarity
        self._for_many = for_many
        self._findings = findings or Findings()
        self._stories: LRUCache[StoryId, tuple[Story, tuple[Article, ...]]] = LRUCache(
            _ARTICLES, lambda known: min(len(known[0].articles), _ARTICLES)
        )
        self._summaries: LRUCache[tuple[int, ...], str] = LRUCache(_SUMMARIES)
        self._per_day: dict[FeedId, float] = {}
        self._newest: ArticleId | None = None
        self._opinionated: frozenset[ChatId] | None = None
        self._newsstand = Newsstand()
        self._whole: dict[StoryId, Story] = {}
        """Those read last, with all of their texts; for one digest, `_stories` has them all."""

    def anew(self) -> "Desk":
        """One that has read nothing yet."""
        return Desk(self._rarity, findings=self._findings)

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
            return await news_for(tx, chat.id, span.after, span.up_to, MOST)
        return found

    async def told(
        self, tx: Transaction, chat: Chat, candidates: Sequence[Candidate]
    ) -> Mapping[StoryId, Told]:
        """What of these a chat was told before."""
        stories = {one.story_id for one in candidates}
        told = self._newsstand.told(chat.id, stories)
        return await telling.told_of(tx, chat.id, stories) if told is None else told

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
        votes = await opinions.votes(tx, chat_id, VOTES)
        liked = await self.stories(tx, [vote.story_id for vote in votes])
        return Muted(await opinions.mutes(tx, chat_id)), learn(votes, liked, now)

    async def stories(
        self, tx: Transaction, ids: Sequence[StoryId], in_full: bool = False
    ) -> dict[StoryId, Story]:
        """These stories, as far as they exist; if they are read for many, without most of their texts unless `in_full`."""
        if in_full and self._for_many:
            return {story.id: story for story in await articles.get_stories(tx, ids)}
        unknown = [id for id in ids if id not in self._stories]
        found = {}
        read = await articles.get_stories(tx, unknown) if unknown else ()
        if self._for_many:
            self._whole = {story.id: story for story in read}
        for story in read:
            brief = story
            if self._for_many:
                brief = replace(story, articles=tuple(map(_brief, story.articles)))
            in_brief = {one.id: one for one in brief.articles}
            reports = tuple(in_brief[one.id] for one in self._findings.reports(story))
            found[story.id] = self._stories[story.id] = (brief, reports)
        found |= {id: self._stories[id] for id in ids if id in self._stories}
        return {id: story for id, (story, _) in found.items()}

    def _at_hand(self, id: StoryId) -> Story | None:
        """A story with all of its texts, if it need not be read again."""
        if self._for_many:
            return self._whole.get(id)
        known = self._stories.get(id)
        return None if known is None else known[0]

    def reports(self, story: Story) -> tuple[Article, ...]:
        """As `news.importance.reports_of`."""
        known = self._stories.get(story.id)
        if known is not None and known[0] is story:
            return known[1]
        return self._findings.reports(story)

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
        whole = {id: story for id in unknown if (story := self._at_hand(id)) is not None}
        if others := [id for id in unknown if id not in whole]:
            whole |= {one.id: one for one in await articles.get_stories(tx, others)}
        found = {}
        for item in items:
            id = item.story.id
            if keys[id] not in self._summaries:
                story = whole.get(id)
                self._summaries[keys[id]] = (
                    ""
                    if story is None
                    else self._findings.summary(
                        story, _ids(item.story), item.update, limit, self._rarity
                    )
                )
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


async def desk_for(tx: Transaction, findings: Findings) -> Desk:
    """One for what somebody asks for now, that knows what was learnt of words and found before."""
    return Desk(await learnt(tx), findings=findings)
