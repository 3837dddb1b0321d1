"""Who reads, and times as that reader's clock and language show them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton, format_timedelta, get_datetime_format
from markupsafe import Markup

from handlers.views.message import plain_text
from handlers.words import joined, number, say
from news.zones import city_of
from storage.records import Chat

_ONE_DIGIT = re.compile(r"(?<!\d)(?=\d:\d\d)")

_MOMENT = timedelta(minutes=1)
"""What is not longer ago was just now."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: what makes the same value look different from chat to chat."""

    language: str
    zone: str
    now: datetime
    key: str = field(default="", repr=False)
    """What the buttons of the reader's chat are sealed with; empty where there are none to seal."""

    @property
    def tz(self) -> tzinfo:
        """The zone as the date formatters take it."""
        return ZoneInfo(self.zone)

    @property
    def place(self) -> str:
        """The place by which the zone is called, in the reader's language: "Tokyo"."""
        return city_of(self.zone, self.language)

    def label(self, key: str, **arguments: object) -> str:
        """A sentence as plain text, for a button."""
        return plain_text(say(key, self.language, **arguments))

    @classmethod
    def of(cls, chat: Chat, now: datetime) -> "Reader":
        """The reader that a chat is."""
        return cls(chat.language, chat.timezone, now, chat.key)


def named(names: Sequence[object], most: int, reader: Reader) -> Markup:
    """Names as the reader's language lists them; of more than `most`, how many there are beside: "a, b, and c +2"."""
    listed = joined(names[:most], reader.language)
    if len(names) > most:
        listed += f" +{number(len(names) - most, reader.language)}"
    return listed


def moment(when: datetime, reader: Reader) -> str:
    """A time as the reader's clock shows it: "Mon, Nov 23, 09:00"."""
    skeleton = "MMMEd" if abs((when - reader.now).days) < 180 else "yMMMd"
    return _moment(when, skeleton, reader.zone, reader.language)


@lru_cache(maxsize=5_000)
def _moment(when: datetime, skeleton: str, zone: str, language: str) -> str:
    """Many chats are told the same stories, and finding the pattern of a date takes long."""
    day = format_skeleton(skeleton, when, tzinfo=ZoneInfo(zone), locale=language)
    clock = str(format_datetime(when, "HH:mm", tzinfo=ZoneInfo(zone), locale=language))
    joined = str(get_datetime_format("medium", locale=language))
    return joined.replace("{1}", str(day)).replace("{0}", clock)


def time_of_day(when: datetime, reader: Reader) -> str:
    """Likewise, without the day: "09:00"."""
    return str(format_datetime(when, "HH:mm", tzinfo=reader.tz, locale=reader.language))


def clock(reader: Reader) -> str:
    """The local time now, with its day."""
    shown = str(format_skeleton("EHm", reader.now, tzinfo=reader.tz, locale=reader.language))
    # Some languages write hours without a zero here alone.
    return _ONE_DIGIT.sub("0", shown)


def age(when: datetime, reader: Reader) -> str:
    """How long ago something was, in words: never in the future, whatever the clock of an outlet shows."""
    if when > reader.now - _MOMENT:
        return reader.label("ago.now")
    return str(format_timedelta(when - reader.now, add_direction=True, locale=reader.language))


def ago(when: datetime, reader: Reader) -> Markup:
    """How long ago something was; clients that can keep it up to date by themselves."""
    shown = age(when, reader)
    return Markup('<tg-time unix="%s" format="r">%s</tg-time>') % (
        int(min(when, reader.now).timestamp()),
        shown,
    )


def local(when: datetime, reader: Reader) -> Markup:
    """A moment; clients that can show it in their own zone."""
    shown = moment(when, reader)
    return Markup('<tg-time unix="%s" format="wDt">%s</tg-time>') % (int(when.timestamp()), shown)
