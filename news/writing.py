"""Summaries by the operator's own endpoint: asked within bounds, kept, and missing whenever anything fails.

    stories ─▶ kept already? ─▶ today's budget ─▶ asked, four at once, against the clock ─▶ proofread ─▶ kept

What is missing is told by the articles' own sentences, so nothing here is worth a digest's delay.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog
from pydantic import SecretStr

from news.errors import FetchFailed
from news.fetch import Fetcher, FetchLimits
from news.pace import retry_after
from news.writer import (
    Material,
    address_of,
    content_of,
    draft_of,
    key_of,
    material_of,
    proofread,
    request_of,
)
from storage import summaries
from storage.database import Database
from storage.records import Failure, Story, StoryId

log = structlog.get_logger()

AT_ONCE = 4
"""Requests under way, over all calls."""

WITHIN = 20.0
"""Seconds that one call may take to ask."""

MOST_BYTES = 64_000
"""Of an answer, on the wire and unpacked."""

_PATIENCE, _REGAINED = 60.0, 0.2
"""Seconds of waiting that many digests in a row may cost together, and how much of that comes back each second."""

_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""What an endpoint gets that fails; twice as much with each failure in a row."""

_UNWANTED = frozenset({"400", "413", "422"})
"""Statuses that speak of the request: it is not made again."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible API, as the operator set it up."""

    url: str
    """With or without its version: `http://localhost:11434`, `https://api.openai.com/v1`."""
    model: str
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    """Empty if it wants none."""
    timeout: float = 15.0
    """Seconds for one request."""
    daily_budget: int = 500
    """Requests a day (UTC), over all processes that share the database."""

    @property
    def limits(self) -> FetchLimits:
        """What a fetcher for it may do: ask there, wherever that is, and nowhere else."""
        return FetchLimits(
            timeout=self.timeout,
            max_bytes=MOST_BYTES,
            concurrency=AT_ONCE,
            host_delay=0.0,
            only_origin_of=self.url,
        )


@dataclass(slots=True)
class _Circuit:
    """Whether an endpoint may be asked: not for a while after it failed."""

    failures: int = 0
    """In a row."""
    until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nothing is to be asked now."""
        return self.until is not None and now < self.until

    def failed(self, error: FetchFailed, now: datetime) -> None:
        """Ask nothing for a while; those that fail at the same time count as one."""
        if self.is_open(now):
            return
        # A wrong key does not mend itself.
        refused = error.failure is Failure.BLOCKED
        own = _LONGEST_PAUSE if refused else _PAUSE * 2 ** min(self.failures, 10)
        pause = max(min(own, _LONGEST_PAUSE), retry_after(error.headers, now) or timedelta(0))
        self.failures += 1
        self.until = now + pause
        seconds = int(pause.total_seconds())
        log.warning("the summary endpoint fails", reason=str(error), pause_seconds=seconds)


@dataclass(slots=True)
class _Patience:
    """How long may be waited, however many digests are due: a slow endpoint delays them by a minute, and not each."""

    left: float = _PATIENCE
    at: float = 0.0

    def of(self, now: float) -> float:
        """Seconds that may be waited now, on the event loop's clock."""
        self.left = min(_PATIENCE, self.left + _REGAINED * (now - self.at))
        self.at = now
        return self.left


@dataclass(slots=True)
class _Round:
    """What one call may do, and what came of it."""

    limit: int
    now: datetime
    left: int
    """Requests that were granted and not made yet."""
    answers: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    """By their keys; empty where nothing came that is fit for readers."""


