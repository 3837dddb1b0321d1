"""Updates that Telegram would never send: nothing is said to go wrong, and no other chat is changed."""

import asyncio
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.assembly import Parts
from bot.console.door import Person
from bot.updates import incoming
from handlers.buttons import VERSION
from storage.schema import chats, mutes, outbox, people, subscriptions

VICTIM, GROUP, ATTACKER = 1, -100500, 666

OF_CHATS = (chats, subscriptions, mutes, outbox)

EXAMPLES = 60


def person(user_id: int = ATTACKER) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Eve", "language_code": "en"}


def message(text: str = "/latest") -> dict[str, Any]:
    command = {"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}
    return {
        "message_id": 5,
        "date": 1_795_000_000,
        "chat": {"id": ATTACKER, "type": "private", "first_name": "Eve"},
        "from": person(),
        "text": text,
        "entities": [command] if text.startswith("/") else [],
    }


def press(data: str) -> dict[str, Any]:
    return {
        "id": "1",
        "from": person(),
        "chat_instance": "1",
        "message": {**message("A menu"), "from": {**person(1000), "is_bot": True}},
        "data": data,
    }


def group_of(content: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    changed["chat"] = {"id": GROUP, "type": "supergroup", "title": "Group", "is_forum": True}
    changed |= {"message_thread_id": 3, "is_topic_message": True}
    return changed


LINK = {"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/x"}
FORWARDED = {
    **message("/channel"),
    "forward_origin": {
        "type": "channel",
        "date": 1,
        "chat": {"id": -1009, "type": "channel", "title": "C"},
        "message_id": 1,
    },
}
INLINE = {"id": "1", "from": person(), "query": "rice", "offset": "", "chat_type": "private"}
MEMBER = {
    "chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
    "from": person(),
    "date": 1,
    "old_chat_member": {"status": "left", "user": person(1000)},
    "new_chat_member": {"status": "member", "user": person(1000)},
}

SEEDS: list[tuple[str, dict[str, Any]]] = [
    *(
        ("message", message(text))
        for text in ("/latest", "rice", "/subscribe", "/start i_x", "/ban")
    ),
    ("message", group_of(message("/latest"))),
    ("message", group_of(message("/schedule daily 08:00"))),
    ("message", {**message("/ban"), "reply_to_message": message("hello")}),
    ("message", {**message(""), "document": {"file_id": "x", "file_unique_id": "x"}}),
    ("message", {**message(""), "location": {"latitude": 1.5, "longitude": 2.5}}),
    ("message", {**group_of(message("")), "migrate_to_chat_id": -100501}),
    ("message", {**message("rice"), "entities": [LINK]}),
    ("message", {**message(""), "caption": "/latest rice", "caption_entities": [LINK]}),
    ("message", {**group_of(message("rice")), "reply_to_message": press("1:g")["message"]}),
    ("message", FORWARDED),
    *(("callback_query", press(f"1:{data}")) for data in ("c:help", "u:1", "D:c:-1009", "g")),
    ("callback_query", {**press("1:c:help"), "message": group_of(message("A menu"))}),
    ("callback_query", {"inline_message_id": "x", **press("1:c:help"), "message": None}),
    ("inline_query", INLINE),
    ("my_chat_member", MEMBER),
    ("chat_member", MEMBER),
    ("edited_message", message("/pause")),
    ("channel_post", message("/pause")),
    ("something_new", {"id": 1}),
]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, -(2**63), 2**64, 10**30, VICTIM]),
    st.floats(allow_nan=False),
    st.sampled_from(["", "/", "/ ", "@", "x" * 5000, "\0", "\ud800", "/latest\n" * 90, "1:c:help"]),
    st.text(max_size=20),
    st.sampled_from([[], {}, [[]], [{}], {"id": 1}, [None]]),
)
"""What takes the place of a value."""


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where values stand in an update."""
    if isinstance(content, dict):
        inside = content.items()
    elif isinstance(content, list):
        inside = dict(enumerate(content)).items()
    else:
        return [path]
    return [path, *(place for key, one in inside for place in places(one, (*path, key)))]


def altered(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The same with another value in one place; without that place if the value is `...`."""
    if not path:
        return None if value is ... else value
    changed = copy.copy(content)
    if len(path) == 1 and value is ...:
        del changed[path[0]]
    else:
        changed[path[0]] = altered(content[path[0]], path[1:], value)
    return changed


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """An update in which a few values are missing or others."""
    kind, content = draw(st.sampled_from(SEEDS))
    update: Any = {kind: content}
    for _ in range(draw(st.integers(1, 3))):
        spots = [path for path in places(update) if path]
        if not spots:
            break
        update = altered(update, draw(st.sampled_from(spots)), draw(st.one_of(ODD, st.just(...))))
    return update if isinstance(update, dict) else {}


