"""The one table of commands: what each does, and who may.

/help, the menu of Telegram's clients and the tests of the documentation read it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from typing import Literal

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
from handlers.context import Answer, Ask
from handlers.questions import cancel
from handlers.views.message import plain_text
from handlers.words import say


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed."""

    name: str
    answer: Callable[[Ask], Awaitable[Answer]]
    group: str
    """Key of the heading under which /help lists it."""
    _: KW_ONLY
    aliases: tuple[str, ...] = ()
    changes: bool = False
    """True if it changes settings with an argument: in groups, for administrators only."""
    settles: bool = False
    """True if digests come to the topic of a forum in which it is sent, as long as nothing is followed."""
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

    @property
    def unseen(self) -> bool:
        """Whether, in a group, the command itself may be shown to nobody: it reads, and its answer is an aside."""
        return self.aside and not (self.changes or self.slow or self.admins)


async def show_help(ask: Ask) -> Answer:
    """All commands, or one of them."""
    return start.help_view(ask, COMMANDS if ask.by_admin else PUBLIC)


def _in_private(answer: Callable[[Ask], Awaitable[Answer]]) -> Callable[[Ask], Awaitable[Answer]]:
    """Answers in private chats alone: addresses of feeds and figures are nothing for a group to read."""

    async def only(ask: Ask) -> Answer:
        return ask.refuse("admins.private_only") if ask.chat.id < 0 else await answer(ask)

    return only


COMMANDS = (
    Command("latest", latest.latest, "help.read", aliases=("news",)),
    Command("search", latest.search_best, "help.read"),
    Command("digest", digest.digest, "help.read", aside=False),
    Command("why", why.why, "help.read"),
    Command("trend", trend.trend, "help.read", slow=True, aside=False),
    Command("saved", saved.saved, "help.read"),
    Command("taste", votes.taste, "help.read"),
    Command(
        "subscribe",
        follow.subscribe,
        "help.follow",
        aliases=("sub", "follow"),
        changes=True,
        settles=True,
        slow=True,
    ),
    Command(
        "unsubscribe",
        follow.unsubscribe,
        "help.follow",
        aliases=("unsub", "unfollow"),
        changes=True,
    ),
    Command("subscriptions", follow.subscriptions, "help.follow", aliases=("list",)),
    Command("mute", mute.mute, "help.follow", changes=True),
    Command("unmute", mute.unmute, "help.follow", changes=True),
    Command("import", lists.ask_for_list, "help.follow", changes=True, settles=True, slow=True),
    Command("export", lists.export_list, "help.follow"),
    Command("schedule", schedule.schedule, "help.when", changes=True),
    Command("layout", layout.layout, "help.when", changes=True),
    Command("timezone", schedule.timezone, "help.when", changes=True),
    Command("quiet", schedule.quiet, "help.when", changes=True),
    Command("pause", schedule.pause, "help.when", changes=True),
    Command("resume", schedule.resume, "help.when", changes=True),
    Command("language", language.language, "help.when", changes=True),
    Command("settings", settings.settings, "help.when"),
    Command("privacy", privacy.privacy, "help.also_help", changes=True),
    Command("forget", privacy.forget, "help.also_help"),
    Command("start", start.start, "help.also_help", alone=True),
    Command("channel", channel.channel, "help.also_help", here=True),
    Command("help", show_help, "help.also_help", here=True),
    Command("cancel", cancel, "help.also_help", here=True),
    Command("stats", _in_private(admin.stats), "help.admins", admins=True),
    Command("feeds", _in_private(admin.list_feeds), "help.admins", admins=True),
    Command("broadcast", _in_private(admin.broadcast), "help.admins", admins=True),
    Command("invite", _in_private(invite.invite), "help.admins", admins=True),
    Command("ban", invite.ban, "help.admins", admins=True),
    Command("unban", invite.unban, "help.admins", admins=True),
)

PUBLIC = tuple(command for command in COMMANDS if not command.admins)
"""Those that everybody is told of."""

BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}

ALWAYS_CHANGE = ("pause", "resume")
"""These change something without an argument, too."""

ONLY_ONCE = ("unsubscribe", "unmute")
"""These take numbers of a list, which mean others once something is gone from it."""

ASK_FIRST = ("search", "trend", "subscribe", "import")
"""With nothing behind them, these ask what is missing: the next message is the answer, in a group a reply."""

ASK_BESIDE = ("unsubscribe", "mute", "unmute", "schedule", "timezone", "quiet", "language")
"""These show how things are, and take such an answer as well."""

TAKE_KNOWN_WORDS = ("layout", "forget")
"""Of these, nothing but a yes, a no or a name that they know is an answer; whatever else comes means what it says."""

TAKE_ADDRESSES = ("subscribe", "import", "unsubscribe", "mute", "unmute")
"""Of these, an address may be the answer."""


Place = Literal["private", "group", "administrators"]
"""Whose menu it is: of private chats, of all in a group, of a group's administrators."""


def menu(language: str, admins: bool = False, place: Place = "private") -> list[BotCommand]:
    """The commands as Telegram's clients list them; with `admins`, those for them as well.

    What is typed unseen in a group can be answered unseen by any bot, whether it is an administrator or not.
    (`is_ephemeral`: https://core.telegram.org/bots/api#botcommand, Bot API 10.2)
    """
    return [
        BotCommand(
            command.name,
            plain_text(say(f"menu.{command.name}", language)),
            api_kwargs={"is_ephemeral": True} if command.unseen and place != "private" else None,
        )
        for command in (COMMANDS if admins else PUBLIC)
        if place == "private" or not (command.alone or (command.changes and place == "group"))
    ]


def described(language: str) -> tuple[str, str]:
    """The bot in a few sentences, for a chat that is empty still; and in one, for its profile."""
    long, short = say("bot.description", language), say("bot.short_description", language)
    return plain_text(long), plain_text(short)
