"""Long lists of values in pieces: databases bound the number of parameters of a statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PARAMETERS = 900
"""Values of one piece; SQLite's oldest bound is 999."""


def batches(values: Iterable[T], size: int = PARAMETERS) -> Iterator[tuple[T, ...]]:
    """The values in their order, at most `size` at a time."""
    left = iter(values)
    while piece := tuple(islice(left, size)):
        yield piece
