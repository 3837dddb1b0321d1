"""A channel, run from the private chat of one of its administrators."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from telegram.error import TimedOut

from bot.composer import compose_due
from bot.console.door import Person
from handlers.buttons import encode
from handlers.door_buttons import RunChannel
from storage import chats, opinions, outbox, people, settlements
from storage.records import ChatId
from storage.schema import articles, subscriptions

CHANNEL = -1001234567890


@pytest.fixture
def news(talk: Any) -> Any:
    """A channel in which the bot may post and the person of the chat is an administrator."""
    channel = talk.telegram.chat(CHANNEL, "channel")
    channel.title, channel.username = "The Lantern", "the_lantern"
    channel.standing = "administrator"
    channel.administrators.add(1)
    return channel


def labels(message: Any) -> list[str]:
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


async def kept(talk: Any, chat_id: int = CHANNEL) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.get(tx, ChatId(chat_id))


async def followed(talk: Any, chat_id: int) -> list[str]:
    async with talk.parts.services.database.read() as tx:
        return [one.name for one in await chats.subscriptions_of(tx, ChatId(chat_id))]


def forwarded(talk: Any, text: str, chat_id: int = CHANNEL, title: str = "The Lantern") -> Any:
    origin = {
        "type": "channel",
        "date": 1_795_000_000,
        "chat": {"id": chat_id, "type": "channel", "title": title},
        "message_id": 7,
    }
    return talk.telegram.type(1, text, forward_origin=origin)


@pytest.mark.parametrize(
    "named", ["@the_lantern", "the_lantern", "https://t.me/the_lantern", str(CHANNEL)]
)
async def test_from_then_on_commands_are_for_the_channel_and_say_so(
    talk: Any, news: Any, named: str
) -> None:
    assert "The Lantern" in await talk.ask(f"/channel {named}")
    answer = await talk.ask("/subscribe north korea")
    assert answer.startswith("📣 For the channel The Lantern\n")
    assert await followed(talk, CHANNEL) == ["north korea"]
    assert await followed(talk, 1) == []
    assert (await kept(talk)).kind == "channel"


async def test_its_digests_go_to_the_channel(talk: Any, news: Any, clock: Any) -> None:
    database = talk.parts.services.database
    await talk.ask("/channel @the_lantern")
    await talk.ask("/subscribe north korea")
    await talk.ask("/schedule every 6h")
    async with database.write() as tx:
        await chats.change(tx, ChatId(CHANNEL), digested_to=0)
        await tx.execute(update(subscriptions).values(after_article=0))
        await tx.execute(update(articles).values(archived=False))
    clock.now = (await kept(talk)).next_digest_at
    await compose_due(database, clock())
    async with database.write() as tx:
        [message] = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
    assert message.chat_id == CHANNEL


async def test_a_channel_can_choose_the_newspaper_which_has_no_buttons_there(
    talk: Any, news: Any, clock: Any
) -> None:
    database = talk.parts.services.database
    await talk.ask("/channel @the_lantern")
    await talk.ask("/subscribe north korea")
    warning, paper = await talk.me.type("/layout newspaper")
    assert warning["text"].startswith("📣 For the channel The Lantern\n")
    html = paper["rich_message"]["html"]
    assert html.startswith("<p>📣 For the channel <b>The Lantern</b></p><h1>")
    assert "tg-button" not in html
    [chosen] = await talk.me.press(paper, labels(paper)[0])
    assert "newspapers from now on" in chosen["text"]
    assert ((await kept(talk)).layout, (await kept(talk, 1)).layout) == ("newspaper", "classic")
    [digest] = await talk.me.type("/digest 30d")
    assert digest["rich_message"]["html"].startswith("<p>📣 For the channel <b>The Lantern</b></p>")
    await talk.me.press(digest, "⭐")
    async with database.write() as tx:
        assert await opinions.count_saved(tx, ChatId(CHANNEL)) == 1
        assert await opinions.count_saved(tx, ChatId(1)) == 0
        await chats.change(tx, ChatId(CHANNEL), digested_to=0, next_digest_at=clock())
        await tx.execute(update(subscriptions).values(after_article=0))
        await tx.execute(update(articles).values(archived=False))
    assert await compose_due(database, clock()) == 1
    async with database.write() as tx:
        [message] = await outbox.claim(tx, clock(), timedelta(seconds=60), 9)
    assert (message.rich, message.keyboard) == (True, "")
    assert "tg-button" not in message.text
    assert "⭐" not in message.text


async def test_a_newspaper_for_the_channel_does_nothing_once_the_channel_is_run_no_more(
    talk: Any, news: Any
) -> None:
    await talk.ask("/channel @the_lantern")
    _, paper = await talk.me.type("/layout newspaper")
    await talk.ask("/channel off")
    await talk.me.press(paper, labels(paper)[0])
    assert "out of date" in talk.telegram.answers[-1]["text"]
    assert ((await kept(talk)).layout, (await kept(talk, 1)).layout) == ("classic", "classic")


async def test_off_goes_back_to_the_chat_itself_and_has_a_way_back(talk: Any, news: Any) -> None:
    await talk.ask("/channel @the_lantern")
    left = await talk.ask_message("/channel off")
    assert not (await talk.ask("/subscribe north korea")).startswith("📣")
    assert await followed(talk, 1) == ["north korea"]
    [shown] = await talk.me.press(left, "Run the channel again")
    assert "The Lantern" in shown["text"]
    assert (await talk.ask("/subscriptions")).startswith("📣")


async def test_without_a_name_it_says_which_channel_is_run_or_how_to(talk: Any, news: Any) -> None:
    assert "forward a post" in await talk.ask("/channel")
    await talk.ask("/channel @the_lantern")
    assert "The Lantern" in await talk.ask("/channel")


async def test_a_forwarded_post_of_it_is_enough(talk: Any, news: Any) -> None:
    [answer] = await talk.me.deliver(forwarded(talk, "/pause"))
    assert "The Lantern" in answer["text"]
    assert (await kept(talk, 1)).manages == CHANNEL
    assert not (await kept(talk)).paused


async def test_a_forwarded_post_of_a_channel_of_others_means_nothing(talk: Any, news: Any) -> None:
    news.administrators.clear()
    assert await talk.me.deliver(forwarded(talk, "north korea")) == []
    assert await talk.me.deliver(forwarded(talk, "news", -1009, "Elsewhere")) == []


async def test_only_an_administrator_of_the_channel_can_run_it(talk: Any, news: Any) -> None:
    news.administrators.clear()
    assert "Only administrators" in await talk.ask("/channel @the_lantern")
    assert await kept(talk) is None


async def test_the_bot_has_to_be_able_to_post(talk: Any, news: Any) -> None:
    news.standing = "member"
    answer = await talk.ask("/channel @the_lantern")
    assert "may not post" in answer
    assert "Post messages" in answer


async def test_where_the_bot_is_not_it_asks_to_be_added_whoever_asks(talk: Any, news: Any) -> None:
    news.standing = "left"
    for administrators in ({1}, set()):
        news.administrators = administrators
        answer = await talk.ask("/channel @the_lantern")
        assert "I am not in the channel The Lantern. Add me as an administrator" in answer
    assert (await kept(talk, 1)).manages is None


@pytest.mark.parametrize(
    "named",
    [
        *("https://t.me/the_lantern/42", "t.me/s/the_lantern", "telegram.me/the_lantern/"),
        *("https://t.me/c/1234567890/42", "t.me/c/1234567890/3/42"),
    ],
)
async def test_the_address_of_a_post_names_its_channel(talk: Any, news: Any, named: str) -> None:
    assert "The Lantern" in await talk.ask(f"/channel {named}")
    assert (await kept(talk, 1)).manages == CHANNEL


async def test_a_person_is_no_channel(talk: Any) -> None:
    talk.telegram.chat(55).username = "somebody"
    assert "person or a bot" in await talk.ask("/channel @somebody")


@pytest.mark.parametrize("named", ["@nobody_there", "-1009", "@a", "two words", "t.me/+AbCdEf"])
async def test_what_is_no_channel_is_said_so(talk: Any, news: Any, named: str) -> None:
    answer = await talk.ask(f"/channel {named}")
    assert "can’t" in answer
    assert (await kept(talk, 1)).manages is None


async def test_a_group_is_no_channel(talk: Any) -> None:
    talk.telegram.chat(-100555, "supergroup").administrators.add(1)
    group = talk.telegram.chat(-100555)
    group.username = "the_group"
    for named in ("-100555", "@the_group"):
        assert "a group, not a channel" in await talk.ask(f"/channel {named}")
    assert (await kept(talk, 1)).manages is None


async def test_whoever_is_demoted_runs_it_for_another_minute_at_most(
    talk: Any, news: Any, clock: Any
) -> None:
    await talk.ask("/channel @the_lantern")
    news.administrators.clear()
    clock.forward(seconds=61)
    assert "no administrator" in await talk.ask("/subscribe north korea")
    assert await followed(talk, CHANNEL) == []
    assert await followed(talk, 1) == []
    assert not (await talk.ask("/subscriptions")).startswith("📣")


async def test_a_bot_that_lost_its_right_to_post_changes_nothing_more(
    talk: Any, news: Any, clock: Any
) -> None:
    await talk.ask("/channel @the_lantern")
    news.standing = "left"
    clock.forward(seconds=61)
    assert "may not post" in await talk.ask("/schedule daily 08:00")


async def test_a_button_acts_for_whom_its_message_speaks(talk: Any, news: Any) -> None:
    await talk.ask("/subscribe rice")
    own = await talk.ask_message("/unsubscribe")
    await talk.ask("/channel @the_lantern")
    await talk.ask("/subscribe north korea")
    theirs = await talk.ask_message("/unsubscribe")
    # The chat's own list was shown before, and still is the chat's own.
    data = own["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await talk.me.press_data(own, data)
    assert await followed(talk, 1) == []
    assert await followed(talk, CHANNEL) == ["north korea"]
    await talk.ask("/channel off")
    data = theirs["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await talk.me.press_data(theirs, data)
    assert "out of date" in talk.telegram.answers[-1]["text"]
    assert await followed(talk, CHANNEL) == ["north korea"]


async def test_a_screen_of_the_channel_stays_one_when_it_is_edited(talk: Any, news: Any) -> None:
    await talk.ask("/channel @the_lantern")
    await talk.ask("/subscribe north korea")
    shown = await talk.ask_message("/subscriptions")
    data = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    [edited] = await talk.me.press_data(shown, data)
    assert edited["text"].startswith("📣 For the channel The Lantern\n")


async def test_a_group_is_told_that_channels_are_run_elsewhere(talk: Any, news: Any) -> None:
    talk.telegram.chat(-5, "group")
    member = Person(talk.parts.application, talk.telegram, -5, 1)
    [answer] = await member.type("/channel @the_lantern")
    assert "private chat" in answer["text"]


async def test_readers_of_a_channel_can_not_use_its_buttons(talk: Any, news: Any) -> None:
    await talk.ask("/channel @the_lantern")
    post = await post_in(talk)
    reader = Person(talk.parts.application, talk.telegram, CHANNEL, 99)
    assert await reader.press_data(post, "1:c:help") == []
    assert "only its administrators" in talk.telegram.answers[-1]["text"]


async def test_what_is_typed_in_a_channel_is_not_listened_to(talk: Any, news: Any) -> None:
    typed = talk.telegram.type(CHANNEL, "/subscribe rice")["message"]
    typed.pop("from")
    await talk.me.deliver(talk.telegram.update("channel_post", typed))
    assert await kept(talk) is None


async def post_in(talk: Any) -> Any:
    return await talk.telegram.call("sendMessage", {"chat_id": CHANNEL, "text": "A digest"})


async def test_while_telegram_can_not_be_asked_the_channel_stays_as_it_is(
    talk: Any, news: Any, clock: Any
) -> None:
    await talk.ask("/channel @the_lantern")
    clock.forward(seconds=61)

    async def fail(method: str, _parameters: dict[str, Any]) -> None:
        if method in ("getChat", "getChatMember"):
            raise TimedOut

    talk.telegram.before = fail
    assert "could not ask" in await talk.ask("/pause")
    talk.telegram.before = None
    assert not (await kept(talk)).paused
    assert (await talk.ask("/pause")).startswith("📣")


async def waiting(talk: Any, clock: Any) -> list[Any]:
    async with talk.parts.services.database.write() as tx:
        return list(await outbox.claim(tx, clock(), timedelta(seconds=60), 9))


def changed(talk: Any, news: Any, before: str, posts: bool) -> Any:
    """The bot is given what an administrator of the channel has, with the right to post or without it."""
    news.standing = before
    update = talk.telegram.added(CHANNEL)
    update["my_chat_member"]["new_chat_member"]["can_post_messages"] = posts
    return update


@pytest.mark.parametrize("name", ["the_lantern", ""])
async def test_whoever_adds_the_bot_to_a_channel_is_told_in_private_how_to_run_it(
    talk: Any, news: Any, clock: Any, name: str
) -> None:
    news.username = name
    await talk.ask("/timezone Tokyo")
    await talk.me.deliver(changed(talk, news, "left", posts=True))
    [told] = await waiting(talk, clock)
    assert told.chat_id == 1
    first, second = told.text.split("\n")
    assert "The Lantern" in first
    assert f"/channel {'@the_lantern' if name else CHANNEL}" in second
    assert news.messages == {}
    # The channel begins as whoever added the bot has it.
    assert (await kept(talk)).timezone == "Asia/Tokyo"
    message = await talk.ask_message("/help")
    [run] = await talk.me.press_data(message, encode(RunChannel(ChatId(CHANNEL))))
    assert "Commands here are for the channel The Lantern" in run["text"]


async def test_a_bot_that_may_not_post_says_what_to_switch_on_and_then_that_it_can(
    talk: Any, news: Any, clock: Any
) -> None:
    await talk.ask("/help")
    await talk.me.deliver(changed(talk, news, "left", posts=False))
    [told] = await waiting(talk, clock)
    assert "Post messages" in told.text
    assert await kept(talk) is None
    # Other rights change; then it may post.
    again = changed(talk, news, "administrator", posts=False)
    again["my_chat_member"]["old_chat_member"]["can_post_messages"] = False
    await talk.me.deliver(again)
    allowed = changed(talk, news, "administrator", posts=True)
    allowed["my_chat_member"]["old_chat_member"]["can_post_messages"] = False
    await talk.me.deliver(allowed)
    clock.forward(seconds=10)
    async with talk.parts.services.database.write() as tx:
        await settlements.sent(tx, [(told.id, 1)], clock())
    [more] = await waiting(talk, clock)
    assert "I can post in the channel" in more.text
    # And is told nothing more when other rights change.
    await talk.me.deliver(changed(talk, news, "administrator", posts=True))
    async with talk.parts.services.database.write() as tx:
        await settlements.sent(tx, [(more.id, 2)], clock())
    clock.forward(seconds=10)
    assert await waiting(talk, clock) == []


@pytest.mark.parametrize("who", ["a stranger", "somebody who blocked the bot", "somebody banned"])
async def test_nobody_else_is_told_of_a_channel(talk: Any, news: Any, clock: Any, who: str) -> None:
    async with talk.parts.services.database.write() as tx:
        if who == "somebody banned":
            await people.ban(tx, 1, clock())
    if who != "a stranger":
        await talk.me.type("/help")
    if who == "somebody who blocked the bot":
        await talk.me.deliver(talk.telegram.blocked(1))
    await talk.me.deliver(changed(talk, news, "left", posts=True))
    assert await waiting(talk, clock) == []
