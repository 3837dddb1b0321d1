"""The HTTP server on LISTEN: whether the bot is alive, and the callbacks that WebSub hubs call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from news.websub import PATH, Hubs

log = structlog.get_logger()

_BODIES = 4
"""Posts of hubs that are in memory at the same time."""


@asynccontextmanager
async def listening(
    address: tuple[str, int], hubs: Hubs, max_bytes: int
) -> AsyncIterator[tuple[str, int]]:
    """Listen at (host, port) for as long as the block lasts; gives the address, with the port that 0 stands for.

    `max_bytes` bounds what a hub may post. Raises OSError if the address can't be listened at.
    """
    doors = _Doors(hubs)
    application = web.Application(client_max_size=max_bytes)
    application.router.add_get("/healthz", doors.health)
    application.router.add_get(PATH + "{token}", doors.verify)
    application.router.add_post(PATH + "{token}", doors.receive)
    # No log of requests: their paths hold the secret part of callbacks.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, *address).start()
        host, port = runner.addresses[0][:2]
        log.info("listening", host=host, port=port)
        yield host, port
    finally:
        await runner.cleanup()


class _Doors:
    """What is answered."""

    def __init__(self, hubs: Hubs) -> None:
        self._hubs = hubs
        self._bodies = asyncio.Semaphore(_BODIES)

    async def health(self, _request: web.Request) -> web.Response:
        """Alive."""
        return web.Response(text="ok\n")

    async def verify(self, request: web.Request) -> web.Response:
        """A hub asks whether a request was meant."""
        challenge = await self._hubs.verify(request.match_info["token"], request.query)
        if challenge is None:
            raise web.HTTPNotFound
        # Never as HTML: the text is a stranger's.
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """A hub posts what is new."""
        token = request.match_info["token"]
        # Strangers' bodies are not even read; 410 tells a hub to forget the callback.
        if not await self._hubs.knows(token):
            raise web.HTTPGone
        async with self._bodies:
            taken = await self._hubs.receive(
                token,
                await request.read(),
                request.headers.get("Content-Type", ""),
                request.headers.get("X-Hub-Signature", ""),
            )
        return web.Response(status=202 if taken else 410)
