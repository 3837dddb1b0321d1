"""All that a chat can choose, in one message that edits itself."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from markupsafe import Markup

from handlers.buttons import Show
from handlers.menu_buttons import Choose, Screen, Speak, Times, Via
from handlers.page_buttons import MutePage
from handlers.views.languages import name_in, own_name
from handlers.views.menus import choice, in_rows, way_back
from handlers.views.message import Button, Keyboard, View, button, isolated, plain_text
from handlers.views.reader import Reader, clock, moment
from handlers.views.times import example_of_place, in_words, quiet_in_words
from handlers.words import joined, say, say_count
from news.text import shorten
from news.zones import city_of
from storage.records import Chat, Layout, Mute

STORIES = ("5", "10", "20", "40")
SUMMARIES = {"0": "none", "160": "short", "320": "normal", "600": "long"}
QUIET = ("off", "22:00-07:00", "23:00-08:00", "00:00-06:00")
PAUSES = ("1", "7", "30")
YES, NO = "yes", "no"
ENDLESS, RESUME = "on", "off"
ALL = "all"
ZONES = (
    *("America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "UTC", "Europe/London"),
    *("Europe/Paris", "Africa/Nairobi", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai"),
    *("Asia/Seoul", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
"""A clock of each part of the world, from west to east."""
LANGUAGES = ("en", "ja", "ko", "zh", "es", "fr", "de", "pt", "ru", "ar", "hi", "id")
"""Languages of news to choose from."""

_JUST_CHOSEN = timedelta(hours=1)
"""How long a pause of some days is shown by their number: later it ends on a day, which the text above names."""

_MUTED = 15
"""Names of what is muted that are said."""


def everything(chat: Chat, muted: Sequence[Mute], reader: Reader) -> View:
    """Every setting with its value, and a button that leads to each."""
    lines = [say("settings.head", reader.language)]
    for name in _NAMES:
        value = _VALUES[name](chat, reader) if name != "muted" else _how_many(muted, reader)
        label = say(f"settings.name.{name}", reader.language)
        lines.append(say("settings.line", reader.language, name=label, value=value))
    buttons = [button(reader.label(f"settings.name.{name}"), _leads_to(name)) for name in _NAMES]
    stored = button(reader.label("settings.name.stored"), Show("privacy"))
    return View(Markup("\n").join(lines), in_rows([*buttons, stored], 2))


def screen(name: str, chat: Chat, muted: Sequence[Mute], reader: Reader) -> View | None:
    """One setting with its choices; None for what is no setting."""
    if name not in _SCREENS:
        return None
    value = _how_many(muted, reader) if name == "muted" else _VALUES[name](chat, reader)
    label = say(f"settings.name.{name}", reader.language)
    lines = [
        say("settings.line", reader.language, name=label, value=value),
        say(f"settings.about.{name}", reader.language, place=example_of_place(reader)),
    ]
    if name == "muted" and muted:
        names = [isolated(shorten(one.name, 40)) for one in muted[:_MUTED]]
        lines.insert(1, joined(names, reader.language))
    return View(Markup("\n").join(lines), choices(name, chat, reader))


def choices(name: str, chat: Chat, reader: Reader) -> Keyboard:
    """What can be chosen for one setting, and the way to all of them. Raises KeyError for what is no setting."""
    return (*_SCREENS[name](chat, reader), (way_back(Via.SETTINGS, reader),))


def _leads_to(name: str) -> Times | Speak | Screen:
    if name == "schedule":
        return Times(Via.SETTINGS)
    return Speak(Via.SETTINGS, "") if name == "language" else Screen(name)


# What holds


def _schedule(chat: Chat, reader: Reader) -> Markup:
    return in_words(chat.schedule, reader)


def _zone(_chat: Chat, reader: Reader) -> Markup:
    return say("settings.zone", reader.language, timezone=reader.place, time=clock(reader))


def _quiet(chat: Chat, reader: Reader) -> Markup:
    return quiet_in_words(chat.quiet, reader)


def _language(chat: Chat, _reader: Reader) -> Markup:
    return Markup.escape(own_name(chat.language))


def _layout(chat: Chat, reader: Reader) -> Markup:
    return say(f"settings.layout.{chat.layout.value}", reader.language)


def _stories(chat: Chat, _reader: Reader) -> Markup:
    return Markup.escape(str(chat.most_stories))


def _summary(chat: Chat, reader: Reader) -> Markup:
    nearest = min(SUMMARIES, key=lambda length: abs(int(length) - chat.summary_length))
    return say(f"settings.summary.{SUMMARIES[nearest]}", reader.language)


def _previews(chat: Chat, reader: Reader) -> Markup:
    return say("settings.yes" if chat.previews else "settings.no", reader.language)


def _empty(chat: Chat, reader: Reader) -> Markup:
    return say("settings.tells" if chat.tells_empty else "settings.silent", reader.language)


def _languages(chat: Chat, reader: Reader) -> Markup:
    if not chat.wanted_languages:
        return say("settings.all", reader.language)
    names = [name_in(tag, reader) for tag in chat.wanted_languages.split()]
    return joined(names, reader.language)


def _pause(chat: Chat, reader: Reader) -> Markup:
    if not chat.paused:
        return say("settings.no", reader.language)
    if chat.paused_until is None:
        return say("settings.paused", reader.language)
    when = moment(chat.paused_until, reader)
    return say("settings.paused_until", reader.language, until=when)


def _how_many(muted: Sequence[Mute], reader: Reader) -> Markup:
    if not muted:
        return say("settings.none", reader.language)
    return say_count("settings.muted", len(muted), reader.language)


# What can be chosen


def _zones(chat: Chat, reader: Reader) -> Keyboard:
    near = [
        choice(city_of(zone, reader.language), Choose("zone", zone), zone == chat.timezone)
        for zone in ZONES
    ]
    return in_rows(near, 2)


def _quiet_hours(chat: Chat, reader: Reader) -> Keyboard:
    def label(hours: str) -> str:
        return plain_text(quiet_in_words("" if hours == "off" else hours, reader))

    return _column(
        choice(label(hours), Choose("quiet", hours), hours == (chat.quiet or "off"))
        for hours in QUIET
    )


def _layouts(chat: Chat, reader: Reader) -> Keyboard:
    classic = chat.layout is Layout.CLASSIC
    # The newspaper is chosen by who can read its sample.
    return (
        (choice(reader.label("settings.layout.classic"), Choose("layout", "classic"), classic),),
        (choice(reader.label("settings.layout.sample"), Show("layout"), False),),
    )


def _how_many_stories(chat: Chat, _reader: Reader) -> Keyboard:
    return in_rows(
        [
            choice(count, Choose("stories", count), count == str(chat.most_stories))
            for count in STORIES
        ],
        4,
    )


def _lengths(chat: Chat, reader: Reader) -> Keyboard:
    return _column(
        choice(
            reader.label(f"settings.summary.{name}"),
            Choose("summary", length),
            length == str(chat.summary_length),
        )
        for length, name in SUMMARIES.items()
    )


def _show_previews(chat: Chat, reader: Reader) -> Keyboard:
    yes, no = reader.label("settings.yes"), reader.label("settings.no")
    return (
        (
            choice(yes, Choose("previews", YES), chat.previews),
            choice(no, Choose("previews", NO), not chat.previews),
        ),
    )


def _tell_empty(chat: Chat, reader: Reader) -> Keyboard:
    tells, silent = reader.label("settings.tells"), reader.label("settings.silent")
    return (
        (choice(tells, Choose("empty", YES), chat.tells_empty),),
        (choice(silent, Choose("empty", NO), not chat.tells_empty),),
    )


def _which_languages(chat: Chat, reader: Reader) -> Keyboard:
    wanted = chat.wanted_languages.split()
    shown = [*LANGUAGES, *(tag for tag in wanted if tag not in LANGUAGES)]
    some = [
        choice(
            name_in(tag, reader),
            Choose("languages", f"{'-' if tag in wanted else '+'}{tag}"),
            tag in wanted,
        )
        for tag in shown
    ]
    every = choice(reader.label("settings.all"), Choose("languages", ALL), not wanted)
    return ((every,), *in_rows(some, 2))


def _pauses(chat: Chat, reader: Reader) -> Keyboard:
    def label(days: str) -> str:
        return str(say_count("settings.days", int(days), reader.language))

    def chosen(days: str) -> bool:
        left = None if chat.paused_until is None else chat.paused_until - reader.now
        return left is not None and abs(left - timedelta(days=int(days))) < _JUST_CHOSEN

    rows = [(choice(label(days), Choose("pause", days), chosen(days)),) for days in PAUSES]
    endless = chat.paused and chat.paused_until is None
    ends = choice(reader.label("settings.endless"), Choose("pause", ENDLESS), endless)
    goes_on = choice(reader.label("settings.resume"), Choose("pause", RESUME), not chat.paused)
    return (*rows, (ends,), (goes_on,))


def _mutes(_chat: Chat, reader: Reader) -> Keyboard:
    return ((button(reader.label("settings.unmute"), MutePage(1)),),)


def _column(buttons: Iterable[Button]) -> Keyboard:
    return in_rows(tuple(buttons), 1)


_NAMES = (
    *("schedule", "zone", "quiet", "language", "layout", "stories", "summary", "previews"),
    *("empty", "languages", "pause", "muted"),
)

_VALUES: dict[str, Callable[[Chat, Reader], Markup]] = {
    "schedule": _schedule,
    "zone": _zone,
    "quiet": _quiet,
    "language": _language,
    "layout": _layout,
    "stories": _stories,
    "summary": _summary,
    "previews": _previews,
    "empty": _empty,
    "languages": _languages,
    "pause": _pause,
}

_SCREENS: dict[str, Callable[[Chat, Reader], Keyboard]] = {
    "zone": _zones,
    "quiet": _quiet_hours,
    "layout": _layouts,
    "stories": _how_many_stories,
    "summary": _lengths,
    "previews": _show_previews,
    "empty": _tell_empty,
    "languages": _which_languages,
    "pause": _pauses,
    "muted": _mutes,
}
