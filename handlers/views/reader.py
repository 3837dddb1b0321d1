"""Who reads, and times as that reader's clock and language show them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton, format_timedelta, get_datetime_format
from markupsafe import Markup

from handlers.views.message import plain_text
from handlers.words import say
from storage.records import Chat


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: what makes the same value look different from chat to chat."""

    language: str
    zone: str
    now: datetime

    @property
    def tz(self) -> tzinfo:
        """The zone as the date formatters take it."""
        return ZoneInfo(self.zone)

    def label(self, key: str, **arguments: object) -> str:
        """A sentence as plain text, for a button."""
        return plain_text(say(key, self.language, **arguments))

    @classmethod
    def of(cls, chat: Chat, now: datetime) -> "Reader":
        """The reader that a chat is."""
        return cls(chat.language, chat.timezone, now)


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
    return str(format_skeleton("EHm", reader.now, tzinfo=reader.tz, locale=reader.language))


def ago(when: datetime, reader: Reader) -> Markup:
    """How long ago something was; clients that can keep it up to date by themselves."""
    shown = format_timedelta(when - reader.now, add_direction=True, locale=reader.language)
    return Markup('<tg-time unix="%s" format="r">%s</tg-time>') % (int(when.timestamp()), shown)


def local(when: datetime, reader: Reader) -> Markup:
    """A moment; clients that can show it in their own zone."""
    shown = moment(when, reader)
    return Markup('<tg-time unix="%s" format="wDt">%s</tg-time>') % (int(when.timestamp()), shown)
