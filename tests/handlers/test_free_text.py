"""Words, addresses, pictures and places that somebody sends without a command."""

from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import encode
from handlers.offer_buttons import Accept
from storage.records import Kind, OfferId

Talk = Any
Buttons = Any
GROUP = -100500


def shared(talk: Talk, text: str, url: str) -> dict[str, Any]:
    """A text whose first word leads somewhere."""
    update: dict[str, Any] = talk.telegram.type(1, text)
    mark = {"type": "text_link", "offset": 0, "length": len(text.split(maxsplit=1)[0]), "url": url}
    update["message"]["entities"] = [mark]
    return update


@pytest.mark.parametrize("space", [" ", "\u3000", "\t", "\u00a0", "\n", "  "])
async def test_whatever_space_parts_a_command_from_what_follows(talk: Talk, space: str) -> None:
    assert (await talk.ask(f"/latest{space}北朝鮮")).startswith("Newest about “北朝鮮”")


@pytest.mark.parametrize("typed", ["／latest rice", "／LATEST　rice", "/latest@Kawaraban_Bot rice"])
async def test_a_slash_of_full_width_is_one(talk: Talk, typed: str) -> None:
    assert (await talk.ask(typed)).startswith("Newest about “rice”")
    assert "I don’t know /nothing" in await talk.ask("／nothing")


async def test_an_address_is_offered_with_a_button(talk: Talk, buttons_of: Buttons) -> None:
    address = f"{talk.newsroom}/naru-sinmun/feed"
    for typed in (address, f"나루신문\n{address}", f"Look at {address}."):
        message = await talk.ask_message(typed)
        assert address in message["text"]
        assert buttons_of(message) == ["Follow it"]
    assert await talk.follows() == ()
    [followed] = await talk.me.press(message, "Follow it")
    assert followed["text"].startswith("You now follow 나루신문.")


async def test_an_address_behind_words_is_offered_as_well(talk: Talk) -> None:
    address = f"{talk.newsroom}/naru-sinmun/feed"
    [offered] = await talk.me.deliver(shared(talk, "나루신문 today", address))
    assert address in offered["text"]
    update = shared(talk, "/subscribe 나루신문", address)
    command = {"type": "bot_command", "offset": 0, "length": len("/subscribe")}
    update["message"]["entities"].insert(0, command)
    [followed] = await talk.me.deliver(update)
    assert followed["text"].startswith("You now follow 나루신문.")


@pytest.mark.parametrize("before", ["", "/subscribe "])
async def test_whoever_sends_an_address_that_cannot_be_followed_is_told_why(
    talk: Talk, before: str
) -> None:
    secret = await talk.ask(f"{before}https://user:pw@a.example/feed")
    assert secret.startswith("An address with a password in it can’t be followed")
    assert "too long" in await talk.ask(f"{before}https://a.example/{'x' * 3000}")
    assert (await talk.ask(f"{before}a@b.example")).startswith("That is a mail address")
    assert await talk.follows() == ()


async def test_the_name_of_a_channel_is_offered_as_a_source(talk: Talk) -> None:
    assert "https://t.me/durov" in await talk.ask("@durov")


async def test_several_addresses_are_offered_each_and_together(
    talk: Talk, buttons_of: Buttons
) -> None:
    first, second = f"{talk.newsroom}/naru-sinmun/feed", f"{talk.newsroom}/minato-shinpo/feed"
    message = await talk.ask_message(f"{first} {second}")
    assert len(buttons_of(message)) == 3
    [answer] = await talk.me.press(message, "Follow all of them")
    assert "나루신문: followed from now on" in answer["text"]
    assert len(await talk.follows()) == 2


