"""A story as digests and pages show it, and a page of the latest ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from cachetools import LRUCache
from markupsafe import Markup

from handlers.buttons import Follow, Show
from handlers.page_buttons import BestPage, Page
from handlers.views.menus import turns as turning
from handlers.views.message import Button, View, button, isolated, link, split
from handlers.views.reader import Reader, ago, local
from handlers.words import number, say
from news.digest import Item
from news.stories import lead, outlets
from news.summary import summarise
from news.text import shorten
from storage.records import Article, Story, TopicId

PAGE_STORIES = 10

_SHARE = "https://t.me/share/url?"
"""Where clients let one choose a chat; it works whether or not a bot has an inline mode."""

# A story of a digest, in characters.
_HEADLINE = 300
_SUMMARY = 1000
_ADDRESS = 2000
_FOLDED = 220
"""Characters of a summary that stand open."""

# Ten stories of these lengths fit into one message, whatever their outlets wrote.
_SHORT_HEADLINE = 130
_SHORT_SUMMARY = 160
_SHORT_ADDRESS = 700
_OUTLET = 50

_SUMMARIES: LRUCache[tuple[int, int, int], str] = LRUCache(5_000)
"""Those made last, some 500 bytes each."""


def story(number: int, told: Story, reader: Reader) -> Markup:
    """One story of a page of ten: number and headline as the link, summary, outlets and age."""
    article = lead(told)
    title = isolated(shorten(article.title, _SHORT_HEADLINE))
    address = article.url if len(article.url) <= _SHORT_ADDRESS else ""
    newest = max(item.published_at for item in told.articles)
    lines = [
        say("story.line", reader.language, number=number, headline=_headline(title, address)),
        Markup.escape(isolated(summary_of(article, _SHORT_SUMMARY))),
        say(
            "story.source",
            reader.language,
            outlets=outlets_of(article.outlet, len(outlets(told)), reader),
            when=ago(newest, reader),
        ),
    ]
    return Markup("\n").join(line for line in lines if line)


def summary_of(article: Article, limit: int) -> str:
    """What an article says in at most so many characters; empty if nothing.

    It is made of the article that leads a story alone: of all reports of ten stories it would take longer than one
    likes to wait for a page. Many people are shown the same page.
    """
    said = (article.title, article.summary, article.text, article.language)
    # A hash tells an edited article from what it was, and keeps no text in memory.
    key = (article.id, limit, hash(said))
    if key not in _SUMMARIES:
        _SUMMARIES[key] = summarise(Story(article.story_id, (article,)), limit)
    return _SUMMARIES[key]


def item(number: int, told: Item, reader: Reader) -> Markup:
    """One story of a digest: number and headline as the link, summary, outlets and time.

    A longer summary is folded, an update says so. At most about 3,000 UTF-16 units, whatever its outlets wrote.
    """
    article = told.lead
    title = isolated(shorten(article.title, _HEADLINE))
    address = article.url if len(article.url) <= _ADDRESS else ""
    newest = max(one.published_at for one in told.story.articles)
    key = "story.update" if told.update else "story.line"
    lines = [
        say(key, reader.language, number=number, headline=_headline(title, address)),
        _summary(told.summary),
        say(
            "story.source",
            reader.language,
            outlets=outlets_of(article.outlet, told.grounds.reports, reader),
            when=local(newest, reader),
        ),
    ]
    return Markup("\n").join(line for line in lines if line)


def _summary(text: str) -> Markup:
    summary = isolated(shorten(text, _SUMMARY))
    if len(summary) <= _FOLDED:
        return Markup.escape(summary)
    return Markup("<blockquote expandable>%s</blockquote>") % summary


def _headline(title: str, address: str) -> Markup:
    if address:
        return Markup('<a href="%s">%s</a>') % (address, title)
    return Markup("<b>%s</b>") % title


def outlets_of(leading: str, reports: int, reader: Reader) -> Markup:
    """The outlet that leads a story, and how many of its `reports` there are beside."""
    first = isolated(shorten(leading, _OUTLET))
    if reports < 2:
        return Markup.escape(first)
    more = number(reports - 1, reader.language)
    return say("story.more_outlets", reader.language, outlet=first, more=more)


def share_link(url: str, text: str) -> str:
    """The address at which clients let one choose a chat to send another address to, with some words."""
    return _SHARE + urlencode({"url": url, "text": text})


@dataclass(frozen=True, slots=True)
class Instead:
    """Something to look for in place of what was not found."""

    query: str
    page: Page
    said: str = "latest.none.phrase"
    """The key of the sentence that says why."""


def latest(
    stories: Sequence[Story],
    number: int,
    query: str | None,
    reader: Reader,
    *,
    turns: tuple[Page | BestPage | None, Page | BestPage | None] | None,
    followed: bool,
    follow: TopicId | None,
    instead: Instead | None = None,
    best: bool = False,
    share: str = "",
) -> View:
    """A page of stories, with buttons to its neighbours (before, after), if it has any, and one that follows the query.

    `query` is None for what the chat follows (`followed`) or for everything. `share` is the address that offers it
    to others.
    """
    kind = "query" if query is not None else "followed" if followed else "all"
    labels = ("button.previous", "button.next") if best else ("button.newer", "button.older")
    keyboard: list[tuple[Button, ...]] = []
    if turns is not None:
        keyboard.append(turning(*turns, reader, labels))
    if instead is not None:
        label = reader.label("button.instead", query=shorten(instead.query, 30))
        keyboard.append((button(label, instead.page, reader.key),))
    if follow is not None and query is not None:
        label = reader.label("button.follow", query=shorten(query, 24))
        keyboard.append((button(label, Follow(follow), reader.key),))
    if share and query is not None and stories:
        keyboard.append((link(reader.label("button.share_topic"), share_link(share, query)),))
    if not stories:
        nothing = "query_followed" if query is not None and follow is None else kind
        key = "latest.end" if number > 1 else f"latest.none.{nothing}"
        if instead is not None:
            key = instead.said
        if query is not None and number == 1:
            keyboard.append((button(reader.label("button.help"), Show("help")),))
        return View(say(key, reader.language, query=query), tuple(keyboard))
    title = "latest.title.best" if best else f"latest.title.{kind}"
    head = [say(title, reader.language, query=query)]
    if number > 1:
        head.append(say("page", reader.language, number=number))
    first = (number - 1) * PAGE_STORIES + 1
    blocks = [
        Markup(" · ").join(head),
        *(story(place, told, reader) for place, told in enumerate(stories, start=first)),
    ]
    return View(split(blocks)[0], tuple(keyboard))
