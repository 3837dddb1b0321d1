"""Story → the sentences that tell it, whole and unchanged, from what its outlets wrote.

articles ─▶ the most informative one ─▶ its own description, if it is one ─┬─▶ at most three sentences
                                      └─▶ else its text, ranked ───────────┘    └─▶ what others add to them
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from itertools import chain

from news.boilerplate import without_boilerplate
from news.openings import can_open
from news.ranking import MOST, choose
from news.rarity import Rarity, terms
from news.sentences import sentences
from news.stories import lead
from news.text import BREAK, CAPITAL, CAPITALS, GAP, Text, normalise, read, shorten
from storage.records import Article, Story

MAX_CHARACTERS = 320
MAX_SENTENCES = 3

_READ = 12_000
"""Characters of a text that are looked at."""

_DESCRIBING = 12
"""Words with which a description says enough; twice as many where a token is one character."""

_DESCRIPTION = 700
"""Characters above which what stands in a description's place is the article itself."""

_COMPARED = 8
"""Articles of a story that are compared, the earliest first."""

_OPENING = 1200
"""Characters of each that are."""

_KNOWN = 100
"""Articles that a reader knows which are looked at, the newest."""

_BEGINNING = 800
"""Characters of another article in which something to add may stand."""

_SHARED = 2.0
"""What a term counts that other articles have as well: it belongs to the story, and not to its outlet."""

_LIKE = 0.2
"""Share of its weight that a sentence must have in common with a story to be about it."""

_NEW = 0.5
"""Share of its weight that is new in a sentence worth telling by itself, without new numbers or names."""

_FEWEST_NEW = 4
"""Terms that have to be new in such a sentence."""

_NOTHING_LEARNT = Rarity()

_ADDRESS = re.compile(r"(?:\b[a-z][a-z\d+.-]{1,9}://|\bwww\.)[!-~]*", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
# In the form of `normalise`.
_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ial)|reject(?:s|ed)?|refut(?:e[sd]?|ing)|retract(?:s|ed)?|no evidence|not true|untrue"
    r"|dementier\w*|bestreitet|bestritt\w*|weist? .{0,40}zuruck|wies .{0,60}zuruck|dement(?:i|ir|it|ent)\b|nie(?:nt)? "
    r"|refuse de|niega|nego\b|desmiente\w*|desmintio|nega\b|smentisc\w*|smentit\w*|ontken\w*|zaprzecz\w*)"
    r"|\b(?:опроверг|отрица|отверг|спростува|запереч)|否定|否認|反論|撤回|부인|반박|일축|否认|駁斥|驳斥|ปฏิเสธ"
)


def summarise(story: Story, limit: int = MAX_CHARACTERS, rarity: Rarity | None = None) -> str:
    """At most three sentences and `limit` characters, of the most informative article and what others add to it.

    They are the outlet's own description if it is one, else the sentences that tell most of the text, in its
    order. Only a first sentence that is longer than all the room is cut. `rarity` is what the archive taught
    about words; without it, short words count as common. Empty if nothing is worth saying.
    """
    rarity = rarity or _NOTHING_LEARNT
    article = _most_informative(story, rarity)
    chosen = _told(article, limit, rarity)
    if chosen and len(story.articles) > 1 and len(chosen) < MAX_SENTENCES:
        chosen += _added(story, article, chosen, limit, rarity)
    return shorten(_joined(chosen), limit)


def what_is_new(
    old: Sequence[Article],
    new: Sequence[Article],
    limit: int = MAX_CHARACTERS,
    rarity: Rarity | None = None,
) -> str:
    """What new articles add for a reader who knows the old ones, as `summarise` would say it; empty if nothing.

    Only sentences with numbers or names that none of the old articles has, or that say mostly what they don't.
    Articles among `new` that are old as well add nothing; of the old ones the newest hundred are read.
    """
    rarity = rarity or _NOTHING_LEARNT
    known = _Known(nlargest(_KNOWN, old, key=_published), rarity)
    seen = {article.id for article in old}
    newest = sorted(
        (article for article in new if article.id not in seen), key=_published, reverse=True
    )
    for article in newest[:_COMPARED]:
        new_in_it = [one for one in _sayings(article) if known.lacks(one, article.language)]
        # What ties in with what was told comes first; a story may also go on in other words.
        told = [one for one in new_in_it if known.is_about(one, article.language)] or new_in_it
        if chosen := _best(article.title, told, article.language, limit, rarity):
            return shorten(_joined(chosen), limit)
    return ""


