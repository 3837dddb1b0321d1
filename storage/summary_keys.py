"""What summaries are kept under: the articles that one was made of, and a digest of all that it depends on."""

import re
from collections.abc import Iterable

from storage.records import ArticleId

LENGTH = 64
"""Characters of a key."""


def key_of(articles: Iterable[ArticleId], digest: str) -> str:
    """The key of what was made of up to four articles; `digest` has 64 characters, of which the last ones are left out."""
    return f"{'.'.join(map(str, articles))}:{digest}"[:LENGTH]


def made_of(key: str) -> frozenset[int]:
    """The articles that a key names; none in a key of an earlier version."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)*(?=:)", key)
    return frozenset(map(int, found[0].split("."))) if found else frozenset()
