"""The one table of commands and buttons: what each does, and who may.

Registration, /help, the menu of Telegram's clients and the tests of the documentation read it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from telegram import BotCommand

from handlers import (
    admin,
    channel,
    digest,
    follow,
    invite,
    language,
    latest,
    layout,
    lists,
    mute,
    privacy,
    saved,
    schedule,
    settings,
    start,
    trend,
    votes,
    why,
)
from handlers.admin_buttons import PolledPage, ToAll, VisitNow
from handlers.belonging_buttons import (
    Erase,
    ForgetThumbs,
    MuteBelow,
    SendAll,
    SendSaved,
    Share,
    UndoMute,
)
from handlers.buttons import (
    Action,
    BestPage,
    FindFeed,
    Follow,
    FollowFeed,
    Forget,
    KeepFeed,
    ListPage,
    Marks,
    MuteOutlet,
    MutePage,
    Page,
    ReadOn,
    RestPage,
    Save,
    SaveAgain,
    SavedPage,
    SetLayout,
    SetSchedule,
    Show,
    TrendOf,
    Undo,
    Unfollow,
    Unmute,
    Unsave,
    Vote,
    Widen,
)
from handlers.context import Answer, Ask
from handlers.door_buttons import BanAgain, LetBack, ListInvites, Reopen, Revoke, RunChannel
from handlers.menu_buttons import (
    Choose,
    Drop,
    FirstStep,
    Item,
    ItemStories,
    PickFeed,
    PickTopic,
    Region,
    Screen,
    SetTimes,
    Setup,
    Speak,
    Times,
)
from handlers.views.message import Toast, plain_text
from handlers.words import say


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed."""

    name: str
    answer: Callable[[Ask], Awaitable[Answer]]
    group: str
    """Key of the heading under which /help lists it."""
    aliases: tuple[str, ...] = ()
    changes: bool = False
    """True if it changes settings with an argument: in groups, for administrators only."""
    settles: bool = False
    """True if digests come to the topic of a forum in which it is sent."""
    slow: bool = False
    """True if the answer may wait for the web: then a sign of life comes first."""
    here: bool = False
    """True if it is about the chat that it is typed in, whatever channel is run from there."""
    aside: bool = True
    """True if, in a group, only the person who asks is to see what it shows, where Telegram can do that."""
    alone: bool = False
    """True if it makes sense in a private chat only: menus of groups leave it out."""
    admins: bool = False
    """True if it is for those who run the bot: nobody else is told that it exists."""


async def show_help(ask: Ask) -> Answer:
    """All commands, or one of them."""
    return start.help_view(ask, COMMANDS if ask.by_admin else PUBLIC)


COMMANDS = (
    Command("latest", latest.latest, "help.read", ("news",)),
    Command("search", latest.search_best, "help.read"),
    Command("digest", digest.digest, "help.read", aside=False),
    Command("why", why.why, "help.read"),
    Command("trend", trend.trend, "help.read", slow=True, aside=False),
    Command("saved", saved.saved, "help.read"),
    Command("taste", votes.taste, "help.read"),
    Command("subscribe", follow.subscribe, "help.follow", ("sub", "follow"), True, True, True),
    Command("unsubscribe", follow.unsubscribe, "help.follow", ("unsub", "unfollow"), True),
    Command("subscriptions", follow.subscriptions, "help.follow", ("list",)),
    Command("mute", mute.mute, "help.follow", (), True),
    Command("unmute", mute.unmute, "help.follow", (), True),
    Command("import", lists.ask_for_list, "help.follow", (), True, True, True),
    Command("export", lists.export_list, "help.follow"),
    Command("privacy", privacy.privacy, "help.also_help", (), True),
    Command("forget", privacy.forget, "help.also_help"),
    Command("schedule", schedule.schedule, "help.when", (), True, True),
    Command("layout", layout.layout, "help.when", (), True),
    Command("timezone", schedule.timezone, "help.when", (), True),
    Command("quiet", schedule.quiet, "help.when", (), True),
    Command("pause", schedule.pause, "help.when", (), True),
    Command("resume", schedule.resume, "help.when", (), True),
    Command("language", language.language, "help.when", (), True),
    Command("settings", settings.settings, "help.when"),
    Command("start", start.start, "help.also_help", alone=True),
    Command("channel", channel.channel, "help.also_help", here=True),
    Command("help", show_help, "help.also_help", here=True),
    Command("stats", admin.stats, "help.admins", admins=True),
    Command("feeds", admin.list_feeds, "help.admins", admins=True),
    Command("broadcast", admin.broadcast, "help.admins", admins=True),
    Command("invite", invite.invite, "help.admins", admins=True),
    Command("ban", invite.ban, "help.admins", admins=True),
    Command("unban", invite.unban, "help.admins", admins=True),
)

