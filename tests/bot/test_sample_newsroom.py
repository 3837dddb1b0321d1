"""The invented newsroom publishes like any other set of outlets."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sample import render
from bot.sample.edition import load
from bot.sample.newsroom import HOST, Newsroom
from news.feed import complete, parse
from news.fetch import Fetcher, FetchLimits
from news.text import squeeze

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = START + timedelta(days=2)


def test_ten_outlets_in_four_formats_and_three_languages_have_about_150_articles() -> None:
    outlets = load(START)
    assert len(outlets) == 10
    assert {outlet.format for outlet in outlets} == {"rss2", "atom", "rss1", "json"}
    assert {outlet.language for outlet in outlets} == {"en", "ja", "ko"}
    assert 140 <= sum(len(outlet.pieces) for outlet in outlets) <= 170


def test_articles_lie_in_the_ten_days_before_and_some_come_while_it_runs() -> None:
    pieces = [piece for outlet in load(START) for piece in outlet.pieces]
    assert min(piece.published_at for piece in pieces) >= START - timedelta(days=10)
    to_come = [piece for piece in pieces if piece.published_at > START]
    assert len(to_come) >= 10
    soon = [piece for piece in to_come if piece.published_at < START + timedelta(minutes=2)]
    assert any("North Korea" in piece.title + piece.summary for piece in soon)


def test_events_are_covered_by_two_to_six_outlets() -> None:
    outlets: dict[str, set[str]] = defaultdict(set)
    for outlet in load(START):
        for piece in outlet.pieces:
            if piece.event is not None:
                outlets[piece.event].add(outlet.slug)
    assert len(outlets) >= 10
    assert {event for event, found in outlets.items() if not 2 <= len(found) <= 6} == set()
    assert len(outlets["pyongyang-talks"]) == 6


def test_decoys_never_hold_the_name_they_are_decoys_for() -> None:
    decoys = [piece for outlet in load(START) for piece in outlet.pieces if piece.decoy]
    assert len(decoys) >= 10
    for piece in decoys:
        text = f"{piece.title}\n{piece.summary}\n{piece.body}"
        assert re.search(rf"(?i){piece.decoy}".replace(" ", r"\s+"), text) is None


def test_no_slug_is_used_twice_in_an_outlet() -> None:
    for outlet in load(START):
        counts = Counter(piece.slug for piece in outlet.pieces)
        assert [slug for slug, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("outlet", load(START), ids=lambda outlet: outlet.slug)
def test_every_feed_is_read_back_as_it_was_written(outlet: Any) -> None:
    pieces = outlet.published(LATER)
    body = render.feed(outlet, pieces, "1", "http://127.0.0.1:1/x")
    parsed = parse(body, "http://127.0.0.1:1/x/feed", render.MEDIA_TYPES[outlet.format])
    assert parsed.title == outlet.name
    assert parsed.language == outlet.language
    assert [(e.title, e.summary, e.published_at) for e in map(complete, parsed.entries)] == [
        (squeeze(piece.title), squeeze(piece.summary), piece.published_at) for piece in pieces
    ]


async def test_the_newsroom_serves_feeds_with_validators_and_pages_behind_the_links(
    clock: Any,
) -> None:
    clock.now = START
    async with Newsroom(START, clock, 0) as newsroom:
        limits = FetchLimits(host_delay=0, allowed_endpoints=frozenset({(HOST, newsroom.port)}))
        async with Fetcher(limits, "test") as fetcher:
            for outline in newsroom.catalogue():
                first = await fetcher.get(outline.url)
                again = await fetcher.get(outline.url, first.etag, first.last_modified)
                assert again.not_modified
                entry = parse(first.body, outline.url, first.content_type).entries[0]
                page = await fetcher.get(entry.url)
                assert "<article>" in page.body.decode()
            clock.forward(hours=1)
            outline = newsroom.catalogue()[0]
            first = await fetcher.get(outline.url)
            assert len(parse(first.body, outline.url).entries) > 0
