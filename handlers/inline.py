"""Stories to share in any chat: `@bot north korea`, answered while somebody types.

A page of stories depends on the query alone, so Telegram and this process remember it for all who ask; it is said in
the language of the instance. A refusal is for the one who asked, and in theirs.
"""

import asyncio
from dataclasses import replace

import structlog
from cachetools import TTLCache
from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes, InlineQueryHandler

from handlers.context import AnyApplication, Services
from handlers.errors import query_trouble
from handlers.links import topic_payload
from handlers.views import inline as views
from handlers.views.reader import Reader
from handlers.words import choose
from news import query, search
from news.errors import BadQuery
from news.text import squeeze
from storage import articles

log = structlog.get_logger()

PAGE = 20
"""Stories that are given at once; clients ask for more while somebody scrolls."""

SECONDS = 0.15
"""How long the database may be looked at before somebody who types is told to ask elsewhere."""

REMEMBERED_SECONDS = 60
"""How long a page is given again as it was, here and by Telegram."""

_REMEMBERED = 500
"""Pages, some 20 kB each."""

_HOME = "home"
"""What a link to the chat carries where there is nothing to carry."""


def register_inline(application: AnyApplication, services: Services) -> None:
    """Let the application answer inline queries."""
    application.add_handler(InlineQueryHandler(Inline(services).asked))


class Inline:
    """Answers what is typed behind the bot's name in other chats."""

    def __init__(self, services: Services, seconds: float | None = None) -> None:
        self._services = services
        self._seconds = seconds
        self._pages: TTLCache[tuple[str, str], views.Page] = TTLCache(
            _REMEMBERED, REMEMBERED_SECONDS, lambda: services.clock().timestamp()
        )

    async def asked(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """One inline query."""
        asked = update.inline_query
        if asked is None:
            return
        language = choose(asked.from_user.language_code)
        page = await self.page(asked.query, asked.offset, language)
        try:
            await _answer(update, page)
        except BadRequest as error:
            if not any(one.picture for one in page.results):
                raise
            # A picture's address that Telegram does not like must not cost the stories.
            log.info("answered without pictures", reason=str(error))
            plain = tuple(replace(one, picture="") for one in page.results)
            await _answer(update, replace(page, results=plain))

    async def page(self, typed: str, offset: str, language: str) -> views.Page:
        """The stories for what somebody typed, from an offset on that an earlier page gave; or what is wrong."""
        text = squeeze(typed)
        try:
            wanted = query.parse(text) if text else None
        except BadQuery as error:
            trouble, _ = query_trouble(error, language)
            return views.refused(trouble, _HOME)
        begin = views.beginning(offset)
        if begin is None:
            return views.Page()
        key = ("" if wanted is None else wanted.normal, offset)
        known = self._pages.get(key)
        if known is None:
            try:
                seconds = SECONDS if self._seconds is None else self._seconds
                async with asyncio.timeout(seconds):
                    known = await self._found(wanted, begin)
            except TimeoutError:
                payload = topic_payload(text) or _HOME
                return views.too_long(language, payload)
            self._pages[key] = known
        return known

    async def _found(self, wanted: query.Query | None, begin: views.Beginning) -> views.Page:
        services, now = self._services, self._services.clock()
        async with services.database.read() as tx:
            up_to = begin.up_to or await articles.newest(tx)
            if wanted is None:
                found = await articles.latest(tx, limit=PAGE + 1, beyond=begin.beyond, up_to=up_to)
            else:
                placed = await search.newest(
                    tx, wanted, now, limit=PAGE + 1, beyond=begin.beyond, up_to=up_to
                )
                found = tuple((one.position, one.story) for one in placed)
        more = views.Beginning(up_to, found[PAGE - 1][0]) if len(found) > PAGE else None
        defaults = services.defaults
        reader = Reader(choose(defaults.language), defaults.timezone, now)
        return views.page([story for _, story in found[:PAGE]], more, reader)


async def _answer(update: Update, page: views.Page) -> None:
    assert update.inline_query is not None  # noqa: S101 - asked for by whoever calls
    button = None
    if page.button:
        button = InlineQueryResultsButton(page.button, start_parameter=page.payload)
    try:
        await update.inline_query.answer(
            [_article(one) for one in page.results],
            cache_time=0 if page.personal else REMEMBERED_SECONDS,
            is_personal=page.personal,
            next_offset=page.next_offset,
            button=button,
        )
    except BadRequest as error:
        # Whoever types on has another question by now.
        if not _IS_LATE & set(str(error).casefold().replace(",", " ").split()):
            raise
    except TelegramError as error:
        log.debug("inline query not answered", error=type(error).__name__)


_IS_LATE = frozenset(("old", "expired"))


def _article(one: views.Result) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        one.id,
        one.title,
        InputTextMessageContent(
            str(one.message),
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(prefer_small_media=True),
        ),
        description=one.description,
        thumbnail_url=one.picture or None,
    )
