"""Who may use a bot that is not for everybody, invitations, bans, and who asks for too much."""

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from bot.console.door import Person
from bot.settings import BadSetting, load
from handlers.fairness import FairUse
from storage import chats, outbox, people
from storage.records import ChatId, Refusal

Begin = Any


def person(talk: Any, chat_id: int, user_id: int | None = None) -> Person:
    talk.telegram.chat(chat_id, "private" if chat_id > 0 else "supergroup")
    return Person(talk.parts.application, talk.telegram, chat_id, user_id)


def closed(talk_with: Begin, access: str = "invite") -> AbstractAsyncContextManager[Any]:
    begun: AbstractAsyncContextManager[Any] = talk_with(access=access, admin_ids="1")
    return begun


def link_in(text: str) -> str:
    """The payload of the link in an answer."""
    return text.rpartition("?start=")[2].split()[0]


async def kept(talk: Any, chat_id: int) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.get(tx, ChatId(chat_id))


@pytest.mark.parametrize("access", ["invite", "admins"])
async def test_a_closed_bot_answers_its_administrators_alone(talk_with: Begin, access: str) -> None:
    async with closed(talk_with, access) as talk:
        assert "closed" not in await talk.ask("/help")
        stranger = person(talk, 2)
        [answer] = await stranger.type("/latest")
        assert "private" in answer["text"]
        assert await kept(talk, 2) is None


async def test_strangers_are_told_so_once_an_hour_and_not_each_time(
    talk_with: Begin, clock: Any
) -> None:
    async with closed(talk_with) as talk:
        stranger = person(talk, 2)
        assert len(await stranger.type("/latest")) == 1
        assert await stranger.type("north korea") == []
        assert await stranger.type("/subscribe rice") == []
        clock.forward(minutes=61)
        assert len(await stranger.type("/latest")) == 1


async def test_strangers_are_told_so_in_their_language(talk_with: Begin) -> None:
    async with closed(talk_with) as talk:
        for chat_id, language in ((2, "ja"), (3, "ko")):
            talk.telegram.chat(chat_id)
            update = talk.telegram.type(chat_id, "/latest")
            update["message"]["from"]["language_code"] = language
            [answer] = await person(talk, chat_id).deliver(update)
            assert "招待" in answer["text"] or "초대" in answer["text"]


async def test_an_invitation_lets_somebody_in(talk_with: Begin) -> None:
    async with closed(talk_with) as talk:
        made = await talk.ask("/invite")
        payload = link_in(made)
        assert payload.startswith("i_")
        assert len(payload) <= 64
        guest = person(talk, 2)
        welcomed = await guest.type(f"/start {payload}")
        assert "invited" in welcomed[0]["text"]
        assert len(welcomed) > 1
        assert "private" not in (await guest.type("/latest"))[0]["text"]
        # It was for one.
        [refused] = await person(talk, 3).type(f"/start {payload}")
        assert "nobody in any more" in refused["text"]


@pytest.mark.parametrize("payload", ["i_", "i_guessed", "i_" + "x" * 62, "i_'; drop table invites"])
async def test_a_forged_invitation_lets_nobody_in(talk_with: Begin, payload: str) -> None:
    async with closed(talk_with) as talk:
        await talk.ask("/invite")
        guest = person(talk, 2)
        assert "nobody in any more" in (await guest.type(f"/start {payload}"))[0]["text"]
        assert "private" in (await guest.type("/latest"))[0]["text"]


async def test_an_invitation_is_bounded_in_people_and_in_time(talk_with: Begin, clock: Any) -> None:
    async with closed(talk_with) as talk:
        payload = link_in(await talk.ask("/invite 2 3"))
        for chat_id in (2, 3):
            assert "invited" in (await person(talk, chat_id).type(f"/start {payload}"))[0]["text"]
        payload = link_in(await talk.ask("/invite 2 3"))
        clock.forward(days=3)
        [answer] = await person(talk, 4).type(f"/start {payload}")
        assert "nobody in any more" in answer["text"]


@pytest.mark.parametrize("typed", ["0", "1001", "5 0", "5 366", "many", "5 30 2", "-1"])
async def test_an_invitation_for_nobody_or_for_ever_is_not_made(
    talk_with: Begin, typed: str
) -> None:
    async with closed(talk_with) as talk:
        assert "/invite 5 30" in await talk.ask(f"/invite {typed}")


