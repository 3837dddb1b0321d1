"""python-telegram-bot's way to Telegram: HTTP by aiohttp, which tells what was not sent from what may have been.

The client's own way costs twice the time for each call, and gives a refused connection and a lost answer the
same name.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

_IDLE_SECONDS = 15.0
"""A connection that was not used for longer is not used again: the other side may be closing it."""


class NotSent(NetworkError):
    """Telegram can't have heard of the call: no connection was there to send it on."""


class HttpRequest(BaseRequest):
    """Calls over connections that are kept; times in seconds.

    A call raises NotSent if it certainly did not reach Telegram, TimedOut or another NetworkError if
    nobody knows. Addresses hold the token, so no exception says more than what kind of trouble it was.
    """

    def __init__(
        self,
        connections: int = 128,
        connect_timeout: float = 10.0,
        read_timeout: float = 20.0,
        upload_timeout: float = 60.0,
        proxy: str = "",
        on_headers: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        """`proxy` is the address of an HTTP proxy, or empty; `on_headers` is called with those of each answer."""
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._upload_timeout = upload_timeout
        self._proxy = proxy or None
        self._on_headers = on_headers
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Be ready for calls."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_IDLE_SECONDS
                ),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as Telegram meant it; one that is cut off is not logged: it may hold what people wrote."""
        try:
            content = json.loads(payload)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise TelegramError("an answer that is no JSON")
        return content

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - part of the interface; read covers it
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - likewise; connect covers it
    ) -> tuple[int, bytes]:
        """One call: status and body."""
        if self._session is None:
            raise RuntimeError("a call before initialize() or after shutdown()")
        data, files = _body(request_data)
        patience = self._read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        if files and patience is not None:
            patience = max(patience, self._upload_timeout)
        connect = connect_timeout
        if connect is BaseRequest.DEFAULT_NONE:
            connect = self._connect_timeout
        try:
            async with self._session.request(
                method,
                url,
                data=data,
                headers=None if files or data is None else _FORM,
                proxy=self._proxy,
                allow_redirects=False,
                # `connect` counts the wait for a free connection as well.
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=connect, sock_connect=connect, sock_read=patience
                ),
            ) as response:
                self._on_headers(response.headers)
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _as_telegram_error(error) from None


def _body(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, bool]:
    """What is sent, and whether files are in it."""
    if request_data is None:
        return None, False
    parameters = request_data.json_parameters
    if not request_data.contains_files:
        return urlencode(parameters).encode(), False
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form, True


def _as_telegram_error(error: Exception) -> NetworkError:
    kind = type(error).__name__
    certain = (
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientConnectorError,
        aiohttp.ClientHttpProxyError,
        aiohttp.InvalidURL,
    )
    if isinstance(error, certain):
        return NotSent(kind)
    return TimedOut(kind) if isinstance(error, TimeoutError) else NetworkError(kind)
