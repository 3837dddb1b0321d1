"""The full-text index: which articles hold some words.

    title, body, facts ─▶ index ─▶ find: newest or oldest first │ best: by BM25, among the newest

It is given tokens and asked for tokens; what a token is, is decided elsewhere. In SQLite it is an FTS5
table without content whose row numbers are positions; in PostgreSQL, a table of `tsvector`s. An article
that is gone may leave a row behind, which is never found. All that is found holds what is wanted, but for
one thing: very long articles in PostgreSQL may hold the tokens of a Side apart.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Float,
    FromClause,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.articles import (
    ARTICLE,
    article_of,
    beyond_position,
    in_order,
    select_articles,
)
from storage.batches import batches, present
from storage.records import (
    LARGEST_ID,
    AllOf,
    ArticleId,
    FeedId,
    Found,
    IndexRow,
    Position,
    Side,
    Wanted,
    first_position,
    position,
)
from storage.schema import articles, feeds, search_rows
from storage.upsert import insert_for


@dataclass(frozen=True, slots=True)
class _Index:
    """How the index of one kind of database is asked."""

    rows: FromClause
    position: ColumnElement[int]
    article_id: ColumnElement[int]
    holds: Callable[[Wanted], ColumnElement[bool]]
    rank: Callable[[Wanted], ColumnElement[float]]
    """Smaller is better."""


async def index(tx: AsyncConnection, rows: Sequence[IndexRow]) -> None:
    """Let these articles be found. What is in the index already stays as it is there."""
    if tx.dialect.name == "postgresql":
        vectors = [
            {
                "article_id": row.article_id,
                "position": position(row.published_at, row.article_id),
                "words": _vector(row),
            }
            for row in rows
        ]
        if vectors:
            await tx.execute(insert_for(tx)(search_rows).on_conflict_do_nothing(), vectors)
        return
    values = _fts_values(rows)
    there = await present(tx, _fts.c.rowid, [value["rowid"] for value in values])
    new = [value for value in values if value["rowid"] not in there]
    if new:
        await tx.execute(_fts.insert(), new)


async def unindex(tx: AsyncConnection, rows: Sequence[IndexRow]) -> bool:
    """Take articles out, given as they were put in, also by date. What is not in the index is passed over.

    False if the index holds other words of them than those given: then it has to be built anew.
    """
    if tx.dialect.name == "postgresql":
        for some in batches(row.article_id for row in rows):
            await tx.execute(delete(search_rows).where(search_rows.c.article_id.in_(some)))
        return True
    values = _fts_values(rows)
    there = await present(tx, _fts.c.rowid, [value["rowid"] for value in values])
    old = [{"search_rows": "delete", **value} for value in values if value["rowid"] in there]
    if old:
        try:
            async with tx.begin_nested():
                await tx.execute(_fts.insert(), old)
        except OperationalError:
            # A full disk, say: SQLite has undone the whole transaction, and nothing more may be done in it.
            raise
        except DatabaseError:
            # FTS5 counts its words, and refuses to take out more than there are.
            return False
    return True


async def clear(tx: AsyncConnection) -> None:
    """Empty the index, before it is built anew."""
    if tx.dialect.name == "postgresql":
        await tx.execute(delete(search_rows))
    else:
        await tx.execute(_fts.insert(), {"search_rows": "delete-all"})


async def find(
    tx: AsyncConnection,
    wanted: Wanted | None,
    *,
    limit: int,
    beyond: Position | None = None,
    newest_first: bool = True,
    since: datetime | None = None,
    before: datetime | None = None,
    up_to: ArticleId | None = None,
    feed_ids: Collection[FeedId] | None = None,
) -> tuple[Found, ...]:
    """The articles that hold what is wanted, or all of them, in the order of their positions.

    `beyond` begins after a position: with older articles, or newer ones unless `newest_first`. `since` is
    inclusive, `before` exclusive, both to the second. Articles with ids above `up_to` are left out.
    """
    narrowed = _narrowed(up_to, feed_ids)
    if wanted is None:
        narrowed += [] if since is None else [articles.c.published_at >= since]
        narrowed += [] if before is None else [articles.c.published_at < before]
        narrowed += [] if beyond is None else [beyond_position(beyond, newest_first)]
        query = select_articles().where(*narrowed).order_by(*in_order(newest_first)).limit(limit)
        some = [article_of(row) for row in await tx.execute(query)]
        return tuple(Found(position(one.published_at, one.id), one) for one in some)
    source = _index_of(tx)
    place = source.position
    within = _within(place, since, before)
    if beyond is not None:
        within.append(place < beyond if newest_first else place > beyond)
    rows = await tx.execute(
        select(*ARTICLE, place.label("position"))
        .select_from(source.rows)
        .join(articles, articles.c.id == source.article_id)
        .join(feeds, feeds.c.id == articles.c.feed_id)
        .where(source.holds(wanted), *within, *narrowed)
        .order_by(place.desc() if newest_first else place.asc())
        .limit(limit)
    )
    return tuple(Found(Position(row.position), article_of(row)) for row in rows)


async def best(
    tx: AsyncConnection,
    wanted: Wanted,
    *,
    window: int,
    limit: int,
    offset: int = 0,
    since: datetime | None = None,
    before: datetime | None = None,
    up_to: ArticleId | None = None,
    feed_ids: Collection[FeedId] | None = None,
) -> tuple[ArticleId, ...]:
    """The articles that fit best among the `window` newest that hold what is wanted; newer ones among equals.

    By BM25 (in PostgreSQL by its own `ts_rank`), with words of the title counting four times. The rest
    is as in `find`, but there may be some that are gone. Every article that arrives changes the weight of words a
    little: an order that is to last is kept by whoever asked.
    """
    source = _index_of(tx)
    rows, narrowed = source.rows, [] if up_to is None else [source.article_id <= up_to]
    if feed_ids is not None:
        # Only then: to look at the articles themselves takes longer than to rank them.
        rows = rows.join(articles, articles.c.id == source.article_id)
        narrowed += _narrowed(None, feed_ids)
    recent = (
        select(
            source.position.label("position"),
            source.article_id.label("article_id"),
            source.rank(wanted).label("rank"),
        )
        .select_from(rows)
        .where(source.holds(wanted), *_within(source.position, since, before), *narrowed)
        .order_by(source.position.desc())
        .limit(window)
        .subquery()
    )
    ordered = select(recent.c.article_id).order_by(recent.c.rank, recent.c.position.desc())
    ranked = await tx.scalars(ordered.limit(limit).offset(offset))
    return tuple(ArticleId(id) for id in ranked)


def _within(
    place: ColumnElement[int], since: datetime | None, before: datetime | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(place >= first_position(since))
    if before is not None:
        conditions.append(place < first_position(before))
    return conditions


def _narrowed(
    up_to: ArticleId | None, feed_ids: Collection[FeedId] | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if up_to is not None:
        conditions.append(articles.c.id <= up_to)
    if feed_ids is not None:
        # Written into the statement: there may be more of them than a statement takes parameters.
        ids: BindParameter[int] = bindparam(
            "feed_ids", sorted(feed_ids), expanding=True, literal_execute=True
        )
        conditions.append(articles.c.feed_id.in_(ids))
    return conditions


def _depth(wanted: Wanted) -> int:
    return 0 if isinstance(wanted, Side) else 1 + max(map(_depth, wanted.parts))


# A character that SQLite would take for the end of a string or PostgreSQL refuses.
_ODD = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def _clean(tokens: str) -> str:
    return _ODD.sub("\ufffd", tokens)


# SQLite: FTS5. Its table stores no text, so a row is removed by being told once more.

_fts = table(
    "search_rows",
    column("search_rows"),
    column("rowid", BigInteger),
    column("title"),
    column("body"),
    column("facts"),
)
_COLUMNS = {"": "{title body}", "title": "title", "facts": "facts"}


def _fts_values(rows: Sequence[IndexRow]) -> list[dict[str, Any]]:
    values = {
        position(row.published_at, row.article_id): {
            "title": _clean(row.title),
            "body": _clean(row.body),
            "facts": _clean(row.facts),
        }
        for row in rows
    }
    # In this order: each step back would make FTS5 begin another segment of its tree.
    return [{"rowid": place, **values[place]} for place in sorted(values)]


def _fts_query(wanted: Wanted) -> str:
    """What is wanted in the language of MATCH."""
    if isinstance(wanted, Side):
        tokens = _clean(" ".join(wanted.tokens)).replace('"', '""')
        return f'{_COLUMNS[wanted.column]} : "{tokens}"{" *" if wanted.beginning else ""}'
    # Its parser has room for about ninety brackets that are open, fewer behind other parts.
    parts = sorted(wanted.parts, key=_depth, reverse=True)
    operator = " AND " if isinstance(wanted, AllOf) else " OR "
    return f"({operator.join(map(_fts_query, parts))})"


_SQLITE = _Index(
    _fts,
    _fts.c.rowid,
    _fts.c.rowid.bitwise_and(LARGEST_ID),
    lambda wanted: literal_column("search_rows").op("MATCH", is_comparison=True)(
        _fts_query(wanted)
    ),
    lambda _wanted: func.bm25(literal_column("search_rows"), 4.0, 1.0, 1.0, type_=Float()),
)


# PostgreSQL: tokens become lexemes that begin with the letter of their column.

_POSITIONS, _REPEATS = 16_000, 250
"""A tsvector remembers no position above 16,383, and at most 256 of one lexeme."""

_LONG = "'long'"
"""The lexeme of articles that go beyond it: in these, tokens are not asked to stand side by side."""

_NOWHERE = "'nowhere'"
"""A lexeme that no article has, as no token is to be found in FTS5."""

_LEXEME = 200
"""Characters of a token that are told apart; a lexeme has room for 2 kB."""

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_LETTERS = {"": "tb", "title": "t", "facts": "f"}


def _lexeme(letter: str, token: str) -> str:
    escaped = token[:_LEXEME].replace("\\", "\\\\").replace("'", "''")
    return f"'{letter}:{escaped}'"


def _tokens(line: str) -> Iterator[str]:
    return filter(None, _clean(line).translate(_LOWER).split(" "))


def _vector(row: IndexRow) -> str:
    """The row as a tsvector is written."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for letter, line, weight in (("t", row.title, "A"), ("b", row.body, ""), ("f", row.facts, "")):
        for token in _tokens(line):
            lexeme = _lexeme(letter, token)
            times[lexeme] += 1
            found.append(f"{lexeme}:{len(found) + 1}{weight}")
    if len(found) > _POSITIONS or max(times.values(), default=0) > _REPEATS:
        found.append(_LONG)
    return " ".join(found)


