"""What is kept of a chat, in words and as a file, and the question whether to delete it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from handlers.belonging_buttons import Erase, SendAll
from handlers.buttons import Show
from handlers.views.message import File, View, button
from handlers.views.reader import Reader
from handlers.words import say, say_count

FILE_NAME = "kawaraban-chat.json"

_NAMES = {
    "chats": "chat",
    "told": "told_stories",
    "shown": "shown_digests",
    "saved": "saved_stories",
    "votes": "thumbs",
    "outbox": "messages",
    "updates": "received",
    "people": "access",
}
"""Tables by what somebody would call them who knows none; others keep their names."""

_Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_COUNTED = ("subscriptions", "saved", "mutes", "votes")
"""What is named with its number before it is deleted."""


def privacy(reader: Reader) -> View:
    """What is kept, why and for how long, with buttons that send and delete it."""
    return View(
        say("privacy.text", reader.language),
        (
            (button(reader.label("button.send_all"), SendAll()),),
            (button(reader.label("button.erase"), Show("forget")),),
        ),
    )


def everything(found: _Rows, reader: Reader) -> View:
    """Everything of a chat as JSON, with readable keys and times of ISO 8601."""
    content: dict[str, Any] = {"made_at": reader.now}
    for table, rows in found.items():
        name = _NAMES.get(table, table)
        content[name] = rows[0] if table == "chats" else list(rows)
    text = json.dumps(content, ensure_ascii=False, indent=2, default=_plain)
    return View(
        say("privacy.file", reader.language), file=File(FILE_NAME, text.encode("utf-8", "replace"))
    )


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def question(found: _Rows, reader: Reader) -> View:
    """What would be deleted, with a button that does it and one that does not."""
    counts = [
        say_count(f"forget.{table}", len(found[table]), reader.language)
        for table in _COUNTED
        if table in found
    ]
    lines = [say("forget.ask", reader.language)]
    if counts:
        lines.append(Markup("\n").join(counts))
    lines.append(say("forget.after", reader.language))
    return View(
        Markup("\n\n").join(lines),
        (
            (button(reader.label("button.keep_all"), Erase(False)),),
            (button(reader.label("button.erase_all"), Erase(True)),),
        ),
        asks=True,
    )
