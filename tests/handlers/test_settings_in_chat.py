"""One message in which everything is chosen, and the language of the chat."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import encode
from handlers.menu_buttons import Choose, Screen, SetTimes, Speak, Via
from handlers.words import languages
from storage import chats
from storage.records import ChatId

Buttons = Callable[[dict[str, Any]], list[str]]

CHOICES = [
    ("Quiet hours", "22:00 – 07:00", "quiet", "22:00-07:00"),
    ("Stories a digest", "40", "most_stories", 40),
    ("Summaries", "Short", "summary_length", 160),
    ("Summaries", "None", "summary_length", 0),
    ("Link previews", "Yes", "previews", True),
    ("When nothing is new", "One line", "tells_empty", True),
    ("Languages of news", "Japanese", "wanted_languages", "ja"),
    ("Paused", "Pause until I resume", "paused", True),
    ("Time zone", "Tokyo", "timezone", "Asia/Tokyo"),
]


async def test_each_setting_is_chosen_in_one_message_that_edits_itself(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/settings")
    for screen, choice, field, value in CHOICES:
        [shown] = await talk.me.press(message, screen)
        assert shown["message_id"] == message["message_id"]
        before = [label.removeprefix("✓ ") for label in buttons_of(message)]
        await talk.me.press(message, choice)
        assert getattr(await talk.chat(), field) == value, screen
        assert f"✓ {choice}" in buttons_of(message)
        # Nothing has moved under the finger, and every screen has a way back.
        assert [label.removeprefix("✓ ") for label in buttons_of(message)] == before
        assert before[-1] == "◀ All settings"
        await talk.me.press(message, "◀ All settings")
    for said in ("22:00 – 07:00", "Tokyo", "40", "Japanese", "Until you resume"):
        assert said in message["text"]
    await talk.me.press(message, "Paused")
    await talk.me.press(message, "Not paused")
    chat = await talk.chat()
    assert (chat.paused, chat.next_digest_at is None) == (False, False)


async def test_two_fast_taps_on_a_setting_do_one_thing(talk: Any) -> None:
    message = await talk.ask_message("/settings")
    await talk.me.press(message, "Languages of news")
    choose = encode(Choose("languages", "+ja"))
    assert len(await talk.me.press_data(message, choose)) == 1
    assert await talk.me.press_data(message, choose) == []
    assert (await talk.chat()).wanted_languages == "ja"
    await talk.me.press(message, "English")
    assert (await talk.chat()).wanted_languages == "en ja"
    await talk.me.press(message, "✓ Japanese")
    assert (await talk.chat()).wanted_languages == "en"
    await talk.me.press(message, "All")
    assert (await talk.chat()).wanted_languages == ""


@pytest.mark.parametrize(
    "forged",
    [
        Choose("stories", "1000000"),
        Choose("summary", "-1"),
        Choose("zone", "Mars/Olympus"),
        Choose("quiet", "all day"),
        Choose("layout", "newspaper"),
        Choose("languages", "+x' OR 1"),
        Choose("pause", "9999"),
        Choose("nonsense", "1"),
        Screen("nonsense"),
        Speak(Via.SETTINGS, "tlh"),
        SetTimes(Via.SETTINGS, None, "instant"),
        SetTimes(Via.SETTINGS, None, "whenever"),
    ],
)
async def test_a_forged_choice_changes_nothing_and_shows_the_menu(talk: Any, forged: Any) -> None:
    message = await talk.ask_message("/settings")
    before = await talk.chat()
    [fresh] = await talk.me.press_data(message, encode(forged))
    assert "out of date" in fresh["text"]
    assert fresh["reply_markup"]["inline_keyboard"]
    assert await talk.chat() == before


async def test_a_language_is_chosen_by_its_own_name_code_or_button(
    talk: Any, buttons_of: Buttons
) -> None:
    message = await talk.ask_message("/settings")
    await talk.me.press(message, "Language")
    *spoken, back = buttons_of(message)
    assert {"✓ English", "日本語", "한국어"} <= set(spoken)
    assert len(spoken) == len(languages())
    assert back == "◀ All settings"
    await talk.me.press(message, "日本語")
    assert (await talk.chat()).language == "ja"
    assert "表示言語は日本語です" in message["text"]
    await talk.me.press(message, "◀ すべての設定")
    assert message["text"].startswith("設定")
    assert "毎週月曜日 09:00" in message["text"]
    assert "한국어" in await talk.ask("/language ko")
    assert "I speak English" in await talk.ask("/language English")
    assert "I don’t speak “Klingon” yet" in await talk.ask("/language Klingon")


async def test_in_a_group_anyone_sees_the_settings_and_administrators_change_them(
    talk: Any,
) -> None:
    group = talk.telegram.chat(-8, "supergroup")
    group.administrators.add(11)
    member = Person(talk.parts.application, talk.telegram, -8, 12)
    admin = Person(talk.parts.application, talk.telegram, -8, 11)
    [seen] = await member.type("/settings")
    assert "Stories a digest" in seen["text"]
    [message] = await admin.type("/settings")
    # Nor does anybody else turn the screen that an administrator is at.
    assert await member.press(message, "Stories a digest") == []
    assert "Only administrators" in talk.telegram.answers[-1]["text"]
    await admin.press(message, "Stories a digest")
    assert await member.press(message, "40") == []
    await admin.press(message, "40")
    async with talk.parts.services.database.read() as tx:
        kept = await chats.get(tx, ChatId(-8))
    assert kept is not None
    assert kept.most_stories == 40


async def test_stories_in_other_languages_are_left_out_of_what_a_chat_follows(talk: Any) -> None:
    await talk.ask("/subscribe North Korea")
    assert "北朝鮮" in "".join(m["text"] for m in await talk.me.type("/digest 30d"))
    message = await talk.ask_message("/settings")
    await talk.me.press(message, "Languages of news")
    await talk.me.press(message, "English")
    # Summaries and headlines alike: not one story in another script is left.
    shown = "".join(m["text"] for m in await talk.me.type("/digest 30d"))
    assert "Korea" in shown
    assert "北朝鮮" not in shown
    latest = await talk.ask("/latest")
    assert not any("\u3040" <= one <= "\u30ff" or "가" <= one <= "힣" for one in latest)
    # Who asks for something sees it in any language.
    assert "北朝鮮" in await talk.ask("/latest 北朝鮮")


async def test_a_digest_without_summaries_has_headlines_and_outlets_only(talk: Any) -> None:
    await talk.ask("/subscribe North Korea")
    long = "".join(m["text"] for m in await talk.me.type("/digest 30d"))
    message = await talk.ask_message("/settings")
    await talk.me.press(message, "Summaries")
    await talk.me.press(message, "None")
    bare = "".join(m["text"] for m in await talk.me.type("/digest 30d"))
    assert len(bare) < len(long) / 2


async def test_a_shared_location_sets_the_time_zone_and_is_kept_nowhere(talk: Any) -> None:
    await talk.ask("/timezone")
    update = talk.telegram.type(1, "")
    del update["message"]["text"], update["message"]["entities"]
    update["message"]["location"] = {"latitude": 28.61, "longitude": 77.21}
    [answer] = await talk.me.deliver(update)
    assert "Asia/Kolkata" in answer["text"]
    assert (await talk.chat()).timezone == "Asia/Kolkata"


async def test_a_pause_of_some_days_is_marked_when_it_is_chosen_and_named_by_its_end_later(
    talk: Any, buttons_of: Buttons, clock: Any
) -> None:
    message = await talk.ask_message("/settings")
    await talk.me.press(message, "Paused")
    for label in ("For 1 day", "For 7 days"):
        await talk.me.press(message, label)
        assert [one for one in buttons_of(message) if one.startswith("✓")] == [f"✓ {label}"]
    clock.forward(days=2)
    [later] = await talk.me.press_data(message, encode(Screen("pause")))
    assert "Paused: Until Fri, Nov 27" in later["text"]
    assert not [one for one in buttons_of(message) if one.startswith("✓")]


@pytest.mark.parametrize(
    ("command", "screen", "choice"), [("/timezone", "zone", "Tokyo"), ("/quiet", "quiet", "22:00")]
)
async def test_a_command_alone_offers_what_its_screen_of_the_settings_offers(
    talk: Any, buttons_of: Buttons, command: str, screen: str, choice: str
) -> None:
    message = await talk.ask_message(command)
    settings = await talk.ask_message("/settings")
    await talk.me.press_data(settings, encode(Screen(screen)))
    assert buttons_of(message) == buttons_of(settings)
    await talk.me.press(message, next(one for one in buttons_of(message) if choice in one))
    chat = await talk.chat()
    assert (chat.timezone, chat.quiet) in (("Asia/Tokyo", ""), ("UTC", "22:00-07:00"))


@pytest.mark.parametrize(("language", "example"), [("en", "Lisbon"), ("ja", "リスボン")])
async def test_the_example_of_a_time_zone_is_another_than_ones_own(
    talk: Any, language: str, example: str
) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/timezone Tokyo")
    assert f"/timezone {example}" in await talk.ask("/timezone")
    assert "Europe/Lisbon" in await talk.ask(f"/timezone {example}")


@pytest.mark.parametrize(
    "typed", ["it is 9 pm", "21:05", "9pm", "9 in the evening", "午後9時", "今21時", "지금 21시"]
)
async def test_the_time_that_it_is_somewhere_offers_the_places_with_that_clock(
    talk: Any, buttons_of: Buttons, typed: str
) -> None:
    # It is noon in UTC.
    answer = await talk.ask_message(f"/timezone {typed}")
    assert (await talk.chat()).timezone == "UTC"
    tokyo = next(one for one in buttons_of(answer) if one.startswith("Tokyo, 21:"))
    assert not any("New York" in one for one in buttons_of(answer))
    await talk.me.press(answer, tokyo)
    assert (await talk.chat()).timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("東京", "Asia/Tokyo"),
        ("서울", "Asia/Seoul"),
        ("Osaka", "Asia/Tokyo"),
        ("韓国", "Asia/Seoul"),
    ],
)
async def test_a_time_zone_is_found_by_a_place_in_several_languages(
    talk: Any, typed: str, zone: str
) -> None:
    assert zone in await talk.ask(f"/timezone {typed}")
    assert (await talk.chat()).timezone == zone
