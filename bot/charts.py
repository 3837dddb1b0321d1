"""Pictures of figures, drawn by matplotlib where it is installed (the extra `charts`).

Only digits are written into them: matplotlib brings no font for most scripts, so words go into the
message below.
"""

import asyncio
import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

from news.trend import Day, Trend
from storage.counts import DayCount

WIDTH, HEIGHT = 800, 400
_DOTS = 100
"""Pixels of an inch, as matplotlib counts."""

_WEEK = 7

_BAR = "#5b8db8"
_PEAK = "#c0392b"
_TODAY = "#a9c5dc"
_UNCOUNTED = "#eeeeee"
_LINE = "#dddddd"
_DIGITS = "#444444"


def available() -> bool:
    """Whether pictures can be drawn here."""
    return importlib.util.find_spec("matplotlib") is not None


class Artist:
    """Draws one picture at a time, off the event loop."""

    def __init__(self) -> None:
        self._drawing = asyncio.Lock()

    async def draw(self, trend: Trend, labels: Sequence[str]) -> bytes:
        """The picture of a trend, as `picture` makes it."""
        async with self._drawing:
            return await asyncio.to_thread(picture, trend, labels)

    async def draw_activity(self, days: Sequence[DayCount], labels: Sequence[str]) -> bytes:
        """The picture of what there was on some days, as `picture_of_days` makes it."""
        async with self._drawing:
            return await asyncio.to_thread(picture_of_days, days, labels)


@cache
def _matplotlib() -> Any:
    # Half a second and 55 MB: paid with the first picture, in its thread, and never where nobody asks.
    return tuple(importlib.import_module(f"matplotlib.{name}") for name in ("figure", "ticker"))


def picture(trend: Trend, labels: Sequence[str]) -> bytes:
    """A bar for each day of a trend as a PNG, WIDTH × HEIGHT pixels, some 10 kB.

    `labels` are the dates of its days as the reader writes them, in digits. The day with the most
    stories stands out; today is pale, since it is not over; days that were not counted are grey.
    """
    figures, tickers = _matplotlib()
    figure = figures.Figure(
        figsize=(WIDTH / _DOTS, HEIGHT / _DOTS), dpi=_DOTS, layout="constrained"
    )
    axes = figure.add_subplot()
    peak = trend.peak
    places = range(len(trend.days))
    axes.bar(
        places,
        [day.stories or 0 for day in trend.days],
        color=[_color(day, peak, day is trend.days[-1]) for day in trend.days],
        width=0.8,
    )
    for place, day in enumerate(trend.days):
        if day.stories is None:
            axes.axvspan(place - 0.5, place + 0.5, color=_UNCOUNTED, linewidth=0)
        elif day == peak:
            axes.annotate(
                str(day.stories),
                (place, day.stories),
                (0, 3),
                textcoords="offset points",
                ha="center",
                color=_PEAK,
                weight="bold",
            )
    axes.set_ylim(0, 1.15 * max(1, peak.stories or 0 if peak else 0))
    _plain(axes, labels, tickers)
    return _drawn(figure)


def picture_of_days(days: Sequence[DayCount], labels: Sequence[str]) -> bytes:
    """Two rows of bars, one for each day, as a PNG of WIDTH × HEIGHT pixels: articles above, chats below.

    `labels` are their dates as the reader writes them, in digits. Today is pale, since it is not over.
    """
    figures, tickers = _matplotlib()
    figure = figures.Figure(
        figsize=(WIDTH / _DOTS, HEIGHT / _DOTS), dpi=_DOTS, layout="constrained"
    )
    rows = [day.articles for day in days], [day.chats for day in days]
    for axes, heights in zip(figure.subplots(2), rows, strict=True):
        colors = [_BAR] * (len(days) - 1) + [_TODAY]
        axes.bar(range(len(days)), heights, color=colors, width=0.8)
        axes.set_ylim(0, 1.15 * max(1, *heights))
        _plain(axes, labels, tickers)
    return _drawn(figure)


def _plain(axes: Any, labels: Sequence[str], tickers: Any) -> None:
    """Nothing around the bars but a few numbers: a date for each week, counted from the last day."""
    # Room for the number on the first bar or the last.
    axes.set_xlim(-1, len(labels))
    axes.yaxis.set_major_locator(tickers.MaxNLocator(nbins=5, integer=True))
    weekly = list(reversed(range(len(labels))[::-_WEEK]))
    axes.set_xticks(weekly, [labels[place] for place in weekly])
    axes.tick_params(length=0, colors=_DIGITS)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)


def _drawn(figure: Any) -> bytes:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()


def _color(day: Day, peak: Day | None, today: bool) -> str:
    if day == peak:
        return _PEAK
    return _TODAY if today else _BAR
