"""How well articles are put together to stories, beside simpler ways.

    python -m bench.stories_quality DIR

DIR holds `uci-dev.csv`, headlines of many outlets with large stories, and `texts-dev.jsonl.gz`, articles with text.
Articles arrive one by one in the order of their times, and each is put to a story when it comes; stories that are
joined later count as joined. Prints B³ precision, recall and F1 (A. Bagga and B. Baldwin, 1998): for each article,
how much of its story here is of its story there, and the other way round. The bot uses one setting, that of the
product; the simpler ways each get the setting that suits the data best. The last line are the bot's figures; exit
code 1 if one is below the bars.
"""

import argparse
import csv
import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from news.indexing import body_of, indexed
from news.languages import language_of
from news.matching import Source, subject_of
from news.story_board import Arrival, Board
from news.story_vectors import story_words
from news.text import BREAK, GAP, normalise
from storage.records import ArticleId, FeedId, Headline, StoryId

HEADLINES_F1, HEADLINES_PRECISION = 0.75, 0.75
TEXTS_F1, TEXTS_PRECISION = 0.93, 0.90

LONGEST_GAP = timedelta(minutes=10)
"""Texts of one story were gathered over years: what is compared is what they say, not when their pages changed."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article with the story that people put it to."""

    title: str
    outlet: str
    story: str
    at: datetime
    line: str
    """Its `story_words`."""
    stems: tuple[str, ...]
    """Of headline and text."""


@dataclass(frozen=True, slots=True)
class Score:
    """B³: how well two ways of putting articles together agree."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    def __str__(self) -> str:
        return f"{self.precision:.3f} {self.recall:.3f} {self.f1:.3f}"


def item(title: str, body: str, outlet: str, story: str, at: datetime) -> Item:
    """An article as the bot reads it; both sets are in English, as their feeds would say."""
    language = language_of(f"{title}\n{body[:400]}", "en")
    text = subject_of(title, body[:8000], language, Source(), at)
    return Item(
        title,
        outlet,
        story,
        at,
        story_words(text.text, indexed(text)),
        tuple(stem for stem in text.text.stems if stem not in (BREAK, GAP)),
    )


def read_headlines(directory: Path) -> list[Item]:
    """Headlines in the order of their times."""
    with (directory / "uci-dev.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["timestamp_ms"]))
    return [
        item(
            row["title"],
            "",
            row["publisher"],
            row["story"],
            datetime.fromtimestamp(int(row["timestamp_ms"]) / 1000, UTC),
        )
        for row in rows
    ]


def read_texts(directory: Path, longest_gap: timedelta) -> list[Item]:
    """Articles in the order of their times, which follow each other within `longest_gap`."""
    with gzip.open(directory / "texts-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = sorted(map(json.loads, lines), key=lambda row: str(row["date"]))
    found: list[Item] = []
    at = before = datetime.fromisoformat(rows[0]["date"]).replace(tzinfo=UTC)
    for row in rows:
        date = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        at, before = at + min(date - before, longest_gap), date
        body = body_of(row["desc"], row["text"])
        found.append(item(row["title"], body, row["src"], row["story"], at))
    return found


def score(items: Sequence[Item], stories: Sequence[int]) -> Score:
    """Compare the stories that were found with those of people."""
    there, here = Counter(one.story for one in items), Counter(stories)
    both = Counter(zip((one.story for one in items), stories, strict=True)).items()
    return Score(
        sum(count * count / here[story] for (_, story), count in both) / len(items),
        sum(count * count / there[story] for (story, _), count in both) / len(items),
    )


def by_board(items: Sequence[Item]) -> list[int]:
    """As the bot does it: every article is assigned, kept, and learnt."""
    board = Board()
    feeds: dict[str, FeedId] = {}
    heirs: dict[int, int] = {}
    found: list[StoryId] = []
    for number, one in enumerate(items, start=1):
        feed_id = feeds.setdefault(one.outlet, FeedId(len(feeds) + 1))
        assigned = board.assign([Arrival(feed_id, "", one.line, one.at)], [], one.at)
        [story] = assigned.stories
        story_id = StoryId(story) if story > 0 else StoryId(number)
        heirs.update(assigned.joins)
        headline = Headline(ArticleId(number), story_id, feed_id, "", one.title, one.at, one.line)
        board.learn([headline], assigned.joins)
        found.append(story_id)
    return [_heir(story, heirs) for story in found]


def _heir(story: int, heirs: dict[int, int]) -> int:
    while story in heirs:
        story = heirs[story]
    return story


def by_title(items: Sequence[Item]) -> list[int]:
    """Identical headlines."""
    first: dict[str, int] = {}
    return [
        first.setdefault(normalise(one.title), place) for place, one in enumerate(items, start=1)
    ]


def by_simhash(items: Sequence[Item], most: int) -> list[int]:
    """The story of the article whose 64 bits differ in the fewest places (M. Charikar, 2002)."""
    hashes: list[int] = []
    found: list[int] = []
    for place, one in enumerate(items):
        mine = _simhash(one.stems)
        nearest = min(
            ((mine ^ other).bit_count() * len(items) + at for at, other in enumerate(hashes)),
            default=None,
        )
        is_near = nearest is not None and nearest // len(items) <= most
        found.append(found[nearest % len(items)] if nearest is not None and is_near else place)
        hashes.append(mine)
    return found


def _simhash(words: Iterable[str]) -> int:
    sums = [0] * 64
    for word, times in Counter(words).items():
        bits = crc32(word.encode()) << 32 | crc32(word.encode(), 0xABCDEF)
        for place in range(64):
            sums[place] += times if bits >> place & 1 else -times
    return sum(1 << place for place, total in enumerate(sums) if total > 0)


def by_jaccard(items: Sequence[Item], least: float) -> list[int]:
    """The story of the article with the largest share of common words, which MinHash would estimate."""
    with_word: dict[str, list[int]] = defaultdict(list)
    sets: list[frozenset[str]] = []
    found: list[int] = []
    for place, one in enumerate(items):
        mine = frozenset(one.stems)
        shared = Counter(at for word in mine for at in with_word[word])
        likest = max(
            ((count / (len(mine) + len(sets[at]) - count), -at) for at, count in shared.items()),
            default=(0.0, 0),
        )
        found.append(found[-likest[1]] if likest[0] >= least else place)
        sets.append(mine)
        for word in mine:
            with_word[word].append(place)
    return found


def by_centroid(items: Sequence[Item], least: float) -> list[int]:
    """The story whose sum of TF-IDF vectors has the smallest angle to the article's."""
    seen: Counter[str] = Counter()
    sums: dict[int, dict[str, float]] = {}
    squares: dict[int, float] = {}
    with_word: dict[str, set[int]] = defaultdict(set)
    found: list[int] = []
    for place, one in enumerate(items):
        seen.update(set(one.stems))
        vector = _tf_idf(one.stems, seen, place + 1)
        products: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for story in with_word[word]:
                products[story] += weight * sums[story][word]
        likeness, story = max(
            ((product / math.sqrt(squares[at]), at) for at, product in products.items()),
            default=(0.0, place),
        )
        if likeness < least:
            story = place
        own = sums.setdefault(story, {})
        squares[story] = squares.get(story, 0.0) + 1 + 2 * products.get(story, 0.0)
        for word, weight in vector.items():
            own[word] = own.get(word, 0.0) + weight
            with_word[word].add(story)
        found.append(story)
    return found


