"""Asking Telegram for updates, one process at a time. A batch is confirmed by asking for the next one."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.observer import ASKING, Observer
from bot.updates import ALLOWED, Inbox, incoming, is_update
from storage.database import is_trouble

log = structlog.get_logger()

ANSWER_SECONDS = 25
"""How long Telegram waits for something to tell."""

_GRACE_SECONDS = 10
"""How much longer its answer may take."""

_MOST_AT_ONCE = 100
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0
_CONFLICT_SECONDS = 10.0
_STANDBY_SECONDS = 0.5


async def ask_for_updates(
    bot: Bot,
    inbox: Inbox,
    may_ask: Callable[[], bool],
    fail: Callable[[BaseException], None],
    observer: Observer,
) -> None:
    """Take updates in until cancelled, while `may_ask`. `fail` hears of a token that Telegram refuses."""
    offset = 0
    wait = _FIRST_WAIT
    while True:
        if not may_ask():
            # Whoever asked meanwhile has confirmed others.
            offset = 0
            observer.waits(ASKING)
            await asyncio.sleep(_STANDBY_SECONDS)
            continue
        await inbox.room()
        try:
            came = await _asked(bot, offset)
            # What is no update that could be kept can't be dealt with, and would come for ever.
            numbers = [one["update_id"] for one in came if is_update(one)]
            await inbox.take([kept for one in came if (kept := incoming(one)) is not None])
            offset = max(numbers, default=offset - 1) + 1
            wait = _FIRST_WAIT
            observer.moved(ASKING)
            if came and not numbers:
                log.warning("what came can't be confirmed", count=len(came))
                await asyncio.sleep(_FIRST_WAIT)
            continue
        except InvalidToken as error:
            fail(error)
            return
        except Conflict:
            log.error("another instance runs with this token: stop one of them")
            pause = _CONFLICT_SECONDS
        except RetryAfter as error:
            pause = _seconds(error)
            log.warning("Telegram wants to be asked later", seconds=pause)
        except TelegramError as error:
            log.warning("updates can't be fetched", error=type(error).__name__)
            pause = wait
        except Exception as error:
            if not is_trouble(error):
                raise
            # Not kept, so not confirmed: Telegram tells it again.
            log.warning("updates can't be kept", error=type(error).__name__)
            pause = wait
        await asyncio.sleep(pause)
        wait = min(wait * 2, _LONGEST_WAIT)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait if isinstance(wait, int) else wait.total_seconds())


async def _asked(bot: Bot, offset: int) -> list[dict[str, Any]]:
    question = {
        "offset": offset,
        "timeout": ANSWER_SECONDS,
        "limit": _MOST_AT_ONCE,
        "allowed_updates": list(ALLOWED),
    }
    # The public method writes all that people said into the log if it can't read one update.
    came = await bot._post(  # noqa: SLF001 - see above
        "getUpdates", question, read_timeout=ANSWER_SECONDS + _GRACE_SECONDS
    )
    return [one for one in came if isinstance(one, dict)] if isinstance(came, list) else []
