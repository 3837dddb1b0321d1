"""Why a chat is shown a story: which of the things it follows want it, and by which words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from news.archive import sources, subject_of_article
from news.findings import Findings
from news.followed_topics import query_of
from news.gather import taste_of
from news.indexing import body_of
from news.matching import Evidence, Matcher, Source, evidence
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
    known = await sources(tx, {article.feed_id for article in told_of})
    topics = [TopicId(item.target) for item in listed if item.kind is Kind.TOPIC]
    belong = await matches.matched(tx, topics, [article.id for article in told_of])
    followed = await chats.followed_topics(tx, [id for id, theirs in belong.items() if theirs])
    topic_of = {topic.id: topic for topic in followed}
    wanted = []
    for item in listed:
        topic = topic_of.get(TopicId(item.target)) if item.kind is Kind.TOPIC else None
        if topic is not None:
            tree = query_of(topic).tree
            wanted.append((item, tree, Matcher(tree), belong[topic.id]))
    taste, _ = await taste_of(tx, chat_id, told_at or now)
    told = []
    for story in stories:
        feeds = {article.feed_id for article in story.articles}
        reasons = [
            Reason(item, ()) for item in listed if item.kind is Kind.FEED and item.target in feeds
        ]
        for item, tree, matcher, theirs in wanted:
            mine = [article for article in story.articles if article.id in theirs]
            if found := _found_in(mine, tree, matcher, known, now):
                reasons.append(Reason(item, found))
        reports = len(findings.reports(story))
        told.append(Explained(story, tuple(reasons), reports, taste.because(story)))
    return tuple(told)


def _found_in(
    some: Sequence[Article],
    tree: Node,
    matcher: Matcher,
    known: Mapping[FeedId, Source],
    now: datetime,
) -> tuple[Evidence, ...]:
    """What speaks for a topic in the first of these articles that belongs to it: others would say the same again."""
    for article in some:
        subject = subject_of_article(article, known.get(article.feed_id, Source()))
        if matcher.matches(subject, now):
            body = body_of(article.summary, article.text)
            if found := tuple(dict.fromkeys(evidence(tree, subject, article.title, body))):
                return found[:_EVIDENCE]
    return ()