async def test_invitations_are_listed_revoked_and_given_back(talk_with: Begin) -> None:
    async with closed(talk_with) as talk:
        made = await talk.ask_message("/invite 5 30")
        payload = link_in(made["text"])
        [listed] = await talk.me.press(made, "All invitations")
        assert payload in listed["text"]
        [revoked] = await talk.me.press(listed, "Revoke 1")
        [answer] = await person(talk, 2).type(f"/start {payload}")
        assert "nobody in any more" in answer["text"]
        await talk.me.press(revoked, "Undo")
        assert "invited" in (await person(talk, 2).type(f"/start {payload}"))[0]["text"]


async def test_who_may_make_invitations_is_up_to_the_settings(talk_with: Begin) -> None:
    async with talk_with(admin_ids="1") as talk:
        assert "ACCESS=invite" in await talk.ask("/invite")
        assert "don’t know /invite" in (await person(talk, 2).type("/invite"))[0]["text"]
        [answer] = await person(talk, 2).type("/start i_anything")
        assert "nobody" not in answer["text"]


async def test_a_press_of_an_administrators_button_by_somebody_else_does_nothing(
    talk_with: Begin,
) -> None:
    async with talk_with(admin_ids="1") as talk:
        async with talk.parts.services.database.write() as tx:
            await people.ban(tx, 77, talk.parts.services.clock())
        [shown] = await person(talk, 2).type("/latest")
        await person(talk, 2).press_data(shown, "1:D:l:77")
        async with talk.parts.services.database.read() as tx:
            assert await people.is_banned(tx, {77})


async def test_a_group_is_let_in_by_whoever_was(talk_with: Begin) -> None:
    async with closed(talk_with) as talk:
        member = person(talk, -5, 99)
        talk.telegram.chat(-5).standing = "left"
        await talk.me.deliver(talk.telegram.added(-5, user_id=1))
        assert "private" not in (await member.type("/latest"))[0]["text"]


async def test_a_group_is_not_let_in_by_a_stranger(talk_with: Begin, clock: Any) -> None:
    async with closed(talk_with) as talk:
        member, admin = person(talk, -6, 99), person(talk, -6, 1)
        [said] = await member.deliver(talk.telegram.added(-6, user_id=99))
        assert "private" in said["text"]
        assert await kept(talk, -6) is None
        # It was said when they put it there.
        assert await member.type("/latest") == []
        assert await member.type("just talking") == []
        # The one who asks counts.
        assert "private" not in (await admin.type("/latest"))[0]["text"]


async def test_a_group_that_becomes_a_supergroup_stays_let_in(talk_with: Begin) -> None:
    async with closed(talk_with) as talk:
        talk.telegram.chat(-5, "group").standing = "left"
        await talk.me.deliver(talk.telegram.added(-5, user_id=1))
        for update in talk.telegram.migrate(-5, -1005):
            await talk.me.deliver(update)
        assert "private" not in (await person(talk, -1005, 99).type("/latest"))[0]["text"]


async def test_whoever_is_banned_meets_silence(talk_with: Begin, clock: Any) -> None:
    async with talk_with(admin_ids="1") as talk:
        pest = person(talk, 666)
        [shown] = await pest.type("/latest")
        async with talk.parts.services.database.write() as tx:
            await outbox.put(tx, ChatId(666), [("waiting", "")], clock())
        done = await talk.ask_message("/ban 666")
        assert await pest.type("/latest") == []
        assert await pest.type("hello") == []
        answered = len(talk.telegram.answers)
        assert await pest.press_data(shown, "1:c:help") == []
        assert len(talk.telegram.answers) == answered
        assert await person(talk, -5, 666).type("/latest") == []
        # Nothing is pushed there, either, and letting the bot in again changes nothing.
        await talk.me.deliver(talk.telegram.blocked(666))
        await talk.me.deliver(talk.telegram.unblocked(666))
        assert (await kept(talk, 666)).refusal in (Refusal.BANNED, Refusal.BLOCKED)
        await talk.me.press(done, "Undo")
        assert len(await pest.type("/latest")) == 1
        assert (await kept(talk, 666)).refusal == ""


async def test_a_ban_by_reply_is_for_who_wrote_that(talk_with: Begin) -> None:
    async with talk_with(admin_ids="1") as talk:
        rude = talk.telegram.type(-5, "something rude", 666)["message"]
        admin = person(talk, -5, 1)
        update = talk.telegram.type(-5, "/ban", 1, reply_to_message=rude)
        [answer] = await admin.deliver(update)
        assert "666" in answer["text"]
        assert await person(talk, 666).type("/latest") == []


