"""What messages look like, whatever their contents are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from bot.console.markup import parse
from handlers.page_buttons import BestPage, ListPage, Page, RestPage
from handlers.views import digests, reasons, stories, subscriptions
from handlers.views.message import (
    MAX_TEXT,
    Button,
    View,
    keyboard_as_json,
    keyboard_from_json,
    plain_text,
    split,
)
from handlers.views.reader import Reader, moment
from news.digest import Digest, Grounds, Item, Section, Span
from news.matching import Evidence, Where
from news.outcomes import Explained, Reason
from news.stories import lead
from storage.records import (
    Article,
    ArticleId,
    Chat,
    ChatId,
    Failure,
    FeedId,
    Kind,
    Position,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    TopicId,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READER = Reader("en", "Asia/Tokyo", NOW, "a key")
CHAT = Chat(ChatId(1), "UTC", "en", "daily 08:00", NOW, NOW, ArticleId(0), False, None, None)

hostile = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        [
            "<b>bold</b> & </a>",
            "&lt;script&gt;",
            "{name} {0} %s",
            "\u202eright to left\u202c",
            "z\u0351\u036b\u0343\u036a" * 60,
            "👩‍👩‍👧‍👦" * 80,
            "W" * 10_000,
            "日本" * 3_000,
            '" onclick="x',
        ]
    ),
)


@st.composite
def tellings(draw: st.DrawFn) -> Story:
    number = draw(st.integers(1, 10**6))
    articles = tuple(
        Article(
            id=ArticleId(number + place),
            feed_id=FeedId(place),
            story_id=StoryId(number),
            outlet=draw(hostile) or "x",
            url="https://example.org/" + draw(st.text("abc/?&=%<>\"'", max_size=1900)),
            title=draw(hostile) or "x",
            summary=draw(hostile)[:4000],
            published_at=NOW - timedelta(hours=place),
        )
        for place in range(draw(st.integers(1, 3)))
    )
    return Story(StoryId(number), articles)


def follow(name: str, failure: Failure | None = None) -> Subscription:
    return Subscription(
        SubscriptionId(1), ChatId(1), Kind.TOPIC, 1, name, ArticleId(0), NOW, NOW, failure, "500"
    )


def accepted(view: View) -> str:
    """The text as Telegram would show it; fails where Telegram would refuse."""
    text, entities = parse(str(view.text))
    assert 1 <= len(text) <= MAX_TEXT
    assert len(str(view.text).encode()) <= 32_768
    assert sum(len(entity.get("url", "")) + 16 for entity in entities) <= 9_500
    assert len(entities) <= 100
    for button in (button for row in view.keyboard for button in row):
        assert button.label
        assert 1 <= len(button.data.encode()) <= 64
    return text


@given(st.lists(tellings(), min_size=1, max_size=10), hostile, st.integers(1, 999))
@settings(max_examples=60, deadline=None)
def test_a_page_of_stories_is_one_message_with_all_of_them(
    told: list[Story], query: str, number: int
) -> None:
    largest = 2**63 - 1
    turn = Page(TopicId(largest), 1000, ArticleId(largest), Position(largest), back=True)
    view = stories.latest(
        told,
        number,
        query[:256],
        READER,
        turns=(turn, BestPage(TopicId(largest), 1000, ArticleId(largest))),
        followed=False,
        follow=TopicId(largest),
    )
    text = accepted(view)
    first = (number - 1) * 10 + 1
    for place in range(first, first + len(told)):
        assert f"{place}. " in text


@given(tellings(), st.integers(1, 200), hostile)
@settings(max_examples=30, deadline=None)
def test_why_is_told_in_messages_however_many_topics_want_a_story(
    told: Story, count: int, name: str
) -> None:
    evidence = tuple(Evidence(name[:200] or "x", where) for where in (Where.HEADLINE, Where.TEXT))
    wanted = tuple(Reason(follow(f"topic {number}"), evidence) for number in range(count))
    views = reasons.reasons([(1, Explained(told, wanted, 3, ()))], NOW, READER)
    texts = "\n".join(accepted(view) for view in views)
    named = sum(f"Topic “topic {number}”" in texts for number in range(count))
    assert named == count or f"and {count - named} more thing" in texts


@st.composite
def items(draw: st.DrawFn) -> Item:
    told = draw(tellings())
    grounds = Grounds(draw(st.integers(1, 10**6)), 1.0, 1.0, 1.0, 1.0, 0.0)
    return Item(told, lead(told), grounds, draw(hostile), draw(st.booleans()))


@given(st.lists(items(), min_size=1, max_size=60), hostile, st.sampled_from([0, 3]))
@settings(max_examples=60, deadline=None)
def test_a_digest_is_split_between_stories_and_every_part_is_accepted(
    told: list[Item], name: str, left_out: int
) -> None:
    span = Span(ArticleId(2**31 - 2), ArticleId(2**31 - 1))
    section = Section(follow(name or "x"), tuple(told))
    digest = Digest(NOW - timedelta(days=7), NOW, (section,), left_out, span)
    keyboard = digests.keyboard(digest, READER, NOW)
    views = digests.digest(digest, READER, keyboard=keyboard)
    texts = [accepted(view) for view in views]
    assert ("And 3 more stories." in texts[-1]) == bool(left_out)
    before, signs, _ = texts[-1].partition("Below: ⭐ keep a story")
    assert before.strip()
    assert signs
    shown = "\n".join(["", *texts])
    assert all(f"\n{number}. " in shown for number in range(1, len(told) + 1))
    assert [view.keyboard for view in views[:-1]] == [()] * (len(views) - 1)
    assert views[-1].keyboard == keyboard


def test_a_digest_without_buttons_for_its_stories_says_nothing_of_their_signs() -> None:
    told = one_article(1, "A", "")
    item = Item(Story(StoryId(1), (told,)), told, Grounds(1, 1.0, 1.0, 1.0, 1.0, 0.0))
    digest = Digest(NOW, NOW, (Section(follow("x"), (item,)),), 0)
    [view] = digests.digest(digest, READER, keyboard=digests.keyboard(digest, READER))
    assert "⭐" not in view.text


@given(st.lists(tellings(), max_size=40, unique_by=lambda told: told.id), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_a_page_of_what_a_digest_left_out_is_accepted(told: list[Story], number: int) -> None:
    left = tuple(Item(one, lead(one), Grounds(1, 1.0, 1.0, 1.0, 1.0, 0.0)) for one in told)
    sections = (Section(follow("x"), left),) if left else ()
    here = RestPage(ArticleId(2**31 - 2), ArticleId(2**31 - 1), number)
    view = digests.rest(Digest(NOW, NOW, sections, 0), here, READER)
    text = accepted(view)
    shown = range((number - 1) * 10 + 1, min(number * 10, len(told)) + 1)
    assert all(f"\n{place}. " in text for place in shown)


def test_a_long_summary_of_a_digest_is_folded_and_an_update_says_so() -> None:
    told = Item(
        Story(StoryId(1), (one_article(1, "A", ""),)),
        one_article(1, "A", ""),
        Grounds(1200, 1.0, 1.0, 1.0, 1.0, 0.0),
        "Word " * 60,
        update=True,
    )
    text = str(stories.item(7, told, READER))
    assert text.startswith("<b>7.</b> ↻ <i>Update:</i> <a ")
    assert "<blockquote expandable>Word " in text
    assert "A +1,199 · " in text
    assert "<blockquote" not in str(stories.item(7, replace(told, summary="Short."), READER))


@given(st.lists(hostile, min_size=1, max_size=25))
@settings(max_examples=40, deadline=None)
def test_a_list_of_any_names_is_accepted(names: list[str]) -> None:
    listed = [follow(name, Failure.STATUS) for name in names]
    for removing in (True, False):
        accepted(subscriptions.subscriptions(listed, ListPage(1, removing), CHAT, READER))


def one_article(number: int, outlet: str, summary: str) -> Article:
    return Article(
        ArticleId(number),
        FeedId(number),
        StoryId(1),
        outlet,
        "https://example.org/a?b=1&c=2",
        "R&D <5%",
        summary,
        NOW - timedelta(hours=number),
    )


def test_a_story_shows_its_headline_as_link_its_summary_its_outlets_and_its_age() -> None:
    told = Story(StoryId(1), (one_article(1, "A", ""), one_article(2, "B", "One. Two.")))
    assert str(stories.story(1, told, READER)) == (
        '<b>1.</b> <a href="https://example.org/a?b=1&amp;c=2">R&amp;D &lt;5%</a>\n'
        "One. Two.\n"
        '<i>B +1 · <tg-time unix="1795172400" format="r">1 hour ago</tg-time></i>'
    )


def test_messages_end_between_blocks() -> None:
    blocks = [Markup("a") * 3000, Markup("b") * 1000, Markup("c") * 200]
    assert [len(message) for message in split(blocks)] == [4002, 200]


def test_moments_are_told_by_the_readers_clock() -> None:
    assert moment(NOW, READER) == "Fri, Nov 20, 21:00"
    assert moment(NOW + timedelta(days=400), READER) == "Dec 25, 2027, 21:00"


@given(st.lists(st.lists(st.builds(Button, st.text(), st.text()), min_size=1), max_size=4))
def test_a_keyboard_survives_the_outbox(rows: list[list[Button]]) -> None:
    keyboard = tuple(tuple(row) for row in rows)
    assert keyboard_from_json(keyboard_as_json(keyboard)) == keyboard


@pytest.mark.parametrize("text", ["<b>a</b> &amp; b", "a &amp; b"])
def test_plain_text_is_what_people_see(text: str) -> None:
    assert plain_text(text) == "a & b"
