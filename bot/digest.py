"""`kawaraban digest preview`: what a chat that follows these would be sent, on the command line.

options ─▶ a chat that is kept nowhere ─▶ its digest, as for any chat ─▶ its views, or JSON
"""

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import utc_now
from bot.console.markup import parse
from bot.outcome import DONE, USED_WRONGLY, complain
from bot.settings import Settings
from handlers.errors import query_trouble
from handlers.views import digests
from handlers.views.message import View, plain_text
from handlers.views.newspaper import newspaper
from handlers.views.reader import Reader, moment
from handlers.words import FALLBACK, languages, say
from news import query
from news.digest import MAX_STORIES, Digest, Item
from news.errors import BadQuery
from news.gather import preview
from news.matching import moment_of
from news.stories import outlets
from news.text import shorten, squeeze
from news.wall_clock import beginning
from news.zone_names import find_zone, near_zones
from storage import feeds
from storage.database import Transaction, open_to_look
from storage.records import ArticleId, Chat, ChatId, FeedId, Layout

_MOST = 100
"""Stories that may be asked for."""


class _UsedWrongly(Exception):
    """An option that can't be; the text is one line that names it, and what would be right."""


class _NoSuchFeed(Exception):
    """A feed that is not polled."""


@dataclass(frozen=True, slots=True)
class _Order:
    """The options, understood."""

    topics: tuple[query.Query, ...]
    feeds: tuple[str, ...]
    """Addresses or numbers, as they were typed."""
    since: datetime
    chat: Chat


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the commands below `digest`."""
    commands = parser.add_subparsers(dest="digest_command", required=True, metavar="command")
    help = "the digest of a chat that follows these; changes nothing"
    one = commands.add_parser("preview", help=help, description=help)
    one.add_argument("--topic", action="append", default=[], help="a query; may be repeated")
    one.add_argument(
        "--feed", action="append", default=[], help="address or number in `feeds list`; likewise"
    )
    one.add_argument("--since", default="7d", help="24h, 7d, 2w or a day; 7d if left out")
    one.add_argument("--format", choices=("text", "html", "json"), default="text")
    one.add_argument("--layout", choices=tuple(Layout), help="of --format html")
    one.add_argument("--timezone", help="as Asia/Tokyo; DEFAULT_TIMEZONE if left out")
    one.add_argument("--language", choices=languages(), default=FALLBACK)
    one.add_argument("--limit", default=str(MAX_STORIES), help="most stories")


async def run(chosen: argparse.Namespace, settings: Settings) -> int:
    """Do the command; the exit code. Raises DatabaseRefused."""
    now = utc_now()
    try:
        order = _order(chosen, settings, now)
    except _UsedWrongly as error:
        return complain(str(error), USED_WRONGLY)
    database = await open_to_look(settings.database_url)
    try:
        async with database.read() as tx:
            feed_ids = [await _feed_id(tx, named) for named in order.feeds]
            digest = await preview(tx, order.topics, feed_ids, order.chat, now, order.since)
    except _NoSuchFeed as error:
        return complain(f"--feed: there is no feed {error}; see `kawaraban feeds list`")
    finally:
        await database.close()
    reader = Reader.of(order.chat, now)
    if chosen.format == "json":
        shown = json.dumps(_as_json(digest, reader), ensure_ascii=False, indent=2)
    elif chosen.format == "html":
        shown = _as_html(digest, reader, order.chat.layout)
    else:
        shown = "\n\n".join(map(as_text, _views(digest, reader)))
    sys.stdout.write(f"{shown}\n")
    return DONE


# ── Options ──────────────────────────────────────────────────────────────────────────────────────


def _order(chosen: argparse.Namespace, settings: Settings, now: datetime) -> _Order:
    count = len(chosen.topic) + len(chosen.feed)
    if not count:
        raise _UsedWrongly('--topic or --feed: name at least one, as --topic "North Korea"')
    if count > settings.max_subscriptions:
        raise _UsedWrongly(
            f"--topic, --feed: {count} are too many; a chat follows at most "
            f"{settings.max_subscriptions} (MAX_SUBSCRIPTIONS)"
        )
    if chosen.layout is not None and chosen.format != "html":
        raise _UsedWrongly("--layout: belongs to --format html; leave it out or add that")
    zone = _zone(chosen.timezone or settings.default_timezone)
    since = _since(chosen.since, zone, now)
    chat = Chat(
        id=ChatId(0),
        timezone=zone,
        language=chosen.language,
        schedule="off",
        next_digest_at=None,
        last_digest_at=since,
        digested_to=ArticleId(0),
        paused=False,
        paused_until=None,
        unreachable_since=None,
        layout=Layout(chosen.layout or Layout.CLASSIC),
        most_stories=_limit(chosen.limit),
    )
    return _Order(
        tuple(_topic(typed, chosen.language) for typed in chosen.topic),
        tuple(chosen.feed),
        since,
        chat,
    )


def _topic(typed: str, language: str) -> query.Query:
    try:
        wanted = query.parse(typed)
    except BadQuery as error:
        raise _bad_topic(typed, error, language) from None
    if not query.positive(wanted.tree):
        raise _bad_topic(typed, BadQuery("only_time"), language)
    return wanted


def _bad_topic(typed: str, error: BadQuery, language: str) -> _UsedWrongly:
    trouble, example = query_trouble(error, language)
    said = squeeze(plain_text(trouble))
    at = f", character {error.position + 1}" if error.position else ""
    return _UsedWrongly(
        f"--topic: {_typed(typed)}{at}: {said} Write for example --topic '{example}'"
    )


def _since(typed: str, zone: str, now: datetime) -> datetime:
    try:
        bound = query.parse(f"since:{typed}").tree
    except BadQuery:
        bound = None
    if isinstance(bound, query.Since):
        since = moment_of(bound, now) if bound.at is None else beginning(bound.at, zone)
        if since < now:
            return since
    raise _UsedWrongly(
        f"--since: {_typed(typed)} is no time before now; write 24h, 7d, 2w or a day as 2026-11-01"
    )


def _zone(typed: str) -> str:
    zone = find_zone(typed)
    if zone is None:
        offers = " or ".join(near_zones(typed) or ("Asia/Tokyo",))
        raise _UsedWrongly(f"--timezone: {_typed(typed)} is not known; write for example {offers}")
    return zone


def _limit(typed: str) -> int:
    if typed.isascii() and typed.isdecimal() and len(typed) < 4 and 1 <= int(typed) <= _MOST:
        return int(typed)
    raise _UsedWrongly(f"--limit: {_typed(typed)} can't be; write a number from 1 to {_MOST}")


def _typed(text: str) -> str:
    return f"“{shorten(squeeze(text), 60)}”"


async def _feed_id(tx: Transaction, named: str) -> FeedId:
    feed = await feeds.find(tx, named)
    if feed is None and named.isascii() and named.isdecimal() and len(named) < 16:
        feed = await feeds.get(tx, FeedId(int(named)))
    if feed is None:
        raise _NoSuchFeed(shorten(squeeze(named), 200))
    return feed.id


# ── Views ────────────────────────────────────────────────────────────────────────────────────────


def _views(digest: Digest, reader: Reader) -> Sequence[View]:
    if digest.sections:
        return digests.digest(digest, reader, "digest.period")
    since = moment(digest.since, reader)
    return (View(say("digest.empty_period", reader.language, since=since)),)


def _as_html(digest: Digest, reader: Reader, layout: Layout) -> str:
    """What Telegram is sent: one rich message, or messages with an empty line between them."""
    if digest.sections and layout is Layout.NEWSPAPER:
        return str(newspaper(digest, reader, "digest.period").html)
    return "\n\n".join(str(view.text) for view in _views(digest, reader))


def as_text(view: View) -> str:
    """A message without markup, with the address behind each link."""
    text, entities = parse(str(view.text))
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda entity: int(entity["offset"]), reverse=True):
        if entity["type"] == "text_link":
            end = 2 * (entity["offset"] + entity["length"])
            units = units[:end] + f" <{entity['url']}>".encode("utf-16-le") + units[end:]
    shown = units.decode("utf-16-le", "replace")
    # What an outlet wrote must not steer the terminal.
    return "".join(one for one in shown if one == "\n" or unicodedata.category(one) != "Cc")


def _as_json(digest: Digest, reader: Reader) -> dict[str, Any]:
    return {
        "since": _time(digest.since, reader),
        "until": _time(digest.until, reader),
        "left_out": digest.left_out,
        "sections": [
            {
                "kind": section.subscription.kind.value,
                "name": section.subscription.name,
                "items": [_item(item, reader) for item in section.items],
            }
            for section in digest.sections
        ],
    }


def _item(item: Item, reader: Reader) -> dict[str, Any]:
    article, articles = item.lead, item.story.articles
    return {
        "headline": article.title,
        "url": article.url,
        "outlets": outlets(item.story),
        "summary": item.summary,
        "first_at": _time(min(one.published_at for one in articles), reader),
        "newest_at": _time(max(one.published_at for one in articles), reader),
        "update": item.update,
        "grounds": {**asdict(item.grounds), "importance": item.grounds.importance},
    }


def _time(when: datetime, reader: Reader) -> str:
    return when.astimezone(ZoneInfo(reader.zone)).isoformat(timespec="seconds")
