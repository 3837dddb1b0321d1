"""Words, texts and articles that no outlet wrote, always the same for the same chance."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage import articles, feeds
from storage.database import Transaction
from storage.records import ArticleId, FeedId, NewArticle, StoryId

FEEDS = 500


def words(chance: random.Random) -> list[str]:
    """Twenty thousand of them, of three to nine letters."""
    letters = "etaoinshrdlcumwfgypbvkjxqz"
    return ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(20_000)]


def text(chance: random.Random, known: Sequence[str], length: int, steepness: int) -> str:
    """Sentences of ten words or so; the larger the steepness, the more often frequent words come."""
    picked = [known[int(len(known) * chance.random() ** steepness)] for _ in range(length)]
    sentences = [picked[first : first + 10] for first in range(0, length, 10)]
    return " ".join(" ".join(some).capitalize() + "." for some in sentences)


@dataclass
class Outlets:
    """FEEDS of them, and what they write until `now`: stories of one to thirty articles."""

    chance: random.Random
    steepness: int
    """See `text`."""
    length: int
    """Words of an article's own text."""
    now: datetime
    period: timedelta
    """The time in which the stories began."""
    words: list[str] = field(init=False)
    _feeds: list[FeedId] = field(init=False, default_factory=list)
    _story: StoryId = field(init=False, default=StoryId(0))
    _left: int = field(init=False, default=0)
    _title: str = field(init=False, default="")
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.words = words(self.chance)
        self._began = self.now

    async def open(self, tx: Transaction) -> None:
        """Keep their feeds."""
        for number in range(FEEDS):
            url = f"https://outlet{number}.example/feed"
            self._feeds.append((await feeds.add(tx, url, self.now, f"Outlet {number}")).id)

    async def publish(self, tx: Transaction, count: int) -> Sequence[ArticleId]:
        """Keep so many more articles."""
        rows: list[tuple[FeedId, NewArticle]] = []
        for _ in range(count):
            if not self._left:
                [self._story] = await articles.add_stories(tx, 1, self.now)
                self._left = min(int(self.chance.paretovariate(1.2)), 30)
                self._title = text(self.chance, self.words, 9, self.steepness)
                self._began = self.now - self.period * self.chance.random()
            self._left -= 1
            rows.append((self.chance.choice(self._feeds), self._article()))
        return await articles.add(tx, rows, self.now)

    def _article(self) -> NewArticle:
        number = self.chance.getrandbits(60)
        later = timedelta(hours=20 * self.chance.random())
        return NewArticle(
            identity=str(number),
            url=f"https://outlet.example/{number}",
            canonical_url=f"outlet.example/{number}",
            title=f"{self._title[:-1]} {self.chance.choice(self.words)}",
            summary=text(self.chance, self.words, 40, self.steepness),
            published_at=min(self._began + later, self.now),
            story_id=self._story,
            archived=False,
            text=text(self.chance, self.words, self.length, self.steepness),
            language="en",
        )
