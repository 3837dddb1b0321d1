"""How fast an article finds its topics among very many, beside a loop over regular expressions.

    python -m bench.topics_speed DIR [--topics N]

DIR holds `reuters-dev.jsonl.gz`. Prints milliseconds an article, the ratio to what a bot with patterns would do,
where the time goes, how the cost grows with topics and with length, what hostile topics and texts cost, and memory.
All times are of this process alone, the best of some rounds: what else the machine does counts as little as can be.
"""

import argparse
import gzip
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from news import query
from news.aboutness import attention
from news.errors import BadQuery
from news.indexing import indexed
from news.matching import Source, subject_of
from news.places import mentions
from news.text import read
from news.topics import TopicIndex

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NOWHERE = Source(("wire.example",), ("wire",))
_PLACES = ("north korea", "japan", "france", "brazil", "india", "canada", "iran", "kenya", "peru")


def memory() -> float:
    """MB that this process occupies."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def articles(directory: Path) -> list[tuple[str, str]]:
    """Titles and bodies of real articles."""
    with gzip.open(directory / "reuters-dev.jsonl.gz", "rt") as lines:
        found = [json.loads(line) for line in lines]
    return [(one["title"], " ".join(one["body"].split())) for one in found]


def of_length(texts: Sequence[tuple[str, str]], words: int, count: int) -> list[tuple[str, str]]:
    """Articles of so many words, put together from real ones where these are shorter."""
    made: list[tuple[str, str]] = []
    source = cycle(texts)
    while len(made) < count:
        title, body = next(source)
        pieces = body.split()
        while len(pieces) < words:
            pieces += next(source)[1].split()
        made.append((title, " ".join(pieces[:words])))
    return made


def topics(
    texts: Sequence[tuple[str, str]], count: int, chance: random.Random
) -> list[query.Query]:
    """Different topics of one to three terms: one in fifty is a word or a place that all the world talks of.

    The others are words, and two or three words side by side, that at most one article in a thousand has: of very
    many different topics most are rare, since those that many chats follow are one.
    """
    split = [re.findall(r"[a-z]{3,}", f"{title} {body}".lower()) for title, body in texts]
    terms = Counter(
        " ".join(words[place : place + length])
        for words in split
        for length in (1, 2, 3)
        for place in range(len(words) - length + 1)
    )
    rare = sorted(term for term, times in terms.items() if times <= len(texts) / 1000)
    frequent = range(len(texts) // 200, len(texts) // 20)
    common = [*_PLACES, *sorted(term for term, times in terms.items() if times in frequent)]
    found: dict[str, query.Query] = {}
    while len(found) < count:
        chosen = [
            chance.choice(common if chance.random() < 0.02 else rare)
            for _ in range(chance.choice((1, 1, 1, 2, 2, 3)))
        ]
        typed = chosen[0]
        for term in chosen[1:]:
            typed += chance.choice((" AND ", " OR ", " -")) + term
        try:
            made = query.parse(typed)
        except BadQuery:
            continue
        found.setdefault(made.normal, made)
    return list(found.values())


def timed(
    work: Callable[..., object], articles: Sequence[Sequence[object]], rounds: int = 9
) -> float:
    """Milliseconds an article, each given as the arguments of the work."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        for article in articles:
            work(*article)
        times.append((time.process_time() - begun) / len(articles) * 1000)
    return min(times)


def stages(index: TopicIndex, texts: Sequence[tuple[str, str]]) -> None:
    """Print where the time goes, and what it costs to take an article into the full-text index."""
    cut = [read(title, body, "en") for title, body in texts]
    named = [(text, mentions(text)) for text in cut]
    seen = [subject_of(title, body, "en", NOWHERE, NOW) for title, body in texts]
    parts: list[tuple[str, Callable[..., object], Sequence[Sequence[object]]]] = [
        ("words", lambda title, body: read(title, body, "en"), texts),
        ("places", mentions, [(text,) for text in cut]),
        ("aboutness", attention, named),
        ("topics", index.match, [(subject, NOW) for subject in seen]),
        ("index row", indexed, [(subject,) for subject in seen]),
    ]
    for name, work, given in parts:
        print(f"  {name}: {timed(work, given):.3f} ms")


