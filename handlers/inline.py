"""Stories to share in any chat: `@bot north korea`, answered while somebody types.

Ages and dates are those of who asks: in the language and zone of their chat with the bot, or else in the language of
their Telegram. This process remembers a page for all who read alike. Who muted something in the chat with the bot gets
a page without that. Telegram, which knows neither, remembers pages for each person apart. A refusal is not remembered.
"""

import asyncio
from dataclasses import replace

import structlog
from cachetools import TTLCache
from telegram import Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes, InlineQueryHandler

from handlers.context import AnyApplication, Services
from handlers.errors import query_trouble
from handlers.inline_answers import REMEMBERED_SECONDS, answer
from handlers.links import HOME, topic_payload
from handlers.views import inline as views
from handlers.views.reader import Reader
from handlers.words import choose
from news import query, search
from news.errors import BadQuery
from news.mutes import Muted
from news.text import squeeze
from storage import articles, chats, opinions
from storage.records import ChatId, Story

log = structlog.get_logger()

PAGE = 20
"""Stories that are given at once; clients ask for more while somebody scrolls."""

SECONDS = 0.15
"""How long the database may be looked at before somebody who types is told to ask elsewhere."""

_REMEMBERED = 500
"""Pages, some 20 kB each."""

_LOOKS = 4
"""Pages that are looked through for one on which something is left that is not muted."""


def register_inline(application: AnyApplication, services: Services) -> None:
    """Let the application answer inline queries."""
    application.add_handler(InlineQueryHandler(Inline(services).asked))


class Inline:
    """Answers what is typed behind the bot's name in other chats."""

    def __init__(self, services: Services, seconds: float | None = None) -> None:
        self._services = services
        self._seconds = seconds
        self._pages: TTLCache[tuple[str, str, str, str], views.Page] = TTLCache(
            _REMEMBERED, REMEMBERED_SECONDS, lambda: services.clock().timestamp()
        )

    async def asked(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """One inline query."""
        asked = update.inline_query
        if asked is None:
            return
        language = choose(asked.from_user.language_code, self._services.defaults.language)
        page = await self.page(asked.query, asked.offset, language, asked.from_user.id)
        try:
            await answer(asked, page)
        except BadRequest as error:
            if not any(one.picture for one in page.results):
                raise
            # A picture's address that Telegram does not like must not cost the stories.
            log.info("answered without pictures", reason=str(error))
            plain = tuple(replace(one, picture="") for one in page.results)
            await answer(asked, replace(page, results=plain))

    async def page(
        self, typed: str, offset: str, language: str, person: int | None = None
    ) -> views.Page:
        """The stories for what somebody typed, from an offset on that an earlier page gave; or what is wrong.

        What `person` muted is left out. They are spoken to in the language of their chat, in `language` without one.
        """
        text = squeeze(typed)
        zone = self._services.defaults.timezone
        reader = Reader(language, zone, self._services.clock())
        trouble: BadQuery | None = None
        wanted: query.Query | None = None
        try:
            wanted = query.parse(text) if text else None
        except BadQuery as error:
            trouble = error
        topic = _topic_of(wanted)
        try:
            async with asyncio.timeout(SECONDS if self._seconds is None else self._seconds):
                reader, muted = await self._asking(person, reader)
                if trouble is not None:
                    return views.refused(query_trouble(trouble, reader.language)[0], HOME)
                begin = views.beginning(offset)
                if begin is None:
                    return views.Page()
                if muted:
                    page = await self._left(wanted, begin, muted, reader)
                else:
                    page = await self._shared(wanted, begin, offset, reader)
        except TimeoutError:
            return views.too_long(reader.language, topic or HOME)
        if topic and not page.results and not offset:
            return views.nothing(reader.language, topic)
        return page

    async def _asking(self, person: int | None, otherwise: Reader) -> tuple[Reader, Muted]:
        """Who reads, and what they muted, as far as their chat with the bot says so."""
        if person is None:
            return otherwise, Muted()
        async with self._services.database.read() as tx:
            chat = await chats.get(tx, ChatId(person))
            if chat is None:
                return otherwise, Muted()
            mine = await opinions.mutes(tx, chat.id)
        return Reader(chat.language, chat.timezone, otherwise.now), Muted(mine)

    async def _shared(
        self, wanted: query.Query | None, begin: views.Beginning, offset: str, reader: Reader
    ) -> views.Page:
        """The page for everybody who muted nothing and reads alike."""
        key = ("" if wanted is None else wanted.normal, offset, reader.language, reader.zone)
        known = self._pages.get(key)
        if known is None:
            known = self._pages[key] = await self._left(wanted, begin, Muted(), reader)
        return known

    async def _left(
        self, wanted: query.Query | None, begin: views.Beginning, muted: Muted, reader: Reader
    ) -> views.Page:
        """A page without what is muted; where that is all of it, one of the next ones."""
        for _ in range(_LOOKS):
            stories, more = await self._found(wanted, begin)
            left = []
            for story in stories:
                if (one := muted.without(story)) is not None:
                    left.append(one)
                if muted:
                    # Some milliseconds each for what was not read before: others get their turn.
                    await asyncio.sleep(0)
            if left or more is None:
                break
            begin = more
        return views.page(left, more, reader)

    async def _found(
        self, wanted: query.Query | None, begin: views.Beginning
    ) -> tuple[tuple[Story, ...], views.Beginning | None]:
        """The stories of a page, and where the next one begins; None on the last one."""
        async with self._services.database.read() as tx:
            up_to = begin.up_to or await articles.newest(tx)
            if wanted is None:
                found = await articles.latest(tx, limit=PAGE + 1, beyond=begin.beyond, up_to=up_to)
            else:
                now = self._services.clock()
                placed = await search.newest(
                    *(tx, await search.as_kept(tx, wanted, now), now),
                    limit=PAGE + 1,
                    beyond=begin.beyond,
                    up_to=up_to,
                )
                found = tuple((one.position, one.story) for one in placed)
        more = views.Beginning(up_to, found[PAGE - 1][0]) if len(found) > PAGE else None
        return tuple(story for _, story in found[:PAGE]), more


def _topic_of(wanted: query.Query | None) -> str | None:
    """The payload that offers what is looked for; None if that is no topic."""
    if wanted is None or not query.positive(wanted.tree):
        return None
    return topic_payload(wanted.text)
