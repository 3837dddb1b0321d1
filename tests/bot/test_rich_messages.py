"""Rich messages: what Telegram takes of them, and how the terminal shows them."""

import asyncio
import re
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from rich.console import Console
from telegram.error import BadRequest, EndPointNotFound
from telegram.ext import ExtBot

from bot.composer import compose_due
from bot.console.markup import BadMarkup
from bot.console.rich import (
    MAX_BLOCKS,
    MAX_CHARACTERS,
    MAX_LEVELS,
    MAX_MEDIA,
    Element,
    count_blocks,
    elements,
    parse,
    text_of,
)
from bot.console.rich_lines import lines
from bot.console.server import ConsoleTelegram
from bot.courier import deliver
from handlers.reply import edit, rich_message
from handlers.reply import send as send_view
from handlers.views.message import Button, RichView, View
from handlers.views.rich import RIGHT_TO_LEFT, turned, without_pictures
from storage import chats
from storage.database import Database
from storage.records import ChatId, Layout

SAVE = '<tg-button type="callback_data" data="1:v:1">Save</tg-button>'
PICTURE = '<img src="https://a.example/1.jpg"/>'

PAGE = f"""<h1>The news</h1><p><a href="#one">One</a> · <i>today</i></p><hr/>
<h2><a name="one"></a>One</h2><figure>{PICTURE}<figcaption>Seen<cite>Outlet</cite></figcaption></figure>
<p>five &lt; six &amp; <mark>new</mark> <tg-time unix="1795461208" format="wDt">Mon</tg-time></p>
<tg-button-row align="left">{SAVE}</tg-button-row>
<details><summary>More</summary><p>Folded</p><ul><li>first</li><li><p>second</p></li></ul></details>
<footer>The end</footer>"""


# ── what is taken ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "markup",
    [
        PAGE,
        "text without a block",
        "<b>b</b><strong>b</strong><i>i</i><em>i</em><u>u</u><s>s</s><code>c</code><sup>1</sup><sub>2</sub>",
        "<p>one<br>two<br/>three <tg-spoiler>four</tg-spoiler></p>",
        '<ol start="3" type="a" reversed><li value="7">x</li></ol>',
        '<ul><li><input type="checkbox" checked>done</li><li><input type="checkbox">open</li></ul>',
        "<blockquote>said<br>so<cite>Somebody</cite></blockquote>",
        "<blockquote expandable>said so<cite>Somebody</cite></blockquote>",
        "<aside>Pulled<cite>Somebody</cite></aside>",
        "<pre>plain</pre><pre><code class='language-python'>print(1)</code></pre>",
        f"<tg-collage>{PICTURE}{PICTURE}<figcaption>Two</figcaption></tg-collage>",
        f"<tg-slideshow>{PICTURE}</tg-slideshow>",
        '<table bordered striped compact><caption>C</caption><tr><th>H</th></tr><tr><td colspan="2" align="right" valign="top">V</td></tr></table>',
        "<details open><summary>Title</summary>Loose <b>text</b></details>",
        '<p><a href="https://a.example/x?a=1&amp;b=2">x</a> <a href="mailto:a@a.example">m</a> <a href="tel:+12">t</a> <a href="tg://user?id=1">u</a> <a href="#">top</a></p>',
        f"<p>in a line {SAVE}</p>",
        '<tg-button-row><tg-button type="url" url="https://a.example" style="success">x</tg-button><tg-button type="disabled">y</tg-button></tg-button-row>',
        "&#60;&#x3C;&quot;",
        PICTURE,
    ],
)
def test_what_telegram_knows_is_taken(markup: str) -> None:
    assert parse(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "   ",
        "<hr/>",
        "<p></p>",
        "<p> <b></b> </p>",
        "<div>x</div>",
        "<script>x</script>",
        "<p>5 < 6</p>",
        "<p>6 > 5</p>",
        "<p>a & b</p>",
        "<p>&nbsp;</p>",
        "<p>&copy;</p>",
        "<p>&#0;</p>",
        "<p>&#xD800;</p>",
        "<p>&#1114112;</p>",
        "<p>x",
        "x</p>",
        "<p><b>x</p></b>",
        "<p><p>x</p></p>",
        "<b><p>x</p></b>",
        "<h1><h2>x</h2></h1>",
        "<h7>x</h7>",
        "<p/>",
        "<li>x</li>",
        "<ul>x</ul>",
        "<ul></ul>",
        "<ul><p>x</p></ul>",
        "<tr><td>x</td></tr>",
        "<table><td>x</td></table>",
        "<table><tr></tr></table>",
        "<table><tr><td><p>x</p></td></tr></table>",
        "<details>x</details>",
        "<details>x<summary>y</summary></details><details><p>x</p><summary>y</summary></details>",
        "<details><summary></summary>x</details>",
        "<details open='1'><summary>x</summary>y</details>",
        "<summary>x</summary>",
        "<cite>x</cite>",
        "<blockquote expandable><p>x</p></blockquote>",
        "<figure><figcaption>x</figcaption></figure>",
        f"<figure>{PICTURE}{PICTURE}</figure>",
        f"<p>{PICTURE}</p>",
        f"<h1>{PICTURE}</h1>",
        '<img src="data:image/png;base64,x"/>',
        '<img src="/1.jpg"/>',
        '<img src="https://"/>',
        "<img/>",
        '<img src="https://a.example/1.jpg" onerror="x"/>',
        "<figcaption>x</figcaption>",
        "<a>x</a>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://a.example/a b">x</a>',
        '<a href="https://a.example"></a>',
        '<a href="https://a.example" href="https://b.example">x</a>',
        '<a href="https://a.example"><a href="https://b.example">x</a></a>',
        '<a href="#nowhere">x</a>',
        '<a name="x">y</a>z',
        '<a name="x"></a><a name="x"></a>y',
        '<a name="a b"></a>y',
        '<a href="https://a.example" name="x">y</a>',
        "<p class='x'>y</p>",
        "<p style=x>y</p>",
        '<tg-time unix="now">x</tg-time>',
        "<tg-time>x</tg-time>",
        '<tg-time unix="1" format="q">x</tg-time>',
        '<code class="language-python">x</code>',
        "<code><b>x</b></code>",
        SAVE,
        f"<h1>{SAVE}</h1>",
        f'<p><a href="https://a.example">{SAVE}</a></p>',
        "<tg-button-row></tg-button-row>",
        f"<tg-button-row>{SAVE * 9}</tg-button-row>",
        f"<tg-button-row>x{SAVE}</tg-button-row>",
        "<p><tg-button>x</tg-button></p>",
        '<p><tg-button type="callback_data">x</tg-button></p>',
        '<p><tg-button type="callback_data" data="">x</tg-button></p>',
        f'<p><tg-button type="callback_data" data="{"x" * 65}">x</tg-button></p>',
        f'<p><tg-button type="callback_data" data="{"あ" * 22}">x</tg-button></p>',
        '<p><tg-button type="callback_data" data="x" url="https://a.example">x</tg-button></p>',
        '<p><tg-button type="callback_data" data="x"></tg-button></p>',
        '<p><tg-button type="callback_data" data="x"><b>x</b></tg-button></p>',
        '<p><tg-button type="callback_data" data="x" style="loud">x</tg-button></p>',
        '<p><tg-button type="url" url="https://a.example" style="link">x</tg-button></p>',
        '<tg-button-row align="top">x</tg-button-row>',
        '<ul><li>x<input type="checkbox"></li></ul><ul><li><b>x</b><input type="checkbox"></li></ul>',
        "<blockquote><cite>x</cite><p>y</p></blockquote>",
    ],
)
def test_anything_else_is_refused(markup: str) -> None:
    with pytest.raises(BadMarkup):
        parse(markup)


