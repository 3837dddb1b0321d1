"""Words to all chats: who gets them, piece by piece, and what became of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from storage import broadcasts, chats, outbox, settlements
from storage.broadcasts import STOPPED
from storage.counts import Audience, Progress
from storage.database import Database
from storage.records import Chat, ChatId, Dispatch, Refusal, State
from storage.schema import outbox as messages

Clock = Callable[[], datetime]


async def begun(tx: Any, clock: Clock) -> Any:
    written = await broadcasts.draft(tx, "Hello", 9, clock())
    assert await broadcasts.begin(tx, written.id)
    return await broadcasts.going(tx)


async def put(tx: Any, going: Any, chat: Chat, clock: Clock) -> None:
    dispatch = Dispatch(broadcast_id=going.id)
    await outbox.put(tx, chat.id, [("Hello", "")], clock(), dispatch)


async def test_a_draft_goes_nowhere_before_somebody_says_so(
    any_database: Database, clock: Clock
) -> None:
    async with any_database.write() as tx:
        written = await broadcasts.draft(tx, "Hello", 9, clock())
        assert written.is_draft
        assert not written.is_going
        assert await broadcasts.going(tx) is None
        assert await broadcasts.latest(tx) is None
        assert await broadcasts.begin(tx, written.id)
        going = await broadcasts.going(tx)
        assert going is not None
        assert going.is_going
        assert (going.text, going.made_by) == ("Hello", 9)


async def test_a_draft_begins_once_and_never_beside_another(
    any_database: Database, clock: Clock
) -> None:
    async with any_database.write() as tx:
        first = await broadcasts.draft(tx, "first", 9, clock())
        second = await broadcasts.draft(tx, "second", 9, clock())
        assert await broadcasts.begin(tx, first.id)
        assert not await broadcasts.begin(tx, first.id)
        assert not await broadcasts.begin(tx, second.id)
        await broadcasts.finish(tx, first.id, clock())
        assert await broadcasts.begin(tx, second.id)


async def test_what_was_discarded_or_stopped_never_begins_again(
    any_database: Database, clock: Clock
) -> None:
    async with any_database.write() as tx:
        written = await broadcasts.draft(tx, "Hello", 9, clock())
        assert await broadcasts.discard(tx, written.id)
        assert not await broadcasts.begin(tx, written.id)
        going = await begun(tx, clock)
        assert not await broadcasts.discard(tx, going.id)
        assert await broadcasts.stop(tx, going.id, clock())
        assert not await broadcasts.stop(tx, going.id, clock())
        assert not await broadcasts.begin(tx, going.id)
        assert await broadcasts.going(tx) is None


async def test_it_goes_to_all_chats_that_take_messages_groups_among_them(
    any_database: Database, seed: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        for id in (7, -100_5, 3, 8):
            await seed.chat(tx, id)
        await chats.change(tx, ChatId(7), paused=True)
        await chats.change(tx, ChatId(8), unreachable_since=clock(), refusal=Refusal.BLOCKED.value)
        going = await begun(tx, clock)
        clock.forward(minutes=1)
        # It came later.
        await seed.chat(tx, 11)
        assert await broadcasts.audience(tx, going) == Audience(goes_to=2, closed=2, channels=0)
        assert [one.id for one in await broadcasts.next_chats(tx, going, 10)] == [-100_5, 3]


async def test_no_channel_gets_it_whether_it_takes_messages_or_not(
    any_database: Database, seed: Any, clock: Any
) -> None:
    async with any_database.write() as tx:
        for id in (3, -100_7, -100_8):
            await seed.chat(tx, id)
        for id in (-100_7, -100_8):
            await chats.change(tx, ChatId(id), kind="channel")
        await chats.change(tx, ChatId(-100_8), paused=True)
        going = await begun(tx, clock)
        assert await broadcasts.audience(tx, going) == Audience(goes_to=1, closed=0, channels=2)
        assert [one.id for one in await broadcasts.next_chats(tx, going, 10)] == [3]


async def test_each_piece_begins_behind_the_last_one(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        for id in range(1, 6):
            await seed.chat(tx, id)
        going = await begun(tx, clock)
        first = await broadcasts.next_chats(tx, going, 2)
        assert await broadcasts.note_put(tx, going, first[-1].id)
        # Somebody else who read the same piece puts nothing.
        assert not await broadcasts.note_put(tx, going, first[-1].id)
        going = await broadcasts.going(tx)
        assert going is not None
        assert [one.id for one in await broadcasts.next_chats(tx, going, 9)] == [3, 4, 5]


async def test_progress_counts_what_arrived_what_waits_and_what_can_not_arrive(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        known = [await seed.chat(tx, id) for id in range(1, 7)]
        going = await begun(tx, clock)
        for chat in known[:4]:
            await put(tx, going, chat, clock)
        # Anything else in the outbox is none of it.
        await outbox.put(tx, known[0].id, [("digest", "")], clock())
        await broadcasts.note_put(tx, going, known[3].id)
        [one, two, *_] = await outbox.claim(tx, clock(), timedelta(minutes=1), 2)
        await settlements.sent(tx, [(one.id, 1)], clock())
        await settlements.give_up(tx, two.id, "user is deactivated", clock())
        going = await broadcasts.get(tx, going.id)
        assert going is not None
        assert await broadcasts.progress(tx, going) == Progress(1, 4, 1, 0)


async def test_stopping_gives_up_what_waits_and_leaves_what_is_on_its_way(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        known = [await seed.chat(tx, id) for id in range(1, 4)]
        going = await begun(tx, clock)
        for chat in known:
            await put(tx, going, chat, clock)
        await outbox.put(tx, known[2].id, [("digest", "")], clock())
        [flying] = await outbox.claim(tx, clock(), timedelta(minutes=1), 1)
        await broadcasts.stop(tx, going.id, clock())
        rows = (await tx.execute(messages.select().order_by(messages.c.id))).all()
        assert [row.state for row in rows] == [
            State.SENDING.value,
            State.GIVEN_UP.value,
            State.GIVEN_UP.value,
            State.PENDING.value,
        ]
        assert rows[1].reason == STOPPED
        stopped = await broadcasts.get(tx, going.id)
        assert stopped is not None
        assert await broadcasts.progress(tx, stopped) == Progress(0, 1, 0, 2)
        await settlements.sent(tx, [(flying.id, 1)], clock())
        assert await broadcasts.progress(tx, stopped) == Progress(1, 0, 0, 2)


async def test_what_waits_for_a_chat_that_closed_meanwhile_is_given_up_as_unreachable(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        known = [await seed.chat(tx, id) for id in range(1, 4)]
        going = await begun(tx, clock)
        for chat in known:
            await put(tx, going, chat, clock)
        await broadcasts.note_put(tx, going, known[-1].id)
        await chats.change(tx, known[0].id, paused=True)
        await chats.change(tx, known[1].id, unreachable_since=clock())
        assert await broadcasts.give_up_closed(tx, going.id, clock()) == 2
        assert not await broadcasts.is_settled(tx, going.id)
        going = await broadcasts.get(tx, going.id)
        assert going is not None
        assert await broadcasts.progress(tx, going) == Progress(0, 1, 2, 0)


async def test_old_ones_are_forgotten_unless_they_go_out(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        await broadcasts.draft(tx, "never sent", 9, clock())
        old = await begun(tx, clock)
        await broadcasts.finish(tx, old.id, clock())
        slow = await begun(tx, clock)
        clock.forward(days=60)
        await broadcasts.draft(tx, "new", 9, clock())
        assert await broadcasts.prune(tx, clock() - timedelta(days=30)) == 2
        assert await broadcasts.get(tx, slow.id) is not None


async def test_what_could_go_is_counted_no_further_than_needed(
    any_database: Database, seed: Any, clock: Clock
) -> None:
    async with any_database.write() as tx:
        known = [await seed.chat(tx, id) for id in range(1, 6)]
        later = Dispatch(due_at=clock() + timedelta(hours=1))
        for chat in known[:3]:
            await outbox.put(tx, chat.id, [("now", "")], clock())
        for chat in known[3:]:
            await outbox.put(tx, chat.id, [("later", "")], clock(), later)
        await outbox.claim(tx, clock(), timedelta(minutes=1), 1)
        assert await broadcasts.ahead(tx, clock(), 10) == 3
        assert await broadcasts.ahead(tx, clock(), 2) == 2
