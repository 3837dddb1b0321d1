"""The welcome, and the schedule with its usual choices."""

from handlers.buttons import SetSchedule, Show
from handlers.views.message import View, button
from handlers.views.reader import Reader, moment
from handlers.words import say
from storage.records import Chat

EXAMPLE_SCHEDULES = ("weekly mon 09:00", "daily 08:00", "weekdays 07:30", "off")


def welcome(chat: Chat, reader: Reader) -> View:
    """Three lines and where to begin."""
    text = say("welcome", reader.language, schedule=chat.schedule, timezone=chat.timezone)
    rows = (("button.latest", "latest"), ("button.schedule", "schedule"), ("button.help", "help"))
    return View(text, tuple((button(reader.label(key), Show(command)),) for key, command in rows))


def schedule(chat: Chat, reader: Reader) -> View:
    """The schedule with buttons for the usual ones."""
    rows = tuple(
        (button(("● " if text == chat.schedule else "") + text, SetSchedule(text)),)
        for text in EXAMPLE_SCHEDULES
    )
    arguments = {"schedule": chat.schedule, "timezone": chat.timezone}
    if chat.paused:
        return View(say("schedule.paused", reader.language, **arguments), rows)
    if chat.next_digest_at is None:
        return View(say("schedule.off", reader.language), rows)
    when = moment(chat.next_digest_at, reader)
    return View(say("schedule.shown", reader.language, when=when, **arguments), rows)