def _tf_idf(words: Iterable[str], seen: Counter[str], articles: int) -> dict[str, float]:
    weights = {
        word: (1 + math.log(times)) * math.log((articles + 10) / (seen[word] + 0.5))
        for word, times in Counter(words).items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}


Way = Callable[[Sequence[Item], float], list[int]]
BASELINES: Sequence[tuple[str, Way, Sequence[float]]] = (
    ("SimHash, 64 bits", lambda items, most: by_simhash(items, int(most)), (3, 10, 18)),
    ("Jaccard", by_jaccard, (0.05, 0.1, 0.2, 0.3)),
    ("TF-IDF centroid", by_centroid, (0.08, 0.12, 0.16, 0.2, 0.25)),
)


def compare(name: str, items: Sequence[Item]) -> Iterator[tuple[str, Score, int]]:
    """Each way's figures and number of stories, the bot's last."""
    stories = by_title(items)
    yield f"{name}: identical headlines", score(items, stories), len(set(stories))
    for way, put_together, settings in BASELINES:
        tried = [(score(items, found := put_together(items, one)), one, found) for one in settings]
        best, setting, stories = max(tried, key=lambda one: one[0].f1)
        yield f"{name}: {way}, best at {setting}", best, len(set(stories))
    stories = by_board(items)
    yield f"{name}: the bot", score(items, stories), len(set(stories))


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    last: dict[str, Score] = {}
    print(f"{'':<44}    P     R     F1  stories")
    for name, items in (
        ("headlines", read_headlines(directory)),
        ("texts", read_texts(directory, LONGEST_GAP)),
    ):
        print(f"{name}: {len(items)} articles, {len({one.story for one in items})} stories")
        for row, reached, count in compare(name, items):
            print(f"{row:<44} {reached} {count:>7}", flush=True)
            last[name] = reached
    dated = read_texts(directory, timedelta.max)
    stories = by_board(dated)
    print(f"{'texts at their own times, over years: the bot':<44} {score(dated, stories)}")
    headlines, texts = last["headlines"], last["texts"]
    print(f"headlines {headlines}, texts {texts}")
    if (
        headlines.f1 < HEADLINES_F1
        or headlines.precision < HEADLINES_PRECISION
        or texts.f1 < TEXTS_F1
        or texts.precision < TEXTS_PRECISION
    ):
        sys.exit(1)


if __name__ == "__main__":
    main()
