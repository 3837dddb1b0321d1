"""In groups, what one person asked for is shown to that person, where Telegram knows how."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from telegram import Message
from telegram.error import BadRequest, RetryAfter, TimedOut

from bot.console.door import Person
from handlers.buttons import Show, encode
from handlers.commands import BY_NAME
from handlers.menu_buttons import Choose, Screen
from handlers.views.message import Button
from handlers.whispers import Confidant, mark_whispered
from storage import chats, outbox
from storage.records import ChatId, Layout
from storage.schema import articles

GROUP = -100500


@pytest.fixture
def member(talk: Any) -> Person:
    chat = talk.telegram.chat(GROUP, "supergroup")
    chat.standing = "administrator"
    return Person(talk.parts.application, talk.telegram, GROUP, 7)


def is_whispered(message: dict[str, Any]) -> bool:
    return "receiver_user" in message


@pytest.mark.parametrize("text", ["/latest", "/schedule", "/help", "/subscribe rice"])
async def test_what_one_reads_and_is_refused_only_they_see(member: Person, text: str) -> None:
    [answer] = await member.type(text)
    assert answer["receiver_user"]["id"] == 7


async def test_a_digest_and_what_an_administrator_changed_all_see(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    [changed] = await member.type("/subscribe rice")
    assert not is_whispered(changed)
    assert not any(is_whispered(shown) for shown in await member.type("/digest 24h"))


async def test_a_page_too_long_to_be_edited_comes_anew_for_that_person_and_the_old_one_goes(
    talk: Any, member: Person
) -> None:
    [answer] = await member.type("/latest")
    [turned] = await member.press(answer, "Older ▶")
    assert len(turned["text"]) > 1024
    assert is_whispered(turned)
    assert turned["text"] != answer["text"]
    assert list(talk.telegram.chat(GROUP).whispers) == [turned["ephemeral_message_id"]]


async def test_a_page_that_is_refused_both_ways_leaves_the_old_one_there(
    talk: Any, member: Person
) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            raise BadRequest("Not enough rights")

    [answer] = await member.type("/latest")
    talk.telegram.before = refuse
    assert await member.press(answer, "Older ▶") == []
    assert list(talk.telegram.chat(GROUP).whispers) == [answer["ephemeral_message_id"]]


async def test_what_a_press_under_a_whisper_brings_is_whispered_too(
    talk: Any, member: Person
) -> None:
    [answer] = await member.type("/latest")
    came = await member.press_data(answer, "1:c:help")
    assert came
    assert all(is_whispered(shown) for shown in came)
    # The press is acknowledged after it was answered, or the answer would come too late for Telegram.
    methods = [method for method, _ in talk.telegram.calls]
    assert methods[-2:] == ["sendMessage", "answerCallbackQuery"]


async def test_where_the_bot_is_no_administrator_it_replies_and_does_not_try_again(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).standing = "member"
    for _ in range(2):
        [answer] = await member.type("/latest")
        assert not is_whispered(answer)
    tried = [sent for method, sent in talk.telegram.calls if method == "sendMessage"]
    assert ["ephemeral_message_parameters" in sent for sent in tried] == [True, False, False]
    assert "reply_parameters" in tried[-1]


async def test_a_server_that_knows_no_whispers_gets_replies_and_is_remembered(
    talk: Any, member: Person, clock: Any
) -> None:
    talk.telegram.knows_whispers = False
    for _ in range(2):
        [answer] = await member.type("/latest")
        assert not is_whispered(answer)
    sent = [sent for method, sent in talk.telegram.calls if method == "sendMessage"]
    assert ["ephemeral_message_parameters" in one for one in sent] == [True, False]
    assert all("reply_parameters" in one for one in sent)
    async with talk.parts.services.database.read() as tx:
        assert not await outbox.whispers_are_known(tx, clock())
        assert await outbox.whispers_are_known(tx, clock.forward(days=8))


async def test_what_was_asked_unseen_is_answered_unseen_by_any_bot(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).standing = "member"
    [answer] = await member.deliver(talk.telegram.type_unseen(GROUP, "/latest", 7))
    assert is_whispered(answer)


async def test_what_was_asked_unseen_is_never_answered_aloud(talk: Any, member: Person) -> None:
    talk.telegram.chat(GROUP).standing = "member"
    update = talk.telegram.type_unseen(GROUP, "/latest", 7)
    talk.telegram.chat(GROUP).whispers.clear()
    assert await member.deliver(update) == []


async def test_in_a_private_chat_nothing_is_whispered(talk: Any) -> None:
    await talk.ask("/latest")
    sent = [sent for method, sent in talk.telegram.calls if method == "sendMessage"]
    assert not any("ephemeral_message_parameters" in one for one in sent)


@pytest.mark.parametrize(
    "text",
    [
        *("/latest", "/search korea", "/subscriptions", "/settings", "/schedule", "/timezone"),
        *("/quiet", "/language", "/layout", "/saved", "/taste", "/why", "/mute", "/unmute"),
        *("/export", "/privacy", "/forget", "/help", "/help latest", "/unsubscribe", "/channel"),
    ],
)
async def test_whatever_is_only_shown_is_shown_to_the_asker(
    talk: Any, member: Person, text: str
) -> None:
    await answered_unheard(talk, member, text)


@pytest.mark.parametrize(
    "text",
    [
        *("/schedule sometimes", "/schedule instant", "/schedule 7 daily 08:00", "/quiet 25:99"),
        *("/timezone Nowhere at all", "/pause soon", "/language xx", "/layout sideways"),
        *("/subscribe (rice", "/unsubscribe 7", "/mute " + "x" * 300, "/unmute 7", "/search (rice"),
        *("/digest yesterday-ish", "/trend (rice", "/channel @x", "/import nothing"),
    ],
)
async def test_what_an_administrator_is_refused_only_they_see(
    talk: Any, member: Person, text: str
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    await answered_unheard(talk, member, text)


async def answered_unheard(talk: Any, member: Person, text: str) -> None:
    came = await member.type(text)
    assert came
    assert all(is_whispered(shown) for shown in came)


@pytest.mark.parametrize("who", ["a member", "an administrator"])
async def test_a_list_of_feeds_that_is_not_taken_is_refused_unheard(
    talk: Any, member: Person, who: str
) -> None:
    if who == "an administrator":
        talk.telegram.chat(GROUP).administrators.add(7)
    [refused] = await member.send_file("feeds.opml", b"no list at all", "/import")
    assert is_whispered(refused)


async def test_an_apology_is_for_whoever_asked(talk: Any, member: Person) -> None:
    async def fail(_ask: Any) -> Any:
        raise RuntimeError("out of order")

    before = BY_NAME["latest"].answer
    object.__setattr__(BY_NAME["latest"], "answer", fail)
    try:
        [apology] = await member.type("/latest")
    finally:
        object.__setattr__(BY_NAME["latest"], "answer", before)
    assert is_whispered(apology)


async def test_settings_are_chosen_in_place_by_the_person_who_sees_them(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    [menu] = await member.type("/settings")
    [screen] = await member.press_data(menu, encode(Screen("stories")))
    [chosen] = await member.press_data(screen, encode(Choose("stories", "5")))
    assert chosen["ephemeral_message_id"] == menu["ephemeral_message_id"]
    async with talk.parts.services.database.read() as tx:
        kept = await chats.get(tx, ChatId(GROUP))
    assert kept is not None
    assert kept.most_stories == 5


async def test_a_menu_of_one_person_does_not_let_them_change_what_only_administrators_may(
    talk: Any, member: Person
) -> None:
    [menu] = await member.type("/settings")
    assert await member.press_data(menu, encode(Choose("stories", "5"))) == []
    assert "Only administrators" in talk.telegram.answers[-1]["text"]


async def test_marks_of_a_whisper_change_in_place(talk: Any, member: Person) -> None:
    [answer] = await member.type("/latest")
    message = Message.de_json(answer, talk.parts.application.bot)
    keyboard = ((Button("Kept", "1:x"),),)
    await mark_whispered(message, keyboard, Confidant(7))
    kept = talk.telegram.chat(GROUP).whispers[answer["ephemeral_message_id"]]
    assert kept["text"] == answer["text"]
    assert kept["reply_markup"]["inline_keyboard"][0][0]["text"] == "Kept"


async def test_what_somebody_reads_below_a_message_for_all_only_they_see_and_any_bot_may_show_it(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).standing = "member"
    shown = await member.type("/latest")
    assert not is_whispered(shown[0])
    [came] = await member.press_data(shown[0], encode(Show("settings")))
    assert is_whispered(came)


async def test_an_old_button_in_a_group_brings_a_menu_for_the_presser_alone(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).standing = "member"
    [shown] = await member.type("/latest")
    [fresh] = await member.press_data(shown, "0:old")
    assert is_whispered(fresh)
    assert "out of date" in talk.telegram.answers[-1]["text"]
    talk.telegram.knows_whispers = False
    [menu] = await member.type("/latest")
    await member.press_data(menu, "1:c:help")
    assert await member.press_data(menu, "0:old") == []


async def test_a_rich_message_is_whispered_where_it_was_asked_unseen(
    talk: Any, member: Person
) -> None:
    talk.telegram.chat(GROUP).administrators.add(7)
    await member.type("/subscribe north korea")
    [menu] = await member.type("/help")
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(GROUP), layout=Layout.NEWSPAPER, digested_to=0)
        await tx.execute(update(articles).values(archived=False))
    came = await member.press_data(menu, encode(Show("digest")))
    assert any("rich_message" in shown for shown in came)
    assert all(is_whispered(shown) for shown in came)


async def test_what_nobody_says_who_asked_unseen_is_not_answered(talk: Any, member: Person) -> None:
    update = talk.telegram.type_unseen(GROUP, "/latest", 7)
    mask = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    group = {"id": GROUP, "type": "supergroup", "title": "Group"}
    update["message"] |= {"from": mask, "sender_chat": group}
    del update["message"]["receiver_user"]
    assert await member.deliver(update) == []


@pytest.mark.parametrize("unseen", [True, False])
async def test_where_telegram_takes_no_more_an_answer_waits_unless_it_was_asked_unseen(
    talk: Any, member: Person, clock: Any, unseen: bool
) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            raise RetryAfter(30)

    talk.telegram.before = refuse
    typed = talk.telegram.type_unseen if unseen else talk.telegram.type
    assert await member.deliver(typed(GROUP, "/help", 7)) == []
    async with talk.parts.services.database.write() as tx:
        waiting = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
    assert [one.chat_id for one in waiting] == ([] if unseen else [GROUP])


async def test_what_may_have_been_whispered_is_not_said_aloud_later(
    talk: Any, member: Person, clock: Any
) -> None:
    talk.telegram.chat(GROUP).standing = "administrator"

    async def lose(method: str, _parameters: dict[str, Any]) -> None:
        if method == "sendMessage":
            raise TimedOut

    talk.telegram.before = lose
    await member.type("/latest")
    async with talk.parts.services.database.write() as tx:
        assert await outbox.claim(tx, clock(), timedelta(seconds=60), 9) == ()