def _published(article: Article) -> tuple[datetime, int]:
    return article.published_at, article.id


# ── One article ──────────────────────────────────────────────────────────────────────────────────


def _told(article: Article, limit: int, rarity: Rarity) -> list[str]:
    """The sentences that tell an article."""
    own = _own_words(article)
    if _says_enough(own, article.language):
        return _first(own, limit)
    told = _sentences(article, article.text)
    if not told and own:
        return _first(own, limit)
    told = told or _sentences(article, article.summary)
    return _best(article.title, told, article.language, limit, rarity)


def _own_words(article: Article) -> tuple[str, ...]:
    """What the outlet itself wrote of its article, from the first sentence that can open a summary."""
    if len(article.summary) > _DESCRIPTION:
        return ()
    told = _sentences(article, article.summary)
    opens = (place for place, sentence in enumerate(told) if can_open(sentence, article.language))
    return told[next(opens, len(told)) :]


def _says_enough(told: Sequence[str], language: str) -> bool:
    """Whether these are a description, and not a line to fill the space."""
    words = [word for word in _read(" ".join(told), language).words if word not in (BREAK, GAP)]
    dense = sum(len(word) == 1 and not word.isascii() for word in words)
    return len(words) - dense / 2 >= _DESCRIBING


def _sentences(article: Article, text: str, most: int = _READ) -> tuple[str, ...]:
    """The sentences of a text that are whole, its own, and not the headline again."""
    if not text:
        return ()
    headline = _bare(article.title)
    kept = without_boilerplate(sentences(text[:most]))
    if len(text) > most:
        # Where we stopped to read, a sentence may go on.
        kept = kept[:-1] or kept
    told = (sentence for sentence in kept if _bare(sentence) != headline and _has_words(sentence))
    return tuple(dict.fromkeys(told))


def _has_words(sentence: str) -> bool:
    """Whether there is anything in a sentence beside addresses."""
    return any(map(str.isalnum, _ADDRESS.sub("", sentence)))


def _bare(sentence: str) -> str:
    return normalise(sentence).strip(" .!…\"'“”«»")


def _first(told: Sequence[str], limit: int) -> list[str]:
    chosen: list[str] = []
    for sentence in told[:MAX_SENTENCES]:
        if chosen and _length([*chosen, sentence]) > limit:
            break
        chosen.append(sentence)
    return chosen


def _best(
    headline: str, told: Sequence[str], language: str, limit: int, rarity: Rarity
) -> list[str]:
    """The sentences that tell most, in the order of the text."""
    told = told[:MOST]

    def fits(chosen: Sequence[int], place: int) -> bool:
        if len(chosen) == MAX_SENTENCES:
            return False
        return _length([told[one] for one in (*chosen, place)]) <= limit

    chosen = choose(headline, told, language, rarity, fits)
    # Nothing is short enough, or nothing says whom it speaks of.
    chosen = chosen or choose(headline, told, language, rarity, lambda chosen, _: not chosen)
    return [told[place] for place in sorted(chosen)]


# ── Several articles ─────────────────────────────────────────────────────────────────────────────


def _most_informative(story: Story, rarity: Rarity) -> Article:
    leading = lead(story)
    if len(story.articles) == 1:
        return leading
    same = [article for article in story.articles if article.language == leading.language]
    same.sort(key=lambda article: (article.published_at, article.id))
    compared = same[:_COMPARED]
    if leading not in compared:
        compared.append(leading)
    said = [_terms(f"{one.title}\n{_opening(one)}", one.language) for one in compared]
    spread = Counter(chain.from_iterable(said))
    # Articles of one story share most of their terms: each is weighed once.
    worth = {
        term: rarity.weight(term, leading.language) * (_SHARED if count > 1 else 1.0)
        for term, count in spread.items()
    }
    # The earliest of equals.
    return max(
        zip(compared, said, strict=True), key=lambda one: sum([worth[term] for term in one[1]])
    )[0]


