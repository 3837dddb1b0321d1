"""What the sample newsroom has to publish: invented articles, dated relative to a moment."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

LIFETIME = timedelta(days=10)
"""An edition is news for this long; then the same articles come out anew."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One article."""

    slug: str
    title: str
    summary: str
    body: str
    """Paragraphs with an empty line between them."""
    published_at: datetime
    event: str | None
    """What it reports, where several outlets do; only tests look at it."""
    decoy: str | None
    """The topic that careless matching would find in it; likewise."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One invented outlet."""

    slug: str
    name: str
    format: str
    """rss2, atom, rss1 or json."""
    language: str
    pieces: tuple[Piece, ...]
    """Newest first, those of the future too."""

    def published(self, now: datetime) -> tuple[Piece, ...]:
        """What is out by now, newest first."""
        return tuple(piece for piece in self.pieces if piece.published_at <= now)


def load(started: datetime) -> tuple[Outlet, ...]:
    """The edition that began at `started`: articles of the ten days before, and some to come."""
    outlets = []
    for outlet, articles in _written():
        pieces = [_piece(article, started) for article in articles]
        pieces.sort(key=lambda piece: piece.published_at, reverse=True)
        outlets.append(Outlet(**outlet, pieces=tuple(pieces)))
    return tuple(outlets)


@cache
def _written() -> tuple[tuple[dict[str, Any], list[dict[str, Any]]], ...]:
    """The outlets, and the articles of each, as they stand in their files."""
    folder = files("bot.sample")
    listed = tomllib.loads((folder / "outlets.toml").read_text("utf-8"))["outlet"]
    texts = ((folder / "articles" / f"{one['slug']}.toml").read_text("utf-8") for one in listed)
    return tuple(
        (one, tomllib.loads(text)["article"]) for one, text in zip(listed, texts, strict=True)
    )


def _piece(article: dict[str, Any], started: datetime) -> Piece:
    age = (
        timedelta(hours=article["hours"])
        if "hours" in article
        else -timedelta(seconds=article["after"])
    )
    return Piece(
        slug=article["slug"],
        title=article["title"],
        summary=article["summary"],
        body=article["body"].strip(),
        published_at=(started - age).replace(microsecond=0),
        event=article.get("event"),
        decoy=article.get("decoy"),
    )