def _ts_query(wanted: Wanted) -> str:
    """What is wanted as a tsquery is written."""
    if not isinstance(wanted, Side):
        operator = " & " if isinstance(wanted, AllOf) else " | "
        return f"({operator.join(map(_ts_query, wanted.parts))})"
    tokens = [*_tokens(" ".join(wanted.tokens))]
    if not tokens:
        return _NOWHERE
    places = []
    for letter in _LETTERS[wanted.column]:
        lexemes = [_lexeme(letter, token) for token in tokens]
        if wanted.beginning:
            lexemes[-1] += ":*"
        places.append(" <-> ".join(lexemes))
        if len(lexemes) > 1:
            places.append(f"{_LONG} & {' & '.join(lexemes)}")
    return f"({' | '.join(f'({one})' for one in places)})"


_POSTGRES = _Index(
    search_rows,
    search_rows.c.position,
    search_rows.c.article_id,
    lambda wanted: search_rows.c.words.op("@@", is_comparison=True)(
        cast(_ts_query(wanted), TSQUERY)
    ),
    lambda wanted: (
        -func.ts_rank(
            literal_column("'{0.25, 0.25, 0.25, 1}'::real[]"),
            search_rows.c.words,
            cast(_ts_query(wanted), TSQUERY),
            1,
            type_=Float(),
        )
    ),
)


def _index_of(tx: AsyncConnection) -> _Index:
    return _POSTGRES if tx.dialect.name == "postgresql" else _SQLITE
