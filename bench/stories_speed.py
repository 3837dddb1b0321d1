"""What it costs to find the story of an article, beside a scan over all articles of the last days.

    python -m bench.stories_speed DIR [--articles N]

DIR holds `texts-dev.jsonl.gz`. From its words a seeded generator makes 10,000 articles a day: six of ten are the
only one of their story, few stories have very many; each story has names of its own. Prints milliseconds of
computing time an article for each size of the window, how the cost grows, what a scan costs at the last size, what
articles cost that all look alike, how long the learning of a chunk keeps other tasks waiting, and memory. Exit code
1 if an article costs more than the bar, or the board more memory.
"""

import argparse
import gzip
import json
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from news.intake import LEARN
from news.story_board import Arrival, Board
from news.text import BREAK, GAP, read
from storage.records import ArticleId, FeedId, Headline, StoryId

BAR_MS, BAR_MB = 1.5, 100.0

A_DAY = 10_000
OUTLETS = 400
BATCH = 20
"""Articles that come together."""

START = datetime(2026, 11, 20, tzinfo=UTC)
_RUNNING = 1000
"""Stories that still get articles."""

_SYLLABLES = ("ka", "lo", "mir", "ten", "os", "ur", "vel", "shi", "dor", "ban", "qui", "rex", "ja")


@dataclass(frozen=True, slots=True)
class Subject:
    """What articles of one story have in common."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def memory() -> float:
    """MB that this process occupies."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def texts(directory: Path) -> list[tuple[str, ...]]:
    """The stems of real articles."""
    with gzip.open(directory / "texts-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [read(row["title"], row["text"][:6000], "en").stems for row in rows]
    return [tuple(stem for stem in one if stem not in (BREAK, GAP)) for one in found]


class Generator:
    """Articles that are like real ones in how often words come back, and in how many tell one story."""

    def __init__(self, sources: Sequence[tuple[str, ...]], seed: int) -> None:
        self._sources = [one for one in sources if len(one) > 60]
        self._chance = random.Random(seed)  # noqa: S311 - the same articles each time
        self._running: list[Subject] = []
        self._made = 0

    def _name(self) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 4)))

    def _subject(self) -> Subject:
        chance = self._chance
        if self._running and chance.random() < 0.4:
            # The newest stories are those that most is written about.
            back = min(int(chance.expovariate(1 / 150)), len(self._running) - 1)
            return self._running[-1 - back]
        names = tuple(self._name() for _ in range(5))
        # Of several sources, as if there were far more of them.
        words = [word for source in chance.sample(self._sources, 3) for word in source]
        subject = Subject(names, tuple(chance.sample(words, min(90, len(words)))))
        self._running = [*self._running[-_RUNNING:], subject]
        return subject

    def arrivals(self, count: int) -> list[Arrival]:
        """As many more articles."""
        chance = self._chance
        found: list[Arrival] = []
        for _ in range(count):
            subject = self._subject()
            title = [*chance.sample(subject.names, 2), *chance.sample(subject.words, 7)]
            filler = chance.choice(self._sources)
            body = [
                *chance.choices(subject.names, k=10),
                *chance.sample(subject.words, 55),
                *chance.sample(filler, 50),
            ]
            chance.shuffle(body)
            self._made += 1
            found.append(
                Arrival(
                    FeedId(chance.randrange(OUTLETS) + 1),
                    "",
                    BREAK.join(("en", " ".join(title), " ".join(body), " ".join(subject.names))),
                    START + timedelta(days=self._made / A_DAY),
                )
            )
        return found


class Poller:
    """Does with articles what is done when they come in."""

    def __init__(self) -> None:
        self.board = Board()
        self.stories = 0
        self.articles = 0
        self.joins = 0

    def take_in(self, arrivals: Sequence[Arrival]) -> float:
        """The milliseconds that each took."""
        begun = time.process_time()
        for first in range(0, len(arrivals), BATCH):
            some = arrivals[first : first + BATCH]
            assigned = self.board.assign(some, [], some[-1].published_at)
            self.joins += len(assigned.joins)
            new = len({story for story in assigned.stories if story <= 0})
            ids = [one if one > 0 else self.stories + 1 - one for one in assigned.stories]
            self.stories += new
            self.board.learn(self._headlines(some, ids), assigned.joins)
        return (time.process_time() - begun) / len(arrivals) * 1000

    def _headlines(self, arrivals: Sequence[Arrival], stories: Sequence[int]) -> list[Headline]:
        found: list[Headline] = []
        for arrival, story in zip(arrivals, stories, strict=True):
            self.articles += 1
            found.append(
                Headline(
                    ArticleId(self.articles),
                    StoryId(story),
                    arrival.feed_id,
                    "",
                    "",
                    arrival.published_at,
                    arrival.words,
                )
            )
        return found


