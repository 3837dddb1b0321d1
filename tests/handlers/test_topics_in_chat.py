"""Topics, searches and their reasons, as somebody in a chat meets them."""

import re
from typing import Any

import pytest

from bot.composer import compose_due
from news.follow import follow_topic
from news.query import parse
from news.stories import lead
from storage.records import ChatId
from tests.digests import last_told

Talk = Any
Buttons = Any


def numbers(answer: str) -> list[int]:
    return [int(number) for number in re.findall(r"^(\d+)\. ", answer, re.MULTILINE)]


@pytest.mark.parametrize("typed", ["DPRK", "Corée du Nord", "КНДР", "north korea since:30d"])
async def test_a_country_is_found_by_any_of_its_names(talk: Talk, typed: str) -> None:
    plain = (await talk.ask("/latest North Korea")).split("\n\n", 1)[1]
    assert (await talk.ask(f"/latest {typed}")).split("\n\n", 1)[1] == plain


async def test_a_search_shows_the_best_first_and_its_pages_fit_together(
    talk: Talk, buttons_of: Buttons
) -> None:
    first = await talk.ask_message("/search north korea")
    assert numbers(first["text"]) == list(range(1, 11))
    assert buttons_of(first)[:2] == ["◀ Before", "More ▶"]
    before = first["text"]
    [second] = await talk.me.press(first, "More ▶")
    after = second["text"]
    assert numbers(after)[0] == 11
    headlines = re.findall(r"^\d+\. (.*)", f"{before}\n{after}", re.MULTILINE)
    assert len(set(headlines)) == len(headlines)
    [back] = await talk.me.press(second, "◀ Before")
    assert back["text"] == before