async def test_bans_are_listed_lifted_and_laid_again(talk_with: Begin) -> None:
    async with talk_with(admin_ids="1,2") as talk:
        assert "Nobody is banned" in await talk.ask("/ban")
        await talk.ask("/ban 666")
        listed = await talk.ask_message("/ban")
        assert "666" in listed["text"]
        [lifted] = await talk.me.press(listed, "Lift the ban on 666")
        assert len(await person(talk, 666).type("/latest")) == 1
        await talk.me.press(lifted, "Undo")
        assert await person(talk, 666).type("/latest") == []
        assert "again" in await talk.ask("/unban 666")
        assert "not banned" in await talk.ask("/unban 666")
        assert "can’t be banned" in await talk.ask("/ban 2")
        assert "can’t read" in await talk.ask("/ban somebody")


@pytest.mark.parametrize("access", ["invite", "admins"])
def test_a_bot_that_nobody_could_use_does_not_start(access: str) -> None:
    with pytest.raises(BadSetting, match=r"ACCESS.*ADMIN_IDS"):
        load(_env_file=None, access=access)


@pytest.mark.parametrize("ids", ["me", "1;2", "-5", "1,,x", "0"])
def test_ids_that_are_none_stop_the_start_in_one_line(ids: str) -> None:
    with pytest.raises(BadSetting, match="ADMIN_IDS"):
        load(_env_file=None, admin_ids=ids)


def test_ids_are_read_with_spaces_and_a_comma_too_many() -> None:
    assert load(_env_file=None, admin_ids=" 1, 22 ,").admin_ids == {1, 22}


@pytest.fixture
def fair(talk: Any) -> Any:
    """The same bot as it is where others use it, too."""
    object.__setattr__(talk.parts.services, "fair_use", FairUse())
    return talk


async def test_a_burst_is_answered_then_one_warning_comes_and_then_silence(
    fair: Any, clock: Any
) -> None:
    answers = [await fair.me.type("/help") for _ in range(13)]
    assert [len(came) for came in answers] == [*[1] * 11, 0, 0]
    assert "a lot at once" in answers[10][0]["text"]
    assert len(await person(fair, 2).type("/help")) == 1
    clock.forward(seconds=1)
    assert [len(await fair.me.type("/help")) for _ in range(2)] == [1, 0]


async def test_presses_count_as_well_and_are_warned_where_they_were_made(fair: Any) -> None:
    [shown] = await fair.me.type("/help")
    # A press costs a third of a command.
    for _ in range(27):
        await fair.me.press_data(shown, "1:c:help")
    assert all("text" not in one for one in fair.telegram.answers)
    await fair.me.press_data(shown, "1:c:help")
    assert "a lot at once" in fair.telegram.answers[-1]["text"]
    answered = len(fair.telegram.answers)
    await fair.me.press_data(shown, "1:c:help")
    assert len(fair.telegram.answers) == answered


async def test_whoever_is_banned_is_not_even_warned(fair: Any, clock: Any) -> None:
    async with fair.parts.services.database.write() as tx:
        await people.ban(tx, 1, clock())
    assert [await fair.me.type("/help") for _ in range(12)] == [[]] * 12


async def test_the_talk_of_a_group_takes_nothing_from_anybodys_share(fair: Any) -> None:
    member = person(fair, -5, 1)
    for _ in range(20):
        assert await member.type("just talking") == []
    assert len(await member.type("/help")) == 1


async def test_administrators_who_write_anonymously_are_not_one_person(fair: Any) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    for group in (-5, -6):
        for _ in range(8):
            update = fair.telegram.type(group, "/help", 1)
            sender = {"id": group, "type": "supergroup", "title": "Group"}
            update["message"] |= {"from": anonymous, "sender_chat": sender}
            assert len(await person(fair, group).deliver(update)) == 1


async def test_feeds_that_nobody_else_follows_are_a_share_of_thirty_an_hour(
    fair: Any, clock: Any
) -> None:
    for number in range(30):
        clock.forward(seconds=1)
        assert "many feeds" not in await fair.ask(f"/subscribe {fair.newsroom}/nothing{number}")
    clock.forward(seconds=1)
    assert "many feeds" in await fair.ask(f"/subscribe {fair.newsroom}/nothing30")
    # What others follow is visited anyway, and other chats have shares of their own.
    other = person(fair, 2)
    [answer] = await other.type(f"/subscribe {fair.newsroom}/nothing30")
    assert "many feeds" not in answer["text"]
    clock.forward(minutes=3)
    assert "many feeds" not in await fair.ask(f"/subscribe {fair.newsroom}/nothing31")
