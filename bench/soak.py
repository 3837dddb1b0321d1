"""The whole program against a Telegram that fails at random, killed at random: nothing lost, nothing mixed up.

    python -m bench.soak                                   # SQLite, 2,000 chats, 100 kills: some ten minutes
    python -m bench.soak --database postgresql://postgres@127.0.0.1:5432/soak      # an empty database

Each chat is to get notices and a digest in parts, some as rich messages; digests are composed by the program
while it is being killed. Everything is judged by the account of the Bot API server (`tests.bot.botapi`), which
keeps Telegram's limits: see `tests.bot.verdict`. A kill excuses one repeat, and so does a message that the
server was told to take without answering. Ends with 1 if anything is wrong.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.soak_material import (
    FIRST_FORUM,
    THREAD,
    fill,
    found_in,
    incomplete,
    kinds,
    let_a_day_pass,
)
from bot.__main__ import main as program
from bot.console.limits import Limits
from storage.database import open_database
from tests.bot.botapi import supergroup_of
from tests.bot.faults import Fault
from tests.bot.remote import RemoteBotApi
from tests.bot.verdict import Verdict, verdict

TOKEN = "1:soak"  # noqa: S105 - the server of the bench has no other
MOST_DAYS = 5
_START_SECONDS = 30.0
"""What a start may take; a life that is slower is killed like the others."""

RATES = {
    Fault.SLOW: 0.05,
    Fault.RESET_BEFORE: 0.01,
    Fault.RESET_AFTER: 0.01,
    Fault.LATE_UNTAKEN: 0.002,
    Fault.LATE_TAKEN: 0.002,
    Fault.GARBLED_UNTAKEN: 0.003,
    Fault.GARBLED_TAKEN: 0.003,
    Fault.ERROR_500: 0.01,
    Fault.ERROR_502: 0.01,
    Fault.FLOOD_CHAT: 0.005,
    Fault.FLOOD_BOT: 0.001,
    Fault.BLOCKED: 0.003,
    Fault.KICKED: 0.002,
    Fault.DEACTIVATED: 0.002,
    Fault.CHAT_NOT_FOUND: 0.002,
    Fault.NO_RIGHTS: 0.003,
    Fault.MIGRATED: 0.02,
    Fault.TOPIC_CLOSED: 0.01,
    Fault.TOPIC_GONE: 0.01,
    Fault.BAD_MARKUP: 0.005,
    Fault.UNKNOWN_METHOD: 0.002,
}
"""Of one message each; some can befall few messages only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a soak is made of."""

    chats: int = 2000
    kills: int = 100
    seed: int = 1
    longest_life: float = 6.0
    """Seconds at work before a kill, at most."""
    trouble: float = 1.0
    """Times the usual faults."""
    late_seconds: float = 25.0
    """Answers that come too late come so late; the program waits for 20."""
    quiet_seconds: float = 20.0
    """When nothing has come for so long at the end, something is lost."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a soak found."""

    verdict: Verdict
    kills: int
    days: int
    """That had to pass for what is tried once a day."""
    answers_lost: int
    unsent: int
    """Rows of the outbox that are not `sent` at the end."""
    incomplete: int
    """Chats whose notices or digest are not in the outbox."""
    traces: int
    """Unexpected exceptions in the program's log."""
    faults: dict[str, int]
    refused: dict[str, int]
    seconds: float

    def breaches(self, *, of_all: bool = True) -> list[str]:
        """What must not be; empty if all is well.

        A kill excuses one repeat `of_all`, or else one in each chat: that holds however slow the machine is.
        """
        found = self.verdict
        zero = {
            "lost": found.lost,
            "misplaced": found.misplaced,
            "unknown": found.unknown,
            "too fast": found.too_fast,
            "deserved 429s": found.deserved_429,
            "not sent": self.unsent,
            "incomplete": self.incomplete,
            "traces": self.traces,
        }
        wrong = [f"{name}: {count}" for name, count in zero.items() if count]
        repeated = found.repeated if of_all else found.most_repeats
        if repeated > self.kills + self.answers_lost:
            wrong.append(f"repeated: {repeated} > {self.kills} + {self.answers_lost}")
        return wrong


async def soak(url: str, plan: Plan, folder: Path) -> Report:
    """Run one on an empty database; the log and what else the program writes goes to `folder`."""
    begun = time.monotonic()
    database = await open_database(url)
    try:
        await fill(database, plan.chats)
    finally:
        await database.close()
    async with RemoteBotApi("--token", TOKEN) as api:
        for first, count, kind in kinds(plan.chats):
            forum = {"is_forum": True, "topics": [THREAD]} if first == FIRST_FORUM else {}
            await api.say("chats", first=first, count=count, type=kind, **forum)
        run = _Run(api, url, plan, folder)
        await run.kill_often()
        days = await run.finish()
        figures = await api.say("figures")
        accepted, refused = await api.accepted(), await api.refused()
    expected, unsent = await found_in(url, plan.chats)
    moved = {supergroup_of(chat): chat for chat in expected if chat < 0}
    return Report(
        verdict=verdict(expected, accepted, refused, Limits(), moved),
        kills=plan.kills,
        days=days,
        answers_lost=figures["answers_lost"],
        unsent=unsent,
        incomplete=incomplete(expected, plan.chats),
        traces=_traces((folder / "log").read_text()),
        faults=figures["faults"],
        refused=figures["refused"],
        seconds=time.monotonic() - begun,
    )


