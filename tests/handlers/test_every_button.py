"""A walk that presses every button of every screen, from every command's answer on, up to five presses deep."""

import copy
import re
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import charts
from bot.console.door import Person
from handlers import actions, buttons
from handlers.admin_buttons import PolledPage, ToAll
from handlers.buttons import MAX_BYTES, Action, Widen
from handlers.commands import COMMANDS, PUBLIC
from handlers.views.message import BRING_BACK, plain_text
from handlers.words import say, say_count
from storage import chats, opinions
from storage.records import ChatId
from storage.schema import chats as chat_rows
from storage.schema import mutes, saved, subscriptions, votes
from tests.digests import last_told
from tests.handlers.screens import as_text, data_of, number_of, press, write

DEPTH = 5
_MOST_SCREENS = 300
"""There are fewer; more would be a screen that this walk can't tell from another."""

_ARGUMENTS = {
    "latest": ("", " North Korea", " zzzz"),
    "search": (" rice",),
    "trend": (" rice",),
    "subscribe": ("", " wheat"),
    "why": ("",),
    "feeds": ("", " failing"),
    "broadcast": ("", " Hello"),
}
"""What is typed behind a command; nothing where nothing is said here."""

_LAST = ("/forget", "/privacy")
"""Commands whose buttons leave little to be walked through."""

_OF_FEW = ("command", "name", "code")
"""Fields of buttons with words of which there are few: which screen, which setting, which language."""

_MENUS = (
    *("subscriptions", "unsubscribe", "schedule", "timezone", "quiet", "language", "settings"),
    *("mute", "unmute", "saved", "taste", "feeds"),
)
"""Commands whose screens say how something is now."""

_ENDS = tuple(
    re.sub(r"[\d,]+", "0", plain_text(sentence))
    for sentence in (
        *(say("forget.done", "en"), say("forget.kept", "en"), say("taste.none", "en")),
        say_count("taste.forgotten", 2, "en"),
        "Message to all chats",
    )
)
"""Screens behind which there is nothing to go back to: a question that was answered."""

Message = dict[str, Any]
Key = tuple[str, tuple[str, ...]]


def without_numbers(text: str) -> str:
    return re.sub(r"[\d,]+", "0", text)


def meaning_of(data: str) -> Action | None:
    """What a button does, in whatever chat: whether its seal is right is seen when it is pressed."""
    return buttons._read(data.partition(":")[2].split(":"))


def first_line(text: str) -> str:
    """Of what a screen says, below the line that says for which channel it does."""
    lines = [line for line in text.split("\n") if line and not line.startswith("📣")]
    return lines[0] if lines else ""


def kind_of(data: str) -> str:
    """What a button does, without to which of many things, or which of many times."""
    action = meaning_of(data)
    told = [type(action).__name__]
    for name in () if action is None else action.__slots__:
        value = getattr(action, name)
        of_few = name in _OF_FEW and isinstance(value, str) and not isinstance(action, Widen)
        if of_few or isinstance(value, bool | Enum | None):
            told.append(str(value))
    return " ".join(told)


def key_of(message: Message) -> Key:
    """Screens that are alike up to numbers and names are one."""
    kinds = tuple(sorted({kind_of(data) for _, data in data_of(message)}))
    head = re.sub(r"“[^”]*”", "“”", first_line(as_text(message)))
    return without_numbers(head), kinds


def chosen(message: Message) -> list[tuple[str, str]]:
    """The buttons of a screen; of several that do the same to different things, the first and the last."""
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for label, data in data_of(message):
        by_kind.setdefault(kind_of(data), []).append((label, data))
    return [one for some in by_kind.values() for one in dict.fromkeys((some[0], some[-1]))]


