"""Which language somebody is answered in, and that times, places and lists are in it as well."""

import re
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from bot.console.door import Person
from handlers.words import languages

Begin = Any

_NORMAL_FORM = re.compile(
    r"\b(?:weekly|daily|weekdays|monthly|every \d+h|mon,|\d\d:\d\d-\d\d:\d\d)"
)
"""What is typed and kept of schedules and quiet hours, and not what a reader is shown."""


def speaking(talk_with: Begin, default: str) -> AbstractAsyncContextManager[Any]:
    begun: AbstractAsyncContextManager[Any] = talk_with(default_language=default)
    return begun


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ko", "ko"),
        ("ko_KR", "ko"),
        ("EN-us", "en"),
        ("ja-JP", "ja"),
        ("zh-hans", "ja"),
        ("pt-br", "ja"),
        ("tlh", "ja"),
        ("", "ja"),
        (None, "ja"),
        ("-", "ja"),
        ("x" * 5000, "ja"),
    ],
)
async def test_who_speaks_what_the_bot_does_not_is_spoken_to_in_the_language_of_the_instance(
    talk_with: Begin, tag: str | None, language: str
) -> None:
    async with speaking(talk_with, "ja") as talk:
        update = talk.telegram.type(1, "/help")
        if tag is None:
            del update["message"]["from"]["language_code"]
        else:
            update["message"]["from"]["language_code"] = tag
        await talk.me.deliver(update)
        assert (await talk.chat()).language == language


async def test_a_group_begins_in_the_language_of_the_instance(talk_with: Begin) -> None:
    async with speaking(talk_with, "ko") as talk:
        talk.telegram.chat(-100700, "supergroup")
        member = Person(talk.parts.application, talk.telegram, -100700, 12)
        [answer] = await member.type("/help")
        assert "할 수 있는 일" in answer["text"]


async def test_a_stranger_is_refused_in_the_language_of_the_instance(talk_with: Begin) -> None:
    async with talk_with(default_language="ja", access="invite", admin_ids="1") as talk:
        talk.telegram.chat(2)
        update = talk.telegram.type(2, "/latest")
        update["message"]["from"]["language_code"] = "fi"
        stranger = Person(talk.parts.application, talk.telegram, 2)
        [answer] = await stranger.deliver(update)
        assert "招待" in answer["text"]


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("ko_KR", "ko"),
        ("日本語", "ja"),
        ("japanese", "ja"),
        ("일본어", "ja"),
        ("韓国語", "ko"),
        ("한국어", "ko"),
        ("한국말", "ko"),
    ],
)
async def test_a_language_is_called_by_its_name_in_any_that_is_spoken(
    talk: Any, typed: str, language: str
) -> None:
    await talk.ask(f"/language {typed}")
    assert (await talk.chat()).language == language


async def test_a_language_that_is_not_spoken_is_answered_with_those_that_are(talk: Any) -> None:
    refusal = await talk.ask_message("/language Klingon")
    assert "I don’t speak “Klingon” yet" in refusal["text"]
    known = refusal["text"].partition(": ")[2]
    assert all(name in known for name in ("English", "日本語", "한국어"))
    assert known.count(",") == len(languages()) - 1
    await talk.me.press(refusal, "한국어")
    assert (await talk.chat()).language == "ko"


ANSWERS = (
    *("/start", "/settings", "/subscribe north korea", "/subscriptions", "/schedule"),
    *("/schedule mon,thu 18:00", "/schedule", "/subscriptions", "/settings"),
    *("/schedule 1 daily 08:00", "/schedule 1", "/subscriptions", "/schedule 1 instant"),
    *("/quiet 22-7", "/quiet", "/schedule 1 instant", "/schedule 1", "/settings"),
    *("/schedule 1 chat", "/schedule 1", "/timezone +09:00", "/timezone", "/timezone Tokyo"),
    *("/timezone", "/pause 3", "/schedule", "/settings", "/subscriptions", "/resume", "/resume"),
    *("/schedule every 6h", "/schedule monthly 31 09:00", "/schedule weekdays 07:30", "/settings"),
    *("/quiet off", "/quiet", "/schedule off", "/schedule", "/subscriptions", "/resume"),
)


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
async def test_times_are_told_in_words_of_the_reader(talk: Any, language: str) -> None:
    await talk.ask(f"/language {language}")
    for command in ANSWERS:
        for answer in await talk.me.type(command):
            entities = answer.get("entities", [])
            told = without_code(answer["text"], entities)
            assert _NORMAL_FORM.search(told) is None, f"{command}: {told}"
            assert "Etc/" not in told, f"{command}: {told}"
            assert "Asia/Tokyo" not in told, f"{command}: {told}"


def without_code(text: str, entities: list[dict[str, Any]]) -> str:
    """A message without what can be copied from it, as Telegram counts: in UTF-16."""
    units = text.encode("utf-16-le")
    for one in sorted(entities, key=lambda entity: -int(entity["offset"])):
        if one["type"] == "code":
            start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
            units = units[:start] + units[end:]
    return units.decode("utf-16-le")


@pytest.mark.parametrize(
    ("language", "schedule", "zone"),
    [
        ("en", "every Mon, Thu at 18:00 (Tokyo)", "Tokyo (Asia/Tokyo)"),
        ("ja", "毎週月・木 18:00（東京）", "東京（Asia/Tokyo）"),
        ("ko", "매주 월·목 18:00 (도쿄)", "도쿄 (Asia/Tokyo)"),
    ],
)
async def test_a_schedule_and_its_place_are_told_as_the_language_does(
    talk: Any, language: str, schedule: str, zone: str
) -> None:
    await talk.ask(f"/language {language}")
    assert zone in await talk.ask("/timezone 東京")
    assert schedule in await talk.ask("/schedule thu,mon 18:00")
    await talk.ask("/subscribe north korea")
    assert schedule in await talk.ask("/subscriptions")
    assert "UTC+9" in await talk.ask("/timezone +09:00")
    # Where the place is called as the zone is, once is enough.
    assert (await talk.ask("/timezone UTC")).count("UTC") == 1
