"""The first minute: the welcome, what to follow from short lists, and what comes of a link."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.buttons import Follow, FollowFeed, Show
from handlers.menu_buttons import (
    FirstStep,
    PickFeed,
    PickTopic,
    PickZone,
    Region,
    Setup,
    Speak,
    Times,
    Via,
    code_of,
)
from handlers.views.menus import begun, choice, done, in_rows, turns, way_back
from handlers.views.message import Button, Keyboard, View, button, isolated
from handlers.views.reader import Reader, clock, moment, named
from handlers.views.settings import ZONES
from handlers.views.times import example_of_place, in_words, no_digest, zone_button
from handlers.words import say, say_count
from news.text import shorten
from news.zones import city_of
from storage.records import Chat, FeedId, TopicId

TOPICS = {
    "korea": "pick.north_korea",
    "south": "pick.south_korea",
    "japan": "pick.japan",
    "china": "pick.china",
    "ukraine": "pick.ukraine",
    "states": "pick.united_states",
    "climate": "pick.climate",
    "economy": "pick.economy",
    "ai": "pick.ai",
    "space": "pick.space",
    "health": "pick.health",
    "football": "pick.football",
}
"""What newcomers pick from, by what buttons call it; the sentence is a query of the chat's language."""

_REGIONS = {
    "": "region.none",
    "Africa": "region.africa",
    "Americas": "region.americas",
    "Asia and the Pacific": "region.asia",
    "Business": "region.business",
    "China, Taiwan and Hong Kong": "region.china",
    "Culture": "region.culture",
    "Europe": "region.europe",
    "Japan": "region.japan",
    "Korea": "region.korea",
    "Middle East": "region.middle_east",
    "Science": "region.science",
    "South Asia": "region.south_asia",
    "South-East Asia": "region.south_east_asia",
    "Sport": "region.sport",
    "Technology": "region.technology",
    "World": "region.world",
}
"""Folders of the packaged catalogue. Those of an operator's own are called as they are."""

_HOME_REGIONS = {"ja": "Japan", "ko": "Korea"}
_OTHER_HOME = "World"
"""The region whose sources are shown first, by language."""

_HOME_ZONES = {"ja": "Asia/Tokyo", "ko": "Asia/Seoul"}
"""The clock that most who speak a language live by: offered first, never taken for granted."""

PAGE_FEEDS = 8
_SHOWN = 12
"""Names of what is chosen that are said."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed that newcomers may pick."""

    id: FeedId
    title: str
    region: str
    """The outermost folder that it is in; empty for none."""


def welcome(chat: Chat, reader: Reader, followed: int) -> View:
    """Three lines and where to begin."""
    language = reader.language
    chosen = (
        say_count("welcome.follows", followed, language)
        if followed
        else say("welcome.nothing", language)
    )
    schedule = in_words(chat.schedule, reader)
    text = say("welcome", language, schedule=schedule, timezone=reader.place, chosen=chosen)
    rows = (
        (("button.topics", Setup(FirstStep.TOPICS)), ("button.sources", Setup(FirstStep.SOURCES))),
        (("button.schedule", Times(Via.START)), ("button.language", Speak(Via.START, ""))),
        (("button.done", Setup(FirstStep.DONE)),),
        (("button.help", Show("help")),),
    )
    keyboard = tuple(tuple(button(reader.label(key), do) for key, do in row) for row in rows)
    return View(text, keyboard)


def topics(chosen: Collection[str], reader: Reader) -> View:
    """The short list of topics and places, with what of it is followed."""
    buttons = [
        choice(begun(reader.label(sentence)), PickTopic(key, key not in chosen), key in chosen)
        for key, sentence in TOPICS.items()
    ]
    names = [say(TOPICS[key], reader.language) for key in TOPICS if key in chosen]
    text = Markup("\n").join([say("pick.topics", reader.language), _chosen(names, reader)])
    sources = _onward("button.sources", Setup(FirstStep.SOURCES), reader)
    return View(text, (*in_rows(buttons, 2), *_ways(way_back(Via.START, reader), sources, reader)))


def nearest(sources: Sequence[Source], reader: Reader) -> Sequence[Source]:
    """The sources of the region that is shown first; none if nobody can tell which."""
    if len({one.region for one in sources}) == 1:
        return sources
    home = _HOME_REGIONS.get(reader.language, _OTHER_HOME)
    return [one for one in sources if one.region == home]


def regions(sources: Sequence[Source], mine: Collection[FeedId], reader: Reader) -> View:
    """The regions that sources can be picked from."""
    ways = _ways(way_back(Via.START, reader), _to_times(reader), reader)
    if not sources:
        return View(say("pick.no_sources", reader.language), ways)
    names = dict.fromkeys(one.region for one in sources)
    buttons = [button(region_name(name, reader), Region(code_of(name), 1)) for name in names]
    picked = [isolated(one.title) for one in sources if one.id in mine]
    text = Markup("\n").join([say("pick.sources", reader.language), _chosen(picked, reader)])
    return View(text, (*in_rows(buttons, 2), *ways))


