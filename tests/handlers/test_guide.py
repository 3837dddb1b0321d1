"""The guide for readers names commands that there are, and shows what they really answer.

`pytest tests/handlers/test_guide.py --update-snapshots` takes its pictures anew.
"""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.console.door import Person
from bot.console.terminal import Terminal
from handlers.commands import BY_NAME, PUBLIC

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"
_PICTURE = re.compile(r"<!-- picture: (.+?) -->\n```text\n(.*?)```\n", re.DOTALL)
_COLUMNS = 100
_HIDDEN = "~"


async def picture(talk: Any, id: int, typed: str) -> str:
    """What the terminal shows of somebody who types this; what begins with "~" was typed before."""
    talk.telegram.chat(id)
    person = Person(talk.parts.application, talk.telegram, id)
    shown = io.StringIO()
    for text in re.split(r" (?=~?/)", typed):
        if text.startswith(_HIDDEN):
            await person.type(text.removeprefix(_HIDDEN))
            continue
        shown.write(f"you> {text}\n")
        terminal = Terminal(person, talk.telegram, Console(file=shown, width=_COLUMNS))
        await person.type(text)
        talk.telegram.listeners.remove(terminal._show)
    return "\n".join(line.rstrip() for line in shown.getvalue().strip().split("\n")) + "\n"


def test_every_command_in_it_exists_and_none_is_left_out() -> None:
    text = _PICTURE.sub("", GUIDE.read_text("utf-8"))
    named = set(re.findall(r"`/([a-z]+)", text))
    assert named - set(BY_NAME) == set()
    assert {command.name for command in PUBLIC} - named - {"start"} == set()


async def test_its_pictures_are_what_the_console_shows(
    talk: Any, request: pytest.FixtureRequest
) -> None:
    while await talk.parts.poller.poll_due():
        # All the news is there, however slow this machine is.
        continue
    text = GUIDE.read_text("utf-8")
    shown = {
        typed: await picture(talk, 100 + number, typed)
        for number, typed in enumerate(found[1] for found in _PICTURE.finditer(text))
    }
    assert len(shown) >= 5
    if request.config.getoption("--update-snapshots"):
        text = _PICTURE.sub(
            lambda found: f"<!-- picture: {found[1]} -->\n```text\n{shown[found[1]]}```\n", text
        )
        GUIDE.write_text(text, "utf-8")
    assert {found[1]: found[2] for found in _PICTURE.finditer(text)} == shown
