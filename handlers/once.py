"""An update whose process ended is dealt with again, from its beginning: nobody knows how far it came.

So it is noted what was begun for it. Some must not be done twice: a number of a list means another entry by then. And
what answers a question is known for that, though the question is over.
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
    """Note that a command is begun for the update that is dealt with here."""
    dealing = _mine.get()
    if dealing is not None:
        async with services.database.write(shared=True) as tx:
            await updates.note_begun(tx, dealing.update_id, command)


async def begun_before(services: Services) -> str:
    """The command that was begun for it by a process that ended, and may be done; empty for none."""
    dealing = _mine.get()
    if dealing is None or not dealing.again:
        return ""
    async with services.database.read() as tx:
        return await updates.begun(tx, dealing.update_id)
