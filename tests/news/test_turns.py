"""Whose turn it is."""

from datetime import UTC, datetime, timedelta

from news.turns import LATEST, end_of_quiet, next_of, next_of_chat, turn_of
from storage.records import ArticleId, Chat, ChatId, Kind, Subscription, SubscriptionId

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def chat(due: datetime | None = None, quiet: str = "", rhythm: str = "daily 09:00") -> Chat:
    return Chat(
        ChatId(1), "UTC", "en", rhythm, due, NOW, ArticleId(0), False, None, None, quiet=quiet
    )


def item(number: int, schedule: str = "", due: datetime | None = None) -> Subscription:
    return Subscription(
        id=SubscriptionId(number),
        chat_id=ChatId(1),
        kind=Kind.TOPIC,
        target=number,
        name=f"topic {number}",
        after_article=ArticleId(0),
        followed_at=NOW,
        last_story_at=None,
        failure=None,
        failure_detail="",
        schedule=schedule,
        next_digest_at=due,
    )


def test_without_anything_due_there_is_no_turn() -> None:
    listed = [item(1), item(2, "instant"), item(3, "daily 10:00", NOW + timedelta(hours=1))]
    assert not turn_of(chat(NOW + timedelta(days=1)), listed, NOW, NOW)


def test_a_crowd_is_composed_ahead_but_no_alert_is() -> None:
    soon = NOW + timedelta(minutes=5)
    listed = [item(1), item(2, "daily 09:05", soon)]
    turn = turn_of(chat(soon), listed, NOW, soon)
    assert turn.by_chat
    assert turn.own == ()


def test_what_goes_back_to_its_chat_comes_with_its_next_digest() -> None:
    soon = NOW + timedelta(minutes=5)
    back = item(1, "", soon)
    assert turn_of(chat(soon), [back], NOW, soon).own == (back,)


def test_alerts_wait_for_the_end_of_quiet_hours_and_other_schedules_do_not() -> None:
    alert, daily = item(1, "instant", NIGHT), item(2, "daily 23:30", NIGHT)
    turn = turn_of(chat(quiet="22:00-07:00"), [alert, daily], NIGHT, NIGHT)
    assert turn.own == (daily,)
    assert turn.waiting == (alert,)
    assert turn.quiet_until == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_a_digest_that_comes_in_quiet_hours_brings_the_alerts_along() -> None:
    alert = item(1, "instant", NIGHT)
    turn = turn_of(chat(NIGHT, "22:00-07:00"), [alert], NIGHT, NIGHT)
    assert turn.by_chat
    assert turn.own == (alert,)
    assert turn.waiting == ()


def test_what_is_more_than_a_day_late_waits_for_its_next_turn_but_an_alert_never_does() -> None:
    long_ago = NOW - LATEST - timedelta(minutes=1)
    alert, weekly = item(1, "instant", long_ago), item(2, "weekly sun 08:00", long_ago)
    turn = turn_of(chat(long_ago), [alert, weekly], NOW, NOW)
    assert not turn.by_chat
    assert turn.own == (alert,)
    assert turn.late == (weekly,)
    assert turn.is_alert


def test_after_a_long_sleep_the_next_turn_is_in_the_future() -> None:
    slept = chat(NOW - timedelta(days=30))
    assert next_of_chat(slept, NOW) == NOW + timedelta(days=1)


def test_a_clock_that_was_set_back_repeats_no_turn() -> None:
    assert next_of_chat(chat(NOW), NOW - timedelta(hours=3)) == NOW + timedelta(days=1)


def test_an_alert_has_no_next_turn_until_something_comes() -> None:
    assert next_of(item(1, "instant", NOW), chat(), NOW) is None
    assert next_of(item(1, "", NOW), chat(), NOW) is None
    assert next_of(item(1, "off"), chat(), NOW) is None
    assert next_of(item(1, "daily 08:00", NOW), chat(), NOW) == NOW + timedelta(hours=23)


def test_hours_are_quiet_by_the_clock_of_the_chat() -> None:
    assert end_of_quiet(chat(quiet="22:00-07:00"), NOW) is None
    assert end_of_quiet(chat(), NIGHT) is None
