"""Stories as clients list them while somebody types in another chat, and as they are posted there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from handlers.views.message import plain_text
from handlers.views.reader import Reader, age
from handlers.views.shared import SUMMARY, told
from handlers.views.stories import outlets_of, summary_of
from handlers.words import say
from news.stories import lead, outlets
from news.text import shorten
from storage.records import LARGEST_ID, ArticleId, Position, Story

_TITLE = 150
_SUMMARY = 120
_PICTURE = 1000
_BUTTON = 60
"""Characters of what stands above the results; Telegram cuts a longer one."""

_LARGEST_PLACE = (1 << 63) - 1

_OFFSET = re.compile(r"([1-9][0-9]{0,18})-([1-9][0-9]{0,18})")
_WEB = re.compile(r"https?://[^\s/?#]+\.[^\s/?#]+")


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a page begins."""

    up_to: ArticleId | None = None
    """Articles after this one are left out, so that pages don't shift; None on the first page."""
    beyond: Position | None = None
    """The place in the list behind which it begins."""


@dataclass(frozen=True, slots=True)
class Result:
    """One story of the list."""

    id: str
    title: str
    description: str
    message: Markup
    """What is posted, Telegram HTML."""
    picture: str
    """The address of a thumbnail; empty for none."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to an inline query."""

    results: tuple[Result, ...] = ()
    next_offset: str = ""
    """Where the next page begins; empty on the last one."""
    button: str = ""
    """What stands above the results, and opens the chat with the bot; empty for none."""
    payload: str = ""
    """What opening it carries along."""
    lasting: bool = True
    """False if it is not to be given again when the same is asked."""


def beginning(offset: str) -> Beginning | None:
    """Where an offset points; None if it is none of ours."""
    if not offset:
        return Beginning()
    found = _OFFSET.fullmatch(offset)
    if found is None or not offset.isascii():
        return None
    up_to, beyond = int(found[1]), int(found[2])
    if up_to > LARGEST_ID or beyond > _LARGEST_PLACE:
        return None
    return Beginning(ArticleId(up_to), Position(beyond))


def page(stories: Sequence[Story], more: Beginning | None, reader: Reader) -> Page:
    """Stories with what is posted of each, and where the next page begins."""
    following = "" if more is None else f"{more.up_to}-{more.beyond}"
    return Page(tuple(_result(one, reader) for one in stories), following)


def refused(trouble: Markup, payload: str) -> Page:
    """Nothing but what is wrong, with the way to the bot."""
    return Page(button=shorten(plain_text(trouble), _BUTTON), payload=payload, lasting=False)


def closed(language: str, payload: str) -> Page:
    """Nothing but that the bot is not for everybody."""
    return replace(refused(say("inline.closed", language), payload), lasting=True)


def too_long(language: str, payload: str) -> Page:
    """Nothing but that it takes longer than one types, with the way to the bot."""
    return refused(say("inline.too_long", language), payload)


def nothing(language: str, payload: str) -> Page:
    """Nothing but the way to follow what was asked for."""
    return replace(refused(say("inline.nothing", language), payload), lasting=True)


def _result(story: Story, reader: Reader) -> Result:
    article = lead(story)
    newest = max(one.published_at for one in story.articles)
    outlet = plain_text(outlets_of(article.outlet, len(outlets(story)), reader))
    description = f"{outlet} · {age(newest, reader)}\n{shorten(summary_of(article, SUMMARY), _SUMMARY)}".strip()
    shown = len(article.image_url) <= _PICTURE and _WEB.match(article.image_url)
    return Result(
        str(story.id),
        shorten(article.title, _TITLE) or "–",
        description,
        told(story, reader),
        article.image_url if shown else "",
    )
