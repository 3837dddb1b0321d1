"""What a chat never wants to be shown: feeds, and articles with certain words."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from news.lexemes import QUOTES
from news.matching import Term, counts, variants
from news.text import BREAK, Text, read, stems, tokens
from storage.records import Article, FeedId, Mute, Story

MOST_CHARACTERS = 100
"""Of words that are muted together."""

_REMEMBERED = 2_000
"""Articles that are kept as tokens, about 1 kB each: many chats ask for the same ones."""


def term_of(typed: str) -> Term | None:
    """What is looked for by words that were typed: side by side, whatever their endings unless in quotation marks.

    None if they hold too little to tell any article from others.
    """
    text = typed.strip()
    found = tokens(text)
    words = tuple(word for word in found if word != BREAK)
    # One letter is in every other text.
    if sum(map(len, words)) < 2:
        return None
    return Term(words, text[0] in QUOTES and text[-1] in QUOTES, capitals=False)


def alternatives(typed: str) -> tuple[str, ...]:
    """The words and phrases of a list with commas between them, each once."""
    parts = (" ".join(part.split()) for part in re.split("[,;，、；\n]", typed))
    return tuple(dict.fromkeys(part for part in parts if part))


class Muted:
    """Everything that a chat muted, ready to be held against many articles."""

    def __init__(self, mutes: Sequence[Mute] = ()) -> None:
        self.feeds: frozenset[FeedId] = frozenset(
            mute.feed_id for mute in mutes if mute.feed_id is not None
        )
        """Whose articles are hidden."""
        self._terms = [
            term for mute in mutes if mute.words is not None and (term := term_of(mute.words))
        ]
        self._begun: dict[str, Mapping[str, list[_Phrase]]] = {}

    def __bool__(self) -> bool:
        return bool(self.feeds or self._terms)

    def without(self, story: Story) -> Story | None:
        """A story without its hidden articles; None if none is left, or if any headline has muted words."""
        if not self:
            return story
        kept = []
        for article in story.articles:
            place = self._found(article)
            if place is not None and place < _text(article).title_end:
                return None
            if place is None and article.feed_id not in self.feeds:
                kept.append(article)
        if len(kept) == len(story.articles):
            return story
        return replace(story, articles=tuple(kept)) if kept else None

    def _found(self, article: Article) -> int | None:
        """The first token in an article at which muted words begin."""
        if not self._terms:
            return None
        text = _text(article)
        begun = self._in_language(text.language)
        for place, word in enumerate(text.stems):
            for stemmed, term, words in begun.get(word, ()):
                if text.stems[place : place + len(stemmed)] == stemmed and counts(
                    term, words, text, place
                ):
                    return place
        return None

    def _in_language(self, language: str) -> "Mapping[str, list[_Phrase]]":
        """The phrases by the first of their stems."""
        found = self._begun.get(language)
        if found is None:
            begun = defaultdict(list)
            for term in self._terms:
                for words in variants(term.words):
                    stemmed = stems(words, language)
                    begun[stemmed[0]].append((stemmed, term, words))
            found = self._begun[language] = dict(begun)
        return found


_Phrase = tuple[tuple[str, ...], Term, tuple[str, ...]]


def _text(article: Article) -> Text:
    return _read(article.title, article.summary, article.language)


@lru_cache(maxsize=_REMEMBERED)
def _read(title: str, summary: str, language: str) -> Text:
    return read(title, summary, language)