@dataclass
class Walk:
    """One person's walk through one chat."""

    talk: Any
    clock: Any
    person: Person
    channel_id: int | None = None
    """Which channel the chat is about; None for the chat itself."""
    menus: dict[str, list[str]] = field(default_factory=dict)
    """Commands by the first line of their answers."""
    seen: set[Key] = field(default_factory=set)
    leads: dict[Key, set[Key]] = field(default_factory=dict)
    """From which screen to which others a press leads."""
    in_place: set[tuple[Key, Key]] = field(default_factory=set)
    """Screens that took the place of others."""
    ends: set[Key] = field(default_factory=set)
    """Screens whose buttons were not pressed any more."""
    presses: int = 0
    old: str = plain_text(say("menu.old", "en"))
    trouble: list[str] = field(default_factory=list)

    async def answer_to(self, text: str) -> list[Message]:
        """What a command is answered with."""
        self.clock.forward(seconds=2)
        with capture_logs() as logged:
            seen = await write(self.person, text)
        self.note(text, logged)
        for message in seen.messages:
            self.look(message, text)
        return seen.messages

    async def go(self, trail: str, messages: list[Message]) -> None:
        """Press all that can be reached from some messages and was not yet, nearest first."""
        waiting = deque((message, 0, trail) for message in messages)
        while waiting:
            message, depth, trail = waiting.popleft()
            key = key_of(message)
            if key in self.seen:
                continue
            if depth == DEPTH:
                self.ends.add(key)
                continue
            self.seen.add(key)
            assert len(self.seen) <= _MOST_SCREENS, trail
            for label, data in chosen(message):
                path = f"{trail} › {label}"
                for shown in await self._press(message, data, path):
                    waiting.append((shown, depth + 1, path))

    async def _press(self, message: Message, data: str, path: str) -> list[Message]:
        self.clock.forward(seconds=2)
        self.presses += 1
        # Some button chose another one: what commands say must stay comparable.
        async with self.talk.parts.services.database.write() as tx:
            await chats.change(tx, ChatId(self.channel_id or self.person.chat_id), language="en")
        if self.channel_id is not None:
            # Some button deleted all that is kept of the channel, and with it who runs it from where.
            await write(self.person, f"/channel {self.channel_id}")
        with capture_logs() as logged:
            seen = await press(self.person, self.talk.telegram, message, data)
        self.note(path, logged)
        said = [*seen.toasts, *(words_of(one) for one in seen.messages)]
        if self.old in said and not path.startswith(_LAST):
            self.trouble.append(f"{path}: is out of date as soon as it is shown")
        if not seen.messages and not seen.toasts and not seen.same:
            self.trouble.append(f"{path}: nothing happens")
        key = key_of(message)
        for shown in seen.messages:
            self.look(shown, path)
            self.leads.setdefault(key, set()).add(key_of(shown))
            if number_of(shown) == number_of(message):
                self.in_place.add((key, key_of(shown)))
                # What was removed stays in its row on purpose.
                if not any(label.startswith(BRING_BACK) for label, _ in data_of(shown)):
                    await self._compare(shown, path)
        return seen.messages

    def note(self, path: str, logged: Any) -> None:
        """Take what was logged as an error for trouble."""
        self.trouble += [
            f"{path}: {line['event']} {line.get('exc_info')!r}"
            for line in logged
            if line["log_level"] in ("error", "critical", "exception")
        ]

    def look(self, message: Message, path: str) -> None:
        """Whether a message is one that can be shown."""
        text = as_text(message)
        if not text.strip() or "went wrong" in text:
            self.trouble.append(f"{path}: {text!r}")
        for label, data in data_of(message):
            if len(data.encode()) > MAX_BYTES or meaning_of(data) is None or not label.strip():
                self.trouble.append(f"{path}: button {label!r} with {data!r}")

    async def _compare(self, shown: Message, path: str) -> None:
        """A screen that a command shows as well says now what that command says."""
        commands = self.menus.get(head_of(shown), [])
        anew = [(await write(self.person, command)).messages for command in commands]
        texts = [words_of(message) for messages in anew for message in messages]
        if texts and words_of(shown) not in texts:
            self.trouble.append(f"{path}: shows {words_of(shown)!r}, and it is {texts!r}")

    def dead_ends(self) -> list[str]:
        """Screens that took the place of another one, have buttons, and lead neither back nor to an end."""
        return [
            f"{screen[1]} from {before[1]}"
            for before, screen in sorted(self.in_place)
            if screen != before and screen[1] and not self._leads_on(screen, before)
        ]

    def without_a_way_back(self) -> list[str]:
        """Screens that took the place of another one and have no button at all, but for those that end something."""
        return [
            f"{screen[0]!r} from {before}"
            for before, screen in sorted(self.in_place)
            if not screen[1] and not screen[0].startswith(_ENDS)
        ]

    def _leads_on(self, screen: Key, before: Key) -> bool:
        reached, waiting = {screen}, [screen]
        while waiting:
            one = waiting.pop()
            if one in self.ends or not one[1] or _alike(one, before):
                return True
            fresh = self.leads.get(one, set()) - reached
            reached |= fresh
            waiting += fresh
        return False


