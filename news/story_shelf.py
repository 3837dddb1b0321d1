"""What is remembered of the latest stories: their sums, found again by the words that weigh most in them."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import nlargest
from typing import TypeVar

from news.story_vectors import Counted, Sum

CAPACITY = 45_000
"""Articles of which the latest stories are remembered; about 1 kB for each story."""

_SHEETS = 4
"""Parts of what is remembered; the oldest is thrown away as a whole: nothing has to be taken down one by one."""

_TITLE_KEYS, _BODY_KEYS, _NAME_KEYS = 12, 6, 4
"""Words by which a story is found: the rarest of an article's headline, of all its words, of its names."""

_LOOKS = 32
"""Stories with a word that are considered, the latest first; a common word may have thousands."""

_CANDIDATES = 12
"""Stories that are compared, those first that share the rarest words."""

_IN_TITLE, _IN_BODY = 200, 240
"""Words that a story's sums hold."""

_REMEMBERED = 24
"""Outlets, languages and names of a story that are kept."""

_NAME = 0.1
"""What a name counts among the words by which a story is found."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An article, made ready to be compared."""

    counted: Counted
    title: Mapping[int, float]
    body: Mapping[int, float]
    feed_id: int
    published: float
    """Seconds."""

    def keys(self) -> list[tuple[int, float]]:
        """The words by which its story is found, with what each counts. Those below 0 stand for names."""
        words = nlargest(_TITLE_KEYS, self.title.items(), key=_weight)
        words += nlargest(_BODY_KEYS, self.body.items(), key=_weight)
        # Names are mapped to numbers by chance: the least ones are the same for all who have them.
        return words + [(~id, _NAME) for id in sorted(self.counted.names)[:_NAME_KEYS]]


@dataclass(frozen=True, slots=True)
class Told:
    """A story as far as it is known; telling it further makes another one of it."""

    languages: tuple[str, ...]
    title: Sum
    body: Sum | None
    names: "array[int]"
    feeds: tuple[int, ...]
    """Outlets that told it, as many as matter."""
    size: int
    last: float
    """When its latest article was published, in seconds."""
    sheet: int = 0

    def plus(self, seen: Seen) -> "Told":
        """The story with one article more."""
        body = self.body
        if seen.body:
            body = body.plus(Sum(seen.body), _IN_BODY) if body else Sum(seen.body)
        return replace(
            self,
            languages=_united(self.languages, (seen.counted.language,)),
            title=self.title.plus(Sum(seen.title), _IN_TITLE),
            body=body,
            names=array("I", _united(self.names, seen.counted.names)),
            feeds=_united(self.feeds, (seen.feed_id,)),
            size=self.size + 1,
            last=max(self.last, seen.published),
        )

    def joined(self, other: "Told") -> "Told":
        """Both stories, which are one."""
        body = self.body or other.body
        if self.body and other.body:
            body = self.body.plus(other.body, _IN_BODY)
        return replace(
            self,
            languages=_united(self.languages, other.languages),
            title=self.title.plus(other.title, _IN_TITLE),
            body=body,
            names=array("I", _united(self.names, other.names)),
            feeds=_united(self.feeds, other.feeds),
            size=self.size + other.size,
            last=max(self.last, other.last),
        )

    def keys(self) -> list[tuple[int, float]]:
        """The words by which stories like it are found, with what each counts."""
        words = nlargest(_TITLE_KEYS, self.title.by_word().items(), key=_weight)
        return words + (
            nlargest(_BODY_KEYS, self.body.by_word().items(), key=_weight) if self.body else []
        )


_One = TypeVar("_One", bound=int | str)


def _weight(word: tuple[int, float]) -> tuple[float, int]:
    return word[1], word[0]


def _united(these: Iterable[_One], those: Iterable[_One]) -> tuple[_One, ...]:
    return tuple(dict.fromkeys((*these, *those)))[:_REMEMBERED]


