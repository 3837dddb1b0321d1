"""The first steps and the help."""

from difflib import get_close_matches
from typing import Protocol

from markupsafe import Markup

from handlers.context import Answer, Ask
from handlers.views import first_steps
from handlers.views.message import View
from handlers.words import say
from news.text import shorten, squeeze


class Described(Protocol):
    """What the help needs to know of a command."""

    @property
    def name(self) -> str:
        """Without the slash."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names, without the slash."""

    @property
    def group(self) -> str:
        """Key of the heading that it stands under."""


async def start(ask: Ask) -> Answer:
    """Welcome, and where to begin."""
    return first_steps.welcome(ask.chat, ask.reader)


def help_view(ask: Ask, commands: tuple[Described, ...]) -> View:
    """All commands by what one wants to do; or one of them with examples."""
    language = ask.chat.language
    wanted = squeeze(ask.argument).lstrip("/").casefold()
    if not wanted:
        blocks = [say("help.head", language)]
        for group in dict.fromkeys(command.group for command in commands):
            lines = [say(f"help.{c.name}", language) for c in commands if c.group == group]
            blocks.append(Markup("\n").join([say(group, language), *lines]))
        return View(Markup("\n\n").join(blocks))
    named = {name: command for command in commands for name in (command.name, *command.aliases)}
    command = named.get(wanted)
    if command is None:
        return ask.say("help.unknown", name=shorten(wanted, 40))
    lines = [say(f"help.{command.name}", language)]
    if command.aliases:
        aliases = ", ".join(f"/{alias}" for alias in command.aliases)
        lines.append(say("help.also", language, aliases=aliases))
    lines.append(say(f"help.example.{command.name}", language))
    return View(Markup("\n").join(lines))


def unknown(ask: Ask, typed: str, commands: tuple[Described, ...]) -> View:
    """What to do about a command that does not exist."""
    name = shorten(typed, 40)
    names = [known for command in commands for known in (command.name, *command.aliases)]
    near = get_close_matches(typed.casefold()[:40], names, n=1, cutoff=0.6)
    if near:
        return ask.say("unknown.near", name=name, near=near[0])
    return ask.say("unknown.command", name=name)
