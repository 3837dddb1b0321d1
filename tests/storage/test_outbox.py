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
