"""Why stories were told: the subscriptions that want them, and the words that made them fit."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from markupsafe import Markup

from handlers.views.message import View, isolated, plain_text, split
from handlers.views.reader import Reader, moment
from handlers.words import say, say_count
from news.matching import Evidence, Where
from news.outcomes import Explained, Reason
from news.places import name_of
from news.stories import lead
from news.taste import Leaning, What
from news.text import shorten
from storage.records import Kind

MOST = 30
"""Stories that are explained at once."""

_OVER_THE_CHAT = 200
"""Characters of an answer to a press (https://core.telegram.org/bots/api#answercallbackquery)."""

_MOST_REASONS = 1500
"""Characters of what speaks for one story: somebody may follow many topics that all want it."""

_HEADLINE = 130
_NAME = 80


def reasons(
    told: Sequence[tuple[int, Explained]], at: datetime, reader: Reader
) -> tuple[View, ...]:
    """Each story of the digest of that time, with its number and what speaks for it, in as many messages as it takes."""
    blocks = [say("why.title", reader.language, when=moment(at, reader))]
    blocks += [_story(number, one, reader) for number, one in told]
    return tuple(View(text) for text in split(blocks))


def _story(number: int, told: Explained, reader: Reader) -> Markup:
    title = isolated(shorten(lead(told.story).title, _HEADLINE))
    headline = Markup("<b>{}</b>").format(title)
    lines = [say("story.line", reader.language, number=number, headline=headline)]
    return Markup("\n").join([*lines, *_what_speaks_for(told, reader)])


def in_short(told: Explained, reader: Reader) -> Markup:
    """The same of one story, without its headline, in as many lines as are shown over a chat; one at least."""
    first, *others = _what_speaks_for(told, reader)
    shown = [first]
    for line in others:
        longer = Markup("\n").join([*shown, line])
        if len(plain_text(longer)) > _OVER_THE_CHAT:
            break
        shown.append(line)
    return Markup("\n").join(shown)


def _what_speaks_for(told: Explained, reader: Reader) -> list[Markup]:
    lines = _reasons(told.reasons, reader)
    if not told.reasons:
        lines.append(say("why.gone", reader.language))
    if told.reports > 1:
        lines.append(say_count("why.reports", told.reports, reader.language))
    lines += [_leaning(one, reader) for one in told.leanings]
    return lines


def _reasons(given: Sequence[Reason], reader: Reader) -> list[Markup]:
    lines = [_reason(one, reader) for one in given]
    until = list(accumulate(len(plain_text(line)) for line in lines))
    shown = max(1, sum(length <= _MOST_REASONS for length in until))
    if shown >= len(lines):
        return lines
    return [*lines[:shown], say_count("why.more", len(lines) - shown, reader.language)]


def _leaning(leaning: Leaning, reader: Reader) -> Markup:
    name = leaning.name
    if leaning.what is What.PLACE:
        name = name_of(name, reader.language)
    key = "why.liked" if leaning.value > 0 else "why.disliked"
    return say(key, reader.language, name=shorten(name, _NAME))


def _reason(reason: Reason, reader: Reader) -> Markup:
    name = shorten(reason.subscription.name, _NAME)
    if reason.subscription.kind is Kind.FEED:
        return say("why.feed", reader.language, name=name)
    pieces = [_evidence(piece, reader) for piece in reason.evidence]
    evidence = say("why.between", reader.language).join(pieces)
    return say("why.topic", reader.language, name=name, evidence=evidence)


def _evidence(piece: Evidence, reader: Reader) -> Markup:
    name = piece.name
    if piece.where is Where.DATELINE:
        name = name_of(name, reader.language)
    return say(f"why.{piece.where.value}", reader.language, name=shorten(name, _NAME))
