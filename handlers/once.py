"""What must not be done twice: with a number of a list, a command that ran before its process ended means another entry.

An update that was broken off is dealt with again, from its beginning: nobody knows how far it came.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from handlers.context import Services
from storage import updates

_mine: ContextVar[int | None] = ContextVar("update", default=None)
"""The number of the update that is dealt with here."""


@contextmanager
def dealing_with(update_id: int) -> Iterator[None]:
    """What happens herein is asked for by this update, which is kept."""
    token = _mine.set(update_id)
    try:
        yield
    finally:
        _mine.reset(token)


async def is_first(services: Services) -> bool:
    """Note that what is asked for here is begun; False if a process began it that was broken off."""
    id = _mine.get()
    if id is None:
        return True
    async with services.database.write(shared=True) as tx:
        return await updates.begin_once(tx, id)