PUBLIC = tuple(command for command in COMMANDS if not command.admins)
"""Those that everybody is told of."""

BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}

ALWAYS_CHANGE = ("pause", "resume")
"""These change something without an argument, too."""

ADMIN_ACTIONS = (
    *(ToAll, PolledPage, VisitNow),
    *(ListInvites, Revoke, Reopen, LetBack, BanAgain),
)
"""Presses of those who run the bot; for anybody else they are out of date."""

READING_ACTIONS = (
    *(Setup, Region, Times, Screen, Item, ItemStories),
    *ADMIN_ACTIONS,
    *(Page, BestPage, ReadOn, RestPage, ListPage, SavedPage, MutePage),
    *(TrendOf, Share, SendSaved, Show),
)
"""Presses that anyone may make."""

EDITING_ACTIONS = (
    *(Setup, PickTopic, Region, PickFeed, Times, SetTimes, SetSchedule, Screen, Choose, Speak),
    *(Item, ItemStories, Drop, Undo),
    *ADMIN_ACTIONS,
    *(Page, BestPage, RestPage, ListPage, SavedPage, MutePage),
    *(Unmute, Forget, ForgetThumbs, Erase, RunChannel),
)
"""Presses whose answer takes the place of the message with the button."""


async def _show(ask: Ask, pressed: Show) -> Answer:
    command = BY_NAME.get(pressed.command)
    hidden = command is not None and command.admins and not ask.by_admin
    if command is None or hidden or command.name in ALWAYS_CHANGE:
        return ask.say("menu.old")
    return await command.answer(ask)


async def _setup(ask: Ask, pressed: Setup) -> Answer:
    shown = await start.press_setup(ask, pressed)
    if pressed.step is not FirstStep.DONE:
        return shown
    known: Answer = await digest.known(ask) or await latest.latest(ask)
    return (shown, *known) if isinstance(known, tuple) else (shown, known)


_PRESSES: dict[type, Callable[[Ask, Any], Awaitable[Answer]]] = {
    Page: latest.turn_page,
    BestPage: latest.turn_best,
    ReadOn: digest.read_on,
    RestPage: digest.turn_rest,
    ListPage: follow.turn_list,
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
    Follow: follow.press_follow,
    FollowFeed: follow.press_follow_feed,
    KeepFeed: follow.press_keep,
    FindFeed: follow.press_find,
    Unfollow: follow.press_unfollow,
    Undo: follow.press_undo,
    Widen: follow.press_widen,
    SetSchedule: schedule.press_schedule,
    SetLayout: layout.press_layout,
    SavedPage: saved.turn_saved,
    Unsave: saved.press_unsave,
    SaveAgain: saved.press_again,
    MutePage: mute.turn_mutes,
    Unmute: mute.press_unmute,
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
    Times: schedule.press_times,
    SetTimes: schedule.press_set_times,
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
}
"""Presses that are answered with a word, and at most with other buttons under the same text."""


async def press(ask: Ask, action: Action) -> Answer:
    """What a button does."""
    if isinstance(action, ADMIN_ACTIONS) and not ask.by_admin:
        return ask.say("menu.old")
    return await _PRESSES[type(action)](ask, action)


Place = Literal["private", "group", "administrators"]
"""Whose menu it is: of private chats, of all in a group, of a group's administrators."""


def menu(language: str, admins: bool = False, place: Place = "private") -> list[BotCommand]:
    """The commands as Telegram's clients list them; with `admins`, those for them as well."""
    return [
        BotCommand(command.name, plain_text(say(f"menu.{command.name}", language)))
        for command in (COMMANDS if admins else PUBLIC)
        if place == "private" or not (command.alone or (command.changes and place == "group"))
    ]


def described(language: str) -> tuple[str, str]:
    """The bot in a few sentences, for a chat that is empty still; and in one, for its profile."""
    long, short = say("bot.description", language), say("bot.short_description", language)
    return plain_text(long), plain_text(short)
