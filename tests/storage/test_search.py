"""The full-text index: the same answers on both databases as reading every article would give."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.exc import OperationalError

from storage import articles, search
from storage.database import Database, Transaction, mark, set_mark
from storage.records import (
    AllOf,
    AnyOf,
    Article,
    ArticleId,
    Found,
    IndexRow,
    Position,
    Side,
    Wanted,
    position,
)
from storage.schema import articles as articles_table

Seed = Any

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def stands(side: Side, line: str) -> bool:
    """Whether a line has the tokens side by side, found in the plainest way."""
    tokens = line.translate(_LOWER).split(" ")
    wanted = [token.translate(_LOWER) for token in side.tokens]
    for start in range(len(tokens) - len(wanted) + 1):
        here = tokens[start : start + len(wanted)]
        ends = here[-1].startswith(wanted[-1]) if side.beginning else here[-1] == wanted[-1]
        if here[:-1] == wanted[:-1] and ends:
            return True
    return False


def holds(row: IndexRow, wanted: Wanted) -> bool:
    match wanted:
        case AllOf(parts):
            return all(holds(row, part) for part in parts)
        case AnyOf(parts):
            return any(holds(row, part) for part in parts)
        case Side(column=column):
            lines = {"": (row.title, row.body), "title": (row.title,), "facts": (row.facts,)}
            return any(line and stands(wanted, line) for line in lines[column])


async def put(
    tx: Transaction,
    seed: Seed,
    title: str = "",
    body: str = "",
    facts: str = "",
    **more: Any,
) -> IndexRow:
    """An article that is in the index."""
    id = await seed.article(tx, title or "-", **more)
    [article] = await articles.get_articles(tx, [id])
    row = IndexRow(id, article.published_at, title, body, facts)
    await search.index(tx, [row])
    return row


def ids(found: tuple[Found, ...]) -> list[ArticleId]:
    return [one.article.id for one in found]


async def found_by(tx: Transaction, wanted: Wanted | None, **more: Any) -> list[ArticleId]:
    return ids(await search.find(tx, wanted, limit=99, **more))


# Few words, so that they meet; among them all that a query language could stumble over.
_FEW = ["a", "b", "ab", "A", "u.s", "o'neil", "日", "日本", "é", "É", "c++", "place:KP", "place:kp"]
_TRAPS = ['"', 'q"t', "'", "''", "\\", "\\'", "*", "a*", "(", ")", ":", "t:a", "'t:a':1", "^", "-"]
_WORDS = [
    "AND",
    "OR",
    "NOT",
    "NEAR(a",
    "{title",
    "title",
    ":*",
    "<->",
    "&",
    "|",
    "!",
    "long",
    "%",
    "%s",
]
_ANY = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=4
)
tokens = st.sampled_from(_FEW) | st.sampled_from(_TRAPS + _WORDS) | _ANY
lines = st.lists(tokens, max_size=6).map(" ".join)
sides = st.builds(
    Side,
    st.lists(tokens, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["", "title", "facts"]),
    st.booleans(),
)


def _joined(parts: st.SearchStrategy[Wanted]) -> st.SearchStrategy[Wanted]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.builds(AllOf, several) | st.builds(AnyOf, several)


wanteds = st.recursive(sides, _joined, max_leaves=6)


@dataclass(frozen=True)
class Drawn:
    """A row without its article."""

    lines: tuple[str, str, str]
    seconds: int


corpora = st.lists(
    st.builds(Drawn, st.tuples(lines, lines, lines), st.integers(0, 3)), min_size=1, max_size=6
)


async def _corpus(tx: Transaction, seed: Seed, drawn: list[Drawn]) -> list[IndexRow]:
    [story] = await articles.add_stories(tx, 1, seed.clock())
    feed = await seed.feed(tx)
    rows = []
    for one in drawn:
        id = await seed.article(tx, feed=feed, story=story, hours=one.seconds / 3600)
        published_at = seed.clock() - timedelta(seconds=one.seconds)
        rows.append(IndexRow(id, published_at, *one.lines))
    await search.index(tx, rows)
    return rows


def newest_first(rows: list[IndexRow]) -> list[ArticleId]:
    by_time = sorted(rows, key=lambda row: (row.published_at, row.article_id), reverse=True)
    return [row.article_id for row in by_time]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=corpora, wanted=wanteds, size=st.integers(1, 3), out=st.integers(0, 3))
async def test_what_is_found_is_what_reading_every_article_finds(
    any_database: Database, seed: Seed, drawn: list[Drawn], wanted: Wanted, size: int, out: int
) -> None:
    async with any_database.read() as tx:
        # Never committed.
        rows = await _corpus(tx, seed, drawn)
        right = newest_first([row for row in rows if holds(row, wanted)])
        assert await found_by(tx, wanted) == right
        assert await found_by(tx, wanted, newest_first=False) == right[::-1]
        assert ids(await search.find(tx, wanted, limit=size)) == right[:size]
        best = await search.best(tx, wanted, window=size, limit=99)
        assert sorted(best) == sorted(right[:size])
        # Without some of them.
        await search.unindex(tx, rows[:out])
        left = [row for row in rows[out:] if holds(row, wanted)]
        assert await found_by(tx, wanted) == newest_first(left)
        await tx.rollback()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=corpora,
    wanted=st.sampled_from([None, Side(("x",), "facts")]),
    size=st.integers(1, 3),
    since=st.none() | st.integers(-1, 4),
    before=st.none() | st.integers(-1, 4),
    later=st.integers(0, 2),
)
async def test_pages_go_both_ways_between_two_moments_and_do_not_shift(
    any_database: Database,
    seed: Seed,
    drawn: list[Drawn],
    wanted: Wanted | None,
    size: int,
    since: int | None,
    before: int | None,
    later: int,
) -> None:
    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else seed.clock() - timedelta(seconds=seconds)

    async with any_database.read() as tx:
        # Never committed.
        rows = await _corpus(tx, seed, [replace(one, lines=("", "", "x")) for one in drawn])
        first, last = moment(since), moment(before)
        bounds: dict[str, Any] = {"since": first, "before": last}
        right = newest_first(
            [
                row
                for row in rows
                if (first is None or row.published_at >= first)
                and (last is None or row.published_at < last)
            ]
        )
        up_to = await articles.newest(tx)
        for number in range(later):
            await put(tx, seed, facts="x", hours=number / 3600)
        for order, newest in ((right, True), (right[::-1], False)):
            pages: list[ArticleId] = []
            beyond: Position | None = None
            while True:
                page = await search.find(
                    tx,
                    wanted,
                    limit=size,
                    beyond=beyond,
                    newest_first=newest,
                    up_to=up_to,
                    **bounds,
                )
                pages += ids(page)
                if len(page) < size:
                    break
                beyond = page[-1].position
            assert pages == order
        if wanted is not None:
            window = await search.best(tx, wanted, window=99, limit=99, up_to=up_to, **bounds)
            # All are alike, so the newest come first.
            assert window == tuple(right)
            part = await search.best(
                tx, wanted, window=99, limit=size, offset=1, up_to=up_to, **bounds
            )
            assert part == tuple(right[1 : 1 + size])
        await tx.rollback()


@pytest.fixture
async def tx(any_database: Database) -> Any:
    async with any_database.write() as tx:
        yield tx


async def test_an_article_comes_whole_and_with_its_place(tx: Transaction, seed: Seed) -> None:
    row = await put(tx, seed, "north korea", hours=2)
    [article] = await articles.get_articles(tx, [row.article_id])
    [found] = await search.find(tx, Side(("north", "korea")), limit=9)
    assert found == Found(position(article.published_at, article.id), article)
    assert isinstance(found.article, Article)
    assert await search.best(tx, Side(("korea",)), window=9, limit=9) == (found.article.id,)
    assert await search.find(tx, None, limit=9) == (found,)


async def test_only_articles_of_the_named_feeds_are_found(tx: Transaction, seed: Seed) -> None:
    one = await seed.feed(tx, "https://a.example/")
    other = await seed.feed(tx, "https://b.example/")
    first = await put(tx, seed, "rice", feed=one)
    second = await put(tx, seed, "rice", feed=other)
    for wanted in (Side(("rice",)), None):
        assert await found_by(tx, wanted, feed_ids=[one.id]) == [first.article_id]
        assert await found_by(tx, wanted, feed_ids={other.id, one.id, 99}) == [
            second.article_id,
            first.article_id,
        ]
        assert await found_by(tx, wanted, feed_ids=range(100, 50_000)) == []
        assert await found_by(tx, wanted, feed_ids=()) == []
    best = await search.best(tx, Side(("rice",)), window=9, limit=9, feed_ids=[one.id])
    assert best == (first.article_id,)


async def test_a_title_counts_more_than_a_body_and_all_the_newest_more_than_the_old(
    tx: Transaction, seed: Seed
) -> None:
    old = await put(tx, seed, "rice rice", "rice rice rice", hours=9)
    passing = await put(tx, seed, "on the weather", "some words of rice", hours=1)
    titled = await put(tx, seed, "words of rice", "some on the weather", hours=2)
    for number in range(5):
        await put(tx, seed, "on the weather", "and no more than that", hours=number)
    rice = Side(("rice",))
    best = await search.best(tx, rice, window=2, limit=9)
    assert best == (titled.article_id, passing.article_id)
    assert (await search.best(tx, rice, window=3, limit=9))[0] == old.article_id


async def test_an_article_that_is_put_in_again_is_there_once_and_as_it_was(
    tx: Transaction, seed: Seed
) -> None:
    row = await put(tx, seed, "rice")
    await search.index(tx, [replace(row, title="tea")])
    await search.index(tx, [row, row])
    assert await found_by(tx, Side(("rice",))) == [row.article_id]
    assert await found_by(tx, Side(("tea",))) == []


async def test_the_case_of_latin_letters_does_not_count_and_that_of_others_does(
    tx: Transaction, seed: Seed
) -> None:
    row = await put(tx, seed, "Rice É", "tea", "place:KP")
    for wanted in (
        Side(("rICE", "É")),
        Side(("TE",), beginning=True),
        Side(("Place:kp",), "facts"),
    ):
        assert await found_by(tx, wanted) == [row.article_id]
    assert await found_by(tx, Side(("é",))) == []


async def test_what_was_not_put_in_can_be_taken_out_without_harm(
    tx: Transaction, seed: Seed
) -> None:
    row = await put(tx, seed, "rice")
    other = await put(tx, seed, "rice too")
    stranger = replace(row, article_id=ArticleId(99))
    await search.unindex(tx, [row, stranger])
    await search.unindex(tx, [row, stranger])
    assert await found_by(tx, Side(("rice",))) == [other.article_id]
    assert await search.best(tx, Side(("rice",)), window=9, limit=9) == (other.article_id,)
    await search.index(tx, [replace(row, title="tea")])
    assert await found_by(tx, AnyOf((Side(("tea",)), Side(("rice",))))) == [
        other.article_id,
        row.article_id,
    ]


async def test_a_full_disk_leaves_nothing_of_what_was_begun(database: Database, clock: Any) -> None:
    body = " ".join(f"word{number}" for number in range(300))
    rows = [IndexRow(ArticleId(id), clock(), f"title{id}", body, "") for id in range(1, 1000)]
    async with database.write() as tx:
        await search.index(tx, rows)
        pages = await tx.scalar(text("PRAGMA page_count"))

    async def change() -> None:
        async with database.write() as tx:
            await set_mark(tx, "before", "1")
            await tx.execute(text(f"PRAGMA max_page_count = {pages}"))
            await search.unindex(tx, rows)
            await set_mark(tx, "after", "1")

    with pytest.raises(OperationalError):
        await change()
    async with database.read() as tx:
        assert [await mark(tx, name) for name in ("before", "after")] == [None, None]


async def test_an_article_that_is_gone_is_not_found_and_takes_no_room_from_others(
    tx: Transaction, seed: Seed
) -> None:
    kept = await put(tx, seed, "rice", hours=1)
    gone = await put(tx, seed, "rice rice")
    await tx.execute(delete(articles_table).where(articles_table.c.id == gone.article_id))
    rice = Side(("rice",))
    assert ids(await search.find(tx, rice, limit=1)) == [kept.article_id]


async def test_an_emptied_index_finds_nothing_and_can_be_filled_again(
    tx: Transaction, seed: Seed
) -> None:
    row = await put(tx, seed, "rice")
    await search.clear(tx)
    assert await found_by(tx, Side(("rice",))) == []
    await search.index(tx, [row])
    assert await found_by(tx, Side(("rice",))) == [row.article_id]


async def test_no_rows_are_no_work(tx: Transaction) -> None:
    await search.index(tx, [])
    await search.unindex(tx, [])
    assert await found_by(tx, Side(("rice",))) == []


@pytest.mark.parametrize(
    "body",
    [
        # Beyond what PostgreSQL remembers of places: of one word, and of a text.
        " ".join(["the"] * 500 + ["north", "korea"]),
        " ".join([f"w{number}" for number in range(20_000)] + ["north", "korea"]),
        " ".join(["north", "korea"] * 400 + ["the", "north", "korea"]),
    ],
    ids=["often", "long", "both"],
)
async def test_the_end_of_a_long_article_is_found_as_well(
    tx: Transaction, seed: Seed, body: str
) -> None:
    row = await put(tx, seed, "a title", body, "lang:en")
    for tokens in (("north", "korea"), ("korea",)):
        assert await found_by(tx, Side(tokens)) == [row.article_id]
        assert await found_by(tx, Side(tokens, "title")) == []
    await search.unindex(tx, [row])
    assert await found_by(tx, Side(("korea",))) == []


async def test_a_very_long_word_and_odd_characters_are_kept_and_found(
    tx: Transaction, seed: Seed
) -> None:
    for word in ("あ" * 3000, "x" * 50_000, "a\x00b", "\ud800", "\x1f"):
        row = await put(tx, seed, "", f"before {word} after")
        assert await found_by(tx, Side((word, "after"))) == [row.article_id]
        await search.unindex(tx, [row])


@pytest.mark.parametrize("tokens", [(), ("",), ("", "")])
async def test_nothing_is_nowhere(tx: Transaction, seed: Seed, tokens: tuple[str, ...]) -> None:
    row = await put(tx, seed, "rice", "", "")
    assert await found_by(tx, Side(tokens)) == []
    assert await found_by(tx, Side(tokens, beginning=True)) == []
    assert await found_by(tx, AnyOf((Side(tokens), Side(("rice",))))) == [row.article_id]


def _nested(depth: int) -> Iterator[Wanted]:
    """Conditions in conditions, the deepest first or last, and in the middle."""
    rice, tea = Side(("rice",)), Side(("tea",))
    wanted: tuple[Wanted, Wanted, Wanted] = (rice, rice, rice)
    for level in range(depth):
        kind, other = (AllOf, rice) if level % 2 else (AnyOf, tea)
        first, last, middle = wanted
        wanted = (kind((first, other)), kind((other, last)), kind((other, middle, other)))
    return iter(wanted)


async def test_conditions_may_lie_sixty_deep_in_each_other(tx: Transaction, seed: Seed) -> None:
    row = await put(tx, seed, "rice")
    for wanted in _nested(60):
        assert await found_by(tx, wanted) == [row.article_id]


async def test_time_bounds_may_lie_anywhere(tx: Transaction, seed: Seed) -> None:
    row = await put(tx, seed, "rice", hours=24 * 36500)
    zone = seed.clock().tzinfo
    first, last = datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)
    for wanted in (Side(("rice",)), None):
        assert await found_by(tx, wanted, since=first, before=last) == [row.article_id]
        assert await found_by(tx, wanted, since=last) == []
        assert await found_by(tx, wanted, before=first) == []
