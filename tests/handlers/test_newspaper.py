"""The newspaper: a digest as one rich message that Telegram takes, whatever is in it; and how a chat comes to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from bot.console.door import buttons_of
from bot.console.rich import Element, count_blocks, elements, parse, text_of
from bot.console.server import ApiError
from handlers.belonging_buttons import Share, Why
from handlers.buttons import MuteOutlet, Save, Show, Vote, decode
from handlers.views import rich
from handlers.views.layout import offer_newspaper, sample
from handlers.views.message import (
    Button,
    RichView,
    View,
    isolated,
    keyboard_as_json,
    parts_as_json,
    parts_from_json,
    plain_text,
)
from handlers.views.newspaper import newspaper
from handlers.views.reader import Reader
from handlers.words import say
from news.digest import Digest, Grounds, Item, Section
from news.stories import lead
from news.text import squeeze
from storage import chats, outbox
from storage.records import (
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

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READER = Reader("en", "Asia/Tokyo", NOW)
PHOTO = "https://img.a.example/photo.jpg"

hostile = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "",
            "<b>bold</b> & </a>",
            "</details></p><tg-button-row>",
            "&lt;script&gt; &nbsp; &#0;",
            "{name} {0} %s",
            "\u202eright to left\u202c \u2069\u2066",
            "خبر عاجل (عاجل) 12",
            "z\u0351\u036b\u0343\u036a" * 60,
            "👩‍👩‍👧‍👦" * 80,
            "W" * 10_000,
            "日本" * 3_000,
            '" onclick="x',
            "\x00\x1b\ud800",
            "\u200b\u2060",
        ]
    ),
)
addresses = st.one_of(
    hostile,
    st.sampled_from(
        ["https://a.example/1?a=1&b=2", "javascript:alert(1)", "https://a.example/" + "x" * 3000]
    ),
)
pictures = st.one_of(
    addresses, st.integers(1, 99).map(lambda number: f"https://img.a.example/{number}.jpg")
)


def article(id: int, **chosen: Any) -> Article:
    plain = Article(
        id=ArticleId(id),
        feed_id=FeedId(1000 + id),
        story_id=StoryId(id),
        outlet=f"Outlet {id}",
        url=f"https://a.example/{id}",
        title=f"Headline {id}",
        summary="",
        published_at=NOW - timedelta(hours=1),
    )
    return replace(plain, **chosen)


def item(id: int, summary: str = "A sentence.", update: bool = False, **chosen: Any) -> Item:
    story = Story(StoryId(id), (article(id, **chosen),))
    return Item(story, lead(story), Grounds(3, 1, 1, 1, 1, 0), summary, update)


def section(id: int, *items: Item, name: str = "") -> Section:
    followed = Subscription(
        id=SubscriptionId(id),
        chat_id=ChatId(1),
        kind=Kind.TOPIC,
        target=id,
        name=name or f"Topic {id}",
        after_article=ArticleId(0),
        followed_at=NOW,
        last_story_at=None,
        failure=None,
        failure_detail="",
    )
    return Section(followed, items)


def digest(*sections: Section, left_out: int = 0) -> Digest:
    return Digest(NOW - timedelta(days=7), NOW, sections, left_out)


def tree(view: RichView) -> list[Element]:
    """All elements of a message that Telegram takes."""
    return list(elements(parse(str(view.html))))


def texts(view: RichView, *tags: str) -> list[str]:
    return [one.text for one in tree(view) if one.tag in tags]


SIGNS = plain_text(say("newspaper.signs", "en"))


def footers(view: RichView) -> list[str]:
    """The small print at the end, but for what the signs mean."""
    return [text for text in texts(view, "footer") if text != SIGNS]


def told_by(view: RichView) -> list[int]:
    """The stories that are shown, by the button that keeps each."""
    actions = [decode(one.attributes.get("data", "")) for one in tree(view)]
    return [action.story_id for action in actions if isinstance(action, Save)]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_page_has_a_masthead_contents_headings_and_stories_with_their_outlets() -> None:
    view = newspaper(digest(section(1, item(1), item(2)), section(2, item(3))), READER)
    assert texts(view, "h1", "h2", "h3", "h4") == [
        "Your digest",
        "Topic 1",
        "Headline 1",
        "Headline 2",
        "Topic 2",
        "Headline 3",
    ]
    paragraphs = texts(view, "p")
    assert paragraphs[:2] == [
        "Fri, Nov 13, 21:00 – Fri, Nov 20, 21:00 · 3 stories",
        "Topic 1 2 · Topic 2 1",
    ]
    assert paragraphs[2:4] == ["A sentence.", "Outlet 1 +2 · Fri, Nov 20, 20:00"]


def test_contents_lead_to_each_section_and_headlines_to_the_article() -> None:
    view = newspaper(digest(section(1, item(1)), section(2, item(2))), READER)
    links = [one for one in tree(view) if one.tag == "a"]
    assert [one.attributes for one in links] == [
        {"href": "#s1"},
        {"href": "#s2"},
        {"name": "s1"},
        {"href": "https://a.example/1"},
        {"name": "s2"},
        {"href": "https://a.example/2"},
    ]


def test_one_section_needs_no_contents() -> None:
    assert "#s1" not in newspaper(digest(section(1, item(1))), READER).html


def test_minor_stories_of_a_section_are_folded_in_their_order() -> None:
    view = newspaper(digest(section(1, *map(item, range(1, 8)))), READER)
    [folded] = [one for one in tree(view) if one.tag == "details"]
    inside = text_of(folded.children)
    assert inside.startswith("3 stories in short")
    assert [f"Headline {number}" in inside for number in range(1, 8)] == [False] * 4 + [True] * 3
    assert told_by(view) == list(range(1, 8))


def test_each_story_has_its_own_buttons() -> None:
    view = newspaper(digest(section(1, item(7))), READER)
    [row] = [one for one in tree(view) if one.tag == "tg-button-row"]
    buttons = [one for one in row.children if isinstance(one, Element)]
    assert [(one.text, decode(one.attributes["data"])) for one in buttons] == [
        ("⭐", Save(StoryId(7))),
        ("👍", Vote(StoryId(7), True)),
        ("👎", Vote(StoryId(7), False)),
        ("🔇", MuteOutlet(FeedId(1007))),
        ("↗", Share(StoryId(7))),
        ("❔", Why(StoryId(7))),
    ]


def test_what_the_signs_of_each_story_mean_is_said_in_words_at_the_end() -> None:
    view = newspaper(digest(section(1, item(7))), READER)
    [row] = [one for one in tree(view) if one.tag == "tg-button-row"]
    [*_, last] = tree(view)
    assert last.tag == "footer"
    assert last.text == SIGNS
    places = [SIGNS.index(one.text) for one in row.children if isinstance(one, Element)]
    assert places == sorted(places)
    assert all(SIGNS[place + 1 :].lstrip()[0].isalpha() for place in places)


def test_an_update_says_so() -> None:
    view = newspaper(digest(section(1, item(1, update=True), item(2))), READER)
    assert texts(view, "h3", "h4") == ["Update Headline 1", "Headline 2"]


def test_what_was_left_out_is_counted_at_the_end() -> None:
    view = newspaper(digest(section(1, item(1)), left_out=14), READER)
    assert footers(view) == ["And 14 more stories."]


def test_a_summary_is_shown_as_the_digest_has_it_and_none_where_it_has_none() -> None:
    told = digest(section(1, item(1, summary="One. Two & three.", title="T"), item(2, summary="")))
    assert texts(newspaper(told, READER), "p")[1:] == [
        "One. Two & three.",
        "Outlet 1 +2 · Fri, Nov 20, 20:00",
        "Outlet 2 +2 · Fri, Nov 20, 20:00",
    ]


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────


def images(view: RichView) -> list[str]:
    return [one.attributes["src"] for one in tree(view) if one.tag == "img"]


def test_the_story_that_leads_a_section_has_its_picture_with_whose_it_is() -> None:
    told = digest(section(1, item(1, image_url=PHOTO), item(2, image_url=PHOTO + "?2")))
    view = newspaper(told, READER)
    assert images(view) == [PHOTO]
    assert texts(view, "figcaption") == ["Outlet 1"]


@pytest.mark.parametrize(
    "address",
    ["", "http://a.example/1.jpg", "https://a.example/logo.png", "https://pixel.wp.com/b.jpg"],
)
def test_what_is_no_picture_of_a_story_is_not_shown(address: str) -> None:
    assert images(newspaper(digest(section(1, item(1, image_url=address))), READER)) == []


def test_a_picture_that_stands_with_two_stories_is_that_of_neither() -> None:
    sections = [section(number, item(number, image_url=PHOTO)) for number in (1, 2)]
    assert images(newspaper(digest(*sections), READER)) == []


def test_a_story_with_several_pictures_shows_one_of_them() -> None:
    second = article(2, story_id=StoryId(1), image_url=PHOTO)
    story = Story(StoryId(1), (article(1, image_url="https://a.example/logo.png"), second))
    told = digest(section(1, replace(item(1), story=story)))
    assert images(newspaper(told, READER)) == [PHOTO]


# ── limits ───────────────────────────────────────────────────────────────────────────────────────


def long(id: int) -> Item:
    return item(id, summary="Many words are said about it. " * 20, title="A long headline " * 15)


def test_stories_fold_before_any_is_dropped() -> None:
    sections = [section(one, *(long(10 * one + two) for two in range(5))) for one in range(1, 13)]
    view = newspaper(digest(*sections), READER)
    assert sorted(told_by(view)) == sorted(id for one in sections for id in map(_id, one.items))
    assert footers(view) == []
    # What loses its place first is what stands last in each section.
    assert ["A long headline" in one for one in texts(view, "h3")] == [True] * 12


def _id(one: Item) -> int:
    return one.story.id


def test_what_does_not_fit_even_folded_is_counted_and_can_be_read_elsewhere() -> None:
    sections = [section(one, *(long(100 * one + two) for two in range(30))) for one in range(1, 11)]
    view = newspaper(digest(*sections), READER)
    shown = told_by(view)
    assert 0 < len(shown) < 300
    assert footers(view) == [f"And {300 - len(shown)} more stories."]
    assert [decode(row[0].data) for row in view.keyboard] == [Show("latest")]
    # Each section keeps its first stories.
    assert {id // 100 for id in shown} == set(range(1, 11))
    assert all(id % 100 < 30 - 1 for id in shown)


def test_with_a_button_to_read_on_there_is_no_second_one() -> None:
    sections = [section(one, *(long(100 * one + two) for two in range(30))) for one in range(1, 11)]
    keyboard = newspaper(digest(*sections), READER).keyboard
    assert newspaper(digest(*sections, left_out=1), READER, keyboard=keyboard).keyboard == keyboard


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """Up to 300 stories in up to 200 sections; a few shapes of story, each many times."""
    kinds = draw(
        st.lists(
            st.tuples(hostile, addresses, hostile, hostile, pictures, st.booleans()),
            min_size=1,
            max_size=4,
        )
    )
    names = draw(st.lists(hostile, min_size=1, max_size=3))
    sections = draw(st.one_of(st.integers(1, 12), st.integers(100, 200)))
    most = 300 // sections
    counts = draw(st.lists(st.integers(1, most), min_size=1, max_size=4))
    told, number = [], 0
    for place in range(sections):
        items = []
        for _ in range(counts[place % len(counts)]):
            number += 1
            title, url, outlet, summary, picture, update = kinds[number % len(kinds)]
            items.append(
                item(
                    number, summary, update, title=title, url=url, outlet=outlet, image_url=picture
                )
            )
        told.append(section(place + 1, *items, name=names[place % len(names)]))
    return digest(*told, left_out=draw(st.integers(0, 99)))


@given(digests())
@settings(deadline=None, max_examples=25)
def test_any_digest_is_a_message_that_telegram_takes_and_every_story_is_shown_or_counted(
    told: Digest,
) -> None:
    view = newspaper(told, READER)
    shown = told_by(view)
    assert len(shown) == len(set(shown))
    assert set(shown) <= {one.story.id for one in told.items}
    missing = len(told.items) - len(shown) + told.left_out
    footer = footers(view)
    assert footer == (
        [] if missing == 0 else [f"And {missing} more stor{'y' if missing == 1 else 'ies'}."]
    )
    found = images(view)
    assert len(found) == len(set(found))
    assert all(address.startswith("https://") for address in found)
    assert len(view.html.encode()) <= rich.MAX_BYTES
    assert parse(rich.without_pictures(str(view.html)))


@given(
    st.lists(hostile.map(lambda text: squeeze(text)[:900]).filter(bool), min_size=1, max_size=5),
    st.integers(1, 6),
)
@settings(deadline=None)
def test_a_block_knows_what_it_takes_of_every_limit(words: list[str], level: int) -> None:
    told = [Markup.escape(one) for one in words]
    button = Button("x", "y")
    inside = rich.joined([rich.paragraph(one) for one in told]) + rich.buttons([button] * 8)
    page = rich.joined(
        [
            rich.heading(level, told[0], "top"),
            rich.picture(PHOTO, words[0]),
            rich.paragraph(rich.link("#top", words[0])),
            rich.rule(),
            rich.folded(told[-1], inside),
            rich.footer(told[0]),
        ]
    )
    nodes = parse(str(page.html))
    assert page.characters == len(text_of(nodes))
    assert page.size == len(page.html.encode())
    assert page.blocks >= count_blocks(nodes)
    assert page.pictures == 1
    assert page.fits


def test_a_row_of_more_than_eight_buttons_is_our_bug() -> None:
    with pytest.raises(ValueError, match="9 buttons"):
        rich.buttons([Button("x", "y")] * 9)


# ── directions ───────────────────────────────────────────────────────────────────────────────────


def test_text_of_the_other_direction_turns_nothing_around_it() -> None:
    assert isolated("خبر (1)") == "\u2068خبر (1)\u2069"
    assert isolated("news (1)") == "news (1)"
    assert isolated("日本 (1)") == "日本 (1)"
    assert isolated("news (1)", rtl=True) == "\u2068news (1)\u2069"
    assert isolated("خبر", rtl=True) == "خبر"
    assert isolated("12", rtl=True) == "12"
    assert isolated("\u202eab\u2069c") == "abc"


@given(hostile, st.booleans())
def test_an_isolated_text_has_no_open_end(text: str, rtl: bool) -> None:
    found = isolated(text, rtl)
    if text.isascii() and not rtl:
        assert found == text
        return
    marks = [one for one in found if "\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069"]
    assert marks in ([], ["\u2068", "\u2069"])


def test_a_reader_of_a_language_from_right_to_left_gets_the_page_that_way() -> None:
    arabic = newspaper(digest(section(1, item(1))), Reader("ar", "UTC", NOW))
    assert rich.turned(str(arabic.html))
    assert "\u2068Headline 1\u2069" in arabic.html
    assert not rich.turned(str(newspaper(digest(section(1, item(1, title="خبر"))), READER).html))


# ── samples ──────────────────────────────────────────────────────────────────────────────────────


def test_a_sample_of_the_newspaper_has_the_question_in_it() -> None:
    told = sample(digest(*(section(one, *map(item, range(9))) for one in range(5))), READER)
    assert [len(one.items) for one in told.sections] == [5, 5, 5]
    _, view = offer_newspaper(told, READER)
    assert isinstance(view, RichView)
    assert texts(view, "p")[-1].startswith("Can you read this?")
    assert len(view.keyboard) == 2


def test_without_news_the_sample_is_invented_and_its_buttons_can_do_no_harm() -> None:
    told = sample(digest(), READER)
    _, view = offer_newspaper(told, READER)
    assert isinstance(view, RichView)
    assert texts(view, "h3") == ["The story that most outlets report comes first"]
    assert min(told_by(view)) > 2_000_000_000


def test_classic_messages_can_be_kept_as_text() -> None:
    view = newspaper(digest(section(1, item(1)), left_out=1), READER)
    messages = [View(view.html, ((Button("a", "b"),),)), View(view.html)]
    assert parts_from_json(parts_as_json(messages)) == tuple(
        (str(one.text), keyboard_as_json(one.keyboard)) for one in messages
    )
    assert parts_from_json("") == ()


# ── in the chat ──────────────────────────────────────────────────────────────────────────────────


async def layout_of(talk: Any) -> Layout:
    return Layout((await talk.chat()).layout)


async def test_the_newspaper_is_offered_with_a_sample_and_silence_keeps_what_was(talk: Any) -> None:
    warning, paper = await talk.me.type("/layout")
    assert "do nothing" in warning["text"]
    assert "text" not in paper
    assert parse(paper["rich_message"]["html"])
    assert await layout_of(talk) is Layout.CLASSIC


async def test_whoever_can_read_the_sample_may_choose_it_and_go_back_at_once(
    talk: Any, buttons_of: Callable[[dict[str, Any]], list[str]]
) -> None:
    _, paper = await talk.me.type("/layout newspaper")
    yes, no = buttons_of(paper)
    [done] = await talk.me.press(paper, yes)
    assert "newspapers from now on" in done["text"]
    assert await layout_of(talk) is Layout.NEWSPAPER
    assert "are newspapers" in await talk.ask("/layout newspaper")
    assert "classic from now on" in await talk.ask("/layout Classic")
    assert await layout_of(talk) is Layout.CLASSIC
    [kept] = await talk.me.press(paper, no)
    assert "are classic" in kept["text"]
    # The sample is still there to be read.
    assert "rich_message" in talk.telegram.chat(1).messages[paper["message_id"]]


@pytest.mark.parametrize("yes", ["yes", "Yes!", "はい", "네", "newspaper", "新聞", "신문"])
async def test_whether_the_sample_can_be_read_may_be_answered_in_words(talk: Any, yes: str) -> None:
    await talk.me.type("/layout")
    assert "newspapers from now on" in await talk.ask(yes)
    assert await layout_of(talk) is Layout.NEWSPAPER


@pytest.mark.parametrize("no", ["no", "いいえ", "読めません", "아니요", "classic", "クラシック"])
async def test_a_no_to_the_sample_keeps_what_was(talk: Any, no: str) -> None:
    await talk.me.type("/layout")
    assert "are classic" in await talk.ask(no)
    assert (await talk.ask("yes")).startswith("I have no story about “yes”")
    assert await layout_of(talk) is Layout.CLASSIC


async def test_a_yes_after_the_button_changes_nothing_back(
    talk: Any, buttons_of: Callable[[dict[str, Any]], list[str]]
) -> None:
    _, paper = await talk.me.type("/layout")
    await talk.me.press(paper, buttons_of(paper)[0])
    assert "are newspapers" in await talk.ask("yes")


async def test_whoever_sees_no_sample_goes_on_as_if_nothing_were_asked(talk: Any) -> None:
    await talk.me.type("/layout")
    assert (await talk.ask("rice")).startswith("Newest about “rice”")
    assert await layout_of(talk) is Layout.CLASSIC


async def test_talk_in_a_group_below_the_sample_is_left_alone(talk: Any) -> None:
    talk.telegram.chat(-5, "supergroup").administrators.add(7)
    group = type(talk.me)(talk.parts.application, talk.telegram, -5, 7)
    talk.telegram.knows_whispers = False
    _, paper = await group.type("/layout")
    assert await group.type("What is that?", reply_to_message=paper) == []
    [done] = await group.type("yes", reply_to_message=paper)
    assert "newspapers from now on" in done["text"]


@pytest.mark.parametrize(
    ("newspaper", "classic"), [("新聞", "クラシック"), ("신문", "클래식"), ("Newspaper", "Classic")]
)
async def test_the_layouts_have_their_names_in_every_language(
    talk: Any, newspaper: str, classic: str
) -> None:
    _, paper = await talk.me.type(f"/layout {newspaper}")
    assert "rich_message" in paper
    assert "newspapers from now on" in await talk.ask(newspaper)
    assert "classic from now on" in await talk.ask(f"/layout {classic}")


async def test_the_classic_layout_is_offered_with_a_sample_as_well(
    talk: Any, buttons_of: Callable[[dict[str, Any]], list[str]]
) -> None:
    _, paper = await talk.me.type("/layout")
    await talk.me.press(paper, buttons_of(paper)[0])
    answers = await talk.me.type("/layout")
    assert "classic layout" in answers[0]["text"]
    to_classic, _ = buttons_of(answers[-1])
    assert await layout_of(talk) is Layout.NEWSPAPER
    await talk.me.press(answers[-1], to_classic)
    assert await layout_of(talk) is Layout.CLASSIC


async def test_an_unknown_layout_is_answered_with_those_there_are(talk: Any) -> None:
    answer = await talk.ask("/layout <comic>")
    assert "/layout classic" in answer
    assert "/layout newspaper" in answer


async def test_a_server_without_rich_messages_is_said_so_and_is_not_asked_again(talk: Any) -> None:
    talk.telegram.knows_rich = False
    _, instead = await talk.me.type("/layout")
    assert "can’t send newspapers" in instead["text"]
    assert "reply_markup" not in instead
    async with talk.parts.services.database.read() as tx:
        assert not await outbox.rich_is_known(tx, talk.parts.services.clock())
    assert "can’t send newspapers" in await talk.ask("yes")
    assert await layout_of(talk) is Layout.CLASSIC
    talk.telegram.calls.clear()
    assert "can’t send newspapers" in await talk.ask("/layout")
    assert [method for method, _ in talk.telegram.calls] == ["sendMessage"]


async def test_only_administrators_choose_for_a_group(talk: Any, clock: Any) -> None:
    group = type(talk.me)(talk.parts.application, talk.telegram, -5, 7)
    talk.telegram.chat(-5, "supergroup").type = "supergroup"
    _, paper = await group.type("/layout")
    assert await group.press_data(paper, "1:y:newspaper") == []
    assert "administrators" in talk.telegram.answers[-1]["text"]
    talk.telegram.chat(-5).administrators.add(7)
    # Who administers is asked once a minute.
    clock.forward(minutes=1)
    await group.press_data(paper, "1:y:newspaper")
    async with talk.parts.services.database.read() as tx:
        chat = await chats.get(tx, ChatId(-5))
    assert chat is not None
    assert chat.layout is Layout.NEWSPAPER


async def follow_and_choose(talk: Any) -> None:
    """Follow a topic of the sample newsroom, and have the newspaper."""
    await talk.me.type("/subscribe North Korea")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(1), layout=Layout.NEWSPAPER)


async def test_in_the_newspaper_layout_a_digest_is_one_page(talk: Any) -> None:
    await follow_and_choose(talk)
    [paper] = [one for one in await talk.me.type("/digest 30d") if "rich_message" in one]
    nodes = parse(paper["rich_message"]["html"])
    assert "North Korea" in [one.text for one in elements(nodes) if one.tag == "h2"]


async def test_a_page_that_is_refused_is_followed_by_the_classic_messages(talk: Any) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendRichMessage":
            raise ApiError(400, "Bad Request: can't parse rich message")

    await follow_and_choose(talk)
    talk.telegram.before = refuse
    answers = await talk.me.type("/digest 30d")
    assert "◆ North Korea" in "\n".join(one["text"] for one in answers)
    async with talk.parts.services.database.read() as tx:
        assert await outbox.rich_is_known(tx, talk.parts.services.clock())


@pytest.mark.parametrize("label", ["⭐", "👍", "👎"])
async def test_a_button_of_a_story_is_answered_with_a_word_and_leaves_the_page_as_it_is(
    talk: Any, label: str
) -> None:
    await follow_and_choose(talk)
    [paper] = [one for one in await talk.me.type("/digest 30d") if "rich_message" in one]
    before = paper["rich_message"]["html"]
    came = await talk.me.press(paper, label)
    assert [one for one in came if one["message_id"] == paper["message_id"]] == []
    assert talk.telegram.answers[-1]["text"]
    assert talk.telegram.chat(1).messages[paper["message_id"]]["rich_message"]["html"] == before


async def test_what_is_muted_on_a_page_can_be_undone_below_it(talk: Any) -> None:
    await follow_and_choose(talk)
    [paper] = [one for one in await talk.me.type("/digest 30d") if "rich_message" in one]
    before = (paper["rich_message"]["html"], paper.get("reply_markup"))
    [muted] = await talk.me.press(paper, "🔇")
    assert muted["rich_message"]["html"] == before[0]
    label = muted["reply_markup"]["inline_keyboard"][-1][0]["text"]
    assert label.startswith("↩ Unmute ")
    [shown] = await talk.me.press(muted, label)
    assert "is shown again" in talk.telegram.answers[-1]["text"]
    assert (shown["rich_message"]["html"], shown.get("reply_markup")) == before


async def test_a_page_of_text_never_takes_the_place_of_a_newspaper(talk: Any) -> None:
    await follow_and_choose(talk)
    [paper] = [one for one in await talk.me.type("/digest 30d") if "rich_message" in one]
    [answer] = await talk.me.press_data(paper, "1:l:1:")
    assert answer["message_id"] != paper["message_id"]
    assert "North Korea" in answer["text"]


def test_every_button_of_a_message_is_found_those_in_its_text_first() -> None:
    view = newspaper(digest(section(1, item(1))), READER)
    keyboard = {"inline_keyboard": [[{"text": "Read on", "callback_data": "1:c:latest"}]]}
    message = {"rich_message": {"html": str(view.html)}, "reply_markup": keyboard}
    assert [label for label, _ in buttons_of(message)] == [
        "⭐",
        "👍",
        "👎",
        "🔇",
        "↗",
        "❔",
        "Read on",
    ]
