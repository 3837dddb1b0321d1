"""The HTTP server on LISTEN: is the bot alive, does it work, and what Telegram and WebSub hubs tell it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import aiohttp.http
import structlog
from aiohttp import web

from bot.metrics import CONTENT_TYPE
from bot.watch import Watch
from bot.webhook import HEADER, MOST_BYTES, Webhook
from bot.webhook import PATH as TELEGRAM
from news.websub import PATH, Hubs

log = structlog.get_logger()

_BODIES = 4
"""Posts of hubs that are in memory at the same time."""

_BODY_SECONDS = 10
"""What one may take to come in."""

_CALLBACK = PATH + r"{token:[A-Za-z0-9_-]{1,64}}"


@asynccontextmanager
async def listening(
    address: tuple[str, int],
    hubs: Hubs | None,
    max_bytes: int,
    watch: Watch | None = None,
    webhook: Webhook | None = None,
) -> AsyncIterator[tuple[str, int]]:
    """Listen at (host, port) for as long as the block lasts; gives the address, with the port that 0 stands for.

    `max_bytes` bounds what a hub may post. Without `watch`, nothing is told but that the process is alive.
    Without `hubs` and `webhook`, nobody has anything to tell. Raises OSError if the address can't be
    listened at.
    """
    application = web.Application(middlewares=[_told_by_kind])
    application.router.add_get("/healthz", _health)
    if watch is not None:
        windows = _Windows(watch)
        application.router.add_get("/readyz", windows.ready)
        application.router.add_get("/metrics", windows.metrics)
    if hubs is not None:
        doors = _Doors(hubs, max_bytes)
        application.router.add_get(_CALLBACK, doors.verify)
        application.router.add_post(_CALLBACK, doors.receive)
    if webhook is not None:
        application.router.add_post(TELEGRAM, _Telegram(webhook).receive)
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


class _Windows:
    """What watchers see."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def ready(self, request: web.Request) -> web.Response:
        """200 if this process does its work, else 503 with a line for each reason."""
        found = await self._watch.readiness()
        status = 200 if found.ready else 503
        if "application/json" in request.headers.get("Accept", ""):
            told = {"ready": found.ready, "reasons": found.reasons, "standby": found.standby}
            return web.json_response(told, status=status)
        lines = found.reasons or ("ready",)
        if found.standby:
            lines = (*lines, f"standby: {', '.join(found.standby)}")
        return web.Response(text="\n".join(lines) + "\n", status=status)

    async def metrics(self, _request: web.Request) -> web.Response:
        """All numbers, for Prometheus."""
        body = await self._watch.numbers()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})


async def _health(_request: web.Request) -> web.Response:
    """Alive."""
    return web.Response(text="ok\n")


class _Telegram:
    """Where Telegram tells what people type and press."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    async def receive(self, request: web.Request) -> web.Response:
        """Answered once the update is kept; whatever else is answered, Telegram comes again."""
        # Of strangers, not even the body is read.
        if not self._webhook.believes(request.headers.get(HEADER, "")):
            raise web.HTTPForbidden
        if self._webhook.is_full:
            raise web.HTTPServiceUnavailable
        body = await _read(request, MOST_BYTES)
        await self._webhook.receive(body)
        return web.Response()


async def _read(request: web.Request, most: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise web.HTTPRequestEntityTooLarge(most, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError):
        raise web.HTTPBadRequest from None
    return bytes(body)


class _Doors:
    """What hubs are answered."""

    def __init__(self, hubs: Hubs, most: int) -> None:
        self._hubs = hubs
        self._most = most
        self._bodies = asyncio.Semaphore(_BODIES)

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
            body = await _read(request, self._most)
            taken = await self._hubs.receive(
                token,
                body,
                request.headers.get("Content-Type", ""),
                request.headers.get("X-Hub-Signature", ""),
            )
        return web.Response(status=202 if taken else 410)
