"""Asking a real endpoint on loopback that answers well, slowly, wrongly or with malice."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from news.errors import FetchFailed
from news.fetch import Fetcher, FetchLimits
from news.writing import MOST_BYTES, Endpoint, Writer
from storage import articles, feeds
from storage.database import Database, open_database
from storage.records import Article, ArticleId, Failure, FeedId, NewArticle, Story, StoryId

KEY = "sk-very-secret-4711"
TEXT = (
    "The harbour of {town} was closed on Friday after a storm had broken two cranes, the port authority said. "
    "Nobody was hurt. Some 40 ships wait outside, and repairs will take until Monday. The mayor, Anna Berg, asked "
    "the government in Oslo for help and said that the port was the only one that large ships can reach. "
    "Insurers have begun to look at the damage."
)
GOOD = "The harbour of {town} was closed on Friday after a storm broke two cranes. Some 40 ships wait outside."
TOWNS = ("Alvik", "Borgen", "Corvo", "Delvin", "Elmora", "Farnes")


def stories(clock: Callable[[], Any], count: int = 1, **more: Any) -> list[Story]:
    return [
        Story(
            StoryId(number + 1),
            (
                replace(
                    Article(
                        ArticleId(number + 1),
                        FeedId(1),
                        StoryId(number + 1),
                        "The Post",
                        f"https://a.example/{number}",
                        f"Storm closes the harbour of {town}",
                        "",
                        clock(),
                        TEXT.format(town=town),
                        "en",
                    ),
                    **more,
                ),
            ),
        )
        for number, town in enumerate(TOWNS[:count])
    ]


@dataclass
class Api:
    """An endpoint that writes good summaries unless it is told otherwise."""

    url: str = ""
    asked: list[Any] = field(default_factory=list)
    """Documents, in the order in which they came."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    content: str = GOOD
    status: int = 200
    body: bytes | None = None
    """In place of a chat completion."""
    more: dict[str, str] = field(default_factory=dict)
    """Headers of the answer."""
    wait: float = 0.0
    slow: tuple[str, ...] = ()
    """Towns for which it takes half a minute."""
    reasoning: bool = False
    """Whether it wants `max_completion_tokens`."""
    busy: int = 0
    busiest: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        document = await request.json()
        self.asked.append(document)
        self.headers.append(request.headers)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            slow = any(town in str(document) for town in self.slow)
            await asyncio.sleep(30 if slow else self.wait)
        finally:
            self.busy -= 1
        if request.path != "/v1/chat/completions":
            return web.Response(status=404)
        if self.reasoning and "max_tokens" in document:
            return web.Response(status=400)
        [report] = json.loads(document["messages"][1]["content"])
        message = {"content": self.content.format(town=report["headline"].split()[-1])}
        document = {"choices": [{"message": message, "finish_reason": "stop"}]}
        body = json.dumps(document).encode() if self.body is None else self.body
        return web.Response(status=self.status, body=body, headers=self.more)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", api.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    await runner.cleanup()


async def keep(database: Database) -> None:
    """Keep articles with the numbers of those that are told: what is written of none that is there is not kept."""
    now = datetime(2026, 11, 20, tzinfo=UTC)
    async with database.write() as tx:
        if await articles.newest(tx):
            return
        feed = await feeds.add(tx, "https://a.example/feed", now)
        kept = [
            NewArticle(
                identity=town,
                url=f"https://a.example/{town}",
                canonical_url=f"a.example/{town}",
                title=town,
                summary="",
                published_at=now,
                story_id=story,
                archived=False,
            )
            for town, story in zip(
                TOWNS, await articles.add_stories(tx, len(TOWNS), now), strict=True
            )
        ]
        await articles.add(tx, [(feed.id, one) for one in kept], now)


@asynccontextmanager
async def writing(
    database: Database, api: Api, within: float = 5.0, **more: Any
) -> AsyncIterator[Writer]:
    await keep(database)
    endpoint = replace(Endpoint(api.url, "small-model", SecretStr(KEY), 2.0), **more)
    async with Fetcher(endpoint.limits, "Kawaraban/test") as fetcher:
        yield Writer(database, fetcher, endpoint, within)


async def test_summaries_are_written_kept_and_not_asked_for_again(
    any_database: Database, api: Api, clock: Any
) -> None:
    some = stories(clock, 3)
    told = {story.id: GOOD.format(town=TOWNS[at]) for at, story in enumerate(some)}
    async with writing(any_database, api) as writer:
        assert await writer.cached(some, "en", 320) == {}
        assert await writer.written(some, "en", 320, clock()) == told
        assert await writer.written(some[:2], "", 320, clock()) == {
            1: told[some[0].id],
            2: told[some[1].id],
        }
        assert await writer.cached(some, "en", 320) == told
    async with writing(any_database, api) as another:
        assert await another.written(some, "en", 320, clock()) == told
    assert len(api.asked) == 3


