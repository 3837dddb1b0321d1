"""Answers to inline queries on their way back."""

import structlog
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from handlers.views import inline as views

log = structlog.get_logger()

REMEMBERED_SECONDS = 60
"""How long a page is given again as it was, here and by Telegram."""

_IS_LATE = frozenset(("old", "expired"))


async def answer(asked: InlineQuery, page: views.Page) -> None:
    """Give a page to the one who asked, and to nobody else: it is in their language. Raises BadRequest.

    An answer that comes too late is nobody's trouble, nor is one that gets lost: with the next letter they ask again.
    """
    button = None
    if page.button:
        button = InlineQueryResultsButton(page.button, start_parameter=page.payload)
    try:
        await asked.answer(
            [_article(one) for one in page.results],
            cache_time=REMEMBERED_SECONDS if page.lasting else 0,
            is_personal=True,
            next_offset=page.next_offset,
            button=button,
        )
    except BadRequest as error:
        # Whoever types on has another question by now.
        if not _IS_LATE & set(str(error).casefold().replace(",", " ").split()):
            raise
    except TelegramError as error:
        log.debug("inline query not answered", error=type(error).__name__)


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
