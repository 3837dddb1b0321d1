"""How long a crowd takes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from news.crowd import USUAL_RATE, last_gone
from storage.counts import Crowd

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)

crowds = st.lists(
    st.builds(
        lambda seconds, digests: Crowd(NOW + timedelta(seconds=seconds), digests),
        st.integers(-600, 3600),
        st.integers(1, 100_000),
    ),
    max_size=8,
).map(lambda found: sorted(found, key=lambda crowd: crowd.at))


def test_ninety_thousand_on_monday_at_nine_are_told_until_ten_to_ten() -> None:
    nine = NOW + timedelta(minutes=30)
    assert last_gone(0, [Crowd(nine, 90_000)], 1.0, NOW, USUAL_RATE) == nine + timedelta(minutes=50)


def test_nothing_has_no_end() -> None:
    assert last_gone(0, [], 1.0, NOW, USUAL_RATE) is None


def test_what_waits_goes_before_what_comes() -> None:
    soon = NOW + timedelta(seconds=10)
    assert last_gone(600, [Crowd(soon, 30)], 2.0, NOW, 30.0) == NOW + timedelta(seconds=22)


@given(st.integers(0, 100_000), crowds, st.floats(1, 9))
def test_the_end_is_the_latest_of_all_that_any_part_of_the_queue_allows(
    waiting: int, coming: list[Crowd], parts: float
) -> None:
    end = last_gone(waiting, coming, parts, NOW, 30.0)
    # Whatever is due from some moment on can't be through before that moment and its own length.
    bounds = [
        max(NOW, crowd.at)
        + timedelta(seconds=sum(one.digests for one in coming[place:]) * parts / 30.0)
        for place, crowd in enumerate(coming)
    ]
    whole = waiting + sum(crowd.digests for crowd in coming) * parts
    bounds.append(NOW + timedelta(seconds=whole / 30.0))
    if not waiting and not coming:
        assert end is None
    else:
        assert end is not None
        assert abs(end - max(bounds)) < timedelta(milliseconds=1)
