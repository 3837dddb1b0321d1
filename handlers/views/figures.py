"""How much there is of everything, for the operator: on the command line, and in the chat of an administrator."""

from datetime import datetime, timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup

from handlers.views.message import File, View
from handlers.views.reader import Reader, moment
from handlers.words import say, say_count
from news.crowd import last_gone
from storage.counts import Activity, ChatState, FeedState, Figures


def figures(
    found: Figures, per_second: float, reader: Reader, lately: Activity | None = None
) -> View:
    """All figures as one message; `per_second` is how many messages Telegram takes."""
    head, chats, *others = _there_is(found, reader)
    used = () if lately is None else _lately(lately, reader)
    lines = (head, chats, *used, *others, *_goes_out(found, per_second, reader))
    return View(Markup("\n").join(lines))


def picture(drawn: bytes, reader: Reader) -> View:
    """A picture of the last days with what it shows."""
    return View(say("figures.picture", reader.language), file=File("figures.png", drawn, True))


def _lately(lately: Activity, reader: Reader) -> tuple[Markup, ...]:
    language = reader.language
    active = say_count("figures.active", lately.active, language)
    if lately.delays is None:
        return (active,)

    def span(value: timedelta) -> str:
        return str(format_timedelta(value, threshold=1.5, locale=language))

    half, most = span(lately.delays.half), span(lately.delays.most)
    return active, say("figures.delays", language, half=half, most=most)


def _there_is(found: Figures, reader: Reader) -> tuple[Markup, ...]:
    language, gauges = reader.language, found.gauges

    def number(value: float) -> str:
        return str(format_decimal(value, locale=language))

    chats = {state.value: number(gauges.chats[state]) for state in ChatState}
    feeds = {state.value: number(gauges.feeds[state]) for state in FeedState}
    return (
        say("figures.head", language, when=moment(found.at, reader)),
        say("figures.chats", language, total=number(sum(gauges.chats.values())), **chats),
        say(
            "figures.subscriptions",
            language,
            total=number(gauges.topic_subscriptions + gauges.feed_subscriptions),
            on_topics=number(gauges.topic_subscriptions),
            topics=number(found.topics),
            on_feeds=number(gauges.feed_subscriptions),
        ),
        say("figures.feeds", language, total=number(sum(gauges.feeds.values())), **feeds),
        say(
            "figures.articles",
            language,
            articles=number(found.articles),
            stories=number(found.stories),
        ),
        say("figures.database", language, size=_megabytes(gauges.database_bytes, language)),
    )


def _megabytes(size: int, language: str) -> str:
    return str(format_decimal(size / 1_000_000, "#,##0.0", locale=language))


def _goes_out(found: Figures, per_second: float, reader: Reader) -> tuple[Markup, ...]:
    language, waiting, sent = reader.language, found.gauges.waiting, found.sent

    def number(value: float) -> str:
        return str(format_decimal(value, "#,##0.#", locale=language))

    def end(at: datetime | None) -> str:
        return moment(at or found.at, reader)

    rate = number(per_second)
    gone = last_gone(waiting.due, found.coming, sent.parts, found.at, per_second)
    lines = [
        say(
            "figures.outbox",
            language,
            waiting=number(waiting.count),
            due=number(waiting.due),
            age=format_timedelta(waiting.oldest, locale=language),
            doubtful=number(waiting.doubtful),
            given_up=number(sent.given_up_week),
        ),
        say(
            "figures.sent",
            language,
            day=number(sent.digests_day),
            week=number(sent.digests_week),
            parts=number(sent.parts),
        ),
        say(
            "figures.coming",
            language,
            digests=number(sum(crowd.digests for crowd in found.coming)),
            end=end(gone),
            rate=rate,
        ),
    ]
    if found.largest is not None:
        crowd = found.largest
        gone = last_gone(0, (crowd,), sent.parts, found.at, per_second)
        lines.append(
            say_count(
                "figures.largest",
                crowd.digests,
                language,
                when=moment(crowd.at, reader),
                end=end(gone),
                rate=rate,
            )
        )
    return tuple(lines)
