"""What there is for a chat: from the archive to a decided digest."""

from datetime import datetime

from news.digest import Digest, decide
from storage import articles, chats
from storage.database import Transaction
from storage.records import Chat

_CANDIDATES = 5000
"""The newest articles that a digest chooses from."""


async def gather(
    tx: Transaction, chat: Chat, now: datetime, since: datetime | None = None
) -> Digest:
    """The digest of what is new to a chat; with `since`, of all it follows that was published from then on."""
    candidates = await articles.news_for(tx, chat, since, _CANDIDATES)
    story_ids = tuple(dict.fromkeys(candidate.article.story_id for candidate in candidates))
    return decide(
        candidates,
        await articles.get_stories(tx, story_ids),
        await chats.subscriptions_of(tx, chat.id),
        since=chat.last_digest_at if since is None else since,
        until=now,
    )
