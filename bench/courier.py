"""The courier at Telegram's limits: messages a second, 429s, answers to people meanwhile, processor and memory.

    python -m bench.courier                               # 30 a second; --messages 20000 for the full form
    python -m bench.courier --ceiling 1000 --messages 20000
    python -m bench.courier --database postgresql://…     # an empty database

The Bot API server keeps Telegram's limits to the millisecond, in a process of its own. The same messages go
through python-telegram-bot as one would use it without a courier, for comparison. Exit code 1 below the bars.
"""

import argparse
import asyncio
import logging
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from markupsafe import Markup
from telegram.constants import ParseMode
from telegram.error import RetryAfter
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.clock import utc_now
from bot.courier import Courier
from bot.limits import Limits, Rules
from bot.telegram_http import HttpRequest
from bot.turns import Turns
from handlers.reply import NO_PREVIEW, send
from handlers.views.message import View
from storage import chats, outbox
from storage.database import Database, open_database
from storage.records import ArticleId, Chat, ChatId
from tests.bot.remote import RemoteBotApi

TOKEN = "1:bench"  # noqa: S105 - of our own server
REPLY_SECONDS = 0.2
REPLY_CHATS = 500
MEASURED_FROM = 0.1
"""The first tenth of the messages is for connections and caches."""

_STORY = "<b>{}. A headline of the usual length about something</b>\nA sentence or two on what it is about, as digests have them. <a href='https://outlet.example/{}'>Outlet</a>"
TEXT = "\n\n".join(_STORY.format(number, number) for number in range(1, 5))


@dataclass
class Run:
    """What one way of sending did."""

    name: str
    sent: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    too_many: int = 0
    replies: list[float] = field(default_factory=list)
    memory: tuple[float, float] = (0.0, 0.0)
    """Megabytes after a tenth, and at the end."""

    @property
    def rate(self) -> float:
        """Messages a second, replies among them."""
        return self.sent / self.seconds

    @property
    def slowest(self) -> float:
        """Seconds within which 99 of 100 replies were there."""
        return statistics.quantiles(self.replies, n=100)[98] if len(self.replies) > 1 else 0.0

    def show(self) -> None:
        """One line."""
        first, last = self.memory
        print(
            f"{self.name:34} {self.rate:8.2f}/s  {self.too_many:4} × 429  reply p99 {self.slowest:6.3f} s"
            f"  processor {self.processor / self.seconds:6.1%}  ({self.processor / self.sent * 1e3:.2f} ms each)"
            f"  {first:.0f} → {last:.0f} MB"
        )


def memory() -> float:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


async def fill(database: Database, count: int, now: datetime) -> None:
    """Chats, and a message that waits for each."""
    for first in range(1, count + 1, 1000):
        async with database.write() as tx:
            for id in range(first, min(first + 1000, count + 1)):
                chat = Chat(
                    *(ChatId(id), "UTC", "en", "weekly mon 09:00", None, now, ArticleId(0)),
                    *(False, None, None),
                )
                await chats.add(tx, chat, now)
                await outbox.put(tx, chat.id, [(TEXT, '[[["Read on", "1:c:latest"]]]')], now)


async def answer_people(bot: ExtBot[Any], database: Database, first: int, run: Run) -> None:
    """Somebody asks for something every now and then."""
    view = View(Markup("<b>Latest</b>"))
    number = 0
    async with asyncio.TaskGroup() as group:

        async def answer(chat_id: int) -> None:
            began = time.perf_counter()
            async with database.read() as tx:
                await chats.get(tx, ChatId(chat_id))
            await send(bot, chat_id, view)
            run.replies.append(time.perf_counter() - began)

        while True:
            await asyncio.sleep(REPLY_SECONDS)
            group.create_task(answer(first + number % REPLY_CHATS))
            number += 1


async def by_the_courier(database: Database, server: RemoteBotApi, count: int, ceiling: int) -> Run:
    """What this is about."""
    run = Run(f"courier at {ceiling}")
    await fill(database, count, utc_now())
    rules = Rules() if ceiling <= 30 else Rules(broadcast=ceiling)
    turns = Turns(Limits(rules), time.monotonic)
    bot: ExtBot[None] = ExtBot(
        TOKEN,
        base_url=f"{server.url}/bot",
        request=HttpRequest(600),
        get_updates_request=HttpRequest(2),
        rate_limiter=turns,
    )
    async with bot:
        courier = Courier(database, bot, utc_now, turns)
        asked = asyncio.get_running_loop().create_task(answer_people(bot, database, count + 1, run))
        watch = asyncio.get_running_loop().create_task(
            _watch(server, run, int(count * MEASURED_FROM))
        )
        sent = await courier.deliver(asyncio.Event())
        await _end(watch, asked)
        await _account(server, run, count)
    if sent != count:
        raise SystemExit(f"{sent} of {count} were sent")
    return run


