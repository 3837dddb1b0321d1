"""Being called by Telegram: whom to believe, and what is taken in."""

import hashlib
import hmac
import json

import structlog

from bot.settings import Settings
from bot.updates import Inbox, incoming, is_update

log = structlog.get_logger()

PATH = "/telegram"

HEADER = "X-Telegram-Bot-Api-Secret-Token"

MOST_BYTES = 1_000_000
"""Of one update."""


def secret_of(settings: Settings) -> str:
    """What Telegram proves itself with: the operator's, else one that all processes make alike from the token."""
    chosen = settings.webhook_secret.get_secret_value()
    token = settings.telegram_token.get_secret_value()
    return chosen or hmac.new(token.encode(), b"kawaraban webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Where Telegram's calls end."""

    def __init__(self, inbox: Inbox, secret: str) -> None:
        self._inbox = inbox
        self._secret = secret.encode()

    def believes(self, given: str) -> bool:
        """Whether a call with this header is Telegram's."""
        return hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret)

    @property
    def is_full(self) -> bool:
        """True if Telegram has to come again later."""
        return self._inbox.is_full

    async def receive(self, body: bytes) -> None:
        """Keep an update; once this returns, Telegram may forget it. What is none is dropped."""
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        if not is_update(content):
            # Telegram would repeat it for a day.
            log.warning("a call of the webhook held no update")
            return
        update = incoming(content)
        if update is not None:
            await self._inbox.take([update])
