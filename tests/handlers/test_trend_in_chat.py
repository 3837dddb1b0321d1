"""How much there was of something, as a picture and as a line of text."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot import charts
from bot.console.door import Person
from handlers.buttons import TrendOf
from handlers.views.message import plain_text
from handlers.views.reader import Reader
from handlers.views.trend import labels, trend
from news.trend import Day, Trend, last_days
from storage import chats
from storage.records import Article, ArticleId, FeedId, Story, StoryId, TopicId

Talk = Any
Buttons = Any


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)


@pytest.fixture
def pictures() -> None:
    pytest.importorskip("matplotlib")


async def test_without_pictures_a_trend_is_a_line_of_text(no_pictures: None, talk: Talk) -> None:
    message = await talk.ask_message("/trend North Korea")
    total, line, dates, peak, largest, source = message["text"].split("\n")
    assert re.fullmatch(r"“North Korea” · \d+ stories, Oct 22 – Nov 20", total)
    assert re.fullmatch("[▁▂▃▄▅▆▇█]{30}", line)
    assert line.startswith("▁▁▁")
    assert "█" in line
    assert dates == "Oct 22 – Nov 20"
    assert re.fullmatch(r"At most \d+ stories a day, on Nov \d+\.", peak)
    assert largest.startswith("The largest: ")
    assert re.search(r" \+\d+ · .* ago", source)
    [link] = [one for one in message["entities"] if one["type"] == "text_link"]
    assert link["url"].startswith(talk.newsroom)


async def test_the_stories_of_a_trend_are_those_that_latest_lists(
    no_pictures: None, talk: Talk
) -> None:
    [_, total] = (await talk.ask("/trend rice")).split("\n")[0].split(" · ")
    pages = [await talk.ask("/latest rice")]
    message = await talk.ask_message("/latest rice")
    while any("Older" in one for one in _labels(message)):
        [message] = await talk.me.press(message, "Older ▶")
        pages.append(message["text"])
    listed = max(int(number) for page in pages for number in re.findall(r"(?m)^(\d+)\. ", page))
    assert total.startswith(f"{listed} stor")


def _labels(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def test_a_trend_is_a_small_picture_with_words_below(
    pictures: None, talk: Talk, buttons_of: Buttons
) -> None:
    [message] = await talk.me.type("/trend North Korea")
    [photo] = message["photo"]
    assert (photo["width"], photo["height"]) == (800, 400)
    assert photo["file_size"] <= 60_000
    assert message["caption"].startswith("“North Korea” · ")
    assert "█" not in message["caption"]
    assert any(one["type"] == "text_link" for one in message["caption_entities"])
    assert buttons_of(message) == ["Follow “North Korea”"]


async def test_what_is_followed_already_has_no_button_to_follow(
    no_pictures: None, talk: Talk, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/trend rice")
    await talk.me.press(message, "Follow “rice”")
    assert [one.name for one in await talk.follows()] == ["rice"]
    assert buttons_of(await talk.ask_message("/trend rice")) == []
    # Nor has what can't be followed.
    assert buttons_of(await talk.ask_message("/trend since:7d")) == []


async def test_what_is_nowhere_has_no_picture_but_a_button(talk: Talk, buttons_of: Buttons) -> None:
    message = await talk.ask_message("/trend unobtainium")
    assert message["text"] == "I have no story about “unobtainium” from Oct 22 – Nov 20."
    assert buttons_of(message) == ["Follow “unobtainium”"]


async def test_a_trend_of_nothing_asks_and_a_mistake_is_explained(talk: Talk) -> None:
    assert "/trend North Korea" in await talk.ask("/trend")
    answer = await talk.ask("/trend kim AND (")
    _, shown, mark, example = answer.split("\n")
    assert shown.index("(") == mark.index("^")
    assert "/trend (" in example


async def test_a_button_shows_the_trend_of_its_topic_to_anyone(
    no_pictures: None, talk: Talk, clock: Any
) -> None:
    talk.telegram.chat(-5, "supergroup")
    stranger = Person(talk.parts.application, talk.telegram, -5, user_id=12)
    [message] = await stranger.type("/latest rice")
    async with talk.parts.services.database.write() as tx:
        topic = await chats.intern_topic(tx, "rice", "rice", clock())
    [answer] = await stranger.press_data(message, await talk.sealed(TrendOf(topic.id), stranger))
    assert answer["message_id"] != message["message_id"]
    assert answer["text"].startswith("“rice” · ")
    gone = TrendOf(TopicId(topic.id + 1000))
    [old] = await stranger.press_data(message, await talk.sealed(gone, stranger))
    assert "rice" not in old["text"]


async def test_what_was_typed_and_written_is_escaped_and_fits_below_a_picture(
    clock: Callable[[], Any],
) -> None:
    now = clock()
    article = Article(
        *(ArticleId(1), FeedId(1), StoryId(1), "<Out>" * 50, "https://a.example/?a=1&b=2"),
        *("<b>" * 300, "", now),
    )
    days = tuple(Day(day, 1234) for day in last_days(now, "UTC"))
    shown = Trend("<i>" * 80, days, Story(StoryId(1), (article,)))
    view = trend(shown, b"png", 4000, None, Reader("en", "UTC", now))
    text = plain_text(str(view.text))
    assert len(text) <= 1024
    assert "37,020 stories" in text
    assert "<i><i>" in text
    assert "<b><b>" in text
    assert view.file is not None
    assert view.file.picture


async def test_a_trend_that_does_not_reach_back_says_so(clock: Callable[[], Any]) -> None:
    now = clock()
    dates = last_days(now, "UTC")
    reader = Reader("en", "UTC", now)
    some = Trend("rice", tuple(Day(day, None if day.day != 20 else 7) for day in dates), None, True)
    none = Trend("rice", tuple(Day(day, None) for day in dates), None, True)
    assert "the newest 4,000 articles" in trend(some, None, 4000, None, reader).text
    assert "too many to count" in trend(none, None, 4000, None, reader).text


@pytest.mark.parametrize("language", ["en", "de", "ja", "ko", "ar"])
def test_dates_in_a_picture_are_digits_in_any_language(language: str, clock: Any) -> None:
    days = tuple(Day(day, 0) for day in last_days(clock(), "UTC"))
    for label in labels(Trend("", days, None), Reader(language, "UTC", clock())):
        assert re.fullmatch(r"[0-9/. ]+", label)
