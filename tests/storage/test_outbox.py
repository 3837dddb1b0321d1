"""Messages on their way: in order, once, and none lost."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import chats, detours, outbox, settlements
from storage.database import Database, Transaction
from storage.records import ChatId, Dispatch, OutboxId, State
from storage.schema import outbox as table

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
            await settlements.sent(tx, [(message.id, number)], clock())
        assert await outbox.waiting(tx) == 0


async def test_one_chats_trouble_holds_up_no_other(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2, 3):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, f"{chat_id}a", f"{chat_id}b")
        first, second, third = await outbox.claim(tx, clock(), LEASE, 99)
        await settlements.later(tx, first.id, clock() + timedelta(hours=1), "429")
        await settlements.give_up(tx, second.id, "too long", clock())
        await settlements.sent(tx, [(third.id, 1)], clock())
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
        assert await settlements.take_back_expired(tx, clock()) == 0
        clock.forward(seconds=1)
        assert await settlements.take_back_expired(tx, clock()) == 1
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
                    await settlements.sent(tx, [(message.id, 1)], clock())

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
        await settlements.sent(tx, [(message.id, 1)], clock())
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
        await settlements.sent(tx, [(message.id, 1)], clock())
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
        await settlements.sent(tx, [(before.id, 1)], clock())
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
        await detours.fall_back(tx, first.id, PARTS, clock())
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
        await detours.fall_back(tx, rich.id, PARTS[:1], clock())
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
        await detours.fall_back(tx, rich.id, PARTS[:2], clock())
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


# ── what may go ──────────────────────────────────────────────────────────────────────────────────


async def test_what_is_urgent_leaves_first_and_takes_along_what_is_before_it_in_its_chat(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2, 3):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, f"{chat_id} usual")
        clock.forward(minutes=1)
        await outbox.put(tx, ChatId(3), [("3 now", "")], clock(), Dispatch(urgent=True))
        assert await claim(tx, clock) == ["3 usual", "1 usual", "2 usual"]


async def test_what_is_due_later_waits_and_a_crowd_leaves_in_another_order_each_time(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    due = clock() + timedelta(hours=1)
    async with any_database.write() as tx:
        for chat_id in range(1, 21):
            await seed.chat(tx, chat_id)
            dispatch = Dispatch(due_at=due)
            await outbox.put(tx, ChatId(chat_id), [(str(chat_id), "")], clock(), dispatch)
        assert await claim(tx, clock) == []
        assert not await outbox.is_due(tx, clock())
        clock.forward(hours=1, seconds=1)
        assert await outbox.is_due(tx, clock())
        left = await claim(tx, clock)
    assert sorted(left, key=int) == [str(chat_id) for chat_id in range(1, 21)]
    assert left != sorted(left, key=int)


async def test_in_a_pause_only_what_somebody_waits_for_leaves(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await chats.change(tx, ChatId(1), paused=True)
        await put(tx, clock, 1, "a digest")
        assert await claim(tx, clock) == []
        await outbox.put(tx, ChatId(1), [("an answer", "")], clock(), Dispatch(urgent=True))
        assert await claim(tx, clock) == ["a digest"]


async def test_a_claim_takes_no_more_than_it_is_told_and_the_longest_due_of_all_states(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in range(1, 8):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, str(chat_id))
        [first] = await outbox.claim(tx, clock(), LEASE, 1)
        await settlements.later(tx, first.id, clock(), "no answer", doubtful=True)
        assert await claim(tx, clock, 3) == ["1", "2", "3"]


# ── what became of it ────────────────────────────────────────────────────────────────────────────


async def state_of(tx: Transaction, id: OutboxId) -> tuple[str, int, int]:
    row = (await tx.execute(select(table).where(table.c.id == id))).one()
    return row.state, row.attempts, row.doubts


async def test_doubt_is_kept_as_a_state_of_its_own_and_counted(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one")
        [message] = await outbox.claim(tx, clock(), LEASE, 9)
        await settlements.later(tx, message.id, clock(), "no answer", doubtful=True)
        assert await state_of(tx, message.id) == ("doubtful", 1, 1)
        assert await outbox.waiting(tx) == 1
        await outbox.claim(tx, clock(), LEASE, 9)
        assert await state_of(tx, message.id) == ("sending", 2, 1)


async def test_what_was_put_back_is_as_if_it_had_not_been_claimed(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id, doubtful in ((1, False), (2, True)):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, "one")
            [message] = await outbox.claim(tx, clock(), LEASE, 9)
            if doubtful:
                await settlements.later(tx, message.id, clock(), "x", doubtful=True)
                [message] = await outbox.claim(tx, clock(), LEASE, 9)
            await settlements.put_back(tx, message.id, clock() + timedelta(seconds=1))
            state = ("doubtful", 1, 1) if doubtful else ("pending", 0, 0)
            assert await state_of(tx, message.id) == state
        assert await claim(tx, clock) == []
        clock.forward(seconds=1)
        assert len(await claim(tx, clock)) == 2


async def test_a_chat_is_left_alone_for_as_long_as_it_is_told(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, f"{chat_id}a", f"{chat_id}b")
        taken = await outbox.claim(tx, clock(), LEASE, 9)
        await settlements.sent(tx, [(one.id, 1) for one in taken], clock())
        await settlements.space(tx, {ChatId(1): clock() + timedelta(seconds=1)})
        assert await claim(tx, clock) == ["2b"]
        clock.forward(seconds=1)
        assert await claim(tx, clock) == ["1b"]


async def test_where_nobody_else_sends_what_is_in_flight_at_the_start_is_in_doubt_at_once(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one")
        await claim(tx, clock)
        assert await settlements.take_back_expired(tx, clock()) == 0
        assert await settlements.take_back_expired(tx, clock(), all=True) == 1
        assert await claim(tx, clock) == ["one"]


# ── detours ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_held_is_looked_at_again_once_it_is_released_and_not_before_it_is_due(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    due = clock() + timedelta(days=2)
    async with any_database.write() as tx:
        await seed.chat(tx)
        await put(tx, clock, 1, "one", "two")
        await outbox.put(tx, ChatId(1), [("later", "")], clock(), Dispatch(due_at=due))
        await outbox.hold(tx, ChatId(1))
        clock.forward(days=1)
        assert not await outbox.is_due(tx, clock())
        await outbox.release(tx, ChatId(1), clock())
        assert [text for text, _, _ in await leave(tx, clock)] == ["one", "two"]
        clock.forward(days=1)
        assert [text for text, _, _ in await leave(tx, clock)] == ["later"]


async def test_what_is_due_to_closed_chats_is_put_aside(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    async with any_database.write() as tx:
        for chat_id in (1, 2, 3, 4):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, str(chat_id))
        await chats.change(tx, ChatId(1), unreachable_since=clock())
        await chats.change(tx, ChatId(2), paused=True)
        until = clock() + timedelta(hours=1)
        assert await detours.set_aside(tx, clock(), until, 1) == 1
        assert await detours.set_aside(tx, clock(), until, 9) == 1
        assert await detours.set_aside(tx, clock(), until, 9) == 0
        assert await claim(tx, clock) == ["3", "4"]


async def test_what_was_sent_lately_or_may_have_been_is_known_after_a_restart(
    any_database: Database, clock: Any, seed: Seed
) -> None:
    began = clock()
    async with any_database.write() as tx:
        for chat_id in (1, 2, 3):
            await seed.chat(tx, chat_id)
            await put(tx, clock, chat_id, "x")
        first, second, _ = await outbox.claim(tx, clock(), LEASE, 9)
        await settlements.sent(tx, [(first.id, 1)], clock())
        clock.forward(seconds=30)
        await settlements.sent(tx, [(second.id, 2)], clock())
        clock.forward(seconds=29)
        minute = timedelta(minutes=1)
        assert await detours.recent(tx, clock(), minute) == [
            (1, began),
            (2, began + timedelta(seconds=30)),
            (3, clock()),
        ]
        clock.forward(seconds=2)
        assert [id for id, _ in await detours.recent(tx, clock(), minute)] == [2, 3]
