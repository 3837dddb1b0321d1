"""The digest as it would be sent now; changes nothing of what comes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from handlers.context import Answer, Ask
from handlers.page_buttons import ReadOn, ReadOnShown, RestPage, ShownPage
from handlers.views import digests as views
from handlers.views.message import RichView, View
from handlers.views.newspaper import newspaper
from handlers.views.reader import moment
from handlers.words import languages, listed
from news.desk import desk_for
from news.digest import Digest, Span, with_summaries
from news.gather import gather, gather_rest, gather_rest_of_shown, gather_since, in_full
from news.period import Name, Period, parse
from news.text import shorten, squeeze
from storage import articles, chats, outbox
from storage.database import Transaction
from storage.records import Layout, Shown
from storage.shown import show, shown_at

INSTEAD = timedelta(days=7)
"""The period that is shown when nothing is new."""


async def digest(ask: Ask) -> Answer:
    """What the next digest would hold; with a period, what that would."""
    typed = squeeze(ask.argument)
    of = parse(typed, period_names(), ask.now, ask.chat.timezone) if typed else None
    if typed and of is None:
        return ask.refuse("digest.bad_period", typed=shorten(typed, 40))
    async with ask.services.database.read() as tx:
        if not await chats.count_subscriptions(tx, ask.chat.id):
            return ask.say("list.empty")
        if of is not None:
            found = await _since(tx, ask, of)
        else:
            desk = await desk_for(tx, ask.services.findings)
            found = await gather(tx, ask.chat, ask.now, desk)
            if found.sections:
                found = await _as_written(tx, ask, found)
    if found.sections:
        title = "digest.preview" if of is None else "digest.period"
        return await _laid_out(ask, found, title)
    if of is not None:
        return _nothing_in(ask, of)
    # Nothing is new right after following; what was there shows how a digest will look.
    return (views.nothing_new(ask.chat, ask.reader), *await known(ask))


async def known(ask: Ask) -> tuple[View | RichView, ...]:
    """A digest of what there is already, for somebody who has just chosen what to follow; none if there is nothing."""
    async with ask.services.database.read() as tx:
        found = await _since(tx, ask, Period(ask.now - INSTEAD))
    return await _laid_out(ask, found, "digest.period") if found.sections else ()


async def _since(tx: Transaction, ask: Ask, of: Period) -> Digest:
    desk = await desk_for(tx, ask.services.findings)
    return await gather_since(tx, ask.chat, ask.now, of.since, desk, of.until)


def _nothing_in(ask: Ask, of: Period) -> View:
    since = moment(of.since, ask.reader)
    if of.until is None:
        return ask.say("digest.empty_period", since=since)
    return ask.say("digest.empty_between", since=since, until=moment(of.until, ask.reader))


@cache
def period_names() -> dict[str, Name]:
    """What periods are called, in all languages."""
    return {
        name.casefold(): of
        for language in languages()
        for of in Name
        for name in listed(f"period.{of.value}", language)
    }


async def _as_written(tx: Transaction, ask: Ask, found: Digest) -> Digest:
    """A digest with the summaries that an endpoint has written already, as it would be sent."""
    if ask.services.writer is None or not ask.chat.summary_length:
        return found
    chat, stories = ask.chat, await in_full(tx, found)
    written = await ask.services.writer.cached(stories, chat.language, chat.summary_length)
    ours = {item.story.id: item.summary for item in found.items}
    return with_summaries(found, {**ours, **written})


async def _laid_out(ask: Ask, found: Digest, title: str) -> tuple[View | RichView, ...]:
    """A digest in the layout of the chat, with the same buttons as one that comes by itself."""
    async with ask.services.database.write() as tx:
        rich = ask.chat.layout is Layout.NEWSPAPER and await outbox.rich_is_known(tx, ask.now)
        span = found.span
        shown = Shown(
            found.since,
            found.until,
            None if span is None else span.after,
            await articles.newest(tx) if span is None else span.up_to,
            tuple(item.story.id for item in found.items),
        )
        at = await show(tx, ask.chat.id, shown, ask.now)
    rest = ReadOnShown(int(at.timestamp()))
    classic = views.digest(found, ask.reader, title, views.keyboard(found, ask.reader, at, rest))
    if rich:
        # Its stories have buttons of their own.
        keyboard = views.keyboard(found, ask.reader, read_on=rest)
        return (replace(newspaper(found, ask.reader, title, keyboard), fallback=classic),)
    return classic


async def read_on(ask: Ask, pressed: ReadOn) -> View:
    """The first page of what a digest left out."""
    return await _rest(ask, RestPage(pressed.after, pressed.up_to, 1), turned=False)


async def turn_rest(ask: Ask, pressed: RestPage) -> View:
    """Another page of it."""
    return await _rest(ask, pressed, turned=True)


async def _rest(ask: Ask, pressed: RestPage, *, turned: bool) -> View:
    async with ask.services.database.read() as tx:
        span = Span(pressed.after, pressed.up_to)
        left = await gather_rest(
            tx, ask.chat, span, ask.now, await desk_for(tx, ask.services.findings)
        )
    return views.rest(left, pressed, ask.reader, turned=turned)


async def is_gone(ask: Ask, pressed: ReadOnShown | ShownPage) -> bool:
    """Whether it is not remembered any more what the chat was shown."""
    async with ask.services.database.read() as tx:
        return (
            await shown_at(tx, ask.chat.id, datetime.fromtimestamp(pressed.shown_at, UTC)) is None
        )


async def read_on_shown(ask: Ask, pressed: ReadOnShown) -> View:
    """The first page of what a digest left out that the chat was shown."""
    return await _rest_of_shown(ask, ShownPage(pressed.shown_at, 1), turned=False)


async def turn_shown(ask: Ask, pressed: ShownPage) -> View:
    """Another page of it."""
    return await _rest_of_shown(ask, pressed, turned=True)


async def _rest_of_shown(ask: Ask, pressed: ShownPage, *, turned: bool) -> View:
    at = datetime.fromtimestamp(pressed.shown_at, UTC)
    async with ask.services.database.read() as tx:
        shown = await shown_at(tx, ask.chat.id, at)
        if shown is None:
            return ask.refuse("digest.no_rest")
        desk = await desk_for(tx, ask.services.findings)
        left = await gather_rest_of_shown(tx, ask.chat, shown, desk)
    return views.rest(left, pressed, ask.reader, turned=turned)
