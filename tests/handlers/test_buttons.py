"""Callback data, in both directions."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.admin_buttons import PolledPage, Step, ToAll, VisitNow
from handlers.belonging_buttons import (
    Erase,
    ForgetThumbs,
    MuteAgain,
    MuteBack,
    MuteBelow,
    SendAll,
    SendSaved,
    Share,
    ShowAgain,
    UndoMute,
    Why,
)
from handlers.buttons import (
    MAX_BYTES,
    Action,
    Follow,
    FollowFeed,
    Forget,
    Mark,
    Marks,
    MuteOutlet,
    Save,
    Show,
    TrendOf,
    Unfollow,
    Unmute,
    Unsave,
    Vote,
    Widen,
    decode,
    encode,
    names_others,
)
from handlers.door_buttons import BanAgain, LetBack, ListInvites, Reopen, Revoke, RunChannel
from handlers.menu_buttons import (
    ANY_DAY,
    PERIODS,
    Choose,
    Drop,
    DropRow,
    FirstStep,
    Item,
    ItemStories,
    PickFeed,
    PickTopic,
    PickZone,
    Region,
    Screen,
    SetTimes,
    Setup,
    Speak,
    Times,
    Undo,
    UndoRow,
    Via,
)
from handlers.offer_buttons import Accept, SourceInstead, TopicAlone, UndoAll
from handlers.page_buttons import (
    BestPage,
    ListPage,
    MutePage,
    Page,
    PageEnd,
    ReadOn,
    ReadOnShown,
    RestPage,
    SaveAgain,
    SavedPage,
    ShownPage,
)
from handlers.seals import seal
from storage.records import (
    ArticleId,
    BroadcastId,
    ChatId,
    FeedId,
    Kind,
    MuteId,
    OfferId,
    Position,
    StoryId,
    SubscriptionId,
    TopicId,
)

ids = st.integers(0, 2**63 - 1)
pages = st.integers(1, 10_000)
seconds = st.integers(0, 2**32 - 1)
some_ids = st.integers(0, 2**31 - 1)
schedules = st.sampled_from(["instant", "daily 08:00", "mon,tue,wed,thu,fri,sat 18:00", "chat"])
regions = st.builds(Region, st.integers(0, 2**32 - 1), pages)
vias = st.sampled_from(Via)
placed = st.builds(
    *(Drop, st.sampled_from(Kind), some_ids, some_ids.map(ArticleId)),
    st.just("") | schedules,
    some_ids.map(SubscriptionId),
)
menu_actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Setup, st.sampled_from(FirstStep)),
    st.builds(PickTopic, st.sampled_from(["korea", "ai"]), st.booleans()),
    regions,
    st.builds(PickZone, st.sampled_from(["Asia/Tokyo", "America/Argentina/Buenos_Aires"])),
    st.builds(PickFeed, ids.map(FeedId), st.booleans(), regions),
    st.builds(
        *(Times, vias, st.none() | ids.map(SubscriptionId)),
        st.sampled_from(["", ANY_DAY, *PERIODS]),
    ),
    st.builds(SetTimes, vias, st.none() | ids.map(SubscriptionId), schedules),
    st.builds(Screen, st.sampled_from(["", "zone", "quiet"])),
    st.builds(
        *(Choose, st.sampled_from(["zone", "quiet", "languages"])),
        st.sampled_from(["America/Argentina/Buenos_Aires", "22:00-07:00", "+ja", "all"]),
    ),
    st.builds(Speak, vias, st.sampled_from(["", "en", "ja"])),
    st.builds(Item, ids.map(SubscriptionId)),
    st.builds(ItemStories, ids.map(SubscriptionId)),
    placed,
    placed.map(Undo),
    placed.map(DropRow),
    placed.map(UndoRow),
)
tokens = st.text("abcXYZ019_-", min_size=22, max_size=22)
people = st.integers(1, 2**52) | st.integers(-(2**52), -1)
door_actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(RunChannel, st.none() | people.map(ChatId)),
    st.just(ListInvites()),
    st.builds(Revoke, tokens),
    st.builds(Reopen, tokens, st.integers(1, 1000), st.integers(1, 2**32 - 1)),
    st.builds(LetBack, people),
    st.builds(BanAgain, people),
)
naming: st.SearchStrategy[Action] = st.one_of(
    st.builds(Page, ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(BestPage, ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(Follow, ids.map(TopicId)),
    st.builds(TrendOf, ids.map(TopicId)),
    st.builds(FollowFeed, ids.map(FeedId)),
    placed,
    placed.map(Undo),
    placed.map(DropRow),
    placed.map(UndoRow),
)
actions: st.SearchStrategy[Action] = st.one_of(
    naming,
    menu_actions,
    door_actions,
    st.builds(Page, st.none() | ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(
        *(Page, st.none() | ids.map(TopicId), pages, ids.map(ArticleId)),
        *(ids.map(Position), st.booleans()),
    ),
    st.builds(
        *(Page, st.none(), pages, ids.map(ArticleId), st.none() | ids.map(Position)),
        followed=st.booleans(),
    ),
    st.builds(BestPage, ids.map(TopicId), pages, ids.map(ArticleId)),
    st.builds(ReadOn, ids.map(ArticleId), ids.map(ArticleId)),
    st.builds(RestPage, ids.map(ArticleId), ids.map(ArticleId), pages),
    st.builds(ReadOnShown, seconds),
    st.builds(PageEnd, st.booleans()),
    st.builds(ShownPage, seconds, pages),
    st.builds(Widen, ids.map(SubscriptionId), st.sampled_from(["Kim Jong Un", "金正恩総書記"])),
    st.builds(ListPage, pages, st.booleans()),
    st.builds(ListPage, pages, st.booleans(), ids.map(SubscriptionId), st.booleans()),
    st.builds(Follow, ids.map(TopicId)),
    st.builds(TrendOf, ids.map(TopicId)),
    st.builds(Unfollow, ids.map(SubscriptionId)),
    st.builds(Show, st.sampled_from(["latest", "help"])),
    st.builds(Save, ids.map(StoryId), st.booleans()),
    st.builds(Unsave, ids.map(StoryId), seconds),
    st.builds(SaveAgain, ids.map(StoryId), seconds),
    st.builds(SavedPage, pages),
    st.builds(SavedPage, pages, st.builds(SaveAgain, ids.map(StoryId), seconds), st.booleans()),
    st.builds(Vote, ids.map(StoryId), st.booleans(), st.booleans()),
    st.builds(Forget),
    st.builds(MuteOutlet, ids.map(FeedId)),
    st.builds(Unmute, ids.map(MuteId)),
    st.builds(MutePage, pages),
    st.builds(MutePage, pages, ids.map(MuteId), st.booleans()),
    st.builds(ToAll, st.sampled_from(Step), ids.map(BroadcastId)),
    st.builds(PolledPage, pages, st.booleans()),
    st.builds(VisitNow, ids.map(FeedId), pages),
    st.builds(SendAll),
    st.builds(SendSaved),
    st.builds(Erase, st.booleans()),
    st.builds(ForgetThumbs, st.booleans()),
    st.builds(Share, ids.map(StoryId)),
    st.builds(MuteBelow, ids.map(FeedId), seconds),
    st.builds(UndoMute, ids.map(MuteId), st.none() | seconds),
    st.builds(Why, ids.map(StoryId)),
    st.builds(ShowAgain, ids.map(MuteId), ids.map(FeedId) | st.just("nine: o'clock")),
    st.builds(MuteAgain, ids.map(MuteId), ids.map(FeedId) | st.just("nine: o'clock")),
    st.builds(MuteBack, ids.map(MuteId), ids.map(FeedId) | st.just("nine: o'clock")),
    st.builds(Accept, ids.map(OfferId)),
    st.builds(UndoAll, ids.map(OfferId)),
    st.builds(TopicAlone, ids.map(SubscriptionId)),
    st.builds(SourceInstead, ids.map(FeedId), ids.map(SubscriptionId)),
    st.builds(Marks, st.none() | st.sampled_from(Mark), seconds),
)

KEY = "the key of a chat"


@given(actions)
def test_every_action_fits_and_comes_back(action: Action) -> None:
    data = encode(action, KEY)
    assert len(data.encode()) <= MAX_BYTES
    assert decode(data, KEY) == action
    assert (decode(data) == action) is not names_others(action)


@given(naming, st.integers(0, 60), st.characters())
@example(Follow(TopicId(614)), 1, "\ud800")
@example(Follow(TopicId(614)), 8, "\ud800")
def test_what_names_others_topics_and_feeds_is_understood_with_the_seal_of_its_chat_alone(
    action: Action, place: int, changed: str
) -> None:
    assert names_others(action)
    data = encode(action, KEY)
    assert decode(data, "the key of another chat") is None
    assert decode(f"1:{data.partition(':')[2]}", KEY) is None
    assert decode(f"2:{data.partition(':')[2]}", KEY) is None
    forged = data[:place] + changed + data[place + 1 :]
    assert decode(forged, KEY) in (None, action if forged == data else None)
    assert decode(encode(action), KEY) is None
    assert decode(encode(action)) is None


@given(actions.filter(lambda action: not names_others(action)))
def test_a_seal_that_nothing_needs_is_none_of_ours(action: Action) -> None:
    said = encode(action).partition(":")[2]
    assert decode(f"2{seal(said, KEY)}:{said}", KEY) is None


@given(
    st.one_of(
        st.text(),
        st.text("1pbwfluzschqxgvmyjeaoroLMPVAZXWOR:<>+-*0123456789", max_size=70).map("1:".__add__),
    )
)
def test_whatever_a_stranger_sends_is_understood_exactly_or_not_at_all(data: str) -> None:
    action = decode(data, KEY)
    if action is not None:
        assert encode(action) == data


def test_data_that_does_not_fit_is_our_bug() -> None:
    with pytest.raises(ValueError, match="bytes of callback data"):
        encode(SetTimes(Via.COMMAND, None, "x" * 70))


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
        "1:x:w:1",
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