async def test_several_addresses_behind_the_command_are_followed_each(talk: Talk) -> None:
    address = f"{talk.newsroom}/naru-sinmun/feed"
    answer = await talk.ask(f"/subscribe {address} http://127.0.0.9:1/x")
    assert "나루신문: followed from now on" in answer
    assert "http://127.0.0.9:1/x: " in answer
    assert len(await talk.follows()) == 1
    assert "followed already" in await talk.ask(f"/subscribe {address} http://127.0.0.9:1/x")


async def test_a_title_before_an_address_is_no_topic(talk: Talk) -> None:
    answer = await talk.ask(f"/subscribe Naru {talk.newsroom}/naru-sinmun/feed")
    assert answer.startswith("You now follow 나루신문.")
    assert "only public http" in await talk.ask("/subscribe rice ://")
    assert [one.name for one in await talk.follows()] == ["나루신문"]


async def test_what_can_not_be_visited_is_not_offered(talk: Talk) -> None:
    assert "only public http" in await talk.ask("ftp://a.example/feed")
    answer = await talk.ask("https://a.example https://me:secret@b.example")
    assert "https://a.example" in answer
    assert "secret" not in answer
    assert "An address with a password in it can’t be followed" in answer
    for private in ("http://192.168.0.1/feed", "http://10.0.0.1", "http://localhost/feed"):
        assert "only public http" in await talk.ask(private)


async def test_an_offer_is_for_its_chat_alone(talk: Talk) -> None:
    await talk.ask("https://a.example/feed")
    other = Person(talk.parts.application, talk.telegram, 2)
    [message] = await other.type("/help")
    got = await other.press_data(message, encode(Accept(OfferId(1))))
    assert "out of date" in got[0]["text"]
    got = await other.press_data(message, encode(Accept(OfferId(99))))
    assert "out of date" in got[0]["text"]


async def test_an_offer_speaks_for_the_channel_that_is_run_from_here(talk: Talk) -> None:
    channel = talk.telegram.chat(-1001234567890, "channel")
    channel.title, channel.username, channel.standing = "Lantern", "lantern", "administrator"
    channel.administrators.add(1)
    await talk.ask("/channel @lantern")
    message = await talk.ask_message(f"{talk.newsroom}/naru-sinmun/feed")
    assert message["text"].startswith("📣")
    [followed] = await talk.me.press(message, "Follow it")
    assert followed["text"].startswith("📣")
    assert await talk.follows() == ()


async def test_a_picture_is_read_where_an_address_or_a_command_stands_below_it(talk: Talk) -> None:
    def picture(caption: str) -> dict[str, Any]:
        update: dict[str, Any] = talk.telegram.type(1, "")
        del update["message"]["text"]
        update["message"]["caption"] = caption
        return update

    [offered] = await talk.me.deliver(picture("https://a.example/feed"))
    assert "Shall I follow" in offered["text"]
    [found] = await talk.me.deliver(picture("/latest rice"))
    assert found["text"].startswith("Newest about “rice”")
    [other] = await talk.me.deliver(picture("my cat"))
    assert "I read text" in other["text"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("help", "What I can do"),
        ("ヘルプ", "What I can do"),
        ("settings", "Settings"),
        ("list", "You follow nothing yet"),
        ("subscribe north korea", "You now follow “north korea”"),
        ("subscribe", "What shall I follow?"),
        ("hi", "Hello!"),
        ("thank you", "With pleasure"),
        ("cancel", "nothing to cancel"),
    ],
)
async def test_words_for_commands_do_what_they_say(talk: Talk, typed: str, said: str) -> None:
    assert said in await talk.ask(typed)


async def test_stop_asks_what_to_stop(talk: Talk, buttons_of: Buttons) -> None:
    await talk.ask("/subscribe rice")
    message = await talk.ask_message("stop")
    assert len(await talk.follows()) == 1
    [paused] = await talk.me.press(message, "Stop all digests for now")
    assert "/resume" in paused["text"]
    assert (await talk.chat()).paused
    [chosen] = await talk.me.press(message, "Choose what to unfollow")
    assert "✕ 1. rice" in buttons_of(chosen)


