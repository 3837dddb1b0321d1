"""Typed error → one kind sentence; anything else → a reference id and a log line."""

import secrets

import structlog
from markupsafe import Markup

from handlers.context import Ask, code
from handlers.views.message import View
from news.errors import (
    BadQuery,
    BadSchedule,
    FetchFailed,
    LimitReached,
    NewsError,
    NoFeedFound,
    NoSuchNumber,
)
from news.query import MAX_CHARACTERS
from news.text import shorten, squeeze

log = structlog.get_logger()


def explain(error: NewsError, ask: Ask, command: str) -> View:
    """What a person can do about an error that `command` met."""
    typed = shorten(squeeze(ask.argument), 60)
    match error:
        case BadQuery():
            return _explain_query(error, ask, f"/{command} North Korea")
        case BadSchedule():
            return ask.say("schedule.bad", typed=typed)
        case FetchFailed():
            return ask.say(f"fetch.{error.failure.value}", detail=error.detail)
        case NoFeedFound():
            tried = Markup("\n").join(code(shorten(url, 100)) for url in error.tried[:8])
            return ask.say("fetch.no_feed", tried=tried)
        case LimitReached():
            return ask.say_count("follow.limit", error.limit)
        case NoSuchNumber():
            if not error.count:
                return ask.say("list.empty")
            return ask.say_count("unfollow.none", error.count, typed=typed)
    raise error


def _explain_query(error: BadQuery, ask: Ask, example: str) -> View:
    if error.reason == "long":
        return ask.say_count("query.long", MAX_CHARACTERS, example=example)
    before = squeeze(ask.argument)[: error.position].rstrip()
    if error.reason == "operator" and not before:
        return ask.say("query.operator_first", example=example)
    return ask.say(f"query.{error.reason}", example=example, before=before)


def apologise(error: Exception, ask: Ask | None, where: str) -> View | None:
    """Log an error that nobody foresaw under a short id, and say sorry with the same id.

    None if it is not known to whom.
    """
    reference = secrets.token_hex(3)
    log.error("handler failed", reference=reference, where=where, exc_info=error)
    return None if ask is None else ask.say("apology", reference=reference)
