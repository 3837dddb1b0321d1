"""One story by itself, as it is handed on to others: below a digest, and in other chats."""

from markupsafe import Markup

from handlers.views.message import View, isolated, link
from handlers.views.reader import Reader, local
from handlers.views.stories import outlets_of, share_link, summary_of
from handlers.words import say
from news.stories import lead, outlets
from news.text import shorten
from storage.records import Story

_HEADLINE = 300
SUMMARY = 400
"""Characters of a summary."""
_ADDRESS = 2000
_SHARED_ADDRESS = 1000
"""Characters of an address that a button can carry on."""

_SHARED_HEADLINE = 200


def told(story: Story, reader: Reader) -> Markup:
    """Headline as the link, summary, outlets and time; it fits into one message, whatever its outlets wrote."""
    article = lead(story)
    title = isolated(shorten(article.title, _HEADLINE))
    headline = Markup("<b>{}</b>").format(title)
    if article.url and len(article.url) <= _ADDRESS:
        headline = Markup('<a href="{}">{}</a>').format(article.url, title)
    source = say(
        "story.source",
        reader.language,
        outlets=outlets_of(article.outlet, len(outlets(story)), reader),
        when=local(max(one.published_at for one in story.articles), reader),
    )
    lines = [headline, Markup.escape(isolated(summary_of(article, SUMMARY))), source]
    return Markup("\n").join(line for line in lines if line)


def to_hand_on(story: Story, reader: Reader) -> View:
    """Likewise, with a button that lets one choose to whom."""
    article = lead(story)
    if not article.url or len(article.url) > _SHARED_ADDRESS:
        return View(told(story, reader))
    title = shorten(article.title, _SHARED_HEADLINE)
    return View(
        told(story, reader),
        ((link(reader.label("button.share"), share_link(article.url, title)),),),
    )
