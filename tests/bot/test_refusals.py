"""What each refusal and each trouble of the line means for what waits, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import InvalidToken
from telegram.ext import ExtBot

from bot.console import refusals
from bot.console.refusals import ApiError
from bot.console.server import ConsoleTelegram
from bot.courier import Courier
from bot.limits import UNLIMITED, Limits, Rules
from bot.telegram_http import HttpRequest
from bot.turns import Turns
from bot.verdicts import Outcome
from storage import chats, outbox, reach
from storage.database import Database
from storage.records import Chat, ChatId, Dispatch, Refusal
from tests.bot.botapi import BotApi
from tests.bot.faults import Fault

TOKEN = "1:test"


@pytest.fixture
async def api(telegram: ConsoleTelegram) -> AsyncIterator[BotApi]:
    async with BotApi(telegram, TOKEN) as api:
        api.faults.late_seconds = 0.5
        yield api


class Post:
    """One chat with the id 1 or -5, what is put for it, and what it got."""

    def __init__(
        self, database: Database, api: BotApi, clock: Any, settle: Any, patience: float = 0.25
    ) -> None:
        self.database, self.api, self.clock, self.settle = database, api, clock, settle
        self.telegram = api.telegram
        self.bot: ExtBot[None] = ExtBot(
            TOKEN,
            base_url=f"{api.url}/bot",
            request=HttpRequest(8, 2.0, patience),
            get_updates_request=HttpRequest(1),
        )
        turns = Turns(Limits(UNLIMITED), asyncio.get_running_loop().time)
        self.courier = Courier(database, self.bot, clock, turns)

    async def open(self, chat_id: int = 1, kind: str = "private") -> None:
        self.telegram.chat(chat_id, kind)
        await self.settle(self.database, chat_id, self.clock)

    async def put(self, *parts: str, chat_id: int = 1, dispatch: Dispatch = outbox.USUAL) -> None:
        async with self.database.write() as tx:
            given = [(part, "") for part in parts]
            await outbox.put(tx, ChatId(chat_id), given, self.clock(), dispatch)

    async def deliver(self) -> int:
        return await asyncio.wait_for(self.courier.deliver(asyncio.Event()), 20)

    def got(self, chat_id: int = 1) -> list[str]:
        return [message["text"] for message in self.telegram.chat(chat_id).messages.values()]

    async def chat(self, chat_id: int = 1) -> Chat:
        async with self.database.read() as tx:
            chat = await chats.get(tx, ChatId(chat_id))
        assert chat is not None
        return chat


@pytest.fixture
async def post(
    database: Database, api: BotApi, clock: Any, settle_chat: Any
) -> AsyncIterator[Post]:
    post = Post(database, api, clock, settle_chat)
    async with post.bot:
        yield post


@pytest.mark.parametrize(
    ("refused", "refusal"),
    [
        (refusals.blocked(), Refusal.BLOCKED),
        (refusals.deactivated(), Refusal.DEACTIVATED),
        (refusals.kicked("supergroup"), Refusal.KICKED),
        (
            ApiError(403, "Forbidden: bot is not a member of the channel chat"),
            Refusal.KICKED,
        ),
        (refusals.chat_not_found(), Refusal.GONE),
    ],
)
async def test_a_chat_that_can_not_be_written_to_keeps_all_until_it_is_back(
    post: Post, refused: ApiError, refusal: Refusal
) -> None:
    await post.open()
    await post.put("one", "two")
    post.telegram.chat(1).refusal = refused
    assert await post.deliver() == 0
    chat = await post.chat()
    assert (chat.unreachable_since, chat.refusal) == (post.clock(), refusal)
    post.telegram.chat(1).refusal = None
    post.clock.forward(days=59)
    assert await post.deliver() == 0
    async with post.database.write() as tx:
        assert await reach.note_reachable(tx, ChatId(1), post.clock())
        await outbox.release(tx, ChatId(1), post.clock())
    assert await post.deliver() == 2
    assert post.got() == ["one", "two"]


async def test_where_it_may_not_write_it_tries_once_a_day_and_after_three_days_no_more(
    post: Post,
) -> None:
    await post.open(-5, "supergroup")
    await post.put("one", "two", chat_id=-5)
    post.telegram.chat(-5).refusal = refusals.no_right_to_write()
    for day in (1, 2, 3):
        assert (await post.chat(-5)).unreachable_since is None
        assert await post.deliver() == 0
        assert (await post.chat(-5)).write_refusals == day
        post.clock.forward(hours=23)
        assert await post.deliver() == 0
        assert post.api.counts["sendMessage"] == day
        post.clock.forward(hours=1)
    assert (await post.chat(-5)).refusal == Refusal.NO_RIGHT


async def test_a_message_that_arrives_makes_up_for_the_days_without_right(post: Post) -> None:
    await post.open(-5, "supergroup")
    await post.put("one", "two", chat_id=-5)
    post.telegram.chat(-5).refusal = refusals.no_right_to_write()
    assert await post.deliver() == 0
    post.telegram.chat(-5).refusal = None
    post.clock.forward(days=1)
    assert await post.deliver() == 2
    assert (await post.chat(-5)).write_refusals == 0


async def test_a_group_that_became_a_supergroup_gets_its_messages_there_in_their_order(
    post: Post,
) -> None:
    await post.open(-5, "group")
    await post.put("one", "two", chat_id=-5)
    post.telegram.chat(-5).refusal = refusals.migrated(-1005)
    post.telegram.chat(-1005, "supergroup")
    assert await post.deliver() == 2
    assert post.got(-1005) == ["one", "two"]
    assert (await post.chat(-1005)).id == -1005


@pytest.mark.parametrize("loss", ["close_topic", "delete_topic"])
async def test_what_went_to_a_topic_goes_to_the_general_one_with_one_word_about_it(
    post: Post, loss: str
) -> None:
    await post.open(-5, "supergroup")
    post.telegram.open_topic(-5, 7)
    getattr(post.telegram, loss)(-5, 7)
    async with post.database.write() as tx:
        await chats.change(tx, ChatId(-5), thread_id=7)
    await post.put("one", "two", chat_id=-5, dispatch=Dispatch(thread_id=7))
    await post.put("three", chat_id=-5, dispatch=Dispatch(thread_id=7))
    assert await post.deliver() == 4
    *news, notice = post.got(-5)
    assert news == ["one", "two", "three"]
    assert "/schedule" in notice
    assert (await post.chat(-5)).thread_id is None


async def test_a_group_whose_general_topic_is_closed_is_one_without_the_right_to_write(
    post: Post,
) -> None:
    await post.open(-5, "supergroup")
    post.telegram.close_topic(-5)
    await post.put("one", chat_id=-5)
    assert await post.deliver() == 0
    assert (await post.chat(-5)).write_refusals == 1


async def test_what_is_too_long_goes_out_in_several_in_its_place(post: Post) -> None:
    await post.open()
    blocks = [f"<b>{number}</b> {'word ' * 150}" for number in range(10)]
    await post.put("before")
    await post.put("\n\n".join(blocks))
    await post.put("after")
    sent = await post.deliver()
    assert sent >= 4
    first, *between, last = post.got()
    assert (first, last) == ("before", "after")
    assert [text.split()[0] for text in "\n\n".join(between).split("\n\n")] == list("0123456789")
    assert all(len(text) <= 4096 for text in between)


async def test_a_text_without_an_empty_line_is_cut_anywhere(post: Post) -> None:
    await post.open()
    await post.put("<i>" + "a&lt;b" * 2000 + "</i>")
    assert await post.deliver() == 2
    assert "".join(post.got()) == "a<b" * 2000


@pytest.mark.parametrize("text", ["", "<b> </b>"])
async def test_what_is_empty_is_given_up_and_holds_nothing_up(post: Post, text: str) -> None:
    await post.open()
    await post.put(text, "next")
    assert await post.deliver() == 1
    assert post.got() == ["next"]
    async with post.database.read() as tx:
        assert await outbox.waiting(tx) == 0


TROUBLES = [
    (Fault.ERROR_500, False),
    (Fault.ERROR_502, False),
    (Fault.RESET_BEFORE, False),
    (Fault.RESET_AFTER, True),
    (Fault.LATE_UNTAKEN, False),
    (Fault.LATE_TAKEN, True),
    (Fault.GARBLED_UNTAKEN, False),
    (Fault.GARBLED_TAKEN, True),
]


@pytest.mark.parametrize(("fault", "taken"), TROUBLES)
async def test_what_is_in_doubt_comes_again_before_what_was_put_after_it(
    post: Post, fault: Fault, taken: bool
) -> None:
    await post.open()
    await post.put("one", "two")
    post.api.faults.script(1, [fault])
    assert await post.deliver() == 0
    assert post.got() == ["one"] * taken
    async with post.database.read() as tx:
        assert await outbox.waiting(tx) == 2
    post.clock.forward(seconds=5)
    assert await post.deliver() == 2
    assert post.got() == ["one"] * taken + ["one", "two"]


async def test_while_telegram_is_down_everything_waits_and_leaves_in_order_afterwards(
    post: Post,
) -> None:
    await post.open()
    await post.put("one", "two")
    await post.api.down()
    assert await post.deliver() == 0
    await post.api.up()
    post.clock.forward(seconds=5)
    assert await post.deliver() == 2
    assert post.got() == ["one", "two"]


async def test_trouble_of_many_makes_the_courier_rest_instead_of_trying_all(post: Post) -> None:
    turns = Turns(Limits(Rules()), asyncio.get_running_loop().time)
    post.courier = Courier(post.database, post.bot, post.clock, turns)
    for chat_id in range(1, 31):
        await post.open(chat_id)
        await post.put("news", chat_id=chat_id)
    await post.api.down()
    assert await post.deliver() == 0
    tried = post.courier.outcomes[Outcome.LATER]
    assert 5 <= tried <= 15
    assert await post.deliver() == 0
    assert post.courier.outcomes[Outcome.LATER] == tried


async def test_a_slow_chat_delays_no_other(
    database: Database, api: BotApi, clock: Any, settle_chat: Any
) -> None:
    post = Post(database, api, clock, settle_chat, patience=20)
    for chat_id in (1, 2):
        await post.open(chat_id)
        await post.put(*"abc", chat_id=chat_id)
    all_there = asyncio.Event()

    async def wait_for_the_other(_method: str, parameters: dict[str, Any]) -> None:
        if parameters.get("chat_id") == 1:
            await all_there.wait()

    async def notice(_method: str, parameters: dict[str, Any]) -> None:
        if parameters.get("chat_id") == 2 and parameters["text"] == "c":
            all_there.set()

    post.telegram.before, post.telegram.after = wait_for_the_other, notice
    async with post.bot:
        assert await post.deliver() == 6
    assert post.got(1) == post.got(2) == ["a", "b", "c"]


async def test_429_of_a_chat_is_obeyed_for_it_alone(post: Post) -> None:
    for chat_id in (1, 2):
        await post.open(chat_id)
        await post.put("news", chat_id=chat_id)
    post.telegram.chat(1).refusal = refusals.too_many(7)
    assert await post.deliver() == 1
    assert post.courier.outcomes[Outcome.TOO_FAST] == 1
    post.telegram.chat(1).refusal = None
    post.clock.forward(seconds=7)
    assert await post.deliver() == 0
    assert post.api.counts["sendMessage"] == 2


async def test_a_refused_token_ends_everything_and_loses_nothing(post: Post) -> None:
    await post.open()
    await post.put("one", "two")
    post.api.token = "1:another"
    with pytest.raises(InvalidToken):
        await post.deliver()
    post.api.token = TOKEN
    assert await post.deliver() == 2
    assert post.got() == ["one", "two"]


async def test_a_message_goes_without_a_sound_into_its_topic_if_it_is_to(post: Post) -> None:
    await post.open(-5, "supergroup")
    post.telegram.open_topic(-5, 7)
    await post.put("one", chat_id=-5, dispatch=Dispatch(silent=True, thread_id=7))
    await post.put("two", chat_id=-5)
    assert await post.deliver() == 2
    first, second = (
        parameters for method, parameters in post.telegram.calls if method == "sendMessage"
    )
    assert (first["disable_notification"], first["message_thread_id"]) == (True, 7)
    assert "disable_notification" not in second
    assert "message_thread_id" not in second
