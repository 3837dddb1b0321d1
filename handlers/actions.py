"""What each button does, and who may press it: the one table of presses, as `handlers.commands` is that of commands."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from handlers import (
    admin,
    channel,
    digest,
    follow,
    invite,
    language,
    latest,
    layout,
    mute,
    privacy,
    saved,
    schedule,
    settings,
    several,
    start,
    trend,
    votes,
    why,
)
from handlers.admin_buttons import PolledPage, ToAll, VisitNow
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
    Action,
    FindFeed,
    Follow,
    FollowFeed,
    Forget,
    KeepFeed,
    Marks,
    MuteOutlet,
    Save,
    SetLayout,
    Show,
    TrendOf,
    Unfollow,
    Unmute,
    Unsave,
    Vote,
    Widen,
)
from handlers.commands import ALWAYS_CHANGE, BY_NAME
from handlers.context import Answer, Ask
from handlers.door_buttons import BanAgain, LetBack, ListInvites, Reopen, Revoke, RunChannel
from handlers.errors import explain
from handlers.menu_buttons import (
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
    ListAround,
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
from handlers.views.message import Toast
from news.errors import NewsError
from storage import offers

ADMIN_ACTIONS = (
    *(ToAll, PolledPage, VisitNow),
    *(ListInvites, Revoke, Reopen, LetBack, BanAgain),
)
"""Presses of those who run the bot; for anybody else they are out of date."""

MENU_ACTIONS = (Setup, Region, Times, Screen, Item, ItemStories)
"""Presses that lead from one screen of a menu to another."""

READING_ACTIONS = (
    *MENU_ACTIONS,
    *ADMIN_ACTIONS,
    *(Page, BestPage, ReadOn, RestPage, ReadOnShown, ShownPage),
    *(ListPage, ListAround, SavedPage, MutePage, PageEnd),
    *(TrendOf, Share, Why, SendSaved, Show),
)
"""Presses that anyone may make."""

FOLLOWING_ACTIONS = (Follow, FollowFeed, SourceInstead, KeepFeed, PickTopic, PickFeed)
"""Presses with which digests come to the topic of a forum in which they are made, as long as nothing is followed."""

EDITING_ACTIONS = (
    *(Setup, PickTopic, Region, PickFeed, PickZone, Times, SetTimes, Screen, Choose),
    *(Speak, Item, ItemStories, Drop, Undo, UndoAll),
    *ADMIN_ACTIONS,
    *(Page, BestPage, RestPage, ShownPage, ListPage, ListAround, SavedPage, MutePage),
    *(Unmute, MuteBack, Forget, ForgetThumbs, Erase, RunChannel),
)
"""Presses whose answer takes the place of the message with the button."""


def is_aside(action: Action) -> bool:
    """Whether, in a group, only the person who presses is to see what a button brings, where Telegram can do that."""
    if isinstance(action, Show):
        command = BY_NAME.get(action.command)
        return command is None or command.aside
    return isinstance(action, READING_ACTIONS) and not isinstance(action, TrendOf)


async def _show(ask: Ask, pressed: Show) -> Answer:
    command = BY_NAME.get(pressed.command)
    hidden = command is not None and command.admins and not ask.by_admin
    if command is None or hidden or command.name in ALWAYS_CHANGE:
        return ask.refuse("menu.old")
    return await command.answer(ask)


async def accept(ask: Ask, pressed: Accept) -> Answer:
    """Do what a button offered."""
    async with ask.services.database.read() as tx:
        offer = await offers.get(tx, ask.chat.id, pressed.offer_id)
    command = None if offer is None else BY_NAME.get(offer.command)
    if offer is None or command is None or command.admins:
        return ask.refuse("menu.old")
    asked = replace(ask, argument=offer.argument)
    try:
        return await command.answer(asked)
    except NewsError as error:
        return explain(error, asked, command.name)


async def _setup(ask: Ask, pressed: Setup) -> Answer:
    shown = await start.press_setup(ask, pressed)
    if pressed.step is not FirstStep.DONE:
        return shown
    known: Answer = await digest.known(ask) or await latest.latest(ask)
    return (shown, *known) if isinstance(known, tuple) else (shown, known)


async def _set_times(ask: Ask, pressed: SetTimes) -> Answer:
    """Choosing when the digests come is the last step of the first minute."""
    shown = await schedule.press_set_times(ask, pressed)
    if pressed.via is not Via.START or pressed.of is not None:
        return shown
    ask = await ask.again()
    if ask.chat.schedule == pressed.schedule:
        return await _setup(ask, Setup(FirstStep.DONE))
    return shown


async def _end(ask: Ask, pressed: PageEnd) -> Toast:
    """Say that the page that is shown is the first or the last."""
    return Toast(ask.say("page.first" if pressed.first else "page.last").text)


_PRESSES: dict[type, Callable[[Ask, Any], Awaitable[Answer]]] = {
    Page: latest.turn_page,
    BestPage: latest.turn_best,
    ReadOn: digest.read_on,
    RestPage: digest.turn_rest,
    ReadOnShown: digest.read_on_shown,
    ShownPage: digest.turn_shown,
    ListPage: follow.turn_list,
    ListAround: follow.turn_list_around,
    TrendOf: trend.press_trend,
    PolledPage: admin.turn_polled,
    VisitNow: admin.press_visit,
    ToAll: admin.press_to_all,
    RunChannel: channel.press_channel,
    ListInvites: invite.list_invites,
    Revoke: invite.press_revoke,
    Reopen: invite.press_reopen,
    LetBack: invite.press_let_back,
    BanAgain: invite.press_ban_again,
    Accept: accept,
    UndoAll: several.press_undo_all,
    Follow: follow.press_follow,
    TopicAlone: follow.press_topic_alone,
    FollowFeed: follow.press_follow_feed,
    SourceInstead: follow.press_source_instead,
    KeepFeed: follow.press_keep,
    FindFeed: follow.press_find,
    Unfollow: follow.press_unfollow,
    Undo: follow.press_undo,
    Widen: follow.press_widen,
    SetLayout: layout.press_layout,
    SavedPage: saved.turn_saved,
    MutePage: mute.turn_mutes,
    Unmute: mute.press_unmute,
    MuteBack: mute.press_mute_back,
    Forget: votes.press_forget,
    SendAll: privacy.press_send_all,
    SendSaved: saved.press_send,
    Erase: privacy.press_erase,
    Share: saved.press_share,
    ForgetThumbs: votes.press_forget_thumbs,
    Show: _show,
    Setup: _setup,
    PickTopic: start.press_topic,
    Region: start.press_region,
    PickFeed: start.press_source,
    PickZone: start.press_zone,
    Times: schedule.press_times,
    SetTimes: _set_times,
    Screen: settings.press_screen,
    Choose: settings.press_choose,
    Speak: language.press_speak,
    Item: follow.press_item,
    ItemStories: follow.press_stories,
    Drop: follow.press_drop,
}


TOASTED: dict[type, Callable[[Ask, Any], Awaitable[Toast]]] = {
    Save: saved.press_save,
    Vote: votes.press_vote,
    MuteOutlet: mute.press_mute,
    MuteBelow: mute.press_mute_below,
    UndoMute: mute.press_undo,
    Marks: votes.press_marks,
    Why: why.press_why,
    Unsave: saved.press_unsave,
    SaveAgain: saved.press_again,
    ShowAgain: mute.press_show_again,
    MuteAgain: mute.press_mute_again,
    DropRow: follow.press_drop_row,
    UndoRow: follow.press_undo_row,
    PageEnd: _end,
}
"""Presses that are answered with a word, and at most with other buttons under the same text."""


async def instead_of(ask: Ask, action: Action) -> str | None:
    """The command that is of use in place of a button that is out of date; None for a button that still means something."""
    if isinstance(action, ADMIN_ACTIONS) and not ask.by_admin:
        return "settings"
    if isinstance(action, Page | BestPage) and await latest.is_gone(ask, action):
        return "latest"
    if isinstance(action, ReadOnShown | ShownPage) and await digest.is_gone(ask, action):
        return "latest"
    return None


async def press(ask: Ask, action: Action) -> Answer:
    """What a button does."""
    if isinstance(action, ADMIN_ACTIONS) and not ask.by_admin:
        return ask.refuse("menu.old")
    return await _PRESSES[type(action)](ask, action)
