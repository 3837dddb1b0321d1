"""Searching a million articles in SQLite, beside `LIKE '%…%'` over the same words.

    python -m bench.search [--articles 1000000] [--folder DIR]      # DIR: where the database is built

The articles are made up: words as frequent as in a language (Zipf), a fifth of them Japanese, given as
pairs of characters; places among the facts, as what an article is about or only names. About a
hundred tokens each. Prints how fast they go in, how large the index is, and for each kind of query the
median and 95th percentile of many different ones. LIKE is asked for as many articles, newest first,
which may stop early, and for the newest stories, as /latest did before there was an index. Exit code 1
if a query's 95th percentile reaches 50 ms, that of /latest without a query 5 ms, or of the best 250 ms.
"""

import argparse
import asyncio
import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from storage import articles, chats, feeds, matches, search
from storage.database import Database, Transaction, open_database
from storage.records import (
    AllOf,
    AnyOf,
    ArticleId,
    Chat,
    ChatId,
    FeedId,
    Found,
    IndexRow,
    Kind,
    NewArticle,
    Position,
    Side,
    StoryId,
    Wanted,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = timedelta(days=90)
BATCH = 1000
FEEDS, FOLLOWED = 500, 20
PLACES = 250
PAGE, CANDIDATES = 10, 40
"""Stories of a page, and candidates that are asked for to fill it."""

RUNS, LIKE_RUNS = 200, 5
BAR, LATEST_BAR, BEST_BAR = 50, 5, 250
"""Milliseconds at the 95th percentile. The best take longer, as words are counted over the whole archive."""


def _cumulative(count: int, offset: int) -> list[float]:
    """The weights of Zipf's law, added up."""
    return list(itertools.accumulate(1 / (rank + offset) for rank in range(count)))


@dataclass
class Language:
    """Makes articles up, always the same ones."""

    chance: random.Random = field(
        default_factory=lambda: random.Random(1)  # noqa: S311 - nothing secret
    )

    def __post_init__(self) -> None:
        letters = "etaoinshrdlcumwfgypbvkjxqz"
        spelt = {
            "".join(self.chance.choices(letters, k=self.chance.randint(3, 10)))
            for _ in range(60_000)
        }
        self.words = self.chance.sample(sorted(spelt), 50_000)
        characters = [chr(0x4E00 + number) for number in range(2500)]
        weights = _cumulative(2500, 30)
        self.japanese = [
            "".join(self.chance.choices(characters, cum_weights=weights, k=length))
            for length in self.chance.choices((1, 2, 3, 4), (2, 10, 3, 1), k=20_000)
        ]
        self.places = [f"place{number}" for number in range(PLACES)]
        self._weights = [_cumulative(50_000, 3), _cumulative(20_000, 5), _cumulative(PLACES, 3)]

    def tokens(self, japanese: bool) -> list[str]:
        """The tokens of one article: about a hundred."""
        if not japanese:
            return self.chance.choices(self.words, cum_weights=self._weights[0], k=100)
        words = self.chance.choices(self.japanese, cum_weights=self._weights[1], k=50)
        run = "".join(words)
        return [first + second for first, second in itertools.pairwise(run)] + [run[-1]]

    def row(self, number: int, published_at: datetime) -> IndexRow:
        """An article as the index takes it."""
        japanese = number % 5 == 0
        named = self.chance.choices(self.places, cum_weights=self._weights[2], k=3)
        tokens = self.tokens(japanese)
        about = named[0]
        facts = {f"named:{place}" for place in named} | {f"place:{about}"}
        return IndexRow(
            ArticleId(number),
            published_at,
            " ".join([*tokens[:9], about]),
            " ".join([*tokens[9:], *named[1:]]),
            " ".join([*sorted(facts), "lang:ja" if japanese else "lang:en"]),
        )


@dataclass
class Built:
    """A database full of articles, and how it came to be."""

    database: Database
    old: sqlite3.Connection
    """The same words as they were looked up with LIKE."""
    language: Language
    count: int
    seconds_all: float = 0.0
    seconds_index: float = 0.0


async def build(folder: Path, count: int) -> Built:
    """Fill a database in batches, as fast as storage takes them."""
    database = await open_database(f"sqlite:///{folder / 'search.db'}")
    old = sqlite3.connect(folder / "like.db", isolation_level=None)
    old.execute(
        "CREATE TABLE old (id INTEGER PRIMARY KEY, story_id INTEGER, published_at TEXT, words TEXT)"
    )
    old.execute("CREATE INDEX old_published_at ON old (published_at)")
    built = Built(database, old, Language(), count)
    async with database.write() as tx:
        feed_ids = [
            (await feeds.add(tx, f"https://{number}.example/feed", BEGIN)).id
            for number in range(FEEDS)
        ]
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        rows = [
            built.language.row(
                number,
                # Not quite in the order in which they arrive.
                BEGIN
                + PERIOD * number / count
                + timedelta(seconds=built.language.chance.uniform(-3600, 0)),
            )
            for number in numbers
        ]
        began = time.perf_counter()
        async with database.write() as tx:
            stories = await articles.add_stories(tx, len(rows), BEGIN)
            kept = [
                (_feed(feed_ids, row), _article(row, built.language.chance.choice(stories)))
                for row in rows
            ]
            await articles.add(tx, kept, BEGIN)
            asked = time.perf_counter()
            await search.index(tx, rows)
            built.seconds_index += time.perf_counter() - asked
        built.seconds_all += time.perf_counter() - began
        old.execute("BEGIN")
        old.executemany(
            "INSERT INTO old VALUES (?, ?, ?, ?)",
            [
                (row.article_id, one.story_id, str(row.published_at), f" {row.title} | {row.body} ")
                for row, (_, one) in zip(rows, kept, strict=True)
            ],
        )
        old.execute("COMMIT")
        if first // BATCH % 50 == 0:
            print(f"  {numbers[-1]:9,} articles", file=sys.stderr)
    return built


def _feed(feed_ids: Sequence[FeedId], row: IndexRow) -> FeedId:
    return feed_ids[row.article_id * row.article_id % len(feed_ids)]


def _article(row: IndexRow, story_id: StoryId) -> NewArticle:
    url = f"https://pile.example/{row.article_id}"
    return NewArticle(
        f"{row.article_id:064}", url, url, row.title, row.body, row.published_at, story_id, True
    )


Query = Callable[[Transaction], Awaitable[Sequence[object]]]


@dataclass(frozen=True)
class Case:
    """One kind of query."""

    name: str
    query: Callable[[int], Query]
    """The query of each run."""
    like: Callable[[int], Sequence[str]] | None = None
    """What LIKE looks for in its place: all of these."""
    bar: float = BAR


def _find(wanted: Wanted) -> Query:
    async def ask(tx: Transaction) -> Sequence[Found]:
        return await search.find(tx, wanted, limit=CANDIDATES)

    return ask


def _best(wanted: Wanted) -> Query:
    async def ask(tx: Transaction) -> Sequence[ArticleId]:
        return await search.best(tx, wanted, window=2000, limit=200)

    return ask


def _latest(followed_by: ChatId | None = None) -> Query:
    async def ask(tx: Transaction) -> Sequence[object]:
        return await articles.latest(tx, limit=PAGE + 1, followed_by=followed_by)

    return ask


def cases(language: Language, deep: Sequence[Position]) -> list[Case]:
    """What is asked, with other words in each run. `deep`: where page 50 of some places begins."""
    words, places = language.words, language.places
    pairs = [word for word in language.japanese if len(word) == 2]
    triples = [word for word in language.japanese if len(word) == 3]

    def about(place: str) -> Side:
        return Side((f"place:{place}",), "facts")

    def boolean(run: int) -> Wanted:
        place, common, rare = places[run % 50], words[run % 100], words[2000 + 7 * run]
        phrase = Side((words[run % 300], words[(3 * run) % 300]))
        return AllOf((AnyOf((about(place), phrase)), AnyOf((Side((common,)), Side((rare,))))))

    def page_50(run: int) -> Query:
        async def ask(tx: Transaction) -> Sequence[Found]:
            place = run % len(deep)
            return await search.find(tx, about(places[place]), limit=CANDIDATES, beyond=deep[place])

        return ask

    def pair(run: int) -> str:
        return pairs[13 * run % len(pairs)]

    return [
        Case("a place", lambda run: _find(about(places[run % 100])), lambda run: [places[run]]),
        Case(
            "a rare word",
            lambda run: _find(Side((words[20_000 + 137 * run % 30_000],))),
            lambda run: [words[20_000 + 137 * run % 30_000]],
        ),
        Case(
            "a frequent word",
            lambda run: _find(Side((words[run % 50],))),
            lambda run: [words[run % 50]],
        ),
        Case(
            "two words side by side",
            lambda run: _find(Side((words[run % 200], words[7 * run % 200]))),
            lambda run: [f"{words[run % 200]} {words[7 * run % 200]}"],
        ),
        Case(
            "a boolean query",
            lambda run: _find(boolean(run)),
            lambda run: [places[run % 50], words[run % 100]],
        ),
        Case(
            "a Japanese word of two characters",
            lambda run: _find(Side((pair(run),))),
            lambda run: [pair(run)],
        ),
        Case(
            "a Japanese word of three characters",
            lambda run: _find(Side(_pairs(triples[13 * run % len(triples)]))),
            lambda run: [" ".join(_pairs(triples[13 * run % len(triples)]))],
        ),
        Case(
            "a Japanese character",
            lambda run: _find(Side((chr(0x4E00 + 11 * run % 2500),), beginning=True)),
        ),
        Case("page 50 of a place", page_50),
        Case("the best of a place", lambda run: _best(about(places[run % 100])), bar=BEST_BAR),
        Case(
            "the best of a frequent word", lambda run: _best(Side((words[run % 50],))), bar=BEST_BAR
        ),
        Case(
            "the best of a rare word",
            lambda run: _best(Side((words[20_000 + 137 * run],))),
            bar=BEST_BAR,
        ),
        Case("/latest of everything", lambda _run: _latest(), bar=LATEST_BAR),
        Case("/latest of what a chat follows", lambda run: _latest(ChatId(run % 2))),
    ]


def _pairs(word: str) -> tuple[str, ...]:
    return tuple(first + second for first, second in itertools.pairwise(word))


async def follow(built: Built) -> None:
    """Two chats: one follows some feeds and a topic, the other a topic with few articles."""
    async with built.database.write() as tx:
        for number in range(2):
            chat = Chat(
                ChatId(number), "UTC", "en", "off", None, BEGIN, ArticleId(0), False, None, None
            )
            await chats.add(tx, chat, BEGIN)
            topic = await chats.intern_topic(tx, f"topic {number}", "topic", BEGIN)
            follows = [(Kind.TOPIC, int(topic.id))]
            if number == 0:
                follows += [(Kind.FEED, id) for id in range(1, FOLLOWED + 1)]
            for kind, target in follows:
                await chats.subscribe(tx, chat.id, kind, target, "x", ArticleId(0), BEGIN)
            place = Side((f"place:{built.language.places[9 if number == 0 else 200]}",), "facts")
            matched = await search.find(tx, place, limit=2000)
            await matches.match_topic(tx, topic.id, {one.article.id: 1.0 for one in matched})


async def page_50(built: Built) -> list[Position]:
    """Where page 50 of some places begins."""
    deep = []
    async with built.database.read() as tx:
        for place in built.language.places[:20]:
            wanted = Side((f"place:{place}",), "facts")
            deep.append((await search.find(tx, wanted, limit=49 * PAGE))[-1].position)
    return deep


async def ask_all(built: Built) -> bool:
    """Print the figures of every case; whether all stay below their bars."""
    good = True
    print(f"{'milliseconds':38}{'median':>9}{'p95':>9}{'LIKE':>10}{'stories':>9}   ratios to LIKE")
    for case in cases(built.language, await page_50(built)):
        times, empty = [], 0
        for run in range(RUNS):
            query = case.query(run)
            async with built.database.read() as tx:
                began = time.perf_counter()
                found = await query(tx)
                times.append((time.perf_counter() - began) * 1000)
                empty += not found
        times.sort()
        median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        good = good and p95 < case.bar
        beside = ""
        if case.like is not None:
            slow = [
                sorted(_like(built.old, kind, case.like(run)) for run in range(LIKE_RUNS))[
                    LIKE_RUNS // 2
                ]
                for kind in (_EARLY, _STORIES)
            ]
            beside = (
                f"{slow[0]:10.1f}{slow[1]:9.1f}   {slow[0] / median:.1f}, {slow[1] / median:.0f}"
            )
        note = f"   ({empty} of {RUNS} found nothing)" if empty else ""
        print(f"{case.name:38}{median:9.2f}{p95:9.2f}{beside}{note}")
    return good


_EARLY = "SELECT id FROM old WHERE {} ORDER BY published_at DESC LIMIT 40"
_STORIES = """
    SELECT story_id FROM old WHERE {} GROUP BY story_id ORDER BY max(published_at) DESC LIMIT 11
"""


def _like(old: sqlite3.Connection, kind: str, phrases: Sequence[str]) -> float:
    """Milliseconds of the same question to LIKE."""
    query = kind.format(" AND ".join(["words LIKE ?"] * len(phrases)))
    began = time.perf_counter()
    old.execute(query, [f"% {phrase} %" for phrase in phrases]).fetchall()
    return (time.perf_counter() - began) * 1000


async def visits(built: Built) -> float:
    """Milliseconds that the index adds to an article when few arrive at a time."""
    seconds, rows = 0.0, 0
    for number in range(100):
        async with built.database.write() as tx:
            some = [
                built.language.row(built.count + 5 * number + place, BEGIN + PERIOD)
                for place in range(1, 6)
            ]
            began = time.perf_counter()
            await search.index(tx, some)
            seconds += time.perf_counter() - began
            await search.unindex(tx, some)
            rows += len(some)
    return seconds / rows * 1000


async def megabytes(built: Built) -> float:
    """Of the index."""
    async with built.database.read() as tx:
        size = await tx.scalar(
            text(
                "SELECT (SELECT sum(length(block)) FROM search_rows_data)"
                " + (SELECT sum(length(sz) + 9) FROM search_rows_docsize)"
            )
        )
    return float(size or 0) / 1e6


async def run(folder: Path, count: int) -> bool:
    """Build and ask."""
    built = await build(folder, count)
    size = await megabytes(built)
    whole = (folder / "search.db").stat().st_size / 1e6
    rate, index_rate = count / built.seconds_all, count / built.seconds_index
    print(f"{count:,} articles, {whole:,.0f} MB with everything")
    print(f"index {size:,.0f} MB, {size / count * 1e6:,.0f} MB a million articles")
    print(
        f"put in at {rate:,.0f} articles/s, the index by itself {index_rate:,.0f} rows/s;"
        f" five at a time {await visits(built):.2f} ms an article"
    )
    await follow(built)
    good = await ask_all(built)
    built.old.close()
    await built.database.close()
    return good


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="default: a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        return 0 if asyncio.run(run(Path(name), chosen.articles)) else 1


if __name__ == "__main__":
    sys.exit(main())
