"""Whatever address a person types → the feed, the feeds to choose from, or the list that is there.

known form? ─▶ GET ─▶ a feed: done, with one request
                      a list of feeds: that
                      a page ─▶ what it announces ─▶ one: GET · several: a choice
                                nothing ─▶ the usual places, one after the other
"""

import json
from dataclasses import dataclass

from news import feed_lists, opml, sites
from news.errors import FetchFailed, NoFeedFound
from news.fetch import Fetched
from news.intake import Reading
from news.sites import Candidate
from news.sources import Sources, ask
from news.worker import WorkerKilled
from storage import feeds
from storage.database import Transaction
from storage.records import Failure, Feed

MAX_PLACES = 6
"""Usual places that a site is asked for."""

ONE_FEED = "one feed"
"""The detail of a failure: instead of a list, there is a feed."""


async def find_known(tx: Transaction, url: str) -> Feed | None:
    """The feed that is kept for an address, or for what it is a known form of."""
    feed = await feeds.find(tx, url)
    form = sites.known_form(url)
    return await feeds.find(tx, form) if feed is None and form is not None else feed


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was just read."""

    url: str
    fetched: Fetched
    reading: Reading


@dataclass(frozen=True, slots=True)
class FoundSeveral:
    """A page that announces several feeds."""

    url: str
    candidates: tuple[Candidate, ...]
    """At most `sites.MAX_CANDIDATES`."""
    more: int = 0
    """How many it announces beside these."""


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list of feeds."""

    feeds: opml.FeedList


Found = FoundFeed | FoundSeveral | FoundList


async def discover(sources: Sources, url: str, bare: bool = False) -> Found:
    """What there is to follow at an address. Raises FetchFailed, or NoFeedFound with what was tried.

    With `bare`, http is tried where https is out of reach.
    """
    known = sites.known_form(url)
    tried = [known or url]
    try:
        fetched = await ask(sources, tried[0])
    except FetchFailed as error:
        other = _instead(url, known, error.failure, bare)
        if other is None:
            raise
        tried.append(other)
        fetched = await ask(sources, other)
    if tried[-1].startswith("https://itunes.apple.com/lookup"):
        return await _podcast(sources, fetched, tried)
    try:
        return await _feed(sources, tried[-1], fetched)
    except FetchFailed as error:
        if error.detail == "opml":
            return FoundList(await read_list(sources, fetched.body))
        if error.detail == "too hard to read":
            raise
    return await _of_page(sources, fetched, tried)


def _instead(url: str, known: str | None, failure: Failure, bare: bool) -> str | None:
    """What to ask for after a failure; None for nothing."""
    if known is not None and known != url:
        # The rule was too clever for this address: it may still be a page that announces something.
        return url
    if bare and failure is Failure.UNREACHABLE and url.startswith("https://"):
        return url.replace("https://", "http://", 1)
    return None


async def _feed(sources: Sources, url: str, fetched: Fetched) -> FoundFeed:
    reading = await sources.intake.read(None, fetched, sources.clock())
    return FoundFeed(url, fetched, reading)


async def read_list(sources: Sources, document: bytes) -> opml.FeedList:
    """A list of feeds, read in the parser's process. Raises FetchFailed if it is none, with ONE_FEED for a feed.

    What would be refused without asking anybody is among what was rejected.
    """
    try:
        listed = await sources.worker.run(feed_lists.read, document)
    except feed_lists.OneFeed as error:
        raise FetchFailed(Failure.NOT_A_FEED, ONE_FEED) from error
    except (opml.BadOpml, WorkerKilled) as error:
        raise FetchFailed(Failure.NOT_A_FEED, "no list") from error
    return opml.without_private(listed, sources.fetcher.is_private)


async def _podcast(sources: Sources, fetched: Fetched, tried: list[str]) -> FoundFeed:
    try:
        url = sites.apple_podcast(json.loads(fetched.body))
    except (ValueError, RecursionError):
        url = None
    if url is None:
        raise NoFeedFound(tuple(tried))
    return await _feed(sources, url, await ask(sources, url))


async def _of_page(sources: Sources, page: Fetched, tried: list[str]) -> Found:
    try:
        candidates = await sources.worker.run(
            sites.announced, page.body, page.url, page.answer.headers.get("link", "")
        )
    except WorkerKilled as error:
        raise FetchFailed(Failure.NOT_A_FEED) from error
    candidates = sites.without_comments(tuple(one for one in candidates if one.url not in tried))
    if len(candidates) > 1:
        shown = candidates[: sites.MAX_CANDIDATES]
        return FoundSeveral(page.url, shown, len(candidates) - len(shown))
    places = (
        [candidates[0].url]
        if candidates
        else [place for place in sites.usual_places(page.url)[:MAX_PLACES] if place not in tried]
    )
    for place in places:
        tried.append(place)
        try:
            fetched = await ask(sources, place)
            return await _feed(sources, place, fetched)
        except FetchFailed as error:
            if error.failure in (Failure.BUSY, Failure.BLOCKED):
                # A host that says so does not want to be asked for the next place.
                break
    raise NoFeedFound(tuple(tried))