def begun(seen: Seen) -> Told:
    """The story that an article begins."""
    counted = seen.counted
    return Told(
        (counted.language,),
        Sum(seen.title),
        Sum(seen.body) if seen.body else None,
        array("I", counted.names),
        (seen.feed_id,),
        1,
        seen.published,
    )


class Shelf:
    """Stories, found again by their words; one may lie on another, which stays as it is."""

    def __init__(self, below: "Shelf | None" = None, capacity: int = CAPACITY) -> None:
        """Of about `capacity` articles the stories are kept."""
        self._below = below
        self._per_sheet = capacity // _SHEETS
        self._stories: dict[int, Told] = {}
        self._gone: dict[int, int] = {}
        # Most words stand for one story: then there is no array.
        self._sheets: list[dict[int, int | array[int]]] = [{}]
        self._turned = 0
        self._on_sheet = 0

    def resolve(self, id: int) -> int:
        """The story that one is part of, if it is gone."""
        if self._below is not None:
            id = self._below.resolve(id)
        while id in self._gone:
            id = self._gone[id]
        return id

    def get(self, id: int) -> Told | None:
        """A story that is there under this very id."""
        found = self._stories.get(id)
        if found is None and self._below is not None and id not in self._gone:
            return self._below.get(id)
        return found

    def put(self, id: int, told: Told, keys: Iterable[tuple[int, float]]) -> None:
        """Keep what became of a story, to be found by these words."""
        if self._on_sheet >= self._per_sheet:
            self._turn()
        self._on_sheet += 1
        self._stories[id] = replace(told, sheet=self._turned)
        sheet = self._sheets[-1]
        for key, _ in keys:
            there = sheet.get(key)
            if there is None:
                sheet[key] = id
            elif isinstance(there, int):
                if there != id:
                    sheet[key] = array("q", (there, id))
            elif id not in there[-_LOOKS:]:
                there.append(id)

    def _turn(self) -> None:
        self._turned += 1
        self._on_sheet = 0
        self._sheets = [*self._sheets[1 - _SHEETS :], {}]
        oldest = self._turned - len(self._sheets) + 1
        self._stories = {id: told for id, told in self._stories.items() if told.sheet >= oldest}
        self._gone = {id: into for id, into in self._gone.items() if into in self._stories}

    def join(self, gone: int, into: int) -> None:
        """Make one of two stories, as far as they are known."""
        lost, kept = self.get(gone), self.get(into)
        self._stories.pop(gone, None)
        self._gone[gone] = into
        if lost is not None:
            self.put(into, lost if kept is None else kept.joined(lost), lost.keys())

    def candidates(self, keys: Iterable[tuple[int, float]]) -> list[int]:
        """The stories that share most of these words."""
        votes: dict[int, float] = defaultdict(float)
        for key, weight in keys:
            for id in self._with_word(key):
                votes[id] += weight
        gone = self._moved(votes)
        for id in sorted(gone):
            votes[self.resolve(id)] += votes.pop(id)
        return [id for _, id in nlargest(_CANDIDATES, zip(votes.values(), votes, strict=True))]

    def _moved(self, ids: Mapping[int, float]) -> set[int]:
        """Which of these are part of other stories."""
        moved = ids.keys() & self._gone.keys()
        return moved if self._below is None else moved | self._below._moved(ids)  # noqa: SLF001 - one of its kind

    def _with_word(self, key: int) -> set[int]:
        """Some of the latest stories with a word."""
        found: set[int] = set()
        for sheet in reversed(self._sheets):
            there = sheet.get(key)
            if isinstance(there, int):
                found.add(there)
            elif there is not None:
                found.update(there[-_LOOKS:])
            if len(found) >= _LOOKS:
                return found
        return found if self._below is None else found | self._below._with_word(key)  # noqa: SLF001 - of the same class


def tell(shelf: Shelf, id: int, seen: Seen) -> None:
    """Add an article to a story, which begins by it if there is none."""
    told = shelf.get(id)
    shelf.put(id, begun(seen) if told is None else told.plus(seen), seen.keys())
