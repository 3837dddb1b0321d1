"""Stars, thumbs and mutes, as somebody in a chat meets them."""

import re
from copy import deepcopy
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.console.door import Person
from handlers.belonging_buttons import MuteAgain, Share, ShowAgain, Why
from handlers.buttons import Forget, Mark, Marks, MuteOutlet, Save, Unmute, Unsave, Vote, encode
from handlers.page_buttons import SaveAgain, SavedPage
from handlers.saved import MOST
from handlers.views.marks import with_marks
from handlers.views.message import Button
from news.muting import MOST as MOST_MUTES
from news.stories import lead
from storage import articles, feeds, opinions
from storage.records import LARGEST_ID, ChatId, FeedId, MuteId, NewArticle, Story, StoryId
from tests.digests import last_told

Talk = Any
Buttons = Any
ME = ChatId(1)
ROW = ["⭐", "👍", "👎", "🔇", "↗", "❔"]


BOOKMARKS = "Send them as a file (bookmarks)"


def button_at(message: dict[str, Any], place: int) -> tuple[str, str]:
    """What a button of a message says and sends."""
    rows = message["reply_markup"]["inline_keyboard"]
    found = [button for row in rows for button in row][place]
    return found["text"], found["callback_data"]


def toast(talk: Talk) -> str:
    """What the last press was answered with over the chat."""
    answer = talk.telegram.answers[-1]
    assert not answer.get("show_alert")
    return str(answer.get("text", ""))


def numbers(answer: str) -> list[int]:
    return [int(number) for number in re.findall(r"^(\d+)\. ", answer, re.MULTILINE)]


async def latest(talk: Talk, limit: int = 20) -> tuple[Story, ...]:
    """The newest stories."""
    async with talk.parts.services.database.read() as tx:
        return tuple(story for _, story in await articles.latest(tx, limit=limit))


async def digest(talk: Talk, clock: Any) -> dict[str, Any]:
    """The last message of a digest that came by itself."""
    await talk.ask("/schedule daily 08:00")
    await talk.me.type("/subscribe japan, korea, north korea, rice, seoul, tokyo")
    clock.forward(hours=10)
    await talk.parts.poller.poll_due()
    clock.forward(hours=11)
    await talk.parts.delivery.compose()
    await talk.parts.delivery.deliver()
    messages = talk.telegram.chat(talk.me.chat_id).messages
    return dict(messages[max(messages)])


async def told(talk: Talk) -> tuple[StoryId, ...]:
    async with talk.parts.services.database.read() as tx:
        return await last_told(tx, ME, 30)


