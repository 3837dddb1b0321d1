"""Why a chat is shown a story: which of the things it follows want it, and by which words."""

from collections.abc import Sequence
from datetime import datetime

from news.archive import sources, subject_of_article
from news.followed_topics import query_of
from news.gather import taste_of
from news.importance import reports_of
from news.indexing import body_of
from news.matching import Evidence, Matcher, Source, evidence
from news.outcomes import Explained, Reason
from storage import articles, chats
from storage.database import Transaction
from storage.records import ChatId, Kind, StoryId, TopicId

_EVIDENCE = 3
"""Pieces of evidence for one story and topic that tell enough."""


async def why(
    tx: Transaction,
    chat_id: ChatId,
    story_ids: Sequence[StoryId],
    now: datetime,
    told_at: datetime | None = None,
) -> tuple[Explained, ...]:
    """These stories with the reasons that a chat has to be shown them, as far as they still hold.

    Thumbs count that were given before `told_at`, when the chat was told.
    """
    listed = await chats.subscriptions_of(tx, chat_id)
    stories = await articles.get_stories(tx, story_ids)
    known = await sources(tx, {article.feed_id for story in stories for article in story.articles})
    wanted = []
    for item in listed:
        if item.kind is Kind.TOPIC:
            topic = await chats.topic(tx, TopicId(item.target))
            if topic is not None:
                tree = query_of(topic).tree
                wanted.append((item, tree, Matcher(tree)))
    taste, _ = await taste_of(tx, chat_id, told_at or now)
    told = []
    for story in stories:
        feeds = {article.feed_id for article in story.articles}
        reasons = [
            Reason(item, ()) for item in listed if item.kind is Kind.FEED and item.target in feeds
        ]
        subjects = [
            (article, subject_of_article(article, known.get(article.feed_id, Source())))
            for article in story.articles
        ]
        for item, tree, matcher in wanted:
            found: dict[Evidence, None] = {}
            for article, subject in subjects:
                if matcher.matches(subject, now):
                    body = body_of(article.summary, article.text)
                    found |= dict.fromkeys(evidence(tree, subject, article.title, body))
            if found:
                reasons.append(Reason(item, tuple(found)[:_EVIDENCE]))
        told.append(Explained(story, tuple(reasons), len(reports_of(story)), taste.because(story)))
    return tuple(told)
