"""Messages on their way: in order, once, and none lost."""

import asyncio
from datetime import timedelta
from typing import Any

from storage import chats, outbox
from storage.database import Database, Transaction
from storage.records import ChatId, OutboxId, State

Seed = Any
LEASE = timedelta(seconds=60)


async def put(tx: Transaction, clock: Any, chat_id: int, *texts: str) -> None:
    await outbox.put(tx, ChatId(chat_id), [(text, "") for text in texts], clock())


async def claim(tx: Transaction, clock: Any, limit: int = 99) -> list[str]:
    return [message.text for message in await outbox.claim(tx, clock(), LEASE, limit)]


async def test_parts_leave_in_order_one_at_a_time(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one", "two")
        await put(tx, clock, 1, "three")
        for number, text in enumerate(("one", "two", "three"), start=1):
            [message] = await outbox.claim(tx, clock(), LEASE, 99)
            assert (message.text, message.state, message.attempts) == (text, State.SENDING, 1)
            assert await claim(tx, clock) == []
            await outbox.sent(tx, message.id, number, clock())
        assert await outbox.waiting(tx) == 0


async def test_one_chats_trouble_holds_up_no_other(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2, 3):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, f"{chat_id}a", f"{chat_id}b")
        first, second, third = await outbox.claim(tx, clock(), LEASE, 99)
        await outbox.later(tx, first.id, clock() + timedelta(hours=1), "429")
        await outbox.give_up(tx, second.id, "too long", clock())
        await outbox.sent(tx, third.id, 1, clock())
        assert await claim(tx, clock) == ["2b", "3b"]
        clock.forward(hours=1)
        assert await claim(tx, clock) == ["1a"]


async def test_what_was_in_flight_when_its_sender_died_is_taken_back_as_doubtful(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one", "two")
        assert await claim(tx, clock) == ["one"]
        clock.forward(seconds=59)
        assert await outbox.take_back_expired(tx, clock()) == 0
        clock.forward(seconds=1)
        assert await outbox.take_back_expired(tx, clock()) == 1
        [message] = await outbox.claim(tx, clock(), LEASE, 99)
        assert (message.text, message.attempts, message.doubts) == ("one", 2, 1)


async def test_a_chat_that_can_not_be_written_to_keeps_its_messages(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one")
        await chats.change(tx, ChatId(1), unreachable_since=clock())
        assert await claim(tx, clock) == []
        await chats.change(tx, ChatId(1), unreachable_since=None)
        assert await claim(tx, clock) == ["one"]


async def test_eight_couriers_at_once_take_each_message_exactly_once_and_in_order(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in range(1, 21):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, "a", "b", "c")
    taken: list[tuple[int, str, OutboxId]] = []

    async def work() -> None:
        while True:
            async with any_database.write() as tx:
                batch = await outbox.claim(tx, clock(), LEASE, 5)
            if not batch:
                async with any_database.read() as tx:
                    if await outbox.waiting(tx) == 0:
                        return
                await asyncio.sleep(0)
                continue
            for message in batch:
                taken.append((message.chat_id, message.text, message.id))
                async with any_database.write() as tx:
                    await outbox.sent(tx, message.id, 1, clock())

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(work())
    assert len({id for _, _, id in taken}) == len(taken) == 60
    for chat_id in range(1, 21):
        assert [text for chat, text, _ in taken if chat == chat_id] == ["a", "b", "c"]


async def test_settled_messages_are_dropped_after_a_while(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one", "two")
        [message] = await outbox.claim(tx, clock(), LEASE, 99)
        await outbox.sent(tx, message.id, 1, clock())
        clock.forward(days=8)
        assert await outbox.prune(tx, clock() - timedelta(days=7)) == 1
        assert await outbox.waiting(tx) == 1


PARTS = [("classic one", ""), ("classic two", ""), ("classic three", "[]")]


async def put_rich(tx: Transaction, clock: Any, chat_id: int, html: str) -> None:
    await outbox.put_rich(tx, ChatId(chat_id), html, "", "the fallback", clock())


async def leave(tx: Transaction, clock: Any, chat_id: int = 1) -> list[tuple[str, int, int]]:
    """Everything of a chat in the order in which it leaves, with its part and their number."""
    left = []
    while found := [
        message
        for message in await outbox.claim(tx, clock(), LEASE, 99)
        if message.chat_id == chat_id
    ]:
        [message] = found
        left.append((message.text, message.part, message.parts))
        await outbox.sent(tx, message.id, 1, clock())
    return left


async def test_a_rich_message_waits_in_line_like_any_other_and_brings_its_fallback(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "before")
        await put_rich(tx, clock, 1, "<h1>rich</h1>")
        [before] = await outbox.claim(tx, clock(), LEASE, 99)
        assert (before.rich, before.fallback) == (False, "")
        await outbox.sent(tx, before.id, 1, clock())
        [message] = await outbox.claim(tx, clock(), LEASE, 99)
        assert (message.text, message.rich) == ("<h1>rich</h1>", True)
        assert (message.fallback, message.part, message.parts) == ("the fallback", 1, 1)


async def test_classic_parts_take_the_place_of_a_rich_message_and_nothing_overtakes_them(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2):
            await seed.chat(tx, chat_id)
            await put_rich(tx, clock, chat_id, f"<h1>rich {chat_id}</h1>")
        await put(tx, clock, 1, "later 1", "later 2")
        await put_rich(tx, clock, 1, "<h1>later 3</h1>")
        first, _ = await outbox.claim(tx, clock(), LEASE, 99)
        await outbox.fall_back(tx, first.id, PARTS, clock())
        await put(tx, clock, 1, "last")
        assert await leave(tx, clock) == [
            ("classic one", 1, 3),
            ("classic two", 2, 3),
            ("classic three", 3, 3),
            ("later 1", 1, 2),
            ("later 2", 2, 2),
            ("<h1>later 3</h1>", 1, 1),
            ("last", 1, 1),
        ]
        assert await outbox.waiting(tx) == 1


async def test_a_part_that_took_a_rich_messages_place_is_tried_as_one_never_tried_before(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put_rich(tx, clock, 1, "<h1>rich</h1>")
        [rich] = await outbox.claim(tx, clock(), LEASE, 99)
        await outbox.fall_back(tx, rich.id, PARTS[:1], clock())
        [classic] = await outbox.claim(tx, clock(), LEASE, 99)
        assert (classic.text, classic.rich, classic.fallback) == ("classic one", False, "")
        assert (classic.attempts, classic.doubts) == (1, 0)


async def test_what_waits_behind_keeps_its_own_time_and_its_tries(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put_rich(tx, clock, 1, "<h1>rich</h1>")
        [rich] = await outbox.claim(tx, clock(), LEASE, 99)
        await outbox.put(tx, ChatId(1), [("tomorrow", "")], clock() + timedelta(days=1))
        await outbox.fall_back(tx, rich.id, PARTS[:2], clock())
        assert [text for text, _, _ in await leave(tx, clock)] == ["classic one", "classic two"]
        clock.forward(days=1)
        assert [text for text, _, _ in await leave(tx, clock)] == ["tomorrow"]


async def test_a_server_without_rich_messages_is_remembered_for_a_week(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        assert await outbox.rich_is_known(tx, clock())
        await outbox.note_rich_unknown(tx, clock())
        assert not await outbox.rich_is_known(tx, clock.forward(days=6, hours=23))
        assert await outbox.rich_is_known(tx, clock.forward(hours=1))
        await outbox.note_rich_unknown(tx, clock())
        assert not await outbox.rich_is_known(tx, clock())
