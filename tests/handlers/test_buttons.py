"""Callback data, in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.buttons import (
    MAX_BYTES,
    Action,
    BestPage,
    Follow,
    Forget,
    ListPage,
    Mark,
    Marks,
    MuteOutlet,
    MutePage,
    Page,
    PolledPage,
    Save,
    SaveAgain,
    SavedPage,
    SetSchedule,
    Show,
    Step,
    ToAll,
    TrendOf,
    Undo,
    Unfollow,
    Unmute,
    Unsave,
    VisitNow,
    Vote,
    Widen,
    decode,
    encode,
)
from storage.records import (
    ArticleId,
    BroadcastId,
    FeedId,
    Kind,
    MuteId,
    Position,
    StoryId,
    SubscriptionId,
    TopicId,
)

ids = st.integers(0, 2**63 - 1)
pages = st.integers(1, 10_000)
seconds = st.integers(0, 2**32 - 1)
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Page, st.none() | ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(
        *(Page, st.none() | ids.map(TopicId), pages, ids.map(ArticleId)),
        *(ids.map(Position), st.booleans()),
    ),
    st.builds(BestPage, ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(Widen, ids.map(SubscriptionId), st.sampled_from(["Kim Jong Un", "金正恩総書記"])),
    st.builds(ListPage, pages, st.booleans()),
    st.builds(Follow, ids.map(TopicId)),
    st.builds(TrendOf, ids.map(TopicId)),
    st.builds(Unfollow, ids.map(SubscriptionId)),
    st.builds(Undo, st.sampled_from(Kind), ids, ids.map(ArticleId)),
    st.builds(
        Undo,
        st.sampled_from(Kind),
        st.integers(0, 10**9),
        st.integers(0, 10**9).map(ArticleId),
        st.sampled_from(["instant", "daily 08:00", "every 6h", "off"]),
    ),
    st.builds(SetSchedule, st.sampled_from(["weekly mon 09:00", "every 6h", "off"])),
    st.builds(Show, st.sampled_from(["latest", "help"])),
    st.builds(Save, ids.map(StoryId)),
    st.builds(Unsave, ids.map(StoryId)),
    st.builds(SaveAgain, ids.map(StoryId), seconds),
    st.builds(SavedPage, pages),
    st.builds(Vote, ids.map(StoryId), st.booleans()),
    st.builds(Forget),
    st.builds(MuteOutlet, ids.map(FeedId)),
    st.builds(Unmute, ids.map(MuteId)),
    st.builds(MutePage, pages),
    st.builds(ToAll, st.sampled_from(Step), ids.map(BroadcastId)),
    st.builds(PolledPage, pages, st.booleans()),
    st.builds(VisitNow, ids.map(FeedId), pages),
    st.builds(Marks, st.none() | st.sampled_from(Mark), seconds),
)


@given(actions)
def test_every_action_fits_and_comes_back(action: Action) -> None:
    data = encode(action)
    assert len(data.encode()) <= MAX_BYTES
    assert decode(data) == action


@given(
    st.one_of(
        st.text(), st.text("1pbwfluzschqxgvmLMPVA:<>+-0123456789", max_size=70).map("1:".__add__)
    )
)
def test_whatever_a_stranger_sends_is_understood_exactly_or_not_at_all(data: str) -> None:
    action = decode(data)
    if action is not None:
        assert encode(action) == data


def test_data_that_does_not_fit_is_our_bug() -> None:
    with pytest.raises(ValueError, match="bytes of callback data"):
        encode(SetSchedule("x" * 70))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "2:p::1:1",
        "1:p::0:1:",
        "1:p::１:1:",
        "1:p::1:1",
        "1:p::1:1:=1",
        "1:p::1:01:",
        "1:w:1:",
        "1:u:-1",
        "1:c:a/b",
        "1:x:y:1",
        "1:x:s:zzzzzzzz",
        "1:q:1:-1",
        "1:h:1:",
        "1:g:",
        "1:L:0",
        "1:A:f:0",
        "1:A:x:1",
        "1:A:v:1",
        "1:A",
    ],
)
def test_older_versions_and_odd_numbers_are_refused(data: str) -> None:
    assert decode(data) is None
