"""What a handler gets to work with: the parts of the bot, and one question of one chat."""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from cachetools import LRUCache
from markupsafe import Markup
from telegram.ext import Application

from handlers.fairness import FairUse
from handlers.rights import Rights
from handlers.views.message import Keyboard, RichView, View
from handlers.views.reader import Reader
from handlers.words import say, say_count
from news import schedule
from news.crowd import USUAL_RATE
from news.findings import Findings
from news.sources import Sources
from news.trend import Trend
from news.writing import Writer
from storage import articles, chats, outbox, reach
from storage.counts import DayCount
from storage.database import Database
from storage.records import ArticleId, Chat, ChatId, StoryId, TopicId

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

_RANKINGS = 1000
"""Searches whose order is remembered, about 2 kB each."""


Access = Literal["open", "invite", "admins"]
"""Who may use the bot: everybody, whom its administrators let in, or they alone."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a chat that chose nothing."""

    timezone: str = "UTC"
    language: str = "en"
    schedule: str = str(schedule.DEFAULT)


def _unguessable() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that handlers work with."""

    database: Database
    sources: Sources
    clock: Callable[[], datetime]
    """Gives the time, aware and UTC."""
    defaults: Defaults
    max_subscriptions: int
    """For each chat."""
    writer: Writer | None = None
    """Knows what an endpoint wrote; None without one."""
    rankings: MutableMapping[tuple[TopicId, ArticleId], tuple[StoryId, ...]] = field(
        default_factory=lambda: LRUCache(_RANKINGS)
    )
    """The order of what was found best first, by query and newest article: its pages must fit together."""
    findings: Findings = field(default_factory=Findings)
    """What was found in the texts of stories, for whoever asks next."""
    draw: Callable[[Trend, Sequence[str]], Awaitable[bytes]] | None = None
    """Makes a PNG of a trend and the dates of its days in digits; None where pictures can't be made."""
    draw_activity: Callable[[Sequence[DayCount], Sequence[str]], Awaitable[bytes]] | None = None
    """Makes a PNG of what there was on some days, with their dates in digits; None likewise."""
    messages_per_second: float = USUAL_RATE
    """What Telegram takes from this bot."""
    admin_ids: frozenset[int] = frozenset()
    """The people who run this bot."""
    access: Access = "open"
    """Who else may use it."""
    rights: Rights | None = None
    """Knows who may do what in other chats; None where nobody can be asked."""
    fair_use: FairUse | None = None
    """Knows who asks for more than their share; None where there is nobody to share with."""
    new_token: Callable[[], str] = _unguessable
    """Gives what nobody can guess, of at most 32 letters, digits, _ and -."""
    link: Callable[[str], str] = "https://t.me/?start={}".format
    """Gives the address that opens a chat with this bot, with a payload of at most 64 letters, digits, _ and -."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The message to which somebody replies."""

    at: datetime
    """When it came."""
    data: tuple[str, ...]
    """What its buttons send: a stranger's word."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command or press, in one chat, at one time."""

    services: Services
    chat: Chat
    now: datetime
    argument: str = ""
    """What was typed after the command."""
    user_id: int | None = None
    """Who asks; None if nobody says so, as anonymous administrators of groups don't."""
    about: int | None = None
    """Whose message this is a reply to, or which channel's: a command may be about them. None for neither."""
    replied: Replied | None = None
    """To which message this is a reply; None if to none."""
    speaks_for: str = ""
    """The title of the channel that is asked about, from a private chat; empty for the chat itself."""
    in_forum: bool = False
    """True if it is asked in a forum, where digests come to one of its topics."""
    thread_id: int | None = None
    """The topic in which it is asked; None for a forum's general one, and where there are none."""

    answers: bool = False
    """True if it is the answer to what its command asked before."""
    message_id: int | None = None
    """The message with the button that was pressed; None if something was typed."""
    below: Keyboard = ()
    """What stands below the message with the button that was pressed: a stranger's word."""
    ended: str = ""
    """The command whose question waited for an answer until this was asked; empty if none did."""
    report: Callable[[View], Awaitable[None]] | None = None
    """Shows how far a long answer is, in one message that each call changes; None where nothing can be shown."""

    @property
    def by_admin(self) -> bool:
        """Whether one of those who run this bot asks."""
        return self.user_id in self.services.admin_ids

    @property
    def reader(self) -> Reader:
        """Who reads the answer."""
        return Reader.of(self.chat, self.now)

    def say(self, key: str, **arguments: object) -> View:
        """An answer of one sentence."""
        return View(say(key, self.chat.language, **arguments))

    def refuse(self, key: str, **arguments: object) -> View:
        """Likewise, of which nothing came: in a group, it is for nobody but the person who asks."""
        return View(say(key, self.chat.language, **arguments), aside=True)

    def say_count(self, key: str, count: int, **arguments: object) -> View:
        """Likewise, in the plural form of `count`."""
        return View(say_count(key, count, self.chat.language, **arguments))

    def refuse_count(self, key: str, count: int, **arguments: object) -> View:
        """A refusal in the plural form of `count`."""
        return View(say_count(key, count, self.chat.language, **arguments), aside=True)

    async def again(self) -> "Ask":
        """The same question, with the chat as it is kept now."""
        async with self.services.database.read() as tx:
            chat = await chats.get(tx, self.chat.id)
        return replace(self, chat=chat or self.chat)


Answer = View | RichView | tuple[View | RichView, ...]
"""One message, or several in order."""


def is_refusal(answer: Answer) -> bool:
    """Whether nothing came of what somebody wanted, so that in a group nobody else is to see it."""
    return isinstance(answer, View) and answer.aside


async def known_chat(
    services: Services,
    chat_id: ChatId,
    now: datetime,
    kind: str = "",
    language: str | None = None,
    timezone: str | None = None,
) -> Chat:
    """The chat as it is kept; made at first contact, reachable from now on.

    A new one begins with this kind, language and time zone, or with the defaults.
    """
    async with services.database.read() as tx:
        chat = await chats.get(tx, chat_id)
    if chat is not None and chat.unreachable_since is None:
        return chat
    async with services.database.write() as tx:
        if chat is not None:
            # Whoever says something can be written to, and gets what was missed.
            if await reach.note_reachable(tx, chat_id, now):
                await outbox.release(tx, chat_id, now)
            return await chats.get(tx, chat_id) or chat
        defaults = services.defaults
        zone = timezone or defaults.timezone
        new = Chat(
            id=chat_id,
            timezone=zone,
            language=language or defaults.language,
            schedule=defaults.schedule,
            next_digest_at=schedule.next_after(schedule.parse(defaults.schedule), now, zone),
            last_digest_at=now,
            digested_to=await articles.newest(tx),
            paused=False,
            paused_until=None,
            unreachable_since=None,
            kind=kind,
            key=services.new_token(),
        )
        return await chats.add(tx, new, now)


def code(text: str) -> Markup:
    """Text that a person may copy."""
    return Markup("<code>{}</code>").format(text)
