"""Typed error → one kind sentence; anything else → a reference id and a log line."""

import secrets
import unicodedata
from dataclasses import replace

import structlog
from markupsafe import Markup

from handlers.context import Ask, code
from handlers.views.message import View, plain_text
from handlers.words import say, say_count
from news import query
from news.errors import (
    BadAddress,
    BadQuery,
    BadQuiet,
    BadSchedule,
    ChatForgotten,
    FetchFailed,
    LimitReached,
    NewsError,
    NoFeedFound,
    NoSuchNumber,
    ShareSpent,
)
from news.lexemes import PREFIXES
from news.text import shorten, squeeze

log = structlog.get_logger()


def explain(error: NewsError, ask: Ask, command: str) -> View:
    """What a person can do about an error that `command` met."""
    return replace(_explain(error, ask, command), aside=True)


def _explain(error: NewsError, ask: Ask, command: str) -> View:
    typed = shorten(squeeze(ask.argument), 60)
    match error:
        case BadQuery():
            return _explain_query(error, ask, command)
        case BadSchedule():
            return ask.say(_schedule_key(error), typed=typed)
        case BadQuiet():
            return ask.say("quiet.bad", typed=typed)
        case BadAddress() | FetchFailed():
            return _explain_address(error, ask)
        case NoFeedFound():
            tried = Markup("\n").join(code(shorten(url, 100)) for url in error.tried[:8])
            return ask.say("fetch.no_feed", tried=tried)
        case LimitReached():
            return ask.say_count("follow.limit", error.limit)
        case ChatForgotten() | ShareSpent():
            return ask.say(_NOT_NOW[type(error)])
        case NoSuchNumber():
            if not error.count:
                return replace(ask.say("list.empty"), asks=False)
            # Behind the number of a schedule stands when.
            number = typed.split(" ")[0] if command == "schedule" else typed
            return ask.say_count("unfollow.none", error.count, typed=number)
    raise error


_NOT_NOW = {ChatForgotten: "follow.forgotten", ShareSpent: "follow.too_many_new"}

_BAD_ADDRESS = {
    "scheme": "fetch.refused",
    "password": "fetch.password",
    "long": "fetch.long",
    "mail": "fetch.mail",
}


def _schedule_key(error: BadSchedule) -> str:
    if error.interval:
        return "schedule.no_interval"
    return "schedule.one_time" if error.several else "schedule.bad"


_QUERY_LIMITS = {
    "long": query.MAX_CHARACTERS,
    "terms": query.MAX_TERMS,
    "words": query.MAX_WORDS,
    "depth": query.MAX_DEPTH,
}
_QUERY_EXAMPLES = {
    "open_quote": "phrase",
    "open_paren": "parens",
    "close_paren": "parens",
    "depth": "parens",
    "operator": "either",
    "terms": "either",
    "only_not": "without",
    "only_time": "lately",
    "prefix": "title",
    "language": "spoken",
    "date": "lately",
}
_PREFIX_EXAMPLES = {
    "any:": "anywhere",
    "from:": "source",
    "source:": "source",
    "lang:": "spoken",
    "since:": "lately",
    "before:": "before",
}
_POINTED_COLUMNS = 14
"""Shown on either side of a place in a query: two of these and a few more are a line on a small phone."""


def query_trouble(error: BadQuery, language: str) -> tuple[Markup, str]:
    """What is not understood of a query, in a sentence, and one that would be understood."""
    key, what = f"query.{error.reason}", shorten(error.what, 40)
    limit = _QUERY_LIMITS.get(error.reason)
    known = " ".join(f"{prefix}:" for prefix in PREFIXES)
    trouble = (
        say(key, language, what=what, known=known)
        if limit is None
        else say_count(key, limit, language, what=what)
    )
    example = _QUERY_EXAMPLES.get(error.reason, "usual")
    if error.reason == "prefix_alone":
        example = _PREFIX_EXAMPLES.get(error.what.casefold(), "title")
    shown = say(f"query.example.{example}", language)
    return trouble, plain_text(shown)


def _explain_address(error: BadAddress | FetchFailed, ask: Ask) -> View:
    if isinstance(error, BadAddress):
        return ask.say(_BAD_ADDRESS[error.reason])
    return ask.say(f"fetch.{error.failure.value}", detail=error.detail)


def _explain_query(error: BadQuery, ask: Ask, command: str) -> View:
    """What is not understood, where, and an example of how it is said."""
    trouble, example = query_trouble(error, ask.chat.language)
    example = f"/{command} {example}"
    lines = [trouble, ask.say("query.example", example=example).text]
    if error.reason not in ("empty", "long", "only_time"):
        lines.insert(1, _pointed(squeeze(ask.argument), error.position))
    return View(Markup("\n").join(lines))


def _pointed(text: str, position: int) -> Markup:
    """What is around a place in a text, with a `^` under it."""
    start, end = position, min(position + 1, len(text))
    while start and _columns(text[start - 1 : position]) <= _POINTED_COLUMNS:
        start -= 1
    while end < len(text) and _columns(text[position : end + 1]) <= _POINTED_COLUMNS:
        end += 1
    before = ("…" if start else "") + text[start:position]
    # A wide space stands under a wide character, whatever its font makes of the width.
    indent = "".join("\u3000" if _columns(one) == 2 else " " * _columns(one) for one in before)
    shown = before + text[position:end] + ("…" if end < len(text) else "")
    return Markup("<pre>{}\n{}^</pre>").format(shown, indent)


def _columns(text: str) -> int:
    """How wide a text is where all letters are as wide as each other (Unicode, annex 11)."""
    seen = [one for one in text if unicodedata.category(one) not in ("Mn", "Me", "Cf")]
    return len(seen) + sum(unicodedata.east_asian_width(one) in "WF" for one in seen)


def apologise(error: Exception, ask: Ask | None, where: str) -> View | None:
    """Log an error that nobody foresaw under a short id, and say sorry with the same id.

    None if it is not known to whom.
    """
    reference = secrets.token_hex(3)
    log.error("handler failed", reference=reference, where=where, exc_info=error)
    return None if ask is None else ask.say("apology", reference=reference)
