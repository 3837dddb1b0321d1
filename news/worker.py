"""A process of its own for what strangers' documents may break: fresh, bounded in memory, killed when it takes too long.

    Worker.run(function, …) ─pipe▶ the same function over there ─pipe▶ its result or exception

A fresh interpreter rather than a fork: it holds no socket, token or database of ours, only the parsers.
"""

import asyncio
import os
import pickle
import resource
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

SECONDS = 10.0
"""What one job may take."""

MEMORY = 1 << 30
"""Bytes of address space that the process may have."""

JOBS = 1000
"""Jobs after which the process is replaced: what parsers leak goes with it."""

_LENGTH = struct.Struct(">I")
_BUFFER = 1 << 20

P = ParamSpec("P")
R = TypeVar("R")


class WorkerKilled(Exception):
    """A job killed the process, as often as it was allowed to: it took too long, too much memory, or crashed it."""


class Worker:
    """One such process, one job at a time. Use it as an async context manager."""

    def __init__(
        self,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        jobs: int = JOBS,
        attempts: int = 2,
    ) -> None:
        """A job that kills the process `attempts` times is given up."""
        self._attempts = attempts
        self._seconds = seconds
        self._memory = memory
        self._jobs = jobs
        self._process: Process | None = None
        self._done = 0
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is started before the first job."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process."""
        await self._stop()

    @property
    def pid(self) -> int | None:
        """The process that is up; None if there is none."""
        return None if self._process is None else self._process.pid

    async def rest(self) -> None:
        """Stop the process until there is another job."""
        if self._process is not None:
            async with self._turn:
                await self._stop()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of a function of a module, called in the process; its exceptions are raised here.

        Raises WorkerKilled if that kills the process as often as it may.
        """
        job = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        async with self._turn:
            for _ in range(self._attempts):
                try:
                    async with asyncio.timeout(self._seconds):
                        answer = await self._exchange(job)
                    break
                except (TimeoutError, OSError, EOFError):
                    await self._stop()
                except asyncio.CancelledError:
                    # Half an answer may stand in the pipe.
                    await self._stop()
                    raise
            else:
                raise WorkerKilled
            self._done += 1
            if self._done >= self._jobs:
                await self._stop()
        failed, value = pickle.loads(answer)  # noqa: S301 - written by our own process
        if failed:
            raise value
        result: R = value
        return result

    async def _exchange(self, job: bytes) -> bytes:
        process = self._process or await self._start()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(_LENGTH.pack(len(job)) + job)
        await process.stdin.drain()
        (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        return await process.stdout.readexactly(length)

    async def _start(self) -> Process:
        here = str(Path(__file__).parent.parent)
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "news.worker",
            str(self._memory),
            stdin=PIPE,
            stdout=PIPE,
            limit=_BUFFER,
            # Nothing of our environment, such as the token, is any business of the parsers'.
            env={"PYTHONPATH": os.pathsep.join(paths), "PATH": os.environ.get("PATH", "")},
            # Ctrl-C is for the bot; this process ends when its pipe does.
            start_new_session=True,
        )
        self._done = 0
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def serve() -> None:
    """Do jobs from standard input until it ends; what the parsers print goes to standard error."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while length := jobs.read(_LENGTH.size):
        job = jobs.read(_LENGTH.unpack(length)[0])
        answer = _do(job)
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _do(job: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(job)  # noqa: S301 - written by the bot
        return pickle.dumps((False, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
        return _as_failure(error)


def _as_failure(error: Exception) -> bytes:
    try:
        failure = pickle.dumps((True, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(failure)  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - some exceptions survive no journey: their kind does
        return pickle.dumps((True, RuntimeError(type(error).__name__)), pickle.HIGHEST_PROTOCOL)
    return failure


if __name__ == "__main__":
    serve()