async def test_a_phrase_that_is_nowhere_can_be_looked_for_as_single_words(
    talk: Talk, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/latest north korea train")
    assert numbers(message["text"]) == []
    label = buttons_of(message)[0]
    assert label == "Search: north korea AND train"
    [found] = await talk.me.press(message, label)
    assert numbers(found["text"])
    assert "train" in found["text"]


async def test_operators_work_in_a_chat_and_exclude_what_they_should(talk: Talk) -> None:
    every = await talk.ask("/latest north korea AND launch")
    fewer = await talk.ask("/latest north korea AND launch -coastguard")
    assert "Coastguard" in every
    assert "Coastguard" not in fewer
    assert " +2 · " in every
    assert " +1 · " in fewer


async def test_a_mistake_in_a_query_is_shown_in_its_place(talk: Talk) -> None:
    answer = await talk.ask("/latest kim AND (")
    _, shown, mark, example = answer.split("\n")
    assert shown.index("(") == mark.index("^")
    assert "/latest (" in example


async def test_what_everybody_may_read_no_stranger_can_widen(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    [item] = await talk.follows()
    message = await talk.ask_message("/latest rice")
    await talk.me.press_data(message, f"1:w:{item.id + 7}:Kyoto")
    assert [one.name for one in await talk.follows()] == ["rice"]
    await talk.me.press_data(message, f"1:w:{item.id}:Kyoto")
    assert [one.name for one in await talk.follows()] == ["rice OR Kyoto"]
    await talk.me.press_data(message, f"1:w:{item.id}:Kyoto")
    assert len(await talk.follows()) == 1


async def test_why_says_what_of_each_story_belongs_to_which_topic(talk: Talk, clock: Any) -> None:
    assert "no digest yet" in await talk.ask("/why")
    await talk.ask("/schedule daily 08:00")
    for topic in ("japan, korea, north korea, rice, seoul, tokyo", f"{talk.newsroom}/harbour/feed"):
        await talk.me.type(f"/subscribe {topic}")
    clock.forward(hours=10)
    await talk.parts.poller.poll_due()
    clock.forward(hours=11)
    database = talk.parts.services.database
    assert await compose_due(database, clock()) == 1
    async with database.read() as tx:
        told = await last_told(tx, ChatId(talk.me.chat_id), 30)
    answers = await talk.me.type("/why")
    text = "\n".join(answer["text"] for answer in answers)
    assert numbers(text) == list(range(1, len(told) + 1))
    assert re.search(r"Topic “japan, .*”: “.+” in the headline", text)


@pytest.mark.parametrize("command", ["/latest", "/search"])
async def test_words_in_capitals_are_looked_for_in_any_case_where_nothing_has_them_so(
    talk: Talk, command: str
) -> None:
    plain = (await talk.ask(f"{command} rice")).split("\n\n", 1)[1]
    assert (await talk.ask(f"{command} RICE")).split("\n\n", 1)[1] == plain
    # Every text has "who".
    assert "no story" in await talk.ask(f"{command} WHO")


async def test_a_topic_in_capitals_is_the_same_as_in_small_letters(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    assert (await talk.ask("/subscribe RICE")).startswith("You follow “rice” already.")
    assert [one.name for one in await talk.follows()] == ["rice"]


async def test_what_is_followed_already_is_named_as_it_stands_in_the_list(talk: Talk) -> None:
    await talk.ask("/subscribe North Korea")
    assert (await talk.ask("/subscribe DPRK")).startswith("You follow “North Korea” already.")
    assert (await talk.ask("/unsubscribe 북한")).startswith("You no longer follow “North Korea”")
    assert await talk.follows() == ()


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
async def test_stories_in_the_language_of_the_chat_are_shown_first_as_proof(
    talk: Talk, clock: Any, language: str
) -> None:
    await talk.ask("/start")
    await talk.ask(f"/language {language}")
    await talk.ask("/subscribe North Korea")
    [item] = await talk.follows()
    database = talk.parts.services.database
    shown = await follow_topic(database, item.chat_id, parse("North Korea"), 9, clock())
    spoken = [lead(story).language for story in shown.stories]
    assert len(spoken) == 3
    assert spoken[0] == language
    assert spoken == sorted(spoken, key=lambda one: one != language)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("zebra or otter", "Search: zebra OR otter"),
        ("얼룩말 또는 수달", "Search: 얼룩말 OR 수달"),
        ("縞馬または川獺", "Search: 縞馬 OR 川獺"),
        ("縞馬と川獺", "Search: 縞馬 AND 川獺"),
        ("zebra and not otter", "Search: zebra AND NOT otter"),
        ("the otter in zebra and ocelot", "Search: otter AND zebra AND ocelot"),
    ],
)
async def test_either_and_both_are_offered_as_they_were_meant(
    talk: Talk, buttons_of: Any, typed: str, label: str
) -> None:
    for before in ("", "/latest ", "/search "):
        assert label in buttons_of(await talk.ask_message(f"{before}{typed}"))


@pytest.mark.parametrize(
    ("typed", "past"),
    [
        ("japan before:2020-01-01", True),
        ("japan before:7d", True),
        ("japan before:2020-01-01 OR rice before:2020-02-01", True),
        ("japan before:2020-01-01 OR rice", False),
        ("japan before:2999-01-01", False),
        ("japan since:2020-01-01", False),
    ],
)
async def test_whoever_follows_what_is_over_hears_that_nothing_new_can_come(
    talk: Talk, typed: str, past: bool
) -> None:
    answer = await talk.ask(f"/subscribe {typed}")
    assert ("Nothing new can come" in answer) == past
    assert not (past and "you will hear when one comes" in answer)


async def test_words_for_a_feed_that_is_followed_are_no_topic_unless_they_are_quoted(
    talk: Talk,
) -> None:
    await talk.ask(f"/subscribe {talk.newsroom}/harbour-courier/feed")
    assert await talk.ask("/subscribe harbour courier") == (
        "You follow “The Harbour Courier” already. /subscriptions shows everything."
    )
    assert [one.name for one in await talk.follows()] == ["The Harbour Courier"]
    assert "You now follow" in await talk.ask('/subscribe "harbour courier"')
