"""Names of sources: which two ways to write one mean the same, and which source somebody may mean."""

from collections.abc import Sequence
from functools import lru_cache

from news.addresses import host_of
from news.text import bare_words, normalise
from storage.records import FeedId

Named = tuple[FeedId, str, str | None, str]
"""A feed: its id, address, site and title."""

_ARTICLES = ("the", "der", "die", "das", "le", "la", "les", "el", "il")
"""What a name is known without."""

_IN_HOSTS = frozenset(
    [
        "www",
        "feeds",
        "feed",
        "rss",
        "news",
        "blog",
        "m",
        "co",
        "com",
        "net",
        "org",
        "info",
        "gov",
        "edu",
        "ac",
        "go",
        "or",
        "ne",
    ]
)
"""Labels of hosts that say nothing of whose they are."""


@lru_cache(maxsize=20_000)
def name_of(text: str) -> tuple[str, ...]:
    """What two ways to write one name share."""
    found = tuple(bare_words(text))
    found = found[1:] if len(found) > 1 and found[0] in _ARTICLES else found
    # What is no word at all is only equal to itself.
    return found or (normalise(text),)


def similar(named: Sequence[Named], text: str, most: int) -> tuple[tuple[FeedId, str], ...]:
    """Sources that have all these words side by side in their names, the shortest names first."""
    wanted = f" {' '.join(name_of(text))} "
    found = [(id, title) for id, _, _, title in named if wanted in f" {' '.join(name_of(title))} "]
    return tuple(sorted(found, key=lambda one: (len(one[1]), one)))[:most]


def called(
    named: Sequence[Named], text: str, *, wholly: bool = False
) -> tuple[tuple[FeedId, str], ...]:
    """Sources that somebody may call by these words, the likeliest first.

    By their name, or unless it has to be `wholly` that, by its beginning or end, or a part of their host.
    """
    words = name_of(text)
    exact, partly = [], []
    for id, url, site, title in named:
        name = name_of(title)
        if name == words:
            exact.append((id, title))
        elif not wholly and (
            words in (name[: len(words)], name[-len(words) :])
            or (len(words) == 1 and words[0] in _labels(url) | _labels(site or ""))
        ):
            partly.append((id, title))
    return (*exact, *sorted(partly, key=lambda one: (len(one[1]), one)))


def _labels(address: str) -> frozenset[str]:
    """The parts of a host that somebody may be called by."""
    *labels, _ = host_of(address).split(".")
    return frozenset(labels) - _IN_HOSTS
