"""Long lists of values in pieces: databases bound the number of parameters of a statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

PARAMETERS = 900
"""Values of one piece; SQLite's oldest bound is 999."""


def batches(values: Iterable[T], size: int = PARAMETERS) -> Iterator[tuple[T, ...]]:
    """The values in their order, at most `size` at a time."""
    left = iter(values)
    while piece := tuple(islice(left, size)):
        yield piece


async def present(
    tx: AsyncConnection, column: ColumnElement[Any], values: Iterable[T], *more: ColumnElement[bool]
) -> frozenset[T]:
    """Which of these values a column has, in rows for which `more` holds."""
    found: set[T] = set()
    for some in batches(values):
        found.update(await tx.scalars(select(column).where(column.in_(some), *more)))
    return frozenset(found)
