"""The Telegram of the console, served over HTTP as the Bot API is."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.console.door import answer
from bot.console.server import ConsoleTelegram


class BotApi:
    """A loopback Bot API server for one token. Use it as an async context manager."""

    def __init__(self, telegram: ConsoleTelegram, token: str) -> None:
        self.telegram = telegram
        self.token = token
        self.url = ""
        self._waiting: list[dict[str, Any]] = []
        self._arrival = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            refusal = {"ok": False, "error_code": 401, "description": "Unauthorized"}
            return web.json_response(refusal, status=401)
        parameters: dict[str, Any] = {}
        for name, value in (await request.post()).items():
            try:
                parameters[name] = json.loads(str(value))
            except ValueError:
                parameters[name] = value
            if name == "text":
                parameters[name] = value
        method = request.match_info["method"]
        if method == "getUpdates":
            return web.json_response({"ok": True, "result": await self._updates(parameters)})
        status, body = await answer(self.telegram, method, parameters)
        return web.Response(status=status, body=body, content_type="application/json")

    async def put(self, update: dict[str, Any]) -> None:
        """Have an update ready for whoever asks next."""
        async with self._arrival:
            self._waiting.append(update)
            self._arrival.notify_all()

    async def _updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(parameters.get("offset") or 0)
        wait = min(float(parameters.get("timeout") or 0), 10)
        async with self._arrival:
            self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
            try:
                await asyncio.wait_for(self._arrival.wait_for(lambda: bool(self._waiting)), wait)
            except TimeoutError:
                return []
            return list(self._waiting)
