"""The digest as it would be sent now; changes nothing."""

import re
from datetime import timedelta

from handlers.context import Answer, Ask
from handlers.views import digests as views
from handlers.views.reader import moment
from news.gather import gather
from news.text import shorten, squeeze
from storage import chats

INSTEAD = timedelta(days=7)
"""The period that is shown when nothing is new."""

_PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=30)}
_PERIOD = re.compile(r"(\d{1,3}) ?(h|d|w)\w*")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=90)


async def digest(ask: Ask) -> Answer:
    """What the next digest would hold; with a period, what that would."""
    typed = squeeze(ask.argument).casefold()
    period = _period(typed)
    if typed and period is None:
        return ask.say("digest.bad_period", typed=shorten(typed, 40))
    since = None if period is None else ask.now - period
    async with ask.services.database.read() as tx:
        if not await chats.subscriptions_of(tx, ask.chat.id):
            return ask.say("list.empty")
        found = await gather(tx, ask.chat, ask.now, since)
        if found.sections:
            title = "digest.preview" if since is None else "digest.period"
            return views.digest(found, ask.reader, title)
        if since is not None:
            return ask.say("digest.empty_period", since=moment(since, ask.reader))
        # Nothing is new right after following; what was there shows how a digest will look.
        earlier = await gather(tx, ask.chat, ask.now, ask.now - INSTEAD)
    nothing = views.nothing_new(ask.chat, ask.reader)
    if not earlier.sections:
        return nothing
    return (nothing, *views.digest(earlier, ask.reader, "digest.period"))


def _period(typed: str) -> timedelta | None:
    if typed in _PERIODS:
        return _PERIODS[typed]
    match = _PERIOD.fullmatch(typed)
    period = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    return period if timedelta(0) < period <= _LONGEST else None
