"""python-telegram-bot's way into the Telegram of this process, instead of the network."""

import json
from typing import Any

from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot.console.rich import elements, parse
from bot.console.server import ConsoleTelegram
from handlers.context import AnyApplication


class ConsoleRequest(BaseRequest):
    """A transport that hands every call to a ConsoleTelegram."""

    def __init__(self, server: ConsoleTelegram) -> None:
        self._server = server

    @property
    def read_timeout(self) -> float | None:
        """Nothing to wait for."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_args: Any,
        **_kwargs: Any,
    ) -> tuple[int, bytes]:
        """One call: the last part of the address is the method's name; or a download, of a file's."""
        name = url.rpartition("/")[2]
        if method == "GET":
            return 200, self._server.files[name]
        parameters: dict[str, Any] = {}
        if request_data is not None:
            parameters |= request_data.parameters
            parameters |= {part: file[:2] for part, file in request_data.multipart_data.items()}
        return await self._server.answer(name, parameters)


def buttons_of(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The buttons of a message, those in the text of a rich one first, with what each sends."""
    inside = elements(parse(message["rich_message"]["html"])) if "rich_message" in message else ()
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [
        *((one.text, one.attributes["data"]) for one in inside if "data" in one.attributes),
        *(
            (button["text"], button["callback_data"])
            for row in rows
            for button in row
            if "callback_data" in button
        ),
    ]


class Person:
    """Somebody in one chat: types, presses, and reads what comes."""

    def __init__(
        self,
        application: AnyApplication,
        server: ConsoleTelegram,
        chat_id: int,
        user_id: int | None = None,
    ) -> None:
        self._application = application
        self._server = server
        self.chat_id = chat_id
        self.user_id = user_id or chat_id
        server.chat(chat_id)

    async def type(self, text: str, **extra: Any) -> list[dict[str, Any]]:
        """Send a text and wait until it is dealt with; the messages that came meanwhile."""
        return await self.deliver(self._server.type(self.chat_id, text, self.user_id, **extra))

    async def send_file(self, name: str, content: bytes, caption: str = "") -> list[dict[str, Any]]:
        """Send a file, likewise."""
        server = self._server
        return await self.deliver(
            server.send_file(self.chat_id, name, content, caption, self.user_id)
        )

    async def press(self, message: dict[str, Any], label: str) -> list[dict[str, Any]]:
        """Press the first button with this label, likewise; an edited message counts as one that came."""
        for shown, data in buttons_of(message):
            if shown == label:
                return await self.press_data(message, data)
        raise LookupError(label)

    async def press_data(self, message: dict[str, Any], data: str) -> list[dict[str, Any]]:
        """Press a button with this data, whether the message has it or not."""
        number = message["message_id"] or message["ephemeral_message_id"]
        update = self._server.press(self.chat_id, number, data, self.user_id)
        return await self.deliver(update)

    async def ask_inline(self, query: str, offset: str = "") -> list[dict[str, Any]]:
        """Type something behind the bot's name in whatever chat; the answers to it, one or none."""
        before = len(self._server.inline_answers)
        await self.deliver(self._server.ask_inline(self.user_id, query, offset))
        return self._server.inline_answers[before:]

    async def deliver(self, update: dict[str, Any]) -> list[dict[str, Any]]:
        """Hand the bot an update and wait until it is dealt with."""
        came: list[dict[str, Any]] = []

        def listen(_what: str, message: dict[str, Any]) -> None:
            if message["chat"]["id"] == self.chat_id:
                came.append(message)

        self._server.listeners.append(listen)
        try:
            content = json.loads(json.dumps(update))
            await self._application.update_queue.put(Update.de_json(content, self._application.bot))
            await self._application.update_queue.join()
        finally:
            self._server.listeners.remove(listen)
        return came
