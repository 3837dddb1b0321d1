"""The HTTP server on LISTEN: whether the bot is alive, and the callbacks that WebSub hubs call."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import aiohttp.http
import structlog
from aiohttp import web

from news.websub import PATH, Hubs

log = structlog.get_logger()

_BODIES = 4
"""Posts of hubs that are in memory at the same time."""

_BODY_SECONDS = 10
"""What one may take to come in."""

_CALLBACK = PATH + r"{token:[A-Za-z0-9_-]{1,64}}"


@asynccontextmanager
async def listening(
    address: tuple[str, int], hubs: Hubs, max_bytes: int
) -> AsyncIterator[tuple[str, int]]:
    """Listen at (host, port) for as long as the block lasts; gives the address, with the port that 0 stands for.

    `max_bytes` bounds what a hub may post. Raises OSError if the address can't be listened at.
    """
    doors = _Doors(hubs)
    application = web.Application(client_max_size=max_bytes, middlewares=[_told_by_kind])
    application.router.add_get("/healthz", doors.health)
    application.router.add_get(_CALLBACK, doors.verify)
    application.router.add_post(_CALLBACK, doors.receive)
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


@web.middleware
async def _told_by_kind(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Log what nobody foresaw by its kind: its text, and the address, may hold secrets."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the hub hears of it and comes again
        log.error("request failed", error=type(error).__name__)
        raise web.HTTPInternalServerError from None


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
            body = await self._body(request)
            taken = await self._hubs.receive(
                token,
                body,
                request.headers.get("Content-Type", ""),
                request.headers.get("X-Hub-Signature", ""),
            )
        return web.Response(status=202 if taken else 410)

    async def _body(self, request: web.Request) -> bytes:
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                return await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError):
            raise web.HTTPBadRequest from None
