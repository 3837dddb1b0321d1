"""Every way in which a chat makes the bot visit feeds for it alone counts in its share."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.console.door import Person
from handlers.buttons import FindFeed, FollowFeed, encode
from handlers.fairness import FairUse
from handlers.links import own_feed_payload
from news import opml
from news.fetch import Fetcher
from storage import feeds
from storage.database import set_mark
from storage.records import Failure, FeedId, ListedFeed, Visit

Talk = Any
Buttons = Any

FULL = "You have added many feeds lately that nobody else follows."
SOME = ("naru-sinmun", "open-circuit", "minato-shinpo")


class CountingFairUse(FairUse):
    """Remembers what was counted, and refuses once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: list[int] = []
        self.full = False

    def may_add_feeds(self, chat_id: int, now: Any, count: int = 1) -> bool:
        self.counted.append(count)
        return not self.full and super().may_add_feeds(chat_id, now, count)


@pytest.fixture
async def share(talk: Talk, clock: Any) -> CountingFairUse:
    """The share of the chats of a bot whose feeds no list of the operator names."""
    counting = CountingFairUse()
    object.__setattr__(talk.parts.services, "fair_use", counting)
    async with talk.parts.services.database.write() as tx:
        await feeds.set_catalogue(tx, [], clock())
    return counting


def address(talk: Talk, slug: str = SOME[0]) -> str:
    return f"{talk.newsroom}/{slug}/feed"


def file_of(talk: Talk, *slugs: str) -> bytes:
    return opml.write([ListedFeed(address(talk, slug)) for slug in slugs], "Mine")


async def feed_id(talk: Talk, clock: Any, slug: str = SOME[0]) -> FeedId:
    async with talk.parts.services.database.write() as tx:
        return FeedId((await feeds.add(tx, address(talk, slug), clock())).id)


async def by_address(talk: Talk, _clock: Any) -> list[dict[str, Any]]:
    return list(await talk.me.type(f"/subscribe {address(talk)}"))


async def by_import_of_a_link(talk: Talk, _clock: Any) -> list[dict[str, Any]]:
    return list(await talk.me.type(f"/import {address(talk)}"))


async def by_button(talk: Talk, clock: Any) -> list[dict[str, Any]]:
    [shown] = await talk.me.type("/help")
    pressed = await talk.sealed(FollowFeed(await feed_id(talk, clock)))
    return list(await talk.me.press_data(shown, pressed))


async def by_link(talk: Talk, clock: Any) -> list[dict[str, Any]]:
    async with talk.parts.services.database.write() as tx:
        await set_mark(tx, "links key", "a key")
    payload = own_feed_payload(await feed_id(talk, clock), "a key")
    [offer] = await talk.me.type(f"/start {payload}")
    first = offer["reply_markup"]["inline_keyboard"][0][0]
    return list(await talk.me.press_data(offer, first["callback_data"]))


async def by_file(talk: Talk, _clock: Any) -> list[dict[str, Any]]:
    return list(await talk.me.send_file("mine.opml", file_of(talk, SOME[0])))


Way = Callable[[Talk, Any], Awaitable[list[dict[str, Any]]]]
WAYS = [by_address, by_import_of_a_link, by_button, by_link, by_file]


@pytest.mark.parametrize("way", WAYS)
async def test_a_feed_that_nobody_else_follows_counts_whatever_the_way(
    talk: Talk, clock: Any, share: CountingFairUse, way: Way
) -> None:
    await way(talk, clock)
    assert share.counted == [1]
    assert len(await talk.follows()) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_whose_share_is_spent_follows_nothing_and_the_web_is_not_asked(
    talk: Talk, clock: Any, share: CountingFairUse, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("the web was asked")

    monkeypatch.setattr(Fetcher, "get", refuse)
    share.full = True
    answers = await way(talk, clock)
    assert answers[-1]["text"].startswith(FULL)
    assert await talk.follows() == ()


@pytest.mark.parametrize("way", WAYS)
async def test_a_feed_that_somebody_follows_already_costs_nothing(
    talk: Talk, clock: Any, share: CountingFairUse, way: Way
) -> None:
    other = Person(talk.parts.application, talk.telegram, 2)
    await other.type(f"/subscribe {address(talk)}")
    share.counted.clear()
    share.full = True
    await way(talk, clock)
    assert share.counted == []
    assert len(await talk.follows()) == 1


async def test_a_list_counts_its_new_feeds_as_far_as_there_is_room(
    talk: Talk, share: CountingFairUse
) -> None:
    other = Person(talk.parts.application, talk.telegram, 2)
    await other.type(f"/subscribe {address(talk)}")
    share.counted.clear()
    await talk.me.send_file("mine.opml", file_of(talk, *SOME, SOME[1]))
    assert share.counted == [2]
    assert len(await talk.follows()) == 3
    await talk.me.send_file("mine.opml", file_of(talk, *SOME))
    assert share.counted == [2]
    object.__setattr__(talk.parts.services, "max_subscriptions", 4)
    unknown = [ListedFeed(f"https://{number}.example/feed") for number in range(5)]
    await talk.me.send_file("more.opml", opml.write(unknown, "More"))
    assert share.counted == [2, 1]


async def test_looking_for_the_new_address_of_a_lost_feed_counts(
    talk: Talk, clock: Any, share: CountingFairUse
) -> None:
    await talk.me.type(f"/subscribe {address(talk)}")
    async with talk.parts.services.database.write() as tx:
        lost = await feeds.find(tx, address(talk))
        assert lost is not None
        await feeds.record(tx, [(lost.id, Visit(clock(), clock(), failure=Failure.GONE))])
    share.full = True
    [shown] = await talk.me.type("/help")
    [answer] = await talk.me.press_data(shown, encode(FindFeed(lost.id)))
    assert answer["text"].startswith(FULL)
    assert share.counted == [1, 1]