async def test_what_is_kept_counts_for_the_same_material_model_and_length_only(
    database: Database, api: Api, clock: Any
) -> None:
    async with writing(database, api) as writer:
        await writer.written(stories(clock), "en", 320, clock())
        await writer.written(stories(clock), "en", 300, clock())
        [grown] = stories(clock, text=TEXT.format(town="Alvik") + " Fishermen stay at home.")
        await writer.written([grown], "en", 320, clock())
        assert await writer.cached([grown], "en", 300) == {}
    async with writing(database, api, model="other") as writer:
        await writer.written(stories(clock), "en", 320, clock())
    assert len(api.asked) == 4


async def test_the_key_goes_to_the_endpoint_and_nowhere_else(
    database: Database, api: Api, clock: Any
) -> None:
    async with writing(database, api) as writer:
        await writer.written(stories(clock), "en", 320, clock())
    [headers] = api.headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "Kawaraban/test"
    assert "Cookie" not in headers
    async with writing(database, api, key=SecretStr("")) as writer:
        await writer.written(stories(clock), "en", 319, clock())
    assert "Authorization" not in api.headers[1]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(
    database: Database, api: Api, clock: Any, status: int
) -> None:
    api.status, api.more = status, {"Location": f"{api.url}/v1/elsewhere"}
    async with writing(database, api) as writer:
        assert await writer.written(stories(clock), "en", 320, clock()) == {}
    assert len(api.asked) == 1


async def test_only_the_origin_of_the_endpoint_can_be_reached(api: Api) -> None:
    port = int(api.url.rpartition(":")[2])
    limits = Endpoint(api.url, "m").limits
    async with Fetcher(limits, "test") as fetcher:
        for url in (
            f"http://127.0.0.1:{port + 1}/",
            f"http://127.0.0.2:{port}/",
            f"http://localhost:{port}/",
            f"https://127.0.0.1:{port}/",
            "http://93.184.216.34/",
            "file:///etc/passwd",
        ):
            with pytest.raises(FetchFailed) as caught:
                await fetcher.post_json(url, b"{}", SecretStr(KEY))
            assert caught.value.failure is Failure.REFUSED
    assert api.asked == []
    async with Fetcher(FetchLimits(host_delay=0), "test") as usual:
        with pytest.raises(FetchFailed) as caught:
            await usual.post_json(f"{api.url}/v1/chat/completions", b"{}", SecretStr(KEY))
    assert caught.value.failure is Failure.REFUSED


@pytest.mark.parametrize(
    ("status", "body", "more"),
    [
        (401, b'{"error": "Incorrect API key provided: sk-very-secret-4711"}', {}),
        (429, b"", {}),
        (500, b"sk-very-secret-4711", {}),
        (503, b"", {"Retry-After": "7"}),
        (404, b'{"error": "model not found"}', {}),
        (200, b"<html>sign in</html>", {}),
        (200, b'{"choices": []}', {}),
        (200, b"", {}),
        (200, b"x", {"Content-Encoding": "br"}),
        (200, b" " * (MOST_BYTES + 1), {}),
        (200, b"\x1f\x8bnot gzip", {"Content-Encoding": "gzip"}),
    ],
)
async def test_an_endpoint_that_fails_is_left_alone_and_its_answer_is_forgotten(
    database: Database,
    api: Api,
    clock: Any,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    status: int,
    body: bytes,
    more: dict[str, str],
) -> None:
    api.status, api.body, api.more, api.wait = status, body, more, 0.05
    caplog.set_level(logging.DEBUG)
    some = stories(clock, 6)
    async with writing(database, api) as writer:
        assert await writer.written(some, "en", 320, clock()) == {}
        assert len(api.asked) <= 4
        asked = len(api.asked)
        api.status, api.body, api.more = 200, None, {}
        assert await writer.written(some, "en", 320, clock()) == {}
        assert len(api.asked) == asked
        # Nothing is held against the stories.
        assert len(await writer.written(some, "en", 320, clock.forward(hours=1))) == 6
        assert KEY not in repr(writer.__dict__)
    said = capsys.readouterr()
    assert "the summary endpoint fails" in said.out + said.err + caplog.text
    assert KEY not in said.out + said.err + caplog.text


