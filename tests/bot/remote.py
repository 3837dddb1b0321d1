"""A Bot API server in a process of its own, for those that can't share their processor with it."""

import asyncio
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.console.limits import Accepted, Refused

ROOT = Path(__file__).parent.parent.parent


class RemoteBotApi:
    """Starts `tests.bot.botapi` and speaks with its control port. Use it as an async context manager.

    Arguments are those of its command line.
    """

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._control = ""
        self.url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bot.botapi",
            *self._arguments,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        ready = await asyncio.wait_for(self._process.stdout.readline(), 30)
        where = json.loads(ready)
        self.url, self._control = where["url"], where["control"]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 10)

    @property
    def pid(self) -> int:
        """The process, for those who measure."""
        assert self._process is not None
        return self._process.pid

    async def say(self, what: str, **said: Any) -> Any:
        """One command to the control port; its answer. Raises ValueError if it is not understood."""
        assert self._session is not None
        async with self._session.post(self._control + what, json=said) as answer:
            content = await answer.json()
        if answer.status != 200:
            raise ValueError(content["error"])
        return content

    async def accepted(self, first: int = 0) -> list[Accepted]:
        """What was taken, from the message with this number on."""
        return [Accepted(*row) for row in await self.say("accepted", first=first)]

    async def refused(self, first: int = 0) -> list[Refused]:
        """The 429s, likewise."""
        return [Refused(*row) for row in await self.say("refused", first=first)]