@pytest.mark.parametrize(
    ("fits", "one_more"),
    [
        (f"<p>{'x' * MAX_CHARACTERS}</p>", f"<p>{'x' * MAX_CHARACTERS}y</p>"),
        ("<p>x</p>" * MAX_BLOCKS, "<p>x</p>" * MAX_BLOCKS + "loose"),
        (
            f"<ul>{'<li>x</li>' * 249}</ul>",
            f"<ul>{'<li>x</li>' * 250}</ul>",
        ),
        (PICTURE * MAX_MEDIA, PICTURE * (MAX_MEDIA + 1)),
        ("<b>" * MAX_LEVELS + "x" + "</b>" * MAX_LEVELS, "<b>" * 17 + "x" + "</b>" * 17),
        (
            f"<table><tr>{'<td>x</td>' * 18}<td colspan='2'>x</td></tr></table>",
            f"<table><tr>{'<td>x</td>' * 19}<td colspan='2'>x</td></tr></table>",
        ),
        (
            f"<tg-button-row>{SAVE * 8}</tg-button-row>",
            f"<tg-button-row>{SAVE * 9}</tg-button-row>",
        ),
    ],
)
def test_each_limit_is_where_telegram_has_it(fits: str, one_more: str) -> None:
    assert parse(fits)
    with pytest.raises(BadMarkup):
        parse(one_more)


def test_the_tree_has_the_text_and_the_attributes_as_they_are_meant() -> None:
    nodes = parse('<p>five &lt; six &#x1F44D; <a href="https://a.example/?a=1&amp;b=2">x</a></p>')
    assert text_of(nodes) == "five < six 👍 x"
    [link] = [element for element in elements(nodes) if element.tag == "a"]
    assert link == Element("a", {"href": "https://a.example/?a=1&b=2"}, ("x",))


