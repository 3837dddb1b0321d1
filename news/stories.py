"""What a story says, and who really reported it: its lead, its outlets, its independent reports."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from itertools import chain

from news.indexing import body_of
from news.text import bare_words
from storage.records import Article, Story

WINDOW = timedelta(days=4)
"""A story that is silent for so long has ended: what comes after it begins another."""

_RUN = 4
"""Words in a row that hardly stand in two texts by chance."""

_COMPARED = 600
"""Characters of a body that are compared; a feed may give no more than its beginning."""

_FEWEST_RUNS = 8
"""Runs of words, of which fewer are too little of a text to tell: then the headline has to be the same, too."""

_SAME = 0.6
"""Share of the shorter text's runs that the longer one has, too, when one is copied from the other."""

_FEWEST_SHARED = _SAME * _FEWEST_RUNS
"""Runs in common, of which fewer make a copy only where the headline is the same."""


def lead(story: Story) -> Article:
    """The article that speaks for a story: the one that says most, the earliest of equals."""
    return min(
        story.articles,
        key=lambda article: (
            -len(article.summary),
            -len(article.text),
            article.published_at,
            article.id,
        ),
    )


def outlets(story: Story) -> tuple[str, ...]:
    """Who reported a story, the lead's outlet first, then in the order in which they did."""
    ordered = [lead(story), *sorted(story.articles, key=lambda article: article.published_at)]
    return tuple(dict.fromkeys(article.outlet for article in ordered))


def part_of(story: Story, ids: Collection[int]) -> Story | None:
    """A story with those of its articles only that have these ids; None if it has none of them."""
    kept = tuple(one for one in story.articles if one.id in ids)
    return Story(story.id, kept) if kept else None


def independent(story: Story) -> tuple[Article, ...]:
    """One article for each outlet's own report, the lead first, then in the order in which they came.

    Reprints of one text count once, and so do several articles of one outlet. Compared are runs of words, of
    which copies share most (A. Broder, "On the resemblance and containment of documents", 1997), however
    much of the text each feed gives.
    """
    if len(story.articles) == 1:
        return story.articles
    first = lead(story)
    later = sorted(story.articles, key=lambda article: (article.published_at, article.id))
    kept: list[Article] = []
    heard: set[str] = set()
    runs_of: list[frozenset[int]] = []
    headlines: list[frozenset[str]] = []
    # Where one of two has no text to compare, the headline alone tells.
    said: set[frozenset[str]] = set()
    said_alone: set[frozenset[str]] = set()
    with_run: dict[int, list[int]] = {}
    for article in (first, *(one for one in later if one.id != first.id)):
        if article.outlet in heard:
            continue
        headline, runs = _headline(article), _runs(article)
        if headline and headline in (said_alone if runs else said):
            continue
        shared = Counter(chain.from_iterable([with_run[run] for run in runs if run in with_run]))
        if any(
            _is_copy(headline, runs, headlines[place], runs_of[place], count)
            for place, count in shared.items()
            if count >= _FEWEST_SHARED or headline == headlines[place]
        ):
            continue
        for run in runs:
            with_run.setdefault(run, []).append(len(kept))
        kept.append(article)
        heard.add(article.outlet)
        runs_of.append(runs)
        headlines.append(headline)
        said.add(headline)
        if not runs:
            said_alone.add(headline)
    return tuple(kept)


def _is_copy(
    headline: Collection[str],
    runs: Collection[int],
    other_headline: Collection[str],
    other_runs: Collection[int],
    shared: int,
) -> bool:
    shorter = min(len(runs), len(other_runs))
    if shorter >= _FEWEST_RUNS:
        return shared >= _SAME * shorter
    return headline == other_headline and bool(headline) and shared >= _SAME * shorter


def _headline(article: Article) -> frozenset[str]:
    return frozenset(bare_words(article.title, article.language))


def _runs(article: Article) -> frozenset[int]:
    """The runs of words in the body, as numbers that mean nothing outside this process."""
    found = bare_words(body_of(article.summary, article.text)[:_COMPARED], article.language)
    return frozenset(map(hash, zip(*(found[start:] for start in range(_RUN)), strict=False)))
