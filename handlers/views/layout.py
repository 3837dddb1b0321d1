"""A sample of each layout, with the question whether digests shall look like it."""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from handlers.buttons import SetLayout
from handlers.views import rich
from handlers.views.digests import digest
from handlers.views.message import Keyboard, RichView, View, button
from handlers.views.newspaper import newspaper
from handlers.views.reader import Reader
from handlers.words import say
from news.digest import Digest, Grounds, Item, Section
from storage.records import (
    LARGEST_ID,
    Article,
    ArticleId,
    ChatId,
    FeedId,
    Kind,
    Layout,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
)

_SECTIONS = 3
_STORIES = 5
"""Of each section, so that one is folded."""


def sample(found: Digest, reader: Reader) -> Digest:
    """A few stories of a digest; invented ones if it has none."""
    if not found.sections:
        return _invented(reader)
    sections = tuple(
        replace(section, items=section.items[:_STORIES]) for section in found.sections[:_SECTIONS]
    )
    return replace(found, sections=sections, left_out=0)


def offer_newspaper(
    told: Digest, reader: Reader, *, marked: bool = True
) -> tuple[View | RichView, ...]:
    """A warning, and the sample with the question in it: who can't read it, sees no button to press either.

    Its stories have the buttons that mark them, if digests of the chat have (`marked`).
    """
    question = rich.paragraph(say("layout.question", reader.language))
    keyboard = _keyboard(
        reader,
        ("button.layout_newspaper", Layout.NEWSPAPER),
        ("button.layout_classic", Layout.CLASSIC),
    )
    paper = newspaper(told, reader, "layout.title", marked=marked)
    html = Markup("").join([paper.html, rich.rule().html, question.html])
    unknown = View(say("layout.unknown", reader.language))
    return View(say("layout.try", reader.language)), RichView(html, keyboard, (unknown,), asks=True)


def offer_classic(told: Digest, reader: Reader) -> tuple[View, ...]:
    """What is to be seen, and the sample with the question below it."""
    keyboard = _keyboard(
        reader,
        ("button.layout_to_classic", Layout.CLASSIC),
        ("button.layout_keep_newspaper", Layout.NEWSPAPER),
    )
    parts = digest(told, reader, "layout.title", keyboard)
    return (View(say("layout.try_classic", reader.language)), *parts)


def _keyboard(reader: Reader, *choices: tuple[str, Layout]) -> Keyboard:
    return tuple((button(reader.label(key), SetLayout(layout)),) for key, layout in choices)


def _invented(reader: Reader) -> Digest:
    """For a chat that has no news yet."""
    followed = Subscription(
        id=SubscriptionId(0),
        chat_id=ChatId(0),
        kind=Kind.TOPIC,
        target=0,
        name=reader.label("layout.sample.topic"),
        after_article=ArticleId(0),
        followed_at=reader.now,
        last_story_at=None,
        failure=None,
        failure_detail="",
    )
    keys = ("layout.sample.lead", *3 * ("layout.sample.second",), "layout.sample.minor")
    items = tuple(_story(reader, number, key) for number, key in enumerate(keys))
    since = reader.now - timedelta(days=7)
    return Digest(since, reader.now, (Section(followed, items),), 0)


def _story(reader: Reader, number: int, key: str) -> Item:
    article = Article(
        id=ArticleId(0),
        # No story and no feed will ever have these, and buttons must do no harm.
        story_id=StoryId(LARGEST_ID - number),
        feed_id=FeedId(LARGEST_ID),
        outlet=reader.label("layout.sample.outlet"),
        title=reader.label(key),
        url="",
        summary="",
        published_at=reader.now - timedelta(hours=number + 1),
    )
    grounds = Grounds(max(1, 4 - number), 1, 1, 1, 1, 0)
    story = Story(article.story_id, (article,))
    return Item(story, article, grounds, reader.label("layout.sample.summary"))