async def test_what_is_not_found_leads_to_the_help(talk: Talk, buttons_of: Buttons) -> None:
    for typed in ("zzzz", "/latest zzzz", "/search zzzz"):
        message = await talk.ask_message(typed)
        assert "All commands" in buttons_of(message)
    assert "All commands" not in buttons_of(await talk.ask_message("rice"))


async def test_a_time_is_offered_as_a_schedule_where_it_is_no_news(
    talk: Talk, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("daily 08:00")
    assert "the button sets that" in message["text"]
    assert "Digests every day at 08:00" in buttons_of(message)
    # Its words say nothing of any news.
    assert not [label for label in buttons_of(message) if label.startswith("Search")]
    await talk.me.press(message, "Digests every day at 08:00")
    assert (await talk.chat()).schedule == "daily 08:00"
    assert not [one for one in buttons_of(await talk.ask_message("rice")) if "Digests" in one]


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("North Korea news", "North Korea"),
        ("tell me about North Korea", "North Korea"),
        ("北朝鮮のニュース", "北朝鮮"),
        ("北朝鮮について教えて", "北朝鮮"),
        ("북한 뉴스", "북한"),
    ],
)
async def test_the_word_news_is_left_out_where_nothing_is_found(
    talk: Talk, buttons_of: Buttons, typed: str, topic: str
) -> None:
    message = await talk.ask_message(f"/latest {typed}")
    assert f"Search: {topic}" in buttons_of(message)
    [found] = await talk.me.press(message, f"Search: {topic}")
    assert "1. " in found["text"]


async def test_a_topic_with_the_word_news_is_followed_without_it_by_a_press(
    talk: Talk, buttons_of: Buttons, clock: Any
) -> None:
    message = await talk.ask_message("/subscribe North Korea news")
    assert "“North Korea” alone" in message["text"]
    for _ in range(2):
        [followed] = await talk.me.press(message, "“North Korea” instead")
        assert followed["text"].startswith("You now follow “North Korea”")
        clock.forward(seconds=5)
    assert [one.name for one in await talk.follows()] == ["North Korea"]
    assert buttons_of(await talk.ask_message("/subscribe rice")) == []


