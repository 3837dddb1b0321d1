"""The command line: `kawaraban`, or `python -m bot`."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import SecretStr
from telegram.error import InvalidToken

from bot import database_command, digest, feeds, log, stats
from bot.app import run
from bot.doctor import command as doctor
from bot.outcome import DONE, USED_WRONGLY, complain
from bot.roles import EVERY_ROLE
from bot.settings import BadSetting, Settings, load
from bot.version import VERSION
from storage.database import DatabaseAway, DatabaseRefused

CONSOLE_LOG = Path("data/console.log")
"""In the console, the log would stand between the messages."""

_AT_ONCE = {
    "feeds": feeds.run,
    "digest": digest.run,
    "db": database_command.run,
    "doctor": doctor.run,
    "stats": stats.run,
}
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
    help = "the database: upgrade, check, backup, restore, move"
    database_command.add_arguments(commands.add_parser("db", help=help, description=help))
    help = "what is wrong (settings, token, database, clock, network, webhook) and how to mend it"
    doctor.add_arguments(commands.add_parser("doctor", help=help, description=help))
    help = "how much there is of everything, and how long the next crowd takes"
    stats.add_arguments(commands.add_parser("stats", help=help, description=help))
    chosen = parser.parse_args(arguments)
    try:
        settings = load()
        token = settings.telegram_token.get_secret_value()
        secrets = log.secrets_in(_secrets(settings))
        if chosen.command in _AT_ONCE:
            log.set_up("warning", settings.log_format, secrets, sys.stderr)
            return asyncio.run(_AT_ONCE[chosen.command](chosen, settings))
        # Somebody who splits the work into roles has no use for a chat in the terminal.
        console = chosen.command == "console" or (not token and settings.roles == EVERY_ROLE)
        with log.stream(CONSOLE_LOG if console else None) as stream:
            log.set_up(settings.log_level, settings.log_format, secrets, stream)
            asyncio.run(run(settings, console=console))
    except DatabaseAway as error:
        return complain(str(error))
    except (BadSetting, DatabaseRefused) as error:
        if chosen.command == "doctor" and isinstance(error, BadSetting):
            return doctor.refuse(chosen, error)
        return complain(str(error), USED_WRONGLY)
    except InvalidToken:
        return complain(
            "TELEGRAM_TOKEN: Telegram refuses it; ask @BotFather for the right one", USED_WRONGLY
        )
    except KeyboardInterrupt:
        return complain("interrupted")
    return DONE


def _secrets(settings: Settings) -> Iterator[str]:
    # Passwords are written into its address.
    yield settings.database_url
    for _, value in settings:
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


if __name__ == "__main__":
    sys.exit(main())