def _opening(article: Article) -> str:
    return f"{article.summary}\n{article.text[:_OPENING]}"[:_OPENING]


def _sayings(article: Article, most: int = _READ) -> tuple[str, ...]:
    """All sentences of an article that a summary may take, its description first; `most` characters are looked at."""
    told = (*_sentences(article, article.summary, most), *_sentences(article, article.text, most))
    return tuple(dict.fromkeys(told))[:MOST]


def _added(
    story: Story, article: Article, chosen: Sequence[str], limit: int, rarity: Rarity
) -> list[str]:
    """One sentence of another article with a number or a denial that the summarised one lacks, if there is room."""
    known = _Known([article], rarity)
    for other in sorted(story.articles, key=lambda one: (one.published_at, one.id))[:_COMPARED]:
        if other.id == article.id or other.language != article.language:
            continue
        for sentence in _sayings(other, _BEGINNING)[:MAX_SENTENCES]:
            if (
                _length([*chosen, sentence]) <= limit
                and known.lacks_fact(sentence, other.language)
                and known.is_about(sentence, other.language)
                and can_open(sentence, other.language)
            ):
                return [sentence]
    return []


class _Known:
    """What some articles say, to be held against sentences of others."""

    def __init__(self, articles: Iterable[Article], rarity: Rarity) -> None:
        self._rarity = rarity
        self._terms: set[str] = set()
        self._central: set[str] = set()
        self._denies = False
        for article in articles:
            everything = f"{article.title}\n{article.summary}\n{article.text[:_READ]}"
            self._terms |= _terms(everything, article.language)
            self._central |= _terms(f"{article.title}\n{_opening(article)}", article.language)
            self._denies = self._denies or _denies(everything)

    def lacks_fact(self, sentence: str, language: str) -> bool:
        """Whether a sentence has a number that is not known, or denies what nobody denied."""
        if _denies(sentence) and not self._denies:
            return True
        return any(_NUMBER.search(term) for term in _terms(sentence, language) - self._terms)

    def lacks(self, sentence: str, language: str) -> bool:
        """Whether a sentence has numbers or names that are not known, or says mostly what isn't."""
        new = _terms(sentence, language) - self._terms
        if self.lacks_fact(sentence, language) or not new.isdisjoint(_names(sentence, language)):
            return True
        return len(new) >= _FEWEST_NEW and self._share(sentence, language, new) >= _NEW

    def is_about(self, sentence: str, language: str) -> bool:
        """Whether a sentence speaks of the same."""
        common = _terms(sentence, language) & self._central
        return self._share(sentence, language, common) >= _LIKE

    def _share(self, sentence: str, language: str, some: Iterable[str]) -> float:
        whole = sum(self._rarity.weight(term, language) for term in _terms(sentence, language))
        return sum(self._rarity.weight(term, language) for term in some) / whole if whole else 0.0


def _denies(text: str) -> bool:
    return _DENIAL.search(normalise(text)) is not None


def _read(text: str, language: str) -> Text:
    return read("", text, language)


def _terms(text: str, language: str) -> set[str]:
    return set(terms(_read(text, language).stems))


def _names(sentence: str, language: str) -> Iterator[str]:
    """The words of a sentence that are written like names, but for the first one."""
    found = _read(sentence, language)
    for stem, case in list(zip(found.stems, found.cases, strict=True))[2:]:
        if case in (CAPITAL, CAPITALS) and stem not in (BREAK, GAP):
            yield stem


# ── The text ─────────────────────────────────────────────────────────────────────────────────────


def _length(chosen: Sequence[str]) -> int:
    return len(_joined(chosen))


def _joined(chosen: Sequence[str]) -> str:
    """Sentences with a space between them where their script has one, each in one line."""
    text = ""
    for sentence in chosen:
        line = " ".join(sentence.split("\n")) if "\n" in sentence else sentence
        text += line if not text or text[-1] in "。！？」』）" else f" {line}"
    return text
