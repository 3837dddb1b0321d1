"""Chats that block the bot, put it out, come back, and move."""

from datetime import timedelta
from typing import Any

import pytest

from bot.composer import compose_due
from handlers.context import known_chat
from storage import chats, outbox, reach, settlements
from storage.records import ChatId, Refusal


def changed(
    talk: Any, chat_id: int, kind: str, old: str, new: str, **rights: Any
) -> dict[str, Any]:
    """The update in which Telegram tells what became of the bot's membership."""
    bot = {"id": 1000, "is_bot": True, "first_name": "Kawaraban", "username": "kawaraban_bot"}
    person = {"id": 1, "is_bot": False, "first_name": "You"}
    named = {"first_name": "You"} if kind == "private" else {"title": "Group"}
    content = {
        "chat": {"id": chat_id, "type": kind, **named},
        "from": person,
        "date": 1_795_000_000,
        "old_chat_member": {"status": old, "user": bot, "until_date": 0},
        "new_chat_member": {"status": new, "user": bot, "until_date": 0, **rights},
    }
    update: dict[str, Any] = talk.telegram.update("my_chat_member", content)
    return update


async def kept(talk: Any, chat_id: int = 1) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.get(tx, ChatId(chat_id))


async def test_whoever_blocks_the_bot_keeps_what_they_follow(talk: Any, clock: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.me.deliver(changed(talk, 1, "private", "member", "kicked"))
    chat = await kept(talk)
    assert chat.unreachable_since == clock()
    assert chat.refusal == Refusal.BLOCKED.value
    assert len(await talk.follows()) == 1


async def test_whoever_comes_back_is_owed_what_was_missed(talk: Any, clock: Any) -> None:
    database = talk.parts.services.database
    await talk.ask("/subscribe north korea")
    async with database.write() as tx:
        await outbox.put(tx, ChatId(1), [("waiting", "")], clock())
    await talk.me.deliver(changed(talk, 1, "private", "member", "kicked"))
    clock.forward(days=9)
    async with database.write() as tx:
        assert await outbox.claim(tx, clock(), timedelta(seconds=60), 9) == ()
    await talk.me.deliver(changed(talk, 1, "private", "kicked", "member"))
    chat = await kept(talk)
    assert chat.unreachable_since is None
    assert chat.refusal == ""
    assert chat.next_digest_at == clock()
    async with database.write() as tx:
        [message] = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
    assert message.text == "waiting"


async def test_a_word_from_somebody_who_was_out_of_reach_is_a_return_as_well(
    talk: Any, clock: Any
) -> None:
    await talk.ask("/subscribe north korea")
    async with talk.parts.services.database.write() as tx:
        await reach.note_unreachable(tx, ChatId(1), Refusal.BLOCKED, clock())
    clock.forward(days=1)
    await talk.ask("/subscriptions")
    chat = await kept(talk)
    assert chat.unreachable_since is None
    assert chat.next_digest_at == clock()


async def test_a_group_that_lets_the_bot_write_gets_at_once_what_was_refused(
    talk: Any, clock: Any
) -> None:
    database = talk.parts.services.database
    await talk.me.deliver(changed(talk, -5, "group", "left", "member"))
    async with database.write() as tx:
        [message] = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
        await settlements.later(tx, message.id, clock() + timedelta(days=1), "no right")
        await chats.change(tx, ChatId(-5), write_refusals=1)
    await talk.me.deliver(changed(talk, -5, "group", "member", "member"))
    assert (await kept(talk, -5)).write_refusals == 0
    async with database.write() as tx:
        assert len(await outbox.claim(tx, clock(), timedelta(seconds=60), 9)) == 1


async def test_a_digest_that_is_off_stays_off_on_return(talk: Any, clock: Any) -> None:
    await talk.ask("/schedule off")
    await talk.me.deliver(changed(talk, 1, "private", "member", "kicked"))
    await talk.me.deliver(changed(talk, 1, "private", "kicked", "member"))
    assert (await kept(talk)).next_digest_at is None


async def test_a_stranger_who_blocks_the_bot_leaves_nothing_behind(talk: Any) -> None:
    await talk.me.deliver(changed(talk, 99, "private", "member", "kicked"))
    assert await kept(talk, 99) is None


async def test_a_group_that_lets_the_bot_in_is_welcomed(talk: Any, clock: Any) -> None:
    await talk.me.deliver(changed(talk, -5, "group", "left", "member"))
    async with talk.parts.services.database.write() as tx:
        [message] = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
    assert message.chat_id == -5
    assert "/subscribe" in message.text


@pytest.mark.parametrize(
    ("kind", "new", "rights", "refusal"),
    [
        ("group", "left", {}, Refusal.KICKED),
        ("group", "kicked", {}, Refusal.KICKED),
        ("supergroup", "restricted", {"can_send_messages": False}, Refusal.NO_RIGHT),
        ("channel", "administrator", {"can_post_messages": False}, Refusal.NO_RIGHT),
    ],
)
async def test_what_telegram_tells_of_the_bot_is_why_a_chat_can_not_be_written_to(
    talk: Any, clock: Any, kind: str, new: str, rights: dict[str, bool], refusal: Refusal
) -> None:
    full = dict.fromkeys(RIGHTS, True) | {"is_member": True} if new in WITH_RIGHTS else {}
    talk.telegram.chat(-5, kind)
    await known_chat(talk.parts.services, ChatId(-5), clock(), kind, None)
    await talk.me.deliver(changed(talk, -5, kind, "member", new, **full, **rights))
    assert (await kept(talk, -5)).refusal == refusal.value


WITH_RIGHTS = ("restricted", "administrator")
RIGHTS = [
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_edit_tag",
    "can_react_to_messages",
]


async def test_a_group_that_became_a_supergroup_keeps_everything(talk: Any) -> None:
    await talk.me.deliver(changed(talk, -5, "group", "left", "member"))
    talk.telegram.chat(-5, "group")
    message = talk.telegram.type(-5, "", 7, migrate_to_chat_id=-1005)
    del message["message"]["text"]
    await talk.me.deliver(message)
    assert await kept(talk, -5) is None
    assert await kept(talk, -1005) is not None


async def test_after_sixty_days_out_of_reach_a_chat_is_forgotten(talk: Any, clock: Any) -> None:
    database = talk.parts.services.database
    await talk.ask("/subscribe north korea")
    async with database.write() as tx:
        before = await chats.newest_topic_change(tx)
        await reach.note_unreachable(tx, ChatId(1), Refusal.BLOCKED, clock())
        assert await reach.forget_unreachable(tx, clock(), 9) == 0
        assert await reach.forget_unreachable(tx, clock.forward(seconds=1), 9) == 1
        assert await chats.get(tx, ChatId(1)) is None
        # Whoever remembers who follows what hears of it.
        _, changed_topics = await chats.topic_changes(tx, before)
    assert len(changed_topics) == 1


async def test_nothing_is_composed_for_a_chat_that_is_out_of_reach(talk: Any, clock: Any) -> None:
    database = talk.parts.services.database
    await talk.ask("/subscribe north korea")
    async with database.write() as tx:
        await reach.note_unreachable(tx, ChatId(1), Refusal.BLOCKED, clock())
    clock.forward(days=8)
    assert await compose_due(database, clock()) == 0
