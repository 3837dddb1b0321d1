"""When the chat hears: schedule, time zone, quiet hours, pause."""

import re
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from handlers.buttons import SetSchedule
from handlers.context import Answer, Ask, code
from handlers.views import first_steps
from handlers.views.message import View
from handlers.views.reader import clock, moment
from news import quiet as hours
from news import rescheduling
from news import schedule as rhythm
from news.errors import BadSchedule
from news.text import shorten, squeeze
from storage import chats, outbox
from storage.records import Subscription

_OF_ONE = re.compile(r"#?(\d{1,4})\.?(?: (.+))?")
"""A number of the list, and what may follow it."""


async def schedule(ask: Ask) -> Answer:
    """Show the schedule, or set it; with a number, that of one subscription."""
    typed = squeeze(ask.argument)
    if not typed:
        return first_steps.schedule(ask.chat, ask.reader)
    of_one = _OF_ONE.fullmatch(typed)
    if of_one is not None and not _is_time(typed):
        return await _schedule_of_one(ask, of_one[1], of_one[2] or "")
    if typed.casefold() in ("instant", "at once"):
        return ask.say("schedule.instant_needs_number")
    return await _set_schedule(ask, rhythm.parse(ask.argument))


def _is_time(typed: str) -> bool:
    """Whether a number and what follows it say when, as "3 pm" does."""
    try:
        rhythm.parse(typed)
    except BadSchedule:
        return False
    return True


async def _schedule_of_one(ask: Ask, number: str, typed: str) -> View:
    database = ask.services.database
    place, item = await rescheduling.find_item(database, ask.chat.id, number)
    if not typed:
        return _shown(ask, place, item)
    wanted = rhythm.parse_for_one(typed)
    async with database.write() as tx:
        upcoming = await rescheduling.set_own(tx, ask.chat, item, wanted, ask.now)
    name = shorten(item.name, 60)
    if wanted is None:
        return ask.say("schedule.one_follows", name=name, schedule=ask.chat.schedule)
    if wanted.instant:
        key = "schedule.one_instant_quiet" if ask.chat.quiet else "schedule.one_instant"
        return ask.say(key, name=name, quiet=ask.chat.quiet)
    if upcoming is None:
        return ask.say("schedule.one_off", name=name, number=place)
    when = moment(upcoming, ask.reader)
    return ask.say("schedule.one_set", name=name, schedule=str(wanted), when=when)


def _shown(ask: Ask, place: int, item: Subscription) -> View:
    name = shorten(item.name, 60)
    if not item.schedule:
        return ask.say(
            "schedule.one_shown_chat", name=name, number=place, schedule=ask.chat.schedule
        )
    return ask.say("schedule.one_shown", name=name, number=place, schedule=item.schedule)


async def press_schedule(ask: Ask, pressed: SetSchedule) -> View:
    """Set the schedule of a button."""
    try:
        chosen = rhythm.parse(pressed.schedule)
    except BadSchedule:
        return ask.say("menu.old")
    return await _set_schedule(ask, chosen)


async def _set_schedule(ask: Ask, chosen: rhythm.Schedule) -> View:
    # A new rhythm is a wish to hear: it ends a pause.
    ask = await _change(
        ask,
        schedule=str(chosen),
        next_digest_at=rhythm.next_after(chosen, ask.now, ask.chat.timezone),
        paused=False,
        paused_until=None,
    )
    if ask.chat.next_digest_at is None:
        return ask.say("schedule.set_off")
    return ask.say(
        "schedule.set",
        schedule=ask.chat.schedule,
        timezone=ask.chat.timezone,
        when=moment(ask.chat.next_digest_at, ask.reader),
    )


async def timezone(ask: Ask) -> Answer:
    """Show the zone, or set it."""
    typed = squeeze(ask.argument)
    if not typed:
        return ask.say("timezone.shown", timezone=ask.chat.timezone, time=clock(ask.reader))
    zone = rhythm.find_zone(typed)
    if zone is None:
        near = rhythm.near_zones(typed)
        if not near:
            return ask.say("timezone.bad_alone", typed=shorten(typed, 40))
        zones = Markup(", ").join(code(name) for name in near)
        return ask.say("timezone.bad", typed=shorten(typed, 40), zones=zones)
    async with ask.services.database.write() as tx:
        await rescheduling.set_zone(tx, ask.chat, zone, ask.now)
    ask = await ask.again()
    time = clock(ask.reader)
    if ask.chat.paused or ask.chat.next_digest_at is None:
        return ask.say("timezone.set_no_digest", timezone=zone, time=time)
    when = moment(ask.chat.next_digest_at, ask.reader)
    return ask.say("timezone.set", timezone=zone, time=time, when=when)


async def quiet(ask: Ask) -> Answer:
    """Show the quiet hours, or set them."""
    typed = squeeze(ask.argument)
    if not typed:
        key = "quiet.shown" if ask.chat.quiet else "quiet.none"
        return ask.say(key, quiet=ask.chat.quiet, timezone=ask.chat.timezone)
    wanted = hours.parse(typed)
    ask = await _change(ask, quiet="" if wanted is None else str(wanted))
    key = "quiet.off" if wanted is None else "quiet.set"
    return ask.say(key, quiet=ask.chat.quiet, timezone=ask.chat.timezone)


async def pause(ask: Ask) -> Answer:
    """No digests, for some days or until /resume."""
    typed = squeeze(ask.argument)
    if not typed:
        await _change(ask, paused=True, paused_until=None)
        return ask.say("pause.done")
    number = typed.split(" ")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 3):
        return ask.say("pause.bad", typed=shorten(typed, 40))
    if not 1 <= int(number) <= 365:
        return ask.say("pause.bad", typed=shorten(typed, 40))
    until = ask.now + timedelta(days=int(number))
    ask = await _change(ask, paused=True, paused_until=until)
    return ask.say("pause.until", until=moment(until, ask.reader))


async def resume(ask: Ask) -> Answer:
    """Digests again; the next one covers what was missed."""
    was_paused = ask.chat.paused
    chosen = rhythm.parse(ask.chat.schedule)
    upcoming = rhythm.next_after(chosen, ask.now, ask.chat.timezone)
    if was_paused:
        ask = await _change(ask, paused=False, paused_until=None, next_digest_at=upcoming)
    if upcoming is None:
        return ask.say("resume.off")
    key = "resume.done" if was_paused else "resume.not_paused"
    return ask.say(key, when=moment(upcoming, ask.reader))


async def _change(ask: Ask, **values: Any) -> Ask:
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, **values)
        if ask.chat.paused and not values.get("paused", True):
            # What was decided before the pause waited for its end.
            await outbox.release(tx, ask.chat.id, ask.now)
    return await ask.again()
