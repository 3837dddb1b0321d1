"""What a failed call to Telegram means for the message that it carried. Pure; the one place that holds the policy.

Telegram has no key by which it would recognise a repeated message. What certainly was not sent goes again; what
is in doubt goes again, too, so that at most the one message in flight to a chat can appear twice and none is lost.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.telegram_http import NotSent
from storage.records import ChatId, Refusal

_LONGEST_WAIT = timedelta(hours=1)


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    LATER = "later"
    """It certainly did not arrive, and will be tried again."""
    TOO_FAST = "too fast"
    """Likewise, after the time that Telegram wants."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether it arrived; tried again, so that none is lost."""
    UNREACHABLE = "unreachable"
    """The chat does not take messages; this one waits until it does."""
    NO_RIGHT = "no right"
    """The bot may not write there at the moment."""
    MIGRATED = "migrated"
    """The group has another id now; everything of it moves there."""
    NO_TOPIC = "no topic"
    """The topic of the forum is closed or gone; it goes to the general one."""
    MALFORMED = "malformed"
    """Our HTML is wrong; the text goes out plain."""
    TOO_LONG = "too long"
    """It goes out in several."""
    UNKNOWN = "unknown"
    """Telegram does not know rich messages; the classic ones go out instead."""
    GIVEN_UP = "given up"
    """Telegram will never take it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, with what is needed to act on it."""

    outcome: Outcome
    wait: timedelta = timedelta(0)
    new_chat_id: ChatId | None = None
    refusal: Refusal | None = None
    """Why the chat is unreachable."""
    is_trouble: bool = False
    """True if it says nothing about the message: the way to Telegram, or Telegram itself, is in trouble."""


def judge(error: TelegramError, attempts: int) -> Verdict:
    """What a failed call means. `attempts` counts the tries so far, from 1."""
    back_off = min(_LONGEST_WAIT, timedelta(seconds=2.0 ** min(attempts, 12)))
    match error:
        case RetryAfter():
            return Verdict(Outcome.TOO_FAST, wait_of(error))
        case ChatMigrated():
            return Verdict(Outcome.MIGRATED, new_chat_id=ChatId(error.new_chat_id))
        case Forbidden():
            return _refused(str(error).casefold()) or Verdict(Outcome.NO_RIGHT)
        case EndPointNotFound():
            return Verdict(Outcome.UNKNOWN)
        case BadRequest():
            return _judge_bad_request(str(error).casefold())
        case NotSent():
            return Verdict(Outcome.LATER, back_off, is_trouble=True)
        case NetworkError():
            # A lost answer, a line that dropped, or an error of Telegram's own, which may come after the deed.
            return Verdict(Outcome.DOUBTFUL, back_off, is_trouble=True)
    return Verdict(Outcome.DOUBTFUL, back_off)


def wait_of(error: RetryAfter) -> timedelta:
    """How long Telegram wants to be left alone, and a little more: it tells whole seconds of its own clock."""
    wait = error.retry_after
    seconds = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
    return seconds + timedelta(seconds=0.5)


_REFUSALS = (
    ("blocked by the user", Refusal.BLOCKED),
    ("can't initiate conversation", Refusal.BLOCKED),
    ("user is deactivated", Refusal.DEACTIVATED),
    ("was kicked", Refusal.KICKED),
    ("not a member", Refusal.KICKED),
    ("channel_private", Refusal.KICKED),
    ("chat not found", Refusal.GONE),
    ("user not found", Refusal.GONE),
    ("peer_id_invalid", Refusal.GONE),
    ("was deleted", Refusal.GONE),
    ("was deactivated", Refusal.GONE),
    ("was upgraded", Refusal.GONE),
)
"""Words of refusals, and what became of the chat. An upgrade that names the new id never gets here."""

_OTHERS = (
    (Outcome.NO_RIGHT, ("not enough rights", "no rights", "write_forbidden", "chat_restricted")),
    (Outcome.NO_RIGHT, ("admin_required", "administrator rights", "_forbidden")),
    (Outcome.NO_TOPIC, ("topic_closed", "topic_deleted", "thread not found", "topic_id_invalid")),
    (Outcome.MALFORMED, ("can't parse", "entities_too_long", "entity_")),
    (Outcome.TOO_LONG, ("is too long", "message_too_long")),
)


def _refused(words: str) -> Verdict | None:
    for known, refusal in _REFUSALS:
        if known in words:
            return Verdict(Outcome.UNREACHABLE, refusal=refusal)
    return None


def _judge_bad_request(words: str) -> Verdict:
    unreachable = _refused(words)
    if unreachable is not None:
        return unreachable
    if "markup" not in words and "keyboard" not in words:
        for outcome, known in _OTHERS:
            if any(word in words for word in known):
                return Verdict(outcome)
    return Verdict(Outcome.GIVEN_UP)
