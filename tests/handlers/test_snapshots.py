"""What every command and refusal looks like, for reviewers: `tests/snapshots/`, a file for each command.

`pytest tests/handlers/test_snapshots.py --update-snapshots` writes them anew.
"""

import difflib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import charts
from bot.console.door import Person
from handlers.commands import COMMANDS
from handlers.context import known_chat
from handlers.words import languages
from news.text import shorten
from storage import chats, feeds
from storage.records import ChatId, Failure, Visit
from tests.handlers.screens import Seen, as_text, data_of, press, write

FOLDER = Path(__file__).parents[1] / "snapshots"
MOST_BYTES = 160_000
"""Of all files: a reviewer has to read them."""

_STORIES = 1
"""Of a message: the others look like them."""

_COLUMNS = 40
"""Of what they tell."""

_LINES = 48
"""Of a message; of a rich one, whose sample is long, a third."""

_HOW = "pytest tests/handlers/test_snapshots.py --update-snapshots, and read what changed:"

_ADMIN = "admin "
_GROUP = "group "
_CLOSED = "closed "
_HIDDEN = "~"
_PRESS = re.compile(r"#(-?\d+)")

TALKS: dict[str, tuple[str, ...]] = {
    # First, so that it counts the same chats whatever is added below.
    "stats": ("/stats", f"{_ADMIN}/stats"),
    "start": ("/start", "/start home", "/start t_cmljZQ", "#1", "/start f_9999", "/start nonsense"),
    "first minute": (
        *("~/start", "#1", "#1", "#-2", "#1", "#-3", "~#-2", "~#-2", "~/start", "#4", "~#-1"),
        *("#3", "#1"),
    ),
    "group": (f"{_GROUP}/start", f"{_GROUP}/latest rice", f"{_GROUP}/newz@kawaraban_bot"),
    "private bot": (f"{_CLOSED}/start", f"{_CLOSED}/latest", f"{_CLOSED}/start i_nonsense"),
    "help": ("/help", "/help schedule", "/help nonsense"),
    "latest": ("/latest", "/latest North Korea", "/latest zzzz", "/latest (rice", "/latest ::"),
    "search": ("/search", "/search rice", "/search rice NOT"),
    "digest": ("~/subscribe rice", "/digest", "/digest 500d"),
    "why": ("/why", "~/subscribe rice", "~/digest", "/why", "/why 2", "/why 99"),
    "marks": (
        *("~/subscribe rice", "/digest 7d", "#3", "#3", "#-1", "#4", "#3", "#-1", "#6", "#3"),
        *("#-1", "#8", "#3", "#-1", "#7", "#3", "/saved", "#1", "/unmute", "/taste"),
    ),
    "trend": ("/trend", "/trend rice", "/trend zzzz"),
    "saved": ("/saved",),
    "taste": ("/taste",),
    "subscribe": (
        *("/subscribe", "/subscribe North Korea", "/subscribe DPRK", "/subscribe since:7d"),
        *("/subscribe ftp://a.example/feed", f"{_GROUP}/subscribe rice"),
    ),
    "unsubscribe": (
        *("/unsubscribe", "~/subscribe rice", "/unsubscribe", "#1", "#1"),
        *("/unsubscribe 9", f"{_GROUP}/unsubscribe 1"),
    ),
    "subscriptions": (
        *("/subscriptions", "~/subscribe rice", "/subscriptions", "#1", "#1", "#2", "~#-1", "#2"),
        *("~/subscriptions", "~#1", "#-3", "#1"),
    ),
    "mute": ("/mute", "/mute football", "/mute football", "/mute", f"{_GROUP}/mute football"),
    "unmute": ("/unmute", "/unmute football", "~/mute football", "/unmute football"),
    "import": ("/import", "/import nonsense", f"{_GROUP}/import"),
    "menus": (
        *("~/settings", "#1", "#6", "~#-1", "#-1", "#2", "~#-1", "#3", "~#-1", "#4", "~#-1"),
        *("#6", "~#-1", "#7", "~#-1", "#8", "~#-1", "#9", "~#-1", "#10", "~#-1", "#11", "~#-1"),
        *("#12", "~#-1", "#13"),
    ),
    "export": ("/export",),
    "schedule": (
        *("/schedule", "/schedule daily 08:00", "/schedule whenever", "/schedule 3 daily 08:00"),
        *(
            "/schedule every 3 days",
            "~/subscribe rice",
            "/schedule 1 instant",
            f"{_GROUP}/schedule off",
        ),
        *("/schedule off", "/schedule", "/pause", "/resume"),
    ),
    "layout": ("/layout", "/layout classic", f"{_GROUP}/layout newspaper"),
    "timezone": ("/timezone", "/timezone Tokyo", "/timezone Atlantis"),
    "quiet": ("/quiet", "/quiet 22:00-07:00", "/quiet late", "/quiet off"),
    "pause": ("/pause", "/pause 3", "/pause 1000", f"{_GROUP}/pause"),
    "resume": ("/resume", "~/pause", "/resume"),
    "settings": ("/settings", f"{_GROUP}/settings"),
    "language": ("/language", "/language tlh", f"{_GROUP}/language ja"),
    "privacy": ("/privacy", f"{_GROUP}/privacy"),
    "forget": ("/forget", "#1", "/forget", "#2", f"{_GROUP}/forget"),
    "invite": ("/invite", f"{_ADMIN}/invite"),
    "ban": ("/ban 5", f"{_ADMIN}/ban", f"{_ADMIN}/ban 5", f"{_ADMIN}/ban somebody"),
    "unban": ("/unban 5", f"{_ADMIN}/unban", f"{_ADMIN}/unban 5"),
    "feeds": ("/feeds", f"{_ADMIN}/feeds failing", "#1", f"{_ADMIN}/feeds nonsense"),
    "broadcast": (
        *("/broadcast Hello", f"{_ADMIN}/broadcast", f"~{_ADMIN}/broadcast Hello"),
        *("#2", f"{_ADMIN}/broadcast Back at six", "#1", "#1", "#2"),
    ),
    "no command": ("/newz", "/qqqq", "https://a.example/feed", "zzzz"),
}
"""What is typed in a new chat, one after the other; `#2` presses the second button that was shown last, `#-1` the last.

What begins with "group " is typed in a group by somebody who is no administrator of it, "admin " by one of
those who run the bot, "closed " while the bot lets in nobody else; what begins with "~" is not shown. A command
that is not here is typed as it is, and with nonsense.
"""


