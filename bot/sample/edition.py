"""What the sample newsroom has to publish: invented articles, dated relative to a moment."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    folder = files("bot.sample")
    listed = tomllib.loads((folder / "outlets.toml").read_text("utf-8"))["outlet"]
    outlets = []
    for outlet in listed:
        text = (folder / "articles" / f"{outlet['slug']}.toml").read_text("utf-8")
        pieces = [_piece(article, started) for article in tomllib.loads(text)["article"]]
        pieces.sort(key=lambda piece: piece.published_at, reverse=True)
        outlets.append(Outlet(**outlet, pieces=tuple(pieces)))
    return tuple(outlets)


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
