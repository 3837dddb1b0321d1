"""When the chat hears: schedule, time zone, pause."""

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from handlers.buttons import SetSchedule
from handlers.context import Answer, Ask, code
from handlers.views import first_steps
from handlers.views.message import View
from handlers.views.reader import clock, moment
from news import schedule as rhythm
from news.errors import BadSchedule
from news.text import shorten, squeeze
from storage import chats


async def schedule(ask: Ask) -> Answer:
    """Show the schedule, or set it."""
    if not ask.argument.strip():
        return first_steps.schedule(ask.chat, ask.reader)
    return await _set_schedule(ask, rhythm.parse(ask.argument))


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
    chosen = rhythm.parse(ask.chat.schedule)
    ask = await _change(ask, timezone=zone, next_digest_at=rhythm.next_after(chosen, ask.now, zone))
    time = clock(ask.reader)
    if ask.chat.paused or ask.chat.next_digest_at is None:
        return ask.say("timezone.set_no_digest", timezone=zone, time=time)
    when = moment(ask.chat.next_digest_at, ask.reader)
    return ask.say("timezone.set", timezone=zone, time=time, when=when)


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
    return await ask.again()