def scan(window: Sequence[Arrival], arrivals: Sequence[Arrival]) -> float:
    """Milliseconds an article to compare its TF-IDF vector with all of the window, which are made beforehand."""
    seen = Counter(word for one in window for word in set(_words(one)))
    vectors = [_vector(one, seen, len(window)) for one in window]
    begun = time.process_time()
    for one in arrivals:
        get = _vector(one, seen, len(window)).get
        max(sum([weight * get(word, 0.0) for word, weight in other.items()]) for other in vectors)
    return (time.process_time() - begun) / len(arrivals) * 1000


def _words(arrival: Arrival) -> list[str]:
    return arrival.words.replace(BREAK, " ").split()


def _vector(arrival: Arrival, seen: Counter[str], articles: int) -> dict[str, float]:
    weights = {
        word: (1 + math.log(times)) * math.log((articles + 10) / (seen[word] + 0.5))
        for word, times in Counter(_words(arrival)).items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}


def alike(generator: Generator, count: int) -> list[Arrival]:
    """Articles of very many outlets that all consist of the same few words."""
    [first] = generator.arrivals(1)
    _, title, body, names = first.words.split(BREAK)
    chance = random.Random(2)  # noqa: S311 - the same articles each time
    found: list[Arrival] = []
    for number in range(count):
        words = body.split()
        chance.shuffle(words)
        line = BREAK.join(("en", title, " ".join(words[: chance.randint(20, 90)]), names))
        at = first.published_at + timedelta(seconds=number)
        found.append(Arrival(FeedId(OUTLETS + number), "", line, at))
    return found


def longest_wait(arrivals: Sequence[Arrival]) -> float:
    """The longest time in ms that a new process needs for one chunk of what it learns."""
    learner, poller = Board(), Poller()
    headlines = poller._headlines(arrivals, range(1, len(arrivals) + 1))  # noqa: SLF001 - what one chunk costs shows behind the door only
    longest = 0.0
    for first in range(0, len(headlines), LEARN):
        begun = time.process_time()
        learner.learn(headlines[first : first + LEARN])
        longest = max(longest, time.process_time() - begun)
    return longest * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--articles", type=int, default=4 * A_DAY)
    options = parser.parse_args()
    sources = texts(options.directory)
    generator = Generator(sources, 1)
    sizes = [options.articles // part for part in (16, 8, 4, 2, 1)]
    chunk = min(1000, sizes[0])
    before = memory()
    poller = Poller()
    costs: list[float] = []
    print("window     ms/article")
    for size in sizes:
        while poller.articles < size - chunk:
            poller.take_in(generator.arrivals(min(chunk, size - chunk - poller.articles)))
        costs.append(poller.take_in(generator.arrivals(chunk)))
        print(f"{size:>7,} {costs[-1]:>10.3f}", flush=True)
    occupied = memory() - before
    growth = math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0])
    print(f"grows as n^{growth:.2f}; {poller.stories:,} stories, {poller.joins:,} joined later")
    print(f"memory for {poller.articles:,} articles: {occupied:.0f} MB")
    print(f"articles that all look alike: {poller.take_in(alike(generator, 1000)):.3f} ms/article")
    last = generator.arrivals(chunk)
    print(f"learning {LEARN} articles keeps others waiting for {longest_wait(last):.1f} ms at most")
    part = options.articles // 8
    scanned = scan(generator.arrivals(part), generator.arrivals(20)) * options.articles / part
    print(
        f"a scan over TF-IDF vectors: {scanned:.0f} ms/article, {scanned / costs[-1]:,.0f} times as much"
    )
    print(f"{costs[-1]:.2f} ms an article, {occupied:.0f} MB")
    if costs[-1] > BAR_MS or occupied > BAR_MB:
        sys.exit(1)


if __name__ == "__main__":
    main()
