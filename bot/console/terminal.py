"""The terminal as a chat: messages with their formatting, buttons numbered and pressed with `:3`.

Files are sent with `:send path`; those that come are saved beside the console's database.
"""

import asyncio
import os
import sys
import threading
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.console.door import Person
from bot.console.rich import parse
from bot.console.rich_lines import lines
from bot.console.server import ConsoleTelegram

PROMPT = "you> "

FOLDER = Path("data")
"""Where files are saved that the bot sends."""

_STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "code": "cyan",
    "pre": "cyan",
    "spoiler": "dim",
    "blockquote": "dim",
    "expandable_blockquote": "dim",
}


class Terminal:
    """One person's chat on standard input and output."""

    def __init__(
        self, person: Person, server: ConsoleTelegram, console: Console | None = None
    ) -> None:
        self._person = person
        self._server = server
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._buttons: list[tuple[dict[str, Any], str]] = []
        self._prompting = False
        server.listeners.append(self._show)

    async def converse(self, stop: asyncio.Event) -> None:
        """Read lines and show what comes, until /quit, the end of the input, or `stop`."""
        self._console.print(
            Text.assemble(
                ("Kawaraban", "bold"),
                " in your terminal, reading invented news. With TELEGRAM_TOKEN set it runs on Telegram.\n",
                "Type as you would in Telegram: /start, /latest North Korea, /help. ",
                ":3 presses button 3, :send list.opml sends a file, /quit leaves.",
            )
        )
        lines = _read_lines()
        while not stop.is_set():
            self._prompt()
            line = await _next_line(lines, stop)
            self._prompting = False
            if line is None or line.strip() in ("/quit", "/exit"):
                break
            if line.strip():
                await self._take(line.strip())
        self._console.print("\nBye. What you follow is kept.")

    def _prompt(self) -> None:
        self._prompting = True
        self._console.print(Text(PROMPT, "green"), end="")
        self._console.file.flush()

    async def _take(self, line: str) -> None:
        if not sys.stdin.isatty():
            self._console.print(Text(line))
        if line.startswith(":send "):
            await self._send_file(line.removeprefix(":send ").strip())
        elif line.startswith(":"):
            await self._press(line[1:].strip())
        else:
            await self._person.type(line)

    async def _send_file(self, name: str) -> None:
        try:
            content = _read(name)
        except OSError as error:
            self._console.print(f"{name} can't be read ({error.strerror}).")
            return
        await self._person.send_file(Path(name).name, content)

    def _save(self, message: dict[str, Any]) -> None:
        if "photo" in message:
            # Telegram keeps no names of pictures.
            file, name, sign = message["photo"][-1], f"picture{message['message_id']}.png", "🖼"
        else:
            file, name, sign = message["document"], message["document"]["file_name"], "📎"
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._server.files[file["file_id"]])
        self._console.print(f"{sign} {path}")

    async def _press(self, number: str) -> None:
        if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(self._buttons)):
            self._console.print(f"There is no button {number}. Their numbers stand in brackets.")
            return
        message, data = self._buttons[int(number) - 1]
        answered = len(self._server.answers)
        await self._person.press_data(message, data)
        for answer in self._server.answers[answered:]:
            if answer.get("text"):
                self._console.print(Text(f"💬 {answer['text']}", "magenta"))

    def _show(self, what: str, message: dict[str, Any]) -> None:
        if message["chat"]["id"] != self._person.chat_id:
            return
        if self._prompting:
            self._console.print()
        if what == "edited":
            self._buttons = [item for item in self._buttons if item[0] is not message]
        self._console.print(
            Text("✎ kawaraban" if what == "edited" else "kawaraban", "bold magenta")
        )
        self._show_content(message)
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            shown = Text("  ").join(self._button(message, button) for button in row)
            shown.stylize("yellow")
            self._console.print(shown)
        self._console.print()
        if self._prompting:
            self._prompt()

    def _button(self, message: dict[str, Any], button: dict[str, str]) -> Text:
        """A button with the number by which it is pressed; one that leads elsewhere as a link."""
        if "url" in button:
            return Text(button["text"], f"link {button['url']}")
        return Text(f"[{self._number(message, button['callback_data'])}] {button['text']}")

    def _show_content(self, message: dict[str, Any]) -> None:
        if "rich_message" in message:
            nodes = parse(message["rich_message"]["html"])
            for line in lines(nodes, lambda data: self._number(message, data)):
                self._console.print(line)
            return
        if "document" in message or "photo" in message:
            self._save(message)
            text, entities = message["caption"], message["caption_entities"]
        else:
            text, entities = message["text"], message["entities"]
        self._console.print(formatted(text, entities))

    def _number(self, message: dict[str, Any], data: str) -> int:
        """The number by which a button that is shown now is pressed."""
        self._buttons.append((message, data))
        return len(self._buttons)


def _read(name: str) -> bytes:
    return Path(name).expanduser().read_bytes()


def formatted(text: str, entities: list[dict[str, Any]]) -> Text:
    """A message as Rich shows it."""
    units = text.encode("utf-16-le", "surrogatepass")
    shown = Text(text)
    for entity in entities:
        start = len(units[: 2 * entity["offset"]].decode("utf-16-le", "replace"))
        end_unit = 2 * (entity["offset"] + entity["length"])
        end = len(units[:end_unit].decode("utf-16-le", "replace"))
        if entity["type"] == "text_link":
            shown.stylize(f"blue underline link {entity['url']}", start, end)
        elif entity["type"] in _STYLES:
            shown.stylize(_STYLES[entity["type"]], start, end)
    return shown


def _read_lines() -> "asyncio.Queue[str | None]":
    """The lines of standard input as they come; None at its end.

    A thread reads, since a file or a pipe can't be waited for in every event loop; it reads the
    descriptor itself, so that the interpreter can end while it waits.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        rest = b""
        while True:
            try:
                chunk = os.read(0, 65536)
            except OSError:
                chunk = b""
            rest += chunk
            *whole, rest = rest.split(b"\n")
            for line in whole:
                loop.call_soon_threadsafe(lines.put_nowait, line.decode("utf-8", "replace"))
            if not chunk:
                if rest:
                    loop.call_soon_threadsafe(lines.put_nowait, rest.decode("utf-8", "replace"))
                loop.call_soon_threadsafe(lines.put_nowait, None)
                return

    threading.Thread(target=read, name="standard input", daemon=True).start()
    return lines


async def _next_line(lines: "asyncio.Queue[str | None]", stop: asyncio.Event) -> str | None:
    async with asyncio.TaskGroup() as group:
        line = group.create_task(lines.get())
        stopped = group.create_task(stop.wait())
        await asyncio.wait([line, stopped], return_when=asyncio.FIRST_COMPLETED)
        line.cancel()
        stopped.cancel()
    return line.result() if line.done() and not line.cancelled() else None