def region(
    sources: Sequence[Source], page: Region, mine: Collection[FeedId], reader: Reader
) -> View:
    """A page of the sources of one region, at least one."""
    last_page = (len(sources) - 1) // PAGE_FEEDS + 1
    number = min(page.number, last_page)
    here = Region(page.code, number)
    shown = sources[(number - 1) * PAGE_FEEDS : number * PAGE_FEEDS]
    rows: list[tuple[Button, ...]] = [
        (
            choice(
                shorten(one.title, 36), PickFeed(one.id, one.id not in mine, here), one.id in mine
            ),
        )
        for one in shown
    ]
    head = say("pick.region", reader.language, region=region_name(sources[0].region, reader))
    if last_page > 1:
        head = Markup(" · ").join([head, say("page", reader.language, number=number)])
        before = Region(page.code, number - 1) if number > 1 else None
        after = Region(page.code, number + 1) if number < last_page else None
        rows.append(turns(before, after, reader))
    others = button(reader.label("button.regions"), Setup(FirstStep.REGIONS))
    picked = [isolated(one.title) for one in sources if one.id in mine]
    ways = _ways(others, _to_times(reader), reader)
    return View(Markup("\n").join([head, _chosen(picked, reader)]), (*rows, *ways))


def region_name(folder: str, reader: Reader) -> str:
    """A region as the reader's language calls it, if it has a word for it."""
    key = _REGIONS.get(folder)
    return folder if key is None else reader.label(key)


def zones(chat: Chat, reader: Reader) -> View:
    """Places whose clock may be the reader's, the likeliest of their language first."""
    home = _HOME_ZONES.get(reader.language)
    near = dict.fromkeys([home, *ZONES] if home else ZONES)
    buttons = [
        choice(city_of(zone, reader.language), PickZone(zone), zone == chat.timezone)
        for zone in near
    ]
    value = say("settings.zone", reader.language, timezone=reader.place, time=clock(reader))
    name = say("settings.name.zone", reader.language)
    lines = [
        say("settings.line", reader.language, name=name, value=value),
        say("settings.about.zone", reader.language, place=example_of_place(reader)),
    ]
    back = button(reader.label("button.back"), Times(Via.START))
    return View(Markup("\n").join(lines), (*in_rows(buttons, 2), (back,)))


def closing(chat: Chat, reader: Reader, followed: int) -> View:
    """What holds from now on, with a way to change it."""
    again = (button(reader.label("button.change"), Setup(FirstStep.HOME)),)
    if not followed:
        return View(say("welcome.done_nothing", reader.language), (again,))
    count = say_count("welcome.follows", followed, reader.language)
    if (none := no_digest(chat)) or chat.next_digest_at is None:
        return View(say(f"welcome.none.{none}", reader.language, chosen=count), (again,))
    when = moment(chat.next_digest_at, reader)
    # The shortest way asks for no zone: whoever took it sees here by which clock it is.
    zone = (zone_button(reader),)
    return View(say("welcome.done", reader.language, chosen=count, when=when), (again, zone))


def offer_topic(topic_id: TopicId, text: str, reader: Reader) -> View:
    """What a link to a topic asks."""
    name = isolated(shorten(text, 120))
    label = reader.label("button.follow", query=shorten(text, 24))
    return _offer(
        say("link.topic", reader.language, name=name),
        button(label, Follow(topic_id), reader.key),
        reader,
    )


def offer_feed(feed_id: FeedId, title: str, reader: Reader) -> View:
    """What a link to a feed asks."""
    name = isolated(shorten(title, 120))
    label = reader.label("button.follow", query=shorten(title, 24))
    return _offer(
        say("link.feed", reader.language, name=name),
        button(label, FollowFeed(feed_id), reader.key),
        reader,
    )


def _offer(text: Markup, follow: Button, reader: Reader) -> View:
    other = button(reader.label("button.first_steps"), Setup(FirstStep.HOME))
    return View(text, ((follow,), (other,)))


def _to_times(reader: Reader) -> Button:
    return _onward("button.schedule", Times(Via.START), reader)


def _onward(step: str, action: Setup | Times, reader: Reader) -> Button:
    return button(reader.label("button.onward", step=reader.label(step)), action)


def _ways(back: Button, onward: Button, reader: Reader) -> Keyboard:
    """The ways out of a screen on which something is picked: back, to the next one, and to the news."""
    return ((back, onward), (done(reader),))


def _chosen(names: Sequence[str], reader: Reader) -> Markup:
    if not names:
        return say("pick.nothing", reader.language)
    listed = named([shorten(name, 40) for name in names], _SHOWN, reader)
    return say("pick.chosen", reader.language, names=listed)
