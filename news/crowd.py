"""When the last digest of a crowd has gone, at the rate that Telegram allows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.counts import Crowd

USUAL_RATE = 30.0
"""Messages a second that Telegram takes from a bot."""

PAID_RATE = 1000.0
"""Likewise, with paid broadcasts."""


def last_gone(
    waiting: int, coming: Sequence[Crowd], parts: float, now: datetime, per_second: float
) -> datetime | None:
    """When everything has gone that waits and that comes; None if there is nothing.

    `waiting` are messages that could go now, `coming` are digests by the time at which they are due, each
    of `parts` messages on average. Nobody's trouble is counted in: it is the earliest that is possible.
    """
    if not waiting and not coming:
        return None
    end = now + timedelta(seconds=waiting / per_second)
    for crowd in coming:
        end = max(end, crowd.at) + timedelta(seconds=crowd.digests * parts / per_second)
    return end
