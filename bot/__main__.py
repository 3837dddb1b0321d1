"""The command line: `kawaraban`, or `python -m bot`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from telegram.error import InvalidToken

from bot import digest, feeds, log
from bot.app import run
from bot.settings import BadSetting, load
from bot.version import VERSION
from storage.database import DatabaseRefused

CONSOLE_LOG = Path("data/console.log")
"""In the console, the log would stand between the messages."""

_AT_ONCE = {"feeds": feeds.run, "digest": digest.run}
"""Commands that do something and end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 used wrongly."""
    parser = argparse.ArgumentParser(
        prog="kawaraban", description="A Telegram bot that reads the news for people."
    )
    parser.add_argument("--version", action="version", version=f"kawaraban {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="the bot; without TELEGRAM_TOKEN, the console chat")
    commands.add_parser("console", help="the console chat on the sample newsroom")
    help = "the feeds that are polled: add, remove, list, check, import, export"
    feeds.add_arguments(commands.add_parser("feeds", help=help, description=help))
    help = "a digest in the terminal, without Telegram: preview"
    digest.add_arguments(commands.add_parser("digest", help=help, description=help))
    chosen = parser.parse_args(arguments)
    try:
        settings = load()
        token = settings.telegram_token.get_secret_value()
        secrets = (token, settings.summary_api_key.get_secret_value())
        if chosen.command in _AT_ONCE:
            log.set_up("warning", settings.log_format, secrets, sys.stderr)
            return asyncio.run(_AT_ONCE[chosen.command](chosen, settings))
        console = chosen.command == "console" or not token
        with log.stream(CONSOLE_LOG if console else None) as stream:
            log.set_up(settings.log_level, settings.log_format, secrets, stream)
            asyncio.run(run(settings, console=console))
    except (BadSetting, DatabaseRefused) as error:
        return _refuse(str(error))
    except InvalidToken:
        return _refuse("TELEGRAM_TOKEN: Telegram refuses it; ask @BotFather for the right one")
    return 0


def _refuse(line: str) -> int:
    sys.stderr.write(f"kawaraban: {line}\n")
    return feeds.USED_WRONGLY


if __name__ == "__main__":
    sys.exit(main())
