"""Updates on their way to a bot: asked for by getUpdates, or brought to its webhook."""

import asyncio
from collections import deque
from typing import Any

import aiohttp

from bot.console.refusals import two_pollers, webhook_is_set

LONGEST_POLL = 10.0
"""Seconds for which somebody who asks is kept waiting."""

_AT_ONCE = 100
"""Updates in one answer."""

Update = dict[str, Any]


class UpdateQueue:
    """The updates of one bot. Close it at the end."""

    def __init__(self, retry_seconds: float = 0.05) -> None:
        self._retry_seconds = retry_seconds
        self._waiting: list[Update] = []
        self._asking: asyncio.Future[None] | None = None
        self._allowed: frozenset[str] | None = None
        self._webhook: dict[str, Any] = {}
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.deaf = 0
        """How many more times the webhook's "200" is not heard, so that the update comes again."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, update: Update) -> None:
        """Have an update ready, unless the bot said that it does not want such."""
        kind = next(name for name in update if name != "update_id")
        if self._allowed is not None and kind not in self._allowed:
            return
        self._waiting.append(update)
        if self._webhook:
            self._bring(update)
        elif self._asking is not None and not self._asking.done():
            self._asking.set_result(None)

    async def ask(self, parameters: dict[str, Any]) -> list[Update]:
        """What getUpdates gives: waits for something if there is nothing.

        Raises ApiError if a webhook is set, or if somebody else asks meanwhile.
        """
        if self._webhook:
            raise webhook_is_set()
        if self._asking is not None and not self._asking.done():
            self._asking.set_exception(two_pollers())
        self._allow(parameters)
        offset = int(parameters.get("offset") or 0)
        self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        if not self._waiting:
            wait = min(float(parameters.get("timeout") or 0), LONGEST_POLL)
            asking = self._asking = asyncio.get_running_loop().create_future()
            # The answer is in the future, or nowhere: wait() does not raise it.
            await asyncio.wait([asking], timeout=wait)
            if asking.done():
                asking.result()
            else:
                asking.cancel()
        return self._waiting[: min(int(parameters.get("limit") or _AT_ONCE), _AT_ONCE)]

    def set_webhook(self, webhook: dict[str, Any]) -> None:
        """Bring all updates there from now on; with an empty one, keep them for who asks."""
        self._webhook = webhook
        self._allow(webhook)
        if webhook:
            if webhook.get("drop_pending_updates"):
                self._waiting.clear()
            if self._asking is not None and not self._asking.done():
                self._asking.set_exception(webhook_is_set())
            for update in self._waiting:
                self._bring(update)

    async def close(self) -> None:
        """Bring nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _allow(self, parameters: dict[str, Any]) -> None:
        if (kinds := parameters.get("allowed_updates")) is not None:
            # An empty list means all kinds again.
            self._allowed = frozenset(kinds) or None

    def _bring(self, update: Update) -> None:
        """In their order for each chat; chats do not wait for each other."""
        key = _chat_of(update)
        if lane := self._lanes.get(key):
            if update not in lane:
                lane.append(update)
            return
        self._lanes[key] = deque([update])
        task = asyncio.get_running_loop().create_task(self._bring_all(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring_all(self, key: int) -> None:
        lane = self._lanes[key]
        while lane and self._webhook:
            if await self._post(lane[0]):
                self._waiting.remove(lane.popleft())
            else:
                await asyncio.sleep(self._retry_seconds)
        del self._lanes[key]

    async def _post(self, update: Update) -> bool:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=30)
            self._session = aiohttp.ClientSession(timeout=timeout)
        headers = {}
        if secret := self._webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = str(secret)
        try:
            async with self._session.post(
                self._webhook["url"], json=update, headers=headers
            ) as answer:
                heard = answer.status // 100 == 2
        except (aiohttp.ClientError, TimeoutError):
            return False
        if heard and self.deaf:
            self.deaf -= 1
            return False
        return heard


def _chat_of(update: Update) -> int:
    content = next(value for name, value in update.items() if name != "update_id")
    message = content.get("message", content)
    return int(message.get("chat", content.get("from", {})).get("id", 0))
