"""The sample newsroom: a loopback HTTP server that publishes an edition as ten outlets would."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sample import render
from bot.sample.edition import Outlet, load
from storage.records import ListedFeed

HOST = "127.0.0.1"
PORT = 8713
"""Tried first, so that what a chat follows is found again after a restart."""


class Newsroom:
    """A server for one edition. Use it as an async context manager."""

    def __init__(self, started: datetime, clock: Callable[[], datetime], port: int = PORT) -> None:
        self._clock = clock
        self._edition = f"{started:%Y%m%d%H%M%S}"
        self._outlets = {outlet.slug: outlet for outlet in load(started)}
        self._runner: web.AppRunner | None = None
        self.port = port

    async def __aenter__(self) -> Self:
        """Open for readers, on another port if the usual one is taken."""
        application = web.Application()
        application.router.add_get("/{outlet}", self._front_page)
        application.router.add_get("/{outlet}/feed", self._feed)
        application.router.add_get("/{outlet}/{slug}", self._page)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self.port).start()
        except OSError:
            await web.TCPSite(self._runner, HOST, 0).start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def catalogue(self) -> tuple[ListedFeed, ...]:
        """The feeds of all outlets."""
        return tuple(
            ListedFeed(f"{self.address}/{outlet.slug}/feed", outlet.name)
            for outlet in self._outlets.values()
        )

    def _outlet(self, request: web.Request) -> Outlet:
        outlet = self._outlets.get(request.match_info["outlet"])
        if outlet is None:
            raise web.HTTPNotFound
        return outlet

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        pieces = outlet.published(self._clock())
        body = render.feed(outlet, pieces, self._edition, f"{self.address}/{outlet.slug}")
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        newest = pieces[0].published_at if pieces else datetime.fromtimestamp(0, UTC)
        headers = {
            "ETag": etag,
            "Last-Modified": format_datetime(newest.astimezone(UTC), usegmt=True),
            "Cache-Control": "max-age=10",
        }
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = render.MEDIA_TYPES[outlet.format]
        return web.Response(body=body, headers=headers)

    async def _page(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        for piece in outlet.published(self._clock()):
            if piece.slug == request.match_info["slug"]:
                return web.Response(text=render.page(outlet, piece), content_type="text/html")
        raise web.HTTPNotFound

    async def _front_page(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        text = render.front_page(outlet, outlet.published(self._clock()))
        return web.Response(text=text, content_type="text/html")
