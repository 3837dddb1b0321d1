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

START_SECONDS = 20.0
"""What the process may take to be there; a tenth of a second is usual."""

MEMORY = 1 << 30
"""Bytes of address space that the process may have."""

JOBS = 1000
"""Jobs after which the process is replaced: what parsers leak goes with it."""

_LENGTH = struct.Struct(">I")
_READY = b"ready"
"""What the process says first: from then on, whatever ends it is the job's doing."""
_BUFFER = 1 << 20

_DONE, _RAISED, _UNREAD = "done", "raised", "unread"
"""What became of a job: its result follows, its exception, or why it was never begun."""

P = ParamSpec("P")
R = TypeVar("R")


class WorkerKilled(Exception):
    """A job killed the process, as often as it was allowed to: it took too long, too much memory, or crashed it."""


class WorkerLost(Exception):
    """There is no process to give a job to, or it can't read what it is given: no document has anything to do with it."""


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

        Raises WorkerKilled if that kills the process as often as it may, WorkerLost if there is none.
        """
        job = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        async with self._turn:
            for _ in range(self._attempts):
                process = self._process or await self._start()
                try:
                    async with asyncio.timeout(self._seconds):
                        answer = await _exchange(process, job)
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
        outcome, value = pickle.loads(answer)  # noqa: S301 - written by our own process
        if outcome == _UNREAD:
            raise WorkerLost(value)
        if outcome == _RAISED:
            raise value
        result: R = value
        return result

    async def _start(self) -> Process:
        """A fresh process that is ready. Raises WorkerLost."""
        try:
            async with asyncio.timeout(START_SECONDS):
                self._process = process = await self._spawned()
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                await process.stdout.readexactly(len(_READY))
        except (TimeoutError, OSError, EOFError) as error:
            await self._stop()
            raise WorkerLost("the process that reads documents does not start") from error
        except asyncio.CancelledError:
            await self._stop()
            raise
        self._done = 0
        return process

    async def _spawned(self) -> Process:
        here = str(Path(__file__).parent.parent)
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        return await asyncio.create_subprocess_exec(
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

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def _exchange(process: Process, job: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(_LENGTH.pack(len(job)) + job)
    await process.stdin.drain()
    (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
    return await process.stdout.readexactly(length)


def serve() -> None:
    """Do jobs from standard input until it ends; what the parsers print goes to standard error."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(_READY)
    answers.flush()
    while length := jobs.read(_LENGTH.size):
        job = jobs.read(_LENGTH.unpack(length)[0])
        answer = _do(job)
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _do(job: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(job)  # noqa: S301 - written by the bot
    except Exception as error:  # noqa: BLE001 - a part of the program is missing here
        return pickle.dumps((_UNREAD, f"a job can't be read: {error!r}"))
    try:
        return pickle.dumps((_DONE, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
        return _as_failure(error)


def _as_failure(error: Exception) -> bytes:
    try:
        failure = pickle.dumps((_RAISED, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(failure)  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - some exceptions survive no journey: their kind does
        return pickle.dumps((_RAISED, RuntimeError(type(error).__name__)), pickle.HIGHEST_PROTOCOL)
    return failure


if __name__ == "__main__":
    serve()