def test_items_rows_quotations_folded_parts_and_loose_text_count_as_blocks() -> None:
    assert count_blocks(parse("<p>x</p>")) == 1
    assert count_blocks(parse("<ul><li>x</li><li>y</li></ul>")) == 5
    assert count_blocks(parse("<details><summary>x</summary><p>y</p>loose</details>")) == 3
    assert count_blocks(parse("<table><tr><td>x</td></tr><tr><td>y</td></tr></table>")) == 3
    assert count_blocks(parse(f"<figure>{PICTURE}<figcaption>x</figcaption></figure>")) == 2
    assert count_blocks(parse("<blockquote>x<b>y</b><cite>z</cite></blockquote>")) == 2


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    if text.strip():
        assert text_of(parse(f"<b>{escape(text)}</b>")) == text


@given(st.lists(st.sampled_from([*re.findall(r"<[^>]*>|&\w+;|[^<&]+", PAGE), "<", "&", "x"])))
def test_whatever_is_written_is_a_tree_or_refused(pieces: list[str]) -> None:
    try:
        nodes = parse("".join(pieces))
    except BadMarkup:
        return
    assert count_blocks(nodes) <= MAX_BLOCKS


# ── the server ───────────────────────────────────────────────────────────────────────────────────


async def send(bot: ExtBot[None], html: str) -> Any:
    arguments = {"chat_id": 1, "rich_message": {"html": html}}
    return await bot.do_api_request("sendRichMessage", arguments)