def typed_of(name: str) -> tuple[str, ...]:
    return TALKS.get(name, (f"/{name}", f"/{name} nonsense"))


class _Stage:
    """A bot with a chat for each command and language."""

    def __init__(self, talk: Any, clock: Any) -> None:
        self.talk = talk
        self.clock = clock
        self.next_id = 1_000

    async def chat(self, language: str, group: bool) -> Person:
        """Somebody new, in a new chat of that language."""
        self.next_id += 1
        id = self.next_id
        chat = self.talk.telegram.chat(-id if group else id, "supergroup" if group else "private")
        person = Person(self.talk.parts.application, self.talk.telegram, chat.id, user_id=id)
        services = self.talk.parts.services
        await known_chat(services, ChatId(person.chat_id), services.clock())
        async with services.database.write() as tx:
            await chats.change(tx, ChatId(person.chat_id), language=language)
        return person

    def runs_the_bot(self, person: Person) -> None:
        services = self.talk.parts.services
        object.__setattr__(services, "admin_ids", services.admin_ids | {person.user_id})

    def lets_in(self, access: str) -> None:
        object.__setattr__(self.talk.parts.services, "access", access)

    async def converse(self, typed: tuple[str, ...], language: str) -> str:
        """All that is said in one talk."""
        alone, among = await self.chat(language, False), await self.chat(language, True)
        said: list[str] = []
        last: dict[str, Any] | None = None
        for line in typed:
            self.clock.forward(seconds=2)
            shown = line.removeprefix(_HIDDEN)
            pressed = _PRESS.fullmatch(shown)
            if pressed is not None:
                assert last is not None, line
                number = int(pressed[1])
                label, data = data_of(last)[number - 1 if number > 0 else number]
                seen, shown = await press(alone, self.talk.telegram, last, data), f"[{label}]"
            else:
                text = shown.removeprefix(_GROUP).removeprefix(_ADMIN).removeprefix(_CLOSED)
                if shown.startswith(_ADMIN):
                    self.runs_the_bot(alone)
                self.lets_in("invite" if shown.startswith(_CLOSED) else "open")
                seen = await write(among if shown.startswith(_GROUP) else alone, text)
            last = seen.messages[-1] if seen.messages else last
            if not line.startswith(_HIDDEN):
                said += [f"> {shown}", *self._shown(seen)]
        return "\n\n".join(said)

    def _shown(self, seen: Seen) -> list[str]:
        shown = [
            _short(as_text(message), _LINES // 3 if "rich_message" in message else _LINES)
            for message in seen.messages
        ]
        shown += [f"({toast})" for toast in seen.toasts]
        return shown or ["(nothing changes)" if seen.same else "(no answer)"]


def _short(text: str, most: int) -> str:
    """A message without most of its news, which are not what is under review; its buttons stay."""
    stories = 0
    blocks: list[str] = []
    for block in text.split("\n\n"):
        if not re.match(r"\d+\. .*\n", block):
            blocks.append(block)
            continue
        stories += 1
        *told, last = block.split("\n")
        if stories <= _STORIES:
            blocks.append("\n".join([shorten(line, _COLUMNS) for line in told] + [last]))
        elif stories == _STORIES + 1:
            blocks.append("…")
            # Buttons of the message stand below the last of its stories.
        if stories > _STORIES:
            blocks += ["\n".join(_buttons(block))] * bool(_buttons(block))
    lines = "\n\n".join(blocks).split("\n")
    if len(lines) > most:
        lines = [*lines[:most], "…", *_buttons("\n".join(lines[most:]))]
    return "\n".join(lines)


def _buttons(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("[")]


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not everywhere is there a library that draws them."""
    monkeypatch.setattr(charts, "available", lambda: False)


async def _trouble(talk: Any) -> None:
    """A feed that fails, for those who ask for such."""
    at = datetime.fromisoformat("2026-11-19T08:00:00+00:00")
    async with talk.parts.services.database.write() as tx:
        feed = await feeds.add(tx, "https://down.example/feed", at, "Down Daily", pinned=True)
        failed = Visit(at, at + timedelta(days=3), failure=Failure.STATUS, failure_detail="503")
        await feeds.record(tx, [(feed.id, failed)])


async def test_everything_looks_as_it_did_when_somebody_last_read_it(
    no_pictures: None,
    talk: Any,
    clock: Callable[[], datetime],
    request: pytest.FixtureRequest,
) -> None:
    stage = _Stage(talk, clock)
    while await talk.parts.poller.poll_due():
        # All the news is there, however slow this machine is.
        continue
    await _trouble(talk)
    names = dict.fromkeys([*TALKS, *(command.name for command in COMMANDS)])
    rendered = {}
    for name in names:
        parts = [
            f"== {language}\n\n{await stage.converse(typed_of(name), language)}\n"
            for language in languages()
        ]
        rendered[f"{name.replace(' ', '_')}.txt"] = "\n".join(parts)
    if request.config.getoption("--update-snapshots"):
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("*.txt"):
            old.unlink()
        for file, text in rendered.items():
            (FOLDER / file).write_text(text, "utf-8")
    kept = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.txt")}
    differences = [
        line
        for file in sorted(rendered.keys() | kept.keys())
        for line in difflib.unified_diff(
            kept.get(file, "").splitlines(),
            rendered.get(file, "").splitlines(),
            f"kept/{file}",
            f"shown/{file}",
            lineterm="",
            n=1,
        )
    ]
    assert differences == [], "\n".join([_HOW, *differences[:200]])


def test_snapshots_are_few_enough_to_be_read() -> None:
    files = list(FOLDER.glob("*.txt"))
    assert len(files) >= len(COMMANDS)
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES


def test_nobody_is_shown_an_apology_or_a_key() -> None:
    for path in FOLDER.glob("*.txt"):
        text = path.read_text("utf-8")
        assert "went wrong" not in text, path.name
        assert not re.search(r"\{\w+\}", text), path.name
