"""Fits the weights of `news.aboutness` and prints them as they stand there.

    python -m tools.aboutness.fit DIR

DIR holds `reuters-dev.jsonl.gz`. Needs numpy, which the bot does not: run it from an environment of its own.

A logistic regression over all places that articles name, every place weighing the square root of its number of
rows, so that large countries don't decide alone. Wire copy opens with a dateline and is long; feeds show neither.
So each article is learnt from as well without its dateline, cut to a summary, and as a headline alone, all three with
little weight; and the headlines of `items.tsv`, written for this, tell what today's feeds look like. The figures
below the weights are of articles that the fit has not seen: five blocks of them, each left out in turn.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from news import query
from news.aboutness import ABOUT, features, sent_from
from news.places import mentions
from news.text import Text, read

ITEMS = Path(__file__).with_name("items.tsv")
BLOCKS = 5
RIDGE = 20.0
FULL, CUT, ITEM = 1.0, 0.02, 6.0
SUMMARY = 45
"""Words of a body cut to what a feed shows of it."""

_NAMES = {"usa": "US", "uk": "GB", "ussr": "RU", "west-germany": "DE", "east-germany": "DE", "uae": "AE", "zaire": "CD", "yugoslavia": "RS", "burma": "MM", "kampuchea": "KH"}  # fmt: skip

Row = tuple[dict[str, float], bool, str, int, float]
"""Features, whether the article is about the place, the place, the article, its weight."""


def shortened(text: Text, start: int, words: int | None = None) -> Text:
    """A text without its dateline, which ends at `start`, and with so many words of its body; None for all."""
    body = text.title_end + 1
    end = len(text.words) if words is None else min(len(text.words), start + words)
    kept = [(*values[:body], *values[start:end]) for values in (text.words, text.stems, text.cases)]
    opening = min(len(kept[0]), max(body, text.opening_end - (start - body)))
    return Text(text.language, *kept, text.title_end, opening)


def rows_of(text: Text, about: set[str], article: int, weight: float) -> Iterator[Row]:
    """What there is to learn from a text."""
    for place, row in features(text, mentions(text)).items():
        if "-" not in place:
            yield row, place in about, place, article, weight


def examples(directory: Path) -> Iterator[Row]:
    """All there is to learn from."""
    with gzip.open(directory / "reuters-dev.jsonl.gz", "rt") as lines:
        for line in lines:
            one = json.loads(line)
            about = {code for place in one["places"] if (code := code_of(place))}
            text = read(one["title"], one["body"], "en")
            yield from rows_of(text, about, one["id"], FULL)
            start = max(sent_from(text, mentions(text))[1], text.title_end + 1)
            for words in (None, SUMMARY, 0):
                yield from rows_of(shortened(text, start, words), about, one["id"], CUT)
    for number, line in enumerate(ITEMS.read_text("utf-8").splitlines()):
        if line and not line.startswith("#"):
            language, title, summary, yes, no = (*line.split("\t"), "", "")[:5]
            judged = {*yes.split(), *no.split()}
            found = rows_of(read(title, summary, language), set(yes.split()), -number - 1, ITEM)
            yield from (row for row in found if row[2] in judged)


def code_of(tag: str) -> str | None:
    """The code of a tagged country."""
    if tag in _NAMES:
        return _NAMES[tag]
    tree = query.parse(tag.replace("-", " ")).tree
    return tree.place if isinstance(tree, query.Place) else None


def fitted(table: Any, about: Any, weights: Any) -> Any:
    """The weights that make the examples likeliest, the bias last (Newton's method)."""
    full = np.hstack([table, np.ones((len(table), 1))])
    found = np.zeros(full.shape[1])
    ridge = np.diag([RIDGE] * (len(found) - 1) + [0.0])
    for _ in range(15):
        chance = 1 / (1 + np.exp(-np.clip(full @ found, -30, 30)))
        slope = full.T @ (weights * (chance - about)) + ridge @ found
        bend = (full * (weights * chance * (1 - chance))[:, None]).T @ full + ridge
        step = np.linalg.solve(bend, slope)
        found -= step
        if abs(step).max() < 1e-4:
            break
    return found


def main() -> None:
    """Fit and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    rows = list(examples(options.parse_args().directory))
    names = list(rows[0][0])
    raw = np.array([[float(row[0][name]) for name in names] for row in rows])
    about = np.array([float(row[1]) for row in rows])
    places = np.array([row[2] for row in rows])
    articles = np.array([row[3] for row in rows])
    weights = np.array([row[4] for row in rows])
    whole = weights == FULL
    counts = dict(zip(*np.unique(places[whole], return_counts=True), strict=True))
    rarity = np.array([max(1, counts.get(place, 1)) ** -0.5 for place in places])
    rarity /= rarity[whole].mean()
    weights = np.where(weights == ITEM, weights, weights * rarity)
    spread = raw.std(0) + 1e-9
    table = raw / spread
    found = fitted(table, about, weights)
    print(f"_BIAS = {found[-1]:.2f}")
    for name, weight in zip(names, found[:-1] / spread, strict=True):
        print(f'    "{name}": {weight:.2f},')
    order = np.unique(articles)
    block = np.searchsorted(order, articles) * BLOCKS // len(order)
    right = chosen = tagged = 0.0
    for left_out in range(BLOCKS):
        part = fitted(
            table[block != left_out], about[block != left_out], weights[block != left_out]
        )
        here = (block == left_out) & whole
        chance = 1 / (1 + np.exp(-(table[here] @ part[:-1] + part[-1])))
        is_found, is_tagged = chance >= ABOUT, about[here] > 0
        right += (is_found & is_tagged).sum()
        chosen += is_found.sum()
        tagged += is_tagged.sum()
    print(
        f"unseen, all places together: precision {right / chosen:.3f}, recall {right / tagged:.3f}"
    )


if __name__ == "__main__":
    main()
