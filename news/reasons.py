"""Why a chat is shown a story: which of the things it follows want it, and by which words."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from news.archive import readings, sources
from news.findings import Findings
from news.followed_topics import query_of
from news.gather import taste_of
from news.matching import Evidence, Matcher, Source, evidence, positive
from news.outcomes import Explained, Reason
from news.query import Node
from storage import articles, chats, matches
from storage.database import Transaction
from storage.records import Article, ChatId, FeedId, Kind, StoryId, TopicId

_EVIDENCE = 3
"""Pieces of evidence for one story and topic that tell enough."""


async def why(
    tx: Transaction,
    chat_id: ChatId,
    story_ids: Sequence[StoryId],
    now: datetime,
    findings: Findings,
    told_at: datetime | None = None,
) -> tuple[Explained, ...]:
    """These stories with the reasons that a chat has to be shown them, as far as they still hold.

    Thumbs count that were given before `told_at`, when the chat was told.
    """
    listed = await chats.followed(tx, chat_id)
    stories = await articles.get_stories(tx, story_ids)
    told_of = [article for story in stories for article in story.articles]
    topics = [TopicId(item.target) for item in listed if item.kind is Kind.TOPIC]
    belong = await matches.matched(tx, topics, [article.id for article in told_of])
    followed = await chats.followed_topics(tx, [id for id, theirs in belong.items() if theirs])
    topic_of = {topic.id: topic for topic in followed}
    wanted = []
    for item in listed:
        topic = topic_of.get(TopicId(item.target)) if item.kind is Kind.TOPIC else None
        if topic is not None:
            wanted.append((item, _Topic(query_of(topic).tree), belong[topic.id]))
    needs_sources = any(asked_for.matcher.asks_sources for _, asked_for, _ in wanted)
    known = await sources(tx, {article.feed_id for article in told_of}) if needs_sources else {}
    taste, _ = await taste_of(tx, chat_id, told_at or now)
    told = []
    for story in stories:
        feeds = {article.feed_id for article in story.articles}
        reasons = [
            Reason(item, ()) for item in listed if item.kind is Kind.FEED and item.target in feeds
        ]
        for item, asked_for, theirs in wanted:
            mine = [article for article in story.articles if article.id in theirs]
            if found := _found_in(mine, asked_for, known, now):
                reasons.append(Reason(item, found))
        reports = len(findings.reports(story))
        told.append(Explained(story, tuple(reasons), reports, taste.because(story)))
    return tuple(told)


class _Topic:
    """What a topic asks for."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.matcher = Matcher(tree)
        self._things = sum(True for _ in positive(tree))

    def is_all_in(self, found: Collection[Evidence]) -> bool:
        """Whether this is all that is shown: to read on would add nothing."""
        return len(found) >= min(self._things, _EVIDENCE)


def _found_in(
    some: Sequence[Article], topic: _Topic, known: Mapping[FeedId, Source], now: datetime
) -> tuple[Evidence, ...]:
    """What speaks for a topic in the first of these articles that belongs to it: others would say the same again."""
    for article in some:
        found: tuple[Evidence, ...] = ()
        source = known.get(article.feed_id, Source())
        for subject, body in readings(article, source, topic.matcher):
            if topic.matcher.matches(subject, now):
                found = tuple(dict.fromkeys(evidence(topic.tree, subject, article.title, body)))
                if topic.is_all_in(found):
                    break
        if found:
            return found[:_EVIDENCE]
    return ()
