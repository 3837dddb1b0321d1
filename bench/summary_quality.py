"""How near summaries come to those that people wrote: ROUGE-1, -2 and -L, stemmed F1.

    python -m pip install rouge-score sumy
    python -m bench.summary_quality DIR [--check N]

DIR holds `descriptions-*.jsonl.gz` (articles, and what their own outlets wrote above them: the real aim),
`cnndm-*.jsonl.gz` (highlights by editors, articles without headlines) and `bbc-*.jsonl.gz` (extracts, probably
by a program: a floor). Every way chooses whole sentences from the same text, and takes each, in its order of
preference, as long as that brings the summary nearer to the reference's number of words; sentences stand in the
text's order. How rare words are is learnt from the texts of DIR, never from its references. sumy's rankers run
if it is installed. Prints a table for each set, milliseconds of CPU time a text, and last ROUGE-1 2 L of ours;
exit code 1 if any ROUGE-2 is below the bar.
"""

import argparse
import gzip
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Any

from news.boilerplate import without_boilerplate
from news.ranking import choose
from news.rarity import Rarity, learn, terms
from news.sentences import sentences
from news.text import read

BARS = {"descriptions": 18.0, "cnndm": 15.0, "bbc": 68.0}
"""ROUGE-2."""

KINDS = ("rouge1", "rouge2", "rougeL")

