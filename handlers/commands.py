"""The one table of commands and buttons: what each does, and who may.

Registration, /help, the menu of Telegram's clients and the tests of the documentation read it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import BotCommand

from handlers import (
    digest,
    follow,
    latest,
    layout,
    lists,
    mute,
    saved,
    schedule,
    start,
    trend,
    votes,
    why,
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
    admins: bool = False
    """True if it is for those who run the bot: nobody else is told that it exists."""


async def show_help(ask: Ask) -> Answer:
    """All commands, or one of them."""
    return start.help_view(ask, COMMANDS if ask.by_admin else PUBLIC)


COMMANDS = (
    Command("latest", latest.latest, "help.read", ("news",)),
    Command("search", latest.search_best, "help.read"),
    Command("digest", digest.digest, "help.read"),
    Command("why", why.why, "help.read"),
    Command("trend", trend.trend, "help.read", slow=True),
    Command("saved", saved.saved, "help.read"),
    Command("taste", votes.taste, "help.read"),
    Command("subscribe", follow.subscribe, "help.follow", ("sub", "follow"), True, True, True),
    Command("unsubscribe", follow.unsubscribe, "help.follow", ("unsub", "unfollow"), True),
    Command("subscriptions", follow.subscriptions, "help.follow", ("list",)),
    Command("mute", mute.mute, "help.follow", (), True),
    Command("unmute", mute.unmute, "help.follow", (), True),
    Command("import", lists.ask_for_list, "help.follow"),
    Command("export", lists.export_list, "help.follow"),
    Command("schedule", schedule.schedule, "help.when", (), True, True),
    Command("layout", layout.layout, "help.when", (), True),
    Command("timezone", schedule.timezone, "help.when", (), True),
    Command("quiet", schedule.quiet, "help.when", (), True),
    Command("pause", schedule.pause, "help.when", (), True),
    Command("resume", schedule.resume, "help.when", (), True),
    Command("start", start.start, "help.also_help"),
    Command("help", show_help, "help.also_help"),
)

PUBLIC = tuple(command for command in COMMANDS if not command.admins)
"""Those that everybody is told of."""

BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}

ALWAYS_CHANGE = ("pause", "resume")
"""These change something without an argument, too."""

READING_ACTIONS = (
    *(Page, BestPage, ReadOn, RestPage, ListPage, SavedPage, MutePage),
    *(TrendOf, Show),
)
"""Presses that anyone may make."""

EDITING_ACTIONS = (
    *(Page, BestPage, RestPage, ListPage, SavedPage, MutePage),
    *(Unmute, Forget),
)
"""Presses whose answer takes the place of the message with the button."""


async def _show(ask: Ask, pressed: Show) -> Answer:
    command = BY_NAME.get(pressed.command)
    hidden = command is not None and command.admins and not ask.by_admin
    if command is None or hidden or command.name in ALWAYS_CHANGE:
        return ask.say("menu.old")
    return await command.answer(ask)


_PRESSES: dict[type, Callable[[Ask, Any], Awaitable[Answer]]] = {
    Page: latest.turn_page,
    BestPage: latest.turn_best,
    ReadOn: digest.read_on,
    RestPage: digest.turn_rest,
    ListPage: follow.turn_list,
    TrendOf: trend.press_trend,
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
    Show: _show,
}


TOASTED: dict[type, Callable[[Ask, Any], Awaitable[Toast]]] = {
    Save: saved.press_save,
    Vote: votes.press_vote,
    MuteOutlet: mute.press_mute,
    Marks: votes.press_marks,
}
"""Presses that are answered with a word, and at most with other buttons under the same text."""


async def press(ask: Ask, action: Action) -> Answer:
    """What a button does."""
    return await _PRESSES[type(action)](ask, action)


def menu(language: str, admins: bool = False) -> list[BotCommand]:
    """The commands as Telegram's clients list them; with `admins`, those for them as well."""
    return [
        BotCommand(command.name, plain_text(say(f"menu.{command.name}", language)))
        for command in (COMMANDS if admins else PUBLIC)
    ]
