"""Whether a flood of commands from one chat is felt by the others.

    python -m bench.flood [--rate 500] [--seconds 10] [--others 5] [--spammers 1]

The whole way inside one process: updates wait in a line as Telegram keeps them, are taken in batches as long polling
does, kept in the database, dealt with, and end as calls of a Telegram in the same process, at the pace that Telegram allows.
One chat sends `/latest` at the rate of the flood, from one person or from many in a group; others ask for the same now
and then, each from a chat of their own. Prints how long those waited, without the flood, with it, and with
it while nobody's share is limited. Exit code 1 if the 99th percentile with limits reaches half a second.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from bot.assembly import Parts, assemble
from bot.console.server import ConsoleTelegram
from bot.limits import Limits, Rules
from bot.settings import load
from bot.turns import Turns
from bot.updates import Inbox, incoming
from handlers.fairness import FairUse

BAR = 0.5
"""Seconds at the 99th percentile."""

_AT_ONCE = 100
"""Updates that Telegram gives at a time."""

FLOODING, FIRST_OTHER = -100500, 1000
GRACE = 60.0
"""Seconds after the flood in which everybody else has to be answered."""


@dataclass(slots=True)
class Line:
    """Updates in the order in which they came, and who waits for an answer since when."""

    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    since: dict[int, float] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)
    answered: int = 0
    """Messages to the chat that floods."""
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, update: dict[str, Any]) -> None:
        """Add an update."""
        self.waiting.append(update)
        self.more.set()

    def sent(self, _what: str, message: dict[str, Any]) -> None:
        """Note an answer."""
        chat_id = message["chat"]["id"]
        if chat_id == FLOODING:
            self.answered += 1
        elif (since := self.since.pop(chat_id, None)) is not None:
            self.waited.append(time.perf_counter() - since)


async def poll(line: Line, inbox: Inbox) -> None:
    """Take updates in, as long polling does."""
    while True:
        await line.more.wait()
        await inbox.room()
        batch = [line.waiting.popleft() for _ in range(min(_AT_ONCE, len(line.waiting)))]
        if not line.waiting:
            line.more.clear()
        await inbox.take([kept for one in batch if (kept := incoming(one)) is not None])


async def flood(
    line: Line, telegram: ConsoleTelegram, options: argparse.Namespace, rate: int
) -> None:
    """Let one chat send `rate` commands a second, and the others theirs."""
    began, sent, asked = time.perf_counter(), 0, 0
    while (now := time.perf_counter() - began) < options.seconds:
        while sent < now * rate:
            person = FLOODING if options.spammers == 1 else 1 + sent % options.spammers
            line.put(telegram.type(FLOODING, "/latest", abs(person)))
            sent += 1
        while asked < now * options.others:
            chat_id = FIRST_OTHER + asked
            line.since[chat_id] = time.perf_counter()
            line.put(telegram.type(chat_id, "/latest"))
            asked += 1
        await asyncio.sleep(0.01)


async def measure(
    parts: Parts, telegram: ConsoleTelegram, options: argparse.Namespace, rate: int
) -> Line:
    """How long the others waited during a flood at this rate."""
    line, inbox = Line(), parts.inbox
    if inbox is None:
        raise SystemExit("the bot listens to nobody")
    telegram.listeners.append(line.sent)
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(poll(line, inbox))
        await flood(line, telegram, options, rate)
        until = time.perf_counter() + GRACE
        while line.since and time.perf_counter() < until:  # noqa: ASYNC110 - a bench may look twice
            await asyncio.sleep(0.05)
        polling.cancel()
    line.waited += [time.perf_counter() - since for since in line.since.values()]
    telegram.listeners.remove(line.sent)
    return line


def shown(name: str, line: Line) -> float:
    """Print one row; the 99th percentile."""
    waited = sorted(line.waited)
    at = [waited[min(len(waited) - 1, int(len(waited) * share))] for share in (0.5, 0.95, 0.99)]
    cells = "".join(f"{1000 * seconds:>10,.0f}" for seconds in at)
    print(f"{name:<34}{len(waited):>8}{cells}{line.answered:>10}")
    return at[-1]


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; whether the bar is kept."""
    print(
        f"{'ms until answered':<34}{'others':>8}{'p50':>10}{'p95':>10}{'p99':>10}{'answered':>10}"
    )
    worst = 0.0
    plans = (
        ("without a flood", 0, True),
        (f"flood of {options.rate}/s, shares limited", options.rate, True),
        (f"flood of {options.rate}/s, no limits", options.rate, False),
    )
    for name, rate, limited in plans:
        telegram = ConsoleTelegram(lambda: datetime.now(UTC))
        telegram.chat(FLOODING, "private" if options.spammers == 1 else "supergroup")
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'bench.db'}"
            settings = load(_env_file=None, database_url=url)
            errors: list[BaseException] = []
            clock = lambda: datetime.now(UTC)  # noqa: E731 - the bench's own time
            async with (
                assemble(settings, clock, telegram, errors.append) as parts,
                parts.application,
            ):
                # The console has nobody to share with; this bot has.
                object.__setattr__(parts.services, "fair_use", FairUse() if limited else None)
                turns = parts.application.bot.rate_limiter
                if not isinstance(turns, Turns):
                    raise SystemExit("nobody keeps to Telegram's pace")
                turns.limits = Limits(Rules())
                await parts.application.start()
                if parts.inbox is not None:
                    await parts.inbox.begin()
                line = await measure(parts, telegram, options, rate)
                if parts.inbox is not None:
                    await parts.inbox.close(0)
                await parts.application.stop()
        p99 = shown(name, line)
        worst = max(worst, p99) if limited else worst
    return worst < BAR


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=500, help="commands a second of one chat")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--others", type=float, default=5, help="commands a second of all others")
    parser.add_argument(
        "--spammers", type=int, default=1, help="people who flood; more than one: in a group"
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sys.exit(0 if asyncio.run(run(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
