"""How well topics find what editors say an article is about.

    python -m bench.topics_quality DIR [--others]

DIR holds `reuters-dev.jsonl.gz`: articles of 1987 with the countries that editors tagged. Each country with most
articles, and both Koreas, are followed by their plain English names. Prints precision, recall and F1 for each, what
simpler ways reach in the same run, and as the last line the mean over these countries; exit code 1 if F1 is below
the bar. With `--others` the table is of the countries that have fewer articles.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale

from news import query
from news.matching import Matcher, Source, Subject, subject_of

BAR = 0.89
MOST = 30
FEWEST = 5
"""Articles that a country must have for its figures to mean anything."""

NOW = datetime(1987, 12, 31, tzinfo=UTC)

_NAMES = {
    "usa": "United States",
    "uk": "United Kingdom",
    "ussr": "Russia",
    "west-germany": "Germany",
    "east-germany": "Germany",
    "uae": "United Arab Emirates",
    "hong-kong": "Hong Kong",
    "turkey": "Turkey",
    "ivory-coast": "Ivory Coast",
    "zaire": "DR Congo",
    "yugoslavia": "Serbia",
    "burma": "Myanmar",
    "kampuchea": "Cambodia",
    "yemen-arab-republic": "Yemen",
    "yemen-demo-republic": "Yemen",
}
"""Names of 1987 → those by which the same country is followed."""

_TYPED = {"usa": "U.S.", "ussr": "Soviet Union", "west-germany": "West Germany", "uk": "Britain"}
"""What a reader of 1987 would have typed where nothing but the text is compared."""

Verdict = Callable[["Read"], bool]


@dataclass(frozen=True, slots=True)
class Read:
    """An article, read once."""

    text: str
    """Title and body in lower case."""
    subject: Subject
    places: frozenset[str]
    """Tags."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well one way of finding articles agrees with editors."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 if both are."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def read_all(directory: Path) -> list[Read]:
    """All articles, with their places and the attention that these get."""
    with gzip.open(directory / "reuters-dev.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Read(
            f"{row['title']}\n{' '.join(row['body'].split())}".lower(),
            subject_of(row["title"], row["body"], "en", Source(), NOW),
            frozenset(row["places"]),
        )
        for row in rows
    ]


def name_of(tag: str) -> str:
    """The plain English name of a tagged country."""
    return _NAMES.get(tag, tag.replace("-", " "))


def tags_of(tag: str, every: Sequence[str]) -> frozenset[str]:
    """The tags of the country that a tag stands for today."""
    return frozenset(other for other in every if name_of(other) == name_of(tag))


def score(found: Verdict, wanted: frozenset[str], articles: Sequence[Read]) -> Score:
    """Compare what is found with what is tagged."""
    right = chosen = tagged = 0
    for article in articles:
        is_found, is_tagged = found(article), not wanted.isdisjoint(article.places)
        chosen += is_found
        tagged += is_tagged
        right += is_found and is_tagged
    return Score(right / chosen if chosen else 0.0, right / tagged if tagged else 0.0)


def by_topic(tag: str) -> Verdict:
    """As the bot does it."""
    matcher = Matcher(query.parse(name_of(tag)).tree)
    return lambda article: matcher.matches(article.subject, NOW)


def by_mention(tag: str) -> Verdict:
    """Any of its names anywhere."""
    matcher = Matcher(query.parse(f"any:({name_of(tag)})").tree)
    return lambda article: matcher.matches(article.subject, NOW)


def by_rule(tag: str) -> Verdict:
    """Any of its names in the headline, in the opening, or twice."""
    tree = query.parse(name_of(tag)).tree
    place = tree.place if isinstance(tree, query.Place) else ""

    def found(article: Read) -> bool:
        starts = [one.start for one in article.subject.found if one.place == place]
        return len(starts) > 1 or any(start < article.subject.text.opening_end for start in starts)

    return found


def by_substring(tag: str) -> Verdict:
    """As most bots do it."""
    typed = _TYPED.get(tag, name_of(tag)).lower()
    return lambda article: typed in article.text


WAYS: Mapping[str, Callable[[str], Verdict]] = {
    "substring": by_substring,
    "any name": by_mention,
    "rule of thumb": by_rule,
    "topic": by_topic,
}


def mean(scores: Sequence[Score]) -> tuple[float, float, float]:
    """Precision, recall and F1, each country counting the same."""
    count = len(scores) or 1
    return (
        sum(one.precision for one in scores) / count,
        sum(one.recall for one in scores) / count,
        sum(one.f1 for one in scores) / count,
    )


def main() -> int:
    """Measure and print; the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    options.add_argument("--others", action="store_true", help="the countries with fewer articles")
    given = options.parse_args()
    articles = read_all(given.directory)
    times = Counter(place for article in articles for place in article.places)
    known = {territory.lower() for territory in Locale("en").territories.values()}
    countries = [
        tag for tag, _ in times.most_common() if name_of(tag).lower() in known or tag in _NAMES
    ]
    chosen = list(dict.fromkeys([*countries[:MOST], "north-korea", "south-korea"]))
    if given.others:
        chosen = [tag for tag in countries if tag not in chosen and times[tag] >= FEWEST]
    table: dict[str, list[Score]] = {way: [] for way in WAYS}
    for tag in chosen:
        for way, make in WAYS.items():
            table[way].append(score(make(tag), tags_of(tag, countries), articles))
        ours = table["topic"][-1]
        print(f"{tag:22} {times[tag]:6} {ours.precision:.3f} {ours.recall:.3f} {ours.f1:.3f}")
    for way in WAYS:
        precision, recall, f1 = mean(table[way])
        if way != "topic":
            print(f"{way:29} {precision:.3f} {recall:.3f} {f1:.3f}")
    print(f"macro {precision:.3f} {recall:.3f} {f1:.3f}")
    return 0 if f1 >= BAR or given.others else 1


if __name__ == "__main__":
    sys.exit(main())
