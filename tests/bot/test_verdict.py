"""The judge of the soak: each kind of fault is found when it is there, and only then."""

from dataclasses import replace

from bot.console.limits import Accepted, Limits, Refused, Window
from tests.bot.verdict import Verdict, too_fast, verdict

LIMITS = Limits()
CLEAN = Verdict(3, 0, 0, 0, 0, 0, 0, 0, 0)
EXPECTED = {1: ["a", "b"], -2: ["c"]}


def came(*messages: tuple[int, str], apart: float = 1.0) -> list[Accepted]:
    return [
        Accepted(apart * number, "sendMessage", chat, number, None, content, False, False)
        for number, (chat, content) in enumerate(messages)
    ]


def judged(*messages: tuple[int, str]) -> Verdict:
    return verdict(EXPECTED, came(*messages), [], LIMITS)


def test_everything_once_and_in_order_is_clean() -> None:
    assert judged((1, "a"), (-2, "c"), (1, "b")) == CLEAN


def test_what_never_came_is_lost_and_what_nobody_wrote_is_unknown() -> None:
    assert judged((1, "a"), (1, "x"), (-2, "b")) == replace(CLEAN, lost=2, unknown=2)


def test_each_arrival_after_the_first_is_a_repeat_and_no_disorder() -> None:
    assert judged(
        (1, "a"), (1, "a"), (1, "a"), (1, "b"), (1, "b"), (-2, "c"), (-2, "c")
    ) == replace(CLEAN, repeated=4, most_repeats=3)


def test_later_before_earlier_is_disorder_even_if_it_is_repeated_in_order() -> None:
    assert judged((1, "b"), (1, "a"), (-2, "c")) == replace(CLEAN, misplaced=1)
    again = judged((1, "a"), (1, "b"), (1, "a"), (-2, "c"))
    assert again == replace(CLEAN, misplaced=1, repeated=1, most_repeats=1)


def test_what_came_to_the_new_id_of_a_chat_counts_for_the_old_one() -> None:
    messages = came((1, "a"), (1, "b"), (-1002, "c"))
    assert verdict(EXPECTED, messages, [], LIMITS, {-1002: -2}) == CLEAN


def test_429s_are_told_apart_by_whose_fault_they_are() -> None:
    refused = [Refused(0.0, 1, "chat", 1, cause) for cause in ("limit", "injected", "halted")]
    messages = came((1, "a"), (-2, "c"), (1, "b"))
    found = verdict(EXPECTED, messages, refused, LIMITS)
    assert found == replace(CLEAN, deserved_429=1, disobeyed_429=1)


def test_too_fast_is_seen_overall_for_paid_messages_and_for_each_chat() -> None:
    limits = Limits((Window(4, 1.0),), (Window(1, 1.0),), (Window(2, 1.0),), (Window(1, 5.0),))
    assert too_fast(came(*[(chat, "") for chat in range(1, 6)], apart=0.25), limits) == 0
    assert too_fast(came(*[(chat, "") for chat in range(1, 6)], apart=0.24), limits) == 1
    assert too_fast(came((1, ""), (1, ""), (1, ""), apart=0.4), limits) == 1
    assert too_fast(came((-1, ""), (-1, ""), apart=4), limits) == 1
    paid = [message._replace(paid=True) for message in came((1, ""), (2, ""), apart=0.5)]
    assert too_fast(paid, limits) == 1
