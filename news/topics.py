"""The index of all topics of all chats: article → the topics it belongs to."""

from collections import defaultdict
from collections.abc import Iterable

from storage.records import Topic, TopicId


class TopicIndex:
    """All followed topics, looked up by the first token of their phrase.

    The cost of an article grows with its length and with the topics that share a first token with
    it, not with the number of topics.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._by_first: dict[str, list[tuple[str, TopicId]]] = defaultdict(list)
        for topic in topics:
            self._by_first[topic.phrase.split(" ", 1)[0]].append((f" {topic.phrase} ", topic.id))

    def match(self, words: str) -> frozenset[TopicId]:
        """The topics of a text, given as `news.text.words` keeps it."""
        return frozenset(
            topic_id
            for first in set(words.split()) & self._by_first.keys()
            for phrase, topic_id in self._by_first[first]
            if phrase in words
        )