async def by_the_client(server: RemoteBotApi, count: int, ceiling: int) -> Run:
    """Likewise without outbox and courier: `send_message` in a loop, as the client library has it."""
    limiter, name = None, "python-telegram-bot, in a loop"
    if ceiling <= 30:
        try:
            from telegram.ext import AIORateLimiter  # noqa: PLC0415 - needs a package that we don't

            limiter, name = AIORateLimiter(), "python-telegram-bot, AIORateLimiter"
        except RuntimeError:
            print("(aiolimiter is not installed)")
    run = Run(name)
    request = HTTPXRequest(connection_pool_size=600, pool_timeout=30)
    bot: ExtBot[Any] = ExtBot(
        TOKEN, base_url=f"{server.url}/bot", request=request, rate_limiter=limiter
    )
    room = asyncio.Semaphore(50)
    lost = 0
    async with bot:

        async def one(chat_id: int) -> None:
            nonlocal lost
            async with room:
                try:
                    await bot.send_message(
                        *(chat_id, TEXT, ParseMode.HTML),
                        link_preview_options=NO_PREVIEW,
                        allow_paid_broadcast=ceiling > 30 or None,
                    )
                except RetryAfter:
                    lost += 1

        watch = asyncio.get_running_loop().create_task(
            _watch(server, run, int(count * MEASURED_FROM))
        )
        await asyncio.gather(*(one(chat_id) for chat_id in range(1, count + 1)))
        await _end(watch)
        await _account(server, run, count)
    if lost:
        print(f"({lost} messages were refused, and lost)")
    return run


async def _watch(server: RemoteBotApi, run: Run, first: int) -> None:
    """Begin to measure after the first messages."""
    while (await server.say("figures"))["accepted"] < first:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.2)
    run.memory = (memory(), 0.0)
    run.seconds, run.processor = -time.monotonic(), -time.process_time()
    run.sent = -(await server.say("figures"))["accepted"]
    run.replies.clear()


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _account(server: RemoteBotApi, run: Run, count: int) -> None:
    run.seconds += time.monotonic()
    run.processor += time.process_time()
    figures = await server.say("figures")
    run.sent += figures["accepted"]
    run.too_many = sum(figures["refused"].values())
    run.memory = (run.memory[0], memory())
    # A new account for whoever comes next.
    limits = figures["limits"]
    await server.say(
        "limits",
        **{
            name: value if name == "halt" else [[one["count"], one["seconds"]] for one in value]
            for name, value in limits.items()
        },
    )
    await server.say("chats", first=1, count=count + REPLY_CHATS)


async def measure(url: str, count: int, ceiling: int, compare: bool) -> list[str]:
    """Both ways; what is below the bars."""
    database = await open_database(url)
    try:
        async with RemoteBotApi("--token", TOKEN) as server:
            await server.say("chats", first=1, count=count + REPLY_CHATS)
            run = await by_the_courier(database, server, count, ceiling)
            run.show()
            if compare:
                await asyncio.sleep(3)
                other = await by_the_client(server, min(count, 3000), ceiling)
                other.show()
                print(
                    f"ratio: {run.rate / other.rate:.2f} × the rate, "
                    f"{run.processor / run.sent / (other.processor / other.sent):.2f} × the processor"
                )
    finally:
        await database.close()
    bars = [(run.too_many == 0, "429s"), (run.memory[1] <= run.memory[0] * 1.1 + 5, "memory grows")]
    if ceiling <= 30:
        bars += [
            (run.rate >= ceiling - 0.5, f"less than {ceiling - 0.5}/s"),
            (run.slowest <= 0.3, "replies later than 0.3 s"),
            (run.processor / run.seconds < 0.25, "more than 25 % of a core"),
        ]
    else:
        bars.append((run.rate >= 700, "less than 700/s"))
    return [name for holds, name in bars if not holds]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 if something is below the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--ceiling", type=int, default=30, help="messages a second")
    parser.add_argument(
        "--database", default="", help="an empty one; a SQLite file of its own if left out"
    )
    parser.add_argument("--alone", action="store_true", help="without the comparison")
    chosen = parser.parse_args(arguments)
    # The client library tells of each 429, with a trace.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/courier.db"
        missed = asyncio.run(measure(url, chosen.messages, chosen.ceiling, not chosen.alone))
    for name in missed:
        print(f"below the bar: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
