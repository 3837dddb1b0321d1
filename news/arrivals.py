"""Which entries of a document are news: not those that are known, came back in other clothes, or are old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from news.feed import Entry, RawEntry
from storage.records import ArticleId, KnownEntry

MAX_CHANGES = 5
"""An entry that was edited this often is not looked at any more: it changes at every visit."""

STALE = timedelta(days=7)
"""What an outlet dates this long before our last visit, and did not list then, is its archive."""

_FEWEST = 5
"""Entries that make it telling if none of them is known."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The entries of a document that are worth a closer look."""

    unknown: tuple[RawEntry, ...]
    edited: tuple[tuple[ArticleId, int, RawEntry], ...]
    """With the article, and how often it was changed, this time included."""


def sort_out(entries: Sequence[RawEntry], known: Mapping[str, KnownEntry]) -> Sorted:
    """Tell what is new, and what was edited, by what is remembered of a feed."""
    unknown: list[RawEntry] = []
    edited: list[tuple[ArticleId, int, RawEntry]] = []
    for entry in entries:
        kept = known.get(entry.identity)
        if kept is None:
            unknown.append(entry)
        elif (
            kept.article_id is not None
            and kept.fingerprint != entry.fingerprint
            and kept.changes < MAX_CHANGES
        ):
            # What was kept before fingerprints were has not changed, as far as anybody can tell.
            edited.append((kept.article_id, kept.changes + bool(kept.fingerprint), entry))
    return Sorted(tuple(unknown), tuple(edited))


def are_archive(
    entries: Sequence[Entry],
    listed: int,
    visited_at: datetime | None,
    newest_entry_at: datetime | None,
) -> tuple[bool, ...]:
    """Which unknown entries of a document that lists `listed` are old: searchable, but no news.

    All of a first visit are. Later, those dated long before the last visit; and, if not one entry of the
    document is known, those older than the newest one before: such an outlet has renumbered its archive.
    """
    if visited_at is None:
        return (True,) * len(entries)
    limit = visited_at - STALE
    if len(entries) == listed >= _FEWEST and newest_entry_at is not None:
        limit = max(limit, newest_entry_at)
    return tuple(entry.published_at is not None and entry.published_at < limit for entry in entries)
