"""`kawaraban stats`: how much there is of everything, and how long the next crowd takes."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot.clock import utc_now
from bot.outcome import DONE
from bot.settings import Settings
from handlers.views.figures import figures as view
from handlers.views.message import plain_text
from handlers.views.reader import Reader
from news.crowd import last_gone
from storage.counts import Figures
from storage.database import open_to_look
from storage.figures import figures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what `stats` takes."""
    parser.add_argument("--json", action="store_true", help="for scripts")


async def run(chosen: argparse.Namespace, settings: Settings) -> int:
    """Show the figures, also while the bot runs; the exit code. Raises DatabaseRefused."""
    database = await open_to_look(settings.database_url)
    try:
        async with database.read() as tx:
            found = await figures(tx, utc_now())
    finally:
        await database.close()
    rate = settings.messages_per_second
    if chosen.json:
        text = json.dumps(as_json(found, rate), ensure_ascii=False, indent=2, default=_plain)
    else:
        reader = Reader("en", settings.default_timezone, found.at)
        text = plain_text(str(view(found, rate, reader).text))
    sys.stdout.write(f"{text}\n")
    return DONE


def as_json(found: Figures, per_second: float) -> dict[str, Any]:
    """The figures as a script reads them: times in UTC, ages in seconds."""
    gone = last_gone(found.gauges.waiting.due, found.coming, found.sent.parts, found.at, per_second)
    return asdict(found) | {
        "coming": sum(crowd.digests for crowd in found.coming),
        "messages_a_second": per_second,
        "all_gone_at": gone,
    }


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
