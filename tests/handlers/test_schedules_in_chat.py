"""Schedules of single subscriptions, quiet hours, and where digests go, as people set them."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import encode
from handlers.menu_buttons import FirstStep, PickTopic, SetTimes, Setup, Via
from storage import chats
from storage.records import ChatId


async def test_one_subscription_can_have_a_time_of_its_own(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/subscribe climate change")
    answer = await talk.ask("/schedule 2 daily 08:00")
    assert "climate change" in answer
    assert "comes by itself: every day at 08:00. Next:" in answer
    first, second = await talk.follows()
    assert (first.schedule, second.schedule) == ("", "daily 08:00")
    assert second.next_digest_at is not None
    assert " · by itself: every day at 08:00" in await talk.ask("/subscriptions")
    assert "comes by itself: every day at 08:00" in await talk.ask("/schedule 2")
    assert "comes with the digest" in await talk.ask("/schedule 1")


async def test_an_alert_is_set_by_number_and_taken_back(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    assert "at once" in await talk.ask("/schedule 1 instant")
    [item] = await talk.follows()
    assert item.schedule == "instant"
    assert "comes with the digest again" in await talk.ask("/schedule 1 chat")
    [item] = await talk.follows()
    assert item.schedule == ""


async def test_undo_gives_a_subscription_its_own_schedule_back(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/schedule 1 daily 08:00")
    answer = await talk.ask_message("/unsubscribe 1")
    await talk.me.press(answer, "Undo")
    [item] = await talk.follows()
    assert item.schedule == "daily 08:00"
    assert item.next_digest_at is not None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/schedule 9 instant", "“9” is not in your list"),
        ("/schedule 1 whenever", "I can’t read “1 whenever” as a time"),
        ("/schedule instant", "find its number with /subscriptions"),
    ],
)
async def test_what_is_no_schedule_of_one_is_answered_kindly(
    talk: Any, typed: str, said: str
) -> None:
    await talk.ask("/subscribe north korea")
    assert said in await talk.ask(typed)


@pytest.fixture
async def three(talk: Any) -> Any:
    """A chat that follows three topics."""
    for topic in ("north korea", "rice", "wheat"):
        await talk.ask(f"/subscribe {topic}")
    return talk


@pytest.mark.parametrize(
    ("typed", "place", "kept"),
    [
        ("3 every morning", 3, "daily 08:00"),
        ("3 evenings", 3, "daily 18:00"),
        ("2 morning", 2, "daily 08:00"),
        # Nobody gets up in the evening at three: that is no hour.
        ("3 in the evening", 3, "daily 18:00"),
        ("3 毎朝", 3, "daily 08:00"),
        ("2 夜", 2, "daily 21:00"),
        ("3 매일 아침", 3, "daily 08:00"),
        ("2 저녁", 2, "daily 18:00"),
        ("2番 毎日8時", 2, "daily 08:00"),
        ("2번 매일 8시", 2, "daily 08:00"),
        ("No. 2 daily 8:00", 2, "daily 08:00"),
        ("2: daily 8:00", 2, "daily 08:00"),
        ("north korea daily 8:00", 1, "daily 08:00"),
        ("North Korea 毎日8時", 1, "daily 08:00"),
        ("rice instant", 2, "instant"),
        ("“rice” at once", 2, "instant"),
        ("3 毎月1日 9時", 3, "monthly 1 09:00"),
    ],
)
async def test_a_number_or_name_with_a_whole_time_behind_it_is_of_one_subscription(
    three: Any, typed: str, place: int, kept: str
) -> None:
    before = (await three.chat()).schedule
    await three.ask(f"/schedule {typed}")
    assert [one.schedule for one in await three.follows()] == [
        kept if number == place else "" for number in (1, 2, 3)
    ]
    assert (await three.chat()).schedule == before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 pm", "daily 15:00"),
        ("3時", "daily 03:00"),
        ("朝8時", "daily 08:00"),
        # "In the morning" stands behind hours only, and three in the morning is one.
        ("3 in the morning", "daily 03:00"),
        ("2 in the afternoon", "daily 14:00"),
        # There is no eighth subscription.
        ("8 in the morning", "daily 08:00"),
        ("8 morning", "daily 08:00"),
        ("3 times a day", "every 8h"),
        ("3 h", "every 3h"),
    ],
)
async def test_a_number_that_is_an_hour_is_of_the_digest_however_long_the_list_is(
    three: Any, typed: str, kept: str
) -> None:
    await three.ask(f"/schedule {typed}")
    assert (await three.chat()).schedule == kept
    assert [one.schedule for one in await three.follows()] == ["", "", ""]


@pytest.mark.parametrize(
    "typed",
    [
        *("3 days", "1 day", "1 week", "every 2 days", "every other day", "biweekly", "every 30m"),
        *("every 5 hours", "3日ごと", "2日毎", "1日", "1日おき", "2주마다", "3일마다", "1일"),
        *("2일마다 8시", "2달마다", "1주마다", "30분마다", "隔週", "격일", "3 every 2 days"),
    ],
)
async def test_a_distance_that_no_digest_keeps_is_answered_with_those_that_there_are(
    three: Any, typed: str
) -> None:
    before = (await three.chat(), await three.follows())
    answer = await three.ask(f"/schedule {typed}")
    assert f"“{typed}” is none of the rhythms that I have" in answer
    assert "/schedule every 6h" in answer
    assert (await three.chat(), await three.follows()) == before


async def test_an_hour_alone_is_one_where_the_list_has_no_such_number(three: Any) -> None:
    assert "comes with the digest" in await three.ask("/schedule 3")
    # Who slips by one in a short list is not to be woken at four.
    assert "“4” is not in your list" in await three.ask("/schedule 4")
    assert "every day at 08:00" in await three.ask("/schedule 8")
    assert (await three.chat()).schedule == "daily 08:00"


@pytest.mark.parametrize("back", ["chat", "digest", "ダイジェスト", "다이제스트"])
async def test_a_subscription_goes_back_to_the_digest_by_its_name(three: Any, back: str) -> None:
    await three.ask("/schedule 2 instant")
    assert "with the digest again" in await three.ask(f"/schedule 2 {back}")
    assert (await three.follows())[1].schedule == ""


async def test_a_digit_before_a_day_is_no_number_of_the_list(three: Any) -> None:
    assert "I can’t read “3月曜”" in await three.ask("/schedule 3月曜")
    assert [one.schedule for one in await three.follows()] == ["", "", ""]


async def test_turning_digests_off_does_not_end_a_pause(talk: Any) -> None:
    await talk.ask("/pause")
    await talk.ask("/schedule off")
    assert (await talk.chat()).paused
    answer = await talk.ask("/resume")
    assert "The pause is over" in answer
    assert "Digests stay off" in answer
    assert not (await talk.chat()).paused
    assert "not paused but off" in await talk.ask("/resume")


@pytest.mark.parametrize(
    ("language", "over"),
    [("en", "The pause is over."), ("ja", "休止は終わりました。"), ("ko", "일시 중지는 끝났어요.")],
)
async def test_a_new_time_ends_a_pause_and_says_so(talk: Any, language: str, over: str) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/pause 30")
    assert (await talk.ask("/schedule daily 9:00")).startswith(over)
    assert over not in await talk.ask("/schedule daily 8:00")
    await talk.ask("/pause 30")
    screen = await talk.ask_message("/schedule")
    await talk.me.press_data(screen, encode(SetTimes(Via.COMMAND, None, "weekdays 07:30")))
    assert screen["text"].startswith(over)
    assert not (await talk.chat()).paused
    await talk.me.press_data(screen, encode(SetTimes(Via.COMMAND, None, "daily 08:00")))
    assert over not in screen["text"]


@pytest.mark.parametrize(
    ("language", "usual", "before"),
    [
        ("en", "every Monday at 09:00", "as they were"),
        ("ja", "毎週月曜日 09:00", "元のとおり"),
        ("ko", "매주 월요일 09:00", "전처럼"),
    ],
)
async def test_what_is_off_already_offers_the_usual_schedule_and_calls_it_so(
    talk: Any, buttons_of: Callable[..., list[str]], language: str, usual: str, before: str
) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/schedule fri 18:00")
    assert before in await talk.ask("/schedule off")
    answer = await talk.ask_message("/schedule off")
    assert before not in answer["text"]
    assert usual in answer["text"]
    [again] = buttons_of(answer)
    await talk.me.press(answer, again)
    assert (await talk.chat()).schedule == "weekly mon 09:00"


@pytest.mark.parametrize(
    ("language", "promise"),
    [("en", "you will hear"), ("ja", "届いたらお知らせ"), ("ko", "새로 오면 알려")],
)
async def test_nothing_is_promised_of_what_is_followed_while_no_digest_comes(
    talk: Any, language: str, promise: str
) -> None:
    await talk.ask(f"/language {language}")
    assert promise in await talk.ask("/subscribe quinces")
    await talk.ask("/pause")
    assert promise not in await talk.ask("/subscribe medlars")
    await talk.ask("/schedule off")
    assert promise not in await talk.ask("/subscribe apricots")


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
async def test_of_what_belongs_to_digests_that_are_off_it_is_said_that_they_are(
    talk: Any, language: str
) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/subscribe moon")
    await talk.ask("/schedule off")
    assert "/schedule" in await talk.ask("/schedule 1 digest")
    assert "/schedule" in await talk.ask("/schedule 1")
    message = await talk.ask_message("/subscriptions")
    await talk.me.press(message, "1")
    assert "/schedule" in message["text"]
    # What comes by itself comes all the same.
    assert "/resume" not in await talk.ask("/schedule 1 instant")


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
@pytest.mark.parametrize("own", ["instant", "daily 8:00", "digest"])
async def test_of_what_a_pause_keeps_back_it_is_said_what_ends_it(
    talk: Any, language: str, own: str
) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/subscribe moon")
    assert "/resume" not in await talk.ask(f"/schedule 1 {own}")
    await talk.ask("/pause")
    assert "/resume" in await talk.ask(f"/schedule 1 {own}")
    assert "/resume" in await talk.ask("/schedule 1")
    message = await talk.ask_message("/subscriptions")
    await talk.me.press(message, "1")
    assert "/resume" in message["text"]
    assert "/resume" not in await talk.ask("/schedule 1 off")
    assert "/resume" not in await talk.ask("/schedule 1")


async def test_a_pause_while_digests_are_off_promises_none(talk: Any) -> None:
    await talk.ask("/schedule off")
    for typed in ("/pause", "/pause 3"):
        answer = await talk.ask(typed)
        assert "Digests are off already" in answer
        assert "the next one covers" not in answer
    await talk.ask("/schedule daily 8")
    assert not (await talk.chat()).paused


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("/pause",), ("digests are paused", "/resume starts them again")),
        (("/schedule off",), ("digests are off", "/schedule turns them on")),
        # The schedule ends the pause as well.
        (("/schedule off", "/pause"), ("digests are off", "/schedule turns them on")),
    ],
)
async def test_where_no_digest_comes_it_is_said_why_and_what_mends_it(
    talk: Any, typed: tuple[str, ...], said: tuple[str, str]
) -> None:
    await talk.ask("/subscribe rice")
    for one in typed:
        await talk.ask(one)
    done = encode(Setup(FirstStep.DONE))
    answers = [
        await talk.ask("/subscribe wheat"),
        await talk.ask(f"/subscribe {talk.newsroom}/meridian-wire"),
        await talk.ask("/subscriptions"),
        (await talk.me.press_data(await talk.ask_message("/start home"), done))[0]["text"],
    ]
    for answer in answers:
        assert all(part in answer for part in said), answer
        assert "or paused" not in answer


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "every Friday at 18:00"), ("ja", "毎週金曜日 18:00"), ("ko", "매주 금요일 18:00")],
)
async def test_what_digests_came_by_before_they_were_turned_off_is_a_press_away(
    talk: Any, buttons_of: Callable[..., list[str]], language: str, words: str
) -> None:
    await talk.ask(f"/language {language}")
    await talk.ask("/schedule fri 18:00")
    answer = await talk.ask_message("/schedule off")
    assert f"/schedule {words}" in answer["text"]
    assert (await talk.chat()).schedule == "off"
    [again] = buttons_of(answer)
    assert words in again
    await talk.me.press(answer, again)
    assert (await talk.chat()).schedule == "weekly fri 18:00"
    # By its words as well.
    await talk.ask("/schedule off")
    await talk.ask(f"/schedule {words}")
    assert (await talk.chat()).schedule == "weekly fri 18:00"


async def test_a_schedule_of_ones_own_stays_on_its_screen_when_digests_are_turned_off(
    talk: Any, buttons_of: Callable[..., list[str]]
) -> None:
    await talk.ask("/schedule fri 18:00")
    message = await talk.ask_message("/schedule")
    before = buttons_of(message)
    assert before[0] == "✓ Every Friday at 18:00"
    await talk.me.press(message, "Off")
    after = buttons_of(message)
    assert [one.removeprefix("✓ ") for one in after] == [one.removeprefix("✓ ") for one in before]
    await talk.me.press(message, "Every Friday at 18:00")
    assert (await talk.chat()).schedule == "weekly fri 18:00"


@pytest.mark.parametrize(
    ("language", "never"), [("en", "comes by itself"), ("ja", "単独"), ("ko", "따로")]
)
async def test_what_is_switched_off_is_never_said_to_come(
    talk: Any, language: str, never: str
) -> None:
    await talk.ask("/subscribe rice")
    await talk.ask("/schedule 1 off")
    await talk.ask(f"/language {language}")
    message = await talk.ask_message("/subscriptions")
    shown = [message["text"], await talk.ask("/schedule 1")]
    await talk.me.press(message, "1")
    for text in (*shown, message["text"]):
        assert never not in text


async def test_quiet_hours_are_shown_set_and_turned_off(talk: Any) -> None:
    assert "no quiet hours" in await talk.ask("/quiet")
    assert "22:00 – 07:00 (UTC)" in await talk.ask("/quiet 22-7")
    assert (await talk.chat()).quiet == "22:00-07:00"
    assert "22:00 – 07:00 (UTC)" in await talk.ask("/quiet")
    assert "I can’t read “all day” as hours" in await talk.ask("/quiet all day")
    assert "no quiet hours any more" in await talk.ask("/quiet off")
    assert (await talk.chat()).quiet == ""


async def test_another_time_zone_moves_every_schedule(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    await talk.ask("/schedule 1 daily 08:00")
    [before] = await talk.follows()
    await talk.ask("/timezone Tokyo")
    [after] = await talk.follows()
    assert (before.next_digest_at.hour, after.next_digest_at.hour) == (8, 23)


async def test_digests_come_to_the_topic_of_a_forum_where_they_were_set_up(talk: Any) -> None:
    forum = talk.telegram.chat(-1001, "supergroup")
    forum.administrators.add(7)
    admin = Person(talk.parts.application, talk.telegram, -1001, 7)
    where = {"message_thread_id": 5, "is_topic_message": True}
    in_forum = {"chat": {"id": -1001, "type": "supergroup", "title": "F", "is_forum": True}}
    await admin.type("/subscribe north korea", **where, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 5
    # Following more elsewhere moves nothing; choosing a time there does.
    elsewhere = {"message_thread_id": 6, "is_topic_message": True}
    await admin.type("/subscribe climate change", **elsewhere, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 5
    await admin.type("/schedule daily 08:00", **elsewhere, **in_forum)
    assert (await kept(talk, -1001)).thread_id == 6
    await admin.type("/schedule daily 09:00", **in_forum)
    assert (await kept(talk, -1001)).thread_id is None


@pytest.fixture
def in_forum(talk: Any) -> Callable[..., Any]:
    """Types as an administrator of a forum, in one of its topics; 0 for the general one."""
    telegram = talk.telegram
    telegram.open_topic(-1001, 5)
    telegram.open_topic(-1001, 6)
    telegram.chat(-1001).administrators.add(7)
    admin = Person(talk.parts.application, telegram, -1001, 7)

    async def type_in(thread: int, text: str) -> Any:
        where = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        [answer] = await admin.type(text, **where)
        return admin, answer

    return type_in


async def test_a_time_chosen_by_a_button_moves_digests_to_its_topic_as_a_typed_one_does(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    await in_forum(5, "/subscribe north korea")
    for thread, command in ((6, "/settings"), (5, "/schedule"), (0, "/start"), (6, "/schedule 1")):
        admin, menu = await in_forum(thread, command)
        assert (await kept(talk, -1001)).thread_id != (thread or None)
        via = {"/settings": Via.SETTINGS, "/start": Via.START}.get(command, Via.COMMAND)
        of = (await followed(talk, -1001))[0].id if command.endswith("1") else None
        await admin.press_data(menu, encode(SetTimes(via, of, "daily 07:00")))
        assert (await kept(talk, -1001)).thread_id == (thread or None)


async def test_what_sets_no_time_leaves_digests_in_their_topic(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    await in_forum(5, "/subscribe north korea")
    _, refusal = await in_forum(6, "/schedule sometimes")
    assert "sometimes" in refusal["text"]
    admin, menu = await in_forum(6, "/schedule")
    await admin.press_data(menu, encode(SetTimes(Via.COMMAND, None, "sometimes")))
    stranger = Person(talk.parts.application, talk.telegram, -1001, 8)
    await stranger.press_data(menu, encode(SetTimes(Via.COMMAND, None, "daily 07:00")))
    assert (await kept(talk, -1001)).thread_id == 5


async def test_what_is_followed_first_by_a_button_says_where_digests_come(
    talk: Any, in_forum: Callable[..., Any]
) -> None:
    for thread, following in ((5, 5), (6, 5)):
        admin, menu = await in_forum(thread, "/start")
        topic = "climate" if thread == 5 else "health"
        await admin.press_data(menu, encode(PickTopic(topic, on=True)))
        assert (await kept(talk, -1001)).thread_id == following
    assert len(await followed(talk, -1001)) == 2


async def followed(talk: Any, chat_id: int) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.followed(tx, ChatId(chat_id))


async def kept(talk: Any, chat_id: int) -> Any:
    async with talk.parts.services.database.read() as tx:
        return await chats.get(tx, ChatId(chat_id))
