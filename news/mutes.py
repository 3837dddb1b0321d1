"""What a chat never wants to be shown: feeds, and articles with certain words."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from news.lexemes import PREFIXES, QUOTES
from news.matching import Term, counts, variants
from news.text import BREAK, Text, read, stems, tokens
from storage.records import Article, FeedId, Kind, Mute, Story

MOST_CHARACTERS = 100
"""Of words that are muted together."""

_OPERATOR = re.compile(rf"(?:^|\s)(?:(?:AND|NOT)\b|-(?=\w)|\+|(?:{'|'.join(PREFIXES)}):)|[()]")

_WORD_ALONE = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3]"
)
"""A Chinese character or a syllable of Hangul."""

_OFTEN_IN_WORDS = frozenset(
    "的了是在不有和我他这這個个之一二三人日年月大中国國"
    "이가은는을를의에도로와과만다고하한할해서지기자사인있없그저수것년월일"
)
"""Of these, those that nearly every text has: as endings, or inside of other words."""

_EVERYWHERE = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "not",
        "no",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "from",
        "by",
        "with",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "it",
        "its",
        "this",
        "that",
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "who",
        "what",
        "when",
        "where",
        "how",
        "his",
        "her",
        "their",
        "our",
        "my",
        "your",
        "will",
        "would",
        "can",
        "do",
        "does",
        "did",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "und",
        "oder",
        "nicht",
        "ist",
        "sind",
        "war",
        "im",
        "von",
        "zu",
        "mit",
        "auf",
        "für",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "du",
        "de",
        "et",
        "ou",
        "est",
        "sont",
        "dans",
        "en",
        "pour",
        "par",
        "sur",
        "avec",
        "au",
        "aux",
        "que",
        "qui",
        "el",
        "los",
        "las",
        "una",
        "y",
        "o",
        "es",
        "son",
        "con",
        "por",
        "para",
        "del",
        "al",
        "se",
        "il",
        "lo",
        "gli",
        "e",
        "di",
        "da",
        "che",
        "per",
        "non",
        "het",
        "een",
        "van",
        "en",
        "niet",
        "op",
        "te",
        "です",
        "ます",
        "した",
        "する",
        "こと",
        "もの",
        "から",
        "まで",
        "より",
        "など",
        "として",
        "について",
        "그리고",
        "있다",
        "없다",
        "하는",
        "한다",
        "했다",
        "이다",
        "에서",
        "으로",
    ]
)
"""Words that nearly every text in their language has: whoever mutes them sees nothing any more."""

_REMEMBERED = 2_000
"""Articles that are kept as tokens, about 1 kB each: many chats ask for the same ones."""


def term_of(typed: str) -> Term | None:
    """What is looked for by words that were typed: side by side, whatever their endings unless in quotation marks.

    None if they hold too little to tell any article from others: one letter, where it is no word by itself as
    a Chinese character or a syllable of Hangul is, or nothing but words that are in
    every text, unless several are in quotation marks, as the name of a band may be.
    """
    text = typed.strip()
    found = tokens(text)
    words = tuple(word for word in found if word != BREAK)
    # One letter is in every other text.
    if sum(map(len, words)) < 2 and not (words and _is_word_alone(words[0])):
        return None
    literal = text[0] in QUOTES and text[-1] in QUOTES
    if are_everywhere(words) and not (literal and len(words) > 1):
        return None
    return Term(words, literal, capitals=False)


def _is_word_alone(letter: str) -> bool:
    return _WORD_ALONE.match(letter) is not None and letter not in _OFTEN_IN_WORDS


def are_everywhere(words: Collection[str]) -> bool:
    """Whether normalised words are such as every text has."""
    return _EVERYWHERE.issuperset(words) or "".join(words) in _EVERYWHERE


def alternatives(typed: str) -> tuple[str, ...]:
    """The words and phrases of a list with commas or OR between them, each once."""
    parts = (" ".join(part.split()) for part in re.split(r"[,;，、；|\n]|(?<=\s)OR(?=\s)", typed))
    return tuple(dict.fromkeys(part for part in parts if part))


def is_query(typed: str) -> bool:
    """Whether somebody uses more of the query language than OR: what is muted is words, side by side."""
    bare = re.sub(f"[{QUOTES}][^{QUOTES}]*[{QUOTES}]", " ", typed)
    return _OPERATOR.search(bare) is not None


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
            if self.ends(article):
                return None
            if not self.hides(article):
                kept.append(article)
        if len(kept) == len(story.articles):
            return story
        return replace(story, articles=tuple(kept)) if kept else None

    def hides(self, article: Article) -> bool:
        """Whether an article is never shown."""
        return article.feed_id in self.feeds or self._found(article) is not None

    def ends(self, article: Article) -> bool:
        """Whether the whole story of an article is never shown: its headline has muted words."""
        place = self._found(article)
        return place is not None and place < _text(article).title_end

    def names(self, text: str, language: str = "") -> bool:
        """Whether a name has muted words: headlines with it are never shown."""
        return bool(self._terms) and self._found_in(read(text, "", language)) is not None

    def silences(self, kind: Kind, target: int, name: str) -> bool:
        """Whether nothing is shown of something that is followed: its feed is muted, or its own words are."""
        if kind is Kind.FEED:
            return target in self.feeds
        # A topic that looks for something else as well, or leaves something out, shows that.
        return not is_query(name) and all(self.names(one) for one in alternatives(name))

    def _found(self, article: Article) -> int | None:
        """The first token in an article at which muted words begin."""
        return self._found_in(_text(article)) if self._terms else None

    def _found_in(self, text: Text) -> int | None:
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
