"""How much there was of a query lately: words for below a picture, or with a line of text in its place."""

from collections.abc import Iterable
from datetime import date

from babel.dates import format_skeleton
from markupsafe import Markup

from handlers.buttons import Follow
from handlers.views.message import File, Keyboard, View, button, isolated
from handlers.views.reader import Reader, ago
from handlers.views.stories import outlets_of
from handlers.words import number, say, say_count
from news.stories import lead, outlets
from news.text import shorten
from news.trend import Trend, sparkline
from storage.records import Story, TopicId

# Together with the sentences they fit below a picture, whatever was typed and whoever wrote.
_QUERY = 256
_HEADLINE = 200
_ADDRESS = 2000


def labels(shown: Trend, reader: Reader) -> tuple[str, ...]:
    """The dates of the days as the reader writes them, in digits."""
    return dates((day.date for day in shown.days), reader)


def dates(days: Iterable[date], reader: Reader) -> tuple[str, ...]:
    """Likewise, of any days."""
    return tuple(
        # Some languages steer the direction with a mark, for which a picture has no use.
        format_skeleton("Md", day, locale=reader.language).replace("\u200f", "")
        for day in days
    )


def trend(
    shown: Trend, picture: bytes | None, looked_at: int, follow: TopicId | None, reader: Reader
) -> View:
    """A trend with its picture, or a line of text if there is none, and a button that follows the topic.

    `looked_at` is how many articles were looked at where there were more.
    """
    query = isolated(shorten(shown.query, _QUERY))
    keyboard: Keyboard = ()
    if follow is not None:
        label = reader.label("button.follow", query=shorten(shown.query, 24))
        keyboard = ((button(label, Follow(follow), reader.key),),)
    looked = number(looked_at, reader.language)
    if not shown.counted and not shown.cut:
        return View(say("trend.elsewhere", reader.language, query=query), keyboard)
    if not shown.counted:
        text = say("trend.too_many", reader.language, query=query, number=looked)
        return View(text, keyboard)
    lines = _figures(shown, query, reader)
    if shown.cut:
        lines.append(say("trend.bounded", reader.language, number=looked))
    if not shown.total or picture is not None:
        file = None if picture is None else File("trend.png", picture, picture=True)
        return View(Markup("\n").join(lines), keyboard, file)
    drawn = say(
        "trend.line",
        reader.language,
        line=sparkline(shown.days),
        first=_day(shown.days[0].date, reader),
        last=_day(shown.days[-1].date, reader),
    )
    return View(Markup("\n").join([lines[0], drawn, *lines[1:]]), keyboard)


def _figures(shown: Trend, query: str, reader: Reader) -> list[Markup]:
    """What there is to say of the days that were counted."""
    language = reader.language
    period = {
        "first": _day(shown.counted[0].date, reader),
        "last": _day(shown.counted[-1].date, reader),
    }
    if shown.peak is None or shown.largest is None:
        return [say("trend.none", language, query=query, **period)]
    most = shown.peak.stories or 0
    return [
        say_count(
            *("trend.total", shown.total, language),
            query=query,
            number=number(shown.total, language),
            **period,
        ),
        say_count(
            *("trend.peak", most, language),
            number=number(most, language),
            day=_day(shown.peak.date, reader),
        ),
        _largest(shown.largest, reader),
    ]


def _largest(story: Story, reader: Reader) -> Markup:
    article = lead(story)
    title = isolated(shorten(article.title, _HEADLINE))
    headline = Markup("<b>{}</b>").format(title)
    if article.url and len(article.url) <= _ADDRESS:
        headline = Markup('<a href="{}">{}</a>').format(article.url, title)
    return say(
        "trend.largest",
        reader.language,
        headline=headline,
        outlets=outlets_of(article.outlet, len(outlets(story)), reader),
        when=ago(max(one.published_at for one in story.articles), reader),
    )


def _day(day: date, reader: Reader) -> str:
    return str(format_skeleton("MMMd", day, locale=reader.language))
