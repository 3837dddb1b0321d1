"""When the chat hears: schedule, time zone, quiet hours, pause."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.context import Answer, Ask, code
from handlers.menu_buttons import ANY_DAY, SetTimes, Times, Via
from handlers.offers import offer_each
from handlers.settling import settle
from handlers.spoken import numbered, understood
from handlers.views import times as views
from handlers.views.menus import in_rows, out_of_date
from handlers.views.message import View
from handlers.views.reader import clock, moment, time_of_day
from handlers.views.settings import choices
from handlers.views.times import example_of_place
from handlers.words import joined, languages
from news import pausing, rescheduling, unfollowing
from news import quiet as hours
from news import schedule as rhythm
from news.errors import BadSchedule, NoSuchNumber
from news.text import shorten, squeeze
from news.wall_clock import plain
from news.wall_clock import time_of_day as clock_time
from news.zone_names import near_zones
from news.zones import zone_at, zone_called, zones_showing, zones_to_choose
from storage import chats
from storage.records import Chat, Subscription, SubscriptionId

_AN_HOUR = re.compile(
    r"(?:(?:[1-9]|1[0-2]) in the morning|(?:12|[1-5]) in the afternoon|(?:[5-9]|1[01]) in the evening"
    r"|(?:[1-5]|[89]|1[0-2]) at night)\b"
)
"""A number that is an hour, however long the list is: nobody says "in the morning" behind that of a topic."""

_HOUR_ALONE = re.compile(r"[5-9]|1\d|2[0-3]")
"""A number that is an hour if it is none of the list. A smaller one is rather a slip, and nobody wants to be woken by it."""

_IT_IS = re.compile(r"^(?:(?:it is|it[’']?s|time is|the time is|now) )+|(?: now| here)+$")
"""What may stand around a time that somebody says it is."""


_FOLLOWS = {
    "": "schedule.one_follows",
    "off": "schedule.one_follows_off",
    "paused": "schedule.one_follows_paused",
}
"""What is said of what goes back to the digest, by why none is on its way."""


async def schedule(ask: Ask) -> Answer:
    """Show the schedule, or set it; with a number, that of one subscription."""
    typed = understood(ask.argument)
    if not squeeze(ask.argument):
        return views.schedule(ask.chat, ask.reader)
    if typed == "on":
        return await _turn_on(ask)
    try:
        of_one = await _meant_of_one(ask, typed)
    except NoSuchNumber:
        if _HOUR_ALONE.fullmatch(typed) is None:
            raise
        typed, of_one = f"at {typed}", None
    if of_one is not None:
        return await _schedule_of_one(ask, *of_one)
    if typed in ("instant", "at once"):
        return ask.refuse("schedule.instant_needs_number")
    return await _set_schedule(ask, rhythm.parse(typed))


async def _turn_on(ask: Ask) -> Answer:
    """Digests again, by the usual schedule if none is known; what is on already is shown."""
    none = views.no_digest(ask.chat)
    if none == "off":
        return await _set_schedule(ask, rhythm.parse(_usual(ask)))
    return await resume(ask) if none else views.schedule(ask.chat, ask.reader)


async def _meant_of_one(ask: Ask, typed: str) -> tuple[int, Subscription, str] | None:
    """The subscription that is meant, with its number, and what is said of it; None for the digest of the chat.

    "3 evenings" is one if the list is so long, "3 pm" never is: what can't stand alone belongs to the number.
    Raises NoSuchNumber.
    """
    database, chat = ask.services.database, ask.chat.id
    number, behind = numbered(ask.argument) or ("", "")
    counts = _AN_HOUR.match(typed) is not None or rhythm.is_interval(typed)
    if number and not counts and _is_time(behind, rhythm.parse_for_one):
        try:
            return *await unfollowing.find_numbered(database, chat, number), behind
        except NoSuchNumber:
            if not _is_time(typed, rhythm.parse):
                raise
            return None
    if _is_time(typed, rhythm.parse):
        return None
    named = await unfollowing.find_leading(database, chat, ask.argument)
    if named is not None:
        place, item, rest = named
        if not rest or _is_time(understood(rest), rhythm.parse_for_one):
            return place, item, understood(rest)
    if not number or rhythm.is_interval(typed):
        return None
    return *await unfollowing.find_numbered(database, chat, number), behind


def _is_time(typed: str, parse: Callable[[str], rhythm.Schedule | None]) -> bool:
    """Whether something says when, read in this way."""
    try:
        parse(typed)
    except BadSchedule:
        return False
    return True


async def _schedule_of_one(ask: Ask, place: int, item: Subscription, typed: str) -> View:
    if not typed or (typed == "on" and item.schedule != str(rhythm.OFF)):
        return views.schedule_of_one(item, ask.chat, ask.reader, Via.COMMAND)
    wanted = rhythm.parse_for_one(typed)
    async with ask.services.database.write() as tx:
        upcoming = await rescheduling.set_own(tx, ask.chat, item, wanted, ask.now)
        await settle(tx, ask)
    name = shorten(item.name, 60)
    if wanted is None:
        shared = views.in_words(ask.chat.schedule, ask.reader)
        key = _FOLLOWS[views.no_digest(ask.chat)]
        return ask.say(key, name=name, schedule=shared)
    own = views.in_words(str(wanted), ask.reader)
    if ask.chat.paused and upcoming is not None:
        return ask.say("schedule.one_paused", name=name, schedule=own)
    if wanted.instant:
        key = "schedule.one_instant_quiet" if ask.chat.quiet else "schedule.one_instant"
        return ask.say(key, name=name, quiet=views.quiet_in_words(ask.chat.quiet, ask.reader))
    if upcoming is None:
        return ask.say("schedule.one_off", name=name, number=place)
    when = moment(upcoming, ask.reader)
    return ask.say("schedule.one_set", name=name, schedule=own, when=when)


async def press_times(ask: Ask, pressed: Times) -> View:
    """Show when the chat hears, or one subscription; or days and hours to choose from."""
    item = await _item(ask, pressed.of)
    if pressed.of is not None and item is None:
        return _gone(ask)
    if not pressed.days:
        return _times(ask, item, pressed.via)
    if pressed.days == ANY_DAY:
        return views.days(pressed, ask.reader)
    current = ask.chat.schedule if item is None else item.schedule
    return views.hours(pressed, current, ask.reader)


async def press_set_times(ask: Ask, pressed: SetTimes) -> View:
    """Set when the chat hears, or one subscription; the screen says what holds then."""
    item = await _item(ask, pressed.of)
    if pressed.of is not None and item is None:
        return _gone(ask)
    try:
        wanted = rhythm.parse_for_one(pressed.schedule)
    except BadSchedule:
        return out_of_date(_times(ask, item, pressed.via), ask.reader)
    if item is None and (wanted is None or wanted.instant):
        return out_of_date(_times(ask, item, pressed.via), ask.reader)
    async with ask.services.database.write() as tx:
        if item is not None:
            await rescheduling.set_own(tx, ask.chat, item, wanted, ask.now)
        elif wanted is not None:
            await rescheduling.set_chat_schedule(tx, ask.chat, wanted, ask.now)
        await settle(tx, ask)
    before, ask = ask.chat, await ask.again()
    shown = _times(ask, await _item(ask, pressed.of), pressed.via, before.schedule)
    return _saying_if_resumed(shown, before, ask)


def _times(ask: Ask, item: Subscription | None, via: Via, before: str = "") -> View:
    if item is None:
        return views.schedule(ask.chat, ask.reader, via, before)
    return views.schedule_of_one(item, ask.chat, ask.reader, via)


def _gone(ask: Ask) -> View:
    return View(ask.say("unfollow.gone").text, views.schedule(ask.chat, ask.reader).keyboard)


async def _item(ask: Ask, id: SubscriptionId | None) -> Subscription | None:
    """A subscription of this chat; None for any other, whatever a button says."""
    if id is None:
        return None
    async with ask.services.database.read() as tx:
        listed = await chats.followed(tx, ask.chat.id)
    return next((one for one in listed if one.id == id), None)


async def _set_schedule(ask: Ask, chosen: rhythm.Schedule) -> View:
    before = ask.chat
    async with ask.services.database.write() as tx:
        await rescheduling.set_chat_schedule(tx, ask.chat, chosen, ask.now)
        await settle(tx, ask)
    ask = await ask.again()
    if ask.chat.next_digest_at is None:
        if _is_off(before):
            return views.still_off(_usual(ask), ask.reader)
        return views.switched_off(before.schedule, ask.reader)
    said = ask.say(
        "schedule.set",
        schedule=views.in_words(ask.chat.schedule, ask.reader),
        timezone=ask.reader.place,
        when=moment(ask.chat.next_digest_at, ask.reader),
    )
    return _saying_if_resumed(said, before, ask)


def _saying_if_resumed(shown: View, before: Chat, ask: Ask) -> View:
    resumed = before.paused and not ask.chat.paused
    return views.with_pause_over(shown, ask.reader) if resumed else shown


def _is_off(chat: Chat) -> bool:
    return views.no_digest(chat) == "off"


def _usual(ask: Ask) -> str:
    """The schedule of a chat that chose none."""
    usual = ask.services.defaults.schedule
    return str(rhythm.DEFAULT) if usual == str(rhythm.OFF) else usual


async def timezone(ask: Ask) -> Answer:
    """Show the zone, or set it."""
    typed = squeeze(ask.argument)
    if not typed:
        named, place = views.zone_in_words(ask.reader), example_of_place(ask.reader)
        shown = ask.say("timezone.shown", timezone=named, time=clock(ask.reader), place=place)
        return replace(shown, keyboard=choices("zone", ask.chat, ask.reader))
    zone = zone_called(typed, languages())
    if zone is None and (several := zones_to_choose(typed)):
        return await _which_zone(ask, "timezone.several", typed, several)
    if zone is None and (showing := _zones_showing(ask, typed)):
        return await _which_zone(ask, "timezone.showing", typed, showing)
    if zone is None:
        near = near_zones(typed)
        if not near:
            return ask.refuse("timezone.bad_alone", typed=shorten(typed, 40))
        zones = joined((code(name) for name in near), ask.reader.language)
        return ask.refuse("timezone.bad", typed=shorten(typed, 40), zones=zones)
    return await _set_zone(ask, zone)


def _zones_showing(ask: Ask, typed: str) -> tuple[str, ...]:
    """The zones that are meant by the time that it is with somebody; none where no time is said."""
    told = plain(_IT_IS.sub("", understood(typed)))
    at = None if told.isdecimal() else clock_time(told)
    return () if at is None else zones_showing(at, ask.now)


async def _which_zone(ask: Ask, key: str, typed: str, zones: Sequence[str]) -> View:
    """Several zones may be meant: a button for each, with what its clock shows."""
    there = [replace(ask.reader, zone=zone) for zone in zones]
    labels = [f"{shorten(one.place, 20)}, {time_of_day(ask.now, one)}" for one in there]
    buttons = await offer_each(ask, "timezone", tuple(zip(labels, zones, strict=True)))
    asked = ask.refuse(key, typed=shorten(typed, 40))
    return replace(asked, keyboard=in_rows(buttons, 2), asks=True)


async def locate(ask: Ask, latitude: float, longitude: float) -> View:
    """Set the zone to that of a place that somebody shows. Where it is, is kept nowhere."""
    zone = zone_at(latitude, longitude)
    return ask.refuse("timezone.nowhere") if zone is None else await _set_zone(ask, zone)


async def _set_zone(ask: Ask, zone: str) -> View:
    async with ask.services.database.write() as tx:
        await rescheduling.set_zone(tx, ask.chat, zone, ask.now)
    ask = await ask.again()
    time, named = clock(ask.reader), views.zone_in_words(ask.reader)
    if ask.chat.paused or ask.chat.next_digest_at is None:
        return ask.say("timezone.set_no_digest", timezone=named, time=time)
    when = moment(ask.chat.next_digest_at, ask.reader)
    return ask.say("timezone.set", timezone=named, time=time, when=when)


async def quiet(ask: Ask) -> Answer:
    """Show the quiet hours, or set them."""
    typed = squeeze(ask.argument)
    if not typed or (understood(typed) == "on" and ask.chat.quiet):
        shown = _hushed(ask, "quiet.shown" if ask.chat.quiet else "quiet.none")
        return replace(shown, keyboard=choices("quiet", ask.chat, ask.reader))
    wanted = hours.parse(understood(typed))
    async with ask.services.database.write() as tx:
        await chats.change(tx, ask.chat.id, quiet="" if wanted is None else str(wanted))
    ask = await ask.again()
    return _hushed(ask, "quiet.off" if wanted is None else "quiet.set")


def _hushed(ask: Ask, key: str) -> View:
    hours = views.quiet_in_words(ask.chat.quiet, ask.reader)
    return ask.say(key, quiet=hours, timezone=ask.reader.place)


async def pause(ask: Ask) -> Answer:
    """No digests, for some time, until a day, or until /resume."""
    typed = squeeze(ask.argument)
    if not typed or pausing.is_endless(understood(typed)):
        await _pause(ask, None)
        return ask.say("pause.off" if _is_off(ask.chat) else "pause.done")
    until = pausing.parse(understood(typed), ask.now, ask.chat.timezone)
    if until is None:
        return ask.refuse("pause.bad", typed=shorten(typed, 40))
    await _pause(ask, until)
    key = "pause.off_until" if _is_off(ask.chat) else "pause.until"
    return ask.say(key, until=moment(until, ask.reader))


async def resume(ask: Ask) -> Answer:
    """Digests again; the next one covers what was missed."""
    was_paused = ask.chat.paused
    async with ask.services.database.write() as tx:
        await rescheduling.end_pause(tx, ask.chat, ask.now)
    chosen = rhythm.parse(ask.chat.schedule)
    upcoming = rhythm.next_after(chosen, ask.now, ask.chat.timezone)
    if upcoming is None:
        return ask.say("resume.over_off" if was_paused else "resume.off")
    key = "resume.done" if was_paused else "resume.not_paused"
    return ask.say(key, when=moment(upcoming, ask.reader))


async def _pause(ask: Ask, until: datetime | None) -> None:
    async with ask.services.database.write() as tx:
        await rescheduling.begin_pause(tx, ask.chat, until)
