"""The other door of a Bot API server in a process of its own: scripts for chats and faults, and the account.

Every request is a POST to /control/<what> with JSON; the answer is JSON. What there is: the functions below.
"""

from collections.abc import Callable
from dataclasses import asdict
from random import Random
from types import TracebackType
from typing import Any, Protocol, Self

from aiohttp import web

from bot.console.limits import Limits, Meter, Window
from bot.console.refusals import ApiError
from bot.console.server import ConsoleTelegram
from tests.bot.faults import Fault, Faults
from tests.bot.update_queue import UpdateQueue

HOST = "127.0.0.1"

_ACTS = frozenset({"type", "press", "blocked", "unblocked", "kicked", "added", "migrate"})
"""What people do; the bot gets an update of each."""

_QUIET_ACTS = frozenset({"open_topic", "close_topic", "delete_topic"})
"""What the bot hears nothing of."""


class Server(Protocol):
    """What is controlled."""

    telegram: ConsoleTelegram
    faults: Faults
    updates: UpdateQueue
    counts: Any

    async def up(self) -> None:
        """Take connections."""

    async def down(self) -> None:
        """Take none."""


class Control:
    """Use it as an async context manager."""

    def __init__(self, api: Server, port: int = 0) -> None:
        self._api = api
        self._port = port
        self._runner = web.ServerRunner(
            web.Server(self._serve, access_log=None), shutdown_timeout=0.1
        )
        self.url = ""
        self._verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
            "chats": self._chats,
            "act": self._act,
            "refuse": self._refuse,
            "faults": self._set_faults,
            "script": self._script,
            "limits": self._limits,
            "server": self._server,
            "figures": self._figures,
            "accepted": self._accepted,
            "refused": self._refused,
        }

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}/control/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        name = request.path.removeprefix("/control/")
        said = await request.json() if request.can_read_body else {}
        if name in ("up", "down"):
            await (self._api.up() if name == "up" else self._api.down())
            return web.json_response({})
        if name not in self._verbs:
            return web.json_response({"error": f"no {name}: {sorted(self._verbs)}"}, status=404)
        try:
            return web.json_response(self._verbs[name](said))
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{name}: {error!r}"}, status=400)

    @property
    def _meter(self) -> Meter:
        meter = self._api.telegram.meter
        if meter is None:
            raise ValueError("this server keeps no account")
        return meter

    def _chats(self, said: dict[str, Any]) -> Any:
        """Make `count` chats from id `first` on, each with the id below the last if `first` is negative."""
        step = 1 if said["first"] > 0 else -1
        for number in range(said.get("count", 1)):
            chat = self._api.telegram.chat(
                said["first"] + step * number, said.get("type", "private")
            )
            chat.is_forum = said.get("is_forum", chat.is_forum)
            chat.topics |= dict.fromkeys(said.get("topics", ()), True)
            chat.administrators |= set(said.get("administrators", ()))
        return {}

    def _act(self, said: dict[str, Any]) -> Any:
        """Somebody does `deed`, with its other arguments; `untold`: the bot gets no update of it."""
        deed, untold = said.pop("deed"), said.pop("untold", False)
        if deed not in _ACTS | _QUIET_ACTS:
            raise ValueError(f"nobody does {deed}")
        done = getattr(self._api.telegram, deed)(**said)
        updates = () if done is None else done if isinstance(done, tuple) else (done,)
        if not untold:
            for update in updates:
                self._api.updates.put(update)
        return {"updates": updates}

    def _refuse(self, said: dict[str, Any]) -> Any:
        """Answer every attempt to write to a chat with this refusal; without `code`: take them again."""
        chat = self._api.telegram.chat(said.pop("chat_id"))
        chat.refusal = ApiError(**said) if said else None
        return {}

    def _set_faults(self, said: dict[str, Any]) -> Any:
        """Rates by kind from now on, none without `rates`; `seed` and the times as `Faults` has them."""
        faults = self._api.faults
        faults.clear()
        faults.rates = {Fault(name): rate for name, rate in said.get("rates", {}).items()}
        if "seed" in said:
            faults.random = Random(said["seed"])
        for name in ("slow_seconds", "late_seconds", "retry_after"):
            setattr(faults, name, said.get(name, getattr(faults, name)))
        return {}

    def _script(self, said: dict[str, Any]) -> Any:
        """What befalls the next messages to a chat; null: nothing."""
        kinds = [None if name is None else Fault(name) for name in said["faults"]]
        self._api.faults.script(said["chat_id"], kinds)
        return {}

    def _limits(self, said: dict[str, Any]) -> Any:
        """Begin a new account, with other limits: lists of [count, seconds], and `halt`."""
        chosen: dict[str, Any] = {
            name: value if name == "halt" else tuple(Window(*window) for window in value)
            for name, value in said.items()
        }
        limits = Limits(**chosen)
        self._api.telegram.meter = Meter(limits, self._meter.seconds)
        return {}

    def _server(self, said: dict[str, Any]) -> Any:
        """Whether it `knows_rich`, and how many answers of the webhook it is `deaf` to."""
        self._api.telegram.knows_rich = said.get("knows_rich", self._api.telegram.knows_rich)
        self._api.updates.deaf = said.get("deaf", self._api.updates.deaf)
        return {}

    def _figures(self, _said: dict[str, Any]) -> Any:
        """Counts of all kinds."""
        faults, meter = self._api.faults, self._meter
        causes = [refused.cause for refused in meter.refused]
        return {
            "calls": dict(self._api.counts),
            "accepted": len(meter.accepted),
            "refused": {cause: causes.count(cause) for cause in sorted(set(causes))},
            "faults": {fault.value: count for fault, count in faults.counts.items() if count},
            "answers_lost": faults.answers_lost(),
            "turned_away": sorted(faults.turned_away),
            "updates": len(self._api.updates),
            "limits": asdict(meter.limits),
        }

    def _accepted(self, said: dict[str, Any]) -> Any:
        """What was taken, from the message with this number on."""
        return self._meter.accepted[said.get("first", 0) :]

    def _refused(self, said: dict[str, Any]) -> Any:
        """The 429s, likewise."""
        return self._meter.refused[said.get("first", 0) :]
