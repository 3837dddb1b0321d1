"""Several things unfollowed at once, with one way back."""

from typing import Any

import pytest

from bot.console.door import buttons_of

Talk = Any


@pytest.fixture
async def four(talk: Talk) -> Talk:
    for topic in ("rice", "wheat", '"barley"', "oats"):
        await talk.ask(f"/subscribe {topic}")
    await talk.ask("/schedule 2 daily 08:00")
    return talk


async def names(talk: Talk) -> list[str]:
    return [one.name for one in await talk.follows()]


ALL = ["rice", "wheat", '"barley"', "oats"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("1 2", ['"barley"', "oats"]),
        ("1,2", ['"barley"', "oats"]),
        ("1, 2", ['"barley"', "oats"]),
        ("1-3", ["oats"]),
        ("1 – 3", ["oats"]),
        ("1、3〜4", ["wheat"]),
        ("#1 #4.", ["wheat", '"barley"']),
        ("all", []),
        ("rice\n3", ["wheat", "oats"]),
        ("すべて", []),
        ("전부", []),
        ("1 and 2", ['"barley"', "oats"]),
        ("rice, oats", ["wheat", '"barley"']),
        ("rice and oats", ["wheat", '"barley"']),
        ("number 1, no. 2", ['"barley"', "oats"]),
        ("1番、oats", ["wheat", '"barley"']),
        ("1번 2번", ['"barley"', "oats"]),
    ],
)
async def test_numbers_and_ranges_are_unfollowed_and_come_back_together(
    four: Talk, clock: Any, typed: str, left: list[str]
) -> None:
    before = await four.follows()
    message = await four.ask_message(f"/unsubscribe {typed}")
    assert "You no longer follow" in message["text"]
    assert await names(four) == left
    [(_, undo), *_] = buttons_of(message)
    [back] = await four.me.press_data(message, undo)
    assert back["text"].startswith("You follow ")
    assert await names(four) == ALL
    after = await four.follows()
    assert [one.schedule for one in after] == [one.schedule for one in before]
    assert [one.after_article for one in after] == [one.after_article for one in before]
    # A second tap says the same.
    clock.forward(seconds=5)
    await four.me.press_data(message, undo)
    assert await names(four) == ALL


@pytest.mark.parametrize("typed", ["“rice”", '"rice"', "「rice」", "RICE", "'rice'", "barley"])
async def test_a_name_may_be_quoted(four: Talk, typed: str) -> None:
    await four.ask(f"/unsubscribe {typed}")
    assert len(await names(four)) == 3


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "You no longer follow 2 things: “rice” and “wheat and salt, pepper”."),
        ("ja", "2件のフォローをやめました：「rice」、「wheat and salt, pepper」"),
        ("ko", "2개의 구독을 취소했어요: “rice” 및 “wheat and salt, pepper”"),
    ],
)
async def test_names_of_what_was_unfollowed_are_told_from_each_other(
    talk: Talk, language: str, said: str
) -> None:
    for topic in ("rice", "wheat and salt, pepper"):
        await talk.ask(f"/subscribe {topic}")
    await talk.ask(f"/language {language}")
    assert await talk.ask("/unsubscribe all") == said


@pytest.mark.parametrize(
    "typed", ["1 9", "0-2", "3-1", "1-9", "rice wheat", "1 rice", "5", "rice, rye"]
)
async def test_if_one_of_them_is_not_there_nothing_is_unfollowed(four: Talk, typed: str) -> None:
    assert f"“{typed}” is not in your list" in await four.ask(f"/unsubscribe {typed}")
    assert await names(four) == ALL


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("米、小麦", ["쌀", "밀", "rice, salt"]),
        ("米と小麦", ["쌀", "밀", "rice, salt"]),
        ("쌀, 밀", ["米", "小麦", "rice, salt"]),
        ("쌀과 밀", ["米", "小麦", "rice, salt"]),
        ("rice, salt", ["米", "小麦", "쌀", "밀"]),
        ("number 1", ["小麦", "쌀", "밀", "rice, salt"]),
        ("no. 1", ["小麦", "쌀", "밀", "rice, salt"]),
        ("1番", ["小麦", "쌀", "밀", "rice, salt"]),
        ("1번", ["小麦", "쌀", "밀", "rice, salt"]),
    ],
)
async def test_names_are_parted_as_each_language_does_it_unless_a_topic_is_called_so(
    talk: Talk, typed: str, left: list[str]
) -> None:
    for topic in ("米", "小麦", "쌀", "밀", "rice, salt"):
        await talk.ask(f"/subscribe {topic}")
    await talk.ask(f"/unsubscribe {typed}")
    assert await names(talk) == left


async def test_a_topic_that_looks_like_numbers_is_meant_by_its_name(talk: Talk) -> None:
    for topic in ("rice", "wheat", "1-2"):
        await talk.ask(f"/subscribe {topic}")
    await talk.ask("/unsubscribe 1-2")
    assert await names(talk) == ["rice", "wheat"]


async def test_what_finds_no_room_any_more_keeps_its_way_back(talk_with: Any, clock: Any) -> None:
    async with talk_with(max_subscriptions=2) as talk:
        for topic in ("rice", "wheat"):
            await talk.ask(f"/subscribe {topic}")
        message = await talk.ask_message("/unsubscribe all")
        await talk.ask("/subscribe oats")
        [full] = await talk.me.press(message, "Undo")
        assert "can follow 2 things" in full["text"]
        assert await names(talk) == ["rice", "oats"]
        await talk.ask("/unsubscribe oats")
        clock.forward(seconds=5)
        await talk.me.press(message, "Undo")
        assert await names(talk) == ["rice", "wheat"]


async def test_an_undo_of_another_chat_or_of_nothing_brings_nothing(four: Talk) -> None:
    message = await four.ask_message("/unsubscribe all")
    await four.ask("/forget")
    [question] = await four.me.type("/forget")
    await four.me.press(question, "Delete everything")
    got = await four.me.press(message, "Undo")
    assert "can’t be brought back" in got[0]["text"]
