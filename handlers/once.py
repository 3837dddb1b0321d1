"""What must not be done twice: with a number of a list, a command that ran before its process ended means another entry.

An update that was broken off is dealt with again, from its beginning: nobody knows how far it came.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from handlers.context import Services
from storage import updates


@dataclass(frozen=True, slots=True)
class _Dealing:
    update_id: int
    again: bool


_mine: ContextVar[_Dealing | None] = ContextVar("update", default=None)
"""The update that is dealt with here."""


@contextmanager
def dealing_with(update_id: int, *, again: bool) -> Iterator[None]:
    """What happens herein is asked for by this update, which is kept; `again` if a process may have begun it before."""
    token = _mine.set(_Dealing(update_id, again))
    try:
        yield
    finally:
        _mine.reset(token)


async def note_begun(services: Services, command: str) -> None:
    """Note that a command is begun that must not be done twice."""
    dealing = _mine.get()
    if dealing is not None:
        async with services.database.write(shared=True) as tx:
            await updates.note_begun(tx, dealing.update_id, command)


async def broken_off(services: Services) -> str:
    """Such a command that was begun for this update before, and may be done; empty for none."""
    dealing = _mine.get()
    if dealing is None or not dealing.again:
        return ""
    async with services.database.read() as tx:
        return await updates.begun(tx, dealing.update_id)