SUMY = {
    "sumy TextRank": ("text_rank", "TextRankSummarizer"),
    "sumy LexRank": ("lex_rank", "LexRankSummarizer"),
    "sumy LSA": ("lsa", "LsaSummarizer"),
    "sumy Luhn": ("luhn", "LuhnSummarizer"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An article to be summarised."""

    title: str
    sentences: tuple[str, ...]
    reference: str

    @property
    def budget(self) -> int:
        """Words of the reference."""
        return len(self.reference.split())

    def fits(self, chosen: Sequence[int], place: int) -> bool:
        """Whether one sentence more brings the summary nearer to its budget; the first always does."""
        used = sum(len(self.sentences[one].split()) for one in chosen)
        return not chosen or used + len(self.sentences[place].split()) / 2 <= self.budget

    def filled(self, order: Sequence[int]) -> list[int]:
        """As many of these sentences as fit."""
        chosen: list[int] = []
        for place in order:
            if self.fits(chosen, place):
                chosen.append(place)
        return chosen


Way = Callable[[Told], Sequence[int]]
"""Chooses sentences, in the order of its preference; more than fit are left out."""


def told_of(row: Mapping[str, Any]) -> Told:
    """A line of a set: with `title`, `sentences`, `reference`, or with `document` (first its title) and `summary`."""
    if "document" in row:
        title, _, body = row["document"].partition("\n")
        return Told(title, sentences(body), row["summary"])
    return Told(row["title"], tuple(row["sentences"]), row["reference"])


def read_set(directory: Path, name: str) -> list[Told]:
    """All articles of a set that have any text."""
    found = []
    for path in sorted(directory.glob(f"{name}-*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            found += [told_of(json.loads(line)) for line in lines]
    return [told for told in found if told.sentences]


def rarity_of(texts: Sequence[Told]) -> Rarity:
    """What an archive of these articles would have taught."""
    return learn(
        Rarity(),
        (("en", terms(read(told.title, " ".join(told.sentences), "en").stems)) for told in texts),
    )


def ours(rarity: Rarity) -> Way:
    """As the bot does it."""

    def way(told: Told) -> Sequence[int]:
        # The places of what is left have to be those in the whole text.
        kept = without_boilerplate(told.sentences) or told.sentences
        places: dict[str, list[int]] = {}
        for place, sentence in enumerate(told.sentences):
            places.setdefault(sentence, []).append(place)
        back = [places[sentence].pop(0) for sentence in kept]

        def fits(chosen: Sequence[int], place: int) -> bool:
            return told.fits([back[one] for one in chosen], back[place])

        return [back[place] for place in choose(told.title, kept, "en", rarity, fits)]

    return way


def lead(told: Told) -> Sequence[int]:
    """From the beginning."""
    return range(len(told.sentences))


def at_random(told: Told) -> Sequence[int]:
    """By chance, the same at every run."""
    order = list(range(len(told.sentences)))
    random.Random(len(told.reference)).shuffle(order)  # noqa: S311 - no secret
    return order


def by_counting(told: Told) -> Sequence[int]:
    """The mean tf·idf of a sentence's words, both counted in the text itself."""
    found = [read("", sentence, "en").stems for sentence in told.sentences]
    times = Counter(stem for stems in found for stem in stems)
    within = Counter(stem for stems in found for stem in set(stems))
    scores = [
        sum(times[stem] * log(len(found) / within[stem]) for stem in stems) / (len(stems) or 1)
        for stems in found
    ]
    return sorted(range(len(found)), key=lambda place: -scores[place])


class _Words:
    """What sumy asks of a tokenizer; its own needs a download."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\W\d_]+", sentence.lower()))

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return (paragraph,)


def by_sumy(name: str) -> Way:
    """One of sumy's rankers, with its own stop words and stemmer."""
    module, kind = SUMY[name]
    ranker = getattr(import_module(f"sumy.summarizers.{module}"), kind)(
        import_module("sumy.nlp.stemmers").Stemmer("english")
    )
    ranker.stop_words = import_module("sumy.utils").get_stop_words("english")
    dom = import_module("sumy.models.dom")

    def way(told: Told) -> Sequence[int]:
        asked = [dom.Sentence(sentence, _Words()) for sentence in told.sentences]
        document = dom.ObjectDocumentModel([dom.Paragraph(asked)])
        # More and more of its choice tells in which order it prefers them.
        order: list[int] = []
        for count in range(1, len(asked) + 1):
            chosen = {id(sentence) for sentence in ranker(document, count)}
            order += [
                place
                for place, sentence in enumerate(asked)
                if id(sentence) in chosen and place not in order
            ]
            if len(told.filled(order)) < len(order):
                break
        return order

    return way


def ways(rarity: Rarity) -> dict[str, Way]:
    """What is compared."""
    found: dict[str, Way] = {"random": at_random, "lead": lead, "in-document tf-idf": by_counting}
    if find_spec("sumy"):
        found |= {name: by_sumy(name) for name in SUMY}
    return found | {"ours, nothing learnt": ours(Rarity()), "ours": ours(rarity)}


def measure(texts: Sequence[Told], way: Way, scorer: Any) -> tuple[tuple[float, ...], float]:
    """ROUGE of each kind in per cent, and milliseconds of CPU time a text."""
    sums = dict.fromkeys(KINDS, 0.0)
    took = 0.0
    for told in texts:
        began = time.process_time()
        order = way(told)
        took += time.process_time() - began
        summary = " ".join(told.sentences[place] for place in sorted(told.filled(order)))
        for kind, score in scorer.score(told.reference, summary).items():
            sums[kind] += score.fmeasure
    return tuple(100 * sums[kind] / len(texts) for kind in KINDS), 1000 * took / len(texts)


def main() -> int:
    """Measure and print; the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    options.add_argument("--check", type=int, default=0, help="only every so many texts, quickly")
    given = options.parse_args()
    if find_spec("rouge_score") is None:
        print("rouge-score is not installed: python -m pip install rouge-score")
        return 2
    scorer = import_module("rouge_score.rouge_scorer").RougeScorer(list(KINDS), use_stemmer=True)
    sets = {name: read_set(given.directory, name)[:: given.check or 1] for name in BARS}
    compared = ways(rarity_of([told for texts in sets.values() for told in texts]))
    last = []
    good = True
    for name, texts in sets.items():
        words = sum(len(sentence.split()) for told in texts for sentence in told.sentences)
        print(f"{name}: {len(texts)} texts of {words / len(texts):.0f} words")
        for label, way in compared.items():
            scores, took = measure(texts, way, scorer)
            shown = " ".join(f"{score:5.1f}" for score in scores)
            print(f"  {label:22} {shown}  {took:6.1f} ms")
        good = good and scores[1] >= BARS[name]
        last.append(f"{name} {' '.join(f'{score:.1f}' for score in scores)}")
    print(", ".join(last))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
