"""The limits and the chats of the Telegram that the tests talk to: as strict as the real one, or stricter."""

from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import ChatMemberAdministrator, Update

from bot.console.limits import Accepted, Limits, Meter, Window
from bot.console.refusals import ApiError
from bot.console.server import ConsoleTelegram


@dataclass
class Seconds:
    """A stopwatch that is moved by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def metered(telegram: ConsoleTelegram, seconds: Seconds) -> ConsoleTelegram:
    """A Telegram with limits and a hundred people."""
    telegram.meter = Meter(Limits(), seconds)
    for chat_id in range(1, 101):
        telegram.chat(chat_id)
    return telegram


async def send(telegram: ConsoleTelegram, chat_id: int, text: str = "x", **extra: Any) -> int:
    """Seconds to wait, or 0 if it was taken."""
    try:
        await telegram.call("sendMessage", {"chat_id": chat_id, "text": text, **extra})
    except ApiError as error:
        if error.code != 429:
            raise
        return error.parameters["retry_after"]
    return 0


# Limits


async def test_thirty_messages_a_second_pass_and_the_next_stops_the_whole_bot(
    metered: ConsoleTelegram, seconds: Seconds
) -> None:
    for chat_id in range(1, 31):
        assert await send(metered, chat_id) == 0
        seconds.now += 0.03
    assert await send(metered, 50) == 3
    seconds.now += 1.2
    assert await send(metered, 51) == 2
    seconds.now += 1.9
    assert await send(metered, 52) == 0
    assert metered.meter is not None
    assert [(one.scope, one.cause) for one in metered.meter.refused] == [("bot", "limit")] * 2


async def test_a_person_gets_short_bursts_but_no_more_than_about_one_a_second(
    metered: ConsoleTelegram, seconds: Seconds
) -> None:
    assert [await send(metered, 1) for _ in range(4)] == [0, 0, 0, 1]
    assert await send(metered, 2) == 0
    for _ in range(4):
        seconds.now += 1
        assert [await send(metered, 1) for _ in range(3)] == [0, 0, 0]
    seconds.now += 1
    assert await send(metered, 1) == 5
    seconds.now += 5
    assert await send(metered, 1) == 0


async def test_one_message_a_second_to_a_person_is_never_too_much(
    metered: ConsoleTelegram, seconds: Seconds
) -> None:
    for _ in range(120):
        assert await send(metered, 1) == 0
        seconds.now += 1


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_group_or_channel_takes_twenty_a_minute(
    metered: ConsoleTelegram, seconds: Seconds, kind: str
) -> None:
    metered.chat(-1, kind)
    for _ in range(20):
        assert await send(metered, -1) == 0
        seconds.now += 0.5
    assert await send(metered, -1) == 50
    assert await send(metered, 1) == 0
    seconds.now += 50
    assert await send(metered, -1) == 0


async def test_an_edit_counts_as_a_message_and_an_answer_to_a_press_does_not(
    metered: ConsoleTelegram,
) -> None:
    sent = await metered.call("sendMessage", {"chat_id": 1, "text": "0"})
    edit = {"chat_id": 1, "message_id": sent["message_id"]}
    await metered.call("editMessageText", {**edit, "text": "1"})
    for _ in range(40):
        await metered.call("answerCallbackQuery", {"callback_query_id": "1"})
        await metered.call("sendChatAction", {"chat_id": 1, "action": "typing"})
    await metered.call("editMessageText", {**edit, "text": "2"})
    with pytest.raises(ApiError, match="retry after 1"):
        await metered.call("editMessageText", {**edit, "text": "3"})


async def test_paid_broadcasts_have_a_ceiling_of_their_own_but_no_other_limit_for_a_chat(
    metered: ConsoleTelegram, seconds: Seconds
) -> None:
    for chat_id in range(1, 31):
        assert await send(metered, chat_id) == 0
    for chat_id in range(1001, 2001):
        metered.chat(chat_id)
        assert await send(metered, chat_id, allow_paid_broadcast=True) == 0
    assert await send(metered, 50, allow_paid_broadcast=True) == 3
    seconds.now += 3
    assert [await send(metered, 50, allow_paid_broadcast=True) for _ in range(4)] == [0, 0, 0, 1]


async def test_what_is_refused_counts_for_nothing(metered: ConsoleTelegram) -> None:
    for _ in range(40):
        with pytest.raises(ApiError, match="message text is empty"):
            await send(metered, 1, "")
        with pytest.raises(ApiError, match="chat not found"):
            await send(metered, 777)
    assert await send(metered, 1) == 0


async def test_without_a_meter_everything_is_taken_at_any_speed(telegram: ConsoleTelegram) -> None:
    telegram.chat(1)
    for _ in range(100):
        assert await send(telegram, 1) == 0


async def test_the_account_says_what_was_taken_where_and_how(metered: ConsoleTelegram) -> None:
    metered.chat(-5, "supergroup")
    metered.open_topic(-5, 7)
    await send(metered, -5, "<b>a</b>", parse_mode="HTML", message_thread_id=7)
    await send(metered, 1, "b", disable_notification=True, allow_paid_broadcast=True)
    rich = {"chat_id": 2, "rich_message": {"html": "<p>c</p>"}}
    message = await metered.call("sendRichMessage", rich)
    button = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    edit = {"chat_id": 2, "message_id": message["message_id"], "reply_markup": button}
    await metered.call("editMessageReplyMarkup", edit)
    assert metered.meter is not None
    assert metered.meter.accepted == [
        Accepted(1000.0, "sendMessage", -5, 1, 7, "a", False, False),
        Accepted(1000.0, "sendMessage", 1, 2, None, "b", True, True),
        Accepted(1000.0, "sendRichMessage", 2, 3, None, "<p>c</p>", False, False),
        Accepted(1000.0, "editMessageReplyMarkup", 2, 3, None, "", False, False),
    ]


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
    st.lists(st.sampled_from([(1, 1.0), (2, 1.0), (5, 4.0), (9, 20.0)]), min_size=1, unique=True),
)
def test_at_no_moment_is_more_taken_than_the_windows_allow_and_waiting_as_told_helps(
    pauses: list[float], windows: list[tuple[int, float]]
) -> None:
    seconds = Seconds()
    limits = Limits((), (), tuple(Window(*one) for one in windows), ())
    meter = Meter(limits, seconds)
    taken: list[float] = []
    for pause in pauses:
        seconds.now += pause
        try:
            meter.check(1, True, False)
        except ApiError as error:
            seconds.now += error.parameters["retry_after"]
            meter.check(1, True, False)
        meter.take(True, Accepted(seconds.now, "sendMessage", 1, 1, None, "", False, False))
        taken.append(seconds.now)
    for count, length in windows:
        for first, last in zip(taken, taken[count:], strict=False):
            # As exactly as sums of floats are.
            assert last - first >= length - 1e-9


@pytest.mark.parametrize("whole_bot", [True, False])
async def test_an_undeserved_429_holds_until_its_time_is_over(
    metered: ConsoleTelegram, seconds: Seconds, whole_bot: bool
) -> None:
    meter = metered.meter
    assert meter is not None
    with pytest.raises(ApiError, match="retry after 5"):
        meter.halt(5, 1, whole_bot=whole_bot)
    seconds.now += 4
    assert await send(metered, 1) == 1
    assert await send(metered, 2) == int(whole_bot)
    seconds.now += 1
    assert await send(metered, 1) == 0
    assert [one.cause for one in meter.refused] == ["injected"] + ["halted"] * (1 + whole_bot)


def test_a_wait_is_told_in_whole_seconds_that_are_enough() -> None:
    seconds = Seconds()
    meter = Meter(Limits((), (), (Window(1, 2.5),), ()), seconds)
    meter.take(True, Accepted(seconds.now, "sendMessage", 1, 1, None, "", False, False))
    with pytest.raises(ApiError) as refused:
        meter.check(1, True, False)
    assert refused.value.parameters["retry_after"] == ceil(2.5)


# Chats


async def test_somebody_who_blocks_the_bot_and_lets_it_in_again_is_told_of_as_telegram_does(
    telegram: ConsoleTelegram,
) -> None:
    telegram.chat(1)
    block = Update.de_json(telegram.blocked(1), None)
    with pytest.raises(ApiError, match="blocked by the user"):
        await send(telegram, 1)
    unblock = Update.de_json(telegram.unblocked(1), None)
    assert await send(telegram, 1) == 0
    changes = [update.my_chat_member for update in (block, unblock)]
    assert [
        (one.chat.id, one.old_chat_member.status, one.new_chat_member.status)
        for one in changes
        if one is not None
    ] == [(1, "member", "kicked"), (1, "kicked", "member")]


async def test_a_group_that_throws_the_bot_out_and_adds_it_again_as_administrator(
    telegram: ConsoleTelegram,
) -> None:
    first = Update.de_json(telegram.added(-5), None)
    out = Update.de_json(telegram.kicked(-5), None)
    with pytest.raises(ApiError, match="kicked from the supergroup chat"):
        await send(telegram, -5)
    again = Update.de_json(telegram.added(-5, administrator=True), None)
    assert await send(telegram, -5) == 0
    changes = [update.my_chat_member for update in (first, out, again)]
    assert [one.new_chat_member.status for one in changes if one is not None] == [
        "member",
        "kicked",
        "administrator",
    ]
    assert changes[0] is not None
    assert changes[0].old_chat_member.status == "left"


def test_in_a_channel_the_bot_is_an_administrator_who_may_post(telegram: ConsoleTelegram) -> None:
    telegram.chat(-5, "channel")
    change = Update.de_json(telegram.added(-5), None).my_chat_member
    assert change is not None
    assert isinstance(change.new_chat_member, ChatMemberAdministrator)
    assert change.new_chat_member.can_post_messages


async def test_a_group_that_migrates_answers_with_its_new_id_for_ever(
    telegram: ConsoleTelegram,
) -> None:
    telegram.chat(-5, "group").administrators.add(9)
    told = [Update.de_json(one, None).message for one in telegram.migrate(-5, -1005)]
    assert told[0] is not None
    assert told[1] is not None
    assert (told[0].chat.id, told[0].migrate_to_chat_id) == (-5, -1005)
    assert (told[1].chat.id, told[1].migrate_from_chat_id) == (-1005, -5)
    for method in ("sendMessage", "sendChatAction", "getChatMember"):
        with pytest.raises(ApiError) as refused:
            await telegram.call(method, {"chat_id": -5, "text": "x", "user_id": 9})
        assert refused.value.parameters == {"migrate_to_chat_id": -1005}
    assert await send(telegram, -1005) == 0
    (administrator,) = await telegram.call("getChatAdministrators", {"chat_id": -1005})
    assert administrator["user"]["id"] == 9


async def test_topics_of_a_forum_can_be_closed_and_deleted(telegram: ConsoleTelegram) -> None:
    telegram.open_topic(-5, 7)
    sent = await telegram.call("sendMessage", {"chat_id": -5, "text": "x", "message_thread_id": 7})
    assert (sent["message_thread_id"], sent["chat"]["is_forum"]) == (7, True)
    telegram.close_topic(-5, 7)
    with pytest.raises(ApiError, match="TOPIC_CLOSED"):
        await send(telegram, -5, message_thread_id=7)
    assert await send(telegram, -5) == 0
    telegram.delete_topic(-5, 7)
    for unknown in (7, 1, 99):
        with pytest.raises(ApiError, match="message thread not found"):
            await send(telegram, -5, message_thread_id=unknown)
    telegram.close_topic(-5)
    with pytest.raises(ApiError, match="TOPIC_CLOSED"):
        await send(telegram, -5)


async def test_administrators_of_a_private_chat_can_not_be_asked_for(
    telegram: ConsoleTelegram,
) -> None:
    telegram.chat(1)
    with pytest.raises(ApiError, match="no administrators in the private chat"):
        await telegram.call("getChatAdministrators", {"chat_id": 1})
