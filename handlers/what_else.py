"""What somebody may have meant who typed a topic: a source that is called so, or the topic said in another way."""

import re

from handlers.context import Ask
from handlers.plain_words import better_said, topic_alone
from handlers.views import offers as views
from handlers.views.message import View
from news import query
from news.names import called
from news.outcomes import Followed
from storage import chats, feeds
from storage.records import FeedId

_SIGNS = re.compile(r"(?<=[^\W\d_])[+#]+(?!\S)")
"""Behind a letter: C++, C#."""

_SOURCES = 2
"""Sources that are offered beside a topic."""


async def with_what_else(ask: Ask, shown: View, wanted: query.Query, followed: Followed) -> View:
    """An answer that says what was followed, with what else may have been meant."""
    id = followed.subscription_id
    if followed.already or id is None:
        return shown
    if _SIGNS.search(wanted.text):
        # Of words with signs, their letters are looked for.
        shown = views.with_line(shown, "follow.signs", ask.reader, words=wanted.normal)
    if sources := await sources_called(ask, wanted):
        shown = views.with_line(shown, "follow.source_named", ask.reader)
        shown = views.with_sources(shown, sources, ask.reader, id)
    better = None if followed.stories else better_said(wanted)
    if better is None:
        return shown
    key = "follow.without_news" if topic_alone(wanted) else "follow.with_operators"
    return views.with_topic_instead(shown, key, id, wanted.text, better.text, ask.reader)


async def sources_called(ask: Ask, wanted: query.Query) -> tuple[tuple[FeedId, str], ...]:
    """Sources, of those that the operator lists, that these words may name and that the chat does not follow yet."""
    if not isinstance(wanted.tree, query.Phrase | query.Place):
        return ()
    async with ask.services.database.read() as tx:
        mine = await chats.feeds_of(tx, ask.chat.id)
        named = await feeds.listed_names(tx)
    # Many an outlet has the name of its country in its own.
    wholly = isinstance(wanted.tree, query.Place)
    found = called(named, wanted.text, wholly=wholly)
    return tuple(one for one in found if one[0] not in mine)[:_SOURCES]