async def test_a_pause_grows_with_each_failure_and_ends_with_the_first_success(
    database: Database, api: Api, clock: Any
) -> None:
    async with writing(database, api) as writer:

        async def asks() -> bool:
            before = len(api.asked)
            await writer.written(stories(clock), "en", 320, clock())
            return len(api.asked) > before

        api.status = 500
        assert await asks()
        for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
            clock.forward(minutes=minutes, seconds=-1)
            assert not await asks()
            clock.forward(seconds=1)
            assert await asks()
        api.status = 200
        clock.forward(hours=1)
        assert await asks()
        api.status = 500
        await writer.written(stories(clock, 2), "en", 320, clock())
        clock.forward(minutes=1)
        before = len(api.asked)
        await writer.written(stories(clock, 2), "en", 320, clock())
        assert len(api.asked) == before + 1


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed(database: Database, api: Api, clock: Any, status: int) -> None:
    api.status, api.more = status, {"Retry-After": "7200"}
    async with writing(database, api) as writer:
        await writer.written(stories(clock), "en", 320, clock())
        api.status = 200
        assert await writer.written(stories(clock), "en", 320, clock.forward(seconds=7199)) == {}
        assert len(await writer.written(stories(clock), "en", 320, clock.forward(seconds=1))) == 1


async def test_a_dead_endpoint_costs_a_digest_next_to_nothing(
    database: Database, api: Api, clock: Any
) -> None:
    loop = asyncio.get_running_loop()
    async with writing(database, replace(api, url="http://127.0.0.1:9")) as writer:
        began = loop.time()
        for _ in range(20):
            assert await writer.written(stories(clock, 6), "en", 320, clock()) == {}
        assert loop.time() - began < 3


async def test_a_silent_endpoint_is_waited_for_once_and_then_left_alone(
    database: Database, api: Api, clock: Any
) -> None:
    api.wait = 30
    loop = asyncio.get_running_loop()
    for more in ({"within": 5.0, "timeout": 0.1}, {"within": 0.2, "timeout": 60.0}):
        api.asked.clear()
        async with writing(database, api, **more) as writer:
            began = loop.time()
            for _ in range(20):
                assert await writer.written(stories(clock, 6), "en", 320, clock()) == {}
            assert loop.time() - began < 3
        assert 1 <= len(api.asked) <= 4


async def test_what_is_ready_in_time_is_told_and_the_rest_asked_for_again(
    database: Database, api: Api, clock: Any
) -> None:
    api.slow = ("Borgen", "Farnes")
    some = stories(clock, 6)
    async with writing(database, api, within=1.0, timeout=60.0) as writer:
        assert set(await writer.written(some, "en", 320, clock())) == {1, 3, 4, 5}
        api.slow = ()
        assert len(await writer.written(some, "en", 320, clock())) == 6
    assert len(api.asked) == 8


async def test_many_digests_in_a_row_wait_no_longer_than_patience_lasts(
    database: Database, api: Api, clock: Any
) -> None:
    async with writing(database, api, daily_budget=1000) as writer:
        writer._patience.of(asyncio.get_running_loop().time())
        writer._patience.left = 0.5
        assert await writer.written(stories(clock), "en", 320, clock()) == {}
        assert api.asked == []
        # A minute, and not each digest's twenty seconds.
        writer._patience.at -= 20
        assert len(await writer.written(stories(clock), "en", 320, clock())) == 1


async def test_no_more_than_four_are_asked_for_at_once_over_all_calls(
    database: Database, api: Api, clock: Any
) -> None:
    api.wait = 0.05
    async with writing(database, api) as writer:
        calls = (
            writer.written(stories(clock, 6), "en", limit, clock()) for limit in (318, 319, 320)
        )
        found = await asyncio.gather(*calls)
    assert [len(some) for some in found] == [6, 6, 6]
    assert api.busiest == 4


async def test_a_days_budget_outlives_restarts_and_is_shared(
    database_url: str, api: Api, clock: Any
) -> None:
    some = stories(clock, 6)
    database = await open_database(database_url)
    async with (
        writing(database, api, daily_budget=5) as writer,
        writing(database, api, daily_budget=5) as another,
    ):
        assert set(await writer.written(some[:4], "en", 320, clock())) == {1, 2, 3, 4}
        # The most important ones come first.
        assert set(await another.written(some[4:], "en", 320, clock())) == {5}
    await database.close()
    database = await open_database(database_url)
    async with writing(database, api, daily_budget=5) as writer:
        assert set(await writer.written(some, "en", 320, clock())) == {1, 2, 3, 4, 5}
        assert len(api.asked) == 5
        tomorrow = clock.forward(hours=12)
        assert len(await writer.written(some, "en", 320, tomorrow)) == 6
    await database.close()


