"""Schedules, quiet hours and pauses in the words of each language, and what the bot writes read by the bot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.door import buttons_of
from handlers.spoken import understood
from handlers.views.message import plain_text
from handlers.views.reader import Reader
from handlers.views.times import in_words, quiet_in_words
from handlers.words import languages
from news import quiet
from news.quiet import Quiet
from news.schedule import DAYS, EVERY_HOURS, INSTANT, OFF, Schedule, parse, parse_for_one

NOW = datetime(2026, 11, 29, 14, tzinfo=UTC)

times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
schedules = st.one_of(
    st.sampled_from([OFF, INSTANT]),
    st.sampled_from(EVERY_HOURS).map(lambda hours: Schedule(every_hours=hours)),
    st.builds(Schedule, month_day=st.integers(1, 31), at=times),
    st.builds(
        Schedule,
        days=st.sets(st.sampled_from(DAYS), min_size=1).map(
            lambda chosen: tuple(day for day in DAYS if day in chosen)
        ),
        at=times,
    ),
)
quiets = st.builds(Quiet, times, times).filter(lambda hours: hours.start != hours.end)
readers = st.sampled_from(languages()).map(lambda language: Reader(language, "UTC", NOW))


@given(schedules, readers)
def test_every_schedule_is_read_back_as_the_bot_says_it(schedule: Schedule, reader: Reader) -> None:
    said = plain_text(in_words(str(schedule), reader))
    assert parse_for_one(understood(said)) == schedule, said


@pytest.mark.parametrize("language", languages())
def test_the_schedule_of_the_chat_is_read_back_as_the_bot_says_it(language: str) -> None:
    said = plain_text(in_words("chat", Reader(language, "UTC", NOW)))
    assert parse_for_one(understood(said)) is None


@given(quiets, readers)
def test_quiet_hours_are_read_back_as_the_bot_says_them(hours: Quiet, reader: Reader) -> None:
    said = plain_text(quiet_in_words(str(hours), reader))
    assert quiet.parse(understood(said)) == hours, said


@given(
    st.text(max_size=40)
    | st.text("毎日週月曜時半午前後매일주월요시반오전후까지부터0123456789 :", max_size=16)
)
def test_understanding_what_is_understood_changes_nothing_more(typed: str) -> None:
    once = understood(typed)
    assert understood(once) == once


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("毎日8時", "daily 08:00"),
        ("毎日８時３０分", "daily 08:30"),
        ("毎日 朝8時半", "daily 08:30"),
        ("毎朝7時", "daily 07:00"),
        ("毎晩9時", "daily 21:00"),
        ("夜9時", "daily 21:00"),
        ("午後10時", "daily 22:00"),
        ("正午", "daily 12:00"),
        ("毎週月曜 9:00", "weekly mon 09:00"),
        ("毎週月曜日 09:00", "weekly mon 09:00"),
        ("毎週日曜の9時に", "weekly sun 09:00"),
        ("月水金 8時", "mon,wed,fri 08:00"),
        ("月〜金 7時", "weekdays 07:00"),
        ("月曜から金曜 7時", "weekdays 07:00"),
        ("平日 07:30", "weekdays 07:30"),
        ("週末 10時", "sat,sun 10:00"),
        ("毎月15日 9時", "monthly 15 09:00"),
        ("毎月末日 9時", "monthly 31 09:00"),
        ("6時間ごと", "every 6h"),
        ("1日2回", "every 12h"),
        ("オフ", "off"),
        ("매일 8시", "daily 08:00"),
        ("매일 8시 반", "daily 08:30"),
        ("매일 아침 7시 30분", "daily 07:30"),
        ("매일 오후 10시", "daily 22:00"),
        ("오후 10시", "daily 22:00"),
        ("매주 월요일 9시", "weekly mon 09:00"),
        ("매주 월요일 아침 9시에", "weekly mon 09:00"),
        ("매주 일요일 9시", "weekly sun 09:00"),
        ("월요일부터 금요일까지 7시", "weekdays 07:00"),
        ("평일 7시", "weekdays 07:00"),
        ("매월 31일 09:00", "monthly 31 09:00"),
        ("매월 말일", "monthly 31 09:00"),
        ("月末", "monthly 31 09:00"),
        ("末日 8時", "monthly 31 08:00"),
        ("毎月末日", "monthly 31 09:00"),
        ("last day", "monthly 31 09:00"),
        ("the last day of the month at 8:00", "monthly 31 08:00"),
        ("6시간마다", "every 6h"),
        ("하루에 두 번", "every 12h"),
        ("꺼짐", "off"),
        ("二十時", "daily 20:00"),
        ("八時半", "daily 08:30"),
        ("夜中の1時", "daily 01:00"),
        ("毎月十五日 九時", "monthly 15 09:00"),
        ("早朝", "daily 05:00"),
        ("週1回", "weekly mon 09:00"),
        ("週に一回", "weekly mon 09:00"),
        ("月1回", "monthly 1 09:00"),
        ("止めて", "off"),
        ("아침 여덟 시", "daily 08:00"),
        ("여덟시", "daily 08:00"),
        ("저녁 열한 시 반", "daily 23:30"),
        ("한 시간마다", "every 1h"),
        ("일주일에 한 번", "weekly mon 09:00"),
        ("새벽", "daily 05:00"),
        ("새벽 3시", "daily 03:00"),
        ("끔", "off"),
        ("꺼", "off"),
        ("그만", "off"),
        ("every Mon, Thu at 18:00", "mon,thu 18:00"),
    ],
)
def test_schedules_are_understood_as_people_write_them(typed: str, meant: str) -> None:
    assert str(parse(understood(typed))) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("22時-7時", "22:00-07:00"),
        ("22時から7時まで", "22:00-07:00"),
        ("夜10時〜朝7時", "22:00-07:00"),
        ("午後11時から午前6時半まで", "23:00-06:30"),
        ("夜", "22:00-07:00"),
        ("밤", "22:00-07:00"),
        ("22시-7시", "22:00-07:00"),
        ("밤 10시부터 아침 7시까지", "22:00-07:00"),
        ("오후 10시 ~ 오전 7시", "22:00-07:00"),
        ("22時から翌朝6時", "22:00-06:00"),
        ("22時から翌日の6時まで", "22:00-06:00"),
        ("22:00〜翌7:00", "22:00-07:00"),
        ("밤 10시부터 다음 날 아침 7시까지", "22:00-07:00"),
        ("on", "22:00-07:00"),
        ("オン", "22:00-07:00"),
        ("켜기", "22:00-07:00"),
    ],
)
def test_quiet_hours_are_understood_as_people_write_them(typed: str, meant: str) -> None:
    assert str(quiet.parse(understood(typed))) == meant


async def test_quiet_hours_that_are_on_stay_as_they_are(talk: Any) -> None:
    await talk.ask("/quiet 23-5")
    assert "23:00 – 05:00" in await talk.ask("/quiet on")
    assert (await talk.chat()).quiet == "23:00-05:00"


@pytest.mark.parametrize("word", ["なし", "オフ", "없음", "끄기", "off"])
async def test_quiet_hours_are_turned_off_in_any_language(talk: Any, word: str) -> None:
    await talk.ask("/quiet 22時〜7時")
    assert (await talk.chat()).quiet == "22:00-07:00"
    await talk.ask(f"/quiet {word}")
    assert (await talk.chat()).quiet == ""


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("7", timedelta(days=7)),
        ("2 weeks", timedelta(weeks=2)),
        ("2週間", timedelta(weeks=2)),
        ("2주", timedelta(weeks=2)),
        ("3日間", timedelta(days=3)),
        ("3일", timedelta(days=3)),
        ("일주일", timedelta(weeks=1)),
        ("3일 동안", timedelta(days=3)),
        ("두 주", timedelta(weeks=2)),
    ],
)
async def test_a_pause_lasts_as_long_as_was_said(
    talk: Any, clock: Any, typed: str, length: timedelta
) -> None:
    await talk.ask(f"/pause {typed}")
    assert (await talk.chat()).paused_until - clock() == length


@pytest.mark.parametrize("typed", ["for a while", "しばらく", "しばらくの間", "당분간", "한동안"])
async def test_a_pause_for_a_while_lasts_until_it_is_ended(talk: Any, typed: str) -> None:
    assert "until you send /resume" in await talk.ask(f"/pause {typed}")
    chat = await talk.chat()
    assert chat.paused
    assert chat.paused_until is None


@pytest.mark.parametrize("typed", ["resume digests", "再開して", "다시 보내 줘"])
async def test_a_pause_is_ended_in_words_as_it_is_begun(talk: Any, typed: str) -> None:
    await talk.ask("/pause")
    assert "on again" in await talk.ask(typed)
    assert not (await talk.chat()).paused


async def test_a_pause_of_less_than_nothing_pauses_nothing(talk: Any) -> None:
    assert "“-1”" in await talk.ask("/pause -1")
    assert not (await talk.chat()).paused


@pytest.mark.parametrize("word", ["on", "オン", "켜기"])
async def test_digests_are_turned_on_in_any_language(talk: Any, word: str) -> None:
    await talk.ask("/schedule off")
    answer = await talk.ask(f"/schedule {word}")
    assert "now comes every Monday at 09:00" in answer
    await talk.ask("/pause")
    assert "on again" in await talk.ask(f"/schedule {word}")
    assert not (await talk.chat()).paused
    # What is on already stays as it is.
    await talk.ask("/schedule daily 7")
    assert "comes every day at 07:00" in await talk.ask(f"/schedule {word}")


async def test_one_subscription_is_turned_on_as_it_was_turned_off(talk: Any) -> None:
    await talk.ask("/subscribe rice")
    await talk.ask("/schedule 1 off")
    assert "with the digest again" in await talk.ask("/schedule 1 on")
    await talk.ask("/schedule 1 daily 8")
    assert "every day at 08:00" in await talk.ask("/schedule 1 on")
    assert [one.schedule for one in await talk.follows()] == ["daily 08:00"]


@pytest.mark.parametrize("language", languages())
async def test_what_is_no_length_of_a_pause_pauses_nothing(talk: Any, language: str) -> None:
    await talk.ask(f"/language {language}")
    answer = await talk.ask("/pause 2 lightyears")
    assert "2 lightyears" in answer
    assert not (await talk.chat()).paused


async def test_two_times_a_day_are_refused_with_what_works(talk: Any) -> None:
    await talk.ask("/schedule weekly fri 10:00")
    answer = await talk.ask("/schedule daily 8:00,18:00")
    assert "/schedule every 12h" in answer
    assert "/schedule 3 daily 18:00" in answer
    assert (await talk.chat()).schedule == "weekly fri 10:00"
    await talk.ask("/schedule twice a day")
    assert (await talk.chat()).schedule == "every 12h"


async def test_one_subscription_takes_a_time_in_any_language(talk: Any) -> None:
    await talk.ask("/subscribe north korea")
    for typed, kept in (
        ("1 毎日8時", "daily 08:00"),
        ("1 바로", "instant"),
        ("1 월 9시", "weekly mon 09:00"),
    ):
        await talk.ask(f"/schedule {typed}")
        assert (await talk.follows())[0].schedule == kept


async def test_a_schedule_without_its_command_is_understood_in_any_language(talk: Any) -> None:
    await talk.ask("schedule 毎日8時")
    assert (await talk.chat()).schedule == "daily 08:00"


async def test_a_country_of_several_zones_offers_them(talk: Any) -> None:
    answer = await talk.ask_message("/timezone USA")
    assert (await talk.chat()).timezone == "UTC"
    there = next(label for label, _ in buttons_of(answer) if label.startswith("Los Angeles, "))
    await talk.me.press(answer, there)
    assert (await talk.chat()).timezone == "America/Los_Angeles"


@pytest.mark.parametrize(
    "typed", ["it is 9pm here", "今は21時です", "今21時", "지금은 밤 9시예요", "지금 밤 9시"]
)
async def test_a_time_that_it_is_offers_the_places_that_have_it(talk: Any, typed: str) -> None:
    answer = await talk.ask_message(f"/timezone {typed}")
    assert any(label == "Tokyo, 21:00" for label, _ in buttons_of(answer))


async def test_a_distance_from_utc_is_named_with_one_sign(talk: Any) -> None:
    answer = await talk.ask("/timezone GMT+9")
    assert "UTC+9" in answer
    assert "GMT-9" not in answer


async def test_a_country_is_named_as_its_city_is(talk: Any) -> None:
    assert "Tokyo (Asia/Tokyo)" in await talk.ask("/timezone japan")
    assert "Tokyo (Asia/Tokyo)" in await talk.ask("/timezone tokyo")


@pytest.mark.parametrize("language", languages())
async def test_an_hour_of_one_digit_is_written_as_everywhere_else(
    talk: Any, clock: Any, language: str
) -> None:
    await talk.ask(f"/language {language}")
    clock.now = clock.now.replace(hour=7, minute=4)
    assert "07:04" in await talk.ask("/timezone UTC")


async def test_letters_for_a_clock_are_the_one_that_people_keep(talk: Any) -> None:
    answer = await talk.ask("/timezone EST")
    assert "New York" in answer
    assert (await talk.chat()).timezone == "America/New_York"