async def test_below_a_digest_is_one_row_of_marks(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    assert buttons_of(message)[-len(ROW) :] == ROW


@pytest.mark.parametrize("sign", ["⭐", "👍", "👎"])
async def test_a_sign_brings_the_numbers_of_the_stories_and_the_way_back_the_row(
    talk: Talk, buttons_of: Buttons, clock: Any, sign: str
) -> None:
    message = await digest(talk, clock)
    others = buttons_of(message)[: -len(ROW)]
    text = message["text"]
    [chosen] = await talk.me.press(message, sign)
    stories = await told(talk)
    labels = buttons_of(chosen)[len(others) :]
    assert labels[:-1] == [str(number) for number in range(1, len(stories) + 1)]
    assert labels[-1].startswith(f"↩ {sign}")
    assert toast(talk) in labels[-1]
    assert chosen["text"] == text
    [back] = await talk.me.press(chosen, labels[-1])
    assert buttons_of(back) == [*others, *ROW]
    assert (back["text"], toast(talk)) == (text, "")


async def test_the_number_of_a_story_keeps_that_story(talk: Talk, clock: Any) -> None:
    message = await digest(talk, clock)
    async with talk.parts.services.database.read() as tx:
        [second] = await articles.get_stories(tx, (await told(talk))[1:2])
    headline = lead(second).title[:100]
    messages = talk.telegram.chat(talk.me.chat_id).messages.values()
    assert any(f"2. {headline}" in str(one.get("text")) for one in messages)
    assert "no stories yet" in await talk.ask("/saved")
    [chosen] = await talk.me.press(message, "⭐")
    await talk.me.press(chosen, "2")
    assert toast(talk).startswith("Saved")
    listed = await talk.ask("/saved")
    assert listed.startswith("1 saved story\n")
    assert numbers(listed) == [1]
    assert headline in listed
    # The same press, dealt with twice, says and does the same.
    clock.forward(seconds=2)
    await talk.me.press_data(chosen, encode(Save(second.id)))
    assert "already" in toast(talk)
    assert await talk.ask("/saved") == listed


@pytest.mark.parametrize(
    ("sign", "done", "undone"),
    [
        ("⭐", "Saved.", "No longer saved"),
        ("👍", "More like this", "Taken back"),
        ("👎", "Less like this", "Taken back"),
    ],
)
async def test_the_numbers_show_which_stories_are_marked_and_take_it_back(
    talk: Talk, buttons_of: Buttons, clock: Any, sign: str, done: str, undone: str
) -> None:
    message = await digest(talk, clock)
    others = len(buttons_of(message)) - len(ROW)
    [chosen] = await talk.me.press(message, sign)
    assert "✓" not in toast(talk)
    [marked] = await talk.me.press(chosen, "2")
    assert toast(talk).startswith(done)
    assert buttons_of(marked)[others : others + 2] == ["1", "✓ 2"]
    [back] = await talk.me.press(marked, buttons_of(marked)[-1])
    [again] = await talk.me.press(back, sign)
    assert buttons_of(again)[others : others + 2] == ["1", "✓ 2"]
    assert "✓ is done already" in toast(talk)
    data = button_at(again, others + 1)[1]
    [unmarked] = await talk.me.press(again, "✓ 2")
    assert toast(talk).startswith(undone)
    assert buttons_of(unmarked)[others : others + 2] == ["1", "2"]
    # Dealt with twice, it does not mark the story again.
    clock.forward(seconds=2)
    await talk.me.press_data(unmarked, data)
    assert buttons_of(unmarked)[others : others + 2] == ["1", "2"]


async def test_a_thumb_up_gives_way_to_one_down(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    shown = await digest(talk, clock)
    for sign, marks in (("👍", 1), ("👎", 1), ("👍", 0)):
        [chosen] = await talk.me.press(shown, sign)
        assert "✓ 1" not in buttons_of(chosen)
        if marks:
            await talk.me.press(chosen, "1")
        [shown] = await talk.me.press(chosen, buttons_of(chosen)[-1])


async def test_two_fast_presses_mark_two_stories(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    others = len(buttons_of(message)) - len(ROW)
    [chosen] = await talk.me.press(message, "⭐")
    before = deepcopy(chosen)
    await talk.me.press(chosen, "1")
    [marked] = await talk.me.press(before, "2")
    assert buttons_of(marked)[others : others + 2] == ["✓ 1", "✓ 2"]


async def test_a_saved_story_can_be_taken_away_and_brought_back_in_its_place(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await talk.ask_message("/latest")
    stories = await latest(talk)
    for story in stories[:3]:
        clock.forward(minutes=1)
        await talk.me.press_data(message, encode(Save(story.id)))
    listed = await talk.ask_message("/saved")
    assert buttons_of(listed) == ["✕ 1", "✕ 2", "✕ 3", BOOKMARKS]
    [removed] = await talk.me.press(listed, "✕ 2")
    assert toast(talk).startswith("No longer saved: “")
    assert removed["message_id"] == listed["message_id"]
    assert buttons_of(removed) == ["✕ 1", "↩ 2", "✕ 3", BOOKMARKS]
    assert numbers(await talk.ask("/saved")) == [1, 2]
    [again] = await talk.me.press(removed, "↩ 2")
    assert toast(talk).startswith("Saved")
    assert buttons_of(again) == ["✕ 1", "✕ 2", "✕ 3", BOOKMARKS]
    before = re.sub(r"\d+ \w+ ago", "", again["text"])
    assert re.sub(r"\d+ \w+ ago", "", await talk.ask("/saved")) == before


async def test_many_saved_stories_are_paged_in_place(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/latest")
    stories = await latest(talk)
    for story in stories[:12]:
        await talk.me.press_data(message, encode(Save(story.id)))
    listed = await talk.ask_message("/saved")
    assert numbers(listed["text"]) == list(range(1, 11))
    [second] = await talk.me.press(listed, "More ▶")
    assert second["message_id"] == listed["message_id"]
    assert second["text"].startswith("12 saved stories · Page 2\n")
    assert numbers(second["text"]) == [11, 12]
    assert buttons_of(second) == ["✕ 11", "✕ 12", "◀ Before", "More ▶", BOOKMARKS]
    # A page that is gone meanwhile is the last one that there is.
    await talk.me.press_data(message, encode(SavedPage(9)))
    assert "Page 2" in talk.telegram.chat(1).messages[message["message_id"]]["text"]


async def test_a_chat_keeps_no_more_stories_than_it_may(talk: Talk) -> None:
    message = await talk.ask_message("/latest")
    [story, *_] = await latest(talk)
    now = talk.parts.services.clock()
    async with talk.parts.services.database.write() as tx:
        for id in await articles.add_stories(tx, MOST, now):
            new = NewArticle(f"n{id}", "", "", "t", "", now, id, archived=True)
            await articles.add(tx, [(story.articles[0].feed_id, new)], now)
            await opinions.save(tx, ME, id, now)
    await talk.me.press_data(message, encode(Save(story.id)))
    assert "makes room" in toast(talk)
    async with talk.parts.services.database.read() as tx:
        assert await opinions.count_saved(tx, ME) == MOST


@pytest.mark.parametrize(
    ("action", "done", "again", "undone"),
    [
        (Save, "Saved.", "have saved that one already", "No longer saved"),
        (partial(Vote, up=True), "More like", "asked for more like this already", "Taken back"),
        (partial(Vote, up=False), "Less like", "asked for less like this already", "Taken back"),
    ],
)
async def test_where_no_numbers_stand_a_second_press_gets_a_button_that_takes_it_back(
    talk: Talk, clock: Any, buttons_of: Buttons, action: Any, done: str, again: str, undone: str
) -> None:
    # As in a newspaper, whose buttons stand in its text.
    message = await talk.ask_message("/latest")
    before = buttons_of(message)
    [story, *_] = await latest(talk)
    data = encode(action(story.id))
    assert await talk.me.press_data(message, data) == []
    assert toast(talk).startswith(done)
    clock.forward(seconds=2)
    [shown] = await talk.me.press_data(message, data)
    assert again in toast(talk)
    [*rest, undo] = buttons_of(shown)
    assert rest == before
    assert undo.startswith("↩ Take back ")
    [clean] = await talk.me.press(shown, undo)
    assert toast(talk).startswith(undone)
    assert buttons_of(clean) == before


async def test_taste_says_in_plain_words_what_was_learnt_and_forgets_it(
    talk: Talk, buttons_of: Buttons
) -> None:
    assert "no thumbs yet" in await talk.ask("/taste")
    message = await talk.ask_message("/latest north korea")
    stories = await latest(talk, 80)
    about = [one for one in stories if "North Korea" in one.articles[0].title]
    other = next(one for one in stories if one not in about)
    assert len(about) > 2
    for story in about[:3]:
        await talk.me.press_data(message, encode(Vote(story.id, up=True)))
    await talk.me.press_data(message, encode(Vote(other.id, up=False)))
    shown = await talk.ask_message("/taste")
    liked, _, disliked = shown["text"].partition("You like less of:")
    assert shown["text"].startswith("What 4 thumbs have taught me")
    assert "“North Korea”" in liked
    assert other.articles[0].outlet in disliked or about[0].articles[0].outlet in liked
    assert buttons_of(shown) == ["Forget all of it"]
    [question] = await talk.me.press(shown, "Forget all of it")
    assert buttons_of(question) == ["Keep everything", "Forget all of it"]
    [kept] = await talk.me.press(question, "Keep everything")
    assert kept["text"] == shown["text"]
    await talk.me.press(kept, "Forget all of it")
    [forgotten] = await talk.me.press(question, "Forget all of it")
    assert forgotten["message_id"] == shown["message_id"]
    assert "all 4 thumbs" in forgotten["text"]
    assert "no thumbs yet" in await talk.ask("/taste")


async def test_a_source_below_a_digest_is_muted_by_its_name(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    others = len(buttons_of(message)) - len(ROW)
    [chosen] = await talk.me.press(message, "🔇")
    outlet, data = button_at(chosen, others)
    [muted] = await talk.me.press_data(chosen, data)
    assert toast(talk).startswith(f"Nothing from {outlet}")
    clock.forward(seconds=2)
    await talk.me.press_data(chosen, data)
    assert "muted already" in toast(talk)
    assert f"1. {outlet}" in await talk.ask("/mute")
    [back] = await talk.me.press(muted, buttons_of(muted)[-1])
    [again] = await talk.me.press(back, "🔇")
    assert outlet not in buttons_of(again)


async def test_what_was_muted_below_a_digest_is_shown_again_by_the_button_in_its_place(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    row = buttons_of(message)
    [chosen] = await talk.me.press(message, "🔇")
    outlet, data = button_at(chosen, len(row) - len(ROW))
    [muted] = await talk.me.press_data(chosen, data)
    undo = f"↩ Unmute {outlet}"
    assert buttons_of(muted)[len(row) - len(ROW)] == undo
    [shown] = await talk.me.press(muted, undo)
    assert toast(talk) == f"{outlet} is shown again."
    assert (buttons_of(shown), shown["text"]) == (row, message["text"])
    assert "Nothing is muted" in await talk.ask("/mute")


async def test_a_story_of_a_digest_is_shown_by_itself_to_be_shared(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    [chosen] = await talk.me.press(message, "↗")
    [shared] = await talk.me.press(chosen, "2")
    async with talk.parts.services.database.read() as tx:
        [second] = await articles.get_stories(tx, (await told(talk))[1:2])
    assert shared["text"].startswith(lead(second).title[:100])
    [[button]] = shared["reply_markup"]["inline_keyboard"]
    leads_to = urlsplit(button["url"])
    assert (leads_to.netloc, leads_to.path) == ("t.me", "/share/url")
    assert parse_qs(leads_to.query)["url"] == [lead(second).url]


async def test_the_stories_of_a_sample_do_nothing_and_say_why(talk: Talk) -> None:
    message = await talk.ask_message("/latest")
    for action in (
        Save(StoryId(LARGEST_ID)),
        Vote(StoryId(LARGEST_ID - 4), True),
        MuteOutlet(FeedId(LARGEST_ID)),
        Why(StoryId(LARGEST_ID)),
    ):
        await talk.me.press_data(message, encode(action))
        assert "only a sample" in toast(talk)
    [answer] = await talk.me.press_data(message, encode(Share(StoryId(LARGEST_ID))))
    assert "only a sample" in answer["text"]


async def test_why_below_a_digest_says_why_one_story_was_in_it(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await digest(talk, clock)
    [chosen] = await talk.me.press(message, "❔")
    assert buttons_of(chosen)[-1] == "↩ ❔ Which story shall I explain?"
    assert await talk.me.press(chosen, "1") == []
    answer = talk.telegram.answers[-1]
    # It stays until it was read, and nobody else sees it.
    assert answer["show_alert"]
    assert answer["text"].startswith(("Topic “", "From "))
    assert answer["text"].split("\n")[0] in (await talk.ask("/why")).split("\n\n")[1]


async def test_a_muted_source_is_shown_nowhere_until_it_is_unmuted(
    talk: Talk, buttons_of: Buttons
) -> None:
    before = await talk.ask("/latest")
    [story, *_] = await latest(talk)
    outlet = story.articles[0].outlet
    assert outlet in before
    muted = await talk.ask_message(f"/mute {outlet.upper()}")
    assert muted["text"] == f"Nothing from {outlet} is shown here any more."
    assert outlet not in await talk.ask("/latest")
    assert outlet not in await talk.ask("/latest north korea")
    assert outlet not in await talk.ask("/search north korea")
    [ended] = await talk.me.press(muted, "Undo")
    assert ended["text"] == f"{outlet} is shown again.\n\nNothing is muted."
    assert await talk.ask("/latest") == before


async def test_muted_words_hide_whole_stories_and_pages_stay_full_and_fit_together(
    talk: Talk, buttons_of: Buttons
) -> None:
    await talk.ask("/mute north korea, horoscope")
    message = await talk.ask_message("/latest")
    assert numbers(message["text"]) == list(range(1, 11))
    first = message["text"]
    [second] = await talk.me.press(message, "Older ▶")
    both = first + second["text"]
    assert numbers(second["text"])[0] == 11
    assert "north korea" not in both.casefold()
    headlines = re.findall(r"^\d+\. (.*)", both, re.MULTILINE)
    assert len(set(headlines)) == len(headlines)
    [back] = await talk.me.press(second, "◀ Newer")
    assert back["text"] == first


async def test_pages_of_a_search_fit_together_where_stories_are_muted(
    talk: Talk, buttons_of: Buttons
) -> None:
    async def listed() -> list[str]:
        message = await talk.ask_message("/search japan")
        first = message["text"]
        assert numbers(first) == list(range(1, 11))
        [second] = await talk.me.press(message, "More ▶")
        return re.findall(r"^\d+\. (.*)", f"{first}\n{second['text']}", re.MULTILINE)

    before = await listed()
    await talk.ask("/mute Tokyo")
    after = await listed()
    assert any("Tokyo" in headline for headline in before)
    assert not any("Tokyo" in headline for headline in after)
    assert len(set(after)) == len(after)
    left = [headline for headline in after if headline in before]
    assert len(left) > 5
    assert left == [headline for headline in before if headline in left]


@pytest.mark.parametrize("typed", ["2", "harbour courier", "the Harbour Courier", "{address}"])
async def test_a_source_is_known_by_number_name_or_address(talk: Talk, typed: str) -> None:
    address = f"{talk.newsroom}/harbour-courier/feed"
    await talk.ask("/subscribe rice")
    await talk.me.type(f"/subscribe {address}")
    answer = await talk.ask(f"/mute {typed.format(address=address)}")
    assert answer.startswith(
        "Nothing from The Harbour Courier is shown here any more.\n⚠ You follow"
    )
    assert "muted already" in await talk.ask("/mute The Harbour Courier")


async def test_the_address_of_an_article_stands_for_its_source(talk: Talk) -> None:
    [story, *_] = await latest(talk)
    [article, *_] = story.articles
    assert f"Nothing from {article.outlet}" in await talk.ask(f"/mute {article.url}")
    assert "no source at" in await talk.ask(
        f"/mute {talk.newsroom}/harbour-courier/nothing-of-the-kind"
    )
    assert "1 thing is muted" in await talk.ask("/mute")


async def test_the_number_of_a_topic_is_not_taken_for_words(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    assert "“rice” is a topic" in await talk.ask("/mute 1")
    assert "Nothing is muted" in await talk.ask("/mute")


async def test_words_in_the_name_of_a_source_can_be_told_from_the_source(
    talk: Talk, buttons_of: Buttons
) -> None:
    muted = await talk.ask_message("/mute Courier")
    assert "Nothing with “Courier”" in muted["text"]
    assert buttons_of(muted) == ["Undo", "🔇 The Harbour Courier"]
    await talk.me.press(muted, "🔇 The Harbour Courier")
    assert toast(talk).startswith("Nothing from The Harbour Courier")
    [left] = await talk.me.press(muted, "Undo")
    assert "“Courier” is shown again." in left["text"]
    assert "1. The Harbour Courier" in left["text"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a", "too little"),
        ("🚀", "too little"),
        *((typed, "too little") for typed in ("7", "あ", "ㅋ", "의", "的")),
        *(
            (typed, f"Nothing with “{typed}” in its headline")
            for typed in ("米", "雨", "쌀", "中国", "이사")
        ),
        (", ,", "too little"),
        ("x" * 101, "at most 100 characters"),
        ("https://nowhere.example/feed", "no source at nowhere.example/feed"),
        ("nowhere.example", "no source at nowhere.example"),
        ("<b>bold</b> & more", "<b>bold</b> & more"),
    ],
)
async def test_whatever_is_muted_is_answered_kindly(talk: Talk, typed: str, said: str) -> None:
    assert said in await talk.ask(f"/mute {typed}")


async def test_unmuting_goes_by_number_name_or_button(talk: Talk, buttons_of: Buttons) -> None:
    assert "Nothing is muted" in await talk.ask("/unmute")
    await talk.ask("/mute tea, rice leaves, Horoscope")
    listed = await talk.ask_message("/unmute")
    assert "1. “tea”\n2. “rice leaves”\n3. “Horoscope”" in listed["text"]
    rows = ["✕ 1. tea", "✕ 2. rice leaves", "✕ 3. Horoscope"]
    assert buttons_of(listed) == [*rows, "◀ All settings"]
    assert await talk.ask("/unmute 2") == "“rice leaves” is shown again."
    assert await talk.ask("/unmute horoscope") == "“Horoscope” is shown again."
    assert "“9” is not muted" in await talk.ask("/unmute 9")
    [known] = await talk.me.press(listed, "✕ 3. Horoscope")
    assert toast(talk) == "That is not muted any more."
    assert buttons_of(known)[:3] == ["✕ 1. tea", "↩ rice leaves", "↩ Horoscope"]
    [last] = await talk.me.press(listed, "✕ 1. tea")
    assert toast(talk) == "“tea” is shown again."
    assert last["message_id"] == listed["message_id"]
    assert buttons_of(last)[:3] == ["↩ tea", "↩ rice leaves", "↩ Horoscope"]
    assert "Nothing is muted" in await talk.ask("/mute")


async def test_a_long_list_of_mutes_is_paged_and_has_an_end(
    talk: Talk, buttons_of: Buttons
) -> None:
    await talk.ask("/start")
    async with talk.parts.services.database.write() as tx:
        for number in range(MOST_MUTES - 1):
            name = f"word {number} & {'<' * 60}"
            await opinions.mute_words(tx, ME, name, talk.parts.services.clock())
    message = await talk.ask_message("/mute")
    assert "99 things are muted" in message["text"]
    assert buttons_of(message)[-4:] == ["✕ 20. word 19 &…", "◀ Before", "More ▶", "◀ All settings"]
    [second] = await talk.me.press(message, "More ▶")
    assert buttons_of(second)[0] == "✕ 21. word 20 &…"
    assert "can mute 100 things" in await talk.ask("/mute one thing, another thing")
    assert "Nothing with “one thing”" in await talk.ask("/mute one thing")
    [story, *_] = await latest(talk)
    data = encode(MuteOutlet(story.articles[0].feed_id))
    await talk.me.press_data(message, data)
    assert "can mute 100 things" in toast(talk)


async def test_in_a_group_only_administrators_mark_and_mute_and_anyone_reads_the_lists(
    talk: Talk,
) -> None:
    group = talk.telegram.chat(-5, "supergroup")
    group.administrators.add(11)
    member = Person(talk.parts.application, talk.telegram, -5, 12)
    admin = Person(talk.parts.application, talk.telegram, -5, 11)
    [message] = await member.type("/latest")
    [story, *_] = await latest(talk)
    feed_id = story.articles[0].feed_id
    for action in (
        *(Save(story.id), Vote(story.id, up=True), MuteOutlet(feed_id), Marks(Mark.SAVE, 1)),
        *(Unsave(story.id, 1), SaveAgain(story.id, 1), Forget(), Unmute(MuteId(1))),
        *(ShowAgain(MuteId(1), "rice"), MuteAgain(MuteId(1), "rice")),
    ):
        assert await member.press_data(message, encode(action)) == []
        assert "Only administrators" in talk.telegram.answers[-1]["text"]
    assert "Only administrators" in (await member.type("/mute rice"))[0]["text"]
    for typed, said in (("/saved", "no stories"), ("/taste", "no thumbs"), ("/mute", "Nothing is")):
        assert said in (await member.type(typed))[0]["text"]
    await admin.press_data(message, encode(Save(story.id)))
    assert toast(talk).startswith("Saved")
    [listed] = await member.type("/saved")
    assert "1 saved story" in listed["text"]
    await member.press_data(listed, encode(SavedPage(1)))
    assert "text" not in talk.telegram.answers[-1]


async def test_what_is_gone_is_said_to_be_gone(talk: Talk) -> None:
    message = await talk.ask_message("/latest")
    for action, said in (
        (Save(StoryId(10**9)), "no longer have"),
        (Vote(StoryId(10**9), up=True), "no longer have"),
        (MuteOutlet(FeedId(10**9)), "no longer know that source"),
        (Marks(Mark.UP, 5), "don’t have that digest"),
        (Marks(Mark.MUTE, 2**32 - 1), "don’t have that digest"),
        (SaveAgain(StoryId(10**9), 2**32 - 1), "no longer have"),
        (Why(StoryId(10**9)), "no longer have"),
        (ShowAgain(MuteId(10**9), "rice"), "not muted any more"),
        (MuteAgain(MuteId(1), FeedId(10**9)), "no longer know that source"),
    ):
        await talk.me.press_data(message, encode(action))
        assert said in toast(talk)


async def test_a_story_saved_with_a_date_in_the_future_is_saved_now(talk: Talk, clock: Any) -> None:
    message = await talk.ask_message("/latest")
    [story, *_] = await latest(talk)
    await talk.me.press_data(message, encode(SaveAgain(story.id, 2**32 - 1)))
    async with talk.parts.services.database.read() as tx:
        [kept] = await opinions.saved(tx, ME, 9)
    assert kept.at == clock()


async def test_mutes_and_thumbs_of_one_chat_are_not_those_of_another(talk: Talk) -> None:
    await talk.ask("/mute rice")
    other = Person(talk.parts.application, talk.telegram, 2)
    [message] = await other.type("/mute")
    assert "Nothing is muted" in message["text"]
    async with talk.parts.services.database.read() as tx:
        [mine] = await opinions.mutes(tx, ME)
    [answer] = await other.press_data(message, encode(Unmute(mine.id)))
    assert answer["text"].startswith("That is not muted any more.")
    assert "1. “rice”" in await talk.ask("/mute")


async def test_the_feeds_of_a_whole_site_are_muted_together(talk: Talk) -> None:
    now = talk.parts.services.clock()
    async with talk.parts.services.database.write() as tx:
        for number in range(12):
            await feeds.add(tx, f"https://news.big.example/{number}", now, pinned=True)
        await feeds.add(tx, "https://notbig.example/feed", now, pinned=True)
    answer = await talk.ask("/mute www.big.example")
    assert answer.count("Nothing from") == 10
    assert "And 2 more sources" in answer
    async with talk.parts.services.database.read() as tx:
        assert len(await opinions.mutes(tx, ME)) == 12


def test_only_the_rows_that_mark_stories_are_replaced() -> None:
    read_on = (Button("Read on", "1:o:1:2"),)
    row = tuple(Button(mark.value, encode(Marks(mark, 5))) for mark in Mark)
    number = (Button("1", encode(Save(StoryId(1)))),)
    back = (Button("↩", encode(Marks(None, 5))),)
    assert with_marks((read_on, row), (number, back)) == (read_on, number, back)
    assert with_marks((read_on, number, back), (row,)) == (read_on, row)
    assert with_marks((), (row,)) == (row,)
