"""The Telegram of the console, served over HTTP as the Bot API is, with the faults of a network.

In a process of its own: `python -m tests.bot.botapi --port 8081 --control-port 8082 --token 1:x`.
`tests.bot.remote` starts that, and speaks with its control port.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import socket
import struct
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from bot.console.limits import UNLIMITED, Limits, Meter
from bot.console.refusals import ApiError, unauthorized
from bot.console.server import ConsoleTelegram
from tests.bot.control import Control
from tests.bot.faults import ANSWER_LOST, Fault, Faults, refusal
from tests.bot.update_queue import UpdateQueue

HOST = "127.0.0.1"

_TEXTS = frozenset(
    {"text", "caption", "parse_mode", "callback_query_id", "file_id", "secret_token"}
)
"""Parameters that are texts, even if they look like JSON."""

_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
)

_NO_JSON = b'{"ok":true,"result":{"message_id":'


class BotApi:
    """A loopback Bot API server for one token. Use it as an async context manager."""

    def __init__(
        self,
        telegram: ConsoleTelegram,
        token: str,
        faults: Faults | None = None,
        port: int = 0,
    ) -> None:
        self.telegram = telegram
        self.token = token
        self.faults = faults or Faults(Random(0))
        self.updates = UpdateQueue()
        self.url = ""
        self.counts: Counter[str] = Counter()
        """Calls by method."""
        self._port = port
        self._runner = web.ServerRunner(
            web.Server(self._serve, access_log=None), shutdown_timeout=0.1
        )
        self._site: web.TCPSite | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self.up()
        self.url = f"http://{HOST}:{self._port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.updates.close()
        self._cut()
        await self._runner.cleanup()

    async def up(self) -> None:
        """Listen, at first or again."""
        if self._site is None:
            self._site = web.TCPSite(self._runner, HOST, self._port)
            await self._site.start()
            self._port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Cut all connections and refuse new ones."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
            self._cut()

    async def put(self, *updates: dict[str, Any]) -> None:
        """Have updates ready for whoever asks next, or bring them to the webhook."""
        for update in updates:
            self.updates.put(update)

    def _cut(self) -> None:
        server = self._runner.server
        for connection in server.connections if server is not None else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        _, whose, method = (*request.path.split("/", 2), "", "")[:3]
        if whose == "file":
            return self._download(method)
        if whose != f"bot{self.token}":
            return _refused(unauthorized())
        self.counts[method] += 1
        try:
            parameters = await _parameters(request)
        except ConnectionError:
            # Whoever asked died in the middle of the question.
            return web.Response()
        if method == "getUpdates":
            return await self._get_updates(parameters)
        return await self._call(request, method, parameters)

    async def _call(
        self, request: web.BaseRequest, method: str, parameters: dict[str, Any]
    ) -> web.Response:
        chat = self.telegram.chats.get(int(parameters.get("chat_id") or 0))
        kind = "" if chat is None else chat.type
        fault = self.faults.befall(method, parameters, kind)
        if fault is not None and (stopped := await self._before(request, fault, parameters)):
            return stopped
        status, body = await self.telegram.answer(method, parameters)
        if method in ("setWebhook", "deleteWebhook"):
            self.updates.set_webhook(self.telegram.webhook)
        elif method == "getWebhookInfo":
            body = body.replace(
                b'"pending_update_count": 0', b'"pending_update_count": %d' % len(self.updates)
            )
        if fault is not None:
            if fault in ANSWER_LOST and status != 200:
                # It was refused for another reason: nothing that was taken is in doubt.
                self.faults.counts[fault] -= 1
            elif stopped := await self._after(request, fault):
                return stopped
        return web.Response(status=status, body=body, content_type="application/json")

    async def _before(
        self, request: web.BaseRequest, fault: Fault, parameters: dict[str, Any]
    ) -> web.Response | None:
        """What the fault does before Telegram sees the message; the answer, if that ends it."""
        chat_id = int(parameters["chat_id"])
        if (said := refusal(fault)) is not None:
            return _refused(said)
        match fault:
            case Fault.RESET_BEFORE:
                return _reset(request)
            case Fault.LATE_UNTAKEN:
                await asyncio.sleep(self.faults.late_seconds)
                return _reset(request)
            case Fault.GARBLED_UNTAKEN:
                return web.Response(body=_NO_JSON, content_type="application/json")
            case Fault.ERROR_502:
                return web.Response(status=502, body=_GATEWAY, content_type="text/html")
            case Fault.FLOOD_CHAT | Fault.FLOOD_BOT:
                return self._flood(chat_id, fault)
            case Fault.MIGRATED:
                await self.put(*self.telegram.migrate(chat_id, supergroup_of(chat_id)))
            case Fault.SLOW:
                await asyncio.sleep(self.faults.random.uniform(0, self.faults.slow_seconds))
        return None

    async def _after(self, request: web.BaseRequest, fault: Fault) -> web.Response | None:
        """What the fault does to the answer of a message that was taken."""
        match fault:
            case Fault.RESET_AFTER:
                return _reset(request)
            case Fault.LATE_TAKEN:
                await asyncio.sleep(self.faults.late_seconds)
                return _reset(request)
            case Fault.GARBLED_TAKEN:
                return web.Response(body=_NO_JSON, content_type="application/json")
            case Fault.SLOW:
                await asyncio.sleep(self.faults.random.uniform(0, self.faults.slow_seconds))
        return None

    def _flood(self, chat_id: int, fault: Fault) -> web.Response:
        meter = self.telegram.meter
        if meter is None:
            raise RuntimeError("429s are the meter's: the telegram of this server has none")
        try:
            meter.halt(self.faults.retry_after, chat_id, whole_bot=fault is Fault.FLOOD_BOT)
        except ApiError as error:
            return _refused(error)

    async def _get_updates(self, parameters: dict[str, Any]) -> web.Response:
        try:
            updates = await self.updates.ask(parameters)
        except ApiError as error:
            return _refused(error)
        return web.json_response({"ok": True, "result": updates})

    def _download(self, path: str) -> web.Response:
        token, _, file_id = path.partition("/")
        content = self.telegram.files.get(file_id)
        if token != f"bot{self.token}" or content is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=content)


def supergroup_of(chat_id: int) -> int:
    """The id that a group gets when it becomes a supergroup here."""
    return -1_000_000_000_000 - abs(chat_id)


def _refused(error: ApiError) -> web.Response:
    return web.json_response(error.as_json(), status=error.code)


def _reset(request: web.BaseRequest) -> web.Response:
    """End the connection the hard way, so that the client sees a reset."""
    transport = request.transport
    if isinstance(transport, asyncio.Transport):
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    return web.Response()


async def _parameters(request: web.BaseRequest) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(json.loads(await request.read() or b"{}"))
    if request.content_type.startswith("multipart/"):
        return await _uploaded(request)
    body = (await request.read()).decode()
    fields = {**request.query, **dict(parse_qsl(body, keep_blank_values=True))}
    return {name: _understood(name, value) for name, value in fields.items()}


async def _uploaded(request: web.BaseRequest) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            parameters[name] = _understood(name, str(value))
    for name, value in parameters.items():
        if isinstance(value, str) and value.startswith("attach://"):
            parameters[name] = files.pop(value.removeprefix("attach://"))
    return parameters | files


def _understood(name: str, value: str) -> Any:
    if name in _TEXTS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal ends it; says on standard output where, as one line of JSON."""
    telegram = ConsoleTelegram(lambda: datetime.now(UTC))
    telegram.meter = Meter(UNLIMITED if options.unlimited else Limits(), time.monotonic)
    faults = Faults(Random(options.seed))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi(telegram, options.token, faults, options.port))
        control = await stack.enter_async_context(Control(api, options.control_port))
        sys.stdout.write(json.dumps({"url": api.url, "control": control.url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--control-port", type=int, default=0, help="likewise")
    parser.add_argument("--token", default="1:test")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--unlimited", action="store_true", help="take everything at any speed")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