class Besieged:
    """A bot that gets updates as it does from Telegram, and what it keeps of others."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.number = 1000

    async def kept_of(self, *ids: int) -> dict[str, list[Any]]:
        """What the database has of these chats."""
        found: dict[str, list[Any]] = {}
        async with self.parts.database.read() as tx:
            for table in OF_CHATS:
                owner = table.c.id if table is chats else table.c.chat_id
                rows = await tx.execute(select(table).where(owner.in_(ids)))
                found[table.name] = sorted(map(str, rows))
            found["people"] = sorted(map(str, await tx.execute(select(people))))
        return found

    async def meet(self, update: dict[str, Any]) -> list[str]:
        """Let the bot deal with an update; what it says went wrong."""
        self.number += 1
        came = incoming({**update, "update_id": self.number})
        if came is None:
            # Of people who come and go, nothing is kept at all.
            assert "chat_member" in update
            return []
        inbox = self.parts.inbox
        assert inbox is not None
        with capture_logs() as logs:
            await inbox.take([came])
            async with asyncio.timeout(20):
                while inbox._tasks:
                    await asyncio.wait(tuple(inbox._tasks.values()))
        return [str(one) for one in logs if one["log_level"] in ("error", "critical")]


@pytest.fixture
async def besieged(talk: Any) -> Besieged:
    await talk.ask("/subscribe north korea")
    await talk.ask("/mute rice")
    talk.telegram.chat(GROUP, "supergroup").administrators.add(7)
    await Person(talk.parts.application, talk.telegram, GROUP, 7).type("/subscribe wheat")
    talk.telegram.chat(ATTACKER)
    talk.telegram.open_topic(GROUP, 3)
    await talk.parts.inbox.begin()
    return Besieged(talk.parts)


async def hold_out(besieged: Besieged, update: dict[str, Any]) -> None:
    before = await besieged.kept_of(VICTIM)
    assert await besieged.meet(update) == [], json.dumps(update)
    assert await besieged.kept_of(VICTIM) == before


def drawn(strategy: st.SearchStrategy[Any], count: int = EXAMPLES) -> list[Any]:
    """Examples for a test that is asynchronous: the bot is started once for all of them."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def gather(example: Any) -> None:
        found.append(example)

    gather()
    return found


async def test_updates_with_values_missing_or_of_other_types_are_no_trouble(
    besieged: Besieged,
) -> None:
    for update in drawn(broken(), 400):
        # Each way to break one that names another chat's id may be a word of that chat; no value here is.
        if f'"id": {VICTIM}' in json.dumps(update):
            continue
        await hold_out(besieged, update)


async def test_each_value_of_each_kind_of_update_may_be_missing(besieged: Besieged) -> None:
    for kind, content in SEEDS:
        for path in places(content):
            await hold_out(besieged, altered({kind: content}, (kind, *path), ...))


@pytest.mark.parametrize("value", [None, 10**30, "x", {}], ids=str)
async def test_each_value_of_each_kind_of_update_may_be_another(
    besieged: Besieged, value: Any
) -> None:
    for kind, content in SEEDS:
        for path in places(content):
            await hold_out(besieged, altered({kind: content}, (kind, *path), value))


async def test_presses_with_forged_data_change_nothing_of_other_chats(besieged: Besieged) -> None:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = st.integers(0, 40).map(str)
    piece = st.one_of(
        number, st.sampled_from(["t", "f", "r", "c", "b", "", "+", "-", "1:2"]), st.text(max_size=6)
    )
    data = st.builds(
        lambda letter, pieces: ":".join([VERSION, letter, *pieces])[:64],
        st.sampled_from(letters),
        st.lists(piece, max_size=5),
    )
    before = await besieged.kept_of(VICTIM, GROUP)
    for forged in drawn(data, 300):
        assert await besieged.meet({"callback_query": press(forged)}) == []
    assert await besieged.kept_of(VICTIM, GROUP) == before


async def test_a_stranger_in_a_group_changes_nothing_by_any_button(besieged: Besieged) -> None:
    before = await besieged.kept_of(VICTIM, GROUP)
    for letter in ("u", "m", "v", "M", "V", "F", "f", "k", "n", "l", "h", "q", "s", "y", "z"):
        for rest in ("1", "2", "1:+", "t:1:0", "f:1:0", "daily 08:00", "newspaper"):
            content = {**press(f"1:{letter}:{rest}"), "message": group_of(message("A menu"))}
            assert await besieged.meet({"callback_query": content}) == []
    assert await besieged.kept_of(VICTIM, GROUP) == before


async def test_huge_texts_are_answered_or_left_alone(besieged: Besieged) -> None:
    for text in (
        "/latest " + "x" * 100_000,
        "y" * 100_000,
        "/" + "z" * 10_000,
        "/latest" + " " * 9999,
    ):
        await hold_out(besieged, {"message": message(text)})