async def test_words_between_others_are_followed_as_they_stand_and_offered_as_operators(
    talk: Talk, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/subscribe rice and wheat")
    assert message["text"].startswith("You now follow “rice and wheat”.")
    [followed] = await talk.me.press(message, "“rice AND wheat” instead")
    assert followed["text"].startswith("You now follow “rice AND wheat”")
    assert [one.name for one in await talk.follows()] == ["rice AND wheat"]
    assert buttons_of(await talk.ask_message("/subscribe rice")) == []


async def test_each_line_is_a_topic_of_its_own_and_one_press_undoes_them_all(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    message = await talk.ask_message("/subscribe rice\n- North Korea\n2. barley AND (\n\noats")
    lines = message["text"].splitlines()
    assert lines[0] == "4 topics"
    assert lines[1:3] == ["· rice: followed already", "· North Korea: followed from now on"]
    assert lines[3].startswith("· barley AND (: ")
    assert lines[4] == "· oats: followed from now on"
    assert [one.name for one in await talk.follows()] == ["rice", "North Korea", "oats"]
    await talk.me.press(message, "Undo")
    assert [one.name for one in await talk.follows()] == ["rice"]


async def test_topics_beside_addresses_are_followed_line_by_line(
    talk: Talk, buttons_of: Buttons
) -> None:
    address = f"{talk.newsroom}/naru-sinmun/feed"
    message = await talk.ask_message(
        f"/subscribe rice\n{address}\nhttp://user:pw@a.example/feed\nwheat\noats ://"
    )
    lines = message["text"].splitlines()
    assert lines[:3] == [
        "5 things",
        "· rice: followed from now on",
        "· 나루신문: followed from now on",
    ]
    assert "a password in it" in lines[3]
    assert lines[4] == "· wheat: followed from now on"
    assert "only public http" in lines[5]
    assert [one.name for one in await talk.follows()] == ["rice", "나루신문", "wheat"]
    await talk.me.press(message, "Undo")
    assert await talk.follows() == ()


async def test_names_of_channels_are_sources_each(talk: Talk, buttons_of: Buttons) -> None:
    for typed in ("@rice\n@wheat", "@rice, @wheat", "@rice @wheat"):
        message = await talk.ask_message(typed)
        assert len(buttons_of(message)) == 3
    answer = await talk.ask("/subscribe @rice\n@wheat")
    assert answer.startswith("2 addresses")
    assert await talk.follows() == ()


async def test_whoever_follows_words_with_signs_is_told_what_is_looked_for(talk: Talk) -> None:
    assert "to me this is “c”" in await talk.ask("/subscribe C++")
    assert "to me this is" not in await talk.ask("/subscribe rice + wheat")


async def test_a_source_of_that_name_is_offered_beside_the_topic(
    talk: Talk, buttons_of: Buttons
) -> None:
    for typed in ("field notes", "/subscribe field notes"):
        message = await talk.ask_message(typed)
        assert "Source: Field Notes" in buttons_of(message)
    [followed] = await talk.me.press(message, "Source: Field Notes")
    assert followed["text"].startswith("You now follow Field Notes.")
    # It takes the place of the topic, which nothing would ever have come for.
    assert [one.name for one in await talk.follows()] == ["Field Notes"]
    assert [one.kind for one in await talk.follows()] == [Kind.FEED]
    assert "Source: Field Notes" not in buttons_of(await talk.ask_message("field notes"))


async def test_a_place_is_offered_as_a_time_zone_and_set_where_it_was_asked_for(
    talk: Talk,
) -> None:
    def at(latitude: float, longitude: float) -> dict[str, Any]:
        update: dict[str, Any] = talk.telegram.type(1, "")
        del update["message"]["text"]
        update["message"]["location"] = {"latitude": latitude, "longitude": longitude}
        return update

    [offered] = await talk.me.deliver(at(35.68, 139.69))
    assert (await talk.chat()).timezone == "UTC"
    await talk.me.press(offered, "Use Tokyo")
    assert (await talk.chat()).timezone == "Asia/Tokyo"
    await talk.ask("/timezone")
    await talk.me.deliver(at(48.85, 2.35))
    assert (await talk.chat()).timezone == "Europe/Paris"


async def test_in_a_group_an_unknown_command_is_answered_if_the_bot_is_called_by_name(
    talk: Talk,
) -> None:
    talk.telegram.chat(GROUP, "supergroup")
    member = Person(talk.parts.application, talk.telegram, GROUP, 7)
    assert await member.type("/nonsense") == []
    [answer] = await member.type("/nonsense@kawaraban_bot")
    assert "I don’t know /nonsense" in answer["text"]
    # Nor is anybody told by this what those can type who run the bot.
    [hidden] = await member.type("/stats@kawaraban_bot")
    assert "I don’t know /stats" in hidden["text"]
    assert await member.type("/stats") == []
    talk.telegram.chat(GROUP - 1, "supergroup").standing = "administrator"
    elsewhere = Person(talk.parts.application, talk.telegram, GROUP - 1, 7)
    [whispered] = await elsewhere.type("/nonsense@kawaraban_bot")
    assert whispered["ephemeral_message_id"]


async def test_a_place_in_a_group_that_nobody_asked_for_says_nothing(talk: Talk) -> None:
    talk.telegram.chat(GROUP, "supergroup").administrators.add(7)
    member = Person(talk.parts.application, talk.telegram, GROUP, 7)
    update = talk.telegram.type(GROUP, "", 7)
    del update["message"]["text"]
    update["message"]["location"] = {"latitude": 35.68, "longitude": 139.69}
    assert await member.deliver(update) == []
