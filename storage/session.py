"""The one connection of a process that outlives transactions: single roles are held on it, bells heard.

A single role is a session-level advisory lock of PostgreSQL. It ends with the session: at once if its process is
killed, some seconds later if its machine vanishes, since the server then misses the answers to its keepalives.
The holder asks the server every few seconds whether the session is there, and stops acting *before* the server
can have given the role to another one.
"""

import asyncio
from collections.abc import Callable, Collection
from hashlib import blake2b
from typing import Any

from asyncpg import Connection, InterfaceError, PostgresError

from storage.bells import Bell
from storage.database import CHANNEL, Database

BEAT_SECONDS = 2.0
"""Between two questions whether the session is there, and two tries to take a role."""

_ANSWER_SECONDS = 4.0
"""What the answer may take."""

_END_SECONDS = 0.5

_VALID_SECONDS = 7.0
"""How long after a question that was answered the roles are held. The server needs nine (`storage.database`)."""

_TROUBLE = (OSError, TimeoutError, PostgresError, InterfaceError)


def lock_key(name: str) -> int:
    """The key of the advisory lock with this name."""
    digest = blake2b(f"kawaraban {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class Session:
    """Single roles that this process holds or waits for. On SQLite it is alone, and holds all of them."""

    def __init__(self, database: Database, roles: Collection[str]) -> None:
        self._database = database
        self._listeners: list[Callable[[str, bool], None]] = []
        self._keys = {role: lock_key(role) for role in roles}
        self._idle = {role: asyncio.Event() for role in roles}
        self._held: set[str] = set()
        self._valid_until = float("inf")
        self._resigned = False
        if database.is_shared:
            self._valid_until = 0.0
            for idle in self._idle.values():
                idle.set()
        else:
            self._held.update(roles)

    def listen(self, listener: Callable[[str, bool], None]) -> None:
        """Call this with each role that is taken (True) or lost (False) from now on."""
        self._listeners.append(listener)

    def _report(self, role: str, held: bool) -> None:
        for listener in self._listeners:
            listener(role, held)

    def holds(self, role: str) -> bool:
        """Whether this process may act in a role now."""
        if self._resigned or role not in self._held:
            return False
        return asyncio.get_running_loop().time() < self._valid_until

    def idle(self, role: str) -> asyncio.Event:
        """Set while this process must not act in a role: long work looks at it between its steps."""
        return self._idle[role]

    def resign(self) -> None:
        """Act in no role any more. They are held until `keep` ends, lest another process begins meanwhile."""
        self._resigned = True
        for idle in self._idle.values():
            idle.set()

    async def keep(self) -> None:
        """Take roles as they get free, hold them, and hear bells, until cancelled."""
        if not self._database.is_shared:
            return
        while True:
            connection: Connection[Any] | None = None
            try:
                connection = await self._database.session(_ANSWER_SECONDS)
                assert connection is not None
                await self._attend(connection)
            except _TROUBLE:
                # Whoever asks for a role hears of it; the database's trouble is told by the ticks.
                pass
            finally:
                self._lose()
                if connection is not None:
                    await _end(connection)
            await asyncio.sleep(BEAT_SECONDS)

    async def _attend(self, connection: "Connection[Any]") -> None:
        loop = asyncio.get_running_loop()
        connection.add_termination_listener(lambda _: self._lose())
        async with asyncio.timeout(_ANSWER_SECONDS):
            await connection.add_listener(CHANNEL, self._hear)
        for bell in Bell:
            # Some may have rung while nobody listened.
            self._database.bells.ring(bell)
        while True:
            if loop.time() >= self._valid_until:
                # We were held up for too long to know.
                self._pause()
            asked = loop.time()
            async with asyncio.timeout(_ANSWER_SECONDS):
                taken = [
                    role
                    for role in self._keys.keys() - self._held
                    if await connection.fetchval(
                        "SELECT pg_try_advisory_lock($1)", self._keys[role]
                    )
                ]
                await connection.fetchval("SELECT 1")
            # An answer of the same session shows that its locks were held all the time.
            self._valid_until = asked + _VALID_SECONDS
            self._take(taken)
            await asyncio.sleep(BEAT_SECONDS)

    def _hear(self, _connection: Any, _pid: int, _channel: str, bell: object) -> None:
        if bell in list(Bell):
            self._database.bells.ring(Bell(str(bell)))

    def _take(self, taken: Collection[str]) -> None:
        self._held.update(taken)
        for role in taken:
            self._report(role, True)
        if not self._resigned:
            for role in self._held:
                self._idle[role].clear()

    def _pause(self) -> None:
        for idle in self._idle.values():
            idle.set()

    def _lose(self) -> None:
        self._valid_until = 0.0
        self._pause()
        lost, self._held = self._held, set()
        for role in lost:
            if not self._resigned:
                self._report(role, False)


async def _end(connection: "Connection[Any]") -> None:
    try:
        # In an orderly way if the server answers: others can take over at once.
        await asyncio.wait_for(connection.close(), _END_SECONDS)
    except _TROUBLE:
        connection.terminate()
