"""The digest as it would be sent now; changes nothing."""

import re
from dataclasses import replace
from datetime import timedelta

from handlers.buttons import ReadOn, RestPage
from handlers.context import Answer, Ask
from handlers.views import digests as views
from handlers.views.message import RichView, View
from handlers.views.newspaper import newspaper
from handlers.views.reader import moment
from news.digest import Digest, Span, with_summaries
from news.gather import Desk, gather, gather_rest, gather_since, in_full
from news.learning import learnt
from news.text import shorten, squeeze
from storage import chats, outbox
from storage.database import Transaction
from storage.records import Layout

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
    async with ask.services.database.read() as tx:
        if not await chats.count_subscriptions(tx, ask.chat.id):
            return ask.say("list.empty")
        desk = Desk(await learnt(tx))
        if period is not None:
            since = ask.now - period
            found = await gather_since(tx, ask.chat, ask.now, since, desk)
            if found.sections:
                return await _laid_out(tx, ask, found, "digest.period")
            return ask.say("digest.empty_period", since=moment(since, ask.reader))
        found = await gather(tx, ask.chat, ask.now, desk)
        if found.sections:
            found = await _as_written(tx, ask, found)
            return await _laid_out(tx, ask, found, "digest.preview")
        # Nothing is new right after following; what was there shows how a digest will look.
        earlier = await gather_since(tx, ask.chat, ask.now, ask.now - INSTEAD, desk)
        nothing = views.nothing_new(ask.chat, ask.reader)
        if not earlier.sections:
            return nothing
        return (nothing, *await _laid_out(tx, ask, earlier, "digest.period"))


async def known(ask: Ask) -> tuple[View | RichView, ...]:
    """A digest of what there is already, for somebody who has just chosen what to follow; none if there is nothing."""
    async with ask.services.database.read() as tx:
        desk = Desk(await learnt(tx))
        found = await gather_since(tx, ask.chat, ask.now, ask.now - INSTEAD, desk)
        return await _laid_out(tx, ask, found, "digest.period") if found.sections else ()


async def _as_written(tx: Transaction, ask: Ask, found: Digest) -> Digest:
    """A digest with the summaries that an endpoint has written already, as it would be sent."""
    if ask.services.writer is None or not ask.chat.summary_length:
        return found
    chat, stories = ask.chat, await in_full(tx, found)
    written = await ask.services.writer.cached(stories, chat.language, chat.summary_length)
    ours = {item.story.id: item.summary for item in found.items}
    return with_summaries(found, {**ours, **written})


async def _laid_out(
    tx: Transaction, ask: Ask, found: Digest, title: str
) -> tuple[View | RichView, ...]:
    """A digest in the layout of the chat, without buttons that mark what it was not told for good."""
    keyboard = views.keyboard(found, ask.reader)
    classic = views.digest(found, ask.reader, title, keyboard)
    if ask.chat.layout is Layout.NEWSPAPER and await outbox.rich_is_known(tx, ask.now):
        paper = newspaper(found, ask.reader, title, keyboard)
        return (replace(paper, fallback=classic),)
    return classic


async def read_on(ask: Ask, pressed: ReadOn) -> Answer:
    """The first page of what a digest left out."""
    return await turn_rest(ask, RestPage(pressed.after, pressed.up_to, 1))


async def turn_rest(ask: Ask, pressed: RestPage) -> View:
    """Another page of it."""
    async with ask.services.database.read() as tx:
        span = Span(pressed.after, pressed.up_to)
        left = await gather_rest(tx, ask.chat, span, ask.now, Desk(await learnt(tx)))
    return views.rest(left, pressed.number, ask.reader)


def _period(typed: str) -> timedelta | None:
    if typed in _PERIODS:
        return _PERIODS[typed]
    match = _PERIOD.fullmatch(typed)
    period = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    return period if timedelta(0) < period <= _LONGEST else None