class Writer:
    """Writes summaries by an endpoint."""

    def __init__(
        self, database: Database, fetcher: Fetcher, endpoint: Endpoint, within: float = WITHIN
    ) -> None:
        """`fetcher` is open, with the endpoint's limits; a call asks for `within` seconds at most."""
        self._database = database
        self._fetcher = fetcher
        self._endpoint = endpoint
        self._address = address_of(endpoint.url)
        self._within = within
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._circuit = _Circuit()
        self._patience = _Patience()
        self._thinking = False
        """Whether it wants to be asked like OpenAI's reasoning models."""

    async def written(
        self, stories: Sequence[Story], language: str, limit: int, now: datetime
    ) -> dict[StoryId, str]:
        """Summaries of at most `limit` characters: kept ones, and as many others as can be had in time.

        They are in `language`, the reader's, where an article of the story is, else in that of its lead.
        Those that the budget has no room for are at the end of `stories`. Whatever fails is missing; nothing is raised.
        """
        found: dict[str, str] = {}
        keys: dict[StoryId, str] = {}
        try:
            wanted = self._wanted(stories, language, limit, keys)
            found.update(await self._kept(wanted))
            missing = {key: one for key, one in wanted.items() if key not in found}
            found.update(await self._asked(missing, limit, now))
        except Exception:
            # Ours to mend; digests go out all the same.
            log.exception("summaries not written")
        return {id: text for id, key in keys.items() if (text := found.get(key))}

    async def cached(
        self, stories: Sequence[Story], language: str, limit: int
    ) -> dict[StoryId, str]:
        """Like `written`, those that are kept; nothing is asked."""
        keys: dict[StoryId, str] = {}
        found = await self._kept(self._wanted(stories, language, limit, keys))
        return {id: text for id, key in keys.items() if (text := found.get(key))}

    def _wanted(
        self, stories: Sequence[Story], language: str, limit: int, keys: dict[StoryId, str]
    ) -> dict[str, Material]:
        """What to write from, by keys; those of the stories are put into `keys`."""
        wanted: dict[str, Material] = {}
        for story in stories:
            material = material_of(story, language, limit)
            if material is not None:
                key = keys[story.id] = key_of(material, self._endpoint.model, limit)
                wanted[key] = material
        return wanted

    async def _kept(self, wanted: Mapping[str, Material]) -> dict[str, str]:
        if not wanted:
            return {}
        async with self._database.read() as tx:
            return await summaries.get(tx, wanted.keys())

    async def _asked(
        self, wanted: Mapping[str, Material], limit: int, now: datetime
    ) -> dict[str, str]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        seconds = min(self._within, self._patience.of(began))
        if not wanted or seconds < min(1.0, self._within) or self._circuit.is_open(now):
            return {}
        day = now.astimezone(UTC).date()
        async with self._database.write() as tx:
            # One more, to find out how it wants to be asked; what is not needed is given back.
            budget = self._endpoint.daily_budget
            granted = await summaries.take(tx, day, len(wanted) + 1, budget)
        on = _Round(limit, now, granted)
        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for key, material in islice(wanted.items(), granted):
                    group.create_task(self._write(key, material, on))
        except TimeoutError:
            if not on.answers:
                self._circuit.failed(FetchFailed(Failure.TIMEOUT), now)
        finally:
            self._patience.left -= loop.time() - began
        async with self._database.write() as tx:
            await summaries.put(tx, on.texts, now)
            await summaries.give_back(tx, day, on.left)
        return on.texts

    async def _write(self, key: str, material: Material, on: _Round) -> None:
        async with self._turns:
            content = await self._content(material, on)
        if content is None:
            return
        draft = draft_of(content)
        flaw = proofread(draft, material, on.limit)
        if flaw is not None:
            article = material.excerpts[0].id
            log.info("summary thrown away", article=article, flaw=flaw.value)
        on.texts[key] = "" if flaw is not None else draft

    async def _content(self, material: Material, on: _Round) -> str | None:
        """What the endpoint says; empty if it does not want to say anything to this, None if it failed."""
        usual = self._thinking
        for thinking in (usual, not usual):
            if on.left <= 0 or self._circuit.is_open(on.now):
                return None
            on.left -= 1
            asked = request_of(material, self._endpoint.model, on.limit, thinking=thinking)
            try:
                content = await self._reply(asked)
            except FetchFailed as error:
                on.answers += 1
                if error.detail == "400" and thinking is usual:
                    # Some models refuse one way of bounding their answer, some the other.
                    continue
                self._circuit.failed(error, on.now)
                return "" if error.detail in _UNWANTED else None
            on.answers += 1
            self._circuit.failures = 0
            self._thinking = thinking
            return content
        return None

    async def _reply(self, asked: bytes) -> str:
        reply = await self._fetcher.post_json(self._address, asked, self._endpoint.key)
        content = content_of(reply.body)
        if content is None:
            raise FetchFailed(Failure.STATUS, "no chat completion", reply.answer)
        return content