def matching(index: TopicIndex) -> Callable[[str, str], object]:
    """The whole way of an article: normalise, find places, match, score."""
    return lambda title, body: index.match(subject_of(title, body, "en", NOWHERE, NOW), NOW)


def built(wanted: Sequence[query.Query]) -> TopicIndex:
    """The index of some topics, ready for articles in English."""
    index = TopicIndex()
    for number, one in enumerate(wanted):
        index.add(number, one.tree)
    matching(index)("warm", "up")
    return index


def patterns(wanted: Sequence[query.Query]) -> Callable[[str, str], object]:
    """What a bot with a pattern for each topic does: all of them, one after the other."""
    compiled = [re.compile("|".join(map(re.escape, _words(one))), re.IGNORECASE) for one in wanted]
    return lambda title, body: [
        number for number, one in enumerate(compiled) if one.search(f"{title}\n{body}")
    ]


def _words(wanted: query.Query) -> Iterator[str]:
    for node in query.parts_of(wanted.tree):
        if isinstance(node, query.Phrase):
            yield " ".join(node.words)
        elif isinstance(node, query.Place):
            yield node.place


def hostile() -> tuple[list[query.Query], list[tuple[str, str]]]:
    """Topics and texts that are made to be slow."""
    letters = "abcdefghijklmnopqrstuvwxyz123456"
    asked = [
        *("(" * 15 + "a" + ")" * 15, " OR ".join(letters), " AND ".join(letters)),
        *(" ".join("a" * length) for length in range(1, 13)),
        *(" ".join(("a", "b")[place % 2] for place in range(length)) for length in range(2, 13)),
        " OR ".join(f"(a -{letter})" for letter in letters[1:16]),
    ]
    texts = [
        ("aaaa " * 8, "a" * 3000),
        ("a", "a " * 500),
        ("a b", "a b " * 250),
        ("x", ". - | " * 500),
    ]
    return [query.parse(one) for one in asked], texts


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    options.add_argument("--topics", type=int, default=100_000)
    given = options.parse_args()
    chance = random.Random(7)  # noqa: S311 - the same topics at every run
    texts = articles(given.directory)
    ordinary = of_length(texts, 500, 60)
    matching(built([]))(*ordinary[0])
    wanted = topics(texts, given.topics, chance)
    before = memory()
    begun = time.process_time()
    index = built(wanted)
    seconds = time.process_time() - begun
    print(
        f"{len(index):,} topics: built in {seconds:.1f} s, {memory() - before:.0f} MB more, {memory():.0f} MB in all"
    )
    cost = timed(matching(index), ordinary)
    found = statistics.mean(
        len(index.match(subject_of(*one, "en", NOWHERE, NOW), NOW)) for one in ordinary
    )
    print(f"an article of 500 words: {cost:.3f} ms, {found:.0f} topics of it")
    stages(index, ordinary)
    loop = timed(patterns(wanted), ordinary[:1], rounds=1)
    print(
        f"a loop over {len(wanted):,} compiled patterns: {loop:,.0f} ms, ratio {loop / cost:,.0f}"
    )
    extra = topics(texts, 1100, random.Random(11))[-1000:]  # noqa: S311 - as above
    begun = time.process_time()
    for number, one in enumerate(extra):
        index.add(len(wanted) + number, one.tree)
        index.match(subject_of("rice", "rice", "en", NOWHERE, NOW), NOW)
    added = (time.process_time() - begun) / len(extra) * 1000
    print(f"adding a topic, with an article after each: {added:.2f} ms")
    for count in (given.topics // 100, given.topics // 10):
        smaller = timed(matching(built(wanted[:count])), ordinary)
        print(f"the same articles with {count:,} topics: {smaller:.3f} ms")
    for words in (50, 5000):
        print(f"{words} words: {timed(matching(index), of_length(texts, words, 20)):.3f} ms")
    asked, made = hostile()
    for number, one in enumerate(asked):
        index.add(2_000_000 + number, one.tree)
    with_them = timed(matching(index), ordinary)
    print(
        f"with {len(asked)} hostile topics, ordinary articles: {with_them:.3f} ms, {with_them / cost:.2f} times"
    )
    for title, body in made:
        slow = timed(matching(index), [(title, body)])
        print(f"hostile text {body[:12]!r}…: {slow:.3f} ms, {slow / cost:.2f} times")


if __name__ == "__main__":
    main()