def head_of(message: Message) -> str:
    """Its first line without numbers."""
    return without_numbers(first_line(words_of(message)))


def _alike(one: Key, other: Key) -> bool:
    """Whether two screens are one, maybe with a button less since something was done meanwhile."""
    mine, theirs = set(one[1]), set(other[1])
    return mine <= theirs or theirs <= mine


def words_of(message: Message) -> str:
    """A message without its buttons."""
    return as_text({**message, "reply_markup": {}})


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)


def typed(commands: Any) -> list[str]:
    ordered = sorted(commands, key=lambda command: f"/{command.name}" in _LAST)
    return [f"/{one.name}{more}" for one in ordered for more in _ARGUMENTS.get(one.name, ("",))]


async def furnish(talk: Any, clock: Any, person: Person) -> None:
    """Let a chat follow and mute something, and keep something of its last digest, whatever was pressed before."""
    for text in ("/start", "/subscribe North Korea", "/subscribe rice", "/mute football"):
        clock.forward(seconds=2)
        await person.type(text)
    now, chat_id = clock(), ChatId(person.chat_id)
    async with talk.parts.services.database.write() as tx:
        await chats.change(
            tx, chat_id, language="en", schedule="weekly mon 09:00", next_digest_at=now
        )
        for story_id in await last_told(tx, chat_id, 2):
            await opinions.save(tx, chat_id, story_id, now)
            await opinions.vote(tx, chat_id, story_id, 1, now)


async def told(talk: Any, clock: Any, person: Person) -> list[Message]:
    """The digest of a chat, of news that came within a day."""
    clock.forward(seconds=2)
    await person.type("/subscribe japan, korea, north korea, rice, seoul, tokyo")
    clock.forward(hours=10)
    while await talk.parts.poller.poll_due():
        # All the news is there, however slow this machine is.
        continue
    async with talk.parts.services.database.write() as tx:
        await chats.change(tx, ChatId(person.chat_id), next_digest_at=clock())
    came: list[Message] = []
    talk.telegram.listeners.append(lambda _, message: came.append(copy.deepcopy(message)))
    await talk.parts.delivery.compose()
    await talk.parts.delivery.deliver()
    talk.telegram.listeners.pop()
    assert came
    await furnish(talk, clock, person)
    return came


async def walk_all(walk: Walk, commands: Any, furnisher: Person) -> None:
    """Walk from the digest, and from the answer of every command, each in a chat that is furnished anew."""
    digest = await told(walk.talk, walk.clock, furnisher)
    texts = typed(commands)
    for text in texts:
        answer = await walk.answer_to(text)
        if text[1:] in _MENUS and answer:
            walk.menus.setdefault(head_of(answer[-1]), []).append(text)
    await walk.go("the digest", digest)
    for text in texts:
        await furnish(walk.talk, walk.clock, furnisher)
        await walk.go(text, await walk.answer_to(text))