async def test_a_rich_message_is_kept_and_has_no_text(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    message = await send(bot, PAGE)
    assert telegram.chat(1).messages[message["message_id"]]["rich_message"]["html"] == PAGE
    assert "text" not in message


@pytest.mark.parametrize("content", [{"html": "<p>x"}, {"html": 5}, {}, "x"])
async def test_what_is_no_rich_message_is_refused(
    telegram: ConsoleTelegram, bot: ExtBot[None], content: Any
) -> None:
    telegram.chat(1)
    arguments = {"chat_id": 1, "rich_message": content}
    with pytest.raises(BadRequest, match=r"(?i)can't parse"):
        await bot.do_api_request("sendRichMessage", arguments)


async def test_a_rich_message_is_edited_as_one_and_only_its_buttons_by_themselves(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    id = (await send(bot, PAGE))["message_id"]
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    this = {"chat_id": 1, "message_id": id}
    await telegram.call("editMessageReplyMarkup", {**this, "reply_markup": keyboard})
    message = telegram.chat(1).messages[id]
    assert (message["rich_message"]["html"], message["reply_markup"]) == (PAGE, keyboard)
    await telegram.call("editMessageText", {**this, "rich_message": {"html": "<p>new</p>"}})
    assert message["rich_message"]["html"] == "<p>new</p>"
    assert "text" not in message
    assert "reply_markup" not in message
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await edit(bot, 1, id, RichView(Markup("<p>new</p>")))


async def test_an_edit_of_ours_puts_a_page_in_the_place_of_a_page(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    id = (await send(bot, PAGE))["message_id"]
    await edit(bot, 1, id, RichView(Markup("<h1>أخبار</h1>"), ((Button("x", "y"),),)))
    message = telegram.chat(1).messages[id]
    blocks = [{"type": "heading", "text": ["أخبار"]}]
    shown = {"html": "<h1>أخبار</h1>", "blocks": blocks, "is_rtl": True}
    assert message["rich_message"] == shown
    assert message["reply_markup"]["inline_keyboard"] == [[{"text": "x", "callback_data": "y"}]]
    _, parameters = telegram.calls[-1]
    assert "text" not in parameters


async def test_a_file_has_no_text_to_edit(telegram: ConsoleTelegram, bot: ExtBot[None]) -> None:
    telegram.chat(1)
    sent = await bot.send_document(1, b"x", "c", filename="x.txt")
    with pytest.raises(BadRequest, match=r"(?i)no text in the message"):
        await bot.edit_message_text("y", 1, sent.message_id)


async def test_an_answer_in_a_topic_of_a_group_stays_there_and_replies(
    telegram: ConsoleTelegram, bot: ExtBot[None]
) -> None:
    telegram.chat(1)
    view = RichView(Markup("<p>x</p>"))
    assert await send_view(bot, 1, view, thread_id=7, reply_to=5) > 0
    _, parameters = telegram.calls[-1]
    assert parameters["message_thread_id"] == 7
    assert parameters["reply_parameters"]["message_id"] == 5


@pytest.mark.parametrize("fallback", [(), (View(Markup("one")), View(Markup("two")))])
async def test_a_server_without_rich_messages_gets_what_there_is_instead_or_nothing(
    telegram: ConsoleTelegram, bot: ExtBot[None], fallback: tuple[View, ...]
) -> None:
    noted = 0

    async def note() -> None:
        nonlocal noted
        noted += 1

    telegram.chat(1)
    telegram.knows_rich = False
    view = RichView(Markup("<p>x</p>"), fallback=fallback)
    if fallback:
        await send_view(bot, 1, view, on_unknown=note)
    else:
        with pytest.raises(EndPointNotFound):
            await send_view(bot, 1, view, on_unknown=note)
    assert [one["text"] for one in telegram.chat(1).messages.values()] == ["one", "two"][
        : len(fallback)
    ]
    assert noted == 1


# ── how it is sent ───────────────────────────────────────────────────────────────────────────────


def test_a_message_is_laid_out_in_the_direction_of_its_first_word() -> None:
    assert not turned("<h1>News أخبار</h1>")
    assert turned("<h1>12 · أخبار News</h1>")
    assert turned(f"<h1>{RIGHT_TO_LEFT}News</h1>")
    assert not turned("<p>123</p>")
    assert rich_message("<h1>أخبار</h1>")["is_rtl"] is True


def test_without_its_pictures_a_message_is_still_whole() -> None:
    plainer = without_pictures(PAGE)
    assert "<img" not in plainer
    assert "five &lt; six" in plainer
    assert parse(plainer)


# ── from the news to the chat ────────────────────────────────────────────────────────────────────


async def push(database: Database, bot: ExtBot[None], clock: Any, press: Any, title: str) -> None:
    """Something happens, and the digest of the chat is due."""
    await press.publish(database, title)
    now = clock.forward(hours=1)
    async with database.write() as tx:
        await chats.change(tx, ChatId(1), next_digest_at=now)
    assert await compose_due(database, now) == 1
    await deliver(database, bot, clock, asyncio.Event())


async def test_a_digest_reaches_its_chat_in_the_layout_that_it_chose(
    database: Database,
    telegram: ConsoleTelegram,
    bot: ExtBot[None],
    clock: Any,
    press: Any,
    settle_chat: Any,
) -> None:
    chat = telegram.chat(1)
    await press.publish(database, "What was there before is no news")
    await settle_chat(database, 1, clock, layout=Layout.NEWSPAPER)
    await push(database, bot, clock, press, "North Korea tests a missile over the sea")
    [paper] = chat.messages.values()
    headings = [
        one.text for one in elements(parse(paper["rich_message"]["html"])) if one.tag == "h3"
    ]
    assert headings == ["North Korea tests a missile over the sea"]


async def test_on_an_old_server_digests_are_classic_and_soon_composed_as_such(
    database: Database,
    telegram: ConsoleTelegram,
    bot: ExtBot[None],
    clock: Any,
    press: Any,
    settle_chat: Any,
) -> None:
    chat = telegram.chat(1)
    telegram.knows_rich = False
    await press.publish(database, "What was there before is no news")
    await settle_chat(database, 1, clock, layout=Layout.NEWSPAPER)
    await push(database, bot, clock, press, "North Korea tests a missile over the sea")
    await push(database, bot, clock, press, "Talks with North Korea end without any result")
    first, second = (message["text"] for message in chat.messages.values())
    assert "North Korea tests a missile over the sea" in first
    assert "Talks with North Korea end without any result" in second
    assert [method for method, _ in telegram.calls].count("sendRichMessage") == 1


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────


def shown(markup: str) -> list[str]:
    pressed: list[str] = []

    def number(data: str) -> int:
        pressed.append(data)
        return len(pressed)

    console = Console(file=StringIO(), soft_wrap=True, color_system=None)
    for line in lines(parse(markup), number):
        console.print(line)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue().splitlines()


def test_the_terminal_shows_the_whole_page_with_what_is_folded() -> None:
    assert shown(PAGE) == [
        "",
        "The news",
        "One · today",
        "─" * 40,
        "",
        "One",
        "🖼 https://a.example/1.jpg",
        "Seen – Outlet",
        "five < six & new Mon",
        "[1] Save",
        "▸ More",
        "  Folded",
        "  • first",
        "  • second",
        "The end",
    ]


def test_the_terminal_shows_lists_tables_quotations_and_buttons_in_a_line() -> None:
    assert shown('<ol start="2"><li>two</li><li>three</li></ol>') == ["2. two", "3. three"]
    assert shown("<table><tr><th>a</th><td>b</td></tr></table>") == ["a │ b"]
    assert shown("<blockquote>said<br>so<cite>Me</cite></blockquote>") == [
        "│ said",
        "│ so",
        "│ Me",
    ]
    assert shown(f"<p>Now: {SAVE} {SAVE}</p>") == ["Now: [1] Save [2] Save"]
    assert shown("<pre>a\nb</pre>") == ["│ a", "│ b"]
    assert shown("<p>[not] a style</p>") == ["[not] a style"]
