"""Questions that wait for an answer, and what buttons do that have no room for it."""

from datetime import timedelta
from typing import Any

import pytest

from storage import belongings, chats, offers, questions
from storage.database import Database
from storage.records import EPOCH, ArticleId, Asker, Chat, ChatId, Offer, OfferId, Question

HERE, THERE = ChatId(1), ChatId(-100500)


@pytest.fixture
async def known(any_database: Database, clock: Any) -> Database:
    """A database that knows two chats."""
    async with any_database.write() as tx:
        for id in (HERE, THERE):
            chat = Chat(
                *(id, "UTC", "en", "weekly mon 09:00", None, EPOCH),
                digested_to=ArticleId(0),
                paused=False,
                paused_until=None,
                unreachable_since=None,
            )
            await chats.add(tx, chat, clock())
    return any_database


async def test_a_question_waits_for_one_person_in_one_place_and_not_for_ever(
    known: Database, clock: Any
) -> None:
    me, topic, other = Asker(HERE, 0, 7), Asker(HERE, 5, 7), Asker(HERE, 0, 8)
    async with known.write() as tx:
        await questions.put(tx, me, Question("subscribe", 11), clock())
        await questions.put(tx, topic, Question("search", 12), clock())
    async with known.read() as tx:
        asked = [await questions.waiting(tx, one, clock()) for one in (me, topic, other)]
        late = await questions.waiting(tx, me, clock() + timedelta(seconds=1))
    assert asked == [Question("subscribe", 11), Question("search", 12), None]
    assert late is None


async def test_a_new_question_takes_the_place_of_the_one_before(
    known: Database, clock: Any
) -> None:
    me = Asker(HERE, 0, 7)
    async with known.write() as tx:
        await questions.put(tx, me, Question("subscribe", 11), clock())
        await questions.put(tx, me, Question("mute", 13), clock())
        assert await questions.waiting(tx, me, clock()) == Question("mute", 13)
        await questions.end(tx, me)
        assert await questions.waiting(tx, me, clock()) is None


async def test_old_questions_and_those_of_a_chat_are_dropped(known: Database, clock: Any) -> None:
    me, elsewhere = Asker(HERE, 0, 7), Asker(THERE, 0, 7)
    async with known.write() as tx:
        for one in (me, elsewhere):
            await questions.put(tx, one, Question("subscribe", 1), clock())
        await questions.prune(tx, clock())
        await questions.end_all(tx, HERE)
        kept = [await questions.waiting(tx, one, EPOCH) for one in (me, elsewhere)]
        assert kept == [None, Question("subscribe", 1)]
        await questions.prune(tx, clock() + timedelta(seconds=1))
        assert await questions.waiting(tx, elsewhere, EPOCH) is None


async def test_an_offer_is_for_the_chat_that_it_was_made_to(known: Database, clock: Any) -> None:
    rice = Offer("subscribe", "https://rice.example/feed")
    async with known.write() as tx:
        id = await offers.put(tx, HERE, rice, clock())
        assert await offers.put(tx, HERE, rice, clock()) == id
        assert await offers.get(tx, HERE, id) == rice
        assert await offers.get(tx, THERE, id) is None
        assert await offers.get(tx, HERE, OfferId(id + 1)) is None


async def test_only_so_many_offers_are_kept_and_none_for_ever(known: Database, clock: Any) -> None:
    async with known.write() as tx:
        ids = [
            await offers.put(tx, HERE, Offer("subscribe", str(number)), clock())
            for number in range(offers.KEPT + 2)
        ]
        other = await offers.put(tx, THERE, Offer("pause", ""), clock())
        assert [id for id in ids if await offers.get(tx, HERE, id) is None] == ids[:2]
        assert await offers.get(tx, THERE, other) == Offer("pause", "")
        await offers.prune(tx, clock() + timedelta(seconds=1))
        assert await offers.get(tx, HERE, ids[-1]) is None


async def test_a_chat_that_is_forgotten_is_asked_and_offered_nothing(
    known: Database, clock: Any
) -> None:
    me = Asker(HERE, 0, 7)
    async with known.write() as tx:
        await questions.put(tx, me, Question("subscribe", 1), clock())
        id = await offers.put(tx, HERE, Offer("subscribe", "https://rice.example"), clock())
        shown = await belongings.everything_of(tx, HERE)
        assert {"questions", "offers"} <= set(shown)
        await belongings.erase(tx, HERE)
        assert await questions.waiting(tx, me, EPOCH) is None
        assert await offers.get(tx, HERE, id) is None
