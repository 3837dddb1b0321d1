"""A digest on request: as it would be sent, with what it has no room for one button away."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from handlers.context import Ask
from handlers.digest import digest
from handlers.views.message import View
from storage import chats
from storage.records import ArticleId, Story, StoryId
from storage.schema import articles, subscriptions

Talk = Any


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]


async def follow_as_if_always(talk: Talk, topic: str, room: int) -> None:
    """Follow a topic, and let everything that there is of it be new."""
    await talk.ask(f"/subscribe {topic}")
    chat = await talk.chat()
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, chat.id, digested_to=ArticleId(0), most_stories=room)
        await tx.execute(update(articles).values(archived=False))
        await tx.execute(update(subscriptions).values(after_article=0))


async def test_what_a_digest_has_no_room_for_is_read_on_page_by_page(
    talk: Talk, buttons_of: Any
) -> None:
    await follow_as_if_always(talk, "North Korea OR Japan", 4)
    first = await talk.ask_message("/digest")
    assert numbers(first["text"]) == [1, 2, 3, 4]
    [count] = re.findall(r"And (\d+) more stories\.", first["text"])
    assert buttons_of(first)[0] == "Read on"
    [more] = await talk.me.press(first, "Read on")
    assert "What else was new" in more["text"]
    assert numbers(more["text"]) == list(range(1, 11))
    [headline] = re.findall(r"^1\. (.+)$", first["text"], re.MULTILINE)
    assert headline not in more["text"]
    [again] = await talk.me.press(more, "More ▶")
    assert again["message_id"] == more["message_id"]
    assert numbers(again["text"]) == list(range(11, 21))
    [last] = await talk.me.press(again, "More ▶")
    assert numbers(last["text"]) == list(range(21, int(count) + 1))


class Writer:
    """Wrote one summary before."""

    async def cached(
        self, stories: Sequence[Story], language: str, limit: int
    ) -> dict[StoryId, str]:
        assert all(story.articles for story in stories)
        return {stories[0].id: f"Written before, in {language}."}


async def test_a_digest_on_request_has_the_summaries_that_were_written(talk: Talk) -> None:
    await follow_as_if_always(talk, "North Korea", 4)
    services: Any = replace(talk.parts.services, writer=Writer())
    answer = await digest(Ask(services, await talk.chat(), services.clock()))
    assert isinstance(answer, tuple)
    [view] = answer
    assert isinstance(view, View)
    assert view.text.count("Written before, in en.") == 1