@pytest.fixture
def run_by_me(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the buttons of those who run the bot."""
    monkeypatch.setenv("ADMIN_IDS", "1")


async def test_no_button_in_a_private_chat_leads_into_trouble_or_to_a_dead_end(
    run_by_me: None, talk: Any, clock: Any
) -> None:
    walk = Walk(talk, clock, talk.me)
    await walk_all(walk, COMMANDS, talk.me)
    assert walk.trouble == []
    assert walk.dead_ends() == []
    assert walk.without_a_way_back() == []
    assert walk.presses > 2 * len(COMMANDS)


def in_group(talk: Any, user_id: int) -> Person:
    """Somebody in a group that person 1 administers."""
    group = talk.telegram.chat(-100, "supergroup")
    group.administrators.add(1)
    return Person(talk.parts.application, talk.telegram, group.id, user_id)


async def test_no_button_in_a_group_leads_its_administrator_into_trouble(
    talk: Any, clock: Any
) -> None:
    administrator = in_group(talk, 1)
    walk = Walk(talk, clock, administrator)
    await walk_all(walk, PUBLIC, administrator)
    assert walk.trouble == []
    assert walk.dead_ends() == []
    assert walk.without_a_way_back() == []


async def test_no_menu_of_a_channel_that_is_run_from_a_private_chat_leads_into_trouble(
    talk: Any, clock: Any
) -> None:
    channel = talk.telegram.chat(-1001234567890, "channel")
    channel.title, channel.username, channel.standing = "The Lantern", "lantern", "administrator"
    channel.administrators.add(1)
    await write(talk.me, "/channel @lantern")
    walk = Walk(talk, clock, talk.me, channel.id)
    for text in ("/subscribe North Korea", "/subscribe rice", "/mute football"):
        await write(talk.me, text)
    for name in ("subscriptions", "unsubscribe", "settings", "schedule", "unmute", "saved"):
        await walk.go(f"/{name}", await walk.answer_to(f"/{name}"))
    assert walk.trouble == []
    assert walk.dead_ends() == []
    assert walk.without_a_way_back() == []
    assert walk.presses > 50


async def kept(talk: Any, chat_id: int) -> list[Any]:
    """What a chat chose."""
    unchosen = ("asked_at", "kind", "created_at")
    chosen = [column for column in chat_rows.c if column.name not in unchosen]
    async with talk.parts.services.database.read() as tx:
        rows = (await tx.execute(select(*chosen).where(chat_rows.c.id == chat_id))).all()
        for table in (subscriptions, mutes, saved, votes):
            rows += (await tx.execute(select(table).where(table.c.chat_id == chat_id))).all()
    return list(rows)


async def test_whoever_administers_nothing_in_a_group_changes_nothing_by_any_button(
    talk: Any, clock: Any
) -> None:
    administrator, member = in_group(talk, 1), in_group(talk, 2)
    digest = await told(talk, clock, administrator)
    # The menus of an administrator stand in the group for everybody to press.
    theirs, walk = Walk(talk, clock, administrator), Walk(talk, clock, member)
    shown = {text: await theirs.answer_to(text) for text in typed(PUBLIC)}
    before = await kept(talk, member.chat_id)
    await walk.go("the digest", digest)
    for text, answer in shown.items():
        await walk.go(text, [*answer, *await walk.answer_to(text)])
    assert walk.trouble == []
    assert await kept(talk, member.chat_id) == before


async def test_a_button_that_breaks_and_one_that_is_dead_are_found(
    run_by_me: None, talk: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_ask: Any, _pressed: Any) -> Any:
        raise RuntimeError("our bug")

    async def dead(ask: Any, _pressed: Any) -> Any:
        return ask.say("menu.old")

    monkeypatch.setitem(actions._PRESSES, PolledPage, broken)
    monkeypatch.setitem(actions._PRESSES, ToAll, dead)
    walk = Walk(talk, clock, talk.me)
    await walk.go("/feeds", await walk.answer_to("/feeds"))
    await walk.go("/broadcast", await walk.answer_to("/broadcast Hello"))
    found = "\n".join(walk.trouble)
    assert "/feeds › Only those in trouble: handler failed RuntimeError('our bug')" in found
    assert "/broadcast › Don’t send it: is out of date as soon as it is shown" in found
