"""Whose turn it is: what of a chat is due, and when it is due next.

The digest of a chat holds all that follows its schedule. Subscriptions with schedules of their own come by
themselves, several that are due at one time together; those that are "instant" wait for the end of quiet hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from news import quiet, schedule
from storage.records import Chat, Subscription

LATEST = timedelta(days=1)
"""A digest that is later than this waits for the next turn; nothing in it is lost."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What of a chat is due at one time."""

    by_chat: bool
    """True if its digest is …"""
    is_too_late: bool = False
    """… or was, so long ago that it has to wait for the next one."""
    own: tuple[Subscription, ...] = ()
    """The subscriptions that are due by themselves."""
    listed: tuple[Subscription, ...] = ()
    """All that the chat follows."""
    late: tuple[Subscription, ...] = ()
    """Those whose turn was so long ago that they have to wait for the next one."""
    waiting: tuple[Subscription, ...] = ()
    """Those that would be due, were the chat not to be left alone …"""
    quiet_until: datetime | None = None
    """… until then; None outside its quiet hours."""

    def __bool__(self) -> bool:
        """Whether there is anything to compose."""
        return self.by_chat or bool(self.own)

    @property
    def is_alert(self) -> bool:
        """Whether somebody wants to hear of it at once."""
        return any(is_instant(one) for one in self.own)


_INSTANT = str(schedule.INSTANT)


def is_instant(item: Subscription) -> bool:
    """Whether a subscription is due as soon as something comes for it."""
    return item.schedule == _INSTANT


def turn_of(chat: Chat, listed: Sequence[Subscription], now: datetime, until: datetime) -> Turn:
    """What of a chat is due: its digest until `until`, which may be some minutes ahead, all else until now."""
    too_late = _is_too_late(chat.next_digest_at, now)
    by_chat = _is_due(chat.next_digest_at, until) and not too_late
    quiet_until = end_of_quiet(chat, now)
    own: list[Subscription] = []
    late: list[Subscription] = []
    waiting: list[Subscription] = []
    for one in listed:
        # What goes back to its chat is due together with it.
        if not _is_due(one.next_digest_at, now if one.schedule else until):
            continue
        if not is_instant(one):
            (late if _is_too_late(one.next_digest_at, now) else own).append(one)
        elif quiet_until is not None and not by_chat:
            waiting.append(one)
        else:
            # What is sent anyway may hold alerts as well.
            own.append(one)
    return Turn(
        by_chat, too_late, tuple(own), tuple(listed), tuple(late), tuple(waiting), quiet_until
    )


def end_of_quiet(chat: Chat, now: datetime) -> datetime | None:
    """When the quiet hours of a chat end in which `now` is; None outside of them."""
    hours = quiet.parse(chat.quiet) if chat.quiet else None
    return None if hours is None else quiet.ends_at(hours, now, chat.timezone)


def next_of_chat(chat: Chat, now: datetime) -> datetime | None:
    """When the digest of a chat is due after the one that is due now."""
    return schedule.upcoming(schedule.parse(chat.schedule), now, chat.timezone, chat.next_digest_at)


def next_of(item: Subscription, chat: Chat, now: datetime) -> datetime | None:
    """Likewise for a subscription; None for one that waits for news, or that goes with its chat again."""
    if not item.schedule:
        return None
    own = schedule.parse_for_one(item.schedule)
    if own is None:
        return None
    return schedule.upcoming(own, now, chat.timezone, item.next_digest_at)


def _is_too_late(due: datetime | None, now: datetime) -> bool:
    return due is not None and now - due > LATEST


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
