"""When digests come: schedules in words, and the screens on which one is chosen."""

from dataclasses import replace

from babel.dates import get_day_names
from markupsafe import Markup

from handlers.menu_buttons import (
    ANY_DAY,
    PERIODS,
    FirstStep,
    Item,
    SetTimes,
    Setup,
    Times,
    Via,
)
from handlers.views.menus import begun, choice, done, in_rows, way_back
from handlers.views.message import Button, Keyboard, View, button, isolated
from handlers.views.reader import Reader, moment
from handlers.words import say, say_count
from news import quiet as hushed
from news import schedule as rhythm
from news.text import shorten
from news.zones import city_of
from storage.records import Chat, Subscription

USUAL = ("weekly mon 09:00", "daily 08:00", "weekdays 07:30", "every 6h", "off")
USUAL_FOR_ONE = ("chat", "instant", "daily 08:00", "weekly mon 09:00", "off")

_NAME = 60

_EXAMPLES = ("Asia/Tokyo", "Europe/Lisbon")


def in_words(schedule: str, reader: Reader) -> Markup:
    """A schedule in normal form as the reader says it: "every Monday at 09:00"."""
    language = reader.language
    if schedule == "chat":
        return say("rhythm.chat", language)
    wanted = rhythm.parse_for_one(schedule) or rhythm.OFF
    time = "" if wanted.at is None else f"{wanted.at:%H:%M}"
    if wanted.every_hours is not None:
        return say_count("rhythm.hours", wanted.every_hours, language)
    if wanted.month_day is not None:
        return say("rhythm.monthly", language, day=wanted.month_day, time=time)
    if wanted.days == rhythm.DAYS:
        return say("rhythm.daily", language, time=time)
    if wanted.days == rhythm.WORKDAYS:
        return say("rhythm.weekdays", language, time=time)
    if wanted.days:
        names = get_day_names("wide" if len(wanted.days) == 1 else "abbreviated", locale=language)
        days = say("rhythm.between", language).join(
            str(names[rhythm.DAYS.index(day)]) for day in wanted.days
        )
        return say("rhythm.days", language, days=days, time=time)
    return say("rhythm.instant" if wanted.instant else "rhythm.off", language)


def quiet_in_words(hours: str, reader: Reader) -> Markup:
    """Quiet hours in normal form as the reader writes them: "22:00 – 07:00"; that there are none, if empty."""
    wanted = hushed.parse(hours) if hours else None
    if wanted is None:
        return say("settings.none", reader.language)
    start, end = f"{wanted.start:%H:%M}", f"{wanted.end:%H:%M}"
    return say("quiet.hours", reader.language, start=start, end=end)


def zone_in_words(reader: Reader) -> Markup:
    """The reader's zone by its place, with the name that can be typed beside it, if that is another.

    A distance from UTC is called by itself: its name in the database has the other sign.
    """
    if reader.place == reader.zone or reader.zone.startswith("Etc/"):
        return Markup("<b>%s</b>") % reader.place
    return say("timezone.named", reader.language, place=reader.place, zone=reader.zone)


def no_digest(chat: Chat) -> str:
    """Why no digest is on its way: it is "off", whatever else holds, or "paused"; empty if one is."""
    if chat.schedule == str(rhythm.OFF):
        return "off"
    return "paused" if chat.paused or chat.next_digest_at is None else ""


def waits_for_pause(item: Subscription, chat: Chat) -> bool:
    """Whether a pause keeps back what would come, be it by itself or with the digest."""
    return chat.paused and (item.schedule or chat.schedule) != str(rhythm.OFF)


def example_of_place(reader: Reader) -> str:
    """A place with another clock than the reader's, to be named as an example."""
    zone = next(zone for zone in _EXAMPLES if zone != reader.zone)
    return city_of(zone, reader.language)


def zone_button(reader: Reader) -> Button:
    """By which clock times are meant, and the way to another one, in the first minute."""
    label = reader.label("button.zone", timezone=reader.place)
    return button(label, Setup(FirstStep.ZONE))