# The program, killed


class _Run:
    """Starts and kills the program, and makes trouble meanwhile."""

    def __init__(self, api: RemoteBotApi, url: str, plan: Plan, folder: Path) -> None:
        self._api = api
        self._plan = plan
        self._random = random.Random(plan.seed)  # noqa: S311 - faults that can be had again
        self._folder = folder
        catalogue = folder / "empty.opml"
        catalogue.write_text("<opml version='2.0'><body/></opml>")
        self._environment = {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "DATABASE_URL": url,
            "CATALOGUE": str(catalogue),
            "LOG_LEVEL": "info",
        }
        # A child of a process that has imported everything starts in a moment.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bot.__main__", "tests.bot.remote"])

    async def kill_often(self) -> None:
        """All the lives that end with a kill: one in five while it starts, the others at work."""
        plan, chance = self._plan, self._random
        rates = {fault.value: rate * plan.trouble for fault, rate in RATES.items()}
        await self._api.say("faults", rates=rates, seed=plan.seed, late_seconds=plan.late_seconds)
        for _ in range(plan.kills):
            process = await self._start(wait=chance.random() < 0.8)
            await asyncio.sleep(chance.uniform(0.0, plan.longest_life))
            if chance.random() < 0.1:
                await self._api.say("down")
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await self._api.say("up")
            process.kill()
            await asyncio.to_thread(process.join)
            if chance.random() < 0.3:
                await self._let_in()

    async def finish(self) -> int:
        """Lives that end in peace, a day apart, until nothing waits or some days are over; how many days.

        Only the first has trouble, so that what was not sent before meets some, too.
        """
        for day in range(MOST_DAYS):
            process = await self._start(wait=True)
            await self._wait_until_quiet()
            process.terminate()
            await asyncio.to_thread(process.join)
            await self._api.say("faults")
            if not await let_a_day_pass(self._environment["DATABASE_URL"]):
                return day
        return MOST_DAYS

    async def _wait_until_quiet(self) -> None:
        count, since = -1, time.monotonic()
        await self._let_in()
        while time.monotonic() - since < self._plan.quiet_seconds:
            await asyncio.sleep(1)
            figures = await self._api.say("figures")
            if figures["accepted"] != count:
                count, since = figures["accepted"], time.monotonic()
                await self._let_in()

    async def _let_in(self) -> None:
        """Whoever was said to refuse the bot lets it in again; the bot hears of it."""
        for chat in (await self._api.say("figures"))["turned_away"]:
            deed = "unblocked" if chat > 0 else "added"
            await self._api.say("act", deed=deed, chat_id=chat)

    async def _start(self, *, wait: bool) -> Any:
        """A new life; `wait` until it asks for updates."""
        before = await self._asked()
        process = self._context.Process(target=_live, args=(str(self._folder), self._environment))
        process.start()
        deadline = time.monotonic() + _START_SECONDS
        while wait and await self._asked() == before and time.monotonic() < deadline:  # noqa: ASYNC110 - another process works meanwhile
            await asyncio.sleep(0.05)
        return process

    async def _asked(self) -> int:
        calls = (await self._api.say("figures"))["calls"]
        return int(calls.get("getUpdates", 0))


def _live(folder: str, environment: dict[str, str]) -> None:
    """One life of the program, in a process of its own."""
    os.chdir(folder)
    os.environ.update(environment)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    sys.exit(program(["run"]))


def _traces(log: str) -> int:
    # The client writes one for each answer that is no JSON, and there are such answers.
    expected = log.count("Can not load invalid JSON data")
    return log.count("Traceback (most recent call last)") - expected


def main() -> None:
    """Print what was found, as JSON and in words."""
    usual = Plan()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database", default="", help="URL of an empty one; a new SQLite file without"
    )
    parser.add_argument("--chats", type=int, default=usual.chats)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument(
        "--life", type=float, default=usual.longest_life, help="seconds at work, at most"
    )
    chosen = parser.parse_args()
    plan = Plan(chosen.chats, chosen.kills, chosen.seed, chosen.life)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/soak.db"
        report = asyncio.run(soak(url, plan, Path(folder)))
        if report.traces:
            print((Path(folder) / "log").read_text()[-5000:], file=sys.stderr)
    print(json.dumps(asdict(report), indent=1))
    breaches = report.breaches()
    print("\n".join(breaches) if breaches else "nothing lost, nothing mixed up, never too fast")
    sys.exit(bool(breaches))


if __name__ == "__main__":
    main()
