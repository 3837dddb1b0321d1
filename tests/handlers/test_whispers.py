"""In groups, what one person asked for is shown to that person, where Telegram knows how."""

from typing import Any

import pytest

from bot.console.door import Person
from storage import outbox

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


async def test_a_page_is_turned_in_place_for_that_person(talk: Any, member: Person) -> None:
    [answer] = await member.type("/latest")
    [turned] = await member.press(answer, "Older ▶") if "Older ▶" in str(answer) else [answer]
    assert turned["ephemeral_message_id"] == answer["ephemeral_message_id"]
    assert is_whispered(turned)


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