def schedule(chat: Chat, reader: Reader, via: Via = Via.COMMAND, before: str = "") -> View:
    """When a chat's digests come, with buttons for the usual times, and for the schedule that it had `before`."""
    own = before or chat.schedule
    usual = [
        (choice(_label(text, reader), SetTimes(via, None, text), text == chat.schedule),)
        for text in (USUAL if own in USUAL else (own, *USUAL))
    ]
    ways: Keyboard = ((way_back(via, reader),),)
    if via is Via.START:
        ways = ((zone_button(reader),), *ways, (done(reader),))
    keyboard = (*usual, _others(via, None, reader), *ways)
    arguments = {"schedule": in_words(chat.schedule, reader), "timezone": reader.place}
    none = no_digest(chat)
    if none or chat.next_digest_at is None:
        return View(say(f"schedule.none.{none}", reader.language, **arguments), keyboard)
    when = moment(chat.next_digest_at, reader)
    return View(say("schedule.shown", reader.language, when=when, **arguments), keyboard)


def schedule_of_one(item: Subscription, chat: Chat, reader: Reader, via: Via) -> View:
    """When one subscription comes, likewise."""
    own = item.schedule or "chat"
    usual = [
        (choice(_label(text, reader), SetTimes(via, item.id, text), text == own),)
        for text in USUAL_FOR_ONE
    ]
    back = (button(reader.label("button.back"), Item(item.id)),)
    name = isolated(shorten(item.name, _NAME))
    with_chat = "times.one_chat_off" if no_digest(chat) == "off" else "times.one_chat"
    key = "times.one_off" if own == "off" else "times.one" if item.schedule else with_chat
    kept = in_words(item.schedule or chat.schedule, reader)
    lines = [say(key, reader.language, name=name, schedule=kept)]
    if own == "instant" and chat.quiet:
        quiet = quiet_in_words(chat.quiet, reader)
        lines.append(say("times.one_quiet", reader.language, quiet=quiet))
    if waits_for_pause(item, chat):
        lines.append(say("times.one_paused", reader.language))
    text = Markup("\n").join(lines)
    return View(text, (*usual, _others(via, item, reader), back))


def switched_off(before: str, reader: Reader) -> View:
    """That digests come no more, with the way back to the schedule that they had `before`."""
    words = in_words(before, reader)
    again = reader.label("button.accept_schedule", name=words)
    text = say("schedule.set_off", reader.language, schedule=words)
    return View(text, ((button(again, SetTimes(Via.COMMAND, None, before)),),))


def still_off(usual: str, reader: Reader) -> View:
    """That digests were off before, and the way back to the usual schedule: the one that they had is forgotten."""
    words = in_words(usual, reader)
    again = reader.label("button.accept_schedule", name=words)
    text = say("schedule.still_off", reader.language, schedule=words)
    return View(text, ((button(again, SetTimes(Via.COMMAND, None, usual)),),))


def with_pause_over(shown: View, reader: Reader) -> View:
    """A view with a line before it that says that a new time has ended the pause."""
    over = say("schedule.pause_over", reader.language)
    return replace(shown, text=Markup("\n").join([over, shown.text]))


def days(pressed: Times, reader: Reader) -> View:
    """The days to choose from."""
    buttons = [
        button(_day_label(period, reader), Times(pressed.via, pressed.of, period))
        for period in PERIODS
    ]
    back = button(reader.label("button.back"), Times(pressed.via, pressed.of))
    keyboard = (*in_rows(buttons[:2], 2), *in_rows(buttons[2:], 3), (back,))
    return View(say("times.days", reader.language), keyboard)


def hours(pressed: Times, current: str, reader: Reader) -> View:
    """The hours of the days that were chosen."""
    buttons: list[Button] = []
    for hour in range(24):
        prefix = "" if pressed.days in ("daily", "weekdays") else "weekly "
        text = f"{prefix}{pressed.days} {hour:02}:00"
        action = SetTimes(pressed.via, pressed.of, text)
        buttons.append(choice(f"{hour:02}:00", action, text == current))
    back = button(reader.label("button.back"), Times(pressed.via, pressed.of, ANY_DAY))
    text = say("times.hours", reader.language, days=_day_label(pressed.days, reader))
    return View(text, (*in_rows(buttons, 4), (back,)))


def _day_label(period: str, reader: Reader) -> str:
    if period in ("daily", "weekdays"):
        return reader.label(f"times.{period}")
    names = get_day_names("wide", locale=reader.language)
    return str(names[rhythm.DAYS.index(period)])


def _label(schedule: str, reader: Reader) -> str:
    return begun(str(in_words(schedule, reader)))


def _others(via: Via, item: Subscription | None, reader: Reader) -> tuple[Button, ...]:
    of = None if item is None else item.id
    return (button(reader.label("button.other_time"), Times(via, of, ANY_DAY)),)
