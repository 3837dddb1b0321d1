"""Whether Telegram answers, knows the bot, and hands it what people say; and whether our clock is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.doctor.finding import Finding, ok, warning, wrong
from bot.telegram_http import HttpRequest
from bot.webhook import PATH

MOST_OFF = timedelta(seconds=30)
"""By how much our clock may differ from Telegram's."""

_MANY_WAIT = 100
_LATELY = timedelta(hours=1)
_NO_TOKEN = "0:none"  # noqa: S105 - what Telegram refuses, and answers all the same


@dataclass(slots=True)
class Heard:
    """What Telegram said."""

    name: str = ""
    """The bot's user name; empty if it did not come that far."""
    error: TelegramError | None = None
    date: datetime | None = None
    """The time at Telegram when it answered."""
    at: datetime | None = None
    """The time here when its answer came."""
    webhook: WebhookInfo | None = None
    _clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)

    def note(self, headers: Mapping[str, str]) -> None:
        """Read the clock of whoever answered: python-telegram-bot throws headers away."""
        self.at = self._clock()
        try:
            self.date = parsedate_to_datetime(headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError):
            self.date = None


async def ask(
    token: str, api_url: str, proxy: str, clock: Callable[[], datetime], seconds: float = 5.0
) -> Heard:
    """Ask Telegram who the bot is and where it sends updates; whatever goes wrong stands in the value."""
    heard = Heard(_clock=clock)
    # The bot's own way to Telegram, or this says nothing about it.
    request = HttpRequest(1, seconds, seconds, proxy=proxy, on_headers=heard.note)
    bot = Bot(token or _NO_TOKEN, base_url=f"{api_url}/bot", request=request)
    try:
        await request.initialize()
        heard.name = (await bot.get_me()).username or ""
        heard.webhook = await bot.get_webhook_info()
    except TelegramError as error:
        heard.error = error
    finally:
        await request.shutdown()
    return heard


async def telegram(
    token: str, api_url: str, webhook_url: str, proxy: str, clock: Callable[[], datetime]
) -> Sequence[Finding]:
    """Ask Telegram, and judge what it said."""
    heard = await ask(token, api_url, proxy, clock)
    host = urlsplit(api_url).netloc
    found = [judge_answer(heard, bool(token), host), judge_clock(heard)]
    if heard.webhook is not None and heard.at is not None:
        found.append(judge_webhook(heard.webhook, webhook_url, heard.at))
    return found


def judge_answer(heard: Heard, has_token: bool, host: str) -> Finding:
    """Whether Telegram is in reach and knows the bot."""
    # Telegram answers 404 to what can be no token: the client calls both an invalid one.
    if isinstance(heard.error, InvalidToken):
        if has_token:
            return wrong(
                "telegram",
                "TELEGRAM_TOKEN: Telegram refuses it",
                "ask @BotFather for the right one (/mybots, API Token)",
            )
        return warning(
            "telegram",
            f"{host} answers; TELEGRAM_TOKEN is empty: `run` opens the console chat",
            "ask @BotFather for a token (/newbot)",
        )
    if isinstance(heard.error, NetworkError) and heard.at is None:
        return wrong(
            "telegram",
            f"{host} can't be reached ({type(heard.error.__cause__ or heard.error).__name__})",
            "see whether this machine reaches it (firewall, DNS, proxy); TELEGRAM_API_URL names it",
        )
    if heard.error is not None:
        return wrong(
            "telegram",
            f"{host} answers with trouble ({type(heard.error).__name__})",
            "wait and try again; is TELEGRAM_API_URL a Bot API server?",
        )
    return ok("telegram", f"{host} knows the bot as @{heard.name}")


def judge_clock(heard: Heard) -> Finding:
    """Whether our clock goes as Telegram's does."""
    if heard.date is None or heard.at is None:
        return warning(
            "clock", "nobody to compare it with", "mend what keeps Telegram from answering"
        )
    off = (heard.at - heard.date).total_seconds()
    if abs(off) > MOST_OFF.total_seconds():
        way = "fast" if off > 0 else "slow"
        return wrong(
            "clock",
            f"{abs(off):.0f} s {way}, measured against Telegram: digests come at the wrong time",
            "turn on time synchronisation (timedatectl set-ntp true)",
        )
    return ok("clock", f"within {MOST_OFF.total_seconds():.0f} s of Telegram's")


def judge_webhook(info: WebhookInfo, webhook_url: str, now: datetime) -> Finding:
    """Whether Telegram hands updates over in the way that the settings want."""
    wanted = webhook_url + PATH if webhook_url else ""
    place = urlsplit(info.url).netloc
    if info.url and not wanted:
        return warning(
            "webhook",
            f"Telegram sends updates to {place}, and WEBHOOK_URL is empty",
            "start the bot, which ends that, or set WEBHOOK_URL; does another bot use this token?",
        )
    if wanted and info.url != wanted:
        known = f"to {place}" if info.url else "nowhere"
        return warning(
            "webhook",
            f"Telegram sends updates {known}, and WEBHOOK_URL says otherwise",
            "start the bot, which tells Telegram",
        )
    failed = info.last_error_date
    if wanted and failed is not None and now - failed < _LATELY:
        return warning(
            "webhook",
            f"Telegram could not hand over updates: {info.last_error_message}",
            "see whether WEBHOOK_URL leads to LISTEN from outside, and its certificate is good",
        )
    if info.pending_update_count > _MANY_WAIT:
        return warning(
            "webhook",
            f"{info.pending_update_count} updates wait to be fetched",
            "start the bot; if it runs, see its log",
        )
    how = f"updates come to {place}" if wanted else "updates are fetched (long polling)"
    return ok("webhook", f"{how}, {info.pending_update_count} wait")
