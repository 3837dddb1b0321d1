"""What a process was broken off at is dealt with again by the next one, and nothing that counts is done twice."""

import asyncio
from typing import Any

import pytest

from bot.updates import incoming

Talk = Any


async def broken_off(talk: Talk, text: str) -> list[str]:
    """What somebody is told who types this before the bot is stopped, and begins again, while Telegram is slow."""
    told: list[str] = []
    slow, hangs = asyncio.Event(), asyncio.Event()

    async def hang(method: str, parameters: dict[str, Any]) -> None:
        if method == "sendMessage" and not slow.is_set():
            hangs.set()
            await slow.wait()

    talk.telegram.before = hang
    talk.telegram.listeners.append(lambda _, message: told.append(message["text"]))
    update, inbox = incoming(talk.telegram.type(1, text)), talk.parts.inbox
    assert update is not None
    told.clear()
    await inbox.begin()
    await inbox.take([update])
    await asyncio.wait_for(hangs.wait(), 10)
    await inbox.close(0)
    slow.set()
    await inbox.begin()
    await inbox.close(10)
    talk.telegram.listeners.pop()
    return told


@pytest.mark.parametrize("answers", [False, True])
async def test_a_number_of_a_list_takes_away_one_thing_though_the_bot_was_restarted_meanwhile(
    talk: Talk, answers: bool
) -> None:
    for name in ("rice", "tea", "salt"):
        await talk.ask(f"/subscribe {name}")
    if answers:
        await talk.ask("/unsubscribe")
    [said] = await broken_off(talk, "1" if answers else "/unsubscribe 1")
    assert "it may be done already. /unsubscribe shows what is left" in said
    assert [item.name for item in await talk.follows()] == ["tea", "salt"]


async def test_what_answers_a_question_is_known_for_that_after_a_restart(talk: Talk) -> None:
    await talk.ask("/subscribe")
    [said] = await broken_off(talk, "rice")
    assert "You follow “rice” already" in said
    assert [item.name for item in await talk.follows()] == ["rice"]


@pytest.mark.parametrize("typed", ["/subscribe rice", "/latest", "/unsubscribe"])
async def test_what_may_be_done_twice_is_and_its_answer_comes(talk: Talk, typed: str) -> None:
    await talk.ask("/subscribe tea")
    [said] = await broken_off(talk, typed)
    assert "restarted" not in said
