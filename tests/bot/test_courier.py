"""What the courier does with each refusal of Telegram."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.console.server import ApiError, ConsoleTelegram
from bot.courier import LEASE, Courier, deliver
from bot.limits import UNLIMITED, Limits, Rules
from bot.settlement import Result
from bot.telegram_http import NotSent
from bot.turns import Turns
from bot.verdicts import Outcome, judge
from handlers.reply import send_later
from handlers.views.message import File, RichView, View, parts_as_json
from storage import chats, outbox, reach
from storage.database import Database
from storage.records import ChatId

Settle = Callable[..., Any]


def texts(telegram: ConsoleTelegram, chat_id: int = 1) -> list[str]:
    return [message["text"] for message in telegram.chat(chat_id).messages.values()]


@pytest.fixture
def send(database: Database, bot: ExtBot[None], clock: Callable[[], datetime]) -> Callable[[], Any]:
    return lambda: deliver(database, bot, clock, asyncio.Event())


async def put(database: Database, chat_id: int, clock: Callable[[], datetime], *parts: str) -> None:
    async with database.write() as tx:
        await outbox.put(tx, ChatId(chat_id), [(part, "") for part in parts], clock())


async def test_parts_arrive_in_their_order_with_their_formatting(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put(database, 1, clock, "<b>one</b>", "two &amp; three")
    assert await send() == 2
    assert texts(telegram) == ["one", "two & three"]
    assert telegram.chat(1).messages[1]["entities"] == [{"type": "bold", "offset": 0, "length": 3}]


async def test_after_429_only_that_chat_waits_as_long_as_it_was_told(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1).refusal = ApiError(429, "Too Many Requests: retry after 7", retry_after=7)
    telegram.chat(2)
    for chat_id in (1, 2):
        await settle_chat(database, chat_id, clock)
        await put(database, chat_id, clock, "hello")
    assert await send_once(send) == 1
    assert texts(telegram, 2) == ["hello"]
    telegram.chat(1).refusal = None
    clock.forward(seconds=6)
    assert await send_once(send) == 0
    clock.forward(seconds=3)
    assert await send() == 1


async def send_once(send: Any) -> int:
    """One delivery that does not wait for what is not due."""
    return int(await asyncio.wait_for(send(), 10))


async def test_a_chat_that_blocked_the_bot_keeps_its_message_until_it_comes_back(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1).refusal = ApiError(403, "Forbidden: bot was blocked by the user")
    await settle_chat(database, 1, clock)
    await put(database, 1, clock, "hello")
    assert await send_once(send) == 0
    async with database.read() as tx:
        chat = await chats.get(tx, ChatId(1))
    assert chat is not None
    assert chat.unreachable_since == clock()
    telegram.chat(1).refusal = None
    clock.forward(days=3)
    assert await send_once(send) == 0
    async with database.write() as tx:
        assert await reach.note_reachable(tx, ChatId(1), clock())
        await outbox.release(tx, ChatId(1), clock())
    assert await send() == 1


async def test_everything_of_a_group_moves_to_the_supergroup_it_became(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(-1, "group").refusal = ApiError(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001
    )
    telegram.chat(-1001, "supergroup")
    await settle_chat(database, -1, clock)
    await put(database, -1, clock, "hello")
    assert await send() == 1
    assert texts(telegram, -1001) == ["hello"]
    async with database.read() as tx:
        assert len(await chats.subscriptions_of(tx, ChatId(-1001))) == 1
        assert await chats.get(tx, ChatId(-1)) is None


async def test_html_that_telegram_refuses_goes_out_as_plain_text(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put(database, 1, clock, "<p>one &amp; two</p>")
    assert await send() == 1
    assert texts(telegram) == ["one & two"]


async def test_a_message_that_telegram_will_never_take_does_not_hold_up_the_next(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put(database, 1, clock, "<b></b>")
    await put(database, 1, clock, "fine")
    assert await send() == 1
    assert texts(telegram) == ["fine"]


RICH = '<h1>News</h1><figure><img src="https://a.example/1.jpg"/></figure><p>five &lt; six</p>'
CLASSIC = parts_as_json([View(Markup("<b>News</b>")), View(Markup("five &lt; six"))])


async def put_rich(
    database: Database, clock: Callable[[], datetime], html: str = RICH, fallback: str = CLASSIC
) -> None:
    async with database.write() as tx:
        await outbox.put_rich(
            tx, ChatId(1), html, '[[["Read on", "1:c:latest"]]]', fallback, clock()
        )


def shown(telegram: ConsoleTelegram) -> list[str]:
    """What the chat got: the text of each message, or the markup of a rich one."""
    messages = telegram.chat(1).messages.values()
    return [
        message["rich_message"]["html"] if "rich_message" in message else message["text"]
        for message in messages
    ]


async def is_known(database: Database, clock: Callable[[], datetime]) -> bool:
    async with database.read() as tx:
        return await outbox.rich_is_known(tx, clock())


async def test_a_rich_message_arrives_as_one_with_its_buttons(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    assert await send() == 1
    assert shown(telegram) == [RICH]
    [message] = telegram.chat(1).messages.values()
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "Read on"
    _, parameters = telegram.calls[-1]
    assert parameters["rich_message"]["is_rtl"] is False
    assert parameters["rich_message"]["skip_entity_detection"] is True


async def test_a_server_without_rich_messages_gets_the_classic_ones_at_once_and_in_their_place(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    telegram.knows_rich = False
    await settle_chat(database, 1, clock)
    await put(database, 1, clock, "before")
    await put_rich(database, clock)
    await put(database, 1, clock, "after")
    assert await send() == 4
    assert shown(telegram) == ["before", "News", "five < six", "after"]
    assert not await is_known(database, clock)
    clock.forward(days=7)
    assert await is_known(database, clock)


async def test_a_rich_message_that_is_refused_goes_out_as_classic_ones(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put_rich(database, clock, "<h1>five < six</h1>")
    assert await send() == 2
    assert shown(telegram) == ["News", "five < six"]
    assert await is_known(database, clock)


async def test_a_picture_that_telegram_can_not_get_costs_only_the_pictures(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    async def refuse_pictures(method: str, parameters: dict[str, Any]) -> None:
        if method == "sendRichMessage" and "<img" in parameters["rich_message"]["html"]:
            raise ApiError(400, "Bad Request: RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND")

    telegram.chat(1)
    telegram.before = refuse_pictures
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    assert await send() == 1
    assert shown(telegram) == ["<h1>News</h1><p>five &lt; six</p>"]


async def test_a_chat_that_takes_no_rich_messages_gets_classic_ones(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendRichMessage":
            raise ApiError(400, "Bad Request: not enough rights to send photos to the chat")

    telegram.chat(1)
    telegram.before = refuse
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    assert await send() == 2
    assert shown(telegram) == ["News", "five < six"]


@pytest.mark.parametrize(
    "refusal",
    [
        ApiError(403, "Forbidden: bot was blocked by the user"),
        ApiError(400, "Bad Request: chat not found"),
        ApiError(429, "Too Many Requests: retry after 7", retry_after=7),
        ApiError(502, "Bad Gateway"),
    ],
)
async def test_a_rich_message_waits_whole_where_any_message_would(
    database: Database,
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
    send: Any,
    refusal: ApiError,
) -> None:
    telegram.chat(1).refusal = refusal
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    assert await send_once(send) == 0
    telegram.chat(1).refusal = None
    async with database.write() as tx:
        await reach.note_reachable(tx, ChatId(1), clock())
        await outbox.release(tx, ChatId(1), clock())
    clock.forward(minutes=1)
    assert await send() == 1
    assert shown(telegram) == [RICH]


async def test_a_rich_message_in_doubt_is_sent_again(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    async def lose_the_answer(_method: str, _parameters: dict[str, Any]) -> None:
        telegram.after = None
        raise TimedOut

    telegram.chat(1)
    telegram.after = lose_the_answer
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    assert await send_once(send) == 0
    clock.forward(minutes=1)
    assert await send() == 1
    assert shown(telegram) == [RICH, RICH]


async def test_a_refused_token_is_not_taken_for_an_old_server(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1).refusal = ApiError(401, "Unauthorized")
    await settle_chat(database, 1, clock)
    await put_rich(database, clock)
    with pytest.raises(InvalidToken):
        await send()
    assert await is_known(database, clock)
    telegram.chat(1).refusal = None
    assert await send() == 1
    assert shown(telegram) == [RICH]


async def test_without_anything_to_fall_back_on_the_next_message_still_leaves(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    telegram.chat(1)
    await settle_chat(database, 1, clock)
    await put_rich(database, clock, "<h1>five < six</h1>", fallback="")
    await put(database, 1, clock, "after")
    assert await send() == 1
    assert shown(telegram) == ["after"]


async def test_when_told_to_stop_what_was_not_sent_yet_waits_for_the_next_start(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    stop = asyncio.Event()
    for chat_id in (1, 2, 3):
        telegram.chat(chat_id)
        await settle_chat(database, chat_id, clock)
        await put(database, chat_id, clock, "hello")

    async def stop_after_the_first(_method: str, _parameters: dict[str, Any]) -> None:
        stop.set()

    telegram.after = stop_after_the_first
    turns = Turns(Limits(Rules(overall=5)), asyncio.get_running_loop().time)
    turns.limits.batch = 1
    courier = Courier(database, bot, clock, turns)
    assert await courier.deliver(stop) == 1
    telegram.after = None
    assert await courier.deliver(asyncio.Event()) == 2
    assert [texts(telegram, chat_id) for chat_id in (1, 2, 3)] == [["hello"]] * 3


async def test_an_answer_that_could_not_be_given_at_once_comes_by_the_outbox_before_pushes(
    database: Database, telegram: ConsoleTelegram, clock: Any, settle_chat: Settle, send: Any
) -> None:
    for chat_id in (1, 2):
        telegram.chat(chat_id)
        await settle_chat(database, chat_id, clock)
    await put(database, 2, clock, "a push")
    page = RichView(Markup("<p>rich</p>"), fallback=(View(Markup("x")),))
    async with database.write() as tx:
        assert await send_later(tx, 1, View(Markup("<b>an answer</b>")), None, clock())
        assert await send_later(tx, 1, page, None, clock())
        assert not await send_later(tx, 1, View(Markup("x"), file=File("x", b"x")), None, clock())
    assert await send() == 3
    assert shown(telegram)[0] == "an answer"
    assert [parameters["chat_id"] for _, parameters in telegram.calls if parameters][:1] == [1]


async def test_many_chats_get_everything_once_and_in_order_on_either_database(
    any_database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    for chat_id in range(1, 21):
        telegram.chat(chat_id)
        await settle_chat(any_database, chat_id, clock)
        await put(any_database, chat_id, clock, "a", "b")
        await put(any_database, chat_id, clock, "c")
    assert await deliver(any_database, bot, clock, asyncio.Event()) == 60
    assert [texts(telegram, chat_id) for chat_id in range(1, 21)] == [["a", "b", "c"]] * 20


async def test_what_a_dead_process_had_in_flight_is_sent_again_when_nobody_can_be_sending_it(
    any_database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    telegram.chat(1)
    await settle_chat(any_database, 1, clock)
    await put(any_database, 1, clock, "one", "two")
    async with any_database.write() as tx:
        assert len(await outbox.claim(tx, clock(), LEASE, 9)) == 1
    at_once = await deliver(any_database, bot, clock, asyncio.Event())
    assert at_once == (0 if any_database.is_shared else 2)
    clock.now += LEASE
    await deliver(any_database, bot, clock, asyncio.Event())
    assert texts(telegram) == ["one", "two"]


async def test_whoever_wants_to_know_hears_what_became_of_each_message_once(
    database: Database,
    bot: ExtBot[None],
    telegram: ConsoleTelegram,
    clock: Any,
    settle_chat: Settle,
) -> None:
    heard: list[tuple[str, Outcome]] = []
    telegram.chat(1)
    telegram.chat(2).refusal = ApiError(403, "Forbidden: bot was blocked by the user")
    for chat_id in (1, 2):
        await settle_chat(database, chat_id, clock)
        await put(database, chat_id, clock, f"to {chat_id}")
    turns = Turns(Limits(UNLIMITED), asyncio.get_running_loop().time)

    def hear(result: Result, at: datetime) -> None:
        assert at == clock()
        assert result.verdict is not None
        heard.append((result.message.text, result.verdict.outcome))

    courier = Courier(database, bot, clock, turns, hear)
    assert await courier.deliver(asyncio.Event()) == 1
    assert sorted(heard) == [("to 1", Outcome.SENT), ("to 2", Outcome.UNREACHABLE)]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotSent("ClientConnectorError"), Outcome.LATER),
        (TimedOut(), Outcome.DOUBTFUL),
        (NetworkError("ServerDisconnectedError"), Outcome.DOUBTFUL),
        (NetworkError("Bad Gateway"), Outcome.DOUBTFUL),
        (TelegramError("an answer that is no JSON"), Outcome.DOUBTFUL),
    ],
)
def test_only_what_certainly_was_not_sent_leaves_no_doubt(
    error: TelegramError, outcome: Outcome
) -> None:
    assert judge(error, 1).outcome is outcome


def test_each_try_waits_longer_up_to_an_hour() -> None:
    waits = [judge(NotSent("x"), attempts).wait for attempts in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == timedelta(hours=1)
