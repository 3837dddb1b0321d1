"""What goes on beside an answer that is being made, and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let some work go on as long as this is open; then it is cancelled. What fails here is raised as it is."""
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below, as what it is and not in a group
            failure = error
        finally:
            task.cancel()
    if failure is not None:
        raise failure