async def test_requests_that_were_not_made_stay_in_the_budget(
    database: Database, api: Api, clock: Any
) -> None:
    api.status, api.wait = 500, 0.05
    async with writing(database, api, daily_budget=10) as writer:
        await writer.written(stories(clock, 6), "en", 320, clock())
        made = len(api.asked)
        assert 1 <= made <= 4
        api.status = 200
        assert (
            len(await writer.written(stories(clock, 6), "en", 320, clock.forward(minutes=2))) == 6
        )
        clock.forward(minutes=2)
        left = 10 - made - 6
        found = await writer.written(stories(clock, 6), "en", 319, clock())
        assert len(found) == left


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I'm sorry, I cannot help with that request.",
        "The harbour of {town} was closed, see https://evil.example for more.",
        "The harbour of {town} was closed on Friday after an attack by Denmark.",
        "The harbour of {town} was closed on Friday after a storm broke seven cranes.",
        "**The harbour** of {town} was closed on Friday.",
        "Der Hafen wurde am Freitag nach einem Sturm geschlossen, sagte die Behörde.",
        "Storm closes the harbour of {town}.",
        "word " * 2000,
        "The harbour of {town} was closed on Friday by a storm\ue000.",
    ],
)
async def test_what_is_not_fit_for_readers_is_thrown_away_and_not_asked_for_again(
    database: Database, api: Api, clock: Any, content: str
) -> None:
    api.content = content
    async with writing(database, api) as writer:
        assert await writer.written(stories(clock), "en", 320, clock()) == {}
        assert await writer.written(stories(clock), "en", 320, clock()) == {}
        assert await writer.cached(stories(clock), "en", 320) == {}
        assert len(api.asked) == 1
        # It is no failure of the endpoint.
        api.content = GOOD
        assert len(await writer.written(stories(clock, 2), "en", 320, clock())) == 1


async def test_characters_that_no_database_takes_do_no_harm(
    any_database: Database, api: Api, clock: Any
) -> None:
    api.content = "\ud800\x00" + GOOD + "\udfff\u202e"
    async with writing(any_database, api) as writer:
        found = await writer.written(stories(clock), "en", 320, clock())
        assert found == {1: GOOD.format(town="Alvik")}
        assert await writer.cached(stories(clock), "en", 320) == found


async def test_thoughts_of_reasoning_models_are_cut_off(
    database: Database, api: Api, clock: Any
) -> None:
    api.content = "<think>Hm, <b>{town}</b>?\n\n</think>\n\n" + GOOD
    async with writing(database, api) as writer:
        found = await writer.written(stories(clock), "en", 320, clock())
    assert found == {1: GOOD.format(town="Alvik")}


async def test_a_model_that_refuses_the_usual_bounds_is_asked_the_other_way(
    database: Database, api: Api, clock: Any
) -> None:
    api.reasoning = True
    async with writing(database, api, daily_budget=4) as writer:
        assert len(await writer.written(stories(clock), "en", 320, clock())) == 1
        assert len(await writer.written(stories(clock, 3), "en", 320, clock())) == 3
    assert ["max_tokens" in document for document in api.asked] == [True, False, False, False]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_story_that_the_endpoint_refuses_is_not_sent_again(
    database: Database, api: Api, clock: Any, status: int
) -> None:
    api.status = status
    async with writing(database, api) as writer:
        assert await writer.written(stories(clock), "en", 320, clock()) == {}
        asked = len(api.asked)
        assert asked == (2 if status == 400 else 1)
        api.status = 200
        later = clock.forward(hours=1)
        assert set(await writer.written(stories(clock, 2), "en", 320, later)) == {2}
    assert len(api.asked) == asked + 1


async def test_nothing_is_asked_for_what_is_short_enough_already(
    database: Database, api: Api, clock: Any
) -> None:
    async with writing(database, api) as writer:
        short = stories(clock, text="", summary="The harbour is closed.")
        assert await writer.written(short, "en", 320, clock()) == {}
        assert await writer.written([], "en", 320, clock()) == {}
    assert api.asked == []


async def test_a_database_in_trouble_keeps_no_digest_waiting_for_an_exception(
    database: Database, api: Api, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> int:
        raise RuntimeError("disk full")

    some = stories(clock, 2)
    async with writing(database, api) as writer:
        await writer.written(some[:1], "en", 320, clock())
        monkeypatch.setattr("storage.summaries.take", broken)
        assert set(await writer.written(some, "en", 320, clock())) == {1}


async def test_a_stop_in_the_middle_keeps_the_budget_and_leaves_nothing_behind(
    database: Database, api: Api, clock: Any
) -> None:
    api.wait = 30
    async with writing(database, api, within=60.0, timeout=60.0) as writer:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await writer.written(stories(clock, 6), "en", 320, clock())
        api.wait = 0
        assert len(await writer.written(stories(clock, 6), "en", 320, clock())) == 6
